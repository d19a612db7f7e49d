"""The stages that turn plots in order of time into encounters, chained once: for recordings and for the live store.

    stretch of plots -> tracks -> stays -> joined -> encounters
                       (tracking) (detection) (joining) (findings)
                    |-> stays in the vicinity -> meetings -> findings of the rules of conduct
                    |  (detection)              (conduct)
                    `-> visits to blocks and sites -> findings of the rules of discipline
                       (discipline)

Whoever runs them brings the stretches (`node/ordering.py`) and decides when to judge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.encounter import Encounter
from armslength.domain.finding import Finding
from armslength.domain.plot import KeptAside, Plots, Roster
from armslength.domain.track import Tracks
from armslength.engine.conduct.g14 import without_tracks
from armslength.engine.detection import Minima, detect_stays
from armslength.engine.joining import Joined, Joiner
from armslength.engine.tracking import GAP_S, Tracker, by_name
from armslength.node.belonging import Belonging
from armslength.node.conduct import Conduct
from armslength.node.discipline import Discipline
from armslength.node.findings import Findings
from armslength.node.membership import Membership
from armslength.units import NS

Watch = Callable[[Tracks, Joiner], None]
"""Told of the tracks of every stretch, and of what was joined by then."""


def minima_of(terms: Terms) -> Minima:
    """Return the figures that detection works with."""
    return Minima(terms.separation.horizontal_m, terms.separation.vertical_m, terms.near_miss.slant_m)


@dataclass
class Stages:
    """The chain under one set of terms.

    Attributes:
        terms, membership: what is judged by, and whose aircraft is whose.
        roster: of everybody in the plots; may be shared.
        tracker: its `names` are the sources that the plots name by number.
        watch: looks on.
        conduct: what the rules of conduct find. discipline: what those about places find.
    """

    terms: Terms
    membership: Membership | None
    roster: Roster
    tracker: Tracker
    watch: Watch = field(default=lambda tracks, joiner: None)
    joiner: Joiner = field(default_factory=Joiner)
    belonging: Belonging = field(init=False)
    conduct: Conduct = field(init=False)
    discipline: Discipline = field(init=False)

    def __post_init__(self) -> None:
        self.belonging = Belonging(self.terms, self.membership, self.roster)
        self.conduct = Conduct(self.terms, self.roster, self.belonging)
        self.discipline = Discipline(self.terms, self.roster, self.belonging)
        self._minima = minima_of(self.terms)

    @classmethod
    def over(
        cls, names: Sequence[str], roster: Roster, terms: Terms, membership: Membership | None, epoch_ns: int | None
    ) -> Stages:
        """Return a new chain over sources of these names; `epoch_ns` (whole seconds) None: from the first plot."""
        return cls(terms, membership, roster, Tracker(names, KeptAside(), epoch_ns=epoch_ns))

    def stretch(self, batches: Sequence[Plots], until_ns: int | None) -> None:
        """Take the next stretch: every plot before `until_ns` that did not come before; None: there are no more."""
        limits = self.belonging.limits(until_ns)
        tracks = self.tracker.update(in_order_of_source(batches, self.tracker.names), limits, until_ns)
        if tracks is None:
            if until_ns is not None and self.tracker.epoch_ns is not None:
                now = (until_ns - self.tracker.epoch_ns) / NS - GAP_S
                self.joiner.settle(now)
                self.conduct.settle(now, until_ns)
                self.discipline.settle(now, until_ns)
            return
        groups = self.belonging.groups(tracks.aircraft, until_ns)
        self.joiner.add(detect_stays(tracks, groups, self._minima, self.terms), tracks.aircraft)
        self.watch(tracks, self.joiner)
        self.joiner.settle(tracks.window[1])
        self.conduct.stretch(tracks, groups, until_ns)
        self.discipline.reported = self.conduct.reported
        self.discipline.stretch(tracks, until_ns)

    def finish(self) -> list[tuple[Joined, Encounter]]:
        """Return every encounter, numbered in order of time; nothing follows."""
        self.conduct.settle(math.inf)
        self.discipline.settle(math.inf)
        return self._judged(self.joiner.finish(), self.belonging)

    def findings(self, encounters: Sequence[Encounter]) -> list[Finding]:
        """Return what the rules found in the meetings and visits that are over, numbered as `encounters` are."""
        epoch_ns, marks = self.tracker.epoch_ns, self.tracker.marks
        if epoch_ns is None:
            return []
        found = self.conduct.findings(encounters, marks, epoch_ns) + self.discipline.findings(marks, epoch_ns)
        found += without_tracks(self.terms, self.conduct.reported, found)
        return sorted(found, key=lambda one: (one.opened_ns, one.rule, one.first, one.second, one.about))

    def closed(self) -> list[tuple[Joined, Encounter]]:
        """Return the encounters that can no longer go on, judged by what is known now, numbered in order of time."""
        # What is asked about the whole time must not settle whose aircraft is whose for the stretches to come.
        return self._judged(self.joiner.closed(), Belonging(self.terms, self.membership, self.roster))

    def forget(self, before_ns: int) -> None:
        """Drop encounters and findings that closed, and marks that ended, before `before_ns` (UTC)."""
        if self.tracker.epoch_ns is not None:
            before = (before_ns - self.tracker.epoch_ns) / NS
            self.joiner.forget(before)
            self.conduct.forget(before_ns)
            self.discipline.forget(before_ns)
            self.tracker.marks.forget(before)

    def _judged(self, found: Sequence[Joined], belonging: Belonging) -> list[tuple[Joined, Encounter]]:
        if self.tracker.epoch_ns is None:
            return []
        findings = Findings(self.terms, self.roster, belonging, self.tracker.marks, self.tracker.epoch_ns)
        # The joiner settles what opened and closed at one time by roster, which holds who came first.
        names = self.roster.addresses
        found = sorted(found, key=lambda f: (f.opened, f.closed, sorted((names[f.one], names[f.two]))))
        return [(one, findings.encounter(number, one)) for number, one in enumerate(found, 1)]


def in_order_of_source(batches: Sequence[Plots], names: Sequence[str]) -> list[Plots]:
    """Return the plots source by source, by name: what is told twice for one moment is told in one order always."""
    batches = [b for b in batches if len(b)]
    if len(names) < 2 or not batches:
        return batches
    rank = by_name(names)
    file = np.concatenate([np.broadcast_to(np.asarray(b.file, np.int32), (len(b),)) for b in batches])
    if np.all(rank[file[1:]] >= rank[file[:-1]]):
        return batches
    order = np.argsort(rank[file], kind="stable")
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(b, name) for b in batches])[order]
        for name in Plots.__dataclass_fields__
        if name not in ("file", "rest_from_ns")
    }
    return [Plots(file=file[order], **columns)]
