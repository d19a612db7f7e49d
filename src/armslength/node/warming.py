"""Every kernel that a live node needs, run once on invented flights, so that none compiles while somebody waits.

The watch runs in the process of the node (`warm`); what is recorded is judged in a process of its own, with kernels of
its own (`warm_stages`), which would otherwise compile at the first stretch, or at the first stop.
"""

from __future__ import annotations

import gc

import numpy as np

from armslength.agreement.terms import default_terms
from armslength.domain.picture import Source
from armslength.domain.plot import Plot, Roster, pack
from armslength.engine.picture import Picture
from armslength.engine.watch import Watch
from armslength.node.ordering import BUCKET_NS, TimeOrder
from armslength.node.stages import Stages
from armslength.units import NS

BEGIN_NS = 1_700_000_000 * NS


CROWDS = (40, 3, 0)
"""So many aircraft that the wide search over a grid is compiled too; so few that every pair is looked at; none."""


def warm() -> None:
    """Run picture and watch through invented crowds, one of each badly known; the first time takes a minute.

    What is loaded by then stays for as long as the process does: the collector need not go through it again and again,
    which would hold up everything for a tenth of a second.
    """
    for many in CROWDS:
        _run(many)
    gc.collect()
    gc.freeze()


def warm_stages() -> None:
    """Take invented flights through the stages of a replay, from plots of two sources to encounters."""
    roster, sources = Roster(), ("a", "b")
    stages = Stages.over(sources, roster, default_terms(), None, BEGIN_NS)
    order = TimeOrder(merge=False)
    for second in range(0, 1200, 5):
        now = BEGIN_NS + second * NS
        for source in range(2):
            order.add(pack([_plot(k, second, now) for k in range(6)], roster, source))
    for boundary in (BEGIN_NS + BUCKET_NS, None):
        for batches, until_ns in order.stretches(boundary):
            stages.stretch(batches, until_ns)
        stages.closed()
    stages.finish()


def _run(many: int) -> None:
    roster = Roster()
    picture = Picture(roster, (Source("a"), Source("b", False)))
    watch = Watch(default_terms())
    for second in range(6):
        now = BEGIN_NS + second * NS
        for source in range(2):
            plots = [_plot(k, second, now) for k in range(many if source == 0 else min(many, 2))]
            categories = np.full(len(plots), 8, np.int32)
            picture.update(pack(plots, roster, source), now, nic=categories, nac_p=categories)
        snapshot = picture.snapshot(now)
        watch.update(snapshot, snapshot.aircraft.astype(np.int64) % 2, own=0, now_ns=now)


def _plot(k: int, second: int, now_ns: int) -> Plot:
    """Return aircraft `k`: even ones fly east, odd ones towards them; the first one is known to 30 km."""
    east, track = (second * 0.003, 90.0) if k % 2 == 0 else (0.3 - second * 0.003, 270.0)
    accuracy = 30_000.0 if k == 0 else 50.0
    return Plot(
        now_ns, f"~{k:06x}", 40.0 + 0.02 * (k // 2), 10.0 + east, "", 9000.0, 9000.0, 250.0, track, 0.0, False, accuracy
    )
