"""Which certificates the ground line takes of whom: the one that the version in force names, and no other.

Before the first version, and after the last, that of the identity which people accepted counts. A certificate is known
by the identity file in which it came; those that a version names, in force or to come, are kept when their identity is
replaced (`former`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from armslength.adapters.certificates import fingerprint, to_pem
from armslength.node.core.inputs import Agreed
from armslength.node.home import Home

__all__ = ["Pinning"]


class Pinning:
    """The pins of the ground line of `home`, as the agreements in force have them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._named: dict[str, str] = {}
        self._own: dict[str, str] = {}

    def adopt(self, lines: Iterable[Agreed]) -> list[str]:
        """Take what is in force now; return counterparts whose agreement has come to name another of our certificates.

        Each is returned once, until that changes.
        """
        lines = tuple(lines)
        self._named = {one.counterpart: one.certificate for one in lines if one.certificate}
        shown = fingerprint(self._home.tls_files[0].read_bytes())
        before, self._own = self._own, {o.counterpart: o.own_certificate for o in lines if o.own_certificate}
        return [name for name, named in self._own.items() if named != shown and before.get(name) != named]

    def pins(self) -> dict[str, str]:
        """Return SHA-256 of each certificate that is taken (64 hex) -> whose it is. Errors: as `Home.counterparts`."""
        return {print_: name for name, print_, _ in self._known() if self._takes(name, print_)}

    def barred(self) -> dict[str, str]:
        """Return the same of certificates that people accepted, while the version in force names another."""
        return {print_: name for name, print_, _ in self._known() if not self._takes(name, print_)}

    def certificates(self) -> list[str]:
        """Return the certificates of both, PEM."""
        return [pem for _, _, pem in self._known()]

    def _takes(self, name: str, print_: str) -> bool:
        return self._named.get(name, print_) == print_

    def _known(self) -> Iterator[tuple[str, str, str]]:
        """Yield (counterpart, fingerprint, PEM) of identities accepted, and of former ones under a version in force."""
        accepted = self._home.counterparts()
        kept = [one for one in self._home.former().values() if one.party in self._named and one.party in accepted]
        for one in (*kept, *accepted.values()):
            yield one.party, fingerprint(one.certificate), to_pem(one.certificate).decode()
