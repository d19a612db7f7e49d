"""However a look is cut, and whatever comes in between, it finds the same; the most urgent is found first."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.domain.alert import AlertChange, Kind, Tier
from armslength.domain.picture import Source
from armslength.domain.plot import Plot
from armslength.engine.watch import believing, continuing
from armslength.engine.watch import watch as watch_module
from armslength.node.core import core as core_module
from armslength.node.core.inputs import Agreed, FrameIn, PlotsIn, Stopped, Tick
from armslength.node.core.watching import Watching
from armslength.node.membership import load_membership
from armslength.units import NS
from node.core.pair import BEGIN_NS, MEMBERS, Pair, terms_of

SECONDS, PAIRS = 9, 14
Found = list[tuple[str, AlertChange]]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a few pairs make many pieces."""
    monkeypatch.setattr(believing, "JUDGED_AT_ONCE", 3)
    monkeypatch.setattr(continuing, "GROUPED_AT_ONCE", 2)
    monkeypatch.setattr(watch_module, "TOLD_AT_ONCE", 2)
    yield


def sky(second: int, pairs: int = PAIRS) -> tuple[Plot, ...]:
    """Return plots of pairs that close, some two by two, the first ones nearest; every fifth passes and parts."""
    t, out = BEGIN_NS + second * NS, []
    for k in range(pairs):
        lat, lon = 30.0 + 0.5 * (k // 2) + 0.005 * (k % 2) * (k % 3), 10.0
        flown = 0.003 * second
        apart = 0.02 if k % 5 == 4 else 0.08 + 0.02 * k
        out += [
            Plot(t, f"d1{k:04x}", lat, lon + flown, "", 9000.0, 9000.0, 250.0, 90.0, 0.0, False, 50.0),
            Plot(t, f"d2{k:04x}", lat, lon + apart - flown, "", 9000.0, 9000.0, 250.0, 270.0, 0.0, False, 50.0),
        ]
    return tuple(out)


def eyes() -> Watching:
    """Return a node's eyes under one agreement."""
    watching = Watching("NORTH", load_membership(MEMBERS, "m.toml", None), [Source("radar", False), Source("adsb")])
    watching.adopt({"SOUTH": Agreed("SOUTH", "POST", "key", "a", "sha256:1", version=1, terms=terms_of())})
    return watching


def seen(cuts: list[float] | None, between: bool = True) -> tuple[list[Found], int]:
    """Return what each look found, and how many cuts there were.

    Args:
        cuts: what each stretch of a look may cost [us], again and again; None: every look in one go.
        between: the plots of the next second come after the first stretch; else after the look.
    """
    watching, looks, count = eyes(), list[Found](), 0
    watching.take(PlotsIn("radar", sky(0)), BEGIN_NS)
    for second in range(SECONDS):
        now_ns, more = BEGIN_NS + second * NS + NS // 10, PlotsIn("radar", sky(second + 1))
        found: Found = []
        watching.begin(now_ns)
        at = 0
        while watching.looks:
            changes, _ = watching.go_on(inf if cuts is None else cuts[at % len(cuts)])
            found += changes
            if at == 0 and between and watching.looks:
                watching.take(more, now_ns)
                more = PlotsIn("radar", ())
            at += 1
        watching.take(more, now_ns)
        count += at
        looks.append(found)
    return looks, count


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.5, 400.0), min_size=1, max_size=5))
def test_however_it_is_cut_a_look_finds_the_same(cuts: list[float]) -> None:
    whole, one_each = seen(None)
    assert one_each == SECONDS and sum(map(len, whole)) > 2 * PAIRS
    found, count = seen(cuts)
    assert count > 2 * SECONDS
    assert [list(map(repr, look)) for look in found] == [list(map(repr, look)) for look in whole]


def test_a_look_that_is_about_what_came_meanwhile_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a watch that tells from the picture as it is by then, not as it was when the look began."""
    whole, _ = seen(None)
    real = Watching.go_on

    def drifting(self: Watching, most_us: float) -> tuple[Found, float]:
        if self.snapshot is not None and self.looks:
            fresh = self.picture.snapshot(self.snapshot.now_ns)
            if fresh.addresses == self.snapshot.addresses:
                self.snapshot.lon[:], self.snapshot.gs_mps[:] = fresh.lon, fresh.gs_mps
                self.snapshot.age_s[:] = fresh.age_s + 1.0
        return real(self, most_us)

    monkeypatch.setattr(Watching, "go_on", drifting)
    found, _ = seen([50.0])
    assert [list(map(repr, look)) for look in found] != [list(map(repr, look)) for look in whole]


def test_the_most_urgent_and_nearest_are_found_in_the_first_stretch() -> None:
    looks, _ = seen([1.0])
    opened = max((look for look in looks), key=len)
    ranks = [(-change.alert.tier, change.alert.d_h_m) for _, change in opened if change.kind is not Kind.CLOSED]
    tiers = [tier for tier, _ in ranks]
    assert (len(set(tiers)) > 1 and tiers == sorted(tiers) and -Tier.NEAR in tiers) or -Tier.INSIDE in tiers


def test_no_stretch_costs_much_more_than_it_may_and_a_whole_look_does() -> None:
    for most in (60.0, 200.0):
        watching = eyes()
        for second in range(4):
            watching.take(PlotsIn("radar", sky(second, 60)), BEGIN_NS + second * NS)
            watching.begin(BEGIN_NS + second * NS + NS // 10)
            costs = []
            while watching.looks:
                costs.append(watching.go_on(most)[1])
            # to place all tracks is one piece, so is to search them, and so is to put pairs together
            assert max(costs[2:], default=0.0) <= most + 60 * continuing.GROUPED_US + watch_module.TOLD_US
        assert sum(costs) > 10 * most


def flood() -> Pair:
    """Return a pair whose NORTH has a look in hand."""
    pair = Pair()
    pair.mend()
    pair.run(2.0)
    for second in range(3):
        t = pair.now.utc_ns
        for source in ("radar", "adsb"):
            pair.give(pair.north, PlotsIn(source, tuple(p._replace(time_ns=t) for p in sky(second, 60))))
        if second < 2:
            pair.run(1.0)
    pair.mono += 1.0
    pair.give(pair.north, Tick())
    return pair


def test_frames_do_not_wait_for_the_rest_and_ticks_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_module.Core._look_on, "__defaults__", (100.0,))
    pair = flood()
    core = pair.north.core
    assert core.watching.looks and core.next_deadline() == -inf
    hand = core.watching._in_hand
    before = len(pair.north.told)
    pair.give(pair.north, FrameIn(pair.connection, b"{}"))
    assert core.watching._in_hand is hand and not [t for t in pair.north.told[before:] if t["event"] == "alert"]
    ticks = 0
    while core.watching.looks:
        pair.give(pair.north, Tick())
        ticks += 1
    assert ticks > 10


@pytest.mark.parametrize("how", ["terms", "stopped"])
def test_what_ends_a_look_loses_nothing_of_it(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_module.Core._look_on, "__defaults__", (100.0,))
    pair = flood()
    core = pair.north.core
    assert core.watching.looks
    if how == "stopped":
        pair.give(pair.north, Stopped())
    else:
        from armslength.node.core.inputs import Standings

        pair.give(pair.north, Standings((pair.agreed(pair.north),)))
    assert not core.watching.looks
    while core._flood:
        pair.give(pair.north, Tick())
    told = {t["id"] for t in pair.north.told if t["event"] == "alert" and t["change"] == "opened"}
    assert {alert.id for _, alert in core.watching.open_alerts()} <= told
    assert len(told) >= 40
