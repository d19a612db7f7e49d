"""The ground line set up wrongly, its pins damaged or gone, and what it says of refusals."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.lines import LOOPBACK, run, running, two, until
from armslength.adapters.ground_line import Why
from armslength.adapters.ground_line.refusals import OTHERS, Refusals
from armslength.adapters.ground_line.trust import Trust
from armslength.errors import HomeError, InputError, LocalProtocolError


def test_what_our_side_must_not_send_is_a_fault_of_ours(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            for frame in (b"", b"x" * (256 * 1024 + 1)):
                with pytest.raises(LocalProtocolError):
                    south.line.send(south.connection(), frame)

    run(test())


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:1/ground",
        "wss://127.0.0.1:1/other",
        "wss://127.0.0.1:1/ground?x=1",
        "wss://user:word@127.0.0.1:1/ground",
        "wss:///ground",
        "wss://127.0.0.1:port/ground",
        "",
    ],
)
def test_a_url_that_cannot_be_dialled_is_bad_input(tmp_path: Path, url: str) -> None:
    async def test() -> None:
        north, _ = two(tmp_path)
        with pytest.raises(InputError, match="wss://HOST:PORT/ground"):
            north.make(None).dial("south", "/ground", url)

    run(test())


def test_a_port_in_use_and_a_certificate_that_does_not_fit_are_bad_input(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north):
            with pytest.raises(InputError, match=r"cannot listen here.*node\.toml"):
                await south.make((LOOPBACK, north.port)).start()
        south.key_file.write_bytes(north.key_file.read_bytes())
        with pytest.raises(InputError, match="TLS certificate or key cannot be used"):
            await south.make(None).start()
        south.key_file.unlink()
        with pytest.raises(InputError, match="TLS certificate or key cannot be used"):
            await south.make(None).start()

    run(test())


def test_a_damaged_pin_does_not_shut_out_the_others(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        north.anchors.insert(0, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
        north.anchors.insert(0, "")
        async with running(north, south):
            assert south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)

    run(test())


def test_what_cannot_be_read_while_running_changes_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert north.line and south.line
            north.unreadable = True
            kept = north.key_file.read_bytes()
            north.key_file.write_bytes(b"half-writt")  # being replaced at this moment
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)
            north.line.review()
            await asyncio.sleep(1.2)  # the review of every second
            assert not north.closed
            north.key_file.write_bytes(kept)
            north.unreadable = False
            north.pins.clear()
            await until(lambda: north.closed)

    run(test())


def test_pins_that_cannot_be_read_at_the_start_are_said(tmp_path: Path) -> None:
    async def test() -> None:
        north, _ = two(tmp_path)
        north.unreadable = True
        with pytest.raises(HomeError):
            await north.make(None).start()

    run(test())


def test_a_flood_does_not_make_the_node_read_its_pins_each_time(tmp_path: Path) -> None:
    async def test() -> None:
        north, south = two(tmp_path)
        asked = 0

        def certificates() -> list[str]:
            nonlocal asked
            asked += 1
            return [south.certificate]

        trust = Trust(north.certificate_file, north.key_file, lambda: north.pins, certificates)
        trust.start()
        for _ in range(500):
            trust.context(answering=True)
            trust.counterpart("0" * 64)
        assert asked < 50
        trust.refresh()
        assert asked < 51

    run(test())


def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "wss_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def test() -> None:
        north, south = two(tmp_path)
        async with running(north, south):
            assert south.line
            south.line.dial("north", "/ground", north.url())
            await until(lambda: north.opened and south.opened)

    run(test())


def test_stopping_twice_or_without_a_start_does_no_harm(tmp_path: Path) -> None:
    async def test() -> None:
        north, _ = two(tmp_path)
        line = north.make(None)
        await line.stop()
        await line.start()
        assert line.port == 0
        await line.stop()
        await line.stop()

    run(test())


def test_a_flood_of_refusals_is_told_as_a_number() -> None:
    told: list[tuple[str, str]] = []
    refusals = Refusals(lambda address, why: told.append((address, why)), each_s=3)
    for _ in range(1000):
        refusals.add("192.0.2.1", Why.NOT_TLS, 5.0)
    assert told == [("192.0.2.1", "not TLS")] * 3
    refusals.tick(5.5)
    assert len(told) == 3
    refusals.tick(6.5)
    assert told[3:] == [(OTHERS, "997 more refused within a second, not told one by one")]
    refusals.add("192.0.2.1", Why.NOT_TLS, 6.6)
    assert len(told) == 5 and refusals.total == 1001


def test_every_reason_is_a_fault_or_not_and_garbage_is_one() -> None:
    ours = {Why.CUT, Why.ENDED, Why.REPLACED, Why.STOPPED, Why.WITHDRAWN, Why.REFUSED_US}
    assert {why for why in Why if not why.fault} == ours
    assert Why.GARBAGE.fault and Why.NO_CERTIFICATE.fault
