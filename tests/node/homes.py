"""Homes made quickly and often, for tests of what lies in them."""

from __future__ import annotations

from pathlib import Path

from armslength.node.counterparts import file_name, keep_identity
from armslength.node.home import Home, make_home


def make(folder: Path, party: str) -> Home:
    """Return a new home of `party` in `folder`."""
    return make_home(folder / party.lower(), party, f"{party.upper()} POST")


def introduce(first: Home, second: Home) -> None:
    """Let both accept each other's identity."""
    for one, other in ((first, second), (second, first)):
        keep_identity(one, other.identity, other.own_identity)
        assert (one.path / "counterparts" / file_name(other.identity.party)).exists()


def every_file(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
