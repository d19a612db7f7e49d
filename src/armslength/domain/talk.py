"""What was said between two posts, as facts: the record that rules about communications are judged on.

A record is a sequence of facts in the order in which they became known here. `at_ns` is when that was; what the other
side stamped itself stands in `stamp_ns`. Parties stand by name, never as own and other, so that both sides judge alike.
A medium is a frequency by its id ("F1"), a guard by its channel ("121.500"), "GROUND", "TELEPHONE", or "GNSS" for
satellite navigation, on which nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

GROUND, TELEPHONE, GNSS = "GROUND", "TELEPHONE", "GNSS"
GUARD_CHANNELS = ("121.500", "243.000 MHz")
"""How a record names the guards."""
OUTAGE, TEST = "OUTAGE", "TEST"
LONGEST_S = {OUTAGE: 86_400, TEST: 3_600}
"""What a party may plan for a medium, and for how long at once [s]: the outage of a day, the test of an hour."""
NAMED_PERSON = "NAMED_PERSON"
HOLDS = {
    NAMED_PERSON: "waiting for a named person",
    "INTERPRETER": "waiting for an interpreter",
    "AUTHORITY": "waiting for a decision",
    "FACTS": "the facts are being looked into",
    "EQUIPMENT": "equipment fails",
}
"""Why an answer is held. The duty post is addressed and never a person: the first is no good reason; it is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What every fact has: when it became known here [UTC ns], and where it is in the ledger ("BOOK#NUMBER")."""

    at_ns: int
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Known):
    """The plan in force from now on: (id, channel) of the designated frequencies, guards left out."""

    frequencies: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(Known):
    """These provisions are suspended from now on, and no others."""

    provisions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Known):
    """`by` called a check on `medium`; `id`: of the message, or of the voice contact."""

    medium: str
    by: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswered(Known):
    """The check `id` of `by` was answered. `readability`: 1 to 5; of the ground line 5. `authentic`: it is signed."""

    medium: str
    by: str
    id: str
    readability: int = 5
    authentic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Known):
    """A message of `by`, or its words in a voice contact.

    Attributes:
        id: of it. code, precedence: of the catalogue. medium: on which it first went; "" where that is not known yet.
        rings: a person of the other side must take it. crew: it is to be passed on to crews.
        valid_until_ns: after that it is owed to nobody; None: no limit.
        read_back: its fields are to be read back.
        free: it holds free text.
        kind: of STP, what is to stop.
        voice: words, not a message: nothing of it carries marks.
    """

    id: str
    by: str
    code: str
    precedence: str
    medium: str = ""
    rings: bool = False
    crew: bool = False
    valid_until_ns: int | None = None
    read_back: bool = False
    free: bool = False
    kind: str = ""
    voice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked(Known):
    """The receiver of `id` put a mark on it, at `stamp_ns` of its own clock. `expired`: it came too late to sound."""

    id: str
    mark: str
    stamp_ns: int
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Known):
    """`id` was answered by its receiver with `code`, at `stamp_ns` of the answering side's clock.

    `equal`: of a readback, whether it repeats what was said; None for everything else.
    """

    id: str
    code: str
    stamp_ns: int
    equal: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Known):
    """The receiver of `id` holds its answer, for one of HOLDS."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Known):
    """`by` called on a frequency: by a message or check of the node, or by words (`voice`)."""

    medium: str
    by: str
    id: str
    voice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Known):
    """Who was called by `to` on a frequency showed that it had heard."""

    medium: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(Known):
    """`by` told that a medium does not answer it since `since_ns`."""

    medium: str
    by: str
    since_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Known):
    """`by` told that a medium answers it again."""

    medium: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse(Known):
    """This medium carries the talk from now on; "" for none."""

    medium: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Known):
    """Whether some way to the other side stands."""

    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Known):
    """Whether a session of the ground line stands."""

    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(Known):
    """Messages of `by` with these numbers have not come, though later ones of that precedence have.

    `given_up`: `by` itself says that they will not come. Else it may hold them, or they are on their way.
    """

    by: str
    precedence: str
    numbers: tuple[int, ...]
    given_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Known):
    """The message of `by` with this number came after all."""

    by: str
    precedence: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise(Known):
    """Who listens on a medium (`by`) hears, or hears no more, a carrier or noise that is nobody's talk.

    `until_ns`: what somebody reported without saying when it ended counts no longer than that [UTC ns]; None: no end.
    """

    medium: str
    by: str
    heard: bool
    until_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(Known):
    """An outage or a test of a medium that `by` plans: from the one until before the other [UTC ns].

    It is told beforehand where who was told had it (`told_ns`, by his clock) before it began.
    """

    medium: str
    by: str
    kind: str
    from_ns: int
    until_ns: int
    told_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside(Known):
    """Whether some pair of both sides' elements is inside the minima."""

    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbled(Known):
    """Something that `by` signed is no message of the catalogue."""

    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged(Known):
    """A person of the own post says that what `by` said in `id` was uncivil."""

    by: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded(Known):
    """From `from_ns` until now nothing was recorded here, or the own clock was set: what fell into it is not known."""

    from_ns: int


Fact: TypeAlias = (
    Planned | Suspended | Checked | CheckAnswered | Said | Marked | Answered | Held | Called | Replied | Lost
    | Restored | InUse | Path | Session | Missing | Arrived | Noise | Announced | Inside | Garbled | Flagged
    | Unrecorded
)  # fmt: skip
"""Everything that a rule about communications may go by."""

Talk: TypeAlias = list[Fact]
"""A record: facts in the order of `at_ns`."""
