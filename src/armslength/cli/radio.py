"""`armslength radio encode` and `radio decode`: a text as modem sound in a file, and what a sound file says."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from armslength.errors import InputError, RemoteProtocolError
from armslength.units import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from armslength.adapters.radio.hearing import Frame, Hearing
    from armslength.modem.port import Modem

LEAD_S = 0.1
"""Silence before and after the burst: players and sound cards swallow the first moment."""


def encode(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the frame says, at most 256 bytes.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.wav", help="The sound file to write.")],
    modem: Annotated[str, typer.Option(metavar="NAME", help="afsk or datac3.")] = "afsk",
    rate: Annotated[int, typer.Option(metavar="HZ", help="Samples a second, 8,000 to 192,000.")] = 48_000,
    sender: Annotated[str, typer.Option("--from", metavar="CALL", help="Call sign of the sender.")] = "TEST",
    to: Annotated[str, typer.Option("--to", metavar="CALL", help="Call sign that it is for.")] = "ARMSLG",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older file of that name.")] = False,
) -> None:
    """Write a text as one AX.25 frame in modem sound: to try a radio, a cable or another program's decoder.

    It is a test frame. A node takes no text for a message: messages are codes, and signed.
    """
    import numpy as np

    from armslength.adapters.radio.opening import modem_of
    from armslength.adapters.radio.wav import write_wav
    from armslength.modem.ax25 import Ui

    if out.exists() and not overwrite:
        remedy = "Name another file, or add --overwrite. Nothing was written."
        raise InputError("It exists already.", where=str(out), remedy=remedy)
    if not text:
        raise InputError("There is no text to send.", where="TEXT", remedy="Write what the frame is to say.")
    kind = modem_of(modem, rate)
    frame = Ui(to, sender, text.encode()).to_bytes()
    sound = kind.modulate(frame)
    quiet = np.zeros(round(LEAD_S * rate), np.float32)
    write_wav(out, np.concatenate((quiet, sound, quiet)), rate)
    typer.echo(f"{out}: {len(frame)} bytes by {kind.name}, {len(sound) / rate:.2f} s on the air, {rate:,} samples/s.")


def decode(
    wav: Annotated[Path, typer.Argument(metavar="IN.wav", help="The sound file to listen to.")],
    modem: Annotated[str, typer.Option(metavar="NAME", help="afsk, datac3, or any: all that are installed.")] = "any",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")] = False,
) -> None:
    """Tell every frame in a sound file, and by name and number everything in it that is none.

    A frame says who sent it; only a signature inside it proves that.
    """
    from armslength.adapters.radio.ether_tape import times_of
    from armslength.adapters.radio.hearing import hear

    done, then = hear(wav, _modems(modem)), times_of(wav)
    if as_json:
        from armslength.cli.answering import print_json

        print_json(_document(done, then))
        return
    for one in done.frames:
        said = _content(one)
        kind = f"{said['kind']}, " if "kind" in said else ""
        size = counted(len(one.ui.info), "byte")
        words = said["text"].rstrip("\r\n") if "text" in said else f"{kind}{size}: {said['hex']}"
        level = "" if one.heard.level_db is None else f"  {one.heard.level_db:.0f} dB"
        when = f"{one.heard.began_s:8.2f} to {one.heard.ended_s:.2f} s"
        when += "" if then is None else f"  [{then(one.heard.began_s):.1f} s]"
        typer.echo(f"{when}  {one.modem}  {one.ui.sender} to {one.ui.to}{level}  {words}")
    refused = "; ".join(f"{reason} {count}" for reason, count in done.refused.items()) or "none"
    frames = counted(len(done.frames), "frame")
    typer.echo(f"{frames} in {done.wav.seconds:.1f} s. Refused: {refused}.")


def _document(done: Hearing, then: Callable[[float], float] | None) -> dict[str, Any]:
    wav = done.wav
    return {
        "frames": [
            {
                "modem": one.modem,
                "start_s": round(one.heard.began_s, 3),
                "end_s": round(one.heard.ended_s, 3),
                **({} if then is None else {"scenario_s": round(then(one.heard.began_s), 3)}),
                "from": one.ui.sender,
                "to": one.ui.to,
                **_content(one),
                "level_db": _round(one.heard.level_db),
            }
            for one in done.frames
        ],
        "refused": dict(done.refused),
        "sound": {
            "seconds": round(wav.seconds, 3),
            "rate": wav.rate,
            "bits": wav.bits,
            "channels": wav.channels,
            "channel_heard": wav.heard + 1,
            "level_db": _round(done.level_db),
        },
    }


def _content(one: Frame) -> dict[str, str]:
    """Return what a frame carries as text where it is text, else in hex; and what kind of ours it is, by its head."""
    from armslength.protocol.air_bits import kind_of

    raw = {"hex": one.ui.info.hex()}
    with suppress(RemoteProtocolError):
        raw["kind"] = kind_of(one.ui.info).name.lower()
    try:
        text = one.ui.info.decode()
    except UnicodeDecodeError:
        return raw
    return {"text": text} if text.rstrip("\r\n").isprintable() else raw


def _round(level_db: float | None) -> float | None:
    return None if level_db is None else round(level_db, 1)


def _modems(name: str) -> list[Modem]:
    """Return the modem `name`, or all that are installed where it is "any"."""
    from armslength.adapters.radio import codec2
    from armslength.adapters.radio.opening import modem_of

    if name == "any":
        return [modem_of("afsk"), *([modem_of("datac3")] if codec2.available() else [])]
    return [modem_of(name)]
