"""Checkpoints over a long time: few are kept, growth is proven after every restart, and `verify` is content."""

from __future__ import annotations

import pytest

from armslength.crypto.checkpoint import own_space, their_space
from armslength.crypto.fork import convicted
from armslength.node.core import witness
from armslength.node.core.inputs import Command
from node.core.pair import Pair

AGREEMENT = "river-2026"


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two nodes that sign every half second, and one of which talks every second for some minutes."""
    monkeypatch.setattr(witness, "EVERY_S", 0.5)
    pair = Pair()
    pair.mend()
    for number in range(250):
        pair.give(pair.south, Command(number, "duty officer", "check", {}))
        pair.run(1.0)
    return pair


def test_old_checkpoints_are_let_go_and_growth_is_proven_after_a_restart(busy: Pair) -> None:
    for side in (busy.north, busy.south):
        for space in (own_space(AGREEMENT), their_space(AGREEMENT)):
            rows = side.store.rows[space]
            assert len(rows) < 200, space  # of more than 300
            assert max(int(key[:16]) for key in rows) > 600
    for side in (busy.north, busy.south):
        busy.restart(side)
        assert side.core.books.book(AGREEMENT).anchors
    busy.mend()
    busy.run(100.0)
    assert not busy.north.heard("evidence") and not busy.south.heard("evidence")
    assert busy.north.core.lines["SOUTH"].witness.countersigned_size > 0


def test_a_checkpoint_that_never_came_back_is_not_grown_from_once_a_later_one_did(busy: Pair) -> None:
    """The other side never saw it: what begins with it would look like a ledger that was written anew."""
    busy.run(5.0)  # nothing is under way
    rows = busy.south.store.rows[own_space(AGREEMENT)]
    early = sorted(rows)[3]
    tree = rows[early].decode()
    first = tree.index("},{")
    rows[early] = (tree[:first] + "}]" + tree[tree.index("]", first) + 1 :]).encode()  # as if it had not come back
    busy.restart(busy.south)
    busy.mend()
    busy.run(100.0)
    assert not busy.north.heard("evidence")
    assert busy.south.core.lines["NORTH"].witness.countersigned_size > int(sorted(rows)[-5][:16])


def test_a_ledger_written_anew_is_still_found_after_thinning(busy: Pair) -> None:
    """The control: letting go of checkpoints lets nobody rewrite what he signed for."""
    from dataclasses import replace

    sealed = busy.south.store.entries[AGREEMENT]
    busy.south.store.entries[AGREEMENT] = [
        replace(s, entry=replace(s.entry, kind="other")) if s.entry.sequence == 1 else s for s in sealed
    ]
    busy.south.store.rows.pop(own_space(AGREEMENT))
    busy.restart(busy.south)
    busy.mend()
    busy.run(100.0)
    assert {t["reason"] for t in busy.north.heard("evidence")} & {"unproven growth", "two stories"}
    fork = busy.north.core.lines["SOUTH"].witness.story(AGREEMENT).fork
    assert fork is None or convicted(fork)
