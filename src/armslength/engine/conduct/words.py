"""Sentences that findings share: figures as people tell them, and why something could not be determined."""

from __future__ import annotations

import numpy as np

from armslength.domain.meeting import Meetings
from armslength.units import FT, KT, NM

COARSE_S = 4.5
"""Plots further apart than this [s] are named as a reason."""


def miles(metres: float) -> str:
    """Return a horizontal distance, as "2.31 NM"."""
    return f"{metres / NM:.2f} NM"


def feet(metres: float) -> str:
    """Return a vertical distance or a level, as "1,200 ft"; "an unknown level" for NaN."""
    return f"{metres / FT:,.0f} ft" if np.isfinite(metres) else "an unknown vertical distance"


def knots(mps: float) -> str:
    """Return a speed, as "250 kt"."""
    return f"{mps / KT:.0f} kt"


def why_unsure(meetings: Meetings, first: int, last: int) -> str:
    """Return what kept something between two samples from being determined, as a sentence."""
    span = slice(first, last + 1)
    datum = meetings.datum[span]
    if np.any(datum == 3):
        return "The level of at least one of the two is not known."
    if np.any(datum == 2):
        return "The levels are on different datums."
    apart = float(np.max(meetings.update_s[:, span]))
    if apart > COARSE_S:
        return f"The plots are up to {apart:.0f} s apart, too coarse for this."
    return "It is nearer to the limit than the two-sigma errors."
