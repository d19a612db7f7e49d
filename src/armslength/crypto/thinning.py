"""Which of many signed states are kept: all of late, and ever fewer the older they are. So a node can run for years.

A newer state proves that it began with the one countersigned before it, so an older one adds no proof of growth. What
it still does is to convict a side that tells another story of that very size: for that some of every age are enough.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["needless"]

_CELLS_BITS = 5
"""Of every doubling of the distance from the newest, 2 to the power of this many are kept."""


def needless(sizes: Iterable[int], newest: int) -> set[int]:
    """Return which of `sizes` need not be kept beside the others; never the newest, nor anything beyond it.

    At a distance of d entries one of each d / 32 (rounded to a power of two) stays, the first. At most 33 stay of each
    doubling of the distance. However often this is asked while a book grows, whatever is let go of had, and has, one
    that stays no more than d / 32 before it.

    Args:
        sizes: numbers of entries at which states were signed.
        newest: the size that counts as now.
    """
    cells: set[tuple[int, int]] = set()
    gone: set[int] = set()
    for size in sorted(set(sizes)):
        shift = max((newest - size).bit_length() - 1 - _CELLS_BITS, 0) if size < newest else 0
        cell = (shift, size >> shift)
        if shift and cell in cells:
            gone.add(size)
        cells.add(cell)
    return gone
