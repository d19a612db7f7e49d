"""The agreements of a running node: what the core must know of them, and what people and counterparts do to them.

What people do is in `agreement_verbs`, the same for the command line and the local API.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from armslength.errors import AgreementError
from armslength.node.agreement_verbs import perform
from armslength.node.agreements import Agreements, Change
from armslength.node.core.inputs import Agreed, Standings
from armslength.node.home import Home


class Keeping:
    """The keeper of agreements, from whatever thread; one at a time."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._changes: list[Change] = []
        self._agreements = Agreements(home, self._changes.append)
        self._lock = threading.Lock()

    def standings(self, now_ns: int) -> Standings:
        """Return how we stand with every accepted counterpart at `now_ns` (UTC)."""
        with self._lock:
            return self._standings(now_ns)

    def take(self, counterpart: str, data: bytes, now_ns: int) -> tuple[Standings, str]:
        """Believe what a counterpart sent over the line, or record why not; return the standings and why not."""
        with self._lock:
            try:
                self._agreements.take(data, now_ns, sender=counterpart)
            except AgreementError as wrong:
                return self._standings(now_ns, "counterpart"), str(wrong)
            return self._standings(now_ns, "counterpart"), ""

    def act(self, verb: str, args: Mapping[str, Any], now_ns: int) -> tuple[Mapping[str, Any], Standings]:
        """Do what a person asks.

        Raises:
            InputError: it cannot be done; says why. (AgreementError is one.)
            StoreError: the disk does not take it.
        """
        with self._lock:
            answer = perform(self._agreements, verb, args, now_ns)
            return answer, self._standings(now_ns, "person")

    def _standings(self, now_ns: int, role: str = "node") -> Standings:
        happened = tuple((c.counterpart, {"agreement": c.agreement, **c.payload}) for c in self._changes)
        self._changes.clear()
        lines = [
            self._agreed(name, identity.signatory.post, identity.signatory.key, now_ns)
            for name, identity in self._home.counterparts().items()
        ]
        return Standings(tuple(lines), happened, role)

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
        )
