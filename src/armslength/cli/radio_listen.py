"""`armslength radio listen`: what is heard on a channel, until Ctrl-C."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from armslength.errors import InputError, RemoteProtocolError
from armslength.units import counted

if TYPE_CHECKING:
    from armslength.adapters.radio.frames import Foreign
    from armslength.adapters.radio.sound import AirHeard

LOOK_S = 0.5
"""How often it is looked whether the station still hears [s]."""


class Ears(Protocol):
    """What all stations have that only listen."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End."""

    @property
    def says(self) -> str:
        """Why nothing can be heard."""

    @property
    def counts(self) -> Mapping[str, int]:
        """What was heard, by kind."""


def listen(
    channel: Annotated[str, typer.Option(metavar="F1", help="Which channel.")] = "F1",
    ether: Annotated[str, typer.Option(metavar="[HOST:]PORT", help="A simulated ether on this machine.")] = "",
    sound_card: Annotated[
        str | None, typer.Option("--sound-card", metavar="DEV", help='A sound card; "" for the system\'s own choice.')
    ] = None,
    kiss: Annotated[str, typer.Option(metavar="HOST:PORT", help="A TNC that speaks KISS over TCP.")] = "",
    modem: Annotated[str, typer.Option(metavar="NAME", help="afsk or datac3; a TNC has its own.")] = "afsk",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each frame.")] = False,
) -> None:
    """Tell every frame that is heard on a channel until Ctrl-C, and whether it is one of ours. Sends nothing."""
    import asyncio

    if sum((bool(ether), sound_card is not None, bool(kiss))) != 1:
        remedy = "Give one of --ether PORT, --sound-card DEV, --kiss HOST:PORT."
        raise InputError("It is not said what to listen to.", remedy=remedy)
    told = _Told(as_json)
    asyncio.run(_listen(lambda: _ears(told, channel, ether, sound_card, kiss, modem), told))


async def _listen(make: Any, told: _Told) -> None:
    """Listen until a signal ends it."""
    import asyncio
    import signal

    ears: Ears = make()
    over = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, over.set)
    await ears.start()
    try:
        told.begun()
        says = ""
        while not over.is_set():
            if ears.says != says:
                says = ears.says
                typer.echo(says or "It is heard again.", err=True)
            try:
                await asyncio.wait_for(over.wait(), LOOK_S)
            except TimeoutError:
                continue
    finally:
        await ears.stop()
    told.ended(ears.counts)


def _ears(told: _Told, channel: str, ether: str, sound_card: str | None, kiss: str, modem: str) -> Ears:
    """Return what listens, without anything to talk with."""
    from armslength.adapters.radio.ether_sound import EtherSound
    from armslength.adapters.radio.ether_wire import HOST
    from armslength.adapters.radio.kiss import KissStation
    from armslength.adapters.radio.opening import modem_of
    from armslength.adapters.radio.sound_card import SoundCard
    from armslength.adapters.radio.station import Listener
    from armslength.node.clock import SystemClock

    clock = SystemClock()
    if kiss:
        host, port = _address(kiss, "--kiss")
        return KissStation(
            channel, host, port, "", clock=clock, occupancy=0.0, heard=told.heard, sent=lambda *_: None, seed=0,
            data=False, foreign=told.foreign,
        )  # fmt: skip
    kind = modem_of(modem)
    if ether:
        host, port = _address(ether, "--ether")
        if host not in (HOST, "localhost"):
            raise InputError("An ether is on this machine alone.", where="--ether", remedy=f"Write {HOST}:PORT.")
        import os

        sound: Any = EtherSound(port, channel, f"listen-{os.getpid()}", kind.rate)
    else:
        sound = SoundCard(sound_card or "", kind.rate, None)
    return Listener(channel, kind, sound, clock=clock, heard=told.heard, foreign=told.foreign)


def _address(text: str, option: str) -> tuple[str, int]:
    """Return host and port of "HOST:PORT" or "PORT" (this machine)."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise InputError(f'"{text}" is no address.', where=option, remedy="Write it like 127.0.0.1:8001.")
    return host.strip("[]") or "127.0.0.1", int(port)


class _Told:
    """Says on the terminal what was heard."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json

    def begun(self) -> None:
        """Listening has begun."""
        if self._json:
            self._line({"event": "listening"})
        else:
            typer.echo("Listening. Ctrl-C ends it.")

    def heard(self, one: AirHeard) -> None:
        """Tell a frame of a station of armslength."""
        from armslength.protocol.air_bits import kind_of

        try:
            kind = kind_of(one.payload).name.lower()
        except RemoteProtocolError as wrong:
            self._foreign(one.channel, wrong.says, len(one.payload), one.level_db, one.payload)
            return
        if self._json:
            what = {"event": "heard", "channel": one.channel, "sender": one.sender, "kind": kind}
            self._line({**what, "payload": one.payload.hex(), "level_db": _round(one.level_db)})
        else:
            self._row(one.channel, f"{one.sender}: {kind}, {counted(len(one.payload), 'byte')}{_level(one.level_db)}")

    def foreign(self, one: Foreign) -> None:
        """Tell a frame of somebody else."""
        self._foreign(one.channel, one.why, len(one.frame), one.level_db, one.frame)

    def ended(self, counts: Mapping[str, int]) -> None:
        """Tell what was heard in all."""
        if self._json:
            self._line({"event": "ended", "counts": dict(counts)})
        else:
            typer.echo("; ".join(f"{name} {count:,}" for name, count in counts.items()) + ".")

    def _foreign(self, channel: str, why: str, length: int, level_db: float | None, data: bytes) -> None:
        if self._json:
            what = {"event": "foreign", "channel": channel, "why": why, "bytes": data.hex()}
            self._line({**what, "level_db": _round(level_db)})
        else:
            self._row(channel, f"foreign, {length} bytes{_level(level_db)}. {why}")

    def _row(self, channel: str, text: str) -> None:
        typer.echo(f"{_now()}  {channel}  {text}")

    def _line(self, what: Mapping[str, Any]) -> None:
        typer.echo(json.dumps({"time": _now(), **what}))


def _now() -> str:
    import time

    from armslength.units import stamp

    return stamp(time.time_ns())


def _round(level_db: float | None) -> float | None:
    return None if level_db is None else round(level_db, 1)


def _level(level_db: float | None) -> str:
    return "" if level_db is None else f", {level_db:.0f} dB"
