"""The one place where the command line and a running node meet: a verb goes through the node, or takes its lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armslength.node.home import Home

__all__ = ["acting"]


def acting(home: Home, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `verb` did: done by the node that runs on `home`, or here, under its lock.

    Raises:
        InputError: it cannot be done, and why.
        StoreError: the disk does not take it; nothing was done.
    """
    lock = home.try_lock()
    if lock is None:
        from armslength.node.control import ask, running_at

        if running_at(home.path) is None:
            home.lock().close()  # says who holds it; or it is free again by now
            return acting(home, verb, args)
        return ask(home.path, verb, args)
    with lock:
        return _alone(home, verb, args)


def _alone(home: Home, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
    from armslength.adapters.store import Store
    from armslength.node.agreement_verbs import perform
    from armslength.node.agreements import Agreements
    from armslength.node.clock import clock_of
    from armslength.node.entering import AloneLedger

    config = home.config
    now_ns = clock_of(config.speed, config.utc_origin_ns, config.monotonic_origin_s).utc_ns()
    store = Store(home.ledger, make=False)
    try:
        store.check(home.key.public)
        ledger = AloneLedger(home, store, now_ns)
        ledger.finish(home)
        return perform(Agreements(home, ledger), verb, args, now_ns)
    finally:
        store.close()
