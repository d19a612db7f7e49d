"""Walking through the entries of a book, from the first, and believing nothing that is not shown.

Whoever reads a book back, the store at its start or a third person with a bundle, walks it with this: each entry must
have the next number and name the hash of the one before it (so none was deleted, added or put elsewhere), and a payload
that is shown must be what the header commits to (so none was exchanged). What may be withheld is the payload, or all
but the hash.
"""

from __future__ import annotations

from armslength.crypto.ledger import SALT, Entry, commitment, genesis
from armslength.crypto.merkle import Frontier, leaf_hash
from armslength.errors import LedgerError

__all__ = ["BrokenError", "Walk"]


class BrokenError(LedgerError):
    """The walk ends here.

    Attributes:
        entry: the number of the entry at which it ends.
        step: "chain" or "payload".
    """

    def __init__(self, book: str, entry: int, step: str, what: str) -> None:
        self.entry, self.step = entry, step
        remedy = "It is not as it was written: keep it as it is for those who look into it, and do not go on with it."
        super().__init__(what, where=f"book {book}, entry {entry}", remedy=remedy)


class Walk:
    """The walk through the book `book`.

    Attributes:
        size: entries walked.
        leaves: their leaf hashes, one after another, 32 bytes each.
        roots: root of the tree at each of the sizes asked for that have been reached.
        open, withheld, hidden: how many were shown with payload, without it, and as a hash only.
        backwards: how many are stamped earlier than the one before: the clock was set back; no fault of the ledger.
    """

    def __init__(self, book: str, sizes: frozenset[int] = frozenset()) -> None:
        self.book, self.size = book, 0
        self.leaves = bytearray()
        self.roots: dict[int, str] = {}
        self.open = self.withheld = self.hidden = self.backwards = 0
        self._sizes, self._previous, self._time_ns = sizes, genesis(book), 0
        self._frontier = Frontier()

    @property
    def head(self) -> str:
        """Hash of the last entry walked."""
        return self._previous

    def root(self) -> str:
        """Return the root of the tree over what has been walked."""
        return self._frontier.root().hex()

    def step(
        self, header: bytes, payload: bytes | None = None, salt: bytes | None = None, stored: bytes | None = None
    ) -> Entry:
        """Go on by one entry and return it.

        Args:
            header: as it is shown.
            payload, salt: what the header commits to; None where it is withheld.
            stored: the leaf hash that was stored with it, where one was.

        Raises:
            BrokenError: it does not belong here, or is not what was committed to.
        """
        leaf = leaf_hash(header)
        if stored is not None and stored != leaf:
            raise self.broken("chain", "Its header is not what the stored hash says.")
        try:
            entry = Entry.from_header(header)
        except LedgerError as wrong:
            raise self.broken("chain", wrong.what) from None
        if entry.sequence != self.size:
            raise self.broken("chain", f"It calls itself entry {entry.sequence}: some are missing, or out of order.")
        if entry.previous != self._previous:
            raise self.broken("chain", "It does not name the entry before it: that one was changed, or is missing.")
        if (payload is None) != (salt is None):
            raise self.broken("payload", "A payload is shown with its salt, or not at all.")
        if payload is not None and salt is not None:
            if len(salt) != SALT or commitment(salt, payload) != entry.payload_hash:
                raise self.broken("payload", "Its payload is not the one that was written.")
            self.open += 1
        else:
            self.withheld += 1
        self.backwards += entry.time_ns < self._time_ns
        self._time_ns = entry.time_ns
        self._grow(leaf)
        return entry

    def hide(self, leaf: bytes) -> None:
        """Go on by one entry of which only the hash is shown."""
        self.hidden += 1
        self._grow(leaf)

    def broken(self, step: str, what: str) -> BrokenError:
        """Return the error about the next entry."""
        return BrokenError(self.book, self.size, step, what)

    def _grow(self, leaf: bytes) -> None:
        self._frontier.append(leaf)
        self.leaves += leaf
        self.size += 1
        self._previous = leaf.hex()
        if self.size in self._sizes:
            self.roots[self.size] = self.root()
