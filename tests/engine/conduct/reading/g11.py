"""G11 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

NM, KT, FT = 1852.0, 1852.0 / 3600.0, 0.3048
ON_IT = 1.0 - 1e-9
NOSE, LEVEL, STEADY = math.radians(30.0), 1000.0 * FT, 20.0 * KT


def below(value, bound, limit, sign):
    """Whether a value is under a limit: sign +1 if all errors are for it, 0 as measured, -1 if all are against it."""
    if math.isnan(value + bound):
        return sign > 0
    return value - sign * bound < limit * ON_IT


def above(value, bound, limit, sign):
    if math.isnan(value + bound):
        return sign > 0
    return value + sign * bound > limit / ON_IT


def seen(s, by):
    """What the other does as seen by one: its place, its velocity past the one."""
    sign = 1.0 if by == 0 else -1.0
    past = [sign * (s.v_east[1] - s.v_east[0]), sign * (s.v_north[1] - s.v_north[0])]
    return sign * s.east, sign * s.north, past


def closure_of(e, n, past):
    """How fast they close; unknown where they are at one point."""
    d = math.hypot(e, n)
    return -(e * past[0] + n * past[1]) / d if d > 0.0 else math.nan


def predicted(e, n, past):
    """How long until the nearest moment, and how near that is."""
    square = past[0] ** 2 + past[1] ** 2
    later = max(-(e * past[0] + n * past[1]) / square, 0.0) if square > 0.0 else 0.0
    return later, math.hypot(e + later * past[0], n + later * past[1])


def flies_at(s, by, f, sign):
    """Whether one flies at the other at a sample."""
    e, n, past = seen(s, by)
    d, speed, doubt = math.hypot(e, n), math.hypot(*past), math.hypot(*s.error_speed)
    if d == 0.0:
        return sign > 0
    rate = abs(e * past[1] - n * past[0]) / (d * d)
    if not below(rate, math.hypot(doubt / d, speed * s.error_h / (d * d)), math.radians(f["sight_rate_dps"]), sign):
        return False
    if not above(closure_of(e, n, past), doubt, f["closure_mps"], sign):
        return False
    later, miss = predicted(e, n, past)
    if not below(miss, math.hypot(s.error_h, later * doubt), f["predicted_m"], sign):
        return False
    course = math.atan2(s.v_east[by], s.v_north[by])
    off = abs((math.atan2(e, n) - course + math.pi) % (2.0 * math.pi) - math.pi)
    own = math.hypot(s.v_east[by], s.v_north[by])
    error_course = math.asin(s.error_speed[by] / own) if s.error_speed[by] < own else math.pi
    error_sight = math.asin(s.error_h / d) if s.error_h < d else math.pi
    return below(off, min(math.hypot(error_course, error_sight), math.pi), NOSE, sign)


def left_at(s, by):
    """Distance over closure, and its bound."""
    e, n, past = seen(s, by)
    d, c = math.hypot(e, n), closure_of(e, n, past)
    if not c > 0.0:
        return math.inf, 0.0
    return d / c, math.hypot(s.error_h / c, d * math.hypot(*s.error_speed) / (c * c))


def enough(a, b, by, f, sign):
    """Whether a stretch from a to b began far away and was held until it was near and late, on one level."""
    if not above(math.hypot(a.east, a.north), a.error_h, f["begins_m"], sign):
        return False
    if not below(math.hypot(b.east, b.north), b.error_h, f["ends_m"], sign):
        return False
    if not below(*left_at(b, by), f["break_off_s"], sign):
        return False
    later, _ = predicted(*seen(b, by))
    apart = abs(b.level[1] - b.level[0] + later * (b.climb[1] - b.climb[0]))
    bound = math.hypot(b.error_v, later * math.hypot(*b.error_climb))
    return below(apart, bound, LEVEL, -1 if b.datum <= 1 else sign)


def stretches(samples, by, f, sign):
    out = []
    for s in samples:
        if not flies_at(s, by, f, sign):
            continue
        if out and s.i == out[-1][1].i + 1 and s.t - out[-1][1].t <= 1.5:
            out[-1] = (out[-1][0], s)
        else:
            out.append((s, s))
    return [(a, b) for a, b in out if enough(a, b, by, f, sign)]


def made(samples, by, f, a, b):
    """Whether one possibly, and certainly, made it by turning or accelerating; whether what it flew before is known."""
    within = [s for s in samples if a.i <= s.i <= b.i]
    end = next((s for s in within if math.hypot(s.east, s.north) < f["ends_m"]), b)
    before, last = [end], end
    for s in reversed(samples):
        if s.i < end.i and last.t - s.t <= 1.5 and s.i >= end.i - math.ceil(f["steady_s"]):
            before.append(s)
            last = s
        elif s.i < end.i:
            break
    whole = len(before) > math.ceil(f["steady_s"])
    begun = next(s for s in reversed(before) if s.i >= a.i)
    e, n, _ = seen(begun, by)
    maybe = sure = False
    for s in before:
        change = math.hypot(s.v_east[by] - end.v_east[by], s.v_north[by] - end.v_north[by])
        error = math.hypot(s.error_speed[by], end.error_speed[by])
        past = [begun.v_east[1 - by] - s.v_east[by], begun.v_north[1 - by] - s.v_north[by]]
        doubt = math.hypot(s.error_speed[by], begun.error_speed[1 - by])
        later, miss = predicted(e, n, past)

        near = miss, math.hypot(begun.error_h, later * doubt), f["predicted_m"]
        fast = closure_of(e, n, past), doubt, f["closure_mps"]
        possible, certain = (above(*fast, sign) and below(*near, sign) for sign in (1, -1))
        maybe = maybe or (above(change, error, STEADY, 1) and not certain)
        sure = sure or (above(change, error, STEADY, -1) and not possible)
    return maybe or not whole, sure, whole


def read(samples, terms):
    """Return (outcome, first sample, last sample, time left [s], who) of each encounter and side."""
    f = terms.conduct["G11"].figures
    sides: list[list] = [[], []]
    for by in (0, 1):
        maybe, nominal, certain = (stretches(samples, by, f, sign) for sign in (1, 0, -1))
        for a, b in maybe:
            possible, sure, whole = made(samples, by, f, a, b)
            ends = [y for x, y in nominal if a.i <= x.i and y.i <= b.i]
            left = left_at(ends[-1] if ends else b, by)[0]
            sure = sure and any(a.i <= x.i and y.i <= b.i for x, y in certain)
            if possible:
                sides[by].append((sure, left, a, b, whole))
    out = []
    for by in (0, 1):
        groups: list[list] = []
        for row in sides[by]:
            sure, _, a, b, whole = row
            others = (other for other in sides[1 - by] if other[0] and other[2].i <= b.i and a.i <= other[3].i)
            if not sure and not whole and any(others):
                continue  # the other side made it: what this one flew before is no question
            if groups and a.t - groups[-1][-1][3].t <= 600.0:
                groups[-1].append(row)
            else:
                groups.append([row])
        for group in groups:
            sure, left, a, b, _ = max(group, key=lambda row: (row[0], -row[1], -row[2].i))
            out.append(("BREACH" if sure else "NOT_DETERMINABLE", a.i, b.i, left, by))
    return out
