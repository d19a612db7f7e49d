"""One piece of a pair's flight, between two neighbouring plots of either: both fly straight, so all is closed form.

Over a piece, time runs as s from 0 to 1. The horizontal distance is |d0 + s w| (vectors in the tangent plane, metres)
and the vertical distance |z0 + s wz| (metres). Callers hand over the scalar products a = w.w, b = d0.w, c = d0.d0.
Horizontal distance and vertical distance are convex in s, hence so is the ratio max(d_h/H, d_v/V): it has one lowest
value, and the stay inside the cylinder is one interval.
"""

from __future__ import annotations

import math

from armslength.kernel.jit import inlined, jit

NONE = (2.0, -1.0)
"""An interval of s that holds nothing."""


@inlined
def within(value: float, low: float, high: float) -> float:
    """Return `value` moved into [low, high]."""
    return min(max(value, low), high)


@jit
def below(a: float, b: float, c: float, radius: float) -> tuple[float, float]:
    """Return where a s^2 + 2 b s + c < radius^2 within [0, 1] as (from, to); from > to where nowhere.

    a >= 0: it is the squared distance of two points that move straight. NaN gives nowhere.
    """
    c -= radius * radius
    if a <= 0.0:
        return (0.0, 1.0) if c < 0.0 else (2.0, -1.0)
    discriminant = b * b - a * c
    if not discriminant > 0.0:
        return 2.0, -1.0
    root = math.sqrt(discriminant)
    # Of the two usual forms of each root, the one in which nothing cancels.
    if b > 0.0:
        q = -b - root
        first, last = q / a, c / q
    else:
        q = -b + root
        first, last = (c / q, q / a) if q > 0.0 else (0.0, 0.0)
    first, last = max(first, 0.0), min(last, 1.0)
    return (first, last) if first < last else (2.0, -1.0)


@jit
def between(z0: float, wz: float, height: float) -> tuple[float, float]:
    """Return where |z0 + s wz| < height within [0, 1] as (from, to); from > to where nowhere."""
    if wz == 0.0:
        return (0.0, 1.0) if abs(z0) < height else (2.0, -1.0)
    one, other = (-height - z0) / wz, (height - z0) / wz
    first, last = max(min(one, other), 0.0), min(max(one, other), 1.0)
    return (first, last) if first < last else (2.0, -1.0)


@jit
def inside(a: float, b: float, c: float, z0: float, wz: float, h: float, v: float) -> tuple[float, float]:
    """Return the stay in the cylinder of radius `h` and half height `v` within [0, 1]; from > to where none."""
    first, last = below(a, b, c, h)
    if first > last:
        return 2.0, -1.0
    low, high = between(z0, wz, v)
    first, last = max(first, low), min(last, high)
    return (first, last) if first < last else (2.0, -1.0)


@inlined
def squared(a: float, b: float, c: float, s: float) -> float:
    """Return a s^2 + 2 b s + c, never below 0."""
    return max((a * s + 2.0 * b) * s + c, 0.0)


@inlined
def ratio_squared(a: float, b: float, c: float, z0: float, wz: float, h: float, v: float, s: float) -> float:
    """Return max(d_h/h, d_v/v)^2 at `s`."""
    z = (z0 + s * wz) / v
    return max(squared(a, b, c, s) / (h * h), z * z)


@inlined
def lowest(a: float, b: float, c: float, low: float, high: float) -> float:
    """Return the s in [low, high] at which a s^2 + 2 b s + c is least; `low` where it is constant."""
    return within(-b / a, low, high) if a > 0.0 else low


@inlined
def nearer(value: float, slant: float, best: float, best_slant: float) -> bool:
    """Return whether a moment of ratio `value` and slant distance `slant` counts before the best one so far.

    Where both fly on level, or side by side, the ratio is the same for long, but for the last bits; of such moments the
    one of the least slant distance is the closest.
    """
    if value < best * (1.0 - 1e-9):
        return True
    return value <= best * (1.0 + 1e-9) and slant < best_slant * (1.0 - 1e-9)


@jit
def least_ratio(
    a: float, b: float, c: float, z0: float, wz: float, h: float, v: float, low: float, high: float
) -> float:
    """Return the s in [low, high] at which max(d_h/h, d_v/v) is least; of several, that of the least slant distance.

    Either one of the two distances is least there and rules, or both ratios are equal there; or, where one of them
    rules and does not change, the slant distance is least. All such places are tried.
    """
    best = lowest(a, b, c, low, high)
    least, least_slant = (
        ratio_squared(a, b, c, z0, wz, h, v, best),
        squared(a + wz * wz, b + z0 * wz, c + z0 * z0, best),
    )
    # (d_h/h)^2 - (d_v/v)^2 = p s^2 + 2 q s + r
    p = a / (h * h) - wz * wz / (v * v)
    q = b / (h * h) - z0 * wz / (v * v)
    r = c / (h * h) - z0 * z0 / (v * v)
    discriminant = q * q - p * r
    root = math.sqrt(discriminant) if discriminant > 0.0 else 0.0
    t = -q - root if q > 0.0 else -q + root
    for case in range(4):
        if case == 0:
            s = lowest(wz * wz, z0 * wz, z0 * z0, low, high)
        elif case == 1:
            s = lowest(a + wz * wz, b + z0 * wz, c + z0 * z0, low, high)
        elif case == 2:
            s = within(t / p, low, high) if discriminant >= 0.0 and p != 0.0 else best
        else:
            s = within(r / t, low, high) if discriminant >= 0.0 and t != 0.0 else best
        value, slant = ratio_squared(a, b, c, z0, wz, h, v, s), squared(a + wz * wz, b + z0 * wz, c + z0 * z0, s)
        if nearer(value, slant, least, least_slant):
            best, least, least_slant = s, value, slant
    return best
