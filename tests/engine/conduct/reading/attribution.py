"""A1 and A2 read slowly, from the catalogue. Tests hold the helpers equal to them."""

from __future__ import annotations

import math
from itertools import pairwise


def predicted(s, v_first, v_second):
    """The least horizontal distance from where they are, if they fly straight on with these velocities."""
    we, wn = v_second[0] - v_first[0], v_second[1] - v_first[1]
    squared = we * we + wn * wn
    later = max(-(s.east * we + s.north * wn) / squared, 0.0) if squared > 0.0 else 0.0
    return math.hypot(s.east + later * we, s.north + later * wn)


def ahead(s):
    """How long until they are nearest [s], at most 120."""
    we, wn = s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0]
    squared = we * we + wn * wn
    return min(max(-(s.east * we + s.north * wn) / squared, 0.0), 120.0) if squared > 0.0 else 0.0


def lowered(samples, at):
    """By how much the first and the second lowered it in the 120 s before the sample at place `at`, with bounds."""
    by, begun, ended = [0.0, 0.0], None, None
    for s, following in pairwise(samples[: at + 1]):
        if s.t < samples[at].t - 120.0 or following.t - s.t > 1.5:
            continue
        begun, ended = begun or s, following
        was = [(s.v_east[k], s.v_north[k]) for k in (0, 1)]
        now = [(following.v_east[k], following.v_north[k]) for k in (0, 1)]
        before, after = predicted(following, *was), predicted(following, *now)
        only_first, only_second = predicted(following, now[0], was[1]), predicted(following, was[0], now[1])
        shares = (before - only_first + only_second - after) / 2, (before - only_second + only_first - after) / 2
        for k in (0, 1):
            by[k] += 0.0 if math.isnan(shares[k]) else shares[k]
    if begun is None:
        return [math.nan] * 2, [math.nan] * 2
    bounds = []
    for k in (0, 1):
        ends = [ahead(s) * s.error_speed[k] for s in (begun, ended)]
        bounds.append(math.hypot(samples[at].error_h, *(0.0 if math.isnan(one) else one for one in ends)))
    return by, bounds


def more(told, side, least):
    """Whether `side` lowered it by more than `least` and more than the other: possible, as measured, certain."""
    (by, bounds) = told
    if math.isnan(by[0] + by[1]):
        return True, False, False
    both = math.hypot(*bounds)
    return tuple(
        by[side] + sign * bounds[side] > least and by[side] - max(by[1 - side], 0.0) + sign * both > 0.0
        for sign in (1, 0, -1)
    )


def wrapped(angle):
    return math.remainder(angle, 2.0 * math.pi)


def converging_since(samples, at):
    begin = at
    while begin > 0 and samples[begin - 1].t >= samples[at].t - 120.0:
        s = samples[begin - 1]
        closing = -(s.east * (s.v_east[1] - s.v_east[0]) + s.north * (s.v_north[1] - s.v_north[0])) > 0.0
        if samples[begin].t - s.t > 1.5 or not closing:
            break
        begin -= 1
    return begin


def right_of_way(s):
    """The side that has it, and whether that is certain."""
    closing = -(s.east * (s.v_east[1] - s.v_east[0]) + s.north * (s.v_north[1] - s.v_north[0]))
    course = [math.atan2(s.v_east[k], s.v_north[k]) for k in (0, 1)]
    if not closing > 0.0 or math.isnan(course[0] + course[1]):
        return None, False
    d_h = math.hypot(s.east, s.north)
    sight = math.asin(s.error_h / d_h) if s.error_h < d_h else math.pi
    bearing, error, errors = [], [], []
    for k in (0, 1):
        to = math.atan2(s.east, s.north) + k * math.pi
        bearing.append(wrapped(to - course[k]))
        speed = math.hypot(s.v_east[k], s.v_north[k])
        errors.append(math.asin(s.error_speed[k] / speed) if s.error_speed[k] < speed else math.pi)
        error.append(min(math.hypot(errors[k], sight), math.pi))
    between = abs(wrapped(course[1] - course[0]))
    apart = abs(between - math.radians(150.0)) > math.hypot(*errors)
    if between > math.radians(150.0):
        return None, apart
    off = [math.pi - abs(b) for b in bearing]
    clear = all(abs(off[k] - math.radians(70.0)) > error[k] for k in (0, 1))
    for k in (0, 1):
        if off[k] < math.radians(70.0) and abs(bearing[1 - k]) < math.pi / 2:
            return k, apart and clear  # the other one comes from behind: it is overtaking
    k = 0 if bearing[1] > 0.0 else 1  # who has the other on its right gives way
    surely = all(abs(bearing[j]) > error[j] for j in (0, 1)) and bearing[1 - k] > 0.0 >= bearing[k]
    return k, apart and clear and surely
