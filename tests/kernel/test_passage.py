"""Stays between sampled tracks: against the plain reading, dense sampling and geodesics; symmetric in the two."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel import passage
from armslength.kernel import reference_passage as plain
from armslength.kernel.reference_passage import Rules, Sample, Stay
from kernel.flights import PLACES, SKIES, arrays, sky, surface

SLABS = [(30.0 * i, 30.0 * i + 30.0) for i in range(25)]
TIME, DISTANCE, RATIO = 2e-3, 0.05, 2e-5
BRIEF = 1.0
"""A graze so short [s] that rounding decides whether it is a stay at all."""
SEEN = ("kind", "first", "second", "t_in", "t_out", "ratio", "d_h", "d_v", "error_h", "error_v", "datum", "alt",
        "slant")  # fmt: skip


def compiled(tracks, group, rules: Rules, slabs=SLABS, **changed):
    """Return what the kernel finds, rows in order of kind, pair and time."""
    given_arrays = arrays(tracks, group) | changed
    out = passage.stays(*given_arrays.values(), rules.h, rules.v, rules.near, rules.mixed, np.array(slabs).T.copy())
    return out[np.lexsort((out[:, passage.T_IN], out[:, passage.SECOND], out[:, passage.FIRST], out[:, passage.KIND]))]


def differences(rows, stays: list[Stay], tracks, rules: Rules) -> list[str]:
    """Return what the kernel's rows and the plain reading's stays disagree about."""
    said = []
    rest = sorted(stays, key=lambda s: (s.kind, s.first, s.second, s.t_in))
    for row in rows:
        kind, first, second = (int(row[c]) for c in (passage.KIND, passage.FIRST, passage.SECOND))
        same = [s for s in rest if (s.kind, s.first, s.second) == (kind, first, second)]
        same = [s for s in same if min(s.t_out, row[passage.T_OUT]) - max(s.t_in, row[passage.T_IN]) > -TIME]
        if not same:
            if row[passage.T_OUT] - row[passage.T_IN] > BRIEF:
                said.append(f"only the kernel: {dict(zip(passage.FIELDS, row, strict=True))}")
            continue
        rest.remove(same[0])
        # Where two pieces meet then, or another moment has the same ratio, rounding decides whose bounds count.
        meets = any(abs(sample.t - row[passage.T_RATIO]) < TIME for k in (first, second) for sample in tracks[k])
        meets = meets or abs(row[passage.T_RATIO] - same[0].t_ratio) > TIME
        said += [what for what in unlike(row, same[0]) if not (meets and what.startswith("error"))]
    return said + [f"only the plain reading: {s}" for s in rest if s.t_out - s.t_in > BRIEF]


def slant_of(d_h: float, d_v: float) -> float:
    return d_h if math.isnan(d_v) else math.hypot(d_h, d_v)


def unlike(row, stay: Stay) -> list[str]:
    """Return in which fields a row differs from a stay by more than rounding and the tangent plane."""
    allowed = {"t_in": TIME, "t_out": TIME, "ratio": RATIO, "alt": 0.1}
    said = []
    for name in SEEN:
        here, there = float(row[passage.FIELDS.index(name)]), float(getattr(stay, name))
        if stay.kind == plain.CERTAIN and name not in ("kind", "first", "second", "t_in", "t_out"):
            continue
        alike = here == there or abs(here - there) <= allowed.get(name, DISTANCE)
        # Of moments of one ratio the kernel takes the nearest, the plain reading whichever it meets.
        if name in ("d_h", "d_v", "alt") and slant_of(row[passage.D_H], row[passage.D_V]) <= slant_of(
            stay.d_h, stay.d_v
        ):
            alike = True
        if not alike and not (math.isnan(here) and math.isnan(there)):
            said.append(f"{name} is {here}, plainly {there}: {stay}")
    return said


@settings(max_examples=100, deadline=None)
@given(**SKIES)
def test_the_ratio_is_that_of_the_distances(seed, n, place, quirks):
    tracks, group, rules = sky(seed, n, place, quirks)
    for row in compiled(tracks, group, rules):
        d_h, d_v = row[passage.D_H] / rules.h, row[passage.D_V] / rules.v
        if row[passage.KIND] != plain.CERTAIN:
            assert row[passage.RATIO] == pytest.approx(d_h if math.isnan(d_v) else max(d_h, d_v), abs=1e-12)


@settings(max_examples=250, deadline=None)
@given(**SKIES)
def test_the_same_as_read_plainly(seed, n, place, quirks):
    tracks, group, rules = sky(seed, n, place, quirks)
    said = differences(compiled(tracks, group, rules), plain.stays(tracks, group, rules, SLABS), tracks, rules)
    assert not said, said[0]


def shifted_minima(tracks, group, rules):
    return compiled(tracks, group, Rules(rules.h * 1.01, rules.v, rules.near, rules.mixed))


def dropped_pair(tracks, group, rules):
    rows = compiled(tracks, group, rules)
    return rows[(rows[:, passage.FIRST] != 0) | (rows[:, passage.SECOND] != 1)]


def link_off_by_one(tracks, group, rules):
    return compiled(tracks, group, rules, linked=np.roll(arrays(tracks, group)["linked"], 1))


def errors_forgotten(tracks, group, rules):
    return compiled(tracks, group, rules, error_h=0.0 * arrays(tracks, group)["error_h"])


def rows_swapped(tracks, group, rules):
    return compiled(tracks, group, rules, baro=arrays(tracks, group)["baro"][::-1].copy())


@pytest.mark.parametrize("bug", [shifted_minima, dropped_pair, link_off_by_one, errors_forgotten, rows_swapped])
def test_a_planted_bug_is_noticed(bug):
    noticed = 0
    for seed in range(12):
        tracks, group, rules = sky(seed, 3, "middle", ("gaps",))
        noticed += bool(differences(bug(tracks, group, rules), plain.stays(tracks, group, rules, SLABS), tracks, rules))
    assert noticed >= 2


@settings(max_examples=100, deadline=None)
@given(**SKIES)
def test_exchanging_the_aircraft_changes_no_bit(seed, n, place, quirks):
    tracks, group, rules = sky(seed, n, place, quirks)
    there = compiled(tracks, group, rules)
    back = compiled(tracks[::-1], group[::-1], rules)
    first, second = n - 1 - back[:, passage.SECOND], n - 1 - back[:, passage.FIRST]
    back[:, passage.FIRST], back[:, passage.SECOND] = first, second
    assert sorted(map(tuple, np.nan_to_num(there, nan=-1.0).tolist())) == sorted(
        map(tuple, np.nan_to_num(back, nan=-1.0).tolist())
    )


def merged(rows) -> dict[tuple[int, int, int], list[list[float]]]:
    """Return by kind and pair the stays put together again where slabs cut them: in, out, ratio, slant."""
    out: dict[tuple[int, int, int], list[list[float]]] = {}
    for row in rows:
        known = out.setdefault(tuple(int(row[c]) for c in (passage.KIND, passage.FIRST, passage.SECOND)), [])
        t_in, t_out, ratio, slant = row[[passage.T_IN, passage.T_OUT, passage.RATIO, passage.SLANT]].tolist()
        if known and t_in - known[-1][1] < 1e-5:
            known[-1] = [known[-1][0], t_out, min(known[-1][2], ratio), min(known[-1][3], slant)]
        else:
            known.append([t_in, t_out, ratio, slant])
    return out


@settings(max_examples=100, deadline=None)
@given(**SKIES, length=st.sampled_from([7.0, 30.0, 61.5, 240.0]))
def test_the_length_of_the_slabs_changes_nothing(seed, n, place, quirks, length):
    tracks, group, rules = sky(seed, n, place, quirks)
    whole = merged(compiled(tracks, group, rules, [(0.0, 750.0)]))
    cut = merged(compiled(tracks, group, rules, [(length * i, length * (i + 1)) for i in range(int(750 / length) + 1)]))
    # A graze is one of a piece that holds no stay; a slab may cut it off one that does.
    for key in whole.keys() | cut.keys():
        if key[0] == passage.GRAZING:
            continue
        for one, two in itertools.zip_longest(whole.get(key, []), cut.get(key, [])):
            assert one is not None, two
            assert two is not None, one
            np.testing.assert_allclose(two, one, rtol=1e-6, atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(**SKIES)
def test_no_moment_is_nearer_than_the_closest_one(seed, n, place, quirks):
    """Sampled densely, the flight is never inside where no stay is, and never nearer than the stay says."""
    tracks, group, rules = sky(seed, n, place, tuple(q for q in quirks if q not in ("places", "near", "datums")))
    rows = compiled(tracks, group, rules, [(0.0, 750.0)])
    for (k, one), (m, two) in itertools.combinations(enumerate(tracks), 2):
        mine = rows[(rows[:, passage.FIRST] == k) & (rows[:, passage.SECOND] == m)]
        for piece in plain.pieces(one, two, 0.0, 750.0):
            for t in np.linspace(piece.since, piece.until, 15)[1:-1].tolist():
                ratio = piece.ratio(rules.h, rules.v)(t)
                over = mine[(mine[:, passage.T_IN] <= t + TIME) & (t - TIME <= mine[:, passage.T_OUT])]
                over = over[np.isin(over[:, passage.KIND], [passage.NOMINAL, passage.UNKNOWN_LEVEL])]
                if ratio < 1.0 - RATIO:
                    assert len(over), (t, ratio)
                if len(over):
                    assert over[:, passage.RATIO].min() <= ratio + RATIO
                    assert piece.datum == plain.NO_LEVEL or over[:, passage.SLANT].min() <= piece.slant(t) + DISTANCE


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_and_one_alone_have_no_stays(n):
    tracks, group, rules = sky(1, 2, "middle", ())
    assert len(compiled(tracks[:n], group[:n], rules)) == 0


def geodesic(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the distance on WGS-84 [m], angles in radians (Vincenty, Survey Review 176, 1975)."""
    a, b = plain.EQUATORIAL, plain.POLAR
    f = (a - b) / a
    u1, u2 = math.atan((1 - f) * math.tan(lat1)), math.atan((1 - f) * math.tan(lat2))
    wanted = lam = math.remainder(lon2 - lon1, 2.0 * math.pi)
    for _ in range(100):
        sin_sigma = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        if sin_sigma == 0.0:
            return 0.0
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_sigma
        cos2 = 1 - sin_alpha**2
        cos2m = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2 if cos2 > 1e-15 else 0.0
        c = f / 16 * cos2 * (4 + f * (4 - 3 * cos2))
        before, lam = (
            lam,
            wanted + (1 - c) * f * sin_alpha * (sigma + c * sin_sigma * (cos2m + c * cos_sigma * (2 * cos2m**2 - 1))),
        )
        if abs(lam - before) < 1e-15:
            break
    u = cos2 * (a * a - b * b) / (b * b)
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    small = cos_sigma * (2 * cos2m**2 - 1) - big_b / 6 * cos2m * (4 * sin_sigma**2 - 3) * (4 * cos2m**2 - 3)
    return b * big_a * (sigma - big_b * sin_sigma * (cos2m + big_b / 4 * small))


def standing(lat: float, lon: float) -> list[Sample]:
    """Return the track of a balloon [rad]."""
    at = surface(lat, lon)
    return [Sample(t, at, 5000.0, math.nan, t == 0.0, 0.0, 0.0) for t in (0.0, 20.0)]


def horizontal_distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return d_h [m] as the kernel has it, for two that hang in the air."""
    rules = Rules(60_000.0, 300.0, 150.0, 450.0)
    rows = compiled([standing(lat1, lon1), standing(lat2, lon2)], [0, 1], rules, [(0.0, 30.0)])
    return float(rows[rows[:, passage.KIND] == passage.NOMINAL][0, passage.D_H])


@settings(max_examples=150, deadline=None)
@given(
    lat=st.floats(-90, 90), lon=st.floats(-180, 180), azimuth=st.floats(0, 2 * math.pi),
    way=st.floats(20.0, 36_000.0),
)  # fmt: skip
def test_distances_are_those_of_the_ellipsoid(lat, lon, azimuth, way):
    phi, lam = math.radians(lat), math.radians(lon)
    arc = way / 6371000.0
    phi2 = math.asin(
        max(-1.0, min(1.0, math.sin(phi) * math.cos(arc) + math.cos(phi) * math.sin(arc) * math.cos(azimuth)))
    )
    lam2 = lam + math.atan2(
        math.sin(azimuth) * math.sin(arc) * math.cos(phi), math.cos(arc) - math.sin(phi) * math.sin(phi2)
    )
    assert horizontal_distance(phi, lam, phi2, lam2) == pytest.approx(
        geodesic(phi, lam, phi2, lam2), rel=2e-6, abs=1e-3
    )


def test_a_sphere_would_be_noticed():
    """Control: the haversine on a sphere is off by more than the test above allows."""
    real = geodesic(0.1, 0.2, 0.101, 0.2)
    assert abs(0.001 * plain.MEAN - real) > 1000 * (2e-6 * real + 1e-3)
    assert real == pytest.approx(horizontal_distance(0.1, 0.2, 0.101, 0.2), rel=2e-6)


def test_places_lie_where_they_should():
    assert {name for name, (lat, _) in PLACES.items() if abs(lat) > 89} == {"north pole", "south pole", "near the pole"}
