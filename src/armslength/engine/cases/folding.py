"""From signed documents to a case: which openings are one matter, and what became of it.

The result depends on the documents alone, not on the order in which they came: so both sides, who have the same
documents, see the same case. What has no place when its turn comes is kept, and said to have had none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from armslength.agreement.articles import WorkingGroup
from armslength.domain import case as c
from armslength.domain.case import Document, Event, File, State
from armslength.engine.cases.deadlines import NOTHING_FROZEN, Ice, answer_due_ns
from armslength.engine.cases.machine import Standing, move
from armslength.errors import InputError
from armslength.units import NS

__all__ = ["NEAR_ARCMIN", "NEAR_NS", "fold", "group_matters", "head_of", "near", "same_matter"]

NEAR_NS, NEAR_ARCMIN = 60 * NS, 5
"""Two openings by different sides are about one matter where their times are that near, and their places."""
HOUR_NS = 3600 * NS
MOST_HOURS = 48
"""Of a matter that lasts longer only so much is looked through for others that are the same."""
FINDING_STATES = frozenset({State.SESSION, State.TWO_FINDINGS})
MEASURE_STATES = frozenset({State.JOINT_FINDING, State.TWO_FINDINGS, State.MEASURES})
ANSWER_AWAITED = frozenset({State.REPORTED, State.ACKNOWLEDGED})


def same_matter(one: c.Subject, other: c.Subject) -> bool:
    """Return whether two subjects are one matter: the same id, or time and place, or time and a rule without place."""
    if one.matter and one.matter == other.matter:
        return True
    if not near(one, other) or (one.matter and other.matter):
        return False
    if one.lat_arcmin is None or other.lat_arcmin is None or one.lon_arcmin is None or other.lon_arcmin is None:
        return one.lat_arcmin is other.lat_arcmin and not set(one.rules).isdisjoint(other.rules)
    east = abs(one.lon_arcmin - other.lon_arcmin) % 21_600
    return abs(one.lat_arcmin - other.lat_arcmin) <= NEAR_ARCMIN and min(east, 21_600 - east) <= 2 * NEAR_ARCMIN


def near(one: c.Subject, other: c.Subject) -> bool:
    """Return whether two subjects are of times near each other."""
    return max(one.from_ns, other.from_ns) - min(one.until_ns, other.until_ns) <= NEAR_NS


def group_matters(documents: Iterable[Document]) -> list[list[Document]]:
    """Return documents by case: all that is said under the numbers of one matter together, each list in order.

    An opening joins the earliest one of the other side about the same matter that no other has joined. What names a
    number that nobody opened is in none of them.
    """
    rest = sorted(documents, key=lambda one: one.order)
    openings = [one for one in rest if isinstance(one.body, c.Opening)]
    called: dict[str, str] = {}
    near: dict[object, list[Document]] = {}
    joined: set[str] = set()
    for one in sorted(openings, key=lambda one: (one.time_ns, one.digest)):
        if one.case in called:
            continue
        where = _buckets(one)
        heads = sorted({h.case: h for key in where for h in near.get(key, ())}.values(), key=_age)
        head = next((h for h in heads if h.case not in joined and h.by != one.by and _one(h, one)), None)
        if head is not None:
            joined.add(head.case)
        for key in where if head is None else ():
            near.setdefault(key, []).append(one)
        called[one.case] = one.case if head is None else head.case
    out: dict[str, list[Document]] = {number: [] for number in called.values()}
    for one in rest:
        if one.case in called:
            out[called[one.case]].append(one)
    return list(out.values())


def _buckets(one: Document) -> list[object]:
    """Return under which keys openings are looked for that may be about the same matter: hours, and the id."""
    subject = one.body.subject if isinstance(one.body, c.Opening) else None
    if subject is None:
        return []
    hours = range((subject.from_ns - NEAR_NS) // HOUR_NS, (subject.until_ns + NEAR_NS) // HOUR_NS + 1)
    return [*hours[:MOST_HOURS], *([subject.matter] if subject.matter else [])]


def _age(one: Document) -> tuple[int, str]:
    return one.time_ns, one.digest


def head_of(matter: Sequence[Document]) -> str:
    """Return the number of a matter: that of its earliest opening."""
    openings = [one for one in matter if isinstance(one.body, c.Opening)]
    return min(openings, key=lambda one: (one.time_ns, one.digest)).case


def _one(first: Document, second: Document) -> bool:
    a, b = first.body, second.body
    return isinstance(a, c.Opening) and isinstance(b, c.Opening) and same_matter(a.subject, b.subject)


def fold(
    documents: Sequence[Document],
    parties: tuple[str, str],
    group: WorkingGroup,
    now_ns: int,
    ice: Ice = NOTHING_FROZEN,
) -> File:
    """Return what the documents of one matter make of it.

    Args:
        documents: of one list of `group_matters`.
        parties: the two sides.
        group: the article of the terms, for the time of the answer.
        now_ns: UTC [ns]: what is overdue by then is.
        ice: when the working group was suspended.
    """
    openings = [one for one in documents if isinstance(one.body, c.Opening)]
    head = min(openings, key=lambda one: (one.time_ns, one.digest))
    assert isinstance(head.body, c.Opening)
    answers = next(party for party in parties if party != head.by)
    also = tuple(sorted({one.case for one in openings} - {head.case}))
    file = File(head.case, also, head.body, head.by, answers, stamps={"opened": head.time_ns})
    return _Folding(file, group, ice).run(sorted(documents, key=lambda one: one.order), now_ns)


class _Folding:
    """One case being put together."""

    def __init__(self, file: File, group: WorkingGroup, ice: Ice) -> None:
        self.file, self._group, self._ice = file, group, ice
        self._at = Standing()

    def run(self, documents: Sequence[Document], now_ns: int) -> File:
        file = self.file
        for one in documents:
            file.documents.append(one)
            self._overdue(one.time_ns)
            try:
                if self._at.under is State.CLOSED and not self._is_of_a_measure(one):
                    raise InputError("It came when the case was closed.")
                _STEPS[one.body.kind](self, one)
            except InputError as wrong:
                file.misplaced[one.digest] = wrong.what
        self._overdue(now_ns)
        frozen = any(start <= now_ns and (end is None or now_ns < end) for start, end in self._ice)
        if frozen and self._at.under is not State.CLOSED:
            self._at = move(self._at, Event.SUSPENDED)
        file.state, file.under = self._at.shown, self._at.under
        return file

    def _happen(self, event: Event, at_ns: int, stamp: str) -> None:
        self._at = move(self._at, event)
        self.file.stamps.setdefault(stamp, at_ns)

    def _overdue(self, at_ns: int) -> None:
        due = answer_due_ns(self.file, self._group, self._ice) if self._at.under in ANSWER_AWAITED else None
        if due is not None and at_ns > due:
            self._happen(Event.ANSWER_OVERDUE, due, "no answer")

    def _committed(self, one: Document) -> None:
        assert isinstance(one.body, c.Commitment)
        held = self.file.commitments.get(one.by)
        if held is not None and held.body != one.body:
            raise InputError(f"{one.by} had committed to other evidence before. The first commitment counts.")
        self.file.commitments.setdefault(one.by, one)
        if held is None and len(self.file.commitments) == 2:
            self._happen(Event.SEALED_BY_BOTH, one.time_ns, "sealed")

    def _reported(self, one: Document) -> None:
        assert isinstance(one.body, c.Report)
        file = self.file
        if one.by != file.opened_by:
            return
        self._happen(Event.REPORTED, one.time_ns, "reported")
        file.report = file.report or one
        if one.body.stage is c.Stage.FULL:
            file.full_report = file.full_report or one
            file.stamps.setdefault("full report", one.time_ns)

    def _acknowledged(self, one: Document) -> None:
        assert isinstance(one.body, c.Acknowledgement)
        self._by_who_answers(one)
        if self._at.under in {State.REPORTED, State.NO_ANSWER}:
            self._happen(Event.ACKNOWLEDGED, one.time_ns, "acknowledged")

    def _answered(self, one: Document) -> None:
        self._by_who_answers(one)
        self._happen(Event.ANSWERED, one.time_ns, "answered")
        self.file.answer = one

    def _extended(self, one: Document) -> None:
        self._by_who_answers(one)
        if self.file.extension is not None:
            raise InputError("The time to answer was extended once already.")
        if self._at.under not in ANSWER_AWAITED:
            raise InputError("No answer is awaited.")
        self.file.extension = one
        self.file.stamps.setdefault("extended", one.time_ns)

    def _met(self, one: Document) -> None:
        self._happen(Event.SESSION_HELD, one.time_ns, "met")

    def _proposed(self, one: Document) -> None:
        file = self.file
        if self._at.under not in FINDING_STATES:
            raise InputError(f"It is {self._at.under.value}: a finding is proposed when the working group has met.")
        file.findings[one.digest] = one
        theirs = {other.by for other in file.findings.values()} == {file.opened_by, file.answers}
        own = any(isinstance(f.body, c.Proposal) and f.body.stands is c.JointOrOwn.OWN for f in file.findings.values())
        if theirs and own and self._at.under is State.SESSION:
            self._happen(Event.TWO_STATED, one.time_ns, "found")

    def _signed(self, one: Document) -> None:
        assert isinstance(one.body, c.FindingSignature)
        file, of = self.file, one.body.of
        what = file.findings.get(of) or file.measures.get(of)
        if what is None or what.by == one.by:
            raise InputError("There is nothing of the other side that this could sign.")
        if isinstance(what.body, c.Measure):
            file.signed.setdefault(of, set()).add(one.by)
            self._happen(Event.MEASURE_AGREED, one.time_ns, "measures")
            return
        if not isinstance(what.body, c.Proposal) or what.body.stands is c.JointOrOwn.OWN:
            raise InputError("It is the other side's own finding, which only that side signs.")
        self._happen(Event.JOINT_SIGNED, one.time_ns, "found")
        file.signed.setdefault(of, set()).add(one.by)
        file.joint = what

    def _measured(self, one: Document) -> None:
        assert isinstance(one.body, c.Measure)
        if self._at.under not in MEASURE_STATES:
            raise InputError(f"It is {self._at.under.value}: a measure follows from a finding.")
        self.file.measures[one.digest] = one
        if one.body.whose == one.by:
            self.file.signed.setdefault(one.digest, set()).add(one.by)
            self._happen(Event.MEASURE_AGREED, one.time_ns, "measures")

    def _closed(self, one: Document) -> None:
        self.file.closed_by.add(one.by)
        if len(self.file.closed_by) == 2:
            self._happen(Event.CLOSED_BY_BOTH, one.time_ns, "closed")

    def _stated(self, one: Document) -> None:
        """A statement of the side that a measure binds, about it, says that it is done."""
        if self._is_of_a_measure(one):
            assert isinstance(one.body, c.Statement)
            self.file.done.setdefault(one.body.about, one)

    def _is_of_a_measure(self, one: Document) -> bool:
        about = self.file.measures.get(one.body.about) if isinstance(one.body, c.Statement) else None
        return about is not None and isinstance(about.body, c.Measure) and about.body.whose in {one.by, "both"}

    def _stays(self, one: Document) -> None:
        """Openings and evidence move nothing."""

    def _by_who_answers(self, one: Document) -> None:
        of = getattr(one.body, "of", None)
        if one.by != self.file.answers:
            raise InputError(f"It is for {self.file.answers} to do that: {self.file.opened_by} opened the case.")
        known = [report.digest for report in (self.file.report, self.file.full_report) if report is not None]
        if self.file.report is None or (of is not None and of not in known):
            raise InputError("There is no such report yet.")


_STEPS: dict[c.Kind, Callable[[_Folding, Document], None]] = {
    c.Kind.OPENING: _Folding._stays,
    c.Kind.COMMITMENT: _Folding._committed,
    c.Kind.EVIDENCE: _Folding._stays,
    c.Kind.REPORT: _Folding._reported,
    c.Kind.ACKNOWLEDGEMENT: _Folding._acknowledged,
    c.Kind.STATEMENT: _Folding._stated,
    c.Kind.ANSWER: _Folding._answered,
    c.Kind.EXTENSION: _Folding._extended,
    c.Kind.SESSION: _Folding._met,
    c.Kind.PROPOSAL: _Folding._proposed,
    c.Kind.SIGNATURE: _Folding._signed,
    c.Kind.MEASURE: _Folding._measured,
    c.Kind.CLOSING: _Folding._closed,
}
