"""The one decorator under which every kernel function is compiled.

Compiled code is cached beside its source (`__pycache__`), so only the first run on a machine compiles. It runs without
the interpreter lock, so that plain threads can share the work; a division by zero gives inf or NaN, as in numpy, never
an exception; and no fast-math: two nodes given the same numbers must compute the same bytes.

The cache of a function knows when its own file changed, but not when a function that it calls changed in another file.
Whoever edits a kernel file that others call removes `kernel/__pycache__` before trusting a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile `function` on its first call, by the argument types of that call; cached on disk, without the lock."""
    return _compiled(function)


def inlined(function: F) -> F:
    """Like `jit`, for a small function in an inner loop: its body is always set into its callers."""
    return _compiled(function, forceinline=True)


def _compiled(function: F, **options: bool) -> F:
    """Compile with a cache on disk; without one where nothing can be written, neither beside the source nor at home."""
    options |= {"nogil": True, "fastmath": False}
    try:
        return cast("F", numba.njit(cache=True, error_model="numpy", **options)(function))
    except RuntimeError:
        return cast("F", numba.njit(error_model="numpy", **options)(function))
