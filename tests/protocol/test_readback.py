"""Read-back: what is said again is equal, or it is named where it differs."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from armslength.protocol.catalogue import CATALOGUE, Code, Value, readback
from armslength.protocol.readback import BEYOND, Difference, compare, expected, heard
from saying import said

CLB = CATALOGUE["CLB"]
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
"""Messages of all codes take their time to be drawn, and few have a number to be said again."""
TO_FL250: dict[str, Value] = {"to_level_ft": 25000, "to_level_datum": "STANDARD", "rate_fpm": 1500}


def test_equal_is_equal_however_a_number_is_written() -> None:
    assert compare(CLB, TO_FL250, "25000 STANDARD 1500") == ()
    assert compare(CLB, TO_FL250, "025000 STANDARD 01500") == ()
    assert heard(CLB, TO_FL250, "26000 STANDARD") == {"to_level_ft": "26000", "to_level_datum": "STANDARD"}


def test_what_differs_is_named() -> None:
    assert compare(CLB, TO_FL250, "26000 STANDARD 1500") == (Difference("to_level_ft", "25000", "26000"),)
    assert compare(CLB, TO_FL250, "25000 QFE 1500") == (Difference("to_level_datum", "STANDARD", "QFE"),)
    assert compare(CLB, TO_FL250, "25000 STANDARD") == (Difference("rate_fpm", "1500", ""),)
    assert compare(CLB, TO_FL250, "25000 STANDARD 1500 9") == (Difference(BEYOND, "", "9"),)
    assert compare(CLB, TO_FL250, "-25000 STANDARD 1500")[0].field == "to_level_ft"
    assert compare(CLB, TO_FL250, "--5 STANDARD 1500")[0].heard == "--5"


def test_the_rate_of_a_climb_or_descent_is_read_back() -> None:
    for name in ("CLB", "DSC"):
        assert readback(CATALOGUE[name], TO_FL250) == "25000 STANDARD 1500"
        assert compare(CATALOGUE[name], TO_FL250, "25000 STANDARD 500") == (Difference("rate_fpm", "1500", "500"),)
    for name in ("TFA", "ACT", "IDQ"):
        assert not any(field.read_back for field in CATALOGUE[name].fields)


@SLOW
@given(said())
def test_what_the_catalogue_says_again_is_equal_to_what_was_said(one: tuple[Code, dict[str, str | int]]) -> None:
    code, fields = one
    assert compare(code, fields, readback(code, fields)) == ()
    assert [word for _, word in expected(code, fields)] == readback(code, fields).split()


@SLOW
@given(said())
def test_one_changed_number_is_seen(one: tuple[Code, dict[str, str | int]]) -> None:
    code, fields = one
    numbers = [field.name for field, _ in expected(code, fields) if isinstance(fields[field.name], int)]
    assume(numbers)
    wrong = {**fields, numbers[0]: int(fields[numbers[0]]) + 1}
    found = compare(code, fields, readback(code, wrong))
    assert [one.field for one in found] == [numbers[0]]
