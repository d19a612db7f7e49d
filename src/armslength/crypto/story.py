"""What one side has signed about one book so far: every new checkpoint is held against all of them.

The one rule of a witness (C2SP tlog-checkpoint): never sign a checkpoint that is not known to begin with what was
signed before.

Where a newer checkpoint than `since` is held here (its countersignature was lost on the way), nothing can be told yet
(GAP): the sender offers again what has not come back, the oldest first.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from armslength.crypto.checkpoint import Checkpoint, read, signed_by
from armslength.crypto.envelope import Envelope, add
from armslength.crypto.fork import Fork, Telling, tellings
from armslength.crypto.keys import SigningKey
from armslength.crypto.thinning import needless
from armslength.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["Story", "Verdict"]

_MOST_UNPROVEN = 256
_THIN_AFTER = 128
"""So many states more, and the old ones are thinned."""


class Verdict(Enum):
    """What a checkpoint is to those held before."""

    GROWN = auto()
    """Begins with the newest held, and has more: countersign it."""
    SAME = auto()
    """Held already, or its like: countersign it again, the answer may have been lost."""
    OLDER = auto()
    """Smaller than the newest, and in no contradiction to anything: nothing to do."""
    GAP = auto()
    """Larger, but its proof begins elsewhere: offer the newest held to the sender; do not sign."""
    FORK = auto()
    """Cannot be true together with one that is held: `Story.fork` is the proof."""


class Story:
    """The checkpoints of one book, as one side signed them.

    Args:
        agreement: id of the agreement that they must name.
        book: name of the book that they must name.
        keys: public keys of that side, of which one must have signed; more than one after a change of keys.
        held: those that were countersigned before, in any order.
    """

    def __init__(self, agreement: str, book: str, keys: Iterable[str], held: Iterable[Envelope] = ()) -> None:
        self.agreement, self.book, self.keys = agreement, book, tuple(keys)
        self.newest: Checkpoint | None = None
        self.fork: Fork | None = None
        self._told: dict[int, Telling] = {}
        self._unproven = self._thinned = 0
        for envelope in held:
            self._hold(envelope)

    def judge(self, envelope: Envelope) -> Verdict:
        """Say what `envelope` is to what is held, and hold it where it is GROWN or SAME.

        Raises:
            RemoteProtocolError: it is no checkpoint ("garbage", "bad proof"), of another agreement or book ("wrong
                agreement"), or not signed by that side ("wrong key").
        """
        coming = read(envelope)
        if (coming.agreement, coming.book) != (self.agreement, self.book):
            raise RemoteProtocolError("wrong agreement", "A checkpoint came that is about another book.")
        if not signed_by(envelope, *self.keys):
            raise RemoteProtocolError("wrong key", "A checkpoint came that the other side has not signed.")
        for telling in tellings(envelope):
            held = self._told.get(telling.size)
            if held is not None and held.root != telling.root:
                self.fork = Fork(held, telling)
                return Verdict.FORK
        newest = self.newest
        if newest is not None and coming.size == newest.size:
            return Verdict.SAME
        if newest is not None and (coming.size < newest.size or coming.since != newest.size):
            self._remember(envelope)
            return Verdict.OLDER if coming.size < newest.size else Verdict.GAP
        self._hold(envelope)
        return Verdict.GROWN

    def countersign(self, envelope: Envelope, key: SigningKey) -> Envelope:
        """Return `envelope` with our signature, where `judge` said GROWN or SAME and nothing newer has come since.

        Raises:
            LocalProtocolError: it is not the newest state that is held: so it must not be signed.
        """
        point, newest = read(envelope), self.newest
        if self.fork is not None or newest is None or (point.size, point.root) != (newest.size, newest.root):
            raise LocalProtocolError("A checkpoint was to be countersigned that was not found to be consistent.")
        return envelope if signed_by(envelope, key.public) else add(envelope, key)

    def _hold(self, envelope: Envelope) -> None:
        point = read(envelope)
        for telling in tellings(envelope):
            held = self._told.setdefault(telling.size, telling)
            if held.root != telling.root and self.fork is None:
                self.fork = Fork(held, telling)
        if self.newest is None or point.size > self.newest.size:
            self.newest = point
        if len(self._told) > self._thinned + _THIN_AFTER:
            for size in needless(self._told, self.newest.size):
                del self._told[size]
            self._thinned = len(self._told)

    def _remember(self, envelope: Envelope) -> None:
        """Keep what was signed for later contradictions; bounded, because nothing proves that it belongs here."""
        for telling in tellings(envelope):
            if telling.size not in self._told and self._unproven < _MOST_UNPROVEN:
                self._told[telling.size] = telling
                self._unproven += 1
