"""G04: nobody closes on an aircraft of another party too fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.attribution import BACK_S, who_lowered
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, over, under
from armslength.engine.conduct.exchanged import both_declared
from armslength.engine.conduct.nearness import nearness
from armslength.engine.conduct.regimes import INTERCEPT, TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import REENTRY_S, Events, encounters, events
from armslength.engine.conduct.words import knots, miles, why_unsure

TEXT = RuleText(
    "G04",
    "Excessive closure",
    "Nobody closes fast on an aircraft of another party from behind, nor flies at it so that little time is left.",
    "A pass of 2017 over the Baltic was unsafe for high closure and poor control, not for distance alone; closure "
    "bands are those of the risk analysis of EUROCONTROL in kind.",
    "For as many updates as agreed, at a vertical distance under that of the close tier of G02: either one sits within "
    "the angle of the other's tail and closes faster than the far closure inside the far distance, or than the near "
    "closure inside the near one; or the modified tau, (d*d - D*D) / (d*c) with D its distance, is under its limit, "
    "outside D, closing faster than the near closure, and the predicted nearest moment is inside D and vertically "
    "under the same limit. Opposite courses that lead past each other outside of that are none.",
    (
        Parameter("conduct.G04.far_distance", "far_distance_m", "m", "from behind, far: inside this distance"),
        Parameter("conduct.G04.far_closure", "far_closure_mps", "m/s", "from behind, far: faster than this"),
        Parameter("conduct.G04.near_distance", "near_distance_m", "m", "from behind, near: inside this distance"),
        Parameter("conduct.G04.near_closure", "near_closure_mps", "m/s", "from behind, near: faster than this"),
        Parameter("conduct.G04.tail_angle", "tail_angle_deg", "deg", "what is from behind, off the tail"),
        Parameter("conduct.G04.tau", "tau_s", "s", "least modified tau"),
        Parameter("conduct.G04.tau_distance", "tau_distance_m", "m", "its distance D"),
        Parameter("conduct.G04.updates", "updates", "", "how many updates it lasts before it counts"),
    ),
    (
        "both had declared what they fly, or one had accepted what the other had proposed",
        "opposite courses that lead past each other",
        "an agreed test window, INTERCEPT declared and acknowledged; an agreed join does not relax it: consent to be "
        "near is none to any closure",
    ),
    "SEV2; SEV1 where the slant distance was certainly under that of a near miss in the same encounter",
    "closure, distance and tau, how long, who lowered the predicted distance",
    "the one behind, where it is from behind; else nobody: both fly at each other",
    ("conduct",),
)


def reach(terms: Terms) -> Reach:
    """Return what G04 must be shown; levels with room for their errors."""
    figures = terms.conduct["G04"]
    far = max(figures["far_distance_m"], figures["near_distance_m"], figures["tau_distance_m"])
    return Reach(far, 2.0 * terms.conduct["G02"]["close_vertical_m"], BACK_S)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair and encounter in which somebody possibly closed too fast."""
    m, figures = meetings, context.figures("G04")
    tests = _tests(m, context)
    told = tests["far 0"] | tests["near 0"] | tests["far 1"] | tests["near 1"] | tests["tau"]
    found = events(m, told, settle_s=figures["updates"] * np.max(m.update_s, axis=0))
    if not len(found):
        return []
    missed = nearness(m, context.terms).near.certain
    return [
        _finding(context, found, group, tests, missed)
        for group in encounters(m, found.of, found.first, found.last)
    ]  # fmt: skip


def _tests(m: Meetings, context: Context) -> Mapping[str, Told]:
    """Return the tests by name: from behind by side 0 or 1, far and near, and tau."""
    figures, level = context.figures("G04"), context.figures("G02")["close_vertical_m"]
    beside = under(m.d_v, m.error_v_m, level).where(context.in_area)
    closing = {name: over(m.closure, m.error_relative, figures[f"{name}_closure_mps"]) for name in ("far", "near")}
    out = {}
    for by in (0, 1):
        behind = beside & under(m.off_tail[1 - by], m.error_bearing[1 - by], np.radians(figures["tail_angle_deg"]))
        for name, fast in closing.items():
            out[f"{name} {by}"] = behind & under(m.d_h, m.error_h_m, figures[f"{name}_distance_m"]) & fast
    short, error_short = _short(m, figures["tau_distance_m"], figures["tau_s"])
    out["tau"] = (
        under(short, error_short, 0.0) & over(m.d_h, m.error_h_m, figures["tau_distance_m"]) & closing["near"]
        & under(m.d_cpa, m.error_d_cpa, figures["tau_distance_m"]) & under(m.v_cpa, m.error_v_cpa, level)
    ).where(beside.possible & context.in_area)  # fmt: skip
    return out


def _short(m: Meetings, d: float, tau_s: float, span: slice = slice(None)) -> tuple[F64, F64]:
    """Return how much distance is left beyond what is closed in `tau_s` [m], negative where tau is less; its bound."""
    with np.errstate(invalid="ignore", divide="ignore"):
        left = m.d_h[span] - d * d / m.d_h[span]
        slope = 1.0 + (d / m.d_h[span]) ** 2
        return left - tau_s * m.closure[span], np.hypot(slope * m.error_h_m[span], tau_s * m.error_relative[span])


def _finding(
    context: Context, found: Events, group: Sequence[int], tests: Mapping[str, Told], missed: Bool
) -> Finding:  # fmt: skip
    """Return the finding about one encounter: of its events the surest and longest counts."""
    m, names = context.meetings, ("first", "second")
    worst = max(group, key=lambda i: (bool(found.sure[i]), float(found.lasted_s[i]), -i))
    k, first, last = int(found.of[worst]), int(found.first[worst]), int(found.last[worst])
    span = slice(first, last + 1)
    certain = bool(found.sure[worst])
    held = {name: (told.certain if certain else told.possible)[span] for name, told in tests.items()}
    behind = [by for by in (0, 1) if np.any(held[f"far {by}"] | held[f"near {by}"])]
    by = behind[0] if len(behind) == 1 else None
    measured, bound, over_it, i = _measured(context, span, held)
    fast, apart = knots(float(m.closure[i])), miles(float(m.d_h[i]))
    who = f"The {names[by]} closed on the {names[1 - by]} from behind" if by is not None else "The two closed"
    said = f"{who} at {fast}, {apart} apart, {found.lasted_s[worst]:.0f} s long."
    if measured[2] == "s":
        said += f" The modified tau was down to {measured[0]:.0f} s, the limit is {measured[1]:.0f} s."
    else:
        said += f" The limit there is {knots(measured[1])}."
    outcome, severity = Outcome.BREACH if certain else Outcome.NOT_DETERMINABLE, Severity.SEV2
    here = slice(int(m.start[k]), int(m.start[k + 1]))
    around = (m.t[here] >= m.t[first] - REENTRY_S) & (m.t[here] <= m.t[last] + REENTRY_S)
    if np.any(missed[here] & around):
        severity = Severity.SEV1
        said += " They came nearer than a near miss."
    if not certain:
        said += " " + why_unsure(m, first, last)
    if both_declared(context, k, first, last):
        outcome, severity = Outcome.NO_BREACH, Severity.SEV4
        said += " Both sides had told each other what they would fly: no breach."
    return context.find(
        TEXT, k, (first, last), outcome, severity, measured, f"{said} {who_lowered(m, last)}", by=by,
        margin_sigma=margin(measured[0], bound, measured[1], breach_over=over_it),
    )  # fmt: skip


def _measured(
    context: Context, span: slice, held: Mapping[str, Bool]
) -> tuple[tuple[float, float, str], float, bool, int]:
    """Return value, threshold and unit, the bound, whether it is a breach to be over it, and at which sample it was."""
    m, figures = context.meetings, context.figures("G04")
    for name in ("far", "near"):
        mask = held[f"{name} 0"] | held[f"{name} 1"]
        if np.any(mask):
            i = span.start + int(np.argmax(np.where(mask, np.nan_to_num(m.closure[span]), -np.inf)))
            measured = (float(m.closure[i]), figures[f"{name}_closure_mps"], "m/s")
            return measured, float(m.error_relative[i]), True, i
    d, c, wide = m.d_h[span], m.closure[span], figures["tau_distance_m"]
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = (d * d - wide * wide) / (d * c)
    i = int(np.argmin(np.where(held["tau"] & (tau > 0.0), tau, np.inf)))
    error = float(_short(m, wide, figures["tau_s"], span)[1][i] / c[i])
    return (float(max(tau[i], 0.0)), figures["tau_s"], "s"), error, False, span.start + i


RULE = Rule(TEXT, judge, reach, (TEST, INTERCEPT))
