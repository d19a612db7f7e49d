"""Whatever both sides do, in whatever order, over a line that breaks and nodes that die: both come to see the same."""

from __future__ import annotations

import random

import pytest

from armslength.node.core.inputs import Standings
from node.cases.case_pair import SAID, CasePair
from node.core.pair import Side

SPEAKS = {
    "report": {"headline": "Seen", **SAID},
    "acknowledge": {},
    "state": SAID,
    "answer": {"answer": "part"},
    "extend": {"reason": "Leave"},
    "session": {"medium": "video"},
    "propose": {"letter": "C", **SAID},
    "sign": {},
    "measure": {"whose": "both", **SAID},
    "close": {},
}


def act(pair: CasePair, rng: random.Random) -> None:
    """Do something, on either side."""
    side = rng.choice((pair.north, pair.south))
    way = rng.random()
    if way < 0.12:
        pair.cut()
    elif way < 0.25:
        mend(pair)
    elif way < 0.32:
        pair.restart(side)
    elif way < 0.37:
        suspended = frozenset({"working_group"} if rng.random() < 0.5 else ())
        for one in (pair.north, pair.south):
            pair.give(one, Standings((pair.agreed(one, suspended=suspended),)))
    elif way < 0.45:
        pair.ask(side, "case open", at_ns=str(pair.now.utc_ns - rng.randrange(10**11)), lat=35.0, lon=36.0, rules="G05")
    else:
        speak(pair, side, rng)
    pair.run(rng.choice((0.01, 0.3, 2.0)))


def mend(pair: CasePair) -> None:
    """Join the two, where they are apart."""
    if not pair.linked:
        pair.mend()


def speak(pair: CasePair, side: Side, rng: random.Random) -> None:
    """Say something in some case; often it has no place there, and is refused in words."""
    numbers = list(pair.cases(side).files) or ["N-0001"]
    verb = rng.choice(list(SPEAKS))
    args = {"case": rng.choice(numbers), **SPEAKS[verb]}
    if verb == "propose" and rng.random() < 0.4:
        args["own"] = True
    done = pair.ask(side, f"case {verb}", person="first", **args)
    if "waiting" in done:
        done = pair.ask(side, "case confirm", id=done["waiting"], person="second")
    assert "fault of its own" not in str(done.get("error", "")), done


@pytest.mark.parametrize("seed", range(24))
def test_both_sides_come_to_see_the_same(seed: int) -> None:
    rng, pair = random.Random(seed), CasePair(seed=seed)
    pair.open(pair.north)
    for _ in range(60):
        act(pair, rng)
    for one in (pair.north, pair.south):
        pair.give(one, Standings((pair.agreed(one),)))
    mend(pair)
    pair.run(240.0)
    north, south = pair.both()
    assert north == south, [one for one in zip(north, south, strict=False) if one[0] != one[1]]
    for side in (pair.north, pair.south):
        assert not side.heard("evidence"), "nobody is accused of anything"
        assert not pair.entries(side, "case refused")
        shown = [pair.ask(side, "case show", case=one[0]) for one in north]
        assert all("error" not in one for one in shown)
        for file in pair.cases(side).files.values():
            if file.state.value != "closed":
                assert pair.cases(side).exchange.of(file, pair.other(side).party).opened is True, file.case  # type: ignore[union-attr]
    assert north and sum(len(one[6]) for one in north) > 4, "the control: something was said"
