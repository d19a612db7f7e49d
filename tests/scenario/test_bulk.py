"""Bulk traffic: as many rows as asked for, in order, flown as they say, as dense as asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from armslength.errors import InputError
from armslength.scenario.bulk import write_bulk
from armslength.scenario.geodesic import distance

ROWS = 300_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    path = tmp_path_factory.mktemp("bulk") / "bulk.parquet"
    seconds = write_bulk(path, ROWS, seed=4, aircraft=150, row_group=50_000)
    assert [p.name for p in path.parent.iterdir()] == ["bulk.parquet"]
    read = pl.read_parquet(path)
    assert (read["timestamp"][-1] - read["timestamp"][0]).total_seconds() == seconds - 1
    return read


def test_rows_and_order(table: pl.DataFrame) -> None:
    assert table.height == ROWS
    assert table["timestamp"].is_sorted()
    assert not table.select("timestamp", "icao24").is_duplicated().any()
    assert table.null_count().sum_horizontal().item() == 0


def test_density(table: pl.DataFrame) -> None:
    aloft = table.group_by("timestamp").len()["len"]
    assert 0.8 * 150 < float(aloft.mean() or 0) < 1.2 * 150  # type: ignore[arg-type]


def test_flights_move_as_they_say(table: pl.DataFrame) -> None:
    """From second to second: speed and climb as stated, on the ellipsoid within the 0.5 % of the sphere."""
    one = table.sort("icao24", "timestamp").with_columns(
        (pl.col("timestamp").diff().over("icao24").dt.total_seconds() == 1).fill_null(False).alias("next")
    )
    lat, lon = one["latitude"].to_numpy(), one["longitude"].to_numpy()
    went = distance(lat[:-1], lon[:-1], lat[1:], lon[1:])
    follows = one["next"].to_numpy()[1:]
    assert follows.mean() > 0.99
    ratio = went[follows] / (one["groundspeed"].to_numpy()[1:][follows] * 1852 / 3600)
    assert np.abs(np.median(ratio) - 1) < 0.005
    assert np.mean(np.abs(ratio - 1) > 0.006) < 0.003  # the seconds in which a fix is passed
    climbed = np.diff(one["altitude"].to_numpy())[follows] * 60
    assert np.abs(climbed).max() <= 2000 + 25 * 60
    track = one["track"].to_numpy()
    assert np.median(np.abs((np.diff(track)[follows] + 180) % 360 - 180)) < 0.01


def test_someone_comes_close_and_most_do_not(table: pl.DataFrame) -> None:
    moments = table.filter(pl.col("timestamp").dt.second() == 0)
    pairs = close = 0
    for _, now in moments.group_by("timestamp"):
        lat, lon, alt = (now[c].to_numpy() for c in ("latitude", "longitude", "altitude"))
        i, j = np.triu_indices(len(lat), 1)
        near = distance(lat[i], lon[i], lat[j], lon[j]) < 9260.0
        pairs += len(i)
        close += int((near & (np.abs(alt[i] - alt[j]) < 1000.0)).sum())
    assert 0 < close < 2e-4 * pairs


def test_same_seed_same_bytes_whatever_was_there(tmp_path: Path) -> None:
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    two.write_text("old")
    write_bulk(one, 20_000, seed=9, aircraft=40, row_group=8_000)
    write_bulk(two, 20_000, seed=9, aircraft=40, row_group=8_000)
    assert one.read_bytes() == two.read_bytes()
    write_bulk(two, 20_000, seed=10, aircraft=40, row_group=8_000)
    assert one.read_bytes() != two.read_bytes()


def test_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rows 0"):
        write_bulk(tmp_path / "x.parquet", 0)
    assert list(tmp_path.iterdir()) == []
