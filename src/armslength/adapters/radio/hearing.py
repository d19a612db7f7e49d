"""What a sound file says: every frame in it, by every modem asked, and by name and number everything that is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

from armslength.adapters.radio.wav import Wav, open_wav
from armslength.errors import RemoteProtocolError
from armslength.modem.ax25 import Ui
from armslength.modem.port import NO_FRAME, Heard, Modem

SILENCE = "silence"
"""There is nothing in the file to hear."""
CUT = "file cut short"
"""The file ends before its header says; what is there is heard."""


@dataclass(frozen=True)
class Frame:
    """One UI frame in a sound file.

    Attributes:
        modem: name of the modem that read it.
        heard: when and how loud.
        ui: what it says, to whom, from whom.
    """

    modem: str
    heard: Heard
    ui: Ui


@dataclass(frozen=True)
class Hearing:
    """What a sound file says.

    Attributes:
        wav: the file.
        frames: every UI frame, in order of time.
        refused: by reason, how often something was heard that is no UI frame; nothing but zeros is left out.
    """

    wav: Wav
    frames: tuple[Frame, ...]
    refused: Mapping[str, int]

    @property
    def level_db(self) -> float | None:
        """Mean level of the whole file [dB below a sine of full scale]; None where it is zero throughout."""
        return 10.0 * log10(2.0 * self.wav.power) if self.wav.power > 0.0 else None


def hear(path: Path, modems: Sequence[Modem]) -> Hearing:
    """Return what the sound file at `path` says.

    What one modem has read is no frame to another: that is not counted.

    Raises:
        InputError: it is no sound file, or one that cannot be used; says why.
        OSError: it cannot be read.
    """
    wav = open_wav(path)
    frames: list[Frame] = []
    refused: Counter[str] = Counter({CUT: int(wav.cut), SILENCE: int(wav.silent)})
    noticed: list[tuple[bool, Counter[str]]] = []
    for modem in modems if not wav.silent else ():
        ears = modem.demodulator()
        found = [one for piece in wav.pieces(modem.rate) for one in ears.feed(piece)] + ears.finish()
        for one in found:
            try:
                frames.append(Frame(modem.name, one, Ui.from_bytes(one.frame)))
            except RemoteProtocolError as wrong:
                refused[wrong.reason] += 1
        noticed.append((bool(found), Counter(ears.refused)))
    for own, counts in noticed:
        if frames and not own:
            counts.pop(NO_FRAME, None)
        refused.update(counts)
    if not frames and not refused.total():
        refused[NO_FRAME] += 1
    frames.sort(key=lambda one: one.heard.ended_s)
    return Hearing(wav, tuple(frames), {reason: count for reason, count in sorted(refused.items()) if count})
