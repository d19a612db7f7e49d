"""A full disk, one that takes nothing, a process killed in a commit: nothing acknowledged is lost, nothing half."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from armslength.adapters.store import Store, read_only
from armslength.crypto.ledger import Book
from armslength.errors import StoreError
from armslength.protocol.writes import Put
from crypto.books import more

WRITER = Path(__file__).with_name("writer.py")


def writer(path: Path, group: int, count: int, **more: str) -> subprocess.Popen[str]:
    """Start a process that commits."""
    command = [sys.executable, str(WRITER), str(path), str(group), str(count)]
    environment = os.environ | more
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def whole(path: Path, group: int, least: int, most: int) -> int:
    """Hold what is in the file against what was acknowledged, and return how many entries there are."""
    store = Store(path, make=False)
    store.check()
    size = len(list(store.entries("deal-1")))
    assert least <= size <= most and size % group == 0
    assert store.scan("size") == ([("now", str(size).encode())] if size else [])
    assert len(store.scan("out")) == size // group
    store.close()
    return size


def test_killed_while_it_commits(tmp_path: Path) -> None:
    path, group, size = tmp_path / "ledger.db", 3, 0
    Store(path).close()
    chance = random.Random(7)
    for _ in range(10):
        process = writer(path, group, 10**6)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("kept")
        time.sleep(chance.uniform(0.0, 0.15))
        process.kill()
        said = process.communicate()[0].split()
        whole_lines = said[: len(said) // 2 * 2]
        least = max([size + group, *(int(number) for number in whole_lines[1::2])])
        size = whole(path, group, least, 10**6)
        assert size <= least + group, "one commit may have been under way; not two"
    assert size >= 30


def test_a_file_that_may_not_grow_and_then_may(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    process = writer(path, 2, 400, LIMIT="200000")
    assert process.stdout is not None and process.stdin is not None
    kept = 0
    for line in process.stdout:
        if line.startswith("full"):
            break
        kept = int(line.split()[1])
    assert 0 < kept < 400 and "ledger.db: The disk does not take it" in line
    left, wrong = process.communicate("go on\n")
    assert process.returncode == 0, wrong
    assert "full" not in left and left.split()[-1] == "400"
    assert whole(path, 2, 400, 400) == 400


def test_as_many_pages_as_there_may_be(tmp_path: Path) -> None:
    store, book = Store(tmp_path / "ledger.db"), Book("deal-1")
    store.commit([("deal-1", sealed) for sealed in more(book, 3)], [])
    pages = store._db().execute("PRAGMA page_count").fetchone()[0]
    store._db().execute(f"PRAGMA max_page_count = {pages + 1}")
    entries = [("deal-1", sealed) for sealed in more(book, 50)]
    for _ in range(3):
        with pytest.raises(StoreError, match="full"):
            store.commit(entries, [Put("a", "1", b"x" * 9000)])
        assert len(list(store.entries("deal-1"))) == 3 and store.scan("a") == []
        store.commit([], [Put("b", "1", b"there is still room for this")])
    store._db().execute("PRAGMA max_page_count = 100000")
    store.commit(entries, [Put("a", "1", b"x" * 9000)])
    store.check()
    assert len(list(store.entries("deal-1"))) == 53


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_and_room_again(small_disk: Path) -> None:
    path = small_disk / "ledger.db"
    store, book = Store(path), Book("deal-1")
    store.commit([("deal-1", sealed) for sealed in more(book, 3)], [])
    ballast = small_disk / "ballast"
    with pytest.raises(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    entries = [("deal-1", sealed) for sealed in more(book, 200)]
    for _ in range(3):
        with pytest.raises(StoreError):
            store.commit(entries, [Put("a", "1", b"x" * 20000)])
        assert len(list(store.entries("deal-1"))) == 3, "what was kept can be read on the full disk"
    ballast.unlink()
    store.commit(entries, [Put("a", "1", b"x" * 20000)])
    store.check()
    store.close()
    again = Store(path)
    again.check()
    assert len(list(again.entries("deal-1"))) == 203 and len(again.scan("a")) == 1


def test_a_disk_that_takes_nothing_and_then_does(small_disk: Path) -> None:
    path = small_disk / "ledger.db"
    store, book = Store(path), Book("deal-1")
    store.commit([("deal-1", sealed) for sealed in more(book, 3)], [])
    store.close()

    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", small_disk], check=True)

    entries = [("deal-1", sealed) for sealed in more(book, 3)]
    remount("ro")
    with pytest.raises(StoreError):
        Store(path)
    with pytest.raises(StoreError):
        Store(small_disk / "another.db")
    with read_only(path) as snapshot:
        snapshot.check()
        assert snapshot.books() == ["deal-1"]
    remount("rw")
    store = Store(path)
    store.check()
    store.commit(entries, [])
    assert len(list(store.entries("deal-1"))) == 6


def test_a_folder_in_which_nothing_may_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; the disk that takes nothing shows the same")
    path = tmp_path / "ledger.db"
    store = Store(path)
    store.commit([("deal-1", sealed) for sealed in more(Book("deal-1"), 3)], [])
    store.close()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError):
            Store(path).commit([], [Put("a", "1", b"x")])
        with read_only(path) as snapshot:
            snapshot.check()
    finally:
        tmp_path.chmod(0o700)
