"""The rules about flying near each other, along the stages: stays in the vicinity, meetings, findings.

A meeting is judged when it is over; whose aircraft is whose is known as far as it was by then. What becomes known of a
track later (that it is implausible) is laid over the findings when they are asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from armslength.agreement.terms import GEOMETRIC, Terms
from armslength.domain.encounter import Encounter, Evidence
from armslength.domain.finding import Finding, Outcome, coarsely
from armslength.domain.plot import I64, Roster
from armslength.domain.track import Marks, Tracks
from armslength.engine.conduct.context import Aircraft, Context
from armslength.engine.conduct.elements import Counted, Places, grouped
from armslength.engine.conduct.gather import Gatherer
from armslength.engine.conduct.judge import judge
from armslength.engine.conduct.regimes import Regimes
from armslength.engine.conduct.registry import reach
from armslength.engine.conduct.series import Series, meetings_of
from armslength.engine.conduct.told import Asked, Reported, Said, Warned
from armslength.engine.detection import MIXED_BOUND_M, Minima, detect_stays
from armslength.kernel import passage
from armslength.node.belonging import Belonging
from armslength.node.pictures import Pictures, gravest
from armslength.units import NS

AT_ONCE = 60_000
"""Samples that are judged at once, about: what the rules derive from them then stays near the processor."""
SLACK_S = 1.0
"""A finding stands on whole seconds: its encounter may begin or end so much later or earlier [s]."""


@dataclass
class Conduct:
    """What the rules find along one chain of stages.

    Attributes:
        regimes, warned, asked, said, reported: what the rules look at beside the flights; whole before the first
            stretch.
        found: findings of what was judged so far, as the flights alone give them.
    """

    terms: Terms
    roster: Roster
    belonging: Belonging
    regimes: Regimes = field(default_factory=Regimes)
    warned: tuple[Warned, ...] = ()
    asked: tuple[Asked, ...] = ()
    said: tuple[Said, ...] = ()
    reported: tuple[Reported, ...] = ()
    found: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._everywhere = replace(self.terms, area=None, exempt=())
        self._gatherer: Gatherer | None = None
        self._pictures = Pictures()
        self._places = Places()
        self._drawn: dict[str, str] = {}  # id of what was found of the pair that is drawn, by id of the finding
        self._known: dict[str, Aircraft] = {}
        self._beside: ThreadPoolExecutor | None = None
        self._work: Future[list[Finding]] | None = None

    def stretch(self, tracks: Tracks, group: I64, before_ns: int | None) -> None:
        """Take the tracks of the next stretch, and the group of each (see `detect_stays`); nobody's are left out.

        `before_ns`: whose aircraft is whose counts as it was known before then, UTC [ns]; None: by all that is known.
        """
        gatherer = self._gatherer = self._gatherer or self._begin()
        far = gatherer.reach
        if far.horizontal_m <= 0.0:  # no rule is enabled
            return
        minima = Minima(far.horizontal_m, far.vertical_m, 0.0)
        stays = detect_stays(tracks, group, minima, self._everywhere)
        one, two = (group[stays[:, c].astype(np.int64)] for c in (passage.FIRST, passage.SECOND))
        self._judge(gatherer.add(tracks, stays[(one >= 0) & (two >= 0)]), before_ns)

    def settle(self, now: float, before_ns: int | None = None) -> None:
        """Judge the meetings that are over when nothing more comes before `now` [s after the epoch]; see `stretch`."""
        if self._gatherer is not None:
            self._judge(self._gatherer.settle(now), before_ns)

    def _begin(self) -> Gatherer:
        """Return what gathers the vicinity of the enabled rules: of those alone that have what they live on."""
        nothing_of = [one for one in ("warned", "asked", "said", "reported") if not getattr(self, one)]
        far = reach(self.terms, nothing_of)
        return Gatherer(self.roster.addresses, far, MIXED_BOUND_M, geometric=self.terms.datum == GEOMETRIC)

    def findings(self, encounters: Sequence[Encounter], marks: Marks, epoch_ns: int) -> list[Finding]:
        """Return what was found so far, in order of time, with the numbers of `encounters`, as `marks` allow."""
        self._join()
        places = {address: place for place, address in enumerate(self.roster.addresses)}
        by_pair: dict[tuple[str, str], list[Encounter]] = {}
        for one in encounters:
            by_pair.setdefault((one.first, one.second), []).append(one)
        out = []
        alone = self.belonging.membership is None  # every aircraft is its own party: nobody flies with anybody
        counted = (
            [Counted(one, one) for one in self.found] if alone else grouped(self.found, self._places, self._known.get)
        )
        counted.sort(key=lambda one: (one.finding.opened_ns, one.finding.rule, one.finding.about))
        self._drawn = {}
        for found, count in zip(coarsely(one.finding for one in counted), counted, strict=True):
            number = _encounter(found, by_pair.get((found.first, found.second), ()))
            doubt = _doubt(count.gravest, places, marks, epoch_ns)
            out.append(replace(_doubted(found, doubt) if doubt else found, encounter=number))
            self._drawn[found.id] = count.gravest.id
        return sorted(out, key=lambda one: (one.opened_ns, one.rule, one.first, one.second, one.about))

    def parties(self, found: Finding) -> tuple[str, str]:
        """Return the parties of the first and the second aircraft of a finding, as they were judged."""
        one, two = (self._known.get(address) for address in (found.first, found.second))
        return ("" if one is None else one.party, "" if two is None else two.party)

    def pictures_of(self, findings: Iterable[Finding], most: int) -> dict[str, Evidence]:
        """Return the pictures of the gravest of `findings`, as far as there are any, by id; with their call signs."""
        drawn, kept = self._drawn, self._pictures.kept
        told = (one for one in findings if drawn.get(one.id) in kept and one.outcome is not Outcome.NO_BREACH)
        out = {}
        places = {address: place for place, address in enumerate(self.roster.addresses)}
        for one in heapq.nsmallest(most, told, key=gravest):
            seen = kept[drawn[one.id]][1]
            first, second = (
                replace(flown, callsign=self.roster.callsign_at(places[flown.address], one.opened_ns))
                for flown in (seen.first, seen.second)
            )
            out[one.id] = replace(seen, first=first, second=second)
        return out

    def forget(self, before_ns: int) -> None:
        """Drop findings that closed before `before_ns` (UTC): a stream without end needs no memory without end."""
        self._join()
        self._places.forget(before_ns)
        self.found = [one for one in self.found if one.closed_ns is None or one.closed_ns >= before_ns]

    def _judge(self, series: Series | None, before_ns: int | None) -> None:
        """Judge what is over, in a thread of its own, one batch at a time: meanwhile the next stretch is read."""
        if series is None:
            return
        self._join()
        # Whose they are must be asked here: the reading goes on, and what it learns must not be known too early.
        present = np.unique(np.concatenate([series.first, series.second])).tolist()
        known = {one: self._who(one, before_ns) for one in present}
        self._known |= {one.address: one for one in known.values()}
        told = (self.regimes, self.warned, self.asked, self.said, self.reported)

        def work() -> list[Finding]:
            found: list[Finding] = []
            for part in series.parts(AT_ONCE):
                meetings = meetings_of(part)
                context = Context(meetings, self.terms, known.__getitem__, *told)
                here = judge(meetings, context)
                self._pictures.see(here, meetings, context)
                if self.belonging.membership is not None:
                    self._places.see(meetings, lambda index: known[index].address)
                found += here
            return found

        if self._beside is None:
            # One thread for all batches: a new one for each would leave its freed memory behind in pieces.
            self._beside = ThreadPoolExecutor(1, "judging")
        self._work = self._beside.submit(work)

    def _join(self) -> None:
        if self._work is not None:
            work, self._work = self._work, None
            self.found += work.result()

    def _who(self, index: int, before_ns: int | None) -> Aircraft:
        address = self.roster.addresses[index]
        if self.belonging.membership is None:  # then every aircraft is its own party
            return Aircraft(address, address)
        member = self.belonging.member(index, before_ns)
        if member is None:
            return Aircraft(address)
        return Aircraft(address, member.name if member.excluded else member.party, member.category)


def _encounter(found: Finding, encounters: Iterable[Encounter]) -> int:
    """Return the number of the encounter that a finding is of; 0 where the pair was never inside then."""
    closed = found.opened_ns if found.closed_ns is None else found.closed_ns
    slack = round(SLACK_S * NS)
    for one in encounters:
        if one.opened <= closed + slack and found.opened_ns <= one.closed + slack:
            return one.encounter
    return 0


def _doubt(found: Finding, places: dict[str, int], marks: Marks, epoch_ns: int) -> str:
    closed = found.opened_ns if found.closed_ns is None else found.closed_ns
    since, until = (found.opened_ns - epoch_ns) / NS, (closed - epoch_ns) / NS
    why = ((address, marks.why(places[address], since, until)) for address in (found.first, found.second))
    return "; ".join(f"{address} {reason}" for address, reason in why if reason)


def _doubted(found: Finding, doubt: str) -> Finding:
    """Return a finding that rests on an implausible track: what is no breach stays none, the rest cannot be told."""
    outcome = found.outcome if found.outcome is Outcome.NO_BREACH else Outcome.NOT_DETERMINABLE
    return replace(
        found, outcome=outcome, explanation=f"{found.explanation} It rests on an implausible track: {doubt}."
    )
