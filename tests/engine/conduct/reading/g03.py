"""G03 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math
from itertools import pairwise

ON_IT = 1.0 - 1e-9


def wrapped(angle):
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


def above(value, bound, limit, sign):
    """Whether a value is over a limit: sign +1 if all errors are for it, 0 as measured, -1 if all are against it."""
    return value + sign * bound > limit / ON_IT


def course(s, side):
    return math.atan2(s.v_east[side], s.v_north[side])


def course_error(s, side):
    speed = math.hypot(s.v_east[side], s.v_north[side])
    return math.asin(s.error_speed[side] / speed) if s.error_speed[side] < speed else math.pi


def meeting_point(s, v):
    """How long until two pass, and how near, if the second moves by `v` past the first."""
    square = v[0] ** 2 + v[1] ** 2
    later = max(-(s.east * v[0] + s.north * v[1]) / square, 0.0) if square > 0.0 else 0.0
    return later, math.hypot(s.east + later * v[0], s.north + later * v[1])


def passed_at(s, side, turned):
    """How near they pass if one side had turned by an angle at a sample."""
    speed = math.hypot(s.v_east[side], s.v_north[side])
    new = course(s, side) + turned
    own = speed * math.sin(new), speed * math.cos(new)
    other = s.v_east[1 - side], s.v_north[1 - side]
    one, two = (own, other) if side == 0 else (other, own)
    return meeting_point(s, (two[0] - one[0], two[1] - one[1]))[1]


def rate_of(samples, k, side):
    """The vertical rate over 16 s around a sample, and its bound; None where the samples have a gap."""
    a, b = samples[max(k - 8, 0)], samples[min(k + 8, len(samples) - 1)]
    seconds = b.t - a.t
    if seconds != b.i - a.i or seconds <= 0.0:
        return math.nan, math.nan
    measured_over = 2.0 * max(math.ceil(samples[k].update[side]), 2.0)
    return (b.level[side] - a.level[side]) / seconds, samples[k].error_climb[side] * min(1.0, measured_over / seconds)


def widens(change, error, sign, plus, minus):
    """Whether a change is one that widens; where its sense is open, it may have been in either."""
    sense = plus if change > 0.0 else minus
    return sense or (sign > 0 and abs(change) <= error and (plus or minus))


def acts(samples, k, begun, side, f, sign):
    """Whether one has turned, or changed its vertical rate, so as to widen, at sample k since sample `begun`."""
    s, then = samples[k], samples[begun]
    change = wrapped(course(s, side) - course(then, side))
    error = math.hypot(course_error(s, side), course_error(then, side))
    least = math.radians(f["least_turn_deg"])
    now = passed_at(then, side, 0.0)
    right, left = (passed_at(then, side, way * max(abs(change), least)) > now for way in (1.0, -1.0))
    if above(abs(change), error, least, sign) and widens(change, error, sign, right, left):
        return True
    rate, doubt = rate_of(samples, k, side)
    before, doubt_before = rate_of(samples, max(begun - 8, 0), side)
    change, error = rate - before, math.hypot(doubt, doubt_before)
    later = meeting_point(then, (then.v_east[1] - then.v_east[0], then.v_north[1] - then.v_north[0]))[0]
    apart = then.level[1] - then.level[0] + later * (then.climb[1] - then.climb[0])
    if math.isnan(change + error + apart):
        return sign > 0
    by = later * max(abs(change), f["least_climb_mps"]) * (1.0 if side == 1 else -1.0)
    up, down = abs(apart + by) > abs(apart), abs(apart - by) > abs(apart)
    return above(abs(change), error, f["least_climb_mps"], sign) and widens(change, error, sign, up, down)


def read(samples, terms, warned, said, sides):
    """Return (outcome, severity, first sample, last sample, how long idle [s], side) of each side that was warned.

    Stamps are seconds on the clock of the samples. `warned`: (delivered, acknowledged, own, loss) or None. `said`:
    (code, from the receiver, when). `sides`: of the receiver.
    """
    f = terms.conduct["G03"].figures
    delivered, acknowledged, own, loss = warned
    if acknowledged is None or own is None:
        return []
    since = max(delivered, acknowledged, own)
    until = since + f["act_within_s"]
    if loss - since <= f["least_warning_s"]:
        return []
    for code, mine, at in said:
        if (code == "EMG" and delivered - 600.0 <= at <= until) or (mine and delivered <= at <= until):
            return []
    if samples[-1].t < since or samples[0].t > until:
        return []
    first = next(k for k, s in enumerate(samples) if s.t >= since)
    last = max([k for k, s in enumerate(samples) if s.t <= until] or [first])
    last = max(last, first)
    within = samples[first : last + 1]
    whole = within[0].t - since < 1.0 and until - within[-1].t < 1.0
    whole = whole and all(b.t - a.t < 1.5 for a, b in pairwise(within))
    far = next((k for k, s in enumerate(samples) if s.t >= loss), len(samples) - 1)
    far, out = max(far, last), []
    for side in sides:
        if any(acts(samples, k, first, side, f, -1) for k in range(first, last + 1)):
            continue
        maybe = any(acts(samples, k, first, side, f, 1) for k in range(first, last + 1))
        ends = next((k for k in range(first, far + 1) if acts(samples, k, first, side, f, 0)), far)
        outcome = "BREACH" if whole and not maybe else "NOT_DETERMINABLE"
        grade = 2 if inside(samples[first:], terms) else 3
        out.append((outcome, grade, within[0].i, within[-1].i, max(samples[ends].t - since, 0.0), side))
    return out


def inside(samples, terms):
    """Whether they were certainly inside the minima for as long as it takes."""
    agreed, g01 = terms.separation, terms.conduct["G01"].figures
    begun, last = None, None
    for s in samples:
        near = math.hypot(s.east, s.north) + s.error_h < agreed.horizontal_m * ON_IT
        near = near and abs(s.level[1] - s.level[0]) + s.error_v < agreed.vertical_m * ON_IT
        if not near or (last is not None and s.t - last.t > 1.5):
            begun = None
        if near:
            begun = begun or s
            if s.t - begun.t >= max(g01["settle_s"], g01["settle_updates"] * max(begun.update)):
                return True
        last = s
    return False
