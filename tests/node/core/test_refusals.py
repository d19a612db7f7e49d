"""Refused connections are entered by the number, also when the node stops before the minute is over."""

from __future__ import annotations

import json

from armslength.node.core.inputs import LinkRefused, Stopped
from node.core.pair import Pair, Side


def refused(side: Side) -> list[dict[str, int]]:
    """Return the reasons of every entry about refusals."""
    return [
        json.loads(sealed.payload)["reasons"] for sealed in side.store.entries["node"] if sealed.entry.kind == "refused"
    ]


def test_refusals_of_a_minute_are_one_entry() -> None:
    pair = Pair()
    for _ in range(7):
        pair.give(pair.north, LinkRefused("192.0.2.1", "no certificate"))
    pair.run(30.0)
    assert "node" not in pair.north.store.entries or not refused(pair.north)
    pair.run(40.0)
    assert refused(pair.north) == [{"no certificate": 7}]


def test_a_node_that_stops_enters_what_was_not_entered_yet() -> None:
    pair = Pair()
    for _ in range(3):
        pair.give(pair.north, LinkRefused("192.0.2.1", "no certificate"))
    pair.give(pair.north, Stopped())
    assert refused(pair.north) == [{"no certificate": 3}]
    kinds = [sealed.entry.kind for sealed in pair.north.store.entries["node"]]
    assert kinds[-2:] == ["refused", "stopped"]
    pair.run(70.0)
    assert len(refused(pair.north)) == 1  # and not twice
