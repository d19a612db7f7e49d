"""The catalogue as a whole: all that the list of messages has, and nothing that the deal leaves out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from armslength.agreement.articles import SCOPE
from armslength.agreement.rules import GATE, NEVER
from armslength.agreement.terms import default_terms
from armslength.protocol.catalogue import (
    ANSWERED_BY,
    CATALOGUE,
    Answer,
    Code,
    Field,
    Kind,
    Precedence,
    Value,
    Wanted,
    answer_due_s,
    fault_in,
    may_answer,
    readback,
)
from shared import shared_data

# code | precedence | answer | how soon in the terms of the default profile [s] ("" for no limit)
TABLE = """\
RCK | ROUTINE | RCR | 10
RCR | ROUTINE | nothing |
ROG | PRIORITY | nothing |
WIL | PRIORITY | nothing |
UNA | PRIORITY | nothing |
SBY | PRIORITY | nothing |
SAG | PRIORITY | the message once more | 120
COR | PRIORITY | ROG | 120
RBK | PRIORITY | nothing |
MON | PRIORITY | WIL or UNA | 120
LCM | FLASH | ROG | 60
GLN | PRIORITY | ROG | 120
RES | FLASH | ROG | 60
GCK | ROUTINE | GCR | 60
GCR | ROUTINE | nothing |
IDQ | PRIORITY | IDR | 10
IDR | PRIORITY | nothing |
TFA | PRIORITY | ROG | 120
INC | FLASH | WIL or UNA | 60
CLB | PRIORITY | ROG | 120
DSC | PRIORITY | ROG | 120
TRN | PRIORITY | ROG | 120
HLD | PRIORITY | ROG | 120
PRP | PRIORITY | WIL or UNA | 120
COC | PRIORITY | nothing |
ITC | PRIORITY | WIL or UNA | 120
STP | FLASH | WIL or UNA | 60
ACT | PRIORITY | ROG | 120
ACC | PRIORITY | ROG | 120
BLK | PRIORITY | ROG | 120
EMG | FLASH | ROG | 60
AST | FLASH | ADC or UNA | 300
ADC | FLASH | nothing |
IRP | ROUTINE | ROG | 86400
PRT | ROUTINE | ROG, then ANS | 864000
ANS | ROUTINE | nothing |
WGC | ROUTINE | WIL or UNA | 86400
AMD | ROUTINE | a signed document |
SUS | PRIORITY | ROG | 120
RSM | PRIORITY | WIL or UNA | 120
"""
ROWS = {row[0]: row[1:] for row in ([cell.strip() for cell in line.split("|")] for line in TABLE.splitlines())}
OWED = {
    "R": "ROG",
    "W/U": "WIL or UNA",
    "-": "nothing",
    "ratify": "a signed document",
    "resend": "the message once more",
}
OWED |= {
    "answer RCR": "RCR",
    "answer GCR": "GCR",
    "ADC": "ADC or UNA",
    "ROG 24 h": "ROG",
    "ROG; answer code": "ROG, then ANS",
}
MANOEUVRES = {"CLB", "DSC", "TRN", "HLD", "PRP"}
TERMS = default_terms()


def test_all_codes_of_the_list_are_there_with_the_answer_that_it_names() -> None:
    wanted = json.loads(shared_data("..", "messages.json").read_text("utf-8"))
    assert [row["code"] for row in wanted] == list(CATALOGUE)
    assert [code.number for code in CATALOGUE.values()] == list(range(1, len(wanted) + 1))
    for row in wanted:
        assert CATALOGUE[row["code"]].answer.value == OWED.get(row["response"], row["response"]), row["code"]
        if row["fields"].split(",")[0] == "ref":
            assert CATALOGUE[row["code"]].ref is (Wanted.MAY if row["code"] == "SAG" else Wanted.MUST), row["code"]


def test_the_catalogue_is_the_table() -> None:
    found = {}
    for code in CATALOGUE.values():
        due = answer_due_s(code, TERMS, code.precedence)
        found[code.name] = [code.precedence.name, code.answer.value, "" if due is None else f"{due:g}"]
    assert found == ROWS


def test_how_soon_an_answer_is_due_follows_the_terms_and_the_precedence() -> None:
    terms = replace(TERMS, answering=replace(TERMS.answering, flash_pick_up_s=7.0))
    assert answer_due_s(CATALOGUE["TFA"], terms, Precedence.FLASH) == 7.0
    assert answer_due_s(CATALOGUE["TFA"], terms, Precedence.PRIORITY) == TERMS.answering.priority_pick_up_s
    owing = {name for name, code in CATALOGUE.items() if code.answer is not Answer.NONE}
    assert {name for name, code in CATALOGUE.items() if code.answer_in or code.answer_s} == owing - {"AMD"}


def test_what_needs_a_person_is_what_the_gate_lets_nobody_else_send() -> None:
    alone = {name for name, code in CATALOGUE.items() if not code.by_person}
    assert alone == {name for name in CATALOGUE if GATE[name].automatic != NEVER}
    assert alone == {"RCK", "RCR", "GCK", "GCR", "TFA", "ADC", "LCM", "GLN", "RES"}
    assert {"INC", "STP", "PRT", "ITC", *MANOEUVRES}.isdisjoint(alone)


def test_flash_is_what_the_rules_call_so_and_what_the_channel_in_use_follows_from() -> None:
    flash = {name for name, code in CATALOGUE.items() if code.precedence is Precedence.FLASH}
    assert flash == {"EMG", "STP", "INC", "LCM", "RES", "AST", "ADC"}
    assert {name for name, code in CATALOGUE.items() if code.urgent} == {"TFA"}
    assert [name for name, code in CATALOGUE.items() if code.field("change")] == ["LCM", "GLN", "RES"]


def test_what_is_valid_for_a_time_says_so() -> None:
    assert {name for name, code in CATALOGUE.items() if code.valid_until is Wanted.MUST} == {"TFA", "INC", *MANOEUVRES}
    assert all(code.valid_until is not Wanted.MAY for code in CATALOGUE.values())


def test_manoeuvres_and_numeric_demands_are_read_back() -> None:
    assert {name for name, code in CATALOGUE.items() if code.read_back} == {"INC", "ITC", "MON", *MANOEUVRES}
    for code in CATALOGUE.values():
        assert code.read_back is any(field.read_back for field in code.fields), code.name
    fields: dict[str, Value] = {"option_id": 3, "own": "MAINTAIN", "other": "DESCEND", "other_level_ft": 12000}
    fields |= {"other_level_datum": "QNH", "other_level_qnh_hpa": 1013}
    assert fault_in(CATALOGUE["PRP"], fields) == ""
    assert readback(CATALOGUE["PRP"], fields) == "3 DESCEND 12000 QNH 1013"
    assert readback(CATALOGUE["TFA"], {"clock": 3}) == ""


def test_every_readback_fits_its_field() -> None:
    values = CATALOGUE["RBK"].fields[0]
    longest: dict[str, dict[str, Value]] = {
        "INC": {"min_dist_m": 500000, "min_vert_ft": 30000, "direction": "DOWN"},
        "ITC": {"lasts_s": 180, "min_dist_m": 500000},
        "MON": {"freq_id": "F99"},
        "CLB": {"to_level_ft": 100000, "to_level_datum": "GEOMETRIC", "to_level_qnh_hpa": 1013},
        "HLD": {"track_deg": 359, "level_ft": -1500, "level_datum": "STANDARD"},
        "TRN": {"direction": "RIGHT", "to_track_deg": 359},
        "PRP": {"option_id": 9999, "other": "DESCEND", "other_level_ft": 100000, "other_level_datum": "GEOMETRIC"},
    }
    assert all(values.fits(readback(CATALOGUE[name], fields)) for name, fields in longest.items())
    assert not values.fits("x") and not values.fits("1" * 41)


def test_a_request_for_assistance_is_answered_adc_or_una_and_nothing_else() -> None:
    assert {name for name in CATALOGUE if may_answer(name, CATALOGUE["AST"])} == {"ADC", "UNA"}
    assert {name for name in CATALOGUE if may_answer(name, CATALOGUE["EMG"])} == {"ROG", "SBY", "SAG", "UNA"}
    assert {name for name in CATALOGUE if may_answer(name, CATALOGUE["INC"])} == {"WIL", "UNA", "SBY", "SAG", "RBK"}
    assert {name for name in CATALOGUE if may_answer(name, CATALOGUE["ROG"])} == {"SAG"}
    assert all(ANSWERED_BY[answer] <= CATALOGUE.keys() for answer in Answer)


def test_an_emergency_has_no_commitment_by_construction() -> None:
    field = CATALOGUE["EMG"].field("commitment")
    assert field is not None and field.required and field.choices == ("NONE",)
    assert [one.name for one in CATALOGUE["EMG"].fields if one.sealed] == ["latitude_e5", "longitude_e5"]


def test_a_lost_link_comes_with_its_route_and_nothing_else_does() -> None:
    for nature in CATALOGUE["EMG"].fields[0].choices:
        fields: dict[str, Value] = {"nature": nature, "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 2"}
        with_route = fault_in(CATALOGUE["EMG"], {**fields, "route": "HOME"})
        assert (fault_in(CATALOGUE["EMG"], fields) == "") is (nature != "LOST_LINK")
        assert (with_route == "") is (nature == "LOST_LINK")


def test_nothing_can_say_a_target_a_third_party_or_a_purpose() -> None:
    named = {*CATALOGUE, *(field.name for code in CATALOGUE.values() for field in code.fields)}
    names = " ".join(named).lower()
    for word in (
        "target",
        "purpose",
        "weapon",
        "identity",
        "icao",
        "squawk",
        "unit",
        "mission",
        "intelligence",
        "third",
    ):
        assert word not in names.replace("number", ""), word
    assert not {one.upper() for one in SCOPE} & {
        c for code in CATALOGUE.values() for f in code.fields for c in f.choices
    }


def test_every_number_has_its_unit_in_its_name() -> None:
    bare = {
        field.name
        for code in CATALOGUE.values()
        for field in code.fields
        if field.kind is Kind.NUMBER and not field.unit
    }
    counts = {"readability", "backlog_count", "change", "number_in_flight", "souls"}
    assert bare == counts | {"clock", "option_id", "geometry_id", "version"}


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("PRP", {"option_id": 1, "own": "MAINTAIN", "other": "CLIMB"}),
        ("PRP", {"option_id": 1, "own": "MAINTAIN", "other": "LEFT", "other_track_deg": 90, "own_track_deg": 90}),
        ("CLB", {"to_level_ft": 9000, "to_level_datum": "QNH"}),
        ("CLB", {"to_level_ft": 9000, "to_level_datum": "STANDARD", "to_level_qnh_hpa": 1013}),
        ("PRT", {"case": "N-7", "rule_ids": "G01", "text": "No."}),
        (
            "IRP",
            {"case": "N-7", "at_ns": "1", "kind": "G01", "severity": "SEV1", "hash": "sha256:" + "a" * 64, "text": "x"},
        ),
        ("RCK", {"freq_id": "F0", "nonce": "0" * 16}),
        ("RCK", {"freq_id": "GROUND", "nonce": "0" * 16}),
        ("LCM", {"medium": "F100", "since_ns": "1", "change": 1}),
        ("LCM", {"medium": "F1", "since_ns": "1", "change": 0}),
        ("ITC", {"clock": 1, "range_m": 9000, "lasts_s": 181, "min_dist_m": 5000}),
        ("IDR", {"side": "NORTH AIRCRAFT 2", "number_in_flight": 2}),
    ],
)
def test_what_does_not_belong_together_is_refused(code: str, fields: dict[str, str | int]) -> None:
    assert fault_in(CATALOGUE[code], fields) != ""


def test_a_volume_has_one_shape() -> None:
    code = CATALOGUE["ACT"]
    common = {"class": "PLANNED", "floor_ft": 0, "ceiling_ft": 20000, "level_datum": "STANDARD"}
    common |= {"start_ns": "1000", "end_ns": "2000"}
    circle = {"latitude_e5": 1, "longitude_e5": 2, "radius_m": 5000}
    box = {"south_e5": 1, "west_e5": 2, "north_e5": 3, "east_e5": 4}
    assert fault_in(code, {**common, **circle}) == fault_in(code, {**common, **box}) == ""
    assert fault_in(code, common) and fault_in(code, {**common, **circle, **box})


def test_a_fault_planted_in_the_catalogue_would_be_seen() -> None:
    """The control: a demand that a node may make, and a number without a unit."""
    wrong = Code("STP", 27, "x", Precedence.FLASH, Answer.NONE, (Field("height", "x", low=0, high=9),), by_person=False)
    assert wrong.by_person is not (GATE["STP"].automatic == NEVER)
    assert wrong.fields[0].kind is Kind.NUMBER and not wrong.fields[0].unit
    assert answer_due_s(wrong, TERMS, Precedence.FLASH) is None
