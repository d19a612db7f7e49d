"""Recordings through everything: however they are cut up, the same encounters; every row accounted for; real ones."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from armslength.adapters.recording import reading
from armslength.agreement.terms import Separation, default_terms
from armslength.domain.encounter import Encounter
from armslength.engine import detection
from armslength.node import ordering
from armslength.node import replay as replaying
from armslength.node.replay import Outcome, Request, replay
from armslength.units import FT, NM, parse_stamp, stamp
from kernel.test_passage import geodesic
from shared import shared_data

RECORDINGS = (
    "aircraft_carrier.json.gz", "dreamliner_airfrance.json.gz", "noisy_spoofing.json.gz", "noisy_time_issue.json.gz",
    "rega_sg.json.gz", "switzerland.json.gz", "zurich_airport.json.gz", "trace_full_ac671b.json",
)  # fmt: skip
FIVE_MILES = replace(default_terms(), separation=Separation(5 * NM, 1000 * FT, 180.0))


def played(*paths: Path, **said: Any) -> Outcome:
    return replay(Request(paths, said.pop("terms", FIVE_MILES), "5 NM, 1000 ft", **said))


def shown(encounters: Sequence[Encounter]) -> list[str]:
    """Return the encounters as text, every bit of every number in it."""
    return [repr(e) for e in encounters]


def accounted(outcome: Outcome) -> int:
    """Return how many rows were used or set aside, with a reason."""
    return outcome.tracker.used + sum(outcome.aside.counts.values()) + outcome.rows_outside_time


def rows_in(outcome: Outcome) -> int:
    return sum(r.rows_read for r in outcome.recordings)


@cache
def sky(seed: int = 0, minutes: int = 55) -> pl.DataFrame:
    """Return made-up traffic as a table: 8 aircraft about one place, whole seconds, in order of time."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(8):
        t = np.arange(rng.integers(0, 9), minutes * 60, rng.choice([1, 4, 10]))
        turn, way = 2 * np.pi / rng.uniform(300, 900), rng.uniform(80, 250)
        east = way / turn * np.sin(turn * t + k) + rng.uniform(-9e3, 9e3)
        north = way / turn * np.cos(turn * t + k) + rng.uniform(-9e3, 9e3)
        rows.append(
            pl.DataFrame(
                {
                    "timestamp": 1_700_000_400_000 + t * 1000,
                    "icao24": [f"4b{k:04x}"] * len(t),
                    "callsign": [f"SKY{k}"] * len(t),
                    "latitude": 46.0 + np.degrees(north / 6.371e6),
                    "longitude": 8.0 + np.degrees(east / 6.371e6 / np.cos(np.radians(46.0))),
                    "altitude": np.round((15000.0 + 1200.0 * np.sin(t / 300.0 + k)) / 25.0) * 25.0,
                    "groundspeed": np.full(len(t), way * 3600 / 1852.0),
                }
            )
        )
    return pl.concat(rows).sort("timestamp", maintain_order=True)


Split = Callable[[pl.DataFrame, Path], list[Path]]


def as_one(table: pl.DataFrame, folder: Path) -> list[Path]:
    table.write_parquet(folder / "all.parquet")
    return [folder / "all.parquet"]


def as_csv(table: pl.DataFrame, folder: Path) -> list[Path]:
    table.write_csv(folder / "all.csv")
    return [folder / "all.csv"]


def shuffled(table: pl.DataFrame, folder: Path) -> list[Path]:
    return as_one(table.sample(fraction=1.0, shuffle=True, seed=1), folder)


def by_aircraft(table: pl.DataFrame, folder: Path) -> list[Path]:
    for (address,), part in table.group_by("icao24"):
        part.write_parquet(folder / f"{address}.parquet")
    return [folder]


def in_order_of_aircraft(table: pl.DataFrame, folder: Path) -> list[Path]:
    return as_csv(table.sort("icao24", maintain_order=True), folder)


def by_time(table: pl.DataFrame, folder: Path) -> list[Path]:
    edges = [0, 1000, 1001, len(table) // 2, len(table)]
    for i, (a, b) in enumerate(itertools.pairwise(edges)):
        table[a:b].write_parquet(folder / f"{9 - i}.parquet")
    return [folder]


def by_time_as_csv(table: pl.DataFrame, folder: Path) -> list[Path]:
    half = len(table) // 3
    table[half:].write_csv(folder / "1.csv")
    table[:half].write_csv(folder / "2.csv")
    return [folder / "1.csv", folder / "2.csv"]


SPLITS: list[Split] = [as_csv, shuffled, by_aircraft, in_order_of_aircraft, by_time, by_time_as_csv]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_encounters_however_the_rows_are_split(tmp_path, split, seed):
    (tmp_path / "one").mkdir()
    (tmp_path / "split").mkdir()
    whole = played(*as_one(sky(seed), tmp_path / "one"))
    parts = played(*split(sky(seed), tmp_path / "split"))
    assert len(whole.encounters) >= 10
    assert shown(parts.encounters) == shown(whole.encounters)
    assert parts.grazing == whole.grazing
    assert accounted(parts) == rows_in(parts) == len(sky(seed)) == accounted(whole)


@pytest.mark.parametrize("change", ["batches", "stretches", "spill", "threads", "again"])
def test_the_same_encounters_however_the_machine_works(tmp_path, monkeypatch, change):
    paths = as_one(sky(), tmp_path)
    whole = played(*paths)
    if change == "batches":
        monkeypatch.setattr(reading, "BATCH", 100)
    elif change == "stretches":
        monkeypatch.setattr(ordering, "STRETCH_ROWS", 1)
    elif change == "spill":
        monkeypatch.setattr(replaying, "TimeOrder", lambda **given: ordering.TimeOrder(budget_rows=10, **given))
    elif change == "threads":
        monkeypatch.setattr(detection, "THREADS", 1)
    assert shown(played(*paths).encounters) == shown(whole.encounters)


def test_dropped_rows_are_noticed(tmp_path):
    """Control: without the rows of three minutes it is not the same."""
    whole = shown(played(*as_one(sky(), tmp_path)).encounters)
    missing = sky()["timestamp"].is_between(1_700_001_400_000, 1_700_001_600_000)
    assert shown(played(*as_one(sky().filter(~missing), tmp_path)).encounters) != whole


@pytest.mark.parametrize("seconds", [30, 59, 61, 299, 599])
def test_what_happens_at_the_very_end_is_found(tmp_path, seconds):
    """Two cross head-on just before the recording ends, wherever in its ten minutes that is."""
    lines = ["timestamp,icao24,latitude,longitude,altitude,groundspeed"]
    for s in range(seconds - 20, seconds + 1):
        at = stamp((1_700_000_400 + s) * 10**9)
        for address, way in (("4b0001", 1), ("4b0002", -1)):
            lines.append(f"{at},{address},47.0,{8.0 + way * (seconds - s - 5) * 0.003},30000,440")
    (tmp_path / "end.csv").write_text("\n".join(lines) + "\n")
    [found] = played(tmp_path / "end.csv").encounters
    assert found.t_closest == (1_700_000_400 + seconds - 5) * 10**9
    assert found.closed == (1_700_000_400 + seconds) * 10**9


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_row_of_the_real_recordings_is_accounted_for(name):
    path = shared_data("recordings", name)
    outcome = played(path)
    if not name.startswith("trace"):
        data = json.loads(gzip.decompress(path.read_bytes()))
        assert rows_in(outcome) == (len(data) if isinstance(data, list) else len(data["timestamp"]))
    else:
        assert rows_in(outcome) == len(json.loads(path.read_text())["trace"])
    assert accounted(outcome) == rows_in(outcome)
    assert outcome.left_out == []
    assert set(outcome.aside.counts) == set(outcome.aside.examples)


def test_all_recordings_at_once_are_accounted_for_too():
    outcome = played(*(shared_data("recordings", name) for name in RECORDINGS))
    assert accounted(outcome) == rows_in(outcome)


def test_rows_outside_the_asked_time_are_counted(tmp_path):
    since = (1_700_000_400 + 600) * 10**9
    outcome = played(*as_one(sky(), tmp_path), from_ns=since, to_ns=since + 600 * 10**9)
    assert accounted(outcome) == len(sky())
    assert outcome.rows_outside_time > 1000
    assert all(since <= e.opened and e.closed <= since + 600 * 10**9 for e in outcome.encounters)


def test_the_formation_of_two_airliners_is_found_and_measured():
    with shared_data("reference", "real_dreamliner_pairs.csv").open() as text:
        [known] = csv.DictReader(text)
    [found] = played(shared_data("recordings", "dreamliner_airfrance.json.gz")).encounters
    assert [found.first, found.second] == sorted([known["a"].split("|")[0], known["b"].split("|")[0]])
    assert abs(found.t_closest - parse_stamp(known["utc"].replace(" ", "T") + "Z")) < 10**8
    assert found.d_h_m == pytest.approx(float(known["lateral_nm"]) * NM, rel=5e-3)  # that figure is of a sphere
    assert found.d_v_m == float(known["vertical_ft"])
    assert found.alt_m == pytest.approx(float(known["alt_ft"]) * FT, abs=0.01)
    # The plots of 15:14:51, as they stand in the recording.
    a, b = (np.radians(p) for p in ((43.6053880595, 3.0749293736), (43.60546875, 3.075660883)))
    assert found.d_h_m == pytest.approx(geodesic(*a.tolist(), *b.tolist()), abs=1e-3)
    assert found.level == "near_miss"
    assert found.error_h_m > 100.0
    assert "inside the minima for certain" in found.note
    assert found.dwell_s > 900.0


def test_the_swiss_sky_has_no_near_miss_called_certain():
    outcome = played(shared_data("recordings", "switzerland.json.gz"), terms=default_terms())
    assert len(outcome.encounters) > 300
    for e in (e for e in outcome.encounters if e.breach):
        assert e.dwell_s > 180.0
        assert "stayed inside longer than the 180 s allowed" in e.note
    assert not [e for e in outcome.encounters if e.level == "near_miss" and e.certainty == "certain"]
    marked = [e for e in outcome.encounters if "implausible" in e.note]
    assert marked
    assert {e.certainty for e in marked} == {"not_determinable"}
    assert [e.encounter for e in outcome.encounters] == list(range(1, len(outcome.encounters) + 1))
    assert all(e.first < e.second and e.opened <= e.t_closest <= e.closed for e in outcome.encounters)


def test_random_subsets_of_the_swiss_sky_give_those_pairs_again(tmp_path):
    """An encounter rests on its two aircraft alone: whoever else is in the sky changes no bit of it."""
    path = shared_data("recordings", "switzerland.json.gz")
    table = pl.DataFrame(json.loads(gzip.decompress(path.read_bytes())), strict=False, infer_schema_length=None)
    every = {
        (e.first, e.second, e.opened): replace(e, encounter=0) for e in played(*as_one(table, tmp_path)).encounters
    }
    addresses = sorted(table["icao24"].unique().to_list())
    for seed in range(2):
        some = random.Random(seed).sample(addresses, 400)
        part = played(*as_one(table.filter(pl.col("icao24").is_in(some)), tmp_path)).encounters
        expected = [e for (a, b, _), e in every.items() if a in some and b in some]
        assert shown([replace(e, encounter=0) for e in part]) == shown(expected)
