"""The end of the page: the terms in words, what was read, what was kept aside and why, what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from armslength.report import words
from armslength.report.model import Report
from armslength.report.sections import e, moment, part

MOST_ROWS = 200
"""Rows of a table at the end of the page, at most."""


def covers(report: Report) -> str:
    """Return the sections that say what the page rests on."""
    return "".join(
        f'<section class="panel"><h3>{title}</h3>{body}</section>'
        for title, body in (
            ("The terms in force", terms(report)),
            ("Recordings", recordings(report)),
            ("Rows kept aside", kept_aside(report)),
            ("Left out", left_out(report)),
            ("Tracks that are implausible", implausible(report)),
            ("How to read this", reading(report)),
        )
        if body
    )


def terms(report: Report) -> str:
    """Return the minima, the near miss and the dwell limit in words."""
    source = part(report.summary, "terms").get("source")
    said = [
        f"Two aircraft of different parties are inside the minima while they are nearer than "
        f"{words.minimum(report.horizontal_m)} horizontally and at the same time nearer than "
        f"{words.minimum(report.vertical_m)} vertically.",
        f"Nearer than {words.minimum(report.near_miss_m)} in a straight line is a near miss, everywhere.",
    ]
    if isfinite(report.dwell_limit_s) and report.dwell_limit_s > 0:
        said.insert(1, f"They may stay inside for {words.duration(report.dwell_limit_s)} at most.")
    for name, kind, _ in report.areas:
        if kind == "exempt":
            said.append(f"{name} is exempt from the minima, not from near-miss detection.")
        else:
            said.append(f"The terms hold in {name}.")
    if source:
        said.append(f"Source: {source}.")
    return "".join(f"<p>{e(sentence)}</p>" for sentence in said)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    """Return a table; columns in `numbers` are set flush right."""
    mark = ["num" if i in numbers else "" for i in range(len(heads))]
    head = "".join(f'<th scope="col" class="{m}">{e(name)}</th>' for name, m in zip(heads, mark, strict=True))
    body = "".join(
        "<tr>" + "".join(f'<td class="{m}">{e(cell)}</td>' for cell, m in zip(row, mark, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def number(value: object) -> str:
    """Return a count with separators, or what stands there instead."""
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "")


def items(summary: Mapping[str, Any], key: str) -> list[Any]:
    """Return a list of the summary, empty where it is missing or of another shape."""
    found = summary.get(key)
    return list(found) if isinstance(found, (list, tuple)) else []


def recordings(report: Report) -> str:
    """Return what was read."""
    rows = [
        (one.get("file", ""), one.get("format", ""), number(one.get("rows")), one.get("error") or "read")
        for one in items(report.summary, "recordings")
        if isinstance(one, Mapping)
    ]
    return table(("File", "Format", "Rows", ""), rows, (2,)) if rows else ""


def kept_aside(report: Report) -> str:
    """Return the rows that were not used, with the reason and one example each."""
    rows = []
    for reason, one in part(part(report.summary, "rows"), "kept_aside").items():
        held = part({"one": one}, "one")
        example = part(held, "example")
        at = f"{example.get('file', '')} row {example.get('row', '')}: {example.get('says', '')}" if example else ""
        rows.append((reason, number(held.get("rows")), at))
    outside = part(report.summary, "rows").get("outside_time")
    lie = "row lies" if outside == 1 else "rows lie"
    said = f"<p>{number(outside)} {lie} outside the span of time that was asked for.</p>" if outside else ""
    notes = part(part(report.summary, "rows"), "notes")
    if notes:
        told = "; ".join(f"{what}: {number(count)}" for what, count in notes.items())
        said += f"<p>Used, but noted: {e(told, 2000)}.</p>"
    return (table(("Reason", "Rows", "Example"), rows, (1,)) if rows else "<p>None.</p>") + said


def left_out(report: Report) -> str:
    """Return what was not looked at."""
    said = items(report.summary, "left_out")
    said += [
        f"{one.get('file', '')}: {one.get('why', '')}"
        for one in items(report.summary, "skipped")
        if isinstance(one, Mapping)
    ]
    return f"<ul>{''.join(f'<li>{e(one)}</li>' for one in said)}</ul>" if said else "<p>Nothing that was given.</p>"


def implausible(report: Report) -> str:
    """Return the tracks that no aircraft can have flown."""
    rows = [
        (one.get("aircraft", ""), span(one.get("from", ""), one.get("to", "")), one.get("why", ""))
        for one in items(report.summary, "implausible")
        if isinstance(one, Mapping)
    ]
    rest = f"<p>And {number(len(rows) - MOST_ROWS)} more in summary.json.</p>" if len(rows) > MOST_ROWS else ""
    return table(("Aircraft", "UTC", "Why"), rows[:MOST_ROWS]) + rest if rows else ""


def span(since: object, until: object) -> str:
    """Return two ISO 8601 times as one span, the date of the second only where it is another."""
    start, end = moment(since), moment(until)
    if not end:
        return start
    return f"{start} to {end[11:] if end[:10] == start[:10] else end}"


def reading(report: Report) -> str:
    """Return what the words on the page mean, and what its drawings cannot show."""
    said = [
        "Certain: true even at the far end of the error bounds. Possible: true somewhere within them. Not "
        "determinable: the recording cannot tell, for example because a level is missing.",
        "The share of the minima is the larger of the horizontal and the vertical distance, each as a share of its "
        "minimum, at the moment when that is least: 0 % is a touch, 100 % the edge of the minima.",
        "Bounds are two sigma: from the time between reports, the accuracy that was reported, and the clocks.",
        "Coasts and borders: Natural Earth, within about a mile; they are for orientation and say nothing about the "
        "status of a border.",
    ]
    return "".join(f"<p>{e(sentence)}</p>" for sentence in said)
