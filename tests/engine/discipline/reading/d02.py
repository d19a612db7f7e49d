"""D02 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

A, E2 = 6378137.0, 6.694379990141317e-3


def flat(lat, lon, to_lat, to_lon):
    """East and north [m] from one point to another, by the radii in the middle."""
    middle = math.radians(0.5 * (lat + to_lat))
    w2 = 1.0 - E2 * math.sin(middle) ** 2
    n = A / math.sqrt(w2)
    turn = (to_lon - lon + 180.0) % 360.0 - 180.0
    return math.radians(turn) * n * math.cos(middle), math.radians(to_lat - lat) * n * (1.0 - E2) / w2


def offset(s, after, site):
    """Nearest to the site at this second and until the next one, if that follows at once."""
    e, n = flat(site.lat, site.lon, s.lat, s.lon)
    if after is None or after.t - s.t > 1.5:
        return math.hypot(e, n)
    e1, n1 = flat(site.lat, site.lon, after.lat, after.lon)
    de, dn = e1 - e, n1 - n
    square = de * de + dn * dn
    later = min(max(-(e * de + n * dn) / square, 0.0), 1.0) if square > 0.0 else 0.0
    return math.hypot(e + later * de, n + later * dn)


def low(s, site, sign):
    if math.isinf(site.ceiling_m):
        return True
    if math.isnan(s.level_m):
        return sign > 0
    return s.level_m - sign * s.error_v_m <= site.ceiling_m


def passages(samples, offsets, site, sign):
    out, begun, last = [], None, None
    for s, off in zip(samples, offsets, strict=True):
        over = off - sign * s.error_h_m < site.radius_m and low(s, site, sign)
        if begun is not None and (s.t - last.t > 60.0 or (not over and s.t - last.t >= 60.0)):
            out.append((begun, last))
            begun = None
        if over:
            begun, last = (s if begun is None else begun), s
    return out + ([(begun, last)] if begun is not None else [])


def read(samples, site):
    """Return (outcome, first sample, last sample, nearest offset) of each overflight."""
    offsets = [offset(s, after, site) for s, after in zip(samples, [*samples[1:], None], strict=True)]
    certain = passages(samples, offsets, site, -1)
    out = []
    for first, last in passages(samples, offsets, site, 1):
        sure = any(first.i <= a.i <= last.i for a, _ in certain)
        nearest = min(off for s, off in zip(samples, offsets, strict=True) if first.i <= s.i <= last.i)
        out.append(("BREACH" if sure else "NOT_DETERMINABLE", first.i, last.i, nearest))
    return out
