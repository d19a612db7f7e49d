"""What summary.json says of a replay: what was read, what was kept aside and why, by which figures, what was found."""

from __future__ import annotations

from typing import Any

from armslength import __version__
from armslength.domain.encounter import CERTAIN, INSIDE, NEAR_MISS, NOT_DETERMINABLE, POSSIBLE
from armslength.domain.finding import Outcome as Finds
from armslength.domain.finding import Severity
from armslength.node.replay import Outcome, Request
from armslength.units import NS, stamp

MOST_IMPLAUSIBLE = 1000


def summarise(request: Request, outcome: Outcome, seconds: float) -> dict[str, Any]:
    """Return summary.json of `outcome`, which took `seconds` [s] of wall time."""
    o = outcome
    read = sum(r.rows_read for r in o.recordings)
    return {
        "armslength": __version__,
        "command": "replay",
        "recordings": [
            {"file": r.name, "format": r.format, "bytes": r.bytes, "rows": r.rows_read}
            | ({"error": str(o.failed[n])} if n in o.failed else {})
            for n, r in enumerate(o.recordings)
        ],
        "skipped": [{"file": str(path), "why": why} for path, why in o.skipped],
        "left_out": [str(problem) for problem in o.left_out],
        "rows": {
            "read": read,
            "used": o.tracker.used,
            "outside_time": o.rows_outside_time,
            "kept_aside": o.aside.as_dict(),
            "notes": dict(sorted(o.tracker.notes.items())),
        },
        "aircraft": len(o.roster),
        "time": {
            "from": None if o.first_ns is None else stamp(o.first_ns),
            "to": None if o.last_ns is None else stamp(o.last_ns),
        },
        "terms": _terms(request),
        "parties": o.parties,
        "warnings": warnings(request, o),
        "members": None if request.membership is None else request.membership.name,
        "clock_error_s": [
            {"file": r.name, "two_sigma_s": o.tracker.clock_s.get(o.source_of[n])} for n, r in enumerate(o.recordings)
        ],
        "biases": o.tracker.biases(),
        "implausible": _implausible(o),
        "encounters": _encounters(o),
        "findings": _findings(o),
        "seconds": round(seconds, 3),
        "rows_per_second": round(read / seconds) if seconds > 0.0 else None,
    }


def warnings(request: Request, o: Outcome) -> list[str]:
    """Return what makes the result say less than it seems to, one sentence each."""
    said = []
    if not o.tracker.used:
        why = ": --from and --to leave nothing" if o.rows_outside_time else ""
        said.append(f"No row could be used{why}. Nothing was looked at.")
    elif o.tracker.notes.get("rows without a level", 0) == o.tracker.used:
        said.append("No row has a level: look at the columns in docs/recordings.md. No encounter can be determined.")
    for party, count in o.parties.items():
        if party and not count:
            said.append(f"No aircraft belongs to {party}: is it the right membership file?")
    if o.parties and o.parties[""] == len(o.roster):
        said.append("The membership file knows none of the aircraft, so no pair was looked at.")
    if request.terms.parties and request.membership is None:
        said.append("The terms name parties, but no --members says whose aircraft is whose: each is its own party.")
    return said


def _terms(request: Request) -> dict[str, Any]:
    s, n = request.terms.separation, request.terms.near_miss
    return {
        "source": request.terms_source,
        "title": request.terms.title,
        "version": request.terms.version,
        "horizontal_m": s.horizontal_m,
        "vertical_m": s.vertical_m,
        "near_miss_m": n.slant_m,
        "dwell_limit_s": s.dwell_limit_s,
        "area": request.terms.area.name if request.terms.area else None,
        "exempt": [area.name for area in request.terms.exempt],
    }


def _implausible(o: Outcome) -> list[dict[str, str]]:
    epoch = o.tracker.epoch_ns or 0
    marks = [oddity for one in o.tracker.marks.by_aircraft.values() for oddity in one]
    marks.sort(key=lambda m: (m.since, o.roster.addresses[m.aircraft]))
    return [
        {
            "aircraft": o.roster.addresses[m.aircraft],
            "from": stamp(epoch + round(m.since * NS)),
            "to": stamp(epoch + round(m.until * NS)),
            "why": m.why,
        }
        for m in marks[:MOST_IMPLAUSIBLE]
    ] + ([{"aircraft": "", "from": "", "to": "", "why": f"and {len(marks) - MOST_IMPLAUSIBLE} more"}])[
        : len(marks) > MOST_IMPLAUSIBLE
    ]


def _findings(o: Outcome) -> dict[str, Any]:
    """Return how many findings there are, by rule and outcome; of a rule that found nothing nothing is said."""
    by_rule: dict[str, dict[str, int]] = {}
    for one in o.findings:
        said = by_rule.setdefault(one.rule, dict.fromkeys((outcome.value for outcome in Finds), 0))
        said[one.outcome.value] += 1
    severities = {grade.name: 0 for grade in Severity}
    for one in o.findings:
        if one.outcome is Finds.BREACH:
            severities[one.severity.name] += 1
    return {"total": len(o.findings), "by_rule": dict(sorted(by_rule.items())), "breaches_by_severity": severities}


def _encounters(o: Outcome) -> dict[str, int]:
    found = o.encounters
    return {
        "total": len(found),
        INSIDE: sum(e.level == INSIDE for e in found),
        NEAR_MISS: sum(e.level == NEAR_MISS for e in found),
        CERTAIN: sum(e.certainty == CERTAIN for e in found),
        POSSIBLE: sum(e.certainty == POSSIBLE for e in found),
        NOT_DETERMINABLE: sum(e.certainty == NOT_DETERMINABLE for e in found),
        "breaches": sum(e.breach for e in found),
        "outside_by_less_than_the_errors": o.grazing,
    }
