"""TOML to terms: every article typed, every number with its unit, every failure with its line and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NoReturn, TypeVar

from armslength.agreement.articles import ARTICLES, SUSPENDABLE, Suspension, TimeBudget
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import keys_of
from armslength.agreement.doubts import doubts
from armslength.agreement.names import OVERLAY, no_address, no_aircraft
from armslength.agreement.reading_area import AREA_KEYS, BOX_KEYS, CIRCLE_KEYS, read_area
from armslength.agreement.reading_articles import ENABLED, only_keys, read_article, read_conduct
from armslength.agreement.reading_places import (
    BLOCK_KEYS,
    FREQUENCY_KEYS,
    SITE_KEYS,
    read_blocks,
    read_frequencies,
    read_sites,
)
from armslength.agreement.refusals import Refusal, refusals
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

Article = TypeVar("Article")
TOP = ("title", "version", "datum", "lookahead", "alert")
KEYS: dict[str, tuple[str, ...]] = {
    "": (
        *TOP,
        *("area", "exempt", "party", "separation", "near_miss", "manoeuvre", "block", "protected_site", "frequency"),
        *("conduct", *ARTICLES),
    ),
    "area": AREA_KEYS,
    "exempt": AREA_KEYS,
    "circle": CIRCLE_KEYS,
    "box": BOX_KEYS,
    "party": ("name", "post", "callsign", "members", "excluded_forces", "uncrewed"),
    "uncrewed": ("name", "category"),
    "separation": tuple(key.key for key in keys_of(Separation)),
    "near_miss": tuple(key.key for key in keys_of(NearMiss)),
    "manoeuvre": CATEGORIES,
    "category": tuple(key.key for key in keys_of(Manoeuvre)),
    "block": BLOCK_KEYS,
    "protected_site": SITE_KEYS,
    "frequency": FREQUENCY_KEYS,
    "conduct": tuple(CONDUCT),
    **{name: tuple(key.key for key in keys_of(article)) for name, article in ARTICLES.items()},
    **{number: (ENABLED.key, *(key.key for key in form.keys)) for number, form in CONDUCT.items()},
}
"""Every table of the terms and the keys it may hold; docs/terms.md explains them, and a test holds the two together."""

_ELSEWHERE = dict.fromkeys(
    ("addresses", "address", "icao", "icao24", "hex", "ranges", "range", "callsign", "callsigns", "aircraft", "tails"),
    OVERLAY,
)
_HINTS = {
    "level_datum": "Did you mean datum?",
    "levels": "Did you mean datum?",
    "parties": "Did you mean [[party]]?",
    "frequencies": "Did you mean [[frequency]]?",
    "exemptions": "Did you mean [[exempt]]?",
    "blocks": "Did you mean [[block]]?",
    "reserved_block": "Did you mean [[block]]?",
    "protected_sites": "Did you mean [[protected_site]]?",
    "sites": "Did you mean [[protected_site]]?",
    "minima": "Did you mean [separation]?",
    "rules": "Did you mean [conduct]?",
    "budget": "Did you mean [time_budget]?",
    "public_lines": "Did you mean public_lines under [confidentiality]?",
}
_ALIKE = 0.8
"""From here on an unknown article is a known one misspelt; below, it is one of a later version."""


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
    extra = _extra(root)
    usual = default_terms()
    datum = root.choice("datum", (BAROMETRIC, GEOMETRIC)) if "datum" in root else usual.datum
    area = root.table("area")
    lookahead = _or(root, "lookahead", Quantity.TIME, "180 s", usual.lookahead_s)
    alert = _or(root, "alert", Quantity.TIME, "120 s", min(usual.alert_s, lookahead))
    parties = _parties(root)
    terms = Terms(
        title=no_address(root, "title", root.text("title", '"Memorandum on flight safety"')),
        version=root.count("version") if "version" in root else 1,
        area=read_area(area, datum) if area else None,
        exempt=tuple(read_area(table, datum) for table in root.tables("exempt")),
        parties=parties,
        separation=_article(root, "separation", Separation, usual.separation),
        near_miss=_near_miss(root, usual.near_miss),
        lookahead_s=lookahead,
        manoeuvre=_manoeuvre(root),
        datum=datum,
        alert_s=alert,
        blocks=read_blocks(root, datum, parties),
        protected_sites=read_sites(root, datum, parties),
        frequencies=read_frequencies(root, datum),
        conduct=read_conduct(root.table("conduct")),
        extra=extra,
        **_articles(root, {"warning_s": alert}),
    )
    for refusal in refusals(terms):
        _refuse(root, refusal)
    found = tuple(f"{root.source.where(doubt.path)}: {doubt.says}" for doubt in doubts(terms))
    return Reading(terms, found)


def _extra(root: Table) -> dict[str, Any]:
    """Return the articles that this version does not know; refuse what looks like a known one misspelt."""
    known = KEYS[""]
    hints = _ELSEWHERE | _HINTS
    extra = {}
    for key, value in root.values.items():
        if key in known:
            continue
        plain = key.lower().replace("-", "_")
        near = next((name for name in known if name.replace("_", "") == plain.replace("_", "")), "")
        alike = {name: SequenceMatcher(None, plain, name).ratio() for name in known}
        best = near or max(alike, key=lambda name: alike[name])
        if plain in hints or near or alike[best] >= _ALIKE:
            root.fail(key, f"{key} is not a known key.", hints.get(plain) or f"Did you mean {best}?")
        extra[key] = value
    return extra


def _articles(root: Table, budget: dict[str, float]) -> dict[str, Any]:
    """Return every article of one table, by its name; the warning time of the budget is that of the alert."""
    out: dict[str, Any] = {}
    for name, article in ARTICLES.items():
        table = root.table(name)
        if table is not None:
            only_keys(table, article)
            if article is Suspension:
                _suspendable(table)
        out[name] = read_article(table, article, budget if article is TimeBudget else None)
    return out


def _suspendable(table: Table) -> None:
    for i, text in enumerate(table.texts("provisions", '["separation", "disclosure"]')):
        if text in KEYS[""] and text not in SUSPENDABLE:
            remedy = (
                "Leave it out. Checks of the ground line and emergency messages stay, whatever is suspended."
                if text in {"ground_line", "emergency", "assistance"}
                else f"Leave it out. Known here: {', '.join(sorted(SUSPENDABLE))}."
            )
            table.fail(("provisions", i), f"{text} cannot be suspended.", remedy)


def _refuse(root: Table, refusal: Refusal) -> NoReturn:
    given = [key for key in refusal.instead if key in root]
    path: Path = (given[0],) if given and str(refusal.path[0]) not in root else refusal.path
    root.fail(path, refusal.says, refusal.remedy)


def _or(table: Table, key: str, quantity: Quantity, example: str, usual: float) -> float:
    return table.quantity(key, quantity, example=example) if key in table else usual


def _article(root: Table, name: str, article: type[Article], usual: Article) -> Article:
    """Return an article of one table whose defaults are the fields of `usual`."""
    return _read(root.table(name), article, usual)


def _read(table: Table | None, article: type[Article], usual: Article) -> Article:
    if table is not None:
        only_keys(table, article)
    return read_article(table, article, {key.attribute: getattr(usual, key.attribute) for key in keys_of(article)})


def _near_miss(root: Table, usual: NearMiss) -> NearMiss:
    found, table = _article(root, "near_miss", NearMiss, usual), root.table("near_miss")
    if table is not None and found.critical_m > found.slant_m:
        key = "critical" if "critical" in table else "slant"
        now = f"{found.slant_m:.4g} m and {found.critical_m:.4g} m"
        remedy = f'Give both, for example slant = "500 ft" and critical = "100 ft"; now {now}.'
        table.fail(key, "The critical distance is larger than the near-miss distance.", remedy)
    return found


def _manoeuvre(root: Table) -> dict[str, Manoeuvre]:
    limits = dict(default_terms().manoeuvre)
    table = root.table("manoeuvre")
    if table is None:
        return limits
    table.only(*KEYS["manoeuvre"])
    return {category: _read(table.table(category), Manoeuvre, usual) for category, usual in limits.items()}


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
            own = first == number and (  # a party may be its own member, and its post may bear its name
                (kind == "name" and at[0] == "members") or at[0] in {"post", "callsign"} or kind in {"post", "callsign"}
            )
            both = first != number and kind == "excluded_forces" == at[0]  # both sides may exclude the same force
            if before != (*table.path, *at) and not own and not both:
                what = f'"{name}" stands here and at {table.source.place(before)}.'
                table.fail(at, what, "Name every party, member and excluded force once.")
    return parties


def _names(party: Party) -> list[tuple[Path, str]]:
    return [
        (("name",), party.name),
        *((("post",), party.post) for _ in range(bool(party.post))),
        *((("callsign",), party.callsign) for _ in range(bool(party.callsign))),
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
    post = no_address(table, "post", table.text("post", '"NORTH POST"')) if "post" in table else ""
    callsign = no_aircraft(table, "callsign", table.text("callsign", '"NORTH AIRCRAFT"')) if "callsign" in table else ""
    return Party(name, lists["members"], lists["excluded_forces"], tuple(uncrewed), post, callsign)
