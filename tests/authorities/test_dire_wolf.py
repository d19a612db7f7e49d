"""Dire Wolf beside us: our frames in its `atest`, its frames here, and both on the same noisy tapes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from armslength.adapters.radio.hearing import hear
from armslength.adapters.radio.wav import write_wav
from armslength.bench.radio import TAPE_RATE, atest, tape
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui

pytestmark = [
    pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} (Debian: direwolf) is not installed")
    for name in ("atest", "gen_packets")
]


def made(path: Path, *options: str) -> Path:
    """Return a tape of gen_packets."""
    subprocess.run(["gen_packets", *options, "-o", str(path)], capture_output=True, check=True)
    return path


@pytest.mark.parametrize("rate", [11_025, 44_100, 48_000])
def test_every_frame_of_ours_decodes_in_atest(tmp_path: Path, rate: int) -> None:
    modem, rng = Afsk(rate), np.random.default_rng(1)
    quiet = np.zeros(rate // 5, np.float32)
    sizes = [1, 15, 60, 100, 120, 200, 256]
    bursts = [modem.modulate(Ui("ARMSLG", "NORTH1-7", rng.bytes(n)).to_bytes()) for n in sizes]
    bursts.append(modem.modulate(Ui("ARMSLG", "NORTH1", b"\xff" * 200).to_bytes()))
    write_wav(tmp_path / "ours.wav", np.concatenate([part for one in bursts for part in (one, quiet)]), rate)
    assert atest(tmp_path / "ours.wav") == len(bursts)


@pytest.mark.parametrize("options", [(), ("-8",), ("-2",), ("-r", "22050"), ("-a", "5"), ("-a", "150")])
def test_every_frame_of_gen_packets_decodes_here(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = made(tmp_path / "theirs.wav", *options)
    done = hear(path, [Afsk()])
    assert len(done.frames) >= atest(path) >= 1
    assert all(b"quick brown fox" in one.ui.info for one in done.frames)
    assert dict(done.refused) == {}


def test_of_their_noisy_tape_we_decode_at_least_as_many(tmp_path: Path) -> None:
    path = made(tmp_path / "theirs.wav", "-n", "100")
    done = hear(path, [Afsk()])
    theirs = atest(path)
    assert theirs >= 40  # the tape is as hard as it should be, and no harder
    assert len(done.frames) >= theirs
    texts = [one.ui.info.decode() for one in done.frames]
    assert len(set(texts)) == len(texts)
    assert all(text.startswith(",The quick brown fox jumps over the lazy dog!") for text in texts)
    assert len(done.frames) + sum(done.refused.values()) <= 100


def test_of_our_noisy_tape_too(tmp_path: Path) -> None:
    path = tmp_path / "ours.wav"
    write_wav(path, tape(60, 12.0, 0.0, 3), TAPE_RATE)
    assert len(hear(path, [Afsk()]).frames) >= atest(path) >= 10
