"""When memory counts as flat."""

from __future__ import annotations

import pytest

from armslength.demo.soak import by_hour, flat

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


def test_each_hour_has_its_median() -> None:
    readings = [(300.0 * n, (100 + n // 12) * MIB) for n in range(1, 36)]
    readings[20] = (readings[20][0], 900 * MIB)
    assert by_hour(readings) == [100.0, 101.0, 102.0]
