"""Identities that were replaced, and are kept as long as a version that is not over names their certificate.

That is the version in force, one that both have signed and whose time is to come, or one that waits for a signature:
each may be what the ground line goes by later, whoever was accepted in between.
"""

from __future__ import annotations

import contextlib

from armslength.adapters.certificates import fingerprint
from armslength.agreement.identity import Identity
from armslength.agreement.lifecycle import OVER
from armslength.node.agreements import Agreements
from armslength.node.counterparts import identity_file
from armslength.node.private_files import read_private

__all__ = ["drop", "keep"]

SHOWN = 32
"""Hex digits of the fingerprint in the name of a file: a whole one beside a long name is more than a disk takes."""


def keep(agreements: Agreements, identity: Identity, now_ns: int) -> dict[str, bytes]:
    """Return the file to be kept of the identity that `identity` replaces, by its path in the home; or nothing.

    Raises:
        HomeError: the identity that is there cannot be read.
    """
    home = agreements.home
    path, known = identity_file(home, identity), home.counterparts().get(identity.party)
    if known is None:
        return {}
    shown = fingerprint(known.certificate)
    if shown not in _named(agreements, identity.party, now_ns):
        return {}
    return {f"{path.removesuffix('.identity')}.{shown[:SHOWN]}.former": read_private(home.path / path)}


def drop(agreements: Agreements, party: str, now_ns: int) -> None:
    """Remove what is kept of `party` and no version names any more; what cannot be removed opens nothing either."""
    named = _named(agreements, party, now_ns)
    for path, one in agreements.home.former().items():
        if one.party == party and fingerprint(one.certificate) not in named:
            with contextlib.suppress(OSError):
                (agreements.home.path / path).unlink()


def _named(agreements: Agreements, party: str, now_ns: int) -> set[str]:
    """Return the certificates that versions name for `party`, of those that are not over."""
    return {
        side.certificate
        for standing in agreements.facing(party, now_ns)
        for found, held in standing.documents.items()
        if standing.state(now_ns, found) not in OVER
        for side in held.document.parties
        if side.name == party
    }
