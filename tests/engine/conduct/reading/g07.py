"""G07 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

from armslength.kernel.reference_wake import in_wake, seen

ON_IT = 1.0 - 1e-9


def below(value, bound, limit, sign):
    """Whether a value is under a limit: sign +1 if all errors are for it, 0 as measured, -1 if all are against it."""
    if math.isnan(value + bound):
        return sign > 0
    return value - sign * bound < limit * ON_IT


def looked_at(samples, by, terms):
    """What each sample is to the path of the other: distance, age, how far behind, how much under; None: too far."""
    f, out = terms.conduct["G07"].figures, []
    far, high = max(f["behind_m"], f["behind_light_m"]), terms.separation.vertical_m
    for k, s in enumerate(samples):
        apart = abs(s.level[1] - s.level[0])
        if math.hypot(s.east, s.north) - s.error_h >= 1.2 * far or apart - s.error_v >= high:
            out.append(None)
            continue
        path = [(o.t, o.lat[by], o.lon[by], o.level[by]) for o in samples[max(0, k - 90) : k + 1]]
        told = in_wake(
            (s.lat[1 - by], s.lon[1 - by], s.level[1 - by]), path, f["age_s"] + 10.0, f["lateral_m"] + s.error_h
        )
        out.append(None if math.isnan(told[0]) else told)
    return out


def on_path(s, told, f, sign):
    """Whether it is on the path of the other, whatever the age of the point: nearer to it than it is behind."""
    if told is None or told[2] <= f["lateral_m"] or not below(told[0], s.error_h, f["lateral_m"], sign):
        return False
    if told[3] + s.error_v < 0.0:
        return False  # certainly above
    return below(told[3], s.error_v, f["below_m"], -1 if s.datum <= 1 else sign)


def in_the_wake(s, told, f, sign, category):
    if not on_path(s, told, f, sign) or told[1] > f["age_s"]:
        return False
    limit = f["behind_m"]
    if category == "fast_jet" or (category == "unknown" and sign < 0):
        limit = f["behind_light_m"]
    return below(told[2], s.error_h, limit, sign)


def stretches(samples, mask):
    out = []
    for s, held in zip(samples, mask, strict=True):
        if held and out and s.i == out[-1][1].i + 1 and s.t - out[-1][1].t <= 1.5:
            out[-1] = (out[-1][0], s)
        elif held:
            out.append((s, s))
    return out


def placed(samples, told, by, terms, k):
    """Whether the other possibly, and certainly, placed itself where the one came upon its path, at sample k."""
    f, one, s = terms.conduct["G07"].figures, 1 - by, samples[k]
    first = k
    while first > 0 and samples[first].t - samples[first - 1].t <= 1.5:
        first -= 1
    p = k - round(told[k][1])
    if p - first < 2 or told[k][1] > f["age_s"] or told[k][2] > max(f["behind_m"], f["behind_light_m"]):
        return False, False
    before = told[k - 1] if k > first else None
    level = before is not None and before[0] < f["lateral_m"] < before[2]  # on the path already, at another level
    if level and not abs(samples[p].climb[by]) > abs(s.climb[one]):
        return False, False
    then = samples[p]
    east, north = seen(then.lat[one], then.lon[one], (s.lat[one], s.lon[one]))
    course = math.atan2(then.v_east[one], then.v_north[one])
    across = abs(east * math.cos(course) - north * math.sin(course))
    climbed = abs(s.level[one] - then.level[one] - then.climb[one] * (s.t - then.t))
    strayed = across if math.isnan(climbed) else max(across, climbed)
    error = then.error_speed[one] * (s.t - then.t)
    return strayed - error <= f["lateral_m"], strayed + error < f["lateral_m"]


def read(samples, terms, categories):
    """Return (outcome, first sample, last sample, distance [m], who) of each encounter and side."""
    f, base, out = terms.conduct["G07"].figures, samples[0].i, []
    for by in (0, 1):
        told = looked_at(samples, by, terms)
        both = list(zip(samples, told, strict=True))
        entries = stretches(samples, [on_path(s, one, f, 1) for s, one in both])
        possible, certain = (
            stretches(samples, [in_the_wake(s, one, f, sign, categories[by]) for s, one in both]) for sign in (1, -1)
        )
        groups: list[list] = []
        for a, b in possible:
            begun = next(x for x, y in entries if x.i <= a.i <= y.i)
            maybe, sure = placed(samples, told, by, terms, begun.i - base)
            if not maybe:
                continue
            sure = sure and any(a.i <= x.i <= b.i for x, _ in certain)
            behind = min(told[s.i - base][2] for s in samples if a.i <= s.i <= b.i)
            row = (sure, -behind, -a.i), a, b
            if groups and a.t - groups[-1][-1][2].t <= 600.0:
                groups[-1].append(row)
            else:
                groups.append([row])
        for group in groups:
            (sure, _, _), a, b = max(group, key=lambda row: row[0])
            lateral = min(told[s.i - base][0] for s in samples if a.i <= s.i <= b.i)
            out.append(("BREACH" if sure else "NOT_DETERMINABLE", a.i, b.i, lateral, by))
    return out
