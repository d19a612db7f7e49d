"""Range and level against time: how far apart the two were, with the minima, the bounds and the stay inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from armslength.domain.encounter import NEAR_MISS, Encounter, Evidence
from armslength.domain.plot import F64
from armslength.report.drawing import Labels, band, line, n, path, sheet_of, steps, text
from armslength.report.model import Report
from armslength.report.words import clock, distance, feet, minimum, who
from armslength.units import FT, NM, NS

WIDTH, HEIGHT = 470.0, 400.0
LEFT, RIGHT = 52.0, 12.0
_TIMES_S = (5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0)
MOST_POINTS = 500

Across = Callable[[F64 | float], F64]
"""Where a moment [s from the closest point] lies on the paper."""


@dataclass(frozen=True)
class _Panel:
    """One of the two curves: values [unit], the bound around them, the minimum, and where it stands."""

    top: float
    bottom: float
    values: F64
    bound: F64
    minimum: float
    unit: float
    name: str
    kind: str

    @property
    def ceiling(self) -> float:
        known = self.values[np.isfinite(self.values)]
        most = float(known.max()) if len(known) else 0.0
        return min(max(1.35 * self.minimum, 1.06 * most), 2.4 * self.minimum)

    def y(self, value: F64 | float) -> F64:
        return np.asarray(self.bottom - (self.bottom - self.top) * np.asarray(value) / self.ceiling)


def profile(one: Encounter, seen: Evidence, report: Report) -> str:
    """Return the two curves over their common time as inline SVG."""
    keep = _kept(seen, one.t_closest)
    t = (seen.time_ns[keep] - one.t_closest) / NS
    if not len(t):
        t = np.array([-60.0, 60.0])
        nothing = np.full(2, np.nan)
        values = [nothing, nothing, nothing, nothing]
    else:
        values = [np.asarray(v, float)[keep] for v in (seen.d_h_m, seen.d_v_m, seen.error_h_m, seen.error_v_m)]
    start, end = float(t[0]), max(float(t[-1]), float(t[0]) + 1.0)

    def x(moment: F64 | float) -> F64:
        return np.asarray(LEFT + (WIDTH - LEFT - RIGHT) * (np.asarray(moment) - start) / (end - start))

    panels = [
        _Panel(24, 196, values[0], values[2], report.horizontal_m, NM, "Horizontal distance", "across"),
        _Panel(226, 362, np.abs(values[1]), values[3], report.vertical_m, FT, "Vertical distance", "up"),
    ]
    stay = [float(np.clip((moment - one.t_closest) / NS, start, end)) for moment in (one.opened, one.closed)]
    parts = [_stay(x, stay, panel) for panel in panels]
    parts += [_time_axis(x, start, end, one)]
    for panel, worst in zip(panels, (one.d_h_m, one.d_v_m), strict=True):
        parts.append(_curve(x, t, panel, one, report, worst))
    near = [float(x(0.0)), panels[0].top, panels[1].bottom]
    parts.insert(2, line(near[0], near[1], near[0], near[2], "moment"))
    about = (
        f"Distances of {' and '.join(who(one))} over time: {distance(one.d_h_m)} and {feet(one.d_v_m)} "
        f"at {clock(one.t_closest)} UTC, minima {minimum(report.horizontal_m)} and {minimum(report.vertical_m)}."
    )
    return sheet_of(WIDTH, HEIGHT, "profile", about, "".join(parts))


def _kept(seen: Evidence, closest_ns: int) -> NDArray[np.intp]:
    """Return which moments are drawn: all, or evenly fewer, but every one around the closest point and both ends."""
    count = len(seen.time_ns)
    if count <= MOST_POINTS:
        return np.arange(count, dtype=np.intp)
    even = np.linspace(0, count - 1, MOST_POINTS - 60).astype(int)
    near = int(np.searchsorted(seen.time_ns, closest_ns))
    # A moment without a distance is a gap, however short: thinning must not close it.
    gaps = np.flatnonzero(np.diff(np.isfinite(seen.d_h_m).astype(int)) != 0)
    wanted = np.concatenate([even, np.arange(near - 30, near + 31), gaps, gaps + 1])
    return np.unique(np.clip(wanted, 0, count - 1)).astype(np.intp)


def _stay(x: Across, stay: list[float], panel: _Panel) -> str:
    left, right = (float(x(moment)) for moment in stay)
    box = f'x="{n(left)}" y="{n(panel.top)}" width="{n(max(1.5, right - left))}" height="{n(panel.bottom - panel.top)}"'
    return f'<rect {box} class="stay"/>'


def _curve(x: Across, t: F64, panel: _Panel, one: Encounter, report: Report, worst: float) -> str:
    """Return one panel: axis, minimum, band of the bounds, curve, and the closest point."""
    right, place = WIDTH - RIGHT, x(t)
    clip = f"{panel.kind}{one.encounter}"
    parts = [
        f'<clipPath id="{clip}"><rect x="{n(LEFT)}" y="{n(panel.top)}" width="{n(right - LEFT)}" '
        f'height="{n(panel.bottom - panel.top)}"/></clipPath>',
        text(LEFT, panel.top - 8, panel.name, "title"),
    ]
    for value in steps(0.0, panel.ceiling / panel.unit, 4):
        y = float(panel.y(value * panel.unit))
        parts.append(line(LEFT, y, right, y, "axis" if value == 0 else "grid"))
        unit = {NM: "NM", FT: "ft"}[panel.unit]
        parts.append(text(LEFT - 6, y + 4, f"{value:,g}" if value else f"0 {unit}", "small", "end"))
    level = float(panel.y(panel.minimum))
    parts.append(line(LEFT, level, right, level, "limit"))
    labels = Labels(WIDTH, HEIGHT)
    if one.level == NEAR_MISS and panel.kind == "across":
        y = float(panel.y(report.near_miss_m))
        parts.append(line(LEFT, y, right, y, "nearlimit"))
    low, high = np.maximum(panel.values - panel.bound, 0.0), panel.values + panel.bound
    parts.append(f'<g clip-path="url(#{clip})">')
    parts.append(band(place, panel.y(low), panel.y(high), "bound"))
    parts.append(path(place, panel.y(panel.values), "curve") + "</g>")
    if not np.isfinite(panel.values).any():
        parts.append(text((LEFT + right) / 2, (panel.top + panel.bottom) / 2, "not known", "faint", "middle"))
    if isfinite(worst):
        cx, cy = float(x(0.0)), float(panel.y(min(worst, panel.ceiling)))
        parts.append(f'<circle cx="{n(cx)}" cy="{n(cy)}" r="4" class="worst"/>')
        said = distance(worst) if panel.kind == "across" else feet(worst)
        labels.block(0, level - 15, WIDTH, level + 3)
        spots = [(cx + dx, cy + dy, a) for dy in (-9, -22, 18, -36) for dx, a in ((9, "start"), (-9, "end"))]
        parts.append(labels.place(said, "strong halo", spots))
    parts.append(text(right - 4, level - 5, f"minimum {minimum(panel.minimum)}", "small halo limit-name", "end"))
    return "".join(parts)


def _time_axis(x: Across, start: float, end: float, one: Encounter) -> str:
    """Return the times along the bottom, at round moments of the clock."""
    zero = one.t_closest / NS % 86_400
    parts = []
    for moment in steps(zero + start, zero + end, 5, _TIMES_S):
        place = float(x(moment - zero))
        parts.append(line(place, 24, place, 362, "grid"))
        seconds = round(moment) % 86_400
        said = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        anchor = "start" if place < LEFT + 20 else "end" if place > WIDTH - 34 else "middle"
        parts.append(text(place, 379, said, "small", anchor))
    parts.append(text(LEFT, 395, "UTC", "small"))
    return "".join(parts)
