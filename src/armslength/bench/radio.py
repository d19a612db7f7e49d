"""What the modems reach: time on the air, frames decoded at each level of noise, cost, and Dire Wolf on the same tape.

Signal to noise is the mean power of the burst over that of white noise in 3 kHz. The tapes with growing noise come from
`gen_packets` (100 frames of a standard text) and from our own modem; `atest` with its default options hears the same
files. Both programs are Dire Wolf's; where they are not installed, the comparison is left out and said to be.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from armslength.adapters.radio import codec2
from armslength.adapters.radio.hearing import hear
from armslength.adapters.radio.wav import write_wav
from armslength.bench.noisy_air import in_noise, signed_tries
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui
from armslength.modem.port import Modem, Samples

TARGETS = {"on_air_s": 1.2, "afsk_share_at_10_db": 0.95, "datac3_share_at_-3_db": 1.0, "percent_of_one_core": 10.0}
MESSAGE = 100
"""Bytes of the message that is timed and sent; a frame has 16 more."""
AFSK_SNRS_DB = (10.0, 6.0, 5.0, 4.0, 3.0, 2.0)
DATAC3_SNRS_DB = (0.0, -3.0, -4.0)
TAPE_RATE, TAPE_FRAMES = 44_100, 100
PIECE_S = 0.02
Say = Callable[[str], None]


def bench_radio(each: int, tries: int, seconds: float, say: Say, seed: int = 1) -> dict[str, Any]:
    """Return the figures.

    Args:
        each: frames sent at each level of noise.
        tries: noisy bursts with signed messages, to look for wrong ones that are accepted.
        seconds: of sound over which the cost is measured.
        say: told what is going on.
        seed: of noise and payloads.
    """
    modems: list[Modem] = [Afsk(), *([codec2.Datac3()] if codec2.available() else [])]
    figures: dict[str, Any] = {"targets": TARGETS, "machine": _machine(), "modems": {}}
    for modem in modems:
        say(f"{modem.name}: frames at each level of noise, and cost")
        levels = AFSK_SNRS_DB if modem.name == "afsk" else DATAC3_SNRS_DB
        figures["modems"][modem.name] = {
            "on_air_s": modem.seconds(len(_frame(bytes(MESSAGE)))),
            "decoded": [decoded(modem, snr, each, seed) for snr in levels],
            "percent_of_one_core": {
                "hearing": hearing_cost(modem, seconds, seed),
                "sending": sending_cost(modem, seconds),
            },
        }
    say("beside Dire Wolf, on the same tapes")
    figures["dire_wolf"] = beside_dire_wolf(seed)
    say(f"{tries:,} noisy bursts with signed messages")
    figures["signed"] = signed_tries(tries, seed)._asdict()
    return figures


def decoded(modem: Modem, snr_db: float, frames: int, seed: int) -> dict[str, float]:
    """Return how many of `frames` of 100 bytes are decoded at `snr_db` [in 3 kHz], and how many wrongly."""
    rng = np.random.default_rng([seed, round(100 * (snr_db + 100))])
    right = wrong = 0
    for _ in range(frames):
        frame = _frame(rng.bytes(MESSAGE))
        heard = _hear_whole(modem, in_noise(modem.modulate(frame), modem.rate, snr_db, rng))
        right += frame in heard
        wrong += sum(one != frame for one in heard)
    return {"snr_db": snr_db, "sent": frames, "decoded": right, "wrong": wrong}


def hearing_cost(modem: Modem, seconds: float, seed: int) -> float:
    """Return the share of one core [%] that hearing takes in real time, in pieces of 20 ms, half of it frames."""
    rng = np.random.default_rng(seed)
    bursts: list[Samples] = []
    while sum(map(len, bursts)) < seconds * modem.rate:
        burst = modem.modulate(_frame(rng.bytes(MESSAGE)))
        bursts.append(in_noise(np.concatenate((burst, np.zeros_like(burst))), modem.rate, 10.0, rng))
    sound, step, ears = np.concatenate(bursts), round(PIECE_S * modem.rate), modem.demodulator()
    ears.feed(sound[: modem.rate])  # the first pieces load what is loaded once
    began = time.process_time()
    for at in range(modem.rate, len(sound), step):
        ears.feed(sound[at : at + step])
    return 100.0 * (time.process_time() - began) / (len(sound) / modem.rate - 1.0)


def sending_cost(modem: Modem, seconds: float) -> float:
    """Return the share of one core [%] that making sound without a pause takes in real time."""
    frame = _frame(bytes(range(MESSAGE)))
    made, began = len(modem.modulate(frame)) * 0.0, time.process_time()
    while made < seconds:
        made += len(modem.modulate(frame)) / modem.rate
    return 100.0 * (time.process_time() - began) / made


def beside_dire_wolf(seed: int) -> dict[str, Any] | None:
    """Return how many frames of each tape are decoded here and by `atest`; None where Dire Wolf is not installed."""
    if not (shutil.which("atest") and shutil.which("gen_packets")):
        return None
    rows = []
    with tempfile.TemporaryDirectory(prefix="armslength-") as folder:
        theirs, ours = Path(folder) / "theirs.wav", Path(folder) / "ours.wav"
        subprocess.run(["gen_packets", "-n", str(TAPE_FRAMES), "-o", theirs], capture_output=True, check=True)
        write_wav(ours, tape(TAPE_FRAMES, 12.0, 0.0, seed), TAPE_RATE)
        for name, path in (("gen_packets", theirs), ("armslength", ours)):
            here = hear(path, [Afsk(TAPE_RATE)])
            row = {"tape": name, "frames": TAPE_FRAMES, "armslength": len(here.frames), "atest": atest(path)}
            rows.append({**row, "refused": dict(here.refused)})
    return {"tapes": rows}


def tape(frames: int, best_db: float, worst_db: float, seed: int) -> Samples:
    """Return `frames` frames one after the other, in noise that grows from `best_db` to `worst_db` [dB in 3 kHz]."""
    rng = np.random.default_rng(seed)
    modem = Afsk(TAPE_RATE)
    levels = np.linspace(best_db, worst_db, frames)
    bursts = [modem.modulate(_frame(f"{i:04d} ".encode() + rng.bytes(60))) for i in range(frames)]
    return np.concatenate([in_noise(burst, TAPE_RATE, snr, rng) for burst, snr in zip(bursts, levels, strict=True)])


def atest(path: Path) -> int:
    """Return how many frames Dire Wolf's `atest` decodes in a sound file, with its default options."""
    said = subprocess.run(["atest", path], capture_output=True, check=True).stdout.decode(errors="replace")
    return next(int(line.split()[0]) for line in said.splitlines() if "packets decoded in" in line)


def _frame(info: bytes) -> bytes:
    return Ui("ARMSLG", "NORTH1", info).to_bytes()


def _hear_whole(modem: Modem, sound: Samples) -> list[bytes]:
    ears = modem.demodulator()
    return [one.frame for one in [*ears.feed(sound), *ears.finish()]]


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
