"""Make src/armslength/report/assets/basemap.bin, the coasts and borders behind the map of a report.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/make_basemap.py package/countries-10m.json

world-atlas (ISC licence) redistributes Natural Earth 4.1 (public domain) as TopoJSON. An arc that two countries share
is a border, any other a coast. Lines are thinned to 0.008 deg (about 900 m; Douglas and Peucker, 1973), which is what a
map for orientation needs, and laid on a grid of 0.002 deg.

Layout, compressed with zlib: unsigned LEB128 numbers throughout. Number of lines; then for each line its kind (0
coast, 1 border), its number of points, and the points as zigzag differences (lon, lat) in 0.002 deg, the first from the
last point of the line before (from 0, 0 at the start).
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

UNIT_DEG = 0.002
TOLERANCE_DEG = 0.008
TARGET = Path(__file__).resolve().parents[1] / "src/armslength/report/assets/basemap.bin"


def arcs_of(geometry: dict[str, Any]) -> set[int]:
    """Return the indices of all arcs of a geometry, whichever way they run."""
    found: set[int] = set()

    def walk(part: Any) -> None:
        if isinstance(part, int):
            found.add(part if part >= 0 else ~part)
        else:
            for inner in part:
                walk(inner)

    walk(geometry.get("arcs", []))
    for inner in geometry.get("geometries", []):
        found |= arcs_of(inner)
    return found


def thinned(points: Points, tolerance: float) -> Points:
    """Return the points (lon, lat) [deg] that keep the line within `tolerance` [deg of latitude] of itself."""
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        start, end = spans.pop()
        if end <= start + 1:
            continue
        squeeze = np.array([np.cos(np.radians(points[start, 1])), 1.0])
        chord = (points[end] - points[start]) * squeeze
        offset = (points[start + 1 : end] - points[start]) * squeeze
        length = np.hypot(*chord)
        cross = np.abs(offset[:, 0] * chord[1] - offset[:, 1] * chord[0])
        distance = cross / length if length > 0 else np.hypot(offset[:, 0], offset[:, 1])
        farthest = int(distance.argmax())
        if distance[farthest] > tolerance:
            middle = start + 1 + farthest
            keep[middle] = True
            spans += [(start, middle), (middle, end)]
    return points[keep]


def leb128(number: int) -> bytes:
    """Return a number >= 0 in seven-bit groups, the lowest first."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def lines_of(topology: dict[str, Any]) -> list[tuple[int, NDArray[np.int64]]]:
    """Return (kind, points (lon, lat) on the grid) of every line worth drawing."""
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    users = np.zeros(len(topology["arcs"]), int)
    for country in topology["objects"]["countries"]["geometries"]:
        users[list(arcs_of(country))] += 1
    lines = []
    for arc, count in zip(topology["arcs"], users, strict=True):
        points = thinned(np.cumsum(np.array(arc), axis=0) * scale + shift, TOLERANCE_DEG)
        grid = np.rint(points / UNIT_DEG).astype(np.int64)
        grid = grid[np.append(True, (np.diff(grid, axis=0) != 0).any(axis=1))]
        islet = len(grid) < 4 and (points[0] == points[-1]).all()
        if len(grid) > 1 and not islet:
            lines.append((int(count > 1), grid))
    return lines


def main() -> None:
    """Convert the file named on the command line."""
    lines = lines_of(json.loads(Path(sys.argv[1]).read_text()))
    out = bytearray(leb128(len(lines)))
    last = np.zeros((1, 2), np.int64)
    for kind, grid in lines:
        out += leb128(kind) + leb128(len(grid))
        for step in np.diff(grid, axis=0, prepend=last).ravel():
            out += leb128(2 * int(step) if step >= 0 else -2 * int(step) - 1)
        last = grid[-1:]
    packed = zlib.compress(bytes(out), 9)
    TARGET.write_bytes(packed)
    print(f"{TARGET.name}: {len(lines)} lines, {sum(len(grid) for _, grid in lines)} points, {len(packed)} bytes")


if __name__ == "__main__":
    main()
