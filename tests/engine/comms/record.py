"""Records of talk for tests: made short, in seconds after a beginning, and drawn at random."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from armslength.agreement.terms import Terms, default_terms
from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.comms.judge import Judge, findings
from armslength.units import NS

N, S = "NORTH", "SOUTH"
BEGIN = 1_700_006_400 * NS
"""A midnight."""
PLAN = (("F1", "132.055"), ("F2", "251.000 MHz"))
HOUR, DAY = 3600.0, 86_400.0
TICK = 1e-3
"""A little [s]."""


def at(seconds: float) -> int:
    """Return UTC ns, so many seconds after the beginning."""
    return BEGIN + round(seconds * NS)


def begin(*facts: t.Fact, plan: tuple[tuple[str, str], ...] = PLAN) -> list[t.Fact]:
    """Return a record that begins with a plan, a session and a way, and goes on with `facts`, in their order."""
    first: list[t.Fact] = [t.Planned(at_ns=BEGIN, frequencies=plan), t.Session(at_ns=BEGIN, stands=True)]
    return [*first, *sorted(facts, key=lambda one: one.at_ns)]


KNOWN = [t.Replied(at_ns=at(1.0), medium=medium, to=N) for medium in ("F1", "F2")]
"""Somebody listens there."""


def both(medium: str, seconds: float) -> list[t.Fact]:
    """Return a check of each side that was answered."""
    return [*check(medium, seconds, N), *check(medium, seconds, S)]


def check(medium: str, seconds: float, by: str = N, readability: int = 5) -> list[t.Fact]:
    """Return a check that was answered at once."""
    called = t.Checked(at_ns=at(seconds), medium=medium, by=by, id=f"check {by} {seconds}")
    heard = t.CheckAnswered(at_ns=at(seconds), medium=medium, by=by, id=called.id, readability=readability)
    return [called, heard]


def calls(*media: str, by: str = N, first: float = 100.0, times: tuple[float, ...] = (0.0, 10.0, 20.0)) -> list[t.Fact]:
    """Return calls by voice on each medium, at `times` after the first [s]."""
    return [
        t.Called(at_ns=at(first + after), medium=medium, by=by, id=f"k{medium}{after}", voice=True)
        for after in times
        for medium in media
    ]


def noise(seconds: float, by: str, heard: bool = True, medium: str = "F1", until: float | None = None) -> t.Noise:
    """Return that somebody hears noise, or does not any more."""
    ends = None if until is None else at(until)
    return t.Noise(at_ns=at(seconds), medium=medium, by=by, heard=heard, until_ns=ends)


def plans(medium: str, kind: str, begins: float, ends: float, told: float | None = None, by: str = S) -> t.Announced:
    """Return what is planned from `begins` to `ends`; told a minute before, or when it says."""
    had = at(begins - 60.0 if told is None else told)
    return t.Announced(
        at_ns=had, medium=medium, by=by, kind=kind, from_ns=at(begins), until_ns=at(ends), told_ns=had
    )  # fmt: skip


def stops(seconds: float, *provisions: str) -> t.Suspended:
    """Return that these provisions, and no others, are suspended."""
    return t.Suspended(at_ns=at(seconds), provisions=frozenset(provisions))


def one(found: list[Finding]) -> tuple[Outcome, Severity, str]:
    """Return what the only finding says."""
    (only,) = found
    return only.outcome, only.severity, only.by


def said_of(found: list[Finding]) -> list[tuple[Outcome, str]]:
    """Return outcome and party of each."""
    return [(one.outcome, one.by) for one in found]


def judged(rule: str, talk: Iterable[t.Fact], until_s: float, terms: Terms | None = None) -> list[Finding]:
    """Return what `rule` says last of each matter, in a record of NORTH."""
    found = findings(N, S, terms or default_terms(), talk, at(until_s))
    return [one for one in found if one.rule == rule]


def in_steps(talk: Iterable[t.Fact], until_ns: int, seed: int, terms: Terms) -> list[Finding]:
    """Return every finding said over a record, with time let pass at random moments between the facts."""
    draw, judge, out = random.Random(seed), Judge(N, S, terms), list[Finding]()
    last = BEGIN
    for fact in talk:
        for moment in sorted(draw.randint(last, fact.at_ns) for _ in range(draw.randrange(4))):
            out += judge.until(moment)
        out += judge.take(fact)
        last = fact.at_ns
    for moment in sorted(draw.randint(last, until_ns) for _ in range(5)):
        out += judge.until(moment)
    return out + judge.until(until_ns)


def message(
    number: str, said_s: float, *, by: str = S, flash: bool = True, received_s: float | None = None, **more: object
) -> list[t.Fact]:
    """Return a call that rings and is for crews: said, and received at once, or when it is told."""
    heard = said_s if received_s is None else received_s
    said = t.Said(at_ns=at(said_s), id=number, by=by, code="EMG", precedence="FLASH", rings=True, crew=True)
    if not flash:
        said = replace(said, code="TFA", precedence="PRIORITY")
    return [replace(said, **more), marked(number, "RECEIVED", heard)]  # type: ignore[arg-type]


def marked(number: str, mark: str, stamp_s: float, known_s: float | None = None) -> t.Marked:
    """Return a mark, known when it was put, or later."""
    known = stamp_s if known_s is None else known_s
    return t.Marked(at_ns=at(known), id=number, mark=mark, stamp_ns=at(stamp_s))


def answered(number: str, code: str, stamp_s: float, equal: bool | None = None) -> t.Answered:
    """Return an answer, known when it was given."""
    return t.Answered(at_ns=at(stamp_s), id=number, code=code, stamp_ns=at(stamp_s), equal=equal)


def drawn(seed: int, length: int = 120) -> list[t.Fact]:
    """Return a random record: everything that can happen, in any order that time allows."""
    draw = random.Random(seed)
    out, now, ids = begin(), 0.0, ["none"]
    for number in range(length):
        now += draw.choice((0.0, 0.5, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 4000.0, 20000.0))
        known, by = at(now), draw.choice((N, S))
        medium, one = draw.choice(("F1", "F2", "121.500", "F9")), draw.choice(ids)
        lost = t.Lost(at_ns=known, medium=draw.choice(("F1", "F2")), by=by, since_ns=known - draw.randrange(200) * NS)
        given_up = number % 2 == 0
        kinds: list[t.Fact] = [
            t.Checked(at_ns=known, medium=draw.choice((medium, t.GROUND)), by=by, id=f"c{number}"),
            t.CheckAnswered(
                at_ns=known, medium=draw.choice((medium, t.GROUND)), by=by, id="c", readability=draw.randint(1, 5)
            ),
            said(draw, number, known, by, medium),
            said(draw, number, known, by, medium),
            t.Marked(
                at_ns=known,
                id=one,
                mark=draw.choice(("RECEIVED", "RECEIVED", "UNDERSTOOD", "RELAYED")),
                stamp_ns=known - draw.randrange(20) * NS,
                expired=draw.random() < 0.1,
            ),
            t.Answered(
                at_ns=known,
                id=one,
                code=draw.choice(("ROG", "UNA", "SBY", "RBK", "WIL")),
                stamp_ns=known - draw.randrange(20) * NS,
                equal=draw.choice((True, False)),
            ),
            t.Held(at_ns=known, id=one, reason=t.NAMED_PERSON),
            t.Called(at_ns=known, medium=medium, by=by, id=f"k{number}"),
            t.Called(at_ns=known, medium=medium, by=N, id=f"k{number}"),
            t.Replied(at_ns=known, medium=medium, to=by),
            lost,
            t.InUse(at_ns=known, medium=draw.choice(("F1", "F2", t.GROUND, ""))),
            t.Path(at_ns=known, stands=draw.random() < 0.6),
            t.Session(at_ns=known, stands=draw.random() < 0.6),
            t.Missing(at_ns=known, by=by, precedence="FLASH", numbers=(number, number + 1), given_up=given_up),
            t.Arrived(at_ns=known, by=by, precedence="FLASH", number=max(0, number - draw.randrange(5))),
            t.Noise(at_ns=known, medium=medium, by=by, heard=draw.random() < 0.6),
            t.Inside(at_ns=known, inside=draw.random() < 0.5),
            t.Garbled(at_ns=known, by=by, why="bad field"),
            t.Flagged(at_ns=known, by=by, id=one),
            t.Suspended(at_ns=known, provisions=frozenset({"frequency"} if draw.random() < 0.3 else set())),
            t.Planned(at_ns=known, frequencies=draw.choice((PLAN, PLAN[:1]))),
            t.Unrecorded(at_ns=known, from_ns=known),
            t.Announced(
                at_ns=known,
                medium=draw.choice(("F1", t.GROUND)),
                by=by,
                kind=draw.choice((t.OUTAGE, t.TEST)),
                from_ns=known + draw.randrange(2) * 600 * NS,
                until_ns=known + 3600 * NS,
                told_ns=known,
            ),
            t.Restored(at_ns=known, medium=medium, by=by),
            t.Noise(at_ns=known, medium="F1", by=by, heard=True, until_ns=known + 600 * NS),
        ]
        fact = draw.choice(kinds)
        if isinstance(fact, t.Said):
            ids.append(fact.id)
        out.append(fact)
        if isinstance(fact, t.Called) and draw.random() < 0.6:  # it goes on calling
            for _ in range(3):
                now += 10.0
                out += [replace(fact, at_ns=at(now), medium=medium) for medium in ("F1", "F2")]
    return out


def said(draw: random.Random, number: int, known: int, by: str, medium: str) -> t.Said:
    """Return something said at random."""
    flash = draw.random() < 0.4
    code = draw.choice(("EMG", "INC", "STP")) if flash else draw.choice(("TFA", "CLB", "PRT", "RCK"))
    return t.Said(
        at_ns=known,
        id=f"m{number}",
        by=by,
        code=code,
        precedence="FLASH" if flash else "PRIORITY",
        medium=draw.choice((medium, t.GROUND, t.TELEPHONE, "")),
        rings=draw.random() < 0.8,
        crew=draw.random() < 0.7,
        valid_until_ns=known + draw.choice((20, 200, 2000)) * NS if draw.random() < 0.3 else None,
        read_back=code in {"INC", "CLB"},
        free=code == "PRT",
        kind="JAM" if code == "STP" else "",
        voice=draw.random() < 0.2,
    )
