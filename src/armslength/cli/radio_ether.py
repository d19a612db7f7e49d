"""`armslength radio ether`: the simulated ether, until Ctrl-C."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from armslength.errors import InputError

if TYPE_CHECKING:
    from armslength.adapters.radio.ether import Ether
    from armslength.adapters.radio.ether_channel import Third

THIRD_EVERY_S, THIRD_LEVEL_DB = 5.0, 10.0
"""A third station: how often it talks [s], and how much stronger than others [dB]."""
LONGEST_RECORDING_S = 300.0
_WINDOW = re.compile(r"(?P<channel>.+)@(?P<from>\d+(?:\.\d+)?)-(?P<until>\d+(?:\.\d+)?)?(?::(?P<rest>.+))?")
_WAY = re.compile(r"(?P<channel>[^:]+):(?P<sender>[^>]+)>(?P<listener>.+)")

Seconds = "seconds of the scenario"


def ether(
    snr: Annotated[float, typer.Option(metavar="DB", help="Signal to noise of every station in 3 kHz.")] = 20.0,
    jam: Annotated[
        list[str] | None,
        typer.Option(
            metavar="F1@60-120",
            help=f"Jam a channel between these {Seconds}; with :carrier a carrier instead of noise.",
        ),
    ] = None,
    fading: Annotated[
        str, typer.Option(metavar="HZ[:DEPTH]", help="Rayleigh fading, so many times a second; depth 0 to 1.")
    ] = "",
    one_way: Annotated[
        list[str] | None,
        typer.Option("--one-way", metavar="F1:NORTH1>SOUTH1", help="The second does not hear what the first says."),
    ] = None,
    third: Annotated[
        list[str] | None,
        typer.Option(
            metavar="F1@10-60[:FILE.wav]",
            help=f"A stronger third station between these {Seconds}: its own frames, or a recording.",
        ),
    ] = None,
    speed: Annotated[float, typer.Option(metavar="X", help="Seconds of the scenario in one second.")] = 1.0,
    port: Annotated[int, typer.Option(metavar="PORT", help="UDP port on loopback; 0: any free one.")] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of noise and fading.")] = 0,
    monotonic_origin: Annotated[
        float | None,
        typer.Option(metavar="S", help="CLOCK_MONOTONIC at second 0 of the scenario, as in node.toml. Default: now."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Record every channel as a WAV file in this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line when it listens, one when it ends.")] = False,
) -> None:
    """Run the simulated ether until Ctrl-C: stations that join a channel hear each other as these options let them."""
    import time

    from armslength.adapters.radio.ether import Ether
    from armslength.adapters.radio.ether_channel import Air

    if not 0.01 <= speed <= 100.0:
        raise InputError(f"{speed:g} is no speed.", where="--speed", remedy="Write a number from 0.01 to 100.")
    air = Air(snr_db=_finite(snr, "--snr"), fading=_fading(fading), jams=[_jam(one) for one in jam or []], seed=seed)
    air.deaf.update(_way(one) for one in one_way or [])
    origin_s = time.monotonic() if monotonic_origin is None else _finite(monotonic_origin, "--monotonic-origin")
    thirds = [_third(one, seed) for one in third or []]
    if record is not None:
        record.mkdir(parents=True, exist_ok=True)
    one = Ether(speed, origin_s, air, thirds, port, random_third=_random_frames(seed), record=record)
    _run(one, as_json)


def _run(one: Ether, as_json: bool) -> None:
    """Run it until a signal ends it."""
    import signal

    from armslength.adapters.radio.ether_wire import HOST

    one.open()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: one.stop())
    if as_json:
        typer.echo(json.dumps({"event": "ready", "port": one.port, "speed": one.speed, "origin_s": one.origin_s}))
    else:
        typer.echo(f"The ether is at {HOST}:{one.port}, {one.speed:g} times speed. Ctrl-C ends it.")
    one.run()
    _tell(one, as_json)


def _tell(one: Ether, as_json: bool) -> None:
    """Say at the end what was dropped."""
    dropped = {name: dict(channel.counts) for name, channel in one.channels.items() if channel.counts}
    if as_json:
        typer.echo(
            json.dumps({"event": "ended", "channels": sorted(one.channels), "dropped": {**dropped, **one.counts}})
        )
        return
    rows = [f"{name}: {why} {count:,}" for name, counts in dropped.items() for why, count in counts.items()]
    rows += [f"{why} {count:,}" for why, count in one.counts.items()]
    typer.echo(f"The ether has ended. Dropped: {'; '.join(rows) or 'nothing'}.")


def _jam(text: str) -> Any:
    from armslength.adapters.radio.ether_orders import KINDS
    from armslength.adapters.radio.propagation import Jam

    channel, from_s, until_s, kind = _window(text, "--jam", "F1@60-120 or F1@60-120:carrier")
    if kind not in ("", *KINDS):
        raise InputError(f'"{kind}" is no kind of jamming.', where="--jam", remedy=f"There are {', '.join(KINDS)}.")
    return Jam(channel, from_s, until_s, kind or "noise")


def _third(text: str, seed: int) -> Third:
    from armslength.adapters.radio.ether_channel import Third

    channel, from_s, until_s, file = _window(text, "--third", "F1@10-60 or F1@10-60:tape.wav")
    if not file:
        return Third(channel, from_s, until_s, THIRD_EVERY_S, THIRD_LEVEL_DB, _random_frames(seed))
    sound, seconds = _recording(Path(file))
    return Third(channel, from_s, until_s, max(THIRD_EVERY_S, seconds + 1.0), THIRD_LEVEL_DB, sound)


def _window(text: str, option: str, example: str) -> tuple[str, float, float, str]:
    """Return (channel, from, until, what follows) of "F1@60-120:rest"; without an end: without end."""
    match = _WINDOW.fullmatch(text)
    until_s = float(match["until"]) if match and match["until"] else math.inf
    if match is None or until_s <= float(match["from"]):
        what = f'"{text}" does not say which channel, from when, until when.'
        raise InputError(what, where=option, remedy=f"Write it like {example}.")
    return match["channel"], float(match["from"]), until_s, match["rest"] or ""


def _way(text: str) -> tuple[str, str, str]:
    match = _WAY.fullmatch(text)
    if match is None:
        what = f'"{text}" does not say whom who does not hear.'
        raise InputError(what, where="--one-way", remedy="Write it like F1:NORTH1>SOUTH1.")
    return match["channel"], match["sender"], match["listener"]


def _fading(text: str) -> Any:
    from armslength.adapters.radio.propagation import Fading

    rate, _, depth = text.partition(":")
    try:
        found = Fading(float(rate or 0.0), float(depth or 1.0))
    except ValueError:
        found = Fading(-1.0)
    if not (0.0 <= found.rate_hz <= 200.0 and 0.0 <= found.depth <= 1.0):
        what = f'"{text}" is no fading.'
        raise InputError(
            what, where="--fading", remedy="Write fades a second, and their depth from 0 to 1: 2 or 2:0.5."
        )
    return found


def _finite(value: float, option: str) -> float:
    if not math.isfinite(value):
        raise InputError(f"{value} is not a number to reckon with.", where=option)
    return value


def _random_frames(seed: int) -> Callable[[int, int], Any]:
    """Return what gives the sound of frames of somebody else, of random content and length."""

    def sound(number: int, rate: int) -> Any:
        import numpy as np

        from armslength.modem.afsk import Afsk
        from armslength.modem.ax25 import Ui

        draw = np.random.default_rng((seed, number))
        return Afsk(rate).modulate(Ui("CQ", "THIRD", draw.bytes(int(draw.integers(20, 200)))).to_bytes())

    return sound


def _recording(file: Path) -> tuple[Callable[[int, int], Any], float]:
    """Return what gives the sound of a recording, the same each time, and how long it is [s]."""
    from armslength.adapters.radio.wav import open_wav

    wav = open_wav(file)
    if wav.seconds > LONGEST_RECORDING_S:
        what = f"It is {wav.seconds:.0f} s long; the ether plays {LONGEST_RECORDING_S:.0f} s at most."
        raise InputError(what, where=str(file), remedy="Cut it.")

    def sound(number: int, rate: int) -> Any:
        import numpy as np

        return np.concatenate(list(wav.pieces(rate)))

    return sound, wav.seconds
