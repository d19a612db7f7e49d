"""Sounds for tests of modems: frames in noise, and everything that is no frame."""

from __future__ import annotations

import numpy as np

from armslength.modem.ax25 import Ui
from armslength.modem.port import Demodulator, Heard, Modem, Samples


def frame(info: bytes) -> bytes:
    """Return a UI frame that says `info`."""
    return Ui("SOUTH1", "NORTH1", info).to_bytes()


def hear(modem: Modem, sound: Samples, piece: int = 400) -> tuple[list[Heard], Demodulator]:
    """Return what is heard in `sound`, fed in pieces, and the receiver."""
    ears = modem.demodulator()
    found = [one for at in range(0, len(sound), piece) for one in ears.feed(sound[at : at + piece])]
    return found + ears.finish(), ears


def quiet(modem: Modem, seconds: float) -> Samples:
    """Return silence."""
    return np.zeros(round(seconds * modem.rate), np.float32)


def not_frames(rate: int, seconds: float, seed: int = 1) -> dict[str, Samples]:
    """Return sounds in which no frame is."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(rate * seconds)) / rate
    music = np.zeros_like(t)
    notes = 440.0 * 2.0 ** (np.arange(-12, 28) / 12.0)
    for at in range(0, len(t), rate // 5):
        part = t[at : at + rate // 5] - t[at]
        for hertz in rng.choice(notes, 3):
            music[at : at + rate // 5] += 0.1 * np.sin(2.0 * np.pi * hertz * part) * np.exp(-4.0 * part)
    sounds = {
        "noise": rng.normal(0.0, 0.2, len(t)),
        "silence": np.zeros_like(t),
        "mark": 0.4 * np.sin(2.0 * np.pi * 1200.0 * t),
        "between": 0.4 * np.sin(2.0 * np.pi * 1700.0 * t),
        "hum": 0.4 * np.sign(np.sin(2.0 * np.pi * 50.0 * t)),
        "music": music,
        "clicks": (rng.random(len(t)) < 0.002).astype(float),
        "sweep": 0.4 * np.sin(2.0 * np.pi * (300.0 * t + 600.0 * t * t / seconds)),
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}
