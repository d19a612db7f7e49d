"""The agreements of a running node: what the core must know of them, and what people and counterparts do to them.

Verbs of the local API, for which no core is needed; every answer holds `what` happened, and `envelope`, what the other
side must see (it is shown over the link by itself):

    agreement.take      {"envelope": TEXT}                      a signed document or notice that came as a file
    agreement.propose   {"document": TEXT}                      sign a draft
    agreement.ratify    {"agreement": ID, "version": N}         sign the other side's proposal
    agreement.notify    {"agreement": ID, "kind": "suspend" | "resume" | "end", "provision": NAME, "effect_ns": TEXT}
    agreement.status    {}

The verbs of the command line ("agreement sign", "agreement suspend", "identity accept" ...) are `agreement_verbs`'s.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from armslength.agreement.document import Document
from armslength.agreement.notice import Kind
from armslength.agreement.terms import Terms
from armslength.agreement.trust import Standing
from armslength.errors import AgreementError, InputError
from armslength.node.agreement_verbs import VERBS, perform
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

    def terms(self, now_ns: int) -> Terms | None:
        """Return terms in force, of the first counterpart by name; None where none are."""
        return next((one.terms for one in self.standings(now_ns).lines if one.terms is not None), None)

    def take(self, counterpart: str, data: bytes, now_ns: int) -> tuple[Standings, str]:
        """Believe what a counterpart sent over the line, or record why not; return the standings and why not."""
        with self._lock:
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
            if verb in VERBS:
                done = perform(self._agreements, verb, args, now_ns)
                return done, self._standings(now_ns)
            if verb == "agreement.status":
                found = self._standings(now_ns)
                return {"agreements": [_told(one) for one in found.lines]}, found
            change = self._act(verb, args, now_ns)
            answer = {
                "agreement": change.agreement,
                "counterpart": change.counterpart,
                "what": change.what,
                "payload": dict(change.payload),
                "envelope": change.envelope.decode("utf-8"),
            }
            return answer, self._standings(now_ns)

    def _act(self, verb: str, args: Mapping[str, Any], now_ns: int) -> Change:
        keeper = self._agreements
        if verb == "agreement.take":
            return keeper.take(_text(args, "envelope").encode(), now_ns)
        if verb == "agreement.propose":
            return keeper.propose(Document.from_bytes(_text(args, "document").encode()), now_ns)
        if verb == "agreement.ratify":
            version = args.get("version")
            if version is not None and type(version) is not int:
                raise InputError("The version is no whole number.", where="version")
            return keeper.ratify(keeper.only(args.get("agreement")), now_ns, version)
        if verb == "agreement.notify":
            try:
                kind = Kind(_text(args, "kind"))
            except ValueError:
                raise InputError("There is no such notice.", where="kind", remedy="suspend, resume or end.") from None
            effect = args.get("effect_ns")
            provision = str(args.get("provision", ""))
            return keeper.notify(
                keeper.only(args.get("agreement")), kind, provision, now_ns, None if effect is None else int(effect)
            )
        raise InputError(f'"{verb}" is not a verb of a node.', remedy="docs/api.md lists them.")

    def _standings(self, now_ns: int) -> Standings:
        happened = tuple((c.counterpart, {"agreement": c.agreement, **c.payload}) for c in self._changes)
        self._changes.clear()
        by_name = {self._agreements.counterpart(one): one for one in self._agreements.standings.values()}
        lines = [
            self._agreed(name, identity.signatory.post, identity.signatory.key, by_name.get(name), now_ns)
            for name, identity in self._home.counterparts().items()
        ]
        return Standings(tuple(lines), happened)

    def _agreed(self, name: str, post: str, key: str, standing: Standing | None, now_ns: int) -> Agreed:
        if standing is None:
            return Agreed(name, post, key)
        offers = tuple(self._agreements.offers(standing, now_ns))
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
            expires_ns=document.expires_ns,
            terms=self._agreements.terms(document),
            suspended=standing.suspended(now_ns),
            offers=offers,
            state=state,
        )


def _text(args: Mapping[str, Any], name: str) -> str:
    value = args.get(name)
    if not isinstance(value, str) or not value:
        raise InputError(f"{name} is missing.", where=name)
    return value


def _told(one: Agreed) -> dict[str, Any]:
    return {
        "counterpart": one.counterpart,
        "agreement": one.agreement or None,
        "version": one.version or None,
        "digest": one.digest or None,
        "state": one.state,
        "suspended": sorted(one.suspended),
    }
