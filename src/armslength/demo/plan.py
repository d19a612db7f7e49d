"""What the demonstration knows beforehand: who flies, who will meet whom, when, and what a watch can make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from armslength.scenario.sky import Sky

EARLY, SHORT, LEVEL, OWN, QUIET = "early", "short", "level", "own", "none"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One planned meeting.

    Attributes:
        name, story: as in the scenario.
        t_s: of the closest point, seconds after the start of the scenario.
        warning: EARLY, SHORT, LEVEL, OWN or QUIET; see `armslength.scenario.sky.Planned`.
        pairs: addresses, first < second.
    """

    name: str
    story: str
    t_s: float
    warning: str
    pairs: frozenset[tuple[str, str]]

    def is_about(self, first: Sequence[str], second: Sequence[str]) -> bool:
        """Return whether an alert between these two elements is about this meeting."""
        return any((min(a, b), max(a, b)) in self.pairs for a in first for b in second)


@dataclass(frozen=True, slots=True)
class Plan:
    """The story as it was written.

    Attributes:
        begins_ns: UTC of the start of the scenario, by the clock of both nodes.
        duration_s: of the scenario.
        meetings: in order of time.
        callsigns: by address, "" where none is known; parties: by address.
    """

    begins_ns: int
    duration_s: float
    meetings: tuple[Meeting, ...]
    callsigns: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)

    def seconds(self, utc_ns: int) -> float:
        """Return a time of the nodes' clock as seconds after the start of the scenario."""
        return (utc_ns - self.begins_ns) / 1e9

    def named(self, addresses: Sequence[str]) -> str:
        """Return how people call an element: call signs, the first and how many more where they are a flight."""
        names = [self.callsigns.get(a) or a for a in addresses]
        return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"

    def meeting_of(self, first: Sequence[str], second: Sequence[str]) -> Meeting | None:
        """Return the planned meeting that an alert between two elements is about, or None."""
        return next((m for m in self.meetings if m.is_about(first, second)), None)


def plan_of(sky: Sky, begins_ns: int, duration_s: float | None = None) -> Plan:
    """Return what is known of `sky` beforehand, when it starts at `begins_ns` (UTC) and is played for `duration_s`."""
    lasts = sky.duration if duration_s is None else min(duration_s, sky.duration)
    meetings = sorted((p for p in sky.planned if p.warning and p.t < lasts), key=lambda p: p.t)
    return Plan(
        begins_ns,
        lasts,
        tuple(Meeting(p.name, p.story, p.t, p.warning, frozenset(p.pairs)) for p in meetings),
        {a.address: a.callsign for a in sky.aircraft},
        {a.address: a.party for a in sky.aircraft},
    )
