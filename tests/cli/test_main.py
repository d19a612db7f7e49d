"""The entry point: light to load, exit codes as promised, and never a traceback."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from armslength import __version__
from armslength.cli import replay as verb
from cli.replaying import Papers, command, replay

LIGHT = """\
import sys
def heavy():
    return sorted({"numpy", "numba", "polars"} & set(sys.modules))
import armslength
assert not heavy(), heavy()
assert "typer" not in sys.modules
from armslength.cli import main
for arguments in (["--help"], ["--version"], [], ["replay", "--help"], ["scenario", "--help"], ["agreement", "--help"],
                  ["scenario", "write", "--help"], ["replay"], ["replay", "--bogus"]):
    sys.argv = ["armslength", *arguments]
    try:
        main()
    except SystemExit as end:
        assert end.code in (0, 2), (arguments, end.code)
    assert not heavy(), (arguments, heavy())
armslength.detect
assert "numpy" in heavy(), "the check can see it"
"""


def test_help_and_import_load_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_the_installed_command_runs() -> None:
    for run in ([str(Path(sys.executable).with_name("armslength"))], [sys.executable, "-m", "armslength"]):
        if not Path(run[0]).exists():
            pytest.skip(f"no installed command beside {sys.executable}")
        done = subprocess.run([*run, "--version"], capture_output=True, text=True, timeout=60, check=True)
        assert (done.stdout, done.stderr) == (f"armslength {__version__}\n", "")


def test_help_names_every_verb_and_every_option() -> None:
    top = command("--help")
    assert (top.code, top.err) == (0, "")
    assert all(re.search(rf"^  {name}\b", top.out, re.MULTILINE) for name in ("replay", "agreement", "scenario"))
    ran = command("replay", "--help")
    assert ran.code == 0
    for name in inspect.signature(verb.replay).parameters:
        option = {"recordings": "RECORDING...", "from_": "--from", "as_json": "--json"}.get(name)
        assert (option or "--" + name.replace("_", "-")) in ran.out, name
    for file in verb.FILES.split(", "):
        assert file in " ".join(ran.out.split())


def test_without_a_verb_it_says_which_there_are() -> None:
    ran = command()
    assert ran.code in (0, 2)
    assert "replay" in ran.out + ran.err


@pytest.mark.parametrize("arguments", [("fly",), ("--fly",), ("replay",)], ids=" ".join)
def test_bad_usage_is_two(arguments: tuple[str, ...]) -> None:
    ran = command(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "--help" in ran.err


def fail_with(monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    """Let the replay proper end with `fault`."""

    def fail(*_: Any) -> None:
        raise fault

    monkeypatch.setattr("armslength.node.replay.replay", fail)


def test_a_fault_of_ours_is_three_and_one_paragraph(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(monkeypatch, ZeroDivisionError("somewhere deep"))
    monkeypatch.delenv("ARMSLENGTH_TRACEBACK", raising=False)
    ran = replay(papers.recording, out=tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("\n") == 1
    assert "A fault of armslength, not of your input: ZeroDivisionError: somewhere deep." in ran.err
    assert "ARMSLENGTH_TRACEBACK=1" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_the_traceback_is_there_for_who_asks(papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ZeroDivisionError("somewhere deep"))
    monkeypatch.setenv("ARMSLENGTH_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError, match="somewhere deep"):
        replay(papers.recording, out=tmp_path)


def test_what_the_system_refuses_is_two_and_names_the_file(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(monkeypatch, PermissionError(13, "Permission denied", "/some/file"))
    ran = replay(papers.recording, out=tmp_path)
    assert (ran.code, ran.out, ran.err) == (2, "", "/some/file: Permission denied.\n")
    fail_with(monkeypatch, OSError(28, "No space left on device"))
    assert replay(papers.recording, out=tmp_path).err == "The system: No space left on device.\n"


def test_a_reader_that_has_enough_is_no_error(papers: Papers, tmp_path: Path) -> None:
    """As in `armslength replay ... --json | head`: the outputs are written, nothing is said, nothing failed."""
    arguments = [sys.executable, "-m", "armslength", "replay", str(papers.recording), "--out", str(tmp_path)]
    process = subprocess.Popen([*arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=300), said) == (0, b"")
    assert (tmp_path / "summary.json").exists()
