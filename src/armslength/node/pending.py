"""Files of the home that belong to a ledger entry: kept with it in one transaction, then written, then let go.

    entry + what to write -> one commit -> the files -> forgotten

So the entry is always first, and a node that dies before the files are there finds at its next start what to write.
What waits here is as it will stand in the home: agreements are encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from armslength.agreement.document import is_agreement_id
from armslength.errors import HomeError
from armslength.node.home import Home
from armslength.node.private_files import make_folder, write_private
from armslength.protocol.writes import Delete, Put

__all__ = ["PENDING", "Files", "forgotten", "kept", "waiting", "write_files"]

PENDING = "home/pending"
"""Space of the store; keys are paths in the home."""
Files = Mapping[str, bytes]
"""What is to stand in files of the home, by their paths in it."""
_FILE = re.compile(
    r"agreements/(?P<id>[^/]+)/(?:copies/)?[0-9a-f]{32}\.age|counterparts/[^/.]+(?:\.identity|(?:\.[0-9a-f]{32})?\.former)"
)


class Holds(Protocol):
    """What holds the rows: the store."""

    def scan(self, space: str) -> list[tuple[str, bytes]]:
        """Return everything in `space`."""


def kept(files: Files) -> tuple[Put, ...]:
    """Return what must be kept together with the entry that `files` belong to."""
    return tuple(Put(PENDING, path, data) for path, data in files.items())


def forgotten(paths: Iterable[str]) -> tuple[Delete, ...]:
    """Return what lets these files go, once they are there."""
    return tuple(Delete(PENDING, path) for path in paths)


def waiting(store: Holds) -> dict[str, bytes]:
    """Return the files that were entered in the ledger and may not be there yet.

    Raises:
        HomeError: one of them would stand where nothing of the kind belongs.
    """
    files = dict(store.scan(PENDING))
    for path in files:
        found = _FILE.fullmatch(path)
        if found is None or (found["id"] is not None and not is_agreement_id(found["id"])):
            raise HomeError("The ledger names a file that cannot be of an agreement.", where=path[:80])
    return files


def write_files(home: Home, files: Files) -> None:
    """Write `files`, each whole or not at all.

    Raises:
        StoreError: the disk does not take one of them.
    """
    for path, data in files.items():
        file = home.path / path
        make_folder(file.parent)
        write_private(file, data)
