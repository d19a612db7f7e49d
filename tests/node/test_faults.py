"""The faults of two real recordings, found there and put into real traffic: none of them makes a certain near miss."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from armslength.agreement.terms import default_terms
from armslength.domain.encounter import CERTAIN, NEAR_MISS, NOT_DETERMINABLE
from armslength.kernel import cleaning
from armslength.node.replay import Outcome, Request, replay
from node.faults import Flight, broken, crossing, faulty, flights, signature, stretches, table
from shared import shared_data

NEAR_M = default_terms().near_miss.slant_m
SECONDS = 300
TRAFFIC = {"switzerland": 15.0, "zurich_airport": 15.0}


@cache
def sky(name: str) -> list[Flight]:
    some = flights(shared_data("recordings", f"{name}.json.gz"))
    return stretches(some, TRAFFIC[name], 200.0, 900.0)


@cache
def faults(name: str) -> tuple[Flight, list[int]]:
    one = flights(shared_data("recordings", f"{name}.json.gz"))[0]
    return one, broken(one, SECONDS, 240)


def played(path: Path, text: str) -> Outcome:
    path.write_text(text)
    return replay(Request([path], default_terms(), "default profile"))


def steered(one: Flight, faulty_one: Flight, moment: int, other: Flight) -> tuple[Flight, Flight]:
    """Return the true and the faulty flight, moved so that the faulty one is where `other` is at plot `moment`."""
    lat, lon = other.lat[moment] - faulty_one.lat[moment], other.lon[moment] - faulty_one.lon[moment]
    return replace(one, lat=one.lat + lat, lon=one.lon + lon), replace(
        faulty_one, lat=faulty_one.lat + lat, lon=faulty_one.lon + lon
    )


def apart(one: Flight, other: Flight) -> float:
    """Return the least slant distance of two flights in step [m]."""
    north, east = (one.lat - other.lat) * 111_195.0, (one.lon - other.lon) * 111_195.0 * np.cos(np.radians(one.lat))
    return float(np.min(np.sqrt(north**2 + east**2 + (one.level - other.level) ** 2)))


def with_faults(traffic: str, source: str, seed: int, injure=True) -> tuple[list[Flight], dict[str, float]]:
    """Return traffic in which every flight is crossed by a faulty one, and how near each of these truly came [m]."""
    rng = random.Random(seed)
    wrong, begins = faults(source)
    out, truth = [], {}
    for i, other in enumerate(rng.sample(sky(traffic), min(10, len(sky(traffic))))):
        begin = rng.randrange(0, max(len(other.t) - SECONDS, 1))
        moment = min(rng.randrange(begin, begin + SECONDS), len(other.t) - 1)
        speed = rng.choice([30.0, 120.0, 230.0, 250.0])
        true = crossing(other, moment, rng.uniform(0, 2 * math.pi), speed, f"{0xBAD000 + i:06x}")
        fault = signature(wrong, rng.choice(begins), SECONDS)
        seen = faulty(true, fault, begin) if injure else true
        true, seen = steered(true, seen, moment, other)
        out += [other, seen]
        truth[true.address] = apart(true, other)
    return out, truth


def false_certainties(outcome: Outcome, truth: dict[str, float]) -> list[str]:
    """Return what is called a certain near miss, or a breach, and never was near."""
    said = []
    for e in outcome.encounters:
        far = [truth[a] for a in (e.first, e.second) if a in truth]
        if far and min(far) > NEAR_M and e.level == NEAR_MISS and (e.certainty == CERTAIN or e.breach):
            if e.breach and "longer than" in e.note:
                continue
            said.append(f"{e.first} {e.second} {e.slant_m:.0f} m, truly {min(far):.0f} m: {e.note}")
    return said


@pytest.mark.parametrize("fine", [True, False], ids=["fine", "coarse"])
@pytest.mark.parametrize("source", ["noisy_spoofing", "noisy_time_issue"])
@pytest.mark.parametrize("traffic", sorted(TRAFFIC))
def test_no_fault_makes_a_certain_near_miss(tmp_path, traffic, source, fine):
    near = 0
    for seed in range(6):
        some, truth = with_faults(traffic, source, seed)
        outcome = played(tmp_path / f"{seed}.csv", table(some, random.Random(seed), fine))
        assert not false_certainties(outcome, truth)
        marks, epoch = outcome.tracker.marks, outcome.tracker.epoch_ns or 0
        for e in outcome.encounters:
            near += e.level == NEAR_MISS
            for address in {e.first, e.second} & truth.keys():
                t = (e.t_closest - epoch) / 1e9
                if marks.why(outcome.roster.index(address), t, t):
                    assert e.certainty == NOT_DETERMINABLE
                    assert "rests on an implausible track: " in e.note
                    assert address in e.note
                    assert not e.breach
    assert near >= 15  # the faulty flights do come near, as they are seen


def test_the_same_crossings_without_faults_are_certain(tmp_path):
    """Control: what is seen as well as this is called certain, unless the faults are in it."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(4):
        some, _ = with_faults("switzerland", "noisy_spoofing", seed, injure=False)
        outcome = played(tmp_path / f"{seed}.csv", table(some, random.Random(seed), True))
        counts.update((e.level, e.certainty) for e in outcome.encounters)
    assert counts[NEAR_MISS, CERTAIN] >= 15


def test_forgotten_misfits_are_noticed(tmp_path, monkeypatch):
    """Control: were the bounds not widened where places and speeds do not fit, faults would be called certain."""
    monkeypatch.setattr(cleaning, "worst_ahead", lambda start, t, value, reach, out: out.fill(0.0))
    said = []
    for seed in range(12):
        some, truth = with_faults("switzerland", "noisy_time_issue", seed)
        outcome = played(tmp_path / f"{seed}.csv", table(some, random.Random(seed), True))
        said += false_certainties(outcome, truth)
    assert said


def test_a_track_that_jumps_onto_another_is_marked(tmp_path):
    """30 km at once, then for minutes in close formation with somebody: implausible, and the encounter says so."""
    for seed in range(4):
        rng = random.Random(seed)
        other = rng.choice([f for f in sky("switzerland") if len(f.t) >= 600])
        n = len(other.t)
        away = np.where((np.arange(n) >= n // 3) & (np.arange(n) < n // 2), 0.0, 0.3)
        seen = replace(other, address="bad000", lat=other.lat + away + 50.0 / 111_195.0)
        outcome = played(tmp_path / f"{seed}.csv", table([other, seen], rng, True))
        assert outcome.aside.counts["position jump"] == 4
        [found] = outcome.encounters
        assert (found.level, found.certainty, found.breach) == (NEAR_MISS, NOT_DETERMINABLE, False)
        assert "rests on an implausible track: " in found.note
        assert "bad000 moved faster than any aircraft flies" in found.note


def test_garbage_in_the_level_makes_no_near_miss(tmp_path):
    """Single levels of somebody else, as noisy_time_issue has them: taken as unknown, counted."""
    other = next(f for f in sky("switzerland") if len(f.t) >= 600)
    level = other.level + 3000.0
    level[200:400:7] = other.level[200:400:7]
    seen = replace(other, address="bad000", level=level)
    outcome = played(tmp_path / "x.csv", table([other, seen], random.Random(1), True))
    assert outcome.encounters == []
    assert outcome.tracker.notes["levels that cannot be, taken as unknown"] == 29


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("noisy_spoofing", {"too slow for its level"}),
        ("noisy_time_issue", {"positions and times do not fit each other"}),
    ],
)
def test_the_faults_are_found_in_the_recordings_themselves(name, reasons):
    path = shared_data("recordings", f"{name}.json.gz")
    outcome = replay(Request([path], default_terms(), "default profile"))
    said = {o.why for marks in outcome.tracker.marks.by_aircraft.values() for o in marks}
    assert reasons <= said
    assert sum(outcome.aside.counts.values()) > 1000
    if name == "noisy_time_issue":
        assert outcome.tracker.notes["levels that cannot be, taken as unknown"] > 10
