"""Pieces: a look takes as long as there are pairs; whoever looks may stop after any piece and do other things.

What a piece costs is reckoned from how much it had to do, not from a clock: the same snapshots are cut in the same way
everywhere, and what is found does not depend on how a look is cut.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple, Protocol, TypeVar

from armslength.domain.alert import AlertChange

T = TypeVar("T")
S_co = TypeVar("S_co", covariant=True)


class Piece(NamedTuple):
    """A part of a look that was done.

    Attributes:
        cost_us: what it takes on one core of a virtual machine of 2026 [microseconds], about.
        changes: what it found to tell.
    """

    cost_us: float
    changes: tuple[AlertChange, ...] = ()


Looking = Generator[Piece, None, T]
"""Gives pieces, and at its end a value."""
TRACK_US, PAIR_US = 1.2, 1.5
"""To place a track and search beside it; to see what is ahead of a pair that could matter."""
COMPARED_US = 0.017
"""To compare a track of which little is known with one other."""
COMPARED_AT_ONCE = 250_000
JUDGED_US, GROUPED_US, TOLD_US = 4.0, 6.0, 60.0
"""To judge a pair; to find the group that it is in; to tell an alert."""
JUDGED_AT_ONCE, GROUPED_AT_ONCE, TOLD_AT_ONCE = 200, 200, 10


class Part(Protocol[S_co]):
    """What can be cut: a sequence, or an array."""

    def __len__(self) -> int: ...
    def __getitem__(self, at: slice, /) -> S_co: ...


def batched(values: Part[S_co], most: int) -> Iterator[S_co]:
    """Give `values` in order, at most so many at once."""
    for first in range(0, len(values), most):
        yield values[first : first + most]
