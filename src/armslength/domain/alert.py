"""Alerts: elements of two parties that will come too close, and how long there is left.

An alert is about two elements, never about two aircraft of one: a flight of up to four within 1 NM is one element, a
drone is its own. First and second are in order of their lowest addresses; nothing but `own_side` tells whose is whose.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from math import inf, isfinite


class Tier(IntEnum):
    """How urgent: the greater, the more."""

    TRAFFIC = 1
    """The minima will be lost within the look-ahead."""
    ALERT = 2
    """They will be lost soon: within the time of an alert."""
    INSIDE = 3
    """They are lost."""
    NEAR = 4
    """A near miss is about to happen, or happens."""


class Kind(StrEnum):
    """What changed about an alert."""

    OPENED = "opened"
    RAISED = "raised"
    UPDATED = "updated"
    LOWERED = "lowered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Join:
    """Two aircraft that may be near each other by agreement (tanking, formation, escort), for a time, UTC ns.

    `acknowledged`: the other side has agreed to it. What one side alone declares is shown, and silences nothing.
    """

    first: str
    second: str
    from_ns: int
    until_ns: int
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """Aircraft that fly together, by address, in order; `leading` is the one that the numbers are about."""

    addresses: tuple[str, ...]
    leading: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One pair of elements that is, or will be, too close. Numbers are of the pair of aircraft that leads.

    Attributes:
        id: stays the same while the alert is open, also when elements split and join; made of the moment it opened and
            its place among those that did then, so that it gives nobody away.
        first, second: in order of their lowest addresses.
        tier: see `Tier`. opened_ns, now_ns: UTC ns.
        t_cpa_s: until the closest point [s]; 0 when it is now or past, NaN when it lies beyond the look-ahead.
        beyond_s: the look-ahead [s] where the closest point lies beyond it, else NaN.
        t_loss_s: until the minima are lost [s], 0 when they are, NaN when only the bounds say that they might be.
        t_near_s: until a near miss [s], or NaN.
        hmd_m, vmd_m: distances at the closest point, or at the end of the look-ahead where that comes first.
        d_h_m, d_v_m: now. Vertical ones NaN where a level is unknown.
        error_h_m, error_v_m: two-sigma bounds of hmd_m and vmd_m.
        certainty: "certain", "possible" or "not_determinable", if both fly on as they do now.
        sources: names of all that see either. datum: of the levels compared; "mixed", or "unknown".
        lat, lon, alt_m: where the middle between them will be at the closest point; WGS-84 [deg], [m] or NaN.
        own_side: "first" or "second": which of the two is the own side's.
        sounds: it sounds at the own post. A part of an alert that has sounded does not until it is more urgent than
            that was. loudness: "full" where it sounds, "low" where it is urgent and unconfirmed, else "none".
        unconfirmed: it rests on a track that appeared inside the minima and that nothing else bears out yet.
        own_side_only: it concerns no counterpart.
        automatic_ok: nothing about the tracks forbids telling the other side without a person. The terms may.
        notes: why not, and what else the officer must know, in words.
    """

    id: str
    first: Element
    second: Element
    tier: Tier
    opened_ns: int
    now_ns: int
    t_cpa_s: float
    beyond_s: float
    t_loss_s: float
    t_near_s: float
    hmd_m: float
    vmd_m: float
    d_h_m: float
    d_v_m: float
    error_h_m: float
    error_v_m: float
    certainty: str
    sources: tuple[str, ...]
    datum: str
    lat: float
    lon: float
    alt_m: float
    own_side: str
    sounds: bool
    loudness: str
    unconfirmed: bool
    own_side_only: bool
    automatic_ok: bool
    notes: tuple[str, ...]

    @property
    def soonest_s(self) -> float:
        """Time to the closest point [s]; infinite where it lies beyond the look-ahead."""
        return self.t_cpa_s if isfinite(self.t_cpa_s) else inf

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON: stamps as strings, what is not known as null, the tier by its name."""
        out: dict[str, object] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, Element):
                out[name] = {"addresses": list(value.addresses), "leading": value.leading}
            elif isinstance(value, Tier):
                out[name] = value.name
            elif isinstance(value, float):
                out[name] = round(value, 6 if name in {"lat", "lon"} else 1) if isfinite(value) else None
            elif name.endswith("_ns"):
                out[name] = str(value)
            else:
                out[name] = list(value) if isinstance(value, tuple) else value
        return out


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What happened to an alert: `kind`, and the alert as it is now (as it last was, when it closed).

    `sounded`: the own post must be alarmed now: it begins to sound, or does at a tier at which none of its pairs has.
    """

    kind: Kind
    alert: Alert
    sounded: bool = False
