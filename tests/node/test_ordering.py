"""Recordings in any order come out in order of time, whole, with the end told; also when memory is short."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain.plot import UNKNOWN_FUTURE, Plots
from armslength.node import ordering
from armslength.node.ordering import BUCKET_NS, TimeOrder
from engine.sky import BEGIN, joined, ordered, picked, traffic

FIELDS = [name for name in Plots.__dataclass_fields__ if name != "rest_from_ns"]
SEEDS = st.integers(0, 2**32 - 1)


def same(one: Plots, other: Plots) -> bool:
    """Whether two batches hold the same plots in the same order, bit for bit."""
    return all(np.asarray(getattr(one, f)).tobytes() == np.asarray(getattr(other, f)).tobytes() for f in FIELDS)


def through(batches, budget=10**9, safe=UNKNOWN_FUTURE):
    """Return the stretches that come out (plots, until), and the order they came through."""
    order = TimeOrder(budget_rows=budget)
    out = []
    try:
        for batch in batches:
            order.add(batch)
            if safe != UNKNOWN_FUTURE:
                out += [(joined(parts), until) for parts, until in order.stretches(safe(batch))]
        out += [(joined(parts) if parts else None, until) for parts, until in order.stretches(None)]
    finally:
        order.close()
    return out, order


def cut(batch: Plots, rng) -> list[Plots]:
    edges = np.sort(rng.integers(0, len(batch) + 1, rng.integers(0, 8)))
    return [picked(batch, part) for part in np.split(np.arange(len(batch)), edges)]


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.booleans(), st.sampled_from([10**9, 3000, 1]))
def test_everything_comes_out_once_and_in_order(seed, shuffled, budget):
    rng = np.random.default_rng(seed)
    batch = traffic(seed, 3, 65.0)
    if shuffled:
        batch = picked(batch, rng.permutation(len(batch)))
    out, order = through(cut(batch, rng), budget)
    assert (order.spilled_rows > 0) == (budget < len(batch))
    since = UNKNOWN_FUTURE
    for plots, until in out:
        assert plots is not None
        assert since <= plots.time_ns.min()
        assert until is None or plots.time_ns.max() < until
        since = until
    assert [until for _, until in out].count(None) == 1
    assert out[-1][1] is None
    whole = joined([plots for plots, _ in out])
    # Equal times keep the order in which they came.
    assert same(ordered(whole), ordered(batch))


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from([10**9, 2000, 1]))
def test_short_memory_and_small_batches_change_nothing(seed, budget):
    batch = traffic(seed, 3, 45.0)
    rng = np.random.default_rng(seed)
    plain, _ = through([batch])
    spilled, _ = through(cut(batch, rng), budget)
    assert same(joined([p for p, _ in plain]), joined([p for p, _ in spilled]))
    assert [until for _, until in plain] == [until for _, until in spilled]


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_sorted_stream_flows_and_is_never_ahead_of_what_may_come(seed):
    rng = np.random.default_rng(seed)
    batch = traffic(seed, 4, 65.0)
    batches = [b for b in cut(batch, rng) if len(b)]
    rest = [int(b.time_ns[0]) for b in batches[1:]] + [np.iinfo(np.int64).max]
    at = {id(b): r for b, r in zip(batches, rest, strict=True)}
    out, _ = through(batches, safe=lambda b: at[id(b)])
    assert out[-1] == (None, None)  # all is out, and the end is still told
    assert same(joined([p for p, _ in out if p is not None]), batch)
    for plots, until in out[:-1]:
        assert plots.time_ns.max() < until
        assert until % BUCKET_NS == 0


def test_an_empty_stream_ends():
    assert through([]) == ([(None, None)], through([])[1])


def test_a_stretch_is_no_longer_than_it_must(monkeypatch):
    monkeypatch.setattr(ordering, "STRETCH_ROWS", 100)
    batch = traffic(3, 2, 65.0)
    out, _ = through([batch])
    assert len(out) == len(np.unique(batch.time_ns // BUCKET_NS))


def test_a_lost_bucket_is_noticed(monkeypatch):
    """Control: the comparison above fails when a spilled part is read back from the wrong place."""
    batch = traffic(5, 3, 45.0)
    take = TimeOrder._take

    def wrong(self, bucket):
        self._away[bucket] = [(0, n) for _, n in self._away.get(bucket, [])]
        return take(self, bucket)

    monkeypatch.setattr(TimeOrder, "_take", wrong)
    spilled, _ = through([batch], 1)
    assert not same(joined([p for p, _ in spilled]), batch)


@pytest.mark.parametrize("budget", [1, 10**9])
def test_two_recordings_of_one_hour_are_merged(budget):
    one, other = traffic(1, 2, 30.0), traffic(2, 2, 30.0)
    out, _ = through([one, other], budget)
    assert len(out) == 1
    assert sum(len(p) for p, _ in out) == len(one) + len(other)
    assert out[0][0].time_ns.min() >= BEGIN * 10**9


def test_without_merging_a_stretch_is_one_bucket():
    batch = traffic(3, 2, 65.0)
    order = TimeOrder(merge=False)
    order.add(batch)
    for parts, _ in order.stretches(None):
        assert len({int(t) // BUCKET_NS for part in parts for t in part.time_ns}) <= 1
    order.close()
