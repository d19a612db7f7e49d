"""The frequency plan: carriers by the standard's own table, guards for voice only, and what serves where and when."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from armslength.agreement.area import Area, Circle
from armslength.agreement.articles import Frequency
from armslength.agreement.articles_kinds import Hours
from armslength.agreement.channel import GUARDS, VHF, carrier_hz, guard_under, overlap, parse_channel, same_carrier
from armslength.agreement.doubts import doubts
from armslength.agreement.plan import carries, clashes, frequencies_at, in_force
from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import default_terms
from armslength.errors import AgreementError, InputError
from armslength.units import NM, NS

HOUR = 3600
DAY_NS = 24 * HOUR * NS
NAN = float("nan")
NORTH, SOUTH = (Area(name, circle=Circle(lat, 40.0, 20 * NM)) for name, lat in (("north", 37.0), ("south", 35.0)))
PLAN = (
    Frequency("F1", "243.000 MHz", "guard"),
    Frequency("F2", "132.055", "alternate", "voice and data"),
    Frequency("F3", "251.000 MHz", "primary", "data", area=NORTH),
    Frequency("F4", "252.000 MHz", "primary", area=SOUTH, hours=Hours(22 * HOUR, 4 * HOUR)),
    Frequency("F5", "4125.0 kHz", "alternate", from_ns=10 * DAY_NS, until_ns=11 * DAY_NS),
)
TERMS = replace(default_terms(), frequencies=PLAN)
# ICAO Annex 10, volume V, table 4-1 bis: name, carrier [Hz], spacing [Hz]
STANDARD = """\
118.000 118000000 25000
118.005 118000000 8333
118.010 118008333 8333
118.015 118016666 8333
118.025 118025000 25000
118.030 118025000 8333
118.035 118033333 8333
118.040 118041666 8333
118.050 118050000 25000
136.975 136975000 25000
136.990 136991666 8333
"""


def ids(place: tuple[float, float, float] | None, utc_ns: int, use: str = "") -> list[str]:
    """Return the ids of what serves."""
    return [one.id for one in frequencies_at(TERMS, place, utc_ns, use=use)]


def test_carriers_are_those_of_the_standard() -> None:
    for row in STANDARD.splitlines():
        name, carrier, width = row.split()
        assert carrier_hz(name) == (int(carrier), int(width)), name
    assert carrier_hz("251.025 MHz") == (251_025_000, 25_000)
    assert carrier_hz("4125.5 kHz") == (4_125_500, 3_000)


def test_all_names_have_three_carriers_to_every_step_of_25_khz() -> None:
    names = []
    for khz in range(*VHF):
        with contextlib.suppress(InputError):
            names.append(parse_channel(f"{khz // 1000}.{khz % 1000:03d}"))
    names.append("136.990")
    assert len(names) == 3040
    assert len({carrier_hz(name)[0] for name in names}) == 3040 * 3 // 4
    for name in names[:-1]:
        assert guard_under(name) == ("121.500" if 121.490 <= float(name) <= 121.510 else ""), name


@pytest.mark.parametrize(
    ("one", "other", "same", "near"),
    [
        ("118.000", "118.005", True, True),
        ("118.000", "118.010", False, True),
        ("118.000", "118.015", False, False),
        ("118.015", "118.025", False, True),
        ("118.005", "118.010", False, False),
        ("118.000", "118.025", False, False),
        ("251.000 MHz", "251.025 MHz", False, False),
        ("251.000 MHz", "251.000 MHz", True, True),
        ("4125.0 kHz", "4127.0 kHz", False, True),
    ],
)
def test_who_hears_whom(one: str, other: str, same: bool, near: bool) -> None:
    assert same_carrier(one, other) is same_carrier(other, one) is same
    assert overlap(one, other) is overlap(other, one) is near


def test_wrong_names_come_with_the_nearest() -> None:
    for text, near in (
        ("118.020", '"118.015" or "118.025"'),
        ("136.995", '"136.990"'),
        ("121.503", '"121.500" or "121.505"'),
        ("117.999", '"118.000"'),
        ("251.010 MHz", '"251.000 MHz" or "251.025 MHz"'),
    ):
        with pytest.raises(InputError) as caught:
            parse_channel(text)
        assert near in caught.value.remedy, text


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("117.995", 'The nearest is "118.000".'),
        ("137.000", 'The nearest is "136.990".'),
        ("399.990 MHz", 'The nearest is "399.975 MHz".'),
        ("400.000 MHz", 'The nearest is "399.975 MHz".'),
        ("224.99 MHz", 'The nearest is "225.000 MHz".'),
        ("251.010", '"251.000 MHz" or "251.025 MHz"'),
        ("251000.5 kHz", '"251.000 MHz" or "251.025 MHz"'),
        ("30 MHz", '"29999.9 kHz"'),
        ("121.5", '"121.500"'),
        ("118.3", '"118.300"'),
        ("118.02", '"118.015" or "118.025"'),
        ("132.0550", '"132.055"'),
        ("251.5", '"251.500 MHz"'),
        ("4125.05 kHz", '"4125.0 kHz" or "4125.1 kHz"'),
        ("4.12505 MHz", '"4125.0 kHz" or "4125.1 kHz"'),
    ],
)
def test_what_is_outside_short_or_too_fine_is_refused_with_what_is_right(text: str, near: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_channel(text)
    assert near in caught.value.remedy


def test_the_edges_of_the_bands_are_channels() -> None:
    for text in ("118.000", "136.990", "225.000 MHz", "399.975 MHz", "2000.0 kHz", "29999.9 kHz"):
        assert parse_channel(text) == text
    assert parse_channel("4125.00 kHz") == "4125.0 kHz"


def test_what_serves_is_primary_first_and_guard_last() -> None:
    assert ids(None, 23 * HOUR * NS) == ["F3", "F4", "F2", "F1"]
    assert ids((37.0, 40.0, NAN), 23 * HOUR * NS) == ["F3", "F2", "F1"]
    assert ids((35.0, 40.0, 3000.0), 23 * HOUR * NS) == ["F4", "F2", "F1"]
    assert ids((35.0, 40.0, 3000.0), 5 * HOUR * NS) == ["F2", "F1"]
    assert ids(None, 10 * DAY_NS + 5 * HOUR * NS) == ["F3", "F2", "F5", "F1"]
    assert ids(None, 11 * DAY_NS + 5 * HOUR * NS) == ["F3", "F2", "F1"]
    assert frequencies_at(default_terms(), None, 0) == ()


def test_data_go_over_what_is_marked_for_them_and_never_over_guard() -> None:
    assert ids(None, 23 * HOUR * NS, "data") == ["F3", "F2"]
    assert ids(None, 23 * HOUR * NS, "voice") == ["F4", "F2", "F1"]
    assert not carries(Frequency("F9", "121.500", "guard", "voice and data"), "data")


def test_hours_go_over_midnight_and_ends_are_not_included() -> None:
    night = PLAN[3]
    at = {h: in_force(night, DAY_NS + h * HOUR * NS) for h in (0, 3, 4, 12, 21, 22, 23)}
    assert at == {0: True, 3: True, 4: False, 12: False, 21: False, 22: True, 23: True}
    assert not in_force(PLAN[4], 10 * DAY_NS - 1) and in_force(PLAN[4], 10 * DAY_NS)
    assert in_force(PLAN[4], 11 * DAY_NS - 1) and not in_force(PLAN[4], 11 * DAY_NS)


def test_clashes_are_told_only_where_both_can_be_in_force() -> None:
    day, night = Hours(6 * HOUR, 18 * HOUR), Hours(18 * HOUR, 6 * HOUR)
    one = Frequency("F1", "118.000")
    for other, found in (
        (Frequency("F2", "118.005"), [(True, True)]),
        (Frequency("F2", "118.010"), [(False, True)]),
        (Frequency("F2", "118.025"), []),
        (Frequency("F2", "118.005", area=NORTH), [(True, True)]),
        (Frequency("F2", "118.005", until_ns=5), [(True, True)]),
    ):
        assert [(c.same, c.certain) for c in clashes((one, other))] == found
    for first, second, count in (
        (replace(one, hours=day), replace(one, hours=night), 0),
        (replace(one, hours=day), replace(one, hours=Hours(17 * HOUR, 19 * HOUR)), 1),
        (replace(one, until_ns=5), replace(one, from_ns=5), 0),
        (replace(one, until_ns=6), replace(one, from_ns=5), 1),
    ):
        assert len(list(clashes((first, second)))) == count
    (far,) = clashes((replace(one, area=NORTH), replace(one, area=SOUTH)))
    assert not far.certain


def plan_text(*channels: str) -> str:
    """Return terms with these channels, each a piece of TOML."""
    tables = [f'[[frequency]]\nid = "F{n}"\n{one}\n' for n, one in enumerate(channels, 1)]
    return 'title = "T"\n' + "".join(tables)


@pytest.mark.parametrize(
    ("channels", "says"),
    [
        (('channel = "118.000"', 'channel = "118.005"\nrole = "alternate"'), "has the carrier of F1, 118.000"),
        (('channel = "251 MHz"', 'channel = "251.000 MHz"'), "has the carrier of F1"),
        (('channel = "121.500"',), "kept for distress"),
        (('channel = "243.000 MHz"\nrole = "alternate"',), "kept for distress"),
        (('channel = "121.500"\nrole = "guard"\nuse = "data"',), "for voice only"),
        (('channel = "243.000 MHz"\nrole = "guard"\nuse = "voice and data"',), "for voice only"),
        (('channel = "121.505"\nrole = "guard"',), "lies on 121.500"),
        (('channel = "121.490"',), "lies on 121.500"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(channels: tuple[str, ...], says: str) -> None:
    with pytest.raises(AgreementError) as caught:
        parse_terms(plan_text(*channels), "t.toml")
    assert says in caught.value.what and caught.value.remedy
    assert ".channel" in caught.value.where or ".use" in caught.value.where


def test_what_may_be_a_slip_is_told() -> None:
    circle = '[frequency.area]\nname = "a"\ncircle = {centre = "%s N, 40 E", radius = "20 NM"}'
    apart = plan_text('channel = "118.000"\n' + circle % "35", 'channel = "118.005"\n' + circle % "37")
    told = [doubt.says for doubt in doubts(parse_terms(apart, "t.toml")) if doubt.path[0] == "frequency"]
    assert any("has the carrier of F1" in one and "where their areas meet" in one for one in told)
    near = plan_text(
        'channel = "118.000"', 'channel = "118.010"\nrole = "alternate"', 'channel = "121.500"\nrole = "guard"'
    )
    (only,) = [doubt for doubt in doubts(parse_terms(near, "t.toml")) if doubt.path[0] == "frequency"]
    assert only.path == ("frequency", 1, "channel") and "overlaps F1" in only.says
    alone = [
        d.says for d in doubts(parse_terms(plan_text('channel = "118.000"'), "t.toml")) if d.path[0] == "frequency"
    ]
    assert [one.split(":")[0] for one in alone] == ["There is no alternate"]
    assert GUARDS == ("121.500", "243.000 MHz")
