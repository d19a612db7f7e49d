"""Bad input: one paragraph that names the file, the row and the remedy; whatever can be used is used."""

from __future__ import annotations

import gzip
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from adapters.bad_rows import ASIDE, EXPECTED, TEXT_FORMATS, only_message
from adapters.written import FORMATS, Reading, as_csv, as_parquet, rows, write
from armslength.adapters.recording import reading, text_table


@pytest.mark.parametrize("packed", [False, True])
def test_empty_file(tmp_path: Path, packed: bool) -> None:
    got = Reading(write(tmp_path / "night.csv", b"", packed=packed))
    only_message(got, "night.csv", "the file is empty.", "Fetch it again, or write at least time, address")
    assert got.raised and got.recordings[0].format == "unknown"


def test_blanks_only(tmp_path: Path) -> None:
    only_message(Reading(write(tmp_path / "a.csv", b" \n\n")), "empty but for blanks")


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson"])
def test_truncated_gzip_gives_the_rows_before_the_break(kind: str, tmp_path: Path) -> None:
    packed = gzip.compress(FORMATS[kind](rows()))
    path = write(tmp_path / f"cut.{kind}.gz", packed[: len(packed) // 2])
    got = Reading(path)
    only_message(got, "cut.", "the gzip stream ends in the middle", f"after {got.rows_read:,} rows", "Fetch it again")
    assert got.problems and not got.raised
    assert 5 < len(got) < 50 and got.tuples() == EXPECTED[: len(got)]


@pytest.mark.parametrize("kind", ["parquet", "columns.json"])
def test_truncated_gzip_of_a_format_that_needs_its_end(kind: str, tmp_path: Path) -> None:
    packed = gzip.compress(FORMATS[kind](rows()))
    got = Reading(write(tmp_path / f"cut.{kind}.gz", packed[: len(packed) // 2]))
    only_message(got, "cut.", "gzip stream", "Fetch it again")
    assert got.raised and not got.batches


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_damaged_gzip(kind: str, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(FORMATS[kind](rows() * 50)))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40
    got = Reading(write(tmp_path / f"bad.{kind}.gz", bytes(packed)))
    assert any("gzip stream" in message and "Fetch it again" in message for message in got.messages)
    assert got.accounts_for_every_row()


def test_truncated_gzip_before_the_first_row(tmp_path: Path) -> None:
    got = Reading(write(tmp_path / "cut.csv.gz", gzip.compress(as_csv(rows()))[:60]))
    assert got.raised and len(got.messages) == 1 and "cut.csv.gz" in got.messages[0]


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "columns.json", "parquet"])
def test_wrong_columns_names_those_found_and_those_needed(kind: str, tmp_path: Path) -> None:
    table = [
        {"Latitude_deg": row["latitude"], "longitude": 8.0, "icao": row["icao24"], "timestamp": row["timestamp"]}
        for row in rows()
    ]
    got = Reading(write(tmp_path / f"other.{kind}", FORMATS[kind](table)))
    only_message(
        got, "other.", "wrong columns", "no icao24", "no latitude or lat", "Found: latitude_deg",
        '"icao" looks like icao24', "Rename",
    )  # fmt: skip


def test_two_dialects_in_one_table_are_uncertain(tmp_path: Path) -> None:
    table = [row | {"velocity": 200.0} for row in rows()]
    only_message(Reading(write(tmp_path / "mixed.csv", as_csv(table))), "mixed.csv", "velocity", "groundspeed", "units")


@pytest.mark.parametrize("kind", TEXT_FORMATS)
def test_text_where_a_number_belongs_costs_that_row_alone(kind: str, tmp_path: Path) -> None:
    table = rows()
    table[4] |= {"altitude": "FL350"}
    table[9] |= {"latitude": "47.1N"}
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
    only_message(got, "row 5", 'altitude is "FL350"', "not a number", "1 more row", "the other rows were used")
    assert got.problems and got.aside.counts == ASIDE | {"not a number": 2}
    assert [plot[0] for plot in got.tuples()] == [plot[0] for plot in EXPECTED if plot[0] not in (5, 10)]
    assert got.aside.as_dict()["not a number"]["example"] == {
        "file": f"r.{kind}", "row": 5, "says": 'altitude is "FL350"',
    }  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("with_header", [False, True])
def test_a_line_without_end_is_given_up(
    packed: bool, with_header: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_table, "LONGEST_LINE", 1 << 20)
    good = as_csv(rows())
    endless = good + b"7" * (3 << 20) if with_header else good.split(b"\n")[0] + b",a" * (3 << 19)
    got = Reading(write(tmp_path / "endless.csv", endless, packed=packed))
    only_message(got, "endless.csv", "no line ends within 1 MiB", f"after row {60 if with_header else 0}", "one line")
    assert got.raised and got.tuples() == EXPECTED if with_header else not got.batches


def test_long_lines_below_the_limit_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_table, "LONGEST_LINE", 1 << 20)
    table = [row | {"remark": "x" * (1000 << 10) if number == 30 else ""} for number, row in enumerate(rows())]
    got = Reading(write(tmp_path / "wide.csv", as_csv(table)))
    assert got.messages == [] and got.tuples() == EXPECTED


def test_gzipped_parquet_too_large_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "large.parquet.gz", as_parquet(rows()), packed=True)
    assert Reading(path).tuples() == EXPECTED
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 1 << 10)
    got = Reading(path)
    only_message(got, "large.parquet.gz", "unpacked", "half of what is free", "gunzip")
    assert got.raised and not got.batches


def test_gzipped_parquet_leaves_half_of_the_free_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = as_parquet(rows())
    path = write(tmp_path / "large.parquet.gz", content, packed=True)
    for free, fits in ((2 * len(content), True), (2 * len(content) - 2, False)):
        monkeypatch.setattr("shutil.disk_usage", lambda folder, free=free: SimpleNamespace(free=free))
        assert Reading(path).tuples() == (EXPECTED if fits else [])


@pytest.mark.parametrize("kind", [*TEXT_FORMATS, "parquet"])
def test_nan_position_is_heard_of_and_null_is_not(kind: str, tmp_path: Path) -> None:
    table = rows()
    table[4] |= {"latitude": float("nan")}
    table[5] |= {"longitude": float("nan")}
    table[8] |= {"altitude": float("nan")}  # an unknown level is no fault
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
    only_message(got, "row 5", "NaN", "1 more row", "Leave the position empty")
    assert got.aside.counts == ASIDE | {"position is NaN": 2}


@pytest.mark.parametrize("text", ["2018-08-01 05:27:30", "2018-08-01T05:27:30.250"])
@pytest.mark.parametrize("kind", TEXT_FORMATS)
def test_time_without_zone(kind: str, text: str, tmp_path: Path) -> None:
    table = [row | {"timestamp": text, "last_position": None} for row in rows()]
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
    only_message(got, "r.", '"timestamp"', "no time zone", text, text.replace(" ", "T") + "Z")
    assert got.raised and not got.batches


def test_time_without_zone_in_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame(rows()).with_columns(pl.from_epoch("timestamp", "ms"))
    frame.write_parquet(tmp_path / "naive.parquet")
    only_message(Reading(tmp_path / "naive.parquet"), "naive.parquet", "no time zone", "2018-08-01")


def test_some_times_without_zone_cost_those_rows(tmp_path: Path) -> None:
    table = [row | {"timestamp": "2018-08-01T05:27:30Z", "last_position": None} for row in rows()]
    table[3] |= {"timestamp": "2018-08-01T05:27:30"}
    table[4] |= {"timestamp": "yesterday"}
    got = Reading(write(tmp_path / "r.csv", as_csv(table)))
    zone, time = got.messages
    assert zone.startswith('r.csv, row 4: no time zone: timestamp is "2018-08-01T05:27:30". If it is UTC, write a Z')
    assert time.startswith('r.csv, row 5: not a time: timestamp is "yesterday". Write seconds since 1970, or ISO 8601')
    assert (got.aside.counts["no time zone"], got.aside.counts["not a time"]) == (1, 1)
    assert got.accounts_for_every_row()


@pytest.mark.parametrize("kind", [*TEXT_FORMATS, "parquet"])
def test_a_valid_time_of_an_impossible_year_is_named_so(kind: str, tmp_path: Path) -> None:
    table = [row | {"timestamp": "2018-08-01T05:27:30Z", "last_position": None} for row in rows()]
    table[3] |= {"timestamp": "1969-12-31T23:59:59Z"}
    table[4] |= {"timestamp": "0001-01-01T00:00:00Z"}
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
    assert got.messages == [] and got.accounts_for_every_row()
    assert got.aside.counts["impossible time"] == 2 and "not a time" not in got.aside.counts
    assert got.aside.as_dict()["impossible time"]["example"]["says"] == 'timestamp is "1969-12-31T23:59:59Z"'


def test_a_parquet_time_stamp_before_1970_is_an_impossible_time(tmp_path: Path) -> None:
    table = rows()
    table[3] |= {"timestamp": -1000}
    frame = pl.DataFrame(table).with_columns(
        pl.from_epoch(pl.col(name), "ms").dt.replace_time_zone("UTC") for name in ("timestamp", "last_position")
    )
    frame.write_parquet(tmp_path / "r.parquet")
    got = Reading(tmp_path / "r.parquet")
    assert got.messages == [] and got.aside.counts["impossible time"] == 1 and got.accounts_for_every_row()


@pytest.mark.parametrize(("wrong", "says"), [(1, ""), (2, " 1 more row is like it."), (3, " 2 more rows are like it.")])
def test_how_many_rows_are_wrong(wrong: int, says: str, tmp_path: Path) -> None:
    table = [row | ({"altitude": "FL350"} if number < wrong else {}) for number, row in enumerate(rows())]
    got = Reading(write(tmp_path / "r.csv", as_csv(table)))
    assert got.messages == [
        f'r.csv, row 1: not a number: altitude is "FL350".{says} Write a number there or leave the field empty; '
        "the other rows were used."
    ]


def test_nothing_is_called_used_where_nothing_was(tmp_path: Path) -> None:
    table = [row | {"latitude": "north"} for row in rows()]
    table[5] |= {"latitude": None}
    got = Reading(write(tmp_path / "r.csv", as_csv(table)))
    only_message(got, "row 1", "58 more rows are like it", "leave the field empty; no row could be used.")
    assert len(got) == 0
