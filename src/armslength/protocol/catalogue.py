"""The catalogue: every code that two duty posts may say, with its precedence, the answer due, and its fields.

The code is what counts; words are made from it. Fields are whole numbers with their unit in the name, choices, and
short texts of a fixed alphabet: free text exists nowhere here. No code exists for targets, for tracks of third parties
or for the purpose of a flight. docs/protocol.md lists all of it, and a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

__all__ = ["CATALOGUE", "Answer", "Code", "Field", "Precedence", "Value", "Wanted", "fault_in"]

Value = str | int | bool


class Precedence(IntEnum):
    """The order in which messages leave: the lower, the sooner."""

    FLASH = 0
    PRIORITY = 1
    ROUTINE = 2


class Answer(Enum):
    """What the receiver owes, in the manner of CPDLC response attributes."""

    NONE = "nothing"
    ROGER = "ROG"
    WILCO_OR_UNABLE = "WIL or UNA"
    CHECK = "GCR"
    DECLINE = "ADC or UNA"
    RATIFY = "a signed document"


class Wanted(Enum):
    """Whether something must, may or must not stand in a message."""

    MUST = "must"
    MAY = "may"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: a whole number from `low` to `high`, one of `choices`, or a text that `form` matches whole.

    Attributes:
        name: with its unit where it has one.
        says: meaning and unit, for people.
        required: it stands in every message of its code.
        together: either all fields that name the same group stand there, or none.
    """

    name: str
    says: str
    required: bool = True
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    form: str = ""
    together: str = ""

    def fits(self, value: object) -> bool:
        """Return whether `value` may stand here."""
        if self.low is not None and self.high is not None:
            return type(value) is int and self.low <= value <= self.high
        if type(value) is not str:
            return False
        return value in self.choices if self.choices else re.fullmatch(self.form, value) is not None


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be said.

    Attributes:
        name: three letters.
        meaning: in plain words.
        precedence: how urgent it is.
        answer: what the receiver owes.
        ref: whether it names the message that it answers.
        valid_until: whether it says until when it may be sounded.
        without_agreement: passes in first contact and while the versions in force differ.
        unstoppable: passes while two versions of one agreement differ: every version has it, none can suspend it.
        urgent: (field, value) that lifts it to FLASH.
    """

    name: str
    meaning: str
    precedence: Precedence
    answer: Answer
    fields: tuple[Field, ...] = ()
    ref: Wanted = Wanted.NEVER
    valid_until: Wanted = Wanted.NEVER
    without_agreement: bool = False
    unstoppable: bool = False
    urgent: tuple[str, str] | None = None

    def precedence_of(self, fields: Mapping[str, Value]) -> Precedence:
        """Return the precedence that a message of this code with these fields has."""
        if self.urgent and fields.get(self.urgent[0]) == self.urgent[1]:
            return Precedence.FLASH
        return self.precedence


_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_STAMP = r"[1-9][0-9]{0,18}"
_DIGEST = r"sha256:[0-9a-f]{64}"
_ARTICLE = r"[a-z][a-z_]{1,31}"

_NONCE = Field("nonce", "8 bytes in hexadecimal, drawn by who asks, repeated by who answers", form=r"[0-9a-f]{16}")
_WATCH = Field("watch", "name of the watch on duty, never of a person", required=False, form=r"[A-Z0-9][A-Z0-9 ]{0,11}")
_LEVEL = (
    Field("level_ft", "level [ft]", required=False, low=-1500, high=100000, together="level"),
    Field(
        "level_datum",
        "what the level is measured from",
        required=False,
        choices=("STANDARD", "QNH", "QFE", "GEOMETRIC"),
        together="level",
    ),
    Field(
        "level_sigma_ft", "standard deviation of the level [ft]", required=False, low=0, high=20000, together="level"
    ),
)
_POSITION = (
    Field("latitude_e5", "position, released by a person [1e-5 deg]", False, -9000000, 9000000, together="position"),
    Field("longitude_e5", "position, released by a person [1e-5 deg]", False, -18000000, 18000000, together="position"),
)
_NOTICE = Field("notice", "digest of the signed statement that does it", required=False, form=_DIGEST)
_SCOPE = Field("scope", "name of the provision", form=_ARTICLE)
_FROM = Field("from_ns", "from when on [UTC ns, digits]", form=_STAMP)

P, A, W = Precedence, Answer, Wanted

_CODES = (
    Code("GCK", "ground-line check", P.PRIORITY, A.CHECK, (_NONCE, _WATCH), without_agreement=True),
    Code("GCR", "answer to a ground-line check", P.PRIORITY, A.NONE, (_NONCE, _WATCH), W.MUST, without_agreement=True),
    Code(
        "TFA",
        "traffic advisory",
        P.PRIORITY,
        A.ROGER,
        (
            Field("clock", "direction of the traffic as seen from the addressed aircraft [hours]", low=1, high=12),
            Field("urgency", "URGENT goes at FLASH", choices=("NORMAL", "URGENT")),
            Field("range_m", "horizontal distance of the traffic [m]", False, 0, 500000),
            *_LEVEL,
            Field("direction", "where the traffic is heading", False, choices=_COMPASS),
            Field("closest_s", "time to the closest point [s]", False, 0, 3600),
            Field(
                "addressed",
                "call sign, from the terms, of the aircraft warned",
                False,
                form=r"[A-Z0-9][A-Z0-9 -]{0,31}",
            ),
        ),
        valid_until=W.MUST,
        urgent=("urgency", "URGENT"),
    ),
    Code("ROG", "received", P.PRIORITY, A.NONE, ref=W.MUST),
    Code("WIL", "will comply", P.PRIORITY, A.NONE, ref=W.MUST),
    Code(
        "UNA",
        "unable",
        P.PRIORITY,
        A.NONE,
        (
            Field(
                "reason",
                "why",
                choices=("SAFETY", "PERFORMANCE", "WEATHER", "NOT_IN_TERMS", "NO_CONTACT", "UNSPECIFIED"),
            ),
        ),
        ref=W.MUST,
    ),
    Code("SBY", "stand by", P.PRIORITY, A.NONE, (Field("wait_s", "for how long [s]", low=1, high=86400),), ref=W.MUST),
    Code(
        "EMG",
        "emergency, for information",
        P.FLASH,
        A.ROGER,
        (
            Field(
                "nature",
                "what is wrong",
                choices=("DISTRESS", "URGENCY", "LOST_LINK", "RADIO_FAIL", "GNSS_LOSS", "MEDICAL"),
            ),
            Field("commitment", "for information: it asks for nothing and promises nothing", choices=("NONE",)),
            Field("aircraft", "call sign from the terms", form=r"[A-Z0-9][A-Z0-9 -]{0,31}"),
            Field(
                "intention",
                "what the crew will do",
                False,
                choices=(
                    "DESCENDING",
                    "DIVERTING",
                    "RETURNING",
                    "HOLDING",
                    "LANDING",
                    "DITCHING",
                    "EJECTING",
                    "UNKNOWN",
                ),
            ),
            Field("route", "name of the lost-link route in the terms", False, form=r"[A-Z0-9][A-Z0-9-]{0,15}"),
            *_POSITION,
            *_LEVEL,
            Field("souls", "people on board", False, 0, 1000),
        ),
        unstoppable=True,
    ),
    Code(
        "AST",
        "request for assistance",
        P.FLASH,
        A.DECLINE,
        (Field("nature", "of what kind", choices=("SEARCH", "RESCUE", "MEDICAL", "LANDING", "OTHER")),),
    ),
    Code(
        "ADC",
        "noted; declined by the terms",
        P.FLASH,
        A.NONE,
        (Field("rescue_centre", "contact of the public rescue centre", form=r"[A-Za-z0-9 +/().,:@-]{1,64}"),),
        ref=W.MUST,
    ),
    Code(
        "SUS",
        "a provision is suspended",
        P.PRIORITY,
        A.ROGER,
        (
            _SCOPE,
            _FROM,
            Field("kept", "what goes on: provisions, with spaces", False, form=rf"{_ARTICLE}( {_ARTICLE}){{0,7}}"),
            _NOTICE,
        ),
    ),
    Code("RSM", "a provision is to be resumed", P.PRIORITY, A.WILCO_OR_UNABLE, (_SCOPE, _FROM, _NOTICE)),
    Code(
        "AMD",
        "an amendment is proposed",
        P.ROUTINE,
        A.RATIFY,
        (
            Field("clause", "name of the article that changes most", False, form=_ARTICLE),
            Field("from_hash", "digest of the version in force", form=_DIGEST),
            Field("to_hash", "digest of the version proposed", form=_DIGEST),
        ),
    ),
    Code("COC", "clear of conflict", P.PRIORITY, A.NONE, ref=W.MUST),
)

CATALOGUE: Mapping[str, Code] = {code.name: code for code in _CODES}
"""Every code by its name."""


def fault_in(code: Code, fields: Mapping[str, object]) -> str:
    """Return what is wrong with `fields` for `code`, naming no value of them; empty where nothing is."""
    known = {field.name for field in code.fields}
    if not fields.keys() <= known:
        return f"{code.name} has no such field."
    groups: dict[str, int] = {}
    for field in code.fields:
        there = field.name in fields
        if field.required and not there:
            return f"{code.name} needs the field {field.name}."
        if there and not field.fits(fields[field.name]):
            return f"The field {field.name} of {code.name} holds what it cannot hold."
        if field.together:
            groups[field.together] = groups.get(field.together, 0) + (1 if there else 0)
    for group, count in groups.items():
        if count not in (0, sum(field.together == group for field in code.fields)):
            return f"The fields of {group} in {code.name} stand together or not at all."
    return ""
