"""Own activities and reserved sky. A notice says where and when; what for, no field can say."""

from __future__ import annotations

from dataclasses import replace

from armslength.protocol.catalogue import common as c
from armslength.protocol.catalogue.forms import Answer, Code, Precedence, Wanted

__all__ = ["ACTIVITY"]

P, A, W = Precedence, Answer, Wanted

_CIRCLE = (
    *(c.maybe(field, "circle") for field in c.PLACE),
    c.maybe(c.number("radius_m", "of a circle about that place [m]", 100, 1000000), "circle"),
)
_BOX = (
    c.maybe(c.number("south_e5", "edge of a box [1e-5 deg]", -9000000, 9000000), "box"),
    c.maybe(c.number("west_e5", "edge of a box [1e-5 deg]", -18000000, 18000000), "box"),
    c.maybe(c.number("north_e5", "edge of a box [1e-5 deg]", -9000000, 9000000), "box"),
    c.maybe(c.number("east_e5", "edge of a box [1e-5 deg]", -18000000, 18000000), "box"),
)
_DATUM, _QNH = (replace(field, read_back=False) for field in c.level()[1:])

ACTIVITY = (
    Code(
        "ACT",
        28,
        "activity notification",
        P.PRIORITY,
        A.ROGER,
        (
            c.choice("class", "how it is notified", "HAZARD", "PLANNED", "TIME_CRITICAL", "URGENT"),
            *_CIRCLE,
            *_BOX,
            c.number("floor_ft", "lowest level [ft]", -1500, 100000),
            c.number("ceiling_ft", "highest level [ft]", -1500, 100000),
            _DATUM,
            _QNH,
            c.stamp("start_ns", "when it begins"),
            c.stamp("end_ns", "when it ends"),
        ),
        answer_in="answering",
        one_of=("circle", "box"),
    ),
    Code(
        "ACC",
        29,
        "activity cancelled or complete",
        P.PRIORITY,
        A.ROGER,
        (c.choice("how", "which of the two", "CANCELLED", "COMPLETE"),),
        ref=W.MUST,
        answer_in="answering",
    ),
    Code(
        "BLK",
        30,
        "reserved block or protected site in force",
        P.PRIORITY,
        A.ROGER,
        (
            c.choice("article", "in which article of the terms it stands", "BLOCK", "PROTECTED_SITE"),
            c.number("geometry_id", "which one there, counted from 1", 1, 999),
            c.number("version", "of the terms", 1, 1000000),
        ),
        answer_in="answering",
    ),
)
