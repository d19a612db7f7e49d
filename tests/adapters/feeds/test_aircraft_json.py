"""aircraft.json in its dialects: every value in SI, times from the position's age, nothing twice, garbage counted."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.feeds.hearing import NOW, Ear, Hands
from armslength.adapters.feeds import aircraft_json
from armslength.adapters.feeds.aircraft_json import NEWER, OLDER, OLDEST, TOO_OLD, parse
from armslength.adapters.feeds.port import LIVE, STALE
from armslength.adapters.feeds.readsb import AGE_UNKNOWN, REPEATED, Fresh, ReadsbFeed
from armslength.domain.plot import Plot
from armslength.errors import FeedError
from armslength.units import FPM, FT, KT, NM, NS

MODERN = {
    "hex": "4B1815", "type": "adsb_icao", "flight": "SWR12K  ", "alt_baro": 35000, "alt_geom": 35725, "gs": 441.2,
    "track": 359.5, "baro_rate": -64, "geom_rate": -32, "lat": 47.123456, "lon": 8.654321, "nic": 8, "nac_p": 9,
    "seen_pos": 1.4, "seen": 0.1, "mlat": [], "tisb": [],
}  # fmt: skip
MUTABILITY = {
    "hex": "48520a", "flight": "TRA89M  ", "lat": 43.64, "lon": 1.23, "nucp": 7, "seen_pos": 0.5, "altitude": 38000,
    "vert_rate": 64, "track": 355, "speed": 395, "mlat": [], "tisb": [], "messages": 143, "seen": 0.2,
}  # fmt: skip
ANTIQUE = {
    "hex": "48520a", "flight": "TRA89M", "lat": 43.64, "lon": 1.23, "validposition": 1, "altitude": 38000,
    "vert_rate": 0, "track": 355, "validtrack": 1, "speed": 395, "messages": 143, "seen": 2,
}  # fmt: skip


def document(*rows: object, now: object = 1_700_000_000.25, **said: object) -> bytes:
    return json.dumps({"now": now, "messages": 1, "aircraft": list(rows), **said}).encode()


def one(row: dict[str, object], **said: object) -> Plot:
    [placed] = parse(document(row, **said), NOW).rows
    return placed.plot


def test_the_newer_dialect_in_si():
    plot = one(MODERN)
    assert plot == Plot(
        time_ns=1_700_000_000 * NS + 250_000_000 - 1_400_000_000, address="4b1815", lat=47.123456, lon=8.654321,
        callsign="SWR12K", alt_baro_m=35000 * FT, alt_geo_m=35725 * FT, gs_mps=441.2 * KT, track_deg=359.5,
        vs_mps=-64 * FPM, on_ground=False, accuracy_m=30.0, nic=8, nac_p=9,
    )  # fmt: skip
    assert parse(document(MODERN), NOW).dialect == NEWER


def test_the_older_dialect_in_si():
    plot = one(MUTABILITY)
    assert (plot.alt_baro_m, plot.gs_mps, plot.vs_mps) == (38000 * FT, 395 * KT, 64 * FPM)
    assert plot.accuracy_m == 0.05 * NM and plot.nac_p == -1
    assert math.isnan(plot.alt_geo_m)
    assert parse(document(MUTABILITY), NOW).dialect == OLDER


def test_the_oldest_dialect_is_an_array_and_knows_no_times():
    found = parse(json.dumps([ANTIQUE]).encode(), NOW)
    assert (found.dialect, found.now_ns) == (OLDEST, 0)
    [placed] = found.rows
    assert math.isnan(placed.seen_pos)
    assert placed.plot.time_ns == NOW - 2 * NS
    invalid = parse(json.dumps([{**ANTIQUE, "validposition": 0}]).encode(), NOW)
    assert invalid.heard.aside == {"no position": 1}
    assert math.isnan(parse(json.dumps([{**ANTIQUE, "validtrack": 0}]).encode(), NOW).rows[0].plot.track_deg)


def test_on_the_ground_there_is_no_level():
    for row in ({**MODERN, "alt_baro": "ground"}, {**MUTABILITY, "altitude": "ground"}):
        plot = one(row)
        assert plot.on_ground and math.isnan(plot.alt_baro_m)


def test_a_position_of_multilateration_carries_no_accuracy():
    assert math.isnan(one({**MODERN, "type": "mlat"}).accuracy_m)
    assert math.isnan(one({**MODERN, "mlat": ["lat", "lon", "track"]}).accuracy_m)
    assert one({**MODERN, "mlat": ["altitude"]}).accuracy_m == 30.0


def test_what_is_no_icao_address_keeps_its_mark():
    assert one({**MODERN, "hex": "~2cAb01"}).address == "~2cab01"


def test_milliseconds_and_the_list_called_ac():
    data = json.dumps({"now": 1_700_000_000_250, "ac": [MODERN]}).encode()
    assert parse(data, NOW).rows[0].plot == one(MODERN)


def test_times_by_our_own_clock_where_that_is_asked():
    [placed] = parse(document(MODERN, now=1_600_000_000), NOW, own_stamps=False).rows
    assert placed.plot.time_ns == NOW - 1_400_000_000


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hex": "xyz"}, "no address"), ({"hex": None}, "no address"), ({"hex": "000000"}, "no address"),
        ({"lat": None}, "no position"), ({"lat": 91}, "position out of range"),
        ({"lon": -361}, "position out of range"),
        ({"lat": "47"}, "not a number"), ({"lat": True}, "not a number"), ({"alt_baro": "high"}, "not a number"),
        ({"gs": []}, "not a number"), ({"seen_pos": 61}, TOO_OLD), ({"seen_pos": 1e300}, TOO_OLD),
        ({"lat": 10**400}, "not a number"), ({"nac_p": {}}, "not a number"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_counted_and_the_others_are_used(change, reason):
    found = parse(document({**MODERN, **change}, MUTABILITY), NOW)
    assert found.heard.aside == {reason: 1}
    assert [p.plot.address for p in found.rows] == ["48520a"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1e999"])
def test_numbers_that_are_none_are_counted(value):
    data = document(MODERN).replace(b"47.123456", value.encode())
    assert parse(data, NOW).heard.aside == {"not a number": 1}


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"3", b'"x"', b"{}", b'{"aircraft": {}}', b'{"now": "x", "aircraft": []}', b"\xff\xfe\x00",
     b'{"now": 1e308, "aircraft": []}', b'{"now": -1e308, "aircraft": []}', b'{"now": 5, "aircraft": []}',
     b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_such_document_is_one_error(data):
    with pytest.raises(FeedError):
        parse(data, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=5,
)
ROW = st.fixed_dictionaries({}, optional=dict.fromkeys({**MODERN, **MUTABILITY, **ANTIQUE}, JSON))


@settings(deadline=None, max_examples=100)
@given(st.lists(ROW | JSON, max_size=6), JSON, st.integers(0, 3))
def test_whatever_stands_there_ends_in_plots_and_counted_rows(rows, now, shape):
    value = [rows, {"now": now, "aircraft": rows}, {"aircraft": rows}, {"now": 1.7e9, "aircraft": rows}][shape]
    held(json.dumps(value).encode())


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_garbage_ends_in_an_error_or_in_counted_rows(garbage, at):
    data = document(MODERN, MUTABILITY)
    held(data[:at] + garbage + data[at + len(garbage) :])


def held(data: bytes) -> None:
    try:
        found = parse(data, NOW)
    except FeedError:
        return
    for placed in found.rows:
        p = placed.plot
        assert abs(p.lat) <= 90 and -180 <= p.lon < 180 and p.time_ns > 0
        assert len(p.address) in (6, 7) and not math.isinf(p.alt_baro_m + p.gs_mps + p.vs_mps + p.alt_geo_m)


def test_a_position_makes_one_plot_however_often_it_is_shown():
    fresh = Fresh()
    first = fresh.of(parse(document(MODERN), NOW), NOW)
    again = fresh.of(parse(document({**MODERN, "seen_pos": 2.3}, now=1_700_000_001.25), NOW), NOW + NS)
    moved = fresh.of(parse(document({**MODERN, "seen_pos": 0.2, "lat": 47.2}, now=1_700_000_002.25), NOW), NOW + 2 * NS)
    still = fresh.of(parse(document({**MODERN, "seen_pos": 0.2, "lat": 47.2}, now=1_700_000_004.25), NOW), NOW + 4 * NS)
    assert [len(h.plots) for h in (first, again, moved, still)] == [1, 0, 1, 1]
    assert again.aside == {REPEATED: 1}


def test_where_no_age_is_said_a_plot_is_made_when_the_position_changes_and_its_radius_is_wide():
    fresh = Fresh()

    def shown(lat: float, second: int) -> list[Plot]:
        row = {**ANTIQUE, "lat": lat, "seen": 0}
        heard = fresh.of(parse(json.dumps([row]).encode(), NOW + second * NS), NOW + second * NS)
        asides.append(dict(heard.aside))
        return heard.plots

    asides: list[dict[str, int]] = []
    assert shown(43.0, 0) == [] and shown(43.0, 1) == []
    [plot] = shown(43.01, 3)
    assert plot.accuracy_m == pytest.approx(math.hypot(92.6, 395 * KT * 2.0))
    assert asides == [{AGE_UNKNOWN: 1}, {REPEATED: 1}, {}]


def test_aircraft_that_are_gone_are_forgotten():
    fresh = Fresh()
    fresh.of(parse(document(MODERN), NOW), NOW)
    fresh.of(parse(document(), NOW), NOW + 301 * NS)
    assert fresh._shown == {}


class Written:
    """A document that the test writes."""

    name = "aircraft.json"
    data = b""

    def read(self) -> bytes:
        return self.data


def test_a_document_that_does_not_change_is_stale_and_gives_nothing_twice():
    clock, ear = Hands(), Ear()
    feed = ReadsbFeed("roof", Written(), clock)
    feed.take(document(MODERN), ear)
    assert (feed.health.state, len(ear.plots)) == (LIVE, 1)
    clock.now_ns += 11 * NS
    feed.take(document(MODERN), ear)
    assert (feed.health.state, len(ear.batches)) == (STALE, 1)
    assert "has not changed for 11 s" in feed.health.why
    feed.take(document(MODERN, now=1_700_000_011.0), ear)
    assert feed.health.state == LIVE


def test_a_receiver_whose_clock_is_off_is_told():
    clock, ear = Hands(), Ear()
    feed = ReadsbFeed("roof", Written(), clock)
    feed.take(document(MODERN, now=1_699_999_000), ear)
    assert (feed.health.state, feed.health.why) == (STALE, "the receiver's clock is 1000 s behind ours")


def test_the_control_a_parser_that_forgets_the_unit_is_noticed(monkeypatch):
    monkeypatch.setattr(aircraft_json, "FT", 1.0)
    assert one(MODERN).alt_baro_m != 35000 * FT
