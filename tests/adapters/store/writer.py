"""A process that commits, one group after another, and says so after each: to be killed, or to run out of room.

    python writer.py LEDGER GROUP COUNT       entries already there are continued
Prints "kept SIZE" after each commit. "full WHY" where the disk does not take it: then it waits for a line, and goes on
with the same group. With LIMIT in the environment files may become that many bytes long until that line comes.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from armslength.adapters.store import Store
from armslength.crypto.ledger import Book
from armslength.errors import StoreError
from armslength.protocol.writes import Delete, Put, Write


def main(path: Path, group: int, count: int) -> None:
    """Commit until `count` entries are there."""
    store = Store(path)
    book = Book.restore("deal-1", store.leaves("deal-1"))
    if limit := int(os.environ.get("LIMIT", "0")):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    while book.size < count:
        entries = [
            book.append(book.size, "message", "north", "node", {"n": str(n), "text": "x" * 500}, bytes(16))
            for n in range(book.size, book.size + group)
        ]
        size = str(book.size).encode()
        writes: list[Write] = [
            Put("size", "now", size),
            Put("out", f"{book.size:08d}", b"y" * 500),
            Delete("out", "nothing"),
        ]
        while True:
            try:
                store.commit([("deal-1", sealed) for sealed in entries], writes)
                break
            except StoreError as wrong:
                print("full", wrong, flush=True)
                sys.stdin.readline()
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("kept", book.size, flush=True)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
