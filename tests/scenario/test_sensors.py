"""Pictures: errors as honest as they claim, plots only where a sensor can see, and the gaps that were asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from armslength.scenario.aircraft import NORTH, SOUTH, Aircraft
from armslength.scenario.sensors import SOURCES, Radar, Seen, picture, radius_95
from armslength.scenario.sky import Sky

F64 = NDArray[np.float64]
PARTIES = (NORTH, SOUTH)


@pytest.fixture(scope="module")
def pictures(sky: Sky) -> dict[str, list[tuple[Aircraft, list[Seen]]]]:
    return {party: picture(sky, party, np.random.default_rng([7, k])) for k, party in enumerate(PARTIES)}


def by_source(seen: list[tuple[Aircraft, list[Seen]]]) -> dict[str, list[tuple[Aircraft, Seen]]]:
    """Return plots by source: reports give a geometric height, radars have different steps of level."""
    out: dict[str, list[tuple[Aircraft, Seen]]] = {}
    for aircraft, sources in seen:
        for s in sources:
            name = "reports" if s.geometric else f"radar with steps of {s.level_step / 0.3048:.0f} ft"
            out.setdefault(name, []).append((aircraft, s))
    return out


@given(st.floats(1.0, 1000.0), st.floats(0.0, 1.0))
def test_radius_holds_95_percent(large: float, share: float) -> None:
    """Against the integral over the ellipse: P(R) = 1/2pi * int (1 - exp(-R^2 / 2 s(a)^2)) w(a) da, to 0.4 %."""
    small = max(large * share, 1e-6 * large)
    radius = float(radius_95(np.array([small]), np.array([large]))[0])
    x = np.linspace(-radius, radius, 4001)
    half = np.sqrt(np.maximum(radius**2 - x**2, 0.0))
    inner = np.array([math.erf(h / (small * math.sqrt(2))) for h in half])
    density = np.exp(-0.5 * (x / large) ** 2) / (large * math.sqrt(2 * math.pi))
    assert float(np.trapezoid(inner * density, x)) == pytest.approx(0.95, abs=0.004)


@pytest.mark.parametrize("party", PARTIES)
def test_accuracy_is_honest(party: str, pictures: dict[str, list[tuple[Aircraft, list[Seen]]]]) -> None:
    """Of the plots of every source 95 % lie within their own accuracy_m, and the errors have no bias."""
    for name, plots in by_source(pictures[party]).items():
        inside = np.concatenate([np.hypot(s.dx, s.dy) <= s.accuracy for _, s in plots])
        slack = 4 * math.sqrt(0.95 * 0.05 / len(inside))
        assert 0.95 - slack <= inside.mean() <= 0.965 + slack, (party, name)  # rounded up to whole metres
        for part in ("dx", "dy"):
            scaled = np.concatenate([getattr(s, part) / s.accuracy for _, s in plots])
            assert abs(scaled.mean()) < 5 * scaled.std() / math.sqrt(len(scaled)), (party, name, part)


@pytest.mark.parametrize("party", PARTIES)
def test_radars_see_no_further_than_they_can(
    party: str, pictures: dict[str, list[tuple[Aircraft, list[Seen]]]]
) -> None:
    radars = [s for s in SOURCES[party] if isinstance(s, Radar)]
    for aircraft, sources in pictures[party]:
        for s in sources:
            if s.geometric:
                continue
            radar = next(r for r in radars if r.level_step == s.level_step)
            away = np.hypot(s.x - radar.x, s.y - radar.y)
            horizon = 4120.0 * (math.sqrt(radar.height) + np.sqrt(np.maximum(s.z, 0.0)))
            assert (away <= np.minimum(radar.reach, horizon)).all(), aircraft.callsign
            azimuth = np.degrees(np.arctan2(s.x - radar.x, s.y - radar.y)) % 360.0
            blind = (azimuth > radar.blind[0]) & (azimuth < radar.blind[1]) & (s.z < radar.blind_below)
            assert not blind.any(), aircraft.callsign
            assert np.diff(s.t).min(initial=9.9) > 0.8 * radar.period, aircraft.callsign


def test_there_are_gaps_and_most_turns_are_seen(pictures: dict[str, list[tuple[Aircraft, list[Seen]]]]) -> None:
    for party, plots in pictures.items():
        t = [np.sort(np.concatenate([s.t for s in sources])) for _, sources in plots if sources]
        gaps = np.concatenate([np.diff(times) for times in t])
        assert 0.5 < np.median(gaps) < 5.5, party
        assert gaps.max() > 20.0, party
        assert np.mean(gaps > 30.0) < 0.01, party


def test_south_knows_its_own_best_and_north_does_not(
    pictures: dict[str, list[tuple[Aircraft, list[Seen]]]],
) -> None:
    def best(party: str, whose: str) -> float:
        some = [s.accuracy.min() for a, sources in pictures[party] for s in sources if a.party == whose]
        return float(np.median(some))

    assert best(SOUTH, SOUTH) < 20.0 < best(SOUTH, NORTH)
    assert best(NORTH, SOUTH) > 50.0


def test_the_better_source_wins(pictures: dict[str, list[tuple[Aircraft, list[Seen]]]]) -> None:
    """No radar plot stands within a second of a report of the same aircraft."""
    for aircraft, sources in pictures[SOUTH]:
        reports = np.concatenate([s.t for s in sources if s.geometric] or [np.empty(0)])
        radar = np.concatenate([s.t for s in sources if not s.geometric] or [np.empty(0)])
        if len(reports) and len(radar):
            assert np.abs(radar[:, None] - reports[None, :]).min() > 1.0, aircraft.callsign


def test_plots_arrive_after_they_were_true(pictures: dict[str, list[tuple[Aircraft, list[Seen]]]]) -> None:
    for seen in pictures.values():
        for _, sources in seen:
            for s in sources:
                assert (s.arrival > s.t).all()
                assert (s.arrival - s.t).max() < 6.0
