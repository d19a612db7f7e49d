"""What has been said of pairs of aircraft: it outlives the alert in which it was said, and every regrouping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from armslength.domain.alert import Alert
from armslength.units import NS

Key = tuple[str, str]


def key(one: str, other: str) -> Key:
    """Return the key of a pair of addresses, whichever comes first."""
    return (one, other) if one < other else (other, one)


def pairs_of(alert: Alert) -> frozenset[Key]:
    """Return every pair of a member of one element of `alert` with one of the other."""
    return frozenset(key(one, other) for one in alert.first.addresses for other in alert.second.addresses)


@dataclass
class Memory:
    """The highest tier said of each pair, kept for `keep_s` [s] after the last moment that renewed it."""

    keep_s: float
    _said: dict[Key, dict[int, int]] = field(default_factory=dict)

    def note(self, pairs: Iterable[Key], tier: int, now_ns: int) -> None:
        """Remember that up to `tier` was said of `pairs`."""
        for pair in pairs:
            said = self._said.setdefault(pair, {})
            for one in range(1, tier + 1):
                said[one] = now_ns

    def renew(self, pairs: Iterable[Key], tier: int, now_ns: int) -> None:
        """Renew what was said of `pairs`, of each up to `tier`: it still holds."""
        for pair in pairs:
            said = self._said.get(pair)
            for one in range(1, min(tier, self.tier([pair], now_ns)) + 1) if said else ():
                self._said[pair][one] = now_ns

    def tier(self, pairs: Iterable[Key], now_ns: int) -> int:
        """Return the highest tier that was said of any of `pairs`; 0 where none is remembered."""
        oldest = now_ns - round(self.keep_s * NS)
        return max((t for pair in pairs for t, at in self._said.get(pair, {}).items() if at >= oldest), default=0)

    def forget(self, now_ns: int) -> None:
        """Drop what is too old."""
        oldest = now_ns - round(self.keep_s * NS)
        for pair in [pair for pair, said in self._said.items() if max(said.values(), default=0) < oldest]:
            del self._said[pair]
