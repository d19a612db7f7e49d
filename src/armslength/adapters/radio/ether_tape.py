"""What was said on the channels of the simulated ether, as WAV files to listen to.

One file for each channel, NAME.wav, with what a listener hears who never talks. Where nobody talks, half a second of
silence stands for it; NAME.csv says which second of the file is which of the scenario. Older files stay.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from armslength.adapters.radio.sound import Quiet

PAUSE_S = 0.5
MOST_S = 7_200.0
"""Sound that one tape takes [s]; beyond, nothing more is recorded."""
_HEAD = 44
_COLUMNS = "file_s,scenario_s"


class Tape:
    """The recording of one channel.

    Args:
        folder: where it is written; it exists.
        channel: its name. rate: samples a second.

    Raises:
        OSError: the disk does not take it.
    """

    def __init__(self, folder: Path, channel: str, rate: int) -> None:
        plain = name = re.sub(r"[^\w.-]+", "-", channel).strip(".") or "channel"
        number = 1
        while (folder / f"{name}.wav").exists():
            number += 1
            name = f"{plain}-{number}"
        self._rate = rate
        self._samples = 0
        self._next = -1
        self._file: BinaryIO = (folder / f"{name}.wav").open("wb")
        self._index = (folder / f"{name}.csv").open("w", buffering=1, encoding="utf-8")  # to be read beside the sound
        self._index.write(f"{_COLUMNS}\n")
        self._file.write(self._header())

    def take(self, first: int, what: Quiet | NDArray[np.int16]) -> None:
        """Record what is heard from sample `first` on."""
        if isinstance(what, Quiet) or self._samples > MOST_S * self._rate:
            return
        if first != self._next:
            self._write(np.zeros(round(PAUSE_S * self._rate) if self._samples else 0, np.int16))
            self._index.write(f"{self._samples / self._rate:.3f},{first / self._rate:.3f}\n")
        self._write(what)
        self._next = first + len(what)

    def close(self) -> None:
        """End it: the header says how long it is."""
        self._file.seek(0)
        self._file.write(self._header())
        self._file.close()
        self._index.close()

    def _write(self, samples: NDArray[np.int16]) -> None:
        self._file.write(samples.astype("<i2", copy=False).tobytes())
        self._samples += len(samples)

    def _header(self) -> bytes:
        """Return the header of a WAV file of 16 bits, mono (RIFF, WAVE_FORMAT_PCM)."""
        size = 2 * self._samples
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, self._rate, 2 * self._rate, 2, 16)
        return struct.pack("<4sI4s", b"RIFF", _HEAD - 8 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)


def times_of(wav: Path) -> Callable[[float], float] | None:
    """Return what tells for a second of the tape `wav` the second of the scenario; None where nothing tells it.

    Raises:
        OSError: the list beside the tape cannot be read.
    """
    beside = wav.with_suffix(".csv")
    if not beside.is_file():
        return None
    head, *rows = beside.read_text("utf-8", errors="replace").splitlines()[:1_000_000] or [""]
    if head != _COLUMNS:
        return None
    try:
        begins = [(float(file_s), float(scenario_s)) for file_s, scenario_s in (row.split(",") for row in rows)]
    except ValueError:
        return None

    def then(file_s: float) -> float:
        at = max(bisect_right(begins, file_s, key=lambda row: row[0]) - 1, 0)
        return begins[at][1] + file_s - begins[at][0]

    return then if begins else None
