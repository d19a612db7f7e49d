"""The same flights seen by two sides, each with its own noise: how often one says BREACH and the other NO_BREACH.

The truth is drawn uniformly within five standard deviations of a threshold. A side that leaves no finding says
NO_BREACH. Errors are those that the two-sigma bounds state: a bias of each aircraft, the same all the time, and
scatter from plot to plot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from armslength.agreement.terms import Terms
from armslength.engine.conduct.rule import Rule
from engine.conduct.flights import Path, around, meeting

Make = Callable[[float], tuple[Path, Path]]
"""Makes the true flights of a pair, so many standard deviations from the threshold."""


def seen(path: Path, rng: np.random.Generator, error_h: float, error_v: float, scatter: float) -> Path:
    """Return a flight as one side sees it: half the two-sigma bounds as bias, and `scatter` [m, sigma] each second."""
    n = len(path.east)
    east, north = (rng.normal(0.0, 0.5 * error_h) + rng.normal(0.0, scatter, n) for _ in range(2))
    return Path(path.east + east, path.north + north, path.level + rng.normal(0.0, 0.5 * error_v))


def contradictions(
    rule: Rule, make: Make, runs: int, seed: int, *, error_h: float = 80.0, error_v: float = 38.1, scatter: float = 2.0,
    terms: Terms | None = None,
) -> tuple[int, dict[str, int]]:  # fmt: skip
    """Return how many of `runs` the sides contradict each other in, and how often each outcome was said."""
    rng = np.random.default_rng(seed)
    truth = [make(float(u)) for u in rng.uniform(-5.0, 5.0, runs)]
    said = [_outcomes(rule, [tuple(seen(p, rng, error_h, error_v, scatter) for p in pair) for pair in truth],
                      error_h, error_v, terms) for _ in range(2)]  # fmt: skip
    counts: dict[str, int] = {}
    for one in (*said[0], *said[1]):
        counts[one] = counts.get(one, 0) + 1
    return sum({a, b} == {"BREACH", "NO_BREACH"} for a, b in zip(*said, strict=True)), counts


def _outcomes(
    rule: Rule, pairs: Sequence[tuple[Path, ...]], error_h: float, error_v: float, terms: Terms | None
) -> list[str]:
    m = meeting(*[(one, two) for one, two in pairs], error_h=error_h, error_v=error_v)
    context = around(m, terms)
    names = {(context.who(k, 0).address, context.who(k, 1).address): k for k in range(len(m))}
    out = ["NO_BREACH"] * len(m)
    gravest = {"BREACH": 0, "NOT_DETERMINABLE": 1, "NO_BREACH": 2}
    for one in rule.judge(m, context):
        k = names[one.first, one.second]
        out[k] = min(out[k], one.outcome.value, key=gravest.__getitem__)
    return out


def straight(seconds: int, east: float = 0.0, north: float = 0.0, level: float = 9144.0, *, v=(0.0, 150.0)) -> Path:
    """Return a straight flight [m, m/s]."""
    t = np.arange(seconds + 1.0)
    return Path(east + v[0] * t, north + v[1] * t, np.full(len(t), level))
