"""Events of a peer, messages and marks, as facts of the record of talk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from armslength.domain import talk as t
from armslength.node.core.messages import CREWS, rings
from armslength.protocol import events as e
from armslength.protocol.catalogue import CATALOGUE, Answer, Kind
from armslength.protocol.failover import GROUND
from armslength.protocol.readback import compare
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.line import Line
    from armslength.node.core.talking import Talking
    from armslength.protocol.messages import Message

MOST = 8192
"""Messages, and checks, that are followed at once."""
DISTURBED = frozenset({"NOISE", "INTERFERENCE"})
REPORT_NS = 600 * NS
"""What is reported of noise, without word of its end, counts so long."""


def heard(talking: Talking, event: e.Event, entry: str, at_ns: int) -> Iterator[t.Fact]:
    """Yield what an event of the peer says. `entry`: the ledger entry that will hold it."""
    line = talking.line
    own, other = line.own.party, line.name
    known: dict[str, Any] = {"at_ns": at_ns, "entry": entry}
    match event:
        case e.Received():
            yield from _received(talking, event, entry, at_ns)
        case e.Marked():
            if event.channel:
                yield t.Replied(**known, medium=event.channel, to=own)
            if event.message_id in talking.followed or event.message_id in talking.aloud:
                mark, late = event.mark.value, event.expired
                yield t.Marked(**known, id=event.message_id, mark=mark, stamp_ns=event.time_ns, expired=late)
            logged = line.log.get(event.message_id)
            if logged is not None and event.mark.value == "RECEIVED":
                yield from _planned(known, logged.message, own, event.time_ns)
        case e.MediumLost():
            yield t.Lost(**known, medium=event.medium, by=own, since_ns=event.since_ns)
        case e.MediumRestored():
            yield t.Restored(**known, medium=event.medium, by=own)
        case e.InUse():
            yield t.InUse(**known, medium=event.medium)
        case e.GapSeen() if event.missing:
            talking.missing = True
            numbers, precedence = event.missing[-1000:], event.precedence.name
            yield t.Missing(**known, by=other, precedence=precedence, numbers=numbers, given_up=event.given_up)
        case _:
            return


def sent(talking: Talking, message: Message, entry: str, at_ns: int) -> Iterator[t.Fact]:
    """Yield what a message of ours says."""
    line = talking.line
    own, other = line.own.party, line.name
    known: dict[str, Any] = {"at_ns": at_ns, "entry": entry}
    yield from _said(talking, message, own, "", entry, at_ns)
    yield from _answers(talking, message, entry, at_ns, message.time_ns)
    yield from _navigation(known, message, own)
    if message.code == "GCK":
        yield t.Checked(**known, medium=GROUND, by=own, id=message.id)
    elif message.code == "GCR" and message.ref is not None:
        yield t.CheckAnswered(**known, medium=GROUND, by=other, id=message.ref)
    elif message.code == "RCK":
        remember(talking.called, str(message.fields["nonce"]), message.id)
        yield t.Checked(**known, medium=str(message.fields["freq_id"]), by=own, id=message.id)
    elif message.code == "RCR" and (asked := talking.called.pop(str(message.fields["nonce"]), "")):
        yield _check_answered(known, message, other, asked)


def received(talking: Talking, since_ns: int) -> list[t.Fact]:
    """Return the messages that came in since [UTC ns] and are still in the inbox, with the marks put on them."""
    out: list[t.Fact] = []
    for message, expired, marks in talking.line.peer.received():
        at = marks.get("RECEIVED", message.time_ns)
        if at <= since_ns:
            continue
        out += _said(talking, message, talking.line.name, "", "", at)
        for mark, stamp in sorted(marks.items(), key=lambda one: one[1]):
            if message.id in talking.followed:
                out.append(t.Marked(at_ns=max(at, stamp), id=message.id, mark=mark, stamp_ns=stamp, expired=expired))
    return out


def reapply(line: Line, fact: t.Fact) -> None:
    """Put back on the log what was done about a message before a restart."""
    if isinstance(fact, t.Answered | t.Held) and (logged := line.log.get(fact.id)) is not None:
        if isinstance(fact, t.Held):
            logged.held = fact.reason
        else:
            logged.answered = fact.code


def moved(fact: t.Fact, at_ns: int) -> t.Fact:
    """Return `fact` as known at `at_ns`: a record never goes back."""
    return replace(fact, at_ns=at_ns)


def said_of(row: bytes, since_ns: int) -> str | None:
    """Return the digest of what was said last of a finding, from its row; None where it closed before `since_ns`."""
    told = json.loads(row)
    closed = told["said"]["closed_ns"]
    return None if closed is not None and int(closed) < since_ns else str(told["digest"])


def _received(talking: Talking, event: e.Received, entry: str, at_ns: int) -> Iterator[t.Fact]:
    message, line = event.message, talking.line
    own, other = line.own.party, line.name
    medium = event.channel or GROUND
    known: dict[str, Any] = {"at_ns": at_ns, "entry": entry}
    if talking.missing:
        yield t.Arrived(**known, by=other, precedence=message.precedence.name, number=message.seq)
    yield from _said(talking, message, other, medium, entry, at_ns)
    if message.id in talking.followed:
        yield t.Marked(**known, id=message.id, mark="RECEIVED", stamp_ns=at_ns, expired=event.expired)
    yield from _answers(talking, message, entry, at_ns, message.time_ns)
    if event.channel and message.ref is not None:
        yield t.Replied(**known, medium=event.channel, to=own)
    code, fields = message.code, message.fields
    if code == "GCK":
        yield t.Checked(**known, medium=GROUND, by=other, id=message.id)
    elif code == "GCR" and fields["nonce"] == line.nonce and not event.expired:
        yield t.CheckAnswered(**known, medium=GROUND, by=own, id=str(message.ref))
    elif code == "RCK":
        remember(talking.called, str(fields["nonce"]), message.id)
        yield t.Checked(**known, medium=str(fields["freq_id"]), by=other, id=message.id)
    elif code == "RCR" and (asked := talking.called.pop(str(fields["nonce"]), "")):
        yield from _reading(known, message, event.channel, own, other, asked)
    elif code in {"LCM", "RES"}:
        yield from _channel(talking, known, message, other)
    yield from _navigation(known, message, other)


def _channel(talking: Talking, known: dict[str, Any], message: Message, other: str) -> Iterator[t.Fact]:
    """Yield what the other side tells of a medium: planned, lost, with what it hears there, or restored."""
    fields = message.fields
    medium = str(fields["medium"])
    if "planned" in fields:
        yield from _planned(known, message, other, known["at_ns"])
    elif message.code == "LCM":
        yield t.Lost(**known, medium=medium, by=other, since_ns=min(int(str(fields["since_ns"])), known["at_ns"]))
        if fields.get("note") in DISTURBED:
            yield t.Noise(**known, medium=medium, by=other, heard=True)
    else:
        yield t.Restored(**known, medium=medium, by=other)
        told = talking.judge.noise(medium, known["at_ns"]).get(other) if talking.judge is not None else None
        if told is not None and told.until_ns is None:  # it told of noise when it lost the medium
            yield t.Noise(**known, medium=medium, by=other, heard=False)


def _planned(known: dict[str, Any], message: Message, by: str, told_ns: int) -> Iterator[t.Announced]:
    """Yield what an LCM of `by` tells beforehand, where its receiver has had it since `told_ns` of his clock."""
    fields = message.fields
    if "planned" in fields:
        yield t.Announced(
            **known,
            medium=str(fields["medium"]),
            by=by,
            kind=str(fields["planned"]),
            from_ns=int(str(fields["since_ns"])),
            until_ns=int(str(fields["until_ns"])),
            told_ns=told_ns,
        )


def _navigation(known: dict[str, Any], message: Message, by: str) -> Iterator[t.Noise]:
    """Yield that `by` reports the loss of satellite navigation."""
    if message.code == "EMG" and message.fields.get("nature") == "GNSS_LOSS":
        yield t.Noise(**known, medium=t.GNSS, by=by, heard=True, until_ns=known["at_ns"] + REPORT_NS)


def _reading(
    known: dict[str, Any], message: Message, channel: str, own: str, other: str, asked: str
) -> Iterator[t.Fact]:  # fmt: skip
    """Yield what an answer to a radio check says; one that came another way says nothing of the frequency."""
    medium = str(message.fields["freq_id"])
    if channel == medium:
        yield t.Replied(**known, medium=medium, to=own)
        yield _check_answered(known, message, own, asked)
    heard = message.fields.get("note") in DISTURBED
    until = known["at_ns"] + REPORT_NS if heard else None
    yield t.Noise(**known, medium=medium, by=other, heard=heard, until_ns=until)


def _check_answered(known: dict[str, Any], message: Message, by: str, asked: str) -> t.CheckAnswered:
    heard = int(message.fields["readability"])
    return t.CheckAnswered(**known, medium=str(message.fields["freq_id"]), by=by, id=asked, readability=heard)


def _said(talking: Talking, message: Message, by: str, medium: str, entry: str, at_ns: int) -> Iterator[t.Fact]:
    code = CATALOGUE[message.code]
    ringing, crew = rings(message) and code.answer is not Answer.NONE, message.code in CREWS
    free = any(field.kind is Kind.FREE and field.name in message.fields for field in code.fields)
    stop = str(message.fields.get("kind", "")) if message.code == "STP" else ""
    if ringing or crew or code.read_back or stop:
        remember(talking.followed, message.id, None)
    yield t.Said(
        at_ns=at_ns,
        entry=entry,
        id=message.id,
        by=by,
        code=message.code,
        precedence=message.precedence.name,
        medium=medium,
        rings=ringing,
        crew=crew,
        valid_until_ns=message.valid_until_ns,
        read_back=code.read_back,
        free=free,
        kind=stop,
    )


def _answers(talking: Talking, message: Message, entry: str, at_ns: int, stamp_ns: int) -> Iterator[t.Fact]:
    if message.ref is None or message.ref not in talking.followed:
        return
    logged = talking.line.log.get(message.ref)
    equal = None
    if logged is not None:
        logged.answered = message.code
        if message.code == "RBK":
            asked = logged.message
            equal = not compare(CATALOGUE[asked.code], asked.fields, str(message.fields["values"]))
    yield t.Answered(at_ns=at_ns, entry=entry, id=message.ref, code=message.code, stamp_ns=stamp_ns, equal=equal)


def remember(store: dict[str, Any], key: str, value: object) -> None:
    """Hold `value`; the oldest beyond MOST is let go."""
    store[key] = value
    while len(store) > MOST:
        del store[next(iter(store))]
