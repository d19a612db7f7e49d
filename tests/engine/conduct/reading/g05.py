"""G05 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

from engine.conduct.reading import attribution

ON_IT = 1.0 - 1e-9


def three(value, error, limit, under):
    """Whether the value is under (else over) the limit: possible, as measured, certain."""
    limit = limit * ON_IT if under else limit / ON_IT
    if math.isnan(value + error):
        return True, False, False
    if under:
        return value - error < limit, value < limit, value + error < limit
    return value + error > limit, value > limit, value - error > limit


def no(told):
    return not told[2], not told[1], not told[0]


def both(*tests):
    return tuple(all(one[k] for one in tests) for k in range(3))


def either(one, two):
    return tuple(a or b for a, b in zip(one, two, strict=True))


def frame(s, by):
    """How far the one that crosses is ahead and right of the other one's nose, and the nose."""
    of = 1 - by
    east, north = (s.east, s.north) if by == 1 else (-s.east, -s.north)
    speed = math.hypot(s.v_east[of], s.v_north[of])
    if not speed > 0.0:
        return math.nan, math.nan, (math.nan, math.nan)
    nose = s.v_east[of] / speed, s.v_north[of] / speed
    return east * nose[0] + north * nose[1], east * nose[1] - north * nose[0], nose


def course_error(s, k):
    speed = math.hypot(s.v_east[k], s.v_north[k])
    return math.asin(s.error_speed[k] / speed) if s.error_speed[k] < speed else math.pi


def crossing(s, following, by, figures):
    """(x, certain SEV1, everything but distances, with distances) of a crossing in this second, or None."""
    if following.t - s.t > 1.5:
        return None
    of = 1 - by
    ahead, across, nose = frame(s, by)
    ahead_then, across_then, _ = frame(following, by)
    if math.isnan(across + across_then) or (across > 0.0) == (across_then > 0.0):
        return None
    step, along = across_then - across, ahead_then - ahead
    later = -across / step
    x = ahead - across * along / step
    if abs(x) >= max(figures["warn_m"], figures["distance_m"], figures["gap_s"] * 400.0):
        return None  # too far to be looked at
    nose_error = course_error(s, of)
    error_x = math.hypot(s.error_h, abs(along / step) * math.hypot(s.error_h, abs(x) * nose_error))
    speed = math.hypot(s.v_east[of], s.v_north[of])
    g = x / speed
    error_g = math.hypot(error_x, g * s.error_speed[of]) / speed
    up, up_then = (one.level[1] - one.level[0] for one in (s, following))
    d_v = abs(up + later * (up_then - up))
    courses = [math.atan2(s.v_east[k], s.v_north[k]) for k in (0, 1)]
    angle = abs(attribution.wrapped(courses[1] - courses[0]))
    error_angle = math.hypot(course_error(s, 0), course_error(s, 1))
    least = math.radians(figures["crossing_angle_deg"])
    sideways = s.v_east[by] * nose[1] - s.v_north[by] * nose[0]
    moves = sideways if step > 0.0 else -sideways
    error_moves = math.hypot(s.error_speed[by], math.hypot(s.v_east[by], s.v_north[by]) * nose_error)
    moved = math.hypot(step, along)
    widest = math.radians(figures["bearing_deg"]) + math.asin(moved / x) if x > moved else math.pi
    steep = max(abs(math.atan2(across, ahead)), abs(math.atan2(across_then, ahead_then))) > widest
    if x > 0.0 and steep:
        return None
    crosses = both(
        three(x, error_x, 0.0, under=False),
        three(moves, error_moves, 0.0, under=False),
        no(three(angle, error_angle, least, under=True)),
        no(three(angle, error_angle, math.pi - least, under=False)),
        no(three(d_v, s.error_v, figures["vertical_m"], under=False)),
    )
    near = either(
        three(x, error_x, figures["distance_m"], under=True), three(g, error_g, figures["gap_s"], under=True)
    )  # fmt: skip
    told = both(crosses, near)
    measured = told[1] and not d_v > figures["vertical_m"] - 15.24
    return x, x + error_x < figures["severe_m"], crosses, told, measured


def read(samples, terms):
    """Return (by, outcome, severity, sample before, distance ahead) of each encounter."""
    figures = terms.conduct["G05"].figures
    out = []
    for by in (0, 1):
        groups: list[list] = []
        for place in range(len(samples) - 1):
            s = samples[place]
            seen = crossing(s, samples[place + 1], by, figures)
            if seen is None or not (seen[3][0] or (seen[2][1] and seen[0] < figures["warn_m"])):
                continue
            if groups and s.t - (groups[-1][-1][0].t + 1.0) <= 600.0:
                groups[-1].append((s, place, *seen))
            else:
                groups.append([(s, place, *seen)])
        for group in groups:
            s, place, x, severe, _, told, measured = min(
                group, key=lambda r: (not r[5][2], not r[6], not r[5][0], abs(r[2]), r[0].i)
            )
            if not told[0]:
                out.append((by, "NO_BREACH", 4, s.i, x))
                continue
            side, sure = attribution.right_of_way(samples[attribution.converging_since(samples, place)])
            more = attribution.more(attribution.lowered(samples, place), 1 - by, figures["severe_m"])
            if side == by and sure and more[2]:
                out.append((by, "NO_BREACH", 4, s.i, x))
                continue
            maybe = (side == by or not sure) and more[0]
            grade = 1 if severe and told[2] else 2 if told[2] or measured else 4
            out.append((by, "BREACH" if told[2] and not maybe else "NOT_DETERMINABLE", grade, s.i, x))
    return out
