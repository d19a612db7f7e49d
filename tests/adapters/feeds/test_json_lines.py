"""JSON lines: units and datum by name, each way in, and nothing but counted rows from garbage."""

from __future__ import annotations

import asyncio
import json
import math
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.feeds.hearing import NOW, Ear, Hands, running, until
from armslength.adapters.feeds.json_lines import MOST_CONNECTIONS, Door, JsonLinesFeed
from armslength.adapters.feeds.json_rows import FIELDS, JsonReader
from armslength.adapters.feeds.port import DOWN, LIVE
from armslength.domain.plot import Plot
from armslength.errors import FeedError
from armslength.units import FPM, FT, KT

ROW = {
    "icao": "3F1A2B", "time": "2023-11-14T22:13:20.250Z", "lat_deg": 36.5, "lon_deg": 42.25, "alt_baro_ft": 24000,
    "alt_wgs84_m": 7400.5, "gs_kt": 420, "track_deg": 91.5, "vs_fpm": -600, "callsign": "viper 1", "accuracy_m": 30,
    "nic": 7, "nac_p": 8, "x_note": "ours",
}  # fmt: skip
LINE = json.dumps(ROW).encode()


def read(row: dict[str, object] | bytes, **said: object) -> tuple[list[Plot], dict[str, int]]:
    reader = JsonReader(source="Radar 1", **said)  # type: ignore[arg-type]
    heard = reader.read([row if isinstance(row, bytes) else json.dumps(row).encode()], NOW)
    return heard.plots, heard.aside


def changed(**change: object) -> dict[str, object]:
    return {name: value for name, value in {**ROW, **change}.items() if value != "gone"}


def test_every_field_in_si():
    assert read(ROW) == (
        [
            Plot(
                time_ns=NOW + 250_000_000, address="3f1a2b", lat=36.5, lon=42.25, callsign="VIPER 1",
                alt_baro_m=24000 * FT, alt_geo_m=7400.5, gs_mps=420 * KT, track_deg=91.5, vs_mps=-600 * FPM,
                on_ground=False, accuracy_m=30.0, nic=7, nac_p=8,
            )
        ],
        {},
    )  # fmt: skip


def test_the_other_units():
    [plot], _ = read(
        changed(alt_baro_ft="gone", alt_baro_m=7000, alt_wgs84_m="gone", alt_wgs84_ft=24000, gs_kt="gone", gs_mps=200,
                vs_fpm="gone", vs_mps=2)
    )  # fmt: skip
    assert (plot.alt_baro_m, plot.alt_geo_m, plot.gs_mps, plot.vs_mps) == (7000.0, 24000 * FT, 200.0, 2.0)


def test_times_three_ways():
    assert read(changed(time="gone", time_ns=NOW - 5))[0][0].time_ns == NOW - 5
    assert read(changed(time="gone", time_ns=str(NOW - 5)))[0][0].time_ns == NOW - 5
    assert read(changed(time="gone", age_s=1.5))[0][0].time_ns == NOW - 1_500_000_000


def test_a_track_without_an_address_is_told_from_those_of_others():
    assert read(changed(icao="gone", track_id="R17"))[0][0].address == "~radar1.r17"
    assert read(changed(icao="gone", track_id=17))[0][0].address == "~radar1.17"
    assert read(changed(icao="~ab12cd"))[0][0].address == "~ab12cd"


def test_accuracy_as_stated_else_by_category_else_of_the_feed():
    assert read(changed(accuracy_m="gone"))[0][0].accuracy_m == 92.6
    assert read(changed(accuracy_m="gone", nac_p="gone"), accuracy_m=250.0)[0][0].accuracy_m == 250.0
    assert math.isnan(read(changed(accuracy_m="gone", nac_p="gone"))[0][0].accuracy_m)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (changed(alt_m=5), "unknown field"), (changed(icao="gone"), "no address"),
        (changed(track_id="3"), "no address"),
        (changed(icao="gone", track_id="a b"), "no address"), (changed(icao="gone", track_id=""), "no address"),
        (changed(icao="gone", track_id="x" * 40), "no address"), (changed(icao="12345"), "no address"),
        (changed(time="gone"), "no time"), (changed(age_s=1), "no time"),
        (changed(time="2023-11-14T22:13:20"), "not a time"),
        (changed(time="gone", time_ns=1.5), "not a time"), (changed(time="gone", age_s=-1), "not a time"),
        (changed(time="gone", time_ns=5), "impossible time"), (changed(time="0001-01-01T00:00:00+23:00"), "not a time"),
        (changed(lat_deg="gone"), "no position"), (changed(lat_deg=100), "position out of range"),
        (changed(lat_deg="36"), "not a number"), (changed(alt_baro_m=1), "not a number"),
        (changed(on_ground="no"), "not a number"), (changed(accuracy_m=-1), "not a number"),
        (b"[]", "row does not parse"), (b"{", "row does not parse"), (b'{"icao": 1, "icao": 2}', "row does not parse"),
        (b"[" * 4000, "row does not parse"), (LINE.replace(b"36.5", b"NaN"), "not a number"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_counted(row, reason):
    assert read(row) == ([], {reason: 1})


VALUE = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12) | st.lists(st.integers())


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*FIELDS, "x_y", "other"], VALUE)), st.booleans())
def test_whatever_a_row_says_it_is_a_plot_or_a_counted_row(row, on_top):
    plots, aside = read({**ROW, **row} if on_top else row)
    assert len(plots) + sum(aside.values()) == 1
    for p in plots:
        assert abs(p.lat) <= 90 and -180 <= p.lon < 180 and len(p.address) <= 32
        assert not math.isinf(p.alt_baro_m) and not math.isinf(p.gs_mps)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_garbage_is_a_counted_row_or_still_a_plot(garbage, at):
    plots, aside = read(LINE[:at] + garbage + LINE[at + len(garbage) :])
    assert len(plots) + sum(aside.values()) == 1


def feed(clock: Hands, **door: object) -> JsonLinesFeed:
    return JsonLinesFeed("own", Door(**door), clock, JsonReader("own"))  # type: ignore[arg-type]


def test_over_a_local_socket_that_is_open_to_its_owner_alone(tmp_path):
    async def story() -> None:
        clock, ear, path = Hands(), Ear(), tmp_path / "own.sock"
        one = feed(clock, unix=path)
        async with running(one, ear):
            await until(path.exists)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            _, writer = await asyncio.open_unix_connection(path)
            writer.write(LINE + b"\n" + LINE[:50])
            await until(lambda: len(ear.plots) == 1)
            assert one.health.state == LIVE
            writer.close()
            await until(lambda: ear.aside == {"line cut off": 1})
        assert not path.exists()

    asyncio.run(story())


def test_a_socket_left_by_a_crash_is_taken_over_but_not_one_in_use(tmp_path):
    async def story() -> None:
        path = tmp_path / "own.sock"
        left = await asyncio.start_unix_server(lambda r, w: None, path)
        with pytest.raises(FeedError, match="listens there already"):
            await feed(Hands(), unix=path).run(Ear())
        left.close()
        await left.wait_closed()
        assert path.exists() or os.mknod(path, stat.S_IFSOCK | 0o600) is None
        ear = Ear()
        async with running(feed(Hands(), unix=path), ear):
            await until(lambda: _connects(path))

    asyncio.run(story())


def _connects(path: Path) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def test_over_tcp_on_loopback_with_a_limit_of_connections():
    async def story() -> None:
        clock, ear = Hands(), Ear()
        one = feed(clock, listen=("127.0.0.1", 0))
        ports: list[int] = []
        made = one._server

        async def server(come: object) -> asyncio.Server:
            out = await made(come)
            ports.append(out.sockets[0].getsockname()[1])
            return out

        one._server = server  # type: ignore[method-assign]
        async with running(one, ear):
            await until(lambda: bool(ports))
            doors = [await asyncio.open_connection("127.0.0.1", ports[0]) for _ in range(MOST_CONNECTIONS)]
            await until(lambda: one.health.connections == MOST_CONNECTIONS)
            reader, _ = await asyncio.open_connection("127.0.0.1", ports[0])
            assert await reader.read() == b""
            assert ear.aside == {"too many connections": 1}
            doors[3][1].write(b"x" * 10_000 + b"\n" + LINE + b"\n")
            await until(lambda: len(ear.plots) == 1)
            assert ear.aside["line too long"] == 1

    asyncio.run(story())


def test_an_address_that_others_can_reach_must_be_asked_for():
    async def story() -> None:
        with pytest.raises(FeedError, match="other machines"):
            await feed(Hands(), listen=("0.0.0.0", 0)).run(Ear())

    asyncio.run(story())


def test_a_port_that_is_taken_is_an_error():
    async def story() -> None:
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        with pytest.raises(FeedError, match="cannot listen"):
            await feed(Hands(), listen=("127.0.0.1", server.sockets[0].getsockname()[1])).run(Ear())
        server.close()

    asyncio.run(story())


def test_a_file_that_grows_is_replaced_and_cut_short(tmp_path):
    async def story() -> None:
        clock, ear, path = Hands(), Ear(), tmp_path / "tracks.jsonl"
        one = feed(clock, file=path)
        async with running(one, ear):
            await until(lambda: one.health.state == DOWN)
            path.write_bytes(LINE + b"\n" + LINE[:30])
            await until(lambda: len(ear.plots) == 1)
            with path.open("ab") as more:
                more.write(LINE[30:] + b"\n")
            await until(lambda: len(ear.plots) == 2)
            (tmp_path / "new").write_bytes(LINE + b"\n")
            (tmp_path / "new").replace(path)
            await until(lambda: len(ear.plots) == 3)
            path.write_bytes(b"")
            await until(lambda: one.health.connections == 3)
            with path.open("ab") as more:
                more.write(LINE + b"\n")
            await until(lambda: len(ear.plots) == 4)
        assert not ear.aside

    asyncio.run(story())


def test_a_pipe_whose_writers_come_and_go(tmp_path):
    async def story() -> None:
        clock, ear, path = Hands(), Ear(), tmp_path / "pipe"
        os.mkfifo(path)
        one = feed(clock, file=path)
        async with running(one, ear):
            await until(lambda: one.health.connections == 1)
            for number, rest in enumerate((LINE[:20], b""), 1):
                descriptor = await asyncio.to_thread(os.open, path, os.O_WRONLY)
                os.write(descriptor, LINE + b"\n" + rest)
                os.close(descriptor)
                await until(lambda number=number: len(ear.plots) == number and ear.aside == {"line cut off": 1})

    asyncio.run(story())
