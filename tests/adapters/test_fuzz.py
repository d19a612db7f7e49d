"""Whatever the bytes are, reading ends in plots, rows kept aside and FeedErrors; never in anything else."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.written import FORMATS, Reading, rows, write
from armslength.adapters.recording import stream
from shared import shared_data

FUZZ = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = {kind: FORMATS[kind](rows()[:12]) for kind in FORMATS}
TOKENS = [
    b"", b"null", b"NaN", b"Infinity", b'"', b",", b"{", b"}", b"[", b"]", b"\\", b"\n", b"\x00", b"\xff", b"1e999",
    b"-", b"99999999999999999999", b'"\\ud800"', b"true", b"},{", b":", b"~", b"\r", b";", b"1970-01-01T00:00:00",
]  # fmt: skip


def holds_together(content: bytes, path: Path) -> None:
    got = Reading(write(path, content))
    assert got.accounts_for_every_row(), (got.rows_read, len(got), got.aside.counts)
    assert all("\n" not in message and path.name in message for message in got.messages), got.messages
    for batch in got.batches:
        assert (batch.aircraft >= 0).all() and (batch.aircraft < len(got.roster)).all()
        assert (abs(batch.lat) <= 90).all() and (batch.lon >= -180).all() and (batch.lon < 180).all()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = bytearray(SEEDS[draw(st.sampled_from(sorted(SEEDS)))])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 12))] = draw(st.sampled_from(TOKENS) | st.binary(max_size=6))
    cut = draw(st.integers(0, len(content)) | st.just(len(content)))
    return bytes(content[:cut])


@FUZZ
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    holds_together(content, tmp_path / "any.csv")


@FUZZ
@given(mutated())
def test_mutated_recordings(tmp_path: Path, content: bytes) -> None:
    holds_together(content, tmp_path / "mutated.dat")


@FUZZ
@given(mutated(), st.integers(1, 200))
def test_mutated_recordings_in_small_blocks(tmp_path: Path, content: bytes, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream.ByteStream.blocks, "__defaults__", (size,))
        holds_together(content, tmp_path / "mutated.dat")


@FUZZ
@given(mutated(), st.integers(0, 400), st.binary(max_size=8))
def test_damaged_gzip(tmp_path: Path, content: bytes, at: int, damage: bytes) -> None:
    packed = bytearray(gzip.compress(content))
    packed[at : at + len(damage)] = damage
    holds_together(bytes(packed), tmp_path / "damaged.gz")


DAMAGED_PARQUET = """
import random, sys
from pathlib import Path
from adapters.written import as_parquet, rows
from adapters.test_fuzz import holds_together

content, dice = as_parquet(rows()), random.Random(int(sys.argv[2]))
for _ in range(150):
    damaged = bytearray(content)
    at = dice.randrange(len(content))
    damaged[at : at + dice.randint(1, 12)] = dice.randbytes(dice.randint(1, 12))
    holds_together(bytes(damaged[: dice.choice([at, len(damaged), len(damaged)])]), Path(sys.argv[1]))
print("done")
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_parquet(tmp_path: Path, seed: int) -> None:
    """In a process of its own: at a damaged page header Polars may ask for exabytes, and then Rust ends the process."""
    run = subprocess.run(
        [sys.executable, "-c", DAMAGED_PARQUET, str(tmp_path / "damaged.parquet"), str(seed)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "RUST_BACKTRACE": "0"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode < 0 and "memory allocation of" in run.stderr:
        pytest.skip("this version of Polars ended the process on a damaged page header")
    assert run.returncode == 0 and run.stdout.endswith("done\n"), run.stderr[-2000:]


@pytest.mark.parametrize("name", ["rega_sg.json.gz", "noisy_spoofing.json.gz", "trace_full_ac671b.json"])
def test_mutated_real_recordings(name: str, tmp_path: Path) -> None:
    content = shared_data("recordings", name).read_bytes()
    content = gzip.decompress(content) if name.endswith(".gz") else content
    content = content[:60_000] if name != "noisy_spoofing.json.gz" else content
    dice = random.Random(20151020)
    for _ in range(15):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 20)):
            at = dice.randrange(len(damaged))
            damaged[at : at + dice.randint(0, 5)] = dice.choice(TOKENS)
        holds_together(bytes(damaged), tmp_path / "damaged.json")
