"""G13 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

ON_IT = 1.0 - 1e-9
HALF_MILE, THOUSAND_FEET, WITH = 926.0, 304.8, 40.0 * 1852.0 / 3600.0


def under(value, bound, limit, sign):
    if math.isnan(value + bound):
        return sign > 0
    return value - sign * bound < limit * ON_IT


def over(value, bound, limit, sign):
    if math.isnan(value + bound):
        return sign > 0
    return value + sign * bound > limit / ON_IT


def inside(s, terms, sign):
    h = under(math.hypot(s.east, s.north), s.error_h, terms.separation.horizontal_m, sign)
    return h and under(abs(s.level[1] - s.level[0]), s.error_v, terms.separation.vertical_m, sign)


def runs(samples, which, leave):
    out, begun, last = [], None, None
    for n, s in enumerate(samples):
        if begun is not None:
            gap = s.t - samples[last].t
            if gap > max(leave, 1.5) or (not which[n] and gap >= leave):
                out.append((begun, last))
                begun = None
        if which[n]:
            begun, last = (n if begun is None else begun), n
    return out + ([(begun, last)] if begun is not None else [])


def acts(samples, told, leave):
    """(first, last, sure) of possible runs; `told(n, sign)`."""
    possible, certain = (runs(samples, [told(n, sign) for n in range(len(samples))], leave) for sign in (1, -1))
    return [(a, b, any(a <= c <= b for c, _ in certain)) for a, b in possible]


def persisted(samples, terms, asked_s, named):
    """Runs inside after the request came at `asked_s` [s after the epoch]."""
    figures = terms.conduct["G13"].figures
    if not named and not any(abs(s.t - asked_s) <= 60.0 and inside(s, terms, 1) for s in samples):
        return []

    def told(n, sign):
        after = samples[n].t - asked_s
        return figures["leave_within_s"] <= after <= figures["return_within_s"] and inside(samples[n], terms, sign)

    return acts(samples, told, terms.conduct["G01"].figures["leave_s"])


def course(s, side):
    return math.atan2(s.v_east[side], s.v_north[side])


def course_error(s, side):
    speed = math.hypot(s.v_east[side], s.v_north[side])
    return math.asin(s.error_speed[side] / speed) if s.error_speed[side] < speed else math.pi


def nearest(s):
    """(t, d, bound, vertical, bound) of the predicted nearest moment."""
    ve, vn = s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0]
    square = ve * ve + vn * vn
    t = max(-(s.east * ve + s.north * vn) / square, 0.0) if square > 0.0 or math.isnan(square) else 0.0
    d = math.hypot(s.east + t * ve, s.north + t * vn)
    v = abs(s.level[1] - s.level[0] + t * (s.climb[1] - s.climb[0]))
    return (
        t, d, math.hypot(s.error_h, t * math.hypot(*s.error_speed)), v,
        math.hypot(s.error_v, t * math.hypot(*s.error_climb)),
    )  # fmt: skip


def deviates(s, later, lag, side, figures, sign, seen=False):
    d = abs(course(later, side) - course(s, side))
    turn = min(d, 2 * math.pi - d)
    error = math.hypot(course_error(s, side), course_error(later, side))
    limit = math.radians(figures["turn_deg"])
    seen = (0.5 if max(s.update[side], later.update[side]) > 4.5 else 1.0) if seen else 0.0
    if over(turn, error, limit, sign) and not turn < seen * limit:
        return True
    left = abs(later.level[side] - (s.level[side] + lag * s.climb[side]))
    if math.isnan(left) or left < seen * figures["level_m"]:
        return False
    return over(left, s.error_climb[side] * lag, figures["level_m"], sign)


def forced(samples, terms, by):
    figures = terms.conduct["G13"].figures
    by_time = {round(s.t): s for s in samples}

    def told(n, sign):
        s = samples[n]
        t, d, d_error, v, v_error = nearest(s)
        toward = (1.0 if by == 0 else -1.0) * (s.east * s.v_east[by] + s.north * s.v_north[by])
        closing = s.east * (s.v_east[1] - s.v_east[0]) + s.north * (s.v_north[1] - s.v_north[0]) < 0.0
        if not (toward > 0.0 and closing and t < figures["tau_s"]):
            return False
        ve, vn = s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0]
        closure, error = -(s.east * ve + s.north * vn) / math.hypot(s.east, s.north), math.hypot(*s.error_speed)
        if not (over(closure, error, 0.0, -1) and over(math.hypot(ve, vn), error, WITH, -1)):
            return False
        if not (under(d, d_error, HALF_MILE, sign) and under(v, v_error, THOUSAND_FEET, sign)):
            return False
        for lag in range(1, round(figures["deviation_within_s"]) + 1):
            later = by_time.get(round(s.t) + lag)
            if later is None or later.i - s.i != lag:
                continue
            _, d2, d2_error, v2, v2_error = nearest(later)
            apart = over(d2 - d, math.hypot(d_error, d2_error), 0.0, sign)
            apart = apart or over(v2 - v, math.hypot(v_error, v2_error), 0.0, sign)
            gave = deviates(s, later, lag, 1 - by, figures, sign, True) and not deviates(
                s, later, lag, by, figures, -sign
            )
            if apart and gave:
                return True
        return False

    return acts(samples, told, figures["deviation_within_s"])
