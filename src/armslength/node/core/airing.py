"""The designated frequencies of one line: which of them this node can talk on, and what it hears there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from armslength.agreement.plan import frequencies_at
from armslength.crypto.canonical import digest
from armslength.errors import RemoteProtocolError
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import AirIn
from armslength.protocol.events import InUse, Now
from armslength.protocol.failover import Patience
from armslength.protocol.messages import Message

if TYPE_CHECKING:
    from armslength.node.core.line import Line

TUNE_S = 60.0
"""How often the plan is looked at for hours that begin or end [s]."""
TOLD_S = 60.0
"""What is heard on a frequency and is nobody's is told at most once in this time [s], with its number."""
ECHO = "reflected"
RECORDED_S = 600.0
"""A message that comes again so long after it came first is named: it was recorded, or its marks are not heard [s]."""
REMEMBERED = 256
"""Messages whose calls are counted."""
NOTHING_LEFT = "NO CHANNEL ANSWERS. What must be said waits; call by voice, on guard for distress, or by telephone."
FIRST_CHECKS = "No channel has answered since the start; the first checks run. What must be said waits."
FIRST_CALLER_S = 2
"""One side lets the other check first, for so many times as calls are apart: see `Failover.begin`."""
_NEVER = float("inf")


def tune(line: Line, radios: Collection[str], now: Now) -> None:
    """Let the peer of `line` use the frequencies of the plan that carry data now and for which there is a radio.

    While the frequencies are suspended nothing but emergencies goes over them. Where none is left there is nothing to
    check, and no alarm that none answers; where there are some again, the first checks begin anew.
    """
    terms = line.agreed.terms
    line.tune_due_s = now.mono_s + TUNE_S
    if terms is None:
        line.alarm_due_s = _NEVER
        line.peer.tune((), Patience(), now)
        return
    plan = [one.id for one in frequencies_at(terms, None, now.utc_ns, use="data") if one.id in radios]
    patience = Patience(
        terms.failover.calls, terms.failover.call_every_s, terms.failover.return_after_s, terms.radio.check_every_s
    )
    distress = "frequency" in line.agreed.suspended
    begins = bool(plan) and not line.peer.channels().media
    line.peer.tune(plan, patience, now, sealed=terms.radio.encrypted, distress=distress)
    if not plan:
        line.alarm_due_s = _NEVER
    elif begins and not line.peer.channels().in_use:
        line.alarm_due_s = now.mono_s + first_checks_s(line)


def hear(line: Line, one: AirIn, effects: Effects, now: Now) -> None:
    """Take a payload. What is not by the other side accuses nobody, for anybody can transmit; it is counted."""
    line.readability[one.channel] = one.readability
    try:
        line.peer.hear(one.channel, one.payload, now)
    except RemoteProtocolError as wrong:
        strange(line, one.channel, wrong.reason, wrong.says, effects, now, one.payload)
    line.settle(effects, now)


def strange(line: Line, channel: str, reason: str, says: str, effects: Effects, now: Now, payload: bytes = b"") -> None:
    """Count what was heard and is no talk of the other side; the book and the officer are told now and then.

    A radio may hear its own echo all the time: that is only counted.
    """
    key = (channel, reason)
    line.strange[key] = line.strange.get(key, 0) + 1
    if reason == ECHO or now.mono_s < line.strange_due_s:
        return
    line.strange_due_s = now.mono_s + TOLD_S
    what = {"channel": channel, "reason": reason, "says": says, "count": line.strange[key]}
    digests = {"digest": digest(payload)} if payload else {}
    line.books.enter(effects, line.book, "strange on air", {**what, "bytes": len(payload), **digests}, now.utc_ns)
    effects.tells.append({"event": "strange on air", "counterpart": line.name, **what})


def again(line: Line, channel: str, after_s: float | None, effects: Effects, now: Now) -> None:
    """A message came again on a frequency: called again, as every message is until a mark is heard, or a recording."""
    if channel and (after_s is None or abs(after_s) > RECORDED_S):
        says = "A message taken long ago came again: it counts once. Recordings of calls can be played by anybody."
        strange(line, channel, "replayed", says, effects, now)


def first_checks_s(line: Line) -> float:
    """Return how long after the start the first checks have by the terms [s]: both sides call, one after the other.

    At most as long as the terms allow until the next way is in use.
    """
    times = line.terms.failover
    return min(times.ground_line_s, (times.calls + FIRST_CALLER_S) * times.call_every_s)


def silence(line: Line, event: InUse, now: Now) -> tuple[str, bool]:
    """Return what is said of the channel in use, and whether it sounds: where none is, nobody can be reached.

    At the start none is known to answer: that sounds when the first checks have had their time, and none does yet.
    """
    starting = not event.medium and not event.was
    line.alarm_due_s = now.mono_s + first_checks_s(line) if starting else _NEVER
    if event.medium:
        return "", False
    return (FIRST_CHECKS, False) if starting else (NOTHING_LEFT, True)


def alarm(line: Line, effects: Effects, now: Now) -> None:
    """Sound that the first checks are over and nothing answers."""
    line.alarm_due_s = _NEVER
    what = {"state": "IN USE", "medium": "", "was": ""}
    line.books.enter(effects, line.book, "channel", what, now.utc_ns)
    effects.tells.append({"event": "channel", "counterpart": line.name, **what, "says": NOTHING_LEFT, "sounds": True})


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
