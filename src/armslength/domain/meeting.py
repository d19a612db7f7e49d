"""Meetings: all that pairs of aircraft of different parties flew near each other, as arrays of many pairs at once.

A meeting is one pair, with what it flew from a while before it came near to a while after, as long as it comes near
again within ten minutes (RULES 3.1: same encounter = gap under 10 min). Near is a vicinity wider than the minima
(`engine.conduct.registry.reach`). Samples stand on the whole seconds of UTC, and only where both flights are known and
the meeting lasts: where `t` jumps by more than 1 s, something is not known, or the pair was apart meanwhile.

Frame: at each sample the tangent plane of WGS-84 in the middle between the two; east, north [m]. Levels are on one
datum. Every bound is two-sigma. NaN is unknown. Of arrays of shape (2, N), row 0 is the first aircraft and
row 1 the second; first < second by address, and nothing else tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from armslength.domain.plot import F64, I32, I64, U8, Bool
from armslength.units import NS


@dataclass(frozen=True)
class Meetings:
    """K meetings with N samples. The samples of meeting k are start[k]:start[k + 1], in order of time.

    Attributes:
        epoch_ns: UTC ns at which t is 0; a whole second.
        start: shape (K + 1,). first, second: index of the aircraft in the roster, shape (K,).
        t: whole seconds after the epoch [s], shape (N,).
        near: inside the vicinity at that second, shape (N,); else it is the time before or after.
        lat, lon: WGS-84 [deg], shape (2, N). level_m: [m] on `datum`, shape (2, N).
        datum: 0 barometric, 1 geometric, 2 one of each (the bound covers it), 3 a level is unknown; shape (N,).
        east_m, north_m: second minus first, over the ground [m], shape (N,).
        v_east, v_north: ground velocity [m/s], shape (2, N). climb: vertical rate [m/s], shape (2, N).
        turn: rate of the course [rad/s], positive to the right, shape (2, N).
        error_h_m, error_v_m: bounds of the relative position, horizontal and vertical [m], shape (N,).
        error_speed: of either component of the ground velocity [m/s]. error_climb: [m/s]. error_turn: [rad/s];
            shape (2, N).
        update_s: time between the plots around this second [s], shape (2, N).
    """

    epoch_ns: int
    start: I64
    first: I32
    second: I32
    t: F64
    near: Bool
    lat: F64
    lon: F64
    level_m: F64
    datum: U8
    east_m: F64
    north_m: F64
    v_east: F64
    v_north: F64
    climb: F64
    turn: F64
    error_h_m: F64
    error_v_m: F64
    error_speed: F64
    error_climb: F64
    error_turn: F64
    update_s: F64

    def __len__(self) -> int:
        return len(self.first)

    def take(self, which: Bool) -> Meetings:
        """Return the meetings `which`, shape (K,), as a whole."""
        return self.part(which[self.of])

    def within(self, horizontal_m: float, vertical_m: float) -> Bool:
        """Return which meetings came as near as that, both at once, as measured; unknown levels may be; shape (K,)."""
        near = (self.d_h < horizontal_m) & ~(self.d_v >= vertical_m)
        out = np.zeros(len(self), np.bool_)
        out[self.of[near]] = True
        return out

    def part(self, kept: Bool) -> Meetings:
        """Return the samples `kept`, shape (N,), without the meetings of which none is."""
        if np.all(kept):
            return self
        samples = np.flatnonzero(kept)
        columns = {
            one.name: np.take(getattr(self, one.name), samples, axis=-1)
            for one in fields(self)
            if one.name not in {"epoch_ns", "start", "first", "second"}
        }
        count = np.bincount(self.of[samples], minlength=len(self))
        left = count > 0
        start = np.concatenate([[0], np.cumsum(count[left])]).astype(np.int64)
        return Meetings(self.epoch_ns, start, self.first[left], self.second[left], **columns)

    def ns(self, sample: int) -> int:
        """Return when a sample is, UTC [ns]."""
        return self.epoch_ns + round(float(self.t[sample])) * NS

    @cached_property
    def of(self) -> I64:
        """The meeting that each sample belongs to, shape (N,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @cached_property
    def goes_on(self) -> Bool:
        """Whether the next sample is of the same meeting and one second later, shape (N,)."""
        out = np.zeros(len(self.t), np.bool_)
        out[:-1] = (self.of[1:] == self.of[:-1]) & (np.diff(self.t) < 1.5)
        return out

    @cached_property
    def d_h(self) -> F64:
        """Horizontal distance [m], shape (N,); bound `error_h_m`."""
        return _hypot(self.east_m, self.north_m)

    @cached_property
    def up_m(self) -> F64:
        """Level of the second minus that of the first [m], shape (N,); bound `error_v_m`."""
        out: F64 = self.level_m[1] - self.level_m[0]
        return out

    @cached_property
    def d_v(self) -> F64:
        """Vertical distance [m], shape (N,); bound `error_v_m`."""
        return _abs(self.up_m)

    @cached_property
    def slant(self) -> F64:
        """Slant distance [m], shape (N,); bound `error_slant`."""
        return _hypot(self.d_h, self.d_v)

    @cached_property
    def error_slant(self) -> F64:
        """Bound of `slant` [m], shape (N,)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(self.slant > 0.0, self.d_h / self.slant, 1.0)
        return _hypot(share * self.error_h_m, np.sqrt(1.0 - np.minimum(share * share, 1.0)) * self.error_v_m)

    @cached_property
    def dv_east(self) -> F64:
        """Velocity of the second minus that of the first, east [m/s], shape (N,); bound `error_relative`."""
        out: F64 = self.v_east[1] - self.v_east[0]
        return out

    @cached_property
    def dv_north(self) -> F64:
        """As `dv_east`, north."""
        out: F64 = self.v_north[1] - self.v_north[0]
        return out

    @cached_property
    def error_relative(self) -> F64:
        """Bound of the relative velocity, horizontal [m/s], shape (N,)."""
        return _hypot(self.error_speed[0], self.error_speed[1])

    @cached_property
    def relative_speed(self) -> F64:
        """Horizontal speed of one as seen from the other [m/s], shape (N,); bound `error_relative`."""
        return _hypot(self.dv_east, self.dv_north)

    @cached_property
    def closure(self) -> F64:
        """How fast the horizontal distance falls, -(r.v)/|r| [m/s], shape (N,); bound `error_relative`."""
        with np.errstate(invalid="ignore", divide="ignore"):
            out: F64 = -(self.east_m * self.dv_east + self.north_m * self.dv_north) / self.d_h
        return out

    @cached_property
    def t_cpa(self) -> F64:
        """How long until the least horizontal distance if both fly straight on [s], 0 where they part, shape (N,)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            later = -(self.east_m * self.dv_east + self.north_m * self.dv_north) / self.relative_speed**2
        return np.where(np.isfinite(later) | np.isnan(self.dv_east), np.maximum(later, 0.0), 0.0)

    @cached_property
    def d_cpa(self) -> F64:
        """Horizontal distance at `t_cpa` if both fly straight on [m], shape (N,); bound `error_d_cpa`."""
        east, north = self.east_m + self.t_cpa * self.dv_east, self.north_m + self.t_cpa * self.dv_north
        return _hypot(east, north)

    @cached_property
    def error_d_cpa(self) -> F64:
        """Bound of `d_cpa` [m], shape (N,): of the position now, and of the velocity over `t_cpa`."""
        return _hypot(self.error_h_m, self.t_cpa * self.error_relative)

    @cached_property
    def v_cpa(self) -> F64:
        """Vertical distance at `t_cpa` if both keep their vertical rate [m], shape (N,); bound `error_v_cpa`."""
        return _abs(self.up_m + self.t_cpa * (self.climb[1] - self.climb[0]))

    @cached_property
    def error_v_cpa(self) -> F64:
        """Bound of `v_cpa` [m], shape (N,)."""
        return _hypot(self.error_v_m, self.t_cpa * np.hypot(self.error_climb[0], self.error_climb[1]))

    @cached_property
    def speed(self) -> F64:
        """Ground speed [m/s], shape (2, N); bound `error_speed`."""
        return _hypot(self.v_east, self.v_north)

    @cached_property
    def course(self) -> F64:
        """Course over the ground [rad from true north, (-pi, pi]], shape (2, N); bound `error_course`."""
        return np.arctan2(self.v_east, self.v_north)

    @cached_property
    def error_course(self) -> F64:
        """Bound of `course` [rad], at most pi, shape (2, N)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            sine = self.error_speed / self.speed
        return np.where(sine < 1.0, np.arcsin(np.minimum(sine, 1.0)), np.pi)

    @cached_property
    def course_difference(self) -> F64:
        """Angle between the two courses [rad, 0 to pi], shape (N,); bound `error_course_difference`."""
        return _abs(wrapped(self.course[1] - self.course[0]))

    @cached_property
    def error_course_difference(self) -> F64:
        """Bound of `course_difference` [rad], shape (N,)."""
        return _hypot(self.error_course[0], self.error_course[1])

    @cached_property
    def bearing(self) -> F64:
        """Where the other one is, from the nose of each [rad, (-pi, pi], right positive], shape (2, N).

        The nose is the course over the ground: no wind is known. Bound `error_bearing`.
        """
        sight = np.arctan2(self.east_m, self.north_m)
        return np.stack([wrapped(sight - self.course[0]), wrapped(sight + np.pi - self.course[1])])

    @cached_property
    def error_bearing(self) -> F64:
        """Bound of `bearing` [rad], at most pi, shape (2, N): of the line of sight, and of the course."""
        return np.minimum(np.hypot(self.error_course, self.error_sight), np.pi)

    @cached_property
    def error_sight(self) -> F64:
        """Bound of the direction from one to the other [rad], at most pi, shape (N,)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            sine = self.error_h_m / self.d_h
        return np.where(sine < 1.0, np.arcsin(np.minimum(sine, 1.0)), np.pi)

    @cached_property
    def off_tail(self) -> F64:
        """How far the other one is from the tail of each [rad, 0 to pi], shape (2, N); bound `error_bearing`."""
        return np.pi - np.abs(self.bearing)


def _abs(a: F64) -> F64:
    out: F64 = np.abs(a)
    return out


def _hypot(a: F64, b: F64) -> F64:
    out: F64 = np.hypot(a, b)
    return out


def wrapped(angle: F64) -> F64:
    """Return `angle` [rad] in (-pi, pi]."""
    out: F64 = np.pi - np.mod(np.pi - angle, 2.0 * np.pi)
    return out
