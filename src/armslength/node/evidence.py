"""What the worst encounters looked like: both flights around the closest point, kept while the stream goes by.

A recording is read once and never held whole. So while it streams, the plots around the closest point of the worst
encounters so far are kept, and dropped again when an encounter is no longer among the worst.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.encounter import Encounter, Evidence, Flown
from armslength.domain.plot import F64
from armslength.domain.track import Tracks
from armslength.engine.drawing import distances
from armslength.engine.joining import Joined
from armslength.units import NS

BEFORE_S, AFTER_S = 120.0, 120.0
"""How much of the flights before and after the stay is shown."""
WIDEST_S = 900.0
"""No more than this before and after the closest point."""
CANDIDATES = 48
MOMENTS = 600

Part = tuple[F64, ...]
_NAMES = ("t", "lat", "lon", "baro_m", "geo_m", "linked", "error_h_m", "error_v_m")


@dataclass
class Keeper:
    """Keeps what the worst encounters flew. `rank` puts the worst first (smallest)."""

    rank: Callable[[Joined], tuple[float, ...]]
    _kept: dict[int, tuple[Joined, dict[int, list[Part]]]] = field(default_factory=dict)
    _before: Tracks | None = None

    def see(self, tracks: Tracks, touched: Iterable[Joined]) -> None:
        """Take from `tracks` what belongs to the worst of `touched` and of those kept so far."""
        all_of = {id(one): one for one in touched} | {key: one for key, (one, _) in self._kept.items()}
        worst = heapq.nsmallest(CANDIDATES, all_of.values(), key=self.rank)
        kept = {}
        for one in worst:
            parts = self._kept.get(id(one), (one, {one.one: [], one.two: []}))[1]
            new = not parts[one.one]
            # The pair may come back and be closer then: what it flies is kept until that can no longer be.
            if one.closed >= tracks.window[0] - WIDEST_S:
                for aircraft, have in parts.items():
                    have[:] = [part for part in have if len(part[0]) and part[0][-1] >= one.closest - WIDEST_S]
                    for source in (self._before, tracks) if new else (tracks,):
                        if source is not None:
                            have.append(_cut(source, aircraft, one.closest - WIDEST_S, one.closed + WIDEST_S))
            kept[id(one)] = (one, parts)
        self._kept = kept
        self._before = tracks

    def evidence(self, found: Joined, encounter: Encounter, epoch_ns: int) -> Evidence | None:
        """Return the evidence of `found`, or None where it was not among the worst."""
        entry = self._kept.get(id(found))
        if entry is None:
            return None
        since = max(found.opened - BEFORE_S, found.closest - WIDEST_S)
        until = min(found.closed + AFTER_S, found.closest + WIDEST_S)
        one, two = (_join(entry[1][who], since, until) for who in (found.one, found.two))
        if len(one[0]) < 2 or len(two[0]) < 2:
            return None
        geometric = bool(np.all(np.isnan(one[3])) or np.all(np.isnan(two[3])))
        moments = np.unique(np.concatenate([np.linspace(since, until, MOMENTS), [found.closest]]))
        moments = moments[(moments >= since) & (moments <= until)]
        d_h, d_v, error_h, error_v = distances(one, two, moments, geometric)

        def flown(part: Part, address: str, callsign: str, party: str) -> Flown:
            level = part[4] if geometric else part[3]
            datum = "geometric" if geometric else "barometric"
            time_ns = epoch_ns + np.round(part[0] * NS).astype(np.int64)
            return Flown(address, callsign, party, time_ns, part[1], part[2], level, part[5], datum)

        e = encounter
        return Evidence(
            e.encounter,
            flown(one, e.first, e.first_callsign, e.first_party),
            flown(two, e.second, e.second_callsign, e.second_party),
            epoch_ns + np.round(moments * NS).astype(np.int64), d_h, d_v, error_h, error_v,
        )  # fmt: skip


def _cut(tracks: Tracks, aircraft: int, since: float, until: float) -> Part:
    where = tracks.of(aircraft)
    t = tracks.t[where]
    low, high = np.searchsorted(t, [since, until])
    part = slice(where.start + max(int(low) - 1, 0), min(where.start + int(high) + 1, where.stop))
    return tuple(np.array(getattr(tracks, name)[part], np.float64) for name in _NAMES)


def _join(parts: list[Part], since: float, until: float) -> Part:
    """Return the plots of all parts in order of time, each once (of two, the later: it knows its link)."""
    columns = [np.concatenate([p[c] for p in parts]) for c in range(len(_NAMES))]
    t = columns[0]
    last = len(t) - 1 - np.unique(t[::-1], return_index=True)[1] if len(t) else np.empty(0, np.int64)
    keep = last[(t[last] >= since) & (t[last] <= until)]
    return tuple(column[keep] for column in columns)
