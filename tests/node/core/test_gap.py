"""A cut line loses countersignatures: no honest side is accused for it, and one that rewrites is still found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from armslength.crypto.checkpoint import own_space
from armslength.node.core.inputs import Command
from armslength.node.core.witness import Witness
from armslength.protocol.events import Now
from armslength.protocol.papers import MOST_CHECKPOINTS, Papers
from node.core.pair import Pair, Side

AGREEMENT = "river-2026"
TRIPLES = [(60.0, 5.0, 40.0), (40.0, 2.0, 35.0), (60.0, 20.0, 60.0), (35.0, 1.0, 31.0), (31.0, 29.0, 90.0)]
SLACK_S = 100.0


def talkers() -> Iterator[int]:
    """Count commands."""
    yield from range(1, 1_000_000)


def countersigned_once(seed: int) -> tuple[Pair, Iterator[int]]:
    """Return two nodes that have signed for each other, talking on."""
    pair, numbers = Pair(seed), talkers()
    pair.mend()
    pair.run(65.0)
    talk(pair, pair.south, numbers)
    return pair, numbers


def talk(pair: Pair, side: Side, numbers: Iterator[int]) -> None:
    """Let the book of both grow."""
    pair.give(side, Command(next(numbers), "duty officer", "check", {}))


def lose_a_countersignature(pair: Pair) -> None:
    """Cut the line after NORTH has signed for SOUTH's book and before SOUTH has it."""
    north = pair.north.core.lines["SOUTH"].witness
    before, end = north.their_size, pair.mono + 60.0
    while north.their_size == before and pair.mono < end:
        pair.run(max(pair.next_s() - pair.mono, 0.0))  # one thing at a time: what is sent has not come yet
    assert north.their_size > before
    pair.cut()
    assert pair.south.core.lines["NORTH"].witness.countersigned_size < north.their_size


def outages(pair: Pair, numbers: Iterator[int], triple: tuple[float, float, float], restart: str = "") -> None:
    """Cut, open and cut again, as `triple` says [s]; `restart` names who is killed in between."""
    first, opened, second = triple
    lose_a_countersignature(pair)
    pair.run(first)
    talk(pair, pair.south, numbers)
    pair.mend()
    pair.run(opened)
    pair.cut()
    for side in (pair.north, pair.south):
        if side.party in restart:
            pair.restart(side)
    pair.run(second)
    talk(pair, pair.south, numbers)
    pair.mend()
    pair.run(SLACK_S)


def evidence(pair: Pair) -> list[str]:
    """Return of what either side accuses the other."""
    return [t["reason"] for side in (pair.north, pair.south) for t in side.heard("evidence")]


def is_settled(pair: Pair) -> bool:
    """Return whether what NORTH has signed for last has come back to SOUTH."""
    theirs, own = pair.north.core.lines["SOUTH"].witness, pair.south.core.lines["NORTH"].witness
    return bool(theirs.their_size == own.countersigned_size > 0)


@pytest.mark.parametrize("triple", TRIPLES)
@pytest.mark.parametrize("restart", ["", "SOUTH", "NORTH", "NORTH SOUTH"])
def test_a_lost_countersignature_and_a_second_cut_accuse_nobody(
    triple: tuple[float, float, float], restart: str
) -> None:
    pair, numbers = countersigned_once(1)
    outages(pair, numbers, triple, restart)
    assert evidence(pair) == []
    assert is_settled(pair)


@pytest.mark.parametrize("seed", range(6))
def test_any_cuts_and_restarts_accuse_nobody(seed: int) -> None:
    rng = random.Random(seed)
    pair, numbers = countersigned_once(seed)
    for _ in range(3):
        triple = (rng.uniform(0.1, 70.0), rng.choice((0.05, 0.3, 2.0, 20.0, 29.9)), rng.uniform(25.0, 70.0))
        outages(pair, numbers, triple, rng.choice(("", "SOUTH", "NORTH", "NORTH SOUTH")))
        assert evidence(pair) == [], triple
        assert is_settled(pair), triple
        talk(pair, pair.south, numbers)


def test_many_openings_too_short_for_an_answer_accuse_nobody() -> None:
    """Whichever of those out the other side has signed for: it is still shown when there is time for an answer."""
    pair, numbers = countersigned_once(3)
    lose_a_countersignature(pair)
    for _ in range(2 * MOST_CHECKPOINTS):
        pair.run(35.0)
        talk(pair, pair.south, numbers)
        pair.mend()
        while pair.south.core.lines["NORTH"].standing != "OPEN":
            pair.run(0.001)
        pair.run(0.002)
        pair.cut()
    assert not is_settled(pair)
    pair.mend()
    pair.run(SLACK_S)
    assert evidence(pair) == []
    assert is_settled(pair)


def test_without_withdrawing_what_is_stale_the_honest_are_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: as it was, with a clock that ran on while the line was down."""
    monkeypatch.setattr(Witness, "closed", lambda self, now: None)
    monkeypatch.setattr(Papers, "withdraw_checkpoint", lambda self, name: None)
    monkeypatch.setattr(Witness, "_renew", lambda self, line, effects, now: self._out.clear())
    pair, numbers = countersigned_once(1)
    outages(pair, numbers, TRIPLES[0])
    assert "unproven growth" in evidence(pair)


@pytest.mark.parametrize("triple", TRIPLES)
@pytest.mark.parametrize("seed", range(2))
def test_a_side_that_rewrites_in_between_is_found(triple: tuple[float, float, float], seed: int) -> None:
    """The control: what is forgiven to a bad line is not forgiven to who writes his ledger anew."""
    pair, numbers = countersigned_once(seed)
    outages(pair, numbers, triple, "NORTH SOUTH")
    assert evidence(pair) == []
    rewrite(pair)
    pair.mend()
    pair.run(triple[1])
    pair.cut()
    pair.run(triple[2])
    pair.mend()
    pair.run(SLACK_S)
    assert {t["reason"] for t in pair.north.heard("evidence")} & {"unproven growth", "two stories"}


def rewrite(pair: Pair) -> None:
    """Change an old entry of SOUTH, with a ledger that hangs together, and no memory of what it signed."""
    sealed = pair.south.store.entries[AGREEMENT]
    changed = [replace(s, entry=replace(s.entry, kind="other")) if s.entry.sequence == 1 else s for s in sealed]
    pair.south.store.entries[AGREEMENT] = changed
    pair.south.store.rows.pop(own_space(AGREEMENT))
    pair.restart(pair.south)


def test_the_clock_of_a_gap_stands_while_no_session_is_open_and_goes_on_after() -> None:
    """So a rewriting side gains nothing by cutting the line before its time is over."""

    class Told:
        reasons: tuple[str, ...] = ()

        def accuse(self, reason: str, *_: object) -> None:
            self.reasons += (reason,)

    pair, told = Pair(1), Told()
    witness = Witness(pair.north.key, pair.south.key.public, {})

    def gap(mono_s: float) -> None:
        witness._wait(told, None, Now(0, mono_s))  # type: ignore[arg-type]

    gap(0.0)
    witness.closed(Now(0, 20.0))
    witness.closed(Now(0, 500.0))
    gap(1000.0)
    gap(1009.0)
    assert not told.reasons
    gap(1010.0)
    assert list(told.reasons) == ["unproven growth"]
    witness.closed(Now(0, 1020.0))
    gap(2000.0)
    gap(3000.0)
    assert list(told.reasons) == ["unproven growth"]  # said once
