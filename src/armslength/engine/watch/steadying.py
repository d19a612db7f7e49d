"""Steadying: m of n and hysteresis, so that alerts neither flap nor arrive late.

A pair is judged once for every second in which there is anything to judge. How many seconds in how many must agree
before a tier is believed depends on how long there is left: with minutes to go there is time to look three times, with
half a minute there is not. A tier is given up when nothing has spoken for it for a while, by minima that are wider.

Source: m of n and hysteresis as in NASA DAIDALUS V-2.0.4 (MofN, HysteresisData), times instead of cycles.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from armslength.domain.alert import Tier
from armslength.units import NS

NOTHING = 0
WIDER = 1.1
"""Minima and times are this much wider for a tier that stands (rule G01's hysteresis)."""
SECONDS = 5
"""So many of the last seconds are remembered."""
AT_ONCE_S, SOON_S = 20.0, 60.0
"""Time to go [s] up to which one second is enough; up to which two of three are; beyond, three of five."""
HOLD_S = {Tier.TRAFFIC: 8.0, Tier.ALERT: 8.0, Tier.INSIDE: 10.0, Tier.NEAR: 10.0}
"""How long a tier outlives the last second that spoke for it [s]."""
_HOLD_NS = {int(tier): round(hold_s * NS) for tier, hold_s in HOLD_S.items()}


def wanted(time_to_go_s: float) -> tuple[int, int]:
    """Return (m, n): in m of the last n seconds a tier must have been seen that leaves `time_to_go_s` [s]."""
    if time_to_go_s <= AT_ONCE_S:
        return 1, 1
    return (2, 3) if time_to_go_s <= SOON_S else (3, 5)


@dataclass(slots=True)
class Steady:
    """What is believed of one pair.

    Attributes:
        tier: believed; NOTHING where none is.
        seen: the highest tier of each of the last seconds, newest last.
        second: the newest of them, whole UTC seconds.
        spoke_ns: when each tier was last spoken for, by the wider minima.
    """

    tier: int = NOTHING
    seen: list[int] = field(default_factory=list)
    second: int = -1
    spoke_ns: dict[int, int] = field(default_factory=dict)

    def judge(self, raw: int, held: int, time_to_go_s: float, now_ns: int, quiet: bool = False) -> int:
        """Take one judgement and return the tier believed.

        Args:
            raw: tier by the minima. held: tier by the wider ones, at least `raw`.
            time_to_go_s: until what `raw` is about; 0 when it is happening.
            now_ns: UTC ns, not backwards.
            quiet: what was seen counts among the m of n, but is not believed as yet, and keeps no tier standing.
        """
        second = now_ns // NS
        if second == self.second:
            self.seen[-1] = max(self.seen[-1], raw)
        else:
            gone = min(second - self.second - 1, SECONDS) if self.second >= 0 else 0
            self.seen = [*self.seen, *[NOTHING] * gone, raw][-SECONDS:]
            self.second = second
        if quiet:
            self.tier, self.spoke_ns = NOTHING, {}
            return NOTHING
        for one in range(1, held + 1):
            self.spoke_ns[one] = now_ns
        m, n = wanted(time_to_go_s)
        lately = self.seen[-n:]
        believed = next((one for one in range(raw, NOTHING, -1) if sum(seen >= one for seen in lately) >= m), NOTHING)
        for one in range(self.tier, believed, -1):  # what is believed by itself needs nothing to hold it
            if now_ns - self.spoke_ns.get(one, now_ns) <= _HOLD_NS[one]:
                believed = one
                break
        self.tier = believed
        return self.tier

    @property
    def over(self) -> bool:
        """Nothing is believed and nothing was seen of late: it can be forgotten."""
        return self.tier == NOTHING and not any(self.seen)
