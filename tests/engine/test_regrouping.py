"""Elements that split, join and regroup: an alert goes on, nobody is alarmed or told again and again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from armslength.domain.alert import Alert, AlertChange, Kind, Tier
from armslength.domain.picture import Snapshot
from armslength.engine.watch import watch as watching
from armslength.engine.watch.elements import Elements
from armslength.engine.watch.memory import Memory, key, pairs_of
from engine.live import Craft, Live

Told = list[tuple[float, AlertChange]]
NS = 1_000_000_000
SECONDS = 95


class Regrouped(Elements):
    """Elements as a seeded draw wants them, anew every second: any split of either side into parts of up to four."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def update(
        self, snapshot: Snapshot, x: NDArray[np.float64], group: NDArray[np.int64], alone: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        lead = np.arange(len(snapshot))
        for party in (0, 1):
            rows = np.flatnonzero(group == party)
            part = self.rng.integers(0, self.rng.integers(1, 5), len(rows))
            for one in set(part.tolist()):
                lead[rows[part == one]] = rows[part == one][0]
        return lead


def two_flights(apart: float = 32_000.0) -> list[Craft]:
    """Return four against four, head on, 400 m apart within a flight."""

    def flight(name: str, party: int, e: float, track: float) -> list[Craft]:
        return [Craft(f"00{name}{k}", party, e, 400.0 * k, track, 200.0) for k in range(4)]

    return flight("aa", 0, -apart / 2, 90.0) + flight("bb", 1, apart / 2, 270.0)


def flown(seed: int | None) -> Told:
    """Return what is told of two flights that meet; with a seed their elements change every second."""
    live = Live(two_flights(), noise=30.0, seed=1 if seed is None else seed)
    if seed is not None:
        live.watch._elements = Regrouped(seed)
    return live.run(SECONDS)


def alarms(told: Told) -> int:
    return sum(change.sounded for _, change in told)


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 10_000))
def test_regrouping_every_second_alarms_at_most_once_for_each_pair_and_tier(seed: int) -> None:
    """Of 16 pairs, regrouped 95 times: each alarm is the first at its tier of every pair of members that it is about.

    Grouped as they fly, four against four, there is one alarm for each tier.
    """
    told = flown(seed)
    at_tier = [change.alert.tier for _, change in told if change.sounded]
    assert at_tier and all(at_tier.count(tier) <= 16 for tier in Tier)
    first: dict[Tier, set[tuple[str, str]]] = {}
    for _, change in told:
        if change.sounded:
            assert not first.setdefault(change.alert.tier, set()) & pairs_of(change.alert)
            first[change.alert.tier] |= pairs_of(change.alert)
    plain = [change.alert.tier for _, change in flown(None) if change.sounded]
    assert len(plain) == len(set(plain))


def test_without_memory_the_same_regrouping_would_alarm_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: whose alerts have no memory and no heirs sounds at every regrouping."""
    monkeypatch.setattr(watching, "heirs", lambda known, groups: {})
    monkeypatch.setattr(Memory, "tier", lambda self, pairs, now_ns: 0)
    assert min(alarms(flown(seed)) for seed in (1, 2)) > 60


@pytest.mark.parametrize("seed", range(2))
def test_no_pair_of_members_is_advised_of_twice_at_one_tier(seed: int) -> None:
    """As the node decides whether to send: of every advisory sent, no pair of members had one at that tier."""
    memory, said = Memory(600.0), list[tuple[Alert, int]]()
    for t, change in flown(seed):
        now_ns, about = Live.ns(t), pairs_of(change.alert)
        if change.kind is not Kind.CLOSED and change.alert.tier > memory.tier(about, now_ns):
            memory.note(about, change.alert.tier, now_ns)
            said.append((change.alert, int(change.alert.tier)))
    assert 1 <= len(said) <= 48
    for at, (alert, tier) in enumerate(said):
        for other, before in said[:at]:
            assert tier > before or not pairs_of(alert) & pairs_of(other)


def parts_of(told: Told, t: float) -> dict[str, set[tuple[str, str]]]:
    """Return the alerts told at `t`, by id: the pairs of members."""
    return {c.alert.id: set(pairs_of(c.alert)) for at, c in told if at == t and c.kind is not Kind.CLOSED}


class Split(Elements):
    """Both aircraft of a party are together until `begin`, apart until `end`, then together again. Counted in looks."""

    def __init__(self, begin: int, end: int) -> None:
        super().__init__()
        self.looks, self.begin, self.end = -1, begin, end

    def update(
        self, snapshot: Snapshot, x: NDArray[np.float64], group: NDArray[np.int64], alone: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        self.looks += 1
        lead = np.arange(len(snapshot))
        if not self.begin <= self.looks < self.end:
            for party in (0, 1):
                rows = np.flatnonzero(group == party)
                lead[rows] = rows[0]
        return lead


def test_the_older_name_stays_with_the_nearest_part_and_comes_back_after_the_join() -> None:
    near, far = Craft("0000a1", 0, -20_000.0, 0.0, 90.0, 200.0), Craft("0000a2", 0, -20_000.0, 1500.0, 90.0, 200.0)
    live = Live([near, far, Craft("0000b1", 1, 20_000.0, 0.0, 270.0, 200.0)])
    live.watch._elements = Split(20, 26)
    told = live.run(40)
    (whole,) = parts_of(told, 15.0)
    both = parts_of(told, 22.0)
    assert len(both) == 2 and both[whole] == {key("0000a1", "0000b1")}
    part = next(name for name in both if name != whole)
    assert not any(change.alert.sounds for t, change in told if change.alert.id == part)
    assert any("sounded already" in note for t, c in told if c.alert.id == part for note in c.alert.notes)
    assert list(parts_of(told, 30.0)) == [whole]
    assert [t for t, c in told if c.kind is Kind.CLOSED and c.alert.id == part] == [35.0]
    assert alarms(told) <= 2


def test_the_other_part_sounds_where_it_is_more_urgent_than_anything_that_did() -> None:
    """The part that turns in is inside first, and alarms, though the other part kept the name."""
    turn = Craft("0000a2", 0, -16_000.0, 1800.0, 90.0, 260.0)
    live = Live(
        [Craft("0000a1", 0, -16_000.0, 0.0, 90.0, 200.0), turn, Craft("0000b1", 1, 16_000.0, 0.0, 270.0, 150.0)]
    )
    live.watch._elements = Split(10, 1000)
    told = live.run(70)
    inside = [(t, c.alert.first.leading) for t, c in told if c.sounded and c.alert.tier == Tier.INSIDE]
    assert [leading for _, leading in inside] == ["0000a2"]


def test_what_comes_back_after_the_alert_was_over_sounds_again() -> None:
    """They meet, pass, and after three minutes turn about and meet again: a new encounter of the same two."""
    one, other = Craft("0000a1", 0, -12_000.0, 0.0, 90.0, 200.0), Craft("0000b1", 1, 12_000.0, 0.0, 270.0, 200.0)
    live = Live([one, other])
    assert alarms(live.run(60)) >= 1
    assert live.run(120, begin=60.0)[-1][1].kind is Kind.CLOSED
    east, west = one.place(180.0)[0], other.place(180.0)[0]
    live.crafts = [
        replace(one, track=270.0, e=east + 200.0 * 180.0), replace(other, track=90.0, e=west - 200.0 * 180.0)
    ]  # fmt: skip
    assert alarms(live.run(120, begin=180.0)) >= 1
