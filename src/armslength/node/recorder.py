"""Live plots into the plot store, and the stored plots through the same stages as a replay.

    add      plots -> store -> order of time      what cannot be stored, or comes too late, is kept aside and counted
    advance  stretches of ten minutes -> stages -> encounters;  segments closed;  old ones deleted

What is judged is what was stored, in the same stretches, seconds counted from the same epoch: so `armslength replay`
over the folder of the store gives every encounter again, bit for bit. A stretch is judged when its ten minutes and the
time allowed for late plots are over. An encounter is told when it can no longer go on, and told again, with the same
`id`, when something heard later changes what is said of it (a call sign, a position that proves a track to be
implausible): for six hours, then it is forgotten. After a restart the last six hours are judged anew from the store,
and their encounters are told again. So it is with the findings of the rules of conduct.

Synchronous, for one thread or process; a stretch of 2,000 aircraft takes about a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from armslength.adapters.plot_store import PlotStore, SegmentClosed, SegmentDeleted
from armslength.adapters.plot_store.rows import plots_of, why_not
from armslength.adapters.recording import open_recordings
from armslength.agreement.terms import Terms
from armslength.domain.encounter import Encounter
from armslength.domain.finding import Finding, Outcome
from armslength.domain.plot import KeptAside, Plot, Plots, Roster
from armslength.errors import ArmslengthError, FeedError, InputError, MembershipError, StoreError
from armslength.node.membership import Membership
from armslength.node.ordering import BUCKET_NS, TimeOrder
from armslength.node.stages import Stages
from armslength.units import NS

LATENESS_S = 30.0
"""A stretch waits this long for late plots after its end [s]."""
AHEAD_S = 60.0
"""A plot may be stamped this much later than now [s]."""
MEMORY_NS = 6 * 3600 * NS
"""How long encounters are judged anew, and how far back a restart reads."""
TOO_LATE, TOO_EARLY, NOT_STORED = "too late", "stamped in the future", "the disk does not take it"


@dataclass(frozen=True, slots=True)
class Under:
    """What to judge by.

    Attributes:
        agreement: its id, or any name.
        terms: in force. membership: whose aircraft is whose; None: every aircraft is its own party.
        from_ns: encounters that closed before this UTC time are not told.
        key: tells one version of terms and members from another, for example a digest.
    """

    agreement: str
    terms: Terms
    membership: Membership | None = None
    from_ns: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An encounter. `again`: it was told before and is said otherwise now. Its number counts those of this run."""

    agreement: str
    encounter: Encounter
    again: bool = False

    @property
    def id(self) -> str:
        """The same for one encounter in every run: both addresses, and when it opened [UTC ns]."""
        e = self.encounter
        return f"{e.first} {e.second} {e.opened}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding of a rule of conduct that is a breach, could be one, or would be one under the usual regime.

    Its `encounter` is 0: the numbers of a run mean nothing in another one. `parties`: of the first, of the second.
    """

    agreement: str
    finding: Finding
    parties: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of plots: how many were stored, how many kept aside by reason, why the disk did not take them."""

    stored: int
    kept_aside: Mapping[str, int]
    error: StoreError | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """What a moment brought. `troubles` did not stop the work, and must be told."""

    encounters: tuple[Found, ...] = ()
    findings: tuple[Judged, ...] = ()
    segments: tuple[SegmentClosed, ...] = ()
    deleted: tuple[SegmentDeleted, ...] = ()
    troubles: tuple[ArmslengthError, ...] = ()


@dataclass
class _Chain:
    """The stages under one agreement, and what was told of it."""

    under: Under
    stages: Stages
    told: dict[str, tuple[int, str]] = field(default_factory=dict)
    judged: dict[str, Finding] = field(default_factory=dict)
    numbered: int = 0
    stopped: bool = False


class Recorder:
    """The recorder of one node.

    Args:
        folder: of the plot store.
        sources: names of the feeds.
        under: what to judge by; one chain of stages each.
        retention_s, budget_bytes: how long plots are kept [s], and how much room they may take.
        lateness_s: how long a stretch waits for late plots [s].

    Raises:
        StoreError: the store cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        sources: Sequence[str],
        under: Sequence[Under] = (),
        *,
        retention_s: float = 30 * 86400.0,
        budget_bytes: int = 20_000_000_000,
        lateness_s: float = LATENESS_S,
    ) -> None:
        self.store = PlotStore(folder, retention_s, budget_bytes)
        self._lateness_ns = round(lateness_s * NS)
        self._names = sorted({*sources, *self.store.sources()})
        self._roster = Roster()
        self._order = TimeOrder(merge=False)
        self._boundary_ns = self.store.closed_to_ns
        self._troubles: list[ArmslengthError] = []
        for _, plots in self._stored(open_ones=True):
            self._order.add(plots)
        self._chains: list[_Chain] = []
        self._unjudged = False
        self._begin(under)

    def add(self, source: str, plots: Sequence[Plot], now_ns: int) -> Added:
        """Store what `source` gave.

        Args:
            source: one of the sources.
            plots: in the order in which they came.
            now_ns: when they came, UTC [ns].

        Raises:
            InputError: no such source.
        """
        if source not in self._names:
            raise InputError(f'no source is called "{source}".', remedy=f"Known are: {', '.join(self._names)}.")
        aside: dict[str, int] = {}
        good = []
        for plot in plots:
            late = TOO_LATE if plot.time_ns < self._boundary_ns else ""
            early = TOO_EARLY if plot.time_ns > now_ns + AHEAD_S * NS else ""
            if why := why_not(plot) or late or early:
                aside[why] = aside.get(why, 0) + 1
            else:
                good.append(plot)
        written, error = self.store.add(source, good, now_ns)
        file = self._names.index(source)
        for part in written:
            self._order.add(plots_of(part.rows, self._roster, file, part.first_row))
        stored = sum(len(part.rows) for part in written)
        if len(good) > stored:
            aside[NOT_STORED] = len(good) - stored
        return Added(stored, aside, error)

    def advance(self, now_ns: int) -> Advance:
        """Do what is due at `now_ns` (UTC): judge stretches, close segments, delete old ones."""
        boundary = (now_ns - self._lateness_ns) // BUCKET_NS * BUCKET_NS
        found: list[Found] = []
        judged: list[Judged] = []
        deleted: Sequence[SegmentDeleted] = ()
        moved = boundary > self._boundary_ns
        if moved:
            self._take(self._chains, self._order, boundary)
            self._boundary_ns = boundary
        if moved or self._unjudged:
            found, judged = self._judge()
        segments = self.store.close_before(self._boundary_ns)
        if moved or segments:
            deleted = self.store.trim(now_ns)
        self.store.sync()
        return Advance(tuple(found), tuple(judged), tuple(segments), tuple(deleted), self._take_troubles())

    def change(self, under: Sequence[Under]) -> Advance:
        """Judge by `under` from now on; what has the same agreement and key goes on.

        Returns:
            What was still to be told of those that end; what goes on in them is not told.
        """
        found, judged = self._judge()
        wanted = {(one.agreement, one.key): one for one in under}
        self._chains = [c for c in self._chains if (c.under.agreement, c.under.key) in wanted]
        there = {(c.under.agreement, c.under.key) for c in self._chains}
        self._begin([one for key, one in wanted.items() if key not in there])
        return Advance(tuple(found), tuple(judged))

    def finish(self) -> Advance:
        """Judge everything as if nothing followed, and close all segments: the node stops."""
        for batches, until_ns in self._order.stretches(None):
            self._stretch(self._chains, batches, until_ns)
        found, judged = self._judge(ended=True)
        segments = self.store.seal()
        return Advance(tuple(found), tuple(judged), tuple(segments), (), self._take_troubles())

    def _begin(self, under: Sequence[Under]) -> None:
        """Begin chains, and take them through what the store holds of the last hours."""
        chains = [
            _Chain(one, Stages.over(self._names, self._roster, one.terms, one.membership, self.store.epoch_ns))
            for one in under
        ]
        if not chains:
            return
        order = TimeOrder(merge=False)
        for from_ns, plots in self._stored(open_ones=False):
            self._take(chains, order, from_ns)
            order.add(plots)
        self._take(chains, order, self._boundary_ns)
        order.close()
        self._chains += chains
        self._unjudged = True

    def _stored(self, *, open_ones: bool) -> Iterator[tuple[int, Plots]]:
        """Yield what is stored of stretches that still wait (`open_ones`), or of those that do not, in order of time.

        With the beginning of the segment, UTC [ns]. A segment that cannot be read is a trouble.
        """
        closed_to = self._boundary_ns
        since = closed_to if open_ones else closed_to - MEMORY_NS
        waiting = []
        try:
            for source, rows in self.store.waiting():
                waiting += [(int(t) // BUCKET_NS * BUCKET_NS, source, rows) for t in rows["time_ns"][:1]]
        except StoreError as error:
            self._troubles.append(error)
        segments = [s for s in self.store.segments(since) if (s.from_ns >= closed_to) == open_ones]
        begins = sorted({s.from_ns for s in segments} | {b for b, _, _ in waiting if (b >= closed_to) == open_ones})
        for begin in begins:
            for segment in (s for s in segments if s.from_ns == begin):
                for plots in self._read(segment):
                    yield begin, plots
            for _, source, rows in (w for w in waiting if w[0] == begin):
                yield begin, plots_of(rows, self._roster, self._names.index(source), 1)

    def _read(self, segment: SegmentClosed) -> Iterator[Plots]:
        try:
            [recording] = open_recordings([self.store.folder / segment.path])
            yield from recording.batches(self._names.index(segment.source), self._roster, KeptAside(), [])
        except FeedError as error:
            self._troubles.append(error)

    def _stretch(self, chains: Sequence[_Chain], batches: Sequence[Plots], until_ns: int | None) -> None:
        for chain in (c for c in chains if not c.stopped):
            if chain.stages.tracker.epoch_ns is None:
                chain.stages.tracker.epoch_ns = self.store.epoch_ns
            try:
                chain.stages.stretch(batches, until_ns)
            except MembershipError as error:
                chain.stopped = True
                self._troubles.append(error)

    def _take(self, chains: Sequence[_Chain], order: TimeOrder, boundary_ns: int) -> None:
        """Take `chains` up to `boundary_ns`, though the last plots may be older."""
        reached = None
        for batches, reached in order.stretches(boundary_ns):
            self._stretch(chains, batches, reached)
        if reached != boundary_ns and self.store.epoch_ns is not None:
            self._stretch(chains, [], boundary_ns)

    def _judge(self, *, ended: bool = False) -> tuple[list[Found], list[Judged]]:
        """Return the encounters and findings that are new, or said otherwise than before."""
        out = []
        judged: list[Judged] = []
        forget_ns = self._boundary_ns - MEMORY_NS
        for chain in (c for c in self._chains if not c.stopped):
            known: dict[str, tuple[int, str]] = {}
            try:
                found = chain.stages.finish() if ended else chain.stages.closed()
            except MembershipError as error:
                chain.stopped = True
                self._troubles.append(error)
                continue
            for _, encounter in found:
                one = Found(chain.under.agreement, encounter)
                number, before = chain.told.get(one.id, (0, ""))
                says = repr(replace(encounter, encounter=0))
                if not number:
                    chain.numbered = number = chain.numbered + 1
                known[one.id] = number, says
                if says != before and encounter.closed >= chain.under.from_ns:
                    out.append(replace(one, encounter=replace(encounter, encounter=number), again=bool(before)))
            chain.told = known
            judged += self._judged(chain)
            chain.stages.forget(forget_ns)
        self._unjudged = False
        return out, judged

    @staticmethod
    def _judged(chain: _Chain) -> list[Judged]:
        """Return the findings of a chain that are new, or said otherwise than before; observations are not told."""
        known, out = {}, []
        for one in chain.stages.findings(()):
            if (one.outcome is Outcome.NO_BREACH and not one.regime) or (one.closed_ns or 0) < chain.under.from_ns:
                continue
            known[one.id] = one
            if chain.judged.get(one.id) != one:
                out.append(Judged(chain.under.agreement, one, chain.stages.conduct.parties(one)))
        chain.judged = known
        return out

    def _take_troubles(self) -> tuple[ArmslengthError, ...]:
        troubles, self._troubles = [*self._troubles, *self.store.take_troubles()], []
        return tuple(troubles)
