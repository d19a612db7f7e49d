"""How sampled tracks pass each other: every stay inside the minima, in continuous time.

Between two linked plots an aircraft flies straight (a chord of the ellipsoid; at 60 s and 500 kt it sags 5 m below the
surface, which the projection on the tangent plane takes out again). For each pair the pieces between neighbouring plots
of either are looked at in closed form (`piece.py`). Time is cut into slabs; in each, boxes around what every aircraft
flew are swept along one axis of ECEF, so that only pairs whose boxes touch are looked at. That needs no map projection:
the date line and the poles are nothing special.

Units: s, m; positions are ECEF surface points [m]; levels metres. No exceptions; NaN level means unknown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from armslength.kernel.boxes import boxes
from armslength.kernel.jit import inlined, jit
from armslength.kernel.piece import below, inside, least_ratio, lowest, nearer, ratio_squared, squared

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
U8 = NDArray[np.uint8]

# Kinds of stay.
NOMINAL, CERTAIN, GRAZING, UNKNOWN_LEVEL, EXEMPT, EXEMPT_UNKNOWN = 0, 1, 2, 3, 4, 5
KINDS = 6
# Which levels were compared.
BAROMETRIC, GEOMETRIC, MIXED, NO_LEVEL = 0, 1, 2, 3
# What holds at a plot, bits of `force`.
IN_AREA, IN_EXEMPT = 1, 2

FIELDS = (
    "kind", "first", "second", "t_in", "t_out", "ratio", "t_ratio", "d_h", "d_v", "error_h", "error_v", "datum",
    "x", "y", "z", "alt", "slant", "t_slant", "slant_low", "slant_high",
    "unseen", "begun_unseen",
)  # fmt: skip
"""Columns of the stays that `stays` returns; all float64, indices included."""
(
    KIND, FIRST, SECOND, T_IN, T_OUT, RATIO, T_RATIO, D_H, D_V, ERROR_H, ERROR_V, DATUM, X, Y, Z, ALT, SLANT, T_SLANT,
    SLANT_LOW, SLANT_HIGH, UNSEEN, BEGUN_UNSEEN,
) = range(len(FIELDS))  # fmt: skip
WIDTH = len(FIELDS)
TOUCH = 1e-6
"""Two stays that lie no further apart than this [s] are one."""
ONE_ULP = 1.0 + 2.0**-40


@jit
def put(out: F64, n: int, stay: F64) -> tuple[F64, int]:
    """Return `out` with `stay` as its row n (grown when it is full), and n + 1."""
    if n == len(out):
        grown = np.empty((2 * len(out), WIDTH))
        grown[:n] = out
        out = grown
    out[n] = stay
    return out, n + 1


@inlined
def level_of(baro: float, geo: float, datum: int) -> float:
    """Return the level on `datum`; for MIXED whichever is known, barometric first."""
    if datum == GEOMETRIC:
        return geo
    if datum == BAROMETRIC or not math.isnan(baro):
        return baro
    return geo


@jit
def note(
    cur: F64, kind: int, k: int, m: int, first_s: float, last_s: float, ta: float, length: float, a: float, b: float,
    c: float, z0: float, wz: float, h: float, v: float, error_h: float, error_v: float, datum: int, mid: F64,
    fresh: bool, out: F64, n: int,
) -> tuple[F64, int]:  # fmt: skip
    """Enter the stay [first_s, last_s] of one piece: prolong the running stay of its kind, or close that and open one.

    `mid` is (x, y, z, alt) of the pair's middle at s = 0 and its change over the piece, shape (8,); `fresh` says that
    the flight before the piece is not known.
    """
    t_in, t_out = ta + first_s * length, ta + last_s * length
    stay = cur[kind]
    if not t_in <= stay[T_OUT] + TOUCH:  # also where no stay is running (NaN)
        if not math.isnan(stay[T_OUT]):
            out, n = put(out, n, stay)
        stay[:] = np.nan
        stay[KIND], stay[FIRST], stay[SECOND], stay[T_IN] = kind, k, m, t_in
        stay[BEGUN_UNSEEN] = 1.0 if fresh and first_s == 0.0 else 0.0
        stay[RATIO] = stay[SLANT] = stay[SLANT_LOW] = stay[SLANT_HIGH] = np.inf
    # A stay that ends with its piece, not before, and is not prolonged by another: the flight beyond is not known.
    stay[T_OUT], stay[UNSEEN] = t_out, 1.0 if last_s == 1.0 else 0.0
    if kind == CERTAIN:
        return out, n
    level = datum != NO_LEVEL
    s = least_ratio(a, b, c, z0, wz, h, v, first_s, last_s) if level else lowest(a, b, c, first_s, last_s)
    if level:
        value = math.sqrt(ratio_squared(a, b, c, z0, wz, h, v, s))
    else:
        value = math.sqrt(squared(a, b, c, s)) / h
    d_h = math.sqrt(squared(a, b, c, s))
    slant = math.hypot(d_h, z0 + s * wz) if level else d_h
    best_slant = d_h if math.isnan(stay[D_H]) else math.hypot(stay[D_H], stay[D_V]) if level else stay[D_H]
    if nearer(value, slant, stay[RATIO], best_slant):
        stay[RATIO], stay[T_RATIO], stay[D_H] = value, ta + s * length, d_h
        stay[D_V] = abs(z0 + s * wz) if level else np.nan
        stay[ERROR_H], stay[ERROR_V], stay[DATUM] = error_h, error_v, datum
        stay[X], stay[Y], stay[Z] = mid[0] + s * mid[4], mid[1] + s * mid[5], mid[2] + s * mid[6]
        stay[ALT] = mid[3] + s * mid[7]
    if level:
        s = lowest(a + wz * wz, b + z0 * wz, c + z0 * z0, first_s, last_s)
        d_h, d_v = math.sqrt(squared(a, b, c, s)), abs(z0 + s * wz)
        slant = math.hypot(d_h, d_v)
        if slant < stay[SLANT]:
            stay[SLANT], stay[T_SLANT] = slant, ta + s * length
        # At most so far, with both errors against it at that moment; at least so far, with both for it at any moment.
        stay[SLANT_HIGH] = min(stay[SLANT_HIGH], math.hypot(d_h + error_h, d_v + error_v))
        d_v = abs(z0 + lowest(wz * wz, z0 * wz, z0 * z0, first_s, last_s) * wz)
    else:
        d_v = 0.0
    d_h = math.sqrt(squared(a, b, c, lowest(a, b, c, first_s, last_s)))
    stay[SLANT_LOW] = min(stay[SLANT_LOW], math.hypot(max(d_h - error_h, 0.0), max(d_v - error_v, 0.0)))
    return out, n


@jit
def walk(
    k: int, m: int, i: int, i_last: int, j: int, j_last: int, xyz: F64, t: F64, baro: F64, geo: F64, linked: Bool,
    error_h: F64, error_v: F64, force: U8, h: float, v: float, near: float, mixed: float, t0: float, t1: float,
    cur: F64, out: F64, n: int,
) -> tuple[F64, int]:  # fmt: skip
    """Look at the pair of tracks k, m over [t0, t1], piece by piece; append its stays to `out` from row n."""
    cur[:, T_OUT] = np.nan
    seen_to = t0
    d, w, mid = np.empty(3), np.empty(3), np.empty(8)
    while i <= i_last and j <= j_last:
        ta, tb = max(t0, t[i], t[j]), min(t1, t[i + 1], t[j + 1])
        p, q = i, j
        if t[i + 1] < t[j + 1]:
            i += 1
        elif t[j + 1] < t[i + 1]:
            j += 1
        else:
            i += 1
            j += 1
        if not (linked[p] and linked[q] and tb > ta):
            continue
        fresh, seen_to = ta > t0 and ta - seen_to > TOUCH, tb
        for kind in range(KINDS):
            # Here the flight goes on: whoever does not prolong the stay has seen it end.
            if abs(cur[kind, T_OUT] - ta) <= TOUCH:
                cur[kind, UNSEEN] = 0.0
        dp, dq = t[p + 1] - t[p], t[q + 1] - t[q]
        p0, p1, q0, q1 = (ta - t[p]) / dp, (tb - t[p]) / dp, (ta - t[q]) / dq, (tb - t[q]) / dq
        for c in range(3):
            one0 = xyz[c, p] + p0 * (xyz[c, p + 1] - xyz[c, p])
            one1 = xyz[c, p] + p1 * (xyz[c, p + 1] - xyz[c, p])
            two0 = xyz[c, q] + q0 * (xyz[c, q + 1] - xyz[c, q])
            two1 = xyz[c, q] + q1 * (xyz[c, q + 1] - xyz[c, q])
            d[c], w[c] = two0 - one0, (two1 - two0) - (one1 - one0)
            mid[c], mid[4 + c] = 0.5 * (one0 + two0), 0.5 * ((one1 - one0) + (two1 - two0))
        e_h = math.sqrt(error_h[p] * error_h[p] + error_h[q] * error_h[q])
        reach = max(h + e_h, near)
        # The tangent plane half-way between the two: the same whichever of them is called first.
        ux, uy, uz = mid[0], mid[1], mid[2] * 1.0067394967422764  # 1 / (1 - e^2): the geodetic normal on the surface
        scale = 1.0 / math.sqrt(ux * ux + uy * uy + uz * uz)
        ux, uy, uz = ux * scale, uy * scale, uz * scale
        up_d, up_w = d[0] * ux + d[1] * uy + d[2] * uz, w[0] * ux + w[1] * uy + w[2] * uz
        a = max(w[0] * w[0] + w[1] * w[1] + w[2] * w[2] - up_w * up_w, 0.0)
        b = d[0] * w[0] + d[1] * w[1] + d[2] * w[2] - up_d * up_w
        c2 = max(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - up_d * up_d, 0.0)
        first_s, last_s = below(a, b, c2, reach)
        if first_s > last_s:
            continue
        datum = MIXED
        if not math.isnan(baro[p] + baro[p + 1] + baro[q] + baro[q + 1]):
            datum = BAROMETRIC
        elif not math.isnan(geo[p] + geo[p + 1] + geo[q] + geo[q + 1]):
            datum = GEOMETRIC
        one0 = level_of(baro[p], geo[p], datum)
        one1 = level_of(baro[p + 1], geo[p + 1], datum)
        two0 = level_of(baro[q], geo[q], datum)
        two1 = level_of(baro[q + 1], geo[q + 1], datum)
        e_v = math.sqrt(error_v[p] * error_v[p] + error_v[q] * error_v[q])
        z0 = (two0 + q0 * (two1 - two0)) - (one0 + p0 * (one1 - one0))
        z1 = (two0 + q1 * (two1 - two0)) - (one0 + p1 * (one1 - one0))
        wz = z1 - z0
        if math.isnan(wz):
            datum, z0, wz = NO_LEVEL, 0.0, 0.0
        elif datum == MIXED:
            e_v = math.sqrt(e_v * e_v + mixed * mixed)
        mid[3] = 0.5 * ((one0 + p0 * (one1 - one0)) + (two0 + q0 * (two1 - two0)))
        mid[7] = 0.5 * ((p1 - p0) * (one1 - one0) + (q1 - q0) * (two1 - two0))
        length = tb - ta
        # Anywhere in the area is in it; exempt is only what is so at both ends of both flights.
        anywhere = force[p] | force[p + 1] | force[q] | force[q + 1]
        throughout = force[p] & force[p + 1] & force[q] & force[q + 1]
        active = (anywhere & IN_AREA) != 0 and (throughout & IN_EXEMPT) == 0
        wide_v = v + e_v
        kind = NOMINAL
        if datum == NO_LEVEL:
            kind = UNKNOWN_LEVEL if active else EXEMPT_UNKNOWN
            first_s, last_s = below(a, b, c2, h if active else near)
        elif not active and datum == MIXED:
            kind = EXEMPT_UNKNOWN
            first_s, last_s = inside(a, b, c2, z0, wz, near, near + e_v)
        elif not active:
            kind = EXEMPT
            first_s, last_s = below(a + wz * wz, b + z0 * wz, c2 + z0 * z0, near)
        elif datum == MIXED:
            kind = UNKNOWN_LEVEL
            first_s, last_s = inside(a, b, c2, z0, wz, h, wide_v)
        else:
            first_s, last_s = inside(a, b, c2, z0, wz, h, v)
            if near > h or near > v:
                low, high = below(a + wz * wz, b + z0 * wz, c2 + z0 * z0, near)
                if low < high:
                    first_s, last_s = min(first_s, low), max(last_s, high)
        if first_s < last_s:
            out, n = note(
                cur, kind, k, m, first_s, last_s, ta, length, a, b, c2, z0, wz, h, v, e_h, e_v, datum, mid, fresh,
                out, n,
            )  # fmt: skip
            if kind == NOMINAL and e_h < h and e_v < v:
                first_s, last_s = inside(a, b, c2, z0, wz, h - e_h, v - e_v)
                if first_s < last_s:
                    out, n = note(
                        cur, CERTAIN, k, m, first_s, last_s, ta, length, a, b, c2, z0, wz, h, v, e_h, e_v, datum, mid,
                        fresh, out, n,
                    )  # fmt: skip
        elif kind in {NOMINAL, EXEMPT}:
            first_s, last_s = inside(a, b, c2, z0, wz, h + e_h, wide_v)
            if kind == EXEMPT:
                first_s, last_s = inside(a, b, c2, z0, wz, near + e_h, near + e_v)
            if first_s < last_s:
                out, n = note(
                    cur, GRAZING, k, m, first_s, last_s, ta, length, a, b, c2, z0, wz, h, v, e_h, e_v, datum, mid,
                    fresh, out, n,
                )  # fmt: skip
    for kind in range(KINDS):
        if not math.isnan(cur[kind, T_OUT]):
            out, n = put(out, n, cur[kind])
    return out, n


@jit
def stays(
    start: I64, group: I64, xyz: F64, t: F64, baro: F64, geo: F64, linked: Bool, error_h: F64, error_v: F64, force: U8,
    h: float, v: float, near: float, mixed: float, slabs: F64,
) -> F64:  # fmt: skip
    """Return every stay inside the minima of every pair of tracks, cut at the edges of the slabs.

    Args:
        start: shape (K + 1,): the plots of track k are start[k]:start[k + 1], in order of time.
        group: shape (K,): tracks of one group are not a pair; two tracks of group -1 are not a pair either.
        xyz: ECEF surface points [m], shape (3, N). t: [s], shape (N,).
        baro, geo: levels on standard pressure and above the ellipsoid [m], shape (N,); NaN unknown.
        linked: shape (N,): the flight from plot i to plot i + 1 of the same track is known.
        error_h, error_v: two-sigma bounds of the position anywhere between plot i and plot i + 1 [m], shape (N,).
        force: shape (N,): IN_AREA | IN_EXEMPT.
        h, v: the minima [m]. near: the near-miss distance, slant [m].
        mixed: two-sigma difference of a level on one datum from the same level on the other [m].
        slabs: shape (2, S): from and to of each slab [s], rising, none overlapping.

    Returns:
        Shape (R, WIDTH), columns FIELDS, by slab. A stay that goes on into the next slab stands as two that touch. Of a
        CERTAIN stay only kind, pair and times are told; the rest is NaN and inf.
        NOMINAL: inside the minima (or within `near`). CERTAIN: inside even where both errors are against it.
        GRAZING: outside, but inside (where no minima hold: a near miss) if the errors are for it.
        UNKNOWN_LEVEL: horizontally inside, and the level is unknown or on different datums.
        EXEMPT: where no minima hold, slant distance under `near`. EXEMPT_UNKNOWN: the same where it could be, and the
        level is unknown or on different datums.
    """
    tracks = len(start) - 1
    out, n = np.empty((256, WIDTH)), 0
    box, span = np.empty((9, tracks)), np.empty((2, tracks), np.int64)
    cur = np.empty((KINDS, WIDTH))
    half_h, half_v = 0.5 * max(h, near) * ONE_ULP, 0.5 * max(v, near) * ONE_ULP
    for slab in range(slabs.shape[1]):
        t0, t1 = slabs[0, slab], slabs[1, slab]
        aloft = boxes(start, xyz, t, baro, geo, linked, error_h, error_v, t0, t1, mixed, box, span)
        if aloft < 2:
            continue
        axis, widest = 1, -1.0
        for c in range(3):
            spread = float(np.var(box[1 + 2 * c, :aloft]))
            if spread > widest:
                axis, widest = 1 + 2 * c, spread
        order = np.argsort(box[axis, :aloft])
        one, two = (3, 5) if axis == 1 else ((1, 5) if axis == 3 else (1, 3))
        for rank in range(aloft):
            p = order[rank]
            end = box[axis + 1, p] + 2.0 * half_h
            for other in range(rank + 1, aloft):
                q = order[other]
                if box[axis, q] > end:
                    break
                if (
                    box[7, p] - box[8, q] > 2.0 * half_v or box[7, q] - box[8, p] > 2.0 * half_v
                    or box[one, p] - box[one + 1, q] > 2.0 * half_h or box[one, q] - box[one + 1, p] > 2.0 * half_h
                    or box[two, p] - box[two + 1, q] > 2.0 * half_h or box[two, q] - box[two + 1, p] > 2.0 * half_h
                ):  # fmt: skip
                    continue
                k, m = int(box[0, p]), int(box[0, q])
                if group[k] == group[m]:
                    continue
                f, g = (p, q) if k < m else (q, p)
                k, m = min(k, m), max(k, m)
                out, n = walk(
                    k, m, span[0, f], span[1, f], span[0, g], span[1, g], xyz, t, baro, geo, linked, error_h, error_v,
                    force, h, v, near, mixed, t0, t1, cur, out, n,
                )  # fmt: skip
    return out[:n]
