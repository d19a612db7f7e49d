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
    """The highest tier said of each pair, kept for `keep_s` [s] after the last moment that renewed it.

    What was renewed last stands last, so that who forgets looks at the front alone.
    """

    keep_s: float
    _said: dict[Key, dict[int, int]] = field(default_factory=dict)

    def note(self, pairs: Iterable[Key], tier: int, now_ns: int) -> None:
        """Remember that up to `tier` was said of `pairs`."""
        for pair in pairs:
            self._renew(pair, tier, now_ns)

    def renew(self, pairs: Iterable[Key], tier: int, now_ns: int) -> None:
        """Renew what was said of `pairs`, of each up to `tier`: it still holds."""
        for pair in pairs:
            if pair in self._said:
                self._renew(pair, min(tier, self.tier([pair], now_ns)), now_ns)

    def tier(self, pairs: Iterable[Key], now_ns: int) -> int:
        """Return the highest tier that was said of any of `pairs`; 0 where none is remembered."""
        oldest = now_ns - round(self.keep_s * NS)
        return max((t for pair in pairs for t, at in self._said.get(pair, {}).items() if at >= oldest), default=0)

    def forget(self, now_ns: int) -> None:
        """Drop what is too old."""
        oldest = now_ns - round(self.keep_s * NS)
        while self._said:
            pair = next(iter(self._said))
            if max(self._said[pair].values()) >= oldest:
                return
            del self._said[pair]

    def _renew(self, pair: Key, tier: int, now_ns: int) -> None:
        if tier <= 0:
            return
        said = self._said.pop(pair, None) or {}
        for one in range(1, tier + 1):
            said[one] = now_ns
        self._said[pair] = said
