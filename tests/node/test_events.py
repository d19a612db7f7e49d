"""What is told once is not pushed out by what is told every second."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.node.events import KEPT, KEPT_UPDATES, Event, Events

UPDATE = {"event": "alert", "change": "updated", "id": "a"}
OPENED = {"event": "alert", "change": "opened", "id": "a"}


def test_a_day_of_updates_pushes_out_no_alert_and_no_message() -> None:
    events = Events(1_000)
    events.add(OPENED)
    events.add({"event": "received", "code": "EMG"})
    for _ in range(86_400):
        events.add(UPDATE)
    found, gap = events.since(1_000)
    assert [one.what for one in found[:2]] == [OPENED, {"event": "received", "code": "EMG"}]
    assert len(found) == 2 + KEPT_UPDATES
    assert not gap  # an update that was forgotten is no gap


def test_what_is_told_once_and_was_forgotten_is_a_gap() -> None:
    events = Events(1_000)
    for _ in range(KEPT):
        events.add(OPENED)
    assert not events.since(1_000)[1]
    events.add(OPENED)
    assert events.since(1_000)[1]
    assert not events.since(1_001)[1]


def test_the_gap_is_told_with_the_number_from_which_on_all_is_there() -> None:
    events = Events()
    for number in range(KEPT + 10):
        events.add(OPENED if number % 2 else {"event": "received"})

    async def listen() -> list[Event]:
        out: list[Event] = []
        events.close()
        async for event in events.follow(3):
            assert event is not None
            out.append(event)
        return out

    told = asyncio.run(listen())
    assert told[0].what["event"] == "gap" and told[0].number == 10
    assert [one.number for one in told[1:]] == list(range(11, KEPT + 11))


@settings(max_examples=50)
@given(st.lists(st.booleans(), max_size=60), st.integers(0, 70))
def test_events_come_in_order_whatever_they_are(updates: list[bool], after: int) -> None:
    events = Events(5)
    for is_update in updates:
        what: dict[str, Any] = UPDATE if is_update else OPENED
        events.add(what)
    numbers = [one.number for one in events.since(after)[0]]
    first = 5 if after == 0 or after > 5 + len(updates) else max(after, 5)
    assert numbers == list(range(first + 1, 6 + len(updates)))
