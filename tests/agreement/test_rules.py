"""The gate: every code of the catalogue under every suspension, by a person and by a node. Written out, not derived."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from armslength.agreement import rules
from armslength.agreement.area import Area, Box, Circle
from armslength.agreement.articles import ARTICLES, SUSPENDABLE, Assistance, Automation
from armslength.agreement.reading import KEYS
from armslength.agreement.rules import GATE, PROTECTED, Passage, may_disclose, minima_at
from armslength.agreement.terms import Terms, default_terms
from armslength.units import FT
from shared import shared_data

# what | stopped by suspending | a person may | a node may: always, never, or the switch of the terms
TABLE = """\
hello | | yes | always
proof | | yes | always
ping | | yes | always
pong | | yes | always
mark | | yes | always
taken | | yes | always
checkpoint | | yes | always
countersigned | | yes | always
document | | yes | always
facts | | yes | always
case | working_group | yes | always
pieces | | yes | always
GCK | | yes | always
GCR | | yes | always
RCK | | yes | always
RCR | | yes | radio_check_answer
ROG | | yes | never
WIL | | yes | never
UNA | | yes | never
SBY | | yes | never
SAG | | yes | never
COR | | yes | never
RBK | | yes | never
EMG | | yes | never
AST | | yes | never
ADC | | yes | assistance
LCM | | yes | always
GLN | | yes | always
RES | | yes | always
AMD | | yes | never
SUS | | yes | never
RSM | | yes | never
TFA | separation disclosure | yes | traffic_advisory
COC | separation disclosure | yes | never
INC | separation | yes | never
CLB | separation | yes | never
DSC | separation | yes | never
TRN | separation | yes | never
HLD | separation | yes | never
PRP | separation | yes | never
ITC | conduct | yes | never
STP | conduct | yes | never
ACT | conduct | yes | never
ACC | conduct | yes | never
BLK | block | yes | never
IRP | working_group | yes | never
PRT | working_group | yes | never
ANS | working_group | yes | never
WGC | working_group | yes | never
MON | frequency | yes | never
IDQ | frequency | yes | never
IDR | frequency | yes | never
"""
ROWS = [[cell.strip() for cell in row.split("|")] for row in TABLE.strip().split("\n")]
USUAL = default_terms()
SWITCHED = replace(USUAL, automation=Automation(traffic_advisory=True))
ALL = [frozenset(c) for n in range(len(SUSPENDABLE) + 1) for c in itertools.combinations(sorted(SUSPENDABLE), n)]


def wrong(terms: Terms, switches: set[str]) -> list[str]:
    """Every answer of the gate that differs from the table, under all suspensions at all."""
    found = []
    for what, stopped, _, alone in ROWS:
        for suspended in ALL:
            passes = not set(stopped.split()) & suspended
            by_node = passes and (alone == "always" or alone in switches)
            if alone == "traffic_advisory" and "automation" in suspended:
                by_node = False
            for automatic, expected in ((False, passes), (True, by_node)):
                ruling = may_disclose(terms, suspended, what, automatic=automatic)
                if ruling.allowed != expected:
                    found.append(f"{what} {sorted(suspended)} automatic={automatic}: {ruling.why}")
                assert ruling.article in KEYS[""]
                assert ruling.why.endswith(".") and what in ruling.why
    return found


def test_the_gate_is_the_table_under_every_suspension() -> None:
    assert len(ALL) == 2 ** len(SUSPENDABLE)
    assert {row[0] for row in ROWS} == set(GATE)
    assert wrong(USUAL, {"radio_check_answer", "assistance"}) == []
    assert wrong(SWITCHED, {"radio_check_answer", "assistance", "traffic_advisory"}) == []
    nothing = replace(USUAL, automation=Automation(radio_check_answer=False), assistance=Assistance("by a person"))
    assert wrong(nothing, set()) == []


@pytest.mark.parametrize("what", ["STP", "GCK", "TFA", "EMG"])
def test_a_gate_that_is_wrong_for_one_code_would_be_seen(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Passage("conduct", ("conduct",), "always") if what != "TFA" else Passage("separation", (), "never")
    monkeypatch.setattr(rules, "GATE", {**GATE, what: planted})
    monkeypatch.setattr(rules, "_MADE", {**rules._MADE, what: rules._rulings(what, planted)})
    found = wrong(SWITCHED, {"radio_check_answer", "assistance", "traffic_advisory"})
    assert found
    assert all(one.startswith(what) for one in found)


def test_every_code_of_the_catalogue_has_a_passage_and_no_other() -> None:
    codes = {row["code"] for row in json.loads(shared_data("..", "messages.json").read_text("utf-8"))}
    assert codes == {what for what in GATE if what.isupper()}


@pytest.mark.parametrize("what", ["", "XXX", "tfa", "TFA ", "Hello", "sealed", "x" * 10_000, "\n"])
@pytest.mark.parametrize("automatic", [False, True])
def test_what_the_gate_does_not_know_does_not_leave(what: str, automatic: bool) -> None:
    ruling = may_disclose(SWITCHED, frozenset(), what, automatic=automatic)
    assert not ruling.allowed
    assert ruling.article == "scope"
    assert len(ruling.why) < 100 and ruling.why.isprintable()


def test_without_an_agreement_only_what_makes_one_passes() -> None:
    passing = {what for what in GATE if may_disclose(None, frozenset(), what).allowed}
    assert passing == {"hello", "proof", "ping", "pong", "mark", "taken", "document", "GCK", "GCR"}
    assert may_disclose(None, frozenset(), "EMG").why == "EMG needs an agreement in force, and there is none."


def test_checks_emergencies_and_the_deal_itself_pass_whatever_is_suspended() -> None:
    must = {"GCK", "GCR", "EMG", "ADC", "mark", "checkpoint", "SUS", "RSM", "document", "hello", "RCK", "RCR", "ROG"}
    assert must <= PROTECTED
    everything = frozenset(KEYS[""])  # more than anybody may suspend
    assert all(may_disclose(USUAL, everything, what).allowed for what in must)
    assert not {"ground_line", "emergency", "assistance", "suspension", "ending", "radio"} & SUSPENDABLE
    assert set(SUSPENDABLE) <= set(KEYS[""])


def test_nobody_is_not_a_person() -> None:
    assert may_disclose(USUAL, frozenset(), "INC", role="officer").allowed
    assert not may_disclose(USUAL, frozenset(), "INC", role="node").allowed
    assert may_disclose(USUAL, frozenset(), "INC", role="node").article == "automation"


def test_a_ruling_names_the_article_that_it_rests_on() -> None:
    assert may_disclose(USUAL, frozenset(), "TFA").article == "separation"
    assert may_disclose(USUAL, {"disclosure"}, "TFA").article == "disclosure"
    assert may_disclose(USUAL, frozenset(), "TFA", automatic=True).article == "automation"
    assert may_disclose(USUAL, frozenset(), "ADC", automatic=True).article == "assistance"
    assert {passage.article for passage in GATE.values()} <= {*ARTICLES, "separation", "conduct", "block", "frequency"}


def test_the_gate_makes_no_ruling_twice() -> None:
    for what in GATE:
        first, again = (may_disclose(SWITCHED, frozenset(), what, automatic=True) for _ in range(2))
        assert first is again


def test_minima_hold_while_either_is_in_the_area_and_not_while_both_are_exempt() -> None:
    area = Area("a", box=Box(35.0, 37.0, 37.0, 39.0), ceiling_m=50_000 * FT)
    base = Area("b", circle=Circle(36.0, 38.0, 10_000.0), ceiling_m=6000 * FT)
    terms = replace(USUAL, area=area, exempt=(base,))
    far, inside, low, high = (30.0, 38.0, 5e3), (36.5, 38.0, 5e3), (36.0, 38.0, 1e3), (36.0, 38.0, 5e3)
    assert minima_at(terms, inside, far) == terms.separation == minima_at(terms, far, inside)
    assert minima_at(terms, far, far) is None
    assert minima_at(terms, low, low) is None
    assert minima_at(terms, low, high) == minima_at(terms, low, inside) == terms.separation
    assert minima_at(terms, low, (36.0, 38.0, np.nan)) == terms.separation  # nothing is exempted on a guess
    assert minima_at(terms, inside, inside, {"separation"}) is None
    assert minima_at(terms, inside, inside, {"conduct"}) == terms.separation
    assert minima_at(USUAL, far, far) == USUAL.separation
