"""The proof that somebody told two stories about one book: complete in itself, for a third person to check.

Two checkpoints, both signed by one key, about one book of one agreement. From each follows what the root was at one and
the same size: it is the checkpoint's own, or a consistency proof leads from it to the checkpoint's root. The two roots
differ. Both cannot be true of a book that only grows, and nobody but the holder of the key could have signed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.checkpoint import Checkpoint, read
from armslength.crypto.envelope import Envelope, from_tree, signers, to_tree
from armslength.crypto.ledger import is_hash
from armslength.crypto.merkle import consistency_proof, root, verify_consistency
from armslength.errors import LedgerError, RemoteProtocolError

__all__ = ["FORMAT", "Fork", "Telling", "convicted", "from_bytes", "tellings", "to_bytes"]

FORMAT = "armslength proof of two stories 1"
_LONGEST = 1 << 18


@dataclass(frozen=True, slots=True)
class Telling:
    """One story: what the root was at `size` entries, as it follows from a signed checkpoint.

    Args:
        checkpoint: the signed checkpoint.
        size: at how many entries.
        root: the root there, 64 hexadecimal digits.
        proof: consistency proof from `size` and `root` to the checkpoint; empty where it is the checkpoint's own size.
    """

    checkpoint: Envelope
    size: int
    root: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """Two tellings of one size that differ."""

    first: Telling
    second: Telling


def tellings(envelope: Envelope, leaves: Sequence[bytes] | None = None, sizes: Sequence[int] = ()) -> list[Telling]:
    """Return what follows from one checkpoint: its own root, the one it says that it grew from, and more from leaves.

    Args:
        envelope: the checkpoint.
        leaves: the leaf hashes of the entries it covers, where they are known.
        sizes: at what sizes to work out the root from `leaves`.

    Raises:
        RemoteProtocolError: `envelope` is no checkpoint, or its proof does not hold.
    """
    point = read(envelope)
    out = [Telling(envelope, point.size, point.root, ())]
    if 0 < point.since < point.size:
        out.append(Telling(envelope, point.since, point.since_root, point.proof))
    if leaves is not None:
        covered = leaves[: point.size]
        for size in sizes:
            if 0 < size < point.size <= len(leaves):
                proof = tuple(step.hex() for step in consistency_proof(covered, size))
                out.append(Telling(envelope, size, root(covered[:size]).hex(), proof))
    return out


def convicted(fork: Fork) -> tuple[frozenset[str], Checkpoint, Checkpoint]:
    """Return the keys that signed both stories, and the two checkpoints.

    1. Both are checkpoints of one book of one agreement: else they are no two stories.
    2. Both are about one size: a book may have any two roots at two sizes.
    3. Each root leads to its checkpoint by its proof: else the accuser made it up.
    4. The roots differ: else it is one story.
    5. One key validly signed both: else two people told one story each.

    Raises:
        LedgerError: it proves nothing: names the step that fails.
    """
    try:
        first, second = read(fork.first.checkpoint), read(fork.second.checkpoint)
    except RemoteProtocolError as wrong:
        raise _unproven(1, wrong.says) from None
    if (first.agreement, first.book) != (second.agreement, second.book):
        raise _unproven(1, "The two checkpoints are not about one book.")
    if fork.first.size != fork.second.size:
        raise _unproven(2, "The two stories are not about one size.")
    for telling, point in ((fork.first, first), (fork.second, second)):
        path = [bytes.fromhex(step) for step in telling.proof]
        was, now = bytes.fromhex(telling.root), bytes.fromhex(point.root)
        if telling.size < 1 or not verify_consistency(telling.size, point.size, was, now, path):
            raise _unproven(3, "A root does not lead to its checkpoint.")
    if fork.first.root == fork.second.root:
        raise _unproven(4, "Both tell the same story.")
    keys = signers(fork.first.checkpoint) & signers(fork.second.checkpoint)
    if not keys:
        raise _unproven(5, "No key has signed both.")
    return keys, first, second


def to_bytes(fork: Fork) -> bytes:
    """Return the canonical JSON of the proof."""
    return canonical({"first": _tree(fork.first), "format": FORMAT, "second": _tree(fork.second)})


def from_bytes(data: bytes) -> Fork:
    """Return the proof of which `data` is the canonical form. Whether it proves anything, `convicted` says.

    Raises:
        LedgerError: it is no such document.
    """
    try:
        tree = parse(data, limit=_LONGEST)
        if tree.keys() != {"first", "format", "second"} or tree["format"] != FORMAT:
            raise RemoteProtocolError("garbage", "It has not the fields of a proof of two stories.")
        return Fork(_telling(tree["first"]), _telling(tree["second"]))
    except RemoteProtocolError as wrong:
        raise LedgerError(f"The proof is not readable: {wrong.says}") from None


def _tree(telling: Telling) -> dict[str, Any]:
    return {
        "checkpoint": to_tree(telling.checkpoint),
        "proof": list(telling.proof),
        "root": telling.root,
        "size": telling.size,
    }


def _telling(tree: Any) -> Telling:
    if not isinstance(tree, dict) or tree.keys() != {"checkpoint", "proof", "root", "size"}:
        raise RemoteProtocolError("garbage", "A story has checkpoint, proof, root and size, and nothing else.")
    size, proof = tree["size"], tree["proof"]
    if type(size) is not int or not isinstance(proof, list) or not all(is_hash(one) for one in [tree["root"], *proof]):
        raise RemoteProtocolError("garbage", "A field of a story is of the wrong kind.")
    return Telling(from_tree(tree["checkpoint"]), size, tree["root"], tuple(proof))


def _unproven(step: int, why: str) -> LedgerError:
    return LedgerError(why, where=f"proof of two stories, step {step}", remedy="It proves nothing against anybody.")
