"""TOML to terms: every article typed, every number with its unit, every failure with its line and the remedy."""

from __future__ import annotations

from dataclasses import dataclass

from armslength.agreement.doubts import doubts
from armslength.agreement.names import OVERLAY, no_address
from armslength.agreement.reading_area import AREA_KEYS, BOX_KEYS, CIRCLE_KEYS, read_area
from armslength.agreement.terms import (
    BAROMETRIC,
    CATEGORIES,
    GEOMETRIC,
    Manoeuvre,
    NearMiss,
    Party,
    Separation,
    Terms,
    Uncrewed,
    default_terms,
)
from armslength.errors import AgreementError
from armslength.toml_source import Path, Table, read
from armslength.units import Quantity

KEYS = {
    "": (
        "title",
        "version",
        "datum",
        "lookahead",
        "area",
        "exempt",
        "party",
        "separation",
        "near_miss",
        "manoeuvre",
    ),
    "area": AREA_KEYS,
    "exempt": AREA_KEYS,
    "circle": CIRCLE_KEYS,
    "box": BOX_KEYS,
    "party": ("name", "members", "excluded_forces", "uncrewed"),
    "uncrewed": ("name", "category"),
    "separation": ("horizontal", "vertical", "dwell_limit"),
    "near_miss": ("slant", "critical"),
    "manoeuvre": CATEGORIES,
    "category": ("horizontal", "vertical", "speed"),
}
"""Every table of the terms and the keys it may hold; docs/terms.md explains them, and a test holds the two together."""

_ELSEWHERE = dict.fromkeys(
    ("addresses", "address", "icao", "icao24", "hex", "ranges", "range", "callsign", "callsigns", "aircraft", "tails"),
    OVERLAY,
)
_LEVEL_HINTS = {"level_datum": "Did you mean datum?", "levels": "Did you mean datum?"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Terms as read, and what about them looks like a slip: each one paragraph that names file, line and field."""

    terms: Terms
    doubts: tuple[str, ...]


def parse_terms(text: str, name: str) -> Terms:
    """Return the terms that a TOML text states; what it leaves out is the rule of threes.

    Args:
        text: the whole text.
        name: of the file, for errors.

    Raises:
        AgreementError: naming file, line, field, what is wrong and what would be right.
    """
    return read_terms(text, name).terms


def read_terms(text: str, name: str) -> Reading:
    """Return the terms of a TOML text together with the doubts about them. See `parse_terms`."""
    root = read(text, name, AgreementError)
    if not root.values:
        remedy = 'State at least a title: title = "My terms". All else is then the rule of threes.'
        raise AgreementError("It is empty.", where=name, remedy=remedy)
    root.only(*KEYS[""], hints=_ELSEWHERE | _LEVEL_HINTS)
    usual = default_terms()
    datum = root.choice("datum", (BAROMETRIC, GEOMETRIC)) if "datum" in root else usual.datum
    area = root.table("area")
    terms = Terms(
        title=no_address(root, "title", root.text("title", '"Memorandum on flight safety"')),
        version=root.count("version") if "version" in root else 1,
        area=read_area(area, datum) if area else None,
        exempt=tuple(read_area(table, datum) for table in root.tables("exempt")),
        parties=_parties(root),
        separation=_separation(root, usual.separation),
        near_miss=_near_miss(root, usual.near_miss),
        lookahead_s=_or(root, "lookahead", Quantity.TIME, "120 s", usual.lookahead_s),
        manoeuvre=_manoeuvre(root),
        datum=datum,
    )
    found = tuple(f"{root.source.where(doubt.path)}: {doubt.says}" for doubt in doubts(terms))
    return Reading(terms, found)


def _or(
    table: Table | None, key: str, quantity: Quantity, example: str, usual: float, *, least: float | None = None
) -> float:
    if table is None or key not in table:
        return usual
    return table.quantity(key, quantity, example=example, least=least)


def _separation(root: Table, usual: Separation) -> Separation:
    table = root.table("separation")
    if table is not None:
        table.only(*KEYS["separation"])
    return Separation(
        horizontal_m=_or(table, "horizontal", Quantity.LENGTH, "3 NM", usual.horizontal_m),
        vertical_m=_or(table, "vertical", Quantity.LENGTH, "3000 ft", usual.vertical_m),
        dwell_limit_s=_or(table, "dwell_limit", Quantity.TIME, "180 s", usual.dwell_limit_s, least=0.0),
    )


def _near_miss(root: Table, usual: NearMiss) -> NearMiss:
    table = root.table("near_miss")
    if table is None:
        return usual
    table.only(*KEYS["near_miss"])
    slant = _or(table, "slant", Quantity.LENGTH, "500 ft", usual.slant_m)
    critical = _or(table, "critical", Quantity.LENGTH, "100 ft", usual.critical_m)
    if critical > slant:
        key = "critical" if "critical" in table else "slant"
        remedy = (
            f'Give both, for example slant = "500 ft" and critical = "100 ft"; now {slant:.4g} m and {critical:.4g} m.'
        )
        table.fail(key, "The critical distance is larger than the near-miss distance.", remedy)
    return NearMiss(slant, critical)


def _manoeuvre(root: Table) -> dict[str, Manoeuvre]:
    limits = dict(default_terms().manoeuvre)
    table = root.table("manoeuvre")
    if table is None:
        return limits
    table.only(*KEYS["manoeuvre"])
    for category in table.values:
        one, usual = table.table(category), limits[category]
        if one is None:
            continue
        one.only(*KEYS["category"])
        limits[category] = Manoeuvre(
            _or(one, "horizontal", Quantity.ACCELERATION, "3 g", usual.horizontal_mps2),
            _or(one, "vertical", Quantity.ACCELERATION, "1 g", usual.vertical_mps2),
            _or(one, "speed", Quantity.SPEED, "750 kt", usual.speed_mps),
        )
    return limits


def _parties(root: Table) -> tuple[Party, ...]:
    tables = list(root.tables("party"))
    if len(tables) == 1:
        remedy = "Name both under [[party]], or none (then every aircraft is its own party)."
        root.fail(("party", 0), "It is the only party; an agreement binds two.", remedy)
    if len(tables) > 2:
        remedy = "Write one agreement for each pair. Forces bound through one side are members of it."
        root.fail(("party", 2), f"There are {len(tables)} parties; an agreement binds two.", remedy)
    parties = tuple(_party(table) for table in tables)
    seen: dict[str, tuple[int, str, Path]] = {}
    for number, (table, party) in enumerate(zip(tables, parties, strict=True)):
        for at, name in _names(party):
            first, kind, before = seen.setdefault(name.casefold(), (number, str(at[0]), (*table.path, *at)))
            own = first == number and kind == "name" and at[0] == "members"  # a party may be its own member
            both = first != number and kind == "excluded_forces" == at[0]  # both sides may exclude the same force
            if before != (*table.path, *at) and not own and not both:
                what = f'"{name}" stands here and at {table.source.place(before)}.'
                table.fail(at, what, "Name every party, member and excluded force once.")
    return parties


def _names(party: Party) -> list[tuple[Path, str]]:
    return [
        (("name",), party.name),
        *((("members", i), name) for i, name in enumerate(party.members)),
        *((("excluded_forces", i), name) for i, name in enumerate(party.excluded_forces)),
    ]


def _party(table: Table) -> Party:
    table.only(*KEYS["party"], hints=_ELSEWHERE)
    uncrewed: list[Uncrewed] = []
    for kind in table.tables("uncrewed"):
        kind.only(*KEYS["uncrewed"], hints=_ELSEWHERE)
        name = no_address(kind, "name", kind.text("name", '"long-endurance drone"'))
        if any(name.casefold() == other.name.casefold() for other in uncrewed):
            kind.fail("name", f'"{name}" stands twice in this party.', "Name every kind of uncrewed aircraft once.")
        uncrewed.append(Uncrewed(name, kind.choice("category", CATEGORIES) if "category" in kind else "uncrewed_large"))
    lists = {
        key: tuple(no_address(table, (key, i), text) for i, text in enumerate(table.texts(key)))
        for key in ("members", "excluded_forces")
    }
    name = no_address(table, "name", table.text("name", '"Northern party"'))
    return Party(name, lists["members"], lists["excluded_forces"], tuple(uncrewed))
