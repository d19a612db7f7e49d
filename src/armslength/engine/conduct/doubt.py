"""Three outcomes from bounds: what a test says if all errors are for it, as it was measured, and if all are against it.

`under` and `over` compare a value that has a two-sigma bound with a limit, and give a `Told`: three masks over the same
samples. `&`, `|` and `~` combine them, so that a rule is written once, as it stands in the catalogue. A value that is
unknown (NaN), or whose bound is, possibly passes every test and certainly passes none. What lies on a limit is neither
under nor over it, except for the last bits (`ON_IT`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armslength.domain.encounter import ON_IT
from armslength.domain.plot import F64, Bool
from armslength.units import FT

STEPS_M = 50.0 * FT
"""Two levels in steps of 25 ft, each a step off: two who fly 1,000 ft apart may be seen so much nearer [m]."""


@dataclass(frozen=True, slots=True)
class Told:
    """A test over samples. Where `certain`, also `nominal`; where `nominal`, also `possible`.

    Attributes:
        possible: it may be so. nominal: it is so as measured. certain: it is so whatever the errors are.
    """

    possible: Bool
    nominal: Bool
    certain: Bool

    def __and__(self, other: Told) -> Told:
        return Told(self.possible & other.possible, self.nominal & other.nominal, self.certain & other.certain)

    def __or__(self, other: Told) -> Told:
        return Told(self.possible | other.possible, self.nominal | other.nominal, self.certain | other.certain)

    def __invert__(self) -> Told:
        return Told(~self.certain, ~self.nominal, ~self.possible)

    def where(self, mask: Bool) -> Told:
        """Return it only where `mask`; elsewhere it is certainly not so."""
        return Told(self.possible & mask, self.nominal & mask, self.certain & mask)


def sure(mask: Bool) -> Told:
    """Return what is known without error."""
    return Told(mask, mask, mask)


def under(value: F64, bound: F64 | float, limit: F64 | float) -> Told:
    """Return whether `value` is under `limit`; all in one unit, `bound` two-sigma."""
    limit = np.asarray(limit) * ON_IT
    known = ~np.isnan(value + bound)
    return Told(~known | (value - bound < limit), known & (value < limit), known & (value + bound < limit))


def over(value: F64, bound: F64 | float, limit: F64 | float) -> Told:
    """Return whether `value` is over `limit`; all in one unit, `bound` two-sigma."""
    limit = np.asarray(limit) / ON_IT
    known = ~np.isnan(value + bound)
    return Told(~known | (value + bound > limit), known & (value > limit), known & (value - bound > limit))


def margin(value: float, bound: float, limit: float, *, breach_over: bool) -> float | None:
    """Return how far `value` is beyond `limit` in standard deviations, positive towards breach; None where unknown.

    Args:
        value, limit: in one unit. bound: two-sigma of the value.
        breach_over: it is a breach to be over the limit; else to be under it.
    """
    beyond = value - limit if breach_over else limit - value
    if not np.isfinite(beyond) or not bound > 0.0 or not np.isfinite(bound):
        return None
    return 2.0 * beyond / bound
