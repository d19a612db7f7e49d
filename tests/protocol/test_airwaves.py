"""What is called where: a full frequency holds nothing up for long, and of a backlog what is fresh goes first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from armslength.protocol.airwaves import Airwaves
from armslength.protocol.calling import Call
from armslength.protocol.catalogue import Precedence
from armslength.protocol.events import Now
from armslength.protocol.failover import GROUND, Health, Patience

EPOCH_NS = 1_700_000_000 * 10**9


def now(mono_s: float) -> Now:
    return Now(EPOCH_NS + round(mono_s * 1e9), mono_s)


def message(name: str, code: str = "TFA", **more: Any) -> Any:
    """Return what the frequencies look at of a message."""
    precedence = {"EMG": Precedence.FLASH, "RCK": Precedence.ROUTINE}.get(code, Precedence.PRIORITY)
    known = {"id": name, "code": code, "precedence": precedence, "fields": {}, "valid_until_ns": None, "ref": None}
    return SimpleNamespace(**(known | more))


def waves(*, ground: bool = True) -> Airwaves:
    """Return F1 in use, and the ground line where it is to be there."""
    made = Airwaves("pair", (), lambda one, channel, at: (one.id.encode(),))  # type: ignore[arg-type,return-value]
    made.adopt(("F1",), Patience())
    made.failover.answered("F1", now(0.0))
    made.failover.told("F1", lost=False, change=1, now=now(0.0))
    made.ground(ground, 0.0, now(0.0))
    made.failover.told(GROUND, lost=not ground, change=2, now=now(0.0))
    assert made.failover.in_use == "F1"
    made.take()  # what is told of channels comes first
    return made


def called(made: Airwaves, waiting: list[Any], at_s: float) -> list[str]:
    """Let what is due be called on a frequency that is full, but not lost; return the ids."""
    made.pump(waiting, now(at_s))
    made.failover.answered("F1", now(at_s))
    return [frame[3] for frame in made.take()[2]]


@pytest.mark.parametrize(("code", "calls"), [("TFA", 6), ("RCK", 3)])
def test_what_is_called_in_vain_goes_by_the_ground_line_where_that_answers(code: str, calls: int) -> None:
    made = waves()
    one = message("m1", code, fields={"freq_id": "F1"} if code == "RCK" else {})
    for count in range(calls):
        assert made.carries(one), count
        at_s = 100.0 * count
        assert called(made, [one], at_s) == ["m1"]
    assert not made.carries(one), "it may leave over the ground line now"
    assert called(made, [one], 5000.0) == []
    assert made.failover.media["F1"].health is Health.ANSWERING
    assert made.carries(message("m2")), "the next one has its calls"


def test_without_the_ground_line_it_is_called_on() -> None:
    made = waves(ground=False)
    one = message("m1")
    for count in range(20):
        assert made.carries(one)
        assert called(made, [one], 100.0 * count) == ["m1"]


def test_a_mark_ends_the_count_and_flash_never_counts() -> None:
    made = waves()
    one = message("m1")
    for count in range(5):
        called(made, [one], 100.0 * count)
    made.marked("m1", "F1", now(600.0))
    for count in range(6):
        assert made.carries(one)
        assert called(made, [one], 1000.0 + 100.0 * count) == ["m1"]
    flash = message("m2", "EMG")
    for count in range(20):
        assert called(made, [flash], 5000.0 + 100.0 * count) == ["m2"]


def test_of_one_precedence_what_is_fresh_is_called_before_what_is_over_and_one_at_a_time() -> None:
    """As the demonstration has it: a descent that is over, then what is true instead."""
    made = waves(ground=False)
    over = message("descend", "DSC", valid_until_ns=now(30.0).utc_ns)
    fresh = message("hold", "HLD", valid_until_ns=now(300.0).utc_ns)
    assert called(made, [over, fresh], 60.0) == ["hold"]
    made.marked("hold", "F1", now(61.0))
    assert called(made, [over], 62.0) == ["descend"]
    both = waves(ground=False)
    assert called(both, [over, fresh], 10.0) == ["descend"], "while it is of use, the order of numbers holds"


def test_a_fresh_emergency_is_called_before_news_of_channels_and_before_what_is_over() -> None:
    made = waves()
    made.ground(False, 0.0, now(1.0))
    made.take()
    lost = [message(f"lcm {n}", "LCM", precedence=Precedence.FLASH, fields={"medium": "F2"}) for n in range(9)]
    stale = message("tfa", "TFA", precedence=Precedence.FLASH, valid_until_ns=now(1.0).utc_ns)
    frames = called(made, [*lost, stale, message("emg", "EMG")], 60.0)
    assert frames[0] == "emg" and sorted(frames) == ["emg", "lcm 8", "tfa"], "of each channel the newest word alone"


def test_what_was_given_up_leaves_nothing_behind() -> None:
    made, one = waves(), message("m1", "TFA")
    assert called(made, [one], 10.0) == ["m1"]
    assert made._vain and made._calls
    made.forget(["m1"])
    assert not made._vain and not made._calls and not made._unfit


def test_news_that_nobody_answers_is_called_on_until_it_is_while_the_ground_line_is_lost() -> None:
    """The other side may use another channel until it has heard of it: 10 s are allowed for that."""
    news = Call(made=9, last_s=100.0, news=True)
    alone, beside = waves(ground=False), waves()
    alone.failover.ground(False, now(1.0))
    assert alone._cadence.opens("F1", news) == 100.0 + Patience().alone_s < 100.0 + 10.0
    assert beside._cadence.opens("F1", news) == 100.0 + Patience().probe_s, "the ground line has told it already"
    assert alone._cadence.opens("F1", Call(made=9, last_s=100.0)) > 110.0, "only news"
