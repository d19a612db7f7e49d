"""Verdicts on plots: against the plain reading, injected faults by name, a stream cut anywhere like the whole."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.kernel import cleaning
from armslength.kernel import reference_cleaning as plain
from armslength.kernel.reference_cleaning import Plot
from kernel.flights import NAN, surface

GAP, DROP, HARDEST = 60.0, 600.0, 9.8
FAULTS = (
    "duplicate",
    "elsewhere",
    "jump",
    "moved",
    "frozen",
    "spike",
    "climb",
    "slow",
    "hop",
    "hole",
    "silence",
    "bare",
)
SEEDS = st.integers(0, 2**32 - 1)


def flight(seed: int, every: float = 5.0, plots: int = 40, speed: float = 220.0, level: float = 9000.0) -> list[Plot]:
    """Return a straight flight eastwards with all that a good receiver says."""
    rng = random.Random(seed)
    lat, lon, t = rng.uniform(-1.2, 1.2), rng.uniform(-3.0, 3.0), rng.uniform(0, 100)
    out = []
    for _ in range(plots):
        clock = rng.choice([0.0, 0.1, 0.58])
        out.append(Plot(t, surface(lat, lon), speed + rng.uniform(-3, 3), 50.0, level, level + 60.0, clock))
        step = every * rng.uniform(0.8, 1.2)
        t, lon = t + step, lon + speed * step / 6378137.0 / math.cos(lat)
    return out


def moved(plot: Plot, metres: float) -> Plot:
    """Return `plot` so far away, over ground to within what matters here."""
    x, y, z = plot.place
    flat = math.hypot(x, y)
    c, s = math.cos(metres / flat), math.sin(metres / flat)
    return replace(plot, place=(x * c - y * s, x * s + y * c, z))


def injured(plots: list[Plot], fault: str, at: int, rng: random.Random) -> list[Plot]:
    """Return the flight with one fault from plot `at` on."""
    out = list(plots)
    match fault:
        case "duplicate":
            out.insert(at, out[at])
        case "elsewhere":
            out.insert(at + 1, moved(out[at], 30_000.0))
        case "jump":
            out[at] = moved(out[at], rng.choice([-1, 1]) * 30_000.0)
        case "moved":
            out[at:] = [moved(p, 60_000.0) for p in out[at:]]
        case "frozen":
            out[at : at + 5] = [replace(p, place=out[at].place) for p in out[at : at + 5]]
        case "spike":
            out[at] = replace(out[at], baro=out[at].baro - 5000.0)
        case "climb":
            out[at:] = [replace(p, baro=p.baro - 4000.0) for p in out[at:]]
        case "slow":
            out[at] = replace(out[at], gs=10.0)
        case "hop":
            out[at:] = [moved(p, 1900.0) for p in out[at:]]
        case "hole":
            del out[at : at + 15]
        case "silence":
            out[at:] = [replace(p, t=p.t + 700.0) for p in out[at:]]
        case "bare":
            out = [replace(p, gs=NAN, accuracy=NAN, geo=NAN) for p in out]
    return out


def compiled(flights: list[list[Plot]], cuts: list[float]):
    """Return what the kernel says of each flight, fed in pieces cut at the times `cuts`."""
    count = len(flights)
    state = np.full((count, cleaning.STATE), NAN)
    state[:, list(cleaning.COUNTERS)] = 0.0
    said = [plain.Cleaned() for _ in flights]
    for low, high in zip([-math.inf, *cuts], [*cuts, math.inf], strict=True):
        mine = [[p for p in f if low <= p.t < high] for f in flights]
        flat = [p for f in mine for p in f]
        start = np.concatenate([[0], np.cumsum([len(f) for f in mine])]).astype(np.int64)
        column = {name: np.array([getattr(p, name) for p in flat], np.float64)
                  for name in ("t", "gs", "accuracy", "baro", "geo", "clock")}  # fmt: skip
        xyz = np.array([p.place for p in flat], np.float64).reshape(-1, 3).T.copy()
        verdict, linked = np.empty(len(flat), np.uint8), np.empty(len(flat), np.bool_)
        misfit, events = np.empty(len(flat)), np.empty((len(flat), 3))
        n, lost = cleaning.clean(
            start, np.arange(count), column["t"], xyz, column["gs"], column["accuracy"], column["baro"], column["geo"],
            column["clock"], np.full(count, 850.0), np.full(count, HARDEST), GAP, DROP, state, verdict, linked, misfit,
            events,
        )  # fmt: skip
        said[0].levels_lost += lost
        for k, kind, t in events[:n].tolist():
            said[int(k)].events.append((int(kind), t))
        for k in range(count):
            part = slice(start[k], start[k + 1])
            for name, values in (
                ("verdict", verdict),
                ("linked", linked),
                ("misfit", np.round(misfit, 6) + 0.0),
                ("baro", column["baro"]),
                ("geo", column["geo"]),
            ):
                getattr(said[k], name).extend(values[part].tolist())
    return said


def shown(said: list[plain.Cleaned]) -> str:
    """Return all of it as text: NaN is then equal to NaN."""
    return repr(
        [(c.verdict, c.linked, [round(m, 6) + 0.0 for m in c.misfit], c.baro, c.geo, c.events) for c in said]
    ) + str(sum(c.levels_lost for c in said))


@st.composite
def skies(draw):
    """Some flights with some faults, and where to cut the stream."""
    rng = random.Random(draw(SEEDS))
    flights = []
    for _ in range(draw(st.integers(1, 3))):
        one = flight(rng.randrange(2**32), rng.choice([0.5, 1.0, 5.0, 12.0, 30.0]), rng.randint(5, 40))
        for fault in draw(st.lists(st.sampled_from(FAULTS), max_size=4)):
            one = injured(one, fault, rng.randrange(max(len(one), 1)), rng) if one else one
        flights.append(sorted(one, key=lambda p: p.t))
    span = max((p.t for f in flights for p in f), default=1.0)
    return flights, sorted(draw(st.lists(st.floats(0.0, span), max_size=6)))


@settings(max_examples=150, deadline=None)
@given(skies())
def test_the_same_as_read_plainly_wherever_the_stream_is_cut(sky):
    flights, cuts = sky
    expected = shown([plain.clean(f, 850.0, HARDEST, GAP, DROP) for f in flights])
    assert shown(compiled(flights, cuts)) == expected
    assert shown(compiled(flights, [])) == expected


def test_a_planted_bug_is_noticed():
    """Control: a limit that is off, and a state that is forgotten between batches, both show."""
    flights = [injured(flight(3), fault, 20, random.Random(1)) for fault in ("jump", "hop", "spike")]
    right = shown(compiled(flights, []))
    assert shown([plain.clean(f, 850.0, HARDEST, GAP, DROP) for f in flights]) == right
    assert shown([plain.clean(f, 9000.0, HARDEST, GAP, DROP) for f in flights]) != right
    assert shown([plain.clean(f, 850.0, HARDEST, 4.0, DROP) for f in flights]) != right
    halves = [compiled([f[:20] for f in flights], []), compiled([f[20:] for f in flights], [])]
    assert [len(a.verdict) + len(b.verdict) for a, b in zip(*halves, strict=True)] == [len(f) for f in flights]
    assert [a.verdict + b.verdict for a, b in zip(*halves, strict=True)] != [c.verdict for c in compiled(flights, [])]


def verdicts(fault: str) -> tuple[Counter[int], set[int], plain.Cleaned]:
    said = compiled([injured(flight(7), fault, 20, random.Random(2))], [])[0]
    return Counter(said.verdict), {kind for kind, _ in said.events}, said


@pytest.mark.parametrize(
    ("fault", "aside", "events"),
    [
        ("duplicate", {cleaning.DUPLICATE: 1}, set()),
        ("elsewhere", {cleaning.CONFLICTING: 1}, {cleaning.TWO_PLACES}),
        ("jump", {cleaning.JUMP: 1}, set()),
        ("moved", {cleaning.JUMP: 2}, {cleaning.RELOCATED}),
        ("frozen", {cleaning.FROZEN: 4}, {cleaning.STALE, cleaning.ERRATIC}),
        ("spike", {}, set()),
        ("climb", {}, {cleaning.LEVEL_JUMPED}),
        ("slow", {}, {cleaning.TOO_SLOW, cleaning.HOPPED}),
        ("hop", {}, {cleaning.HOPPED}),
        ("hole", {}, set()),
        ("silence", {}, set()),
        ("bare", {}, set()),
    ],
)
def test_each_fault_gets_its_name(fault, aside, events):
    counts, kinds, said = verdicts(fault)
    del counts[cleaning.KEPT]
    assert dict(counts) == aside
    assert kinds <= events | {cleaning.HOPPED}
    assert events - {cleaning.HOPPED, cleaning.ERRATIC} <= kinds
    if fault == "spike":
        assert said.levels_lost == 1
        assert math.isnan(said.baro[20])
    if fault == "climb":
        assert said.levels_lost == 2
    if fault in ("moved", "silence", "hole"):
        assert said.linked.count(False) == 1 + len([v for v in said.verdict if v]) + 1


def turning(load: float, speed: float, every: float, noise: float, seed: int) -> list[Plot]:
    """Return a fighter in a turn of `load` g, seen every so often with that much noise, honestly reported."""
    rng = random.Random(seed)
    rate = load * 9.80665 / speed
    lat0, lon0 = 0.6, 0.7
    out = []
    for i in range(200):
        t = i * every + 100.0
        x, y = speed / rate * math.sin(rate * t), speed / rate * (1 - math.cos(rate * t))
        x, y = x + rng.gauss(0, noise / 2.45), y + rng.gauss(0, noise / 2.45)  # 95 % within `noise`
        place = surface(lat0 + y / 6371000.0, lon0 + x / 6371000.0 / math.cos(lat0))
        out.append(Plot(t, place, speed, noise if noise > 0 else NAN, 7000.0, NAN))
    return out


@pytest.mark.parametrize(
    ("load", "speed", "every", "noise"),
    [(5.0, 250.0, 1.0, 20.0), (7.0, 300.0, 1.0, 50.0), (0.01, 300.0, 10.0, 300.0), (0.3, 230.0, 10.0, 100.0),
     (0.02, 4.0, 1.0, 10.0), (3.0, 250.0, 4.0, 0.0)],
)  # fmt: skip
def test_honest_flight_makes_no_event_and_loses_no_plot(load, speed, every, noise):
    for seed in range(10):
        plots = turning(load, speed, every, noise, seed)
        if speed < 30.0:
            plots = [replace(p, baro=500.0) for p in plots]
        said = compiled([plots], [])[0]
        assert set(said.verdict) == {cleaning.KEPT}
        assert said.events == []
        assert max(said.misfit) < 60.0
        assert said.linked.count(False) == 1


@settings(max_examples=80, deadline=None)
@given(
    levels=st.lists(st.one_of(st.just(NAN), st.floats(0, 12_000)), max_size=25), seed=SEEDS,
    longest=st.sampled_from([0.0, 5.0, 20.0]),
)  # fmt: skip
def test_holes_in_the_level_are_filled_as_read_plainly(levels, seed, longest):
    rng = random.Random(seed)
    t = np.cumsum([rng.choice([0.5, 1.0, 5.0]) for _ in levels], dtype=np.float64)
    half = len(levels) // 2
    level = np.array(levels, np.float64)
    filled = cleaning.fill_levels(np.array([0, half, len(levels)]), t, level, longest)
    expected = [*plain.fill_levels(t[:half].tolist(), levels[:half], longest),
                *plain.fill_levels(t[half:].tolist(), levels[half:], longest)]  # fmt: skip
    np.testing.assert_allclose(level, expected, rtol=1e-12)
    assert filled == sum(map(math.isnan, levels)) - sum(map(math.isnan, expected))


@settings(max_examples=80, deadline=None)
@given(values=st.lists(st.floats(0, 100), max_size=30), seed=SEEDS, reach=st.sampled_from([0.0, 3.0, 60.0]))
def test_the_worst_ahead_is_that_of_the_next_minute(values, seed, reach):
    rng = random.Random(seed)
    t = np.cumsum([rng.choice([0.0, 0.5, 2.0, 40.0]) for _ in values], dtype=np.float64)
    half, out = len(values) // 3, np.empty(len(values))
    cleaning.worst_ahead(np.array([0, half, half, len(values)]), t, np.array(values, np.float64), reach, out)
    times = t.tolist()
    assert out.tolist() == [
        *plain.worst_ahead(times[:half], values[:half], reach),
        *plain.worst_ahead(times[half:], values[half:], reach),
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9).map(float)), max_size=40))
def test_plots_are_sorted_by_aircraft_and_time_and_equal_times_keep_their_order(rows):
    aircraft, t = [a for a, _ in rows], [s for _, s in rows]
    order, start, late = cleaning.by_aircraft(np.array(aircraft, np.int32), np.array(t, np.float64), 5)
    assert (order.tolist(), start.tolist(), late) == plain.by_aircraft(aircraft, t, 5)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(0, 100), st.integers(0, 2)), max_size=40).map(sorted),
    best=st.integers(0, 2), gap=st.sampled_from([0.0, 3.0, 10.0]), edge=st.sampled_from([0.0, 1.0, 4.0]),
)  # fmt: skip
def test_other_recordings_speak_only_where_the_best_is_silent(rows, best, gap, edge):
    t, file = [s for s, _ in rows], [f for _, f in rows]
    keep = np.empty(len(rows), np.bool_)
    dropped = cleaning.choose_source(
        np.array([0, len(rows)]), np.array(t, np.float64), np.array(file, np.int32), np.array([best]), np.array([gap]),
        np.array([edge]), keep,
    )  # fmt: skip
    assert keep.tolist() == plain.choose_source(t, file, best, gap, edge)
    assert dropped == keep.tolist().count(False)
