"""The house rules that a machine can check: small rooms, documents that match the code, no machine given away."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from armslength.cli import app
from armslength.domain.encounter import COLUMNS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
KERNEL_FUNCTION = 140
"""A kernel's inner loop is one function: numba pays for every array handed over."""


def tracked() -> list[Path]:
    """Return every file that git tracks."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True).stdout
    return [ROOT / name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]


def functions(text: str) -> list[tuple[str, int]]:
    """Return (name, lines) of every function in `text`."""
    found = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(f.name, (f.end_lineno or f.lineno) - f.lineno + 1) for f in found]


def test_files_are_small_rooms() -> None:
    assert len(SOURCES) > 50
    assert [f"{p}: {n}" for p in SOURCES if (n := len(p.read_text().splitlines())) > LONGEST_FILE] == []


def test_functions_fit_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {name} has {lines} lines"
        for path in SOURCES
        for name, lines in functions(path.read_text())
        if lines > (KERNEL_FUNCTION if path.parent.name == "kernel" else LONGEST_FUNCTION)
    ]
    assert long == []


def test_a_long_function_is_seen() -> None:
    assert functions("def f():\n" + "    x = 1\n" * 70) == [("f", 71)]


def test_public_functions_and_modules_say_what_they_do() -> None:
    silent = []
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        if path.stat().st_size and ast.get_docstring(tree) is None:
            silent.append(str(path))
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and ast.get_docstring(node) is None:  # type: ignore[arg-type]
                silent.append(f"{path.relative_to(ROOT)}: {node.name}")  # type: ignore[attr-defined]
    assert silent == []


def commands(group: typer.Typer, before: str = "") -> list[str]:
    """Return every verb of the command line."""
    names = [f"{before}{c.name or c.callback.__name__}" for c in group.registered_commands if c.callback]
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        names += commands(sub.typer_instance, f"{before}{sub.name or sub.typer_instance.info.name} ")
    return names


def test_every_verb_is_documented_and_has_help() -> None:
    verbs = commands(app)
    assert {"replay", "agreement check", "scenario write", "bench detect", "bench replay"} <= set(verbs)
    text = "\n".join(p.read_text() for p in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
    assert [verb for verb in verbs if f"armslength {verb}" not in text] == []
    for verb in verbs:
        done = CliRunner().invoke(app, [*verb.split(), "--help"])
        assert done.exit_code == 0 and "Usage" in done.output, verb


def test_every_option_of_replay_is_documented() -> None:
    text = (ROOT / "README.md").read_text()
    told = set(re.findall(r"--[a-z][a-z-]+", CliRunner().invoke(app, ["replay", "--help"]).output)) - {"--help"}
    assert len(told) >= 9
    assert sorted(option for option in told if option not in text) == []


def test_every_column_is_documented() -> None:
    text = (ROOT / "README.md").read_text()
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []


def test_decision_records_say_what_they_cost() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(records) >= 5
    assert [p.name for p in records if "cost" not in p.read_text().lower()] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.name} -> {target}")
    assert broken == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text


def test_the_tree_gives_no_machine_away() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:wor[k]|far[m]|home|root|Users)/")
    said = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        said += [f"{path.name}: {m.group()}" for m in pattern.finditer(text)]
    assert said == []


def test_the_face_of_the_package_is_whole() -> None:
    face = importlib.import_module("armslength")
    assert {"detect", "cylinder", "well_clear"} <= set(dir(face))
    assert all(getattr(face, name) is not None for name in dir(face))


def test_the_python_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text()
    found = re.search(r"(    import armslength\n.*?)\n\n\S", text, re.DOTALL)
    assert found is not None
    exec(compile("\n".join(line[4:] for line in found[1].splitlines()), "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("[0] [1] [")
