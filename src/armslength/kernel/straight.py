"""Every pair that comes inside the minima in straight flight: broad phase, exact test, arrays in order.

The look-ahead is cut into slabs of time; the search of each slab (`slab`) gives candidates, which are put in order of
their indices and tested exactly (`stay`). Slabs, and then stretches of candidates, are shared among plain threads: the
compiled code runs without the interpreter lock. The exact test knows nothing of slabs, so that neither their number nor
that of the threads changes a bit of the answer.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from armslength.kernel.batch import BATCH, ROWS, WORKED, answer, lay, solve
from armslength.kernel.crew import Crew
from armslength.kernel.grid import Grid
from armslength.kernel.jit import jit
from armslength.kernel.motion import VS, WIDTH, fill_motions
from armslength.kernel.order import sort_stretch
from armslength.kernel.plan import Plan, plan_of, speed_of
from armslength.kernel.slab import Slab, grid_at, search, search_rare
from armslength.kernel.stay import chord2

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
FEW = 32
"""Up to so many aircraft every pair is a candidate."""
MANY = 2000
"""From so many aircraft on the search is shared among threads."""
PARTS = 4
"""Into so many pieces for each thread work is cut."""
ENOUGH = 10_000
"""From so many aircraft, or candidates, on everything else is, too."""


class Answer(NamedTuple):
    """Pairs in order of (first, second), shape (P,): see `armslength.engine.straight.Pairs`. `times` is (5, P)."""

    first: I32
    second: I32
    times: F64
    inside: Bool


@jit
def split_common(m: F64, speed: float, climb: float) -> tuple[I32, I32]:
    """Return who is neither faster than `speed` nor climbs faster than `climb` [m/s], and who is."""
    common, rare, c, r = np.empty(len(m), np.int32), np.empty(len(m), np.int32), 0, 0
    for i in range(len(m)):
        if speed_of(m, i) > speed or abs(m[i, VS]) > climb:
            rare[r] = i
            r += 1
        else:
            common[c] = i
            c += 1
    return common[:c].copy(), rare[:r].copy()


@jit
def every_pair(n: int) -> I32:
    """Return all pairs of `n` aircraft, shape (n (n - 1) / 2, 2)."""
    out, k = np.empty((n * (n - 1) // 2, 2), np.int32), 0
    for i in range(n):
        for j in range(i + 1, n):
            out[k, 0], out[k, 1] = i, j
            k += 1
    return out


@jit
def count_firsts(pairs: I32, begin: I64) -> None:
    """Add to begin[i + 1] how many of `pairs` have the first index i."""
    for k in range(len(pairs)):
        begin[pairs[k, 0] + 1] += 1


@jit
def sum_up(begin: I64) -> None:
    """Turn counts into beginnings, in place."""
    for i in range(1, len(begin)):
        begin[i] += begin[i - 1]


@jit
def put_seconds(pairs: I32, free: I64, seconds: I32) -> None:
    """Put the second index of each of `pairs` at the next free place of its first."""
    for k in range(len(pairs)):
        i = pairs[k, 0]
        seconds[free[i]] = pairs[k, 1]
        free[i] += 1


@jit
def write(
    m: F64, i_of: I32, j_of: I32, n: int, c: F64, r: F64, terms: tuple[float, float, float], out: Answer, at: int
) -> int:
    """Answer the `n` pairs of a batch; write those that hold to `out` from place `at` on. Returns the next place."""
    c2, vertical, lookahead = terms
    fetched = 0.0
    for k in range(n):  # ask for the rows all at once: memory answers many requests in the time of one
        fetched += m[j_of[k], 0] + m[j_of[k], WIDTH - 4]
    c[-1] = fetched
    for k in range(n):
        lay(m, i_of[k], j_of[k], c, k)
    solve(c, r, lookahead, c2)
    for k in range(n):
        i, j = i_of[k], j_of[k]
        found, inside, t_in, t_out, t_cpa, hmd, vmd = answer(m, r, k, i, j, c2, vertical, lookahead)
        if found:
            out.first[at], out.second[at], out.inside[at] = i, j, inside
            out.times[0, at], out.times[1, at], out.times[2, at] = t_in, t_out, t_cpa
            out.times[3, at], out.times[4, at] = hmd, vmd
            at += 1
    return at


@jit
def settle(
    m: F64, begin: I64, seconds: I32, rows: tuple[int, int], terms: tuple[float, float, float], out: Answer
) -> int:
    """Test the candidates of the firsts rows[0] to rows[1] - 1 and write those that hold to `out`, each once.

    They are written from place begin[rows[0]] on. Returns how many. `terms`: `chord2` of the horizontal minimum, the
    vertical minimum, the look-ahead.
    """
    i_of, j_of, n = np.empty(BATCH, np.int32), np.empty(BATCH, np.int32), 0
    c, r = np.zeros(ROWS * BATCH), np.zeros(WORKED * BATCH)
    at = begin[rows[0]]
    for i in range(rows[0], rows[1]):
        sort_stretch(seconds, begin[i], begin[i + 1])
        before = -1
        for k in range(begin[i], begin[i + 1]):
            if seconds[k] == before:
                continue
            before = seconds[k]
            i_of[n], j_of[n] = i, before
            n += 1
            if n == BATCH:
                at = write(m, i_of, j_of, n, c, r, terms, out, at)
                n = 0
    at = write(m, i_of, j_of, n, c, r, terms, out, at)
    return int(at - begin[rows[0]])


def candidates(m: F64, plan: Plan, minima: tuple[float, float, float], crew: Crew) -> list[I32]:
    """Return the candidates of every slab, shapes (C, 2). `minima`: horizontal, vertical [m], lookahead [s].

    The crew shares the slabs, or stretches of them where there are few slabs.
    """
    common, rare = split_common(m, plan.speed, plan.climb)
    (horizontal, vertical, lookahead), layering = minima, (plan.low, plan.thickness, plan.layers)
    half = 0.5 * lookahead / plan.slabs
    slabs = [
        Slab((2 * k + 1) * half, half, k == 0, horizontal, vertical, plan.speed, plan.climb, plan.centre, plan.level)
        for k in range(plan.slabs)
    ]
    few = plan.slabs <= 2 * crew.threads
    parts = PARTS * crew.threads if few and crew.threads > 1 else 1
    cut = [len(common) * part // parts for part in range(parts + 1)]

    def grid_of(k: int) -> Grid:
        return grid_at(m, common, slabs[k], layering)

    grids = crew.do(grid_of, plan.slabs) if few else []

    def look(piece: int) -> list[I32]:
        k, part = divmod(piece, parts)
        grid = grids[k] if few else grid_of(k)
        found = [search(grid, (cut[part], cut[part + 1]), slabs[k])]
        if part == 0 and len(rare):
            found.append(search_rare(m, grid, rare, slabs[k]))
        return [pairs[:size] for pairs, size in found]

    return [chunk for chunks in crew.do(look, plan.slabs * parts) for chunk in chunks]


def in_order(n: int, chunks: list[I32]) -> tuple[I64, I32]:
    """Return the candidates grouped by first: where each group begins, shape (n + 1,), and the seconds.

    Empties `chunks` on the way.
    """
    begin = np.zeros(n + 1, np.int64)
    for chunk in chunks:
        count_firsts(chunk, begin)
    sum_up(begin)
    free, seconds = begin.copy(), np.empty(int(begin[-1]), np.int32)
    while chunks:
        put_seconds(chunks.pop(), free, seconds)
    return begin, seconds


def exactly(m: F64, begin: I64, seconds: I32, minima: tuple[float, float, float], crew: Crew) -> Answer:
    """Return the answer for the candidates, tested in stretches of about equal length."""
    total = int(begin[-1])
    out = Answer(np.empty(total, np.int32), np.empty(total, np.int32), np.empty((5, total)), np.empty(total, np.bool_))
    terms = (chord2(minima[0]), minima[1], minima[2])
    pieces = 1 if crew.threads == 1 or total < ENOUGH else PARTS * crew.threads
    cut = np.searchsorted(begin, np.linspace(0, total, pieces + 1).astype(np.int64))
    cut[0], cut[-1] = 0, len(begin) - 1

    def of_stretch(k: int) -> int:
        rows = (int(cut[k]), int(cut[k + 1]))
        return settle(m, begin, seconds, rows, terms, out) if rows[0] < rows[1] else 0

    counts = crew.do(of_stretch, pieces)
    starts = [int(begin[row]) for row in cut[:-1]]
    columns = (out.first, out.second, out.inside, *out.times)

    def close_gaps(which: int) -> None:
        end = 0
        for start, count in zip(starts, counts, strict=True):
            if start > end:
                columns[which][end : end + count] = columns[which][start : start + count]
            end += count

    if pieces > 1:
        crew.do(close_gaps, len(columns))
    end = sum(counts)
    return Answer(out.first[:end], out.second[:end], out.times[:, :end], out.inside[:end])


def motions(columns: tuple[F64, ...], crew: Crew) -> F64:
    """Return the motions of the aircraft, shape (N, WIDTH), from lat, lon, alt, track, gs, vs."""
    n = len(columns[0])
    m = np.empty((n, WIDTH))
    pieces = crew.threads if n >= ENOUGH else 1
    cut = [n * k // pieces for k in range(pieces + 1)]

    def fill(k: int) -> None:
        lat, lon, alt, track, gs, vs = (column[cut[k] : cut[k + 1]] for column in columns)
        fill_motions(lat, lon, alt, track, gs, vs, m[cut[k] : cut[k + 1]])

    crew.do(fill, pieces)
    return m


def straight(
    lat: F64, lon: F64, alt: F64, track: F64, gs: F64, vs: F64, *, horizontal: float, vertical: float, lookahead: float,
    threads: int | None = None, slabs: int | None = None,
) -> tuple[Answer, Bool]:  # fmt: skip
    """Return every pair inside the cylinder within the look-ahead, and per pair whether a level was unknown.

    Args: as `armslength.detect`; already validated.
        threads: how many share the work; one per core, or one alone for few aircraft, where not given.
        slabs: into how many the look-ahead is cut, as the plan has it where not given; 0 tests every pair.
    """
    n, minima = len(lat), (horizontal, vertical, lookahead)
    if threads is None:
        threads = int(numba.config.NUMBA_DEFAULT_NUM_THREADS) if n >= MANY else 1
    with Crew(threads) as crew:
        m = motions((lat, lon, alt, track, gs, vs), crew)
        if n < 2 or slabs == 0 or (slabs is None and n <= FEW):
            chunks = [every_pair(n)]
        else:
            plan = plan_of(m, *minima)
            plan = plan if slabs is None else plan._replace(slabs=slabs)
            chunks = candidates(m, plan, minima, crew)
        begin, seconds = in_order(n, chunks)
        answer = exactly(m, begin, seconds, minima, crew)
    return answer, np.isnan(answer.times[4])
