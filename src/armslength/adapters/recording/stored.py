"""What a segment of a node's plot store says of itself, in the metadata of its Parquet file (docs/feeds.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from armslength.adapters.recording.values import UNREADABLE

SOURCE, ORDER, EPOCH = "armslength.source", "armslength.order_ns", "armslength.epoch_ns"
"""The keys of the metadata."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a segment belongs.

    Attributes:
        source: what its plots came from.
        order_ns: place among the segments of that source, UTC ns: when it begins, and one more for each that was
            begun at the same time before it.
        epoch_ns: UTC ns from which the node counted seconds when it judged these plots.
    """

    source: str
    order_ns: int
    epoch_ns: int


def stored(path: Path) -> Stored | None:
    """Return what the segment at `path` says, None where it is no segment of a plot store."""
    try:
        said = pl.read_parquet_metadata(path)
        return Stored(said[SOURCE], int(said[ORDER]), int(said[EPOCH]))
    except (*UNREADABLE, OSError, KeyError, ValueError):
        return None
