"""Joined stays to the encounters that people read: names, parties, UTC, position, judgement."""

from __future__ import annotations

import math
from dataclasses import dataclass

from armslength.agreement.terms import Terms
from armslength.domain.encounter import Encounter
from armslength.domain.plot import Roster
from armslength.domain.track import Marks
from armslength.engine.joining import Joined, judge
from armslength.node.belonging import Belonging
from armslength.units import NS

WGS84_SHRINK = 0.9933056200098587
"""1 - e^2: from the slope of a surface point to its geodetic latitude."""


@dataclass(frozen=True)
class Findings:
    """Makes encounters out of joined stays."""

    terms: Terms
    roster: Roster
    belonging: Belonging
    marks: Marks
    epoch_ns: int

    def encounter(self, number: int, found: Joined) -> Encounter:
        """Return `found` as encounter `number`; first and second by address."""
        one, two = found.one, found.two
        if self.roster.addresses[two] < self.roster.addresses[one]:
            one, two = two, one
        x, y, z = found.position
        s = self.terms.separation
        judged = judge(
            found, s.horizontal_m, s.vertical_m, self.terms.near_miss.slant_m, s.dwell_limit_s, self._doubt(found)
        )
        third = [self.roster.addresses[a] for a in (one, two) if self._outside(a)]
        note = "; ".join(part for part in (judged.note, self._third(third)) if part)
        ratio, d_h, d_v, error_h, error_v, level = found.closest_values
        known = math.isfinite(found.slant)
        return Encounter(
            number, self.roster.addresses[one], self.roster.addresses[two],
            self.roster.callsign_at(one, self._utc(found.closest)),
            self.roster.callsign_at(two, self._utc(found.closest)),
            self.belonging.party(one), self.belonging.party(two), self._utc(found.opened), self._utc(found.closed),
            self._utc(found.closest), d_h, d_v, ratio, self._utc(found.t_slant if known else found.closest),
            found.slant if known else math.nan, found.dwell.longest,
            math.degrees(math.atan2(z, WGS84_SHRINK * math.hypot(x, y))), math.degrees(math.atan2(y, x)), level,
            judged.level, judged.certainty, error_h, error_v if math.isfinite(d_v) else math.nan, note,
            judged.breach and not third,
        )  # fmt: skip

    def _utc(self, t: float) -> int:
        return self.epoch_ns + round(t * NS)

    def _outside(self, aircraft: int) -> bool:
        """Whether the terms bind `aircraft` to no party, while a membership file says whom they bind."""
        if self.belonging.membership is None:
            return False
        member = self.belonging.member(aircraft)
        return member is None or member.excluded

    def _third(self, third: list[str]) -> str:
        contested = {self.roster.addresses[a] for a in self.belonging.contested}
        said = [f"{a} claimed by two members" if a in contested else f"{a} not bound by the terms" for a in third]
        return "; ".join(said)

    def _doubt(self, found: Joined) -> str:
        """Return why a track is implausible at the closest moments, naming the aircraft, or ""."""
        moments = [found.closest] + ([found.t_slant] if math.isfinite(found.t_slant) else [])
        said = []
        for aircraft in (found.one, found.two):
            why = {self.marks.why(aircraft, t, t) for t in moments} - {""}
            said += [f"{self.roster.addresses[aircraft]} {reason}" for reason in sorted(why)]
        return "; ".join(sorted(said))
