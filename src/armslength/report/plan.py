"""The plan view of one encounter: both flights from above, north up, on a scale of its own."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isfinite

import numpy as np

from armslength.domain.encounter import NEAR_MISS, Encounter, Evidence
from armslength.domain.plot import F64
from armslength.report.drawing import Labels, around, line, n, path, round_below, sheet_of, steps, text
from armslength.report.flights import Path, Place, path_of, span_of
from armslength.report.model import Report
from armslength.report.projection import Projection
from armslength.report.words import distance, minimum, who
from armslength.units import FT, NM

SIDE = 400.0
_TICKS_S = (5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)


def plan(one: Encounter, seen: Evidence, report: Report, *, plots: bool = True) -> str:
    """Return the plan view as inline SVG; `plots`: what was flown is told by plots, which are shown as dots."""
    lat, lon = (
        (one.lat, one.lon) if isfinite(one.lat + one.lon) else (float(seen.first.lat[0]), float(seen.first.lon[0]))
    )
    projection = Projection(lat, lon)
    whole = [path_of(flown, projection, one.t_closest) for flown in (seen.first, seen.second)]
    span = span_of(one, whole, report.horizontal_m)
    shown = [flight.between(*span) for flight in whole]
    closest = [flight.at(0.0) for flight in whole]
    middle, half = _frame(shown, closest, report.horizontal_m)
    sheet = _Sheet(middle, half, SIDE, SIDE)
    labels = Labels(SIDE, SIDE)
    labels.block(0, SIDE - 26, 130, SIDE)
    labels.block(SIDE - 28, 0, SIDE, 34)
    inset = _inset(one, shown, closest, sheet, report, labels)
    parts = [
        _ring(sheet, closest[0], report.horizontal_m, labels),
        *(_flight(sheet, flight, kind, plots) for flight, kind in zip(shown, ("first", "second"), strict=True)),
        _closest(sheet, one, closest, labels),
        *(_arrow(sheet, flight, kind) for flight, kind in zip(shown, ("first", "second"), strict=True)),
        *(_names(sheet, flight, kind, said, labels)
          for flight, kind, said in zip(shown, ("first", "second"), who(one), strict=True)),
        _ticks(sheet, shown, span, labels),
        inset,
        _scale(sheet, 14, SIDE - 12, 120),
        f'<path d="M{n(SIDE - 15)} 8l4.5 12-4.5-3-4.5 3z" class="north"/>',
        text(SIDE - 15, 31, "N", "faint", "middle"),
    ]  # fmt: skip
    about = f"Plan view: {' and '.join(who(one))}, {distance(one.d_h_m)} apart horizontally at the closest point."
    return sheet_of(SIDE, SIDE, "plan", about, "".join(parts))


@dataclass(frozen=True)
class _Sheet:
    """Where metres lie on the paper: `middle` (x, y) in its middle, `half` metres from there to the nearer edge."""

    middle: tuple[float, float]
    half: float
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0

    @property
    def scale(self) -> float:
        return min(self.width, self.height) / 2 / self.half

    def x(self, metres: F64 | float) -> F64:
        return np.asarray(self.left + self.width / 2 + (np.asarray(metres) - self.middle[0]) * self.scale)

    def y(self, metres: F64 | float) -> F64:
        return np.asarray(self.top + self.height / 2 - (np.asarray(metres) - self.middle[1]) * self.scale)


def _frame(shown: list[Path], closest: list[Place], horizontal_m: float) -> tuple[tuple[float, float], float]:
    """Return middle and half side [m] of the square that holds both flights, and the ring unless it is much larger."""
    xs = np.concatenate([flight.x for flight in shown] or [np.zeros(1)])
    ys = np.concatenate([flight.y for flight in shown])
    if not len(xs):
        xs = ys = np.zeros(1)
    low, high = [float(xs.min()), float(ys.min())], [float(xs.max()), float(ys.max())]
    reach = max(high[0] - low[0], high[1] - low[1]) / 2
    if closest[0] is not None and horizontal_m < 1.6 * reach:
        low = [min(low[i], closest[0][i] - horizontal_m) for i in (0, 1)]
        high = [max(high[i], closest[0][i] + horizontal_m) for i in (0, 1)]
    half = max(high[0] - low[0], high[1] - low[1], 200.0) / 2
    return ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2), half * 1.12


def _flight(sheet: _Sheet, flight: Path, kind: str, plots: bool = True) -> str:
    """Return one flight: full where it is known, faint and dotted over gaps, a dot for every plot."""
    x, y = sheet.x(flight.x), sheet.y(flight.y)
    torn = np.flatnonzero(flight.linked[:-1] == 0) if len(x) else np.empty(0, int)
    gaps = "".join(line(float(x[i]), float(y[i]), float(x[i + 1]), float(y[i + 1]), f"gap {kind}") for i in torn)
    dots = ""
    if plots and len(x) <= 150:
        dots = "".join(
            f'<circle cx="{n(a)}" cy="{n(b)}" r="1.7" class="plot {kind}"/>' for a, b in zip(x, y, strict=True)
        )
    return gaps + path(np.insert(x, torn + 1, np.nan), np.insert(y, torn + 1, np.nan), f"flight {kind}") + dots


def _arrow(sheet: _Sheet, flight: Path, kind: str) -> str:
    """Return the arrowhead at the end of a flight."""
    if len(flight.x) < 2:
        return ""
    x, y = sheet.x(flight.x), sheet.y(flight.y)
    far = np.flatnonzero(np.hypot(x - x[-1], y - y[-1]) > 3)
    if not len(far):
        return ""
    dx, dy = x[-1] - x[far[-1]], y[-1] - y[far[-1]]
    length = hypot(dx, dy)
    ux, uy = dx / length, dy / length
    tip = (x[-1] + 4 * ux, y[-1] + 4 * uy)
    corners = [
        tip,
        (tip[0] - 11 * ux - 5 * uy, tip[1] - 11 * uy + 5 * ux),
        (tip[0] - 11 * ux + 5 * uy, tip[1] - 11 * uy - 5 * ux),
    ]
    return path([c[0] for c in corners], [c[1] for c in corners], f"arrow {kind}", closed=True)


def _names(sheet: _Sheet, flight: Path, kind: str, said: str, labels: Labels) -> str:
    """Return the name of an aircraft near the end of its flight, else near its beginning."""
    if not len(flight.x):
        return ""
    x, y = sheet.x(flight.x), sheet.y(flight.y)
    spots = [spot for i in (-1, 0, len(x) // 2) for spot in around(float(x[i]), float(y[i]), 11)]
    return labels.place(said, f"name {kind}", spots)


def _closest(sheet: _Sheet, one: Encounter, closest: list[Place], labels: Labels | None) -> str:
    """Return both positions at the closest point, joined, with the distance."""
    first, second = closest
    if first is None or second is None:
        return ""
    (x1, y1), (x2, y2) = ((float(sheet.x(p[0])), float(sheet.y(p[1]))) for p in (first, second))
    label = ""
    if labels is not None:
        label = labels.place(distance(one.d_h_m), "strong", around((x1 + x2) / 2, (y1 + y2) / 2, 9))
        labels.block(min(x1, x2) - 6, min(y1, y2) - 6, max(x1, x2) + 6, max(y1, y2) + 6)
    return (
        line(x1, y1, x2, y2, "between")
        + f'<circle cx="{n(x1)}" cy="{n(y1)}" r="4.5" class="spot first"/>'
        + f'<rect x="{n(x2 - 4)}" y="{n(y2 - 4)}" width="8" height="8" class="spot second"/>'
        + label
    )


def _ring(sheet: _Sheet, centre: Place, radius: float, labels: Labels) -> str:
    """Return the horizontal minimum around the first aircraft at the closest point."""
    if centre is None or radius * sheet.scale > 4 * sheet.width:
        return ""
    x, y, r = float(sheet.x(centre[0])), float(sheet.y(centre[1])), radius * sheet.scale
    spots = [
        (x + r * np.sin(a), y - r * np.cos(a) - 4, "middle") for a in np.radians([0, 180, 30, -30, 150, -150, 60, -60])
    ]
    said = labels.place(minimum(radius), "faint", spots)
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" class="minimum"/>{said}'


def _ticks(sheet: _Sheet, shown: list[Path], span: tuple[float, float], labels: Labels) -> str:
    """Return marks across both flights at the same moments, told in seconds from the closest point."""
    parts = []
    for moment in steps(span[0], span[1], 7, _TICKS_S):
        if moment == 0:
            continue
        said = (
            f"{'+' if moment > 0 else '−'}{abs(moment):.0f} s"
            if abs(moment) < 120
            else f"{moment / 60:+g} min".replace("-", "−")
        )
        for flight, kind in zip(shown, ("first", "second"), strict=True):
            place, near = flight.at(moment), flight.at(moment + (1 if moment < 0 else -1))
            if place is None or near is None:
                continue
            x, y = float(sheet.x(place[0])), float(sheet.y(place[1]))
            dx, dy = float(sheet.x(near[0])) - x, float(sheet.y(near[1])) - y
            length = hypot(dx, dy) or 1.0
            ux, uy = -dy / length, dx / length
            parts.append(line(x - 5 * ux, y - 5 * uy, x + 5 * ux, y + 5 * uy, f"tick {kind}"))
            sides = [
                (x + 13 * ux, y + 13 * uy + 4, "middle" if abs(ux) < 0.5 else "start" if ux > 0 else "end"),
                (x - 13 * ux, y - 13 * uy + 4, "middle" if abs(ux) < 0.5 else "end" if ux > 0 else "start"),
            ]
            parts.append(labels.place(said, f"small {kind}", sides))
    return "".join(parts)


def _scale(sheet: _Sheet, x: float, y: float, longest: float) -> str:
    """Return a scale bar of a round length: NM, or feet where a tenth of a mile is too long."""
    room = longest / sheet.scale
    unit, name = (NM, "NM") if room >= 0.1 * NM else (FT, "ft")
    length = round_below(room / unit)
    end = x + length * unit * sheet.scale
    return path([x, x, end, end], [y - 5, y, y, y - 5], "scale") + text(
        (x + end) / 2, y - 5, f"{length:g} {name}", "small", "middle"
    )


def _inset(one: Encounter, shown: list[Path], closest: list[Place], sheet: _Sheet, report: Report,
           labels: Labels) -> str:  # fmt: skip
    """Return a magnified view of the closest point, where the drawing shows the two as one dot; else nothing."""
    first, second = closest
    if first is None or second is None:
        return ""
    apart = hypot(first[0] - second[0], first[1] - second[1])
    if apart * sheet.scale > 16:
        return ""
    side, x, y = 124.0, *_freest_corner(sheet, shown)
    labels.block(x - 4, y - 4, x + side + 4, y + side + 4)
    half = max(apart * 1.5, report.near_miss_m * 1.25 if one.level == NEAR_MISS else 0.0, 60.0)
    middle = ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    lens = _Sheet(middle, half, side, side, x, y)
    ring = ""
    if one.level == NEAR_MISS:
        cx, cy = float(lens.x(first[0])), float(lens.y(first[1]))
        r = report.near_miss_m * lens.scale  # NaN where no near miss is drawn
        ring = f'<circle cx="{n(cx)}" cy="{n(cy)}" r="{n(r)}" class="nearmiss"/>' if r > 0.0 else ""
    clip = f"lens{one.encounter}"
    return (
        f'<clipPath id="{clip}"><rect x="{n(x)}" y="{n(y)}" width="{n(side)}" height="{n(side)}"/></clipPath>'
        f'<rect x="{n(x)}" y="{n(y)}" width="{n(side)}" height="{n(side)}" class="lens"/><g clip-path="url(#{clip})">'
        + ring
        + "".join(_flight(lens, flight, kind) for flight, kind in zip(shown, ("first", "second"), strict=True))
        + _closest(lens, one, closest, None)
        + _scale(lens, x + 8, y + side - 7, 60)
        + f'</g><rect x="{n(x)}" y="{n(y)}" width="{n(side)}" height="{n(side)}" class="frame"/>'
        + text(x + 7, y + 16, distance(one.d_h_m), "strong")
        + text(x + side - 6, y + 15, f"×{lens.scale / sheet.scale:.0f}", "small", "end")
    )


def _freest_corner(sheet: _Sheet, shown: list[Path]) -> tuple[float, float]:
    """Return the corner of the drawing for the inset: the one that the flights use least."""
    side, edge = 124.0, 10.0
    far = sheet.width - side - edge
    corners = [(edge, edge), (far, far), (edge, far - 30), (far - 24, edge)]
    even = [np.linspace(0, max(0, len(flight.x) - 1), 400) for flight in shown if len(flight.x)]
    held = [flight for flight in shown if len(flight.x)]
    along = list(zip(even, held, strict=True))
    x = np.concatenate([np.interp(at, np.arange(len(one.x)), sheet.x(one.x)) for at, one in along])
    y = np.concatenate([np.interp(at, np.arange(len(one.y)), sheet.y(one.y)) for at, one in along])

    def used(corner: tuple[float, float]) -> int:
        inside = (x > corner[0] - 12) & (x < corner[0] + side + 12) & (y > corner[1] - 12) & (y < corner[1] + side + 12)
        return int(inside.sum())

    return min(corners, key=used)
