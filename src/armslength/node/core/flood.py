"""Changes of alerts that wait to be told: of a flood so many at once that the ground line is served in between.

Whoever can write to a feed can plant a thousand closing pairs. What is most urgent and nearest is told first; the rest
follows as soon as other inputs had their turn. Nothing is dropped: an update of what waits takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from armslength.domain.alert import AlertChange, Kind

MOST_AT_ONCE = 40
"""Alerts that are told, and advised about, in one step."""
QUIET_S = 60.0
"""A flood that comes back within this time [s] is the same: the officer was told of it."""
SPARE = 64
Key = tuple[str, str]
Rank = tuple[int, int, float, float, Key]
_NEWS, _OVER, _UPDATE = range(3)


@dataclass
class Flood:
    """What waits: for each alert, by the counterpart that it is about and its id, its changes in order."""

    _waiting: dict[Key, list[AlertChange]] = field(default_factory=dict)
    _ranks: dict[Key, Rank] = field(default_factory=dict)
    _order: list[Rank] = field(default_factory=list)
    _news: int = 0
    _last_s: float = float("-inf")

    def __len__(self) -> int:
        """Return how many alerts wait."""
        return len(self._waiting)

    def add(self, changes: Iterable[tuple[str, AlertChange]]) -> None:
        """Take changes, each with the counterpart it is about."""
        for name, change in changes:
            key = (name, change.alert.id)
            queue = self._waiting.setdefault(key, [])
            if queue and change.kind is Kind.UPDATED:
                sounded = (queue[-1].sounded or change.sounded) and change.alert.sounds
                queue[-1] = replace(queue[-1], alert=change.alert, sounded=sounded)
            elif queue and queue[-1].kind is Kind.UPDATED:
                queue[-1] = change
            else:
                queue.append(change)
            self._place(key, queue[-1])

    def take(self, most: int) -> list[tuple[str, AlertChange, bool]]:
        """Return all that waits of `most` alerts, the most urgent and nearest first, and let go of it.

        Each change comes with whether it is the last of its alert: what is past is not advised about.
        """
        out: list[tuple[str, AlertChange, bool]] = []
        while most > 0 and self._waiting:
            rank = heappop(self._order)
            key = rank[-1]
            if self._ranks.get(key) != rank:
                continue  # what came later took its place
            del self._ranks[key]
            self._news -= rank[0] != _UPDATE
            queue = self._waiting.pop(key)
            out += [(key[0], change, change is queue[-1]) for change in queue]
            most -= 1
        return out

    def begins(self, now_s: float) -> int:
        """Return how many alerts with news wait, where that is the first time for a while; else 0."""
        if not self._news:
            return 0
        first, self._last_s = now_s - self._last_s > QUIET_S, now_s
        return self._news if first else 0

    def _place(self, key: Key, last: AlertChange) -> None:
        alert, before = last.alert, self._ranks.get(key)
        rank = (_of(last), -alert.tier, alert.soonest_s, alert.d_h_m, key)
        self._news += (rank[0] != _UPDATE) - (before is not None and before[0] != _UPDATE)
        self._ranks[key] = rank
        heappush(self._order, rank)
        if len(self._order) > 2 * len(self._ranks) + SPARE:  # most of it is of what was overtaken
            self._order = sorted(self._ranks.values())


def _of(last: AlertChange) -> int:
    if last.kind is Kind.CLOSED:
        return _OVER
    return _UPDATE if last.kind is Kind.UPDATED and not last.sounded else _NEWS
