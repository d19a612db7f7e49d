"""The same recording in every format, dialect and packing gives the same plots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.plain_reader import read_plainly
from adapters.written import FORMATS, Reading, as_parquet, in_opensky, rows, write
from armslength.adapters.recording import json_records, parquet, reading, stream, text_table

EXPECTED, ASIDE = read_plainly(rows())


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("dialect", ["traffic", "opensky"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_plots(kind: str, dialect: str, packed: bool, tmp_path: Path) -> None:
    table = rows() if dialect == "traffic" else in_opensky(rows())
    path = write(tmp_path / f"recording.{kind}{'.gz' if packed else ''}", FORMATS[kind](table), packed=packed)
    got = Reading(path)
    assert got.messages == []
    assert got.tuples() == EXPECTED
    assert got.aside.counts == ASIDE
    assert got.accounts_for_every_row() and got.rows_read == 60
    assert got.recordings[0].progress == 1.0


def test_the_sample_holds_every_normal_reason() -> None:
    assert set(ASIDE) == {"no address", "no position", "no time", "position out of range", "repeated position"}
    assert any(plot[5] is None for plot in EXPECTED) and any(plot[10] for plot in EXPECTED)


def test_the_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    for kind in ("csv", "parquet", "json", "columns.json"):
        path = write(tmp_path / f"{kind.split('.')[0]}.dat", FORMATS[kind](rows()), packed=kind == "json")
        assert Reading(path).tuples() == EXPECTED


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "indented.json", "lists.json", "parquet"])
def test_small_blocks_change_nothing(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream.ByteStream.blocks, "__defaults__", (700,))
    monkeypatch.setattr(stream, "_CHUNK", 301)
    monkeypatch.setattr(parquet, "SLICE", 7)
    monkeypatch.setattr(reading, "BATCH", 1)
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](rows()), packed=kind != "parquet"))
    assert got.tuples() == EXPECTED and got.aside.counts == ASIDE
    assert len(got.batches) > 3 or kind == "lists.json"


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind not in ("columns.json", "lists.json", "parquet")])
def test_sound_recordings_take_the_fast_way(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("read row by row")

    monkeypatch.setattr(json_records.JsonRecords, "_one_by_one", refuse)
    monkeypatch.setattr(text_table.TextTable, "_line_by_line", refuse)
    monkeypatch.setattr(stream.ByteStream.blocks, "__defaults__", (5000,))
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](rows())))
    assert got.tuples() == EXPECTED and got.aside.counts == ASIDE


def test_call_signs_are_heard_with_their_earliest_time(tmp_path: Path) -> None:
    table = [row | {"callsign": "LATER" if k > 30 else row["callsign"]} for k, row in enumerate(rows())]
    table = table[::-1]  # not in order of time
    for kind in ("csv", "parquet", "json", "lists.json"):
        roster = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table))).roster
        aircraft = roster.index("3c6444")
        assert roster.callsigns(aircraft) == ["DLH2", "LATER"]
        times = {row["last_position"] or row["timestamp"] for row in table if row["callsign"] == "LATER"}
        assert roster.callsign_at(aircraft, min(times) * 1_000_000 + 10**9) == "LATER"
        assert roster.callsigns(roster.index("~2a0001")) == ["LATER"]
        assert roster.callsigns(roster.index("4b1815")) == ["SWR1", "LATER"]


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "columns.json"])
def test_longitudes_of_a_whole_turn_are_wrapped(kind: str, tmp_path: Path) -> None:
    given_and_inside = {
        180.0: -180.0, -180.0: -180.0, 180.25: -179.75, 350.5: -9.5, 359.9999: 359.9999 - 360, 360.0: 0.0,
        -190.5: 169.5, -360.0: 0.0, 179.5: 179.5, -180.00000000000003: 179.99999999999997, 360.01: None,
        -360.01: None, 540.0: None,
    }  # fmt: skip
    table = [
        rows()[0] | {"timestamp": 1_533_101_250_000 + k, "longitude": lon} for k, lon in enumerate(given_and_inside)
    ]
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
    expected, aside = read_plainly(table)
    assert got.tuples() == expected and got.aside.counts == aside == {"position out of range": 3}
    assert got.array("lon").tolist() == [lon for lon in given_and_inside.values() if lon is not None]
    assert got.messages == []


def test_a_recording_from_0_to_360_is_that_from_minus_180_to_180(tmp_path: Path) -> None:
    east = [row | {"longitude": row["longitude"] and row["longitude"] % 360} for row in rows()]
    assert {row["longitude"] > 180 for row in east if row["longitude"]} == {True, False}
    got = Reading(write(tmp_path / "east.parquet", as_parquet(east)))
    assert got.aside.counts == ASIDE
    assert np.allclose(got.array("lon"), [plot[4] for plot in EXPECTED], rtol=0, atol=1e-12)


def test_aircraft_without_a_usable_row_are_not_entered(tmp_path: Path) -> None:
    table = [row | ({"latitude": None} if row["icao24"] == "3C6444" else {}) for row in rows()]
    assert "3c6444" not in Reading(write(tmp_path / "r.csv", FORMATS["csv"](table))).roster.addresses


def test_identifiers_of_other_kinds_are_marked(tmp_path: Path) -> None:
    table = [
        row | {"icao24": name} for row, name in zip(rows(), ["KL204", "4B1815", "~KL204", " 4b1815 "], strict=False)
    ]
    assert Reading(write(tmp_path / "r.csv", FORMATS["csv"](table))).roster.addresses == ["~kl204", "4b1815"]


def test_a_parquet_file_in_order_of_time_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SLICE", 6)
    monkeypatch.setattr(reading, "BATCH", 1)
    got = Reading(write(tmp_path / "r.parquet", as_parquet(rows(), row_group_size=5)))
    assert len(got.batches) == 10
    for i, batch in enumerate(got.batches[:-1]):
        later = np.concatenate([after.time_ns for after in got.batches[i + 1 :]])
        assert batch.rest_from_ns <= later.min()
        assert batch.rest_from_ns > int(batch.time_ns.min())
    assert got.batches[-1].rest_from_ns == np.iinfo(np.int64).max


def test_bounds_of_a_parquet_file(tmp_path: Path) -> None:
    recording = Reading(write(tmp_path / "r.parquet", as_parquet(rows()))).recordings[0]
    stamps = [row["timestamp"] for row in rows() if row["timestamp"] is not None]
    own = [row["last_position"] for row in rows() if row["last_position"] is not None]
    assert recording.bounds() == (min(stamps + own) * 1_000_000, max(stamps) * 1_000_000)
    assert Reading(write(tmp_path / "r.csv", FORMATS["csv"](rows()))).recordings[0].bounds() is None


NUMBER = st.none() | st.floats(-1e5, 1e5, width=32).map(float)
ROW = st.fixed_dictionaries(
    {
        "timestamp": st.none() | st.integers(1_600_000_000_000, 1_600_000_005_000),
        "icao24": st.sampled_from(["4b1815", "4B1816", "~2a0001", "", None, " 3c6444"]),
        "latitude": st.none() | st.sampled_from([47.25, 90.0, -90.0, 90.5, 0.0]),
        "longitude": st.none() | st.sampled_from([8.125, -180.0, 180.0, 181.0]),
        "altitude": NUMBER,
        "geoaltitude": NUMBER,
        "groundspeed": NUMBER,
        "track": NUMBER,
        "vertical_rate": NUMBER,
        "callsign": st.sampled_from([None, "", "SWR1", "a,b", 'q"t', "},{", "x}\\u007b,{"]),
        "onground": st.booleans() | st.none(),
        "last_position": st.none() | st.integers(1_600_000_000_000, 1_600_000_002_000),
        "nacp": st.none() | st.integers(0, 13),
    }
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(ROW, min_size=1, max_size=25), kind=st.sampled_from(["csv", "json", "ndjson", "columns.json"]))
def test_any_table_reads_as_in_plain_python(table: list[dict[str, object]], kind: str, tmp_path: Path) -> None:
    table[0] = table[0] | {"timestamp": 1_600_000_001_000}  # a table without any time has no unit of time
    got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
    expected, aside = read_plainly(table)
    assert got.messages == []
    assert got.tuples() == expected
    assert got.aside.counts == aside
    assert got.rows_read == len(table)


def test_longest_record_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "LONGEST_RECORD", 1000)
    monkeypatch.setattr(stream.ByteStream.blocks, "__defaults__", (700,))
    record = b'{"timestamp":1,"icao24":"4b1815","latitude":1,"longitude":1,"callsign":"' + b"x" * 5000
    got = Reading(write(tmp_path / "r.json", b"[" + record))
    assert "no record ends within" in got.messages[0]
