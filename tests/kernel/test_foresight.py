"""What is ahead of pairs beside small steps in a flat sky; the wide search beside all pairs; elements beside a list."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from armslength.kernel import foresight as k
from armslength.kernel.geodesy import radii
from armslength.kernel.reference_following import Mover, apart, first_time, leaders
from armslength.kernel.straight import straight

F64 = NDArray[np.float64]
M, N = radii(0.0)
H, V, S, LOOK = 5556.0, 914.4, 152.4, 180.0


def rows(movers: list[Mover]) -> tuple[F64, F64]:
    """Return place and velocity of `movers` laid about 0 N 0 E, and their rates of turn."""
    x = np.empty((len(movers), 6))
    lat, lon = np.array([m.place[1] / M for m in movers]), np.array([m.place[0] / N for m in movers])
    track = np.array([math.atan2(m.velocity[0], m.velocity[1]) for m in movers])
    k.placed(lat, lon, track, np.array([math.hypot(*m.velocity[:2]) for m in movers]), x)
    return x, np.array([m.turn for m in movers])


def foresee(one: Mover, other: Mover, sigma: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0),
            unknown: bool = False, swap: bool = False, look: float = LOOK) -> F64:  # fmt: skip
    """Return what is ahead of the pair; sigma: place, velocity, level, vertical rate of each."""
    x, turn = rows([one, other])
    var = np.array([[sigma[0] ** 2, sigma[1] ** 2]] * 2)
    dz, climb = other.place[2] - one.place[2], other.velocity[2] - one.velocity[2]
    if swap:
        dz, climb = one.place[2] - other.place[2], one.velocity[2] - other.velocity[2]
    level = [math.nan, math.nan, 0.0, 0.0] if unknown else [dz, climb, 2 * sigma[2] ** 2, 2 * sigma[3] ** 2]
    out, first, second = np.empty((1, k.FORESEEN)), np.array([int(swap)]), np.array([int(not swap)])
    k.foresee(first, second, x, var, turn, np.array([level]), H, V, S, look, out)
    return out[0]


coordinate = st.floats(-15_000, 15_000)
speed = st.floats(-250, 250)
movers = st.builds(
    Mover,
    st.tuples(coordinate, coordinate, st.floats(3000, 5000)),
    st.tuples(speed, speed, st.floats(-15, 15)),
    st.sampled_from([0.0, 0.0, 0.03, -0.05]),
)


@settings(max_examples=60, deadline=None)
@given(movers, movers)
def test_straight_flight_as_small_steps_have_it(one: Mover, other: Mover) -> None:
    o = foresee(one, other)
    d_h, d_v = apart(one, other, 0.0)
    assert o[k.D_H] == pytest.approx(d_h, abs=2.0) and o[k.D_V] == pytest.approx(d_v, abs=1e-6)
    loss = first_time(lambda t: apart(one, other, t)[0] < H and apart(one, other, t)[1] < V, LOOK, 0.25)
    grazing = first_time(
        lambda t: apart(one, other, t)[0] < H * 1.005 and apart(one, other, t)[1] < V * 1.005, LOOK, 0.25
    )
    if math.isnan(loss):
        assert math.isnan(o[k.T_LOSS]) or not math.isnan(grazing) or o[k.T_OUT] - o[k.T_LOSS] < 0.5
    elif not math.isnan(o[k.T_LOSS]):
        assert o[k.T_LOSS] == pytest.approx(loss, abs=1.5)
    at_cpa = apart(one, other, float(o[k.T_CPA]))
    assert o[k.HMD] == pytest.approx(at_cpa[0], abs=10.0) and o[k.VMD] == pytest.approx(at_cpa[1], abs=1e-3)
    steps = [apart(one, other, 0.5 * n) for n in range(361)]
    assert min(math.hypot(*d) for d in steps) >= o[k.SLANT] - 10.0


@settings(max_examples=100, deadline=None)
@given(movers, movers, st.tuples(st.floats(0, 300), st.floats(0, 8), st.floats(0, 60), st.floats(0, 4)))
def test_bounds_only_ever_widen_and_certain_is_certain(
    one: Mover, other: Mover, sigma: tuple[float, float, float, float]
) -> None:
    sure, unsure = foresee(one, other), foresee(one, other, sigma)
    assert sure[k.T_LOSS] == unsure[k.T_LOSS] or (math.isnan(sure[k.T_LOSS]) and math.isnan(unsure[k.T_LOSS]))
    if not math.isnan(sure[k.T_LOSS]):
        assert unsure[k.T_MAYBE] <= sure[k.T_LOSS] + 1e-9
        assert sure[k.T_MAYBE] == pytest.approx(sure[k.T_LOSS], abs=1e-6)
    if unsure[k.CERTAIN]:
        assert sure[k.CERTAIN] and not math.isnan(unsure[k.T_LOSS])
        moment = np.clip(unsure[k.T_CPA], unsure[k.T_LOSS], unsure[k.T_OUT])
        assert 2 * math.sqrt(2 * (sigma[0] ** 2 + sigma[1] ** 2 * moment**2)) < H


@settings(max_examples=100, deadline=None)
@given(movers, movers, st.booleans())
def test_exchanging_the_two_changes_no_bit(one: Mover, other: Mover, unknown: bool) -> None:
    sigma = (50.0, 2.0, 20.0, 1.0)
    assert foresee(one, other, sigma, unknown).tobytes() == foresee(one, other, sigma, unknown, swap=True).tobytes()


@settings(max_examples=25, deadline=None)
@given(movers, movers)
def test_a_turn_that_goes_on_as_small_steps_have_it(one: Mover, other: Mover) -> None:
    found = float(foresee(one, other)[k.T_TURN])
    if one.turn == 0.0 and other.turn == 0.0:
        assert math.isnan(found)
        return
    grid = [2.0 * n for n in range(21)]

    def lost(t: float, factor: float) -> bool:
        ends = [end for end in grid if end <= t] + ([t] if t <= 40.0 else [])
        return any(d[0] < factor * H and d[1] < factor * V for d in (apart(one, other, t, end) for end in ends))

    if math.isnan(found):
        assert math.isnan(first_time(lambda t: lost(t, 0.97), 40.0, 2.0))
    else:
        assert lost(found, 1.02)
        assert not lost(max(found - 2.5, 0.0), 0.97) or found <= 2.5


def test_an_unknown_level_could_be_any() -> None:
    one, other = Mover((0, 0, 0), (100, 0, 0)), Mover((20_000, 0, 9000), (-100, 0, 0))
    assert math.isnan(foresee(one, other)[k.T_LOSS])
    unknown = foresee(one, other, unknown=True)
    assert unknown[k.T_LOSS] == pytest.approx((20_000 - H) / 200, abs=0.1)
    assert math.isnan(unknown[k.VMD]) and unknown[k.CERTAIN] == 0.0


def test_it_agrees_with_the_great_circles_of_detect() -> None:
    rng = np.random.default_rng(5)
    n = 300
    lat, lon, track = rng.uniform(59.0, 61.0, n), rng.uniform(178.0, 182.0, n), rng.uniform(0, 360, n)
    level, gs, vs = rng.uniform(3000, 6000, n), rng.uniform(60, 250, n), rng.uniform(-5, 5, n)
    answer, _ = straight(lat, lon, level, track, gs, vs, horizontal=H, vertical=V, lookahead=LOOK, threads=1)
    assert len(answer.first) > 100
    x = np.empty((n, 6))
    k.placed(np.radians(lat), np.radians(lon), np.radians(track), gs, x)
    first, second = answer.first.astype(np.int64), answer.second.astype(np.int64)
    z, zero = np.stack([level[second] - level[first], vs[second] - vs[first]], axis=1), np.zeros((len(first), 2))
    out = np.empty((len(first), k.FORESEEN))
    k.foresee(first, second, x, np.zeros((n, 2)), np.zeros(n), np.hstack([z, zero]), H, V, S, LOOK, out)
    t_in, _t_out, _t_cpa, hmd, _vmd = answer.times
    both = ~np.isnan(out[:, k.T_LOSS])
    assert both.mean() > 0.98
    assert np.abs(out[both, k.T_LOSS] - t_in[both]).max() < 1.0
    assert (np.abs(out[:, k.HMD] - hmd) < 5.0 + 0.002 * hmd).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_wide_search_finds_every_pair_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    lat, lon, track, gs = rng.uniform(-1, 1, n), rng.uniform(-1, 1, n), rng.uniform(0, 7, n), rng.uniform(0, 300, n)
    x, reach = np.empty((n, 6)), rng.uniform(0, 9000, n)
    k.placed(np.radians(lat), np.radians(lon), track, gs, x)
    wide = np.sort(rng.choice(n, 12, replace=False)).astype(np.int64)
    out = np.empty((n * n, 2), np.int64)
    count = k.beside(wide, x, reach, H, LOOK, out)
    found = [tuple(pair) for pair in out[:count].tolist()]
    assert len(found) == len(set(found)) and all(i < j for i, j in found)
    few = np.empty((3, 2), np.int64)
    assert k.beside(wide, x, reach, H, LOOK, few) == count  # what does not fit is counted all the same
    for i in range(n):
        for j in range(i + 1, n):
            if i in wide or j in wide:
                steps = np.arange(0.0, LOOK + 0.5, 0.5)
                d = (x[j, :3] - x[i, :3])[:, None] + (x[j, 3:] - x[i, 3:])[:, None] * steps
                least = float(np.sqrt((d**2).sum(axis=0)).min())
                limit = H + reach[i] + reach[j]
                assert ((i, j) in found) == (least < limit) or abs(least - limit) < 60.0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_elements_are_those_of_a_plain_list(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 14
    places = [Mover((float(e), float(m), 3000.0), (100.0, 0.0, 0.0)) for e, m in rng.uniform(0, 5000, (n, 2))]
    x, _ = rows(places)
    groups, alone = rng.integers(-1, 2, n), rng.random(n) < 0.2
    names = [f"{v:06x}" for v in rng.permutation(n)]
    lead, order = np.arange(n), np.array(sorted(range(n), key=names.__getitem__))
    k.flights(order, groups, alone, x, np.full(n, 3000.0), np.full(n, -1), 1852.0, 2778.0, 300.0, 30.0, 4, lead)

    def apart_m(i: int, j: int) -> float:
        return float(np.linalg.norm(x[i, :3] - x[j, :3]))

    plain = leaders(names, groups.tolist(), alone.tolist(), apart_m, lambda i, j: True, 1852.0, 4)
    assert lead.tolist() == plain
    sizes = np.bincount(lead)
    assert sizes.max() <= 4
