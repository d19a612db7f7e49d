"""Whose identities a home has accepted: one signed file each, after two people compared fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from armslength.agreement.identity import Identity
from armslength.errors import HomeError
from armslength.node.home import Home
from armslength.node.private_files import write_private

__all__ = ["MOST", "file_name", "identity_file", "keep_identity", "may_accept"]

MOST = 64
"""Counterparts of one home."""


def may_accept(home: Home, identity: Identity, *, replace: bool = False) -> str:
    """Return what accepting the identity of a counterpart would be: "accepted", "replaced" or "nothing new".

    Args:
        home: who accepts.
        identity: of the other side.
        replace: whether another key of the same party may be replaced.

    Raises:
        HomeError: it is our own, or another key is known for that party and `replace` is not said.
    """
    known, own, where = home.counterparts(), home.identity, str(home.path)
    if identity.key == own.key or identity.party.casefold() == own.party.casefold():
        what = "It is this home's own identity." if identity.key == own.key else "It has the name of this home's party."
        raise HomeError(what, where=where, remedy="Accept the file of the other side, and send it yours.")
    there = _known(known.values(), identity)
    if there == identity:
        return "nothing new"
    if any(one.key == identity.key for one in known.values() if one is not there):
        raise HomeError("Another counterpart has that key.", where=where, remedy="Ask both which is theirs.")
    if there is not None and not replace:
        what = f"Another identity of {identity.party} was accepted before, with the fingerprint {there.short}."
        remedy = "If they say over the radio that theirs is new, repeat this with --replace. Else do not use it."
        raise HomeError(what, where=where, remedy=remedy)
    if there is None and len(known) >= MOST:
        raise HomeError(f"There are {MOST} counterparts already.", where=where, remedy="Remove one first.")
    return "accepted" if there is None else "replaced"


def keep_identity(home: Home, identity: Identity, data: bytes) -> None:
    """Keep the identity file `data` of a counterpart, in the place of the one that was there.

    Raises:
        StoreError: the disk does not take it.
    """
    write_private(home.path / identity_file(home, identity), data)


def identity_file(home: Home, identity: Identity) -> str:
    """Return the path in the home of the file of a counterpart: the one that is there, else a new one."""
    there = _known(home.counterparts().values(), identity)
    return f"counterparts/{file_name(there.party if there else identity.party)}"


def _known(counterparts: Iterable[Identity], identity: Identity) -> Identity | None:
    return next((one for one in counterparts if one.party.casefold() == identity.party.casefold()), None)


def file_name(party: str) -> str:
    """Return the name of the file for `party`: its letters and digits, and where others were lost, a few hex digits."""
    kept = "".join(sign if sign.isalnum() else "-" for sign in party)
    if kept != party:
        kept = f"{kept[:32]}-{hashlib.sha256(party.encode()).hexdigest()[:8]}"
    if len(kept.encode()) > 200:
        kept = hashlib.sha256(party.encode()).hexdigest()
    return f"{kept}.identity"
