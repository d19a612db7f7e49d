"""Reading one step ahead: order, errors at their place, and readings that are abandoned."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from armslength.adapters.recording.ahead import ahead


def test_items_in_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead([])) == []
    assert list(ahead([None, None])) == [None, None]


def test_errors_come_at_their_place() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("here")

    got = []
    with pytest.raises(ValueError, match="here"):
        got += [got.append(item) for item in ahead(source())]
    assert got == [1, 2]


def test_items_are_made_while_others_are_worked_on() -> None:
    made = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    items = ahead(source())
    assert next(items) == 1
    assert made.wait(10)
    assert list(items) == [2]


def test_an_abandoned_reading_does_not_wait_for_the_item_being_made() -> None:
    """It may be collected in any thread, at any moment; waiting there for another thread could last for ever."""
    release = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        release.wait(60)
        yield 2

    items = ahead(source())
    assert next(items) == 1
    closing = threading.Thread(target=items.close)  # type: ignore[attr-defined]
    closing.start()
    closing.join(10)
    waits = closing.is_alive()
    release.set()
    assert not waits


def test_abandoned_readings_leave_no_threads() -> None:
    list(ahead([1, 2]))
    before = threading.active_count()
    for _ in range(20):
        next(ahead(iter(range(5))))
    assert threading.active_count() <= before + 1


def test_many_readings_at_once() -> None:
    readings = [ahead(range(i, i + 20)) for i in range(30)]
    for step in range(20):
        assert [next(reading) for reading in readings] == [i + step for i in range(30)]
