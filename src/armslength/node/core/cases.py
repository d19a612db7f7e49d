"""The cases with one counterpart: documents said and heard, where each case stands, what is owed, what leaves.

What is said is entered first, kept, and then offered; what comes is verified, entered and kept before it is taken.
Where a case stands is made from its documents alone (`engine.cases`), so that both sides see the same. Evidence is not
read here: the desk outside the core gathers, encrypts and opens it, and is asked to again where it did not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import digest
from armslength.crypto.envelope import Envelope, to_json
from armslength.domain import case as c
from armslength.domain.case import Deadline, Document, File, State
from armslength.engine.cases.deadlines import deadlines, moments
from armslength.engine.cases.folding import fold, group_matters, head_of
from armslength.errors import DisclosureError, InputError, LocalProtocolError, RemoteProtocolError
from armslength.node.core import case_words as words
from armslength.node.core.case_calls import acknowledged, ring
from armslength.node.core.case_evidence import Exchange
from armslength.node.core.case_process import Process
from armslength.node.core.case_refusing import REFUSED_AN_HOUR, of_the_group, unfit
from armslength.node.core.case_rows import Held, Ice, Rows
from armslength.protocol.bucket import Bucket
from armslength.protocol.case_documents import FACTS, SETTLING, frame_kind, read_document, sign_document
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.effects import Effects
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["Cases"]

MOST_AT_ONCE = 8
"""Documents that are offered and not taken yet."""
BURST, STEADY = 16, 2
"""So many leave at once, and so many in a second after that: far below what a session takes for a flood."""
LOOK_S = 1.0
NEVER_NS = 2**63


class Cases:
    """The cases of one line.

    Attributes:
        held: every document by its digest, pieces of evidence apart (`exchange`).
        files: every case by its number.
        ice: when the working group was suspended.
        encounters: the latest, for the place of what was found.
        heard_ns: the latest stamp of facts that came [UTC ns]: they come in the order of their stamps.
        bytes_held: of what came. refused: how much was not taken.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.held: dict[str, Held] = {}
        self.files: dict[str, File] = {}
        self.pending: dict[str, dict[str, Any]] = {}
        self.local: dict[str, dict[str, Any]] = {}
        self.ice: Ice = []
        self.rows = Rows("", {})
        self.exchange, self.process = Exchange(self), Process(self)
        self.encounters: Iterable[Mapping[str, Any]] = ()
        self._agreement = self._of = self._terms = ""
        self._matters: dict[str, list[Document]] = {}
        self._called: dict[str, str] = {}
        self._said: dict[str, list[Document]] = {}
        self._joined: dict[str, set[str]] = {}
        self._offered: dict[str, Held] = {}
        self._unsent: dict[str, Held] = {}
        self._due_ns: dict[str, int] = {}
        self._look_s = float("-inf")
        self.heard_ns = self.bytes_held = self.refused = 0
        self._hour = self._in_hour = 0
        self._pace = Bucket(BURST, STEADY)

    @property
    def parties(self) -> tuple[str, str]:
        """The two sides."""
        return self.line.own.party, self.line.name

    @property
    def frozen(self) -> bool:
        """Whether the working group is suspended now."""
        return bool(self.ice) and self.ice[-1][1] is None

    def number_of(self, case: str) -> str:
        """Return the number by which a case goes that was opened under `case`; "" where nobody opened it."""
        return self._called.get(case, "")

    def said_in(self, number: str) -> list[Document]:
        """Return what was said in a case, or of the group."""
        return self._said.get(number, []) if number == c.GROUP else self._matters.get(number, [])

    def numbers(self) -> list[str]:
        """Return every number under which a case was opened, by either side."""
        return list(self._called)

    def adopt(self, effects: Effects, now: Now) -> None:
        """Go by what is in force and suspended now; take up the cases where an agreement begins, or after a restart."""
        agreed = self.line.agreed
        if agreed.agreement and agreed.agreement != self._of:
            self._restore(agreed.agreement, now)
        self._agreement = agreed.agreement
        if not agreed.agreement:
            return
        terms, self._terms = self._terms, agreed.digest
        if self.frozen is not ("working_group" in agreed.suspended):
            self._freeze(effects, now)
        elif terms == agreed.digest:
            return
        for number in self._matters:
            self._refold(number, now)
        self.offer(now)

    def say(
        self,
        case: str,
        body: c.Body,
        effects: Effects,
        now: Now,
        *,
        role: str = "node",
        persons: tuple[str, ...] = (),
        beside: dict[str, Any] | None = None,
    ) -> Document:
        """Say something in a case: sign it, enter it, keep it, and let it leave.

        Args:
            case: its number, or of an opening a new one.
            body: what.
            role, persons: who wants it.
            beside: more for the entry.

        Raises:
            DisclosureError: the terms do not let it out; names the article.
            InputError: it has no place in the case as it stands; says why.
        """
        line, kind = self.line, frame_kind(body.kind)
        if line.books.full:
            raise InputError("Nothing was said: the disk takes nothing, and no more can wait for it.", where=case)
        ruling = line.ruling(kind, automatic=role == "node", role=role)
        if not ruling.allowed:
            what = {"code": kind, "article": ruling.article, "why": ruling.why, "automatic": role == "node"}
            line.books.enter(effects, line.book, "withheld", what, now.utc_ns, role)
            raise DisclosureError(f"{body.kind.value.capitalize()} not sent: {ruling.why}", where=ruling.article)
        document, envelope = self.signed(case, body, now, persons)
        self.must_fit(document, now)
        held = Held(document, to_json(envelope), True, now.utc_ns)
        self._enter(held, effects, now, role, {**(beside or {}), "article": ruling.article})
        self._keep(held, effects, now)
        self.offer(now)
        if role != "node":
            ring(self, document, role, effects, now)
        return document

    def hear(self, envelope: Envelope, wire: bytes, effects: Effects, now: Now) -> None:
        """Take a document of the other side, or record why not."""
        line = self.line
        if not self._agreement:
            line.accuse("wrong agreement", "A document of a case came, and no agreement is in force.", effects, now)
            return
        try:
            document = read_document(envelope, self._agreement, line.name, line.agreed.key)
        except RemoteProtocolError as wrong:
            self.refuse("", wrong.says, effects, now)
            line.accuse(wrong.reason, wrong.says, effects, now, wire)
            return
        if document.digest in self.held or self.exchange.has(document.digest):
            return
        if why := unfit(self, document, now):
            self.refuse(document.case, why, effects, now, document)
            return
        held = Held(document, wire, False, now.utc_ns, now.utc_ns)
        if isinstance(document.body, c.Part):
            self.exchange.heard(held, effects, now)
            return
        self._keep(held, effects, now)
        self._enter(held, effects, now, "counterpart", {})
        self.exchange.go_on(effects, now)

    def taken(self, name: str, effects: Effects, now: Now) -> bool:
        """The other side has what has this digest of its envelope; return whether it is of a case."""
        held = self._offered.pop(name, None)
        if held is None:
            return False
        held.taken_ns = now.utc_ns
        self._unsent.pop(held.document.digest, None)
        if isinstance(held.document.body, c.Part):
            self.exchange.taken(held, effects)
        else:
            effects.writes.append(self.rows.document(held))
        self.offer(now)
        return True

    def tick(self, effects: Effects, now: Now) -> None:
        """Let time pass: what is overdue, what is to be reminded of, what waits to leave or to be gathered."""
        if not self._agreement or now.mono_s < self._look_s:
            return
        self._look_s = now.mono_s + LOOK_S
        for number in [one for one, due in self._due_ns.items() if due <= now.utc_ns]:
            self._refold(number, now)
            self.process.remind(self.files[number], effects, now)
        acknowledged(self, effects, now)
        self.exchange.go_on(effects, now)
        self.process.tick(effects, now)
        self.offer(now)

    def owed(self, file: File) -> list[Deadline]:
        """Return what was and is owed in a case."""
        known = {
            held.document.digest: held.taken_ns
            for one in file.documents
            if (held := self.held.get(one.digest)) is not None and held.taken_ns is not None
        }
        return deadlines(file, self.line.terms.working_group, self.ice, known)

    def offer(self, now: Now) -> None:
        """Offer what the other side has not taken, a few at a time, in order; what is held by suspension waits."""
        line = self.line
        may = {kind: line.ruling(kind, automatic=True).allowed for kind in (FACTS, SETTLING)}
        for name, held in list(self._offered.items()):
            if not may[frame_kind(held.document.body.kind)]:
                line.peer.withdraw(name)
                del self._offered[name]
        if line.peer.standing() != "OPEN" or len(self._offered) >= MOST_AT_ONCE:
            return
        waiting = {one.document.digest for one in self._offered.values()}
        for held in [*self._unsent.values(), *self.exchange.leaving()]:
            if len(self._offered) >= MOST_AT_ONCE:
                return
            if held.document.digest not in waiting and may[frame_kind(held.document.body.kind)]:
                if not self._pace.take(now.mono_s, max(line.speed, 1.0)):
                    return
                self._offered[digest(held.wire)] = held
                line.peer.offer(held.wire, now)

    def signed(self, case: str, body: c.Body, now: Now, persons: tuple[str, ...] = ()) -> tuple[Document, Envelope]:
        """Return a document of ours, signed; it is neither entered nor kept yet. Raises InputError."""
        line, said = self.line, self.said_in(case if case == c.GROUP else self.number_of(case))
        number = 1 + max((one.number for one in said), default=0)
        try:
            return sign_document(
                line.own.key, self._agreement, case, line.own.party, number, now.utc_ns, body, persons
            )  # fmt: skip
        except LocalProtocolError as wrong:
            raise InputError(str(wrong), where=case, remedy="See docs/cases.md for what may stand there.") from None

    def must_fit(self, document: Document, now: Now) -> None:
        """Refuse to say what would have no place. Raises InputError."""
        if isinstance(document.body, c.Opening | c.Part) or of_the_group(document):
            return
        number = self.number_of(document.case)
        if not number:
            raise InputError("There is no such case.", where=document.case, remedy="armslength case list")
        group = self.line.terms.working_group
        trial = fold([*self._matters[number], document], self.parties, group, now.utc_ns, self.ice)
        if why := trial.misplaced.get(document.digest):
            raise InputError(why, where=number, remedy=f"armslength case show {number}")

    def _enter(self, held: Held, effects: Effects, now: Now, role: str, more: dict[str, Any]) -> None:
        line, one = self.line, held.document
        number = self.number_of(one.case) or one.case
        payload = {
            "case": number, "kind": one.body.kind.value, "by": one.by, "document": one.digest,
            "their_time_ns" if not held.out else "time_ns": str(one.time_ns), "persons": list(one.persons), **more,
        }  # fmt: skip
        if number != one.case:
            payload["under"] = one.case
        file = self.files.get(number)
        if file is not None and one.digest in file.misplaced:
            payload["misplaced"] = file.misplaced[one.digest]
        if file is not None and (late := words.lateness(one, self.owed(file))):
            payload["late"] = late
        payload["envelope"] = held.wire.decode("ascii")
        kind = "case out" if held.out else "case in"
        entered = line.books.enter(effects, line.book, kind, payload, now.utc_ns, role)
        line.talking.content.document(one, line.talking.place(entered), now, own=held.out)
        told = {key: value for key, value in payload.items() if key != "envelope"}
        says = words.said(one, payload)
        state = file.state.value if file is not None else State.OPEN.value
        effects.tells.append({"event": "case", "counterpart": line.name, "state": state, **told, "says": says})

    def refuse(self, case: str, why: str, effects: Effects, now: Now, document: Document | None = None) -> None:
        """Record what came and is not taken, and why; where that happens often, it is only counted."""
        hour = now.utc_ns // (3600 * NS)
        self._hour, self._in_hour = hour, self._in_hour + 1 if hour == self._hour else 1
        self.refused += 1
        if self._in_hour > REFUSED_AN_HOUR:
            return
        line, what = self.line, {"case": case, "why": why}
        if document is not None:
            what |= {"kind": document.body.kind.value, "document": document.digest}
        line.books.enter(effects, line.book, "case refused", what, now.utc_ns, "counterpart")
        says = f"What {line.name} sent{f' about case {case}' if case else ''} is not taken: {why}"
        effects.tells.append({"event": "case", "counterpart": line.name, **what, "state": "", "says": says})

    def note(self, kind: str, file: File, what: dict[str, Any], says: str, effects: Effects, now: Now) -> None:
        """Enter and tell something about a case that is no document."""
        self.line.books.enter(effects, self.line.book, kind, what, now.utc_ns)
        told = {"counterpart": self.line.name, "state": file.state.value, "what": kind, **what}
        effects.tells.append({"event": "case", **told, "says": says})

    def _keep(self, held: Held, effects: Effects, now: Now) -> None:
        """Hold a document, keep it, and see where its case stands."""
        effects.writes.append(self.rows.document(held))
        self._said.setdefault(held.document.case, []).append(held.document)
        self.held[held.document.digest] = held
        self._count(held)
        if held.out:
            self._unsent[held.document.digest] = held
        if isinstance(held.document.body, c.Opening):
            self._regroup(now)
            self.exchange.go_on(effects, now)
        elif number := self.number_of(held.document.case):
            self._matters[number].append(held.document)
            self._refold(number, now)

    def _count(self, held: Held) -> None:
        if not held.out:
            self.bytes_held += len(held.wire)
            if frame_kind(held.document.body.kind) == FACTS:
                self.heard_ns = max(self.heard_ns, held.document.time_ns)

    def _regroup(self, now: Now) -> None:
        """Say anew which openings are one matter; what has not changed stays as it is."""
        openings = [one for said in self._said.values() for one in said if isinstance(one.body, c.Opening)]
        matters = {head_of(matter): {one.case for one in matter} for matter in group_matters(openings)}
        self._called = {case: number for number, cases in matters.items() for case in cases}
        for gone in self._joined.keys() - matters.keys():
            del self.files[gone], self._due_ns[gone], self._matters[gone]
        for number, cases in matters.items():
            if self._joined.get(number) != cases:
                said = [one for case in cases for one in self._said[case]]
                self._matters[number] = sorted(said, key=lambda one: one.order)
                self._refold(number, now)
        self._joined = matters

    def _refold(self, number: str, now: Now) -> None:
        """See where a case stands now, and when time alone may change that, or what is owed in it."""
        group = self.line.terms.working_group
        file = self.files[number] = fold(self._matters[number], self.parties, group, now.utc_ns, self.ice)
        self._due_ns[number] = min(moments(self.owed(file), now.utc_ns), default=NEVER_NS)
        self.process.stale.add(number)

    def _freeze(self, effects: Effects, now: Now) -> None:
        if self.frozen:
            self.ice[-1] = (self.ice[-1][0], now.utc_ns)
        else:
            self.ice.append((now.utc_ns, None))
        effects.writes.append(self.rows.ice(self.ice))
        count = sum(file.state is not State.CLOSED for file in self.files.values())
        does = "frozen: the working group is suspended" if self.frozen else "taken up again"
        says = f"Open cases with {self.line.name}: {count}, {does}. Evidence is committed to, and reports are made."
        what = {"frozen": self.frozen, "cases": count}
        self.line.books.enter(effects, self.line.book, "cases frozen", what, now.utc_ns)
        effects.tells.append({"event": "case", "counterpart": self.line.name, "state": "", **what, "says": says})

    def _restore(self, agreement: str, now: Now) -> None:
        self._of, self._agreement, self._terms = agreement, agreement, ""
        self.rows = Rows(agreement, self.line.restored)
        kept = self.rows.documents(*self.parties)
        self.held = {one.document.digest: one for one in kept if not isinstance(one.document.body, c.Part)}
        self.held = dict(sorted(self.held.items(), key=lambda one: (one[1].at_ns, one[1].document.order)))
        self.pending, self.local = self.rows.all_of("pending"), self.rows.all_of("local")
        self.ice = self.rows.kept_ice()
        self._offered, self._matters, self._joined, self._said = {}, {}, {}, {}
        for held in self.held.values():
            self._count(held)
            self._said.setdefault(held.document.case, []).append(held.document)
        self._unsent = {key: held for key, held in self.held.items() if held.out and held.taken_ns is None}
        self._regroup(now)
        self.exchange.restore([one for one in kept if isinstance(one.document.body, c.Part)])
        self.process.restore()
