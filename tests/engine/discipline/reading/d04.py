"""D04 read slowly: second by second, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

LEADS = {"HAZARD": "hazard_s", "PLANNED": "planned_s", "TIME_CRITICAL": "time_critical_s", "URGENT": "urgent_s"}


def inside(s, area, sign):
    """Whether it is in the volume: sign +1 with all errors for it, -1 with all against it."""
    if not s.depth_m + sign * s.error_h_m > 0.0:
        return False
    if math.isinf(area.floor_m) and math.isinf(area.ceiling_m):
        return True
    if math.isnan(s.level_m):
        return sign > 0
    return area.floor_m - sign * s.error_v_m <= s.level_m <= area.ceiling_m + sign * s.error_v_m


def read(samples, epoch_ns, notice, figures, named=False):
    """Return (outcome, opened) of an activity that one aircraft of its party flew; None where nothing is found."""
    lead = -math.inf
    if notice.delivered_ns is not None:
        lead = (notice.from_ns - notice.delivered_ns) / 1e9
    if lead >= figures[LEADS[notice.kind]]:
        return None
    stamps = [epoch_ns + round(s.t) * 10**9 for s in samples]
    during = [ns for ns in stamps if notice.from_ns <= ns < notice.until_ns]
    for sign, outcome in ((-1, "BREACH"), (1, "NOT_DETERMINABLE")):
        if sign > 0 and named and len(during) >= 60:
            return "BREACH", during[0]
        for s in samples:
            ns = epoch_ns + round(s.t) * 10**9
            if notice.from_ns <= ns < notice.until_ns and inside(s, notice.area, sign):
                return outcome, ns
    return None
