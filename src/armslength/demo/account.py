"""What each side saw, sent and received, kept from the events of both nodes, and the summary made of it.

Nothing is taken on trust from one side: a message counts as delivered when the receiver told that it came and the
sender holds the receiver's signed mark; as waiting when the receiver never told it and it lies in the sender's durable
outbox; as lost when it is in neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armslength.demo.plan import EARLY, Meeting, Plan
from armslength.demo.story_air import AMONG_NODES
from armslength.demo.ways import Ways
from armslength.protocol.failover import GROUND

Event = Mapping[str, Any]

PAUSE_S = 20.0
"""An alert that comes back within this time is still the same warning [s of the scenario]."""


@dataclass
class Side:
    """What one node told.

    Attributes:
        alerts: every alert by its id, as it opened. sounded: ids of those that sounded at any time.
        sent, received: messages by id, as they were first told.
        came: how often each message was told as received.
        marks: by message id, the marks that came back.
        first_heard: for each planned meeting the time of the first alert that sounded [s of the scenario].
        findings: by id, rule and outcome of what the rules of conduct found, as it was said last.
        others: how often each other event was told.
        moves: (channel that carried the talk, channel that carries it now), "" for none, as they came.
    """

    alerts: dict[str, Event] = field(default_factory=dict)
    sounded: set[str] = field(default_factory=set)
    sent: dict[str, Event] = field(default_factory=dict)
    received: dict[str, Event] = field(default_factory=dict)
    came: Counter[str] = field(default_factory=Counter)
    marks: dict[str, set[str]] = field(default_factory=dict)
    withheld: list[Event] = field(default_factory=list)
    first_heard: dict[str, float] = field(default_factory=dict)
    findings: dict[str, tuple[str, str]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    moves: list[tuple[str, str]] = field(default_factory=list)
    events: int = 0
    _open: dict[str, set[str]] = field(default_factory=dict)
    _ended: dict[str, float] = field(default_factory=dict)

    def failovers(self, order: Sequence[str]) -> int:
        """Return how often the talk left a channel for one that stands later in `order`, or for none."""
        places = {name: at for at, name in enumerate(order)}
        return sum(bool(was) and places.get(was, -1) < places.get(now, len(order)) for was, now in self.moves)

    def hears(self, meeting: Meeting, alert: str, now_s: float) -> None:
        """An alert about `meeting` sounds. One that ended well before is no warning of what comes: it counts anew."""
        still = self._open.setdefault(meeting.name, set())
        ended = self._ended.get(meeting.name)
        anew = not still and ended is not None and now_s - ended > PAUSE_S and now_s <= meeting.t_s
        if anew or meeting.name not in self.first_heard:
            self.first_heard[meeting.name] = now_s
        still.add(alert)

    def hears_no_more(self, meeting: Meeting, alert: str, now_s: float) -> None:
        """An alert about `meeting` is over."""
        still = self._open.setdefault(meeting.name, set())
        if alert in still:
            still.discard(alert)
            if not still:
                self._ended[meeting.name] = now_s


class Account:
    """The books of the demonstration, one for each side.

    Args:
        plan: what was planned.
        parties: both.
    """

    def __init__(self, plan: Plan, parties: Sequence[str]) -> None:
        self.plan = plan
        self.sides = {party: Side() for party in parties}

    def hear(self, party: str, event: Event) -> None:
        """Enter one event of the node of `party`."""
        side = self.sides[party]
        side.events += 1
        kind = event.get("event")
        if kind == "alert":
            self._alert(side, event)
        elif kind == "sent":
            side.sent.setdefault(str(event["id"]), event)
        elif kind == "received":
            side.received.setdefault(str(event["id"]), event)
            side.came[str(event["id"])] += 1
        elif kind == "marked":
            if event["by"] == "theirs":
                side.marks.setdefault(str(event["id"]), set()).add(str(event["mark"]))
        elif kind == "withheld":
            side.withheld.append(event)
        else:
            if kind == "channel" and event["state"] == "IN USE":
                side.moves.append((str(event["was"]), str(event["medium"])))
            if kind == "finding":
                side.findings[str(event["finding"])] = str(event["rule"]), str(event["outcome"])
            side.others[str(kind)] += 1

    def outstanding(self) -> list[str]:
        """Return the ids of messages that were sent and have no mark RECEIVED yet."""
        return [
            message
            for side in self.sides.values()
            for message in side.sent
            if "RECEIVED" not in side.marks.get(message, ())
        ]

    def _alert(self, side: Side, event: Event) -> None:
        side.alerts.setdefault(str(event["id"]), event)
        meeting = self.plan.meeting_of(event["first"]["addresses"], event["second"]["addresses"])
        now = self.plan.seconds(int(event["now_ns"]))
        if event["sounds"] and event["change"] != "closed":
            side.sounded.add(str(event["id"]))
            if meeting is not None:
                side.hears(meeting, str(event["id"]), now)
        elif event["change"] == "closed" and meeting is not None:
            side.hears_no_more(meeting, str(event["id"]), now)

    def silence(self, ways: Ways, now_s: float) -> tuple[float, str]:
        """Return the longest time for which a FLASH message waited while there was a way to the other side [s].

        And which that was: "EMG of NORTH, sent at 474 s"; "" where none was sent.
        """
        longest, which = 0.0, ""
        for party, side in self.sides.items():
            (other,) = (one for name, one in self.sides.items() if name != party)
            for message, event in side.sent.items():
                if event.get("precedence") != "FLASH":
                    continue
                came, sent_s = other.received.get(message), self.plan.seconds(int(event["at_ns"]))
                until = now_s if came is None else self.plan.seconds(int(came["at_ns"]))
                waited = ways.open_s(sent_s, until)
                if waited > longest or not which:
                    longest, which = max(longest, waited), f"{event['code']} of {party}, sent at {sent_s:.0f} s"
        return round(longest, 1), which

    def channels(self, sent: Mapping[str, int]) -> dict[str, dict[str, int]]:
        """Return for each channel the messages that left by it, from `sent`, and those that it delivered.

        What left by several channels counts with each as sent, and as delivered with the one by which it came first.
        """
        came = Counter(
            str(event.get("channel") or GROUND) for side in self.sides.values() for event in side.received.values()
        )
        return {name: {"sent": sent.get(name, 0), "delivered": came[name]} for name in sorted({*sent, *came})}

    def summary(self, outboxes: Mapping[str, Collection[str]]) -> dict[str, Any]:
        """Return the document: the whole in figures, then each side, then each planned meeting.

        Args:
            outboxes: by party, the ids of what lies in its durable outbox at the end.
        """
        delivered = waiting = lost = 0
        for party, side in self.sides.items():
            (other,) = (one for name, one in self.sides.items() if name != party)
            for message in side.sent:
                came, marked = message in other.received, "RECEIVED" in side.marks.get(message, ())
                delivered += came and marked
                kept = message in outboxes.get(party, ())
                waiting += kept and not came
                lost += not (came or kept)
        return {
            "alerts": sum(len(side.sounded) for side in self.sides.values()),
            "calls": sum(
                event["code"] not in AMONG_NODES for side in self.sides.values() for event in side.sent.values()
            ),
            "sent": sum(len(side.sent) for side in self.sides.values()),
            "delivered": delivered,
            "waiting": waiting,
            "lost": lost,
            "expired": sum(bool(one.get("expired")) for side in self.sides.values() for one in side.received.values()),
            "duplicated": sum(n - 1 for side in self.sides.values() for n in side.came.values()),
            "first_alert_before_closest_s": self._least_warning(),
            "findings": {party: _found(side) for party, side in self.sides.items()},
            "sides": {party: _told(side) for party, side in self.sides.items()},
            "meetings": self._meetings(),
        }

    def _least_warning(self) -> float | None:
        """Return the shortest warning of either side over the meetings that allow an early one [s].

        None where a side was not warned of one of them at all.
        """
        warned: list[float] = []
        for meeting in self.plan.meetings:
            if meeting.warning != EARLY or meeting.t_s > self.plan.duration_s:
                continue
            for side in self.sides.values():
                if meeting.name not in side.first_heard:
                    return None
                warned.append(meeting.t_s - side.first_heard[meeting.name])
        return round(min(warned), 1) if warned else None

    def _meetings(self) -> list[dict[str, Any]]:
        rows = []
        for meeting in self.plan.meetings:
            warned = {
                party: round(meeting.t_s - side.first_heard[meeting.name], 1)
                if meeting.name in side.first_heard
                else None
                for party, side in self.sides.items()
            }
            rows.append(
                {
                    "name": meeting.name, "at_s": meeting.t_s, "warning": meeting.warning, "what": meeting.story,
                    "first_alert_before_closest_s": warned,
                }
            )  # fmt: skip
        return rows


def _found(side: Side) -> dict[str, dict[str, int]]:
    """Return how often a side found what, by rule and outcome."""
    out: dict[str, dict[str, int]] = {}
    for (rule, outcome), number in sorted(Counter(side.findings.values()).items()):
        out.setdefault(rule, {})[outcome] = number
    return out


def _told(side: Side) -> dict[str, Any]:
    marks: Counter[str] = Counter(mark for some in side.marks.values() for mark in some)
    return {
        "alerts": len(side.sounded),
        "shown_without_sound": len(side.alerts) - len(side.sounded),
        "sent": dict(sorted(Counter(str(event["code"]) for event in side.sent.values()).items())),
        "received": dict(sorted(Counter(str(event["code"]) for event in side.received.values()).items())),
        "expired": sum(bool(event.get("expired")) for event in side.received.values()),
        "marks": dict(sorted(marks.items())),
        "withheld": dict(sorted(Counter(str(event["code"]) for event in side.withheld).items())),
        "other_events": dict(sorted(side.others.items())),
    }
