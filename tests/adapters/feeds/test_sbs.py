"""SBS-1: what each message adds, times without a zone, a stream that breaks anywhere, a port that comes and goes."""

from __future__ import annotations

import asyncio
import itertools
import math
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.feeds.hearing import NOW, Ear, Hands, running, until
from armslength.adapters.feeds.lines import LONGEST_LINE, Lines
from armslength.adapters.feeds.port import DOWN, LIVE
from armslength.adapters.feeds.sbs import SbsFeed
from armslength.adapters.feeds.sbs_lines import OTHER_MESSAGE, SbsReader
from armslength.units import FPM, FT, KT, NS


def message(kind: int, *, who: str = "48520A", at: str = "2026/11/22,18:00:02.616", **said: object) -> bytes:
    names = ("callsign", "alt", "gs", "track", "lat", "lon", "vs", "squawk", "alert", "emergency", "spi", "ground")
    return f"MSG,{kind},1,1,{who},1,{at},{at},{','.join(str(said.get(n, '')) for n in names)}".encode()


def test_a_position_makes_a_plot_with_what_was_heard_before():
    reader = SbsReader()
    quiet = reader.read([message(1, callsign="TRA89M  "), message(4, gs=395, track=355, vs=-64)], NOW)
    assert quiet.plots == [] and quiet.aside == {}
    [plot] = reader.read([message(3, alt=38000, lat=43.64421, lon=1.23152, ground=0)], NOW + NS).plots
    assert (plot.address, plot.callsign, plot.lat, plot.lon) == ("48520a", "TRA89M", 43.64421, 1.23152)
    assert (plot.alt_baro_m, plot.gs_mps, plot.track_deg, plot.vs_mps) == (38000 * FT, 395 * KT, 355.0, -64 * FPM)
    assert plot.time_ns == NOW + NS and not plot.on_ground
    assert plot.accuracy_m == pytest.approx(math.hypot(92.6, 395 * KT * 0.5))


def test_old_velocities_and_levels_are_not_carried_on():
    reader = SbsReader()
    reader.read([message(4, gs=395, track=355), message(5, alt=30000)], NOW)
    [plot] = reader.read([message(3, lat=1, lon=1)], NOW + 4 * NS).plots
    assert (plot.gs_mps, plot.alt_baro_m) == (395 * KT, 30000 * FT)
    [plot] = reader.read([message(3, lat=1, lon=1)], NOW + 11 * NS).plots
    assert math.isnan(plot.gs_mps) and math.isnan(plot.alt_baro_m)


def test_on_the_ground_by_message_or_by_flag():
    reader = SbsReader()
    plots = reader.read(
        [message(2, alt=0, lat=1, lon=1), message(3, alt=100, lat=1, lon=1, ground=-1), message(3, lat=1, lon=1)], NOW
    ).plots
    assert [p.on_ground for p in plots] == [True, True, False]


def test_a_geometric_altitude_is_one():
    [plot] = SbsReader().read([message(3, alt="38000H", lat=1, lon=1)], NOW).plots
    assert plot.alt_geo_m == 38000 * FT and math.isnan(plot.alt_baro_m)


def test_stamps_in_a_zone_that_is_told():
    reader = SbsReader(zone=timezone(timedelta(hours=2)))
    [plot] = reader.read([message(3, lat=1, lon=1)], NOW).plots
    assert plot.time_ns == 1795363202 * NS + 616_000_000
    assert math.isnan(plot.accuracy_m)
    lines = [
        message(3, lat=1, lon=1, at=at) for at in (",", "2026/13/01,00:00:00", "1950/01/01,00:00:00", "x,00:00:1.x")
    ]
    assert reader.read(lines, NOW).aside == {"not a time": 3, "impossible time": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"MSG,3,1,1", "row does not parse"), (b"hello", "row does not parse"),
        (b"MSG,9" + b"," * 20, "row does not parse"),
        (b"AIR,,1,1,48520A,1,2026/11/22,18:00:00,2026/11/22,18:00:00", OTHER_MESSAGE),
        (message(3, alt=38000), "no position"), (message(3, who="", lat=1, lon=1), "no address"),
        (message(3, lat="nan", lon=1), "not a number"), (message(3, lat="1_0", lon=1), "not a number"),
        (message(3, lat="\u0661", lon=1), "not a number"), (message(3, lat=95, lon=1), "position out of range"),
        (message(3, lat=1), "no position"), (message(4, gs="fast"), "not a number"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_counted(line, reason):
    heard = SbsReader().read([line, message(3, lat=1, lon=1, who="abcdef")], NOW)
    assert heard.aside == {reason: 1}
    assert [p.address for p in heard.plots] == ["abcdef"]


def test_who_is_not_heard_for_long_is_forgotten():
    reader = SbsReader()
    reader.read([message(1, callsign="X")], NOW)
    reader.read([], NOW + 700 * NS)
    assert reader._known == {}


TEXT = message(1, callsign="TRA89M") + b"\r\n" + message(3, alt=38000, lat=43.6, lon=1.2) + b"\r\n"


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, len(TEXT)), max_size=6))
def test_the_same_lines_wherever_the_stream_is_cut(cuts):
    edges = [0, *sorted(cuts), len(TEXT)]
    lines = Lines()
    whole = [line for a, b in itertools.pairwise(edges) for line in lines.push(TEXT[a:b])]
    assert whole == TEXT.replace(b"\r", b"").splitlines()
    assert not lines.end()


def test_a_line_without_end_takes_no_memory_and_costs_itself_alone():
    lines = Lines()
    for _ in range(100):
        assert lines.push(b"x" * 1000) == []
        assert len(lines._held) <= LONGEST_LINE
    assert lines.push(b"y\nMSG\n") == [b"MSG"]
    assert lines.taken_too_long() == 1 and lines.taken_too_long() == 0


@settings(deadline=None, max_examples=300)
@given(st.lists(st.binary(max_size=120) | st.text(",MSG123.-abfNaNe +:/H", max_size=120).map(str.encode), max_size=5),
       st.booleans())  # fmt: skip
def test_garbage_ends_in_counted_rows(lines, zoned):
    reader = SbsReader(zone=UTC if zoned else None)
    whole = [part for line in lines for part in line.split(b"\n")]
    heard = reader.read(whole, NOW)
    assert len(heard.plots) + sum(heard.aside.values()) <= len(whole)
    assert all(abs(p.lat) <= 90 and -180 <= p.lon < 180 for p in heard.plots)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text("0123456789.-+eNaHx \u0661", max_size=8), min_size=12, max_size=12), st.integers(1, 8))
def test_odd_fields_end_in_a_plot_or_a_counted_row(fields, kind):
    line = f"MSG,{kind},1,1,48520A,1,a,b,c,d,{','.join(fields)}".encode()
    heard = SbsReader().read([line], NOW)
    assert len(heard.plots) + sum(heard.aside.values()) <= 1
    for p in heard.plots:
        assert not math.isinf(p.alt_baro_m) and not math.isinf(p.gs_mps) and not math.isinf(p.vs_mps)


def test_the_port_is_read_lost_and_found_again():
    async def story() -> None:
        clock, ear = Hands(), Ear()
        greetings = [TEXT + TEXT[:40], b"", TEXT]

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greetings.pop(0) if greetings else b"\r\n")
            await writer.drain()
            if greetings:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        feed = SbsFeed("hill", "127.0.0.1", port, clock)
        async with running(feed, ear):
            await until(lambda: len(ear.plots) == 2)
            assert feed.health.state == LIVE
            assert ear.aside == {"line cut off": 1}
            assert feed.health.connections == 3
            server.close()
        assert clock.slept[:2] == [1.0, 2.0]  # the second connection gave nothing

    asyncio.run(story())


def test_patience_grows_while_nobody_answers():
    async def story() -> None:
        clock, ear = Hands(), Ear()
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        feed = SbsFeed("hill", "127.0.0.1", port, clock)
        async with running(feed, ear):
            await until(lambda: len(clock.slept) >= 7)
        assert clock.slept[:7] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
        assert feed.health.state == DOWN and "refused" in feed.health.why.lower()

    asyncio.run(story())


def test_a_connection_that_is_silent_is_made_anew():
    async def story() -> None:
        clock, ear = Hands(), Ear()
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        feed = SbsFeed("hill", "127.0.0.1", server.sockets[0].getsockname()[1], clock, silence_s=0.02)
        async with running(feed, ear):
            await until(lambda: feed.health.connections >= 2)
            assert "silent" in feed.health.why or feed.health.connections >= 2
        server.close()

    asyncio.run(story())


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "x" * 80, ""])
def test_a_name_that_nobody_knows_is_a_state_and_no_error(host):
    async def story() -> None:
        clock = Hands()
        feed = SbsFeed("hill", host, 1, clock)
        async with running(feed, Ear()) as task:
            await until(lambda: len(clock.slept) >= 1)
            assert not task.done() and feed.health.state == DOWN

    asyncio.run(story())
