"""Terms to TOML and to JSON. What `write_terms` writes, `parse_terms` reads back to equal terms, digit for digit."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from armslength.agreement.area import Area
from armslength.agreement.position import show_degrees, show_position
from armslength.agreement.terms import Manoeuvre, Party, Terms
from armslength.units import Quantity, parse

LENGTHS = ("NM", "ft", "m")
SHORT_LENGTHS = ("ft", "m")


def write_terms(terms: Terms) -> str:
    """Return `terms` as TOML, every article spelled out, each number in the unit in which it is shortest."""
    rows = [
        f"title = {_text(terms.title)}",
        f"version = {terms.version}",
        f"datum = {_text(terms.datum)}",
        f"lookahead = {exact(terms.lookahead_s, Quantity.TIME, ('s',))}",
        "",
        "[separation]",
        f"horizontal = {exact(terms.separation.horizontal_m, Quantity.LENGTH, LENGTHS)}",
        f"vertical = {exact(terms.separation.vertical_m, Quantity.LENGTH, SHORT_LENGTHS)}",
        f"dwell_limit = {exact(terms.separation.dwell_limit_s, Quantity.TIME, ('s',))}",
        "",
        "[near_miss]",
        f"slant = {exact(terms.near_miss.slant_m, Quantity.LENGTH, SHORT_LENGTHS)}",
        f"critical = {exact(terms.near_miss.critical_m, Quantity.LENGTH, SHORT_LENGTHS)}",
    ]
    if terms.area is not None:
        rows += ["", "[area]", *_area(terms.area)]
    for part in terms.exempt:
        rows += ["", "[[exempt]]", *_area(part)]
    for party in terms.parties:
        rows += ["", "[[party]]", *_party(party)]
    for category, limit in terms.manoeuvre.items():
        rows += ["", f"[manoeuvre.{category}]", *_manoeuvre(limit)]
    return "\n".join(rows) + "\n"


def exact(value: float, quantity: Quantity, units: tuple[str, ...]) -> str:
    """Return an SI value as a quoted TOML text that reads back to the same float.

    It is written in the first of `units` in which six decimals are enough, else in the SI unit with all digits.
    """
    for unit in units:
        number = f"{value / quantity.value[unit]:.6f}".rstrip("0").rstrip(".")
        if parse(f"{number} {unit}", quantity) == value:
            return f'"{number} {unit}"'
    si = next(unit for unit, factor in quantity.value.items() if factor == 1.0)
    return f'"{value!r} {si}"'


def as_dict(terms: Terms) -> dict[str, Any]:
    """Return `terms` for JSON: SI, names ending in their unit, null for an absent limit or shape."""
    out = asdict(terms)
    for area in (out["area"], *out["exempt"]):
        if area is not None:
            for key in ("floor_m", "ceiling_m"):
                area[key] = area[key] if math.isfinite(area[key]) else None
            area["ring"] = area["ring"] or None
    return out


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _area(area: Area) -> list[str]:
    rows = [f"name = {_text(area.name)}"]
    if area.circle is not None:
        centre = _text(show_position(area.circle.lat, area.circle.lon))
        radius = exact(area.circle.radius_m, Quantity.LENGTH, LENGTHS)
        rows.append(f"circle = {{ centre = {centre}, radius = {radius} }}")
    elif area.box is not None:
        box = area.box
        south, north = (_text(show_degrees(value, latitude=True)) for value in (box.south, box.north))
        west, east = (_text(show_degrees(value, latitude=False)) for value in (box.west, box.east))
        rows.append(f"box = {{ south = {south}, west = {west}, north = {north}, east = {east} }}")
    else:
        rows += ["polygon = [", *(f"    {_text(show_position(lat, lon))}," for lat, lon in area.ring), "]"]
    for key, level in (("floor", area.floor_m), ("ceiling", area.ceiling_m)):
        if math.isfinite(level):
            rows.append(f"{key} = {exact(level, Quantity.LENGTH, SHORT_LENGTHS)}")
    return rows


def _party(party: Party) -> list[str]:
    rows = [f"name = {_text(party.name)}"]
    for key, names in (("members", party.members), ("excluded_forces", party.excluded_forces)):
        if names:
            rows.append(f"{key} = [{', '.join(_text(name) for name in names)}]")
    for kind in party.uncrewed:
        rows += ["", "[[party.uncrewed]]", f"name = {_text(kind.name)}", f"category = {_text(kind.category)}"]
    return rows


def _manoeuvre(limit: Manoeuvre) -> list[str]:
    return [
        f"horizontal = {exact(limit.horizontal_mps2, Quantity.ACCELERATION, ('g', 'm/s2'))}",
        f"vertical = {exact(limit.vertical_mps2, Quantity.ACCELERATION, ('g', 'm/s2'))}",
        f"speed = {exact(limit.speed_mps, Quantity.SPEED, ('kt', 'm/s'))}",
    ]
