"""G01 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

ON_IT = 1.0 - 1e-9


def inside(s, terms, share, sign):
    """Whether a sample is inside: sign +1 if all errors are for it, 0 as measured, -1 if all are against it."""
    d_h = math.hypot(s.east, s.north)
    d_v = abs(s.level[1] - s.level[0])
    h, v = terms.separation.horizontal_m * share * ON_IT, terms.separation.vertical_m * share * ON_IT
    across = d_h - sign * s.error_h < h
    if math.isnan(d_v + s.error_v):
        return sign > 0 and across
    return across and d_v - sign * s.error_v < v


def stays(samples, terms, sign):
    """Stays as (first, last) sample."""
    figures = terms.conduct["G01"].figures
    out, begun, last = [], None, None
    counts = False
    for s in samples:
        if begun is not None:
            gap = s.t - last.t
            lost = gap > (max(figures["leave_s"], 1.5) if counts else 1.5)
            gone = not inside(s, terms, figures["hysteresis_share"], sign) and gap >= figures["leave_s"]
            if lost or (counts and gone) or (not counts and not inside(s, terms, 1.0, sign)):
                if counts:
                    out.append((begun, last))
                begun, counts = None, False
        if begun is None and inside(s, terms, 1.0, sign):
            begun = last = s
        if begun is not None:
            if inside(s, terms, figures["hysteresis_share"] if counts else 1.0, sign):
                last = s
            settle = max(figures["settle_s"], figures["settle_updates"] * max(begun.update))
            counts = counts or last.t - begun.t >= settle
    if counts:
        out.append((begun, last))
    return out


def read(samples, terms):
    """Return (outcome, severity, first sample, last sample, dwell [s]) of each encounter."""
    limit, severe = terms.separation.dwell_limit_s, terms.conduct["G01"].figures["severe_share"]
    possible, nominal, certain = (stays(samples, terms, sign) for sign in (1, 0, -1))
    groups: list[list] = []
    for stay in possible:
        if groups and stay[0].t - groups[-1][-1][1].t <= 600.0:
            groups[-1].append(stay)
        else:
            groups.append([stay])
    out = []
    for group in groups:

        def longest(of, stay):
            told = [b.t - a.t for a, b in of if stay[0].i <= a.i <= stay[1].i]
            return max(told, default=0.0)

        rows = []
        for stay in group:
            sure, measured, maybe = longest(certain, stay), longest(nominal, stay), stay[1].t - stay[0].t
            rows.append(((sure > limit, maybe > limit, measured, -stay[0].i), stay))
        (sure, maybe, dwell, _), (first, last) = max(rows, key=lambda row: row[0])
        outcome = "BREACH" if sure else "NOT_DETERMINABLE" if maybe else "NO_BREACH"
        grade = 4
        if maybe:
            within = [s for s in samples if first.i <= s.i <= last.i]
            near = any(
                (math.hypot(s.east, s.north) + s.error_h) / terms.separation.horizontal_m < severe
                and (abs(s.level[1] - s.level[0]) + s.error_v) / terms.separation.vertical_m < severe
                for s in within
            )
            grade = 1 if near else 2
        out.append((outcome, grade, first.i, last.i, dwell))
    return out
