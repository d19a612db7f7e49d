"""Straight flight: the fast search against every pair, and the exact test against the plain reading."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel import reference
from armslength.kernel.reference import Aircraft, Stay
from armslength.kernel.straight import straight
from kernel.traffic import SKIES, sky

MM = 1e-3
Found = dict[tuple[int, int], Stay]
MINIMA: dict[str, Any] = {"horizontal": 9260.0, "vertical": 304.8}


def fast(there: dict[str, Any], **terms: Any) -> Found:
    """Return what the kernel finds, in the form of the reference."""
    arrays = [np.ascontiguousarray(column, dtype=float) for column in there.values()]
    answer, unknown = straight(*arrays, **terms)
    found: Found = {}
    for k, (i, j) in enumerate(zip(answer.first.tolist(), answer.second.tolist(), strict=True)):
        t_in, t_out, t_cpa, hmd, vmd = answer.times[:, k].tolist()
        found[i, j] = Stay(t_in, t_out, t_cpa, hmd, vmd, bool(answer.inside[k]), bool(unknown[k]))
    return found


def aircraft(there: dict[str, Any]) -> list[Aircraft]:
    return [Aircraft(*(float(x) for x in row)) for row in np.column_stack(list(there.values()))]


def differences(ours: Found, there: dict[str, Any], lookahead: float) -> list[str]:
    """Return in words where `ours` is wrong by the reference; a millimetre of either minimum is forgiven."""
    fleet, (horizontal, vertical) = aircraft(there), MINIMA.values()
    surely = reference.straight(fleet, horizontal - MM, vertical - MM, lookahead)
    maybe = reference.straight(fleet, horizontal + MM, vertical + MM, lookahead)
    wrong = [f"{pair} missing" for pair in surely if pair not in ours]
    wrong += [f"{pair} made up" for pair in ours if pair not in maybe]
    for (i, j), stay in ours.items():
        if (i, j) not in maybe or (i, j) not in surely:
            continue
        wide, narrow = maybe[i, j], surely[i, j]
        if not wide.t_in - 1e-5 <= stay.t_in <= narrow.t_in + 1e-5:
            wrong.append(f"{i, j} t_in {stay.t_in} for {wide.t_in} to {narrow.t_in}")
        if not narrow.t_out - 1e-5 <= stay.t_out <= wide.t_out + 1e-5:
            wrong.append(f"{i, j} t_out {stay.t_out} for {narrow.t_out} to {wide.t_out}")
        if abs(stay.hmd - wide.hmd) > MM or abs(stay.hmd - reference.distance(fleet[i], fleet[j], stay.t_cpa)) > MM:
            wrong.append(f"{i, j} hmd {stay.hmd} for {wide.hmd}")
        level = abs((fleet[j].alt - fleet[i].alt) + (fleet[j].vs - fleet[i].vs) * stay.t_cpa)
        if not (math.isnan(level) and math.isnan(stay.vmd)) and not abs(stay.vmd - level) < MM:
            wrong.append(f"{i, j} vmd {stay.vmd} for {level}")
        if (stay.inside, stay.altitude_unknown) not in {
            (either.inside, either.altitude_unknown) for either in (wide, narrow)
        }:
            wrong.append(f"{i, j} flags")
    return wrong


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(0, 5),
    spread=st.sampled_from([1.0, 8.0, 30.0, 80.0]),
    lookahead=st.sampled_from([0.0, 60.0, 300.0, 3600.0]),
    **SKIES,
)
def test_each_pair_as_the_plain_reading_has_it(
    seed: int, n: int, place: tuple[float, float], spread: float, quirks: tuple[str, ...], lookahead: float
) -> None:
    there = sky(seed, n, place, spread, quirks)
    assert differences(fast(there, **MINIMA, lookahead=lookahead), there, lookahead) == []


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    place=SKIES["place"],
    spread=st.sampled_from([6.0, 10.0, 20.0]),
    lookahead=st.sampled_from([300.0, 3600.0, 36000.0, 90000.0]),
)
def test_aircraft_that_fly_almost_alike(seed: int, place: tuple[float, float], spread: float, lookahead: float) -> None:
    there = sky(seed, 3, place, spread, ("formation",))
    assert differences(fast(there, **MINIMA, lookahead=lookahead), there, lookahead) == []


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), SKIES["place"])
def test_round_the_earth_several_times(seed: int, place: tuple[float, float]) -> None:
    there = sky(seed, 2, place, 3000.0, ("round and round",))
    one, other = aircraft(there)
    ((_pair, stay),) = fast(there, horizontal=5e6, vertical=304.8, lookahead=6000.0).items() or [((0, 1), None)]
    moments = [60.0 * k for k in range(101)]
    nearest = min(reference.distance(one, other, t) for t in moments)
    if stay is None:
        assert nearest > 5e6 - 1.0
        return
    assert stay.hmd <= nearest + MM
    assert reference.distance(one, other, stay.t_cpa) == pytest.approx(stay.hmd, abs=MM)
    assert all(reference.distance(one, other, t) > 5e6 - 1.0 for t in moments if t < stay.t_in)
    assert all(reference.distance(one, other, t) < 5e6 + 1.0 for t in moments if stay.t_in <= t <= stay.t_out)


def same(one: Any, other: Any) -> bool:
    """Return whether two answers of the kernel are the same bytes."""
    (a, doubt_a), (b, doubt_b) = one, other
    return all(x.tobytes() == y.tobytes() for x, y in zip((*a, doubt_a), (*b, doubt_b), strict=True))


@settings(deadline=None, max_examples=300)
@given(
    n=st.integers(0, 300),
    spread=st.sampled_from([5.0, 60.0, 300.0, 3000.0, math.inf]),
    minima=st.sampled_from([(9260.0, 304.8), (152.4, 30.48), (60000.0, 900.0)]),
    lookahead=st.sampled_from([0.0, 300.0, 1800.0]),
    slabs=st.sampled_from([None, 1, 2, 5]),
    threads=st.sampled_from([1, 2]),
    **SKIES,
)
def test_the_search_finds_what_testing_every_pair_finds(
    seed: int, n: int, place: tuple[float, float], spread: float, quirks: tuple[str, ...], minima: tuple[float, float],
    lookahead: float, slabs: int | None, threads: int,
) -> None:  # fmt: skip
    columns = list(sky(seed, n, place, spread, quirks).values())
    terms: dict[str, Any] = {"horizontal": minima[0], "vertical": minima[1], "lookahead": lookahead}
    every = straight(*columns, **terms, threads=1, slabs=0)
    searched = straight(*columns, **terms, threads=threads, slabs=slabs)
    assert same(every, searched)
    if n > 200 and spread <= 60.0 and minima[0] > 9000.0:
        assert len(every[0].first) > 0  # the comparison is not of nothing with nothing


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 120), **SKIES)
def test_neither_order_nor_exchange_changes_a_bit(
    seed: int, n: int, place: tuple[float, float], quirks: tuple[str, ...]
) -> None:
    there = sky(seed, n, place, 40.0, quirks)
    order = np.random.default_rng(seed).permutation(n)
    shuffled = {name: column[order] for name, column in there.items()}
    plain, mixed = fast(there, **MINIMA, lookahead=300.0), fast(shuffled, **MINIMA, lookahead=300.0)
    back = {tuple(sorted((int(order[i]), int(order[j])))): stay for (i, j), stay in mixed.items()}
    assert repr(sorted(back.items())) == repr(sorted(plain.items()))


PLANTED: dict[str, Callable[[Found], object]] = {
    "a dropped pair": lambda ours: ours.pop(next(iter(ours))),
    "a pair too many": lambda ours: ours.update({(0, 1): next(iter(ours.values())), (0, 2): next(iter(ours.values()))}),
    "an entry late by a second": lambda ours: _change(ours, t_in=1.0),
    "an exit early by a second": lambda ours: _change(ours, t_out=-1.0),
    "a miss distance off by a metre": lambda ours: _change(ours, hmd=1.0),
    "a level off by a metre": lambda ours: _change(ours, vmd=1.0),
}


def _change(ours: Found, **by: float) -> None:
    pair = next(iter(ours))
    ours[pair] = ours[pair]._replace(**{name: getattr(ours[pair], name) + amount for name, amount in by.items()})


@pytest.mark.parametrize("fault", PLANTED)
def test_the_comparison_would_see(fault: str) -> None:
    there = sky(3, 5, (45.0, 10.0), 20.0, ())
    there["alt"][2], there["vs"][2] = 9e4, 0.0  # 0 and 2 never meet
    ours = fast(there, **MINIMA, lookahead=300.0)
    assert differences(ours, there, 300.0) == []
    PLANTED[fault](ours)
    assert differences(ours, there, 300.0) != []


def test_a_pair_dropped_by_the_search_would_be_seen() -> None:
    columns = list(sky(5, 200, (45.0, 10.0), 60.0, ()).values())
    every, doubt = straight(*columns, **MINIMA, lookahead=300.0, slabs=0)
    short = type(every)(every.first[1:], every.second[1:], every.times[:, 1:], every.inside[1:])
    assert same((every, doubt), (every, doubt))
    assert not same((every, doubt), (short, doubt[1:]))
