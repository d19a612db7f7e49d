"""The same flights, however they are handed over: once more, in parts, in another format, in another order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from armslength.units import FPM, FT, KT
from cli.replaying import encounters, replay, sheet, summary
from shared import shared_data

MINIMA = ("--separation", "5 NM, 1000 ft")


@pytest.fixture(scope="module")
def day() -> pl.DataFrame:
    """Return five hours of traffic over Switzerland as a table, times in milliseconds."""
    table = pl.read_json(shared_data("recordings", "switzerland.json.gz").resolve(), infer_schema_length=None)
    return table.filter(pl.col("timestamp").is_between(1_533_114_000_000, 1_533_132_000_000))


@pytest.fixture(scope="module")
def once(day: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of those hours in one Parquet file."""
    folder = tmp_path_factory.mktemp("once")
    day.write_parquet(folder / "day.parquet")
    assert replay(folder / "day.parquet", *MINIMA, out=folder / "out").code == 0
    assert len(encounters(folder / "out")) > 50
    assert len((folder / "out" / "findings.csv").read_text("utf-8").splitlines()) > 50
    return folder / "out"


def by_aircraft(day: pl.DataFrame, folder: Path) -> None:
    for k in range(7):
        day.filter(pl.col("icao24").hash(seed=1) % 7 == k).write_parquet(folder / f"{k}.parquet")


def by_hour(day: pl.DataFrame, folder: Path) -> None:
    hour = day["timestamp"] // 3_600_000
    for k in hour.unique().to_list():
        day.filter(hour == k).write_parquet(folder / f"{k}.parquet")


def as_csv(day: pl.DataFrame, folder: Path) -> None:
    day.write_csv(folder / "day.csv")


def as_json(day: pl.DataFrame, folder: Path) -> None:
    (folder / "day.json").write_text(json.dumps(day.to_dicts()), "utf-8")


def shuffled(day: pl.DataFrame, folder: Path) -> None:
    day.sample(fraction=1.0, shuffle=True, seed=3).write_parquet(folder / "day.parquet")


def backwards_in_csv(day: pl.DataFrame, folder: Path) -> None:
    day.reverse().write_csv(folder / "day.csv")


def by_aircraft_and_unsorted(day: pl.DataFrame, folder: Path) -> None:
    by_aircraft(day.sort("icao24", "timestamp"), folder)


def mixed(day: pl.DataFrame, folder: Path) -> None:
    half = day["icao24"].hash(seed=2) % 2 == 0
    day.filter(half).write_csv(folder / "one.csv")
    day.filter(~half).write_parquet(folder / "two.parquet")


WAYS = (by_aircraft, by_hour, as_csv, as_json, shuffled, backwards_in_csv, by_aircraft_and_unsorted, mixed)


def alike(one: Path, other: Path) -> None:
    """Fail unless both hold the same encounters and findings, numbers equal to the last digit that CSV shows."""
    for name in ("encounters.csv", "findings.csv"):
        assert (one / name).read_text("utf-8") == (other / name).read_text("utf-8")


def test_the_same_recording_twice(day: pl.DataFrame, once: Path, tmp_path: Path) -> None:
    day.write_parquet(tmp_path / "day.parquet")
    assert replay(tmp_path / "day.parquet", *MINIMA, out=tmp_path / "out").code == 0
    for name in ("encounters.csv", "encounters.parquet", "encounters.geojson", "findings.csv", "findings.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (once / name).read_bytes()
    first, second = summary(once), summary(tmp_path / "out")
    assert {key for key in first if first[key] != second[key]} <= {"seconds", "rows_per_second"}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_handed_over_otherwise(
    way: Callable[[pl.DataFrame, Path], None], day: pl.DataFrame, once: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    way(day, folder)
    assert replay(folder, *MINIMA, out=tmp_path / "out").code == 0
    alike(tmp_path / "out", once)
    first, second = summary(once), summary(tmp_path / "out")
    assert (first["encounters"], first["findings"]) == (second["encounters"], second["findings"])
    assert (first["rows"]["read"], first["rows"]["used"]) == (second["rows"]["read"], second["rows"]["used"])
    assert first["aircraft"] == second["aircraft"] and first["time"] == second["time"]


def test_the_dialect_of_opensky(day: pl.DataFrame, once: Path, tmp_path: Path) -> None:
    """Metres and metres per second instead of feet and knots: the same but for the last digits."""
    table = day.select(
        (pl.col("timestamp") / 1000.0).alias("time"), "icao24", "callsign", pl.col("latitude").alias("lat"),
        pl.col("longitude").alias("lon"), (pl.col("altitude") * FT).alias("baroaltitude"),
        (pl.col("groundspeed") * KT).alias("velocity"), pl.col("track").alias("heading"),
        (pl.col("vertical_rate") * FPM).alias("vertrate"), *(["onground"] if "onground" in day.columns else []),
    )  # fmt: skip
    table.write_csv(tmp_path / "opensky.csv")
    assert replay(tmp_path / "opensky.csv", *MINIMA, out=tmp_path / "out").code == 0
    expected, found = sheet(once), sheet(tmp_path / "out")
    assert [(row["first"], row["second"]) for row in found] == [(row["first"], row["second"]) for row in expected]
    for one, other in zip(expected, found, strict=True):
        assert (one["level"], one["certainty"], one["note"]) == (other["level"], other["certainty"], other["note"])
        assert float(other["d_h_m"]) == pytest.approx(float(one["d_h_m"]), abs=0.01)


def test_a_part_of_the_time_gives_the_encounters_of_that_time(day: pl.DataFrame, once: Path, tmp_path: Path) -> None:
    """What lies well within --from and --to is not changed by them."""
    day.write_parquet(tmp_path / "day.parquet")
    times = ("--from", "2018-08-01T10:00:00Z", "--to", "2018-08-01T12:00:00Z")
    assert replay(tmp_path / "day.parquet", *MINIMA, *times, out=tmp_path / "out").code == 0

    def within(out: Path) -> list[dict[str, Any]]:
        low, high = "2018-08-01T10:12:00Z", "2018-08-01T11:48:00Z"
        rows = [row for row in sheet(out) if low < row["opened"] and row["closed"] < high]
        return [{name: value for name, value in row.items() if name != "encounter"} for row in rows]

    assert within(tmp_path / "out") == within(once)
    assert len(within(once)) > 10
