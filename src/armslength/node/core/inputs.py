"""Everything that can happen to a node, as plain values. `Core.step` takes one of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding
from armslength.domain.plot import Plot
from armslength.node.membership import Membership
from armslength.protocol.writes import Write

MOST_PLOTS = 400
"""Plots that one step takes: some 5 ms."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Started:
    """The node begins."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The node ends."""


@dataclass(frozen=True, slots=True)
class PlotsIn:
    """A feed gave plots. `kept_aside` counts rows that could not be used, by reason."""

    source: str
    plots: tuple[Plot, ...]
    kept_aside: Mapping[str, int] = field(default_factory=dict)

    def pieces(self) -> Iterator[PlotsIn]:
        """Give the same in batches of at most `MOST_PLOTS`: no step may hold up frames that came meanwhile."""
        yield PlotsIn(self.source, self.plots[:MOST_PLOTS], self.kept_aside)
        for first in range(MOST_PLOTS, len(self.plots), MOST_PLOTS):
            yield PlotsIn(self.source, self.plots[first : first + MOST_PLOTS])


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed works, or does not: `says` is for people."""

    source: str
    working: bool
    says: str


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """A connection to a counterpart stands, its certificate is the pinned one. `nonce`: 32 fresh random bytes."""

    connection: str
    counterpart: str
    path: str
    nonce: bytes


@dataclass(frozen=True, slots=True)
class FrameIn:
    """A frame arrived on a connection."""

    connection: str
    frame: bytes


@dataclass(frozen=True, slots=True)
class AirIn:
    """A radio heard a payload on a frequency. `readability`: 1 to 5, of what was heard there lately."""

    counterpart: str
    channel: str
    payload: bytes
    readability: int = 5


@dataclass(frozen=True, slots=True)
class AirSensed:
    """A radio senses on a frequency, or senses no more, a carrier or noise that never pauses: nobody's talk."""

    counterpart: str
    channel: str
    sensed: bool


@dataclass(frozen=True, slots=True)
class AirHeld:
    """A call still waited in the radio for room on the frequency when the next one of that message came."""

    counterpart: str
    channel: str


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """A connection is gone, and why. `breach`: the other side sent what no frame may be; `why` are then fixed words."""

    connection: str
    why: str
    breach: bool = False


@dataclass(frozen=True, slots=True)
class LinkRefused:
    """Somebody at `address` was turned away before a connection stood; `counterpart`: who it was, where that is known.

    That is known where it showed a certificate that is its own, but not the one that the agreement in force names;
    `certificate` is SHA-256 of that one (64 hex).
    """

    address: str
    why: str
    counterpart: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A person, or a program in a person's name, asks for something. `role` is who: "watch", "duty officer", ..."""

    number: int
    role: str
    verb: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standings:
    """What the keeper of agreements holds now.

    Attributes:
        lines: one for each counterpart: see `Agreed`.
    """

    lines: tuple[Agreed, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something is about to happen to an agreement, or to whom we know: it takes effect when it is entered.

    Attributes:
        number: who asks for it is answered under this number, once it is kept.
        counterpart: whom it concerns; "" where that is not known.
        payload: for the ledger: digests, versions, provisions; never terms.
        role: of who does it: a person here, "counterpart", or "node".
        writes: what must be kept together with the entry.
    """

    number: int
    counterpart: str
    payload: Mapping[str, Any]
    role: str = "node"
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class MembersIn:
    """Whose aircraft is whose, as it was read: `digest` of the file, "" where there is none."""

    membership: Membership | None
    digest: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """How we stand with one counterpart.

    Attributes:
        counterpart: name of the party. post: its duty post. key: public half of its identity key.
        certificate, own_certificate: SHA-256 of the TLS certificates that the document in force names for it and for
            this node (64 hex); "" where none is in force.
        agreement, digest, version, effective_ns, expires_ns: of the document in force; "" , "", 0, 0 where none is.
        earlier: digests of the superseded versions.
        terms: of it, typed; None where none is in force.
        suspended: provisions.
        offers: signed documents and notices that the other side must see, as bytes.
        state: of the life cycle, for people.
    """

    counterpart: str
    post: str
    key: str
    agreement: str = ""
    digest: str = ""
    earlier: tuple[str, ...] = ()
    version: int = 0
    effective_ns: int = 0
    expires_ns: int = 0
    terms: Terms | None = None
    suspended: frozenset[str] = frozenset()
    offers: tuple[bytes, ...] = ()
    state: str = "none"
    certificate: str = ""
    own_certificate: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recorder closed encounters and segments of the plot store; each as a ledger payload.

    `findings`: of the rules about flying near each other: under which agreement, what, parties of first and second.
    """

    encounters: tuple[Mapping[str, Any], ...] = ()
    segments: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[tuple[str, Finding, tuple[str, str]], ...] = ()


@dataclass(frozen=True, slots=True)
class StoreState:
    """The disk takes what must be kept, or does not."""

    working: bool
    says: str


Input = (
    Tick | Started | Stopped | PlotsIn | FeedState | LinkOpened | FrameIn | AirIn | AirSensed | AirHeld | LinkClosed
    | LinkRefused | Command | Standings | Happened | MembersIn | Recorded | StoreState
)  # fmt: skip
