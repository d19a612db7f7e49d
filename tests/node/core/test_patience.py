"""How soon a side that is gone is told of: by what the terms in force say, and no longer than they are in force."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.agreement.articles import GroundLine
from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import Terms, default_terms
from armslength.errors import AgreementError
from armslength.node.core.inputs import Standings
from armslength.node.core.patience import timing_of
from armslength.protocol.events import Timing
from node.core.pair import Pair, terms_of


def terms_with(vanish_s: float, freeze_s: float) -> Terms:
    return replace(terms_of(), ground_line=GroundLine(vanish_s=vanish_s, freeze_s=freeze_s))


def noticed(pair: Pair, state: str, within_s: float) -> float:
    """Let time pass until north is told of `state`; return how long that took [s]."""
    seen, began = len(pair.north.heard("link", state=state)), pair.mono
    while len(pair.north.heard("link", state=state)) == seen:
        assert pair.mono - began <= within_s, f"{state} was not told within {within_s} s"
        pair.run(0.05)
    return pair.mono - began


def opened(terms: Terms) -> Pair:
    pair = Pair(terms=terms)
    pair.mend()
    pair.run(5.0)
    assert pair.north.core.lines["SOUTH"].standing == "OPEN"
    return pair


@pytest.mark.parametrize(("vanish_s", "freeze_s"), [(1.0, 2.0), (1.5, 2.5), (3.0, 5.0)])
def test_a_side_that_is_gone_is_noticed_within_what_the_terms_say(vanish_s: float, freeze_s: float) -> None:
    pair = opened(terms_with(vanish_s, freeze_s))
    pair.cut()
    assert vanish_s / 2 < noticed(pair, "DOWN", vanish_s)
    pair = opened(terms_with(vanish_s, freeze_s))
    pair.linked, pair.wires = False, {}  # the connection is there, and nothing comes
    assert freeze_s / 4 < noticed(pair, "FROZEN", freeze_s)


def test_the_defaults_would_be_too_late_for_short_terms() -> None:
    """The control: what was fixed before is later than terms with 1.5 s allow."""
    pair = opened(terms_with(3.0, 5.0))
    pair.cut()
    with pytest.raises(AssertionError, match="was not told"):
        noticed(pair, "DOWN", 1.5)


def test_a_new_version_brings_its_own_limits_and_none_the_usual_ones() -> None:
    pair = opened(terms_with(1.0, 2.0))
    agreed = pair.agreed(pair.north)
    for digest, terms, at_least in (("cd", terms_with(3.0, 5.0), 1.9), ("ef", terms_with(1.0, 2.0), 0.6)):
        pair.give(pair.north, Standings((replace(agreed, digest=f"sha256:{digest * 32}", terms=terms, version=2),)))
        pair.mend()
        pair.run(5.0)
        pair.cut()
        took = noticed(pair, "DOWN", terms.ground_line.vanish_s)
        assert at_least <= took
    line = pair.north.core.lines["SOUTH"]
    pair.give(pair.north, Standings((replace(agreed, digest="", agreement="", terms=None, version=0),)))
    assert line.peer._line.timing == Timing()


@given(st.floats(1.0, 3.0), st.floats(2.0, 5.0), st.sampled_from([1.0, 20.0, 1000.0]))
def test_the_limits_are_real_seconds_on_a_clock_of_any_speed(vanish_s: float, freeze_s: float, speed: float) -> None:
    made = timing_of(terms_with(vanish_s, freeze_s), Timing().scaled(speed), speed)
    assert made.vanished_s < vanish_s * speed and made.frozen_s < freeze_s * speed
    assert 3 * made.ping_s < made.frozen_s  # one ping that is lost is not yet silence
    assert made.resend_s == Timing().resend_s * speed


def test_the_default_terms_are_what_was_always_done() -> None:
    made, usual = timing_of(default_terms(), Timing()), Timing()
    assert (made.vanished_s, made.frozen_s, made.ping_s) == pytest.approx((usual.vanished_s, usual.frozen_s, 1.0))
    assert timing_of(None, usual) is usual


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('vanish = "4 s"', "between 1 s and 3 s"),
        ('vanish = "0.5 s"', "between 1 s and 3 s"),
        ('freeze = "6 s"', "between 2 s and 5 s"),
        ('freeze = "1 s"', "between 2 s and 5 s"),
    ],
)
def test_check_refuses_limits_that_are_not_sane(text: str, says: str) -> None:
    parse_terms('title = "t"\n[ground_line]\nvanish = "3 s"\nfreeze = "5 s"\n', "good.toml")
    with pytest.raises(AgreementError, match=says):
        parse_terms(f'title = "t"\n[ground_line]\n{text}\n', "bad.toml")
