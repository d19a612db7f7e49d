"""The exact words of messages, as written and as said aloud."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE, Answer, Code, readback
from armslength.units import NS
from armslength.wording import LANGUAGES, lexicon, spoken, words
from saying import said

NOON_NS = 1_763_812_800 * NS
"""2025-11-22 12:00 UTC."""
CLB: dict[str, Any] = {"to_level_ft": 3000, "to_level_datum": "QNH", "to_level_qnh_hpa": 1013, "rate_fpm": 1500}
PLACE = {"latitude_e5": 3512345, "longitude_e5": 4054321}
EMG: dict[str, Any] = {
    "nature": "URGENCY",
    "commitment": "NONE",
    "aircraft": "ALPHA AIRCRAFT 2",
    "intention": "DESCENDING",
    **PLACE,
}
RCK: dict[str, Any] = {"freq_id": "F2", "nonce": "0" * 16}
LCM: dict[str, Any] = {"medium": "GROUND", "since_ns": str(NOON_NS + 245 * NS), "change": 3}
SAID = [
    ("RCK", RCK, "RADIO CHECK ON F2, OVER"),
    ("RCR", {**RCK, "readability": 4}, "READING YOU 4 ON F2, OUT"),
    ("INC", {"min_dist_m": 5556}, "REQUEST INCREASE DISTANCE, AT LEAST 3 NM, OVER"),
    ("INC", {"min_dist_m": 5500}, "REQUEST INCREASE DISTANCE, AT LEAST 5500 m, OVER"),
    ("CLB", CLB, "INTEND TO CLIMB TO 3000 ft (914 m) ON QNH 1013 hPa, RATE 1500 ft/min (7.6 m/s), OVER"),
    ("LCM", LCM, "NO ANSWER ON GROUND LINE SINCE 12:04 UTC, OVER"),
    ("EMG", EMG, "FOR INFORMATION, NO COMMITMENT: ALPHA AIRCRAFT 2, PAN PAN, DESCENDING, OVER"),
    ("COR", {"field": "latitude_e5", "value": "3512345"}, "CORRECTION, LATITUDE BY DATA, OVER"),
    ("MON", {"freq_id": "F1", "how": "CONTACT"}, "CONTACT F1, OVER"),
]
TFA: dict[str, Any] = {"clock": 3, "urgency": "URGENT", "range_m": 9260, "direction": "SW", "closest_s": 45}
LEVEL: dict[str, Any] = {"level_ft": 25034, "level_datum": "STANDARD", "level_sigma_ft": 500}


@pytest.mark.parametrize(("code", "fields", "text"), SAID, ids=[one[0] for one in SAID])
def test_the_words_stand_in_the_order_of_cues(code: str, fields: Any, text: str) -> None:
    what = words((code, fields), "English", "Bravo Post", "Alpha Post", now_ns=NOON_NS)
    assert what == f"BRAVO POST, ALPHA POST, {text}"
    assert words(SimpleNamespace(code=code, fields=fields), "en", "Bravo Post", "Alpha Post", now_ns=NOON_NS) == what


def test_an_advisory_in_both_languages_has_its_levels_in_feet_and_metres() -> None:
    english = words(("TFA", TFA | LEVEL), "en", "BRAVO", "ALPHA")
    assert "URGENT TRAFFIC, 3 O'CLOCK, 5 NM, FL250 (7620 m) ± 1000 ft (305 m), HEADING SOUTH WEST" in english
    russian = words(("TFA", TFA | LEVEL), "ru", "BRAVO", "ALPHA")
    assert "НАБЛЮДАЙТЕ БОРТ НА 3 ЧАСА, 9,3 км (5 NM), ВЫСОТА 7620 м (FL250) ± 305 м (1000 ft)" in russian


def test_a_moment_of_another_day_has_its_date() -> None:
    fields = {"scope": "separation", "from_ns": str(NOON_NS + 86_400 * NS)}
    assert "FROM 23 NOV 12:00 UTC" in words(("SUS", fields), "en", "B", "A", now_ns=NOON_NS)
    assert "FROM 23 NOV 2025 12:00 UTC" in words(("SUS", fields), "en", "B", "A")
    assert "С 23 НОЯБРЯ 12:00 UTC" in words(("SUS", fields), "ru", "B", "A", now_ns=NOON_NS)


def test_a_read_back_is_said_with_units_where_it_is_known_what_it_reads_back() -> None:
    back: dict[str, Any] = {"values": "3000 QNH 1013 1500"}
    assert "I READ BACK 3000 ft (914 m) ON QNH 1013 hPa, 1500 ft/min (7.6 m/s), OUT" in words(
        ("RBK", back), "en", "B", "A", about=("CLB", CLB)
    )
    part = words(("RBK", {"values": "3000"}), "en", "B", "A", about=("CLB", CLB))
    assert "I READ BACK 3000 ft (914 m), OUT" in part
    for other in ("3000 QNH 1013 5", "3000 QNH ABC", "3000 MUD 1013"):
        assert f"I READ BACK {other}, OUT" in words(("RBK", {"values": other}), "en", "B", "A", about=("CLB", CLB))
    assert "I READ BACK 3000 QNH 1013 1500, OUT" in words(("RBK", back), "en", "B", "A")


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=200, deadline=None)
@given(one=said())
def test_everything_that_may_be_said_has_words_without_positions(language: str, one: tuple[Code, Any]) -> None:
    code, fields = one
    lex = lexicon(language)
    text = words((code.name, fields), language, "BRAVO POST", "ALPHA POST", now_ns=NOON_NS)
    assert text.startswith("BRAVO POST, ALPHA POST, ")
    assert text.endswith(lex.out if code.answer is Answer.NONE else lex.over)
    assert not re.search(r"[\[\]{}_]", text.removesuffix(lex.over)) or code.name == "RBK"
    hidden = {**fields, **{name: 7 for name in fields if name.endswith("_e5")}}
    assert words((code.name, hidden), language, "BRAVO POST", "ALPHA POST", now_ns=NOON_NS) == text
    aloud = spoken(text, language)
    assert not re.search(r"\d|[±:()]", aloud), aloud


@settings(max_examples=100, deadline=None)
@given(one=said())
def test_every_read_back_has_words(one: tuple[Code, Any]) -> None:
    code, fields = one
    values = readback(code, fields)
    if values and len(values) <= 40:
        assert words(("RBK", {"values": values}), "ru", "B", "A", about=(code.name, fields))


@pytest.mark.parametrize(
    ("text", "aloud"),
    [
        ("CONTACT 132.055", "CONTACT ONE THREE TWO DECIMAL ZERO FIVE FIVE"),
        ("FL290 (8839 m)", "FLIGHT LEVEL TWO NINER ZERO, EIGHT EIGHT THREE NINER METRES,"),
        ("25500 ft", "TWO FIVE THOUSAND FIVE HUNDRED FEET"),
        ("1000 m", "ONE THOUSAND METRES"),
        ("TRACK 090 deg", "TRACK ZERO NINER ZERO DEGREES"),
        ("12 O'CLOCK, 1 NM", "TWELVE O'CLOCK, ONE NAUTICAL MILE"),
        ("4.9 NM", "FOUR DECIMAL NINER NAUTICAL MILES"),
        ("-500 ft", "MINUS FIVE HUNDRED FEET"),
        ("SINCE 12:04 UTC", "SINCE ONE TWO ZERO FOUR U T C"),
        ("F2, R-12, G01", "FOXTROT TWO, ROMEO ONE TWO, GOLF ZERO ONE"),
    ],
)
def test_numbers_are_said_digit_by_digit(text: str, aloud: str) -> None:
    assert spoken(text) == aloud


def test_russian_says_every_digit_and_bends_the_unit() -> None:
    assert spoken("3 NM, 7620 м, 1 мин", "ru") == "ТРИ МОРСКИХ МИЛИ, СЕМЬ ШЕСТЬ ДВА НОЛЬ МЕТРОВ, ОДИН МИНУТА"
    assert spoken("9,3 км", "ru") == "ДЕВЯТЬ ЗАПЯТАЯ ТРИ КИЛОМЕТРА"


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(InputError, match="no code"):
        words(("XYZ", {}), "en", "B", "A")
    with pytest.raises(InputError, match="needs the field clock"):
        words(("TFA", {}), "en", "B", "A")
    with pytest.raises(InputError, match="There are: en"):
        words(("ROG", {}), "Klingon", "B", "A")
    assert len(CATALOGUE) == 40
