"""G14 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

ON_IT = 1.0 - 1e-9


def near(s, limit, sign):
    d_h, d_v = math.hypot(s.east, s.north), abs(s.level[1] - s.level[0])
    if math.isnan(d_v + s.error_v):
        return sign > 0 and d_h - s.error_h < limit * ON_IT
    slant = math.hypot(d_h, d_v)
    share = d_h / slant if slant > 0.0 else 1.0
    error = math.hypot(share * s.error_h, math.sqrt(1.0 - min(share * share, 1.0)) * s.error_v)
    return slant - sign * error < limit * ON_IT and (sign < 0 or d_h - s.error_h < limit * ON_IT)


def ahead_or_above(s, reporter, sign):
    """Whether the other one is ahead of the reporter's wings, or above it."""
    up = (s.level[1] - s.level[0]) * (1.0 if reporter == 0 else -1.0)
    above = sign > 0 if math.isnan(up + s.error_v) else up + sign * s.error_v > 0.0
    speed = math.hypot(s.v_east[reporter], s.v_north[reporter])
    if math.isnan(speed):
        return above or sign > 0
    side = 1.0 if reporter == 0 else -1.0
    bearing = math.atan2(side * s.east, side * s.north) - math.atan2(s.v_east[reporter], s.v_north[reporter])
    bearing = abs((bearing + math.pi) % (2 * math.pi) - math.pi)

    def wide(error, against):
        return math.asin(error / against) if error < against else math.pi

    off = min(math.hypot(wide(s.error_speed[reporter], speed), wide(s.error_h, math.hypot(s.east, s.north))), math.pi)
    return above or bearing - sign * off < math.pi / 2 * ON_IT


def read(samples, at_s, kind, reporter, figures):
    """Return what the tracks say to a report of `kind` at `at_s`; None where the meeting is of another time."""
    if not samples[0].t - figures["time_s"] <= at_s <= samples[-1].t + figures["time_s"]:
        return None
    seen = [s for s in samples if abs(s.t - at_s) <= figures["time_s"]]
    if not seen:
        return "NOT_DETERMINABLE"

    def so(s, sign):
        return near(s, figures["distance_m"], sign) and (kind == "LASER" or ahead_or_above(s, reporter, sign))

    if any(so(s, -1) for s in seen):
        return "BREACH"
    return "NOT_DETERMINABLE" if any(so(s, 1) for s in seen) else "NO_BREACH"
