"""What the posts of most episodes say: the line stands, somebody is called by voice, somebody answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from armslength.domain import talk as t
from armslength.domain.declared import Notified
from armslength.scenario.aircraft import NORTH, SOUTH
from armslength.scenario.episodes.episode import PLAN, Clock
from armslength.units import NS


def opened(clock: Clock) -> list[t.Fact]:
    """Return the beginning of a record: the plan, the ground line and a way stand, and the line carries the talk."""
    at = clock.begins_ns
    return [
        t.Planned(at_ns=at, frequencies=PLAN),
        t.Session(at_ns=at, stands=True),
        t.Path(at_ns=at, stands=True),
        t.InUse(at_ns=at, medium=t.GROUND),
    ]


def heard(clock: Clock, *media: str, at: float = 0.0) -> list[t.Fact]:
    """Return that SOUTH answered NORTH on these frequencies, `at` [s]: it is known that it listens there."""
    return [t.Replied(at_ns=clock.at(at), medium=medium, to=NORTH) for medium in media]


def called(clock: Clock, first: float, times: int, *media: str, by: str = NORTH) -> list[t.Fact]:
    """Return calls by voice ten seconds apart from `first` [s] on, each on all of these frequencies at once."""
    return [
        t.Called(at_ns=clock.at(first + 10.0 * k), medium=medium, by=by, id=f"call {first:.0f} {k + 1}", voice=True)
        for k in range(times)
        for medium in media
    ]


def checked(clock: Clock, *at: float, media: Sequence[str] = (t.GROUND,)) -> list[t.Fact]:
    """Return checks of the ground line, or of frequencies, each way, at these times [s], answered at once."""
    out: list[t.Fact] = []
    for seconds, by, medium in product(at, (NORTH, SOUTH), media):
        number, later = f"check {medium} {by} {seconds:.0f}", clock.at(seconds + 1.0)
        out.append(t.Checked(at_ns=clock.at(seconds), medium=medium, by=by, id=number))
        out.append(t.CheckAnswered(at_ns=later, medium=medium, by=by, id=number))
    return out


def in_order(*parts: Sequence[t.Known]) -> list[t.Known]:
    """Return facts in the order of their stamps."""
    return sorted((one for part in parts for one in part), key=lambda one: one.at_ns)


def told(notice: Notified, answered: float) -> list[t.Known]:
    """Return an activity that was told by the ground line: the message, its mark, its answer so many seconds later."""
    at, later = notice.at_ns, notice.at_ns + round(answered * NS)
    return [
        notice,
        t.Said(at_ns=at, id=notice.id, by=notice.by, code="ACT", precedence="PRIORITY", medium=t.GROUND, rings=True),
        t.Marked(at_ns=at, id=notice.id, mark="RECEIVED", stamp_ns=at),
        t.Answered(at_ns=later, id=notice.id, code="ROG", stamp_ns=later),
    ]
