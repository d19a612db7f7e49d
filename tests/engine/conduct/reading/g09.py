"""G09 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

ON_IT = 1.0 - 1e-9


def below(value, bound, limit, sign):
    """Whether a value is under a limit: sign +1 if all errors are for it, 0 as measured, -1 if all are against it."""
    if math.isnan(value + bound):
        return sign > 0
    return value - sign * bound < limit * ON_IT


def beside(s, terms, sign, formation):
    """Whether one is beside the other at a sample."""
    f = terms.conduct["G09"].figures
    d_h, d_v = math.hypot(s.east, s.north), abs(s.level[1] - s.level[0])
    slant = math.hypot(d_h, d_v)
    share = d_h / slant if slant > 0.0 else 1.0
    error_slant = math.hypot(share * s.error_h, math.sqrt(max(1.0 - share * share, 0.0)) * s.error_v)
    past = math.hypot(s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0])
    course = [math.atan2(s.v_east[side], s.v_north[side]) for side in (0, 1)]
    turn = abs((course[1] - course[0] + math.pi) % (2.0 * math.pi) - math.pi)
    doubt = []
    for side in (0, 1):
        speed = math.hypot(s.v_east[side], s.v_north[side])
        slow = not s.error_speed[side] < speed
        doubt.append(math.pi if slow else math.asin(s.error_speed[side] / speed))
    along = below(past, math.hypot(*s.error_speed), f["relative_speed_mps"], sign) and below(
        turn, math.hypot(*doubt), math.radians(f["track_difference_deg"]), sign
    )
    if formation:
        return (
            along
            and below(d_h, s.error_h, f["formation_horizontal_m"], sign)
            and below(d_v, s.error_v, f["formation_vertical_m"], sign)
        )
    return (
        along
        and below(slant, error_slant, f["shadow_distance_m"], sign)
        and below(d_h, s.error_h, f["shadow_distance_m"], sign)
        and below(d_v, s.error_v, terms.separation.vertical_m, sign)
    )


def stretches(samples, mask):
    """Unbroken stretches of samples where the mask holds, as (first, last) sample."""
    out = []
    for s in samples:
        if not mask(s):
            continue
        if out and s.i == out[-1][1].i + 1 and s.t - out[-1][1].t <= 1.5:
            out[-1] = (out[-1][0], s)
        else:
            out.append((s, s))
    return out


def read(samples, terms, intercepted=lambda s: False):
    """Return (outcome, severity, first sample, last sample, how long [s], who: 0, 1 or None) of each encounter."""
    f = terms.conduct["G09"].figures
    stays = []
    for formation in (False, True):
        least = f["formation_time_s" if formation else "shadow_time_s"]
        for intercept in (False, True):
            maybe, nominal, sure = (
                stretches(
                    samples,
                    lambda s: bool(intercepted(s)) == intercept and beside(s, terms, sign, formation),  # noqa: B023
                )
                for sign in (1, 0, -1)
            )
            for a, b in maybe:
                if b.t - a.t < least:
                    continue
                measured, certain = (
                    max((y.t - x.t for x, y in of if a.i <= x.i <= b.i), default=0.0) for of in (nominal, sure)
                )
                outcome = "BREACH" if certain >= least else "NOT_DETERMINABLE"
                if intercept:
                    longer = certain > f["intercept_s"], b.t - a.t > f["intercept_s"]
                    outcome = "BREACH" if longer[0] else "NOT_DETERMINABLE" if longer[1] else "NO_BREACH"
                stays.append((a, b, formation, measured, outcome))
    stays.sort(key=lambda one: (one[0].i, one[2]))
    groups: list[list] = []
    for stay in stays:
        if groups and stay[0].t - max(one[1].t for one in groups[-1]) <= 600.0:
            groups[-1].append(stay)
        else:
            groups.append([stay])
    return [verdict(samples, group) for group in groups]


def verdict(samples, group):
    """A breach goes before a doubt, a doubt before what is allowed; a sure formation before a shadow; the longer."""

    def gravity(stay):
        a, _, formation, measured, outcome = stay
        rank = ("NO_BREACH", "NOT_DETERMINABLE", "BREACH").index(outcome)
        return rank, formation == (outcome == "BREACH"), measured, -a.i

    a, b, formation, measured, outcome = max(group, key=gravity)
    grade = 4 if outcome == "NO_BREACH" else 2 if formation else 3
    within = [s for s in samples if a.i <= s.i <= b.i]
    east = sum(s.v_east[0] + s.v_east[1] for s in within)
    north = sum(s.v_north[0] + s.v_north[1] for s in within)
    e, n = (sum(getattr(s, name) for s in within) / len(within) for name in ("east", "north"))
    speed = math.hypot(east, north)
    ahead, beside = (e * east + n * north) / speed, abs(n * east - e * north) / speed
    who = None if abs(ahead) <= beside else 0 if ahead > 0.0 else 1
    return outcome, grade, a.i, b.i, measured, who
