"""Two nodes through bad weather: nothing lost, nothing twice, in order, every mark there. Planted bugs must show."""

from __future__ import annotations

import pytest

from armslength.protocol.events import GapSeen, Received, SessionOpen
from armslength.protocol.messages import Mark
from pair import AGREEMENT, AMENDED, Pair, Side, Weather
from pair_faults import faults

STREAMS = Weather(cuts=0.3, kills=0.4)
CLOCKS = Weather(cuts=0.3, kills=0.2, clock_jumps=0.5, drift=1e-4, paths=2)
AMENDING = Weather(cuts=0.3, kills=0.3, amends=True)
ROUGH = Weather(cuts=0.1, kills=0.1, loss=0.03, twice=0.05, overtake=0.05, flip=0.01)


def through(seed: int, weather: Weather, kind: type[Pair] = Pair) -> Pair:
    """Return a pair that talked for a while and had time to clear up."""
    pair = kind(seed, weather)
    pair.trouble(5.0, 2.5)
    pair.settle(12.0)
    return pair


@pytest.mark.parametrize("seeds", [range(first, first + 25) for first in range(0, 200, 25)], ids=str)
def test_streams_that_break_and_nodes_that_die_lose_nothing(seeds: range) -> None:
    said = 0
    for seed in seeds:
        pair = through(seed, STREAMS)
        assert faults(pair) == [], seed
        assert [e for side in pair.sides for e in side.events if isinstance(e, GapSeen)] == [], seed
        assert [side.refused for side in pair.sides if side.refused] == [], seed
        said += sum(len(side.sent) for side in pair.sides)
    assert said > 15 * len(seeds)


@pytest.mark.parametrize("seeds", [range(first, first + 25) for first in range(1000, 1025, 25)], ids=str)
def test_jumping_clocks_and_two_paths_change_nothing(seeds: range) -> None:
    for seed in seeds:
        assert faults(through(seed, CLOCKS)) == [], seed


@pytest.mark.parametrize("seeds", [range(first, first + 25) for first in range(2000, 2050, 25)], ids=str)
def test_loss_doubling_overtaking_and_flipped_bits_change_nothing(seeds: range) -> None:
    refused: set[str] = set()
    for seed in seeds:
        pair = through(seed, ROUGH)
        assert faults(pair) == [], seed
        refused |= {reason for side in pair.sides for reason in side.refused}
    assert {"garbage", "bad signature"} <= refused


@pytest.mark.parametrize("seed", [100125, 100217, 100253, 100472, 100685, 100729])
def test_weathers_that_once_were_too_much(seed: int) -> None:
    """In these a greeting was lost while nobody else kept the node awake, and its patience never ended."""
    pair = Pair(seed, Weather(cuts=0.1, kills=0.1, loss=0.03, twice=0.05, overtake=0.05, flip=0.01))
    pair.trouble(8.0, 2.5)
    pair.settle(40.0)
    assert faults(pair) == []


def test_an_amendment_in_the_middle_of_it_changes_nothing() -> None:
    terms: set[str] = set()
    for seed in range(4000, 4025):
        pair = through(seed, AMENDING)
        assert [side.refused for side in pair.sides if side.refused] == [], seed
        assert [e for side in pair.sides for e in side.events if isinstance(e, GapSeen)] == [], seed
        assert faults(pair) == [], seed
        assert [side.peer.standing() for side in pair.sides] == ["OPEN", "OPEN"]
        terms |= {event.message.terms for event in pair.south.received}
    assert terms == {AGREEMENT.digest, AMENDED.digest}


def test_what_is_called_late_is_late_and_what_is_late_is_called_so() -> None:
    late = fresh = 0
    for seed in range(3000, 3010):
        pair = Pair(seed, Weather(cuts=0.3, kills=0.1, drift=1e-4))
        pair.trouble(10.0, 2.0)
        pair.settle(20.0)
        for side in pair.sides:
            for event, over_s in side.lateness:
                assert not event.expired or over_s > 0, seed
                assert event.expired or over_s < 0.25, seed
                late, fresh = late + event.expired, fresh + (not event.expired)
            told = {one.message_id for one in pair.facing(side).marked if one.expired and one.mark is Mark.RECEIVED}
            assert told == {event.message.id for event in side.received if event.expired}, seed
    assert late > 10 and fresh > 10


def test_a_run_depends_on_its_seed_alone() -> None:
    one, two = through(7, ROUGH), through(7, ROUGH)
    assert one.north.events == two.north.events and one.south.events == two.south.events
    assert one.north.events != through(8, ROUGH).north.events


def test_sessions_are_found_again() -> None:
    pair = through(11, STREAMS)
    assert sum(isinstance(event, SessionOpen) for event in pair.north.events) > 3
    assert pair.north.peer.standing() == pair.south.peer.standing() == "OPEN"


class ForgetsNumbers(Side):
    """Planted: the inbox does not keep its high-water mark over a restart."""

    def start(self) -> None:
        for space in [space for space in self.disk if space.startswith(("in/", "count/"))]:
            del self.disk[space]
        super().start()


class SpeaksFirst(Side):
    """Planted: the acknowledgement leaves before the commit."""

    def settle(self) -> None:
        outputs = [self.peer.take()]
        while outputs[-1].events:
            self.react(outputs[-1].events)
            outputs.append(self.peer.take())
        self.emit(outputs)
        if self.pair.dies(outputs):
            self.pair.kill(self)
        else:
            self.commit(outputs)
            self.plan()


class KeepsNothing(Side):
    """Planted: the outbox is not kept."""

    def start(self) -> None:
        for space in [space for space in self.disk if space.startswith("out/")]:
            del self.disk[space]
        super().start()


class DropsMarks(Side):
    """Planted: marks that were stated are not kept."""

    def start(self) -> None:
        for space in [space for space in self.disk if space.startswith("marks/")]:
            del self.disk[space]
        super().start()


@pytest.mark.parametrize(
    ("bug", "shows"),
    [(ForgetsNumbers, "doubled"), (SpeaksFirst, "lost"), (KeepsNothing, "lost"), (DropsMarks, "a mark is lost")],
)
def test_a_planted_bug_shows(bug: type[Side], shows: str) -> None:
    kind = type("Planted", (Pair,), {"side_class": bug})
    weather = Weather(cuts=0.3, kills=0.6, dies_in_commit=1.0)
    found = (fault for seed in range(40) for fault in faults(through(seed, weather, kind)))
    assert any(shows in fault for fault in found)


class DeliversAtOnce(Side):
    """Planted: what has overtaken others is delivered as it comes."""

    def commit(self, outputs: list) -> None:  # type: ignore[type-arg]
        super().commit(outputs)
        got = [event for event in self.events if isinstance(event, Received)]
        if len(got) >= 2 and got[-1].message.seq == got[-2].message.seq + 1:
            first, second = self.events.index(got[-2]), self.events.index(got[-1])
            self.events[first], self.events[second] = self.events[second], self.events[first]


def test_a_planted_disorder_shows() -> None:
    kind = type("Planted", (Pair,), {"side_class": DeliversAtOnce})
    found = (fault for seed in range(3) for fault in faults(through(seed, STREAMS, kind)))
    assert any("came after" in fault for fault in found)
