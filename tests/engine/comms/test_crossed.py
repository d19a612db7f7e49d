"""Marks that overtake each other: on the air RECEIVED may come after the UNDERSTOOD of the same message."""

from __future__ import annotations

import pytest

from armslength.domain import talk as t
from engine.comms.record import N, answered, begin, judged, marked, message

TAKEN = [
    marked("m", "UNDERSTOOD", 20.0, known_s=30.0),
    marked("m", "RELAYED", 20.0, known_s=30.0),
    answered("m", "ROG", 30.0),
]


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("rule", ["C06", "C08"])
def test_what_was_taken_up_before_it_was_known_to_be_received_is_no_breach(rule: str, taken: t.Fact) -> None:
    said, _ = message("m", 10.0, by=N)
    talk = begin(said, taken, marked("m", "RECEIVED", 15.0, known_s=40.0), marked("m", "RELAYED", 35.0, known_s=50.0))
    assert not judged(rule, talk, 900.0)
    without = begin(said, marked("m", "RECEIVED", 15.0, known_s=40.0))
    assert judged(rule, without, 900.0), "the control: nobody took it up"


def test_it_is_judged_by_the_stamps_all_the_same() -> None:
    said, _ = message("m", 10.0, by=N)
    late = begin(said, marked("m", "UNDERSTOOD", 100.0, known_s=100.0), marked("m", "RECEIVED", 15.0, known_s=110.0))
    (found,) = judged("C06", late, 900.0)
    assert found.value == 85.0
    holding = begin(said, answered("m", "SBY", 20.0), marked("m", "RECEIVED", 15.0, known_s=40.0))
    assert [one.about for one in judged("C06", holding, 900.0)] == ["m capture"]
