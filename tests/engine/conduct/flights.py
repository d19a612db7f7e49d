"""Flights for the tests of the rules: paths on a plane, meetings of them through the kernel, contexts, slow samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from hypothesis import strategies as st

from armslength.agreement.terms import Terms, default_terms
from armslength.domain.meeting import Meetings
from armslength.engine.conduct.context import Aircraft, Context
from armslength.engine.conduct.regimes import Regimes
from armslength.engine.conduct.series import Series, meetings_of
from armslength.kernel.geodesy import surfaces
from armslength.units import FPM, FT, KT, NM, NS

EPOCH_NS = 1_446_541_200 * NS
LAT, LON = 36.0, 38.0
M, N_COS = 6_359_000.0, 6_385_700.0 * math.cos(math.radians(LAT))
NORTH, SOUTH = Aircraft("a00001", "North", "fast_jet"), Aircraft("b00002", "South", "surveillance")


@dataclass
class Path:
    """What one aircraft flies: east, north [m] from a point at 36N 38E, level [m], one a second."""

    east: np.ndarray
    north: np.ndarray
    level: np.ndarray


def fly(
    seconds: int, east_nm: float = 0.0, north_nm: float = 0.0, level_ft: float = 30000.0, *, course: float = 0.0,
    knots: float = 300.0, turns: Sequence[tuple[float, float, float]] = (),
    climbs: Sequence[tuple[float, float, float]] = (), speeds: Sequence[tuple[float, float, float]] = (),
) -> Path:  # fmt: skip
    """Return a flight of seconds + 1 positions.

    Args:
        course: [deg]. turns: (from [s], until [s], rate [deg/s], right positive). climbs: (from, until, [fpm]).
        speeds: (from, until, change [kt/s]).
    """
    fine = 20
    step = 1.0 / fine
    e, n, z, head, v = east_nm * NM, north_nm * NM, level_ft * FT, math.radians(course), knots * KT
    rows = []
    for i in range(seconds * fine + 1):
        if i % fine == 0:
            rows.append((e, n, z))
        t = (i + 0.5) * step
        rate = sum(math.radians(r) for a, b, r in turns if a <= t < b)
        v += step * KT * sum(r for a, b, r in speeds if a <= t < b)
        e += step * v * math.sin(head + 0.5 * step * rate)
        n += step * v * math.cos(head + 0.5 * step * rate)
        z += step * FPM * sum(r for a, b, r in climbs if a <= t < b)
        head += step * rate
    return Path(*(np.array(column) for column in zip(*rows, strict=True)))


def xyz_of(path: Path) -> np.ndarray:
    return surfaces(math.radians(LAT) + path.north / M, math.radians(LON) + path.east / N_COS)


def meeting(*pairs: tuple[Path, Path], error_h=80.0, error_v=38.1, update=1.0, datum=0, holes=()) -> Meetings:
    """Return meetings of pairs of flights, beginning at the epoch.

    Args:
        error_h, error_v: two-sigma of one position [m]. update: time between plots [s]. datum: as in `Meetings`.
        holes: seconds (from, until) that nobody knows.
    """
    xyz, level, t, start = [], [], [], [0]
    for one, two in pairs:
        keep = np.ones(len(one.east), bool)
        for a, b in holes:
            keep[a:b] = False
        xyz.append(np.stack([xyz_of(one), xyz_of(two)])[:, :, keep])
        level.append(np.stack([one.level, two.level])[:, keep])
        t.append(np.flatnonzero(keep).astype(float))
        start.append(start[-1] + int(keep.sum()))
    n = start[-1]
    full = np.ones((2, n))
    levels = np.concatenate(level, axis=1)
    if datum == 3:
        levels = np.full((2, n), math.nan)
    k = len(pairs)
    return meetings_of(
        Series(
            EPOCH_NS, np.array(start, np.int64), np.arange(0, 2 * k, 2, dtype=np.int32),
            np.arange(1, 2 * k, 2, dtype=np.int32), np.concatenate(t), np.full(n, datum, np.uint8),
            np.ascontiguousarray(np.concatenate(xyz, axis=2)), levels, error_h * full, error_v * full, update * full,
        )
    )  # fmt: skip


def around(meetings: Meetings, terms: Terms | None = None, pair=(NORTH, SOUTH), windows=(), **told) -> Context:
    """Return a context in which every first aircraft is like pair[0] and every second like pair[1].

    `told`: warned, asked, said, reported.
    """

    def aircraft(index: int) -> Aircraft:
        like = pair[index % 2]
        return like if index < 2 else replace(like, address=f"{like.address[0]}{index:05x}")

    return Context(meetings, terms or default_terms(), aircraft, Regimes(tuple(windows)), **told)


def with_figures(rule: str, **figures: float) -> Terms:
    """Return the default terms with other figures of one rule."""
    terms = default_terms()
    agreed = terms.conduct[rule]
    return replace(terms, conduct={**terms.conduct, rule: replace(agreed, figures={**agreed.figures, **figures})})


def samples(meetings: Meetings, k: int) -> list[SimpleNamespace]:
    """Return the samples of one meeting for a slow reading: plain numbers, lists of two where there are two sides."""
    m, out = meetings, []
    for i in range(int(m.start[k]), int(m.start[k + 1])):
        out.append(
            SimpleNamespace(
                i=i, t=float(m.t[i]), east=float(m.east_m[i]), north=float(m.north_m[i]), datum=int(m.datum[i]),
                level=m.level_m[:, i].tolist(), v_east=m.v_east[:, i].tolist(), v_north=m.v_north[:, i].tolist(),
                climb=m.climb[:, i].tolist(), turn=m.turn[:, i].tolist(), lat=m.lat[:, i].tolist(),
                lon=m.lon[:, i].tolist(), error_h=float(m.error_h_m[i]), error_v=float(m.error_v_m[i]),
                error_speed=m.error_speed[:, i].tolist(), error_climb=m.error_climb[:, i].tolist(),
                error_turn=m.error_turn[:, i].tolist(), update=m.update_s[:, i].tolist(),
            )
        )  # fmt: skip
    return out


@st.composite
def paths(draw, seconds: int, spread_nm: float = 4.0) -> Path:
    """A flight that may turn, climb and change its speed, somewhere near the middle."""
    number = st.floats
    parts = draw(st.integers(0, 3))
    cuts = sorted(draw(number(0.0, float(seconds))) for _ in range(2 * parts))
    spans = [(cuts[2 * i], cuts[2 * i + 1]) for i in range(parts)]
    return fly(
        seconds, draw(number(-spread_nm, spread_nm)), draw(number(-spread_nm, spread_nm)),
        draw(st.sampled_from([28000.0, 29500.0, 30000.0, 30400.0, 31000.0, 33500.0])), course=draw(number(0.0, 359.0)),
        knots=draw(number(60.0, 600.0)), turns=[(a, b, draw(number(-4.0, 4.0))) for a, b in spans],
        climbs=[(a, b, draw(number(-4000.0, 4000.0))) for a, b in spans],
    )  # fmt: skip


@st.composite
def meetings_drawn(draw, seconds: int = 240, most: int = 2, spread_nm: float = 4.0) -> Meetings:
    """Meetings of any kind: errors from small to useless, holes, levels unknown or on different datums."""
    pairs = [
        (draw(paths(seconds, spread_nm)), draw(paths(seconds, spread_nm))) for _ in range(draw(st.integers(1, most)))
    ]
    holes = []
    if draw(st.booleans()):
        a = draw(st.integers(0, seconds - 2))
        holes.append((a, min(a + draw(st.integers(1, 90)), seconds)))
    return meeting(
        *pairs, error_h=draw(st.sampled_from([5.0, 80.0, 400.0, 3000.0])),
        datum=draw(st.sampled_from([0, 0, 0, 1, 2, 3])),
        error_v=draw(st.sampled_from([10.0, 38.1, 300.0])), update=draw(st.sampled_from([1.0, 1.0, 4.0, 12.0])),
        holes=holes,
    )  # fmt: skip
