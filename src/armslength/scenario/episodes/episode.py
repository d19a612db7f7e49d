"""An episode: who flew, what was said, what terms held, and every finding that must come of it.

Parties are NORTH and SOUTH whoever they were, places are an empty ocean, dates are those of the record. Both parties
see everybody on fused tracks of one plot a second: what the record does not say is not made harder than it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from armslength.agreement.articles import Frequency
from armslength.agreement.terms import Terms
from armslength.scenario.aircraft import NORTH, SOUTH
from armslength.scenario.papers import terms_of
from armslength.scenario.plane import Plane
from armslength.scenario.sensors import Reports, Source
from armslength.scenario.sky import Sky
from armslength.units import FT, NM, NS, parse_stamp

FREQUENCIES = (
    Frequency("F1", "132.055", use="voice and data"),
    Frequency("F2", "251.000 MHz", role="alternate", use="voice and data"),
)
PLAN = tuple((one.id, one.channel) for one in FREQUENCIES)
TERMINAL = (110 * NM, -110 * NM, 5 * NM, 3000 * FT)
"""The exempt terminal area that the terms of every scenario have: here where nobody flies."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that must come: its columns, aircraft by call sign; `first` has the lower address, always NORTH's."""

    rule: str
    outcome: str
    severity: str
    by: str = ""
    first: str = ""
    second: str = ""
    regime: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Stamps of an episode: UTC [ns] of so many seconds after its beginning."""

    begins_ns: int

    def at(self, seconds: float) -> int:
        """Return UTC [ns]."""
        return self.begins_ns + round(seconds * NS)


def _silent(sky: Sky, clock: Clock) -> Sequence[Any]:
    return ()


def _usual(terms: Terms, sky: Sky, clock: Clock) -> Terms:
    return terms


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode.

    Attributes:
        name: by which it is called. summary: one line about it.
        begins: UTC, ISO 8601. duration: [s].
        compose: puts everybody into an empty sky.
        expects: every finding, in order of rules.
        told: what was said, asked, reported and suspended: facts in the order of their stamps.
        terms: changes the usual terms.
        sigma_m: error of each horizontal component of a plot, one sigma [m].
    """

    name: str
    summary: str
    begins: str
    duration: float
    compose: Callable[[Sky], None]
    expects: tuple[Expected, ...]
    told: Callable[[Sky, Clock], Sequence[Any]] = _silent
    terms: Callable[[Terms, Sky, Clock], Terms] = _usual
    sigma_m: float = 4.0

    @property
    def sensors(self) -> Mapping[str, tuple[Source, ...]]:
        """The sources of each party: fused tracks of everybody, once a second, without gaps."""
        both = tuple(
            Reports(f"tracks of {whose}", whose, 1.0, self.sigma_m, 400 * NM, 1.0, 0.0, 1.0, 0.5)
            for whose in (NORTH, SOUTH)
        )
        return {NORTH: both, SOUTH: both}

    @property
    def clock(self) -> Clock:
        """Its stamps."""
        return Clock(parse_stamp(self.begins))


def sky_of(episode: Episode, seed: int) -> Sky:
    """Return who flies in an episode; the seed is that of the sensors' noise alone."""
    sky = Sky(Plane(-36.0, -20.0), episode.duration, np.random.default_rng([seed, 0xE91]), TERMINAL)
    episode.compose(sky)
    return sky


def terms_in(episode: Episode, sky: Sky) -> Terms:
    """Return the terms of an episode: those of the scenarios with two frequencies, and what it changes."""
    usual = replace(terms_of(sky), frequencies=FREQUENCIES)
    return episode.terms(usual, sky, episode.clock)


def address(sky: Sky, callsign: str) -> str:
    """Return the address of whoever has this call sign."""
    return next(one.address for one in sky.aircraft if one.callsign == callsign)
