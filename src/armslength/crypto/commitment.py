"""Committing to many things at once, so that some can be opened later and the others stay closed for ever.

Each thing becomes a leaf, salt | bytes, hashed as RFC 6962 hashes leaves; the root over them is what is given away
first. Later a leaf is opened by giving its salt, its bytes, its place and its audit path: whoever has the root sees
that just this was committed to, before he gave away anything himself.

What stays closed stays unknown. The salt is 32 random bytes a leaf: without it a position to the nearest metre, or who
else was near, could be found by trying all there can be. The leaves stand in the order of their hashes, so that a place
says nothing about what stands beside it; and they are filled up with random ones to a power of two, so that their count
says nothing of how many aircraft were seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from armslength.crypto.merkle import inclusion_proof, leaf_hash, root, verify_inclusion
from armslength.errors import LedgerError, LocalProtocolError

__all__ = ["FEWEST", "MOST_LEAVES", "SALT", "Committed", "Opened", "commit", "restore", "verify"]

SALT = 32
"""Bytes of salt before the bytes of a leaf."""
FEWEST = 64
"""Leaves of the smallest commitment: what is fewer is filled up."""
MOST_LEAVES = 1 << 16
_PATH = 16
_FILLED = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """One leaf, opened.

    Attributes:
        index: its place. salt, data: what it was made of.
        proof: its audit path (RFC 6962), hashes from below.
    """

    index: int
    salt: bytes
    data: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """What was committed to, with everything that is needed to open it. Kept by who committed, and by nobody else.

    Attributes:
        labels: of each leaf, in the order of the tree; "" for what only fills up.
        salts, data: of each leaf.
    """

    labels: tuple[str, ...]
    salts: tuple[bytes, ...]
    data: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.labels)

    def leaves(self) -> list[bytes]:
        """Return the hashes of the leaves, in the order of the tree."""
        return [leaf_hash(salt + data) for salt, data in zip(self.salts, self.data, strict=True)]

    def root(self) -> bytes:
        """Return the root: what is given away first."""
        return root(self.leaves())

    def open(self, labels: Sequence[str]) -> list[Opened]:
        """Return these leaves, opened, in the order of `labels`.

        Raises:
            LocalProtocolError: there is no such leaf.
        """
        places = {label: place for place, label in enumerate(self.labels) if label}
        if missing := [label for label in labels if label not in places]:
            raise LocalProtocolError(f"{len(missing)} leaves were to be opened that were not committed to.")
        leaves = self.leaves()
        return [
            Opened(at, self.salts[at], self.data[at], tuple(inclusion_proof(leaves, at)))
            for at in (places[label] for label in labels)
        ]


def commit(things: Mapping[str, bytes], entropy: Callable[[int], bytes]) -> Committed:
    """Return `things` as they are committed to.

    Args:
        things: bytes by label; the labels are for who commits, and are no part of the leaves.
        entropy: gives so many random bytes. Two commitments must not share any.

    Raises:
        LocalProtocolError: too many things, one without a label, or no such entropy.
    """
    if len(things) > MOST_LEAVES or _FILLED in things:
        raise LocalProtocolError(f"A commitment holds at most {MOST_LEAVES} things, each with a label.")
    size = max(FEWEST, 1 << (len(things) - 1).bit_length() if things else 1)
    filling = [(_FILLED, entropy(SALT)) for _ in range(size - len(things))]
    made = [(label, entropy(SALT), data) for label, data in things.items()]
    made += [(label, entropy(SALT), data) for label, data in filling]
    if any(len(salt) != SALT for _, salt, _ in made) or len({salt for _, salt, _ in made}) != size:
        raise LocalProtocolError(f"Every leaf needs a salt of its own, of {SALT} bytes.")
    made.sort(key=lambda one: leaf_hash(one[1] + one[2]))
    return Committed(*(tuple(column) for column in zip(*made, strict=True)))


def restore(kept: Sequence[tuple[str, bytes, bytes]]) -> Committed:
    """Return what was committed to, from what was kept of it: (label, salt, data), in any order.

    Raises:
        LedgerError: it is not whole.
    """
    made = sorted(kept, key=lambda one: leaf_hash(one[1] + one[2]))
    if len(made) < FEWEST or len(made) & (len(made) - 1) or any(len(salt) != SALT for _, salt, _ in made):
        raise LedgerError("What was kept of a commitment is not whole.")
    return Committed(*(tuple(column) for column in zip(*made, strict=True)))


def verify(tree: bytes, size: int, opened: Sequence[Opened]) -> list[int]:
    """Return the places of those of `opened` that were not committed to under the root `tree` of `size` leaves.

    The steps, and what each prevents: a salt of another length would let bytes pass from the salt to the data; a
    place opened twice would let one thing count as two; the audit path shows that the leaf is in the tree, and where.
    """
    seen = set[int]()
    wrong: list[int] = []
    for one in opened:
        fits = len(one.salt) == SALT and one.index not in seen and len(one.proof) <= _PATH
        seen.add(one.index)
        if not fits or not verify_inclusion(leaf_hash(one.salt + one.data), one.index, size, one.proof, tree):
            wrong.append(one.index)
    return wrong
