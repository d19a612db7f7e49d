"""D03 read slowly: plot by plot, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

from itertools import pairwise


def silences(plots, heard, limit):
    """Return (since, until, heard) of each silence of one aircraft.

    `plots`: (t, whether its sensor needs no reply), in order of time. `heard`: when anybody replied [whole s].
    """
    out, run = [], []
    for t, alone in [*plots, (float("inf"), False)]:
        if run and (not alone or t - run[-1] > limit):
            if run[-1] - run[0] > limit:
                marks = [run[0], *sorted(h for h in heard if run[0] <= h <= run[-1]), run[-1]]
                out.append((run[0], run[-1], all(b - a <= limit for a, b in pairwise(marks))))
            run = []
        if alone:
            run.append(t)
    return out
