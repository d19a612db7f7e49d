"""What was said about two aircraft, as rules about their flight need it: warnings, requests, what crews saw.

Everything is by address and party, never own and other; stamps are UTC [ns]. Whoever puts a context together makes
these from messages, marks and forms. In a replay of plots alone there are none.
"""

from __future__ import annotations

from dataclasses import dataclass

from armslength.domain.crew_report import (
    CHAFF,
    COLLISION_HAZARD,
    CONTROL_LOST,
    FLARES,
    FUEL,
    GESTURES,
    KINDS,
    LASER,
    LIGHTS_OFF,
    OBJECTS,
    RADAR_LOCK,
    WASH,
)

__all__ = [
    "CHAFF", "COLLISION_HAZARD", "CONTROL_LOST", "FLARES", "FUEL", "GESTURES", "KINDS", "LASER", "LIGHTS_OFF",
    "OBJECTS", "RADAR_LOCK", "WASH", "Asked", "Reported", "Said", "Warned", "concerns",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Warned:
    """An alert about a pair, delivered to a party.

    Attributes:
        id: of the message, or of the alert. receiver: the party that it was delivered to.
        first, second: addresses, first < second.
        delivered_ns, acknowledged_ns: when; None: not acknowledged.
        t_cpa_ns: when the loss, or the nearest moment, was predicted for.
        own_ns: when the receiver's own prediction showed the loss as well; None: it never did.
    """

    id: str
    receiver: str
    first: str
    second: str
    delivered_ns: int
    acknowledged_ns: int | None
    t_cpa_ns: int
    own_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a party to increase the distance to an aircraft of the other party.

    Attributes:
        id: of the message. by, receiver: the parties.
        first, second: addresses of the pair, first < second; "" where it names no aircraft: then any pair of the two.
        delivered_ns: when it was received. unable_ns: when UNABLE with a reason came back; None: it did not.
    """

    id: str
    by: str
    receiver: str
    first: str
    second: str
    delivered_ns: int
    unable_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message about a pair that is no request: traffic called, a manoeuvre proposed or accepted.

    Attributes:
        id: of the message. code: of the catalogue. by: the party. first, second: as in `Asked`. at_ns: when received.
    """

    id: str
    code: str
    by: str
    first: str
    second: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class Reported:
    """What a crew saw.

    Attributes:
        id: of the form. kind: of KINDS. by: the reporter's party. reporter: address of its aircraft.
        accused: address of the other aircraft; "" where the crew could not tell.
        at_ns: when it was. range_m: how far away, estimated [m]; NaN: not said.
        struck, evaded: an aircraft was struck; a manoeuvre was forced.
    """

    id: str
    kind: str
    by: str
    reporter: str
    accused: str
    at_ns: int
    range_m: float = float("nan")
    struck: bool = False
    evaded: bool = False


def concerns(told: Asked | Said, pair: tuple[str, str]) -> bool:
    """Return whether it is about this pair of addresses, first < second; what names no aircraft is about all."""
    return not told.first or (told.first, told.second) == pair
