"""The other modem over the same ether: DATAC3, where AFSK hears nothing any more."""

from __future__ import annotations

import asyncio

import pytest

from adapters.radio.hearing import FLASH, ether, until
from armslength.adapters.radio import codec2
from armslength.adapters.radio.ether_sound import EtherSound
from armslength.adapters.radio.sound import AirHeard
from armslength.adapters.radio.station import Station

PAYLOAD = bytes((1,)) + bytes(range(90))


@pytest.mark.skipif(not codec2.available(), reason="libcodec2 is not installed (Debian package libcodec2-1.0)")
def test_datac3_at_0_db() -> None:
    async def run() -> None:
        with ether("--snr", "0", speed=4) as running:
            heard: list[AirHeard] = []
            sent: list[int] = []
            stations = []
            for name in ("NORTH1", "SOUTH1"):
                modem = codec2.Datac3()
                sound = EtherSound(running.port, "HF", name, modem.rate)
                stations.append(
                    Station(
                        "HF", modem, sound, name, clock=running.clock, occupancy=0.5, heard=heard.append,
                        sent=lambda _, number: sent.append(number), seed=1, data=True,
                    )
                )  # fmt: skip
                await stations[-1].start()
            for number in range(2):
                assert stations[0].send(PAYLOAD, rank=FLASH, number=number)
            await until(lambda: len(sent) == 2, "both frames")
            await until(lambda: heard, "one of them")
            assert {(one.payload, one.sender) for one in heard} == {(PAYLOAD, "NORTH1")}
            for one in stations:
                await one.stop()

    asyncio.run(run())
