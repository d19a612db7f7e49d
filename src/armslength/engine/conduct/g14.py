"""G14: nothing is dropped, let out, fired or shone at the other; a crew reports it, tracks say what they can."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.crew_report import WORDS
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.meeting import Meetings
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.crew import Held, Result, held_against, unmet
from armslength.engine.conduct.doubt import margin
from armslength.engine.conduct.rule import Reach, Rule
from armslength.engine.conduct.told import CHAFF, FLARES, FUEL, LASER, OBJECTS, Reported
from armslength.engine.conduct.words import miles
from armslength.units import NS

__all__ = ["ACTS", "RULE", "TEXT", "judge", "reach", "without_tracks"]

ACTS = frozenset({FLARES, CHAFF, LASER, FUEL, OBJECTS})
DISTRESS_NS = 600 * NS
"""A flare so soon after its party told of an emergency is a signal of distress [ns]."""
OUTCOMES = {
    Result.CORROBORATED: Outcome.BREACH,
    Result.CONSISTENT: Outcome.NOT_DETERMINABLE,
    Result.CONTRADICTED: Outcome.NO_BREACH,
    Result.NO_DATA: Outcome.NOT_DETERMINABLE,
}

TEXT = RuleText(
    "G14",
    "Objects, flares, chaff, fuel, lasers",
    "Nothing is dropped, let out, fired or shone at an aircraft of the other party.",
    "Hazardous objects in Art. IV of INCSEA; lasers in Art. IV of the agreement of 1989; flares over drones in July "
    "2023, fuel in March 2023.",
    "No track shows it: a crew reports what it was, when, and how far away. Tracks corroborate the report where the "
    "accused was certainly near enough at some moment within the time before or after, and, but for a laser, ahead of "
    "the reporter's wings or above it; they are consistent with it where it possibly was, contradict it where it was "
    "not, or have no data. A report that is corroborated is a breach, one that is contradicted none; the others cannot "
    "be determined. A report that names no aircraft is held against all that were near the reporter.",
    (
        Parameter("conduct.G14.distance", "distance_m", "m", "near enough to have done it"),
        Parameter("conduct.G14.time", "time_s", "s", "before and after the time that the crew gives"),
    ),
    ("a flare within 10 minutes after its party told of an emergency: no breach",),
    "SEV1 where an aircraft was struck or a manoeuvre was forced, else SEV2; SEV4 of what is no breach",
    "the report with the digest of what was recorded; where both were",
    "who was reported",
    ("conduct",),
)


def reach(terms: Terms) -> Reach:
    """Return what G14 must be shown."""
    figures = terms.conduct["G14"]
    return Reach(figures["distance_m"], figures["distance_m"], figures["time_s"], figures["time_s"])


def judge(meetings: Meetings, context: Context) -> list[Finding]:
    """Return one finding for each report that is about one of the meetings."""
    figures = context.figures("G14")
    out = []
    for form in context.reported:
        if form.kind in ACTS:
            held = held_against(context, form, figures["distance_m"], figures["time_s"])
            if held:
                out.append(_finding(context, held))
    return out


def _finding(context: Context, held: list[Held]) -> Finding:
    m, best = context.meetings, held[0]
    form, limit = best.form, context.figures("G14")["distance_m"]
    one, two = context.who(best.meeting, 0), context.who(best.meeting, 1)
    outcome = OUTCOMES[best.result]
    says = f"{_said(form)} The tracks {best.result}"
    value, sigma = float("nan"), None
    if best.nearest >= 0:
        slant, flat = float(m.slant[best.nearest]), float(m.d_h[best.nearest])
        value, error = (slant, m.error_slant) if np.isfinite(slant) else (flat, m.error_h_m)
        sigma = margin(value, float(error[best.nearest]), limit, breach_over=False)
        says += f": they were {miles(value)} apart at the nearest within the time."
    else:
        says += " of that time."
    equal = [other for other in held[1:] if other.result is best.result is Result.CORROBORATED]
    if not form.accused and equal:
        outcome = Outcome.NOT_DETERMINABLE
        says += f" {len(equal)} more aircraft were as near: which of them did it is not known."
    if _distress(context, form, best):
        outcome = Outcome.NO_BREACH
        says += " Its party had told of an emergency: a flare of distress is no breach."
    accused = (one, two)[best.accused]
    return Finding(
        "G14", form.id, outcome, _grade(form, outcome), accused.party, form.at_ns, form.at_ns, value, limit, "m",
        (form.id,), says, first=one.address, second=two.address, margin_sigma=sigma,
    )  # fmt: skip


def without_tracks(terms: Terms, forms: Iterable[Reported], found: Iterable[Finding]) -> list[Finding]:
    """Return the findings about reports of which `found` holds none: nobody's track was near the reporter's then."""
    if not terms.conduct["G14"].enabled:
        return []
    acts = (one for one in forms if one.kind in ACTS)
    out = []
    for form in unmet(acts, (one.about for one in found if one.rule == "G14")):
        first, second = sorted((form.reporter, form.accused)) if form.accused else (form.reporter, "")
        says = f"{_said(form)} The tracks {Result.NO_DATA} of both near each other at that time."
        out.append(
            Finding(
                "G14", form.id, Outcome.NOT_DETERMINABLE, _grade(form, Outcome.NOT_DETERMINABLE), "", form.at_ns,
                form.at_ns, float("nan"), terms.conduct["G14"]["distance_m"], "m", (form.id,), says, first=first,
                second=second,
            )
        )  # fmt: skip
    return out


def _said(form: Reported) -> str:
    far = f", {miles(form.range_m)} away by its estimate" if np.isfinite(form.range_m) else ""
    more = " An aircraft was struck." if form.struck else " It had to evade." if form.evaded else ""
    return f"A crew of {form.by} reported {WORDS[form.kind]}{far}.{more}"


def _grade(form: Reported, outcome: Outcome) -> Severity:
    if outcome is Outcome.NO_BREACH:
        return Severity.SEV4
    return Severity.SEV1 if form.struck or form.evaded else Severity.SEV2


def _distress(context: Context, form: Reported, held: Held) -> bool:
    party = context.who(held.meeting, held.accused).party
    return form.kind == FLARES and any(
        one.code == "EMG" and one.by == party and 0 <= form.at_ns - one.at_ns <= DISTRESS_NS for one in context.said
    )


RULE = Rule(TEXT, judge, reach, lives_on=("reported",))
