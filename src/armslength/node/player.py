"""A recording as a live feed: of any format that `replay` reads, played on the clock of the node.

Plots come in order of time, each when the clock shows its time; the clock may run faster than the world. The stamps
stay as recorded where the clock stands at the recording's time (an exercise with a clock of its own); otherwise the
whole recording is moved, so that it begins now.
"""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from armslength.adapters.feeds.port import ENDED, LIVE, STARTING, FeedBatch, FeedHealth, Give
from armslength.adapters.recording import Recording, open_recordings
from armslength.domain.plot import UNKNOWN_FUTURE, KeptAside, Plot, Plots, Roster
from armslength.errors import FeedError
from armslength.node.clock import Clock
from armslength.node.ordering import TimeOrder
from armslength.units import NS, stamp

AUTO, RECORDED, NOW = "auto", "recorded", "now"
NEAR_NS = 600 * NS
"""The clock stands at the time of a recording when it is no further before its beginning."""
STEP_S = 0.05
"""Plots are handed over in steps of at least this (real seconds)."""
LARGEST_BATCH = 5000
PASSED = "before the feed began"


@dataclass
class RecordingFeed:
    """A recording, played once.

    Attributes:
        name: of the feed.
        paths: files and folders, as `replay` takes them.
        clock: of the node.
        stamps: "recorded": as they are; "now": moved so that the first is now; "auto": recorded where the clock stands
            within the recording or less than ten minutes before it, else now.
    """

    name: str
    paths: Sequence[Path]
    clock: Clock
    stamps: str = AUTO
    health: FeedHealth = field(default_factory=FeedHealth)
    _aside: KeptAside = field(default_factory=KeptAside)
    _told: dict[str, int] = field(default_factory=dict)
    _problems: list[FeedError] = field(default_factory=list)
    _how: str = ""

    async def run(self, give: Give) -> None:
        """Play to the end.

        Raises:
            FeedError: nothing of the recording can be read.
        """
        recordings = await asyncio.to_thread(open_recordings, list(self.paths))
        stretches = self._stretches(recordings)
        shift: int | None = None
        try:
            while (plots := await asyncio.to_thread(next, stretches, None)) is not None:
                if shift is None:
                    shift = self._shift(plots, recordings)
                await self._play([p._replace(time_ns=p.time_ns + shift) for p in plots], give)
        finally:
            with contextlib.suppress(ValueError):  # a thread that still reads ends by itself
                stretches.close()
        if not self.health.plots and self._problems:
            raise self._problems[0]
        self._hand(give, [])
        self.health.become(ENDED, self.clock.utc_ns(), "played to its end")

    def _shift(self, plots: Sequence[Plot], recordings: Sequence[Recording]) -> int:
        """Return by how much stamps are moved [ns]."""
        now, begin = self.clock.utc_ns(), plots[0].time_ns
        end = max([begin, *(bounds[1] for r in recordings if (bounds := r.bounds()) is not None)])
        there = begin - NEAR_NS <= now <= max(end, begin + NEAR_NS)
        as_recorded = self.stamps == RECORDED or (self.stamps == AUTO and there)
        self.health.connections += 1
        how = "as recorded" if as_recorded else f"as if {stamp(begin)} were now"
        self._how = f"playing {how}"
        if as_recorded and begin > now + NS:
            self.health.become(STARTING, now, f"its recording begins at {stamp(begin)}")
        else:
            self.health.become(LIVE, now, self._how)
        return 0 if as_recorded else now - begin

    async def _play(self, plots: Sequence[Plot], give: Give) -> None:
        """Hand on each plot when its time has come; what lies long before now is passed over."""
        begun = self.clock.utc_ns() - 60 * NS
        passed = bisect_right([p.time_ns for p in plots], begun) if not self.health.plots else 0
        if passed:
            self._aside.add(PASSED, passed, file=self.name, row=1, says=f"the clock was at {stamp(begun)} already")
        at = passed
        while at < len(plots):
            now = self.clock.utc_ns()
            due = at
            while due < len(plots) and plots[due].time_ns <= now and due - at < LARGEST_BATCH:
                due += 1
            if due > at:
                self._hand(give, plots[at:due])
                at = due
                await asyncio.sleep(0)
            else:
                wait = (plots[at].time_ns - now) / NS
                await self.clock.sleep(min(max(wait, STEP_S * self.clock.speed), 1.0 * self.clock.speed))

    def _hand(self, give: Give, plots: Sequence[Plot]) -> None:
        """Hand `plots` on, with what was kept aside since the last time."""
        counts = dict(self._aside.counts)
        aside = {why: n - self._told.get(why, 0) for why, n in counts.items() if n > self._told.get(why, 0)}
        self._told = counts
        for reason in aside:
            self.health.example(reason, str(self._aside.examples.get(reason, {}).get("says", "")))
        if plots and self.health.state == STARTING:
            self.health.become(LIVE, self.clock.utc_ns(), self._how)
        if plots or aside:
            batch = FeedBatch(self.name, tuple(plots), aside, self.clock.utc_ns())
            self.health.count(batch)
            give(batch)

    def _stretches(self, recordings: Sequence[Recording]) -> Generator[list[Plot], None, None]:
        """Yield the plots in order of time, ten minutes at once."""
        ordered = sorted(recordings, key=lambda r: (r.bounds() or (UNKNOWN_FUTURE, 0))[0])
        begins = [(r.bounds() or (UNKNOWN_FUTURE, 0))[0] for r in ordered]
        roster, order = Roster(), TimeOrder(merge=False)
        try:
            for number, recording in enumerate(ordered):
                later = min(begins[number + 1 :], default=np.iinfo(np.int64).max)
                try:
                    for batch in recording.batches(number, roster, self._aside, self._problems):
                        order.add(batch)
                        safe = min(batch.rest_from_ns, later)
                        if safe != UNKNOWN_FUTURE:
                            yield from _filled(order, roster, safe)
                except FeedError as error:
                    self._problems.append(error)
            yield from _filled(order, roster, None)
        finally:
            order.close()


def _filled(order: TimeOrder, roster: Roster, safe_ns: int | None) -> Iterator[list[Plot]]:
    for batches, _ in order.stretches(safe_ns):
        plots = [plot for batch in batches for plot in unpacked(batch, roster)]
        if plots:
            yield sorted(plots, key=lambda p: p.time_ns)


def unpacked(batch: Plots, roster: Roster) -> Iterator[Plot]:
    """Yield a batch as single plots; each with the call sign that its aircraft had used last by then."""
    named = {index for index in set(batch.aircraft.tolist()) if roster.callsigns(index)}
    columns = (
        batch.time_ns, batch.aircraft, batch.lat, batch.lon, batch.alt_baro_m, batch.alt_geo_m, batch.gs_mps,
        batch.track_deg, batch.vs_mps, batch.on_ground, batch.accuracy_m,
    )  # fmt: skip
    for time_ns, index, lat, lon, *rest in zip(*(c.tolist() for c in columns), strict=True):
        used = roster.callsigns(index, time_ns + 1) if index in named else []
        yield Plot(time_ns, roster.addresses[index], lat, lon, used[-1] if used else "", *rest)
