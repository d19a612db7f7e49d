"""What a report of a case says: the fields of ICAO ADREP and of EU 376/2014, annex I, where a case has them.

A field without a value says "unknown"; none is left out. What would tell who flew what is no field of a case, and is
not taken from free fields either: it stands as unknown, kept out by the terms.
"""

from __future__ import annotations

from math import isfinite

from armslength.domain import case as c
from armslength.domain.case import Document, File, Letter, State
from armslength.domain.finding import Severity
from armslength.node.case_papers import CaseRecord
from armslength.report.case_drawing import drawing_of
from armslength.report.case_model import UNKNOWN, CasePaper, Fields, Part, Table, Words
from armslength.report.words import clock, day, feet, shown
from armslength.units import KT, NM, NS, counted, stamp

__all__ = ["FACTS", "KEPT_OUT", "paper_of"]

FACTS: tuple[tuple[str, str], ...] = (
    ("state_area", "State or area of occurrence"),
    ("airspace", "Airspace type and class"),
    ("weather", "Weather relevant"),
    ("light", "Light conditions"),
    ("altimeter_setting", "Altimeter setting"),
    ("flight_rules", "Flight rules"),
    ("flight_phase", "Flight phase"),
    ("course", "Course"),
    ("level", "Level"),
    ("speed", "Speed"),
    ("climb", "Climbing or descending"),
    ("first_sight", "Distance at first sight"),
    ("time_in_sight", "Time in sight before evasion"),
    ("closest_seen", "Closest point as seen by the crew"),
    ("evasive_action", "Evasive action"),
    ("frequency", "Frequency in use"),
    ("traffic_information", "Traffic information given"),
    ("avoiding_action", "Avoiding action given"),
    ("injuries", "Injuries"),
    ("damage", "Damage"),
    ("recordings", "Recordings kept"),
)
"""Fields of the incident form by the name under which `case report --fact` takes them."""
KEPT_OUT = frozenset(
    {
        "registration", "callsign", "call_sign", "address", "icao24", "aircraft", "aircraft_type", "type", "make",
        "model", "serial", "operator", "unit", "squadron", "base", "departure", "destination", "crew", "pilot", "name",
        "purpose", "mission", "weapons", "target",
    }
)  # fmt: skip
"""Names under which a fact would tell what the deal keeps out: never printed."""
_RISK = {
    Letter.A: "A: risk of collision",
    Letter.B: "B: safety not assured",
    Letter.C: "C: no risk of collision, or averted",
    Letter.D: "D: not determined",
    Letter.E: "E: reported; normal procedures held",
}
_CLASS = {
    Letter.A: "Serious incident",
    Letter.B: "Major incident",
    Letter.C: "Significant incident",
    Letter.D: "Not determined",
    Letter.E: "Occurrence without safety effect",
}
_STATUS = {State.OPEN: "Initial notification", State.SEALED: "Initial notification", State.CLOSED: "Closed"}
_FOUND = frozenset({State.JOINT_FINDING, State.TWO_FINDINGS, State.MEASURES})
_CATEGORY = {
    "G": "MAC: airprox, loss of separation, near midair collision",
    "C": "ATM/CNS: communications",
    "D": "NAV: blocks, sites and notices",
    "P": "OTHR: process",
}


def paper_of(record: CaseRecord) -> CasePaper:
    """Return the report of a case."""
    file, book = record.file, record.book
    letter = _final(file)
    parts: list[Part] = [_occurrence(record, letter), _closest(record)]
    before = len(parts)
    parts += [_facts(record), _deal(record), _process(record)]
    if words := _narrative(record):
        parts.append(words)
    if found := _findings(record):
        parts.append(found)
    if measures := _measures(record):
        parts.append(measures)
    parts += [_evidence(record), _talk(record), _documents(record)]
    title = _headline(file)
    badges = (
        ("Severity", file.opening.severity.name),
        ("Grade", letter.value if letter else f"{record.grade.letter.value}, provisional"),
        ("State", file.state.value),
        ("Date", day(file.opening.subject.from_ns)),
    )
    foot = (
        f"Made {stamp(record.read_ns)[:16]}Z from the ledger of {book.own}. Proofs: armslength case export {file.case}"
    )
    marking = f"Confidential under agreement {book.agreement}. For the working groups of {book.own} and {book.other}."
    standing = f"Opened by {file.opened_by} {_when(file.stamps['opened'])}. It stands: {file.state.value}."
    return CasePaper(file.case, title, standing, badges, marking, tuple(parts), before, drawing_of(record), foot)


def _occurrence(record: CaseRecord, letter: Letter | None) -> Fields:
    """The common mandatory fields of EU 376/2014, annex I, as ADREP names them."""
    file, book = record.file, record.book
    subject = file.opening.subject
    report = file.full_report or file.report
    body = report.body if report is not None and isinstance(report.body, c.Report) else None
    rows = (
        ("Headline", _headline(file)),
        ("Responsible entity", f"Working group of {book.own} and {book.other}"),
        ("File number", " = ".join((file.case, *file.also))),
        ("Occurrence status", _STATUS.get(file.under, "Final" if file.under in _FOUND else "Preliminary")),
        ("UTC date", day(subject.from_ns)),
        ("UTC time", _span(subject)),
        ("State or area of occurrence", _fact(body, "state_area")),
        ("Location of occurrence", _place(subject)),
        ("Occurrence class", _CLASS[letter] if letter else "Not determined yet"),
        ("Occurrence category", _category(subject)),
        ("Event type", _rules(record)),
        ("Narrative language", body.language or UNKNOWN if body else UNKNOWN),
        ("Risk classification", _RISK[letter] if letter else f"provisional {_RISK[record.grade.letter]}"),
        ("Aircraft: registration, type, call sign, operator", f"{UNKNOWN} (kept out by the terms)"),
        ("Last departure, planned destination", f"{UNKNOWN} (kept out by the terms)"),
    )
    note = (
        "Fields of ICAO ADREP and of annex I to Regulation (EU) No 376/2014. The place is to the nearest minute of arc."
    )
    return Fields("Occurrence", rows, note)


def _closest(record: CaseRecord) -> Table:
    """How near they came, by each recording."""
    rows = []
    for party in (record.book.own, record.book.other):
        found = record.measured.get(party)
        if found is None:
            rows.append((f"Recording of {party}", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN))
            continue
        closure = float(found["closure_mps"])
        rows.append(
            (
                f"Recording of {party}",
                clock(int(found["at_ns"])),
                f"{float(found['d_h_m']) / NM:.2f} NM ({float(found['d_h_m']):,.0f} m)",
                feet(float(found["d_v_m"])),
                f"{closure / KT:.0f} kt" if isfinite(closure) else UNKNOWN,
            )
        )
    grade = record.grade
    score = "" if grade.score < 0 else f", score {grade.score}"
    note = f"Provisional grade {grade.letter.value}{score} (after the EUROCONTROL RAT and the UK Airprox letters); the "
    note += "working group sets the final one."
    head = ("", "UTC", "Horizontal", "Vertical", "Closing")
    return Table("Closest point", head, tuple(rows), (0.25, 0.15, 0.28, 0.16, 0.16), note)


def _facts(record: CaseRecord) -> Table:
    """The incident form, by both sides."""
    said = {party: _facts_by(record.file, party) for party in (record.book.own, record.book.other)}
    rows = [(label, *(said[party].get(name, UNKNOWN) for party in said)) for name, label in FACTS[1:]]
    more = sorted({name for facts in said.values() for name in facts} - {name for name, _ in FACTS})
    rows += [
        (name.replace("_", " ").capitalize(), *(said[party].get(name, UNKNOWN) for party in said))
        for name in more
        if name not in KEPT_OUT
    ]
    head = ("", *(f"As {party} reports" for party in said))
    return Table("Near miss facts", head, tuple(rows), (0.32, 0.34, 0.34))


def _facts_by(file: File, party: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for one in file.documents:
        if one.by == party and isinstance(one.body, c.Report):
            out |= {name: shown(value) for name, value in one.body.facts.items()}
    return out


def _deal(record: CaseRecord) -> Fields:
    file, book = record.file, record.book
    answer = file.answer.body if file.answer is not None else None
    why = {
        "FINDING": "a finding",
        "REPEATED": "findings that repeat",
        "CREW_REPORT": "a crew report",
        "PERSON": "a person",
    }
    rows = (
        ("Agreement", book.agreement),
        ("Version in force (digest)", file.opening.terms),
        ("Opened because of", why[file.opening.why.value]),
        ("Severity", _severity(file.opening.severity)),
        ("Rules", _rules(record)),
        ("Reports", file.opened_by),
        ("Answers", file.answers),
        ("Answer on substance", answer.substance.value if isinstance(answer, c.Answer) else UNKNOWN),
        ("Count key", f"{' '.join(file.opening.subject.rules) or 'none'} / {file.case}"),
    )
    return Fields("Under the agreement", rows)


def _process(record: CaseRecord) -> Table:
    names = (
        "opened", "sealed", "reported", "full report", "acknowledged", "extended", "answered", "no answer", "met",
        "found", "measures", "closed",
    )  # fmt: skip
    stamps = record.file.stamps
    rows = tuple((name.capitalize(), _when(stamps[name]) if name in stamps else "not yet") for name in names)
    half = (len(rows) + 1) // 2
    paired = tuple((*rows[at], *rows[at + half]) for at in range(half))
    return Table("Process, UTC", ("", "", "", ""), paired, (0.18, 0.32, 0.18, 0.32))


def _narrative(record: CaseRecord) -> Words | None:
    said = []
    for one in record.file.documents:
        body = one.body
        text = shown(getattr(body, "text", ""), 8_000) if isinstance(body, c.Report | c.Answer | c.Statement) else ""
        if text:
            said.append((_heading(one), _text(body)))
    return Words("Narrative", tuple(said)) if said else None


def _text(body: object) -> str:
    """Return a text with its lines, each without signs that rearrange it."""
    return "\n".join(shown(line, 8_000) for line in str(getattr(body, "text", "")).split("\n"))


def _heading(one: Document) -> str:
    body = one.body
    what = one.body.kind.value.capitalize()
    if isinstance(body, c.Report):
        what = f"{body.stage.value.capitalize()} report: {shown(body.headline)}"
    elif isinstance(body, c.Answer):
        what = f"Answer: {body.substance.value}"
    persons = f" ({', '.join(shown(name) for name in one.persons)})" if one.persons else ""
    return f"{one.by}{persons}, {_when(one.time_ns)} · {what}"


def _findings(record: CaseRecord) -> Words | None:
    file, said = record.file, []
    for name, one in file.findings.items():
        body = one.body
        if not isinstance(body, c.Proposal):
            continue
        signed = sorted({one.by, *file.signed.get(name, ())})
        joint = file.joint is not None and file.joint.digest == name
        kind = "Joint finding" if joint else "Own finding" if body.stands is c.JointOrOwn.OWN else "Proposed finding"
        score = f", score {body.score}" if body.score >= 0 else ""
        causes = f"\nCauses: {'; '.join(shown(cause) for cause in body.causes)}." if body.causes else ""
        head = f"{kind}, signed by {' and '.join(signed)} · {_RISK[body.letter]}{score}"
        said.append((head, _text(body) + causes))
    return Words("Findings", tuple(said)) if said else None


def _measures(record: CaseRecord) -> Table | None:
    rows = []
    for name, one in record.file.measures.items():
        body = one.body
        if isinstance(body, c.Measure):
            until = day(body.due_ns) if body.due_ns else UNKNOWN
            agreed = " and ".join(sorted(record.file.signed.get(name, ()))) or "not agreed yet"
            more = " Amends the agreement." if body.amendment else ""
            rows.append((_text(body) + more, body.whose, until, agreed))
    head = ("Measure", "For", "Until", "Agreed by")
    return Table("Measures", head, tuple(rows), (0.5, 0.16, 0.16, 0.18)) if rows else None


def _evidence(record: CaseRecord) -> Table:
    rows = []
    for party in (record.book.own, record.book.other):
        held = record.file.commitments.get(party)
        body = held.body if held is not None else None
        opened = sum(len(minutes) for minutes in record.recordings.get(party, {}).values())
        root = body.root if isinstance(body, c.Commitment) else UNKNOWN
        when = _when(held.time_ns) if held is not None else "not yet"
        rows.append((party, when, root, counted(opened, "minute") if opened else "nothing"))
    note = (
        "Each side committed to a Merkle root over salted leaves before it saw the other's. What was opened was held "
    )
    note += "against it; raw plots, addresses and sensors stay closed."
    return Table("Evidence", ("Of", "Committed", "Root", "Opened"), tuple(rows), (0.14, 0.2, 0.5, 0.16), note)


def _talk(record: CaseRecord) -> Table:
    rows = tuple((clock(one.time_ns), one.by, one.code, shown(one.meaning), one.channel) for one in record.talk) or (
        (UNKNOWN, "", "", "No message from five minutes before to five minutes after.", ""),
    )
    return Table("Talk around it, UTC", ("Time", "By", "Code", "Meaning", "Way"), rows, (0.13, 0.17, 0.1, 0.46, 0.14))


def _documents(record: CaseRecord) -> Table:
    rows = tuple(
        (str(one.number), _when(one.time_ns), one.by, one.body.kind.value, one.digest.removeprefix("sha256:")[:16])
        for one in record.file.documents
    )
    head = ("No.", "UTC", "By", "Document", "SHA-256, first digits")
    return Table("Documents", head, rows, (0.08, 0.26, 0.18, 0.22, 0.26))


def _headline(file: File) -> str:
    report = file.full_report or file.report
    if report is not None and isinstance(report.body, c.Report):
        return shown(report.body.headline)
    return f"{file.opening.severity.name}, {' '.join(file.opening.subject.rules) or 'no rule named'}"


def _final(file: File) -> Letter | None:
    body = file.joint.body if file.joint is not None else None
    return body.letter if isinstance(body, c.Proposal) else None


def _category(subject: c.Subject) -> str:
    kinds = dict.fromkeys(_CATEGORY[rule[0]] for rule in subject.rules if rule[0] in _CATEGORY)
    return "; ".join(kinds) or "UNK: unknown"


def _rules(record: CaseRecord) -> str:
    rules = record.file.opening.subject.rules
    return "; ".join(f"{name} {record.titles.get(name, '')}".strip() for name in rules) or UNKNOWN


def _severity(severity: Severity) -> str:
    words = {1: "critical", 2: "serious", 3: "notable", 4: "administrative"}
    return f"{severity.name}, {words[int(severity)]}"


def _fact(body: c.Report | None, name: str) -> str:
    return shown(body.facts[name]) if body is not None and name in body.facts else UNKNOWN


def _place(subject: c.Subject) -> str:
    if subject.lat_arcmin is None or subject.lon_arcmin is None:
        return UNKNOWN
    lat, lon = abs(subject.lat_arcmin), abs(subject.lon_arcmin)
    north, east = "NS"[subject.lat_arcmin < 0], "EW"[subject.lon_arcmin < 0]
    return f"{lat // 60:02d}°{lat % 60:02d}′ {north}  {lon // 60:03d}°{lon % 60:02d}′ {east}"


def _span(subject: c.Subject) -> str:
    first, last = clock(subject.from_ns), clock(subject.until_ns)
    return first if first == last else f"{first} to {last}"


def _when(ns: int) -> str:
    return stamp(round(ns / NS) * NS)[:19].replace("T", " ")
