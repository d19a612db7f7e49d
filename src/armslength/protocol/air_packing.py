"""Payloads between what is said and what one frame carries: sealed where the terms ask for it, split where long."""

from __future__ import annotations

from collections.abc import Callable

from armslength.crypto.air_seal import NONCE, AirSeal
from armslength.crypto.canonical import digest
from armslength.crypto.keys import SigningKey
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol import air
from armslength.protocol.air import AirKind, kind_of
from armslength.protocol.fragments import MOST_AT_ONCE, MOST_BYTES, Pieces, Wholes
from armslength.protocol.leaving import Frame

__all__ = ["Packing"]


class Packing:
    """One for each frequency of one other side.

    Args:
        key: our identity key. other: the public half of theirs.
    """

    def __init__(self, key: SigningKey, other: str) -> None:
        self._key, self._other = key, other
        self._pieces, self._wholes = Pieces(), Wholes()
        self._kinds: dict[bytes, str] = {}
        """Of what kind a whole is that was sent in pieces."""
        self._seal: tuple[tuple[str, ...], AirSeal] | None = None

    def out(
        self, kind: str, payload: bytes, versions: tuple[str, ...], now_s: float, *, sealed: bool
    ) -> tuple[Frame, ...]:
        """Return the frames that carry `payload`, all of the `kind` that it is.

        The nonce of a seal is the beginning of the payload's own digest: what is said again looks the same, and what
        is not the same never shares one (but for a chance of 1 in 2^64).

        Raises:
            LocalProtocolError: it is too long even in fragments, or there is nothing to seal it under.
        """
        if sealed:
            payload = air.seal(payload, self._sealing(versions), bytes.fromhex(digest(payload)[7 : 7 + 2 * NONCE]))
        if len(payload) <= air.LARGEST_FRAME:
            return (Frame(kind, payload),)
        pieces = self._pieces.send(payload, now_s)
        self._kinds.pop(_whole_of(pieces[0]), None)
        self._kinds[_whole_of(pieces[0])] = kind
        while len(self._kinds) > MOST_AT_ONCE:  # as many as pieces can be asked of
            del self._kinds[next(iter(self._kinds))]
        return tuple(Frame(kind, piece) for piece in pieces)

    def take(
        self, payload: bytes, versions: tuple[str, ...], now_s: float, read: Callable[[bytes], None]
    ) -> tuple[Frame, ...]:
        """Take a payload heard, and `read` what is whole with it; return what is to be said again.

        Raises:
            RemoteProtocolError: whatever `read` raises, or the payload is none.
        """
        kind = kind_of(payload)
        if kind is AirKind.REPEAT:
            return tuple(Frame(self._kinds[_whole_of(one)], one) for one in self._pieces.repeat(payload, now_s))
        if kind is AirKind.FRAGMENT:
            whole = self._wholes.take(payload, now_s)
            if whole is None:
                return ()
            payload, kind = whole, kind_of(whole)
        if kind is not AirKind.SEALED:
            read(payload)
            return ()
        self._unsealed(payload, versions, read)
        return ()

    def tick(self, now_s: float) -> tuple[Frame, ...]:
        """Return the requests for pieces that were missed."""
        return tuple(Frame("pieces", one) for one in self._wholes.tick(now_s))

    def due(self) -> float:
        """Return when `tick` has something to do [s, monotonic]."""
        return self._wholes.due()

    def _unsealed(self, payload: bytes, versions: tuple[str, ...], read: Callable[[bytes], None]) -> None:
        """Read it under each version that may have sealed it; the signature inside says which one did."""
        try:
            held = air.unseal(payload, self._sealing(versions))
        except LocalProtocolError:
            raise RemoteProtocolError("wrong agreement", "What came encrypted is under no terms in force.") from None
        wrong: RemoteProtocolError | None = None
        for plain in held:
            try:
                return read(plain)
            except RemoteProtocolError as refused:
                wrong = wrong or refused
        if wrong is not None:
            raise wrong

    def _sealing(self, versions: tuple[str, ...]) -> AirSeal:
        if self._seal is None or self._seal[0] != versions:
            self._seal = (versions, AirSeal(self._key, self._other, versions))
        return self._seal[1]


def _whole_of(piece: bytes) -> bytes:
    """Return the name of the whole that a fragment belongs to."""
    return piece[1:5]


LARGEST_WHOLE = MOST_BYTES - NONCE - 1
"""Most bytes of a payload that is sealed and split."""
