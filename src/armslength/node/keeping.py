"""The agreements of a running node: what the core must know of them, and what people and counterparts do to them.

What people do is in `agreement_verbs`, the same for the command line and the local API.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from armslength.errors import AgreementError, StoreError
from armslength.node.agreement_verbs import perform
from armslength.node.agreements import Agreements, Change
from armslength.node.core.inputs import Agreed, Standings
from armslength.node.entering import finish
from armslength.node.home import Home
from armslength.node.pending import Files, Holds, waiting


class Enters(Protocol):
    """The ledger of a running node; see `entering.LiveLedger`."""

    @property
    def storing(self) -> bool:
        """Whether the disk takes what must be kept."""

    def enter(self, change: Change, files: Files) -> None:
        """Enter `change`, and keep `files` with it until they are written; return when it is on the disk."""

    def written(self, paths: Collection[str]) -> None:
        """Let go of these files: they are there."""


class Keeping:
    """The keeper of agreements, from whatever thread but the ledger's own; one at a time.

    Args:
        home: whose.
        store: in which the ledger keeps the files that belong to entries; None: nobody changes anything here.

    Attributes:
        ledger: where changes are entered, before they take effect; None: nothing can be changed yet.
    """

    def __init__(self, home: Home, store: Holds | None = None) -> None:
        self._home, self._store = home, store
        self.ledger: Enters | None = None
        self._agreements = Agreements(home, self)
        self._owes = False
        self._lock = threading.Lock()

    def enter(self, change: Change, files: Files) -> None:
        """Enter `change`; see `agreements.Ledger`."""
        if self.ledger is None:
            raise StoreError("The ledger is not open yet: ask again when the node runs.")
        self._owes = True
        self.ledger.enter(change, files)
        self._owes = bool(files)

    def written(self, paths: Collection[str]) -> None:
        """Let go of these files: they are there."""
        self._owes = False
        if self.ledger is not None:
            self.ledger.written(paths)

    def standings(self, now_ns: int) -> Standings:
        """Return how we stand with every accepted counterpart at `now_ns` (UTC)."""
        with self._lock:
            self._settle()
            return self._standings(now_ns)

    def take(self, counterpart: str, data: bytes, now_ns: int) -> tuple[Standings, str]:
        """Believe what a counterpart sent over the line, or record why not; return the standings and why not."""
        with self._lock:
            self._settle()
            try:
                self._agreements.take(data, now_ns, sender=counterpart)
            except AgreementError as wrong:
                return self._standings(now_ns), str(wrong)
            return self._standings(now_ns), ""

    def act(self, verb: str, args: Mapping[str, Any], now_ns: int) -> tuple[Mapping[str, Any], Standings]:
        """Do what a person asks.

        Raises:
            InputError: it cannot be done; says why. (AgreementError is one.)
            StoreError: the disk does not take it.
        """
        with self._lock:
            self._settle()
            answer = perform(self._agreements, verb, args, now_ns)
            return answer, self._standings(now_ns)

    def _settle(self) -> None:
        """Write what was entered while the disk did not take it, before anything else is believed.

        Raises:
            StoreError: it still does not.
        """
        if not self._owes or self._store is None or self.ledger is None or not self.ledger.storing:
            return
        files = waiting(self._store)
        if files:
            finish(self._home, files)
            self._agreements = Agreements(self._home, self)
            self.ledger.written(files)
        self._owes = False

    def _standings(self, now_ns: int) -> Standings:
        lines = [
            self._agreed(name, identity.signatory.post, identity.signatory.key, now_ns)
            for name, identity in self._home.counterparts().items()
        ]
        return Standings(tuple(lines))

    def _agreed(self, name: str, post: str, key: str, now_ns: int) -> Agreed:
        """Return how we stand with `name`: by the agreement in force; of others with it only what must be shown."""
        facing = self._agreements.facing(name, now_ns)
        if not facing:
            return Agreed(name, post, key)
        standing = facing[0]
        offers = tuple(offer for one in facing for offer in self._agreements.offers(one, now_ns))
        state = standing.state(now_ns).value
        document = standing.in_force(now_ns)
        if document is None:
            return Agreed(name, post, key, offers=offers, state=state)
        side = document.other(self._home.key.public)
        shown = {party.name: party.certificate for party in document.parties}
        return Agreed(
            counterpart=name,
            post=side.post if side else post,
            key=side.key if side else key,
            agreement=document.agreement,
            digest=document.digest,
            earlier=tuple(standing.chain[:-1]),
            version=document.version,
            effective_ns=document.effective_ns,
            expires_ns=document.expires_ns,
            terms=self._agreements.terms(document),
            suspended=standing.suspended(now_ns),
            offers=offers,
            state=state,
            certificate=shown.get(name, ""),
            own_certificate=shown.get(self._home.identity.party, ""),
        )
