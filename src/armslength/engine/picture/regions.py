"""Where satellite navigation is jammed or spoofed: the state of each part of the sky, judged by the aircraft around it.

The sky is cut into cells of about a degree. Each cell in which aircraft fly is judged by all aircraft within REACH of
its centre, so that neighbours count, and an area that is jammed does not end at the edge of a cell. Jamming at one end
of the picture widens no bounds at the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from armslength.domain.picture import Interference, directions
from armslength.domain.plot import F64, I64, Bool
from armslength.engine.picture.interference import Watching
from armslength.units import NM

REACH_RAD = 90.0 * NM / 6_371_008.8
"""Aircraft this far from the centre of a cell count for it, as an angle: 90 NM on the mean sphere."""

Cell = tuple[int, int]


@dataclass
class Regions:
    """The cells that show signs, or did a moment ago."""

    _cells: dict[Cell, Watching] = field(default_factory=dict)

    def judge(self, lat: F64, lon: F64, judged: Bool, shown: Mapping[str, Bool], now_ns: int) -> Interference:
        """Return the state: where it is on, and of the area that shows most, how many of how many show which signs.

        Args:
            lat, lon: of every aircraft [deg], shape (N,).
            judged: who has fresh satellite-derived plots. shown: by sign, who shows it.
            now_ns: UTC ns, never backwards.
        """
        signed = np.logical_or.reduce([np.zeros(len(lat), np.bool_), *shown.values()])
        counts = {sign: int(said.sum()) for sign, said in shown.items()}
        overall = Watching().judge(int(judged.sum()), int(signed.sum()), counts, now_ns)
        if not signed.any() and not self._cells:
            return overall
        cells = list(self._cells.keys() | set(_cells_of(lat[judged], lon[judged])))
        centres = np.array([_centre(cell) for cell in cells]).reshape(-1, 2)
        near = directions(centres[:, 0], centres[:, 1]) @ directions(lat, lon).T >= np.cos(REACH_RAD)
        total, signs = (near & judged).sum(axis=1), (near & signed).sum(axis=1)
        by_sign = {sign: (near & said).sum(axis=1) for sign, said in shown.items()}
        on: list[Interference] = []
        areas = []
        for k, cell in enumerate(cells):
            watching = self._cells.get(cell)
            if watching is None:
                if not signs[k]:
                    continue
                watching = self._cells[cell] = Watching()
            here = {sign: int(of[k]) for sign, of in by_sign.items()}
            state = watching.judge(int(total[k]), int(signs[k]), here, now_ns)
            if state.active:
                on.append(state)
                areas.append(_centre(cell))
            elif not signs[k]:
                del self._cells[cell]
        if not on:
            return overall
        worst = max(on, key=lambda state: (state.share, state.judged))
        since_ns = min(state.since_ns for state in on)
        return Interference(True, since_ns, worst.share, worst.judged, worst.why, tuple(sorted(areas)))


def _cells_of(lat: F64, lon: F64) -> list[Cell]:
    """Return the cell of each aircraft: a degree of latitude, and as wide at its middle."""
    row = np.clip(np.floor(lat), -90, 89).astype(np.int64)
    wide = _wide(row)
    column = np.floor((lon + 180.0) % 360.0 / 360.0 * wide).astype(np.int64)
    return list(zip(row.tolist(), column.tolist(), strict=True))


def _wide(row: I64) -> I64:
    """Return how many cells go round the earth in each row."""
    return np.asarray(np.maximum(np.round(360.0 * np.cos(np.radians(row + 0.5))), 1), np.int64)


def _centre(cell: Cell) -> tuple[float, float]:
    """Return latitude and longitude of the middle of a cell [deg]."""
    wide = int(_wide(np.array([cell[0]], np.int64))[0])
    return cell[0] + 0.5, (cell[1] + 0.5) * 360.0 / wide - 180.0
