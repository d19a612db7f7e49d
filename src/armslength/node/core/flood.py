"""Changes of alerts that wait to be told: of a flood so many at once that the ground line is served in between.

Whoever can write to a feed can plant a thousand closing pairs. What is most urgent and nearest is told first; the rest
follows as soon as other inputs had their turn. Nothing is dropped: an update of what waits takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from armslength.domain.alert import AlertChange, Kind

MOST_AT_ONCE = 40
"""Alerts that are told, and advised about, in one step."""
QUIET_S = 60.0
"""A flood that comes back within this time [s] is the same: the officer was told of it."""
Key = tuple[str, str]
_NEWS, _OVER, _UPDATE = range(3)


@dataclass
class Flood:
    """What waits: for each alert, by the counterpart that it is about and its id, its changes in order."""

    _waiting: dict[Key, list[AlertChange]] = field(default_factory=dict)
    _last_s: float = float("-inf")

    def __len__(self) -> int:
        """Return how many alerts wait."""
        return len(self._waiting)

    def add(self, changes: Iterable[tuple[str, AlertChange]]) -> None:
        """Take changes, each with the counterpart it is about."""
        for name, change in changes:
            queue = self._waiting.setdefault((name, change.alert.id), [])
            if queue and change.kind is Kind.UPDATED:
                sounded = (queue[-1].sounded or change.sounded) and change.alert.sounds
                queue[-1] = replace(queue[-1], alert=change.alert, sounded=sounded)
            elif queue and queue[-1].kind is Kind.UPDATED:
                queue[-1] = change
            else:
                queue.append(change)

    def take(self, most: int) -> list[tuple[str, AlertChange, bool]]:
        """Return all that waits of `most` alerts, the most urgent and nearest first, and let go of it.

        Each change comes with whether it is the last of its alert: what is past is not advised about.
        """
        keys = list(self._waiting) if len(self._waiting) <= 1 else nsmallest(most, self._waiting, key=self._rank)
        out: list[tuple[str, AlertChange, bool]] = []
        for key in keys:
            queue = self._waiting.pop(key)
            out += [(key[0], change, change is queue[-1]) for change in queue]
        return out

    def begins(self, now_s: float) -> int:
        """Return how many alerts with news wait, where that is the first time for a while; else 0."""
        news = sum(self._of(queue) is not _UPDATE for queue in self._waiting.values())
        if not news:
            return 0
        first, self._last_s = now_s - self._last_s > QUIET_S, now_s
        return news if first else 0

    def _rank(self, key: Key) -> tuple[int, int, float, float, Key]:
        queue = self._waiting[key]
        alert = queue[-1].alert
        return self._of(queue), -alert.tier, alert.soonest_s, alert.d_h_m, key

    @staticmethod
    def _of(queue: list[AlertChange]) -> int:
        if queue[-1].kind is Kind.CLOSED:
            return _OVER
        return _UPDATE if queue[-1].kind is Kind.UPDATED and not queue[-1].sounded else _NEWS
