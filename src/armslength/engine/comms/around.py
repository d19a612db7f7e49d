"""What all rules about communications look at: the terms, who talks, and how things stand as the record goes on."""

from __future__ import annotations

from armslength.agreement.terms import Terms
from armslength.domain import talk as t

_NEVER = -1


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
        self.path_since_ns = self.unrecorded_ns = _NEVER
        """Since when the way stands, or does not; until when something was not recorded."""

    def take(self, fact: t.Fact) -> None:
        """Note what a fact changes for all rules."""
        match fact:
            case t.Planned():
                self.plan = dict(fact.frequencies)
            case t.Suspended():
                self.suspended = fact.provisions
            case t.Session():
                self.session = fact.stands
            case t.Path() if fact.stands is not self.path:
                self.path, self.path_since_ns = fact.stands, fact.at_ns
            case t.InUse():
                self.in_use = fact.medium
            case t.Inside():
                self.inside = fact.inside
            case t.Unrecorded():
                self.unrecorded_ns = fact.at_ns
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
