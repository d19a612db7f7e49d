"""Time that passes in many small steps changes nothing; slow plain readings of whole records say the same."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from armslength.agreement.terms import default_terms
from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome
from armslength.engine.comms.judge import Judge, findings
from armslength.engine.comms.registry import RULES
from armslength.units import NS
from engine.comms.record import BEGIN, PLAN, N, S, at, begin, drawn, in_steps, judged, marked, message

TERMS = default_terms()
SEEDS = range(60)
DAY_NS, HOUR_NS = 86_400 * NS, 3600 * NS


def last(found: list[Finding]) -> dict[str, Finding]:
    """Return the last word on each matter."""
    return {one.id: one for one in found}


@pytest.mark.parametrize("seed", SEEDS)
def test_step_by_step_and_at_once_are_the_same(seed: int) -> None:
    talk = drawn(seed)
    until = talk[-1].at_ns + 3 * DAY_NS
    whole = findings(N, S, TERMS, talk, until)
    assert last(in_steps(talk, until, seed, TERMS)) == last(whole)
    assert {one.id for one in whole} == last(whole).keys()


def test_random_records_reach_every_rule_and_outcome() -> None:
    talks = [drawn(seed) for seed in SEEDS]
    found = [one for talk in talks for one in findings(N, S, TERMS, talk, talk[-1].at_ns + DAY_NS)]
    assert {one.rule for one in found} == set(RULES)
    assert {one.outcome for one in found} == set(Outcome)
    assert {one.regime for one in found} == {"", "SUSPENDED"}


def test_a_judge_that_looks_at_facts_before_time_is_seen() -> None:
    """The control: deadlines judged after what came later give something else."""

    class Careless(Judge):
        def take(self, fact: t.Fact) -> list[Finding]:
            self._around.take(fact)
            return [found for rule in self._for[type(fact)] for found in rule.take(fact)]

    differs = 0
    for seed in range(20):
        talk, judge, out = drawn(seed), Careless(N, S, TERMS), list[Finding]()
        for fact in talk:
            out += judge.take(fact)
        until = talk[-1].at_ns + DAY_NS
        out += judge.until(until)
        differs += last(out) != last(findings(N, S, TERMS, talk, until))
    assert differs > 10


# Plain readings: (about, opened, closed, value in seconds) of every breach, from a whole record.

Row = tuple[str, int, int | None, float]


def rows(found: list[Finding]) -> set[Row]:
    """Return what of findings a plain reading says; the value only of those that are over."""
    return {(f.about, f.opened_ns, f.closed_ns, round(f.value, 3) if f.closed_ns else 0.0) for f in found}


def plain_overdue(about: str, base: int, good: list[int], limit: int, until: int) -> set[Row]:
    """Return the times in which the last of `good` was longer ago than `limit`."""
    out: set[Row] = set()
    marks = [base, *good]
    for before, after in zip(marks, [*good, None], strict=True):
        end = until if after is None else after
        if end - before > limit:
            out.add((about, before + limit, after, 0.0 if after is None else round((end - before) / NS, 3)))
    return out


@pytest.mark.parametrize("seed", range(40))
def test_c01_and_c05_are_their_plain_readings(seed: int) -> None:
    draw, facts, now = random.Random(seed), list[t.Fact](), 0.0
    for _ in range(30):
        now += draw.choice((5.0, 3600.0, 43_200.0, 45_000.0, 45_001.0, 86_400.0, 90_000.0))
        medium, by, read = draw.choice(("F1", "F2", t.GROUND)), draw.choice((N, S)), draw.randint(1, 5)
        facts.append(t.CheckAnswered(at_ns=at(now), medium=medium, by=by, id="c", readability=read))
    until = now + 200_000.0
    talk = begin(*facts)
    answers = [one for one in facts if isinstance(one, t.CheckAnswered)]
    wanted = set[Row]()
    for medium in ("F1", "F2"):
        good = [one.at_ns for one in answers if one.medium == medium and one.readability >= 3]
        wanted |= plain_overdue(medium, BEGIN, good, DAY_NS, at(until))
    assert rows(judged("C01", talk, until)) == wanted and wanted
    wanted = set()
    for by in (N, S):
        good = [one.at_ns for one in answers if one.medium == t.GROUND and one.by == by]
        wanted |= plain_overdue(by, BEGIN, good, 12 * HOUR_NS + HOUR_NS // 2, at(until))
    assert rows(judged("C05", talk, until)) == wanted and wanted


def first(talk: list[t.Fact], number: str, wanted: Callable[[t.Fact], int | None]) -> int | None:
    """Return the earliest stamp that `wanted` takes from the facts about `number`."""
    stamps = [wanted(one) for one in talk if getattr(one, "id", "") == number]
    return min((one for one in stamps if one is not None), default=None)


def relayed(fact: t.Fact) -> int | None:
    done = (isinstance(fact, t.Marked) and fact.mark == "RELAYED") or (
        isinstance(fact, t.Answered) and fact.code == "UNA"
    )
    return fact.stamp_ns if done and isinstance(fact, t.Marked | t.Answered) else None


def taken(fact: t.Fact) -> int | None:
    if isinstance(fact, t.Marked) and fact.mark != "RECEIVED":
        return fact.stamp_ns
    return fact.stamp_ns if isinstance(fact, t.Answered) else None


@pytest.mark.parametrize("seed", range(40))
def test_c06_and_c08_are_their_plain_readings(seed: int) -> None:
    """Of the own post, and of the other side where every word comes at once and a way stands throughout."""
    draw, facts = random.Random(seed), list[t.Fact]()
    spans = (0.5, 59.0, 60.0, 61.0, 119.0, 120.0, 121.0, 299.0, 300.0, 301.0, 900.0)
    calls = {f"m{n}": (10.0 * n, draw.choice((N, S)), draw.random() < 0.5) for n in range(30)}
    for number, (when, by, flash) in calls.items():
        facts += message(number, when, by=by, flash=flash)
        for mark in ("UNDERSTOOD", "RELAYED"):
            if draw.random() < 0.7:
                facts.append(marked(number, mark, when + draw.choice(spans)))
        if draw.random() < 0.3:
            stamp = at(when + draw.choice(spans))
            facts.append(t.Answered(at_ns=stamp, id=number, code=draw.choice(("UNA", "ROG")), stamp_ns=stamp))
    talk, until = begin(*facts), 5000.0
    picked, passed = set[Row](), set[Row]()
    for number, (when, _, flash) in calls.items():
        for out, limit, done in (
            (picked, 60.0 if flash else 120.0, first(talk, number, taken)),
            (passed, 120.0 if flash else 300.0, first(talk, number, relayed)),
        ):
            due = at(when + limit)
            if done is None or done > due:
                value = 0.0 if done is None else round((done - at(when)) / NS, 3)
                out.add((number, due, done, value))
    found = [one for one in judged("C06", talk, until) if not one.about.endswith("capture")]
    assert rows([one for one in found if one.outcome is Outcome.BREACH]) == picked
    assert rows([one for one in judged("C08", talk, until) if one.outcome is Outcome.BREACH]) == passed
    assert picked and passed


@pytest.mark.parametrize("seed", range(40))
def test_c02_is_its_plain_reading(seed: int) -> None:
    """Calls every ten seconds on both frequencies, with answers now and then."""
    draw = random.Random(seed)
    facts: list[t.Fact] = [t.Replied(at_ns=at(1.0), medium=medium, to=N) for medium, _ in PLAN]
    replies = sorted(draw.sample(range(20, 1000), 8))
    for step in range(2, 100):
        facts += [t.Called(at_ns=at(10.0 * step), medium=medium, by=N, id="k") for medium, _ in PLAN]
    facts += [t.Replied(at_ns=at(when + 0.5), medium=draw.choice(PLAN)[0], to=N) for when in replies]
    wanted = set[Row]()
    for before, after in zip(
        [1.0, *(one + 0.5 for one in replies)], [*(one + 0.5 for one in replies), None], strict=True
    ):
        times = [
            10.0 * step for step in range(2, 100) if 10.0 * step > before and (after is None or 10.0 * step < after)
        ]
        if len(times) >= 3 and (after is None or after > times[0] + 60.0):
            value = 0.0 if after is None else round(after - times[0], 3)
            wanted.add((N, at(times[0]), None if after is None else at(after), value))
    assert rows(judged("C02", begin(*facts), 3000.0)) == wanted and wanted
