"""G10 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

ON_IT = 1.0 - 1e-9
TURNING = math.radians(0.5)


def below(value, bound, limit, sign):
    """Whether a value is under a limit: sign +1 if all errors are for it, 0 as measured, -1 if all are against it."""
    if math.isnan(value + bound):
        return sign > 0
    return value - sign * bound < limit * ON_IT


def above(value, bound, limit, sign):
    if math.isnan(value + bound):
        return sign > 0
    return value + sign * bound > limit / ON_IT


def wrapped(angle):
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


def course_error(s, side):
    speed = math.hypot(s.v_east[side], s.v_north[side])
    return math.asin(s.error_speed[side] / speed) if s.error_speed[side] < speed else math.pi


def pursues(s, by, terms, sign):
    """Whether one is behind the other with its nose on it at a sample."""
    f = terms.conduct["G10"].figures
    d = math.hypot(s.east, s.north)
    off, doubt = [], []
    for side in (0, 1):
        way = 1.0 if side == 0 else -1.0
        sight = math.atan2(way * s.east, way * s.north)
        off.append(abs(wrapped(sight - math.atan2(s.v_east[side], s.v_north[side]))))
        line = math.asin(s.error_h / d) if s.error_h < d else math.pi
        doubt.append(min(math.hypot(course_error(s, side), line), math.pi))
    return (
        above(d, s.error_h, f["nearest_m"], sign)
        and below(d, s.error_h, f["farthest_m"], sign)
        and below(abs(s.level[1] - s.level[0]), s.error_v, terms.separation.vertical_m, sign)
        and below(math.pi - off[1 - by], doubt[1 - by], math.radians(f["tail_angle_deg"]), sign)
        and below(off[by], doubt[by], math.radians(f["nose_angle_deg"]), sign)
    )


def pursuits(samples, by, terms, sign, counts):
    """Pursuits as (first, last) sample: from an unbroken stretch of the time on, over breaks shorter than the lag."""
    f = terms.conduct["G10"].figures
    out, begun, last, settled = [], None, None, False
    for s in samples:
        holds = counts(s) and pursues(s, by, terms, sign)
        if begun is not None:
            gap = s.t - last.t
            over = gap > max(f["lag_s"], 1.5) or (not holds and gap >= f["lag_s"])
            if over if settled else (gap > 1.5 or not holds):
                if settled:
                    out.append((begun, last))
                begun, settled = None, False
        if holds:
            begun, last = begun or s, s
            settled = settled or last.t - begun.t >= f["time_s"]
    if settled:
        out.append((begun, last))
    return out


def turns(samples, side):
    """Turns as (first sample, change, its bound): unbroken, of one sense, faster than TURNING."""
    out, part = [], []
    for s in [*samples, None]:
        sense = 0
        if s is not None and abs(s.turn[side]) > TURNING:
            sense = 1 if s.turn[side] > 0.0 else -1
        if part and (s is None or sense != part[0][1] or s.t - part[-1][0].t > 1.5):
            rows = [one for one, _ in part]
            error = math.hypot(course_error(rows[0], side), course_error(rows[-1], side))
            out.append((rows[0], sum(one.turn[side] for one in rows), error))
            part = []
        if sense:
            part.append((s, sense))
    return out


def repeated(leader, follower, by, f, first, last, sign):
    """How many course changes the follower repeats: sign as in `below`."""
    least, count = math.radians(f["turn_deg"]), 0
    for a, change, error in leader:
        if not first.i - int(f["lag_s"]) <= a.i <= last.i or not above(abs(change), error, least, sign):
            continue
        for b, other, doubt in follower:
            late = b.t - a.t
            unsure = 0.5 * (a.update[1 - by] + b.update[by])
            in_time = not above(late, unsure, f["lag_s"], -sign) and not below(late, unsure, 0.0, -sign)
            if change * other > 0.0 and above(abs(other), doubt, least, sign) and in_time:
                count += 1
                break
    return count


def read(samples, terms, intercepted=lambda s: False):
    """Return (outcome, severity, first sample, last sample, turns repeated, who) of each encounter and side."""
    f = terms.conduct["G10"].figures
    out = []
    for by in (0, 1):
        leader, follower = turns(samples, 1 - by), turns(samples, by)
        rows = []
        for intercept in (False, True):
            possible, nominal, certain = (
                pursuits(samples, by, terms, sign, lambda s: bool(intercepted(s)) == intercept)  # noqa: B023
                for sign in (1, 0, -1)
            )
            for a, b in possible:
                maybe, measured, sure = (repeated(leader, follower, by, f, a, b, sign) for sign in (1, 0, -1))
                if maybe < f["turns"]:
                    continue
                lasted, certainly = (
                    max((y.t - x.t for x, y in of if a.i <= x.i <= b.i), default=math.nan) for of in (nominal, certain)
                )
                outcome = "NOT_DETERMINABLE"
                if not math.isnan(certainly) and sure >= f["turns"]:
                    outcome = "BREACH"
                if intercept and b.t - a.t <= f["intercept_s"]:
                    outcome = "NO_BREACH"
                elif intercept and not certainly > f["intercept_s"]:
                    outcome = "NOT_DETERMINABLE"
                rank = ("NO_BREACH", "NOT_DETERMINABLE", "BREACH").index(outcome)
                weight = rank, measured, 0.0 if math.isnan(lasted) else lasted, -a.i
                rows.append((weight, a, b, measured, outcome))
        rows.sort(key=lambda row: row[1].i)
        groups: list[list] = []
        for row in rows:
            if groups and row[1].t - max(one[2].t for one in groups[-1]) <= 600.0:
                groups[-1].append(row)
            else:
                groups.append([row])
        for group in groups:
            _, a, b, measured, outcome = max(group, key=lambda row: row[0])
            out.append((outcome, 4 if outcome == "NO_BREACH" else 2, a.i, b.i, measured, by))
    return out
