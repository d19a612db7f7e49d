"""armslength agreement check: sentences, one paragraph of error, one JSON document; never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from armslength.agreement.plain import plain
from armslength.agreement.reading import parse_terms
from armslength.cli.agreement import app

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "agreement.toml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_the_example_is_said_in_plain_language_one_sentence_to_a_line() -> None:
    result = run(EXAMPLE)
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.split("\n")
    assert lines[0] == "Memorandum on flight safety, eastern plateau, version 1"
    for section in plain(parse_terms(EXAMPLE.read_text("utf-8"), "agreement.toml")):
        assert section.heading in lines
        assert set(section.sentences) <= set(lines)
    assert "\x1b" not in result.stdout


def test_on_a_terminal_it_is_wrapped_and_set_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    result = run(EXAMPLE)
    assert result.exit_code == 0
    assert "\x1b[1" in result.stdout
    assert "Either one is enough" in " ".join(result.stdout.split())
    assert max(len(line) for line in result.stdout.split("\n") if "\x1b" not in line) <= 60


def test_names_that_look_like_markup_are_printed_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.toml"
    file.write_text('title = "[red]T[/red]"', "utf-8")
    for force in ("", "1"):
        monkeypatch.setenv("FORCE_COLOR", force)
        assert "[red]T[/red]" in run(file).stdout


def test_json_is_one_document_with_terms_sentences_and_warnings(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('title = "T"\n[separation]\nhorizontal = "3 ft"\n', "utf-8")
    result = run(file, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert set(document) == {"valid", "file", "terms", "plain", "warnings"}
    assert document["valid"] is True
    assert document["terms"]["separation"]["horizontal_m"] == pytest.approx(0.9144)
    assert document["plain"][0]["heading"] == "What is agreed"
    assert document["warnings"][0].startswith(f"{file}, line 3, separation.horizontal: 3 ft is outside what is usual")
    assert result.stderr.startswith(f"Warning: {file}, line 3, separation.horizontal: ")


def test_an_article_of_a_later_version_is_warned_about_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('title = "T"\n[weather]\nsince = 1979-05-27T07:32:00Z\n', "utf-8")
    result = run(file, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["terms"]["extra"] == {"weather": {"since": "1979-05-27T07:32:00+00:00"}}
    assert document["plain"][-1]["heading"] == "What this version does not execute"
    assert result.stderr.startswith(f"Warning: {file}, line 2, weather: Not executed by this version")


BAD = [
    (b'title = "T"\n[separation]\nhorizontal = 3\n', ', line 3, separation.horizontal: "3" has no unit.', '"3 NM"'),
    (b"title = 3 NM", ", line 1, title: 3 NM is not in quotes.", 'title = "3 NM"'),
    (b"", ": It is empty.", "title"),
    (b'title = "T"\n\xff\n', ", line 2: Byte 13 is not UTF-8.", "Save the file as UTF-8 text"),
    (b"\x1f\x8b\x08\x00", ", line 1: Byte 2 is not UTF-8.", "compressed"),
    (
        b'title = "T"\n[time_budget]\npost = "90 s"\n',
        ", line 2, time_budget: The time budget does not close:",
        "Shorten",
    ),
    (b'title = "T"\n[disclosure]\nmode = "open"\n', ", line 3, disclosure.mode: The terms leave out intell", "sealed"),
    (
        b'title = "T"\n[suspension]\nprovisions = ["ground_line"]\n',
        ", line 3, suspension.provisions[1]: ground_line cannot be suspended.",
        "Checks of the ground line",
    ),
    (b'title = "T"\nareaa = 1', ", line 2, areaa: areaa is not a known key.", "Did you mean area?"),
]


@pytest.mark.parametrize(("raw", "says", "remedy"), BAD, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["plain", "json"])
def test_bad_terms_are_one_paragraph_on_standard_error(
    tmp_path: Path, raw: bytes, says: str, remedy: str, options: tuple[str, ...]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(raw)
    result = run(file, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}{says}")
    assert remedy in result.stderr
    assert result.stderr.count("\n") == 1
    if options:
        document = json.loads(result.stdout)
        assert document["valid"] is False
        assert f"{document['where']}: {document['what']}".startswith(f"{file}{says}")
    else:
        assert result.stdout == ""


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.toml", "There is no such file."), (tmp_path, "It is a folder.")):
        result = run(path)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{path}: {says}")


def test_a_file_that_nobody_wrote_by_hand_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.toml"
    with file.open("wb") as out:
        out.truncate(17 * 1024 * 1024)
    result = run(file)
    assert result.exit_code == 2
    assert "It is larger than 16 MiB." in result.stderr


def test_no_file_is_bad_usage() -> None:
    assert run().exit_code == 2


def test_the_command_is_described_without_loading_what_is_heavy() -> None:
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from armslength.cli.agreement import app\n"
        "out = CliRunner().invoke(app, ['check', '--help']).stdout\n"
        "assert 'plain language' in out, out\n"
        "heavy = {'numpy', 'numba', 'polars'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
