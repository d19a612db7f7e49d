"""What an officer reads at three in the morning: every figure, every name, and what is never exempt."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from armslength.agreement.area import Area, Box, Circle
from armslength.agreement.articles import ARTICLES
from armslength.agreement.articles_conduct import CONDUCT, Rule
from armslength.agreement.articles_kinds import (
    Choice,
    Choices,
    Count,
    Daily,
    Flag,
    Hours,
    Key,
    Measure,
    Moment,
    Text,
    keys_of,
)
from armslength.agreement.doubts import doubts
from armslength.agreement.plain import duration, plain
from armslength.agreement.reading import parse_terms, read_terms
from armslength.agreement.terms import (
    CATEGORIES,
    GEOMETRIC,
    UNKNOWN,
    Manoeuvre,
    NearMiss,
    Separation,
    Terms,
    default_terms,
    limit_for,
)
from armslength.units import FT, G0, NM, NS

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "agreement.toml"


def said(terms: Terms) -> str:
    return "\n".join(sentence for section in plain(terms) for sentence in section.sentences)


def test_the_rule_of_threes_is_said_with_its_figures_in_both_measures() -> None:
    text = said(default_terms())
    for part in (
        "3 NM (5.56 km) apart horizontally or 3,000 ft (914 m) apart vertically",
        "at most 180 s (3 min)",
        "Closer than 500 ft (152 m) in a straight line is a near miss",
        "closer than 100 ft (30 m)",
        "Near misses are always detected: outside the area and in exempt areas too.",
        "180 s (3 min) ahead",
        "Everywhere, at every level.",
        "every aircraft counts as its own party",
        "Unknown: 3 g sideways, 1 g up or down, at most 1,650 kt (3,056 km/h).",
        "At 3 g and a report every 5 s it is 92 m.",
    ):
        assert part in text


def test_the_example_names_area_levels_parties_members_and_the_excluded() -> None:
    text = said(parse_terms(EXAMPLE.read_text("utf-8"), "agreement.toml"))
    for part in (
        "Eastern plateau, the polygon 36.9 N, 38 E; ",
        "up to FL500 (50,000 ft, 15,240 m)",
        "standard pressure (1013.25 hPa)",
        "Exempt from the minima: Plateau air base, all within 8 NM (14.8 km) of 36.2 N, 40.6 E, up to FL060",
        "from FL200 (20,000 ft, 6,096 m) to FL300",
        "near misses are detected there all the same",
        "Northern party is bound, and binds: Northland, Westmark.",
        "Westmark border guard (excluded)",
        "long-endurance drone (large uncrewed)",
        "own membership file",
        "Tanker: 0.6 g sideways",
    ):
        assert part in text


def test_every_number_of_an_article_moves_the_sentences() -> None:
    usual = default_terms()
    before = said(usual)
    changed = [
        replace(usual, separation=Separation(7 * NM, 3000 * FT, 180.0)),
        replace(usual, separation=Separation(3 * NM, 777 * FT, 180.0)),
        replace(usual, separation=Separation(3 * NM, 3000 * FT, 77.0)),
        replace(usual, separation=Separation(3 * NM, 3000 * FT, 0.0)),
        replace(usual, near_miss=NearMiss(777 * FT, 100 * FT)),
        replace(usual, near_miss=NearMiss(500 * FT, 77 * FT)),
        replace(usual, lookahead_s=77.0),
        replace(usual, area=Area("X", circle=Circle(1.0, 2.0, 3e4))),
        replace(usual, exempt=(Area("X", box=Box(1.0, 2.0, 3.0, 4.0), floor_m=5.0),)),
        replace(usual, manoeuvre={**usual.manoeuvre, UNKNOWN: Manoeuvre(77 * G0, 1.0, 1.0)}),
    ]
    assert all(said(terms) != before for terms in changed)
    assert "a breach at once" in said(changed[3])


def other(key: Key, value: Any) -> Any:
    """Another value that a key may hold."""
    kind = key.kind
    if isinstance(kind, Measure):
        return value + 1.0 if kind.most > 180.0 else value / 2
    if isinstance(kind, Count):
        return value + 1 if value < kind.most else value - 1
    if isinstance(kind, Flag):
        return not value
    if isinstance(kind, Choice):
        return next(option for option in kind.options if option != value)
    if isinstance(kind, Choices):
        return value[1:]
    if isinstance(kind, Moment):
        return 1_446_552_000 * NS
    if isinstance(kind, Daily):
        return Hours(6 * 3600, 18 * 3600)
    return "Something else" if isinstance(kind, Text) else (*value, "Something else")


@pytest.mark.parametrize("name", list(ARTICLES))
def test_every_key_of_every_article_moves_the_sentences(name: str) -> None:
    usual = default_terms()
    article = getattr(usual, name)
    for key in keys_of(ARTICLES[name]):
        changed = replace(article, **{key.attribute: other(key, getattr(article, key.attribute))})
        assert said(replace(usual, **{name: changed})) != said(usual), key.key


@pytest.mark.parametrize("number", list(CONDUCT))
def test_every_figure_of_every_rule_moves_the_sentences(number: str) -> None:
    usual = default_terms()
    rule = usual.conduct[number]
    for key in CONDUCT[number].keys:
        figures = {**rule.figures, key.attribute: other(key, rule.figures[key.attribute])}
        text = said(replace(usual, conduct={**usual.conduct, number: Rule(True, figures)}))
        assert f"{number} ({CONDUCT[number].title}): {key.key.replace('_', ' ')} " in text
    off = said(replace(usual, conduct={**usual.conduct, number: Rule(False, rule.figures)}))
    assert "34 of the 35 rules" in off and f"Not judged: {number} (" in off


def test_places_channels_posts_and_unknown_articles_are_said() -> None:
    text = said(parse_terms(WHOLE, "t.toml"))
    for part in (
        "A is called at its duty post: A POST.",
        "each of its aircraft is a B AIRCRAFT",
        "Reserved for A: River line, all within 20 NM (37 km) of 36 N, 38 E, at every level, every day 0600Z-1800Z, "
        "from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z.",
        "Protected site of B, not to be overflown by the other: Depot, all within 1 NM (1.85 km) of 36.2 N, 38.1 E, "
        "below FL100",
        "F1: 251.000 MHz, primary, for voice, everywhere, at all hours.",
        "F2: 132.055, alternate, for voice and data, in north, ",
        "F3: 121.500, guard, for voice, everywhere, at all hours. For distress and first contact.",
        'May be said in public: "Both sides talk."',
        "weather: not executed by this version. It is part of what is signed: { minimum = 3 }",
        "The public rescue centre is: Rescue centre, by telephone.",
        "separation (the minima and warnings about them), working_group (the working group). The rest stays.",
    ):
        assert part in text, part


WHOLE = """\
title = "Whole"
lookahead = "180 s"
[[party]]
name = "A"
post = "A POST"
[[party]]
name = "B"
post = "B POST"
callsign = "B AIRCRAFT"
[[block]]
name = "River line"
party = "A"
circle = { centre = "36 N, 38 E", radius = "20 NM" }
from = 2026-01-01T00:00:00Z
until = "2027-01-01T00:00:00Z"
hours = "06:00-18:00Z"
[[protected_site]]
name = "Depot"
party = "B"
place = "36.2 N, 38.1 E"
ceiling = "FL100"
[[frequency]]
id = "F1"
channel = "251 MHz"
[[frequency]]
id = "F2"
channel = "132.055"
role = "alternate"
use = "voice and data"
[frequency.area]
name = "north"
box = { south = "35 N", west = "37 E", north = "37 N", east = "39 E" }
[[frequency]]
id = "F3"
channel = "121.5 MHz"
role = "guard"
[confidentiality]
public_lines = ["Both sides talk."]
[assistance]
rescue_centre = "Rescue centre, by telephone"
[weather]
minimum = 3
"""


def test_geometric_levels_are_said_to_be_geometric_and_never_as_flight_levels() -> None:
    area = Area("X", circle=Circle(1.0, 2.0, 3e4), floor_m=10_000 * FT)
    text = said(replace(default_terms(), area=area, datum=GEOMETRIC))
    assert "WGS-84 ellipsoid" in text
    assert re.search(r"FL\d", text) is None
    assert "from 10,000 ft (3,048 m) upwards" in text


def test_a_polygon_of_many_corners_is_not_read_out() -> None:
    ring = tuple((10 * math.sin(i / 20 * math.tau), 10 * math.cos(i / 20 * math.tau)) for i in range(20))
    assert "a polygon of 20 corners that begins at" in said(replace(default_terms(), area=Area("X", ring=ring)))


def test_durations_add_minutes_only_when_longer_than_one() -> None:
    assert duration(60.0) == "60 s"
    assert duration(90.0) == "90 s (1.5 min)"


def test_the_limit_of_an_unheard_of_category_is_that_of_unknown_and_none_is_harder() -> None:
    terms = default_terms()
    worst = limit_for(terms, UNKNOWN)
    assert limit_for(terms, "zeppelin") == worst
    assert limit_for(replace(terms, manoeuvre={}), "tanker") == worst
    assert worst.horizontal_mps2 == pytest.approx(3 * G0)
    for category in CATEGORIES:
        limit = limit_for(terms, category)
        assert limit.horizontal_mps2 <= worst.horizontal_mps2
        assert limit.vertical_mps2 <= worst.vertical_mps2
        assert limit.speed_mps <= worst.speed_mps


QUICK = '[time_budget]\ndetection = "1 ms"\nofficer = "1 ms"\npost = "1 ms"\ncrew = "1 ms"'
DOUBTS = [
    ('[separation]\nhorizontal = "3 ft"', "t.toml, line 3, separation.horizontal: 3 ft is outside what is usual"),
    ('[separation]\nhorizontal = "80 NM"', "t.toml, line 3, separation.horizontal: 80 NM is outside what is usual"),
    (
        '[separation]\nhorizontal = "100 m"',
        "near_miss.slant: A near miss (500 ft) reaches beyond the horizontal minimum",
    ),
    ('[separation]\nvertical = "300 ft"', "near_miss.slant: A near miss (500 ft) reaches beyond the vertical minimum"),
    ('[separation]\nvertical = "3 ft"', "t.toml, line 3, separation.vertical: 3 ft is outside what is usual"),
    ('[separation]\ndwell_limit = "180 min"', "t.toml, line 3, separation.dwell_limit: 10,800 s is outside"),
    ('[near_miss]\nslant = "500 NM"', "t.toml, line 3, near_miss.slant: 500 NM is outside what is usual"),
    (
        'lookahead = "2 s"\n' + QUICK,
        "t.toml, line 2, lookahead: At 1,000 kt of closing speed the horizontal minimum alone",
    ),
    ('lookahead = "2 h"', "t.toml, line 2, lookahead: 7,200 s is outside what is usual"),
    ('[manoeuvre.tanker]\nspeed = "1 kt"', "t.toml, line 3, manoeuvre.tanker.speed: 1 kt is outside what is usual"),
    ('[manoeuvre.tanker]\nvertical = "90 g"', "line 3, manoeuvre.tanker.vertical: 90 g is outside what is usual"),
    (
        '[manoeuvre.fast_jet]\nhorizontal = "6 g"',
        "line 3, manoeuvre.fast_jet.horizontal: 6 g is more than what an aircraft",
    ),
    (
        '[area]\nname = "a"\ncircle = { centre = "36 N, 38 E", radius = "99 NM" }\n[[exempt]]\nname = "b"\n'
        'circle = { centre = "36 S, 38 E", radius = "9 NM" }',
        't.toml, line 5, exempt[1]: No part of "b" was found in the area "a", for example not 36 S, 38 E.',
    ),
]


@pytest.mark.parametrize(("rows", "says"), DOUBTS, ids=lambda value: str(value)[:40])
def test_what_looks_like_a_slip_is_warned_about_with_line_and_field(rows: str, says: str) -> None:
    found = read_terms(f'title = "T"\n{rows}\n', "t.toml").doubts
    assert any(says in doubt for doubt in found), found


def test_the_default_profile_raises_no_doubt() -> None:
    assert doubts(default_terms()) == ()


def test_exempt_boxes_and_polygons_inside_the_area_raise_no_doubt() -> None:
    area = Area("a", circle=Circle(36.0, 38.0, 100 * NM))
    inside = (Area("b", box=Box(35.9, 37.9, 36.1, 38.1)), Area("r", ring=((36.0, 38.0), (36.1, 38.0), (36.0, 38.1))))
    assert doubts(replace(default_terms(), area=area, exempt=inside)) == ()
