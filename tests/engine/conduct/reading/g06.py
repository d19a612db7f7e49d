"""G06 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

from engine.conduct.reading.g05 import both, three


def passage(before, s, following):
    """(horizontal, vertical distance) at the moment of least horizontal distance in this second, or None."""
    if following.t - s.t > 1.5:
        return None
    east, north = following.east - s.east, following.north - s.north
    squared = east * east + north * north
    if not squared > 0.0:
        return None
    later = -(s.east * east + s.north * north) / squared
    if later >= 1.0:
        return None
    if later <= 0.0:
        # They went nearer until this very second, and go away from it.
        if before is None or s.t - before.t > 1.5:
            return None
        east_before, north_before = s.east - before.east, s.north - before.north
        came = east_before * east_before + north_before * north_before
        if not came > 0.0 or -(before.east * east_before + before.north * north_before) / came < 1.0:
            return None
        later = 0.0
    up, up_then = (one.level[1] - one.level[0] for one in (s, following))
    return math.hypot(s.east + later * east, s.north + later * north), abs(up + later * (up_then - up))


def read(samples, terms, uncrewed=False):
    """Return (outcome, severity, sample before) of each encounter."""
    figures = terms.conduct["G06"].figures
    limit = figures["vertical_uncrewed_m"] if uncrewed else figures["vertical_m"]
    groups: list[list] = []
    for place in range(len(samples) - 1):
        s = samples[place]
        seen = passage(samples[place - 1] if place else None, s, samples[place + 1])
        if seen is None:
            continue
        speed = math.hypot(s.v_east[1] - s.v_east[0], s.v_north[1] - s.v_north[0])
        told = both(
            three(seen[0], s.error_h, figures["offset_m"], under=True),
            three(seen[1], s.error_v, limit, under=True),
            three(speed, math.hypot(*s.error_speed), figures["relative_speed_mps"], under=False),
        )
        if not told[0]:
            continue
        severe = told[2] and seen[1] + s.error_v < figures["severe_m"]
        ratio = 0.0 if math.isnan(seen[1]) else seen[1] / limit
        row = (told[2], severe, -ratio, -seen[0], -s.i), s
        if groups and s.t - (groups[-1][-1][1].t + 1.0) <= 600.0:
            groups[-1].append(row)
        else:
            groups.append([row])
    out = []
    for group in groups:
        (sure, severe, *_), s = max(group, key=lambda row: row[0])
        out.append(("BREACH" if sure else "NOT_DETERMINABLE", 2 if severe else 3, s.i))
    return out
