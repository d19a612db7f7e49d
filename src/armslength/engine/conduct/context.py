"""What rules look at beside the flights: the terms, whose aircraft is whose, what was said; and how findings are made.

A context belongs to one batch of meetings. Everything in it is party-neutral: by address, never own and other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from armslength.agreement.articles_conduct import Rule as Agreed
from armslength.agreement.terms import GEOMETRIC, Area, Terms, contains
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import Bool
from armslength.domain.rule import RuleText
from armslength.engine.conduct.regimes import Regimes
from armslength.engine.conduct.told import Asked, Reported, Said, Warned
from armslength.units import NS


@dataclass(frozen=True, slots=True)
class Aircraft:
    """One aircraft as the terms see it.

    Attributes:
        address: as transmitted. party: that it is bound to; "" for nobody's. category: of `agreement.terms.CATEGORIES`.
    """

    address: str
    party: str = ""
    category: str = "unknown"

    @property
    def uncrewed(self) -> bool:
        """Whether nobody is on board, as far as the membership file says."""
        return self.category.startswith("uncrewed")


@dataclass(frozen=True)
class Context:
    """What the rules look at beside the meetings.

    Attributes:
        meetings: that are judged.
        terms: in force.
        aircraft: tells an aircraft by its index in the roster.
        regimes: in force, by time.
        warned, asked, said, reported: what was told of pairs, see `told`; in order of time. Empty in a replay of plots
            alone. The same facts are on both sides.
    """

    meetings: Meetings
    terms: Terms
    aircraft: Callable[[int], Aircraft]
    regimes: Regimes = field(default_factory=Regimes)
    warned: tuple[Warned, ...] = ()
    asked: tuple[Asked, ...] = ()
    said: tuple[Said, ...] = ()
    reported: tuple[Reported, ...] = ()

    @cached_property
    def places(self) -> dict[tuple[str, str], list[int]]:
        """The meetings of each pair of addresses, (first, second)."""
        out: dict[tuple[str, str], list[int]] = {}
        for k in range(len(self.meetings)):
            out.setdefault((self.who(k, 0).address, self.who(k, 1).address), []).append(k)
        return out

    @cached_property
    def by_crews(self) -> Bool:
        """Which meetings a crew said something of, or the reporter of a nameless one was in; shape (K,)."""
        out = np.zeros(len(self.meetings), np.bool_)
        for form in self.reported:
            named = {form.reporter, form.accused} - {""}
            out[[k for pair, places in self.places.items() if named <= set(pair) for k in places]] = True
        return out

    def figures(self, rule: str) -> Agreed:
        """Return the figures that the terms keep with a rule: `figures("G05")["distance_m"]`, in SI."""
        return self.terms.conduct[rule]

    def who(self, meeting: int, side: int) -> Aircraft:
        """Return the first (0) or the second (1) aircraft of a meeting."""
        m = self.meetings
        return self.aircraft(int((m.first, m.second)[side][meeting]))

    def parties(self, side: int) -> list[str]:
        """Return the party of the first or the second aircraft of each meeting."""
        return [self.who(k, side).party for k in range(len(self.meetings))]

    def uncrewed(self, side: int) -> Bool:
        """Return at each sample whether that aircraft is uncrewed, shape (N,)."""
        told = np.array([self.who(k, side).uncrewed for k in range(len(self.meetings))], np.bool_)
        out: Bool = told[self.meetings.of] if len(told) else np.zeros(0, np.bool_)
        return out

    @cached_property
    def in_area(self) -> Bool:
        """Whether the terms hold at each sample, for one of the two at least, shape (N,)."""
        area = self.terms.area
        if area is None:
            return np.ones(len(self.meetings.t), np.bool_)
        return self._inside(0, area) | self._inside(1, area)

    @cached_property
    def minima_hold(self) -> Bool:
        """Whether the minima hold at each sample: where the terms do, and not both are in exempt sub-areas."""
        exempt = [np.zeros(len(self.meetings.t), np.bool_) for _ in (0, 1)]
        for side in (0, 1):
            for area in self.terms.exempt:
                exempt[side] |= self._inside(side, area, unknown_level=False)
        return self.in_area & ~(exempt[0] & exempt[1])

    def both_in(self, area: Area, found: Finding) -> bool:
        """Return whether both aircraft of a finding were in `area` all its time, as measured."""
        m, closed = self.meetings, found.opened_ns if found.closed_ns is None else found.closed_ns
        since, until = ((at - m.epoch_ns) / NS for at in (found.opened_ns, closed))
        inside = self._inside(0, area, unknown_level=False) & self._inside(1, area, unknown_level=False)
        during = [
            slice(m.start[k], m.start[k + 1]) for k in self.places.get((found.first, found.second), ())
        ]  # fmt: skip
        seen = [inside[one][(m.t[one] >= since) & (m.t[one] <= until)] for one in during]
        return any(map(len, seen)) and all(bool(np.all(one)) for one in seen)

    def _inside(self, side: int, area: Area, *, unknown_level: bool = True) -> Bool:
        m = self.meetings
        wanted = 1 if self.terms.datum == GEOMETRIC else 0
        level = np.where(m.datum == wanted, m.level_m[side], np.nan)  # on another datum it is as good as unknown
        return contains(area, m.lat[side], m.lon[side], level, unknown_level=unknown_level)

    def find(
        self,
        text: RuleText,
        meeting: int,
        span: tuple[int, int],
        outcome: Outcome,
        severity: Severity,
        measured: tuple[float, float, str],
        explanation: str,
        *,
        by: int | None = None,
        margin_sigma: float | None = None,
    ) -> Finding:
        """Return a finding about a meeting.

        Args:
            text: of the rule.
            meeting: its place in `meetings`. span: first and last sample of what is found.
            outcome, severity: see `Finding`.
            measured: value, threshold, unit; in SI.
            explanation: in plain words, whole sentences; call the two "the first" and "the second".
            by: 0 or 1: the aircraft whose act it was; None where the rule names none.
            margin_sigma: see `Finding`.
        """
        one, two = self.who(meeting, 0), self.who(meeting, 1)
        about = f"{one.address} {two.address}"
        if by == 1:
            about = f"{two.address} {one.address}"
        value, threshold, unit = measured
        return Finding(
            rule=text.id,
            about=about,
            outcome=outcome,
            severity=severity,
            by="" if by is None else (one, two)[by].party,
            opened_ns=self.meetings.ns(span[0]),
            closed_ns=self.meetings.ns(span[1]),
            value=value,
            threshold=threshold,
            unit=unit,
            evidence=(),
            explanation=explanation,
            first=one.address,
            second=two.address,
            margin_sigma=margin_sigma,
        )
