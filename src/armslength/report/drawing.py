"""Small parts of inline SVG: numbers, lines, labels that do not cover each other, round steps for axes.

Colours are never written here: every element bears a class, and assets/report.css knows day, night and print.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, isfinite, log10

import numpy as np

from armslength.domain.plot import F64


def n(value: float) -> str:
    """Return a coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line."""
    return f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" class="{kind}"/>'


def text(x: float, y: float, said: str, kind: str, anchor: str = "start") -> str:
    """Return a label; `said` may hold anything."""
    return f'<text x="{n(x)}" y="{n(y)}" class="{kind}" text-anchor="{anchor}">{escape(said)}</text>'


def path(xs: Sequence[float] | F64, ys: Sequence[float] | F64, kind: str, closed: bool = False) -> str:
    """Return a line through points, broken where one is NaN; empty where nothing is left."""
    d, pen_up = [], True
    for x, y in zip(xs, ys, strict=True):
        if not (isfinite(x) and isfinite(y)):
            pen_up = True
            continue
        d.append(f"{'M' if pen_up else 'L'}{n(x)} {n(y)}")
        pen_up = False
    return f'<path d="{"".join(d)}{"Z" if closed else ""}" class="{kind}"/>' if d else ""


def band(xs: F64, low: F64, high: F64, kind: str) -> str:
    """Return the area between two lines, one piece for each stretch where both are known."""
    known = np.isfinite(xs) & np.isfinite(low) & np.isfinite(high)
    parts = []
    for run in np.split(np.arange(len(xs)), np.flatnonzero(np.diff(known.astype(int)) != 0) + 1):
        if len(run) > 1 and known[run[0]]:
            there, back = run, run[::-1]
            parts.append(path([*xs[there], *xs[back]], [*high[there], *low[back]], kind, closed=True))
    return "".join(parts)


def steps(low: float, high: float, about: int, choices: Sequence[float] | None = None) -> list[float]:
    """Return round numbers between `low` and `high`, about as many as asked; `choices` are the steps allowed."""
    span = max(high - low, 1e-9)
    if choices is None:
        size = 10.0 ** floor(log10(span / about))
        choices = [size, 2 * size, 5 * size, 10 * size]
    step = next((one for one in choices if span / one <= about), choices[-1])
    first = ceil(low / step - 1e-9)
    return [i * step for i in range(first, floor(high / step + 1e-9) + 1)]


def round_below(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above `value`."""
    size = 10.0 ** floor(log10(value))
    return max(k * size for k in (1, 2, 5) if k * size <= value * (1 + 1e-9))


@dataclass
class Labels:
    """Labels on one drawing, each set down only where it covers no other and stays on the sheet."""

    width: float
    height: float
    size: float = 12.0
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def block(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Keep labels out of a box."""
        self.taken.append((x0, y0, x1, y1))

    def place(self, said: str, kind: str, spots: Iterable[tuple[float, float, str]]) -> str:
        """Return the label at the first of `spots` (x, y, anchor) that is free; empty where none is."""
        wide = 0.64 * self.size * len(said)  # of a wide, bold face
        for x, y, anchor in spots:
            left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * wide
            box = (left - 1, y - 0.82 * self.size, left + wide + 1, y + 0.24 * self.size)
            on_sheet = box[0] >= 2 and box[1] >= 2 and box[2] <= self.width - 2 and box[3] <= self.height - 2
            if on_sheet and not any(_meet(box, other) for other in self.taken):
                self.taken.append(box)
                return text(x, y, said, kind, anchor)
        return ""


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def around(x: float, y: float, off: float) -> list[tuple[float, float, str]]:
    """Return places for a label beside a point, the best first."""
    return [
        (x + off, y + 4, "start"), (x - off, y + 4, "end"), (x, y - off, "middle"), (x, y + off + 8, "middle"),
        (x + off, y - off, "start"), (x - off, y - off, "end"), (x + off, y + off + 8, "start"),
        (x - off, y + off + 8, "end"), (x + 2 * off, y + 4, "start"), (x - 2 * off, y + 4, "end"),
    ]  # fmt: skip


def sheet_of(width: float, height: float, kind: str, about: str, inner: str) -> str:
    """Return a whole drawing, with `about` for those who cannot see it."""
    box = f'viewBox="0 0 {n(width)} {n(height)}"'
    return f'<svg class="{kind}" {box} role="img" aria-label="{escape(about)}">{inner}</svg>'


def symbol(level: str, certainty: str, breach: bool = False, size: float = 16.0) -> str:
    """Return the mark of an encounter: its shape tells the level, its filling the certainty, a ring a breach.

    A circle came inside the minima, a diamond was a near miss; full is certain, half full possible, hollow and dashed
    not determinable. The map draws the same marks on its canvas (assets/marks.js).
    """
    half = size / 2
    r = half * 0.62
    if level == "near_miss":
        k = half * 0.78
        outline = f"M{n(half)} {n(half - k)}L{n(half + k)} {n(half)}L{n(half)} {n(half + k)}L{n(half - k)} {n(half)}Z"
        left = f"M{n(half)} {n(half - k)}L{n(half)} {n(half + k)}L{n(half - k)} {n(half)}Z"
    else:
        arc = f"A{n(r)} {n(r)} 0 0 0 {n(half)} "
        outline = f"M{n(half)} {n(half - r)}{arc}{n(half + r)}{arc}{n(half - r)}Z"
        left = f"M{n(half)} {n(half - r)}{arc}{n(half + r)}Z"
    parts = {
        "certain": f'<path d="{outline}" class="mark full"/>',
        "possible": f'<path d="{outline}" class="mark open"/><path d="{left}" class="mark full"/>',
    }.get(certainty, f'<path d="{outline}" class="mark open dashed"/>')
    ring = f'<circle cx="{n(half)}" cy="{n(half)}" r="{n(half * 0.95)}" class="mark ring"/>' if breach else ""
    box = f'width="{n(size)}" height="{n(size)}" viewBox="0 0 {n(size)} {n(size)}"'
    return (
        f'<svg class="symbol {"near" if level == "near_miss" else "in"}" {box} aria-hidden="true">{ring}{parts}</svg>'
    )
