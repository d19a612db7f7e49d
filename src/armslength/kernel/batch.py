"""The exact answers for many pairs at once: `stay`, with the same Newton steps, in vectors.

Within a look-ahead in which neither aircraft flies far round the earth, the relative position of a pair is a polynomial
of time; BATCH pairs are laid side by side and each step is done for all of them, so that the compiler can use vector
instructions. Pairs that fly too far, whose distance may have several dips, or for which the fixed number of steps is
not enough, are left to `stay`. What a pair's answer is does not depend on its neighbours in the batch.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.geodesy import arc
from armslength.kernel.jit import inlined, jit
from armslength.kernel.motion import ALT, VS, A, P, V, W
from armslength.kernel.stay import levels_meet, stay

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Bool = NDArray[np.bool_]
BATCH = 64
TURN = 0.03
"""Up to this angle round the earth [rad] the polynomial of degree 5 is exact to 1e-5 m."""
SETTLED = 1e-5
"""A pair whose last Newton step is longer [s] is left to `stay`; the error left is of the order of its square."""
# Rows of the coefficients: 6 vectors, bounds of the third derivative, whether to leave it to `stay`.
SPEED, PULL, JERK, TURNED, ROWS = 18, 19, 20, 21, 22
# Rows of what is worked out.
NEAR, ENTRY, EXIT, STEP, AT_0, AT_NEAR, AT_END, PLAIN, WORKED = 0, 1, 2, 3, 4, 5, 6, 7, 8


@jit
def lay(m: F64, i: int, j: int, c: F64, k: int) -> None:
    """Write the polynomial of the pair i, j to column k of `c`."""
    wi, wj = m[i, W], m[j, W]
    ui, uj = wi * wi, wj * wj
    vi2, vj2 = 0.0, 0.0
    for x in range(3):
        vi, vj, ai, aj = m[i, V + x], m[j, V + x], m[i, A + x], m[j, A + x]
        c[x * BATCH + k] = m[j, P + x] - m[i, P + x]
        c[(3 + x) * BATCH + k] = vj - vi
        c[(6 + x) * BATCH + k] = (aj - ai) * 0.5
        c[(9 + x) * BATCH + k] = (uj * vj - ui * vi) * (-1.0 / 6.0)
        c[(12 + x) * BATCH + k] = (uj * aj - ui * ai) * (-1.0 / 24.0)
        c[(15 + x) * BATCH + k] = (uj * uj * vj - ui * ui * vi) * (1.0 / 120.0)
        vi2, vj2 = vi2 + vi * vi, vj2 + vj * vj
    si, sj = math.sqrt(vi2), math.sqrt(vj2)
    c[SPEED * BATCH + k] = si + sj
    c[PULL * BATCH + k] = si * wi + sj * wj
    c[JERK * BATCH + k] = si * ui + sj * uj
    c[TURNED * BATCH + k] = wi if wi > wj else wj


@inlined
def axis(c: F64, k: int, x: int) -> tuple[float, float, float, float, float, float]:
    """Return the coefficients of t^0 to t^5 of pair k along axis x."""
    o = x * BATCH + k
    return (
        c[o], c[3 * BATCH + o], c[6 * BATCH + o], c[9 * BATCH + o], c[12 * BATCH + o], c[15 * BATCH + o]
    )  # fmt: skip


@inlined
def square(c: F64, k: int, t: float) -> float:
    """Return the squared distance [m^2] of pair k at `t` [s]."""
    f = 0.0
    for x in range(3):
        p0, p1, p2, p3, p4, p5 = axis(c, k, x)
        d = p0 + t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))))
        f += d * d
    return f


@inlined
def slope(c: F64, k: int, t: float) -> tuple[float, float]:
    """Return the squared distance of pair k at `t` [s] and half its derivative."""
    f, g = 0.0, 0.0
    for x in range(3):
        p0, p1, p2, p3, p4, p5 = axis(c, k, x)
        d = p0 + t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))))
        v = p1 + t * (2.0 * p2 + t * (3.0 * p3 + t * (4.0 * p4 + t * (5.0 * p5))))
        f += d * d
        g += d * v
    return f, g


@inlined
def bend(c: F64, k: int, t: float) -> tuple[float, float]:
    """Return half the first and half the second derivative of the squared distance of pair k at `t` [s]."""
    g, b = 0.0, 0.0
    for x in range(3):
        p0, p1, p2, p3, p4, p5 = axis(c, k, x)
        d = p0 + t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))))
        v = p1 + t * (2.0 * p2 + t * (3.0 * p3 + t * (4.0 * p4 + t * (5.0 * p5))))
        a = 2.0 * p2 + t * (6.0 * p3 + t * (12.0 * p4 + t * (20.0 * p5)))
        g += d * v
        b += v * v + d * a
    return g, b


@jit
def begin(c: F64, r: F64, lookahead: float) -> None:
    """Write where each pair would be closest were its f a parabola, and whether f is convex (PLAIN: 1)."""
    for k in range(BATCH):
        g, b = bend(c, k, 0.0)
        vv, aa = 0.0, 0.0
        for x in range(3):
            vv += c[(3 + x) * BATCH + k] * c[(3 + x) * BATCH + k]
            aa += c[(6 + x) * BATCH + k] * c[(6 + x) * BATCH + k]
        f = c[k] * c[k] + c[BATCH + k] * c[BATCH + k] + c[2 * BATCH + k] * c[2 * BATCH + k]
        pull = 2.0 * math.sqrt(aa) + c[JERK * BATCH + k] * lookahead
        speed = math.sqrt(vv) + pull * lookahead
        third = 3.0 * speed * pull + (math.sqrt(f) + speed * lookahead) * c[JERK * BATCH + k]
        r[AT_0 * BATCH + k] = f
        r[PLAIN * BATCH + k] = 1.0 if b > third * lookahead and c[TURNED * BATCH + k] * lookahead <= TURN else 0.0
        t = -g / b
        t = t if t > 0.0 else 0.0
        r[NEAR * BATCH + k] = t if t < lookahead else lookahead


@jit
def step_near(c: F64, r: F64, lookahead: float) -> None:
    """Take one Newton step of each pair towards where its f is least in [0, lookahead]."""
    for k in range(BATCH):
        g, b = bend(c, k, r[NEAR * BATCH + k])
        t = r[NEAR * BATCH + k] - g / b
        t = t if t > 0.0 else 0.0
        t = t if t < lookahead else lookahead
        r[STEP * BATCH + k] = abs(t - r[NEAR * BATCH + k])
        r[NEAR * BATCH + k] = t


@jit
def aim(c: F64, r: F64, lookahead: float, c2: float) -> None:
    """Write first guesses of entry and exit, and f at the closest moment and at the end."""
    for k in range(BATCH):
        near = r[NEAR * BATCH + k]
        g, b = bend(c, k, near)  # g is not 0 where the closest moment is clipped
        f = square(c, k, near)
        root = g * g + b * (c2 - f)
        root = math.sqrt(root if root > 0.0 else 0.0)
        t = near - (g + root) / b
        r[ENTRY * BATCH + k] = t if t > 0.0 else 0.0
        t = near + (root - g) / b
        r[EXIT * BATCH + k] = t if t < lookahead else lookahead
        r[AT_NEAR * BATCH + k] = f
        r[AT_END * BATCH + k] = square(c, k, lookahead)


@jit
def step_flanks(c: F64, r: F64, lookahead: float, c2: float) -> None:
    """Take one Newton step of each pair towards its entry and its exit; STEP is the longer of the two that count."""
    for k in range(BATCH):
        near, old, late = r[NEAR * BATCH + k], r[ENTRY * BATCH + k], r[EXIT * BATCH + k]
        f, g = slope(c, k, old)
        t = old - 0.5 * (f - c2) / g
        t = t if t > 0.0 else 0.0
        t = t if t < near else near
        r[ENTRY * BATCH + k] = t
        entering = abs(t - old) if r[AT_0 * BATCH + k] >= c2 else 0.0
        f, g = slope(c, k, late)
        t = late - 0.5 * (f - c2) / g
        t = t if t < lookahead else lookahead
        t = t if t > near else near
        r[EXIT * BATCH + k] = t
        leaving = abs(t - late) if r[AT_END * BATCH + k] >= c2 else 0.0
        r[STEP * BATCH + k] = entering if entering > leaving else leaving


@jit
def solve(c: F64, r: F64, lookahead: float, c2: float) -> None:
    """Work out `r` for the pairs laid out in `c`, both flat: shape (WORKED * BATCH,) and (ROWS * BATCH,)."""
    begin(c, r, lookahead)
    step_near(c, r, lookahead)
    step_near(c, r, lookahead)
    for k in range(BATCH):
        r[PLAIN * BATCH + k] = r[PLAIN * BATCH + k] if r[STEP * BATCH + k] < SETTLED else 0.0
    aim(c, r, lookahead, c2)
    step_flanks(c, r, lookahead, c2)
    step_flanks(c, r, lookahead, c2)
    for k in range(BATCH):
        r[PLAIN * BATCH + k] = (
            r[PLAIN * BATCH + k] if r[STEP * BATCH + k] < SETTLED or r[AT_NEAR * BATCH + k] >= c2 else 0.0
        )


@jit
def answer(
    m: F64, r: F64, k: int, i: int, j: int, c2: float, vertical: float, lookahead: float
) -> tuple[bool, bool, float, float, float, float, float]:
    """Return for the pair i, j, in column k of `r`, what `stay` returns."""
    if r[PLAIN * BATCH + k] == 0.0:
        return stay(m, i, j, c2, vertical, lookahead)
    near = r[NEAR * BATCH + k]
    dz, climb = m[j, ALT] - m[i, ALT], m[j, VS] - m[i, VS]
    t_in, t_out = levels_meet(dz, climb, vertical, lookahead)
    if not r[AT_NEAR * BATCH + k] < c2:
        return False, False, 0.0, 0.0, 0.0, 0.0, 0.0
    if r[AT_0 * BATCH + k] >= c2 and r[ENTRY * BATCH + k] > t_in:
        t_in = r[ENTRY * BATCH + k]
    if r[AT_END * BATCH + k] >= c2 and r[EXIT * BATCH + k] < t_out:
        t_out = r[EXIT * BATCH + k]
    inside = r[AT_0 * BATCH + k] < c2 and not abs(dz) >= vertical
    hmd, vmd = arc(math.sqrt(r[AT_NEAR * BATCH + k])), abs(dz + climb * near)
    return inside or t_in < t_out, inside, t_in, t_out, near, hmd, vmd
