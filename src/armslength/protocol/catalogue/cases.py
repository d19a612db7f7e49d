"""The working group: incidents, protests, answers on substance, and sessions. The only codes with free text."""

from __future__ import annotations

from armslength.protocol.catalogue import common as c
from armslength.protocol.catalogue.forms import Answer, Code, Precedence, Wanted

__all__ = ["CASES"]

P, A, W = Precedence, Answer, Wanted

_CASE = c.signs("case", "number of the case, as who opened it counts", r"[A-Z0-9][A-Z0-9-]{0,11}", c.CAPITALS, 12)
_RULE = r"[GCDP][01][0-9]"
_WHY = "It holds {}: with the signature that is more than one frame. It goes in fragments, or by the ground line."
_LANGUAGE, _TEXT = c.free()

CASES = (
    Code(
        "IRP",
        34,
        "incident report",
        P.ROUTINE,
        A.ROGER,
        (
            _CASE,
            c.stamp("at_ns", "when it happened"),
            *(c.maybe(field, "place") for field in c.PLACE),
            c.signs("kind", "rule that it falls under", _RULE, c.RULES, 3),
            c.choice("severity", "as the sender sees it", "SEV1", "SEV2", "SEV3", "SEV4"),
            c.digest("hash", "digest of the report"),
            c.maybe(_LANGUAGE, "text"),
            c.maybe(_TEXT, "text"),
        ),
        answer_in="working_group.acknowledged",
        not_on_air=_WHY.format("a digest of 32 bytes and free text"),
    ),
    Code(
        "PRT",
        35,
        "protest",
        P.ROUTINE,
        A.ROGER_THEN_ANSWER,
        (
            _CASE,
            c.signs("rule_ids", "rules, with a space between", rf"{_RULE}(?: {_RULE}){{0,7}}", c.RULES, 31),
            _LANGUAGE,
            _TEXT,
        ),
        answer_in="working_group.acknowledged",
        finally_in="working_group.answered",
        not_on_air=_WHY.format("free text"),
    ),
    Code(
        "ANS",
        36,
        "answer on a case",
        P.ROUTINE,
        A.NONE,
        (
            _CASE,
            c.choice("answer", "on substance", "ACCEPT", "PART", "DISPUTE", "CANNOT", "DECLINE"),
            c.digest("ref_hash", "digest of the report that it answers"),
            c.maybe(_LANGUAGE, "text"),
            c.maybe(_TEXT, "text"),
        ),
        not_on_air=_WHY.format("a digest of 32 bytes and free text"),
    ),
    Code(
        "WGC",
        37,
        "working group convened",
        P.ROUTINE,
        A.WILCO_OR_UNABLE,
        (
            c.stamp("at_ns", "when it meets"),
            c.choice("medium", "how it meets", "VIDEO", "TELEPHONE", "GROUND_LINE", "IN_PERSON"),
            c.choice("agenda", "what for", "REGULAR", "EXTRAORDINARY", "REVIEW"),
            c.maybe(_CASE),
        ),
        answer_in="working_group.acknowledged",
    ),
)
