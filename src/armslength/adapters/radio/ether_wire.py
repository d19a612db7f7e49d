"""The datagrams between a station and the simulated ether, on loopback of one machine.

    "AE" | version 1 | kind 1 | slot 4 | first sample 8 | samples 4 | body

Numbers big-endian. `slot` is what the ether calls a station that has joined. Samples are int16, little-endian, as
counted from the ether's second 0 at the rate of the channel. JOIN, WELCOME, ORDER and ANSWER have a body of JSON.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOST = "127.0.0.1"
VERSION = 1
MOST_SAMPLES = 16_384
"""Samples of one datagram at the most: it stays below 64 KiB, which loopback carries in one piece."""
LARGEST = 60_000
HERE_REAL_S, GONE_REAL_S, LOST_REAL_S = 1.0, 4.0, 2.0
"""Real seconds: how often a station says that it is there, after what silence the ether takes it for gone, and after
what silence the station takes the ether for gone, which speaks four times a second."""
REFERENCE = 0.1
"""Root mean square of a station's sound on the ether, of full scale: what SNR and levels relate to."""
FULL_SCALE = 32_767.0

_HEAD = struct.Struct("!2sBBIQI")
_MAGIC = b"AE"


class Kind(IntEnum):
    """Kinds of datagrams; what goes which way."""

    JOIN = 1  # station -> ether
    WELCOME = 2  # ether -> station
    SOUND = 3  # both ways
    QUIET = 4  # ether -> station: noise only
    HERE = 5  # station -> ether
    LEAVE = 6  # station -> ether
    STRANGER = 7  # ether -> station: not joined (any more)
    ORDER = 8  # control -> ether
    ANSWER = 9  # ether -> control


@dataclass(frozen=True)
class Datagram:
    """One datagram.

    Attributes:
        kind: what it is. slot: of the station; 0: none.
        first, count: which samples.
        body: of its kind.
    """

    kind: Kind
    slot: int = 0
    first: int = 0
    count: int = 0
    body: bytes = b""

    def to_bytes(self) -> bytes:
        """Return it as it goes over the line."""
        return _HEAD.pack(_MAGIC, VERSION, self.kind, self.slot, self.first, self.count) + self.body

    def samples(self) -> NDArray[np.int16]:
        """Return the sound in it."""
        return np.frombuffer(self.body, "<i2").astype(np.int16, copy=False)

    def json(self) -> dict[str, Any]:
        """Return the JSON object in it; empty where there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def read(data: bytes) -> Datagram | None:
    """Return the datagram in `data`; None for anything else."""
    if not _HEAD.size <= len(data) <= LARGEST:
        return None
    magic, version, kind, slot, first, count = _HEAD.unpack_from(data)
    if magic != _MAGIC or version != VERSION or kind not in Kind.__members__.values():
        return None
    body = data[_HEAD.size :]
    if kind == Kind.SOUND and (len(body) != 2 * count or not 0 < count <= MOST_SAMPLES):
        return None
    return Datagram(Kind(kind), slot, first, count, body)


def told(kind: Kind, what: Mapping[str, Any], slot: int = 0) -> bytes:
    """Return a datagram whose body is the JSON object `what`."""
    return Datagram(kind, slot, body=json.dumps(what).encode()).to_bytes()


def pieces(slot: int, first: int, samples: NDArray[np.int16]) -> list[bytes]:
    """Return the datagrams that carry `samples`."""
    return [
        Datagram(Kind.SOUND, slot, first + at, len(part), part.astype("<i2", copy=False).tobytes()).to_bytes()
        for at in range(0, len(samples), MOST_SAMPLES)
        if len(part := samples[at : at + MOST_SAMPLES])
    ]
