"""Which samples lie around a time of possible nearness: equal to its plain reading."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armslength.kernel.vicinity import near_and_around

ROW = st.tuples(
    st.sampled_from([1, 1, 1, 2, 40]), st.floats(0, 3000) | st.just(math.nan), st.floats(0, 500) | st.just(math.nan),
    st.sampled_from([0.0, 50.0, 900.0]),
)  # fmt: skip


@given(st.lists(ROW, max_size=40), st.integers(0, 40), st.sampled_from([0.0, 3.0, 60.0]), st.sampled_from([0.0, 2.0]))
def test_it_is_equal_to_its_plain_reading(rows, cut, before, after):
    n = len(rows)
    step, d_h, d_v, error = (np.array(column, float) for column in zip(*rows, strict=True)) if n else [np.empty(0)] * 4
    t, half = np.cumsum(step), min(cut, n)
    start = np.array([0, half, n], np.int64)
    kept = near_and_around(start, t, d_h, d_v, error, 0.1 * error, 1000.0, 200.0, before, after)
    for a, b in ((0, half), (half, n)):
        near = [
            i
            for i in range(a, b)
            if d_h[i] - error[i] < 1000.0 and (math.isnan(d_v[i]) or d_v[i] - 0.1 * error[i] < 200)
        ]
        for i in range(a, b):
            assert kept[i] == any(-after <= t[j] - t[i] <= before for j in near)
