"""G07: nobody places itself so that an aircraft of the other party flies into its wake or jet wash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armslength.agreement.terms import UNKNOWN, Terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.plot import F64, Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.doubt import Told, margin, over, sure, under
from armslength.engine.conduct.regimes import TEST
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.runs import Events, encounters, events, runs
from armslength.engine.conduct.told import CONTROL_LOST, WASH
from armslength.engine.conduct.words import feet, miles, why_unsure
from armslength.kernel.wake import in_wake
from armslength.units import NS

LIGHT = "fast_jet"
"""The category whose wake reaches less far: a light fighter."""
MORE_S = 10.0
"""The path is looked at so much further back than wakes last [s]: who comes up from behind is told from who passes."""
EARTH_M = 6_371_000.0
"""Radius of a sphere [m]: for how far somebody strayed, a share of a percent does not matter."""
STATED_S = 60.0
"""A crew's statement belongs to a wake that is no further away in time [s]."""

TEXT = RuleText(
    "G07",
    "Wake or jet-wash pass",
    "Nobody passes an aircraft of the other party so that this one must fly through its wake.",
    "October 2016: jet wash felt; July 2023: a crewed aircraft flown into wake, afterburner in front of a drone. ICAO "
    "Doc 4444: the wake is behind, at the same level or up to 1,000 ft below.",
    "A wake: the path that the other flew comes nearer than the lateral distance, at a point no older than the age, "
    "no further behind along the path than the distance (that of a light fighter for a fast jet; of an unknown "
    "category it is not determinable between the two), further than the lateral distance itself, and from the same "
    "level to so much below it. The same level is what the errors do not tell from it; on one datum the lower edge "
    "counts only where it is certain, because traffic separated by level passes 1,000 ft below every day. The other "
    "placed itself there if its path came there while they met: not if the one was there from the beginning, came "
    "up from behind, or would have stayed outside if it had flown straight on since the other passed. No wind is "
    "known: the wake is where the path was.",
    (
        Parameter("conduct.G07.lateral", "lateral_m", "m", "nearer to the path than this"),
        Parameter("conduct.G07.age", "age_s", "s", "at a point flown no longer ago than this"),
        Parameter("conduct.G07.behind", "behind_m", "m", "and no further behind than this"),
        Parameter("conduct.G07.behind_light", "behind_light_m", "m", "or this, behind a light fighter"),
        Parameter("conduct.G07.below", "below_m", "m", "from the same level to so much below"),
    ),
    (
        "the other chose the trail position",
        "an agreed test window",
        "outside the area of the terms",
        "INTERCEPT does not relax it",
    ),
    "SEV2; SEV1 where the crew reported wash, or control of an uncrewed aircraft was lost",
    "how near to the path, how old and how far behind its point, levels, categories, the crew's report; no wind",
    "who was ahead",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class _Wakes:
    """What one side is to the path of the other, and what that makes of it; shapes (N,).

    Attributes:
        lateral, age, behind, rise: as `in_wake`; NaN where not looked at.
        tube: on the path, whatever its age. wake: in the wake.
    """

    lateral: F64
    age: F64
    behind: F64
    rise: F64
    tube: Told
    wake: Told


def reach(terms: Terms) -> Reach:
    """Return what G07 must be shown: with the paths flown before."""
    figures = terms.conduct["G07"]
    far = max(figures["behind_m"], figures["behind_light_m"])
    return Reach(far, terms.separation.vertical_m, figures["age_s"] + MORE_S)


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each pair, encounter and side whose wake the other was possibly made to fly through."""
    out = []
    for by in (0, 1):
        paths = _paths(meetings, context, by)
        near = np.zeros(len(meetings), np.bool_)
        near[meetings.of[~np.isnan(paths[0])]] = True
        if not np.any(near):
            continue
        part = replace(context, meetings=meetings.take(near))
        wakes = _wakes(part, paths[:, near[meetings.of]], by)
        found = events(part.meetings, wakes.wake)
        begun = runs(part.meetings, wakes.tube.possible).first
        begun = begun[np.searchsorted(begun, found.first, side="right") - 1] if len(begun) else begun
        placed = [_placed(part, wakes, by, int(one)) for one in begun]
        rows = [i for i in range(len(found)) if placed[i][0]]
        of, first, last = (getattr(found, name)[rows] for name in ("of", "first", "last"))
        for group in encounters(part.meetings, of, first, last):
            out.append(_finding(part, wakes, found, [rows[i] for i in group], placed, by))
    return out


def _paths(m: Meetings, context: Context, by: int) -> F64:
    """Return what one side is to the path of the other, as `in_wake`, shape (4, N)."""
    figures, furthest = context.figures("G07"), reach(context.terms)
    # Wider than wakes reach: who comes up from behind must be seen before it is in the wake.
    screen = (m.d_h - m.error_h_m < 1.2 * furthest.horizontal_m) & ~(m.d_v - m.error_v_m >= furthest.vertical_m)
    which = np.flatnonzero(screen)
    out, some = np.full((4, len(m.t)), np.nan), np.empty((4, len(which)))
    nearest = figures["lateral_m"] + m.error_h_m[which]
    in_wake(
        m.start[m.of[which]], which, m.t, m.lat, m.lon, m.level_m, by, figures["age_s"] + MORE_S, nearest, some
    )  # fmt: skip
    out[:, which] = some
    return out


def _wakes(context: Context, paths: F64, by: int) -> _Wakes:
    m, figures = context.meetings, context.figures("G07")
    lateral, age, behind, rise = paths
    seen = ~np.isnan(lateral)
    tube = under(lateral, m.error_h_m, figures["lateral_m"]) & _level(m, rise, figures["below_m"])
    tube = tube.where(seen & ~(behind <= figures["lateral_m"]))
    kinds = [context.who(k, by).category for k in range(len(m))]
    far, light = figures["behind_m"], figures["behind_light_m"]
    least = np.array([light if kind in {LIGHT, UNKNOWN} else far for kind in kinds])[m.of]
    most = np.array([light if kind == LIGHT else max(far, light) for kind in kinds])[m.of]
    near, surely = under(behind, m.error_h_m, most), under(behind, m.error_h_m, least)
    wake = tube & Told(near.possible, near.nominal, surely.certain) & sure(age <= figures["age_s"])
    wake = wake.where(context.in_area)
    return _Wakes(lateral, age, behind, rise, tube, wake)


def _level(m: Meetings, rise: F64, below: float) -> Told:
    """Return whether one is at the level of a path or up to `below` under it; `rise` is what the path is above it."""
    low, above = under(rise, m.error_v_m, below), over(-rise, m.error_v_m, 0.0).certain
    one: Bool = m.datum <= 1
    low = Told(np.where(one, low.certain, low.possible), np.where(one, low.certain, low.nominal), low.certain)
    return low.where(~above)


def _placed(context: Context, wakes: _Wakes, by: int, begun: int) -> tuple[bool, bool]:
    """Return whether the other possibly, and certainly, placed itself there: how the one came upon the path.

    `begun`: sample at which it did.
    """
    m, figures, one = context.meetings, context.figures("G07"), 1 - by
    low = int(m.start[m.of[begun]])
    gaps = np.flatnonzero(~m.goes_on[low:begun])
    since = low + (int(gaps[-1]) + 1 if len(gaps) else 0)
    passed = begun - round(float(wakes.age[begun]))
    if passed - since < 2:
        return False, False  # it was there from the beginning of what is known
    if wakes.age[begun] > figures["age_s"] or wakes.behind[begun] > reach(context.terms).horizontal_m:
        return False, False  # it came up from behind
    lateral = begun > since and wakes.lateral[begun - 1] < figures["lateral_m"] < wakes.behind[begun - 1]
    if lateral and not abs(m.climb[by, passed]) > abs(m.climb[one, begun]):
        return False, False  # it was on the path already, and came to its level by itself
    strayed, error = _strayed(m, one, passed, begun)
    limit = figures["lateral_m"]
    return not strayed - error > limit, strayed + error < limit


def _strayed(m: Meetings, side: int, since: int, until: int) -> tuple[float, float]:
    """Return how far one is beside, above or below where it would be, had it flown straight on [m], with its bound."""
    seconds = float(m.t[until] - m.t[since])
    north = np.radians(m.lat[side, until] - m.lat[side, since]) * EARTH_M
    turn = (m.lon[side, until] - m.lon[side, since] + 180.0) % 360.0 - 180.0
    east = np.radians(turn) * EARTH_M * np.cos(np.radians(m.lat[side, until]))
    course = m.course[side, since]
    across = abs(east * np.cos(course) - north * np.sin(course))
    climbed = abs(m.level_m[side, until] - m.level_m[side, since] - m.climb[side, since] * seconds)
    strayed = max(float(across), 0.0 if np.isnan(climbed) else float(climbed))
    return strayed, float(m.error_speed[side, since]) * seconds


def _finding(
    context: Context, wakes: _Wakes, found: Events, group: Sequence[int], placed: Sequence[tuple[bool, bool]], by: int
) -> Finding:
    """Return the finding about one encounter: of its wakes the surest counts, then the nearest."""
    m, limit, words = context.meetings, context.figures("G07")["lateral_m"], ("first", "second")

    def nearest(i: int) -> int:
        first, last = int(found.first[i]), int(found.last[i])
        return first + int(np.argmin(wakes.behind[first : last + 1]))

    def certain(i: int) -> bool:
        return bool(found.sure[i]) and placed[i][1]

    worst = max(group, key=lambda i: (certain(i), -float(wakes.behind[nearest(i)]), -i))
    first, last, at = int(found.first[worst]), int(found.last[worst]), nearest(worst)
    lateral = float(np.min(wakes.lateral[first : last + 1]))
    said = (
        f"The {words[1 - by]} flew within {lateral:.0f} m of the path of the {words[by]}, {wakes.age[at]:.0f} s after "
        f"and {miles(float(wakes.behind[at]))} behind it, {_under(float(wakes.rise[at]))}. No wind is known."
    )
    outcome = Outcome.BREACH if certain(worst) else Outcome.NOT_DETERMINABLE
    if outcome is Outcome.NOT_DETERMINABLE:
        said += f" {_why(context, found, worst, by)}"
    severity, stated = Severity.SEV2, list(_stated(context, int(found.of[worst]), (first, last), by))
    if stated:
        severity = Severity.SEV1
        said += f" Its crew reported it ({', '.join(stated)})."
    return context.find(
        TEXT, int(found.of[worst]), (first, last), outcome, severity, (lateral, limit, "m"), said, by=by,
        margin_sigma=margin(lateral, float(m.error_h_m[at]), limit, breach_over=False),
    )  # fmt: skip


def _under(rise: float) -> str:
    if np.isnan(rise):
        return "at an unknown level"
    return f"{feet(abs(rise))} {'below' if rise >= 0.0 else 'above'} it"


def _why(context: Context, found: Events, i: int, by: int) -> str:
    """Return why it is not determinable."""
    if found.sure[i]:
        return "Whether it would have flown there without turning cannot be told."
    first, last = int(found.first[i]), int(found.last[i])
    said = why_unsure(context.meetings, first, last)
    unknown = context.who(int(found.of[i]), by).category == UNKNOWN
    if unknown and said.startswith("It is nearer"):
        return f"{said} What kind of aircraft was ahead is not known."
    return said


def _stated(context: Context, meeting: int, span: tuple[int, int], by: int) -> Iterator[str]:
    """Give the ids of what the crew said of it."""
    m = context.meetings
    since, until = (m.ns(i) + sign * round(STATED_S * NS) for i, sign in zip(span, (-1, 1), strict=True))
    ahead, victim = context.who(meeting, by).address, context.who(meeting, 1 - by).address
    for one in context.reported:
        named = one.kind in {WASH, CONTROL_LOST} and one.reporter == victim and one.accused in {"", ahead}
        if named and since <= one.at_ns <= until:
            yield one.id


RULE = Rule(TEXT, judge, reach, (TEST,))
