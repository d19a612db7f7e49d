"""UTC may jump and time may be scaled: no timer stalls, and nobody is thought dead."""

from __future__ import annotations

import pytest

from armslength.node.clock import ScaledClock
from armslength.node.core.inputs import Command
from armslength.protocol.events import Now
from armslength.units import NS
from node.core.pair import Pair
from node.core.test_core import fly

YEAR_S = 365 * 86_400.0


class Jumping(Pair):
    """A pair whose UTC is off by `jump_s` from the moment it is set; the monotonic clock knows nothing of it."""

    jump_s = 0.0

    @property
    def now(self) -> Now:
        """The moment on both clocks."""
        real = super().now
        return Now(real.utc_ns + round(self.jump_s * NS), real.mono_s)


@pytest.mark.parametrize("jump_s", [-3600.0, -2.0, 5.0, 3600.0, 86_400.0, -YEAR_S])
def test_utc_jumps_and_the_line_stays_open(jump_s: float) -> None:
    pair = Jumping()
    pair.mend()
    pair.run(10.0)
    for side in (pair.north, pair.south):
        assert side.core.lines[pair.other(side).party].standing == "OPEN"
        side.told.clear()
    pair.jump_s = jump_s
    pair.run(60.0)
    for number, side in enumerate((pair.north, pair.south)):
        assert side.core.lines[pair.other(side).party].standing == "OPEN"
        assert not [told for told in side.told if told["event"] == "link"]
        assert side.core.next_deadline() <= pair.mono + 1.5
        pair.give(side, Command(900 + number, "duty officer", "check", {}))
        pair.run(2.0)
        (answer,) = side.heard("received", code="GCR")[-1:]
        assert answer["ref"] == side.replies[900 + number]["id"]


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_after_utc_jumps_the_watch_still_warns(jump_s: float) -> None:
    """Feeds that jump with the node, as on one machine: new tracks alert as before."""
    pair = Jumping()
    pair.mend()
    pair.run(5.0)
    pair.jump_s = jump_s
    pair.run(1.0)
    fly(pair, 60)
    for side in (pair.north, pair.south):
        assert side.heard("alert", change="opened")


def test_a_timer_that_followed_utc_would_be_seen() -> None:
    """The control: with the monotonic clock set back too, the deadlines lie an hour ahead."""
    pair = Jumping()
    pair.mend()
    pair.run(10.0)
    due = pair.north.core.next_deadline()
    assert due > pair.mono - 3600.0 + 1.5


def test_a_scaled_clock_goes_as_fast_as_it_says() -> None:
    clock = ScaledClock(50.0, 1_700_000_000 * NS, 0.0)
    utc, mono = clock.utc_ns(), clock.mono()
    assert abs((utc - 1_700_000_000 * NS) / NS - mono) < 5.0
    assert clock.mono() >= mono
