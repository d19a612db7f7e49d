"""One finding for a rule, an encounter and an ordered pair of elements (RULES 3.1, unit of count).

An element is a flight of up to four aircraft of one party that were within 1 NM of each other for more than half of the
time; an uncrewed aircraft is its own. What several pairs of the same two elements did at about the same time is one
finding: what the gravest of them measured, of the smallest addresses of both elements. Which pair is the gravest may
hang on the noise of whose plots they are; both sides must name the same aircraft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from armslength.domain.finding import Finding, Outcome
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64
from armslength.engine.conduct.context import Aircraft
from armslength.engine.conduct.runs import REENTRY_S
from armslength.units import NM, NS

TOGETHER_M = 1.0 * NM
"""Aircraft of one party that are no further apart fly together [m] (chosen in the rule catalogue)."""
MOST = 4
EVERY_S = 10
"""Places are remembered on a grid of UTC of so many seconds."""
METRES = 111_195.0
"""Metres in a degree of latitude, on a sphere; the error does not matter at a mile."""
OUTCOMES = (Outcome.BREACH, Outcome.NOT_DETERMINABLE, Outcome.NO_BREACH)

Who = Callable[[str], Aircraft | None]


@dataclass
class Places:
    """Where aircraft were in meetings, every ten seconds: rows of t [UTC s], lat, lon [deg], level [m]."""

    rows: dict[str, list[F64]] = field(default_factory=dict)

    def see(self, meetings: Meetings, address: Callable[[int], str]) -> None:
        """Remember where those of `meetings` were; `address` tells one by its index."""
        m = meetings
        seconds = m.t + m.epoch_ns // NS
        for k in range(len(m)):
            here = np.arange(m.start[k], m.start[k + 1])
            here = here[seconds[here] % EVERY_S == 0]
            for side, aircraft in enumerate((m.first[k], m.second[k])):
                rows = np.stack([seconds[here], m.lat[side, here], m.lon[side, here], m.level_m[side, here]])
                self.rows.setdefault(address(int(aircraft)), []).append(rows)

    def together(self, one: str, other: str, since_ns: int, until_ns: int) -> bool:
        """Return whether the two were within TOGETHER_M of each other for more than half of what is known between."""
        a, b = (self._between(address, since_ns / NS, until_ns / NS) for address in (one, other))
        _, i, j = np.intersect1d(a[0], b[0], return_indices=True)
        if not len(i):
            return False
        north = (a[1, i] - b[1, j]) * METRES
        turn = np.mod(a[2, i] - b[2, j] + 180.0, 360.0) - 180.0
        east = turn * METRES * np.cos(np.radians(a[1, i]))
        up = np.nan_to_num(a[3, i] - b[3, j])
        near = np.sqrt(north**2 + east**2 + up**2) < TOGETHER_M
        return bool(2 * np.count_nonzero(near) > len(near))

    def forget(self, before_ns: int) -> None:
        """Drop what was before `before_ns` [UTC ns]."""
        for address in list(self.rows):
            self.rows[address] = [
                rows for rows in self.rows[address] if rows.shape[1] and rows[0, -1] >= before_ns / NS
            ]
            if not self.rows[address]:
                del self.rows[address]

    def _between(self, address: str, since: float, until: float) -> F64:
        rows = np.concatenate([np.empty((4, 0)), *self.rows.get(address, [])], axis=1)
        return rows[:, (rows[0] >= since - EVERY_S) & (rows[0] <= until + EVERY_S)]


@dataclass
class _Group:
    """Findings that are one, with the aircraft of both elements, as `_roles` orders them."""

    found: list[Finding]
    elements: tuple[set[str], set[str]]


@dataclass(frozen=True, slots=True)
class Counted:
    """One finding of two elements, and that of the pair of them whose measures it has."""

    finding: Finding
    gravest: Finding


def grouped(found: Iterable[Finding], places: Places, who: Who) -> list[Counted]:
    """Return the findings, those of the same elements as one, in the order of the first of each.

    Args:
        found: what the rules found of pairs.
        places: where the aircraft were.
        who: tells an aircraft by its address; None: nobody knows it, and it flies alone.
    """
    groups: list[_Group] = []
    near: dict[tuple[str, int, str], list[_Group]] = {}
    for one in sorted(found, key=lambda f: (f.opened_ns, f.rule, f.about)):
        roles = _roles(one, who)
        if roles is None:
            groups.append(_Group([one], (set(), set())))
            continue
        group = next((g for role in (0, 1) for g in near.get((one.rule, role, roles[role]), ())
                      if _joins(one, roles, g, 1 - role, places, who)), None)  # fmt: skip
        if group is None:
            group = _Group([], (set(), set()))
            groups.append(group)
        group.found.append(one)
        for role in (0, 1):
            group.elements[role].add(roles[role])
            known = near.setdefault((one.rule, role, roles[role]), [])
            if group not in known:
                known.append(group)
    return [_one_of(group) for group in groups]


def _roles(one: Finding, who: Who) -> tuple[str, str] | None:
    """Return the addresses: whose act it was first; where the rule names nobody, by party. None: it is of a report."""
    a, _, b = one.about.partition(" ")
    if {a, b} != {one.first, one.second}:
        return None
    if one.by:
        return a, b
    told = [(known.party if (known := who(address)) else "", address) for address in (a, b)]
    return min(told)[1], max(told)[1]


def _joins(one: Finding, roles: tuple[str, str], group: _Group, role: int, places: Places, who: Who) -> bool:
    """Return whether a finding is of the elements of `group`, with which it shares the aircraft of the other role."""
    newest = group.found[-1]
    if one.by != newest.by or one.opened_ns - max(_closed(f) for f in group.found) > REENTRY_S * NS:
        return False
    address, element = roles[role], group.elements[role]
    if address in element:
        # The same pair again: two of the same rule are two encounters, unless the pairs beside it make them one.
        return all(f.about != one.about for f in group.found)
    mine = who(address)
    if mine is None or mine.uncrewed or not mine.party or len(element) >= MOST:
        return False
    for other in sorted(element):
        theirs = who(other)
        if theirs is None or theirs.uncrewed or theirs.party != mine.party:
            return False
    since, until = (
        min(one.opened_ns, *(f.opened_ns for f in group.found)),
        max(_closed(one), *map(_closed, group.found)),
    )
    return any(places.together(address, other, since, until) for other in sorted(element))


def _closed(one: Finding) -> int:
    return one.opened_ns if one.closed_ns is None else one.closed_ns


def _one_of(group: _Group) -> Counted:
    """Return the finding of a group: the measures of the gravest pair, the names of the smallest addresses."""
    if len(group.found) == 1:
        return Counted(group.found[0], group.found[0])
    worst = min(group.found, key=lambda f: (OUTCOMES.index(f.outcome), f.severity, f.opened_ns, f.about))
    others = sorted(f.about for f in group.found if f is not worst)
    told = "; ".join(others[:6]) + (f"; and {len(others) - 6} more" if len(others) > 6 else "")
    count = "1 more pair" if len(others) == 1 else f"{len(others)} more pairs"
    says = (
        f"{worst.explanation} The gravest pair, of which this is said: {worst.first} and {worst.second}. "
        f"The same of {count} of the same flights, counted once: {told}."
    )
    actor, other = (min(element) for element in group.elements)
    first, second = sorted((actor, other))
    about = f"{actor} {other}" if worst.by else f"{first} {second}"
    return Counted(replace(worst, about=about, first=first, second=second, explanation=says), worst)
