"""What waits at a radio: the same words keep their place, a full frequency is told, what was received is dropped."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from armslength.errors import InputError
from armslength.node.core.inputs import AirHeld
from armslength.node.radio import FULL_S, SAME_CALL_S, Radios, _Serving

WHO, WHERE = "SOUTH", "F1"


class Desk:
    """A radio whose station takes what it is given and never sends it."""

    def __init__(self) -> None:
        self.mono_s = 100.0
        self.told: list[Any] = []
        self.forgotten: list[int] = []
        self.queue: dict[int, tuple[bytes, int]] = {}
        clock: Any = SimpleNamespace(mono=lambda: self.mono_s)
        self.radios = Radios((), clock, self.told.append, self.told.append)
        self.serving = self._serving(WHO, WHERE)

    def _serving(self, counterpart: str, frequency: str) -> _Serving:
        station: Any = SimpleNamespace(send=self._send, forget=self._forget, full_s=0.0)
        made = self.radios._serving[counterpart, frequency] = _Serving(station, (frequency, True, 0.2))
        return made

    def _send(self, payload: bytes, *, rank: int, number: int) -> bool:
        self.queue[number] = (payload, rank)
        return True

    def _forget(self, number: int) -> None:
        self.forgotten.append(number)
        self.queue.pop(number, None)

    def call(self, payload: bytes, message: str = "m1", *, after_s: float = 0.0, frequency: str = WHERE) -> None:
        """Have a call made."""
        self.mono_s += after_s
        self.radios.say(WHO, frequency, payload, 2, message)


def test_the_same_words_keep_their_place_and_words_sealed_anew_take_it() -> None:
    desk = Desk()
    desk.call(b"one")
    desk.call(b"one", after_s=10.0)
    assert [payload for payload, _ in desk.queue.values()] == [b"one"] and not desk.forgotten
    desk.call(b"one, sealed anew", after_s=10.0)
    assert [payload for payload, _ in desk.queue.values()] == [b"one, sealed anew"] and len(desk.forgotten) == 1


@pytest.mark.parametrize(("heard_after_s", "held"), [(5.0, True), (None, False)])
def test_a_call_that_had_not_left_is_held_only_where_the_other_side_was_heard_meanwhile(
    heard_after_s: float | None, held: bool
) -> None:
    desk = Desk()
    desk.call(b"one")
    if heard_after_s is not None:
        desk.serving.heard_s = desk.mono_s + heard_after_s
    desk.call(b"one", after_s=10.0)
    assert desk.told == ([AirHeld(WHO, WHERE)] if held else [])


@pytest.mark.parametrize(("rank", "full_s", "held"), [(2, 30.0, True), (2, FULL_S, False), (0, 30.0, False)])
def test_a_call_that_the_share_keeps_back_is_told_at_once_but_flash_is_never_kept_back(
    rank: int, full_s: float, held: bool
) -> None:
    desk = Desk()
    desk.serving.station.full_s = full_s
    desk.radios.say(WHO, WHERE, b"one", rank, "m1")
    assert desk.told == ([AirHeld(WHO, WHERE)] if held else [])


def test_pieces_of_one_call_are_one_call() -> None:
    desk = Desk()
    desk.call(b"piece 1")
    desk.serving.heard_s = desk.mono_s + SAME_CALL_S / 4
    desk.call(b"piece 2", after_s=SAME_CALL_S / 2)
    assert desk.told == [] and len(desk.queue) == 2


def test_what_was_received_is_dropped_on_every_frequency_and_nothing_else_is() -> None:
    desk = Desk()
    desk._serving(WHO, "F2")
    desk._serving("WEST", WHERE)
    desk.call(b"one")
    desk.call(b"one", frequency="F2")
    desk.call(b"other", "m2")
    desk.radios.say("WEST", WHERE, b"theirs", 2, "m1")
    desk.radios.hush(WHO, "m1")
    assert sorted(payload for payload, _ in desk.queue.values()) == [b"other", b"theirs"]
    desk.call(b"one", after_s=10.0)
    assert b"one" in {payload for payload, _ in desk.queue.values()}, "a later call is a new one"
    desk.radios.hush(WHO, "unknown")
    desk.radios.hush("NOBODY", "m2")
    assert len(desk.queue) == 3


def test_a_mark_has_no_message_and_is_never_held() -> None:
    desk = Desk()
    desk.serving.heard_s = desk.mono_s + 5.0
    desk.call(b"mark", "")
    desk.call(b"mark", "", after_s=10.0)
    assert len(desk.queue) == 2 and desk.told == []


def test_a_check_that_could_not_leave_is_refused_with_the_time_after_which_it_can() -> None:
    desk = Desk()
    desk.radios.refuse_full(None, "f1")
    station: Any = desk.serving.station
    station.full_s = FULL_S - 0.1
    desk.radios.refuse_full(None, "F1")
    station.full_s = 22.3
    for name in (None, WHO):
        with pytest.raises(InputError) as wrong:
            desk.radios.refuse_full(name, "f1")
        assert "F1 is full" in wrong.value.what and wrong.value.remedy.startswith("Try again in 23 s.")
    desk.radios.refuse_full("EAST", "F1")
    desk.radios.refuse_full(None, None)
