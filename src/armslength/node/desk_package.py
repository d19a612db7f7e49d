"""What is opened of one's evidence, as it goes to the other side: leaves with proofs, one document, compressed.

    {"agreement", "by", "case", "format": "armslength evidence 1", "leaves", "opened": [...], "root"}

Every leaf brings its place, its salt, its bytes and its audit path. Read strictly, and bounded, before a byte of it is
believed: whoever packs for us may want to fill our memory.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.commitment import Committed, Opened, restore, verify
from armslength.errors import LedgerError, RemoteProtocolError

__all__ = [
    "MOST_BYTES",
    "Package",
    "keep",
    "kept",
    "leaves_of",
    "minute_of",
    "pack",
    "read_leaf",
    "unpack",
    "write_leaf",
]

FORMAT = "armslength evidence 1"
MOST_BYTES = 16 << 20
"""Most bytes of evidence, unpacked."""
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_KEYS = {"agreement", "by", "case", "format", "leaves", "opened", "root"}


@dataclass(frozen=True, slots=True)
class Package:
    """What one side opened, as it was found.

    Attributes:
        tracks: by party: what it says of that party's aircraft, minute by minute, as JSON.
        faults: why it is not what was committed to, in words; none: it is.
    """

    tracks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def pack(committed: Committed, labels: Sequence[str], agreement: str, case: str, by: str) -> bytes:
    """Return these leaves, opened, for the other side. Raises LocalProtocolError where there is no such leaf."""
    opened = [write_leaf(one) for one in committed.open(labels)]
    about = {"agreement": agreement, "by": by, "case": case, "format": FORMAT}
    tree = {**about, "leaves": committed.size, "opened": opened, "root": committed.root().hex()}
    return zlib.compress(canonical(tree), 9)


def unpack(data: bytes, root: str, leaves: int, cases: Sequence[str], by: str) -> Package:
    """Return what a package holds, held against what was committed to. Never raises: faults are in it.

    Args:
        data: as `pack` made it.
        root, leaves: of the commitment.
        cases: the numbers of the case. by: who packed it.
    """
    try:
        tree = parse(_inflated(data), limit=MOST_BYTES)
        opened = [read_leaf(one) for one in tree["opened"]]
        if tree.keys() != _KEYS or tree["format"] != FORMAT:
            raise ValueError
    except (RemoteProtocolError, ValueError, KeyError, TypeError, zlib.error):
        return Package(faults=("It cannot be read: it is not in the form of evidence.",))
    faults = []
    if tree["by"] != by or tree["case"] not in cases:
        faults.append("It is evidence of another case, or of another side.")
    if tree["root"] != root or tree["leaves"] != leaves:
        faults.append("It names another root than the one that was committed to.")
    wrong = verify(bytes.fromhex(root), leaves, opened)
    if wrong:
        what = "piece of it was" if len(wrong) == 1 else "pieces of it were"
        faults.append(f"{len(wrong)} {what} not committed to, or came without proof.")
    tracks: dict[str, list[dict[str, Any]]] = {}
    for one in opened:
        minute = minute_of(one.data)
        if minute is None:
            faults.append("It holds something that is no track.")
            break
        tracks.setdefault(minute["party"], []).append(minute)
    if len(tracks) > 2:
        faults.append("It opens more than the two tracks of the matter.")
    return Package(tracks, tuple(faults))


def keep(committed: Committed, labels: Sequence[str]) -> bytes:
    """Return everything that is needed to open a commitment later, for the own home."""
    rows = [
        [label, salt.hex(), base64.b64encode(data).decode()]
        for label, salt, data in zip(committed.labels, committed.salts, committed.data, strict=True)
    ]
    return zlib.compress(json.dumps({"leaves": rows, "opened": list(labels)}).encode(), 6)


def kept(data: bytes) -> tuple[Committed, tuple[str, ...]]:
    """Return what `keep` kept: the commitment, and the labels that are opened to the other side.

    Raises:
        LedgerError: it is damaged.
    """
    try:
        tree = json.loads(zlib.decompress(data))
        rows = [(str(label), bytes.fromhex(salt), base64.b64decode(held)) for label, salt, held in tree["leaves"]]
        return restore(rows), tuple(str(label) for label in tree["opened"])
    except (ValueError, KeyError, TypeError, zlib.error):
        raise LedgerError("The evidence that was kept for a case cannot be read.") from None


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    out = stream.decompress(data, MOST_BYTES)
    if not stream.eof or stream.unused_data or stream.unconsumed_tail:
        raise ValueError
    return out


def leaves_of(data: bytes) -> list[Opened]:
    """Return the leaves that a package opens, as they came: held against nothing. Raises LedgerError: it is none."""
    try:
        return [read_leaf(one) for one in parse(_inflated(data), limit=MOST_BYTES)["opened"]]
    except (RemoteProtocolError, ValueError, KeyError, TypeError, zlib.error):
        raise LedgerError("The evidence of a case cannot be read.") from None


def write_leaf(one: Opened) -> dict[str, Any]:
    """Return an opened leaf for JSON."""
    return {
        "data": base64.b64encode(one.data).decode(),
        "index": one.index,
        "proof": [step.hex() for step in one.proof],
        "salt": one.salt.hex(),
    }


def read_leaf(one: Any) -> Opened:
    """Return the leaf that `write_leaf` wrote. Raises ValueError: it is none."""
    if not isinstance(one, dict) or one.keys() != {"data", "index", "proof", "salt"} or type(one["index"]) is not int:
        raise ValueError
    texts = [one["salt"], *one["proof"]]
    if not all(isinstance(text, str) and _HEX.fullmatch(text) for text in texts):
        raise ValueError
    try:
        data = base64.b64decode(one["data"], validate=True)
    except (binascii.Error, ValueError):
        raise ValueError from None
    return Opened(one["index"], bytes.fromhex(one["salt"]), data, tuple(bytes.fromhex(step) for step in one["proof"]))


def minute_of(data: bytes) -> dict[str, Any] | None:
    """Return a minute of a track, where that is what `data` holds."""
    try:
        tree = parse(data, limit=MOST_BYTES)
    except RemoteProtocolError:
        return None
    if tree.keys() != {"datum", "from_ns", "kind", "party", "samples"} or tree["kind"] != "track":
        return None
    if tree["datum"] not in {"STANDARD", "GEOMETRIC"} or not all(type(tree[n]) is str for n in ("from_ns", "party")):
        return None
    if not tree["from_ns"].isdecimal() or type(tree["samples"]) is not list or len(tree["samples"]) > 1_000:
        return None
    return tree if all(_is_sample(one) for one in tree["samples"]) else None


def _is_sample(one: Any) -> bool:
    if type(one) is not list or len(one) != 5 or not all(type(n) is int for n in one[:3]):
        return False
    return all(n is None or (type(n) is int and abs(n) < 2**31) for n in one[3:])
