"""Terms: the articles of an agreement that armslength executes, typed, in SI. Knows no aircraft.

`parse_terms` reads them from TOML, `write_terms` writes them back, `armslength.agreement.plain` says what they mean.
docs/terms.md lists every article; docs/decisions/0003-terms.md says where the default figures come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from armslength.agreement.area import Area, Box, Circle, contains
from armslength.units import FT, G0, KT, NM

__all__ = [
    "BAROMETRIC",
    "CATEGORIES",
    "GEOMETRIC",
    "UNKNOWN",
    "Area",
    "Box",
    "Circle",
    "Manoeuvre",
    "NearMiss",
    "Party",
    "Separation",
    "Terms",
    "Uncrewed",
    "contains",
    "default_terms",
    "limit_for",
]

BAROMETRIC = "barometric"
GEOMETRIC = "geometric"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Separation:
    """The minima: apart by `horizontal_m` or by `vertical_m` [m]; closer than both for at most `dwell_limit_s` [s]."""

    horizontal_m: float
    vertical_m: float
    dwell_limit_s: float


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A near miss is a slant distance under `slant_m` [m]; under `critical_m` [m] it is critical."""

    slant_m: float
    critical_m: float


@dataclass(frozen=True, slots=True)
class Manoeuvre:
    """The hardest that aircraft of a category fly between two plots: bounds what nobody saw.

    Attributes:
        horizontal_mps2, vertical_mps2: acceleration [m/s2], either way.
        speed_mps: ground speed [m/s].
    """

    horizontal_mps2: float
    vertical_mps2: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class Uncrewed:
    """A kind of uncrewed aircraft that a party flies: its name and its category, never an address."""

    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Party:
    """One side. It binds its members; its excluded forces are not bound and are not its own."""

    name: str
    members: tuple[str, ...] = ()
    excluded_forces: tuple[str, ...] = ()
    uncrewed: tuple[Uncrewed, ...] = ()


_LIMITS = {
    "fast_jet": (3.0, 1.0, 1650.0),
    "transport": (1.0, 0.5, 750.0),
    "tanker": (1.0, 0.5, 750.0),
    "surveillance": (1.0, 0.5, 750.0),
    "helicopter": (1.7, 1.0, 350.0),
    "uncrewed_large": (1.0, 0.5, 500.0),
    "uncrewed_small": (2.0, 1.0, 200.0),
    UNKNOWN: (3.0, 1.0, 1650.0),
}
"""Horizontal [g], vertical [g], speed [kt]: the default limits, argued in docs/decisions/0003-terms.md.

No category may exceed `unknown`: who does not know what flies there must expect the worst.
"""

CATEGORIES = tuple(_LIMITS)
"""Every category of aircraft that terms and membership files may name."""


def default_manoeuvre() -> dict[str, Manoeuvre]:
    """Return the manoeuvre limits of the default profile, for every category."""
    return {name: Manoeuvre(h * G0, v * G0, speed * KT) for name, (h, v, speed) in _LIMITS.items()}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. Without parties, every aircraft is its own party.

    Attributes:
        title, version: which agreement; the version counts up with every amendment.
        area: where it holds; None is everywhere.
        exempt: sub-areas exempt from the minima. Near misses are detected there as everywhere.
        parties: none, or the two sides.
        lookahead_s: how far ahead the minima are watched [s].
        manoeuvre: limits by category; read it with `limit_for`.
        datum: of every level in the terms: "barometric" (standard pressure) or "geometric" (WGS-84 ellipsoid).
    """

    title: str
    version: int
    area: Area | None
    exempt: tuple[Area, ...]
    parties: tuple[Party, ...]
    separation: Separation
    near_miss: NearMiss
    lookahead_s: float
    manoeuvre: Mapping[str, Manoeuvre] = field(default_factory=default_manoeuvre)
    datum: str = BAROMETRIC


def default_terms() -> Terms:
    """Return the rule of threes: 3 NM or 3,000 ft; if closer, at most 180 s. Everywhere, no parties named."""
    return Terms(
        title="Rule of threes",
        version=1,
        area=None,
        exempt=(),
        parties=(),
        separation=Separation(horizontal_m=3 * NM, vertical_m=3000 * FT, dwell_limit_s=180.0),
        near_miss=NearMiss(slant_m=500 * FT, critical_m=100 * FT),
        lookahead_s=120.0,
    )


def limit_for(terms: Terms, category: str) -> Manoeuvre:
    """Return the manoeuvre limit of `category`; of "unknown" where the terms do not know the category."""
    found = terms.manoeuvre.get(category) or terms.manoeuvre.get(UNKNOWN)
    return found or default_manoeuvre()[UNKNOWN]
