"""Levels as people tell them: on which datum, and how sure they are on the datum of the terms.

The arithmetic is that of an altimeter: what it shows on a pressure setting and what it shows on standard pressure
differ by the height of that setting in the standard atmosphere (ICAO Doc 7488), whatever the weather is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from armslength.errors import InputError
from armslength.units import FT

STANDARD, QNH, QFE, GEOMETRIC = "STANDARD", "QNH", "QFE", "GEOMETRIC"
DATUMS = (STANDARD, QNH, QFE, GEOMETRIC)
LOWEST_HPA, HIGHEST_HPA = 600.0, 1100.0
"""Pressure settings that can be [hPa]: of an aerodrome at 4,000 m, and above the highest ever measured."""
STANDARD_HPA, SCALE_M, EXPONENT = 1013.25, 44_330.77, 0.190263
"""The standard atmosphere: pressure at sea level, 288.15 K by 6.5 K/km, and R L / g."""
QNH_UNKNOWN_M, QFE_UNKNOWN_M = 300.0, 1_500.0
"""1-sigma of a level whose setting is not known [m]: weather alone; the height of the aerodrome too."""
MIXED_M = 0.5 * 1500 * FT
"""1-sigma of a level on a datum that is not that of the terms [m]."""


@dataclass(frozen=True, slots=True)
class Told:
    """A level that a person told.

    Attributes:
        level_m: on the datum of the terms, as far as that can be said [m]. sigma_m: 1-sigma that its datum adds [m].
        datum: of DATUMS. pressure_hpa: the setting; 0 where it is not known, or there is none.
    """

    level_m: float
    sigma_m: float
    datum: str
    pressure_hpa: float


def told(level_m: float, datum: str, pressure_hpa: float, geometric: bool) -> Told:
    """Return a level that was told on `datum` as one on the datum of the terms.

    Args:
        level_m: as it was told [m]. datum: of DATUMS.
        pressure_hpa: the setting of QNH or QFE [hPa]; 0 where it is not known: the level is less sure then.
        geometric: the terms' datum is geometric; else it is standard pressure.

    Raises:
        InputError: no such datum; a pressure that cannot be, or that belongs to no datum.
    """
    if datum not in DATUMS:
        remedy = f"Say {', '.join(DATUMS[:-1])} or {GEOMETRIC}; with QNH or QFE also its pressure, if it is known."
        raise InputError("A level needs its datum.", where="datum", remedy=remedy)
    if pressure_hpa and datum not in {QNH, QFE}:
        raise InputError(f"A level on {datum} has no pressure setting.", where="pressure", remedy="Leave it out.")
    if pressure_hpa and not LOWEST_HPA <= pressure_hpa <= HIGHEST_HPA:
        raise InputError("No altimeter is set to that.", where="pressure", remedy='Write for example "1008 hPa".')
    if datum == GEOMETRIC:
        return Told(level_m, 0.0 if geometric else MIXED_M, datum, 0.0)
    above = SCALE_M * (1.0 - (pressure_hpa / STANDARD_HPA) ** EXPONENT) if pressure_hpa else 0.0
    unsure = 0.0 if pressure_hpa or datum == STANDARD else QNH_UNKNOWN_M if datum == QNH else QFE_UNKNOWN_M
    return Told(level_m + above, hypot(unsure, MIXED_M if geometric else 0.0), datum, pressure_hpa)
