"""armslength keeps the aircraft of two parties who do not trust each other apart.

The face of the package: `detect`, `cylinder`, `well_clear`. They load on first use, so that the import costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armslength.engine.straight import Pairs, Volume, cylinder, detect, well_clear

__version__ = "0.1.0"
__all__ = ["Pairs", "Volume", "__version__", "cylinder", "detect", "well_clear"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from armslength.engine import straight

        return getattr(straight, name)
    raise AttributeError(f"module 'armslength' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
