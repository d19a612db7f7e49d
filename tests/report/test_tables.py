"""The tables: columns, types, unknown values, hostile text, and that no half file is ever left."""

from __future__ import annotations

import csv
import errno
import json
from pathlib import Path

import polars as pl
import pytest

from armslength.domain.encounter import COLUMNS
from armslength.errors import InputError
from armslength.report import staging
from armslength.report.staging import Staging, write_atomically
from armslength.report.tables import FILES, write_tables
from armslength.units import NS, parse_stamp, stamp
from report.made_up import NAN, encounter, many

TEXT = (
    "first",
    "second",
    "first_callsign",
    "second_callsign",
    "first_party",
    "second_party",
    "level",
    "certainty",
    "note",
)
TIMES = ("opened", "closed", "t_closest", "t_slant")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_three_tables_say_the_same(tmp_path: Path) -> None:
    encounters = many(50)
    assert write_tables(tmp_path, encounters) == FILES
    table = pl.read_parquet(tmp_path / FILES["parquet"])
    rows = rows_of(tmp_path / FILES["csv"])
    features = json.loads((tmp_path / FILES["geojson"]).read_text())["features"]
    assert tuple(table.columns) == COLUMNS == tuple(rows[0]) == tuple(features[0]["properties"])
    for one, stored, row, feature in zip(encounters, table.iter_rows(named=True), rows, features, strict=True):
        assert feature["geometry"]["coordinates"] == pytest.approx([one.lon, one.lat], abs=1e-7)
        for name in COLUMNS:
            truth = getattr(one, name)
            if name in TIMES:
                assert row[name] == stamp(truth) and abs(parse_stamp(row[name]) - truth) <= NS // 2000
                assert feature["properties"][name] == row[name]
            elif name in TEXT:
                assert stored[name] == row[name] == feature["properties"][name] == truth
            else:
                assert stored[name] == truth
                assert float(row[name]) == feature["properties"][name] == pytest.approx(truth, abs=6e-4)
    times = table.select(pl.col(TIMES).cast(pl.Int64)).rows()
    assert times == [tuple(getattr(one, name) for name in TIMES) for one in encounters]


def test_types_are_stable_and_hold_with_zero_encounters(tmp_path: Path) -> None:
    write_tables(tmp_path / "none", [])
    write_tables(tmp_path / "some", [encounter()])
    none, some = (pl.read_parquet(tmp_path / name / FILES["parquet"]) for name in ("none", "some"))
    assert none.schema == some.schema and none.height == 0
    assert {name: none.schema[name] for name in TIMES} == dict.fromkeys(TIMES, pl.Datetime("ns", "UTC"))
    assert (tmp_path / "none" / FILES["csv"]).read_text() == ",".join(COLUMNS) + "\n"
    assert json.loads((tmp_path / "none" / FILES["geojson"]).read_text()) == {
        "type": "FeatureCollection",
        "features": [],
    }


def test_unknown_numbers_are_null_and_empty(tmp_path: Path) -> None:
    write_tables(tmp_path, [encounter(d_v_m=NAN, slant_m=NAN, alt_m=NAN, error_v_m=float("inf"), lat=NAN, lon=NAN)])
    unknown = ("d_v_m", "slant_m", "alt_m", "error_v_m", "lat", "lon")
    table = pl.read_parquet(tmp_path / FILES["parquet"])
    assert [table[name].null_count() for name in unknown] == [1] * 6
    assert [rows_of(tmp_path / FILES["csv"])[0][name] for name in unknown] == [""] * 6
    feature = json.loads((tmp_path / FILES["geojson"]).read_text())["features"][0]
    assert feature["geometry"] is None
    assert [feature["properties"][name] for name in unknown] == [None] * 6


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1+1|cmd", "'-1+1|cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", " '=1"),
        ("A;=1+1", "A;'=1+1"),
        ('a","=1', 'a","=1'),
        ("＝1", "'＝1"),
        ("A\r\nB", "A  B"),
        ("SWR-12", "SWR-12"),
        ("ÅSA 1", "ÅSA 1"),
    ],
)
def test_csv_text_is_never_a_formula_and_other_forms_keep_it(tmp_path: Path, sent: str, shown: str) -> None:
    write_tables(tmp_path, [encounter(first_callsign=sent)])
    assert rows_of(tmp_path / FILES["csv"])[0]["first_callsign"] == shown
    assert pl.read_parquet(tmp_path / FILES["parquet"])["first_callsign"][0] == sent
    assert json.loads((tmp_path / FILES["geojson"]).read_text())["features"][0]["properties"]["first_callsign"] == sent


def test_half_a_surrogate_pair_does_not_stop_the_tables(tmp_path: Path) -> None:
    write_tables(tmp_path, [encounter(first_callsign="A\ud800B")])
    assert pl.read_parquet(tmp_path / FILES["parquet"])["first_callsign"][0] == "A?B"


def test_an_interruption_leaves_the_old_files_and_nothing_else(tmp_path: Path) -> None:
    write_tables(tmp_path, [encounter()])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def interrupted(file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Staging(tmp_path) as stage:
        write_tables(tmp_path, [], stage)
        stage.write("report.html", interrupted)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_full_disk_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(staging.os, "fsync", full)
    with pytest.raises(InputError, match=r"encounters\.parquet: cannot be written: No space left on device.*--out"):
        write_tables(tmp_path, [encounter()])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match=r"out: cannot be written"):
        write_tables(tmp_path / "out", [])
    assert (tmp_path / "out").read_text() == "mine"


def test_write_atomically_takes_text_bytes_and_writers(tmp_path: Path) -> None:
    write_atomically(tmp_path / "deep" / "a", "ä")
    write_atomically(tmp_path / "deep" / "a", b"\x00")
    assert (tmp_path / "deep" / "a").read_bytes() == b"\x00"
    write_atomically(tmp_path / "deep" / "a", lambda file: file.write(b"w"))
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a"]
    assert (tmp_path / "deep" / "a").read_bytes() == b"w"
