"""Terms: the articles of an agreement that armslength executes, typed, in SI. Knows no aircraft.

`parse_terms` reads them from TOML, `write_terms` writes them back, `armslength.agreement.plain` says what they mean.
docs/terms.md lists every article; docs/decisions/0003-terms.md says where the default figures come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from armslength.agreement.area import Area, Box, Circle, contains
from armslength.agreement.articles import (
    Answering,
    Assistance,
    Automation,
    Block,
    Confidentiality,
    Disclosure,
    Emergency,
    Ending,
    Failover,
    Frequency,
    GroundLine,
    ProtectedSite,
    Radio,
    Scope,
    Suspension,
    TimeBudget,
    Validity,
    WorkingGroup,
)
from armslength.agreement.articles_conduct import Rule, usual_conduct
from armslength.agreement.articles_kinds import Measure
from armslength.units import FT, G0, KT, NM, Quantity

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

    horizontal_m: Annotated[float, Measure(Quantity.LENGTH, "3 NM")]
    vertical_m: Annotated[float, Measure(Quantity.LENGTH, "3000 ft")]
    dwell_limit_s: Annotated[float, Measure(Quantity.TIME, "180 s", 0.0)]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A near miss is a slant distance under `slant_m` [m]; under `critical_m` [m] it is critical."""

    slant_m: Annotated[float, Measure(Quantity.LENGTH, "500 ft")]
    critical_m: Annotated[float, Measure(Quantity.LENGTH, "100 ft")]


@dataclass(frozen=True, slots=True)
class Manoeuvre:
    """The hardest that aircraft of a category fly between two plots: bounds what nobody saw.

    Attributes:
        horizontal_mps2, vertical_mps2: acceleration [m/s2], either way.
        speed_mps: ground speed [m/s].
    """

    horizontal_mps2: Annotated[float, Measure(Quantity.ACCELERATION, "3 g")]
    vertical_mps2: Annotated[float, Measure(Quantity.ACCELERATION, "1 g")]
    speed_mps: Annotated[float, Measure(Quantity.SPEED, "750 kt")]


@dataclass(frozen=True, slots=True)
class Uncrewed:
    """A kind of uncrewed aircraft that a party flies: its name and its category, never an address."""

    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Party:
    """One side. It binds its members; its excluded forces are not bound and are not its own.

    Attributes:
        post: its duty post, which is addressed instead of a person: "NORTH POST"; empty where nobody calls.
        callsign: what all its aircraft answer to on a frequency: "NORTH AIRCRAFT"; never that of one aircraft.
    """

    name: str
    members: tuple[str, ...] = ()
    excluded_forces: tuple[str, ...] = ()
    uncrewed: tuple[Uncrewed, ...] = ()
    post: str = ""
    callsign: str = ""


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
        lookahead_s: how far ahead the minima are watched [s]: a loss within it is shown to the own officer.
        alert_s: how long before a predicted loss the alert sounds [s]; not above `lookahead_s`.
        manoeuvre: limits by category; read it with `limit_for`.
        datum: of every level in the terms: "barometric" (standard pressure) or "geometric" (WGS-84 ellipsoid).
        blocks, protected_sites, frequencies: [[block]], [[protected_site]], [[frequency]].
        radio ... time_budget: the article of that name; see `articles`.
        conduct: all 35 rules by id.
        extra: articles that this version does not know, as TOML values. They are kept, shown, and not executed.
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
    alert_s: float = 120.0
    blocks: tuple[Block, ...] = ()
    protected_sites: tuple[ProtectedSite, ...] = ()
    frequencies: tuple[Frequency, ...] = ()
    radio: Radio = field(default_factory=Radio)
    ground_line: GroundLine = field(default_factory=GroundLine)
    answering: Answering = field(default_factory=Answering)
    failover: Failover = field(default_factory=Failover)
    conduct: Mapping[str, Rule] = field(default_factory=usual_conduct)
    disclosure: Disclosure = field(default_factory=Disclosure)
    scope: Scope = field(default_factory=Scope)
    emergency: Emergency = field(default_factory=Emergency)
    assistance: Assistance = field(default_factory=Assistance)
    working_group: WorkingGroup = field(default_factory=WorkingGroup)
    confidentiality: Confidentiality = field(default_factory=Confidentiality)
    suspension: Suspension = field(default_factory=Suspension)
    ending: Ending = field(default_factory=Ending)
    validity: Validity = field(default_factory=Validity)
    automation: Automation = field(default_factory=Automation)
    time_budget: TimeBudget = field(default_factory=TimeBudget)
    extra: Mapping[str, Any] = field(default_factory=dict)


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
        lookahead_s=180.0,
    )


def limit_for(terms: Terms, category: str) -> Manoeuvre:
    """Return the manoeuvre limit of `category`; of "unknown" where the terms do not know the category."""
    found = terms.manoeuvre.get(category) or terms.manoeuvre.get(UNKNOWN)
    return found or default_manoeuvre()[UNKNOWN]
