"""The one door to the other side. Bytes and times in; events, writes and frames out. No socket, clock or randomness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from armslength.protocol.events import AgreementRef, Counterpart, Now, Output, Own, Timing
from armslength.protocol.messages import Mark, Message, Precedence

__all__ = ["Peer"]

Restored = Mapping[str, Sequence[tuple[str, bytes]]]


class Peer:
    """One counterpart, over any number of paths.

    Args:
        me, other: the two sides. One Peer for each pair of keys.
        agreement: the version in force; None where none is.
        restored: what `spaces()` held in the store at start, by space; rows of other spaces are ignored.
        timing: see `Timing`.
    """

    def __init__(
        self,
        me: Own,
        other: Counterpart,
        agreement: AgreementRef | None = None,
        *,
        restored: Restored | None = None,
        timing: Timing | None = None,
    ) -> None:
        raise NotImplementedError

    @staticmethod
    def spaces(me: str, other: str) -> tuple[str, ...]:
        """Return the spaces of the store in which the Peer of these two public keys keeps its state."""
        raise NotImplementedError

    def connected(self, path: str, now: Now, nonce: bytes) -> None:
        """A connection is there. `path` names this one connection (never used again); `nonce`: 32 fresh random bytes."""
        raise NotImplementedError

    def disconnected(self, path: str, now: Now) -> None:
        """The connection `path` is gone."""
        raise NotImplementedError

    def receive(self, path: str, frame: bytes, now: Now) -> None:
        """Take one frame. Raises nothing but RemoteProtocolError; then nothing has changed, and `take` says what to close."""
        raise NotImplementedError

    def send(
        self,
        code: str,
        fields: Mapping[str, str | int | bool],
        now: Now,
        *,
        precedence: Precedence | None = None,
        ref: str | None = None,
        valid_until_ns: int | None = None,
    ) -> Message:
        """Sign a message and queue it durably. Raises LocalProtocolError (unknown code, bad field, no room, no agreement)."""
        raise NotImplementedError

    def room(self, precedence: Precedence) -> int:
        """Return how many more messages of `precedence` the outbox takes; for FLASH always at least one."""
        raise NotImplementedError

    def mark(self, message_id: str, mark: Mark, now: Now) -> None:
        """Put UNDERSTOOD or RELAYED on a message received. (RECEIVED is put by the Peer itself.)"""
        raise NotImplementedError

    def adopt(self, agreement: AgreementRef | None, now: Now) -> None:
        """Another version is in force from now on (or none): the other side is told on every open session."""
        raise NotImplementedError

    def head(self, size: int, root: str) -> None:
        """Say the head of our book (size, root in hexadecimal), for the next hello."""
        raise NotImplementedError

    def offer(self, envelope: bytes, now: Now) -> None:
        """Send a signed document; again at each hello while unanswered, or while the versions in force differ."""
        raise NotImplementedError

    def withdraw(self, digest: str) -> None:
        """Offer the document with this digest (of its envelope) no more."""
        raise NotImplementedError

    def offer_checkpoint(self, envelope: bytes, now: Now, *, since: int = 0, consistency: Sequence[str] = ()) -> None:
        """Send a checkpoint that we signed; again at each hello until it comes back countersigned."""
        raise NotImplementedError

    def countersign(self, envelope: bytes, now: Now) -> None:
        """Send back a checkpoint of theirs with both signatures."""
        raise NotImplementedError

    def tick(self, now: Now) -> None:
        """Do what is due. Call it at `next_deadline`, or oftener."""
        raise NotImplementedError

    def next_deadline(self) -> float:
        """Return when `tick` is due next [s, monotonic]; infinity for never."""
        raise NotImplementedError

    def take(self) -> Output:
        """Return what is to be done since the last call. Outputs are committed in the order taken.

        When the store refuses one, keep it and commit it before any later one, or throw the Peer away and restore it.
        """
        raise NotImplementedError
