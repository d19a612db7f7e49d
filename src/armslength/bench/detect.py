"""How fast straight-flight detection is: beside BlueSky on the same traffic, alone at its limits, and the two volumes.

Every time is the least of several repeats, compiled beforehand: what the machine can do, not what else it was doing.
Ours uses the cores it finds, as it does for its users; BlueSky's detectors use one.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from armslength.bench import bluesky, sky
from armslength.domain.plot import F64, I64
from armslength.engine.straight import cylinder, detect, well_clear
from armslength.units import FT, NM

TERMS = {"horizontal": 5 * NM, "vertical": 1000 * FT, "lookahead": 300.0}
CASES = (
    ("10,000 in 1000 km square", 10_000, sky.SPARSE_M, "cpp", 500.0),
    ("10,000 in 200 km square", 10_000, sky.DENSE_M, "cpp", 80.0),
    ("5,000 in 1000 km square", 5_000, sky.SPARSE_M, "numpy", 2500.0),
)
"""What, how many, side [m], the peer's detector, and how many times faster we mean to be."""
PEERS = {"cpp": "BlueSky C++", "numpy": "BlueSky numpy"}
REPEATS = 15
MOST = 100_000
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
MARGINS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05)
PAIRS = 20_000
Say = Callable[[str], None]
CHILD = """
import json, sys
from time import perf_counter
from armslength.bench.detect import TERMS
from armslength.bench.sky import SPARSE_M, square
from armslength.engine.straight import detect

def mib(name):
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith(name))
    except OSError:  # only Linux tells
        return float("nan")

columns = square(int(sys.argv[1]), SPARSE_M)
detect(**square(4000, SPARSE_M), **TERMS)
before = mib("VmRSS")
begin = perf_counter()
pairs = detect(**columns, **TERMS)
seconds = [perf_counter() - begin]
peak = mib("VmHWM") - before
for _ in range(int(sys.argv[2])):
    begin = perf_counter()
    pairs = detect(**columns, **TERMS)
    seconds.append(perf_counter() - begin)
mib = peak if peak == peak else None
print(json.dumps({"seconds": min(seconds), "first_s": seconds[0], "pairs": len(pairs), "mib": mib}))
"""


def fastest(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the least time [s] that `work` took, after one time that does not count."""
    work()
    least = np.inf
    for _ in range(repeats):
        begin = perf_counter()
        work()
        least = min(least, perf_counter() - begin)
    return float(least)


def pairs_of(columns: dict[str, F64], wider: float = 0.0) -> I64:
    """Return the keys of our pairs, with minima and look-ahead `wider` by this share."""
    found = detect(**columns, **{name: value * (1.0 + wider) for name, value in TERMS.items()})  # type: ignore[arg-type]
    return bluesky.keys(found.first, found.second)


def differing(columns: dict[str, F64], theirs: I64) -> list[dict[str, Any]]:
    """Return the pairs that only one of the two found, each with the margin that explains it.

    The margin is the least of MARGINS by which minima and look-ahead need only be wider for us to find the pair, and
    narrower for us not to: the peer's flat earth moves it so far and no further. None where the last will not do.
    """
    ours = pairs_of(columns)
    left = np.setxor1d(ours, theirs)
    said = {int(pair): {"first": int(pair >> 32), "second": int(pair & 0xFFFFFFFF)} for pair in left}
    for pair, told in said.items():
        told["found_by"] = "armslength" if np.isin(pair, ours) else "BlueSky"  # type: ignore[assignment]
        told["margin"] = None  # type: ignore[assignment]
    for margin in MARGINS:
        near = np.isin(left, pairs_of(columns, margin)) & ~np.isin(left, pairs_of(columns, -margin))
        for pair in left[near]:
            said[int(pair)]["margin"] = margin  # type: ignore[assignment]
        left = left[~near]
    return list(said.values())


def beside(python: str | None, say: Say) -> list[dict[str, Any]]:
    """Return each of CASES measured, beside the peer where `python` has one."""
    out = []
    for what, n, side, name, goal in CASES:
        say(f"detecting {what}")
        columns = sky.square(n, side)
        seconds = fastest(lambda columns=columns: detect(**columns, **TERMS))  # type: ignore[misc]
        case: dict[str, Any] = {
            "what": what, "peer": PEERS[name], "goal": goal, "pairs": len(pairs_of(columns)), "seconds": seconds,
            "peer_seconds": None, "ratio": None, "differ": None,
        }  # fmt: skip
        if python is not None:
            say(f"BlueSky ({name}) detecting {what}")
            peer = bluesky.run(python, name, columns, TERMS, 3 if name == "cpp" else 1)
            if peer is not None:
                case |= {"peer_seconds": peer.seconds, "ratio": peer.seconds / seconds, "peer_pairs": len(peer.pairs)}
                case["differ"] = differing(columns, peer.pairs)
        out.append(case)
    return out


def alone(n: int, say: Say) -> dict[str, Any]:
    """Return time and memory beyond the inputs of one detection of `n` in a fresh process."""
    say(f"detecting {n:,} in a fresh process")
    run = [sys.executable, "-c", CHILD, str(n), str(REPEATS)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"aircraft": n} | said


def at_constant_density(say: Say) -> list[dict[str, Any]]:
    """Return the time per aircraft at the density of 10,000 in a square of 1000 km, from few to many."""
    out = []
    for n in SIZES:
        say(f"detecting {n:,} at constant density")
        columns = sky.square(n, sky.SPARSE_M * (n / 10_000) ** 0.5)
        repeats = 4 * REPEATS if n <= 10_000 else REPEATS
        seconds = fastest(lambda columns=columns: detect(**columns, **TERMS), repeats)  # type: ignore[misc]
        out.append({"aircraft": n, "seconds": seconds, "ns_per_aircraft": seconds / n * 1e9})
    return out


def of_volumes(say: Say) -> dict[str, float]:
    """Return nanoseconds per pair of the two volumes, on one core."""
    say("well clear and cylinder")
    s, v = sky.vectors(PAIRS)
    dwc = {"dthr": 4000 * FT, "zthr": 450 * FT, "tthr": 35.0, "lookahead": 300.0}
    return {
        "well_clear": fastest(lambda: well_clear(s, v, **dwc)) / PAIRS * 1e9,
        "cylinder": fastest(lambda: cylinder(s, v, **TERMS)) / PAIRS * 1e9,
    }


def bench_detect(python: str | None, say: Say) -> dict[str, Any]:
    """Measure everything; return it as plain numbers.

    Args:
        python: the Python that has BlueSky; None for this one. Without BlueSky only ours is measured.
        say: told what is being measured.

    Raises:
        InputError: `python` cannot be run.
    """
    python = python or sys.executable
    peer = bluesky.there(python)
    return {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "minima": TERMS,
        "repeats": f"least of {REPEATS} or more; the peer's least of 3 in C++, 1 in numpy",
        "peer": f"BlueSky {bluesky.VERSION}" if peer else None,
        "beside": beside(python if peer else None, say),
        "many": alone(MOST, say),
        "constant_density": at_constant_density(say),
        "volumes_ns": of_volumes(say),
    }
