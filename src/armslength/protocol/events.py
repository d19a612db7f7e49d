"""The words at the door to the other side: what `Peer` is given, and what it gives back. Values only.

Every stamp is UTC in integer nanoseconds; every timer runs on a monotonic clock in seconds. Both come in as one `Now`.
"""

from __future__ import annotations

from dataclasses import dataclass

from armslength.crypto.keys import SigningKey
from armslength.protocol.leaving import Frame
from armslength.protocol.messages import Mark, Message, Precedence
from armslength.protocol.writes import Write

__all__ = [
    "AgreementRef",
    "CheckDue",
    "CheckpointIn",
    "Counterpart",
    "Countersigned",
    "DocumentIn",
    "DocumentTaken",
    "Duplicate",
    "Event",
    "GapSeen",
    "InUse",
    "Marked",
    "MediumLost",
    "MediumRestored",
    "Now",
    "OffsetKnown",
    "Output",
    "Own",
    "PeerFrozen",
    "PeerVanished",
    "Received",
    "SessionLost",
    "SessionOpen",
    "Stranded",
    "Timing",
]


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on both clocks.

    Attributes:
        utc_ns: for stamps [ns since 1970-01-01 UTC]. It may jump.
        mono_s: for timers [s since anything]. It never goes back.
    """

    utc_ns: int
    mono_s: float


@dataclass(frozen=True, slots=True)
class Own:
    """We: the party, its duty post, and the identity key that signs for it."""

    party: str
    post: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The other side: the party, its duty post, and the public half of its identity key (64 hexadecimal digits)."""

    party: str
    post: str
    key: str


@dataclass(frozen=True, slots=True)
class AgreementRef:
    """The version in force, as far as the protocol needs it; it never sees a term.

    Attributes:
        id: of the agreement; it stays the same over amendments.
        digest: of the version in force, "sha256:...".
        expires_ns: end of that version [UTC ns].
        earlier: digests of the superseded versions. What was written under one of them and could not be delivered is
            still taken; it is read under the terms in force.
    """

    id: str
    digest: str
    expires_ns: int
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take [s on the monotonic clock]. `scaled` stretches all of them for a clock that runs fast.

    Attributes:
        ping_s: between two pings.
        vanished_s: without any session until the other side counts as vanished (must be noticed within 3 s).
        frozen_s: a connection that is open and silent for that long is frozen (must be noticed within 5 s).
        hello_s: a connection that has not proved its keys by then is closed.
        gap_s: how long a message waits for an earlier one of its precedence that is missing.
        resend_s, resend_most_s: first and longest wait for the mark RECEIVED on an open session before sending again.
        brisk_s: marks that come back within that time let more messages be under way at once; five times slower, fewer.
        offset_s: at most between two reports of the clock offset.
    """

    ping_s: float = 1.0
    vanished_s: float = 2.0
    frozen_s: float = 4.0
    hello_s: float = 5.0
    gap_s: float = 3.0
    resend_s: float = 1.0
    resend_most_s: float = 8.0
    brisk_s: float = 0.3
    offset_s: float = 10.0

    def scaled(self, factor: float) -> Timing:
        """Return every time multiplied by `factor`: with a clock at 60 times speed, `scaled(60)` is real time again."""
        return Timing(*(factor * getattr(self, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class SessionOpen:
    """The other side proved its key on `path`; told again whenever what is in force on either side changes.

    Attributes:
        standing: "OPEN" (the same version is in force on both sides), "DIFFERING" (not the same: documents are
            exchanged, messages wait), "FIRST_CONTACT" (on neither side is any).
        agreement, terms: id and digest that the other side has in force, None where it has none.
        ledger_size, ledger_root: head of the other side's book of this agreement; root in hexadecimal.
        proved: a proof came just now; else what is in force here changed, and the head is that of the last proof.
    """

    path: str
    standing: str
    agreement: str | None
    terms: str | None
    ledger_size: int
    ledger_root: str
    proved: bool = True


@dataclass(frozen=True, slots=True)
class SessionLost:
    """A session that was open on `path` is over."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class PeerVanished:
    """No session on any path since `since_ns`; `path` was the last one ("" where there never was one)."""

    path: str
    since_ns: int


@dataclass(frozen=True, slots=True)
class PeerFrozen:
    """The connection of `path` is open, but nothing has been heard on it since `since_ns`. It is closed."""

    path: str
    since_ns: int


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the other side, in its order, once.

    Attributes:
        message: what it says.
        expired: it came after its `valid_until`, by any reading of the clocks: record it, never sound it.
        late_s: by how much at least [s]; 0 when not expired.
        channel: id of the frequency on which it came first; "" for the ground line.
    """

    message: Message
    expired: bool
    late_s: float
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """The other side put a signed mark on a message of ours.

    Attributes:
        expired: the message came too late there and was not sounded.
        time_ns: when, by the clock of the other side [UTC ns].
        envelope: the signed statement itself, for the ledger. One statement may cover many messages.
        channel: id of the frequency on which it came; "" for the ground line.
    """

    message_id: str
    mark: Mark
    time_ns: int
    expired: bool
    envelope: bytes
    channel: str = ""


@dataclass(frozen=True, slots=True)
class DocumentIn:
    """A signed envelope about the agreement itself: a proposal, a signature, a notice. Not judged here."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class DocumentTaken:
    """The other side has received the document with this digest of its envelope."""

    digest: str


@dataclass(frozen=True, slots=True)
class CheckpointIn:
    """A checkpoint that the other side signed.

    Attributes:
        envelope: the signed statement.
        since: the size of the book from which `consistency` leads to this checkpoint; 0: none is given.
        consistency: RFC 6962 consistency proof, hashes in hexadecimal.
    """

    envelope: bytes
    since: int
    consistency: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Countersigned:
    """A checkpoint of ours came back with the signatures of both."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class OffsetKnown:
    """The other side's UTC minus ours lies between these two [s]."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class GapSeen:
    """Messages with these sequence numbers are missing; later ones of their precedence were delivered without them.

    One that comes after all is still delivered. Where more are missing than a window holds, the last ones are named.

    Attributes:
        given_up: the sender says that they will not come: they are lost. Else they were waited for long enough: the
            sender may hold them, or they are on their way.
    """

    precedence: Precedence
    missing: tuple[int, ...]
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A message came again and was dropped.

    Attributes:
        channel: frequency on which it came; "" for the ground line.
        after_s: how long after it came first; None: it is so old that this is forgotten.
    """

    message_id: str
    channel: str = ""
    after_s: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Stranded:
    """Messages of ours that cannot be delivered any more: another agreement than theirs is in force."""

    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediumLost:
    """A frequency, or the ground line, does not answer us any more; to be told to the other side (LCM).

    Attributes:
        medium: id of the frequency, or "GROUND". change: counts what we told of media so far.
        since_ns: since when; last_ok_ns: when it answered last, 0 for never [UTC ns].
    """

    medium: str
    since_ns: int
    last_ok_ns: int
    change: int


@dataclass(frozen=True, slots=True)
class MediumRestored:
    """A frequency, or the ground line, answers us (again); to be told to the other side (RES)."""

    medium: str
    change: int


@dataclass(frozen=True, slots=True)
class InUse:
    """Another medium is in use from now on; "" for none. Both sides come to the same one as soon as they are told."""

    medium: str
    was: str


@dataclass(frozen=True, slots=True)
class CheckDue:
    """A frequency is to be checked now (RCK)."""

    medium: str


Event = (
    SessionOpen
    | SessionLost
    | PeerVanished
    | PeerFrozen
    | Received
    | Marked
    | DocumentIn
    | DocumentTaken
    | CheckpointIn
    | Countersigned
    | OffsetKnown
    | GapSeen
    | Duplicate
    | Stranded
    | MediumLost
    | MediumRestored
    | InUse
    | CheckDue
)


@dataclass(frozen=True, slots=True)
class Output:
    """What a Peer wants done: commit `writes` with whatever follows from `events`, then send, then close.

    Attributes:
        frames: (path, bytes), the most urgent first.
        urgent: how many of them, from the first, go before everything that still waits on their connections: greetings,
            FLASH messages and the marks on them, pings.
        close: (path, why).
        air: (frequency, payload, rank, id of the message or ""), rank 0 is sent first. What repeats a message on a
            frequency has its id: it need not be sent once that message is marked.
    """

    events: tuple[Event, ...] = ()
    writes: tuple[Write, ...] = ()
    frames: tuple[tuple[str, Frame], ...] = ()
    close: tuple[tuple[str, str], ...] = ()
    urgent: int = 0
    air: tuple[tuple[str, Frame, int, str], ...] = ()
