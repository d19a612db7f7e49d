"""What changed is said, and only that: equal terms have no changes, and terms that differ have some."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from agreement.made_up import agreements
from agreement.test_plain import WHOLE, other
from armslength.agreement.articles import ARTICLES
from armslength.agreement.articles_conduct import CONDUCT, Rule
from armslength.agreement.articles_kinds import keys_of
from armslength.agreement.compare import SETS, changes
from armslength.agreement.plain import plain
from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import Terms, default_terms
from armslength.agreement.writing import write_terms

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("name", list(ARTICLES))
def test_every_key_of_every_article_is_named_with_both_values(name: str) -> None:
    usual = default_terms()
    article = getattr(usual, name)
    for key in keys_of(ARTICLES[name]):
        changed = replace(
            usual, **{name: replace(article, **{key.attribute: other(key, getattr(article, key.attribute))})}
        )
        (says,) = changes(usual, changed)
        place = f"{name.replace('_', ' ').capitalize()}, {key.key.replace('_', ' ')}: "
        assert says.startswith(place), says
        (back,) = changes(changed, usual)
        assert back.startswith(place)
        assert back != says


def test_a_figure_is_said_as_it_was_and_as_it_is() -> None:
    text = write_terms(default_terms()).replace('horizontal = "3 NM"', 'horizontal = "5 NM"', 1)
    assert changes(default_terms(), parse_terms(text, "t.toml")) == ("Separation, horizontal: now 5 NM, was 3 NM.",)


def test_a_rule_is_said_with_its_title() -> None:
    usual = default_terms()
    off = replace(usual, conduct={**usual.conduct, "G05": Rule(False, usual.conduct["G05"].figures)})
    assert changes(usual, off) == (f"Conduct, G05 ({CONDUCT['G05'].title}), enabled: now no, was yes.",)


LISTS: list[tuple[str, str, list[str]]] = [
    (
        'name = "Depot"',
        'name = "Store"',
        ['Protected site "Depot": no longer', 'Protected site "Store": new, pa'],
    ),
    ('channel = "251 MHz"', 'channel = "252 MHz"', ["Frequency F1, channel: now 252.000 MHz, was 251.000 MHz."]),
    (
        'radius = "20 NM"',
        'radius = "30 NM"',
        ['Reserved block "River line", circle: now centre 36 N, 38 E, rad'],
    ),
    ('hours = "06:00-18:00Z"', "", ['Reserved block "River line", hours: no longer there, was 0600Z-1800Z.']),
    ('post = "B POST"', 'post = "B DESK"', ['Party "B", post: now B DESK, was B POST.']),
    ("minimum = 3", "minimum = 4", ["Weather, minimum: now 4, was 3."]),
    ("[weather]\nminimum = 3", "", ["Weather: no longer there, was minimum 3."]),
    ("minimum = 3", "minimum = 3\n[radar]\nrange = 1", ["Radar: new, range 1."]),
    ('["Both sides talk."]', '["Both sides talk.", "Often."]', ["Confidentiality, public lines: new, Often."]),
    (
        '[frequency.area]\nname = "north"',
        '[frequency.area]\nname = "south"',
        ["Frequency F2, area, name: now south"],
    ),
]


@pytest.mark.parametrize(("old", "new", "says"), LISTS, ids=lambda value: str(value)[:30])
def test_what_stands_in_a_list_is_compared_by_its_name(old: str, new: str, says: list[str]) -> None:
    assert WHOLE.count(old) == 1
    found = changes(parse_terms(WHOLE, "t.toml"), parse_terms(WHOLE.replace(old, new), "t.toml"))
    assert len(found) == len(says)
    assert all(one.startswith(begin) for one, begin in zip(found, says, strict=True)), found


def test_a_hostile_article_cannot_steer_the_terminal_or_add_a_sentence() -> None:
    terms = replace(default_terms(), extra={"x\ny": {"a\x1b[2J": "b\rc"}})
    (says,) = changes(default_terms(), terms)
    assert says.isprintable()
    assert all(one.isprintable() for section in plain(terms) for one in section.sentences)


def test_what_only_moved_is_said_to_have_moved() -> None:
    terms = parse_terms(WHOLE, "t.toml")
    (says,) = changes(terms, replace(terms, frequencies=terms.frequencies[::-1]))
    assert says == "Frequency: now in the order F3, F2, F1, was F1, F2, F3."


def ordered(terms: Terms) -> Any:
    """`terms` without the order of what has none, and without the version."""
    text = write_terms(replace(terms, version=1))
    for key in SETS:
        pattern = rf"^{key} = \[(.*)\]$"
        text = re.sub(pattern, lambda m: f"{key} {sorted(m[1])}", text, flags=re.MULTILINE)  # noqa: B023
    return text


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(agreements(parts=2), agreements(parts=2))
def test_there_are_changes_exactly_where_the_terms_differ(first: Terms, second: Terms) -> None:
    assert changes(first, first) == ()
    assert bool(changes(first, second)) == (ordered(first) != ordered(second))
    assert len(set(changes(first, second))) == len(changes(first, second))
    assert all("\n" not in one and one.endswith(".") for one in changes(first, second))
