"""Straight flight against the pairs that BlueSky 1.1.1 finds in the same traffic.

BlueSky's earth is flat: for each pair it takes bearing and distance on a sphere of the local radius and then flies
straight in that plane. So a pair near the minima may fall on the other side of them. Every pair that differs is shown
to be such a one: it comes inside with minima MARGIN wider, or does not with minima MARGIN narrower.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from armslength.engine.straight import Pairs, detect
from armslength.units import FT, NM
from shared import shared_data

MARGIN = 0.02
"""Share of the horizontal minimum, of the vertical minimum and of the look-ahead by which the two may differ."""
AT_MOST = {"dense": 12, "sparse": 2}
"""How many pairs may differ, of 1174 and of 51."""
Set = set[tuple[int, int]]


def traffic(kind: str) -> tuple[Any, Set, Set]:
    with np.load(shared_data("reference", "bluesky", f"{kind}_1000.npz")) as z:
        sky = [np.asarray(z[k], np.float64) for k in ("lat", "lon", "alt", "trk", "gs", "vs")]
    with np.load(shared_data("reference", "bluesky", f"bluesky_{kind}_1000.npz")) as z:
        conflicts, losses = ({(int(min(pair)), int(max(pair))) for pair in z[name]} for name in ("pairs", "los"))
    return sky, conflicts, losses


def found(pairs: Pairs, which: Any = slice(None)) -> Set:
    return set(zip(pairs.first[which].tolist(), pairs.second[which].tolist(), strict=True))


def with_minima(sky: Any, wider: float) -> Pairs:
    """Return our pairs with minima and look-ahead `wider` by this share."""
    by = 1.0 + wider
    return detect(*sky, horizontal=5 * NM * by, vertical=1000 * FT * by, lookahead=300.0 * by)


def unexplained(ours: Set, theirs: Set, wide: Set, narrow: Set) -> Set:
    """Return the pairs that differ and are not near the minima: in with the narrow ones, or out with the wide ones."""
    return {pair for pair in ours ^ theirs if pair in narrow or pair not in wide}


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_the_same_pairs_but_for_those_near_the_minima(kind: str) -> None:
    sky, conflicts, losses = traffic(kind)
    ours, wide, narrow = (with_minima(sky, by) for by in (0.0, MARGIN, -MARGIN))
    assert unexplained(found(ours), conflicts, found(wide), found(narrow)) == set()
    assert len(found(ours) ^ conflicts) <= AT_MOST[kind]
    assert (
        unexplained(found(ours, ours.inside), losses, found(wide, wide.inside), found(narrow, narrow.inside)) == set()
    )
    assert len(conflicts) > 50


def test_a_dropped_and_a_made_up_pair_would_be_seen() -> None:
    sky, conflicts, _losses = traffic("dense")
    ours, wide, narrow = (found(with_minima(sky, by)) for by in (0.0, MARGIN, -MARGIN))
    dropped = sorted(ours & narrow)[0]
    assert unexplained(ours - {dropped}, conflicts, wide, narrow) == {dropped}
    made_up = next((i, i + 1) for i in range(999) if (i, i + 1) not in wide)
    # A pair made up by our search stands in every answer of ours.
    assert unexplained(ours | {made_up}, conflicts, wide | {made_up}, narrow | {made_up}) == {made_up}
