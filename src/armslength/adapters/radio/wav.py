"""Sound files (WAV): read whatever is sound in them, and say plainly what is not; written as 16 bits, mono.

Read: PCM of 8, 16, 24 and 32 bits and IEEE floating point of 32 and 64, 1 to 8 channels, 8,000 to 192,000 samples a
second, also behind the extensible header. Of several channels the loudest is heard: adding them up could cancel what
they carry. A file that ends before its header says is heard as far as it goes, and told as cut. Refused: everything
compressed, other rates, other containers. Read in pieces: a file may be as long as the disk.

Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE), and WAVEFORMATEXTENSIBLE.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from armslength.errors import InputError
from armslength.modem.port import Samples
from armslength.modem.resample import Resampler, check_rate

SILENT = 1e-8
"""Mean square below which a file is silence: 77 dB under a sine of full scale."""
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_COMPRESSED = {2: "ADPCM", 6: "A-law", 7: "mu-law", 0x11: "ADPCM", 0x31: "GSM", 0x55: "MP3"}
_FOREIGN = {b"fLaC": "FLAC", b"OggS": "Ogg", b"ID3": "MP3", b"RF64": "RF64", b"RIFX": "RIFX", b"FORM": "AIFF"}
_UNKNOWN = 0x7FFFF000
"""Sizes from here on stand in the header of a file written to a pipe: nobody knew how long it would be."""
_MOST_CHANNELS = 8
_PIECE = 65_536
_CONVERT = 'Convert it, for example "sox IN OUT.wav" with "-e signed -b 16" before OUT.wav.'


@dataclass(frozen=True)
class Wav:
    """A sound file that can be read.

    Attributes:
        path: where it is.
        rate: samples a second.
        channels: how many.
        heard: which of them is the loudest, from 0.
        bits: of a sample.
        seconds: of sound that is there.
        cut: whether its header says that there should be more.
        power: mean square of the channel heard; a sine of full scale has 0.5.
        floating: whether samples are IEEE floating point.
        start: byte at which the sound begins.
        size: bytes of sound that are there.
    """

    path: Path
    rate: int
    channels: int
    heard: int
    bits: int
    seconds: float
    cut: bool
    power: float
    floating: bool
    start: int
    size: int

    @property
    def silent(self) -> bool:
        """Whether there is nothing in it to hear."""
        return self.power < SILENT

    def pieces(self, rate: int) -> Iterator[Samples]:
        """Yield its sound at `rate` [samples/s], mono, in pieces of a second or two.

        Raises:
            OSError: the disk does not give it.
        """
        resampler = Resampler(self.rate, rate)
        with self.path.open("rb") as file:
            for block in _blocks(file, self):
                yield resampler.feed(np.ascontiguousarray(block[:, self.heard]))
        yield resampler.finish()


def open_wav(path: Path) -> Wav:
    """Return what is in the sound file at `path`, having read it once.

    Raises:
        InputError: it is no sound file, or one that cannot be used; says why.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        shape = _header(file, path)
        total, frames = np.zeros(shape.channels), 0
        for block in _blocks(file, shape):
            total += np.square(block, dtype=np.float64).sum(axis=0)
            frames += len(block)
    if not np.isfinite(total).all():
        raise InputError("It holds numbers that are no sound.", where=str(path), remedy="Record it again.")
    loudest = int(np.argmax(total))
    power = float(total[loudest]) / max(1, frames)
    return replace(shape, heard=loudest, seconds=frames / shape.rate, power=power)


def write_wav(path: Path, samples: Samples, rate: int) -> None:
    """Write `samples` (in [-1, 1], clipped beyond) as 16 bits, mono, at `rate` [samples/s].

    Raises:
        OSError: the disk does not take it.
    """
    data = (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16)
    head = struct.pack("<4sI4s", b"RIFF", 4 + len(form) + 8 + len(data), b"WAVE")
    path.write_bytes(head + form + struct.pack("<4sI", b"data", len(data)) + data)


def _header(file: BinaryIO, path: Path) -> Wav:
    """Return the shape of `file`, not yet heard."""
    where, length = str(path), file.seek(0, 2)
    file.seek(0)
    start = file.read(12)
    if start[:4] != b"RIFF" or start[8:12] != b"WAVE":
        kind = next((name for mark, name in _FOREIGN.items() if start.startswith(mark)), "")
        what = f"It is {kind}, not a WAV file." if kind else "It is not a WAV file."
        raise InputError(what, where=where, remedy=_CONVERT)
    form = b""
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name == b"data" and form:
            return _shape(path, form, file.tell(), size, length)
        if name == b"fmt ":
            form = file.read(min(size, 64))
            file.seek(size - len(form), 1)
        else:
            file.seek(size, 1)
        file.seek(size & 1, 1)
    raise InputError("It ends before its sound begins.", where=where, remedy="Copy or record it again.")


def _shape(path: Path, form: bytes, start: int, size: int, length: int) -> Wav:
    where = str(path)
    if len(form) < 16:
        raise InputError("Its header is too short.", where=where, remedy="Copy or record it again.")
    kind, channels, rate, _, frame, bits = struct.unpack("<HHIIHH", form[:16])
    if kind == _EXTENSIBLE and len(form) >= 26:
        kind = struct.unpack("<H", form[24:26])[0]
    if (kind, bits) not in {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}:
        what = _COMPRESSED.get(kind) or f"format {kind} with {bits} bits"
        raise InputError(f"Its sound is {what}, which is not read here.", where=where, remedy=_CONVERT)
    if not 1 <= channels <= _MOST_CHANNELS or frame != channels * bits // 8:
        raise InputError(f"Its header contradicts itself ({channels} channels).", where=where, remedy=_CONVERT)
    try:
        check_rate(rate)
    except InputError as wrong:
        raise InputError(wrong.what, where=where, remedy=wrong.remedy) from None
    there = length - start
    whole = there if size >= _UNKNOWN or (size == 0 and there > 0) else size
    usable = min(whole, there) // frame * frame
    return Wav(path, rate, channels, 0, bits, 0.0, whole > there, 0.0, kind == _FLOAT, start, usable)


def _blocks(file: BinaryIO, wav: Wav) -> Iterator[NDArray[np.float32]]:
    """Yield the samples in order, (n, channels), in [-1, 1]."""
    frame = wav.channels * wav.bits // 8
    file.seek(wav.start)
    left = wav.size
    while left > 0 and (data := file.read(min(left, _PIECE * frame))):
        left -= len(data)
        data = data[: len(data) // frame * frame]
        yield _floats(data, wav.bits, wav.floating).reshape(-1, wav.channels)


def _floats(data: bytes, bits: int, floating: bool) -> NDArray[np.float32]:
    if floating:
        with np.errstate(over="ignore"):
            return np.frombuffer(data, f"<f{bits // 8}").astype(np.float32)
    if bits == 8:
        return (np.frombuffer(data, np.uint8).astype(np.float32) - np.float32(128.0)) / np.float32(128.0)
    if bits == 24:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return wide.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    return np.frombuffer(data, f"<i{bits // 8}").astype(np.float32) / np.float32(2 ** (bits - 1))
