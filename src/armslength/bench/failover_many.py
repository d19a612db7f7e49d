"""Failover over many seeds in several processes, and a day of watch timed: `armslength bench failover`."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

from armslength.bench.failover import AGREE_S, ALARM_S, GROUND_S, Run, day, run, to_ground

__all__ = ["DAY_S", "bench_failover", "figures_of", "missed"]

DAY_S = 60.0
"""A day of watch, both sides in one process, is to take less [s]."""
WORKERS = 2
A_PIECE = 5
"""Seeds given to a worker at a time."""
Say = Callable[[float, str], None]


class _One(NamedTuple):
    """What one seed led to: its run, and how soon the ground line was in use [s]."""

    run: Run
    ground_s: float


def bench_failover(seeds: int, first: int, timed_day: bool, say: Say, *, workers: int = WORKERS) -> dict[str, Any]:
    """Play the seeds and return the figures; interrupted, those of the seeds played so far.

    Args:
        seeds: how many. A thousand take about twenty minutes on two cores.
        first: the first of them.
        timed_day: play a day of watch too, alone, before the seeds, and time it.
        say: told how much is done, 0 to 1, and what is being done.
        workers: processes.
    """
    say(0.0, "a day of watch")
    one_day = _day() if timed_day else None
    began = time.monotonic()
    found: list[_One] = []
    with ProcessPoolExecutor(workers) as pool:
        try:
            for one in pool.map(_play, range(first, first + seeds), chunksize=A_PIECE):
                found.append(one)
                say(len(found) / seeds, f"{len(found):,} of {seeds:,} seeds")
        except KeyboardInterrupt:
            if not found:
                raise
            pool.shutdown(wait=False, cancel_futures=True)
    figures = figures_of(found)
    return {**figures, "first": first, "took_s": round(time.monotonic() - began, 1), "day": one_day, **_machine()}


def figures_of(found: list[_One]) -> dict[str, Any]:
    """Return the figures of seeds played; of each worst one its seed."""
    channels: Counter[str] = Counter()
    for one in found:
        channels.update(one.run.channels)
    grounds = sorted(one.ground_s for one in found)
    return {
        "targets": {"lost": 0, "duplicated": 0, "ground_s": GROUND_S, "apart_s": AGREE_S, "alarm_s": ALARM_S}
        | {"day_s": DAY_S},
        "seeds": len(found),
        "said": sum(one.run.said for one in found),
        "lost": sum(one.run.lost for one in found),
        "duplicated": sum(one.run.twice for one in found),
        "expired": sum(one.run.expired for one in found),
        "channels": dict(sorted(channels.items())),
        "ground_s": {**_worst(found, lambda one: one.ground_s), "median": statistics.median(grounds)},
        "apart_s": _worst(found, lambda one: one.run.apart_s),
        "alarm_s": _worst(found, lambda one: one.run.alarm_s),
        "flash_silence_s": _worst(found, lambda one: one.run.silence_s),
        "bad_seeds": [one.run.seed for one in found if one.run.lost or one.run.twice],
    }


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the names of the marks that were not reached."""
    targets, one_day = figures["targets"], figures["day"]
    reached = {name: figures[name] <= targets[name] for name in ("lost", "duplicated")}
    reached |= {name: figures[name]["worst"] <= targets[name] for name in ("ground_s", "apart_s", "alarm_s")}
    reached["day_s"] = one_day is None or (one_day["took_s"] < targets["day_s"] and not one_day["lost"])
    return [name for name, good in reached.items() if not good]


def _play(seed: int) -> _One:
    return _One(run(seed), to_ground(seed))


def _day() -> dict[str, Any]:
    began, cpu = time.monotonic(), time.process_time()
    found = day()
    took = {"took_s": round(time.monotonic() - began, 1), "cpu_s": round(time.process_time() - cpu, 1)}
    return {**took, "said": found.said, "lost": found.lost, "duplicated": found.twice, "apart_s": found.apart_s}


def _worst(found: list[_One], figure: Callable[[_One], float]) -> dict[str, float]:
    one = max(found, key=figure)
    return {"worst": round(figure(one), 1), "seed": one.run.seed}


def _machine() -> dict[str, Any]:
    return {"machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}}
