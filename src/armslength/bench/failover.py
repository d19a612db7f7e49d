"""Many seeds of two posts whose channels fail: how soon the talk goes on, and whether anything is lost.

A run has a script drawn from its seed: frequencies jammed, fading, deaf in one direction; the ground line cut; nodes
killed; UTC set; and people who say things all the while. At its end everything is mended, and all must have arrived.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from armslength.bench.posts import Posts, Side
from armslength.node.core.inputs import Command
from armslength.protocol.failover import GROUND

__all__ = ["AGREE_S", "ALARM_S", "GROUND_S", "Run", "day", "run", "to_ground"]

LASTS_S, HEALS_S, UNDER_WAY_S = 600.0, 400.0, 60.0
AGREE_S, GROUND_S, ALARM_S = 10.0, 90.0, 90.0
"""What is asked: both sides on one channel so soon, the ground line in use so soon after the first call in vain, and
so soon an alarm on both sides when nothing leads from one to the other any more [s]."""
EMG = {"nature": "DISTRESS", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT"}
TFA = {"clock": 3, "urgency": "NORMAL", "range_m": 9000}


@dataclass
class Run:
    """What one seed led to.

    Attributes:
        said: messages that people said. lost, twice: of them, at the end. expired: arrived too late to be sounded.
        apart_s: longest time in which the sides had different channels in use, though both nodes lived and a path led
            both ways; counted from the last change of the world: of a channel, of the line, of a node [s].
        alarm_s: longest time in which both nodes lived, no path led both ways, and a side had not alarmed [s].
        channels: messages received, by the channel on which they came first.
        silence_s: longest time in which a message that is FLASH waited while a path led both ways [s].
    """

    seed: int
    said: int = 0
    lost: int = 0
    twice: int = 0
    expired: int = 0
    apart_s: float = 0.0
    alarm_s: float = 0.0
    silence_s: float = 0.0
    channels: Counter[str] = field(default_factory=Counter)


def run(seed: int) -> Run:
    """Play one seed."""
    posts, chance, found = Posts(seed), random.Random(seed * 7919 + 1), Run(seed)
    posts.run(60.0)
    _script(posts, chance)
    _talk(posts, chance)
    apart = _Apart(posts, found)
    apart.look()
    posts.run(LASTS_S)
    for air in posts.air.values():
        _mend(posts, air.name)
    posts.mend()
    posts.run(HEALS_S)
    _count(posts, found)
    return found


def to_ground(seed: int) -> float:
    """Jam both frequencies, say something, and return how soon both sides had the ground line in use [s].

    Counted from the first call that was not answered, in which there is also what the seed draws: fading before it, one
    frequency failing before the other, and who says what.
    """
    posts, chance = Posts(seed), random.Random(seed)
    posts.run(60.0)
    for air in posts.air.values():
        air.conditions.loss = chance.choice((0.0, 0.1, 0.2))
    posts.run(chance.uniform(0.0, 30.0))
    way = chance.choice(("jam", "deaf", "deaf", "fade"))
    deaf = chance.choice(("NORTH", "SOUTH"))
    for air in posts.air.values():
        _fail(posts, air.name, way, deaf)
    speaker = posts.sides[chance.choice(("NORTH", "SOUTH"))]
    if chance.random() < 0.3:
        posts.kill(posts.other(speaker), chance.uniform(1.0, 5.0))
    if chance.random() < 0.3:
        posts.sides[chance.choice(("NORTH", "SOUTH"))].jump_s += chance.choice((-60.0, 60.0, 3600.0))
    posts.say(speaker, "TFA", TFA, "120 s")
    began = posts.time_s
    while posts.time_s < began + 4 * GROUND_S:
        posts.run(0.5)
        if all(side.alive and side.channel() == GROUND for side in posts.sides.values()):
            return posts.time_s - began
    return float("inf")


def day(seed: int = 1) -> Run:
    """Play a day of watch: a message every ten minutes that is understood and passed on, one failure of a frequency
    each hour."""
    posts, chance, found = Posts(seed), random.Random(seed), Run(seed)
    for hour in range(24):
        at = hour * 3600.0 + chance.uniform(0.0, 3000.0)
        name = chance.choice(("F1", "F2"))
        posts.call(at, lambda name=name: _fail(posts, name, "jam", ""))  # type: ignore[misc]
        posts.call(at + 300.0, lambda name=name: _mend(posts, name))  # type: ignore[misc]
    for number in range(24 * 6):
        side = posts.sides[chance.choice(("NORTH", "SOUTH"))]
        other = posts.other(side)
        code, fields, valid = chance.choice((("TFA", TFA, "120 s"), ("EMG", EMG, "")))
        at = number * 600.0 + chance.uniform(60.0, 600.0)
        posts.call(at, lambda s=side, c=code, f=fields, v=valid: posts.say(s, c, f, v))  # type: ignore[misc]
        for after_s, mark in ((20.0, "UNDERSTOOD"), (40.0, "RELAYED")):
            posts.call(at + after_s, lambda s=other, m=mark: _take(posts, s, m))  # type: ignore[misc]
    apart = _Apart(posts, found)
    posts.call(60.0, apart.look)
    posts.run(86_400.0)
    posts.run(HEALS_S)
    _count(posts, found)
    return found


def _take(posts: Posts, side: Side, mark: str) -> None:
    """Have the officer of `side` mark the newest message that came in."""
    came = side.heard()[-1:] if side.alive else []
    for event in came:
        posts.give(side, Command(0, "duty officer", "mark", {"id": event["id"], "mark": mark}))


def _script(posts: Posts, chance: random.Random) -> None:
    for _ in range(chance.randint(2, 6)):
        at, lasts = chance.uniform(0.0, LASTS_S - 60.0), chance.uniform(20.0, 240.0)
        what = chance.choice(("jam", "jam", "deaf", "fade", "ground", "ground", "kill", "clock", "all"))
        side = posts.sides[chance.choice(("NORTH", "SOUTH"))]
        name = chance.choice(sorted(posts.air))
        if what == "all":
            _all_down(posts, chance, at, lasts)
        elif what == "ground":
            posts.call(at, posts.cut)
            posts.call(at + lasts, posts.mend)
        elif what == "kill":
            posts.call(at, lambda s=side, t=lasts: posts.kill(s, min(t, 40.0)))  # type: ignore[misc]
        elif what == "clock":
            jump = chance.choice((-60.0, 60.0, 3600.0))
            posts.call(at, lambda s=side, j=jump: setattr(s, "jump_s", s.jump_s + j))  # type: ignore[misc]
        else:
            posts.call(at, lambda n=name, w=what, p=side.party: _fail(posts, n, w, p))  # type: ignore[misc]
            posts.call(at + lasts, lambda n=name: _mend(posts, n))  # type: ignore[misc]


def _all_down(posts: Posts, chance: random.Random, at: float, lasts: float) -> None:
    """Every frequency and the ground line fail within 20 s, each in its own way, and come back one by one."""
    for name in posts.air:
        way, deaf = chance.choice(("jam", "deaf", "fade")), chance.choice(("NORTH", "SOUTH"))
        posts.call(at + chance.uniform(0.0, 20.0), lambda n=name, w=way, d=deaf: _fail(posts, n, w, d))  # type: ignore[misc]
        posts.call(at + lasts + chance.uniform(0.0, 60.0), lambda n=name: _mend(posts, n))  # type: ignore[misc]
    posts.call(at + chance.uniform(0.0, 20.0), posts.cut)
    posts.call(at + lasts + chance.uniform(0.0, 60.0), posts.mend)


def _fail(posts: Posts, name: str, what: str, deaf: str) -> None:
    now = posts.air[name].conditions
    if what == "jam":
        posts.air[name].jam(True)
    now.loss = 1.0 if what == "fade" else now.loss
    if what == "deaf":
        now.deaf.add(deaf)


def _mend(posts: Posts, name: str) -> None:
    now = posts.air[name].conditions
    posts.air[name].jam(False)
    now.loss = 0.0
    now.deaf.clear()


def _talk(posts: Posts, chance: random.Random) -> None:
    at = 0.0
    while at < LASTS_S - 30.0:
        at += chance.expovariate(1 / 25.0)
        side = posts.sides[chance.choice(("NORTH", "SOUTH"))]
        code, fields, valid = chance.choice((("TFA", TFA, "60 s"), ("TFA", TFA, "60 s"), ("EMG", EMG, "")))
        posts.call(at, lambda s=side, c=code, f=fields, v=valid: posts.say(s, c, f, v))  # type: ignore[misc]


class _Apart:
    """Looks every half second how the sides stand."""

    def __init__(self, posts: Posts, found: Run) -> None:
        self._posts, self._found = posts, found
        self._apart_s = self._unalarmed_s = 0.0
        self._waits: dict[str, float] = {}
        self._world: tuple[object, ...] = ()

    def look(self) -> None:
        """Look, and look again later."""
        north, south = self._posts.sides.values()
        both_ways = bool(self._posts.connection) or any(a.conditions.two_way() for a in self._posts.air.values())
        living = north.alive and south.alive and both_ways
        differ = living and north.channel() != south.channel()
        changed, self._world = self._world, self._conditions()
        self._apart_s = self._apart_s + 0.5 if differ and changed == self._world else 0.0
        self._found.apart_s = max(self._found.apart_s, self._apart_s)
        unheard = north.alive and south.alive and not both_ways and not (north.alarmed and south.alarmed)
        self._unalarmed_s = self._unalarmed_s + 0.5 if unheard else 0.0
        self._found.alarm_s = max(self._found.alarm_s, self._unalarmed_s)
        self._silence(north, south, living)
        self._posts.call(0.5, self.look)

    def _conditions(self) -> tuple[object, ...]:
        """Return what the world does to the channels now; the time to agree runs from its last change."""
        air = ((a.conditions.jammed, frozenset(a.conditions.deaf), a.conditions.loss) for a in self._posts.air.values())
        return (*(side.alive for side in self._posts.sides.values()), self._posts.connection, *air)

    def _silence(self, north: Side, south: Side, living: bool) -> None:
        waiting: set[str] = set()
        for side in (north, south):
            if side.alive:
                for line in side.core.lines.values():
                    waiting |= {one.id for one in line.peer.waiting() if one.precedence.name == "FLASH"}
        self._waits = {name: self._waits.get(name, 0.0) + (0.5 if living else 0.0) for name in waiting}
        self._found.silence_s = max([self._found.silence_s, *self._waits.values()])


def _count(posts: Posts, found: Run) -> None:
    """Hold what was said against what arrived; what was said in the last minute may still be under way."""
    late_s = posts.time_s - UNDER_WAY_S
    for side in posts.sides.values():
        said = _ids(side, "sent", late_s)
        arrived = _ids(posts.other(side), "received")
        found.said += len(said)
        found.lost += len(set(said) - set(arrived))
        found.twice += sum(count - 1 for count in Counter(arrived).values())
        for _, event in posts.other(side).told:
            if event["event"] == "received":
                found.expired += bool(event["expired"])
                found.channels[str(event.get("channel"))] += 1


def _ids(side: Side, what: str, until_s: float = float("inf")) -> list[str]:
    found: list[Any] = [event["id"] for at, event in side.told if event["event"] == what and at <= until_s]
    return found
