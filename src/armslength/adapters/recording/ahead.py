"""Reading one step ahead in another thread, so that unpacking and translating share two cores.

The threads belong to the process and not to one reading: a reading that is abandoned (an error, Ctrl-C, a caller that
has seen enough) has nothing to shut down. Its generator may be collected at any moment and in any thread, and a thread
that waits there for another one can wait for ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items in order; while one is worked on, the next is being made. Errors come at their place.

    Making an item must not itself wait for `ahead`.
    """
    source = iter(items)
    coming: Future[tuple[T] | None] = _pool(os.getpid()).submit(_one, source)
    while (found := coming.result()) is not None:
        coming = _pool(os.getpid()).submit(_one, source)
        yield found[0]


@lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of this process; a forked one has none of its parent's and needs its own."""
    return ThreadPoolExecutor(2, thread_name_prefix=f"recording-{process}")


def _one(source: Iterator[T]) -> tuple[T] | None:
    for item in source:
        return (item,)
    return None
