"""Whose aircraft is whose, and what each can fly: membership and terms, laid over the roster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from armslength.agreement.terms import UNKNOWN, Terms, limit_for
from armslength.domain.plot import F64, I32, I64, Roster
from armslength.domain.track import Limits
from armslength.errors import MembershipError
from armslength.node.membership import Member, Membership

OUTSIDE = -1
"""The group of every aircraft that the terms bind to no party: two of these are nobody's pair."""


@dataclass
class Belonging:
    """Looks each aircraft up once for every new call sign it uses; the first that names a member counts."""

    terms: Terms
    membership: Membership | None
    roster: Roster
    forgiving: bool = False
    contested: dict[int, MembershipError] = field(default_factory=dict)
    _member: dict[int, Member | None] = field(default_factory=dict)
    _asked: dict[int, tuple[int, int]] = field(default_factory=dict)
    _claim: dict[int, tuple[str, Member]] = field(default_factory=dict)
    _parties: dict[str, int] = field(default_factory=dict)
    _limited: dict[int, int] = field(default_factory=dict)
    _limits: F64 = field(default_factory=lambda: np.zeros((3, 0)))

    def member(self, aircraft: int, before_ns: int | None = None) -> Member | None:
        """Return whose `aircraft` is by its address and the call signs first used before `before_ns`, or None.

        An aircraft that two members claim by different call signs is nobody's from then on: so pairs with either party
        are looked at. `contested` has it.

        Raises:
            MembershipError: two members claim it by one address or call sign, and this is not `forgiving`: a live node
                must not end because somebody typed a call sign.
        """
        if self.membership is None:
            return None
        signs = self.roster.callsigns(aircraft, before_ns)
        known = (len(signs), self.roster.named(aircraft) if self.roster.most_callsigns is not None else 0)
        if aircraft not in self.contested and self._asked.get(aircraft) != known:
            self._asked[aircraft] = known
            address = self.roster.addresses[aircraft]
            try:
                claims = [(sign, self.membership.member(address, sign)) for sign in signs or [""]]
            except MembershipError as wrong:
                if not self.forgiving:
                    raise
                self._member[aircraft], self.contested[aircraft] = None, wrong
                return None
            found = [(sign, member) for sign, member in claims if member is not None]
            before = self._claim.get(aircraft)
            if before is not None and before[0] and before[0] not in signs:  # nobody leaves by showing many call signs
                found.insert(0, before)
            if found:
                self._claim[aircraft] = found[0]
            self._member[aircraft] = found[0][1] if found else None
            other = next((claim for claim in found if not claim[1].same(found[0][1])), None)
            if other is not None:
                self._member[aircraft] = None
                self.contested[aircraft] = MembershipError(
                    f"Two members claim {address}: {found[0][1]} by call sign {found[0][0]}, and {other[1]} by call "
                    f"sign {other[0]}.",
                    where=self.membership.name,
                    remedy="Name its address there. Until then it is nobody's: pairs with both parties are reported.",
                )
        return self._member.get(aircraft)

    def count(self) -> dict[str, int]:
        """Return how many aircraft belong to each party (those of the file that have none too), and "" to nobody."""
        if self.membership is None:
            return {}
        out = dict.fromkeys(sorted(self.membership.parties()), 0) | {"": 0}
        for aircraft in range(len(self.roster)):
            member = self.member(aircraft)
            party = "" if member is None or member.excluded else member.party
            out[party] = out.get(party, 0) + 1
        return out

    def party(self, aircraft: int) -> str:
        """Return the party that `aircraft` is bound to; the name of the excluded force; or "" for a third party."""
        member = self.member(aircraft)
        if member is None:
            return ""
        return member.name if member.excluded else member.party

    def groups(self, aircraft: I32, before_ns: int | None) -> I64:
        """Return the group of each of `aircraft`: pairs are made of different groups, never of two OUTSIDE."""
        if self.membership is None:
            return aircraft.astype(np.int64)
        out = np.full(len(aircraft), OUTSIDE, np.int64)
        for i, one in enumerate(aircraft.tolist()):
            member = self.member(one, before_ns)
            if member is not None and not member.excluded:
                out[i] = self._parties.setdefault(member.party, len(self._parties))
        return out

    def limits(self, before_ns: int | None) -> Limits:
        """Return what every aircraft of the roster can fly."""
        rows = np.tile(_of(self.terms, UNKNOWN), (max(len(self.roster), 1), 1))
        if self.membership is not None:
            for i in range(len(self.roster)):
                member = self.member(i, before_ns)
                if member is not None:
                    rows[i] = _of(self.terms, member.category)
        return Limits(*(np.ascontiguousarray(rows[:, c]) for c in range(3)))

    def limits_of(self, aircraft: Iterable[int]) -> Limits:
        """Return what every aircraft can fly, by all that is known now.

        Asks anew only about those of `aircraft` that are new or show a new call sign. The arrays may be longer than the
        roster, and are changed by the next call.
        """
        usual = _of(self.terms, UNKNOWN)
        if self._limits.shape[1] < len(self.roster):
            longer = np.repeat(usual[:, None], max(256, 2 * len(self.roster)), axis=1)
            longer[:, : self._limits.shape[1]] = self._limits
            self._limits = longer
        for one in aircraft:
            named = self.roster.named(one)
            if self._limited.get(one) != named:
                self._limited[one] = named
                member = self.member(one)
                self._limits[:, one] = usual if member is None else _of(self.terms, member.category)
        return Limits(*self._limits)

    def forget(self, aircraft: int) -> None:
        """Forget an aircraft, before the roster does."""
        for of in (self._member, self._asked, self._claim, self._limited, self.contested):
            of.pop(aircraft, None)


def _of(terms: Terms, category: str) -> F64:
    limit = limit_for(terms, category)
    return np.array([limit.horizontal_mps2, limit.vertical_mps2, limit.speed_mps])
