"""Ctrl-C and a full disk: what stood in the folder before stands there after, whole; nothing temporary stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.replaying import FILES, Papers, encounters, replay, summary
from shared import shared_data

INTERRUPTED = "Interrupted. Nothing was left half-written.\n"
MOMENTS = {
    "reading the terms": ("armslength.node.textfile.read_text", 1),
    "ordering": ("armslength.node.replay._Run._in_time", 1),
    "tracking": ("armslength.engine.tracking.Tracker.update", 1),
    "detecting": ("armslength.node.stages.detect_stays", 1),
    "judging": ("armslength.node.replay._Run._judge", 1),
    "summing up": ("armslength.node.summary.summarise", 1),
    "drawing": ("armslength.report.page.render", 1),
    "writing the first file": ("os.fsync", 1),
    "writing the third file": ("os.fsync", 3),
    "writing the last file": ("os.fsync", 5),
}
"""Where in the flow Ctrl-C comes: the function, and in which of its calls."""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def pressed_in(monkeypatch: pytest.MonkeyPatch, name: str, call: int) -> list[int]:
    """Send SIGINT to this process from inside the given call of a function; return the list of calls."""
    from pkgutil import resolve_name

    holder, attribute = name.rsplit(".", 1)
    real: Callable[..., Any] = getattr(resolve_name(holder), attribute)
    calls: list[int] = []

    def press(*arguments: Any, **named: Any) -> Any:
        calls.append(len(calls) + 1)
        if len(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return real(*arguments, **named)

    monkeypatch.setattr(name, press)
    return calls


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder into which temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted(
    moment: str, papers: Papers, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    options = (papers.recording, *papers.agreement, *papers.members)
    assert replay(*options, "--separation", "1 NM, 500 ft", out=out).code == 0
    before = contents(out)
    calls = pressed_in(monkeypatch, *MOMENTS[moment])
    ran = replay(*options, out=out)
    assert calls, "the moment was reached"
    assert (ran.code, ran.out, ran.err) == (130, "", INTERRUPTED)
    assert contents(out) == before
    assert list(temporary.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "reading"]


@pytest.mark.parametrize("moment", ["detecting", "writing the third file"])
def test_interrupted_the_first_time(
    moment: str, papers: Papers, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed_in(monkeypatch, *MOMENTS[moment])
    assert replay(papers.recording, *papers.agreement, out=tmp_path / "out").code == 130
    assert not (tmp_path / "out").exists() or contents(tmp_path / "out") == {}
    assert list(temporary.iterdir()) == []


def test_interrupted_while_the_files_get_their_names(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That moment alone cannot be taken back: all files are those of the new run, and Ctrl-C counts after it."""
    out = tmp_path / "out"
    options = (papers.recording, *papers.agreement, *papers.members)
    assert replay(*options, "--separation", "1 NM, 500 ft", out=out).code == 0
    before = contents(out)
    pressed_in(monkeypatch, "armslength.report.staging.Staging._rename", 3)
    assert replay(*options, out=out).code == 130
    after = contents(out)
    assert sorted(after) == sorted(before)
    assert all(after[name] != before[name] for name in before)


def test_interrupted_from_outside_while_it_reads(tmp_path: Path) -> None:
    """The real thing: another process, the signal of the terminal, at the moment at which it has the file open."""
    recording = shared_data("recordings", "switzerland.json.gz").resolve()
    if not Path("/proc/self/fd").exists():
        pytest.skip("no /proc: cannot see which files another process has open")
    (tmp_path / "temporary").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "armslength", "replay", str(recording), "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )  # fmt: skip
    try:
        until = time.monotonic() + 60.0
        while recording not in opened(process.pid) and time.monotonic() < until:
            assert process.poll() is None, "it ended before it read"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (130, "", INTERRUPTED)
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "temporary").iterdir()) == []


def opened(pid: int) -> set[Path]:
    """Return the files that a process has open."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(link.readlink())
        except OSError:  # closed in between
            continue
    return found


def test_an_older_run_is_replaced_whole(papers: Papers, tmp_path: Path) -> None:
    assert replay(papers.recording, out=tmp_path).code == 0
    (tmp_path / "mine.txt").write_text("keep", "utf-8")
    older = contents(tmp_path)
    assert replay(papers.recording, *papers.agreement, *papers.members, out=tmp_path).code == 0
    newer = contents(tmp_path)
    assert sorted(newer) == sorted([*FILES, "mine.txt"])
    assert all(newer[name] != older[name] for name in FILES)
    assert newer["mine.txt"] == b"keep"
    assert len(encounters(tmp_path)) == summary(tmp_path)["encounters"]["total"] == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 4 MB of its own."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or unmount is None:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run([unmount, place], check=True)


@pytest.mark.parametrize("room", [0, 12_000, 60_000])
def test_a_full_disk_leaves_the_old_outputs(room: int, papers: Papers, small_disk: Path) -> None:
    out = small_disk / "out"
    assert replay(papers.recording, *papers.agreement, *papers.members, out=out).code == 0
    before = contents(out)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        free = shutil.disk_usage(small_disk).free
        file.write(bytes(max(free - room, 0)))
    ran = replay(papers.recording, out=out)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "No space left on device" in ran.err and "--out DIR" in ran.err
    assert str(out) in ran.err
    assert contents(out) == before
    filler.unlink()
    assert replay(papers.recording, out=out).code == 0
    assert contents(out) != before
