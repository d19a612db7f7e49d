"""What findings look like: both flights around what was found, for the gravest findings, cut from the meetings.

What is drawn are the samples that were judged, second by second, not plots.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.encounter import Evidence, Flown
from armslength.domain.finding import Finding, Outcome
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64
from armslength.engine.conduct.context import Context
from armslength.units import NS

AROUND_S = 60.0
"""How much before and after what was found is shown [s]."""
MOST_SAMPLES = 600
CANDIDATES = 120
DATUMS = ("barometric", "geometric", "different datums", "unknown")


def gravest(found: Finding) -> tuple[bool, int, float, int, str, str, str]:
    """Return what puts the gravest finding first: breaches, then the grade, then how far beyond the limit."""
    margin = found.margin_sigma if found.margin_sigma is not None else 0.0
    unsure = found.outcome is not Outcome.BREACH
    return unsure, int(found.severity), -margin, found.opened_ns, found.rule, found.first, found.second


@dataclass
class Pictures:
    """Pictures of the gravest findings that are no mere observations, by id."""

    kept: dict[str, tuple[Finding, Evidence]] = field(default_factory=dict)

    def see(self, found: Iterable[Finding], meetings: Meetings, context: Context) -> None:
        """Cut the pictures of what was found in `meetings`, and drop those that are no longer among the gravest."""
        told = [one for one in found if one.outcome is not Outcome.NO_BREACH]
        worst = heapq.nsmallest(CANDIDATES, [*told, *(one for one, _ in self.kept.values())], key=gravest)
        kept = {}
        for one in worst:
            picture = self.kept.get(one.id)
            kept[one.id] = picture if picture is not None else (one, _cut(one, meetings, context))
        self.kept = kept


def _cut(found: Finding, meetings: Meetings, context: Context) -> Evidence:
    """Return the part of the meeting around what was found."""
    m = meetings
    since = (found.opened_ns - m.epoch_ns) / NS
    until = ((found.opened_ns if found.closed_ns is None else found.closed_ns) - m.epoch_ns) / NS
    samples = np.empty(0, np.int64)
    for k in context.places[found.first, found.second]:
        here = np.arange(m.start[k], m.start[k + 1])
        within = here[(m.t[here] >= since - AROUND_S) & (m.t[here] <= until + AROUND_S)]
        samples = within if len(within) > len(samples) else samples
    if len(samples) > MOST_SAMPLES:
        at = int(np.nanargmin(np.where(np.isnan(m.slant[samples]), m.d_h[samples], m.slant[samples])))
        even = np.linspace(0, len(samples) - 1, MOST_SAMPLES).astype(np.int64)
        samples = samples[np.unique(np.append(even, at))]
    time_ns = m.epoch_ns + np.round(m.t[samples]).astype(np.int64) * NS
    step = np.diff(samples)
    linked = np.append(np.diff(m.t[samples]) < step + 0.5, False).astype(np.float64) if len(samples) else np.empty(0)
    datum = DATUMS[int(np.max(m.datum[samples], initial=0))]

    def flown(side: int, address: str) -> Flown:
        who = context.who(context.places[found.first, found.second][0], side)
        lat, lon, level = (np.array(one[side, samples]) for one in (m.lat, m.lon, m.level_m))
        return Flown(address, "", who.party, time_ns, lat, lon, level, linked, datum)

    return Evidence(
        0, flown(0, found.first), flown(1, found.second), *_with_gaps(time_ns, linked, [
            m.d_h[samples], m.d_v[samples], m.error_h_m[samples], m.error_v_m[samples],
        ]),
    )  # fmt: skip


def _with_gaps(time_ns: np.ndarray, linked: F64, values: list[F64]) -> tuple[np.ndarray, F64, F64, F64, F64]:
    """Return moments and values with an unknown one in every gap, so that no line is drawn across it."""
    torn = np.flatnonzero(linked[:-1] == 0.0) if len(linked) else np.empty(0, np.int64)
    times = np.insert(time_ns, torn + 1, time_ns[torn] + NS // 2)
    one, two, three, four = (np.insert(value, torn + 1, np.nan) for value in values)
    return times, one, two, three, four
