"""Being in contact: checks, answers, corrections, and which channel is in use.

`change` counts the changes of channel that one side has told, over its whole life: of two that cross or come late the
greater counts, on whatever channel and in whatever order they arrive. LCM and RES are FLASH, for the channel in use
follows from them on both sides: behind a backlog that has just begun to flow at a message a second, RES would come
minutes late, and the sides would differ for as long. Nothing follows from GLN but that a person knows: it is PRIORITY.
From an LCM of what is `planned` nothing follows for the channel in use, and it counts no change.
"""

from __future__ import annotations

from armslength.protocol.catalogue import common as c
from armslength.protocol.catalogue.forms import Answer, Code, Precedence, Wanted

__all__ = ["ANSWERS", "CHANNELS", "CHECKS", "POSITION_CALLS"]

P, A, W = Precedence, Answer, Wanted

_FREQUENCY = c.frequency("freq_id", "which frequency of the plan")
_MEDIUM = c.frequency("medium", "which frequency of the plan, or GROUND for the ground line", ground=True)
_CHANGE = c.number("change", "how many changes of channel this side has told, with this one", 1, 2**31 - 1)
_PARTS = ("ALL", "CODE", "TIME", "LEVEL", "POSITION", "NUMBERS", "TEXT")

CHECKS = (
    Code(
        "RCK",
        1,
        "radio check",
        P.ROUTINE,
        A.RADIO_CHECK,
        (_FREQUENCY, c.NONCE, c.maybe(c.call_sign("station", "call sign, from the terms, of who calls"))),
        answer_in="failover.call_every",
        by_person=False,
        unordered=True,
    ),
    Code(
        "RCR",
        2,
        "reading you",
        P.ROUTINE,
        A.NONE,
        (
            _FREQUENCY,
            c.NONCE,
            c.number("readability", "1 unreadable, 2 now and then, 3 with difficulty, 4 readable, 5 perfectly", 1, 5),
            c.maybe(c.choice("note", "what ails it", "NOISE", "WEAK", "DISTORTED", "BROKEN", "INTERFERENCE")),
        ),
        by_person=False,
        unordered=True,
    ),
    Code(
        "GCK",
        14,
        "ground-line check",
        P.ROUTINE,
        A.CHECK,
        (c.NONCE, c.maybe(c.WATCH)),
        answer_in="failover.no_answer",
        without_agreement=True,
        by_person=False,
        unordered=True,
    ),
    Code(
        "GCR",
        15,
        "answer to a ground-line check",
        P.ROUTINE,
        A.NONE,
        (c.NONCE, c.maybe(c.WATCH)),
        ref=W.MUST,
        without_agreement=True,
        by_person=False,
        unordered=True,
    ),
)

ANSWERS = (
    Code("ROG", 3, "received", P.PRIORITY, A.NONE, ref=W.MUST),
    Code("WIL", 4, "will comply", P.PRIORITY, A.NONE, ref=W.MUST),
    Code(
        "UNA",
        5,
        "unable",
        P.PRIORITY,
        A.NONE,
        (c.choice("reason", "why", "SAFETY", "PERFORMANCE", "WEATHER", "NOT_IN_TERMS", "NO_CONTACT", "UNSPECIFIED"),),
        ref=W.MUST,
    ),
    Code("SBY", 6, "stand by", P.PRIORITY, A.NONE, (c.number("wait_s", "for how long [s]", 1, 86400),), ref=W.MUST),
    Code(
        "SAG",
        7,
        "say again",
        P.PRIORITY,
        A.AGAIN,
        (c.choice("part", "what of it was not understood", *_PARTS),),
        ref=W.MAY,
        answer_in="answering",
    ),
    Code(
        "COR",
        8,
        "correction",
        P.PRIORITY,
        A.ROGER,
        (
            c.signs("field", "name of the field that was wrong", r"[a-z][a-z0-9_]{1,19}", c.NAMES, 20),
            c.signs("value", "what it should have held", r"[A-Z0-9-][A-Z0-9_ -]{0,23}", c.VALUES, 24),
        ),
        ref=W.MUST,
        answer_in="answering",
    ),
    Code(
        "RBK",
        9,
        "readback",
        P.PRIORITY,
        A.NONE,
        (
            c.signs(
                "values",
                "the fields that are read back, in their order, with a space between",
                r"[A-Z0-9-][A-Z0-9_ -]{0,39}",
                c.VALUES,
                40,
            ),
        ),
        ref=W.MUST,
    ),
)

CHANNELS = (
    Code(
        "MON",
        10,
        "monitor or contact on a frequency",
        P.PRIORITY,
        A.WILCO_OR_UNABLE,
        (
            c.said_again(_FREQUENCY),
            c.choice("how", "MONITOR: listen; CONTACT: call", "MONITOR", "CONTACT"),
            c.maybe(c.stamp("from_ns", "from when on, or else now")),
        ),
        answer_in="answering",
        read_back=True,
    ),
    Code(
        "LCM",
        11,
        "lost communications",
        P.FLASH,
        A.ROGER,
        (
            _MEDIUM,
            c.stamp("since_ns", "when the first call was not answered, or when what is planned begins"),
            c.maybe(c.stamp("last_ok_ns", "when it was last known to work both ways")),
            _CHANGE,
            c.maybe(c.choice("note", "what is heard on it instead", "NOISE", "INTERFERENCE")),
            c.maybe(c.choice("planned", "told beforehand, nothing is lost yet", "OUTAGE", "TEST"), "planned"),
            c.maybe(c.stamp("until_ns", "when what is planned ends"), "planned"),
        ),
        answer_in="answering",
        by_person=False,
    ),
    Code(
        "GLN",
        12,
        "switching to the ground line",
        P.PRIORITY,
        A.ROGER,
        (
            c.choice("reason", "why", "NO_ANSWER", "NOISE", "JAMMED", "EQUIPMENT", "NO_FREQUENCY", "ORDERED"),
            c.maybe(c.hexes("session", "of the ground line, 8 bytes in hexadecimal", 16)),
            _CHANGE,
        ),
        answer_in="answering",
        by_person=False,
    ),
    Code(
        "RES",
        13,
        "a channel is restored",
        P.FLASH,
        A.ROGER,
        (_MEDIUM, c.number("backlog_count", "messages that waited for it", 0, 65535), _CHANGE),
        answer_in="answering",
        by_person=False,
    ),
)

POSITION_CALLS = (
    Code(
        "IDQ",
        16,
        "identify yourself",
        P.PRIORITY,
        A.IDENTITY,
        (
            _FREQUENCY,
            c.CLOCK,
            c.number("range_m", "how far the caller is from the aircraft called [m]", 0, 500000),
            *c.seen_level(),
        ),
        answer_in="failover.call_every",
    ),
    Code(
        "IDR",
        17,
        "identity",
        P.PRIORITY,
        A.NONE,
        (
            c.signs(
                "side",
                "what the terms call all aircraft of that party, never one aircraft",
                r"[A-Z][A-Z ]{0,23}",
                c.SIDES,
                24,
            ),
            c.number("number_in_flight", "how many aircraft fly together", 1, 16),
        ),
        ref=W.MAY,
    ),
)
