"""Terms to text and back: equal, digit for digit."""

from __future__ import annotations

import json
import math
import tomllib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreement.made_up import LAT, LON, agreements
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.position import parse_position, show_position
from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import Terms, default_terms
from armslength.agreement.writing import as_dict, exact, write_terms
from armslength.units import FT, Quantity, parse

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(agreements())
def test_terms_written_and_read_again_are_the_same(terms: Terms) -> None:
    assert parse_terms(write_terms(terms), "again.toml") == terms
    assert parse_terms(write_terms(terms, explained=True), "again.toml") == terms


def test_a_lost_article_would_be_seen() -> None:
    """The control of the round trip: each article, struck from what is written, is missed."""
    tree = tomllib.loads(write_terms(default_terms()))
    assert set(tree["conduct"]) == set(CONDUCT)
    for name in ("ground_line", "disclosure", "working_group"):
        changed = write_terms(default_terms()).replace(f"[{name}]\n", f"[{name}]\n#", 1)
        kept = parse_terms(changed.replace("#check_every", 'check_every = "11 h"\n#'), "t.toml")
        assert (kept == default_terms()) == (name != "ground_line")


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


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(agreements())
def test_terms_as_a_dictionary_are_json_without_infinities(terms: Terms) -> None:
    document = json.loads(json.dumps(as_dict(terms), allow_nan=False))
    assert document["separation"]["horizontal_m"] == terms.separation.horizontal_m
    assert [party["name"] for party in document["parties"]] == [party.name for party in terms.parties]
    for area, read_back in zip(terms.exempt, document["exempt"], strict=True):
        assert read_back["floor_m"] == (area.floor_m if math.isfinite(area.floor_m) else None)
        assert (read_back["ring"] is None) == (not area.ring)
