"""Whether the kernels of the live watch were compiled here before: if not, a start takes half a minute more."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def compiled() -> bool:
    """Return whether they are compiled for this Python, from the source as it stands."""
    spec = find_spec("armslength.kernel")
    if spec is None or spec.origin is None:
        return True
    source = Path(spec.origin).parent / "foresight.py"
    kept = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(kept) if kept else source.parent / "__pycache__"
    name = f"foresight.foresee-*.py{sys.version_info.major}{sys.version_info.minor}.nbi"
    try:
        changed = source.stat().st_mtime
        return any(file.stat().st_mtime >= changed for file in folder.glob(f"**/{name}" if kept else name))
    except OSError:
        return False
