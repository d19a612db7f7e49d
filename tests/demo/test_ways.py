"""When there was a way to the other side, and for how long a message had waited for nothing."""

from __future__ import annotations

import pytest

from armslength.demo.account import Account
from armslength.demo.ways import Ways
from demo.told import BEGINS, PLAN, message


def ways() -> Ways:
    some = Ways(("F1", "GROUND"))
    some.opens("F1", 100.0, open_=False)
    some.opens("GROUND", 110.0, open_=False)
    some.opens("F1", 150.0, open_=True)
    return some


@pytest.mark.parametrize(
    ("from_s", "until_s", "open_s"), [(0.0, 50.0, 50.0), (105.0, 120.0, 5.0), (120.0, 140.0, 0.0), (120.0, 160.0, 10.0)]
)
def test_one_way_is_enough_and_none_is_none(from_s: float, until_s: float, open_s: float) -> None:
    assert ways().open_s(from_s, until_s) == open_s


def test_a_way_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        ways().opens("F9", 1.0, open_=False)


def test_silence_is_counted_only_while_there_was_a_way_and_only_for_what_is_flash() -> None:
    books = Account(PLAN, ("NORTH", "SOUTH"))
    at = {second: str(BEGINS + second * 10**9) for second in (105, 120, 153, 190)}
    books.hear("NORTH", message("sent", "EMG", "m1", precedence="FLASH", at_ns=at[120]))
    books.hear("SOUTH", message("received", "EMG", "m1", precedence="FLASH", at_ns=at[153], channel="F1"))
    books.hear("NORTH", message("sent", "TFA", "m2", at_ns=at[105]))
    assert books.silence(ways(), 200.0) == (3.0, "EMG of NORTH, sent at 120 s")
    books.hear("SOUTH", message("sent", "EMG", "m3", precedence="FLASH", at_ns=at[190]))
    assert books.silence(ways(), 200.0) == (10.0, "EMG of SOUTH, sent at 190 s"), (
        "one that never came waits until the end"
    )


def test_where_nothing_is_flash_nothing_waited() -> None:
    assert Account(PLAN, ("NORTH", "SOUTH")).silence(ways(), 200.0) == (0.0, "")


def test_failovers_are_moves_down_the_plan_and_channels_count_what_came_by_them() -> None:
    books = Account(PLAN, ("NORTH", "SOUTH"))
    for was, now in (("", "GROUND"), ("GROUND", "F1"), ("F1", "F2"), ("F2", "GROUND"), ("GROUND", ""), ("", "F1")):
        books.hear("NORTH", {"event": "channel", "state": "IN USE", "medium": now, "was": was})
    assert books.sides["NORTH"].failovers(("F1", "F2", "GROUND")) == 3
    books.hear("SOUTH", message("received", "TFA", "m1", channel="F2"))
    books.hear("SOUTH", message("received", "TFA", "m2", channel="GROUND"))
    assert books.channels({"F1": 3, "F2": 1, "GROUND": 1}) == {
        "F1": {"sent": 3, "delivered": 0}, "F2": {"sent": 1, "delivered": 1}, "GROUND": {"sent": 1, "delivered": 1},
    }  # fmt: skip
