"""Sessions of the working group: agenda and minutes are one text on both sides, and counts are handed over signed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from armslength.crypto.canonical import canonical
from armslength.crypto.envelope import seal, to_json
from armslength.crypto.keys import SigningKey
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.cases.reconcile import reconcile
from armslength.errors import InputError
from armslength.node.case_files import CaseBook, read_books
from armslength.node.case_group import (
    COUNTS_TYPE,
    agenda_of,
    choose_book,
    find_session,
    minutes_of,
    month_of,
    own_counts,
    read_counts,
    seal_counts,
)
from armslength.node.core.effects import Effects
from armslength.units import NS
from node.cases.case_homes import HomePair
from node.cases.case_pair import SAID, live
from node.core.pair import BEGIN_NS, Side

NOW = BEGIN_NS + 3600 * NS
MONTH = "2023-11"
HELD = BEGIN_NS + 400 * NS
STEPS = ("open", "sealed", "report", "acknowledge", "answer")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> HomePair:
    """A case that was settled in a session, and one more that is open; minutes signed by both."""
    pair = HomePair(tmp_path_factory.mktemp("homes"))
    for step in STEPS:
        live(pair, step)
    pair.do(pair.north, "case session", case="N-0001", at_ns=str(HELD), medium="video", agenda="extraordinary")
    pair.do(pair.south, "case state", case="N-0001", **SAID)
    live(pair, "find")
    pair.do(pair.south, "case open", at_ns=str(pair.now.utc_ns - 3600 * NS), rules="C02", severity="SEV3")
    pair.run(5.0)
    for side, outcome in ((pair.north, Outcome.BREACH), (pair.south, Outcome.NOT_DETERMINABLE)):
        found(pair, side, outcome=Outcome.NOT_DETERMINABLE)
        found(pair, side, outcome=outcome)  # said again, of the same matter: it counts once
    found(pair, pair.north, rule="C02", first="", second="", opened_ns=BEGIN_NS - 40 * 86_400 * NS)
    found(pair, pair.north, rule="D01", first="", second="")
    pair.keep()
    return pair


def found(pair: HomePair, side: Side, **more: Any) -> None:
    """Enter a finding of a side, as the core enters it."""
    said = replace(
        Finding("G05", "d10001 d20001", Outcome.BREACH, Severity.SEV1, "SOUTH", BEGIN_NS, None, 1.0, 2.0, "m", (),
                "It.", first="d10001", second="d20001"), **more
    )  # fmt: skip
    line, effects = side.core.lines[pair.other(side).party], Effects()
    line.books.enter(effects, line.book, "finding", {**said.as_dict(), "version": 1}, pair.now.utc_ns)
    for book, sealed in effects.entries:
        side.store.entries[book].append(sealed)


def books(pair: HomePair, now: int = NOW) -> list[CaseBook]:
    """Return the cases as both homes have them."""
    return [choose_book(read_books(home, now), None) for home in pair.homes.values()]


def test_both_sides_draft_one_agenda(pair: HomePair) -> None:
    for kind in ("REGULAR", "EXTRAORDINARY", "REVIEW"):
        first, second = (agenda_of(book, kind, NOW) for book in books(pair))
        assert first == second
        assert "Case N-0001, SEV1 G05" in first and "To agree on measures, and to close" in first
        assert ("Case S-0001" in first) is (kind != "EXTRAORDINARY")
        assert ("Civil aircraft" in first) is (kind == "REVIEW")
        assert "session of 2023-11-14 22:20Z: to be signed (signed by nobody)" in first
        assert first.rstrip().splitlines()[-3].endswith("Place and date of the next session")
    late = agenda_of(books(pair)[0], "REGULAR", NOW + 40 * 86_400 * NS)
    assert "OVERDUE" in late and "OVERDUE" not in agenda_of(books(pair)[0], "REGULAR", NOW)


def test_minutes_are_one_text_and_signed_by_both_by_its_digest(pair: HomePair) -> None:
    drafts = [minutes_of(book, find_session(book, None)) for book in books(pair)]
    assert drafts[0].text == drafts[1].text and drafts[0].digest == drafts[1].digest
    text = drafts[0].text
    for words in ("Minutes: extraordinary session", "Held by video.", "SOUTH answered DISPUTE.",
                  "Joint finding of NORTH and SOUTH: B. It crossed ahead.", "SOUTH stated: It crossed ahead.",
                  "It stands: joint finding."):  # fmt: skip
        assert words in text, words
    assert "S-0001" not in text, "it was opened after the session"
    for side, draft in zip((pair.north, pair.south), drafts, strict=True):
        before = len(pair.entries(side, "message out"))
        pair.do(side, "case session", case="GROUP", at_ns=str(HELD), medium="VIDEO", agenda="EXTRAORDINARY",
                minutes=draft.digest)  # fmt: skip
        assert len(pair.entries(side, "message out")) == before, "signing minutes calls nobody together"
    pair.do(pair.north, "case state", case="N-0001", text="Later.", language="en")
    pair.keep()
    for book in books(pair):
        again = minutes_of(book, find_session(book, HELD))
        assert again.digest == drafts[0].digest, "what is said later is not in them"
        assert again.session.signed == {"NORTH": drafts[0].digest, "SOUTH": drafts[0].digest}
        assert "signed by both" in agenda_of(book, "REGULAR", NOW)


def test_what_there_is_not_is_said(pair: HomePair) -> None:
    (north, _) = books(pair)
    with pytest.raises(InputError, match=r"no such session.*Sessions: 2023-11-14T22:20Z"):
        find_session(north, HELD - 7200 * NS)
    with pytest.raises(InputError, match=r"no agreement with them.*SOUTH"):
        choose_book([north], "EAST")
    with pytest.raises(InputError, match="no month"):
        month_of("2023-13")
    assert month_of("2023-12")[1] == month_of("2024-01")[0]


def test_counts_are_handed_over_signed_and_reconciled(pair: HomePair, tmp_path: Path) -> None:
    north, south = books(pair)
    own = own_counts(pair.homes["NORTH"], north.agreement, MONTH)
    data = seal_counts(
        pair.homes["SOUTH"], south.agreement, MONTH, own_counts(pair.homes["SOUTH"], south.agreement, MONTH)
    )
    theirs = read_counts(data, "south.counts", north, MONTH, NOW)
    rows, differences = reconcile(("NORTH", "SOUTH"), own, theirs)
    assert [(row.rule, row.first, row.second, row.differ) for row in rows] == [
        ("D01", (1, 1), (0, 0), 0),
        ("G05", (1, 1), (0, 1), 1),
    ]
    assert [one.why.split(":")[0] for one in differences] == [
        "NORTH alone has it (BREACH, SEV1, act of SOUTH)",
        "NORTH has BREACH, SOUTH NOT_DETERMINABLE",
    ]
    for word in (b"d10001", b"d20001", b"finding:"):
        assert word not in data


def _signed(key: SigningKey, pair: HomePair, **more: object) -> bytes:
    tree = {
        "agreement": pair.agreement,
        "findings": [],
        "format": "armslength counts 1",
        "month": MONTH,
        "party": "SOUTH",
    }
    return to_json(seal(COUNTS_TYPE, canonical({**tree, **more}), key))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"month": "2023-10"}, "counts of SOUTH for 2023-10"),
        ({"party": "EAST"}, "counts of EAST"),
        ({"findings": [["G05"]]}, "not a file of counts"),
        ({"findings": [["G05", "GUILT", "SEV1", "", "1", "", 1]]}, "not a file of counts"),
        ({"findings": [["G05", "BREACH", "SEV1", "\u202e", "1", "", 1]]}, "not a file of counts"),
        ({"format": "x"}, "not a file of counts"),
    ],
)
def test_a_file_of_counts_that_is_not_what_it_should_be(pair: HomePair, more: dict[str, object], says: str) -> None:
    (north, _) = books(pair)
    assert read_counts(_signed(pair.south.key, pair), "f", north, MONTH, NOW) == [], "the control"
    with pytest.raises(InputError, match=says):
        read_counts(_signed(pair.south.key, pair, **more), "f", north, MONTH, NOW)


def test_a_file_of_counts_of_a_stranger_or_changed_is_refused(pair: HomePair) -> None:
    (north, _) = books(pair)
    with pytest.raises(InputError, match="never was a key of SOUTH"):
        read_counts(_signed(SigningKey(bytes([9]) * 32), pair), "f", north, MONTH, NOW)
    with pytest.raises(InputError, match="never was a key of SOUTH"):
        read_counts(_signed(pair.north.key, pair), "f", north, MONTH, NOW)
    removed = tuple(replace(one, until_ns=NOW - NS) if one.party == "SOUTH" else one for one in north.keys)
    with pytest.raises(InputError, match="was removed 2023-11-14"):
        read_counts(_signed(pair.south.key, pair), "f", replace(north, keys=removed), MONTH, NOW)
    tree = json.loads(_signed(pair.south.key, pair))
    sig = tree["signatures"][0]["sig"]
    tree["signatures"][0]["sig"] = ("B" if sig[0] == "A" else "A") + sig[1:]
    with pytest.raises(InputError, match=r"signature does not fit|not a file of counts"):
        read_counts(canonical(tree), "f", north, MONTH, NOW)


def test_officers_type_it(pair: HomePair, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from armslength.cli import app

    def typed(*words: str, side: str = "NORTH") -> str:
        done = CliRunner().invoke(app, ["case", *words, "--home", str(pair.homes[side].path)])
        assert done.exit_code == 0, done.output
        return done.output

    assert "Agenda: yearly review" in typed("agenda", "--agenda", "review")
    assert "sha256:" in typed("minutes")
    counts = tmp_path / "south.counts"
    typed("reconcile", MONTH, "--out", str(counts), side="SOUTH")
    assert "Counts of 2023-11, NORTH and SOUTH" in typed("reconcile", MONTH, "--theirs", str(counts))
