"""What the local API lists is made row by row: the same bytes, and the loop is nobody's for more than a row or two."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.domain.plot import Plot
from armslength.node import api
from armslength.node.api import gathered
from armslength.node.core.inputs import PlotsIn
from armslength.node.events import Events
from node.core.pair import Pair
from node.core.test_duty import views

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def whole(document: object) -> bytes:
    """Return JSON as it is made in one go."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")


@given(st.dictionaries(st.text(), PLAIN, max_size=5), st.integers(0, 31))
def test_row_by_row_gives_the_same_bytes(document: dict[str, Any], lazy: int) -> None:
    listed = {
        key: iter(value) if isinstance(value, list) and lazy >> at & 1 else value
        for at, (key, value) in enumerate(document.items())
    }
    assert asyncio.run(gathered(listed)) == whole(document)


def test_the_listings_of_a_node_have_the_bytes_they_had() -> None:
    pair = Pair()
    pair.mend()
    for _ in range(4):
        t = pair.now.utc_ns
        plots = [
            Plot(t, f"d{1 + k % 2}{k:04x}", 45.0 + k // 2, 10.0 + 0.02 * (k % 2), accuracy_m=50.0, alt_baro_m=9000.0)
            for k in range(20)
        ]
        pair.give(pair.north, PlotsIn("radar", tuple(plots)))
        pair.run(1.0)
    seen = views(pair, pair.north)
    rows = {"tracks": 20, "alerts": 10, "messages": 0, "encounters": 0}
    for name, count in rows.items():
        look: Callable[[], dict[str, Any]] = getattr(seen, name)
        listed = {key: list(value) if key == name else value for key, value in look().items()}
        assert len(listed[name]) >= count, name
        assert asyncio.run(gathered(look())) == whole(listed), name


@pytest.mark.parametrize("row_by_row", [True, False])
def test_others_have_their_turn_between_rows(row_by_row: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves by a turn with every row. In one go, the control, nobody else comes to anything."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    turns = 0

    def row(at: int) -> dict[str, int]:
        now[0] += 2 * api.HOLD_S
        return {"row": at}

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def both() -> None:
        beside = asyncio.get_running_loop().create_task(other())
        rows = map(row, range(50))
        await gathered({"rows": rows if row_by_row else list(rows)})
        beside.cancel()

    asyncio.run(both())
    assert turns >= 50 if row_by_row else turns <= 1


def test_a_listener_who_comes_back_to_thousands_lets_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    now, turns, heard = [0.0], 0, 0
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    events = Events()
    for _ in range(1_000):
        events.add({"event": "received"})
    events.close()

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def both() -> None:
        nonlocal heard
        beside = asyncio.get_running_loop().create_task(other())
        async for _ in api.Api(None, events, None, "", ())._events(0):  # type: ignore[arg-type]
            heard += 1
            now[0] += api.HOLD_S / 10
        beside.cancel()

    asyncio.run(both())
    assert heard == 1_001 and turns >= 80
