"""AFSK 1200 (Bell 202), sending: bits become two tones, 1200 Hz for mark, 2200 Hz for space; the phase never jumps."""

from __future__ import annotations

import numpy as np

from armslength.errors import LocalProtocolError
from armslength.modem import hdlc
from armslength.modem.port import Samples

BAUD = 1200
MARK_HZ, SPACE_HZ = 1200.0, 2200.0
LEAD_FLAGS = 25
"""Flags before the frame: 167 ms, in which a transmitter comes up and a receiver finds the beat of the bits."""
TAIL_FLAGS = 2
LEVEL = 0.5
"""Peak of the sound, of full scale: leaves room for what a sound card and a radio do to it."""
_EDGE_S = 0.002


def seconds(length: int) -> float:
    """Return the longest time on the air [s] of a frame of `length` bytes."""
    return hdlc.longest_line(length, LEAD_FLAGS, TAIL_FLAGS) / BAUD


def modulate(frame: bytes, rate: int, largest: int) -> Samples:
    """Return the sound of one frame at `rate` [samples/s].

    Raises:
        LocalProtocolError: a frame shorter than an AX.25 header, or longer than `largest` bytes.
    """
    if not hdlc.SHORTEST <= len(frame) <= largest:
        shortest = hdlc.SHORTEST
        raise LocalProtocolError(f"A frame of {len(frame)} bytes cannot be sent; {shortest} to {largest} bytes can.")
    return tones(hdlc.nrzi(hdlc.to_line(frame, LEAD_FLAGS, TAIL_FLAGS)), rate)


def tones(marks: hdlc.Bits, rate: int) -> Samples:
    """Return the sound of `marks` (1 mark, 0 space) at `rate` [samples/s], faded in and out over 2 ms."""
    hertz = np.where(marks == 1, MARK_HZ, SPACE_HZ)
    turns = np.concatenate(([0.0], np.cumsum(hertz / BAUD)))
    n = np.arange(len(marks) * rate // BAUD)
    bit = n * BAUD // rate
    phase = 2.0 * np.pi * (turns[bit] + hertz[bit] * (n / rate - bit / BAUD))
    edge = np.clip(np.minimum(n, n[::-1]) / max(1.0, _EDGE_S * rate), 0.0, 1.0)
    return (LEVEL * edge * np.sin(phase)).astype(np.float32)
