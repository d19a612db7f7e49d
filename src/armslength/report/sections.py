"""The parts of the page that are words and drawings: the lead, the tally, the cards of the worst encounters."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import isfinite
from typing import Any

from armslength.domain.encounter import Encounter, Evidence
from armslength.report import words
from armslength.report.assets import filled
from armslength.report.drawing import symbol
from armslength.report.map import counts, party_of
from armslength.report.model import Report, worst_first
from armslength.report.plan import plan
from armslength.report.profile import profile
from armslength.report.words import shown
from armslength.units import counted

LEVELS = ("near_miss", "inside")
CERTAINTIES = ("certain", "possible", "not_determinable")


def e(value: object, longest: int = 400) -> str:
    """Return text from outside, ready to stand in HTML."""
    return escape(shown(value, longest))


def lead(report: Report) -> str:
    """Return the heading: what was found, in one sentence and a few figures, and what it rests on."""
    tally = counts(report.encounters)
    near, total = int(tally[0].sum()), int(tally.sum())
    breaches = sum(one.breach for one in report.encounters)
    figures = [
        (total, "encounter", "encounters"), (near, "near miss", "near misses"), (int(tally[:, 0].sum()), "certain", ""),
        (int(tally[:, 1].sum()), "possible", ""), (int(tally[:, 2].sum()), "not determinable", ""),
        (breaches, "breach", "breaches"),
    ]  # fmt: skip
    boxes = [f"<div><b>{n:,}</b><span>{one if n == 1 else many or one}</span></div>" for n, one, many in figures]
    return (
        f'<section class="lead" id="top"><p class="what">{e(report.title, 200)}</p>'
        f'<h1>{escape(words.tight(headline(report)))}</h1><div class="figures">{"".join(boxes) if total else ""}</div>'
        f'<p class="cover">{escape(words.tight(coverage(report)))}</p></section>'
    )


def headline(report: Report) -> str:
    """Return the finding in one sentence; what was not, or perhaps not, inside the minima is counted apart."""
    minima = f"{words.minimum(report.horizontal_m)} and {words.minimum(report.vertical_m)}"
    by: dict[str, list[Encounter]] = {}
    for one in report.encounters:
        by.setdefault(words.standing(one), []).append(one)
    within = by.get(words.WITHIN, [])
    said = f"{counted(len(within), 'encounter')} inside the minima of {minima}" + _of_them(
        len(within), sum(one.level == "near_miss" for one in within), "a near miss", "near misses"
    )
    if not within:
        said = f"Nothing seen inside the minima of {minima}"
    apart = []
    for where, place in ((words.NO_MINIMA, "where no minima hold"), (words.OUTSIDE, "outside the minima")):
        if some := by.get(where, []):
            unsure = sum(one.certainty == "not_determinable" for one in some)
            number = counted(len(some), "near miss", "near misses")
            apart.append(f"{number} {place}{_of_them(len(some), unsure, 'not determinable', 'not determinable')}")
    if some := by.get(words.UNTOLD, []):
        number = f"{len(some):,} more" if within else counted(len(some), "encounter")
        apart.append(f"{number} that may have been inside")
    if not apart:
        return said + "."
    if len(apart) == 1:
        return f"{said}, {'and' if within else 'but'} {apart[0]}."
    return f"{said}; {', '.join(apart[:-1])}, and {apart[-1]}."


def _of_them(total: int, some: int, one: str, more: str) -> str:
    """Return ", 2 of them ..." with the words that suit the numbers; empty for none."""
    if not some:
        return ""
    if total == 1:
        return f", {one}"
    return f", {'all' if some == total else f'{some:,}'} of them {one if some == 1 else more}"


def coverage(report: Report) -> str:
    """Return what the finding rests on, and what it does not say."""
    rows = part(report.summary, "rows")
    time = part(report.summary, "time")
    seen = []
    if "used" in rows:
        of = f" of {int(rows['read']):,}" if rows.get("read") else ""
        seen.append(f"{int(rows['used']):,}{of} {'row' if rows.get('read', rows['used']) == 1 else 'rows'}")
    if report.summary.get("aircraft") is not None:
        seen.append(counted(int(report.summary["aircraft"]), "aircraft", "aircraft"))
    said = f"Seen: {' of '.join(seen)}" if seen else "What was seen is not stated"
    if time.get("from") and time.get("to"):
        said += f", {moment(time['from'])} to {moment(time['to'])} UTC"
    said += ". Aircraft that were not received, or only with gaps, may have come closer unseen."
    grazing = part(report.summary, "encounters").get("outside_by_less_than_the_errors")
    if isinstance(grazing, int) and grazing:
        said += f" {counted(grazing, 'more pass', 'more passes')} stayed outside the minima by less than the errors."
    return said


def moment(text: object) -> str:
    """Return an ISO 8601 time as date and minute."""
    return shown(text, 40)[:16].replace("T", " ")


def part(summary: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a part of the summary, empty where it is missing or of another shape."""
    found = summary.get(key)
    return dict(found) if isinstance(found, Mapping) else {}


def tally(report: Report) -> str:
    """Return the table of counts by level and certainty, which is legend and filter at once."""
    numbers = counts(report.encounters)
    head = "".join(f'<th scope="col">{words.CERTAINTIES[name]}</th>' for name in CERTAINTIES)
    body = ""
    for i, level in enumerate(LEVELS):
        cells = "".join(
            f'<td><button type="button" data-cell="{3 * i + j}" aria-pressed="true" '
            f'title="Show or hide">{symbol(level, certainty, size=18)}<b>{numbers[i, j]:,}</b></button></td>'
            for j, certainty in enumerate(CERTAINTIES)
        )
        body += f'<tr><th scope="row">{"Near miss" if i == 0 else "Inside"}</th>{cells}</tr>'
    ring = symbol("inside", "certain", breach=True, size=14)
    return (
        f'<table class="tally"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'
        f'<p class="hint">Shape tells the level, filling the certainty; a ring {ring} marks a breach of the terms.</p>'
    )


def worst(report: Report) -> str:
    """Return the list of those that have a card, the gravest first."""
    items, shown_here = [], with_card(report)
    many_days = len({words.day(one.t_closest) for one in shown_here}) > 1
    for one in shown_here:
        first, second = words.who(one)
        day = f"{words.day(one.t_closest)[5:]} " if many_days else ""
        level = f"{words.feet(one.d_v_m)} in level" if isfinite(one.d_v_m) else "level unknown"
        apart = words.tight(f"{words.distance(one.d_h_m)}, {level}")
        items.append(
            f'<li><a href="#e{one.encounter}">{symbol(one.level, one.certainty, one.breach)}'
            f"<b>{e(first)} – {e(second)}</b><span>{apart}</span>"
            f'<span class="soft">{day}{words.clock(one.t_closest)}</span></a></li>'
        )
    return "".join(items) or '<li class="none">No encounter to show closer.</li>'


def with_card(report: Report) -> list[Encounter]:
    """Return the encounters that have evidence, the gravest first."""
    return [one for one in worst_first(report.encounters) if one.encounter in report.evidence]


def cards(report: Report) -> str:
    """Return the cards of the worst encounters."""
    return "".join(card(one, report.evidence[one.encounter], report) for one in with_card(report))


def card(one: Encounter, seen: Evidence, report: Report) -> str:
    """Return one card: the facts in words, the plan view, the distances over time."""
    first, second = words.who(one)
    facts = [words.stay(one, report.dwell_limit_s, report.near_miss_m), words.how_sure(one, report.near_miss_m)]
    facts += [words.why_breach(one, report.dwell_limit_s)] if one.breach else []
    note = f'<p class="note">{e(one.note)}</p>' if one.note else ""
    return filled(
        "card.html",
        number=one.encounter,
        symbol=symbol(one.level, one.certainty, one.breach, 22),
        first=e(first),
        second=e(second),
        day=words.day(one.t_closest),
        tone="near" if one.level == "near_miss" else "in",
        level=e(f"{words.level(one)}, {words.CERTAINTIES.get(one.certainty, one.certainty)}"),
        tag='<em class="breach">breach</em>' if one.breach else "",
        passing=e(words.tight(words.passing(one))),
        facts="".join(f"<p>{e(words.tight(fact))}</p>" for fact in facts) + note,
        figures=figures(one, seen),
        plan=plan(one, seen, report),
        profile=profile(one, seen, report),
        shaded=e(words.shaded(one, report.near_miss_m)),
    )


def figures(one: Encounter, seen: Evidence) -> str:
    """Return the numbers behind the sentences."""
    rows = [
        ("Horizontally", f"{words.distance(one.d_h_m)} ({words.metric(one.d_h_m)}) ± {words.metric(one.error_h_m)}"),
        ("Vertically", f"{words.feet(one.d_v_m)} ({words.metric(one.d_v_m)}) ± {words.metric(one.error_v_m)}"),
        ("Slant", f"{words.distance(one.slant_m)} ({words.metric(one.slant_m)}) at {words.clock(one.t_slant)}"),
        ("Level", _level(one, seen)),
        ("Aircraft", f"{shown(one.first, 16)} and {shown(one.second, 16)}"),
    ]
    parties = party_of(one.first_party, one.first), party_of(one.second_party, one.second)
    if any(parties):
        rows.append(("Parties", " and ".join(shown(party, 60) or "none" for party in parties)))
    return f"<table>{''.join(f'<tr><th>{name}</th><td>{e(said)}</td></tr>' for name, said in rows)}</table>"


def _level(one: Encounter, seen: Evidence) -> str:
    """Return the mean level with what it was measured from."""
    if not isfinite(one.alt_m):
        return "unknown"
    first, second = seen.first.datum, seen.second.datum
    return f"{words.feet(one.alt_m)}, {first}" + ("" if first == second else f" and {second}")
