"""Events of a node as sentences for somebody who has never seen one. Decides nothing and forgets nothing.

Every event that a node tells has a sentence here, or is named in `SILENT`; one that is neither is told as it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from armslength.demo.plan import Plan
from armslength.demo.story_air import AMONG_NODES, AirStory, by_channel
from armslength.demo.story_cases import case_told, found
from armslength.demo.story_words import About, content, number
from armslength.demo.tones import ALARM, GOOD, SCENE, TELL, WARN
from armslength.node.telling import gate_words, in_words, refusal_words
from armslength.protocol.catalogue import CATALOGUE
from armslength.units import FT, NM, NS

__all__ = ["ALARM", "GOOD", "SCENE", "TELL", "WARN", "Said", "Story", "clock"]

Event = Mapping[str, Any]

SILENT = frozenset({"clock", "encounter"})
"""Events that the demonstration counts and does not read out."""
CODES = {name: code.meaning for name, code in CATALOGUE.items()}
"""What the codes mean, in plain words."""
FOLLOWED = 4
"""Every mark is told of the first so many messages; of later ones only the last that they get."""
NEW_S = 8.0
"""What came so lately is not told as waiting for somebody [s]."""
LAST_MARK = {"TFA": "RELAYED"}
TIERS = {
    "TRAFFIC": ("traffic", WARN),
    "ALERT": ("ALERT", ALARM),
    "INSIDE": ("INSIDE THE MINIMA", ALARM),
    "NEAR": ("NEAR MISS", ALARM),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the story: when (seconds of the scenario), who tells it ("" is the narrator), how it is meant."""

    at_s: float
    party: str
    tone: str
    text: str


class Story:
    """Turns events into lines; remembers only what keeps it from repeating itself."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._air = AirStory()
        self._checked: set[str] = set()
        self._links: dict[str, str] = {}
        self._told: dict[tuple[str, str], str] = {}
        self._followed: set[str] = set()
        self._feeds: set[tuple[str, str]] = set()
        self._lost: set[tuple[str, str]] = set()
        self._named: set[tuple[str, str]] = set()
        self._held_back: set[tuple[str, str, str]] = set()
        self._to_read_back: dict[str, About] = {}
        self.doubtful: Counter[str] = Counter()

    def tell(self, party: str, event: Event, at_s: float) -> list[Said]:
        """Return the lines that `event` of the node of `party` is worth, at `at_s`; often none."""
        kind = str(event.get("event", ""))
        if kind in SILENT:
            return []
        teller = _TELLERS.get(kind)
        if teller is None:
            return [Said(at_s, party, TELL, f"{kind}: {event.get('says', '')}".rstrip(": "))]
        said = teller(self, party, event)
        return [] if said is None else [Said(at_s, party, *said)]

    def alert(self, party: str, event: Event) -> tuple[str, str] | None:
        """An alert: opened or raised; and the end of one that sounded."""
        change, tier = str(event["change"]), str(event["tier"])
        key = (party, str(event["id"]))
        first, second = (event[side]["addresses"] for side in ("first", "second"))
        own, other = (first, second) if event["own_side"] == "first" else (second, first)
        names = f"{self._plan.named(own)} and {self._plan.named(other)}"
        if change == "closed":
            before = self._told.pop(key, None)
            return None if before is None else (GOOD, f"No longer closing: {names}.")
        heard = f"{tier} {event['sounds']}"
        if change in {"updated", "lowered"} or self._told.get(key) == heard:
            return None
        self._told[key] = heard
        word, tone = TIERS[tier]
        far, notes = f"{names} {_distance(event)}{_left(event)}.", self._notes(event)
        if not event["sounds"]:
            return WARN, f"On the screen, without a sound: {far}{notes}"
        whose = " Bound by nobody here: the other side is not told." if event["own_side_only"] else ""
        return tone, f"{word} for the own officer: {far}{whose}{notes}"

    def _notes(self, event: Event) -> str:
        """Return what the officer must know besides, with call signs for addresses."""
        notes = []
        for note in event.get("notes") or ():
            address, colon, words = str(note).rstrip(".").partition(": ")
            known = self._plan.callsigns.get(address)
            notes.append(f"{known}: {words}" if known and colon else str(note).rstrip("."))
        return f" ({'; '.join(notes)}.)" if notes else ""

    def sent(self, party: str, event: Event) -> tuple[str, str] | None:
        """A message left."""
        code = str(event["code"])
        if code in AMONG_NODES:
            return None
        by = "by itself, as the terms allow" if event.get("role") == "node" else f"by the {event.get('role')}"
        known = (party, code) in self._named
        by = "" if known and code == "TFA" and event.get("role") == "node" else f", {by}"
        return TELL, f"Sends {self._code(party, code)} to {event['counterpart']}{by}.{self._says(event)}"

    def received(self, party: str, event: Event) -> tuple[str, str] | None:
        """A message came."""
        code, other = str(event["code"]), event["counterpart"]
        if code in AMONG_NODES and code != "GCR":
            return self._air.received(party, event)
        if code == "GCR":
            if party in self._checked:
                return None
            self._checked.add(party)
            return GOOD, f"Ground-line check answered by {other}."
        if event.get("expired"):
            late = f"{self._code(party, code)} of {other} came{by_channel(event)} too late"
            return WARN, f"{late}: marked EXPIRED, kept, not sounded.{number(event)}"
        tone = ALARM if event.get("sounds") else TELL
        return tone, f"Receives {self._code(party, code)} from {other}{by_channel(event)}.{self._says(event)}"

    def _says(self, event: Event) -> str:
        """Return what a message says, and its digits; remember what may be read back."""
        if CATALOGUE[event["code"]].read_back:
            self._to_read_back[str(event["id"])] = str(event["code"]), event["fields"]
        return f"{content(event, self._to_read_back.get(str(event.get('ref'))))}{number(event)}"

    def _code(self, party: str, code: str) -> str:
        """Return a code, the first time with what it means."""
        if (party, code) in self._named:
            return code
        self._named.add((party, code))
        return f"{code} ({CODES.get(code, code)})"

    def marked(self, party: str, event: Event) -> tuple[str, str] | None:
        """A mark was put on a message, here or over there."""
        code = event.get("code")
        if code in AMONG_NODES or code is None:
            return None
        if event["by"] != "theirs":
            return None
        message = str(event["id"])
        if message not in self._followed and len(self._followed) < FOLLOWED:
            self._followed.add(message)
        if message not in self._followed and event["mark"] != LAST_MARK.get(str(code), "UNDERSTOOD"):
            return None
        return GOOD, f"{event['counterpart']} signs: {code} {event['mark']}.{number(event)}"

    def link(self, party: str, event: Event) -> tuple[str, str] | None:
        """The ground line: only when it changes."""
        state = str(event["state"])
        before, self._links[party] = self._links.get(party, ""), state
        if state == before:
            return None
        return {
            "OPEN": (GOOD, "The ground line is open; both keys proved, the same terms in force on both sides."),
            "FIRST_CONTACT": (TELL, "First contact on the ground line: both keys proved, no terms in force yet."),
            "DIFFERING": (
                TELL,
                "On the line, but not the same version in force on both sides: documents pass, no more.",
            ),
            "LOST": (WARN, "The connection is lost."),
            "DOWN": (WARN, "The other side is not there. What must be said waits in the outbox, on disk."),
            "FROZEN": (WARN, "The line is open, but nothing is heard on it: closed, dialled again."),
        }.get(state, (TELL, f"Ground line: {state}."))

    def withheld(self, party: str, event: Event) -> tuple[str, str]:
        """The gate let something not out: why, the first time; then only that."""
        why = gate_words(event["says"])
        held = (party, str(event["code"]), why)
        if held in self._held_back:
            return WARN, f"The gate holds back another {event['code']}."
        self._held_back.add(held)
        return WARN, f"The gate holds back {event['code']}: {why}."

    def agreement(self, party: str, event: Event) -> tuple[str, str] | None:
        """Something happened to the agreement."""
        what, provision = str(event.get("what", "")), event.get("provision", "")
        words = {
            "proposed": (TELL, f"A proposal lies here: version {event.get('version')}, signed by one side so far."),
            "ratified": (GOOD, f"Both signatures cover the same digest: version {event.get('version')} is ratified."),
            "suspended": (WARN, f"Notice: {provision} will be suspended when the time of notice has run."),
            "resume proposed": (TELL, f"One side has signed that {provision} is resumed. It takes both."),
            "resumed": (GOOD, f"Both have signed: {provision} is resumed."),
            "end given": (WARN, "Notice to end the agreement was given."),
            "refused": (WARN, _refused(event)),
        }
        return words.get(what)

    def terms(self, party: str, event: Event) -> tuple[str, str] | None:
        """What is in force changed."""
        suspended = ", ".join(event["suspended"])
        state = str(event["state"]).lower().replace("_", " ")
        now = f"Version {event['version']} of the agreement with {event['counterpart']}: {state}."
        if suspended:
            return WARN, f"{now} Suspended: {suspended}; everything else stays in force."
        return (GOOD, now) if event["version"] else None

    def feed(self, party: str, event: Event) -> tuple[str, str] | None:
        """A feed that was heard and is not heard any more, or is again. One that nobody has heard yet is no news."""
        source, working = (party, str(event["source"])), bool(event["working"])
        if not working and source not in self._feeds:
            return None
        self._feeds.add(source)
        news = not working or source in self._lost
        (self._lost.discard if working else self._lost.add)(source)
        words = "is heard again" if working else f"is not heard: {event['says']}"
        return ((GOOD if working else WARN), f"The feed {event['source']} {words}.") if news else None

    def complaint(self, party: str, event: Event) -> tuple[str, str] | None:
        """Something is wrong, and says so itself."""
        if event["event"] == "refused":
            if "ratified already" in str(event.get("says", "")):
                return None  # told of the agreement
            who = event.get("counterpart") or "somebody"
            return WARN, f"A connection of {who} is refused: {refusal_words(event.get('says', ''))}."
        return WARN, str(event.get("says") or event["event"])

    def store(self, party: str, event: Event) -> tuple[str, str]:
        """The disk takes what must be kept, or not."""
        return (GOOD if event["working"] else ALARM), str(event["says"])

    def level(self, party: str, event: Event) -> tuple[str, str]:
        """The officer entered a level."""
        return TELL, f"The {event['role']} enters a level: {self._plan.named([event['address']])}; it will age."

    def join(self, party: str, event: Event) -> tuple[str, str]:
        """Two aircraft may be near each other, by agreement."""
        names = " and ".join(self._plan.named([event[side]]) for side in ("first", "second"))
        return TELL, f"The {event['role']} declares an agreed join: {names}."

    def declared_no_more(self, party: str, event: Event) -> tuple[str, str]:
        """What an officer declared, a join or a level, is over: its time has run, or he took it back."""
        what, _, how = str(event["event"]).partition(" ")
        of = " and ".join(self._plan.named([event[side]]) for side in ("first", "second", "address") if side in event)
        over = "has run out" if how == "expired" else f"is withdrawn by the {event.get('role')}"
        return TELL, f"The {'agreed join' if what == 'join' else 'level entered'} of {of} {over}."

    def air(self, party: str, event: Event) -> tuple[str, str] | None:
        """Something happened on a frequency, or to a channel."""
        return self._air.called(party, event) if event["event"] == "called" else self._air.channel(party, event)

    def finding(self, party: str, event: Event) -> tuple[str, str] | None:
        """A rule of conduct found something: a breach is told, what cannot be determined between two is counted."""
        doubtful = event.get("outcome") == "NOT_DETERMINABLE"
        if doubtful and event.get("first"):
            self.doubtful[party] += 1
            return None
        return found(self._plan, event)

    def doubts(self, party: str) -> str:
        """Return what is to be said of findings that could not be determined; "" where there are none."""
        number = self.doubtful.pop(party, 0)
        if not number:
            return ""
        return (
            f"Another {number} might be breaches: the errors of the plots do not let that be told, and it is said so."
        )

    def case(self, party: str, event: Event) -> tuple[str, str] | None:
        """Something happened in a case. What is said is told by who says it."""
        return case_told(party, event)

    def overdue(self, party: str, event: Event) -> tuple[str, str]:
        """Something for crews was not passed on in time."""
        return WARN, f"{event['code']} of {event['counterpart']} should be RELAYED to the crew by now.{number(event)}"

    def plainly(self, party: str, event: Event) -> tuple[str, str] | None:
        """What the log of the node says of it."""
        words = in_words(event, 0)[len("00:00:00  ") :]
        return (TELL, words) if words else None

    def silenced(self, party: str, event: Event) -> tuple[str, str]:
        """An officer silenced an alert."""
        return TELL, f"The {event['role']} silences an alert: {event['reason']}"

    def unanswered(self, party: str, event: Event) -> tuple[str, str] | None:
        """Something urgent that nobody has marked understood sounds again; of what has just come, that is no news."""
        if int(event.get("time_ns", 0)) - int(event.get("at_ns", 0)) < NEW_S * NS:
            return None
        still = f"{event['code']} of {event['counterpart']} still sounds: nobody has marked it understood."
        return WARN, f"{still}{number(event)}"

    def interference(self, party: str, event: Event) -> tuple[str, str]:
        """Satellite navigation is interfered with, or no longer."""
        if event["active"]:
            return WARN, f"Satellite navigation is interfered with: {event['why']}. Bounds are widened."
        return TELL, "No signs of interference with satellite navigation any more."

    def gap(self, party: str, event: Event) -> tuple[str, str]:
        """Numbers are missing."""
        count = int(event.get("count") or 1)
        told, have = ("messages", "have") if count != 1 else ("message", "has")
        late = f"{count} older {told} of {event.get('counterpart', 'the other side')} {have} not come yet"
        return WARN, f"What came overtook others: {late}. The numbers show it."

    def draft(self, party: str, event: Event) -> tuple[str, str]:
        """Words that were to leave, and what the filter or a person made of them."""
        if event["event"] == "draft stopped":
            return WARN, "What was written was not sent: it holds what the deal keeps out. A person is asked."
        return GOOD, "A person decided what becomes of the words that were stopped."


_TELLERS: dict[str, Callable[[Story, str, Event], tuple[str, str] | None]] = {
    "alert": Story.alert,
    "sent": Story.sent,
    "received": Story.received,
    "marked": Story.marked,
    "link": Story.link,
    "withheld": Story.withheld,
    "agreement": Story.agreement,
    "terms": Story.terms,
    "feed": Story.feed,
    "store": Story.store,
    "gap": Story.gap,
    "unanswered": Story.unanswered,
    "interference": Story.interference,
    "level": Story.level,
    "join": Story.join,
    "join expired": Story.declared_no_more,
    "join withdrawn": Story.declared_no_more,
    "level expired": Story.declared_no_more,
    "level withdrawn": Story.declared_no_more,
    "channel": Story.air,
    "called": Story.air,
    "finding": Story.finding,
    "overdue": Story.overdue,
    "duty": Story.plainly,
    "held": Story.plainly,
    "flagged": Story.plainly,
    "ringing": Story.plainly,
    "voice contact": Story.plainly,
    "read back": Story.plainly,
    "planned": Story.plainly,
    "radio": Story.complaint,
    "strange on air": Story.complaint,
    "silenced": Story.silenced,
    "not done": Story.complaint,
    "refused": Story.complaint,
    "evidence": Story.complaint,
    "fault": Story.complaint,
    "stranded": Story.complaint,
    "home": Story.complaint,
    "case": Story.case,
    "draft stopped": Story.draft,
    "draft decided": Story.draft,
}


def clock(at_s: float) -> str:
    """Return seconds of the scenario as people read them: "+03:15"; before its start "-00:20"; NaN: blank."""
    if math.isnan(at_s):
        return " " * len("+03:15")
    whole = round(abs(at_s))
    return f"{'-' if at_s < -0.5 else '+'}{whole // 60:02d}:{whole % 60:02d}"


def _refused(event: Event) -> str:
    """Return what is said of a document that was refused."""
    if event.get("why") == "RollbackError":
        return "An older version of the terms, which the other side still offered, is refused: a newer one is ratified."
    return f"A document is refused: {event.get('why')}."


def _distance(event: Event) -> str:
    across, up = event["hmd_m"] / NM, event["vmd_m"]
    far = f"{across:.1f} NM, {up / FT:,.0f} ft apart" if up is not None else f"{across:.1f} NM apart, the level unknown"
    return f"{'pass' if event['tier'] == 'INSIDE' else 'will pass'} {far}"


def _left(event: Event) -> str:
    left = event["t_cpa_s"]
    if left is None:
        return f", closest beyond {event['beyond_s']:.0f} s"
    return "" if left < 1.0 else f", closest in {left:.0f} s"
