"""How good and how costly the live watch is: alerting quality on encounters, cost at many tracks, time to an alert.

Quality is measured by flying every encounter through the live picture and the live watch, plot by plot and second by
second, as a sensor of each kind would see it; beside it straight flight from the same plots, without filter, bounds or
steadying. What counts as missed, nuisance and warning time: docs/watch.md.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from armslength.agreement.terms import NearMiss, Separation, Terms, default_terms
from armslength.bench.encounters import BEGIN_NS, CONDITIONS, Seen, Sensing, Truth, load, naive, roster_of, sense
from armslength.bench.live_sky import Sky
from armslength.domain.alert import AlertChange, Kind
from armslength.domain.picture import Source
from armslength.domain.plot import F64, I64, Bool
from armslength.engine.picture import Picture
from armslength.engine.watch import Watch
from armslength.units import FT, NM, NS

MINIMA = (
    ("rule of threes: 3 NM, 3,000 ft", 3 * NM, 3000 * FT),
    ("3 NM, 1,000 ft", 3 * NM, 1000 * FT),
    ("4,000 ft, 450 ft", 4000 * FT, 450 * FT),
)
"""What is evaluated: the minima of the default profile, the label of the data, the distances of DO-365 well clear."""
BASELINE_S = 120.0
"""Look-ahead of the naive baseline [s]."""
LATE_S = 10.0
"""A warning shorter than this is late [s]."""
MISSED_MARK, NUISANCE_MARK, CORE_MARK = 0.1, 5.0, 20.0
"""What the figures are to be, in percent."""
TRACKS, SECONDS, TOUCHES = 2_000, 60, 300
QUANTILES = (0.05, 0.5, 0.95)
"""Of the warning times."""
NEVER = 1_000_000
LATENCY_NS = 200_000_000
"""Plots reach the watch so long after their time."""
Say = Callable[[str], None]


@dataclass
class Ears:
    """When each encounter first sounded [s], and how often it began to; what is silent again may sound again."""

    first: I64
    times: I64
    sounding: set[str] = field(default_factory=set)

    def hear(self, changes: list[AlertChange], second: int) -> None:
        """Take the changes of one second."""
        for change in changes:
            alert = change.alert
            if change.kind is Kind.CLOSED or not alert.sounds:
                self.sounding.discard(alert.id)
                continue
            if alert.id not in self.sounding:
                self.sounding.add(alert.id)
                encounter = (int(alert.first.leading, 16) - 1) // 2
                self.times[encounter] += 1
                self.first[encounter] = min(self.first[encounter], second)


def terms_of(horizontal: float, vertical: float) -> Terms:
    """Return the default terms with these minima [m]; a near miss is never wider than they are."""
    usual = default_terms()
    near = NearMiss(min(usual.near_miss.slant_m, horizontal), usual.near_miss.critical_m)
    return replace(usual, separation=Separation(horizontal, vertical, usual.separation.dwell_limit_s), near_miss=near)


def watched(seen: Seen, truth: Truth) -> list[Ears]:
    """Fly all encounters through picture and watch; return what was heard, for each of MINIMA."""
    count = len(truth.weight)
    roster, group = roster_of(truth)
    picture = Picture(roster, [Source(seen.sensing.name, satellite=seen.sensing.rates)])
    watches = [Watch(terms_of(horizontal, vertical)) for _, horizontal, vertical in MINIMA]
    ears = [Ears(np.full(count, NEVER), np.zeros(count, np.int64)) for _ in MINIMA]
    for second in range(truth.e_m.shape[2]):
        now_ns = BEGIN_NS + second * NS + LATENCY_NS
        picture.update(seen.plots(second), now_ns)
        snapshot = picture.snapshot(now_ns)
        for watch, heard in zip(watches, ears, strict=True):
            heard.hear(watch.update(snapshot, group[snapshot.aircraft], now_ns=now_ns), second)
    return ears


def share(weight: F64, which: Bool, of: Bool) -> float:
    """Return how much of the weight of `of` is of `which` too [%]."""
    whole = float(weight[of].sum())
    return 100.0 * float(weight[of & which].sum()) / whole if whole > 0.0 else 0.0


def quantile(values: I64, weight: F64, q: float) -> float:
    """Return the weighted quantile: the least value up to which a share `q` of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(reached, q)), len(values) - 1)])


def score(
    first: I64, truth: Truth, minima: tuple[float, float], start_s: int, which: Bool | None = None
) -> dict[str, Any]:
    """Return missed, late, nuisance [%] and the warning times [s].

    Args:
        first: second in which each encounter was first warned of, NEVER where not.
        which: these encounters only, shape (encounters,); all where None.
        start_s: encounters whose minima are lost earlier are not judged: nobody could have seen them before.
    """
    d_h, d_v = truth.distances()
    inside = (d_h < minima[0]) & (d_v < minima[1])
    lost = inside.any(axis=1)
    when = np.where(lost, inside.argmax(axis=1), NEVER)
    of = np.ones(len(truth.weight), np.bool_) if which is None else which
    judged, warned = of & lost & (when >= start_s), of & (first < NEVER)
    lead = np.maximum(when - first, 0)
    weight, told = truth.weight, lead[judged]
    return {
        "judged": int(judged.sum()),
        "missed_percent": share(weight, lead <= 0, judged),
        "late_percent": share(weight, lead < LATE_S, judged),
        "nuisance_percent": share(weight, np.logical_not(lost), warned),
        "warning_s": {f"p{round(100 * q)}": quantile(told, weight[judged], q) for q in QUANTILES if len(told)},
    }


def quality(folder: Path, most: int | None, say: Say, conditions: tuple[Sensing, ...] = CONDITIONS) -> dict[str, Any]:
    """Return the figures of every condition and minima, ours beside the naive baseline's.

    Raises:
        InputError: the encounters are not there.
    """
    truth = load(folder, most)
    hours = len(truth.weight) * truth.e_m.shape[2] / 3600.0
    out = []
    for sensing in conditions:
        say(f"{len(truth.weight):,} encounters as seen by: {sensing.name}")
        seen = sense(truth, sensing, seed=20151020)
        ears = watched(seen, truth)
        for (name, horizontal, vertical), heard in zip(MINIMA, ears, strict=True):
            simple = naive(seen, horizontal, vertical, BASELINE_S)
            start = 3 * sensing.every_s
            ours = score(heard.first, truth, (horizontal, vertical), start)
            for part, which in (("tuned", truth.tuned), ("held_out", ~truth.tuned)):
                ours[part] = score(heard.first, truth, (horizontal, vertical), start, which)
                ours[part]["alarms_per_hour"] = float(heard.times[which].sum()) / max(hours * which.mean(), 1e-9)
            ours["alarms_per_hour"] = float(heard.times.sum()) / hours
            ours["alarms_per_warned"] = float(heard.times.sum()) / max(int((heard.times > 0).sum()), 1)
            theirs = score(np.where(simple < 0, NEVER, simple), truth, (horizontal, vertical), start)
            out.append({"sensor": sensing.name, "minima": name, "ours": ours, "naive": theirs})
    held_out = int((~truth.tuned).sum())
    return {"encounters": len(truth.weight), "held_out": held_out, "hours": hours, "figures": out}


def cost(say: Say, tracks: int = TRACKS, seconds: int = SECONDS) -> dict[str, Any]:
    """Return what picture, snapshot and watch take at 1 Hz, in percent of one core, and how long to an alert [ms]."""
    say(f"{tracks:,} tracks at 1 Hz")
    sky = Sky(tracks)
    picture, watch, spent = Picture(sky.roster, sky.sources), Watch(default_terms()), np.zeros(3)
    now_ns = BEGIN_NS
    for second in range(-5, seconds):
        now_ns = BEGIN_NS + (second + 5) * NS
        plots = sky.plots(second + 5, now_ns - LATENCY_NS)
        marks = [process_time()]
        picture.update(plots, now_ns)
        marks.append(process_time())
        snapshot = picture.snapshot(now_ns)
        marks.append(process_time())
        watch.update(snapshot, sky.group[snapshot.aircraft], now_ns=now_ns)
        marks.append(process_time())
        spent += np.diff(marks) if second >= 0 else 0.0
    percent = 100.0 * spent / seconds
    return {
        "tracks": tracks,
        "open_alerts": len(watch.open_alerts()),
        "percent_of_one_core": float(percent.sum()),
        "update_percent": float(percent[0]),
        "snapshot_percent": float(percent[1]),
        "watch_percent": float(percent[2]),
        "plot_to_alert_ms": _latency(picture, watch, sky, now_ns, say),
    }


def _latency(picture: Picture, watch: Watch, sky: Sky, now_ns: int, say: Say) -> dict[str, float]:
    """Return how long one new plot takes to the changes of alerts, all tracks in the picture [ms]."""
    say("one plot at a time")
    took = []
    for k in range(TOUCHES):
        now_ns += 2_000_000
        plots = sky.one(k, now_ns - 1_000_000)
        begin = perf_counter()
        picture.update(plots, now_ns)
        snapshot = picture.snapshot(now_ns)
        watch.update(snapshot, sky.group[snapshot.aircraft], now_ns=now_ns)
        took.append(1e3 * (perf_counter() - begin))
    return {"median": float(np.median(took)), "p99": float(np.percentile(took, 99))}


def bench_watch(encounters: Path | None, most: int | None, say: Say) -> dict[str, Any]:
    """Measure everything; return it as plain numbers.

    Args:
        encounters: folder of the encounters; without it only the cost is measured.
        most: so many of them, spread over all; all where None.
        say: told what is being measured.

    Raises:
        InputError: the encounters are not there.
    """
    return {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "quality": quality(encounters, most, say) if encounters is not None else None,
        "marks": {"missed_percent": MISSED_MARK, "nuisance_percent": NUISANCE_MARK, "percent_of_one_core": CORE_MARK},
        "cost": cost(say),
    }
