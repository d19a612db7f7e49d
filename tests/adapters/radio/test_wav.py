"""Sound files: whatever is sound in them is read, the rest is refused in words."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.adapters.radio.hearing import CUT, SILENCE, hear
from armslength.adapters.radio.wav import open_wav, write_wav
from armslength.errors import InputError
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui
from armslength.modem.port import NO_FRAME, TRUNCATED, Samples
from modem.sounds import not_frames

SAID = Ui("SOUTH1", "NORTH1", b"one frame in a file")
FRAME = SAID.to_bytes()


def sound(rate: int) -> Samples:
    quiet = np.zeros(rate // 10, np.float32)
    return np.concatenate((quiet, Afsk(rate).modulate(FRAME), quiet))


def riff(data: bytes, rate: int, channels: int, bits: int, kind: int = 1, *, extensible: bool = False) -> bytes:
    """Return a WAV file of `data`, with a chunk before it that nobody needs."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else kind, channels, rate, rate * frame, frame, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, kind) + bytes(14)
    chunks = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def coded(samples: Samples, bits: int, kind: int) -> bytes:
    if kind == 3:
        return samples.astype(f"<f{bits // 8}").tobytes()
    if bits == 8:
        return (samples * 127 + 128).astype(np.uint8).tobytes()
    whole = (samples.astype(np.float64) * (2 ** (bits - 1) - 1)).astype("<i4")
    if bits == 24:
        return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return whole.astype(f"<i{bits // 8}").tobytes()


def frames(path: Path) -> list[Ui]:
    return [one.ui for one in hear(path, [Afsk()]).frames]


@pytest.mark.parametrize(("bits", "kind"), [(8, 1), (16, 1), (24, 1), (32, 1), (32, 3), (64, 3)])
@pytest.mark.parametrize("extensible", [False, True])
def test_every_width_is_read(tmp_path: Path, bits: int, kind: int, extensible: bool) -> None:
    path = tmp_path / "in.wav"
    path.write_bytes(riff(coded(sound(22_050), bits, kind), 22_050, 1, bits, kind, extensible=extensible))
    assert frames(path) == [SAID]
    assert open_wav(path).power == pytest.approx(float(np.mean(sound(22_050) ** 2)), rel=0.02)


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_every_rate_that_carries_the_tones_is_read(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "in.wav"
    write_wav(path, sound(rate), rate)
    assert frames(path) == [SAID]


@pytest.mark.parametrize("loud", [0, 1])
def test_of_two_channels_the_louder_is_heard_also_in_counter_phase(tmp_path: Path, loud: int) -> None:
    path, one = tmp_path / "in.wav", sound(16_000)
    other = -0.9 * one
    both = np.stack((one, other) if loud == 0 else (other, one), axis=1)
    path.write_bytes(riff(coded(both.reshape(-1), 16, 1), 16_000, 2, 16))
    assert frames(path) == [SAID]
    assert open_wav(path).heard == loud


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path, wrote = tmp_path / "out.wav", sound(48_000)
    write_wav(path, wrote, 48_000)
    read = np.concatenate(list(open_wav(path).pieces(48_000)))
    assert np.abs(read - wrote).max() < 1e-4
    write_wav(path, np.full(100, 3.0, np.float32), 8000)
    assert np.concatenate(list(open_wav(path).pieces(8000))).max() == pytest.approx(1.0, abs=1e-3)


def test_a_file_cut_short_is_heard_as_far_as_it_goes_and_told(tmp_path: Path) -> None:
    path, two = tmp_path / "in.wav", np.concatenate((sound(12_000), sound(12_000)))
    write_wav(path, two, 12_000)
    path.write_bytes(path.read_bytes()[: -len(sound(12_000)) - 301])
    done = hear(path, [Afsk()])
    assert [one.ui for one in done.frames] == [SAID]
    assert dict(done.refused) == {CUT: 1, TRUNCATED: 1}


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFF000, 0])
def test_a_file_written_to_a_pipe_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    path = tmp_path / "in.wav"
    write_wav(path, sound(12_000), 12_000)
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + struct.pack("<I", size) + whole[44:])
    done = hear(path, [Afsk()])
    assert ([one.ui for one in done.frames], dict(done.refused)) == ([SAID], {})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a WAV"),
        (b"RIFF", "not a WAV"),
        (b"\x7fELF" + bytes(100), "not a WAV"),
        (b"fLaC" + bytes(100), "FLAC, not a WAV"),
        (b"OggS" + bytes(100), "Ogg"),
        (b"ID3\4" + bytes(100), "MP3"),
        (b"RF64\xff\xff\xff\xffWAVE" + bytes(100), "RF64"),
        (riff(b"", 8000, 1, 16)[:30], "ends before"),
        (riff(bytes(100), 44_100, 1, 4, 0x11), "ADPCM"),
        (riff(bytes(100), 8000, 1, 8, 6), "A-law"),
        (riff(bytes(100), 8000, 1, 8, 7), "mu-law"),
        (riff(bytes(100), 44_100, 1, 16, 0x55), "MP3"),
        (riff(bytes(96), 44_100, 1, 12), "12 bits"),
        (riff(bytes(96), 44_100, 0, 16), "contradicts"),
        (riff(bytes(900), 44_100, 9, 16), "9 channels"),
        (riff(bytes(96), 6000, 1, 16), "6,000 samples"),
        (riff(bytes(96), 0, 1, 16), "0 samples"),
        (riff(bytes(96), 4_000_000, 1, 16), "4,000,000 samples"),
        (riff(np.full(9, np.nan, "<f4").tobytes(), 8000, 1, 32, 3), "no sound"),
    ],
)
def test_what_cannot_be_heard_is_refused_with_a_remedy(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "in.wav"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says) as told:
        hear(path, [Afsk()])
    assert told.value.where == str(path) and told.value.remedy


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=150, deadline=None)
def test_garbage_raises_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: bytes, headed: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "garbage.wav"
    path.write_bytes(b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" * headed + data)
    try:
        open_wav(path)
    except InputError as wrong:
        assert wrong.remedy


@pytest.mark.parametrize("name", ["noise", "silence", "music", "hum"])
def test_what_says_nothing_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.wav"
    write_wav(path, not_frames(8000, 5.0)[name], 8000)
    done = hear(path, [Afsk()])
    assert done.frames == ()
    assert (SILENCE if name == "silence" else NO_FRAME) in done.refused
    assert (done.level_db is None) == (name == "silence")


def test_a_frame_of_somebody_else_is_counted_as_foreign(tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    write_wav(path, Afsk(12_000).modulate(FRAME[:14] + b"\x13" + FRAME[15:]), 12_000)
    done = hear(path, [Afsk()])
    assert (done.frames, dict(done.refused)) == ((), {"foreign frame": 1})
