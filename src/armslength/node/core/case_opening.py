"""What a case is opened about: a finding, an encounter, or what a person says; and which two aircraft that is, here.

What leaves names no aircraft: a time, a place to the nearest minute of arc, rules. The addresses stay here, for the
desk to gather the evidence by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.domain.case import Subject
from armslength.domain.finding import Finding, Severity
from armslength.errors import InputError
from armslength.node.core.asked import choice_of, text_of
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["about_finding", "subject_of"]

_RULES = re.compile(r"[GCDP][01][0-9](?: [GCDP][01][0-9]){0,7}")
_ADDRESS = re.compile(r"~?[0-9a-f]{6}")
USUAL_S = 60.0
"""What lies so long before and after a moment is what it is about, where no more is said [s]."""
LONGEST_S = 6 * 3600.0

Encounters = Iterable[Mapping[str, Any]]
About = tuple[Subject, Severity, dict[str, str]]


def subject_of(core: Core, line: Line, args: Mapping[str, Any], now: Now) -> About:
    """Return subject, severity and the pair of addresses (or nothing) of a case that a person opens.

    Args:
        core, line: of the node, and the counterpart.
        args: "finding", an id; or "encounter", an id; or "at_ns" with "until_ns", "lat" and "lon" [deg], "first" and
            "second"; with any of them "severity" and "rules" ("G05 G02").
        now: the time.

    Raises:
        InputError: one of them cannot be that.
    """
    if args.get("finding") is not None:
        subject, severity, pair = _finding(core, line, text_of(args, "finding"))
    elif args.get("encounter") is not None:
        subject, severity, pair = _encounter(core, text_of(args, "encounter"))
    else:
        subject, severity, pair = _said(core, args, now)
    if args.get("severity") is not None:
        severity = Severity[choice_of(args, "severity", tuple(one.name for one in Severity))]
    rules = text_of(args, "rules").upper() if args.get("rules") is not None else ""
    if rules and not _RULES.fullmatch(rules):
        raise InputError("These are no rules.", where="rules", remedy='Write for example "G05 G02".')
    if rules:
        subject = _with_rules(subject, tuple(rules.split()))
    return subject, severity, pair


def about_finding(encounters: Encounters, found: Finding) -> tuple[Subject, dict[str, str]]:
    """Return what a case about a finding is about. Two aircraft have a place where one of `encounters` is theirs."""
    until = found.closed_ns if found.closed_ns is not None else found.opened_ns
    place: tuple[int | None, int | None] = (None, None)
    pair: dict[str, str] = {}
    if found.first:
        pair = {"first": found.first, "second": found.second}
        place = _place_near(encounters, pair, found.opened_ns, until)
    # The id of a finding about two aircraft is made from what this side's radar saw, and names them: it stays here.
    matter = "" if found.first else found.id
    return Subject(found.opened_ns, max(until, found.opened_ns), *place, (found.rule,), matter), pair


def _finding(core: Core, line: Line, wanted: str) -> About:
    digits = wanted.removeprefix("finding:")
    found = [one for key, one in line.talking.findings.items() if key.removeprefix("finding:").startswith(digits)]
    if len(found) != 1 or len(digits) < 8:
        raise InputError("There is no such finding.", where="finding", remedy="armslength status lists the open ones.")
    subject, pair = about_finding(core.encounters, found[0])
    return subject, found[0].severity, pair


def _encounter(core: Core, wanted: str) -> About:
    found = next((one for one in core.encounters if one.get("id") == wanted), None)
    if found is None:
        found = next((one for one in core.encounters if str(one.get("encounter")) == wanted), None)
    if found is None:
        raise InputError("There is no such encounter.", where="encounter", remedy="GET /api/encounters lists them.")
    pair = {"first": str(found["first"]), "second": str(found["second"])}
    subject = Subject(int(found["opened"]), int(found["closed"]), *_arcmin(float(found["lat"]), float(found["lon"])))
    near = found.get("level") == "near_miss"
    return subject, Severity.SEV1 if near else Severity.SEV2, pair


def _said(core: Core, args: Mapping[str, Any], now: Now) -> About:
    at = _stamp(args, "at_ns")
    begins = at - round(USUAL_S * NS) if args.get("until_ns") is None else at
    ends = at + round(USUAL_S * NS) if args.get("until_ns") is None else _stamp(args, "until_ns")
    if begins > now.utc_ns:
        remedy = "A case is about what has happened. Is the time UTC?"
        raise InputError("It is still to come.", where="at_ns", remedy=remedy)
    if not 0 <= ends - begins <= LONGEST_S * NS:
        raise InputError("It lasts longer than 6 h, or ends before it begins.", where="until_ns", remedy="Name a part.")
    place: tuple[int | None, int | None] = (None, None)
    if args.get("lat") is not None or args.get("lon") is not None:
        place = _arcmin(_degrees(args, "lat", 90.0), _degrees(args, "lon", 180.0))
    pair = {}
    if args.get("first") is not None or args.get("second") is not None:
        pair = {name: _address(args, name) for name in ("first", "second")}
        place = _place_near(core.encounters, pair, begins, ends) if place == (None, None) else place
    return Subject(begins, min(ends, max(now.utc_ns, begins)), *place), Severity.SEV3, pair


def _place_near(
    encounters: Encounters, pair: Mapping[str, str], from_ns: int, until_ns: int
) -> tuple[int | None, int | None]:  # fmt: skip
    """Return the place of the encounter of these two at that time; none where none is known."""
    names = {pair["first"], pair["second"]}
    for one in encounters:
        meets = int(one["opened"]) <= until_ns + 600 * NS and int(one["closed"]) >= from_ns - 600 * NS
        if {one["first"], one["second"]} == names and meets:
            return _arcmin(float(one["lat"]), float(one["lon"]))
    return None, None


def _arcmin(lat: float, lon: float) -> tuple[int, int]:
    east = (lon + 180.0) % 360.0 - 180.0
    return round(lat * 60.0), round(east * 60.0)


def _with_rules(subject: Subject, rules: tuple[str, ...]) -> Subject:
    return Subject(
        subject.from_ns, subject.until_ns, subject.lat_arcmin, subject.lon_arcmin, rules, subject.matter
    )  # fmt: skip


def _degrees(args: Mapping[str, Any], name: str, most: float) -> float:
    written = args.get(name)
    try:
        value = float(written)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        value = float("nan")
    if not -most <= value <= most:
        raise InputError("That is no angle.", where=name, remedy='Write decimal degrees, for example "35.12".')
    return value


def _address(args: Mapping[str, Any], name: str) -> str:
    value = text_of(args, name).lower()
    if not _ADDRESS.fullmatch(value):
        raise InputError("That is no address.", where=name, remedy="Six hexadecimal digits: GET /api/tracks.")
    return value


def _stamp(args: Mapping[str, Any], name: str) -> int:
    written = text_of(args, name)
    if not written.isdecimal() or len(written) > 19 or int(written) >= 2**63:
        raise InputError("When it was must be said.", where=name, remedy="Or name an encounter, or a finding.")
    return int(written)
