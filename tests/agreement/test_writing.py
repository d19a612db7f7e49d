"""Terms to text and back: equal, digit for digit."""

from __future__ import annotations

import json
import math
import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box, Circle
from armslength.agreement.position import parse_position, show_position
from armslength.agreement.reading import parse_terms
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
from armslength.agreement.writing import as_dict, exact, write_terms
from armslength.units import FT, Quantity, parse

SIZE = st.one_of(st.floats(1e-3, 1e6), st.integers(1, 10_000).map(lambda n: n * FT), st.integers(1, 50).map(float))
LAT, LON = st.floats(-90, 90), st.floats(-180, 180)


def harmless(name: str) -> bool:
    hex_like = any(re.fullmatch("(0x)?[0-9a-fA-F]{6}", token) for token in re.split(r"[\W_]+", name))
    return bool(name) and name.isprintable() and "*" not in name and not hex_like


NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(str.strip).filter(harmless)


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
    names = draw(st.lists(NAME, min_size=6, max_size=6, unique_by=str.casefold))
    kinds = tuple(
        Uncrewed(name, draw(st.sampled_from(CATEGORIES)))
        for name in draw(st.lists(NAME, max_size=2, unique_by=str.casefold))
    )
    return Party(names[0], (names[1], names[2]), (names[3],), kinds), Party(names[4], (), (names[3], names[5]))


@st.composite
def agreements(draw: st.DrawFn) -> Terms:
    slant = draw(SIZE)
    limits = {category: Manoeuvre(draw(SIZE), draw(SIZE), draw(SIZE)) for category in CATEGORIES}
    return Terms(
        title=draw(NAME),
        version=draw(st.integers(1, 10**6)),
        area=draw(st.none() | areas()),
        exempt=tuple(draw(st.lists(areas(), max_size=2))),
        parties=draw(parties()),
        separation=Separation(draw(SIZE), draw(SIZE), draw(st.just(0.0) | SIZE)),
        near_miss=NearMiss(slant, slant * draw(st.floats(0.1, 1.0))),
        lookahead_s=draw(SIZE),
        manoeuvre=limits,
        datum=draw(st.sampled_from([BAROMETRIC, GEOMETRIC])),
    )


@settings(max_examples=150, deadline=None)
@given(agreements())
def test_terms_written_and_read_again_are_the_same(terms: Terms) -> None:
    assert parse_terms(write_terms(terms), "again.toml") == terms


def test_the_default_profile_is_written_in_the_units_of_the_trade() -> None:
    text = write_terms(default_terms())
    assert parse_terms(text, "threes.toml") == default_terms()
    for row in ('horizontal = "3 NM"', 'vertical = "3000 ft"', 'dwell_limit = "180 s"', 'slant = "500 ft"'):
        assert row in text


@settings(deadline=None)
@given(st.floats(0.0, 1e9) | st.integers(0, 10**6).map(lambda n: n * FT))
def test_an_exact_number_reads_back_to_the_same_float(value: float) -> None:
    assert parse(json.loads(exact(value, Quantity.LENGTH, ("NM", "ft"))), Quantity.LENGTH) == value


@given(LAT, LON)
def test_a_position_reads_back_to_the_same_floats(lat: float, lon: float) -> None:
    assert parse_position(show_position(lat, lon)) == (lat, lon)


def test_an_aip_position_is_degrees_minutes_seconds() -> None:
    assert parse_position("363015N 0371500E") == (36 + 30 / 60 + 15 / 3600, 37.25)
    assert parse_position("3630S 17945W") == (-36.5, -179.75)
    assert parse_position("36.5n37.25e") == (36.5, 37.25)


@settings(max_examples=50, deadline=None)
@given(agreements())
def test_terms_as_a_dictionary_are_json_without_infinities(terms: Terms) -> None:
    document = json.loads(json.dumps(as_dict(terms), allow_nan=False))
    assert document["separation"]["horizontal_m"] == terms.separation.horizontal_m
    assert [party["name"] for party in document["parties"]] == [party.name for party in terms.parties]
    for area, read_back in zip(terms.exempt, document["exempt"], strict=True):
        assert read_back["floor_m"] == (area.floor_m if math.isfinite(area.floor_m) else None)
        assert (read_back["ring"] is None) == (not area.ring)
