"""The articles: what is read, what is refused, what is kept though nobody here knows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.agreement.articles import (
    ARTICLES,
    SUSPENDABLE,
    Automation,
    Block,
    Frequency,
    ProtectedSite,
    TimeBudget,
)
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import Hours
from armslength.agreement.channel import UHF, VHF, parse_channel
from armslength.agreement.profile import PROFILES, draft_terms
from armslength.agreement.reading import parse_terms, read_terms
from armslength.agreement.terms import Area, Box, Circle, Party, default_terms
from armslength.agreement.writing import write_terms
from armslength.errors import AgreementError, InputError
from armslength.units import FT, NM, NS

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "agreement.toml"
BLOCK = "[[block]]\nname='b'\nparty='A'\ncircle={centre='1 N, 1 E', radius='1 NM'}\n"
AREA = "[area]\nname='a'\ncircle={centre='1 N, 1 E', radius='1 NM'}\n"
SITE = "[[protected_site]]\nname='s'\nparty='A'\nplace='1 N, 1 E'\n"
SIDES = '[[party]]\nname = "A"\n[[party]]\nname = "B"\n'
TOP = 'title = "T"\n'
JAN_2026 = 1_767_225_600 * NS


def test_places_and_channels_are_read_into_si() -> None:
    terms = parse_terms(EXAMPLE.read_text("utf-8"), "agreement.toml")
    (block,) = terms.blocks
    assert block == Block(
        Area("River line, northern bank", box=Box(35.6, 39.0, 36.2, 39.8), ceiling_m=20_000 * FT),
        "Northern party",
        from_ns=JAN_2026,
        hours=Hours(4 * 3600, 16 * 3600),
    )
    assert terms.protected_sites == (
        ProtectedSite("Southern depot", "Southern party", 35.3, 40.1, 1 * NM, 15_000 * FT),
    )
    assert terms.frequencies[1] == Frequency("F2", "132.055", "alternate", "voice and data")
    assert [one.channel for one in terms.frequencies] == ["251.000 MHz", "132.055", "243.000 MHz"]
    assert terms.parties[0].post == "NORTH POST"
    assert terms.parties[1].callsign == "SOUTHERN AIRCRAFT"
    assert terms.automation == Automation(traffic_advisory=True)
    assert terms.suspension.notice_s == 7200.0
    assert terms.suspension.provisions == ("separation", "disclosure", "automation", "conduct")
    assert terms.conduct["G09"]["formation_time_s"] == 60.0
    assert terms.conduct["G09"]["shadow_distance_m"] == 3 * NM
    assert terms.conduct["G12"].enabled


def test_the_defaults_are_those_of_the_catalogue() -> None:
    terms = parse_terms(TOP, "t.toml")
    assert terms.ground_line == default_terms().ground_line
    assert (terms.ground_line.check_every_s, terms.ground_line.vanish_s, terms.ground_line.freeze_s) == (
        43200.0,
        3.0,
        5.0,
    )
    assert (terms.lookahead_s, terms.alert_s) == (180.0, 120.0)
    assert (terms.failover.calls, terms.failover.call_every_s, terms.failover.ground_line_s) == (3, 10.0, 90.0)
    assert (terms.disclosure.mode, terms.disclosure.floor_horizontal_m, terms.disclosure.floor_time_s) == (
        "sealed",
        NM,
        10,
    )
    assert not terms.automation.traffic_advisory
    assert terms.time_budget.spent_s < terms.time_budget.warning_s == terms.alert_s
    assert list(terms.conduct) == list(CONDUCT) and len(CONDUCT) == 35
    assert all(rule.enabled for rule in terms.conduct.values())
    assert "intelligence" in terms.scope.excluded
    assert set(terms.suspension.provisions) == SUSPENDABLE


def test_an_alert_left_out_is_never_beyond_the_lookahead() -> None:
    terms = parse_terms(TOP + 'lookahead = "110 s"', "t.toml")
    assert (terms.alert_s, terms.time_budget.warning_s) == (110.0, 110.0)


# rows added to a short file; where the error stands; what is wrong; the remedy
REFUSED = [
    (
        "[time_budget]\npost = '90 s'",
        "line 2, time_budget",
        "does not close: detection 10 s + officer 15 s + post 90 s",
        "",
    ),
    ("[time_budget]\nofficer = '30 s'", "line 2, time_budget", "= 120 s, and the warning", "Shorten a step"),
    ("lookahead = '100 s'", "line 2, lookahead", "does not close", "raise warning"),
    ("alert = '60 s'", "line 2, alert", "does not close", "Shorten a step"),
    (
        "[time_budget]\nwarning = '200 s'",
        "line 3, time_budget.warning",
        "beyond the look-ahead of 180 s",
        "Raise lookahead",
    ),
    ("alert = '200 s'", "line 2, alert", "beyond the look-ahead", "lower alert"),
    ("[time_budget]\npost = 60", "line 3, time_budget.post", '"60" has no unit', '"60 s"'),
    (
        "[disclosure]\nmode = 'open'",
        "line 3, disclosure.mode",
        "leave out intelligence and allow open",
        'mode = "sealed"',
    ),
    (
        "[disclosure]\nmode = 'proximity'",
        "line 3, disclosure.mode",
        "leave out intelligence and allow proximity",
        "scope",
    ),
    (
        "[disclosure]\nmode = 'open'\n[scope]\nexcluded = ['targets']",
        "line 3, disclosure.mode",
        "leave out targets",
        "take",
    ),
    ("[disclosure]\nmode = 'minimal'", "line 3, disclosure.mode", '"minimal" is not known', "sealed, proximity, open"),
    (
        "[disclosure]\nshared = ['identity']",
        "line 3, disclosure.shared[1]",
        '"identity" is not known',
        "position, level",
    ),
    ("[disclosure]\nbudget = '600 s'", "line 3, disclosure.budget", "s is not a unit of exposure", "aircraft-s/h"),
    ("[scope]\nexcluded = ['inteligence']", "line 3, scope.excluded[1]", "not known", "Did you mean intelligence?"),
    (
        "[suspension]\nprovisions = ['ground_line']",
        "line 3, suspension.provisions[1]",
        "ground_line cannot be",
        "Checks of",
    ),
    (
        "[suspension]\nprovisions = ['conduct', 'emergency']",
        "line 3, suspension.provisions[2]",
        "emergency cannot",
        "Leave",
    ),
    ("[suspension]\nprovisions = ['ending']", "line 3, suspension.provisions[1]", "ending cannot", "Known here"),
    ("[suspension]\nprovisions = ['conducts']", "line 3, suspension.provisions[1]", "not known", "mean conduct?"),
    ("[suspension]\nprovisions = ['conduct', 'conduct']", "line 3, suspension.provisions[2]", "stands twice", "once"),
    ("[suspension]\nnotice = '59 min'", "line 3, suspension.notice", "too small", '"1 h"'),
    (
        "[validity]\nfrom = 2026-01-02T00:00:00Z\nuntil = 2026-01-01T00:00:00Z",
        "line 4, validity.until",
        "end before",
        "",
    ),
    ("[validity]\nfrom = 2026-01-01", "line 3, validity.from", "a date or time", '"2026-01-01T00:00:00Z"'),
    ("[validity]\nfrom = '2026-01-01T00:00:00'", "line 3, validity.from", "has no time zone", "Z"),
    ("[validity]\nfrom = '1926-01-01T00:00:00Z'", "line 3, validity.from", "not between the years", "Z"),
    ("[failover]\nno_answer = '15 s'", "line 2, failover", "3 calls 10 s apart take 20 s", "let each be later"),
    ("[failover]\nground_line = '50 s'", "line 2, failover", "the ground line from 50 s", "let each be later"),
    ("[failover]\ncalls = 0", "line 3, failover.calls", "not a whole number from 1 to 20", "calls = 3"),
    ("[failover]\ncalls = '3'", "line 3, failover.calls", "not a whole number", "calls = 3"),
    ("[ground_line]\nfreeze = '2 s'", "line 3, ground_line.freeze", "froze would be noticed before", 'vanish = "3 s"'),
    ("[ground_line]\nfrozen = '1 s'", "line 3, ground_line.frozen", "not a known key", "Did you mean freeze?"),
    (
        "[automation]\ntraffic_advisory = 'yes'",
        "line 3, automation.traffic_advisory",
        "neither true nor false",
        "= true",
    ),
    ("[automation]\nprotest = true", "line 3, automation.protest", "not a known key", "Known here"),
    ("[radio]\nmost_occupancy = '120 %'", "line 3, radio.most_occupancy", "too large", '"20 %"'),
    ("[radio]\nmost_occupancy = '0.2'", "line 3, radio.most_occupancy", "has no unit", '"20 %"'),
    ("[radio]\nleast_readability = 6", "line 3, radio.least_readability", "whole number from 1 to 5", "= 3"),
    ("[conduct.G99]\nenabled = true", "line 2, conduct.G99", "not a known key", "Did you mean"),
    ("[conduct.G05]\ndistance = '1 s'", "line 3, conduct.G05.distance", "not a unit of length", '"3 NM"'),
    ("[conduct.G05]\nahead = '1 NM'", "line 3, conduct.G05.ahead", "not a known key", "Known here: enabled, distance"),
    ("[conduct.G05]\nbearing = '190 deg'", "line 3, conduct.G05.bearing", "too large", '"30 deg"'),
    (
        "[confidentiality]\npublic_lines = ['ae1460 flew']",
        "line 3, confidentiality.public_lines[1]",
        "ICAO address",
        "memb",
    ),
    ("[assistance]\nrescue_centre = 'RCH*'", "line 3, assistance.rescue_centre", "call-sign pattern", "membership"),
]


@pytest.mark.parametrize(("text", "where", "what", "remedy"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_nobody_may_sign_is_refused_with_line_field_and_remedy(
    text: str, where: str, what: str, remedy: str
) -> None:
    with pytest.raises(AgreementError) as caught:
        parse_terms(TOP + text.replace("'", '"'), "t.toml")
    assert caught.value.where == f"t.toml, {where}"
    assert what in caught.value.what
    assert remedy in caught.value.remedy and caught.value.remedy


def test_what_stands_just_inside_is_not_refused() -> None:
    """The control of the refusals: each has a near twin that may be signed."""
    for text in (
        '[time_budget]\nofficer = "29 s"',
        '[time_budget]\nwarning = "180 s"',
        '[disclosure]\nmode = "open"\n[scope]\nexcluded = ["joint_operations"]',
        '[disclosure]\nmode = "none"',
        '[suspension]\nprovisions = ["conduct"]\nnotice = "1 h"',
        "[suspension]\nprovisions = []",
        '[ground_line]\nfreeze = "3 s"',
        '[failover]\nno_answer = "21 s"\nground_line = "21 s"',
        "[validity]\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-01-01T00:00:00.000001Z",
        "[conduct.G05]\nenabled = false",
    ):
        parse_terms(TOP + text, "t.toml")


PLACES = [
    (
        "[[block]]\nname='b'\ncircle={centre='1 N, 1 E', radius='1 NM'}",
        "block[1]",
        "party is missing",
        "Northern party",
    ),
    (
        "[[block]]\nname='b'\nparty='C'\ncircle={centre='1 N, 1 E', radius='1 NM'}",
        "block[1].party",
        "not a party",
        "A, B",
    ),
    ("[[block]]\nname='b'\nparty='A'", "block[1]", "It has no shape", "Give exactly one"),
    (BLOCK + "hours='all'", "block[1].hours", "hours of the", "0600Z-1800Z"),
    (BLOCK + "hours='0600Z-2500Z'", "block[1].hours", "2400Z", ""),
    (BLOCK + "hours='0000Z-2400Z'", "block[1].hours", "all day", "Leave"),
    ("[[block]]\nname='b'\nparty='A'\nowner='A'", "block[1].owner", "not a known key", "Known here: name"),
    ("[[protected_site]]\nname='s'\nparty='A'", "protected_site[1]", "place is missing", "36.5 N"),
    ("[[protected_site]]\nname='s'\nparty='A'\nplace='1, 1'", "protected_site[1].place", "is not a position", "36.5 N"),
    (SITE + "radius='200 NM'", "protected_site[1].radius", "100 NM", "[[block]]"),
    (SITE + SITE.replace("s'", "S'"), "protected_site[2].name", "stands twice", ""),
    ("[[frequency]]\nchannel='251.000 MHz'", "frequency[1]", "id is missing", '"F1"'),
    ("[[frequency]]\nid='G1'\nchannel='251.000 MHz'", "frequency[1].id", "not the name of a frequency", '"F1"'),
    ("[[frequency]]\nid='F1'", "frequency[1]", "channel is missing", "132.055"),
    ("[[frequency]]\nid='F1'\nchannel=251.0", "frequency[1].channel", "251.0 (a bare number)", "in quotes"),
    ("[[frequency]]\nid='F1'\nchannel='251.000'", "frequency[1].channel", "has no unit", "MHz"),
    ("[[frequency]]\nid='F1'\nchannel='132.020'", "frequency[1].channel", "none ends so", '"132.015" or "132.025"'),
    ("[[frequency]]\nid='F1'\nchannel='121.5 MHz'", "frequency[1].channel", "kept for distress", 'role = "guard"'),
    ("[[frequency]]\nid='F1'\nchannel='243 MHz'\nrole='guard'\nuse='data'", "frequency[1].use", "voice only", "voice"),
    (
        "[[frequency]]\nid='F1'\nchannel='251 MHz'\n[[frequency]]\nid='F1'\nchannel='252 MHz'",
        "frequency[2].id",
        "stands twice",
        "own",
    ),
]


@pytest.mark.parametrize(("text", "field", "what", "remedy"), PLACES, ids=lambda value: str(value)[:60])
def test_wrong_places_and_channels_are_told_with_their_field(text: str, field: str, what: str, remedy: str) -> None:
    with pytest.raises(AgreementError) as caught:
        parse_terms(TOP + SIDES + text.replace("'", '"'), "t.toml")
    assert caught.value.where.endswith(f", {field}")
    assert what in caught.value.what
    assert remedy in caught.value.remedy


def test_there_are_as_many_channel_names_as_the_standard_has() -> None:
    names = set()
    for khz in range(VHF[0] - 1000, VHF[1] + 1000):
        text = f"{khz // 1000}.{khz % 1000:03d}"
        try:
            assert parse_channel(text) == text
            names.add(text)
        except InputError as wrong:
            assert wrong.remedy
    assert len(names) == 3040
    assert not {name for name in names if name[-2:] in {"20", "45", "70", "95"}}
    assert (min(names), max(names)) == ("118.000", "136.990")


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{1,3}\.[0-9]{0,4} ?(MHz|kHz)?", fullmatch=True))
def test_a_channel_is_one_spelling_or_an_error(text: str) -> None:
    try:
        channel = parse_channel(text)
    except InputError as wrong:
        assert wrong.remedy
    else:
        assert parse_channel(channel) == channel


def test_channels_have_one_spelling() -> None:
    for text in ("251.000 MHz", "251 MHz", "251.0MHz", "251000 kHz", " 251.00 mhz "):
        assert parse_channel(text) == "251.000 MHz"
    assert parse_channel("121.5 MHz") == "121.500"
    assert parse_channel("4125 kHz") == parse_channel("4.125 MHz") == "4125.0 kHz"
    for text in ("108.000 MHz", "137.000", "224.975 MHz", "400.000 MHz", "225.010 MHz", "35000 kHz", "F1", "121.5"):
        with pytest.raises(InputError):
            parse_channel(text)
    assert UHF == (225_000, 399_975)


def test_a_call_sign_of_one_aircraft_has_no_place_in_the_terms() -> None:
    text = TOP + SIDES.replace('name = "B"', 'name = "B"\ncallsign = "WOLF 11"')
    with pytest.raises(AgreementError, match="call sign of one aircraft") as caught:
        parse_terms(text, "t.toml")
    assert "NORTH AIRCRAFT" in caught.value.remedy


def test_an_alternate_to_nothing_is_refused_in_whatever_order_the_plan_stands() -> None:
    entry = "[[frequency]]\nid='F{0}'\nchannel='25{0} MHz'\nrole='{1}'\n".replace("'", '"')
    guard = '[[frequency]]\nid="F9"\nchannel="243.000 MHz"\nrole="guard"\n'
    with pytest.raises(AgreementError, match="F1 is the alternate, and no frequency is the primary one") as caught:
        parse_terms(TOP + guard + entry.format(1, "alternate") + entry.format(2, "alternate"), "t.toml")
    assert "frequency[2].role" in str(caught.value) and "primary" in caught.value.remedy
    plan = parse_terms(TOP + entry.format(1, "alternate") + entry.format(2, "primary"), "t.toml").frequencies
    assert [one.role for one in plan] == ["alternate", "primary"]


DOUBTED = [
    ("[answering]\nflash_pick_up = '90 s'", "time_budget.post: The budget gives the post 60 s, and it may take 90 s"),
    ("[time_budget]\nwarning = '150 s'", "line 3, time_budget.warning: The budget counts on 150 s"),
    ("[[frequency]]\nid='F1'\nchannel='251 MHz'", "frequency[1]: There is no alternate"),
    ("[[frequency]]\nid='F1'\nchannel='121.500'\nrole='guard'", "frequency[1]: The plan has guards alone"),
    ("[[party]]\nname='A'\npost='A POST'\n[[party]]\nname='B'", "line 5, party[2]: B names no duty post"),
    ("[conduct.G02]\nenabled = false", "line 2, conduct.G02: It is the heart of the deal"),
    (SIDES + AREA + "[[protected_site]]\nname='s'\nparty='A'\nplace='1 S, 1 E'", '"s" is not in the area "a"'),
    (SIDES + AREA + BLOCK.replace("N,", "S,"), 'No part of "b" was found in the area "a"'),
]


@pytest.mark.parametrize(("text", "says"), DOUBTED, ids=lambda value: str(value)[:40])
def test_what_looks_like_a_slip_in_an_article_is_warned_about(text: str, says: str) -> None:
    found = read_terms(TOP + text.replace("'", '"'), "t.toml").doubts
    assert any(says in doubt for doubt in found), found


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_terms_without_doubts_that_survive_a_round_trip(profile: str) -> None:
    first, second = Party("NORTH", post="NORTH POST"), Party("SOUTH", post="SOUTH POST", callsign="SOUTH AIRCRAFT")
    terms = draft_terms(profile, first, second)
    text = write_terms(terms, explained=True)
    reading = read_terms(text, "t.toml")
    assert reading.terms == terms
    assert reading.doubts == ()
    assert terms.parties == (first, second)
    assert terms.automation.traffic_advisory
    assert terms.time_budget == TimeBudget()
    assert len([row for row in text.split("\n") if row.startswith("# ")]) >= len(ARTICLES) + len(CONDUCT)
    with pytest.raises(InputError, match="is not a profile"):
        draft_terms("fours", first, second)
    with pytest.raises(InputError, match="Both parties"):
        draft_terms(profile, first, Party("north"))
    with pytest.raises(InputError, match=r"party\[2\]\.post: .*looks like the ICAO address"):
        draft_terms(profile, first, Party("SOUTH", post="484556"))
    assert draft_terms(profile, first, Party("SOUTH", post="SOUTH", callsign="SOUTH")).parties[1].post == "SOUTH"


def test_a_place_may_be_a_circle_of_the_terms() -> None:
    text = TOP + SIDES + '[[block]]\nname = "b"\nparty = "B"\ncircle = { centre = "1 N, 1 E", radius = "1 NM" }'
    assert parse_terms(text, "t.toml").blocks[0].area == Area("b", circle=Circle(1.0, 1.0, NM))
