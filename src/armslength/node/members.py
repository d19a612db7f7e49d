"""The membership file of a home as a running node reads it: at start, and again when it or the agreements change.

It is nobody's term and never leaves; but it decides what is judged, so the ledger has the hash of every file that
counted. A file that cannot be understood does not count: the last good one goes on, and the officer is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from armslength.agreement.terms import Party, Terms
from armslength.errors import MembershipError
from armslength.node.core.inputs import Agreed
from armslength.node.home import Home
from armslength.node.membership import Membership, load_membership
from armslength.node.textfile import read_text

__all__ = ["Members"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read: when the file was changed last and how large it was, and the terms that it was held against."""

    changed_ns: int
    size: int
    terms: Terms | None


class Members:
    """Whose aircraft is whose.

    Args:
        home: whose membership file.
        agreed: how we stand with every counterpart.

    Attributes:
        membership: the last good one; None where there is no file.
        digest: "sha256:..." of that file; "" where there is none.

    Raises:
        MembershipError: the file cannot be understood.
    """

    def __init__(self, home: Home, agreed: Sequence[Agreed]) -> None:
        self._home = home
        self.membership: Membership | None = None
        self.digest = ""
        self._seen = self._look(agreed)
        self._read(self._seen)

    def again(self, agreed: Sequence[Agreed]) -> bool:
        """Read the file again where it, or what it must fit, has changed; return whether other rules hold now.

        Raises:
            MembershipError: it cannot be understood: the last good one goes on. Told once for each change.
        """
        seen = self._look(agreed)
        if seen == self._seen:
            return False
        before, self._seen = (self.membership, self.digest), seen
        self._read(seen)
        return (self.membership, self.digest) != before

    def _look(self, agreed: Sequence[Agreed]) -> _Seen | None:
        """Return what there is to be read; None where there is no file."""
        path = self._home.members
        try:
            found = None if path is None else path.stat()
        except OSError:  # gone since, or not to be looked at: reading it says why
            found = None
        return None if found is None else _Seen(found.st_mtime_ns, found.st_size, _fitting(agreed))

    def _read(self, seen: _Seen | None) -> None:
        path = self._home.members
        if seen is None or path is None:
            self.membership, self.digest = None, ""
            return
        text = read_text(path, MembershipError)
        rules = load_membership(text, str(path), seen.terms)
        found = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        if found != self.digest:  # the same rules held against other terms say the same
            self.membership, self.digest = rules, found


def _fitting(agreed: Sequence[Agreed]) -> Terms | None:
    """Return terms with the parties and members that all the agreements in force name together; None: any name.

    While a counterpart is there with whom nothing is in force yet, nobody knows its members, and any name is taken.
    """
    known = [one.terms for one in agreed if one.terms is not None]
    return replace(known[0], parties=_together(known)) if known and len(known) == len(agreed) else None


def _together(known: Sequence[Terms]) -> tuple[Party, ...]:
    """Return the parties of all these terms, each once, with all its members and excluded forces."""
    found: dict[str, Party] = {}
    for party in (party for terms in known for party in terms.parties):
        before = found.get(party.name, Party(party.name))
        members = dict.fromkeys((*before.members, *party.members))
        excluded = dict.fromkeys((*before.excluded_forces, *party.excluded_forces))
        found[party.name] = replace(party, members=tuple(members), excluded_forces=tuple(excluded))
    return tuple(found.values())
