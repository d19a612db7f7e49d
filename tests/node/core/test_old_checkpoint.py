"""Who has rewritten his ledger and goes on showing an old checkpoint that is still genuine gains no time by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from armslength.crypto.checkpoint import own_space, read, their_space
from armslength.crypto.envelope import Envelope, from_json, to_json
from armslength.node.core import witness
from armslength.node.core.witness import Witness
from node.core.pair import Pair
from node.core.test_gap import AGREEMENT, countersigned_once, evidence, talk

LONG_S = 400.0
Showing = Callable[[Witness, Any, Any, Any], None]


def genuine(pair: Pair) -> bytes:
    """Return the newest checkpoint of SOUTH that NORTH has signed for, as SOUTH alone signed it."""
    rows = pair.north.store.rows[their_space(AGREEMENT)]
    both = max((from_json(value) for value in rows.values()), key=lambda one: read(one).size)
    own = tuple(one for one in both.signatures if one[0] == pair.south.key.public)
    return to_json(Envelope(both.payload_type, both.payload, own))


def only_the_old(old: bytes) -> Showing:
    """Return how a side offers that shows nothing but `old`."""

    def offer(self: Witness, line: Any, effects: Any, now: Any, *, last: bool = False) -> None:
        if now.mono_s >= self._due_s:
            self._due_s = now.mono_s + 10.0
            line.peer.offer_checkpoint(old, now)

    return offer


def old_and_new(old: bytes) -> Showing:
    """Return how a side offers that shows what it has made up, and `old` after each."""

    def offer(self: Witness, line: Any, effects: Any, now: Any, *, last: bool = False) -> None:
        if now.mono_s >= self._due_s:
            self._due_s = now.mono_s + 10.0
            self._sign(line, effects, now)
            line.peer.offer_checkpoint(old, now)

    return offer


def nothing(_old: bytes) -> Showing:
    """Return how a side offers that shows nothing."""

    def offer(self: Witness, line: Any, effects: Any, now: Any, *, last: bool = False) -> None:
        return

    return offer


def rewrite(pair: Pair, how: Callable[[bytes], Showing]) -> None:
    """Let SOUTH change an old entry, and from now on show checkpoints as `how` says."""
    old = genuine(pair)
    sealed = pair.south.store.entries[AGREEMENT]
    changed = [replace(s, entry=replace(s.entry, kind="other")) if s.entry.sequence == 1 else s for s in sealed]
    pair.south.store.entries[AGREEMENT] = changed
    pair.south.store.rows.pop(own_space(AGREEMENT))
    pair.restart(pair.south)
    line = pair.south.core.lines["NORTH"]
    line.witness.offer = how(old).__get__(line.witness)  # type: ignore[method-assign,unused-ignore]


def reasons(pair: Pair) -> set[str]:
    """Return of what NORTH accuses SOUTH."""
    return {t["reason"] for t in pair.north.heard("evidence")}


@pytest.mark.parametrize("how", [only_the_old, old_and_new, nothing])
@pytest.mark.parametrize("seed", range(3))
def test_a_rewriter_that_talks_on_is_found_whatever_it_shows(how: Callable[[bytes], Showing], seed: int) -> None:
    pair, numbers = countersigned_once(seed)
    rewrite(pair, how)
    pair.mend()
    for _ in range(int(LONG_S / 40.0)):
        talk(pair, pair.south, numbers)
        pair.run(40.0)
    assert reasons(pair) & {"unproven growth", "two stories"}


@pytest.mark.parametrize("how", [only_the_old, old_and_new, nothing])
def test_a_rewriter_that_only_answers_is_found(how: Callable[[bytes], Showing]) -> None:
    """What it signs to acknowledge is in its ledger too."""
    pair, numbers = countersigned_once(1)
    rewrite(pair, how)
    pair.mend()
    for _ in range(int(LONG_S / 40.0)):
        talk(pair, pair.north, numbers)
        pair.run(40.0)
    assert reasons(pair) & {"unproven growth", "two stories"}


@pytest.mark.parametrize("how", [only_the_old, nothing])
def test_a_rewriter_gains_nothing_by_cutting_the_line(how: Callable[[bytes], Showing]) -> None:
    pair, numbers = countersigned_once(2)
    rewrite(pair, how)
    for _ in range(12):
        pair.mend()
        talk(pair, pair.south, numbers)
        pair.run(20.0)
        pair.cut()
        pair.run(60.0)
    assert reasons(pair) & {"unproven growth", "two stories"}


def test_it_is_said_once() -> None:
    pair, numbers = countersigned_once(1)
    rewrite(pair, only_the_old)
    pair.mend()
    for _ in range(30):
        talk(pair, pair.south, numbers)
        pair.run(40.0)
    assert [t["reason"] for t in pair.north.heard("evidence")].count("unproven growth") == 1


@pytest.mark.parametrize("restart", ["", "SOUTH", "NORTH", "NORTH SOUTH"])
def test_a_side_that_has_nothing_to_say_is_not_accused(restart: str) -> None:
    pair, numbers = countersigned_once(4)
    pair.run(LONG_S)
    for side in (pair.north, pair.south):
        if side.party in restart:
            pair.restart(side)
    pair.mend()
    pair.run(LONG_S)
    talk(pair, pair.south, numbers)
    pair.run(LONG_S)
    assert evidence(pair) == []


@pytest.mark.parametrize("gap_s", [1.0, 25.0, 39.0, 41.0, 79.0, 95.0])
def test_nobody_who_proves_his_growth_is_accused_however_often_he_talks(gap_s: float) -> None:
    pair, numbers = countersigned_once(5)
    for number in range(int(LONG_S / gap_s) + 3):
        talk(pair, pair.south if number % 2 else pair.north, numbers)
        pair.run(gap_s)
        if number % 7 == 3:
            pair.cut()
            pair.run(gap_s)
            pair.mend()
    assert evidence(pair) == []


@pytest.mark.parametrize("how", [only_the_old, nothing])
def test_without_a_clock_for_what_must_have_grown_nobody_is_found(
    how: Callable[[bytes], Showing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: as it was."""
    monkeypatch.setattr(Witness, "grown", lambda self, line, now: None)
    pair, numbers = countersigned_once(1)
    rewrite(pair, how)
    pair.mend()
    for _ in range(10):
        talk(pair, pair.south, numbers)
        pair.run(40.0)
    assert not reasons(pair)


def test_a_clock_that_does_not_wait_accuses_the_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the other side: there must be time to sign."""
    monkeypatch.setattr(witness, "OWED", 0.0)
    pair, numbers = countersigned_once(5)
    for _ in range(6):
        pair.run(50.0)
        talk(pair, pair.south, numbers)
    assert "unproven growth" in evidence(pair)
