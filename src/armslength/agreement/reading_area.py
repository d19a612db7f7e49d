"""TOML to areas: one shape, between two levels, and none that could be read in two ways."""

from __future__ import annotations

import math
import re

import numpy as np

from armslength.agreement.area import F64, Area, Box, Circle, Position, chart
from armslength.agreement.names import no_address
from armslength.agreement.position import EXAMPLE, parse_degrees, parse_position
from armslength.agreement.terms import GEOMETRIC
from armslength.errors import InputError
from armslength.toml_source import Table, describe
from armslength.units import NM, Quantity

SHAPES = ("polygon", "circle", "box")
AREA_KEYS = ("name", *SHAPES, "floor", "ceiling")
CIRCLE_KEYS = ("centre", "radius")
BOX_KEYS = ("south", "west", "north", "east")
WIDEST_RADIUS_M = 5000 * NM
MOST_CORNERS = 1000
_POLYGON = 'polygon = ["36.5 N, 37.25 E", "36.5 N, 39 E", "35 N, 38 E"]'
_BOX = 'box = { south = "33 N", west = "36 E", north = "37 N", east = "42 E" }'
_CIRCLE = 'circle = { centre = "35.4 N, 38.9 E", radius = "40 NM" }'


def read_area(table: Table, datum: str, also: tuple[str, ...] = ()) -> Area:
    """Return the area that `table` states; `also`: keys of something else that may stand in it.

    Raises:
        InputError: (the error of the table's source) naming line, field and remedy.
    """
    table.only(*AREA_KEYS, *also)
    name = no_address(table, "name", table.text("name", '"Northern sector"'))
    shapes = [key for key in table.values if key in SHAPES]
    if len(shapes) != 1:
        what = "It has no shape." if not shapes else f"It has {len(shapes)} shapes: {', '.join(shapes)}."
        table.fail(shapes[1] if shapes else (), what, f"Give exactly one, for example {_CIRCLE} or {_POLYGON}.")
    floor, ceiling = read_level(table, "floor", datum, -math.inf), read_level(table, "ceiling", datum, math.inf)
    if floor >= ceiling:
        table.fail("floor", "The floor is not under the ceiling.", "Exchange the two, or leave one out for no limit.")
    circle, box = table.table("circle"), table.table("box")
    if circle is not None:
        return Area(name, circle=_circle(circle), floor_m=floor, ceiling_m=ceiling)
    if box is not None:
        return Area(name, box=_box(box), floor_m=floor, ceiling_m=ceiling)
    return Area(name, ring=_ring(table), floor_m=floor, ceiling_m=ceiling)


def read_level(table: Table, key: str, datum: str, usual: float) -> float:
    """Return the level under `key` [m] on the datum of the terms; `usual` where there is none."""
    if key not in table:
        return usual
    text = table.values[key]
    if datum == GEOMETRIC and isinstance(text, str) and re.search("fl", text, re.IGNORECASE):
        remedy = f'Write {key} = "10000 ft", or datum = "barometric" at the top of the terms.'
        table.fail(key, f'"{text}" is a flight level, but the datum of these terms is geometric.', remedy)
    return table.quantity(key, Quantity.LENGTH, example="FL245", least=-1000.0)  # the lowest land is at -430 m


def read_position(table: Table, at: tuple[str | int, ...], value: object) -> Position:
    """Read "36.5 N, 37.25 E", or a pair ["36.5 deg", "37.25 deg"]."""
    if isinstance(value, str):
        try:
            return parse_position(value)
        except InputError as wrong:
            table.fail(at, wrong.what, wrong.remedy)
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) for part in value):
        what = describe(value)
        if isinstance(value, list):
            what = f"[{', '.join(str(part) for part in value)}]"
        table.fail(at, f"{what} is not a position with its unit.", f"Write latitude and longitude like {EXAMPLE}.")
    lat = table.measure(value[0], (*at, 0), Quantity.ANGLE, "36.5 deg")
    lon = table.measure(value[1], (*at, 1), Quantity.ANGLE, "37.25 deg")
    if abs(lat) > 90.0 or abs(lon) > 180.0:
        remedy = f"Latitude first, up to 90 deg, then longitude, up to 180 deg; or write it like {EXAMPLE}."
        table.fail(at, f"[{value[0]}, {value[1]}] is beyond the poles or the date line.", remedy)
    return lat, lon


def _ring(table: Table) -> tuple[Position, ...]:
    example = _POLYGON.removeprefix("polygon = ")
    corners = [read_position(table, ("polygon", i), value) for i, value in enumerate(table.items("polygon", example))]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()  # people close their rings
    if len(corners) > MOST_CORNERS:
        table.fail("polygon", f"It has {len(corners)} corners.", f"Simplify it to {MOST_CORNERS} or fewer.")
    if len(corners) < 3:
        table.fail("polygon", f"A polygon of {len(corners)} corners holds nothing.", f"Give three or more: {_POLYGON}.")
    ring = tuple(corners)
    for i, corner in enumerate(ring):
        if corner == ring[i - 1]:
            table.fail(("polygon", i), "This corner stands twice in a row.", "Leave one of them out.")
    _, flat = chart(ring)
    if np.isnan(flat).any():
        remedy = "Split it into several areas, or use a box, which may be of any size."
        table.fail("polygon", "The polygon is too wide: it is not clear which side of it is inside.", remedy)
    crossing = crossed(flat)
    if crossing is not None:
        i, j = crossing
        remedy = "Give the corners in the order in which one would walk around the area."
        table.fail(("polygon", j), f"The edge from corner {j + 1} crosses the edge from corner {i + 1}.", remedy)
    return ring


def crossed(corners: F64) -> tuple[int, int] | None:
    """Return two edges (by first corner, 0-based) of a flat closed ring, shape (2, K), that meet but should not."""
    count = corners.shape[1]
    ends = np.roll(corners, -1, axis=1)
    along = ends - corners

    def sides(at: F64) -> F64:
        """Return on which side of edge i point j lies, shape (K, K): 1, 0 or -1."""
        dx, dy = at[0][None, :] - corners[0][:, None], at[1][None, :] - corners[1][:, None]
        return np.asarray(np.sign(along[0][:, None] * dy - along[1][:, None] * dx), np.float64)

    starts_on, ends_on = sides(corners), sides(ends)
    apart = starts_on * ends_on
    on_one_line = (starts_on == 0) & (ends_on == 0)
    meets = np.triu((apart <= 0) & (apart.T <= 0) & ~on_one_line, k=2)
    meets[0, count - 1] = False  # neighbours share a corner
    found = np.argwhere(meets)
    return (int(found[0][0]), int(found[0][1])) if len(found) else None


def _circle(inner: Table) -> Circle:
    inner.only(*CIRCLE_KEYS)
    if "centre" not in inner:
        inner.fail((), "centre is missing.", f"Write it like {_CIRCLE}.")
    lat, lon = read_position(inner, ("centre",), inner.values["centre"])
    radius = inner.quantity("radius", Quantity.LENGTH, example="40 NM")
    if radius > WIDEST_RADIUS_M:
        inner.fail(
            "radius", f'"{inner.values["radius"]}" is more than 5,000 NM.', "Use a box, which may be of any size."
        )
    return Circle(lat, lon, radius)


def _box(inner: Table) -> Box:
    inner.only(*BOX_KEYS)
    south, north = (_degrees(inner, key, latitude=True) for key in ("south", "north"))
    west, east = (_degrees(inner, key, latitude=False) for key in ("west", "east"))
    if south >= north:
        inner.fail("south", "The south edge is not south of the north edge.", "Exchange south and north.")
    if west == east:
        inner.fail(
            "west", "The west and the east edge are the same meridian.", 'For all around, write "180 W" and "180 E".'
        )
    return Box(south, west, north, east)


def _degrees(table: Table, key: str, *, latitude: bool) -> float:
    if key not in table:
        table.fail((), f"{key} is missing.", f"Write it like {_BOX}.")
    value = table.values[key]
    if isinstance(value, str) and not value.strip().lower().endswith("deg"):
        try:
            return parse_degrees(value, latitude=latitude)
        except InputError as wrong:
            table.fail(key, wrong.what, wrong.remedy)
    found = table.measure(value, (key,), Quantity.ANGLE, "33 N" if latitude else "36 E")
    if abs(found) > (90.0 if latitude else 180.0):
        table.fail(key, f'"{value}" is beyond {90 if latitude else 180} degrees.', f"Write it like {_BOX}.")
    return found
