"""Reading one step ahead: order, errors at their place, and readings that are abandoned."""

from __future__ import annotations

import gc
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


def test_abandoned_readings_neither_wait_nor_leave_threads() -> None:
    """They are collected wherever the collector happens to run: here in threads that are just being started."""
    before = threading.active_count()

    def abandon() -> None:
        items = ahead(iter(range(5)))
        next(items)
        cycle: list[object] = [items]
        cycle.append(cycle)

    threshold = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        for _ in range(50):
            abandon()
            thread = threading.Thread(target=abandon)
            thread.start()
            thread.join(10)
            assert not thread.is_alive()
    finally:
        gc.set_threshold(*threshold)
    assert threading.active_count() <= before + 2


def test_many_readings_at_once() -> None:
    readings = [ahead(range(i, i + 20)) for i in range(30)]
    for step in range(20):
        assert [next(reading) for reading in readings] == [i + step for i in range(30)]
