"""G04 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

from engine.conduct.reading.attribution import wrapped
from engine.conduct.reading.g02 import tiers
from engine.conduct.reading.g05 import both, course_error, three


def figures_of(s):
    """Distance, closure, relative speed error, predicted distances with their errors; NaN where nothing is known."""
    we, wn = s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0]
    error_v = math.hypot(*s.error_speed)
    d = math.hypot(s.east, s.north)
    toward = -(s.east * we + s.north * wn)
    squared = we * we + wn * wn
    later = math.nan if math.isnan(squared) else max(toward / squared, 0.0) if squared > 0.0 else 0.0
    d_cpa = math.hypot(s.east + later * we, s.north + later * wn)
    v_cpa = abs(s.level[1] - s.level[0] + later * (s.climb[1] - s.climb[0]))
    error_d = math.hypot(s.error_h, later * error_v)
    error_up = math.hypot(s.error_v, later * math.hypot(*s.error_climb))
    return d, toward / d if d > 0.0 else math.nan, error_v, (d_cpa, error_d), (v_cpa, error_up)


def off_tail(s, of):
    """How far the other one is from the tail of side `of`, with its error."""
    d = math.hypot(s.east, s.north)
    sight = math.asin(s.error_h / d) if s.error_h < d else math.pi
    to = math.atan2(s.east, s.north) + of * math.pi
    course = math.atan2(s.v_east[of], s.v_north[of])
    return math.pi - abs(wrapped(to - course)), min(math.hypot(course_error(s, of), sight), math.pi)


def tests_at(s, terms):
    """(from behind by the first, by the second, tau), each in three degrees."""
    f, level = terms.conduct["G04"].figures, terms.conduct["G02"].figures["close_vertical_m"]
    d, closure, error_v, (d_cpa, error_cpa), (v_cpa, error_up) = figures_of(s)
    beside = three(abs(s.level[1] - s.level[0]), s.error_v, level, under=True)
    out = []
    for by in (0, 1):
        tail = three(*off_tail(s, 1 - by), math.radians(f["tail_angle_deg"]), under=True)
        fast = [
            both(
                three(d, s.error_h, f[f"{name}_distance_m"], under=True),
                three(closure, error_v, f[f"{name}_closure_mps"], under=False),
            )
            for name in ("far", "near")
        ]
        out.append(both(beside, tail, tuple(a or b for a, b in zip(*fast, strict=True))))
    wide = f["tau_distance_m"]
    left, error_left = math.nan, math.nan
    if d > 0.0:
        left = d - wide * wide / d - f["tau_s"] * closure
        error_left = math.hypot((1.0 + (wide / d) ** 2) * s.error_h, f["tau_s"] * error_v)
    tau = both(
        three(left, error_left, 0.0, under=True),
        three(d, s.error_h, wide, under=False),
        three(closure, error_v, f["near_closure_mps"], under=False),
        three(d_cpa, error_cpa, wide, under=True),
        three(v_cpa, error_up, level, under=True),
    )
    out.append(tau if beside[0] else (False, False, False))
    return out


def runs(samples, settle, holds):
    """(first, last) sample of each unbroken run that lasted as many updates as agreed."""
    out, run = [], []
    for s in [*samples, None]:
        if run and (s is None or not holds[s.i] or s.t - run[-1].t > 1.5):
            if run[-1].t - run[0].t >= settle * max(run[0].update):
                out.append((run[0], run[-1]))
            run = []
        if s is not None and holds[s.i]:
            run.append(s)
    return out


def read(samples, terms):
    """Return (by or None, outcome, severity, first sample, last sample) of each encounter."""
    seen = {s.i: tests_at(s, terms) for s in samples}
    settle = terms.conduct["G04"].figures["updates"]
    possible, nominal, certain = (
        runs(samples, settle, {i: any(one[degree] for one in three_tests) for i, three_tests in seen.items()})
        for degree in range(3)
    )
    groups: list[list] = []
    for run in possible:
        if groups and run[0].t - groups[-1][-1][1].t <= 600.0:
            groups[-1].append(run)
        else:
            groups.append([run])
    out = []
    for group in groups:

        def rank(run):
            inside = [
                [b.t - a.t for a, b in some if run[0].i <= a.i <= run[1].i] for some in (certain, nominal)
            ]  # fmt: skip
            return bool(inside[0]), max(inside[1], default=0.0), -run[0].i

        first, last = max(group, key=rank)
        sure = rank((first, last))[0]
        held = [seen[i][:2] for i in range(first.i, last.i + 1)]
        behind = [by for by in (0, 1) if any(one[by][2 if sure else 0] for one in held)]
        near = False
        for place, s in enumerate(samples):
            following = samples[place + 1] if place + 1 < len(samples) else None
            around = first.t - 600.0 <= s.t <= last.t + 600.0
            near = near or (around and tiers(s, following, terms)[2][0])
        by = behind[0] if len(behind) == 1 else None
        out.append((by, "BREACH" if sure else "NOT_DETERMINABLE", 1 if near else 2, first.i, last.i))
    return out
