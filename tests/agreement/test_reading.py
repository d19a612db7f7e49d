"""Every way in which terms can be wrong is told with file, line, field, what is wrong and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.reading import parse_terms, read_terms
from armslength.agreement.terms import BAROMETRIC, Area, Box, Circle, Separation, Uncrewed, default_terms
from armslength.errors import AgreementError
from armslength.units import FT, NM

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "agreement.toml"
BASE = """\
title = "Memo"
version = 2
datum = "barometric"
lookahead = "150 s"

[area]
name = "North"
polygon = [
  "36.5 N, 37.25 E",
  "363000N 0391500E",
  ["35 deg", "38 deg"],
]
floor = "FL100"

[[exempt]]
name = "home"
circle = { centre = "36 N, 38 E", radius = "10 NM" }

[[exempt]]
name = "range"
box = { south = "35.5 N", west = "37.5 E", north = "36 N", east = "38.5 E" }

[separation]
horizontal = "5 NM"
vertical = "1,000 ft"
dwell_limit = "1 min"

[near_miss]
slant = "500 ft"
critical = "100 ft"

[[party]]
name = "A"
members = ["Aland", "Beland"]
excluded_forces = ["Guard"]
[[party.uncrewed]]
name = "kite"
category = "uncrewed_small"

[[party]]
name = "B"
excluded_forces = ["Guard"]

[manoeuvre.tanker]
horizontal = "0.6 g"
"""


def lines_of(text: str) -> list[str]:
    return text.split("\n")


def line_of(start: str) -> int:
    """The line of BASE, from 1, that begins with `start`."""
    return next(i for i, row in enumerate(lines_of(BASE), 1) if row.strip().startswith(start))


def test_terms_are_read_into_si() -> None:
    terms = parse_terms(BASE, "t.toml")
    assert (terms.title, terms.version, terms.datum, terms.lookahead_s) == ("Memo", 2, BAROMETRIC, 150.0)
    assert terms.area == Area("North", ring=((36.5, 37.25), (36.5, 39.25), (35.0, 38.0)), floor_m=10_000 * FT)
    assert terms.exempt[0] == Area("home", circle=Circle(36.0, 38.0, 10 * NM))
    assert terms.exempt[1] == Area("range", box=Box(35.5, 37.5, 36.0, 38.5))
    assert terms.separation == Separation(5 * NM, 1000 * FT, 60.0)
    assert [party.name for party in terms.parties] == ["A", "B"]
    assert terms.parties[0].members == ("Aland", "Beland")
    assert terms.parties[0].excluded_forces == terms.parties[1].excluded_forces == ("Guard",)
    assert terms.parties[0].uncrewed == (Uncrewed("kite", "uncrewed_small"),)
    usual = default_terms().manoeuvre
    assert terms.manoeuvre["tanker"].horizontal_mps2 == pytest.approx(0.6 * 9.80665)
    assert terms.manoeuvre["tanker"].speed_mps == usual["tanker"].speed_mps
    assert {key: limit for key, limit in terms.manoeuvre.items() if key != "tanker"} == {
        key: limit for key, limit in usual.items() if key != "tanker"
    }
    assert read_terms(BASE, "t.toml").doubts == ()


def test_what_is_left_out_is_the_rule_of_threes() -> None:
    terms, usual = parse_terms('title = "Short"', "t.toml"), default_terms()
    assert terms.separation == usual.separation == Separation(3 * NM, 3000 * FT, 180.0)
    assert (terms.near_miss, terms.lookahead_s, terms.manoeuvre) == (usual.near_miss, 180.0, usual.manoeuvre)
    assert (terms.area, terms.exempt, terms.parties, terms.version) == (None, (), (), 1)


# what to replace in BASE, by what; the row of BASE on which the error stands; its field; what is wrong; the remedy
WRONG = [
    ('"5 NM"', "5", "horizontal", "separation.horizontal", '"5" has no unit.', 'for example "3 NM"'),
    ('"5 NM"', '"5"', "horizontal", "separation.horizontal", '"5" has no unit.', 'for example "3 NM"'),
    ('"5 NM"', "5 NM", "horizontal", "horizontal", "5 NM is not in quotes.", 'horizontal = "5 NM"'),
    ('"5 NM"', '"5 s"', "horizontal", "separation.horizontal", "s is not a unit of length", 'for example "3 NM"'),
    ('"5 NM"', '"five NM"', "horizontal", "separation.horizontal", "is not a number with a unit", 'example "3 NM"'),
    ('"5 NM"', '"-5 NM"', "horizontal", "separation.horizontal", "not more than zero", 'horizontal = "3 NM"'),
    ('"1,000 ft"', "true", "vertical", "separation.vertical", "true (yes or no)", '"3000 ft"'),
    ('"1 min"', '"-1 s"', "dwell_limit", "separation.dwell_limit", "too small", '"180 s"'),
    (
        "dwell_limit",
        "dwel_limit",
        "dwell_limit",
        "separation.dwel_limit",
        "not a known key",
        "Did you mean dwell_limit?",
    ),
    ("[separation]", "[seperation]", "[separation]", "seperation", "not a known key", "Did you mean separation?"),
    (
        "[separation]",
        "[[separation]]",
        "[separation]",
        "separation",
        "A list stands where a table",
        "Write [separation]",
    ),
    (
        '"100 ft"',
        '"600 ft"',
        "critical",
        "near_miss.critical",
        "larger than the near-miss distance",
        'slant = "500 ft"',
    ),
    ('slant = "500 ft"', 'slant = "9 ft"', "critical", "near_miss.critical", "larger than the near", "Give both"),
    ('"150 s"', '"90 NM"', "lookahead", "lookahead", "NM is not a unit of time", '"180 s"'),
    ("lookahead", "look_ahead", "lookahead", "look_ahead", "not a known key", "Did you mean lookahead?"),
    ('"barometric"', '"QNH"', "datum", "datum", '"QNH" is not known', "barometric, geometric"),
    ('"barometric"', '"geometric"', "floor", "area.floor", "is a flight level", 'floor = "10000 ft"'),
    ("version = 2", 'version = "2"', "version", "version", "not a whole number from 1 up", "version = 1"),
    ("version = 2", "version = 0", "version", "version", "not a whole number from 1 up", "version = 1"),
    ('title = "Memo"', "", "", "", "title is missing.", 'title = "Memorandum on flight safety"'),
    ('name = "North"', "", "[area]", "area", "name is missing.", 'name = "Northern sector"'),
    (
        '"36.5 N, 37.25 E"',
        "[36.5, 37.25]",
        '"36.5 N',
        "area.polygon[1]",
        "not a position with its unit",
        "36.5 N, 37.2",
    ),
    ('"36.5 N, 37.25 E"', '["36.5", "3 deg"]', '"36.5 N', "area.polygon[1][1]", '"36.5" has no unit', '"36.5 deg"'),
    (
        '"36.5 N, 37.25 E"',
        '"37.25 E, 36.5 N"',
        '"36.5 N',
        "area.polygon[1]",
        "begins with the longitude",
        "36.5 N, 37.25",
    ),
    ('"36.5 N, 37.25 E"', '"36.5 N"', '"36.5 N', "area.polygon[1]", '"36.5 N" is not a position', '"36.5 N, 37.25 E"'),
    ('"36.5 N, 37.25 E"', '"91 N, 3 E"', '"36.5 N', "area.polygon[1]", '"91 N" is beyond 90 degrees', '"36.5 N"'),
    ("363000N", "366100N", '"363000N', "area.polygon[2]", "minutes and seconds end at 59", '"36.5 N"'),
    ("0391500E", "391500E", '"363000N', "area.polygon[2]", '"391500E" is not a longitude', '"37.25 E"'),
    (
        '["35 deg", "38 deg"]',
        '["38 deg", "181 deg"]',
        '["35',
        "area.polygon[3]",
        "beyond the poles or",
        "Latitude first",
    ),
    ('["35 deg", "38 deg"],', "", "polygon", "area.polygon", "A polygon of 2 corners holds nothing", "three or more"),
    ('["35 deg", "38 deg"]', '"363000N 0391500E"', '["35', "area.polygon[3]", "stands twice in a row", "Leave one"),
    (
        '["35 deg", "38 deg"]',
        '"35 N, 39 E", "37 N, 38 E"',
        '["35',
        "area.polygon[3]",
        "crosses the edge",
        "walk around",
    ),
    ('["35 deg", "38 deg"]', '"30 S, 142 W"', "polygon", "area.polygon", "too wide", "Split it"),
    ('floor = "FL100"', 'floor="FL100"\nceiling="FL90"', "floor", "area.floor", "not under the ceiling", "Exchange"),
    ('floor = "FL100"', "floor = 100", "floor", "area.floor", '"100" has no unit', '"FL245"'),
    ('floor = "FL100"', 'floor = "-9 km"', "floor", "area.floor", "too small", '"FL245"'),
    ('"10 NM"', '"6000 NM"', "circle", "exempt[1].circle.radius", "more than 5,000 NM", "Use a box"),
    ('"10 NM"', '"0 NM"', "circle", "exempt[1].circle.radius", "not more than zero", '"40 NM"'),
    (', radius = "10 NM"', "", "circle", "exempt[1].circle", "radius is missing", 'radius = "40 NM"'),
    ('centre = "36 N, 38 E", ', "", "circle", "exempt[1].circle", "centre is missing", 'centre = "35.4 N, 38.9 E"'),
    ("centre", "center", "circle", "exempt[1].circle.center", "not a known key", "Did you mean centre?"),
    ("circle = {", "circle = 3 # {", "circle", "exempt[1].circle", "3 (a bare number) stands where a table", "[exempt"),
    ("circle = {", "box = {}\ncircle = {", "circle", "exempt[1].circle", "2 shapes: box, circle", "Give exactly one"),
    ('"36 N", east', '"35 N", east', "box", "exempt[2].box.south", "not south of the north edge", "Exchange south"),
    ('"37.5 E"', '"38.5 E"', "box", "exempt[2].box.west", "the same meridian", '"180 W" and "180 E"'),
    ('"37.5 E"', '"37.5 N"', "box", "exempt[2].box.west", '"37.5 N" is not a longitude', '"37.25 E"'),
    ('"37.5 E"', "37.5", "box", "exempt[2].box.west", '"37.5" has no unit', '"36 E"'),
    ('"37.5 E"', '"200 deg"', "box", "exempt[2].box.west", '"200 deg" is beyond 180 degrees', "box = {"),
    ('west = "37.5 E", ', "", "box", "exempt[2].box", "west is missing", 'west = "36 E"'),
    ('name = "A"', 'nam = "A"', 'name = "A"', "party[1].nam", "not a known key", "Did you mean name?"),
    ('"Beland"', "7", "members", "party[1].members[2]", "7 (a bare number) stands where a text", "Write it in quotes"),
    ('"Beland"', '"aland"', "members", "party[1].members[2]", "stands here and at line", "party[1].members[1]"),
    ('"Beland"', '"Guard"', "excluded_forces", "party[1].excluded_forces[1]", "party[1].members[2]", "once"),
    ('name = "B"', 'name = "Aland"', 'name = "B"', "party[2].name", "party[1].members[1]", "once"),
    ('name = "B"', 'name = "B"\n[[party]]\nname = "C"', 'name = "B"', "party[3]", "There are 3 parties", "each pair"),
    ('"uncrewed_small"', '"uncrewed"', "category", "party[1].uncrewed[1].category", "not known", "uncrewed_large, unc"),
    ('name = "kite"', 'name = ""', 'name = "kite"', "party[1].uncrewed[1].name", "The text is empty", "drone"),
    ("manoeuvre.tanker", "manoeuvre.tankers", "[manoeuvre", "manoeuvre.tankers", "not a known key", "mean tanker?"),
    ('"0.6 g"', '"6 kt"', 'horizontal = "0.6', "manoeuvre.tanker.horizontal", "kt is not a unit of accel", '"0.5 g"'),
    ('"0.6 g"', '"0 g"', 'horizontal = "0.6', "manoeuvre.tanker.horizontal", "not more than zero", '"3 g"'),
]


@pytest.mark.parametrize(("old", "new", "row", "field", "what", "remedy"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_value_is_told_with_line_field_and_remedy(
    old: str, new: str, row: str, field: str, what: str, remedy: str
) -> None:
    assert BASE.count(old) == 1 or old in ('"FL100"',), "the test must change one place only"
    text = BASE.replace(old, new)
    with pytest.raises(AgreementError) as caught:
        parse_terms(text, "folder/t.toml")
    wrong = caught.value
    line = line_of(row) if row else 1
    line += new[: new.find("\n[[party]]") + 1].count("\n") + ("circle = {" in new and "\n" in new)
    assert wrong.where == ", ".join(part for part in ("folder/t.toml", f"line {line}", field) if part)
    assert what in wrong.what
    assert remedy in str(wrong)
    assert wrong.remedy
    assert str(wrong).startswith("folder/t.toml, line ")
    assert "\n" not in str(wrong)


@pytest.mark.parametrize(
    "name", ["ae1460", "AE1460", "484556", "MQ-9 (ae1460)", "abcdef", "ABCDEF", "0xae1460", "RCH*"]
)
@pytest.mark.parametrize("where", ['"Memo"', '"North"', '"home"', '"A"', '"Beland"', '"Guard"', '"kite"'])
def test_what_looks_like_an_address_or_a_pattern_is_refused_and_sent_to_the_membership_file(
    name: str, where: str
) -> None:
    text = BASE.replace(where, f'"{name}"', 1)
    line = next(i for i, row in enumerate(lines_of(BASE), 1) if where in row)
    with pytest.raises(AgreementError, match="membership file") as caught:
        parse_terms(text, "t.toml")
    assert caught.value.where.startswith(f"t.toml, line {line}, ")
    assert f'"{name}"' in caught.value.what


@pytest.mark.parametrize("name", ["Decade", "MQ-9", "F-16C/D", "Su-35S", "2nd Air Army", "E-3A", "20 October 2015"])
def test_names_of_people_and_types_are_not_taken_for_addresses(name: str) -> None:
    assert parse_terms(BASE.replace('"Beland"', f'"{name}"'), "t.toml").parties[0].members[1] == name


@pytest.mark.parametrize("key", ["addresses", "icao24", "callsigns", "ranges"])
def test_keys_of_the_membership_file_are_sent_there(key: str) -> None:
    with pytest.raises(AgreementError, match="membership file") as caught:
        parse_terms(BASE.replace('name = "B"', f'name = "B"\n{key} = []'), "t.toml")
    assert f"party[2].{key}" in caught.value.where


def test_one_party_is_not_an_agreement() -> None:
    text = BASE[: BASE.index('[[party]]\nname = "B"')]
    with pytest.raises(AgreementError, match=r"line 32, party\[1\]: It is the only party.*Name both"):
        parse_terms(text, "t.toml")


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "\ufeff"])
def test_an_empty_file_says_what_to_write(text: str) -> None:
    with pytest.raises(AgreementError, match=r't\.toml: It is empty\. .*title = "My terms"'):
        parse_terms(text, "t.toml")


def test_a_closed_ring_is_opened_and_a_ring_around_a_pole_is_read() -> None:
    closed = BASE.replace('["35 deg", "38 deg"],', '["35 deg", "38 deg"], "36.5 N, 37.25 E"')
    assert parse_terms(closed, "t.toml").area == parse_terms(BASE, "t.toml").area
    cap = 'title = "Cap"\n[area]\nname = "cap"\npolygon = ["80 N, 0 E", "80 N, 120 E", "80 N, 120 W"]\n'
    area = parse_terms(cap, "t.toml").area
    assert area is not None
    assert area.contains(90.0, 12.0, 0.0)


def test_a_ring_that_touches_itself_in_a_corner_is_refused() -> None:
    bow = '"1 S, 1 W", "0 N, 0 E", "1 N, 1 W", "1 N, 1 E", "0 N, 0 E", "1 S, 1 E"'
    with pytest.raises(AgreementError, match="crosses the edge"):
        parse_terms(f'title = "T"\n[area]\nname = "bow"\npolygon = [{bow}]', "t.toml")


def test_a_party_may_stand_among_its_own_members() -> None:
    text = BASE.replace('"Aland", "Beland"', '"A", "Beland"')
    assert parse_terms(text, "t.toml").parties[0].members == ("A", "Beland")


def test_too_many_corners_are_refused() -> None:
    corners = ", ".join(f'"{36 + i / 2000} N, {37 + (i % 2) / 10} E"' for i in range(1200))
    with pytest.raises(AgreementError, match=r"It has 1200 corners\. Simplify it to 1000"):
        parse_terms(f'title = "T"\n[area]\nname = "many"\npolygon = [{corners}]', "t.toml")


def test_the_example_is_read_without_doubts() -> None:
    reading = read_terms(EXAMPLE.read_text("utf-8"), "agreement.toml")
    assert reading.doubts == ()
    assert len(reading.terms.parties) == 2
    assert len(reading.terms.exempt) == 2


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_file_is_terms_or_an_error_that_names_it(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(BASE)))
    end = data.draw(st.integers(start, min(len(BASE), start + 40)))
    text = BASE[:start] + data.draw(st.text(alphabet="[]{}\"'=,.#\n 09NEft-*", max_size=8)) + BASE[end:]
    try:
        parse_terms(text, "t.toml")
    except AgreementError as wrong:
        assert wrong.where.startswith("t.toml")
        assert wrong.what
        assert wrong.remedy
