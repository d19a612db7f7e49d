"""A watch in which nothing happens costs next to nothing: steps that do nothing are not taken, and none is late."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from armslength.node.core.inputs import Command, FrameIn, Input, Tick
from armslength.node.core.line import AGAIN_S, REST_S, Line
from armslength.protocol.frames import ping
from node.core.pair import Pair, Side
from node.core.test_core import fly

LOOKS_S = 1.0


class Counting(Pair):
    """A pair that counts the inputs of each side."""

    def __init__(self, seed: int = 1) -> None:
        self.inputs: Counter[tuple[str, str]] = Counter()
        super().__init__(seed)

    def give(self, side: Side, one: Input) -> None:
        self.inputs[side.party, type(one).__name__] += 1
        super().give(side, one)


def steady() -> Counting:
    """Return a pair some time after the greeting, with nothing going on."""
    pair = Counting()
    pair.mend()
    pair.run(20.0)
    pair.inputs.clear()
    return pair


def test_a_second_of_nothing_is_one_tick_a_ping_and_its_answer() -> None:
    pair = steady()
    pair.run(100.0)
    for party in ("NORTH", "SOUTH"):
        assert 195 <= pair.inputs[party, "FrameIn"] <= 215, "every second a ping goes either way, and is answered"
        assert 95 <= pair.inputs[party, "Tick"] <= 150, "more steps than there is anything to do"
    for side in (pair.north, pair.south):
        assert pair.now.utc_ns - side.core.watching.snapshot.now_ns <= LOOKS_S * 1e9  # type: ignore[union-attr]


def test_a_ping_is_answered_in_the_step_that_brings_it() -> None:
    pair = steady()
    effects = pair.north.core.step(FrameIn(pair.connection, ping(1000)), pair.now)
    assert [frame.kind for _, frame, _ in effects.frames] == ["pong"] and not effects.durable
    assert all(urgent for _, _, urgent in effects.frames)


def test_what_waits_for_the_tick_is_answered_with_the_ping_beside_it() -> None:
    pair = steady()
    effects = pair.south.core.step(Command(1, "duty officer", "check", {}), pair.now)
    told = [frame for _, frame, _ in effects.frames]
    assert told
    for frame in told:
        pair.north.core.step(FrameIn(pair.connection, frame), pair.now)
    held = pair.north.core.step(FrameIn(pair.connection, ping(1000)), pair.now)
    assert not held.frames, "nothing leaves before what came is kept"
    after = pair.north.core.step(Tick(), pair.now)
    assert {"mark", "pong"} <= {frame.kind for _, frame, _ in after.frames} and after.durable


def test_a_line_rests_between_its_ticks_and_never_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = steady()
    ticks: list[tuple[str, float]] = []
    real = Line.tick

    def tick(self: Line, effects: object, now: object) -> None:
        ticks.append((self.own.party, pair.mono))
        real(self, effects, now)  # type: ignore[arg-type]

    monkeypatch.setattr(Line, "tick", tick)
    for seconds, joined in ((30.0, True), (30.0, False)):
        if not joined:
            pair.cut()
        ticks.clear()
        pair.run(seconds)
        for party in ("NORTH", "SOUTH"):
            at = [at for who, at in ticks if who == party]
            assert max(b - a for a, b in pairwise(at)) <= REST_S + LOOKS_S
            assert len(at) <= 1.6 * seconds, "ticks that had nothing to do"


def test_soon_after_something_happened_the_line_looks_again() -> None:
    pair = steady()
    line = pair.north.core.lines["SOUTH"]
    pair.give(pair.north, Command(1, "duty officer", "check", {}))
    assert line.next_deadline() <= pair.mono + AGAIN_S
    pair.run(5.0)
    assert line.next_deadline() > pair.mono, "and then rests"


def test_over_an_empty_sky_the_look_comes_with_other_ticks_and_over_a_full_one_in_its_own_time() -> None:
    pair = steady()
    assert pair.north.core.watching.still
    fly(pair, 20)
    core = pair.north.core
    assert not core.watching.still and len(core.watching.snapshot) > 0  # type: ignore[arg-type]
    pair.run(3.0)
    assert pair.north.heard("alert", change="opened"), "the control: the sky was looked at"
    looked = core._looked_s
    pair.give(pair.north, Tick())
    assert core._looked_s == looked, "a tick of something else is no look"
