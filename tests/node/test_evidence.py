"""The evidence that is drawn: of the worst encounters, whole, the same however the stream is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.domain.encounter import Encounter, Evidence
from armslength.domain.plot import KeptAside, Plots, Roster
from armslength.engine.detection import detect_stays
from armslength.engine.joining import Joined, Joiner
from armslength.engine.tracking import Tracker
from armslength.node import evidence
from armslength.node.belonging import Belonging
from armslength.node.evidence import Keeper
from armslength.node.findings import Findings
from engine.sky import BEGIN, MINIMA, limits, picked, traffic

SEEDS = st.integers(0, 2**32 - 1)
Found = tuple[Joined, Encounter, Evidence | None]


def drawn(batch: Plots, stretches) -> list[Found]:
    """Return every encounter with its evidence, as the replay chains them."""
    tracker, joiner = Tracker(["one"], KeptAside()), Joiner()
    keeper = Keeper(lambda found: (not found.level_known, found.best_ratio))
    n = int(batch.aircraft.max()) + 1
    roster = Roster()
    for k in range(n):
        roster.index(f"4b{k:04x}")
    edges = [(BEGIN + s) * 10**9 for s in stretches]
    for since, until in zip([0, *edges], [*edges, None], strict=True):
        part = (batch.time_ns >= since) & (batch.time_ns < (until or 2**62))
        tracks = tracker.update([picked(batch, part)], limits(n), until)
        if tracks is not None:
            joiner.add(detect_stays(tracks, tracks.aircraft.astype(np.int64), MINIMA, default_terms()), tracks.aircraft)
            keeper.see(tracks, joiner.touched())
            joiner.settle(tracks.window[1])
    terms = default_terms()
    assert tracker.epoch_ns is not None
    findings = Findings(terms, roster, Belonging(terms, None, roster), tracker.marks, tracker.epoch_ns)
    out: list[Found] = []
    for number, found in enumerate(joiner.finish(), 1):
        encounter = findings.encounter(number, found)
        out.append((found, encounter, keeper.evidence(found, encounter, tracker.epoch_ns)))
    return out


def same(one: Evidence, other: Evidence) -> bool:
    """Whether the same is drawn, bit for bit."""
    pairs = [(getattr(one, n), getattr(other, n)) for n in ("time_ns", "d_h_m", "d_v_m", "error_h_m", "error_v_m")]
    for a, b in ((one.first, other.first), (one.second, other.second)):
        pairs += [(getattr(a, n), getattr(b, n)) for n in ("time_ns", "lat", "lon", "alt_m", "linked")]
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


def faults_of(e: Encounter, shown: Evidence) -> list[str]:
    """Return what the evidence and the encounter disagree about."""
    said = []
    i = int(np.flatnonzero(shown.time_ns == e.t_closest)[0]) if e.t_closest in shown.time_ns else -1
    if i < 0:
        return ["the closest moment is not drawn"]
    if shown.d_h_m[i] != pytest.approx(e.d_h_m, rel=1e-5, abs=0.2):
        said.append(f"d_h {shown.d_h_m[i]} {e.d_h_m}")
    if np.isfinite(e.d_v_m) and shown.d_v_m[i] != pytest.approx(e.d_v_m, abs=0.2):
        said.append(f"d_v {shown.d_v_m[i]} {e.d_v_m}")
    for flown, address in ((shown.first, e.first), (shown.second, e.second)):
        if flown.address != address or np.any(np.diff(flown.time_ns) <= 0):
            said.append("another flight, or out of order")
    return said


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_what_is_drawn_is_what_was_judged(seed):
    found = [one for one in drawn(traffic(seed, 5, 40.0), []) if one[2] is not None]
    assume(found)  # in a few skies nobody meets; hypothesis fails when that is so in many
    for _, encounter, shown in found:
        assert shown is not None
        assert not faults_of(encounter, shown)


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.lists(st.integers(1, 5).map(lambda k: 600 * k), min_size=1, max_size=5, unique=True).map(sorted))
def test_the_same_is_drawn_wherever_the_stream_is_cut(seed, stretches):
    batch = traffic(seed, 5, 55.0)
    whole, cut = drawn(batch, []), drawn(batch, stretches)
    assert len(whole) == len(cut)
    for (_, _, one), (_, _, other) in zip(whole, cut, strict=True):
        assert one is not None
        assert other is not None
        assert same(one, other)


def test_only_the_worst_are_kept(monkeypatch):
    monkeypatch.setattr(evidence, "CANDIDATES", 3)
    found = drawn(traffic(4, 6, 55.0), [600, 1800])
    kept = sorted(one.best_ratio for one, _, shown in found if shown is not None)
    known = sorted(one.best_ratio for one, _, _ in found if one.level_known)
    assert kept == known[:3]


def test_a_wrong_moment_is_noticed():
    """Control."""
    [_, encounter, shown] = next(one for one in drawn(traffic(1, 5, 40.0), []) if one[2] is not None)
    assert shown is not None
    late = Evidence(1, shown.first, shown.second, shown.time_ns + 10**9, shown.d_h_m, shown.d_v_m, shown.error_h_m,
                    shown.error_v_m)  # fmt: skip
    assert faults_of(encounter, late)
    swapped = Evidence(1, shown.second, shown.first, shown.time_ns, shown.d_h_m, shown.d_v_m, shown.error_h_m,
                       shown.error_v_m)  # fmt: skip
    assert faults_of(encounter, swapped)
