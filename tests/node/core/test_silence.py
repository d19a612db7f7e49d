"""When it is told, and when it sounds, that no channel answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.agreement.terms import Terms
from armslength.bench.posts import Posts, Side, terms_of
from armslength.node.core import airing
from armslength.node.core.inputs import Agreed, Standings
from node.core.ether import Ether


@pytest.fixture
def ether() -> Ether:
    return Ether()


def silences(side: Side) -> list[tuple[float, bool, str]]:
    """Return when a side was told that nothing answers [s], whether that sounded, and the words."""
    told = [(at, e) for at, e in side.told if e["event"] == "channel" and e["state"] == "IN USE" and not e["medium"]]
    return [(at, e["sounds"], e["says"]) for at, e in told]


def test_no_alarm_sounds_at_the_start_before_the_first_checks_had_their_time() -> None:
    posts = Posts(5)
    posts.run(120.0)
    for side in posts.sides.values():
        assert [sounds for _, sounds, _ in silences(side)] == [False], "one word at the start, and all is well"


def test_where_nothing_answers_after_the_start_the_alarm_sounds_in_the_time_of_the_terms_and_once() -> None:
    posts = Posts(6)
    posts.cut()
    for air_ in posts.air.values():
        air_.conditions.jammed = True
    posts.run(300.0)
    for side in posts.sides.values():
        line = next(iter(side.core.lines.values()))  # type: ignore[union-attr]
        (begun, first, words), (at, sounds, says) = silences(side)
        assert (first, words, sounds, says) == (False, airing.FIRST_CHECKS, True, airing.NOTHING_LEFT)
        assert at - begun == pytest.approx(airing.first_checks_s(line), abs=1.0)
        assert airing.first_checks_s(line) <= line.terms.failover.ground_line_s


def test_where_what_was_in_use_stops_the_alarm_sounds_at_once(ether: Ether) -> None:
    ether.posts.cut()
    for air_ in ether.posts.air.values():
        air_.conditions.jammed = True
    ether.posts.run(150.0)
    for side in (ether.north, ether.south):
        assert silences(side)[-1][1:] == (True, airing.NOTHING_LEFT)


def without_frequencies(posts: Posts, *, terms: Terms | None) -> None:
    """Let both sides go by other terms, or by none, from now on."""
    for side in posts.sides.values():
        agreed = replace(posts._agreed(side), digest="sha256:" + "cd" * 32, terms=terms)
        posts.give(side, Standings((agreed if terms else Agreed(agreed.counterpart, agreed.post, agreed.key),)))


def nothing_answers(seed: int) -> Posts:
    """Return two posts some seconds after their start: the frequencies are jammed, the ground line is cut."""
    posts = Posts(seed)
    posts.cut()
    for air_ in posts.air.values():
        air_.conditions.jammed = True
    posts.run(20.0)
    return posts


@pytest.mark.parametrize("terms", [None, replace(terms_of(), frequencies=())])
def test_no_alarm_sounds_of_frequencies_of_which_there_are_none_any_more(terms: Terms | None) -> None:
    posts = nothing_answers(7)
    without_frequencies(posts, terms=terms)
    posts.mend()
    posts.run(300.0)
    for side in posts.sides.values():
        assert [sounds for _, sounds, _ in silences(side)] == [False]


@pytest.mark.parametrize("answer", [False, True])
def test_when_there_are_frequencies_again_the_first_checks_begin_anew(answer: bool) -> None:
    posts = nothing_answers(8)
    without_frequencies(posts, terms=None)
    posts.run(100.0)
    for air_ in posts.air.values():
        air_.conditions.jammed = not answer
    begun = posts.time_s
    for side in posts.sides.values():
        posts.give(side, Standings((posts._agreed(side),)))
    posts.run(300.0)
    for side in posts.sides.values():
        sounded = [at for at, sounds, _ in silences(side) if sounds]
        line = next(iter(side.core.lines.values()))
        assert sounded == ([] if answer else [pytest.approx(begun + airing.first_checks_s(line), abs=1.0)])
