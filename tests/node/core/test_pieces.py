"""A large batch of plots is taken in pieces, and nothing of it is lost or doubled."""

from __future__ import annotations

from typing import Any, cast

import pytest

from armslength.node.core.inputs import MOST_PLOTS, PlotsIn


@pytest.mark.parametrize("count", [0, 1, MOST_PLOTS, MOST_PLOTS + 1, 3 * MOST_PLOTS])
def test_pieces_are_the_batch(count: int) -> None:
    batch = PlotsIn("radar", cast(Any, tuple(range(count))), {"no position": 2})
    pieces = list(batch.pieces())
    assert [one for piece in pieces for one in piece.plots] == list(range(count))
    assert all(len(piece.plots) <= MOST_PLOTS and piece.source == "radar" for piece in pieces)
    assert [dict(piece.kept_aside) for piece in pieces] == [{"no position": 2}] + [{}] * (len(pieces) - 1)
