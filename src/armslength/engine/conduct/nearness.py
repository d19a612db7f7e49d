"""How near two aircraft came by the two tiers of a near miss (G02), with what the errors leave open.

Slant distances are bounded as detection bounds them: from the corner of both bounds towards the other aircraft to the
corner away from it. A linear bound would call two aircraft certain that are one above the other as measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.encounter import ON_IT
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, Bool
from armslength.engine.conduct.closest import Closest, closest
from armslength.engine.conduct.doubt import STEPS_M, Told, under


@dataclass(frozen=True, slots=True)
class Nearness:
    """What was nearest from each sample to the next, shape (N,).

    Attributes:
        at: the nearest moments. low, high: two-sigma bounds of `at.slant` [m]; high is NaN where a level is unknown.
        near: slant distance under that of a near miss. close: inside the close tier, both distances at once.
        inside: in one of the tiers as measured, and by levels too, whose steps are no nearness; unknown levels may be.
        ratio: the greater of both distances by those of the close tier; by the horizontal one without levels.
    """

    at: Closest
    low: F64
    high: F64
    near: Told
    close: Told
    inside: Bool
    ratio: F64


def nearness(meetings: Meetings, terms: Terms) -> Nearness:
    """Return how near they came, everywhere: neither area nor exempt sub-areas matter."""
    at, error_h, error_v = closest(meetings), meetings.error_h_m, meetings.error_v_m
    figures = terms.conduct["G02"]
    wide, tall = figures["close_horizontal_m"], figures["close_vertical_m"]
    least_v = np.nan_to_num(np.maximum(at.d_v - error_v, 0.0), nan=0.0)
    low = np.hypot(np.maximum(at.d_h - error_h, 0.0), least_v)
    high = np.hypot(at.d_h + error_h, at.d_v + error_v)
    limit = terms.near_miss.slant_m * ON_IT
    with np.errstate(invalid="ignore"):
        near = Told(low < limit, at.slant < limit, high < limit)
        ratio = np.fmax(at.d_h / wide, at.d_v / tall)
    close = under(at.d_h, error_h, wide) & under(at.d_v, error_v, tall)
    inside = near.nominal | ((at.d_h < wide) & ~(at.d_v >= tall - STEPS_M))
    return Nearness(at, low, high, near, close, inside, ratio)
