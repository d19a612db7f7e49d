"""What the core does with each event of a peer: into the ledger, to the own officer, and the automatic answers.

Automatic answers exist for two codes here: a ground-line check is answered GCR, a request for assistance ADC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from armslength.crypto.envelope import from_json
from armslength.node.core import airing, outage, reading
from armslength.node.core.callsigns import flagged, is_pressing
from armslength.node.core.effects import Effects
from armslength.node.core.messages import Logged
from armslength.node.core.pointing import centre_said
from armslength.protocol import events as e
from armslength.protocol.case_documents import CASE_TYPE
from armslength.protocol.catalogue import CATALOGUE, Precedence
from armslength.protocol.events import Event, Now
from armslength.protocol.failover import GROUND
from armslength.protocol.frames import LARGE_LIMIT
from armslength.protocol.messages import Message

if TYPE_CHECKING:
    from armslength.node.core.line import Line


def hear(line: Line, event: Event, effects: Effects, now: Now) -> None:
    """Do what an event of the peer asks for."""
    _HANDLERS[type(event)](line, event, effects, now)


def _tell(line: Line, effects: Effects, name: str, **what: Any) -> None:
    effects.tells.append({"event": name, "counterpart": line.name, **what})


def _enter(line: Line, effects: Effects, kind: str, payload: dict[str, Any], now: Now) -> None:
    line.books.enter(effects, line.book, kind, payload, now.utc_ns)


def _open(line: Line, event: e.SessionOpen, effects: Effects, now: Now) -> None:
    first = line.standing == "DOWN"
    line.standing, line.since_ns = event.standing, now.utc_ns if first else line.since_ns
    path = line.connections.get(event.path, "")
    what = {
        "state": event.standing,
        "path": path,
        "their_terms": event.terms,
        "their_size": event.ledger_size,
        "their_root": event.ledger_root,
    }
    _enter(line, effects, "link", what, now)
    _tell(line, effects, "link", state=event.standing, path=path)
    if event.proved and event.agreement == line.agreed.agreement:
        line.witness.head(line, event.ledger_size, event.ledger_root, effects, now)
    if event.standing != "OPEN":
        line.witness.closed(now)
    elif event.proved:  # the other side enters that too
        line.witness.grown(line, now)
    if first:
        line.check_due_s = now.mono_s


def _lost(line: Line, event: e.SessionLost, effects: Effects, now: Now) -> None:
    path = line.connections.get(event.path, "")
    _enter(line, effects, "link", {"state": "LOST", "path": path, "why": event.why}, now)
    _tell(line, effects, "link", state="LOST", path=path, says=event.why)
    if line.peer.standing() != "OPEN":
        line.witness.closed(now)


def _vanished(line: Line, event: e.PeerVanished, effects: Effects, now: Now) -> None:
    line.standing, line.since_ns = "DOWN", now.utc_ns
    line.witness.closed(now)
    _enter(line, effects, "link", {"state": "DOWN", "since_ns": str(event.since_ns)}, now)
    says = "The other side is not there. Use the frequencies; what must be said waits in the outbox."
    _tell(line, effects, "link", state="DOWN", since_ns=str(event.since_ns), says=says)


def _frozen(line: Line, event: e.PeerFrozen, effects: Effects, now: Now) -> None:
    path = line.connections.get(event.path, "")
    _enter(line, effects, "link", {"state": "FROZEN", "path": path, "since_ns": str(event.since_ns)}, now)
    says = "The line is open, but nothing is heard on it."
    _tell(line, effects, "link", state="FROZEN", path=path, since_ns=str(event.since_ns), says=says)


def _received(line: Line, event: e.Received, effects: Effects, now: Now) -> None:
    from armslength.node.core.line import described

    message = event.message
    unknown = flagged(line.agreed, message)
    logged = Logged(message, False, now.utc_ns, event.expired, unknown_call_sign=unknown)
    line.log.add(logged)
    logged.channel = event.channel or GROUND
    payload = described(message) | {"channel": logged.channel, "expired": event.expired}
    payload |= {"late_s": round(event.late_s, 3)}
    payload["late_s"] = str(payload["late_s"])
    payload |= {"unknown_call_sign": unknown} if unknown else {}
    _enter(line, effects, "message in", payload, now)
    if not event.channel:
        line.witness.grown(line, now)
    effects.tells.append({"event": "received", "sounds": logged.sounds(now.utc_ns), **logged.as_dict(line.name)})
    if unknown and not is_pressing(message.code, message.fields):  # a warning is flagged, and accuses nobody
        says = f"The field {unknown} of {message.code} holds a call sign that is not of the terms."
        line.accuse("unknown call sign", says, effects, now, message.envelope)
    if event.expired:
        return
    if message.code == "GCK":
        echo = {"nonce": message.fields["nonce"], **line.duty.said()}
        line.say("GCR", echo, effects, now, automatic=True, ref=message.id)
    elif message.code == "GCR" and message.fields["nonce"] == line.nonce:
        line.checked_ns, line.nonce = now.utc_ns, ""
    elif message.code == "RCK" and event.channel == message.fields["freq_id"]:
        heard = {
            "freq_id": event.channel,
            "nonce": message.fields["nonce"],
            "readability": line.readability.get(event.channel, 5),
        }
        line.say("RCR", heard | _sensed(line, event.channel), effects, now, automatic=True)
    elif message.code == "RBK":
        reading.heard(line, message, effects, now)
    elif message.code == "LCM" and "planned" in message.fields:
        _tell(line, effects, "planned", by="theirs", **outage.words_of(message))
    elif message.code == "AST" and line.terms.assistance.answer == "declined":
        line.say("ADC", {"rescue_centre": centre_said(line.terms)}, effects, now, automatic=True, ref=message.id)


def stated(event: Event) -> tuple[bytes, bool] | None:
    """Return what the marks of one signed statement have in common; None for every other event."""
    return (event.envelope, event.expired) if isinstance(event, e.Marked) else None


def marked(line: Line, events: Sequence[Any], effects: Effects, now: Now) -> None:
    """Take the marks of one signed statement: one entry, however many messages it is about."""
    first = events[0]
    payload = {
        "messages": [event.message_id for event in events],
        "mark": first.mark.value,
        "their_time_ns": str(first.time_ns),
        "expired": first.expired,
        "channel": first.channel or GROUND,
        "envelope": first.envelope.decode("ascii"),
    }
    _enter(line, effects, "mark in", payload, now)
    if not first.channel:
        line.witness.grown(line, now)
    for event in events:
        _marked(line, event, effects, now)


def _marked(line: Line, event: e.Marked, effects: Effects, now: Now) -> None:
    mark = event.mark.value
    logged = line.log.marked(event.message_id, mark, event.time_ns)
    if logged is not None and mark == "RECEIVED":
        logged.channel = event.channel or GROUND
        if line.radios and not _insists(logged.message):
            effects.hush.append((line.name, event.message_id))
    told = logged.as_dict(line.name) if logged is not None else {"id": event.message_id, "counterpart": line.name}
    effects.tells.append({"event": "marked", "by": "theirs", "mark": mark, **told, "expired": event.expired})


def _insists(message: Message) -> bool:
    """Return whether a message is said on every frequency, received or not: what a person says that is FLASH."""
    return message.precedence is Precedence.FLASH and CATALOGUE[message.code].by_person


def _document(line: Line, event: e.DocumentIn, effects: Effects, now: Now) -> None:
    envelope = from_json(event.envelope, limit=LARGE_LIMIT)
    if envelope.payload_type == CASE_TYPE:
        line.cases.hear(envelope, event.envelope, effects, now)
    else:
        effects.documents.append((line.name, event.envelope))


def _taken(line: Line, event: e.DocumentTaken, effects: Effects, now: Now) -> None:
    if line.cases.taken(event.digest, effects, now):
        return
    what = {"what": "document delivered", "envelope": event.digest, "article": line.ruling("document").article}
    _enter(line, effects, "agreement", what, now)


def _checkpoint(line: Line, event: e.CheckpointIn, effects: Effects, now: Now) -> None:
    line.witness.received(line, event, effects, now)


def _countersigned(line: Line, event: e.Countersigned, effects: Effects, now: Now) -> None:
    line.witness.countersigned(line, event.envelope, effects, now)


def _offset(line: Line, event: e.OffsetKnown, effects: Effects, now: Now) -> None:
    before, line.offset = line.offset, (event.low_s, event.high_s)
    if before is None or event.low_s > before[1] or event.high_s < before[0]:
        what = {"low_s": f"{event.low_s:.6f}", "high_s": f"{event.high_s:.6f}"}
        _enter(line, effects, "clock", what, now)
        _tell(line, effects, "clock", low_s=event.low_s, high_s=event.high_s)


def _gap(line: Line, event: e.GapSeen, effects: Effects, now: Now) -> None:
    what = {"precedence": event.precedence.name, "missing": list(event.missing[:1000]), "count": len(event.missing)}
    what["given_up"] = event.given_up
    _enter(line, effects, "gap", what, now)
    _tell(line, effects, "gap", **what)


def _duplicate(line: Line, event: e.Duplicate, effects: Effects, now: Now) -> None:
    line.log.duplicated += 1
    airing.again(line, event.channel, event.after_s, effects, now)


def _stranded(line: Line, event: e.Stranded, effects: Effects, now: Now) -> None:
    _enter(line, effects, "stranded", {"messages": list(event.message_ids)}, now)
    says = "These messages were written under an agreement that is no longer in force; they were not delivered."
    _tell(line, effects, "stranded", messages=list(event.message_ids), says=says)


def _medium_lost(line: Line, event: e.MediumLost, effects: Effects, now: Now) -> None:
    what: dict[str, Any] = {"medium": event.medium, "since_ns": str(event.since_ns), "change": event.change}
    if event.last_ok_ns:
        what["last_ok_ns"] = str(event.last_ok_ns)
    _enter(line, effects, "channel", {"state": "LOST", **what}, now)
    _tell(line, effects, "channel", state="LOST", **what)
    line.say("LCM", what | _sensed(line, event.medium), effects, now, automatic=True)


def _sensed(line: Line, channel: str) -> dict[str, str]:
    """Return the note that something which is nobody's talk is sensed on a frequency; nothing where it is not."""
    return {"note": "INTERFERENCE"} if channel in line.talking.senses else {}


def _medium_restored(line: Line, event: e.MediumRestored, effects: Effects, now: Now) -> None:
    what = {"medium": event.medium, "backlog_count": min(len(line.peer.waiting()), 65_535), "change": event.change}
    _enter(line, effects, "channel", {"state": "RESTORED", **what}, now)
    _tell(line, effects, "channel", state="RESTORED", **what)
    line.say("RES", what, effects, now, automatic=True)


def _in_use(line: Line, event: e.InUse, effects: Effects, now: Now) -> None:
    """Another channel carries the talk, or none."""
    line.using = event.medium
    channels = line.peer.channels()
    lost_here = [name for name, state in channels.media.items() if state["lost_here"]]
    what = {"medium": event.medium, "was": event.was}
    _enter(line, effects, "channel", {"state": "IN USE", **what}, now)
    says, sounds = airing.silence(line, event, now)
    _tell(line, effects, "channel", state="IN USE", says=says, sounds=sounds, **what)
    if event.medium == GROUND and event.was and event.was in lost_here:
        line.say("GLN", {"reason": "NO_ANSWER", "change": channels.change}, effects, now, automatic=True)


def _check_due(line: Line, event: e.CheckDue, effects: Effects, now: Now) -> None:
    airing.check(line, event.medium, effects, now)


_HANDLERS: dict[type, Callable[..., None]] = {
    e.SessionOpen: _open,
    e.SessionLost: _lost,
    e.PeerVanished: _vanished,
    e.PeerFrozen: _frozen,
    e.Received: _received,
    e.Marked: _marked,
    e.DocumentIn: _document,
    e.DocumentTaken: _taken,
    e.CheckpointIn: _checkpoint,
    e.Countersigned: _countersigned,
    e.OffsetKnown: _offset,
    e.GapSeen: _gap,
    e.Duplicate: _duplicate,
    e.Stranded: _stranded,
    e.MediumLost: _medium_lost,
    e.MediumRestored: _medium_restored,
    e.InUse: _in_use,
    e.CheckDue: _check_due,
}
"""Every event has its handler; a test holds this and `protocol.events.Event` together."""
