"""A synthesiser that says words: espeak-ng, a program that may be installed or not. Text in, sound out.

The text goes in by its standard input, never by its options: nothing that a message holds can steer the program.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from armslength.errors import InputError
from armslength.modem.port import Samples
from armslength.modem.resample import Resampler

__all__ = ["PROGRAM", "RATES", "available", "synthesise"]

PROGRAM = "espeak-ng"
RATES = (8_000, 22_050)
"""Samples a second that may be asked for: what a telephone carries, and what the synthesiser makes."""
PACE = 150
"""The synthesiser's words a minute. With its pauses that makes 128 in a minute of an emergency message: 14 s for 30."""
LONGEST = 2_000
PATIENCE_S = 30.0


def available() -> bool:
    """Return whether the synthesiser is installed."""
    return shutil.which(PROGRAM) is not None


def synthesise(text: str, voice: str, rate: int = RATES[1]) -> Samples:
    """Return `text` said by `voice` ("en-gb", "ru"), at `rate` [samples/s].

    Raises:
        InputError: the synthesiser is not installed, has failed, or the text is too long; or no such rate.
    """
    if rate not in RATES:
        raise InputError(f"{rate} samples a second are not made.", where="rate", remedy="Take 8,000 or 22,050.")
    if len(text) > LONGEST:
        raise InputError(f"A text of more than {LONGEST:,} signs is not said.", remedy="Say it in parts.")
    program = shutil.which(PROGRAM)
    if program is None:
        remedy = f"Install it from your system, for example apt-get install {PROGRAM}; or read the words out yourself."
        raise InputError(f"The synthesiser {PROGRAM} is not installed.", remedy=remedy)
    with tempfile.TemporaryDirectory(prefix="armslength-") as folder:
        out = Path(folder) / "said.wav"
        line = [program, "-v", voice, "-s", str(PACE), "-b", "1", "-w", str(out), "--stdin"]
        # In small letters: it spells out what stands in capitals.
        _run(line, text.lower())
        found, made = _read(out)
    if made == rate:
        return found
    resampler = Resampler(made, rate)
    return np.concatenate((resampler.feed(found), resampler.finish()))


def _run(line: list[str], text: str) -> None:
    try:
        subprocess.run(line, input=text.encode(), capture_output=True, timeout=PATIENCE_S, check=True)
    except subprocess.TimeoutExpired:
        raise InputError(f"{PROGRAM} did not end within {PATIENCE_S:g} s.", remedy="Read the words out.") from None
    except (OSError, subprocess.CalledProcessError) as wrong:
        told = wrong.stderr.decode(errors="replace").strip().splitlines() if hasattr(wrong, "stderr") else [str(wrong)]
        why = "".join(sign if sign.isprintable() else "?" for sign in (told or ["it does not say why"])[-1])[:200]
        raise InputError(
            f"{PROGRAM} has failed: {why}.", remedy="Is its voice installed? Read the words out."
        ) from None


def _read(path: Path) -> tuple[Samples, int]:
    """Return the sound in a file of the synthesiser, and its rate."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                raise InputError(f"{PROGRAM} made sound of another form.", remedy="Read the words out.")
            data, rate = file.readframes(file.getnframes()), file.getframerate()
    except (OSError, EOFError, wave.Error):
        raise InputError(f"{PROGRAM} made no sound.", remedy="Is its voice installed? Read the words out.") from None
    samples: Samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768.0)
    return samples, rate
