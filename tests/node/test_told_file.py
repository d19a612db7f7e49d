"""What was said beside a recording: facts are written and read back; a line that is none is refused by its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from armslength.agreement.area import Area, Circle
from armslength.domain import declared as d
from armslength.domain import talk as t
from armslength.engine.conduct.told import FLARES, Asked, Reported, Said, Warned
from armslength.engine.process.rule import Notice, Spoken
from armslength.errors import InputError
from armslength.node.told_file import KINDS, read_told
from armslength.scenario.episodes.telling import NAMES, lines
from armslength.units import NS

AT = 1_480_000_000 * NS
RECORD = '{"fact": "Record", "own": "NORTH", "other": "SOUTH", "until": "2016-12-11T14:00:00Z"}\n'
TALK = [
    t.Planned(at_ns=AT, frequencies=(("F1", "132.055"), ("F2", "251.000 MHz"))),
    t.Suspended(at_ns=AT, provisions=frozenset({"separation", "conduct"})),
    t.Said(at_ns=AT, id="a", by="NORTH", code="STP", precedence="FLASH", rings=True, valid_until_ns=AT + NS),
    t.Missing(at_ns=AT, by="SOUTH", precedence="FLASH", numbers=(3, 4)),
    t.Answered(at_ns=AT, entry="book#3", id="a", code="RBK", stamp_ns=AT, equal=False),
]
BESIDE = [
    d.Intercepts(at_ns=AT, id="i", by="SOUTH", stamp_ns=AT, lasts_s=90.0),
    d.Joins(at_ns=AT, id="j", by="SOUTH", stamp_ns=AT, until_ns=AT + NS, aircraft=frozenset({"d10001", "d20001"})),
    d.Notified(
        at_ns=AT,
        id="n",
        by="NORTH",
        receiver="SOUTH",
        kind="URGENT",
        from_ns=AT,
        until_ns=AT + NS,
        area=Area("N", circle=Circle(1.0, 2.0, 3.0), ceiling_m=9.0),
    ),
    d.Notified(
        at_ns=AT,
        id="m",
        by="NORTH",
        receiver="SOUTH",
        kind="HAZARD",
        from_ns=AT,
        until_ns=AT + NS,
        area=Area("R", ring=((1.0, 2.0), (1.0, 3.0), (2.0, 2.0))),
        aircraft=frozenset({"d10001"}),
    ),
    d.Ended(at_ns=AT, id="n", by="NORTH", stamp_ns=AT),
    d.Declared(at_ns=AT, id="e", by="NORTH", stamp_ns=AT),
    Warned("w", "NORTH", "d10001", "d20001", AT, None, AT + NS),
    Asked("r", "NORTH", "SOUTH", "", "", AT),
    Said("s", "PRP", "NORTH", "d10001", "d20001", AT),
    Reported("f", FLARES, "NORTH", "d10001", "", AT, 300.0, struck=True),
    Notice("x", "SOUTH", "separation", False, AT, AT, AT),
    Spoken("y", "SUS", "SOUTH", AT, "separation"),
]


def test_what_is_written_is_read_back() -> None:
    told = read_told(lines("NORTH", "SOUTH", AT, [*TALK, *BESIDE]), "talk.jsonl")
    assert (told.own, told.other, told.until_ns, told.talk) == ("NORTH", "SOUTH", AT, TALK)
    read = [
        *told.declared, *told.warned, *told.asked, *told.said, *told.reported, *told.suspensions, *told.spoken,
    ]  # fmt: skip
    assert list(map(repr, read)) == list(map(repr, BESIDE))  # an unknown range is no number, and equals nothing


def test_both_sides_of_the_file_name_facts_alike() -> None:
    assert {KINDS[name]: name for name in KINDS} == {of: NAMES.get(of, of.__name__) for of in KINDS.values()}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"fact": "Sung", "at": "2016-12-11T06:00:00Z"}', 'There is no fact "Sung"'),
        ('{"fact": "Path", "at": "2016-12-11T06:00:00Z"}', "stands is missing"),
        ('{"fact": "Path", "at": "2016-12-11T06:00:00Z", "stands": "yes"}', 'stands cannot be "yes"'),
        ('{"fact": "Path", "at": "2016-12-11T06:00:00Z", "stands": 1}', "stands cannot be 1"),
        ('{"fact": "Path", "at": "2016-12-11T06:00:00", "stands": true}', "at: .* no time zone"),
        ('{"fact": "Path", "at": 5, "stands": true}', "at cannot be 5"),
        ('{"fact": "Path", "at": "2016-12-11T06:00:00Z", "stands": true, "why": ""}', "why: there is no such field"),
        ('{"fact": "Planned", "at": "2016-12-11T06:00:00Z", "frequencies": [["F1"]]}', "frequencies cannot be"),
        ('{"fact": ["Path"]}', "There is no fact"),
        ("[1]", "no JSON object"),
        ("Path", "no JSON"),
    ],
)
def test_what_is_no_fact_is_refused_with_its_line(line: str, says: str) -> None:
    with pytest.raises(InputError, match=f"talk.jsonl line 3: .*{says}"):
        read_told(RECORD + "\n" + line + "\n", "talk.jsonl")


@pytest.mark.parametrize("text", ["", "\n", RECORD.replace("Record", "Path"), RECORD.replace('"own"', '"mine"')])
def test_it_begins_with_whose_record_it_is(text: str) -> None:
    with pytest.raises(InputError, match="Record"):
        read_told(text, "talk.jsonl")


def test_every_fact_and_field_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "talk.md").read_text()
    rows = {row[1]: row[2] for row in re.finditer(r"^\| `(\w+)` \| (.*?) \| ", text, re.M)}
    assert set(rows) == set(KINDS)
    for name, of in KINDS.items():
        keys = {key.removesuffix("_ns") for key in of.__dataclass_fields__}
        assert set(re.findall(r"`(\w+)`", rows[name])) == keys - ({"at", "entry"} if issubclass(of, t.Known) else set())
