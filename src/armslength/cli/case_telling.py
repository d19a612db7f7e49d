"""A case on a terminal: in one line, and in full."""

from __future__ import annotations

from typing import Any

from armslength.units import stamp

STEPS = ("opened", "sealed", "reported", "full report", "acknowledged", "extended", "answered", "no answer", "met",
         "found", "measures", "closed")  # fmt: skip


def short(one: dict[str, Any]) -> str:
    """Return a case in a line or two: where it stands, and what is due next."""
    also = f" (also {', '.join(one['also'])})" if one["also"] else ""
    rules = f", {' '.join(one['rules'])}" if one["rules"] else ""
    state = one["state"] if one["state"] == one["under"] else f"{one['state']}, {one['under']} beneath"
    line = f"{one['case']}{also} with {one['counterpart']}: {state}. {one['severity']}{rules}, opened by "
    line += f"{one['opened_by']} {stamp(int(one['stamps']['opened']))}."
    due = one["next"]
    if due is None:
        return line
    who = due["by"] or "both"
    when = "stands still (frozen)" if due["due_ns"] is None else f"by {stamp(int(due['due_ns']))}"
    overdue = " OVERDUE" if due["overdue"] else ""
    return f"{line}\n  next: {due['what']}, {who}, {when}{overdue}"


def full(one: dict[str, Any]) -> str:
    """Return everything about a case, in lines."""
    lines = [short(one)]
    subject = one["subject"]
    lines.append(f"  about: {stamp(int(subject['from_ns']))} to {stamp(int(subject['until_ns']))}{_place(subject)}")
    lines += [f"  {step}: {stamp(int(one['stamps'][step]))}" for step in STEPS if step in one["stamps"]]
    lines += [f"  evidence of {party}: {_evidence(held)}" for party, held in one["evidence"].items()]
    lines += _compared(one)
    grade = one["grade"]
    score = f", score {grade['score']}" if grade["score"] >= 0 else ""
    lines.append(f"  provisional grade: {grade['letter']}{score}. {' '.join(grade['why'])}")
    for due in one["owed"]:
        lines.append(f"  {_owed(due)}")
    lines.append("  said:")
    for said in one["documents"]:
        by = f" ({', '.join(said['persons'])})" if said["persons"] else ""
        why = f" CHANGES NOTHING: {said['misplaced']}" if "misplaced" in said else ""
        lines.append(
            f"    {stamp(int(said['time_ns']))}  {said['by']}{by}: {said['kind']}{_words(said['body'])} "
            f"[{said['document'][7:15]}]{why}"
        )
    for waits in one["waiting_for_second_person"]:
        lines.append(f"  waits for a second person, after {waits['person']}: {waits['verb']} [{waits['id']}]")
    return "\n".join(lines)


def _compared(one: dict[str, Any]) -> list[str]:
    """Return what the two recordings differ by: as a whole first, then where they part."""
    found = one["compared"]
    if found is None:
        return []
    clock = "a clock cannot be told from a place"
    if found["told_apart"]:
        clock = f"their clock is {float(found['lag_s']):+.2f} s ahead (sigma {float(found['lag_sigma_s']):.2f} s)"
    shift = f"their positions {float(found['east_m']):+.0f} m east and {float(found['north_m']):+.0f} m north of ours"
    level = "" if found["level_m"] is None else f", levels {float(found['level_m']):+.0f} m"
    lines = [f"  recordings compared ({found['samples']} samples): {clock}; {shift}{level}"]
    for part in found["differences"]:
        span = f"{stamp(int(part['from_ns']))} to {stamp(int(part['until_ns']))[11:]}"
        lines.append(
            f"    they part: aircraft of {part['party']}, {span}, by up to {float(part['largest_m']):.0f} m "
            f"(bound {float(part['bound_m']):.0f} m)"
        )
    return lines


def _place(subject: dict[str, Any]) -> str:
    if subject["lat_arcmin"] is None:
        return ""
    parts = []
    for value, signs in ((subject["lat_arcmin"], "NS"), (subject["lon_arcmin"], "EW")):
        degrees, minutes = divmod(abs(value), 60)
        parts.append(f"{degrees} deg {minutes:02d}' {signs[value < 0]}")
    return f", near {parts[0]} {parts[1]}"


def _evidence(held: dict[str, Any]) -> str:
    if held["committed"] is None:
        return "not committed to yet"
    if held["holds"] is None:
        way = "committed to, exchanged" if held["exchanged"] else "committed to, closed"
        return f"{way}. {held['says']}".strip()
    found = "opened; it is what was committed to" if held["holds"] else "IS NOT WHAT WAS COMMITTED TO"
    return f"{found}. {held['says']}"


def _owed(due: dict[str, Any]) -> str:
    who = due["by"] or "both"
    until = "stands still (frozen)" if due["due_ns"] is None else f"due {stamp(int(due['due_ns']))}"
    done = "" if due["done_ns"] is None else f", done {stamp(int(due['done_ns']))}"
    late = ", LATE" if due["late_s"] != "0" else ", OVERDUE" if due["overdue"] else ""
    return f"{due['what']}, {who}: {until}{done}{late}"


def _words(body: dict[str, Any]) -> str:
    """Return what a document says of substance, in a few words."""
    for name in ("substance", "letter", "headline", "reason", "medium", "root"):
        if body.get(name):
            more = f", {body['stands'].lower()}" if "stands" in body else ""
            text = f": {_one_line(body['text'])}" if body.get("text") else ""
            return f" {str(body[name])[:200]}{more}{text}"
    if body.get("severity"):
        return f" {body['severity']}"
    return f": {_one_line(body['text'])}" if body.get("text") else ""


def _one_line(text: str) -> str:
    """Return a text that cannot begin a line of its own: it may be the other side's."""
    return " / ".join(part.strip() for part in text.splitlines() if part.strip())
