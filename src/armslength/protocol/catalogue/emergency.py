"""Emergencies, for information and without commitment, and requests for assistance, which the terms decline."""

from __future__ import annotations

from dataclasses import replace

from armslength.protocol.catalogue import common as c
from armslength.protocol.catalogue.forms import Answer, Code, Precedence, Wanted

__all__ = ["EMERGENCY"]

P, A, W = Precedence, Answer, Wanted

_NATURES = ("DISTRESS", "URGENCY", "LOST_LINK", "RADIO_FAIL", "GNSS_LOSS", "MEDICAL")
_INTENTIONS = ("DESCENDING", "DIVERTING", "RETURNING", "HOLDING", "LANDING", "DITCHING", "EJECTING", "UNKNOWN")
_ROUTE = "what it flies without its link: HOME, HOLD, LAND, UNKNOWN, or the name of a route that both sides know"
_RELEASED = tuple(
    replace(c.maybe(field, "position"), says="position, released by a person [1e-5 deg]", sealed=True)
    for field in c.PLACE
)

EMERGENCY = (
    Code(
        "EMG",
        31,
        "emergency, for information",
        P.FLASH,
        A.ROGER,
        (
            c.choice("nature", "what is wrong", *_NATURES),
            c.choice("commitment", "for information: it asks for nothing and promises nothing", "NONE"),
            c.call_sign("aircraft", "call sign from the terms"),
            c.maybe(c.choice("intention", "what the crew will do", *_INTENTIONS)),
            c.only_with(c.signs("route", _ROUTE, r"[A-Z0-9][A-Z0-9-]{0,9}", c.CAPITALS, 10), "nature", "LOST_LINK"),
            *_RELEASED,
            *c.seen_level(),
            c.maybe(c.number("souls", "people on board", 0, 1000)),
        ),
        answer_in="emergency.acknowledged",
        unstoppable=True,
    ),
    Code(
        "AST",
        32,
        "request for assistance",
        P.FLASH,
        A.DECLINE,
        (c.choice("nature", "of what kind", "SEARCH", "RESCUE", "MEDICAL", "LANDING", "OTHER"),),
        answer_in="assistance.answered",
    ),
    Code(
        "ADC",
        33,
        "noted; declined by the terms",
        P.FLASH,
        A.NONE,
        (
            c.signs(
                "rescue_centre",
                "contact of the public rescue centre",
                r"[A-Za-z0-9 +/().,:@-]{1,40}",
                c.WRITTEN,
                40,
            ),
        ),
        ref=W.MUST,
        by_person=False,
    ),
)
