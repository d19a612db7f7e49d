"""The designated frequencies of one line: which of them this node can talk on, and what it hears there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from armslength.agreement.plan import frequencies_at
from armslength.crypto.canonical import digest
from armslength.errors import RemoteProtocolError
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import AirIn
from armslength.protocol.events import Now
from armslength.protocol.failover import Patience
from armslength.protocol.messages import Message

if TYPE_CHECKING:
    from armslength.node.core.line import Line

TUNE_S = 60.0
"""How often the plan is looked at for hours that begin or end [s]."""
TOLD_S = 60.0
"""What is heard on a frequency and is nobody's is told at most once in this time [s], with its number."""
ECHO = "reflected"
REMEMBERED = 256
"""Messages whose calls are counted."""


def tune(line: Line, radios: Collection[str], now: Now) -> None:
    """Let the peer of `line` use the frequencies of the plan that carry data now and for which there is a radio.

    While the frequencies are suspended nothing but emergencies goes over them.
    """
    terms = line.agreed.terms
    line.tune_due_s = now.mono_s + TUNE_S
    if terms is None:
        line.peer.tune((), Patience(), now)
        return
    plan = [one.id for one in frequencies_at(terms, None, now.utc_ns, use="data") if one.id in radios]
    patience = Patience(
        terms.failover.calls, terms.failover.call_every_s, terms.failover.return_after_s, terms.radio.check_every_s
    )
    distress = "frequency" in line.agreed.suspended
    line.peer.tune(plan, patience, now, sealed=terms.radio.encrypted, distress=distress)


def hear(line: Line, one: AirIn, effects: Effects, now: Now) -> None:
    """Take a payload. What is not by the other side accuses nobody, for anybody can transmit; it is counted."""
    line.readability[one.channel] = one.readability
    try:
        line.peer.hear(one.channel, one.payload, now)
    except RemoteProtocolError as wrong:
        if wrong.reason == ECHO:
            return
        key = (one.channel, wrong.reason)
        line.strange[key] = line.strange.get(key, 0) + 1
        if now.mono_s >= line.strange_due_s:
            line.strange_due_s = now.mono_s + TOLD_S
            what = {"channel": one.channel, "reason": wrong.reason, "says": wrong.says, "count": line.strange[key]}
            payload = {**what, "bytes": len(one.payload), "digest": digest(one.payload)}
            line.books.enter(effects, line.book, "strange on air", payload, now.utc_ns)
            effects.tells.append({"event": "strange on air", "counterpart": line.name, **what})
    line.settle(effects, now)


def called(line: Line, frames: Iterable[tuple[str, bytes, int, str]], effects: Effects) -> None:
    """Tell the own officer of every call on a frequency, and which one of that message it is."""
    for channel, message in {(one[0], one[3]): None for one in frames if one[3]}:
        number = line.calls.pop((message, channel), 0) + 1
        line.calls[message, channel] = number
        logged = line.log.get(message)
        code = logged.message.code if logged is not None else ""
        what = {"counterpart": line.name, "channel": channel, "id": message, "code": code, "call": number}
        effects.tells.append({"event": "called", **what})
    while len(line.calls) > REMEMBERED:
        del line.calls[next(iter(line.calls))]


def check(
    line: Line, channel: str, effects: Effects, now: Now, *, role: str = "node", automatic: bool = True
) -> Message | None:
    """Say RCK on a frequency, and return it; None where the terms or the room do not let it, which is told."""
    fields = {"freq_id": channel, "nonce": digest(f"{line.own.key.public}|{channel}|{now.utc_ns}".encode())[7:23]}
    return line.say("RCK", fields, effects, now, role=role, automatic=automatic)
