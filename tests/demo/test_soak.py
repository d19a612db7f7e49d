"""When memory counts as flat."""

from __future__ import annotations

import pytest

from armslength.demo.soak import flat

MIB = 1 << 20


@pytest.mark.parametrize(
    ("held", "is_flat"),
    [
        ([100, 180, 250, 251, 250, 252, 251, 250, 252], True),
        ([100, 110, 120, 130, 140, 150, 160, 170, 180], False),
        ([250, 250, 250, 250, 250, 250, 268, 269, 270], False),
        ([250, 250, 250, 250, 250, 250, 250, 250, 400], True),  # one reading is no trend
        ([250, 250], False),
    ],
)
def test_flat(held: list[int], is_flat: bool) -> None:
    assert flat([one * MIB for one in held]) is is_flat
