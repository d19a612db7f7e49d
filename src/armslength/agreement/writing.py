"""Terms to TOML and to JSON. What `write_terms` writes, `parse_terms` reads back to equal terms, digit for digit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from armslength.agreement.area import Area
from armslength.agreement.articles import ABOUT, ARTICLES, Block, Frequency, ProtectedSite
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import Choices, Flag, Hours, Key, Kind, Measure, Moment, Texts, keys_of
from armslength.agreement.position import show_degrees, show_position
from armslength.agreement.terms import Manoeuvre, NearMiss, Party, Separation, Terms
from armslength.agreement.writing_values import inline, text, write_values
from armslength.units import FT, NM, NS, Quantity, parse

LENGTHS = ("NM", "ft", "m")
SHORT_LENGTHS = ("ft", "m")
_TABLES: Mapping[str, type[Any]] = {"separation": Separation, "near_miss": NearMiss}


def write_terms(terms: Terms, *, explained: bool = False) -> str:
    """Return `terms` as TOML, every article spelled out, each number in the unit of the trade.

    Args:
        explained: with a comment above each article, for a person who goes on from there.
    """
    extra_rows, extra_tables = write_values(terms.extra)
    rows = [
        f"title = {text(terms.title)}",
        f"version = {terms.version}",
        f"datum = {text(terms.datum)}",
        f"lookahead = {exact(terms.lookahead_s, Quantity.TIME, ('s',))}",
        f"alert = {exact(terms.alert_s, Quantity.TIME, ('s',))}",
        *extra_rows,
    ]
    for name, article in _TABLES.items():
        rows += ["", *_why(name, explained), f"[{name}]", *_fields(getattr(terms, name), keys_of(article))]
    if terms.area is not None:
        rows += ["", "[area]", *_area(terms.area)]
    for part in terms.exempt:
        rows += ["", "[[exempt]]", *_area(part)]
    for party in terms.parties:
        rows += ["", "[[party]]", *_party(party)]
    for block in terms.blocks:
        rows += ["", "[[block]]", *_area(block.area), *_fields(block, keys_of(Block))]
    for site in terms.protected_sites:
        rows += ["", "[[protected_site]]", *_site(site)]
    for one in terms.frequencies:
        rows += ["", "[[frequency]]", *_frequency(one)]
    for name, article in ARTICLES.items():
        rows += ["", *_why(name, explained), f"[{name}]", *_fields(getattr(terms, name), keys_of(article))]
    for number, rule in terms.conduct.items():
        form = CONDUCT[number]
        comment = [f"# {form.title}."] if explained else []
        rows += ["", *comment, f"[conduct.{number}]", f"enabled = {inline(rule.enabled)}"]
        rows += [f"{key.key} = {value_of(rule.figures[key.attribute], key.kind)}" for key in form.keys]
    for category, limit in terms.manoeuvre.items():
        rows += ["", f"[manoeuvre.{category}]", *_fields(limit, keys_of(Manoeuvre))]
    return "\n".join([*rows, *extra_tables]) + "\n"


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


def value_of(value: Any, kind: Kind) -> str:
    """Return a value of an article as TOML."""
    if isinstance(kind, Measure):
        return exact(value, kind.quantity, _units(value, kind.quantity))
    if isinstance(kind, Moment):
        return text(moment(value))
    if isinstance(value, Hours):
        return text(str(value))
    if isinstance(kind, Texts | Choices):
        return inline(list(value))
    return inline(bool(value) if isinstance(kind, Flag) else value)


def plain_value(value: Any, kind: Kind | Quantity | None = None) -> str:
    """Return a value as people read it: as in TOML, without quotes around a measure; a quantity is given in SI."""
    if isinstance(kind, Quantity):
        return exact(value, kind, _units(value, kind)).strip('"')
    if kind is None:
        return inline(value)
    return ("yes" if value else "no") if isinstance(kind, Flag) else value_of(value, kind).strip('"')


def moment(ns: int) -> str:
    """Return UTC nanoseconds as ISO 8601, as `parse_stamp` reads it: to the microsecond where it needs it."""
    at = f"{datetime.fromtimestamp(ns // NS, UTC):%Y-%m-%dT%H:%M:%S}"
    micro = ns % NS // 1000
    return f"{at}.{micro:06d}Z" if micro else f"{at}Z"


def as_dict(terms: Terms) -> dict[str, Any]:
    """Return `terms` for JSON: SI, names ending in their unit, null for an absent limit or shape, stamps as texts.

    What JSON has no form for in articles that this version does not know (dates, nan) is a text there.
    """
    out = asdict(replace(terms, extra={}))
    out["extra"] = _plain(terms.extra)
    for number, rule in out["conduct"].items():
        flags = {key.attribute for key in CONDUCT[number].keys if isinstance(key.kind, Flag)}
        figures = rule.pop("figures")
        rule.update({name: bool(value) if name in flags else value for name, value in figures.items()})
    found: dict[str, Any] = _finite(out)
    for area in (found["area"], *found["exempt"], *(block["area"] for block in found["blocks"])):
        if area is not None:
            area["ring"] = area["ring"] or None
    return found


def _finite(value: Any) -> Any:
    """Infinite limits are null, stamps are texts."""
    if isinstance(value, dict):
        return {
            key: str(one) if key.endswith("_ns") and one is not None else _finite(one) for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bool | str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return inline(value)


def _units(value: float, quantity: Quantity) -> tuple[str, ...]:
    """Return the units in which people write such a value."""
    if quantity is Quantity.TIME:
        whole = [unit for unit, part in (("d", 5 * 86400), ("h", 3600), ("min", 300)) if _whole(value, unit, part)]
        return (*whole[:1], "s")
    if quantity is Quantity.LENGTH:
        return LENGTHS if value >= 0.25 * NM and not _round_feet(value) else SHORT_LENGTHS
    return {
        Quantity.SPEED: ("kt", "fpm", "m/s"),
        Quantity.ACCELERATION: ("g", "m/s2"),
        Quantity.SHARE: ("%",),
    }.get(quantity, tuple(quantity.value))


def _whole(value: float, unit: str, least: float) -> bool:
    factor = Quantity.TIME.value[unit]
    return value >= least and value % factor == 0.0


def _round_feet(value: float) -> bool:
    """3,000 ft is said in feet, 0.5 NM in miles."""
    feet, miles = value / FT, value / NM
    return abs(feet - round(feet, -2)) < 1e-6 and abs(miles - round(miles, 1)) > 1e-9


def _why(name: str, explained: bool) -> list[str]:
    return [f"# {ABOUT[name]}"] if explained else []


def _fields(article: Any, keys: tuple[Key, ...]) -> list[str]:
    rows = []
    for key in keys:
        value = getattr(article, key.attribute)
        if value is not None and not (key.usual == "" == value):
            rows.append(f"{key.key} = {value_of(value, key.kind)}")
    return rows


def _area(area: Area) -> list[str]:
    rows = [f"name = {text(area.name)}"]
    if area.circle is not None:
        centre = text(show_position(area.circle.lat, area.circle.lon))
        radius = exact(area.circle.radius_m, Quantity.LENGTH, LENGTHS)
        rows.append(f"circle = {{ centre = {centre}, radius = {radius} }}")
    elif area.box is not None:
        box = area.box
        south, north = (text(show_degrees(value, latitude=True)) for value in (box.south, box.north))
        west, east = (text(show_degrees(value, latitude=False)) for value in (box.west, box.east))
        rows.append(f"box = {{ south = {south}, west = {west}, north = {north}, east = {east} }}")
    else:
        rows += ["polygon = [", *(f"    {text(show_position(lat, lon))}," for lat, lon in area.ring), "]"]
    for key, level in (("floor", area.floor_m), ("ceiling", area.ceiling_m)):
        if math.isfinite(level):
            rows.append(f"{key} = {exact(level, Quantity.LENGTH, SHORT_LENGTHS)}")
    return rows


def _party(party: Party) -> list[str]:
    rows = [f"name = {text(party.name)}"]
    rows += [f"{key} = {text(value)}" for key, value in (("post", party.post), ("callsign", party.callsign)) if value]
    for key, names in (("members", party.members), ("excluded_forces", party.excluded_forces)):
        if names:
            rows.append(f"{key} = {inline(list(names))}")
    for kind in party.uncrewed:
        rows += ["", "[[party.uncrewed]]", f"name = {text(kind.name)}", f"category = {text(kind.category)}"]
    return rows


def _site(site: ProtectedSite) -> list[str]:
    rows = [f"name = {text(site.name)}", f"party = {text(site.party)}"]
    rows += [f"place = {text(show_position(site.lat, site.lon))}"]
    rows.append(f"radius = {exact(site.radius_m, Quantity.LENGTH, LENGTHS)}")
    if math.isfinite(site.ceiling_m):
        rows.append(f"ceiling = {exact(site.ceiling_m, Quantity.LENGTH, SHORT_LENGTHS)}")
    return rows


def _frequency(one: Frequency) -> list[str]:
    rows = [f"id = {text(one.id)}", f"channel = {text(one.channel)}", *_fields(one, keys_of(Frequency))]
    return rows if one.area is None else [*rows, "", "[frequency.area]", *_area(one.area)]
