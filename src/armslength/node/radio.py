"""The radios of a node: a station for each frequency that the terms in force mark for data and the node file equips."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import ceil
from typing import Any

from armslength.adapters.radio.opening import AnyStation, Equipment, station_of
from armslength.adapters.radio.sound import AirHeard
from armslength.adapters.radio.station import Listener
from armslength.agreement.articles import Frequency
from armslength.agreement.plan import carries
from armslength.errors import ArmslengthError, InputError
from armslength.modem.access import FLASH
from armslength.modem.port import BAD_CHECK, TRUNCATED
from armslength.node.clock import Clock
from armslength.node.core.inputs import Agreed, AirHeld, AirIn, AirSensed
from armslength.node.radio_options import Radio

__all__ = ["Radios"]

SAME_CALL_S = 1.0
"""What waits since before that is of an earlier call [s]."""
LATELY = 10
"""Bursts by which readability is judged."""
SCALE = ((0.9, 5), (0.7, 4), (0.5, 3), (0.25, 2), (0.0, 1))
"""Share of bursts that arrived whole, and the readability that it stands for."""
FULL_S = 5.0
"""A frequency that no call can leave on for longer is full to a person who checks it [s]."""
NO_PLAN = "no plan of frequencies is in force yet"
Key = tuple[str, str]


@dataclass
class _Serving:
    """A station that runs, and what it was made for."""

    station: AnyStation
    made_for: tuple[str, bool, float]
    waiting: dict[str, dict[bytes, tuple[int, float]]] = field(default_factory=dict)
    """By id of the message: number of each payload of it that waits, and since when [s, monotonic]."""
    whole: deque[bool] = field(default_factory=lambda: deque(maxlen=LATELY))
    spoilt: int = 0
    heard_s: float = float("-inf")
    sensed: bool = False


class Radios:
    """All stations of a node.

    Args:
        radios: of the node file.
        clock: of the node.
        give: takes what is heard and sensed, and which frequency is so full that a call had not left at the next one.
        tell: is told what a radio cannot do.
    """

    def __init__(
        self,
        radios: Sequence[Radio],
        clock: Clock,
        give: Callable[[AirIn | AirHeld | AirSensed], None],
        tell: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._radios = {(one.counterpart, one.frequency): one for one in radios}
        self._clock, self._give, self._tell = clock, give, tell
        self._serving: dict[Key, _Serving] = {}
        self._wrong: dict[Key, str] = {}
        self._planned: frozenset[str] = frozenset()
        self._numbers = count(1)

    @property
    def equipped(self) -> dict[str, frozenset[str]]:
        """For each counterpart the frequencies on which there is a radio."""
        found: dict[str, set[str]] = {}
        for counterpart, frequency in self._radios:
            found.setdefault(counterpart, set()).add(frequency)
        return {name: frozenset(ids) for name, ids in found.items()}

    async def retune(self, lines: Sequence[Agreed]) -> None:
        """Have a station on every frequency that is agreed now and equipped, and on no other."""
        self._planned = frozenset(line.counterpart for line in lines if line.terms is not None)
        wanted = {
            (line.counterpart, one.id): (one, line.terms.radio.most_occupancy_share)
            for line in lines
            if line.terms is not None
            for one in line.terms.frequencies
            if (line.counterpart, one.id) in self._radios
        }
        places = {line.counterpart: _place(line) for line in lines}
        for key in list(self._serving):
            if key not in wanted or self._serving[key].made_for != _made_for(*wanted[key]):
                serving = self._serving.pop(key)
                self._sensed(key, serving, False)
                await serving.station.stop()
        for key, (frequency, share) in wanted.items():
            if key not in self._serving:
                await self._begin(key, frequency, share, places[key[0]])

    def serve(
        self, counterpart: str, frequency: Frequency, share: float, station: AnyStation
    ) -> tuple[Callable[[AirHeard], None], Callable[[int], None]]:
        """Have `station`, which runs already, on a frequency; return who takes what it hears and has sent."""
        key = counterpart, frequency.id
        self._serving[key] = _Serving(station, _made_for(frequency, share))
        return lambda one: self._heard(key, one), lambda number: self._sent(key, number)

    async def stop(self) -> None:
        """End them all."""
        for serving in self._serving.values():
            await serving.station.stop()
        self._serving.clear()

    def say(self, counterpart: str, channel: str, payload: bytes, rank: int, message_id: str) -> None:
        """Say a payload. One of a message that still waits since an earlier call keeps its place.

        One that cannot leave, because data fill the frequency, is told: it is no call. Neither was the earlier one
        where the other side was heard meanwhile: then, too, the frequency was only full.
        """
        serving = self._serving.get((counterpart, channel))
        if serving is None:
            return
        number = next(self._numbers)
        if message_id:
            now, waiting = self._clock.mono(), serving.waiting.setdefault(message_id, {})
            full = rank > FLASH and serving.station.full_s > FULL_S
            if full or any(at <= now - SAME_CALL_S and at < serving.heard_s for _, at in waiting.values()):
                self._give(AirHeld(counterpart, channel))
            if payload in waiting:
                waiting[payload] = waiting[payload][0], now
                return
            for old, (before, since) in list(waiting.items()):
                if since <= now - SAME_CALL_S:  # the same words, sealed anew
                    serving.station.forget(before)
                    del waiting[old]
            waiting[payload] = number, now
        if not serving.station.send(payload, rank=rank, number=number):
            self._sent((counterpart, channel), number)

    def hush(self, counterpart: str, message_id: str) -> None:
        """Drop what waits of a message that was received already: it would only fill the frequency."""
        for key, serving in self._serving.items():
            if key[0] == counterpart:
                for number, _ in serving.waiting.pop(message_id, {}).values():
                    serving.station.forget(number)

    def sense(self) -> None:
        """Look whether a carrier or noise stands on a frequency; tell what changed. A TNC does not know."""
        for key, serving in self._serving.items():
            if isinstance(serving.station, Listener):
                self._sensed(key, serving, serving.station.raised)

    def _sensed(self, key: Key, serving: _Serving, sensed: bool) -> None:
        if sensed is not serving.sensed:
            serving.sensed = sensed
            self._give(AirSensed(*key, sensed))

    def refuse_full(self, counterpart: object, frequency: object) -> None:
        """Refuse a check that could not leave: its calls would be counted unanswered, and the frequency given up.

        Args:
            counterpart: name; None where there is one alone.
            frequency: id.

        Raises:
            InputError: the frequency is full; says for how long.
        """
        for (name, channel), serving in self._serving.items():
            full_s = serving.station.full_s
            if channel == str(frequency).upper() and counterpart in (None, name) and full_s > FULL_S:
                what = f"{channel} is full: data fill all of the time that the terms leave them, and no call can leave."
                raise InputError(what, where="frequency", remedy=f"Try again in {ceil(full_s)} s. Nothing was called.")

    def state(self) -> list[dict[str, Any]]:
        """Return how each radio does, for people: "working" is None where no plan is in force that it could serve."""
        return [self._state(key, radio) for key, radio in self._radios.items()]

    def _state(self, key: Key, radio: Radio) -> dict[str, Any]:
        told = {"counterpart": key[0], "frequency": key[1], "via": radio.via.partition(":")[0], "modem": radio.modem}
        serving = self._serving.get(key)
        if serving is None:
            if key[0] not in self._planned:
                return {**told, "working": None, "says": NO_PLAN}
            return {**told, "working": False, "says": self._wrong.get(key, "no frequency of that id is agreed")}
        station = serving.station
        return {
            **told,
            "working": not station.says,
            "says": station.says,
            "data": serving.made_for[1],
            "busy": station.busy,
            "disturbed": serving.sensed,
            "occupied": round(station.occupied, 3),
            "full_s": round(station.full_s, 1),
            "waiting": station.waiting,
            "readability": _readability(serving.whole),
            "counts": dict(station.counts),
        }

    async def _begin(self, key: Key, frequency: Frequency, share: float, place: int | None) -> None:
        radio = self._radios[key]
        made_for = _made_for(frequency, share)
        try:
            station = station_of(
                Equipment(radio.via, radio.modem, radio.ptt),
                key[1],
                radio.callsign,
                clock=self._clock,
                occupancy=share,
                heard=lambda one: self._heard(key, one),
                sent=lambda _channel, number: self._sent(key, number),
                seed=secrets.randbits(32),
                data=made_for[1],
                frequency=made_for[0],
                place=place,
            )
            await station.start()
        except ArmslengthError as wrong:
            if self._wrong.get(key) != str(wrong):
                self._wrong[key] = str(wrong)
                self._tell({"event": "radio", "counterpart": key[0], "frequency": key[1], "says": str(wrong)})
            return
        self._wrong.pop(key, None)
        self._serving[key] = _Serving(station, made_for)

    def _heard(self, key: Key, one: AirHeard) -> None:
        serving = self._serving.get(key)
        if serving is None:
            return
        spoilt = sum(serving.station.counts.get(reason, 0) for reason in (BAD_CHECK, TRUNCATED))
        serving.whole += [False] * min(spoilt - serving.spoilt, LATELY) + [True]
        serving.spoilt, serving.heard_s = spoilt, self._clock.mono()
        self._give(AirIn(key[0], key[1], one.payload, _readability(serving.whole)))

    def _sent(self, key: Key, number: int) -> None:
        serving = self._serving.get(key)
        if serving is not None:
            for message, waiting in list(serving.waiting.items()):
                left = {payload: one for payload, one in waiting.items() if one[0] != number}
                if left:
                    serving.waiting[message] = left
                else:
                    del serving.waiting[message]


def _made_for(frequency: Frequency, share: float) -> tuple[str, bool, float]:
    return frequency.channel, frequency.role != "guard" and carries(frequency, "data"), share


def _place(line: Agreed) -> int | None:
    """Return which of two alternating slots is ours on a frequency: as the terms name the parties."""
    names = [one.name for one in line.terms.parties] if line.terms is not None else []
    return 1 - names.index(line.counterpart) if len(names) == 2 and line.counterpart in names else None


def _readability(whole: deque[bool]) -> int:
    """Return the readability, 1 to 5, of what was heard lately."""
    good = sum(whole) / len(whole) if whole else 1.0
    return next(scale for least, scale in SCALE if good >= least)
