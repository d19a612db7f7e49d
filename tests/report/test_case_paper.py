"""The report of a case: which fields it has, what must not be in it, and that both forms hold the same."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from armslength.node.case_papers import CaseRecord, read_case
from armslength.report.case_fields import KEPT_OUT, paper_of
from armslength.report.case_html import case_html
from armslength.report.case_model import CasePaper, Fields, Table, Words
from armslength.report.case_pdf import case_pdf
from node.cases.case_homes import HomePair
from node.cases.case_pair import LIFE, SAID, live
from node.core.pair import BEGIN_NS

NOW = BEGIN_NS + 10**13
RUSSIAN = "По нашей записи расстояние было больше мили."
FACTS = {"weather": "CAVOK <b>", "first_sight": "3 NM", "callsign": "as usual", "squadron": "as before", "moon": "full"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> HomePair:
    """A case that was lived through, with facts, some of which must not be printed, and a statement in Russian."""
    pair = HomePair(tmp_path_factory.mktemp("homes"))
    for step, _ in LIFE:
        if step == "report":
            more = {"headline": "Crossing & <nose>", "facts": FACTS}
            pair.do(pair.north, "case report", case="N-0001", **SAID, **more)
        else:
            live(pair, step)
        if step == "answer":
            pair.do(pair.south, "case state", case="N-0001", text=RUSSIAN, language="ru")
    pair.run(60.0)
    pair.keep()
    return pair


@pytest.fixture(scope="module")
def record(pair: HomePair) -> CaseRecord:
    return read_case(pair.homes["NORTH"], "N-0001", NOW)


@pytest.fixture(scope="module")
def paper(record: CaseRecord) -> CasePaper:
    return paper_of(record)


def texts(paper: CasePaper) -> str:
    """Return everything that a report says."""
    out = [paper.number, paper.headline, paper.standing, paper.marking, paper.foot]
    for part in paper.parts:
        if isinstance(part, Fields):
            out += [f"{name} = {value}" for name, value in part.rows]
        elif isinstance(part, Table):
            out += [*part.head, *(value for row in part.rows for value in row)]
        else:
            assert isinstance(part, Words)
            out += [text for said in part.said for text in said]
    return "\n".join(out)


def test_it_has_the_fields_of_an_occurrence_and_unknown_where_nothing_is_known(paper: CasePaper) -> None:
    said = texts(paper)
    for field in (
        "Headline = Crossing & <nose>", "Responsible entity = Working group of NORTH and SOUTH", "File number = N-0001",
        "Occurrence status = Closed", "UTC date = 2023-11-14", "State or area of occurrence = unknown",
        "Location of occurrence = 35°06′ N  036°12′ E", "Occurrence class = Major incident",
        "Occurrence category = MAC", "Event type = G05 Crossing the nose", "Narrative language = en",
        "Risk classification = B: safety not assured", "Answer on substance = DISPUTE", "CAVOK", "Moon",
        "Joint finding, signed by NORTH and SOUTH", RUSSIAN,
    ):  # fmt: skip
        assert field in said, field


def test_what_the_deal_keeps_out_is_not_in_it(pair: HomePair, record: CaseRecord, paper: CasePaper) -> None:
    page = case_html(paper)
    assert {"callsign", "squadron"} <= KEPT_OUT
    for word in ("as usual", "as before", "d10001", "d20001", "c0ffee", "SECRET1", "radar of the hill"):
        assert word not in texts(paper) and word not in page, word
    assert "35.1" not in texts(paper)
    minutes = record.recordings["NORTH"]["NORTH"]
    assert str(minutes[0]["samples"][0][1]) not in page, "no coordinate finer than a minute of arc"


def test_both_sides_write_the_same_report_but_for_whose_ledger_it_is(pair: HomePair, record: CaseRecord) -> None:
    theirs = texts(paper_of(read_case(pair.homes["SOUTH"], "n-0001", NOW)))
    ours = texts(paper_of(record))
    for field in ("Headline = Crossing & <nose>", "Occurrence class = Major incident", RUSSIAN):
        assert field in theirs and field in ours


def test_nothing_said_becomes_markup_and_the_page_loads_nothing(paper: CasePaper) -> None:
    page = case_html(paper)
    assert "<nose>" not in page and html.escape("Crossing & <nose>") in page and "CAVOK &lt;b&gt;" in page
    assert not re.search(r"<script|<link|src=|href=|url\(|@import", page)
    assert "default-src &#x27;none&#x27;" in page


def test_the_pdf_is_the_same_every_time_and_says_the_same(paper: CasePaper, tmp_path: Path) -> None:
    data = case_pdf(paper)
    assert data.startswith(b"%PDF") and data == case_pdf(paper)
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not on this machine")
    (tmp_path / "case.pdf").write_bytes(data)
    said = subprocess.run([tool, tmp_path / "case.pdf", "-"], capture_output=True, check=True).stdout.decode()
    flat = " ".join(said.split())
    for words in (
        "Crossing & <nose>",
        "CAVOK <b>",
        RUSSIAN,
        "Working group of NORTH and SOUTH",
        "As SOUTH recorded it",
    ):
        assert words in flat, words
    assert "as usual" not in flat


def test_long_and_hostile_words_still_make_a_report(paper: CasePaper) -> None:
    awful = "<para>" + "Ж" * 3_000 + "\u202e \x00 \uffff &amp; <br/> 漢字 " + "x " * 2_000
    parts = (Words("Narrative", (("NORTH", awful), ("SOUTH", ""))), Fields("F", ((awful[:900], awful),)))
    broken = replace(paper, parts=parts, headline=awful[:200], before=0)
    assert case_pdf(broken).startswith(b"%PDF") and "<para>" not in case_html(broken)


def test_a_case_without_recordings_has_a_report(paper: CasePaper, record: CaseRecord) -> None:
    bare = paper_of(replace(record, recordings={}, measured={}, talk=()))
    assert bare.drawing is None and "Recording of NORTH\nunknown" in texts(bare)
    assert case_pdf(bare).startswith(b"%PDF")
