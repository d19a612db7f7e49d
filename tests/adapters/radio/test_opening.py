"""Stations from what a node file says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.radio.hearing import FLASH, ether, until
from armslength.adapters.radio.opening import AnyStation, Equipment, station_of
from armslength.adapters.radio.sound import AirHeard
from armslength.errors import InputError, LocalProtocolError
from armslength.node.clock import ScaledClock, SystemClock


def opened(via: str, own: str = "NORTH1", *, clock: Any = None, **how: Any) -> AnyStation:
    equipment = Equipment(via, **{key: how.pop(key) for key in ("modem", "ptt") if key in how})
    held: dict[str, Any] = {"heard": lambda one: None, "sent": lambda *_: None, "data": True, **how}
    return station_of(equipment, "F1", own, clock=clock or SystemClock(), occupancy=0.2, seed=1, **held)


def test_two_stations_over_an_ether() -> None:
    async def run() -> None:
        heard: list[AirHeard] = []
        with ether(speed=8) as running:
            via = f"ether:{running.port}"
            with pytest.raises(InputError, match="8 times speed, the clock here at 1"):
                await opened(via).start()
            north = opened(via, clock=running.clock)
            south = opened(via, "SOUTH1", clock=running.clock, heard=heard.append)
            await north.start()
            await south.start()
            assert north.send(b"\x01hello", rank=FLASH, number=1)
            await until(lambda: [one.payload for one in heard] == [b"\x01hello"], "what was said")
            await north.stop()
            await south.stop()

    asyncio.run(run())


@pytest.mark.parametrize(
    "via", ["", "ether", "ether:", "ether:x", "ether:0", "ether:99999", "kiss", "kiss:8001", "kiss:host:", "pigeon:1"]
)
def test_what_carries_no_channel(via: str) -> None:
    with pytest.raises(InputError, match="carries a channel"):
        opened(via)


def test_what_does_not_go_together() -> None:
    fast = ScaledClock(10.0, 0, 0.0)
    for via in ("sound:", "kiss:127.0.0.1:8001"):
        with pytest.raises(InputError, match="real radio"):
            opened(via, clock=fast)
    with pytest.raises(InputError, match="no modem"):
        opened("ether:8650", modem="morse")
    with pytest.raises(InputError, match="push to talk"):
        opened("sound:", ptt="shout")
    for via in ("ether:8650", "sound:", "kiss:127.0.0.1:8001"):
        with pytest.raises(LocalProtocolError, match="Guard"):
            opened(via, frequency="121.500")
        voice = opened(via, data=False, frequency="121.500")
        with pytest.raises(LocalProtocolError, match="not marked for data"):
            voice.send(b"\x01", rank=FLASH, number=1)
