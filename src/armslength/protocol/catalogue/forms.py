"""What a code and a field are: the words in which the catalogue is written. No code stands here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

__all__ = ["Answer", "Code", "Field", "Kind", "Precedence", "Value", "Wanted", "fault_in"]

Value = str | int | bool


class Precedence(IntEnum):
    """The order in which messages leave: the lower, the sooner."""

    FLASH = 0
    PRIORITY = 1
    ROUTINE = 2


class Answer(Enum):
    """What the receiver owes, in the manner of CPDLC response attributes. `answers.ANSWERED_BY` lists the codes."""

    NONE = "nothing"
    ROGER = "ROG"
    WILCO_OR_UNABLE = "WIL or UNA"
    CHECK = "GCR"
    RADIO_CHECK = "RCR"
    IDENTITY = "IDR"
    AGAIN = "the message once more"
    DECLINE = "ADC or UNA"
    ROGER_THEN_ANSWER = "ROG, then ANS"
    RATIFY = "a signed document"


class Wanted(Enum):
    """Whether something must, may or must not stand in a message."""

    MUST = "must"
    MAY = "may"
    NEVER = "never"


class Kind(Enum):
    """What a field holds: how it is checked, said, and packed for the air."""

    NUMBER = "a whole number"
    CHOICE = "one of a few words"
    FREQUENCY = "a frequency of the plan, or the ground line"
    STAMP = "a moment, UTC nanoseconds in digits"
    HEX = "bytes in hexadecimal"
    DIGEST = "the digest of a document"
    SIGNS = "a short text of a fixed alphabet"
    FREE = "free text"


_UNITS = {
    "_m": "m",
    "_ft": "ft",
    "_s": "s",
    "_deg": "deg",
    "_fpm": "ft/min",
    "_hpa": "hPa",
    "_e5": "1e-5 deg",
    "_ns": "ns UTC",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a code.

    Attributes:
        name: with its unit where it has one.
        says: meaning and unit, for people.
        required: it stands in every message of its code.
        low, high: bounds of a NUMBER, both allowed.
        choices: of a CHOICE.
        form: what matches the value whole, of every kind that is a text.
        together: either all fields that name the same group stand there, or none.
        kind: what it holds.
        signs: the alphabet of SIGNS.
        longest: most signs of SIGNS and FREE; exact count of HEX.
        when: (field, values): it stands there if and only if that other field, before it, holds one of `values`.
        read_back: who understood it says it again, and the two are compared.
        sealed: on the air it goes encrypted to the other side, or not at all.
    """

    name: str
    says: str
    required: bool = True
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    form: str = ""
    together: str = ""
    kind: Kind = Kind.NUMBER
    signs: str = ""
    longest: int = 0
    when: tuple[str, tuple[str, ...]] | None = None
    read_back: bool = False
    sealed: bool = False

    @property
    def unit(self) -> str:
        """The unit of the value, as its name ends: "m", "ft", "s", "deg", "ft/min", "hPa"; "" for none."""
        end = self.name.rfind("_")
        return _UNITS.get(self.name[end:], "") if end > 0 else ""

    def fits(self, value: object) -> bool:
        """Return whether `value` may stand here."""
        if self.low is not None and self.high is not None:
            return type(value) is int and self.low <= value <= self.high
        if type(value) is not str:
            return False
        if self.choices:
            return value in self.choices
        if self.kind is Kind.FREE and not value.isprintable():
            return False
        return re.fullmatch(self.form, value) is not None


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be said.

    Attributes:
        name: three letters. number: its place in the list, 1 to 40, by which it goes over the air; never given anew.
        meaning: in plain words.
        precedence: how urgent it is.
        answer: what the receiver owes.
        answer_in: article of the terms, or "article.key", that says how soon; of an article alone it is the time to
            pick up a message of that precedence. Empty where nothing is owed, or without limit.
        answer_s: time allowed [s] where no article says it; None: see `answer_in`.
        finally_in: as `answer_in`, for the answer on substance that follows a first one.
        ref: whether it names the message that it answers.
        valid_until: whether it says until when it may be sounded.
        without_agreement: passes in first contact and while the versions in force differ.
        unstoppable: passes while two versions of one agreement differ: every version has it, none can suspend it.
        urgent: (field, value) that lifts it to FLASH.
        by_person: it never leaves without a person; the others a node may send by itself, where the terms let it.
        read_back: the receiver reads back its fields that are marked so (RBK), and the two are compared.
        one_of: groups of fields of which exactly one stands there.
        unordered: it is delivered the moment it comes, and no message waits for it: it is about one frequency.
        not_on_air: why its longest message takes more than one frame of a radio; empty where every message fits.
    """

    name: str
    number: int
    meaning: str
    precedence: Precedence
    answer: Answer
    fields: tuple[Field, ...] = ()
    ref: Wanted = Wanted.NEVER
    valid_until: Wanted = Wanted.NEVER
    answer_in: str = ""
    answer_s: float | None = None
    finally_in: str = ""
    without_agreement: bool = False
    unstoppable: bool = False
    urgent: tuple[str, str] | None = None
    by_person: bool = True
    read_back: bool = False
    one_of: tuple[str, ...] = ()
    unordered: bool = False
    not_on_air: str = ""

    def precedence_of(self, fields: Mapping[str, Value]) -> Precedence:
        """Return the precedence that a message of this code with these fields has."""
        if self.urgent and fields.get(self.urgent[0]) == self.urgent[1]:
            return Precedence.FLASH
        return self.precedence

    def field(self, name: str) -> Field | None:
        """Return the field of that name; None where there is none."""
        return next((field for field in self.fields if field.name == name), None)


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
        if field.when is not None and there is not (fields.get(field.when[0]) in field.when[1]):
            says = f"{field.name} of {code.name} stands there with {field.when[0]} {' or '.join(field.when[1])}"
            return f"The field {says}, and not otherwise."
        if field.together:
            groups[field.together] = groups.get(field.together, 0) + (1 if there else 0)
    for group, count in groups.items():
        if count not in (0, sum(field.together == group for field in code.fields)):
            return f"The fields of {group} in {code.name} stand together or not at all."
    if code.one_of and sum(groups[group] > 0 for group in code.one_of) != 1:
        return f"{code.name} holds the fields of one of these, and of no other: {', '.join(code.one_of)}."
    return ""
