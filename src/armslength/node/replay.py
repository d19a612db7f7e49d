"""Recordings through the engine: every close approach in them, streamed.

    recordings -> order of time -> tracks -> stays -> encounters -> summary
                  (ordering)       (tracking) (detection) (joining)

A reading thread keeps one batch ahead; everything else happens here, in order, so the same recordings give the same
encounters whatever the machine.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

import numpy as np

from armslength.adapters.recording import Recording, open_recordings
from armslength.agreement.terms import Terms
from armslength.domain.encounter import Backdrop, Encounter, Evidence, gravity
from armslength.domain.finding import Finding
from armslength.domain.plot import UNKNOWN_FUTURE, KeptAside, Plots, Roster
from armslength.domain.track import Tracks
from armslength.engine.detection import Minima
from armslength.engine.joining import Joiner
from armslength.engine.tracking import Tracker
from armslength.errors import FeedError, InputError
from armslength.node.backdrop import Thinner
from armslength.node.evidence import Keeper
from armslength.node.membership import Membership
from armslength.node.ordering import TimeOrder
from armslength.node.stages import Stages, minima_of
from armslength.node.told import Told, in_order

Progress = Callable[[float, str], None]
"""Told how much is done (0 to 1) and what is being done."""
CARDS = 12
"""Encounters that the report draws."""
DRAWN = 60
"""Findings that the report draws."""


@dataclass(frozen=True)
class Request:
    """What to replay, and under which terms. Times are UTC ns, None unbounded. `told`: what was said meanwhile."""

    paths: Sequence[Path]
    terms: Terms
    terms_source: str
    membership: Membership | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    told: Told | None = None

    @property
    def minima(self) -> Minima:
        """The figures that detection works with."""
        return minima_of(self.terms)


@dataclass
class Outcome:
    """What a replay found.

    Attributes:
        sources: names of what the plots come from: the recordings, but the segments of one source of a plot store are
            one. source_of: by recording, its place among them.
        problems: recordings and rows that could not be used.
        pictures: of the gravest findings, by id.
        failed: recordings of which nothing could be used, or that broke off, by their place among `recordings`.
        parties: how many aircraft belong to each party, and "" to nobody; empty without a membership file.
    """

    recordings: list[Recording]
    skipped: list[tuple[Path, str]]
    roster: Roster
    aside: KeptAside
    tracker: Tracker
    sources: list[str] = field(default_factory=list)
    source_of: list[int] = field(default_factory=list)
    encounters: list[Encounter] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pictures: dict[str, Evidence] = field(default_factory=dict)
    evidence: dict[int, Evidence] = field(default_factory=dict)
    backdrop: Backdrop = field(default_factory=lambda: Backdrop(np.empty(0), np.empty(0)))
    problems: list[FeedError] = field(default_factory=list)
    contested: list[InputError] = field(default_factory=list)
    failed: dict[int, FeedError] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    grazing: int = 0
    rows_outside_time: int = 0
    first_ns: int | None = None
    last_ns: int | None = None

    @property
    def left_out(self) -> list[InputError]:
        """What was not used or not decided, one paragraph each."""
        return [*self.problems, *self.contested]


def replay(request: Request, progress: Progress = lambda done, what: None) -> Outcome:
    """Return every encounter in the recordings.

    Raises:
        FeedError: a path does not exist, or nothing in any recording can be used; its notes name the others.
        MembershipError: two members claim an aircraft.
    """
    skipped: list[tuple[Path, str]] = []
    recordings = _in_order(open_recordings(request.paths, skipped))
    run = _Run(request, recordings, skipped, progress)
    try:
        run.stream()
    finally:
        run.order.close()
    outcome = run.outcome
    if outcome.failed and len(outcome.failed) == len(recordings) and not outcome.tracker.used:
        first, *others = outcome.failed.values()
        for other in others:
            first.add_note(str(other))
        raise first
    return outcome


def _in_order(recordings: list[Recording]) -> list[Recording]:
    """Put recordings that say when they begin into that order, the others first: then the stream can flow."""
    begin = {id(r): r.stored.order_ns if r.stored else (r.bounds() or (UNKNOWN_FUTURE, 0))[0] for r in recordings}
    return sorted(recordings, key=lambda r: begin[id(r)])


def _sources(recordings: list[Recording]) -> tuple[list[str], list[int]]:
    """Return what the plots come from by name, and which of these each recording is of."""
    names: list[str] = []
    known: dict[str, int] = {}
    source_of = []
    for recording in recordings:
        name = recording.stored.source if recording.stored else None
        place = known.get(name, len(names)) if name is not None else len(names)
        if place == len(names):
            names.append(recording.name if name is None else name)
            if name is not None:
                known[name] = place
        source_of.append(place)
    return names, source_of


class _Run:
    """One replay under way."""

    def __init__(
        self, request: Request, recordings: list[Recording], skipped: list[tuple[Path, str]], progress: Progress
    ) -> None:
        self.request, self.progress = request, progress
        aside, roster = KeptAside(), Roster()
        names, source_of = _sources(recordings)
        stored = [r.stored for r in recordings if r.stored]
        tracker = Tracker(names, aside, epoch_ns=min((s.epoch_ns for s in stored), default=None))
        self.outcome = Outcome(recordings, skipped, roster, aside, tracker, names, source_of)
        # A call sign counts from the bucket in which it is first heard: so the buckets must not depend on the machine.
        # Neither must they where a node judged the same plots bucket by bucket.
        self.order = TimeOrder(merge=request.membership is None and not stored)
        self.stages = Stages(request.terms, request.membership, roster, tracker, self._look)
        if request.told is not None:
            request.told.beside(self.stages.conduct, self.stages.discipline)
        limits = request.minima.near_miss_m, request.terms.separation.dwell_limit_s
        self.keeper = Keeper(lambda found: found.gravity(*limits))
        self.thinner = Thinner()

    def stream(self) -> None:
        """Read, order, track, detect and join to the end; then judge."""
        weight = [max(r.bytes, 1) for r in self.outcome.recordings]
        total = sum(weight)
        begins = [(r.bounds() or (UNKNOWN_FUTURE, 0))[0] for r in self.outcome.recordings]
        later = list(accumulate(reversed([*begins[1:], np.iinfo(np.int64).max]), min))[::-1]
        before = list(accumulate(weight, initial=0))
        for number, batch, share in _read_ahead(self.outcome):
            self.order.add(self._in_time(batch))
            self._advance(min(batch.rest_from_ns, later[number]))
            self.progress((before[number] + share * weight[number]) / total, "reading and detecting")
        self._advance(None)
        self.progress(1.0, "judging")
        self._judge()

    def _in_time(self, plots: Plots) -> Plots:
        """Keep what lies between --from and --to."""
        o, r = self.outcome, self.request
        if r.from_ns is not None or r.to_ns is not None:
            low = r.from_ns if r.from_ns is not None else np.iinfo(np.int64).min
            high = r.to_ns if r.to_ns is not None else np.iinfo(np.int64).max
            keep = (plots.time_ns >= low) & (plots.time_ns <= high)
            o.rows_outside_time += len(plots) - int(np.count_nonzero(keep))
            names = [n for n in Plots.__dataclass_fields__ if n not in ("file", "rest_from_ns")]
            plots = replace(plots, **{n: getattr(plots, n)[keep] for n in names})
        if len(plots):
            first, last = int(plots.time_ns.min()), int(plots.time_ns.max())
            o.first_ns = first if o.first_ns is None else min(first, o.first_ns)
            o.last_ns = last if o.last_ns is None else max(last, o.last_ns)
        return plots

    def _advance(self, safe_ns: int | None) -> None:
        """Take every stretch that is complete through the stages."""
        if safe_ns == UNKNOWN_FUTURE:
            return
        for batches, until_ns in self.order.stretches(safe_ns):
            self.stages.stretch(batches, until_ns)

    def _look(self, tracks: Tracks, joiner: Joiner) -> None:
        """Keep what the report draws."""
        self.thinner.add(tracks.lat, tracks.lon)
        self.keeper.see(tracks, joiner.touched())

    def _judge(self) -> None:
        o = self.outcome
        o.parties = self.stages.belonging.count()
        o.contested += self.stages.belonging.contested.values()
        if self.request.told is not None:
            o.findings = self.request.told.findings(self.request.terms)
        if o.tracker.epoch_ns is None:
            return
        found = self.stages.finish()
        o.encounters = [encounter for _, encounter in found]
        o.findings = in_order([*o.findings, *self.stages.findings(o.encounters)])
        o.pictures = self.stages.conduct.pictures_of(o.findings, DRAWN)
        o.grazing = self.stages.joiner.grazing
        by_number = {encounter.encounter: one for one, encounter in found}
        for encounter in sorted(o.encounters, key=gravity):
            if len(o.evidence) == CARDS:
                break
            drawn = self.keeper.evidence(by_number[encounter.encounter], encounter, o.tracker.epoch_ns)
            if drawn is not None:
                o.evidence[encounter.encounter] = drawn
        o.backdrop = self.thinner.backdrop(len(o.roster))


def _read_ahead(outcome: Outcome) -> Iterator[tuple[int, Plots, float]]:
    """Yield (number of the recording, batch, share read), read by a thread of its own one or two batches ahead.

    A recording that cannot be read is noted in the outcome; the others go on.
    """
    ahead: queue.Queue[tuple[int, Plots, float] | BaseException | None] = queue.Queue(maxsize=2)
    stop = threading.Event()

    def put(item: tuple[int, Plots, float] | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                ahead.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        try:
            for number, recording in enumerate(outcome.recordings):
                try:
                    for batch in recording.batches(
                        outcome.source_of[number], outcome.roster, outcome.aside, outcome.problems
                    ):
                        if not put((number, batch, recording.progress)):
                            return
                except FeedError as error:
                    outcome.failed[number] = error
                    outcome.problems.append(error)
            put(None)
        except BaseException as fault:
            put(fault)

    thread = threading.Thread(target=read, name="reading", daemon=True)
    thread.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join(timeout=5.0)
