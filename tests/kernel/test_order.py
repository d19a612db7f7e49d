"""The sort against Python's."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel.order import sort_stretch


@settings(deadline=None)
@given(st.lists(st.integers(-1000, 1000), max_size=300), st.data())
def test_a_stretch_is_sorted_and_the_rest_is_left(numbers: list[int], data: st.DataObject) -> None:
    a = data.draw(st.integers(0, len(numbers)))
    b = data.draw(st.integers(a, len(numbers)))
    for values in (np.array(numbers, np.int32), np.array(numbers, np.float64)):
        sort_stretch(values, a, b)
        assert values.tolist() == [*numbers[:a], *sorted(numbers[a:b]), *numbers[b:]]
