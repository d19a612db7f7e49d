"""Distance on the WGS-84 surface for the truth file, on purpose by another formula than the one that is judged by it.

Source: T. Vincenty, Direct and inverse solutions of geodesics on the ellipsoid, Survey Review 23 (176), 1975: good to
0.5 mm. It does not converge for nearly antipodal points, which aircraft close to each other are not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from armslength.scenario.plane import A, F

F64 = NDArray[np.float64]


def distance(lat1: F64, lon1: F64, lat2: F64, lon2: F64) -> F64:
    """Return the length of the geodesic between points [deg] on the WGS-84 surface [m], elementwise."""
    b = A * (1 - F)
    u1, u2 = np.arctan((1 - F) * np.tan(np.radians(lat1))), np.arctan((1 - F) * np.tan(np.radians(lat2)))
    apart = np.radians((np.asarray(lon2) - np.asarray(lon1) + 180.0) % 360.0 - 180.0)
    su1, cu1, su2, cu2 = np.sin(u1), np.cos(u1), np.sin(u2), np.cos(u2)
    lam = apart
    for _ in range(20):
        sl, cl = np.sin(lam), np.cos(lam)
        sin_sigma = np.hypot(cu2 * sl, cu1 * su2 - su1 * cu2 * cl)
        cos_sigma = su1 * su2 + cu1 * cu2 * cl
        sigma = np.arctan2(sin_sigma, cos_sigma)
        sin_alpha = np.divide(cu1 * cu2 * sl, sin_sigma, out=np.zeros_like(sigma), where=sin_sigma > 0)
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - np.divide(2 * su1 * su2, cos2_alpha, out=np.zeros_like(sigma), where=cos2_alpha > 1e-15)
        c = F / 16 * cos2_alpha * (4 + F * (4 - 3 * cos2_alpha))
        arc = sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1))
        before, lam = lam, apart + (1 - c) * F * sin_alpha * arc
        if np.all(np.abs(lam - before) < 1e-14):
            break
    up2 = cos2_alpha * (A**2 - b**2) / b**2
    big_a = 1 + up2 / 16384 * (4096 + up2 * (-768 + up2 * (320 - 175 * up2)))
    big_b = up2 / 1024 * (256 + up2 * (-128 + up2 * (74 - 47 * up2)))
    higher = cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
    delta = big_b * sin_sigma * (cos_2m + big_b / 4 * (cos_sigma * (2 * cos_2m**2 - 1) - big_b / 6 * higher))
    length: F64 = b * big_a * (sigma - delta)
    return length
