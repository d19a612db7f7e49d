"""Files that are broken, cut off, misnamed, locked or gone: named, and whatever can be used is used."""

from __future__ import annotations

import gzip
import io
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from adapters.bad_rows import EXPECTED, only_message
from adapters.written import FORMATS, Reading, as_csv, as_parquet, in_opensky, rows, write
from armslength.adapters.recording import columns, open_recordings, parquet, reading, stream
from armslength.domain.plot import KeptAside, Roster
from armslength.errors import FeedError


@pytest.mark.parametrize("separator", [",", ";"])
def test_lines_with_too_few_or_too_many_fields(separator: str, tmp_path: Path) -> None:
    lines = as_csv(rows(), separator).split(b"\n")
    lines[7] = lines[7] + separator.encode() + b"x"
    lines[9] = lines[9][:30]
    lines.insert(12, b"")
    got = Reading(write(tmp_path / "r.csv", b"\n".join(lines)))
    only_message(got, "row 7", "14 fields, not 13", "row does not parse", "1 more row")
    assert got.rows_read == 60 and got.aside.counts["row does not parse"] == 2
    assert {7, 9}.isdisjoint(plot[0] for plot in got.tuples())
    assert got.tuples() == [plot for plot in EXPECTED if plot[0] not in (7, 9)]


def test_broken_records_cost_themselves_alone(tmp_path: Path) -> None:
    table = rows()
    parts = [json.dumps(row) for row in table]
    parts[5] = parts[5].replace(":", "", 1)
    parts[20] = parts[20][:-30] + "}"
    for name, text in (("r.json", "[" + ",".join(parts) + "]"), ("r.ndjson", "\n".join(parts) + "\n")):
        got = Reading(write(tmp_path / name, text.encode()))
        only_message(got, "row 6", "row does not parse")
        assert got.tuples() == [plot for plot in EXPECTED if plot[0] not in (6, 21)]
        assert got.rows_read == 60


@pytest.mark.parametrize("kind", ["json", "spaced.json", "indented.json"])
def test_json_array_cut_off(kind: str, tmp_path: Path) -> None:
    text = FORMATS[kind](rows())
    got = Reading(write(tmp_path / f"r.{kind}", text[: len(text) // 2]))
    only_message(got, "r.", "cut off", f"after {got.rows_read:,} rows", "These are used", "Fetch it again")
    assert got.tuples() == EXPECTED[: len(got)] and len(got) > 15


@pytest.mark.parametrize("kind", ["columns.json", "lists.json"])
def test_json_columns_cut_off(kind: str, tmp_path: Path) -> None:
    text = FORMATS[kind](rows())
    only_message(Reading(write(tmp_path / f"r.{kind}", text[: len(text) - 40])), "damaged", "columns cut off")


def test_json_columns_of_different_length(tmp_path: Path) -> None:
    content = {key: [row[key] for row in rows()] for key in rows()[0]}
    content["latitude"].pop()
    got = Reading(write(tmp_path / "r.json", json.dumps(content).encode()))
    only_message(got, "differ in length", "latitude has 59", "timestamp has 60")


def test_json_columns_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "LARGEST", 1 << 10)
    only_message(Reading(write(tmp_path / "r.json", FORMATS["columns.json"](rows()))), "read whole", "Parquet")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04" + bytes(50), "a zip archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "zstd"),
        ("time,icao24".encode("utf-16"), "UTF-16"),
        (bytes(range(256)) * 40, "binary data"),
        (b"Dear all: this is a note\nwith no table", "text, but not a table"),
        (b"[1, 2, 3]", "a JSON array, but not of records"),
        (b'{"now": 1.5, "messages": 3, "aircraft": [{"hex": "4b1815"}]}', "a snapshot of aircraft"),
        (b'{"type": "FeatureCollection", "features": []}', "GeoJSON"),
    ],
)
def test_other_files(content: bytes, what: str, tmp_path: Path) -> None:
    got = Reading(write(tmp_path / "thing.dat", content))
    only_message(got, "thing.dat", what, "Recordings are CSV, Parquet, JSON")


def test_empty_array(tmp_path: Path) -> None:
    only_message(Reading(write(tmp_path / "a.json", b"[]")), "a.json", "holds no records")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_without_rows_is_no_fault(kind: str, tmp_path: Path) -> None:
    if kind == "csv":
        write(tmp_path / "a.csv", as_csv(rows()).split(b"\n")[0])
    else:
        pl.DataFrame(rows())[:0].write_parquet(tmp_path / "a.parquet")
    got = Reading(tmp_path / f"a.{kind}")
    assert got.messages == [] and len(got) == 0 and got.rows_read == 0


@pytest.mark.parametrize("keep", [0.3, 0.98])
def test_parquet_cut_off(keep: float, tmp_path: Path) -> None:
    content = as_parquet(rows())
    got = Reading(write(tmp_path / "r.parquet", content[: int(len(content) * keep)]))
    only_message(got, "r.parquet", "damaged or cut off", "Fetch or write it again")


def test_parquet_damaged_inside_keeps_the_slices_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SLICE", 500)
    monkeypatch.setattr(reading, "BATCH", 1)
    out = io.BytesIO()
    frame = pl.DataFrame([row | {"timestamp": 1_533_101_250_000 + i} for i, row in enumerate(rows() * 50)])
    frame.write_parquet(out, row_group_size=500, compression="zstd")
    content = bytearray(out.getvalue())
    at = content.rfind(b"\x28\xb5\x2f\xfd")  # the last packed page
    content[at : at + 60] = b"\xff" * 60
    got = Reading(write(tmp_path / "r.parquet", bytes(content)))
    only_message(got, "r.parquet", "damaged")
    assert got.raised


def test_addresses_as_numbers(tmp_path: Path) -> None:
    pl.DataFrame([row | {"icao24": 4921365} for row in rows()]).write_parquet(tmp_path / "r.parquet")
    only_message(Reading(tmp_path / "r.parquet"), '"icao24" holds Int64', "hex as text")


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"nowhere\.csv: there is no such file or folder"):
        open_recordings([tmp_path / "nowhere.csv"])


def test_a_folder_without_recordings(tmp_path: Path) -> None:
    write(tmp_path / "notes.md", b"# Notes, and more")
    skipped: list[tuple[Path, str]] = []
    with pytest.raises(FeedError, match="no recording in this folder"):
        open_recordings([tmp_path], skipped)
    assert [path.name for path, _ in skipped] == ["notes.md"]


def test_a_folder_without_recordings_does_not_stop_the_others(tmp_path: Path) -> None:
    bare, other = tmp_path / "bare", tmp_path / "other"
    bare.mkdir()
    other.mkdir()
    good = write(tmp_path / "good.csv", as_csv(rows()))
    got = Reading(bare, good)
    only_message(got, f"{bare}: no recording in this folder.", "Recordings are CSV")
    assert got.tuples() == EXPECTED
    with pytest.raises(FeedError, match="bare: no recording in this folder"):
        open_recordings([bare, other])


def test_folders_are_searched_to_the_bottom_and_sorted(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    write(tmp_path / "b" / "c" / "1.csv", as_csv(in_opensky(rows())))
    write(tmp_path / "b" / "a.parquet", as_parquet(rows()))
    write(tmp_path / "a.json", FORMATS["json"](rows()), packed=True)
    write(tmp_path / "columns.json", FORMATS["columns.json"](rows() * 300))
    write(tmp_path / "readme.md", b"hello")
    write(tmp_path / "truth.json", b'[{"encounter": 1, "at": "noon"}]')
    write(tmp_path / "members.csv", b"address,party\n4b1815,Blue\n")
    write(tmp_path / "hourly.csv", b"")
    skipped: list[tuple[Path, str]] = []
    found = open_recordings([tmp_path], skipped)
    assert [recording.name for recording in found] == [
        "a.json",
        "b/a.parquet",
        "b/c/1.csv",
        "columns.json",
        "hourly.csv",
    ]
    assert sorted(path.name for path, _ in skipped) == ["members.csv", "readme.md", "truth.json"]
    assert all(reason for _, reason in skipped)
    got = Reading(tmp_path)
    only_message(got, "hourly.csv", "empty")
    assert len(got) > 3 * len(EXPECTED)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "secret.csv", as_csv(rows()))
    opened = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    good = write(tmp_path / "good.csv", as_csv(rows()))
    got = Reading(path, good)
    only_message(got, "secret.csv", "Permission denied", "Check its permissions")
    assert got.tuples() == EXPECTED


def test_a_file_that_vanishes_after_opening(tmp_path: Path) -> None:
    path = write(tmp_path / "gone.csv", as_csv(rows()))
    recording = open_recordings([path])[0]
    path.unlink()
    with pytest.raises(FeedError, match=r"gone\.csv"):
        list(recording.batches(0, Roster(), KeptAside(), []))


def test_garbage_behind_the_gzip_stream_is_ignored(tmp_path: Path) -> None:
    packed = gzip.compress(as_csv(rows()))
    assert Reading(write(tmp_path / "a.csv.gz", packed + bytes(512))).tuples() == EXPECTED
    halves = as_csv(rows())
    two = gzip.compress(halves[:1000]) + gzip.compress(halves[1000:])
    assert Reading(write(tmp_path / "b.csv.gz", two)).tuples() == EXPECTED
    assert packed[:2] == stream.GZIP


def test_zones_other_than_utc(tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2018-08-01T07:27:30.250+02:00")
    table = [row | {"timestamp": moment.isoformat(" "), "last_position": None} for row in rows()]
    got = Reading(write(tmp_path / "a.csv", as_csv(table)))
    assert set(got.array("time_ns").tolist()) == {1_533_101_250_250_000_000}


def test_quantities_too_large_are_unknown(tmp_path: Path) -> None:
    table = [row | {"altitude": 1e300, "track": float("inf")} for row in rows()]
    got = Reading(write(tmp_path / "r.csv", as_csv(table)))
    assert np.isnan(got.array("alt_baro_m")).all() and np.isnan(got.array("track_deg")).all()
    assert len(got) == len(EXPECTED)
