"""The store: what a node must not lose, in one SQLite file. Nothing but rows; what they mean, others know.

`Store` writes and reads as the node does; `read_only` reads a file that may be somebody else's, and changes nothing in
it.
"""

from __future__ import annotations

from armslength.adapters.store.reading import Snapshot, read_only
from armslength.adapters.store.writing import Store

__all__ = ["Snapshot", "Store", "read_only"]
