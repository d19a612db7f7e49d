"""The audit paths of some of many leaves at once: what one walk over the tree gives, instead of one walk for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from armslength.crypto.merkle import root
from armslength.errors import LocalProtocolError

__all__ = ["inclusion_proofs"]


def inclusion_proofs(leaves: Sequence[bytes], wanted: Iterable[int]) -> dict[int, tuple[bytes, ...]]:
    """Return the audit path (RFC 6962, section 2.1.1) of each leaf in `wanted`, hashes from below.

    Raises:
        LocalProtocolError: there is no such leaf.
    """
    places = sorted(set(wanted))
    if places and not 0 <= places[0] <= places[-1] < len(leaves):
        raise LocalProtocolError(f"Leaves {places[0]} to {places[-1]} of {len(leaves)} were asked for.")
    paths: dict[int, list[bytes]] = {place: [] for place in places}
    if places:
        _walk(leaves, 0, len(leaves), places, paths)
    return {place: tuple(path) for place, path in paths.items()}


def _walk(leaves: Sequence[bytes], low: int, high: int, places: list[int], paths: dict[int, list[bytes]]) -> bytes:
    """Return the root of leaves [low, high), and lengthen the paths of those of `places`, which are all in there."""
    if high - low == 1 or not places:
        return root(leaves[low:high])
    middle = low + (1 << (high - low - 1).bit_length() - 1)
    left = [place for place in places if place < middle]
    right = [place for place in places if place >= middle]
    under = _walk(leaves, low, middle, left, paths), _walk(leaves, middle, high, right, paths)
    for place in left:
        paths[place].append(under[1])
    for place in right:
        paths[place].append(under[0])
    return _joined(*under)


def _joined(left: bytes, right: bytes) -> bytes:
    return root((left, right))
