"""`armslength status` shows every channel and every radio; nothing of them where no data frequency is agreed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from armslength.agreement.terms import default_terms
from armslength.cli.run import _channels, _radio
from armslength.node.core.inputs import Agreed
from armslength.node.radio import Radios
from armslength.node.radio_options import Radio


def test_every_channel_is_shown() -> None:
    one = {"health": "ANSWERING", "lost_here": False, "lost_there": False, "last_ok_ns": "1700000000000000000"}
    f1 = {**one, "health": "LOST", "lost_here": True, "lost_there": True, "last_ok_ns": "0", "in_use": False}
    rows = _channels({"in_use": "F2", "channels": {"F1": f1, "F2": {**one, "in_use": True}}})
    assert rows == [
        "  in use      F2",
        "  channel     F1: LOST here and there; no answer yet",
        "  channel     F2: answering, in use; last answer 2023-11-14T22:13:20Z",
    ]
    assert _channels({"in_use": None, "channels": {}}) == []


def test_every_radio_is_shown() -> None:
    radio = {"counterpart": "SOUTH", "frequency": "F1", "working": True, "says": "", "occupied": 0.25}
    assert _radio(radio) == "  radio       F1 to SOUTH: working, occupied 25%"
    broken = {"counterpart": "SOUTH", "frequency": "F1", "working": False, "says": "No sound card."}
    assert _radio(broken) == "  radio       F1 to SOUTH: DOES NOT WORK: No sound card."


def test_before_a_plan_is_in_force_a_radio_waits_for_it_and_is_not_broken() -> None:
    clock: Any = SimpleNamespace()
    radios = Radios([Radio("SOUTH", "F1", "afsk", "ether:9", "NORTH1")], clock, print, print)
    for lines in ((), (Agreed("SOUTH", "SOUTH POST", "key"),)):
        asyncio.run(radios.retune(lines))
        assert _radio(radios.state()[0]) == "  radio       F1 to SOUTH: waits: no plan of frequencies is in force yet"
    asyncio.run(radios.retune([Agreed("SOUTH", "SOUTH POST", "key", terms=default_terms())]))
    assert _radio(radios.state()[0]) == "  radio       F1 to SOUTH: DOES NOT WORK: no frequency of that id is agreed"
