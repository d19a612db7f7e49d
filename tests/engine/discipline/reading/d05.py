"""D05 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

from engine.discipline.reading.d04 import inside


def outside(s, area, figures, sign):
    if s.depth_m - sign * s.error_h_m < -figures["distance_m"]:
        return True
    if math.isnan(s.level_m):
        return False
    off = max(s.level_m - area.ceiling_m, area.floor_m - s.level_m)
    return off + sign * s.error_v_m > figures["vertical_m"]


def beyond(ns, notice):
    return max(ns - notice.until_ns, notice.from_ns - ns) / 1e9


def stays(samples, area, sign):
    """Stays in the volume, as lists of samples; a minute away ends one."""
    out = []
    for s in samples:
        if inside(s, area, sign):
            if out and s.t - out[-1][-1].t <= 60.0 and not _away(samples, out[-1][-1], s, area, sign):
                out[-1].append(s)
            else:
                out.append([s])
    return out


def _away(samples, last, now, area, sign):
    return any(last.i < s.i < now.i and s.t - last.t >= 60.0 and not inside(s, area, sign) for s in samples)


def read(samples, epoch_ns, notice, named, figures):
    """Return what is found of one aircraft, with nothing else told: an outcome, or None."""

    def ns(s):
        return epoch_ns + round(s.t) * 10**9

    area = notice.area
    during = [s for s in samples if notice.from_ns <= ns(s) < notice.until_ns]
    surely = [s for s in during if inside(s, area, -1)]
    if surely:
        span = [s for s in during if surely[0].i <= s.i <= surely[-1].i]
        certain = any(outside(s, area, figures, -1) for s in span)
        possible = any(outside(s, area, figures, 1) for s in span)
        if possible and (named or certain):
            return "BREACH" if named and certain else "NOT_DETERMINABLE"
    elif named and len(during) >= 60 and not any(inside(s, area, 1) for s in during):
        always = [all(outside(s, area, figures, sign) for s in during) for sign in (0, -1)]
        if always[0]:
            return "BREACH" if always[1] else "NOT_DETERMINABLE"
    if not surely:
        return None
    for stay in stays(samples, area, 1):
        if (
            any(s in during for s in stay)
            and max(beyond(ns(stay[0]), notice), beyond(ns(stay[-1]), notice)) > figures["time_s"]
        ):
            late = [s for s in stay if beyond(ns(s), notice) > figures["time_s"] and inside(s, area, -1)]
            return "BREACH" if late else "NOT_DETERMINABLE"
    return None
