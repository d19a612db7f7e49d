"""Whether the kernels of a live node were compiled here before: if not, a start takes a minute more."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

LAST = ("foresight.foresee", "passage.stays")
"""A kernel of the watch, and one of the stages: those are there when the others of their kind are."""


def compiled() -> bool:
    """Return whether they are compiled for this Python, from the source as it stands."""
    spec = find_spec("armslength.kernel")
    return spec is None or spec.origin is None or all(_kept(Path(spec.origin).parent, name) for name in LAST)


def _kept(kernels: Path, name: str) -> bool:
    """Return whether the kernel `name` (file and function) was compiled from its file in the folder `kernels`."""
    source = kernels / f"{name.partition('.')[0]}.py"
    elsewhere = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(elsewhere) if elsewhere else source.parent / "__pycache__"
    pattern = f"{name}-*.py{sys.version_info.major}{sys.version_info.minor}.nbi"
    try:
        changed = source.stat().st_mtime
        return any(file.stat().st_mtime >= changed for file in folder.glob(f"**/{pattern}" if elsewhere else pattern))
    except OSError:
        return False
