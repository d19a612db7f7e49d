"""G08 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

from engine.conduct.reading.attribution import wrapped
from engine.conduct.reading.g04 import figures_of
from engine.conduct.reading.g05 import both, course_error, no, three


def left(s):
    """How long until they are nearest [s]; 0 where they part, NaN where it is not known."""
    we, wn = s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0]
    squared = we * we + wn * wn
    if math.isnan(squared):
        return math.nan
    return max(-(s.east * we + s.north * wn) / squared, 0.0) if squared > 0.0 else 0.0


def courses(s):
    return [math.atan2(s.v_east[k], s.v_north[k]) for k in (0, 1)]


def meets(s, figures):
    _, _, _, (d_cpa, error_cpa), _ = figures_of(s)
    one, two = courses(s)
    error = math.hypot(course_error(s, 0), course_error(s, 1))
    return both(
        no(three(abs(wrapped(two - one)), error, math.radians(figures["course_difference_deg"]), under=True)),
        three(d_cpa, error_cpa, figures["distance_m"], under=True),
        three(abs(s.level[1] - s.level[0]), s.error_v, figures["vertical_m"], under=True),
    )


def moves(begin, s, side, figures):
    """Whether a side had turned right, turned at all, or changed level since `begin`, each in three degrees."""
    turn = wrapped(courses(s)[side] - courses(begin)[side])
    error = math.hypot(course_error(s, side), course_error(begin, side))
    least = math.radians(figures["least_turn_deg"])
    climbed = abs(s.level[side] - begin.level[side])
    return (
        no(three(turn, error, least, under=True)),
        no(three(abs(turn), error, least, under=True)),
        no(three(climbed, s.error_v, figures["least_level_m"], under=True)),
    )


def read(samples, terms):
    """Return (by, outcome, severity, early sample, late sample) of each encounter."""
    figures = terms.conduct["G08"].figures
    passes = []
    for place, s in enumerate(samples):
        before = samples[place - 1] if place and s.t - samples[place - 1].t < 1.5 else None
        told = meets(s, figures)
        if not told[0] or not figures["late_s"] < left(s) <= figures["early_s"]:
            continue
        if before is not None and left(before) <= figures["early_s"]:
            continue
        flown = [s]
        for following in samples[place + 1 : place + 300]:
            if following.t - flown[-1].t > 1.5:
                break
            flown.append(following)
        late = next((one for one in flown if left(one) <= figures["late_s"]), None)
        nearest = next((one for one in flown if left(one) <= 0.0), flown[-1])
        known = before is not None and late is not None
        late = late or flown[-1]
        maybe_resolved, surely_resolved, moved = False, False, [False, False]
        for one in flown:
            for side in (0, 1):
                right, turned, rose = moves(s, one, side, figures)
                if one.i <= late.i:
                    maybe_resolved |= right[0] or rose[0]
                    surely_resolved |= right[2] or rose[2]
                if one.i <= nearest.i:
                    moved[side] |= turned[0] or rose[0]
        if not surely_resolved:
            passes.append((told[2] and not maybe_resolved and known, s, late, moved))
    groups: list[list] = []
    for one in passes:
        if groups and one[1].t - max(other[2].t for other in groups[-1]) <= 600.0:
            groups[-1].append(one)
        else:
            groups.append([one])
    out = []
    for group in groups:
        sure, s, late, moved = max(group, key=lambda one: (one[0], -one[1].i))
        outcome = "BREACH" if sure else "NOT_DETERMINABLE"
        out += [(by, outcome, 3 if moved[by] else 2, s.i, late.i) for by in (0, 1)]
    return out
