"""The river with three that break the rules of conduct: they do, as the truth has it, and nobody else meets."""

from __future__ import annotations

import numpy as np
import pytest

from armslength.scenario.conduct import CROSSED_S, SHADOWED_S, block_of
from armslength.scenario.kinematics import Flight
from armslength.scenario.registry import draw, scenario
from armslength.scenario.sky import Sky
from armslength.scenario.truth import truth
from armslength.units import NM


def flight(sky: Sky, callsign: str) -> Flight:
    return next(one.flight for one in sky.aircraft if one.callsign == callsign)


def apart(sky: Sky, one: str, other: str, t: np.ndarray) -> np.ndarray:
    """Return the horizontal distance of two [NM]."""
    (x, y, _), (u, v, _) = (flight(sky, name).at(t) for name in (one, other))
    return np.asarray(np.hypot(u - x, v - y) / sky.scale(float(x[0]), float(y[0])) / NM)


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_three_break_the_rules_and_nobody_else_meets(seed: int) -> None:
    sky = draw(scenario("conduct"), seed)
    happened = truth(sky)
    assert [e for e in happened if not e.planned] == []
    assert {"shadowing", "nose-crossing", "head-on", "pop-up"} <= {e.planned for e in happened}
    assert apart(sky, "LOFT21", "OSIER19", np.array([CROSSED_S]))[0] == pytest.approx(0.4, abs=0.01)
    stays = apart(sky, "DEPOT21", "OSIER17", np.arange(*SHADOWED_S))
    assert stays.min() > 1.4 and stays.max() < 1.6


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_one_of_the_other_side_flies_in_the_block_and_no_other(seed: int) -> None:
    sky = draw(scenario("conduct"), seed)
    area, t = block_of(sky).area, np.arange(0.0, 720.0)
    inside = {}
    for one in sky.aircraft:
        x, y, z = one.flight.at(t)
        lat, lon = sky.plane.geodetic(np.nan_to_num(x), np.nan_to_num(y))
        inside[one.callsign] = int(np.sum(area.contains(lat, lon, z) & np.isfinite(x)))
    assert {name for name, seconds in inside.items() if seconds} == {"OSIER18"}
    assert inside["OSIER18"] > 60


def test_the_river_beside_them_is_as_ever() -> None:
    known = {one.callsign: one.flight for one in draw(scenario("river"), 1).aircraft}
    for one in draw(scenario("conduct"), 1).aircraft:
        if one.callsign in known:
            assert np.array_equal(one.flight.x, known[one.callsign].x)
