"""One counterpart: its peer, its agreement, its book. Each line stands apart from every other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from armslength.agreement.rules import Ruling, may_disclose
from armslength.agreement.terms import Terms, default_terms
from armslength.crypto.canonical import digest
from armslength.engine.watch.memory import Memory
from armslength.errors import DisclosureError, InputError, LocalProtocolError, RemoteProtocolError
from armslength.node.core import airing, ringing
from armslength.node.core.books import NODE, Books
from armslength.node.core.callsigns import checked, flagged
from armslength.node.core.cases import Cases
from armslength.node.core.discretion import Drafts, drafts_of, guard
from armslength.node.core.duty import Duty
from armslength.node.core.effects import Effects
from armslength.node.core.hearing import hear, marked, stated
from armslength.node.core.inputs import Agreed
from armslength.node.core.leaving import Exit
from armslength.node.core.messages import Logged, MessageLog, check_answer
from armslength.node.core.patience import timing_of
from armslength.node.core.talking import Talking
from armslength.node.core.witness import Witness
from armslength.protocol.events import AgreementRef, Counterpart, Now, Own, Timing
from armslength.protocol.messages import Mark, Message
from armslength.protocol.peer import Peer

REST_S, AGAIN_S = 1.0, 0.3
"""A tick is taken at least so often [s], whatever is due, because much of what a node does has no moment of its own;
and so soon after something happened, because what follows from it may have none either."""
REMIND_S = 10.0
"""What nobody has marked understood is told again after this time [s]."""
ENCOUNTER_S = 600.0
"""Two aircraft that come back within this time [s] have one encounter, as in replay: no advisory of it is repeated."""
MOST_SHOWN = 16
"""Certificates that were shown and are not to be taken, of which it is remembered that they were entered this hour."""
HOUR_NS = 3600 * 10**9
EVIDENCE_AN_HOUR = 60
"""Breaches of the protocol entered one by one; more are only counted, so that nobody can fill our disk with his own."""


class Line:
    """How we stand with one counterpart.

    Args:
        own: we.
        agreed: who the other side is, and what is in force.
        books: the ledgers.
        restored: what the store holds, by space.
        timing: of the session, while no terms say otherwise.
        speed: seconds of the node's clock in one real second.
    """

    def __init__(
        self,
        own: Own,
        agreed: Agreed,
        books: Books,
        restored: Mapping[str, Sequence[tuple[str, bytes]]],
        timing: Timing,
        speed: float = 1.0,
        radios: frozenset[str] = frozenset(),
        duty: Duty | None = None,
    ) -> None:
        self.own, self.agreed, self.books = own, agreed, books
        self.name = agreed.counterpart
        other = Counterpart(agreed.counterpart, agreed.post, agreed.key)
        self._timing, self._speed = timing, speed
        in_force = timing_of(agreed.terms, timing, speed)
        self.peer = Peer(own, other, _ref(agreed), restored=restored, timing=in_force)
        self.witness = Witness(own.key, agreed.key, restored)
        self.log = MessageLog(lambda: self.terms)
        for message, expired, marks in self.peer.received():
            logged = Logged(message, False, marks.get("RECEIVED", message.time_ns), expired, marks)
            self.log.restore(replace(logged, unknown_call_sign=flagged(agreed, message)))
        for message in self.peer.waiting():
            self.log.restore(Logged(message, True, message.time_ns, unknown_call_sign=flagged(agreed, message)))
        self.connections: dict[str, str] = {}
        self.told = Memory(ENCOUNTER_S)
        self.nonce = ""
        self.unsettled = False
        self.standing = "DOWN"
        self.since_ns = 0
        self.offset: tuple[float, float] | None = None
        self.evidence: dict[str, int] = {}
        self.check_due_s = 0.0
        self._remind_s = 0.0
        self._rests_s, self._again_s = float("-inf"), float("inf")
        self.checked_ns = 0
        self._hour, self._in_hour = 0, 0
        self._shown: dict[str, int] = {}
        self._offered: dict[str, bytes] = {}
        self.radios: frozenset[str] = radios
        self.using = ""
        self.tune_due_s = self.strange_due_s = float("-inf")
        self.alarm_due_s = float("inf")
        self.readability: dict[str, int] = {}
        self.strange: dict[tuple[str, str], int] = {}
        self.calls: dict[tuple[str, str], int] = {}
        self.speed, self.restored, self.duty = speed, restored, duty or Duty()
        self.talking, self.exit, self.rounds = Talking(self), Exit(), 0
        self.cases = Cases(self)
        self.drafts = Drafts(restored)

    @property
    def book(self) -> str:
        """The book that this line writes into."""
        return self.agreed.agreement or NODE

    @property
    def terms(self) -> Terms:
        """The terms in force; the default ones where none are, which let nothing out but checks and documents."""
        return self.agreed.terms or default_terms()

    def adopt(self, agreed: Agreed, effects: Effects, now: Now) -> None:
        """Take what is in force now, and what the other side must be shown."""
        changed = agreed.digest != self.agreed.digest
        self.agreed = agreed
        if changed:
            book = self.books.book(self.book)
            self.peer.head(book.size, book.root())  # the proof that follows must not tell the head of the greeting
            self.peer.adopt(_ref(agreed), now, timing_of(agreed.terms, self._timing, self._speed))
        self.tune_due_s = now.mono_s
        airing.tune(self, self.radios, now)
        self.talking.adopt(effects, now)
        self.offer(effects, now)
        self.settle(effects, now)

    def offer(self, effects: Effects, now: Now) -> None:
        """Show the other side the documents it must see, and no others; cases go by what is in force."""
        self.exit.changed(self, effects, now)
        wanted = {digest(envelope): envelope for envelope in self.agreed.offers}
        for gone in self._offered.keys() - wanted.keys():
            self.peer.withdraw(gone)
        for key in wanted.keys() - self._offered.keys():
            self.peer.offer(wanted[key], now)
        self._offered = wanted
        self.cases.adopt(effects, now)

    def opened(self, connection: str, path: str, nonce: bytes, effects: Effects, now: Now) -> None:
        """A connection stands."""
        self.connections[connection] = path
        book = self.books.book(self.book)
        self.peer.head(book.size, book.root())
        self.peer.connected(connection, now, nonce)
        self.settle(effects, now)

    def closed(self, connection: str, effects: Effects, now: Now) -> None:
        """A connection is gone."""
        if self.connections.pop(connection, None) is not None:
            self.peer.disconnected(connection, now)
            self.settle(effects, now)

    def frame(self, connection: str, frame: bytes, effects: Effects, now: Now) -> None:
        """A frame arrived. What the protocol forbids becomes evidence.

        What follows from it waits for the next tick, which is due at once: so one mark answers for many messages. The
        answer to a ping, and that alone, leaves without one.
        """
        if connection not in self.connections:
            return
        try:
            self.peer.receive(connection, frame, now)
            if self.unsettled:
                return
            if (answers := self.peer.answers()) is not None:
                self.exit.let_out(self, answers, effects, now)
            else:
                self.unsettled = not self.peer.is_idle()
        except RemoteProtocolError as wrong:
            self.settle(effects, now)
            self.accuse(wrong.reason, wrong.says, effects, now, frame)

    def tick(self, effects: Effects, now: Now) -> None:
        """Do what is due: liveness, ground-line checks, checkpoints."""
        self._rests_s, self._again_s = now.mono_s + REST_S, float("inf")
        if now.mono_s >= self.tune_due_s:
            airing.tune(self, self.radios, now)
        self.peer.tick(now)
        if now.mono_s >= self.alarm_due_s:
            airing.alarm(self, effects, now)
        if self.standing in {"OPEN", "FIRST_CONTACT"} and now.mono_s >= self.check_due_s:
            self.check_due_s = now.mono_s + self.terms.ground_line.check_every_s
            self.say("GCK", self._check_fields(now), effects, now, automatic=True)
        if now.mono_s >= self._remind_s:
            self._remind_s = now.mono_s + REMIND_S
            effects.tells += ringing.reminders(self, now)
        self.talking.tick(effects, now)
        self.cases.tick(effects, now)
        if self.standing == "OPEN":
            self.witness.missed(self, effects, now)
            self.witness.offer(self, effects, now)
        self.settle(effects, now)

    def unanswered(self, now: Now) -> list[Logged]:
        """Return what rings until a person marks it understood, or answers it."""
        return [one for one in self.log.latest() if one.is_ringing(now.utc_ns)]

    def is_due(self, now: Now) -> bool:
        """Return whether `tick` is to be called now: it is due, or was not called for a while."""
        return now.mono_s >= self._rests_s or now.mono_s >= self.next_deadline()

    def next_deadline(self) -> float:
        """Return when `tick` is due [s, monotonic]."""
        return float("-inf") if self.unsettled else min(self.peer.next_deadline(), self.alarm_due_s, self._again_s)

    def ruling(self, what: str, *, automatic: bool = False, role: str = "") -> Ruling:
        """Ask the gate."""
        return may_disclose(self.agreed.terms, self.agreed.suspended, what, automatic=automatic, role=role)

    def send(
        self,
        code: str,
        fields: Mapping[str, Any],
        effects: Effects,
        now: Now,
        *,
        role: str = "node",
        automatic: bool = False,
        ref: str | None = None,
        valid_until_ns: int | None = None,
    ) -> Message:
        """Send a coded message through the gate.

        Raises:
            DisclosureError: the terms do not let it out; names the article.
            InputError: the message cannot be made: unknown code, missing field, no agreement, no room, a call sign
                that the terms do not have (unless it is a warning), or it does not answer what it names.
        """
        if self.books.full:
            raise InputError(f"{code} was not sent: the disk takes nothing, and no more can wait for it.", where=code)
        if ref is not None:
            check_answer(code, self.log.get(ref))
        ruling = self.ruling(code, automatic=automatic, role=role)
        if not ruling.allowed:
            what = {"code": code, "article": ruling.article, "why": ruling.why, "automatic": automatic}
            self.books.enter(effects, self.book, "withheld", what, now.utc_ns, role)
            raise DisclosureError(ruling.why, where=ruling.article)
        unknown = checked(self.terms, code, fields)
        for text, language in drafts_of(code, fields):
            guard(self, code, text, language, effects, now, role)
        try:
            message = self.peer.send(code, fields, now, ref=ref, valid_until_ns=valid_until_ns)
        except LocalProtocolError as wrong:
            raise InputError(str(wrong), where=code, remedy="Codes and fields are in docs/protocol.md.") from wrong
        self.log.add(Logged(message, True, now.utc_ns, unknown_call_sign=unknown))
        payload = described(message) | {"article": ruling.article, "automatic": automatic}
        payload |= {"unknown_call_sign": unknown} if unknown else {}
        number = self.books.enter(effects, self.book, "message out", payload, now.utc_ns, role)
        self.talking.sent(message, number, now)
        effects.tells.append({"event": "sent", "role": role, **self.log.get(message.id).as_dict(self.name)})  # type: ignore[union-attr]
        self.settle(effects, now)
        return message

    def say(self, code: str, fields: Mapping[str, Any], effects: Effects, now: Now, **more: Any) -> Message | None:
        """Send a message of the node's own accord; where the terms or the room do not let it, that is recorded."""
        try:
            return self.send(code, fields, effects, now, **more)
        except DisclosureError as wrong:
            effects.tells.append({"event": "withheld", "counterpart": self.name, "code": code, "says": str(wrong)})
        except InputError as wrong:
            effects.tells.append({"event": "fault", "counterpart": self.name, "code": code, "says": str(wrong)})
        return None

    def mark(self, message_id: str, mark: str, effects: Effects, now: Now, role: str) -> Logged:
        """Put UNDERSTOOD or RELAYED on a message received.

        Raises:
            InputError: there is no such message, or no such mark.
            DisclosureError: the terms do not let it out; names the article.
        """
        logged = self.log.get(message_id)
        if logged is None or logged.outgoing or mark not in {"UNDERSTOOD", "RELAYED"}:
            raise InputError(
                f"{mark} cannot be put on {message_id[:20]}.",
                remedy="Marks are UNDERSTOOD and RELAYED; put them on a message that came in: armslength messages.",
            )
        ruling = self.ruling("mark", role=role)
        if not ruling.allowed:
            raise DisclosureError(ruling.why, where=ruling.article)
        self.peer.mark(logged.message.id, Mark(mark), now)
        self.log.marked(logged.message.id, mark, now.utc_ns)
        payload = {"message": logged.message.id, "mark": mark, "after_s": f"{logged.took_s(mark) or 0.0:.3f}"}
        payload["article"] = ruling.article
        number = self.books.enter(effects, self.book, "mark out", payload, now.utc_ns, role)
        self.talking.marked(logged.message.id, mark, number, now)
        effects.tells.append({"event": "marked", "by": "own", "mark": mark, **logged.as_dict(self.name)})
        self.settle(effects, now)
        return logged

    def check(self, effects: Effects, now: Now, *, role: str) -> Message:
        """Send a ground-line check because a person wants one. Raises as `send` does."""
        return self.send("GCK", self._check_fields(now), effects, now, role=role)

    def settle(self, effects: Effects, now: Now) -> None:
        """Take out of the peer what it wants done, until it wants nothing more."""
        self.unsettled = False
        while not self.peer.is_idle():
            out = self.peer.take()
            if out.events or out.writes or out.air:
                self._again_s = now.mono_s + AGAIN_S
            self.talking.aired(out.air, now)
            airing.called(self, out.air, effects)
            effects.writes += out.writes
            self.exit.let_out(self, out, effects, now)
            effects.closes += out.close
            for statement, events in groupby(out.events, key=stated):
                if statement is None:
                    for event in events:
                        self.talking.heard(event, now)
                        hear(self, event, effects, now)
                else:
                    together = list(events)
                    for event in together:
                        self.talking.heard(event, now)
                    marked(self, together, effects, now)
        self.talking.flush(effects, now)

    def accuse(self, reason: str, says: str, effects: Effects, now: Now, what: bytes = b"", kind: str = "") -> None:
        """Keep as evidence what the other side must not have done."""
        self.evidence[reason] = self.evidence.get(reason, 0) + 1
        hour = now.utc_ns // HOUR_NS
        self._in_hour = self._in_hour + 1 if hour == self._hour else 1
        self._hour = hour
        if self._in_hour <= EVIDENCE_AN_HOUR:
            self.talking.accused(reason, now)
            payload = {"reason": reason, "says": says, "count": self.evidence[reason], "bytes": len(what)}
            if what:
                payload["digest"] = digest(what)
            self.books.enter(effects, self.book, kind or "evidence", payload, now.utc_ns)
            effects.tells.append({"event": "evidence", "counterpart": self.name, "reason": reason, "says": says})

    def shown(self, certificate: str, reason: str, says: str, effects: Effects, now: Now) -> None:
        """Keep as evidence that a certificate was shown that is not taken: once an hour for each; they call often."""
        hour = now.utc_ns // HOUR_NS
        if self._shown.pop(certificate, None) == hour:
            self.evidence[reason] = self.evidence.get(reason, 0) + 1
        else:
            self.accuse(reason, says, effects, now)
        self._shown[certificate] = hour
        while len(self._shown) > MOST_SHOWN:
            del self._shown[next(iter(self._shown))]

    def _check_fields(self, now: Now) -> dict[str, Any]:
        self.nonce = digest(f"{self.own.key.public}|{now.utc_ns}".encode())[7:23]
        return {"nonce": self.nonce, **self.duty.said()}


def described(message: Message) -> dict[str, Any]:
    """Return what the ledger keeps of a message: its words, and the signed form, so that anyone can check it."""
    return {
        "id": message.id,
        "code": message.code,
        "seq": message.seq,
        "precedence": message.precedence.name,
        "time_ns": str(message.time_ns),
        "valid_until_ns": None if message.valid_until_ns is None else str(message.valid_until_ns),
        "ref": message.ref,
        "fields": dict(message.fields),
        "envelope": message.envelope.decode("ascii"),
    }


def _ref(agreed: Agreed) -> AgreementRef | None:
    if not agreed.digest:
        return None
    return AgreementRef(agreed.agreement, agreed.digest, agreed.expires_ns, agreed.earlier)
