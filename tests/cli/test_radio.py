"""`armslength radio ether` and `radio listen`, as a person runs them."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from adapters.radio.hearing import FLASH, Running, ether, on_ether, stop, until
from armslength.adapters.radio.wav import open_wav, write_wav
from armslength.cli import app
from armslength.cli.radio_ether import _recording
from armslength.errors import InputError
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui


@contextmanager
def listening(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "armslength", "radio", "listen", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def say(running: Running, payloads: list[bytes]) -> None:
    """Let a station say something, and a stranger too."""

    async def run() -> None:
        north, south = await on_ether(running, "NORTH1", "SOUTH1")
        for number, payload in enumerate(payloads):
            north.station.send(payload, rank=FLASH, number=number)
        await until(lambda: len(south.payloads) == len(payloads), "all of it")
        await north.station._sound.write(Afsk().modulate(Ui("CQ", "OTHER", b"hello there").to_bytes()))
        await until(lambda: south.foreign, "the stranger")
        await stop(north, south)

    asyncio.run(run())


def joined(running: Running, name: str) -> None:
    until_s = time.monotonic() + 60
    while True:
        stations = running.control.order("status")["channels"].get("F1", {"stations": []})["stations"]
        if any(one.startswith(name) for one in stations):
            return
        assert time.monotonic() < until_s
        time.sleep(0.05)


def test_what_is_heard_is_told_to_people_and_to_programs(tmp_path: Path) -> None:
    with ether("--record", str(tmp_path / "tapes"), speed=8) as running:
        where = ("--ether", str(running.port))
        with listening(*where) as people, listening(*where, "--json") as programs:
            joined(running, f"listen-{people.pid}")
            joined(running, f"listen-{programs.pid}")
            say(running, [bytes((1, 2, 3)), bytes((2, 9)), bytes((99, 1))])
            time.sleep(1.0)
            code, out, err = ended(people)
            assert (code, err) == (0, "")
            lines = out.splitlines()
            assert lines[0] == "Listening. Ctrl-C ends it."
            assert [line.split("  ", 2)[2].split(", ")[0] for line in lines[1:5]] == [
                "NORTH1: message", "NORTH1: mark", "foreign", "foreign",
            ]  # fmt: skip
            assert "From OTHER to CQ" in lines[4] and "heard 3; foreign 1" in lines[5]
            code, out, err = ended(programs)
            assert (code, err) == (0, "")
            told = [json.loads(line) for line in out.splitlines()]
            assert [one["event"] for one in told] == ["listening", "heard", "heard", "foreign", "foreign", "ended"]
            assert told[1]["sender"] == "NORTH1" and told[1]["payload"] == "010203" and told[1]["level_db"] < 0
            assert told[5]["counts"]["heard"] == 3
    tape = open_wav(tmp_path / "tapes" / "F1.wav")
    assert tape.rate == 12_000 and 1.0 < tape.seconds < 30.0 and not tape.cut
    ears = Afsk().demodulator()
    heard = [one for piece in tape.pieces(12_000) for one in ears.feed(piece)] + ears.finish()
    assert len(heard) == 4, "the recording is what was said"
    assert (tmp_path / "tapes" / "F1.csv").read_text("utf-8").startswith("file_s,scenario_s\n0.000,")


def test_an_ether_that_is_not_there_is_said() -> None:
    with listening("--ether", "127.0.0.1:9") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "No ether answers at 127.0.0.1:9.\n"
        assert ended(process)[0] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("radio listen", "what to listen to"),
        ("radio listen --ether 1 --kiss 2", "what to listen to"),
        ("radio listen --ether 192.0.2.1:8650", "this machine alone"),
        ("radio listen --ether 0", "no address"),
        ("radio listen --kiss tnc", "no address"),
        ("radio listen --ether 8650 --modem morse", "no modem"),
        ("radio ether --jam F1", "from when, until when"),
        ("radio ether --jam F1@120-60", "from when, until when"),
        ("radio ether --jam F1@60-120:music", "no kind of jamming"),
        ("radio ether --fading much", "no fading"),
        ("radio ether --fading 2:7", "no fading"),
        ("radio ether --one-way F1:NORTH1", "whom who does not hear"),
        ("radio ether --third F1", "from when, until when"),
        ("radio ether --speed 0", "no speed"),
        ("radio ether --speed nan", "no speed"),
        ("radio ether --snr inf", "not a number to reckon with"),
        ("radio ether --port 99999", "cannot be used"),
    ],
)
def test_what_cannot_be_understood_is_refused(words: str, says: str) -> None:
    done = CliRunner().invoke(app, words.split())
    assert isinstance(done.exception, InputError), done.output
    assert says in str(done.exception)


def test_a_third_station_plays_a_recording(tmp_path: Path) -> None:
    at = np.arange(16_000) / 16_000
    write_wav(tmp_path / "tape.wav", (0.5 * np.sin(2 * np.pi * 700 * at)).astype(np.float32), 16_000)
    sound, seconds = _recording(tmp_path / "tape.wav")
    assert seconds == 1.0
    assert abs(len(sound(0, 12_000)) - 12_000) < 200
    with pytest.raises(InputError):
        CliRunner().invoke(app, ["radio", "ether", "--third", f"F1@1-:{Path(__file__)}"], catch_exceptions=False)
