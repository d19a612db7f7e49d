"""What all rules about communications look at: the terms, who talks, and how things stand as the record goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from armslength.agreement.terms import Terms
from armslength.domain import talk as t
from armslength.units import NS

_NEVER = -1
MOST_PLANNED = 50
"""Outages and tests that are remembered: the latest."""


class Around:
    """How things stand at the fact that was taken last.

    Args:
        own, other: the two parties; what `other` states of itself becomes known here only over some way.
        terms: in force. They may be changed.
    """

    def __init__(self, own: str, other: str, terms: Terms) -> None:
        self.own, self.terms = own, terms
        self.parties = (own, other)
        self.suspended: frozenset[str] = frozenset()
        self.plan: dict[str, str] = {}
        self.session = self.inside = False
        self.in_use = ""
        self.path = True
        self.path_since_ns = self.session_since_ns = self.unrecorded_ns = _NEVER
        """Since when the way, and the session, stands, or does not; until when something was not recorded."""
        self.planned: tuple[t.Announced, ...] = ()
        self._noise: dict[str, dict[str, t.Noise]] = {}

    def take(self, fact: t.Fact) -> None:
        """Note what a fact changes for all rules."""
        match fact:
            case t.Planned():
                self.plan = dict(fact.frequencies)
            case t.Suspended():
                self.suspended = fact.provisions
            case t.Session() if fact.stands is not self.session:
                self.session, self.session_since_ns = fact.stands, fact.at_ns
            case t.Path() if fact.stands is not self.path:
                self.path, self.path_since_ns = fact.stands, fact.at_ns
            case t.InUse():
                self.in_use = fact.medium
            case t.Inside():
                self.inside = fact.inside
            case t.Unrecorded():
                self.unrecorded_ns = fact.at_ns
                for heard in self._noise.values():
                    heard.pop(self.own, None)  # whether it goes on is told anew
            case t.Announced():
                self._announce(fact)
            case t.Noise():
                self._hear(fact)
            case _:
                pass

    def across(self, party: str) -> str:
        """Return the party that is not `party`."""
        return self.parties[1] if party == self.parties[0] else self.parties[0]

    def was_cut(self, since_ns: int) -> bool:
        """Return whether there was no way to the other side at some time since [UTC ns]."""
        return not self.path or self.path_since_ns > since_ns

    def was_blind(self, since_ns: int) -> bool:
        """Return whether something since then [UTC ns] was not recorded."""
        return self.unrecorded_ns > since_ns

    def stood(self, since_ns: int) -> bool:
        """Return whether the session of the ground line has stood since then [UTC ns]."""
        return self.session and self.session_since_ns <= since_ns

    def planned_until(self, kind: str, medium: str, at_ns: int, after_ns: int = 0) -> int:
        """Return when what was planned of that kind, and `after_ns` more, is over; `at_ns` where nothing was [UTC ns].

        What follows on one another counts as one.
        """
        end = at_ns
        for one in sorted(self.planned, key=lambda one: one.from_ns):
            if (one.kind, one.medium) == (kind, medium) and one.from_ns <= end < one.until_ns + after_ns:
                end = one.until_ns + after_ns
        return end

    def noise(self, medium: str, at_ns: int) -> Mapping[str, t.Noise]:
        """Return who hears noise on a medium at `at_ns` [UTC ns], and since which fact."""
        heard = self._noise.get(medium, {})
        return {by: one for by, one in heard.items() if one.until_ns is None or one.until_ns >= at_ns}

    def _announce(self, fact: t.Announced) -> None:
        """Take what was told before it began and is not too long; of the same beginning the last word counts."""
        longest = t.LONGEST_S[fact.kind] * NS
        if fact.told_ns > fact.from_ns or fact.until_ns > fact.from_ns + longest:
            return
        same = (fact.by, fact.kind, fact.medium, fact.from_ns)
        others = [one for one in self.planned if (one.by, one.kind, one.medium, one.from_ns) != same]
        self.planned = tuple(others)
        if fact.until_ns > fact.from_ns:  # else it is taken back
            self.planned = (*self.planned[-MOST_PLANNED + 1 :], fact)

    def _hear(self, fact: t.Noise) -> None:
        heard = self._noise.setdefault(fact.medium, {})
        if not fact.heard:
            heard.pop(fact.by, None)
            return
        was = self.noise(fact.medium, fact.at_ns).get(fact.by)
        if was is None:
            heard[fact.by] = fact
        else:  # it goes on
            ends = (was.until_ns, fact.until_ns)
            heard[fact.by] = replace(was, until_ns=None if None in ends else max(one for one in ends if one))
