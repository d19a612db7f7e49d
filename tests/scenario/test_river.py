"""By the river: every meeting happens as planned, nobody else meets, and who is to be seen early flies straight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from armslength.scenario.aircraft import EXCLUDED, NORTH, SOUTH
from armslength.scenario.live import FAULTS, GHOST, LEVELLESS, write_live
from armslength.scenario.registry import draw, scenario
from armslength.scenario.river import MEETINGS
from armslength.scenario.sky import Sky
from armslength.scenario.truth import truth
from armslength.units import parse_stamp

RIVER = scenario("river")
BEGINS = parse_stamp(RIVER.begins)


@pytest.fixture(scope="module")
def river() -> Sky:
    return draw(RIVER, 1)


@pytest.fixture(scope="module")
def live(river: Sky, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    write_live(RIVER, river, 1, folder, BEGINS)
    return folder


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_meetings_happen_and_no_others(seed: int) -> None:
    sky = draw(RIVER, seed)
    assert 30 <= len(sky.aircraft) <= 60
    happened = truth(sky)
    for plan in sky.planned:
        found = [e for e in happened if e.planned == plan.name]
        assert len(found) == plan.encounters * len(plan.pairs), plan.name
        if found:
            first = min(found, key=lambda e: abs(e.t_closest - plan.t))
            assert first.t_closest == pytest.approx(plan.t, abs=0.1), plan.name
            assert first.d_h_m == pytest.approx(plan.d_h, rel=0.02), plan.name
    assert [e for e in happened if not e.planned] == []
    assert [e.level for e in happened if e.planned == "level-change"] == ["near_miss"]
    assert {e.planned for e in truth(sky, outside=True)} == {"excluded-force"}


def test_who_can_be_warned_early_flies_straight_before(river: Sky) -> None:
    who = {a.address: a for a in river.aircraft}
    early = [p for p in river.planned if p.warning == "early"]
    assert {p.name for p in early} == {"head-on", "converging", "overtaking", "four-on-four"}
    for plan in early:
        for address in {a for pair in plan.pairs for a in pair}:
            t = np.arange(plan.t - 185.0, plan.t)
            x, _, z = who[address].flight.at(np.maximum(t, 0.0))
            assert np.isfinite(x).all(), address
            assert np.ptp(z) < 1.0, address
            vx, vy, _ = who[address].flight.velocity(np.maximum(t, 0.0))
            assert np.ptp(np.unwrap(np.arctan2(vx, vy))) < 0.02, address


def test_who_comes_late_could_not_be_known_early(river: Sky) -> None:
    """Two minutes before, flying on as they do, they would pass outside the minima."""
    who = {a.address: a for a in river.aircraft}
    for plan in (p for p in river.planned if p.warning == "short"):
        ((first, second),) = plan.pairs
        t = np.array([plan.t - 90.0])
        z = [float(who[a].flight.at(t)[2][0]) for a in (first, second)]
        vz = [float(who[a].flight.velocity(t)[2][0]) for a in (first, second)]
        assert vz == pytest.approx([0.0, 0.0], abs=0.1), plan.name
        assert abs(z[0] - z[1]) > 914.4, plan.name


def test_plans_cover_every_kind() -> None:
    assert {m.warning for m in MEETINGS} == {"early", "short", "own", "level", "none"}
    assert {m.other_party for m in MEETINGS} == {NORTH, SOUTH, EXCLUDED}


def test_each_side_knows_its_own_by_its_own_feed(live: Path) -> None:
    own = pl.read_parquet(live / "north-own-reports.parquet")
    assert own["icao24"].str.starts_with("d1").all()
    radar = pl.read_parquet(live / "north-terminal-radar.parquet")
    assert radar["icao24"].str.starts_with("d2").any()
    assert own["accuracy_m"].max() < 30.0 < radar["accuracy_m"].median()  # type: ignore[operator]


def test_each_fault_is_in_its_feed_alone(live: Path) -> None:
    for path in sorted(live.glob("*.parquet")):
        table = pl.read_parquet(path)
        ghosts = table.filter(pl.col("icao24") == GHOST).height
        assert (ghosts > 10) == (path.name == "north-terminal-radar.parquet"), path.name
        levels = table.filter(pl.col("callsign") == LEVELLESS)["altitude"]
        if path.name in ("north-terminal-radar.parquet", "north-long-range-radar.parquet"):
            assert levels.null_count() == len(levels) > 50
        else:
            assert levels.null_count() == 0
    jumps = _greatest_jump(live / "south-coast-radar.parquet", "TEASEL15")
    assert jumps > 20e3 > _greatest_jump(live / "south-area-radar.parquet", "TEASEL15")


def test_without_faults_nothing_is_wrong(river: Sky, tmp_path: Path) -> None:
    told = write_live(RIVER, river, 1, tmp_path, BEGINS, faults=())
    assert told["faults"] == []
    assert not any((pl.read_parquet(p)["icao24"] == GHOST).any() for p in tmp_path.glob("*.parquet"))
    assert _greatest_jump(tmp_path / "south-coast-radar.parquet", "TEASEL15") < 20e3


def test_the_same_seed_writes_the_same_feeds(river: Sky, live: Path, tmp_path: Path) -> None:
    told = write_live(RIVER, draw(RIVER, 1), 1, tmp_path, BEGINS)
    assert {f["kind"] for f in told["faults"]} == {f.kind for f in FAULTS}
    for path in live.glob("*.parquet"):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def _greatest_jump(path: Path, callsign: str) -> float:
    table = pl.read_parquet(path).filter(pl.col("callsign") == callsign).sort("timestamp")
    lat, lon = (np.radians(table[c].to_numpy()) for c in ("latitude", "longitude"))
    return float(np.hypot(np.diff(lat), np.diff(lon) * np.cos(lat[1:])).max() * 6.37e6)
