"""Believing: the tier of every pair, steadied, by its index; pairs that are not seen any more fade."""

from __future__ import annotations

import numpy as np

from armslength.domain.picture import Snapshot
from armslength.domain.plot import I64, Bool
from armslength.engine.watch.memory import Key, key
from armslength.engine.watch.pairs import Facts, find
from armslength.engine.watch.pieces import JUDGED_AT_ONCE, JUDGED_US, Looking, Piece, batched
from armslength.engine.watch.steadying import NOTHING, Steady


def believe(
    steadies: dict[Key, Steady], snapshot: Snapshot, facts: Facts, raw: I64, held: I64, quiet: Bool, now_ns: int
) -> Looking[dict[int, int]]:
    """Return the tier believed of each pair of which any is, by its index.

    Args:
        steadies: what was believed of each pair so far.
        raw, held: as in `facts`. quiet: what is seen counts, and is not believed as yet. All of shape (P,).
    """
    names, seen, believed = snapshot.addresses, set(), dict[int, int]()
    to_judge = np.flatnonzero(held > NOTHING)
    columns = (facts.first, facts.second, raw, held, facts.to_go_s, quiet)
    rows = list(zip(to_judge.tolist(), *(column[to_judge].tolist() for column in columns), strict=True))
    for part in batched(rows, JUDGED_AT_ONCE):
        for pair, first, second, by_minima, by_wider, to_go_s, is_quiet in part:
            of = key(names[first], names[second])
            seen.add(of)
            steady = steadies.get(of)
            if steady is None:
                if by_minima == NOTHING:
                    continue
                steady = steadies[of] = Steady()
            if tier := steady.judge(by_minima, by_wider, to_go_s, now_ns, is_quiet):
                believed[pair] = tier
        yield Piece(len(part) * JUDGED_US)
    faded = [of for of in steadies if of not in seen]
    place = find(snapshot, facts, faded)
    for some in batched(faded, JUDGED_AT_ONCE):
        for of in some:
            steady = steadies[of]
            tier = steady.judge(NOTHING, NOTHING, 0.0, now_ns)
            if tier and of in place:
                believed[place[of]] = tier
            elif steady.over:
                del steadies[of]
        yield Piece(len(some) * JUDGED_US)
    return believed
