"""The words of the page, and that it never claims more than was seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.report import words
from armslength.units import FT, NM, NS
from report.made_up import NAN, NOON, encounter


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (0.43 * NM, "0.43 NM"),
        (0.1 * NM, "0.10 NM"),
        (0.0999 * NM, "610 ft"),
        (9.994 * NM, "9.99 NM"),
        (12.34 * NM, "12.3 NM"),
        (61.0, "200 ft"),
        (3.0, "10 ft"),
        (30.0, "98 ft"),
        (0.0, "0 ft"),
        (NAN, "unknown"),
    ],
)
def test_distances(metres: float, said: str) -> None:
    assert words.distance(metres) == said


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (3 * NM, "3 NM"),
        (0.5 * NM, "0.5 NM"),
        (3000 * FT, "3,000 ft"),
        (500 * FT, "500 ft"),
        (100.0, "100 m"),
        (10 * NM, "10 NM"),
        (2500.0, "2,500 m"),
    ],
)
def test_minima_are_written_as_they_were_agreed(metres: float, said: str) -> None:
    assert words.minimum(metres) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (85, "1 min 25 s"),
        (180, "3 min"),
        (3600, "1 h"),
        (3720, "1 h 2 min"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@given(st.floats(0, 1e6))
def test_durations_are_within_half_of_their_last_unit(seconds: float) -> None:
    size = {"h": 3600, "min": 60, "s": 1}
    parts = words.duration(seconds).split()
    told = sum(int(number) * size[unit] for number, unit in zip(parts[::2], parts[1::2], strict=True))
    assert abs(told - seconds) <= (30 if seconds >= 3599.5 else 0.5)


def test_the_passing_is_told_with_time_names_and_both_distances() -> None:
    said = words.passing(encounter(t_closest=NOON - (2 * 3600 + 45 * 60 + 38) * NS))
    assert said == "At 09:14:22 UTC NORTH12 and SOUTH31 passed 0.43 NM and 200 ft apart."


def test_an_unknown_level_is_told_and_not_invented() -> None:
    one = encounter(d_v_m=NAN, certainty="not_determinable", error_v_m=NAN)
    assert "how far apart vertically is not known" in words.passing(one)
    assert words.how_sure(one, 152.4).startswith("Not determinable: the level of at least one of them is unknown")


def test_a_long_stay_is_no_passing_and_names_the_limit_it_broke() -> None:
    one = encounter(dwell_s=300.0, breach=True)
    assert "the nearest in 5 min inside the minima" in words.passing(one)
    assert words.stay(one, 180.0, 152.4).endswith("longer than the 3 min that the terms allow.")
    assert words.why_breach(one, 180.0) == "Breach of the terms: a stay beyond the dwell limit."
    assert words.stay(one, NAN, 152.4).endswith("(11:59:20 to 12:00:45).")
    assert words.why_breach(encounter(), 180.0) == ""


def test_where_no_minima_hold_the_stay_is_that_of_the_near_miss() -> None:
    one = encounter(level="near_miss", dwell_s=2.0, note="where no minima hold (exempt or outside the area)")
    assert words.stay(one, 180.0, 500 * FT) == "No minima hold there; they were closer than 500 ft for 2 s."


def test_a_near_miss_wider_than_a_minimum_is_told_as_outside() -> None:
    one = encounter(level="near_miss", ratio=1.2, dwell_s=5.0)
    assert words.level(one) == "near miss, outside the minima"
    said = words.stay(one, 180.0, 500 * FT)
    assert said == "They stayed outside the minima, but were closer than 500 ft for 5 s (11:59:20 to 12:00:45)."


def test_levels_on_different_datums_are_told_as_such() -> None:
    one = encounter(ratio=1.4, certainty="not_determinable", note="levels on different datums")
    assert words.level(one) == "perhaps inside the minima"
    assert words.passing(one).endswith("200 ft apart; their levels are on different datums.")
    assert words.stay(one, 180.0, 500 * FT).startswith("They may have been inside the minima for 1 min 25 s")
    assert "their levels are on different datums" in words.how_sure(one, 500 * FT)


def test_an_implausible_track_is_not_told_as_wide_bounds() -> None:
    one = encounter(certainty="not_determinable", note="rests on an implausible track: jumps")
    assert "implausible" in words.how_sure(one, 500 * FT) and "bounds" not in words.how_sure(one, 500 * FT)


def test_sureness_names_the_bounds_and_what_they_were_held_against() -> None:
    near = encounter(level="near_miss", certainty="possible", d_h_m=60.0, d_v_m=30.0)
    said = words.how_sure(near, 500 * FT)
    assert said.startswith(
        "Possible: within the bounds, ±300 ft and ±150 ft (two sigma), they may have been closer than"
    )
    assert said.endswith("500 ft, or just not.")
    assert "they were inside the minima" in words.how_sure(encounter(), 500 * FT)
    assert "too wide to tell" in words.how_sure(encounter(certainty="not_determinable"), 500 * FT)


def test_two_aircraft_of_one_name_are_told_apart_by_address() -> None:
    assert words.who(encounter(second_callsign="NORTH12")) == ("NORTH12 (4ca1f2)", "NORTH12 (a0b1c2)")
    assert words.who(encounter(first_callsign="  ")) == ("4ca1f2", "SOUTH31")


@pytest.mark.parametrize("bad", ["\u202e", "\x1b", "\x00", "\u2066", "\ud800", "\u2028"])
def test_characters_that_rearrange_a_line_are_not_shown(bad: str) -> None:
    assert words.shown(f"A{bad}B") == "A\N{REPLACEMENT CHARACTER}B"


def test_very_long_text_is_cut() -> None:
    assert len(words.shown("x" * 10_000, 20)) == 20
    assert words.name("x" * 10_000, "a").endswith("…")


def test_a_number_stays_with_its_unit() -> None:
    space = "\N{NO-BREAK SPACE}"
    assert words.tight("3 NM and 3,000 ft, 12 moments") == f"3{space}NM and 3,000{space}ft, 12 moments"
