"""What is longer than one frame goes over the air in pieces, and only the pieces that were missed go again.

A fragment is one byte that says what it is, 4 bytes of the SHA-256 of the whole, its place, how many there are, and its
data. The name comes from the content: said again, a message has the same pieces, so that those of the first time count;
and pieces that somebody else slipped in make a whole of another name, which is thrown away. Who has some but not all
asks for the rest (a repeat request: the name, and one bit for each place). When all are there, nothing is said: the
mark on the message answers.

Pure: bytes and times in, bytes out. What one side can make us keep is bounded.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from armslength.errors import LocalProtocolError
from armslength.protocol.air_bits import LARGEST_FRAME, AirKind, kind_of
from armslength.protocol.refusals import refusal

__all__ = ["HEADER", "MOST_AT_ONCE", "MOST_BYTES", "Pace", "Pieces", "Wholes", "split"]

MOST_BYTES = 4096
"""Most bytes of a whole."""
MOST_AT_ONCE = 8
"""Wholes of one side that are put together at once, and wholes of ours that pieces can be asked of."""
HEADER = 7
_NAME = 4
_LEAST_DATA = 16
_MOST_PIECES = 255


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take [s, monotonic].

    Attributes:
        ask_s: without a new piece until the rest is asked for.
        asks: how often it is asked for without a new piece coming, before the whole is given up; and how often what was
            sent is said again for the asking, which anybody can do.
        keep_s: how long a whole that was sent, or put together, is remembered.
    """

    ask_s: float = 6.0
    asks: int = 5
    keep_s: float = 180.0


def split(whole: bytes, *, frame: int = LARGEST_FRAME) -> tuple[bytes, ...]:
    """Return the fragments of `whole`, in order, each of at most `frame` bytes.

    Raises:
        LocalProtocolError: it is empty or too long, or is itself a fragment or a request.
    """
    size = frame - HEADER
    if size < _LEAST_DATA or not whole or len(whole) > min(MOST_BYTES, _MOST_PIECES * size):
        raise LocalProtocolError(f"{len(whole)} bytes cannot go in fragments of {frame}.")
    if kind_of(whole) in (AirKind.FRAGMENT, AirKind.REPEAT):
        raise LocalProtocolError("A fragment does not go in fragments.")
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    head = bytes([AirKind.FRAGMENT]) + _name(whole)
    return tuple(head + bytes([place, len(pieces)]) + piece for place, piece in enumerate(pieces))


@dataclass(slots=True)
class _Whole:
    count: int
    heard_s: float
    pieces: dict[int, bytes] = field(default_factory=dict)
    asked: int = 0
    done: bytes = b""


class Pieces:
    """The side that sends: keeps what was split lately, and says pieces again that are asked for."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._sent: OrderedDict[bytes, tuple[float, tuple[bytes, ...]]] = OrderedDict()
        self._asked: dict[bytes, int] = {}

    def send(self, whole: bytes, now_s: float, *, frame: int = LARGEST_FRAME) -> tuple[bytes, ...]:
        """Return the fragments of `whole`. Raises LocalProtocolError as `split`."""
        fragments = split(whole, frame=frame)
        self._sent.pop(_name(whole), None)
        self._sent[_name(whole)] = (now_s, fragments)
        while len(self._sent) > MOST_AT_ONCE:
            self._sent.popitem(last=False)
        self._asked = {name: self._asked.get(name, 0) for name in self._sent} | {_name(whole): 0}
        return fragments

    def repeat(self, request: bytes, now_s: float) -> tuple[bytes, ...]:
        """Return the fragments that `request` asks for; none where the whole is not remembered, or was asked for often.

        Raises:
            RemoteProtocolError: "garbage", "unknown kind": it is no request.
        """
        if kind_of(request) is not AirKind.REPEAT:
            raise refusal("unknown kind", "A payload that is no repeat request came as one.")
        name, bits = request[1 : 1 + _NAME], request[1 + _NAME :]
        if len(name) < _NAME or not bits or len(bits) > (_MOST_PIECES + 7) // 8:
            raise refusal("garbage", "A repeat request is a name and a bit for each piece.")
        at_s, fragments = self._sent.get(name, (0.0, ()))
        if not fragments or now_s > at_s + self._pace.keep_s:
            self._sent.pop(name, None)
            return ()
        wanted = int.from_bytes(bits, "little")
        if wanted >> len(fragments):
            raise refusal("garbage", "A repeat request asks for pieces that there are not.")
        if self._asked[name] >= self._pace.asks:
            return ()
        self._asked[name] += 1
        return tuple(one for place, one in enumerate(fragments) if wanted >> place & 1)


class Wholes:
    """The side that receives: puts pieces together, and asks for those that were missed."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._wholes: OrderedDict[bytes, _Whole] = OrderedDict()

    def __len__(self) -> int:
        """Return how many wholes are not complete."""
        return sum(1 for one in self._wholes.values() if not one.done)

    def take(self, fragment: bytes, now_s: float) -> bytes | None:
        """Take a fragment; return the whole where it is the last that was missing.

        The last piece of a whole that is complete already gives it once more: who says it again has no mark yet.

        Raises:
            RemoteProtocolError: "garbage" or "oversized": it is none, or contradicts the others; "unknown kind": it is
                no fragment, or the whole is one.
        """
        name, place, count, data = _read(fragment)
        one = self._wholes.get(name)
        if one is None:
            one = self._wholes[name] = _Whole(count, now_s)
            self._bound()
        if one.count != count:
            raise refusal("garbage", "A fragment says that there are more or fewer than another said.")
        if one.done:
            one.heard_s = now_s
            return one.done if place == count - 1 else None
        if place not in one.pieces:
            one.pieces[place], one.heard_s, one.asked = data, now_s, 0
        if len(one.pieces) < count and sum(map(len, one.pieces.values())) <= MOST_BYTES:
            return None
        del self._wholes[name]
        self._wholes[name] = _Whole(count, now_s, done=_whole(name, one.pieces))
        return self._wholes[name].done

    def due(self) -> float:
        """Return when `tick` has something to do [s, monotonic]; infinity for never."""
        return min((self._due(one) for one in self._wholes.values()), default=float("inf"))

    def tick(self, now_s: float) -> tuple[bytes, ...]:
        """Return the repeat requests that are due; give up what was asked for in vain, forget what is long complete."""
        requests = []
        for name, one in list(self._wholes.items()):
            if now_s < self._due(one):
                continue
            if one.done or one.asked >= self._pace.asks:
                del self._wholes[name]
                continue
            one.asked, one.heard_s = one.asked + 1, now_s
            missing = sum(1 << place for place in range(one.count) if place not in one.pieces)
            requests.append(bytes([AirKind.REPEAT]) + name + missing.to_bytes((one.count + 7) // 8, "little"))
        return tuple(requests)

    def _due(self, one: _Whole) -> float:
        return one.heard_s + (self._pace.keep_s if one.done else self._pace.ask_s)

    def _bound(self) -> None:
        """Keep no more than may be: what is complete goes first, then what was heard of longest ago."""
        while len(self._wholes) > MOST_AT_ONCE:
            oldest = min(self._wholes, key=lambda name: (not self._wholes[name].done, self._wholes[name].heard_s))
            del self._wholes[oldest]


def _whole(name: bytes, pieces: Mapping[int, bytes]) -> bytes:
    """Return what the pieces make, where it is what its name says."""
    whole = b"".join(pieces[place] for place in sorted(pieces))
    if len(whole) > MOST_BYTES:
        raise refusal("oversized", f"Fragments of more than {MOST_BYTES} bytes came.")
    if _name(whole) != name:
        raise refusal("garbage", "Fragments make another whole than they say.")
    if kind_of(whole) in (AirKind.FRAGMENT, AirKind.REPEAT):
        raise refusal("unknown kind", "Fragments make a fragment.")
    return whole


def _read(fragment: bytes) -> tuple[bytes, int, int, bytes]:
    """Return name, place, count and data of a fragment."""
    if kind_of(fragment) is not AirKind.FRAGMENT:
        raise refusal("unknown kind", "A payload that is no fragment came as one.")
    if len(fragment) <= HEADER:
        raise refusal("garbage", "A fragment without data came.")
    place, count, data = fragment[5], fragment[6], fragment[HEADER:]
    if place >= count:
        raise refusal("garbage", "A fragment says that it stands behind the last.")
    if len(data) > MOST_BYTES or (count - 1) * _LEAST_DATA >= MOST_BYTES:
        raise refusal("oversized", f"Fragments of more than {MOST_BYTES} bytes came.")
    return fragment[1:5], place, count, data


def _name(whole: bytes) -> bytes:
    return hashlib.sha256(whole).digest()[:_NAME]
