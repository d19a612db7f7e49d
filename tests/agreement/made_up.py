"""Terms drawn at random: every article, every key by its kind, so that a new key is drawn without a word here."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box, Circle
from armslength.agreement.articles import ARTICLES, Block, Frequency, ProtectedSite
from armslength.agreement.articles_conduct import CONDUCT, Rule, usual_conduct
from armslength.agreement.articles_kinds import (
    Choice,
    Choices,
    Count,
    Daily,
    Flag,
    Hours,
    Key,
    Kind,
    Measure,
    Moment,
    keys_of,
)
from armslength.agreement.plan import clashes
from armslength.agreement.refusals import FREEZE_S, VANISH_S, refusals
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
    default_manoeuvre,
    default_terms,
)
from armslength.units import FT

SIZE = st.one_of(st.floats(1e-3, 1e6), st.integers(1, 10_000).map(lambda n: n * FT), st.integers(1, 50).map(float))
LAT, LON = st.floats(-90, 90), st.floats(-180, 180)
CHANNELS = ("118.000", "132.055", "136.990", "225.000 MHz", "251.000 MHz", "399.975 MHz", "4125.0 kHz")


def harmless(name: str) -> bool:
    hex_like = any(re.fullmatch("(0x)?[0-9a-fA-F]{6}", token) for token in re.split(r"[\W_]+", name))
    return bool(name) and name.isprintable() and "*" not in name and not hex_like


NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(str.strip).filter(harmless)
SIGN = NAME.filter(lambda name: not any(c.isdigit() for c in name))
STAMP = st.integers(0, 2**62 // 1000).map(lambda n: n * 1000)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    name, low, high = draw(NAME), draw(st.floats(-500, 5e3)), draw(st.floats(5001.0, 4e4))
    floor, ceiling = draw(st.sampled_from([(low, high), (-math.inf, high), (low, math.inf), (-math.inf, math.inf)]))
    shape = draw(st.sampled_from(["ring", "circle", "box"]))
    if shape == "circle":
        return Area(name, circle=Circle(draw(LAT), draw(LON), draw(SIZE)), floor_m=floor, ceiling_m=ceiling)
    if shape == "box":
        south, north = sorted((draw(LAT), draw(LAT)))
        west, east = draw(LON), draw(LON)
        assume(south < north and west != east)
        return Area(name, box=Box(south, west, north, east), floor_m=floor, ceiling_m=ceiling)
    lat, lon = draw(st.floats(-80, 80)), draw(st.floats(-170, 170))
    part = st.floats(0.1, 5.0)
    ring = ((lat - draw(part), lon), (lat, lon + draw(part)), (lat + draw(part), lon), (lat, lon - draw(part)))
    return Area(name, ring=ring, floor_m=floor, ceiling_m=ceiling)


@st.composite
def parties(draw: st.DrawFn) -> tuple[Party, ...]:
    if draw(st.booleans()):
        return ()
    names = draw(st.lists(NAME, min_size=8, max_size=8, unique_by=str.casefold))
    kinds = tuple(
        Uncrewed(name, draw(st.sampled_from(CATEGORIES)))
        for name in draw(st.lists(NAME, max_size=2, unique_by=str.casefold))
    )
    sign = draw(SIGN.filter(lambda sign: sign.casefold() not in {name.casefold() for name in names}))
    first = Party(names[0], (names[1], names[2]), (names[3],), kinds, names[6], sign)
    return first, Party(names[4], (), (names[3], names[5]), (), names[7])


def values(key: Key, kind: Kind) -> st.SearchStrategy[Any]:
    """Return what may stand under a key."""
    if isinstance(kind, Measure):
        least = kind.least if kind.least is not None else 1e-3
        most = min(kind.most, 1e6 + least)
        return st.floats(least, most) | st.just(key.usual if isinstance(key.usual, float) else least)
    if isinstance(kind, Count):
        return st.integers(kind.least, kind.most)
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, Choice):
        return st.sampled_from(kind.options)
    if isinstance(kind, Choices):
        return st.lists(st.sampled_from(kind.options), unique=True).map(tuple)
    if isinstance(kind, Moment):
        return st.none() | STAMP
    if isinstance(kind, Daily):
        minute = st.integers(0, 1439).map(lambda n: n * 60)
        return st.none() | st.builds(Hours, minute, minute).filter(lambda hours: hours.from_s != hours.until_s)
    return NAME if key.usual == "" else st.lists(NAME, max_size=3, unique_by=str.casefold).map(tuple)


@st.composite
def articles(draw: st.DrawFn, article: type[Any], **given: Any) -> Any:
    """Return an article with every key drawn."""
    keys = [key for key in keys_of(article) if key.attribute not in given]
    drawn = {key.attribute: draw(values(key, key.kind)) for key in keys}
    begin, end = drawn.get("from_ns"), drawn.get("until_ns")
    assume(begin is None or end is None or begin < end)
    return article(**drawn, **given)


@st.composite
def places(draw: st.DrawFn, sides: tuple[Party, ...]) -> dict[str, Any]:
    """Return blocks, sites and frequencies."""
    names = draw(st.lists(NAME, min_size=4, max_size=4, unique_by=str.casefold))
    party = st.sampled_from([side.name for side in sides]) if sides else st.nothing()
    blocks, sites, frequencies = [], [], []
    for name in names[: 2 * bool(sides)]:
        area = draw(areas())
        named = Area(name, area.ring, area.circle, area.box, area.floor_m, area.ceiling_m)
        blocks.append(draw(articles(Block, area=named, party=draw(party))))
    for name in names[2 : 2 + 2 * bool(sides)]:
        ceiling = draw(st.just(math.inf) | st.floats(0, 1e4))
        sites.append(ProtectedSite(name, draw(party), draw(LAT), draw(LON), draw(st.floats(1.0, 1e5)), ceiling))
    for i, channel in enumerate(draw(st.lists(st.sampled_from(CHANNELS), max_size=3))):
        area_ = draw(st.none() | areas())
        frequencies.append(draw(articles(Frequency, id=f"F{i + 1}", channel=channel, area=area_)))
    assume(all(one.role != "guard" or one.use == "voice" for one in frequencies))
    roles = {one.role for one in frequencies}
    assume("alternate" not in roles or "primary" in roles)
    assume(not any(one.same and one.certain for one in clashes(frequencies)))
    return {"blocks": tuple(blocks), "protected_sites": tuple(sites), "frequencies": tuple(frequencies)}


FIRST, LAST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
ALONE = st.one_of(
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    TEXTS,
    st.datetimes(FIRST, LAST, timezones=st.none() | ZONES),
    st.dates(date(1, 1, 1)),
    st.times(),
)
ANY = st.recursive(
    ALONE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
"""Any TOML value: dates, times, lists of tables, tables in tables, keys that need quotes."""
UNKNOWN = st.sampled_from(["weather", "x-ray", "Ünbekannt", "a b", "", "quotas", "telemetry"])
EXTRA = st.dictionaries(UNKNOWN, ANY, max_size=3)


PARTS = ("top", "area", "sides", "minima", "manoeuvre", "extra", *ARTICLES, *CONDUCT)


@st.composite
def agreements(draw: st.DrawFn, parts: int = 5) -> Terms:
    """Return terms that are not refused, with up to `parts` of their parts drawn and the others usual."""
    changed: dict[str, Any] = {}
    for part in draw(st.sets(st.sampled_from(PARTS), min_size=1, max_size=parts)):
        if part == "top":
            changed |= {"title": draw(NAME), "version": draw(st.integers(1, 10**6)), "alert_s": draw(SIZE)}
            changed |= {"lookahead_s": draw(st.floats(1e7, 2e7))}
            changed |= {"datum": draw(st.sampled_from([BAROMETRIC, GEOMETRIC]))}
        elif part == "area":
            changed |= {"area": draw(areas()), "exempt": tuple(draw(st.lists(areas(), max_size=2)))}
        elif part == "sides":
            sides = draw(parties())
            changed |= {"parties": sides, **draw(places(sides))}
        elif part == "minima":
            slant = draw(SIZE)
            changed["separation"] = Separation(draw(SIZE), draw(SIZE), draw(st.just(0.0) | SIZE))
            changed["near_miss"] = NearMiss(slant, slant * draw(st.floats(0.1, 1.0)))
        elif part == "manoeuvre":
            one = draw(st.sampled_from(CATEGORIES))
            changed["manoeuvre"] = {**default_manoeuvre(), one: Manoeuvre(draw(SIZE), draw(SIZE), draw(SIZE))}
        elif part == "extra":
            changed["extra"] = draw(EXTRA)
        elif part in ARTICLES:
            changed[part] = draw(articles(ARTICLES[part]))
        else:
            figures = {key.attribute: draw(values(key, key.kind)) for key in CONDUCT[part].keys}
            changed["conduct"] = {**changed.get("conduct", usual_conduct()), part: Rule(draw(st.booleans()), figures)}
    terms = settled(replace(default_terms(), **changed))
    assert refusals(terms) == ()
    return terms


def settled(terms: Terms) -> Terms:
    """Return `terms` with what contradicts itself put right."""
    failover, line, budget = terms.failover, terms.ground_line, terms.time_budget
    excluded = () if terms.disclosure.mode in {"open", "proximity"} else terms.scope.excluded
    no_answer = failover.calls * failover.call_every_s
    warning = max(budget.spent_s * 1.5, terms.alert_s)
    vanish = min(max(line.vanish_s, VANISH_S[0]), VANISH_S[1])
    freeze = min(max(line.freeze_s, FREEZE_S[0], vanish), FREEZE_S[1])
    return replace(
        terms,
        lookahead_s=max(terms.lookahead_s, warning),
        time_budget=replace(budget, warning_s=warning),
        scope=replace(terms.scope, excluded=excluded),
        failover=replace(failover, no_answer_s=no_answer, ground_line_s=no_answer * 2),
        ground_line=replace(line, vanish_s=vanish, freeze_s=freeze),
    )
