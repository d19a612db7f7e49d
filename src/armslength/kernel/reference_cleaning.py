"""`cleaning` read plainly, one aircraft at a time, from first plot to last: lists and dictionaries. For the tests.

The rules are written once more from their description, not from the compiled code; limits are those of `cleaning`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Vector = tuple[float, float, float]
KEPT, DUPLICATE, CONFLICTING, JUMP, FROZEN = range(5)
RELOCATED, HOPPED, STALE, TWO_PLACES, TOO_SLOW, LEVEL_JUMPED, ERRATIC = range(1, 8)
CONFIRM = 3
USUAL = 92.6


@dataclass
class Plot:
    """One plot of one aircraft: s, ECEF m, m/s, m; NaN unknown."""

    t: float
    place: Vector
    gs: float = math.nan
    accuracy: float = math.nan
    baro: float = math.nan
    geo: float = math.nan
    clock: float = 0.0


@dataclass
class Cleaned:
    """What is said of one aircraft: by plot verdict, link, misfit, levels; events (kind, t); levels taken away."""

    verdict: list[int] = field(default_factory=list)
    linked: list[bool] = field(default_factory=list)
    misfit: list[float] = field(default_factory=list)
    baro: list[float] = field(default_factory=list)
    geo: list[float] = field(default_factory=list)
    events: list[tuple[int, float]] = field(default_factory=list)
    levels_lost: int = 0


@dataclass
class _Level:
    """What is known of the level on one datum."""

    value: float | None = None
    since: float = 0.0
    elsewhere: list[tuple[float, float]] = field(default_factory=list)

    def judge(self, value: float, t: float) -> tuple[float, bool]:
        """Return the level or NaN, and whether the aircraft is at a new level after a jump."""
        if math.isnan(value):
            return value, False
        jumped = False
        if self.value is not None and t - self.since < 600.0 and not _climbs(value - self.value, t - self.since):
            fits = bool(self.elsewhere) and _climbs(value - self.elsewhere[-1][1], t - self.elsewhere[-1][0])
            self.elsewhere = [*self.elsewhere, (t, value)] if fits else [(t, value)]
            if len(self.elsewhere) < CONFIRM:
                return math.nan, False
            jumped = True
        self.value, self.since, self.elsewhere = value, t, []
        return value, jumped


def _climbs(change: float, seconds: float) -> bool:
    return abs(change) <= 200.0 * seconds + 100.0


def clean(plots: Sequence[Plot], fastest: float, hardest: float, gap: float, drop: float) -> Cleaned:
    """Judge the plots of one aircraft, in order of time; arguments as of `cleaning.clean`."""
    out = Cleaned()
    last: Plot | None = None
    elsewhere: list[Plot] = []
    levels = {"baro": _Level(), "geo": _Level()}
    odd, odd_at, misfits = 0.0, 0.0, [(0.0, 0.0)]
    for plot in plots:
        verdict, linked, event = KEPT, False, 0
        fresh = last is None or plot.t - last.t > drop
        if last is not None and not fresh:
            verdict, linked, event, elsewhere = _against(last, plot, elsewhere, fastest, gap)
        if linked and last is not None and (off := _misfit(last, plot, hardest)) > 0.0:
            misfits.append((plot.t, off))
        if event == HOPPED or verdict == FROZEN:
            odd, odd_at = odd * math.exp(-(plot.t - odd_at) / 60.0) + 1.0, plot.t
            event = ERRATIC if odd > 3.0 else event
        baro, geo = plot.baro, plot.geo
        if verdict == KEPT:
            if fresh:
                misfits = [(0.0, 0.0)]
                levels = {"baro": _Level(), "geo": _Level()}
            (baro, one), (geo, other) = levels["baro"].judge(baro, plot.t), levels["geo"].judge(geo, plot.t)
            out.levels_lost += math.isnan(baro) + math.isnan(geo) - math.isnan(plot.baro) - math.isnan(plot.geo)
            event = LEVEL_JUMPED if one or other else event
            event = TOO_SLOW if plot.gs < 30.0 and baro > 6000.0 else event
            last, elsewhere = plot, []
        out.verdict.append(verdict)
        out.linked.append(linked)
        of_late = sum(off * math.exp((since - plot.t) / 300.0) for since, off in misfits)
        out.misfit.append(of_late if verdict == KEPT else 0.0)
        out.baro.append(baro)
        out.geo.append(geo)
        if event:
            out.events.append((event, plot.t))
    return out


def _against(
    last: Plot, plot: Plot, elsewhere: list[Plot], fastest: float, gap: float
) -> tuple[int, bool, int, list[Plot]]:
    """Return the verdict on `plot` after `last`, whether the flight is known, the event, and the plots elsewhere."""
    seconds, way = plot.t - last.t, math.dist(plot.place, last.place)
    slack = 2.0 * (_radius(plot) + _radius(last))
    if seconds <= 0.0:
        return (DUPLICATE, False, 0, elsewhere) if way <= slack else (CONFLICTING, False, TWO_PLACES, elsewhere)
    if way < 0.01 and plot.gs > 15.0:
        return FROZEN, False, STALE if seconds > 5.0 else 0, elsewhere
    if way > fastest * seconds + slack:
        agrees = False
        if elsewhere:
            since = plot.t - elsewhere[-1].t
            agrees = since > 0.0 and math.dist(plot.place, elsewhere[-1].place) <= fastest * since + slack
        elsewhere = [*elsewhere, plot] if agrees else [plot]
        return (KEPT, False, RELOCATED, elsewhere) if len(elsewhere) == CONFIRM else (JUMP, False, 0, elsewhere)
    flown = 0.5 * (plot.gs + last.gs) * seconds
    allowed = slack + 300.0 + 0.35 * flown
    hopped = way - flown > allowed or (seconds < 20.0 and flown - way > allowed)
    return KEPT, seconds <= gap, HOPPED if hopped else 0, elsewhere


def _misfit(last: Plot, plot: Plot, hardest: float) -> float:
    """Return by how much more than can be explained place and speed are apart [m]; NaN where no speed is known."""
    seconds = plot.t - last.t
    apart = abs(math.dist(plot.place, last.place) - 0.5 * (plot.gs + last.gs) * seconds)
    turn = hardest * seconds**2 / 8.0
    return apart - _radius(plot) - _radius(last) - plot.clock * plot.gs - 3.0 * seconds - turn


def _radius(plot: Plot) -> float:
    return USUAL if math.isnan(plot.accuracy) else plot.accuracy


def fill_levels(t: Sequence[float], level: Sequence[float], longest: float) -> list[float]:
    """Return the levels of one track, a hole filled where the known ones around it are at most `longest` apart."""
    out = list(level)
    for j, value in enumerate(level):
        before = [i for i in range(j) if not math.isnan(level[i])]
        after = [i for i in range(j + 1, len(level)) if not math.isnan(level[i])]
        if math.isnan(value) and before and after and t[after[0]] - t[before[-1]] <= longest:
            a, b = before[-1], after[0]
            out[j] = level[a] + (level[b] - level[a]) * (t[j] - t[a]) / (t[b] - t[a])
    return out


def worst_ahead(t: Sequence[float], value: Sequence[float], reach: float) -> list[float]:
    """Return for each plot of one track the greatest value from it to `reach` after it."""
    return [max(v for s, v in zip(t[i:], value[i:], strict=True) if s - t[i] <= reach) for i in range(len(t))]


def by_aircraft(aircraft: Sequence[int], t: Sequence[float], count: int) -> tuple[list[int], list[int], int]:
    """Return the order by aircraft and time, where each aircraft starts in it, and how many plots came too late."""
    order = sorted(range(len(t)), key=lambda i: (aircraft[i], t[i]))
    start = [sum(1 for a in aircraft if a < k) for k in range(count + 1)]
    late = 0
    for k in range(count):
        mine = [t[i] for i in range(len(t)) if aircraft[i] == k]
        late += sum(1 for a, b in itertools.pairwise(mine) if b < a)
    return order, start, late


def choose_source(t: Sequence[float], file: Sequence[int], best: int, gap: float, edge: float) -> list[bool]:
    """Return which plots of one aircraft are kept: those of `best`, and others where that one is silent."""
    heard = [when for when, f in zip(t, file, strict=True) if f == best]

    def silent(when: float) -> bool:
        between = bool(heard) and min(heard) <= when <= max(heard)
        return all(abs(when - h) > (gap if between else edge) for h in heard)

    return [f == best or silent(when) for when, f in zip(t, file, strict=True)]
