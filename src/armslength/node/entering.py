"""How changes of agreements get into the ledger: of a home on which no node runs, and of a running one.

Both keep the files that belong to an entry together with it (`pending`), and write at the next start what a crash left.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.adapters.store import Store
from armslength.crypto.ledger import Book
from armslength.errors import StoreError
from armslength.node.agreement_changes import Change
from armslength.node.core.books import NODE, Books
from armslength.node.core.effects import Effects
from armslength.node.home import Home
from armslength.node.pending import Files, forgotten, kept, waiting, write_files

if TYPE_CHECKING:
    from armslength.node.runner import Runner

__all__ = ["AloneLedger", "LiveLedger", "finish"]

AGAIN = "file written again"
"""What an entry says of a file that belongs to an earlier entry and was not surely there."""


class AloneLedger:
    """The ledger of a home whose lock the caller holds.

    Args:
        home: whose.
        store: its ledger, looked through.
        now_ns: UTC [ns].
    """

    def __init__(self, home: Home, store: Store, now_ns: int) -> None:
        self._store, self._now_ns = store, now_ns
        held = [Book.restore(name, store.leaves(name)) for name in store.books()]
        self._books = Books(home.salt_secret, home.config.post, held)

    def enter(self, change: Change, files: Files) -> None:
        """Enter `change`; see `agreements.Ledger`."""
        self._enter(change.agreement, change.payload, files, change.role, change.findings)

    def written(self, paths: Collection[str]) -> None:
        """Let go of these files."""
        self._store.commit([], forgotten(paths))

    def finish(self, home: Home) -> None:
        """Write what an earlier process entered and may not have written.

        Raises:
            HomeError, StoreError: it cannot be.
        """
        files = waiting(self._store)
        for path in finish(home, files):
            self._enter(agreement_of(path), {"what": AGAIN, "file": path}, {}, "node")
        if files:
            self.written(files)

    def _enter(
        self, book: str, payload: Any, files: Files, role: str, findings: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        effects = Effects()
        self._books.enter(effects, book or NODE, "agreement", payload, self._now_ns, role)
        for said in findings:
            self._books.enter(effects, book or NODE, "finding", said, self._now_ns)
        self._store.commit(effects.entries, kept(files))


class LiveLedger:
    """The ledger of a running node, from the threads of its keeper: everything goes through the runner's transactions.

    Args:
        runner: of the node.
        loop: in which it runs.
    """

    def __init__(self, runner: Runner, loop: asyncio.AbstractEventLoop) -> None:
        self._runner, self._loop = runner, loop

    @property
    def storing(self) -> bool:
        """Whether the disk takes what must be kept."""
        return self._runner.storing

    def enter(self, change: Change, files: Files) -> None:
        """Enter `change`; see `agreements.Ledger`. Never from the thread of the loop: it would wait for itself."""
        payload = {"agreement": change.agreement, **change.payload}
        payload |= {"findings": [dict(one) for one in change.findings]} if change.findings else {}
        made = self._runner.enter(change.counterpart, payload, change.role, kept(files))
        try:
            asyncio.run_coroutine_threadsafe(made, self._loop).result()
        except (concurrent.futures.CancelledError, RuntimeError):
            made.close()
            raise StoreError("The node stops: it is done at its next start, or not at all. See the status.") from None

    def written(self, paths: Collection[str]) -> None:
        """Let go of these files, soon: to write them once more does no harm."""
        self._loop.call_soon_threadsafe(self._runner.keep, forgotten(paths))


def finish(home: Home, files: Files) -> list[str]:
    """Write those of `files` that do not stand in `home` as they should, and return their paths.

    Raises:
        StoreError: the disk does not take one of them.
    """
    owed = {path: data for path, data in files.items() if _there(home, path) != data}
    write_files(home, owed)
    return sorted(owed)


def agreement_of(path: str) -> str:
    """Return the agreement whose file stands at `path` in a home; "" for the file of an identity."""
    parts = path.split("/")
    return parts[1] if parts[0] == "agreements" else ""


def _there(home: Home, path: str) -> bytes | None:
    file = home.path / path
    return file.read_bytes() if file.is_file() else None
