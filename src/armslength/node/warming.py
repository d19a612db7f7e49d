"""Every kernel that the live watch needs, run once on an invented pair, so that none compiles while somebody waits."""

from __future__ import annotations

import numpy as np

from armslength.agreement.terms import default_terms
from armslength.domain.picture import Source
from armslength.domain.plot import Plot, Roster, pack
from armslength.engine.picture import Picture
from armslength.engine.watch import Watch
from armslength.units import NS

BEGIN_NS = 1_700_000_000 * NS


def warm() -> None:
    """Run picture and watch through a head-on pass of two invented aircraft; the first time takes seconds."""
    roster = Roster()
    picture = Picture(roster, (Source("a"), Source("b", False)))
    watch = Watch(default_terms())
    for second in range(6):
        now = BEGIN_NS + second * NS
        for source in range(2):
            plots = [
                Plot(now, "~00000a", 40.0, 10.0 + second * 0.003, "", 9000.0, 9000.0, 250.0, 90.0, 0.0),
                Plot(now, "~00000b", 40.0, 10.3 - second * 0.003, "", 9000.0, 9000.0, 250.0, 270.0, 0.0),
            ]
            picture.update(pack(plots, roster, source), now, nic=np.full(2, 8, np.int32), nac_p=np.full(2, 9, np.int32))
        watch.update(picture.snapshot(now), np.array([0, 1], np.int64), own=0, now_ns=now)
