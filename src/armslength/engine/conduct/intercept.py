"""Where INTERCEPT was in force, sample by sample: for the rules that have a limit of their own under it (G09, G10)."""

from __future__ import annotations

import numpy as np

from armslength.domain.plot import Bool
from armslength.engine.conduct.context import Context
from armslength.engine.conduct.regimes import INTERCEPT
from armslength.units import NS


def intercepted(context: Context) -> Bool:
    """Return at each sample whether INTERCEPT, declared and acknowledged, was in force for the pair, shape (N,)."""
    m = context.meetings
    out: Bool = np.zeros(len(m.t), np.bool_)
    windows = [one for one in context.regimes.windows if one.kind == INTERCEPT]
    if not windows:
        return out
    pairs = [(context.who(k, 0).address, context.who(k, 1).address) for k in range(len(m))]
    for one in windows:
        held = np.array([one.covers(pair, one.from_ns, one.from_ns) for pair in pairs], np.bool_)
        since = (one.from_ns - m.epoch_ns) / NS
        until = np.inf if one.until_ns is None else (one.until_ns - m.epoch_ns) / NS
        out |= held[m.of] & (m.t >= since) & (m.t < until)
    return out
