"""The part of the page about conduct: how many findings by rule and outcome, and the gravest drawn.

A drawing shows who was where, and how far apart over time; shaded is the time that the finding is about.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan

import numpy as np

from armslength.agreement.articles_conduct import CONDUCT
from armslength.domain.encounter import CERTAIN as SURE
from armslength.domain.encounter import INSIDE, NEAR_MISS, NOT_DETERMINABLE, POSSIBLE, Encounter, Evidence
from armslength.domain.finding import Finding, Outcome
from armslength.report import words
from armslength.report.assets import filled
from armslength.report.drawing import symbol
from armslength.report.model import Report
from armslength.report.plan import plan
from armslength.report.profile import profile
from armslength.report.sections import e
from armslength.units import counted

OUTCOMES = {Outcome.BREACH: "breach", Outcome.NOT_DETERMINABLE: "not determinable", Outcome.NO_BREACH: "no breach"}
NUMBERED_FROM = 1_000_000
"""Drawings of findings are numbered from here, those of encounters below."""


def conduct(report: Report) -> str:
    """Return the table of findings by rule and outcome; a sentence where there is none."""
    if not report.findings:
        return "<p>No finding: nothing that the enabled rules look at was seen.</p>"
    rules: dict[str, dict[Outcome, int]] = {}
    for one in report.findings:
        rules.setdefault(one.rule, dict.fromkeys(OUTCOMES, 0))[one.outcome] += 1
    head = "".join(f'<th scope="col" class="num">{said.capitalize()}</th>' for said in OUTCOMES.values())
    body = "".join(
        f'<tr><th scope="row">{rule} {e(CONDUCT[rule].title)}</th>'
        + "".join(f'<td class="num">{count:,}</td>' for count in counts.values())
        + "</tr>"
        for rule, counts in sorted(rules.items())
    )
    return f'<table class="conduct"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'


def finding_cards(report: Report) -> str:
    """Return the cards of the findings that have a picture, and how many have none."""
    with_picture = [one for one in report.findings if one.id in report.pictures and one.outcome != Outcome.NO_BREACH]
    with_picture.sort(key=lambda one: (one.outcome != Outcome.BREACH, one.severity, one.opened_ns, one.rule))
    cards = "".join(
        _card(one, report.pictures[one.id], number, report) for number, one in enumerate(with_picture, NUMBERED_FROM)
    )
    told = sum(one.outcome != Outcome.NO_BREACH for one in report.findings)
    left = told - len(with_picture)
    if left:
        more = counted(left, "more finding", "more findings")
        cards += f"<p>{more} in findings.csv, less grave than these, without a drawing.</p>"
    return cards


def _card(one: Finding, seen: Evidence, number: int, report: Report) -> str:
    around = as_encounter(one, seen, number)
    first, second = words.who(around)
    grade = OUTCOMES[one.outcome] + ("" if one.outcome is Outcome.NO_BREACH else f", {one.severity.name}")
    return filled(
        "finding.html",
        number=number,
        symbol=symbol(around.level, around.certainty, one.outcome is Outcome.BREACH, 22),
        rule=e(f"{one.rule} {CONDUCT[one.rule].title}"),
        first=e(first),
        second=e(second),
        day=words.day(one.opened_ns),
        outcome=e(grade),
        tone="near" if one.outcome is Outcome.BREACH else "in",
        said=e(words.tight(one.explanation)),
        figures=_figures(one),
        plan=plan(around, seen, replace(report, near_miss_m=nan), plots=False),
        profile=profile(around, seen, report),
    )


def as_encounter(one: Finding, seen: Evidence, number: int) -> Encounter:
    """Return what the drawings need: the time of the finding, and the nearest moment in it."""
    closed = one.opened_ns if one.closed_ns is None else one.closed_ns
    slant = np.where(np.isnan(seen.d_v_m), seen.d_h_m, np.hypot(seen.d_h_m, seen.d_v_m))
    slant = np.where((seen.time_ns >= one.opened_ns) & (seen.time_ns <= closed) & ~np.isnan(slant), slant, np.inf)
    at = int(np.argmin(slant)) if len(slant) else 0
    known = bool(len(slant)) and isfinite(float(slant[at]))
    d_h, d_v = (float(seen.d_h_m[at]), float(seen.d_v_m[at])) if known else (nan, nan)
    place = int(np.searchsorted(seen.first.time_ns, seen.time_ns[at])) if known else 0
    lat, lon = (float(np.mean([seen.first.lat[place], seen.second.lat[place]])), float(seen.first.lon[place]))
    certainty = {Outcome.BREACH: SURE, Outcome.NO_BREACH: POSSIBLE}.get(one.outcome, NOT_DETERMINABLE)
    return Encounter(
        number, one.first, one.second, seen.first.callsign, seen.second.callsign, seen.first.party, seen.second.party,
        one.opened_ns, closed, int(seen.time_ns[at]) if known else one.opened_ns, d_h, d_v, nan, one.opened_ns,
        float(slant[at]) if known else nan, (closed - one.opened_ns) / 1e9, lat, lon, nan,
        NEAR_MISS if one.rule == "G02" else INSIDE, certainty, nan, nan, "",
    )  # fmt: skip


def _figures(one: Finding) -> str:
    """Return the numbers behind the sentences."""
    closed = one.opened_ns if one.closed_ns is None else one.closed_ns
    lasted = words.duration((closed - one.opened_ns) / 1e9)
    rows = [
        ("When", f"{words.clock(one.opened_ns)} to {words.clock(closed)}, {lasted}"),
        ("Measured", f"{one.value:,.4g} {one.unit}".strip()),
        ("Threshold", f"{one.threshold:,.4g} {one.unit}".strip()),
    ]
    if one.margin_sigma is not None:
        rows.append(("Margin", f"{one.margin_sigma:+.1f} standard deviations towards breach"))
    if one.by:
        rows.append(("Act of", one.by))
    if one.regime:
        rows.append(("Regime", one.regime))
    if one.encounter:
        rows.append(("Encounter", str(one.encounter)))
    rows.append(("Aircraft", f"{words.shown(one.first, 16)} and {words.shown(one.second, 16)}"))
    return f"<table>{''.join(f'<tr><th>{name}</th><td>{e(said)}</td></tr>' for name, said in rows)}</table>"
