"""Reading one step ahead in a thread of its own, so that unpacking and translating share two cores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items in order; while one is worked on, the next is being made. Errors come at their place."""
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="recording") as pool:
        coming = pool.submit(_one, source)
        while (found := coming.result()) is not None:
            coming = pool.submit(_one, source)
            yield found[0]


def _one(source: Iterator[T]) -> tuple[T] | None:
    for item in source:
        return (item,)
    return None
