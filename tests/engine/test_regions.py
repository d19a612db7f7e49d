"""Jamming of satellite navigation at one end of the picture widens no bounds at the other."""

from __future__ import annotations

import numpy as np
import pytest

from armslength.domain.picture import Interference, Source, integrity
from armslength.domain.plot import F64, Plot, Roster, pack
from armslength.engine.picture import Picture
from armslength.engine.picture.interference import EXTRA_M, LOW
from armslength.engine.picture.regions import Regions
from armslength.units import NS

BEGIN_NS = 1_700_000_000 * NS
PLACES = [(45.0, 10.0), (0.0, 179.9), (-33.0, -180.0), (89.0, 30.0), (-89.9, 0.0), (70.3, -0.1)]


def around(lat: float, lon: float, count: int, spread_deg: float = 0.5) -> tuple[F64, F64]:
    """Return places within `spread_deg` of one."""
    turn = np.arange(count) * 2.4
    far = spread_deg * np.sqrt((np.arange(count) + 0.5) / count)
    lats = np.clip(lat + far * np.cos(turn), -90, 90)
    lons = lon + far * np.sin(turn) / max(np.cos(np.radians(lat)), 0.02)
    return lats, (lons + 180.0) % 360.0 - 180.0


def judged(regions: Regions, lat: F64, lon: F64, bad: F64, seconds: int, first: int = 0) -> Interference:
    """Return the state after so many seconds in which the same aircraft show the same."""
    out = Interference()
    everybody = np.ones(len(lat), np.bool_)
    for second in range(first, first + seconds):
        out = regions.judge(lat, lon, everybody, {LOW: bad.astype(np.bool_)}, BEGIN_NS + second * NS)
    return out


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_where_it_is_jammed_and_not_beyond(lat: float, lon: float) -> None:
    here, far = around(lat, lon, 12), around(-lat / 2.0 + 5.0, lon + 90.0, 40)
    lats, lons = np.append(here[0], far[0]), np.append(here[1], far[1])
    bad = np.arange(len(lats)) < 6
    state = judged(Regions(), lats, lons, bad, 8)
    assert state.active and state.areas
    assert f"{LOW}: 6" in state.why and state.share == 0.5
    assert state.covers(*here).all()  # also those that show nothing themselves
    assert not state.covers(*far).any()
    assert 6 / len(lats) < 0.3  # the control: over the whole picture it would not even have been seen


def test_neighbours_count_over_the_edge_of_a_cell() -> None:
    """Two aircraft in each of four cells around one corner: no cell alone has enough."""
    lat = np.array([44.9, 44.9, 45.1, 45.1] * 2)
    lon = np.array([9.8, 10.2, 9.8, 10.2] * 2)
    state = judged(Regions(), lat, lon, np.ones(8), 8)
    assert state.active and state.covers(lat, lon).all()


def test_it_goes_where_it_has_ended_and_stays_where_it_has_not() -> None:
    regions = Regions()
    one, two = around(45.0, 10.0, 10), around(45.0, 20.0, 10)
    lat, lon = np.append(one[0], two[0]), np.append(one[1], two[1])
    both = judged(regions, lat, lon, np.ones(20), 10)
    assert both.covers(lat, lon).all()
    left = judged(regions, lat, lon, np.arange(20) < 10, 70, 10)
    assert left.covers(*one).all() and not left.covers(*two).any()
    over = judged(regions, lat, lon, np.zeros(20), 70, 80)
    assert not over.active and not over.areas and not over.covers(lat, lon).any()
    assert not regions._cells  # nothing is remembered of what is over


def test_also_when_everybody_has_gone() -> None:
    regions = Regions()
    here = around(45.0, 10.0, 10)
    assert judged(regions, *here, np.ones(10), 10).active
    nobody = np.zeros(0)
    assert not judged(regions, nobody, nobody, nobody, 70, 10).active
    assert not regions._cells


def test_the_tracks_there_are_widened_and_no_others() -> None:
    roster = Roster()
    picture = Picture(roster, [Source("ADS-B")])
    here, far = around(45.0, 10.0, 8), around(45.0, 20.0, 8)
    for second in range(12):
        plots = [
            Plot(BEGIN_NS + second * NS, f"{k:06x}", lat, lon, gs_mps=0.0, track_deg=0.0, nic=2 if k < 8 else 8)
            for k, (lat, lon) in enumerate(zip(np.append(here[0], far[0]), np.append(here[1], far[1]), strict=True))
        ]
        picture.update(pack(plots, roster, 0), BEGIN_NS + second * NS, nic=integrity(plots)[0])
    snapshot = picture.snapshot(BEGIN_NS + 12 * NS)
    assert snapshot.interference.active
    assert (snapshot.sigma_h_m[:8] >= EXTRA_M).all() and (snapshot.sigma_h_m[8:] < EXTRA_M).all()
