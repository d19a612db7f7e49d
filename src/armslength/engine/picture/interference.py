"""Satellite navigation jammed or spoofed over an area: when many aircraft show signs of it at once.

One aircraft with a bad transponder is that aircraft's trouble; a third of them at once is the sky's. The state comes on
when it was so for a few seconds, and goes when hardly any has shown a sign for a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from armslength.domain.picture import Interference
from armslength.units import NS

ON_SHARE, OFF_SHARE = 0.3, 0.1
"""Share of the aircraft judged that show a sign: to come on, and below which it may go."""
ON_LEAST = 4
"""Fewer aircraft with a sign are no area."""
ON_AFTER, OFF_AFTER = 5.0, 60.0
"""For so long [s] before the state changes."""
SIGN_FOR = 30.0
"""A sign counts for so long [s]."""
NIC_LEAST, NAC_LEAST = 6, 7
"""Lower categories are a sign: containment over 0.6 NM (NIC), 95 % accuracy over 0.1 NM (NACp); DO-260B."""
EXTRA_M = 463.0
"""1-sigma [m] added to what satellite-derived tracks claim while the state is on: 0.25 NM."""
LOW, JUMPED, DIFFERED = "low integrity or accuracy", "jumps", "radar disagrees"
SIGNS = (LOW, JUMPED, DIFFERED)


@dataclass
class Watching:
    """The state and since when it would have to change."""

    state: Interference = field(default_factory=Interference)
    _since_ns: int | None = None

    def judge(self, judged: int, shown: int, counts: Mapping[str, int], now_ns: int) -> Interference:
        """Return the state.

        Args:
            judged: aircraft with fresh satellite-derived plots. shown: how many of them show a sign.
            counts: how many show which of SIGNS.
            now_ns: UTC ns, never backwards.
        """
        share = shown / judged if judged else 0.0
        active = self.state.active
        wants = (share >= ON_SHARE and shown >= ON_LEAST) if not active else share < OFF_SHARE
        if not wants:
            self._since_ns = None
        elif self._since_ns is None:
            self._since_ns = now_ns
        held = (now_ns - self._since_ns) / NS if self._since_ns is not None else -1.0
        since_ns = self.state.since_ns
        if wants and held >= (OFF_AFTER if active else ON_AFTER):
            active, self._since_ns = not active, None
            since_ns = now_ns if active else 0
        said = ", ".join(f"{sign}: {counts[sign]}" for sign in SIGNS if counts.get(sign))
        why = f"{shown} of {judged} aircraft ({said})" if shown else ""
        self.state = Interference(active, since_ns, share, judged, why)
        return self.state
