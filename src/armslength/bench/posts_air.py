"""A frequency between two posts, burst by burst: half-duplex, carrier sense, back-off, occupancy, collisions.

When a station may talk is decided by the part that decides it on the air (`modem.access`), with the share of the terms,
and a burst takes the time that AFSK 1200 with AX.25 takes. What a modem makes of a burst is measured elsewhere
(`armslength bench radio`); here it arrives whole or not at all. So a day of two nodes is seconds.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from armslength.adapters.radio.frames import frame_of
from armslength.adapters.radio.talking import CALL_BYTES, SLOT_REAL_S, SLOT_S
from armslength.modem import afsk_send
from armslength.modem.access import Access, limits_of

__all__ = ["Air", "Conditions", "Station"]

NOTICE_S = 0.1
"""How long after its beginning others notice a burst, and after its end that it is over, and what it was [s]."""
LOUD_S = 10.0
"""A jammer is taken for somebody who talks until the floor of the noise has risen to it [s]: see `modem.loudness`."""


@dataclass
class Conditions:
    """What the world does to a frequency now.

    Attributes:
        jammed: nothing can be heard.
        deaf: who hears nothing of the other side.
        loss: chance of each frame to be lost.
    """

    jammed: bool = False
    deaf: set[str] = field(default_factory=set)
    loss: float = 0.0

    def two_way(self) -> bool:
        """Return whether both sides hear each other, more often than not."""
        return not self.jammed and not self.deaf and self.loss < 0.5


@dataclass
class Burst:
    """What a side says: from when to when [s], whether the other side hears it, and what it carries."""

    side: str
    began_s: float
    ends_s: float
    audible: bool
    payload: bytes


class Station:
    """The radio of one side on one frequency; `heard` takes what it hears, `sent` the numbers of what has gone.

    Args:
        side: "NORTH".
        air: the frequency.
        share: of the time that data may fill, from the terms.
        chance: the one source of chance.
    """

    def __init__(self, side: str, air: Air, share: float, chance: random.Random) -> None:
        self.side = side
        self.heard: Callable[[bytes], None] = lambda payload: None
        self.sent: Callable[[int], None] = lambda number: None
        self.counts: Counter[str] = Counter()
        self._air, self._on = air, True
        place = ("NORTH", "SOUTH").index(side)
        self.access = Access(limits_of(share, SLOT_S + SLOT_REAL_S, SLOT_REAL_S, place), chance.random)
        self._payloads: dict[int, bytes] = {}
        self._asks_s = float("inf")

    @property
    def busy(self) -> bool:
        """Whether somebody else is heard now."""
        return self._air.busy(self.side)

    @property
    def occupied(self) -> float:
        """Share of the last 60 s that data filled the frequency, as far as this station knows, 0 to 1."""
        return self.access.occupied(self._air.now())

    @property
    def full_s(self) -> float:
        """For how long the share keeps a call from leaving [s]; 0.0: it may leave."""
        return self.access.wait_s(afsk_send.seconds(CALL_BYTES), self._air.now())

    @property
    def waiting(self) -> int:
        """Payloads that wait."""
        return len(self.access)

    @property
    def says(self) -> str:
        """Nothing: it is never out of order."""
        return ""

    async def start(self) -> None:
        """It is there."""

    async def stop(self) -> None:
        """It is there no more: what waits is not sent."""
        self.off()

    def off(self) -> None:
        """It is there no more: what waits is not sent."""
        self._on = False

    def send(self, payload: bytes, *, rank: int, number: int) -> bool:
        """Queue a payload; return whether it waits now."""
        self._air.said(self.side, payload, rank)
        seconds = afsk_send.seconds(len(frame_of(self.side, payload)))
        if not self.access.offer(number, rank, seconds):
            self.counts["not taken"] += 1
            return False
        self._payloads[number] = payload
        self._payloads = {key: self._payloads[key] for key in self._payloads if key in self.access.numbers}
        self.ask()
        return True

    def forget(self, number: int) -> None:
        """Do not send it if it still waits."""
        self.access.forget(number)
        self._payloads.pop(number, None)

    def ask(self) -> None:
        """Talk if it may, and ask again when that may have changed."""
        if not self._on:
            return
        now = self._air.now()
        turn = self.access.turn(now, busy=self.busy)
        if turn.number is not None:
            self.counts["sent"] += 1
            self._air.talk(self, turn.number, self._payloads.pop(turn.number), turn.again_s)
        if turn.again_s < float("inf") and not now < self._asks_s <= turn.again_s:
            self._asks_s = turn.again_s
            self._air.call(turn.again_s - now, self._again)

    def over(self, number: int) -> None:
        """A burst of ours has ended."""
        if self._on:
            self.sent(number)

    def hears(self, burst: Burst) -> None:
        """A burst of the other side has ended, and came whole."""
        if self._on:
            self.access.heard(burst.began_s, burst.ends_s)
            self.heard(burst.payload)

    def _again(self) -> None:
        if self._air.now() >= self._asks_s:
            self._asks_s = float("inf")
            self.ask()


class Air:
    """One frequency between NORTH and SOUTH.

    Args:
        name: "F1".
        chance: the one source of chance.
        call: does something later: seconds from now, and what.
        now: gives the time [s].
    """

    def __init__(
        self,
        name: str,
        chance: random.Random,
        call: Callable[[float, Callable[[], None]], None],
        now: Callable[[], float],
    ) -> None:
        self.name, self.conditions = name, Conditions()
        self.call, self.now, self._chance = call, now, chance
        self.said: Callable[[str, bytes, int], None] = lambda side, payload, rank: None
        """Is told of everything that is to be said: side, payload, rank."""
        self.collisions = 0
        self.bursts: list[tuple[float, float]] = []
        """(began, ended) of every burst, in order of their ends [s]."""
        self.stations: dict[str, Station] = {}
        self._on_air: dict[str, Burst] = {}
        self._jammed_s = -float("inf")

    def station(self, side: str, share: float) -> Station:
        """Have a fresh station for `side`, in the place of an earlier one."""
        self.forget(side)
        self.stations[side] = Station(side, self, share, self._chance)
        return self.stations[side]

    def forget(self, side: str) -> None:
        """The node of `side` is gone, with what it wanted to say."""
        if side in self.stations:
            self.stations.pop(side).off()

    def jam(self, on: bool) -> None:
        """Begin or end to jam it."""
        if on and not self.conditions.jammed:
            self._jammed_s = self.now()
        self.conditions.jammed = on

    def busy(self, side: str) -> bool:
        """Return whether `side` hears somebody: a burst that it could have noticed, or a jammer that has just begun."""
        now = self.now()
        if self.conditions.jammed and now < self._jammed_s + LOUD_S:
            return True
        return any(
            one.side != side and one.audible and one.began_s + NOTICE_S <= now < one.ends_s + NOTICE_S
            for one in self._on_air.values()
        )

    def talk(self, station: Station, number: int, payload: bytes, ends_s: float) -> None:
        """Let `station` say a payload until `ends_s`. Who talks hears nothing: two at once both say it in vain."""
        side, now = station.side, self.now()
        clear = not (self.conditions.jammed or self._others(side) & self.conditions.deaf)
        audible = clear and self._chance.random() >= self.conditions.loss
        mine = self._on_air[side] = Burst(side, now, ends_s, audible, payload)
        for other in self._on_air.values():
            if other is not mine and other.ends_s > now:
                self.collisions += 1
                mine.audible = other.audible = False
        self.call(ends_s - now, lambda: self._over(station, number, mine))

    def _others(self, side: str) -> set[str]:
        return {"NORTH", "SOUTH"} - {side}

    def _over(self, station: Station, number: int, burst: Burst) -> None:
        self.bursts.append((burst.began_s, burst.ends_s))
        station.over(number)
        self.call(NOTICE_S, lambda: self._arrives(burst))

    def _arrives(self, burst: Burst) -> None:
        if self._on_air.get(burst.side) is burst:
            del self._on_air[burst.side]
        for side in self._others(burst.side):
            station, now = self.stations.get(side), self.conditions
            if station is None:
                continue
            if burst.audible and not now.jammed and side not in now.deaf:
                station.hears(burst)
            station.ask()

    def totals(self) -> Mapping[str, int]:
        """Return what the stations that are there now have done."""
        return sum((one.counts for one in self.stations.values()), Counter())
