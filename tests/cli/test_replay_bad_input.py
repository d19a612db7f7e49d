"""Bad input: one paragraph on standard error that names file, row or line, and the remedy; exit code 2."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from pathlib import Path

import polars as pl
import pytest

from cli.replaying import FILES, MEETINGS, MEMBERS, TERMS, Leg, Papers, encounters, pairs, replay, summary, table

GOOD = [Leg("aaa001", 0.0, "N", 20_000), Leg("bbb001", 0.0, "E", 20_200)]
MET = [("aaa001", "bbb001")]


def good(folder: Path) -> Path:
    """Write a recording in which two aircraft meet."""
    path = folder / "good.parquet"
    table(GOOD).write_parquet(path)
    return path


def text(legs: list[Leg], **columns: pl.Expr) -> bytes:
    """Return a recording as CSV, with some columns replaced; from row 2 on nothing is changed."""
    frame = table(legs).with_row_index("nr")
    for name, expression in columns.items():
        frame = frame.with_columns(
            pl.when(pl.col("nr") == 1).then(expression).otherwise(pl.col(name).cast(pl.String)).alias(name)
        )
    return frame.drop("nr").write_csv().encode()


def as_csv(legs: list[Leg]) -> bytes:
    return table(legs).write_csv().encode()


def without_zone() -> bytes:
    naive = pl.from_epoch("timestamp", time_unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S%.3f")
    return table(GOOD).with_columns(naive.alias("timestamp")).write_csv().encode()


UNUSABLE = {
    "empty.csv": (b"", "empty.csv: the file is empty.", "Fetch it again, or write"),
    "empty.csv.gz": (gzip.compress(b""), "empty.csv.gz: the file is empty.", "Fetch it again, or write"),
    "blank.csv": (b"\n \n", "blank.csv: the file is empty but for blanks.", "Fetch it again, or write"),
    "wrong.csv": (b"a,b,c\n1,2,3\n", "wrong.csv: wrong columns: no timestamp or time, no icao24,", "Found: a, b, c."),
    "nozone.csv": (without_zone(), 'nozone.csv: the times in column "timestamp" name no time zone', "write them like"),
    "garbage.bin": (random.Random(7).randbytes(5000), "garbage.bin: the file is binary data", "Recordings are CSV,"),
    "prose.txt": (b"Dear colleague.\nNo table here.\n", "prose.txt: the file is text, but not a table.", "Recordings"),
    "zip.csv": (b"PK\x03\x04" + bytes(200), "zip.csv: the file is a zip archive", "."),
    "cut.parquet": (b"PAR1" + bytes(500), "cut.parquet: ", "Fetch or write it again"),
    "head.gz": (gzip.compress(random.Random(1).randbytes(900))[:12], "head.gz: ", "Fetch it again"),
}
"""Recordings of which nothing can be used: what stands in them, what is said, and the remedy."""


def one_paragraph(err: str, *parts: str) -> None:
    """Fail unless `err` is one line that holds all `parts`."""
    assert err.endswith("\n") and err.count("\n") == 1, err
    assert all(part in err for part in parts), err


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_recording_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    content, says, remedy = UNUSABLE[name]
    (tmp_path / name).write_bytes(content)
    ran = replay(tmp_path / name, "--json", out=tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    one_paragraph(ran.err, says, remedy)
    assert not (tmp_path / "out").exists(), "nothing was replayed, nothing is written"


@pytest.mark.parametrize("name", UNUSABLE)
def test_the_others_are_still_processed(name: str, tmp_path: Path) -> None:
    content, says, remedy = UNUSABLE[name]
    (tmp_path / name).write_bytes(content)
    ran = replay(tmp_path / name, good(tmp_path), "--json", out=tmp_path / "out")
    assert ran.code == 2
    one_paragraph(ran.err, says, remedy)
    assert pairs(tmp_path / "out") == MET
    said = json.loads(ran.out)
    assert said["left_out"] == [ran.err.rstrip("\n")]
    assert [one.get("error") for one in said["recordings"] if one["file"] == name] == said["left_out"]
    assert [one["file"] for one in said["recordings"] if "error" not in one] == ["good.parquet"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert said["left_out"][0].split(":")[0] in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_truncated_gzip_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    packed = gzip.compress(as_csv(GOOD))
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(packed[: len(packed) * 9 // 10])
    ran = replay(path, out=tmp_path / "out")
    assert ran.code == 2
    one_paragraph(ran.err, "cut.csv.gz: the gzip stream ends in the middle after 1,0", "rows.", "Fetch it again.")
    assert pairs(tmp_path / "out") == MET
    said = summary(tmp_path / "out")
    assert said["left_out"] == [ran.err.rstrip("\n")]
    assert 1000 < said["rows"]["used"] < 1202


BAD_ROWS = {
    "latitude": (pl.lit("north"), 'not a number: latitude is "north"', "Write a number there or leave the field empty"),
    "longitude": (pl.lit("NaN"), "position is NaN: ", "Leave the position empty where it is not known"),
    "timestamp": (pl.lit("noon"), 'not a time: timestamp is "noon"', "Write seconds since 1970, or ISO 8601"),
    "altitude": (pl.lit("FL200"), 'not a number: altitude is "FL200"', "Write a number there"),
}


@pytest.mark.parametrize("column", BAD_ROWS)
def test_a_wrong_row_is_named_and_the_others_used(column: str, tmp_path: Path) -> None:
    wrong, says, remedy = BAD_ROWS[column]
    (tmp_path / "rows.csv").write_bytes(text(GOOD, **{column: wrong}))
    ran = replay(tmp_path / "rows.csv", out=tmp_path / "out")
    assert ran.code == 2
    one_paragraph(ran.err, f"rows.csv, row 2: {says}", remedy)
    assert pairs(tmp_path / "out") == MET
    said = summary(tmp_path / "out")
    assert said["left_out"] == [ran.err.rstrip("\n")]
    assert "error" not in said["recordings"][0], "the recording as a whole was used"
    (reason,) = said["rows"]["kept_aside"].items()
    assert (reason[1]["rows"], reason[1]["example"]["row"]) == (1, 2)
    assert said["rows"]["used"] == said["rows"]["read"] - 1 == 1201


def test_several_wrong_recordings_each_have_their_paragraph(tmp_path: Path) -> None:
    names = ["empty.csv", "garbage.bin", "nozone.csv", "wrong.csv"]
    for name in names:
        (tmp_path / name).write_bytes(UNUSABLE[name][0])
    ran = replay(*(tmp_path / name for name in names), good(tmp_path), out=tmp_path / "out")
    assert ran.code == 2
    assert sorted(line.split(":")[0] for line in ran.paragraphs) == names
    assert sorted(summary(tmp_path / "out")["left_out"]) == sorted(ran.paragraphs)
    assert pairs(tmp_path / "out") == MET


def test_nothing_of_several_can_be_used(tmp_path: Path) -> None:
    for name in ("empty.csv", "wrong.csv"):
        (tmp_path / name).write_bytes(UNUSABLE[name][0])
    ran = replay(tmp_path / "empty.csv", tmp_path / "wrong.csv", out=tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(":")[0] for line in ran.paragraphs] == ["empty.csv", "wrong.csv"], "each file is heard of"
    assert not (tmp_path / "out").exists()


def test_a_folder_with_mixed_content(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "deep").mkdir(parents=True)
    good(folder / "deep")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "notes.md").write_text("# Notes\n", "utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    ran = replay(folder, out=tmp_path / "out")
    assert ran.code == 2
    one_paragraph(ran.err, "empty.csv: the file is empty.")
    said = summary(tmp_path / "out")
    assert sorted(Path(one["file"]).name for one in said["skipped"]) == ["notes.md", "picture.png"]
    assert all(one["why"] for one in said["skipped"])
    assert pairs(tmp_path / "out") == MET


def test_a_missing_path_is_bad_usage_and_so_are_only_folders_without_recordings(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    missing, bare = tmp_path / "none.csv", tmp_path / "bare"
    for paths, says in (
        ([missing], f"{missing}: there is no such file"),
        ([missing, good(tmp_path)], f"{missing}: there is no such file"),
        ([bare], f"{bare}: no recording in this folder"),
    ):
        ran = replay(*paths, out=tmp_path / "out")
        assert (ran.code, ran.out) == (2, "")
        one_paragraph(ran.err, says)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_recordings_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    ran = replay(tmp_path / "bare", good(tmp_path), out=tmp_path / "out")
    assert ran.code == 2
    one_paragraph(ran.err, f"{tmp_path / 'bare'}: no recording in this folder")
    assert pairs(tmp_path / "out") == MET
    assert summary(tmp_path / "out")["left_out"] == [ran.err.rstrip("\n")]


def test_a_header_without_rows_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_bytes(as_csv(GOOD).split(b"\n")[0] + b"\n")
    ran = replay(tmp_path / "bare.csv", out=tmp_path / "out")
    assert (ran.code, ran.err) == (0, "Warning: No row could be used. Nothing was looked at.\n")
    assert "0 aircraft, 0 of 0 rows used" in ran.out
    assert encounters(tmp_path / "out") == []


def test_the_same_recording_named_twice_counts_once_as_one_sky(tmp_path: Path) -> None:
    path = good(tmp_path)
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(path.read_bytes())
    assert replay(path, out=tmp_path / "once").code == 0
    for number, other in enumerate((path, copy, tmp_path / ".." / tmp_path.name / "good.parquet")):
        out = tmp_path / str(number)
        assert replay(path, other, out=out).code == 0
        assert (out / "encounters.csv").read_bytes() == (tmp_path / "once" / "encounters.csv").read_bytes()
        said = summary(out)
        assert said["rows"]["used"] == 1202
        assert said["rows"]["read"] == 1202 + sum(one["rows"] for one in said["rows"]["kept_aside"].values())


OPTIONS = [
    (("--separation", "5, 1000"), '--separation: "5" has no unit.', 'for example "3 NM" or "3000 ft"'),
    (("--separation", "5 NM, 1000"), '--separation: "1000" has no unit.', 'for example "3 NM" or "3000 ft"'),
    (("--separation", "5 NM"), '--separation "5 NM" is not two distances.', 'for example "3 NM, 3000 ft"'),
    (("--separation", "5 NM, 10 s"), "--separation: ", "s is not a unit of length"),
    (("--separation", "0 NM, 1000 ft"), '--separation: "0 NM" is not a distance', "greater than zero"),
    (("--near-miss", "500"), '--near-miss: "500" has no unit.', 'for example "3 NM" or "3000 ft"'),
    (("--near-miss", "-5 ft"), '--near-miss: "-5 ft" is not a distance', "greater than zero"),
    (("--from", "2026-01-01T09:00:00"), "--from: ", 'has no time zone. If it is UTC, write "2026-01-01T09:00:00Z".'),
    (("--to", "2026-01-01 09:00"), "--to: ", "has no time zone."),
    (("--to", "noon"), '--to: "noon" is not a time.', 'Write it like "2015-11-03T09:00:00Z".'),
    (("--from", "2026-01-01T09:00:00Z", "--to", "2026-01-01T10:00:00+02:00"), "--from is not before --to.", "Exchange"),
    (("--agreement", "nowhere.toml"), "nowhere.toml: There is no such file.", ""),
    (("--members", "nowhere.toml"), "nowhere.toml: There is no such file.", ""),
]


@pytest.mark.parametrize(
    ("options", "says", "remedy"), OPTIONS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_an_option_that_cannot_be_understood(
    options: tuple[str, ...], says: str, remedy: str, papers: Papers, tmp_path: Path
) -> None:
    ran = replay(papers.recording, *options, out=tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    one_paragraph(ran.err, says, remedy)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [("--fail-on", "everything"), ("--bogus",)], ids=" ".join)
def test_an_option_that_does_not_exist(options: tuple[str, ...], papers: Papers, tmp_path: Path) -> None:
    ran = replay(papers.recording, *options, out=tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert options[0] in ran.err and "--help" in ran.err
    assert not (tmp_path / "out").exists()


TOML = [
    ("--agreement", TERMS + "speling = 1\n", ", line 15, party[2].speling: ", "not a known key"),
    ("--agreement", 'title = "T"\n[separation]\nhorizontal = "3"\n', ", line 3, separation.horizontal: ", "no unit"),
    ("--agreement", 'title = "T"\n[separation]\nvertical = 3000\n', ", line 3, separation.vertical: ", "no unit"),
    ("--agreement", "title = \n", ", line 1", ""),
    ("--agreement", "", ": It is empty.", "title"),
    ("--members", MEMBERS + "ranges = [1]\n", ", line ", ""),
    ("--members", MEMBERS.replace("bbb000", "aaa000"), ", line ", "claimed twice"),
    ("--members", MEMBERS.replace('"BRAVO"', '"BRAWO"'), ", line ", "Write the name as it stands in the terms"),
]


@pytest.mark.parametrize(
    ("option", "content", "says", "remedy"), TOML, ids=lambda value: value[-24:].strip().replace("\n", " ")
)
def test_terms_and_members_that_cannot_be_understood(
    option: str, content: str, says: str, remedy: str, papers: Papers, tmp_path: Path
) -> None:
    file = tmp_path / "file.toml"
    file.write_text(content, "utf-8")
    ran = replay(papers.recording, *papers.agreement, option, file, out=tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    one_paragraph(ran.err, f"{file}{says}", remedy)
    assert not (tmp_path / "out").exists()


def test_an_aircraft_that_two_members_claim_by_its_call_sign(papers: Papers, tmp_path: Path) -> None:
    """No rule of the file contradicts another; the aircraft in the recording brings it to light."""
    rule = '[[aircraft]]\nparty = "{}"\nmember = "{}"\ncallsigns = ["{}"]\n'
    file = tmp_path / "members.toml"
    content = rule.format("ALFA", "Alfa Air Arm", "ALFA*") + rule.format("BRAVO", "Bravo Air Arm", "*FA1")
    file.write_text(content, "utf-8")
    ran = replay(papers.recording, *papers.agreement, "--members", file, out=tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    one_paragraph(ran.err, f"{file}, line 8, ", "aaa001 with call sign ALFA1 is claimed twice", '"ALFA*"', '"*FA1"')
    assert "Take it out of one of them" in ran.err
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_made(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        ran = replay(papers.recording, out=out)
        assert ran.code == 2
        one_paragraph(ran.err, f"{out}: cannot be written", "--out DIR")
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_an_output_that_cannot_be_replaced(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "encounters.csv").mkdir()
    ran = replay(papers.recording, out=tmp_path)
    assert ran.code == 2
    one_paragraph(ran.err, f"{tmp_path / 'encounters.csv'}: cannot be written", "Nothing there was changed.")
    assert [path.name for path in tmp_path.iterdir()] == ["encounters.csv"]
    assert not list(tmp_path.glob(".*")), "no temporary file stays"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_without_permission(papers: Papers, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    ran = replay(papers.recording, out=locked)
    assert ran.code == 2
    one_paragraph(ran.err, f"{locked}", "Permission denied")
    secret = good(tmp_path)
    secret.chmod(0)
    one_paragraph(replay(secret, out=tmp_path / "out").err, "good.parquet: ", "Permission denied")


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_recording_never_ends_in_a_traceback(seed: int, tmp_path: Path) -> None:
    """Whatever is done to the bytes: done, or one paragraph for each thing that is wrong; never a fault of ours."""
    rng = random.Random(seed)
    forms = [as_csv(MEETINGS[:2]), parquet(), json.dumps(table(MEETINGS[:2]).to_dicts()).encode()]
    content = bytearray(forms[seed % 3])
    for _ in range(rng.choice([1, 20])):
        at = rng.randrange(len(content))
        content[at : at + rng.randrange(40)] = rng.randbytes(rng.randrange(40))
    whole = bytes(content) if seed % 2 else gzip.compress(bytes(content))[: rng.randrange(50, 20_000)]
    path = tmp_path / "damaged"
    path.write_bytes(whole)
    ran = replay(path, out=tmp_path / "out")
    assert ran.code in (0, 2), ran.err
    assert all(line.startswith("damaged") for line in ran.paragraphs), ran.err
    assert (ran.code == 2) == bool(ran.err)


def parquet() -> bytes:
    out = io.BytesIO()
    table(MEETINGS[:2]).write_parquet(out)
    return out.getvalue()
