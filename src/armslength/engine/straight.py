"""Straight flight: which pairs come inside the minima, and the two volumes that say whether a pair is well clear.

The face of the package over the kernel. Arrays of any real type are taken, of any length including 0; lists too.
What cannot be used is an `InputError` that names the argument and the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from armslength.errors import InputError
from armslength.kernel import straight as kernel
from armslength.kernel import volumes

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Bool = NDArray[np.bool_]
FASTEST = 1e5
"""Speeds above this are no speeds of aircraft, whatever a recording says [m/s]."""
HIGHEST = 1e8
"""Nor are levels beyond this [m]."""
LONGEST = 7 * 86400.0
"""Nobody holds course and speed for longer than a week [s]."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of aircraft that are, or within the look-ahead come, inside the cylinder; aligned arrays, shape (P,).

    Sorted by (first, second). Inside means horizontal distance < horizontal and level difference < vertical at once.

    Attributes:
        first, second: indices into the arguments, first < second.
        t_in, t_out: the first stay inside [s], clipped to [0, lookahead]. Within hours a pair may come again.
        t_cpa: when in [0, lookahead] they are horizontally closest [s].
        hmd: horizontal distance then, over ground [m].
        vmd: level difference then [m]; NaN where a level is unknown.
        inside: they are inside now, at t = 0.
        altitude_unknown: a level or vertical rate is unknown (NaN): that aircraft could be at any level, and the pair
            is judged by the horizontal distance alone.
    """

    first: I32
    second: I32
    t_in: F64
    t_out: F64
    t_cpa: F64
    hmd: F64
    vmd: F64
    inside: Bool
    altitude_unknown: Bool

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True, slots=True)
class Volume:
    """The stay of each pair in a volume, shape (P,).

    Attributes:
        violated: the pair is inside now.
        t_in, t_out: first stay within the look-ahead [s], clipped to [0, lookahead]; NaN where there is none.
    """

    violated: Bool
    t_in: F64
    t_out: F64

    def __len__(self) -> int:
        return len(self.violated)


def detect(
    lat: ArrayLike, lon: ArrayLike, alt: ArrayLike, track: ArrayLike, gs: ArrayLike, vs: ArrayLike, *,
    horizontal: float, vertical: float, lookahead: float,
) -> Pairs:  # fmt: skip
    """Return every pair that is, or within the look-ahead comes, inside the cylinder, all flying straight on.

    Args:
        lat, lon: WGS-84 geodetic position [deg], shape (N,); any finite longitude.
        alt: level [m], all on one datum; NaN unknown.
        track: direction of flight over ground from true north [deg].
        gs: ground speed [m/s], >= 0.
        vs: vertical rate [m/s, up]; NaN unknown.
        horizontal, vertical: the minima [m], > 0.
        lookahead: how far to look [s], >= 0.

    Straight flight is a great circle of the ellipsoid at constant speed; levels change linearly. Distances are over
    ground, on the ellipsoid's surface, right across the date line and over the poles. The answer does not depend on the
    number of cores: two nodes compute the same bytes.

    Raises:
        InputError: names the argument, and the index where one value is wrong.
    """
    columns = {"lat": lat, "lon": lon, "alt": alt, "track": track, "gs": gs, "vs": vs}
    arrays = {name: _numbers(name, value) for name, value in columns.items()}
    _same_length(arrays)
    for name in ("lat", "lon", "track", "gs"):
        _refuse(
            name, arrays[name], ~np.isfinite(arrays[name]), "It must be a finite number; leave such an aircraft out."
        )
    _refuse("lat", arrays["lat"], np.abs(arrays["lat"]) > 90.0, "It must lie within -90 to 90 degrees.")
    _refuse("gs", arrays["gs"], arrays["gs"] < 0.0, "A ground speed must not be negative.")
    _refuse("gs", arrays["gs"], arrays["gs"] > FASTEST, f"A ground speed must be at most {FASTEST:g} m/s.")
    _refuse("vs", arrays["vs"], np.abs(arrays["vs"]) > FASTEST, f"It must be NaN or within {FASTEST:g} m/s.")
    _refuse("alt", arrays["alt"], np.abs(arrays["alt"]) > HIGHEST, f"It must be NaN or within {HIGHEST:g} m.")
    _positive("horizontal", horizontal)
    _positive("vertical", vertical)
    _period("lookahead", lookahead, LONGEST)
    answer, unknown = kernel.straight(
        *arrays.values(), horizontal=float(horizontal), vertical=float(vertical), lookahead=float(lookahead)
    )
    t_in, t_out, t_cpa, hmd, vmd = answer.times
    return Pairs(answer.first, answer.second, t_in, t_out, t_cpa, hmd, vmd, answer.inside, unknown)


def cylinder(s: ArrayLike, v: ArrayLike, *, horizontal: float, vertical: float, lookahead: float) -> Volume:
    """Return each pair's stay in the cylinder: horizontal distance < horizontal and level difference < vertical.

    Args:
        s, v: position [m] and velocity [m/s] of the second relative to the first; east, north, up; shape (3, P).
        horizontal, vertical: the minima [m], > 0.
        lookahead: how far to look [s], >= 0.

    Source: CD3D in NASA DAIDALUS V-2.0.4, in a flat sky.

    Raises:
        InputError: names the argument, and the index of the pair where one value is wrong.
    """
    s, v = _vectors("s", s), _vectors("v", v)
    _same_pairs(s, v)
    _positive("horizontal", horizontal)
    _positive("vertical", vertical)
    _period("lookahead", lookahead)
    out = _volume(s.shape[1])
    volumes.cylinders(s, v, float(horizontal), float(vertical), float(lookahead), out.violated, out.t_in, out.t_out)
    return out


def well_clear(
    s: ArrayLike, v: ArrayLike, *, dthr: float, zthr: float, tthr: float, tcoa: float = 0.0, lookahead: float
) -> Volume:
    """Return each pair's stay in the well-clear violation volume of DO-365, with modified tau.

    Args:
        s, v: position [m] and velocity [m/s] of the second relative to the first; east, north, up; shape (3, P).
        dthr, zthr: distance thresholds [m], > 0 (DO-365 phase I: 4000 ft and 450 ft).
        tthr: threshold of modified tau [s], >= 0 (35 s).
        tcoa: threshold of the time to co-altitude [s], >= 0.
        lookahead: how far to look [s], >= 0.

    Horizontally a pair is not well clear with its distance <= dthr, or closing with 0 <= modified tau <= tthr and a
    miss distance <= dthr; vertically with a level difference <= zthr, or a time to co-altitude <= tcoa.

    Source: WCV_TAUMOD in NASA DAIDALUS V-2.0.4, in a flat sky.

    Raises:
        InputError: names the argument, and the index of the pair where one value is wrong.
    """
    s, v = _vectors("s", s), _vectors("v", v)
    _same_pairs(s, v)
    _positive("dthr", dthr)
    _positive("zthr", zthr)
    for name, value in (("tthr", tthr), ("tcoa", tcoa), ("lookahead", lookahead)):
        _period(name, value)
    out = _volume(s.shape[1])
    thresholds = (float(dthr), float(zthr), float(tthr), float(tcoa), float(lookahead))
    volumes.well_clears(s, v, *thresholds, out.violated, out.t_in, out.t_out)
    return out


def _volume(pairs: int) -> Volume:
    return Volume(np.empty(pairs, np.bool_), np.empty(pairs), np.empty(pairs))


def _numbers(name: str, value: ArrayLike) -> F64:
    """Return `value` as an array of numbers in one dimension."""
    try:
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is not an array of numbers.", remedy="Give one number for each aircraft.") from None
    if np.ndim(value) != 1:
        raise InputError(f"{name} has the shape {np.shape(value)}.", remedy="It must have one dimension, (N,).")
    return array


def _vectors(name: str, value: ArrayLike) -> F64:
    """Return `value` as finite numbers of shape (3, P)."""
    try:
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is not an array of numbers.", remedy="It must have the shape (3, P).") from None
    if array.ndim != 2 or array.shape[0] != 3:
        raise InputError(f"{name} has the shape {array.shape}.", remedy="It must be (3, P): east, north, up.")
    if not np.isfinite(array).all():
        axis, pair = (int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{name}[{axis}, {pair}] is {array[axis, pair]}.", remedy="It must be a finite number.")
    return array


def _same_length(arrays: dict[str, F64]) -> None:
    lengths: Sequence[int] = [len(array) for array in arrays.values()]
    if len(set(lengths)) > 1:
        said = ", ".join(f"{name} {length}" for name, length in zip(arrays, lengths, strict=True))
        raise InputError(f"The arrays differ in length: {said}.", remedy="Each must have one value for each aircraft.")


def _same_pairs(s: F64, v: F64) -> None:
    if s.shape != v.shape:
        raise InputError(f"s has {s.shape[1]} pairs and v has {v.shape[1]}.", remedy="They must have the same number.")


def _refuse(name: str, values: F64, wrong: Bool, remedy: str) -> None:
    if wrong.any():
        index = int(np.argmax(wrong))
        raise InputError(f"{name}[{index}] is {values[index]}.", remedy=remedy)


def _positive(name: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0.0):
        raise InputError(f"{name} is {value!r}.", remedy="It must be a number of metres above 0.")


def _period(name: str, value: float, most: float = np.inf) -> None:
    if not (np.isfinite(value) and 0.0 <= value <= most):
        upto = "" if most == np.inf else f" up to {most:g}"
        raise InputError(f"{name} is {value!r}.", remedy=f"It must be a number of seconds, 0 or more{upto}.")
