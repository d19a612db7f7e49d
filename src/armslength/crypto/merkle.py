"""The tree over a ledger's entries (RFC 6962, section 2.1): one hash stands for all of them, in their order.

A leaf is SHA-256(0x00 | entry), a node SHA-256(0x01 | left | right): the first byte keeps a node from passing for an
entry. Everywhere below, `leaves` are leaf hashes, and hashes are 32 bytes.

Three proofs hang on it: that an entry is in the tree (`inclusion_proof`), that a later tree begins with an earlier one
(`consistency_proof`), and, where it does not, that somebody signed two stories (`fork.py`). `Frontier` and `Growth`
hold what is needed to go on, a few hashes, however long the ledger gets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from armslength.errors import LocalProtocolError

__all__ = [
    "EMPTY",
    "Frontier",
    "Growth",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A whole subtree: its leaves are start .. start + width - 1, width a power of two, start a multiple of it."""

    start: int
    width: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf that holds `entry`."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over `leaves`."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """A tree that grows at its right edge, kept as the whole subtrees it is made of: one for each bit of its size."""

    __slots__ = ("nodes", "size")

    def __init__(self) -> None:
        self.size = 0
        self.nodes: list[_Node] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        _push(self.nodes, self.size, leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        return _fold(self.nodes)


class Growth:
    """What a tree grew by since it had the size of `frontier`: enough to prove that it did nothing but grow.

    Give every later leaf to `append` too; `proof` is the consistency proof from `since` to `size` leaves.
    """

    __slots__ = ("_new", "_old", "since", "size")

    def __init__(self, frontier: Frontier) -> None:
        self.since = self.size = frontier.size
        self._old = list(frontier.nodes)
        self._new: list[_Node] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        _push(self._new, self.size, leaf)
        self.size += 1

    def proof(self) -> list[bytes]:
        """Return the consistency proof (RFC 6962, section 2.1.2); empty where the tree was empty or has not grown."""
        return self._sub(0, self.size, True) if self.since else []

    def _sub(self, low: int, high: int, whole: bool) -> list[bytes]:
        """RFC 6962: SUBPROOF over the leaves low .. high - 1; `whole` while they begin with all of the old tree."""
        if self.since == high:
            return [] if whole else [self._hash(low, high)]
        middle = low + _split(high - low)
        if self.since <= middle:
            return [*self._sub(low, middle, whole), self._hash(middle, high)]
        return [*self._sub(middle, high, False), self._hash(low, middle)]

    def _hash(self, low: int, high: int) -> bytes:
        return _fold([n for n in (*self._old, *self._new) if low <= n.start and n.start + n.width <= high])


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` (RFC 6962, section 2.1.1).

    Raises:
        LocalProtocolError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise LocalProtocolError(f"Leaf {index} of {len(leaves)} was asked for.")
    low, high = 0, len(leaves)
    path: list[bytes] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root(leaves[middle:high]))
            high = middle
        else:
            path.append(root(leaves[low:middle]))
            low = middle
    return path[::-1]


def consistency_proof(leaves: Sequence[bytes], since: int) -> list[bytes]:
    """Return the proof that the tree over `leaves` begins with its first `since` leaves (RFC 6962, section 2.1.2).

    Raises:
        LocalProtocolError: there are fewer leaves than `since`.
    """
    if not 0 <= since <= len(leaves):
        raise LocalProtocolError(f"A proof since {since} of {len(leaves)} leaves was asked for.")
    frontier = Frontier()
    for leaf in leaves[:since]:
        frontier.append(leaf)
    growth = Growth(frontier)
    for leaf in leaves[since:]:
        growth.append(leaf)
    return growth.proof()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree: bytes) -> bool:
    """Return whether `proof` shows that `leaf` is number `index` of the `size` leaves under the root `tree`.

    RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = _node(step, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, step)
        first, last = first >> 1, last >> 1
    return last == 0 and found == tree


def verify_consistency(since: int, size: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether `proof` shows that the tree of `size` leaves under `new` begins with that of `since` under `old`.

    RFC 9162, section 2.1.4.2; an empty tree begins every other, without proof.
    """
    if not 0 <= since <= size:
        return False
    if since in (0, size):
        return not proof and old == (new if since else EMPTY) and (size > 0 or new == EMPTY)
    path = list(proof) if since & (since - 1) else [old, *proof]  # a power of two: the old root is itself a node
    if not path:
        return False
    first, last = since - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    was = now = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            was, now = _node(step, was), _node(step, now)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            now = _node(now, step)
        first, last = first >> 1, last >> 1
    return last == 0 and was == old and now == new


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _push(nodes: list[_Node], start: int, leaf: bytes) -> None:
    """Put a leaf behind `nodes`, and join what has become a whole subtree."""
    node = _Node(start, 1, leaf)
    while nodes and nodes[-1].width == node.width and nodes[-1].start % (2 * node.width) == 0:
        left = nodes.pop()
        node = _Node(left.start, 2 * node.width, _node(left.hash, node.hash))
    nodes.append(node)


def _fold(nodes: Sequence[_Node]) -> bytes:
    """Return the root over neighbouring subtrees, each no wider than the one before."""
    if not nodes:
        return EMPTY
    out = nodes[-1].hash
    for node in reversed(nodes[:-1]):
        out = _node(node.hash, out)
    return out


def _split(size: int) -> int:
    """Return the largest power of two below `size`: where RFC 6962 divides a tree."""
    return 1 << (size - 1).bit_length() - 1
