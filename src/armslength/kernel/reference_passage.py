"""`passage` read plainly: a double loop over pairs and pieces, nothing in closed form, nothing compiled. For the tests.

Every piece is searched: the lowest value of a convex function by golden sections, its crossings by halving. Distances
are taken between points brought up to the ellipsoid, as an arc on a sphere, so that the tangent plane of `passage` is
checked too; the two differ by under 2e-6 of the distance. Units: s, m; positions ECEF [m]; NaN level: unknown.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

EQUATORIAL, POLAR = 6378137.0, 6356752.314245179
MEAN = (2.0 * EQUATORIAL + POLAR) / 3.0
NOMINAL, CERTAIN, GRAZING, UNKNOWN_LEVEL, EXEMPT, EXEMPT_UNKNOWN = range(6)
BAROMETRIC, GEOMETRIC, MIXED, NO_LEVEL = range(4)
IN_AREA, IN_EXEMPT = 1, 2
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
STEPS = 45

Function = Callable[[float], float]
Span = tuple[float, float]


@dataclass(frozen=True)
class Sample:
    """One plot of a track, and how the flight from it to the next one is known. As the arguments of `passage.stays`."""

    t: float
    xyz: tuple[float, float, float]
    baro: float
    geo: float
    linked: bool
    error_h: float
    error_v: float
    force: int = IN_AREA


@dataclass(frozen=True)
class Rules:
    """The minima, the near-miss distance and the difference of the datums [m]."""

    h: float
    v: float
    near: float
    mixed: float


@dataclass
class Stay:
    """One stay; fields as in `passage.FIELDS`."""

    kind: int
    first: int
    second: int
    t_in: float
    t_out: float
    ratio: float = math.inf
    t_ratio: float = math.nan
    d_h: float = math.nan
    d_v: float = math.nan
    error_h: float = math.nan
    error_v: float = math.nan
    datum: int = NO_LEVEL
    middle: tuple[float, float, float] = field(default=(math.nan, math.nan, math.nan))
    alt: float = math.nan
    slant: float = math.inf
    t_slant: float = math.nan


@dataclass(frozen=True)
class Piece:
    """A pair between two neighbouring moments at which either has a plot: from p to p_next, and from q to q_next."""

    p: Sample
    p_next: Sample
    q: Sample
    q_next: Sample
    since: float
    until: float

    def places(self, t: float) -> tuple[list[float], list[float]]:
        """Return where both are over ground at `t`: ECEF points on the ellipsoid."""
        return _over_ground(self.p, self.p_next, t), _over_ground(self.q, self.q_next, t)

    def horizontal(self, t: float) -> float:
        """Return the distance over ground [m]."""
        chord = math.dist(*self.places(t))
        return 2.0 * MEAN * math.asin(chord / (2.0 * MEAN))

    @property
    def datum(self) -> int:
        """On which datum the levels are compared."""
        four = (self.p, self.p_next, self.q, self.q_next)
        if all(not math.isnan(s.baro) for s in four):
            return BAROMETRIC
        if all(not math.isnan(s.geo) for s in four):
            return GEOMETRIC
        return NO_LEVEL if any(math.isnan(s.baro) and math.isnan(s.geo) for s in four) else MIXED

    def levels(self, t: float) -> tuple[float, float]:
        """Return both levels [m] on that datum; of MIXED whichever is known, barometric first."""

        def at(a: Sample, b: Sample) -> float:
            low, high = (
                s.geo if self.datum == GEOMETRIC or (self.datum == MIXED and math.isnan(s.baro)) else s.baro
                for s in (a, b)
            )
            return low + (high - low) * (t - a.t) / (b.t - a.t)

        return at(self.p, self.p_next), at(self.q, self.q_next)

    def vertical(self, t: float) -> float:
        """Return the difference of levels [m], not below 0."""
        one, two = self.levels(t)
        return abs(two - one)

    def slant(self, t: float) -> float:
        """Return the slant distance [m]."""
        return math.hypot(self.horizontal(t), self.vertical(t))

    def ratio(self, h: float, v: float) -> Function:
        """Return the ratio to minima `h`, `v` as a function of time; horizontal only where the level is unknown."""
        if self.datum == NO_LEVEL:
            return lambda t: self.horizontal(t) / h
        return lambda t: max(self.horizontal(t) / h, self.vertical(t) / v)

    def errors(self, rules: Rules) -> tuple[float, float]:
        """Return the two-sigma bounds of the distances [m]."""
        wide = rules.mixed if self.datum == MIXED else 0.0
        return math.hypot(self.p.error_h, self.q.error_h), math.hypot(self.p.error_v, self.q.error_v, wide)


def stays(tracks: Sequence[Sequence[Sample]], group: Sequence[int], rules: Rules, slabs: Sequence[Span]) -> list[Stay]:
    """Return every stay of every pair, cut at the edges of the slabs, as `passage.stays` does."""
    out: list[Stay] = []
    for (since, until), (k, m) in itertools.product(slabs, itertools.combinations(range(len(tracks)), 2)):
        if group[k] == group[m]:
            continue
        running: dict[int, Stay] = {}
        for piece in pieces(tracks[k], tracks[m], since, until):
            for kind, span in found(piece, rules):
                stay = running.get(kind)
                if stay is None or span[0] > stay.t_out + 1e-6:
                    stay = running[kind] = Stay(kind, k, m, *span)
                    out.append(stay)
                _measure(stay, piece, span, rules)
    return out


def pieces(one: Sequence[Sample], two: Sequence[Sample], since: float, until: float) -> Iterator[Piece]:
    """Yield the pieces within [since, until] over which both flights are known."""
    moments = sorted({since, until} | {s.t for track in (one, two) for s in track if since < s.t < until})
    for begin, end in itertools.pairwise(moments):
        p, q = _link(one, begin, end), _link(two, begin, end)
        if p is not None and q is not None:
            yield Piece(*p, *q, begin, end)


def found(piece: Piece, rules: Rules) -> Iterator[tuple[int, Span]]:
    """Yield the kinds of stay in `piece`, each from when to when."""
    error_h, error_v = piece.errors(rules)
    h, v, near = rules.h, rules.v, rules.near
    reach = max(h + error_h, near, h)
    moved = math.dist(*piece.places(piece.since)) + math.dist(*piece.places(piece.until)) - _relative(piece)
    if moved > 2.0 * reach + 1.0:
        return
    force = [s.force for s in (piece.p, piece.p_next, piece.q, piece.q_next)]
    minima_hold = any(f & IN_AREA for f in force) and not all(f & IN_EXEMPT for f in force)
    if piece.datum == NO_LEVEL:
        kind, reach = (UNKNOWN_LEVEL, h) if minima_hold else (EXEMPT_UNKNOWN, near)
        yield from _one(kind, _under(piece.horizontal, reach, piece))
        return
    if not minima_hold and piece.datum == MIXED:
        yield from _one(EXEMPT_UNKNOWN, _under(piece.ratio(near, near + error_v), 1.0, piece))
        return
    if not minima_hold:
        near_miss = _under(piece.slant, near, piece)
        yield from _one(EXEMPT, near_miss)
        if near_miss is None:
            yield from _one(GRAZING, _under(piece.ratio(near + error_h, near + error_v), 1.0, piece))
        return
    if piece.datum == MIXED:
        yield from _one(UNKNOWN_LEVEL, _under(piece.ratio(h, v + error_v), 1.0, piece))
        return
    spans = [_under(piece.ratio(h, v), 1.0, piece)]
    if near > h or near > v:
        spans.append(_under(piece.slant, near, piece))
    real = [span for span in spans if span is not None]
    if real:
        yield NOMINAL, (min(s[0] for s in real), max(s[1] for s in real))
        if error_h < h and error_v < v:
            yield from _one(CERTAIN, _under(piece.ratio(h - error_h, v - error_v), 1.0, piece))
    else:
        yield from _one(GRAZING, _under(piece.ratio(h + error_h, v + error_v), 1.0, piece))


def lowest(f: Function, low: float, high: float) -> float:
    """Return where the convex `f` is least in [low, high], by golden sections."""
    a, b = low, high
    c, d = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    at_c, at_d = f(c), f(d)
    for _ in range(STEPS):
        if at_c <= at_d:
            b, d, at_d = d, c, at_c
            c = b - GOLDEN * (b - a)
            at_c = f(c)
        else:
            a, c, at_c = c, d, at_d
            d = a + GOLDEN * (b - a)
            at_d = f(d)
    return min((low, high, 0.5 * (a + b)), key=f)


def _one(kind: int, span: Span | None) -> Iterator[tuple[int, Span]]:
    if span is not None:
        yield kind, span


def _under(f: Function, limit: float, piece: Piece) -> Span | None:
    """Return from when to when the convex `f` is under `limit` within the piece."""
    middle = lowest(f, piece.since, piece.until)
    if f(middle) >= limit:
        return None
    return _crossing(f, limit, middle, piece.since), _crossing(f, limit, middle, piece.until)


def _crossing(f: Function, limit: float, inside: float, end: float) -> float:
    """Return where `f` reaches `limit` between `inside` and `end`, or `end` where it does not."""
    if f(end) < limit:
        return end
    for _ in range(STEPS):
        middle = 0.5 * (inside + end)
        if f(middle) < limit:
            inside = middle
        else:
            end = middle
    return end


def _measure(stay: Stay, piece: Piece, span: Span, rules: Rules) -> None:
    """Prolong `stay` by `span` and take the distances in it."""
    stay.t_out = span[1]
    if stay.kind == CERTAIN:
        return
    ratio = piece.ratio(rules.h, rules.v)
    t = lowest(ratio, *span)
    if ratio(t) < stay.ratio:
        stay.ratio, stay.t_ratio, stay.d_h, stay.datum = ratio(t), t, piece.horizontal(t), piece.datum
        stay.d_v = piece.vertical(t) if piece.datum != NO_LEVEL else math.nan
        stay.error_h, stay.error_v = piece.errors(rules)
        one, two = piece.places(t)
        stay.middle = (0.5 * (one[0] + two[0]), 0.5 * (one[1] + two[1]), 0.5 * (one[2] + two[2]))
        stay.alt = sum(piece.levels(t)) / 2.0
    if piece.datum != NO_LEVEL:
        t = lowest(piece.slant, *span)
        if piece.slant(t) < stay.slant:
            stay.slant, stay.t_slant = piece.slant(t), t


def _link(track: Sequence[Sample], begin: float, end: float) -> tuple[Sample, Sample] | None:
    for a, b in itertools.pairwise(track):
        if a.t <= begin and end <= b.t:
            return (a, b) if a.linked else None
    return None


def _over_ground(a: Sample, b: Sample, t: float) -> list[float]:
    share = (t - a.t) / (b.t - a.t)
    x, y, z = (p + share * (q - p) for p, q in zip(a.xyz, b.xyz, strict=True))
    up = 1.0 / math.sqrt((x * x + y * y) / EQUATORIAL**2 + z * z / POLAR**2)
    return [x * up, y * up, z * up]


def _relative(piece: Piece) -> float:
    """Return how far the two move relative to each other over the piece [m]."""
    one, two = piece.places(piece.since)
    one_later, two_later = piece.places(piece.until)
    return math.dist([b - a for a, b in zip(one, two, strict=True)],
                     [b - a for a, b in zip(one_later, two_later, strict=True)])  # fmt: skip
