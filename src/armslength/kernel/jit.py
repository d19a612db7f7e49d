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
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function)
    return cast("F", compiled)


def inlined(function: F) -> F:
    """Like `jit`, for a small function in an inner loop: its body is always set into its callers."""
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False, forceinline=True)(function)
    return cast("F", compiled)
