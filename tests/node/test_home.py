"""A home: made whole or not at all, never overwritten, closed to others, held by one process at a time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from armslength.adapters.certificates import fingerprint
from armslength.adapters.store import Store
from armslength.errors import HomeError, StoreError
from armslength.node import home as home_module
from armslength.node.home import home_path, make_home, open_home
from armslength.node.lock import take_lock, try_lock
from armslength.node.private_files import read_private, write_private
from node.homes import every_file, make


@pytest.fixture
def wide_umask() -> Iterator[None]:
    """Let the system give every right, as a careless shell does."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("wide_umask")
def test_nobody_else_can_read_any_of_it_whatever_the_umask(tmp_path: Path) -> None:
    made = make(tmp_path, "North")
    modes = {str(p.relative_to(made.path)): stat.S_IMODE(p.stat().st_mode) for p in made.path.rglob("*")}
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
    for name, mode in modes.items():
        assert mode == (0o700 if (made.path / name).is_dir() else 0o600), name
    assert {"identity.key", "tls.key", "tls.crt", "age.key", "own.identity", "api.token", "node.toml", "ledger.db",
            "lock", "counterparts", "agreements", "plots"} == set(modes)  # fmt: skip
    control = tmp_path / "control"
    control.write_text("")
    assert stat.S_IMODE(control.stat().st_mode) == 0o666  # the umask really gives every right


def test_what_was_made_fits_together(tmp_path: Path) -> None:
    home = open_home(make(tmp_path, "North").path)
    own = home.identity
    assert (own.party, own.post) == (home.config.party, home.config.post) == ("North", "NORTH POST")
    assert own.key == home.key.public
    assert own.signatory.certificate == fingerprint(home.tls_files[0].read_bytes())
    assert own.recipient == home.vault.recipient
    assert len(home.token) >= 40
    assert len(home.salt_secret) == 32
    assert home.counterparts() == {} and home.members is None
    store = Store(home.ledger, make=False)
    store.check(home.key.public)
    assert list(store.books()) == []
    store.close()


def test_two_homes_share_no_secret(tmp_path: Path) -> None:
    north, south = every_file(make(tmp_path, "North").path), every_file(make(tmp_path, "South").path)
    for name in ("identity.key", "tls.key", "tls.crt", "age.key", "api.token"):
        assert north[name] != south[name]


@pytest.mark.parametrize("what", ["home", "file", "folder", "link", "dangling"])
def test_nothing_is_overwritten(tmp_path: Path, what: str) -> None:
    at = tmp_path / "here"
    elsewhere = tmp_path / "elsewhere"
    if what == "home":
        make_home(at, "North", "NORTH POST")
    elif what == "file":
        at.write_text("mine")
    elif what == "folder":
        at.mkdir()
        (at / "mine").write_text("mine")
    else:
        at.symlink_to(elsewhere)
        if what == "link":
            elsewhere.mkdir()
    before = every_file(tmp_path)
    with pytest.raises(HomeError, match="never overwritten"):
        make_home(at, "South", "SOUTH POST")
    assert every_file(tmp_path) == before


def test_an_empty_folder_becomes_the_home(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir(mode=0o755)
    made = make_home(tmp_path / "here", "North", "NORTH POST")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700


@pytest.mark.parametrize("breaks", ["write_private", "node_file", "make_folder", "sync_folder"])
def test_a_failure_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str) -> None:
    real, calls = getattr(home_module, breaks), []

    def failing(*args: object) -> object:
        calls.append(args)
        if len(calls) >= {"write_private": 5, "make_folder": 2}.get(breaks, 1):
            raise StoreError("planted: no room")
        return real(*args)

    monkeypatch.setattr(home_module, breaks, failing)
    with pytest.raises(HomeError, match=r"planted: no room|Something stands there"):
        make_home(tmp_path / "here", "North", "NORTH POST")
    left = [path.name for path in tmp_path.iterdir()]
    assert left == ([] if breaks != "sync_folder" else ["here"])  # then the whole home was there already


def test_an_interruption_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(home_module, "node_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_home(tmp_path / "here", "North", "NORTH POST")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("party", "post"), [("", "POST"), ("North", " "), ("N" * 65, "POST"), ("No\nrth", "POST")])
def test_names_that_nobody_could_say_are_refused(tmp_path: Path, party: str, post: str) -> None:
    with pytest.raises(HomeError, match="printable signs"):
        make_home(tmp_path / "here", party, post)


def test_names_of_any_script_are_taken(tmp_path: Path) -> None:
    made = make_home(tmp_path / "here", 'Север "1" \\ 北', "ПОСТ 北")
    assert open_home(made.path).config.party == made.identity.party == 'Север "1" \\ 北'


def test_no_parent_no_home(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="Make the folder around it first"):
        make_home(tmp_path / "no" / "here", "North", "NORTH POST")


def test_which_home_is_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ARMSLENGTH_HOME", raising=False)
    assert home_path(None) == Path("armslength-home")
    monkeypatch.setenv("ARMSLENGTH_HOME", "elsewhere")
    assert home_path(None) == Path("elsewhere")
    assert home_path(tmp_path) == tmp_path
    with pytest.raises(HomeError, match="armslength init"):
        open_home(tmp_path)


@pytest.mark.parametrize("name", ["identity.key", "age.key", "own.identity", "api.token"])
def test_a_secret_that_others_can_read_is_not_used(tmp_path: Path, name: str) -> None:
    home = make(tmp_path, "North")
    assert len(read_private(home.path / name)) > 0
    (home.path / name).chmod(0o640)
    with pytest.raises(HomeError, match="chmod 600"):
        read_private(home.path / name)


@pytest.mark.parametrize("name", ["identity.key", "age.key", "own.identity"])
def test_a_damaged_secret_is_not_quoted(tmp_path: Path, name: str) -> None:
    home = make(tmp_path, "North")
    (home.path / name).write_text("deadbeef-canary")
    with pytest.raises(ValueError) as caught:
        _ = {"identity.key": lambda: home.key, "age.key": lambda: home.vault, "own.identity": lambda: home.identity}[
            name
        ]()
    assert "canary" not in str(caught.value) and name in str(caught.value)


def test_a_write_that_fails_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept"
    write_private(path, b"old")

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StoreError, match="No space left"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    home = make(tmp_path, "North")
    hold = (
        "import sys, pathlib\nfrom armslength.node.lock import take_lock\n"
        "lock = take_lock(pathlib.Path(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(home.path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(HomeError, match=rf"runs on this home already \(process {other.pid}\)"):
        home.lock()
    assert home.try_lock() is None
    other.kill()
    other.communicate()
    with home.lock():  # whoever dies frees it
        assert home.try_lock() is None
    lock = try_lock(home.path / "lock")
    assert lock is not None
    lock.close()
    lock.close()
    take_lock(home.path / "lock").close()
