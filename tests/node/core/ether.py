"""Two posts, and a third station that hears every frame of theirs and may say any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from armslength.agreement.terms import Terms
from armslength.bench.failover import TFA
from armslength.bench.posts import Posts, Side
from armslength.node.core.inputs import AirIn
from armslength.protocol.air_bits import AirKind


class Ether:
    """Two posts and a third station that hears every frame and may say any."""

    def __init__(self, seed: int = 1, terms: Terms | None = None, settle_s: float = 60.0) -> None:
        self.posts = Posts(seed, terms)
        self.north, self.south = self.posts.sides["NORTH"], self.posts.sides["SOUTH"]
        self.heard: list[tuple[str, str, bytes]] = []
        for name, one in self.posts.air.items():
            one.said = self._listening(name)
        self.posts.run(settle_s)

    def _listening(self, name: str) -> Callable[[str, bytes, int], None]:
        return lambda side, payload, rank: self.heard.append((side, name, payload))

    def of(self, side: Side, kind: AirKind) -> list[bytes]:
        """Return what a side said of that kind."""
        return [payload for who, _, payload in self.heard if who == side.party and payload[0] == kind]

    def play(self, side: Side, payload: bytes, channel: str = "F1") -> None:
        """Say it to `side`."""
        self.posts.give(side, AirIn(self.posts.other(side).party, channel, payload))

    def line(self, side: Side) -> Any:
        return side.core.lines[self.posts.other(side).party]

    def strange(self, side: Side) -> dict[tuple[str, str], int]:
        return dict(self.line(side).strange)

    def received(self, side: Side, code: str) -> list[dict[str, Any]]:
        return [event for event in side.heard() if event["code"] == code]


def entries(side: Side, kind: str) -> int:
    return sum(one.entry.kind == kind for book in side.entries.values() for one in book)


def accused(side: Side) -> bool:
    return any(event["event"] == "evidence" for _, event in side.told)


def call(ether: Ether, code: str = "TFA", fields: dict[str, Any] | None = None) -> bytes:
    """Have North say something on F1, and return its payload."""
    before = len(ether.of(ether.north, AirKind.MESSAGE))
    ether.posts.say(ether.north, code, TFA if fields is None else fields, "" if code == "EMG" else "60 s")
    ether.posts.run(8.0)
    return ether.of(ether.north, AirKind.MESSAGE)[before]
