"""G02 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

ON_IT = 1.0 - 1e-9
STEPS_M = 15.24
ENCOUNTER_S, REPORT_S = 600.0, 60.0


def nearest(s, following):
    """Both distances at the nearest moment until the next second; the vertical one NaN where a level is unknown."""
    east, north, up = s.east, s.north, s.level[1] - s.level[0]
    if following is not None and following.t - s.t < 1.5:
        de, dn = following.east - east, following.north - north
        du = following.level[1] - following.level[0] - up
        known_rise, known_up = (0.0 if math.isnan(x) else x for x in (du, up))
        squared = de * de + dn * dn + known_rise * known_rise
        along = east * de + north * dn + known_up * known_rise
        later = min(max(-along / squared, 0.0), 1.0) if squared > 0.0 else 0.0
        east, north, up = east + later * de, north + later * dn, up + later * du
    return math.hypot(east, north), abs(up)


def tiers(s, following, terms):
    """For each of all errors for it, as measured, all against it: (under the near miss, in the close tier)."""
    d_h, d_v = nearest(s, following)
    figures = terms.conduct["G02"].figures
    slant = terms.near_miss.slant_m * ON_IT
    wide, tall = figures["close_horizontal_m"] * ON_IT, figures["close_vertical_m"] * ON_IT
    known = not math.isnan(d_v + s.error_v)
    out = []
    for sign in (-1, 0, 1):
        h = max(d_h + sign * s.error_h, 0.0)
        if not known:
            out.append((sign < 0 and h < slant, sign < 0 and d_h - s.error_h < wide))
            continue
        v = max(d_v + sign * s.error_v, 0.0)
        out.append((math.hypot(h, v) < slant, d_h + sign * s.error_h < wide and d_v + sign * s.error_v < tall))
    return out


def read(samples, terms, reports=()):
    """Return (outcome, severity, first sample, last sample) of each encounter, then of what only crews told.

    reports: (seconds after the epoch, whether it names the other aircraft), in order of time.
    """
    figures = terms.conduct["G02"].figures
    rows = []
    for i, s in enumerate(samples):
        following = samples[i + 1] if i + 1 < len(samples) else None
        possible, nominal, certain = tiers(s, following, terms)
        d_h, d_v = nearest(s, following)
        ratio = d_h / figures["close_horizontal_m"]
        if not math.isnan(d_v):
            ratio = max(ratio, d_v / figures["close_vertical_m"])
        inside = nominal[0] or (
            d_h < figures["close_horizontal_m"] and not d_v >= figures["close_vertical_m"] - STEPS_M
        )
        rows.append((s, any(possible), any(certain), certain[0], ratio, inside))
    passes = []
    for row in rows:
        if row[1] and passes and row[0].i == passes[-1][-1][0].i + 1 and row[0].t - passes[-1][-1][0].t < 1.6:
            passes[-1].append(row)
        elif row[1]:
            passes.append([row])
    groups: list[list] = []
    for one in passes:
        if groups and one[0][0].t - groups[-1][-1][-1][0].t <= ENCOUNTER_S:
            groups[-1].append(one)
        else:
            groups.append([one])
    told, alone = [False] * len(groups), []
    for t, named in reports:
        if min(abs(s.t - t) for s in samples) > ENCOUNTER_S:
            continue
        if not named and not any(row[1] and abs(row[0].t - t) <= REPORT_S for row in rows):
            continue
        apart = [max(g[0][0][0].t - t, t - g[-1][-1][0].t, 0.0) for g in groups]
        if apart and min(apart) <= ENCOUNTER_S:
            told[apart.index(min(apart))] = True
        elif alone and t - alone[-1][-1] <= ENCOUNTER_S:
            alone[-1].append(t)
        else:
            alone.append([t])
    out = []
    for group, heard in zip(groups, told, strict=True):
        best = None
        for i, one in enumerate(group):
            key = (any(r[3] for r in one), any(r[2] for r in one), -min(r[4] for r in one), -i)
            if best is None or key > best[0]:
                best = (key, one)
        (under, sure, _, _), one = best
        grade = 1 if under or heard else 2
        if grade == 2 and not sure and not any(row[5] for one_pass in group for row in one_pass):
            grade = 4
        out.append(("BREACH" if sure else "NOT_DETERMINABLE", grade, one[0][0].i, one[-1][0].i))
    for times in alone:
        first, last = (min(samples, key=lambda s: abs(s.t - t)).i for t in (times[0], times[-1]))
        out.append(("NOT_DETERMINABLE", 1, first, last))
    return out
