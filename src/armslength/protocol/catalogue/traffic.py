"""Keeping apart: traffic, demands for distance, intended and proposed manoeuvres. Nothing names an aircraft seen."""

from __future__ import annotations

from dataclasses import replace

from armslength.protocol.catalogue import common as c
from armslength.protocol.catalogue.forms import Answer, Code, Field, Precedence, Wanted

__all__ = ["DEMANDS", "INTENTS", "TRAFFIC"]

P, A, W = Precedence, Answer, Wanted

_TRACK = c.number("track_deg", "track over the ground, true [deg]", 0, 359)
_RATE = c.maybe(c.said_again(c.number("rate_fpm", "how fast [ft/min]", 100, 30000)))
_TO_LEVEL = (*c.level("to_level", "level at the end"), _RATE)
_LEAST = c.said_again(c.number("min_dist_m", "horizontal distance to be kept [m]", 1, 500000))


def _side(whose: str, says: str, *, read_back: bool) -> tuple[Field, ...]:
    """What one side does in a proposal: a level belongs to a climb or a descent, a track to a turn.

    Who is asked reads back what he is to do himself; what the other does follows from the option.
    """
    vertical, turn = ("CLIMB", "DESCEND"), ("LEFT", "RIGHT")
    feet, datum, qnh = c.level(f"{whose}_level", f"level at the end, {says}")
    track = c.number(f"{whose}_track_deg", f"track at the end, {says}, true [deg]", 0, 359)
    fields = (
        c.choice(whose, f"what {says} does", *vertical, *turn, "MAINTAIN"),
        c.only_with(feet, whose, *vertical),
        c.only_with(datum, whose, *vertical),
        qnh,
        c.only_with(track, whose, *turn),
    )
    return tuple(replace(field, read_back=read_back) for field in fields)


TRAFFIC = (
    Code(
        "TFA",
        18,
        "traffic advisory",
        P.PRIORITY,
        A.ROGER,
        (
            c.CLOCK,
            c.choice("urgency", "URGENT goes at FLASH", "NORMAL", "URGENT"),
            c.maybe(c.number("range_m", "horizontal distance of the traffic [m]", 0, 500000)),
            *c.seen_level(),
            c.maybe(c.choice("direction", "where the traffic is heading", *c.COMPASS)),
            c.maybe(c.number("closest_s", "time to the closest point [s]", 0, 3600)),
            c.maybe(c.ADDRESSED),
        ),
        valid_until=W.MUST,
        answer_in="answering",
        urgent=("urgency", "URGENT"),
        by_person=False,
    ),
    Code("COC", 25, "clear of conflict", P.PRIORITY, A.NONE, ref=W.MUST),
)

DEMANDS = (
    Code(
        "INC",
        19,
        "request: increase distance",
        P.FLASH,
        A.WILCO_OR_UNABLE,
        (
            _LEAST,
            c.maybe(c.said_again(c.number("min_vert_ft", "vertical distance to be kept [ft]", 100, 30000))),
            c.maybe(c.said_again(c.choice("direction", "which way to make room", *c.COMPASS, "UP", "DOWN"))),
            c.maybe(c.ADDRESSED),
        ),
        valid_until=W.MUST,
        answer_in="answering",
        read_back=True,
    ),
    Code(
        "STP",
        27,
        "cease the hazardous act",
        P.FLASH,
        A.WILCO_OR_UNABLE,
        (
            c.choice("kind", "what is to stop", "LASER", "FLARE", "DUMP", "JAM", "PURSUIT"),
            c.maybe(c.ADDRESSED),
        ),
        answer_in="answering",
    ),
    Code(
        "ITC",
        26,
        "intercept regime declared, for identification",
        P.PRIORITY,
        A.WILCO_OR_UNABLE,
        (
            c.CLOCK,
            c.number("range_m", "how far the caller is from the aircraft to be identified [m]", 0, 500000),
            c.said_again(c.number("lasts_s", "until when, from the time of the message on [s]", 1, 180)),
            _LEAST,
            c.maybe(c.ADDRESSED),
        ),
        answer_in="answering",
        read_back=True,
    ),
)

INTENTS = (
    Code(
        "CLB",
        20,
        "I intend to climb",
        P.PRIORITY,
        A.ROGER,
        (*_TO_LEVEL, c.maybe(c.ACTING)),
        valid_until=W.MUST,
        answer_in="answering",
        read_back=True,
    ),
    Code(
        "DSC",
        21,
        "I intend to descend",
        P.PRIORITY,
        A.ROGER,
        (*_TO_LEVEL, c.maybe(c.ACTING)),
        valid_until=W.MUST,
        answer_in="answering",
        read_back=True,
    ),
    Code(
        "TRN",
        22,
        "I intend to turn",
        P.PRIORITY,
        A.ROGER,
        (
            c.said_again(c.choice("direction", "which way", "LEFT", "RIGHT")),
            c.said_again(c.number("to_track_deg", "track at the end, true [deg]", 0, 359)),
            c.maybe(c.ACTING),
        ),
        valid_until=W.MUST,
        answer_in="answering",
        read_back=True,
    ),
    Code(
        "HLD",
        23,
        "I maintain track and level",
        P.PRIORITY,
        A.ROGER,
        (c.said_again(_TRACK), *c.level(), c.maybe(c.ACTING)),
        valid_until=W.MUST,
        answer_in="answering",
        read_back=True,
    ),
    Code(
        "PRP",
        24,
        "proposed coordinated manoeuvre",
        P.PRIORITY,
        A.WILCO_OR_UNABLE,
        (
            c.said_again(c.number("option_id", "which of the options that both sides compute", 1, 9999)),
            *_side("own", "the aircraft of who proposes", read_back=False),
            *_side("other", "the aircraft of who is asked", read_back=True),
        ),
        valid_until=W.MUST,
        answer_in="answering",
        read_back=True,
    ),
)
