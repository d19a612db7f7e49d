"""D01 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math


def held_at(s, block, margin, sign):
    """Whether it is deeper than `margin` and between the levels: sign +1 all errors for it, -1 all against it."""
    if not s.depth_m + sign * s.error_h_m > margin:
        return False
    low, high = block.area.floor_m, block.area.ceiling_m
    if low == -math.inf and high == math.inf:
        return True
    if math.isnan(s.level_m):
        return sign > 0
    return s.level_m + sign * s.error_v_m >= low and s.level_m - sign * s.error_v_m <= high


def is_active(block, utc_ns):
    if block.from_ns is not None and utc_ns < block.from_ns:
        return False
    if block.until_ns is not None and utc_ns >= block.until_ns:
        return False
    if block.hours is None:
        return True
    second = utc_ns // 10**9 % 86400
    if block.hours.from_s < block.hours.until_s:
        return block.hours.from_s <= second < block.hours.until_s
    return second >= block.hours.from_s or second < block.hours.until_s


def entries(samples, block, figures, epoch_ns, sign):
    """Entries as (first, last) sample."""
    limit = figures["time_s"]
    out, begun, last, counts = [], None, None, False
    for s in samples:
        on = is_active(block, epoch_ns + round(s.t) * 10**9)
        deep = on and held_at(s, block, figures["margin_m"], sign)
        inside = on and held_at(s, block, 0.0, sign)
        if begun is not None:
            gap = s.t - last.t
            if counts:
                over = gap > limit or (not inside and gap >= limit)
            else:
                over = gap > 1.5 or not deep
            if over:
                if counts:
                    out.append((begun, last))
                begun, counts = None, False
        if begun is None and deep:
            begun = last = s
        if begun is not None:
            if inside if counts else deep:
                last = s
            counts = counts or last.t - begun.t > limit
    return out + ([(begun, last)] if counts else [])


def read(samples, block, figures, epoch_ns):
    """Return (outcome, severity, first sample, last sample, deepest) of each entry."""
    out = []
    certain = entries(samples, block, figures, epoch_ns, -1)
    for first, last in entries(samples, block, figures, epoch_ns, 1):
        inside = [b.t - a.t for a, b in certain if first.i <= a.i <= last.i]
        span = [s for s in samples if first.i <= s.i <= last.i]
        severe = inside and (
            max(s.depth_m - s.error_h_m for s in span) > figures["severe_distance_m"]
            or max(inside) > figures["severe_time_s"]
        )
        outcome = "BREACH" if inside else "NOT_DETERMINABLE"
        out.append((outcome, 2 if severe else 3, first.i, last.i, max(s.depth_m for s in span)))
    return out
