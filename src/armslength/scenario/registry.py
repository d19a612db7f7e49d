"""The scenarios by name, and the sky of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from armslength.errors import InputError
from armslength.scenario import conduct, river
from armslength.scenario.aircraft import NORTH, SOUTH, UNKNOWN
from armslength.scenario.cast import sorties, stations, transports
from armslength.scenario.plane import Plane
from armslength.scenario.planned import plan_all
from armslength.scenario.sensors import SOURCES, Source
from armslength.scenario.sky import Sky
from armslength.units import FT, NM


@dataclass(frozen=True, slots=True)
class Scenario:
    """A sky that can be written.

    Attributes:
        name: by which it is called.
        summary: one line about it.
        lat, lon: middle of its area [deg].
        duration: [s].
        begins: UTC, ISO 8601.
        compose: puts everybody into an empty sky.
        sensors: the sources of each party.
    """

    name: str
    summary: str
    lat: float
    lon: float
    duration: float
    begins: str
    compose: Callable[[Sky], None]
    sensors: Mapping[str, tuple[Source, ...]] = field(default_factory=lambda: SOURCES)


def _busy(sky: Sky) -> None:
    plan_all(sky, stations(sky))
    _unplanned(sky)


def _quiet(sky: Sky) -> None:
    stations(sky)
    _unplanned(sky)


def _unplanned(sky: Sky) -> None:
    sorties(sky, NORTH, 4, "BRACKEN")
    sorties(sky, SOUTH, 4, "GORSE")
    transports(sky, NORTH, 9, "HERON")
    transports(sky, SOUTH, 8, "CRAKE")
    transports(sky, UNKNOWN, 2, "")


SCENARIOS = {
    s.name: s
    for s in (
        Scenario(
            "euphrates", "two air forces over one river for two and a half hours, with every kind of encounter",
            -36.0, -20.0, 9000.0, "2026-03-03T09:00:00Z", _busy,
        ),
        Scenario(
            "dateline", "the same sky astride the date line", 12.0, 179.6, 9000.0, "2026-03-03T23:10:00Z", _busy
        ),
        Scenario(
            "quiet", "the same traffic with nothing planned", -36.0, -20.0, 9000.0, "2026-03-03T09:00:00Z", _quiet
        ),
        Scenario(
            "river", "twelve minutes for two live nodes: what they must warn of, early or late, and what not",
            -36.0, -20.0, river.DURATION, "2026-03-03T09:00:00Z", river.compose, river.SENSORS,
        ),
        Scenario(
            "conduct", "the river with three that break the rules of conduct: what the demonstration plays",
            -36.0, -20.0, river.DURATION, "2026-03-03T09:00:00Z", conduct.compose, river.SENSORS,
        ),
    )
}  # fmt: skip
"""Every scenario, by name."""

TERMINAL = (88 * NM, -14 * NM, 14 * NM, 9000 * FT)
"""The exempt terminal area: x, y of its middle, radius, ceiling [m]."""


def scenario(name: str) -> Scenario:
    """Return the scenario of that name.

    Raises:
        InputError: there is none.
    """
    found = SCENARIOS.get(name)
    if found is None:
        known = ", ".join(SCENARIOS)
        raise InputError(f'There is no scenario "{name}".', remedy=f"Take one of these: {known}.")
    return found


def draw(which: Scenario, seed: int) -> Sky:
    """Return the sky of a scenario. The same seed draws the same sky.

    Raises:
        InputError: a negative seed.
    """
    if seed < 0:
        raise InputError(f"The seed is {seed}.", remedy="Take a whole number from 0 up.")
    rng = np.random.default_rng([seed, 0x5C0])
    sky = Sky(Plane(which.lat, which.lon), which.duration, rng, TERMINAL)
    which.compose(sky)
    return sky
