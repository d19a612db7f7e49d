"""The live watch: tiers in time, no flapping, elements, who is told what, and the same for both sides."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import Area, Circle, default_terms
from armslength.domain.alert import Alert, AlertChange, Join, Kind, Tier
from armslength.domain.picture import Source
from armslength.engine.watch.steadying import HOLD_S, Steady, wanted
from armslength.errors import InputError
from engine.live import BEGIN_NS, FT, NM, NS, Craft, Live, head_on

Told = list[tuple[float, AlertChange]]


def of_kind(told: Told, *kinds: Kind) -> Told:
    return [(t, change) for t, change in told if change.kind in kinds]


def steps(told: Told) -> list[tuple[Kind, Tier]]:
    """Return the changes but for the updates."""
    return [(change.kind, change.alert.tier) for _, change in told if change.kind is not Kind.UPDATED]


def test_a_head_on_is_told_tier_by_tier_with_a_countdown() -> None:
    """Closing at 400 m/s from 100 km: the loss at 5,556 m is 236 s away, so traffic is told 180 s before it."""
    told = Live(head_on(apart=100_000.0)).run(280)
    assert steps(told)[:4] == [
        (Kind.OPENED, Tier.TRAFFIC), (Kind.RAISED, Tier.ALERT), (Kind.RAISED, Tier.NEAR), (Kind.LOWERED, Tier.INSIDE)
    ]  # fmt: skip
    assert steps(told)[-1][0] is Kind.CLOSED
    loss = (100_000 - 3 * NM) / 400
    opened, raised = told[0], next(one for one in told if one[1].kind is Kind.RAISED)
    assert loss - opened[0] == pytest.approx(180, abs=6) and not opened[1].alert.sounds
    assert loss - raised[0] == pytest.approx(120, abs=6) and raised[1].alert.sounds
    alert = raised[1].alert
    assert alert.t_cpa_s == pytest.approx(100_000 / 400 - raised[0] - 0.1, abs=1.0)
    assert alert.t_loss_s == pytest.approx(loss - raised[0] - 0.1, abs=1.0)
    assert alert.hmd_m < 300 and alert.vmd_m == pytest.approx(0.0, abs=1.0)
    assert (alert.lat, alert.lon) == pytest.approx((45.0, 10.0), abs=0.01)
    assert alert.certainty == "certain" and alert.datum == "barometric" and alert.sources == ("ADS-B",)
    assert len({change.alert.id for _, change in told}) == 1
    seconds = [t for t, change in told if change.kind is Kind.UPDATED]
    assert len(seconds) > 200 and len(seconds) == len(set(seconds))


def test_what_stays_apart_is_never_told() -> None:
    assert Live(head_on(aside=4.5 * NM)).run(150) == []
    above = head_on()
    assert Live([above[0], replace(above[1], level=5000 + 3500 * FT)]).run(150) == []


def test_a_pop_up_at_short_time_is_told_with_its_second_plot() -> None:
    told = Live(head_on(apart=3 * NM + 6000.0)).run(6)
    assert told[0][0] <= 1.0 and told[0][1].alert.tier >= Tier.ALERT
    assert next(t for t, change in told if change.alert.sounds) <= 1.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("aside", [2.8, 3.0, 3.2])
def test_noisy_parallel_flight_near_the_limit_does_not_flap(seed: int, aside: float) -> None:
    """Five minutes side by side near 3 NM, 60 m of noise: it may sound, and then it stays; never again and again."""
    one = Craft("0000a1", 0, 0.0, 0.0, 90.0, 200.0)
    live = Live([one, Craft("0000b1", 1, 0.0, aside * NM, 90.0, 200.0)], noise=60.0, level_noise=10.0, seed=seed)
    told = live.run(300)
    assert len(of_kind(told, Kind.OPENED)) <= 2
    assert len(of_kind(told, Kind.RAISED, Kind.LOWERED)) <= 6
    heard = [change.alert.sounds for _, change in told]
    assert sum(before != after for before, after in pairwise(heard)) <= 4


def test_without_hysteresis_the_same_flight_would_flap() -> None:
    """The control of the test above: the distances themselves cross the limit often."""
    one = Craft("0000a1", 0, 0.0, 0.0, 90.0, 200.0)
    live = Live([one, Craft("0000b1", 1, 0.0, 3.0 * NM, 90.0, 200.0)], noise=60.0)
    crossed, inside = 0, False
    for t in range(120):
        live.see(t)
        snapshot = live.picture.snapshot(live.ns(t))
        if len(snapshot) == 2:
            d = math.hypot(float(np.diff(snapshot.lat)[0]) * 111_150, float(np.diff(snapshot.lon)[0]) * 78_850)
            crossed += inside != (d < 3 * NM)
            inside = d < 3 * NM
    assert crossed > 8


def flight(name: str, party: int, e: float, track: float, count: int = 4, **more: object) -> list[Craft]:
    """Return `count` aircraft half a mile apart in line abreast."""
    return [
        replace(Craft(f"00{name}{k}", party, e, 900.0 * k, track, 200.0), **more)  # type: ignore[arg-type]
        for k in range(count)
    ]


def test_four_against_four_is_one_alert() -> None:
    live = Live(flight("aa", 0, -25_000, 90, count=3) + flight("bb", 1, 25_000, 270, count=3))
    told = live.run(150)
    assert len(of_kind(told, Kind.OPENED)) == 1
    alert = told[20][1].alert
    assert alert.first.addresses == ("00aa0", "00aa1", "00aa2") and len(alert.second.addresses) == 3
    tight = [replace(c, n=c.n / 2) for c in flight("aa", 0, -25_000, 90) + flight("bb", 1, 25_000, 270)]
    told = Live(tight).run(150)
    assert len(of_kind(told, Kind.OPENED)) == 1
    assert len(told[20][1].alert.first.addresses) == len(told[20][1].alert.second.addresses) == 4


def test_a_drone_is_its_own_element() -> None:
    crafts = [replace(c, n=c.n / 2) for c in flight("aa", 0, -25_000, 90, count=2)]
    told = Live([*crafts, replace(crafts[1], address="00aa9", drone=True, n=1200.0), *flight("bb", 1, 25_000, 270, 1)])
    firsts = {change.alert.first.addresses for _, change in told.run(100)}
    assert firsts == {("00aa0", "00aa1"), ("00aa9",)}


def test_an_unknown_level_is_shown_and_never_sounds_until_an_officer_enters_one() -> None:
    crafts = head_on(apart=30_000.0)
    live = Live([crafts[0], replace(crafts[1], level_of="")])
    told = live.run(20)
    assert told and not any(change.alert.sounds or change.alert.automatic_ok for _, change in told)
    alert = told[-1][1].alert
    assert alert.certainty == "not_determinable" and alert.datum == "unknown" and math.isnan(alert.vmd_m)
    assert any("level unknown" in note for note in alert.notes)
    live.picture.entered_level("0000b1", 5100.0, live.ns(20))
    entered = live.run(3, begin=20)
    assert entered[-1][1].alert.sounds and entered[-1][1].alert.vmd_m == pytest.approx(100.0, abs=1.0)
    far = Live([crafts[0], replace(crafts[1], level_of="")])
    far.run(10)
    far.picture.entered_level("0000b1", 9000.0, far.ns(10))
    assert far.run(40, begin=10)[-1][1].kind is Kind.CLOSED


def test_levels_of_different_datums_widen_the_bounds() -> None:
    crafts = head_on(apart=30_000.0)
    alert = Live([crafts[0], replace(crafts[1], level_of="geo")]).run(20)[-1][1].alert
    assert alert.datum == "mixed" and alert.error_v_m > 450 and "levels on different datums" in alert.notes


@pytest.mark.parametrize(
    ("party", "told", "own_only"),
    [
        ((0, -1), True, True),
        ((0, 1), True, False),
        ((0, 0), False, False),
        ((1, -1), False, False),
        ((-1, -1), False, False),
        ((0, -2), False, False),
    ],
)
def test_who_is_told_of_whom(party: tuple[int, int], told: bool, own_only: bool) -> None:
    alerts = Live(head_on(party, apart=40_000.0)).run(40)
    assert bool(alerts) == told
    if told:
        alert = alerts[-1][1].alert
        assert alert.own_side_only == own_only and alert.sounds and alert.own_side == "first"
        assert not (own_only and alert.automatic_ok)


def test_an_agreed_join_sounds_only_near_misses_while_it_lasts() -> None:
    live = Live(head_on(apart=60_000.0, aside=1500.0))
    live.given["joins"] = [Join("0000b1", "0000a1", BEGIN_NS, BEGIN_NS + 60 * NS, acknowledged=True)]
    told = live.run(80)
    sounding = [t for t, change in told if change.alert.sounds]
    assert sounding and min(sounding) >= 60 - 0.2
    before = [change.alert for t, change in told if 50 < t < 59]
    assert before and all("agreed join" in alert.notes and not alert.automatic_ok for alert in before)
    near = Live(head_on(apart=60_000.0))
    near.given["joins"] = [Join("0000a1", "0000b1", BEGIN_NS, BEGIN_NS + 600 * NS, acknowledged=True)]
    assert {change.alert.tier for _, change in near.run(150) if change.sounded} == {Tier.NEAR}


def test_what_one_side_alone_declares_silences_nothing() -> None:
    live = Live(head_on(apart=60_000.0))
    plain = [(t, c.kind, c.alert.sounds, c.sounded) for t, c in live.run(80)]
    live = Live(head_on(apart=60_000.0))
    live.given["joins"] = [Join("0000a1", "0000b1", BEGIN_NS, BEGIN_NS + 600 * NS)]
    told = live.run(80)
    assert [(t, c.kind, c.alert.sounds, c.sounded) for t, c in told] == plain
    assert all(any("only this side declared" in note for note in c.alert.notes) for _, c in told)


def planted(seen_by: tuple[int, ...], lasts: float) -> Told:
    """Return what is told of an aircraft that appears a mile beside ours after 30 s, and stays for `lasts` [s]."""
    ours = Craft("0000a1", 0, 0.0, 0.0, 90.0, 200.0)
    ghost = Craft("0000b1", 1, 0.0, 1852.0, 90.0, 200.0, since=30.0, until=30.0 + lasts)
    return Live([ours, ghost], seen_by=seen_by).run(80)


def test_a_planted_ghost_is_told_low_and_as_unconfirmed_and_sounds_when_it_persists() -> None:
    told = planted((0,), 5.0)
    shown = [change.alert for _, change in told if change.kind is not Kind.CLOSED]
    assert shown and not any(alert.sounds or alert.automatic_ok for alert in shown)
    low = [alert for alert in shown if alert.loudness == "low"]
    assert low and all(a.unconfirmed and any("unconfirmed" in note for note in a.notes) for a in low)
    assert {alert.tier for alert in low} == {Tier.INSIDE}
    stays = planted((0,), 50.0)
    sounds = [t for t, change in stays if change.sounded]
    assert 37.0 <= sounds[0] <= 41.0 and not any(change.alert.automatic_ok for _, change in stays)


def test_what_two_kinds_of_source_see_sounds_at_once_and_so_does_what_has_approached() -> None:
    """The control of the test above: the same place, borne out by radar, or flown to."""
    both = planted((0, 1), 50.0)
    assert min(t for t, change in both if change.sounded) <= 34.0
    flown = Live(head_on(apart=12_000.0)).run(10)
    assert min(t for t, change in flown if change.sounded) <= 3.0
    assert not any(change.alert.unconfirmed for _, change in flown)


def test_a_ghost_beside_a_flight_changes_nothing_that_is_said_of_the_flight() -> None:
    pair = head_on(apart=50_000.0)
    plain = Live(pair, seen_by=(0, 1)).run(60)

    class Planted(Live):
        def see(self, t: float) -> None:
            self.seen_by = (0, 1)
            everybody, self.crafts = self.crafts, [c for c in self.crafts if c.address != "0000b9"]
            super().see(t)
            self.seen_by, self.crafts = (0,), [c for c in everybody if c.address == "0000b9"]
            super().see(t)
            self.crafts = everybody

    beside = replace(pair[0], address="0000b9", party=1, n=500.0, since=30.0)
    told = Planted([*pair, beside]).run(60)

    def of_pair(changes: Told) -> list[tuple[float, Tier, bool, bool]]:
        both = {"0000a1", "0000b1"}
        return [
            (t, c.alert.tier, c.alert.sounds, c.alert.automatic_ok)
            for t, c in changes
            if {c.alert.first.leading, c.alert.second.leading} == both
        ]

    assert of_pair(told) == of_pair(plain)
    assert not any(c.alert.automatic_ok for _, c in told if "0000b9" in c.alert.second.addresses)


def test_nothing_is_counted_down_to_what_lies_beyond_the_look_ahead() -> None:
    """Closing at 40 m/s from 9 km, they are inside in a minute and a half, and closest only after 225 s."""
    one = Craft("0000a1", 0, -4_500.0, 0.0, 90.0, 120.0)
    live = Live([one, Craft("0000b1", 1, 4_500.0, 0.0, 90.0, 80.0)])
    told = live.run(60)
    early, late = told[8][1].alert, told[-1][1].alert
    assert math.isnan(early.t_cpa_s) and early.beyond_s == 180.0 and early.soonest_s == math.inf
    said = json.loads(json.dumps(early.as_dict()))
    assert said["t_cpa_s"] is None and said["beyond_s"] == 180.0
    assert late.t_cpa_s == pytest.approx(9_000 / 40 - 59, abs=3.0) and math.isnan(late.beyond_s)


def test_exempt_areas_and_suspension_leave_near_misses_watched() -> None:
    exempt = replace(default_terms(), exempt=(Area("base", circle=Circle(45.0, 10.0, 60_000.0)),))
    apart, near = head_on(aside=1000.0), head_on(aside=30.0)
    assert Live(apart, terms=exempt).run(140) == []
    assert {change.alert.tier for _, change in Live(near, terms=exempt).run(140)} == {Tier.NEAR}
    live = Live(apart)
    live.given["suspended"] = frozenset({"separation"})
    assert live.run(140) == []
    live = Live(near)
    live.given["suspended"] = frozenset({"separation"})
    assert {change.alert.tier for _, change in live.run(140)} == {Tier.NEAR}


def test_outside_the_area_of_the_terms_the_minima_do_not_hold() -> None:
    here = replace(default_terms(), area=Area("here", circle=Circle(45.0, 10.0, 30_000.0)))
    elsewhere = replace(default_terms(), area=Area("there", circle=Circle(50.0, 10.0, 30_000.0)))
    assert Live(head_on(aside=1000.0), terms=elsewhere).run(140) == []
    assert Live(head_on(aside=1000.0), terms=here).run(140) != []


def test_only_tracks_with_two_kinds_of_witness_may_be_told_by_themselves() -> None:
    alone = Live(head_on(apart=50_000.0)).run(40)[-1][1].alert
    assert not alone.automatic_ok and any("one kind of source" in note for note in alone.notes)
    both = Live(head_on(apart=50_000.0), seen_by=(0, 1)).run(40)[-1][1].alert
    assert both.automatic_ok and both.sources == ("ADS-B", "RADAR") and both.notes == ()
    same = Live(head_on(apart=50_000.0), sources=(Source("A"), Source("B")), seen_by=(0, 1)).run(40)[-1][1].alert
    assert not same.automatic_ok


def test_both_sides_are_told_the_same_but_for_whose_is_whose() -> None:
    crafts = [*flight("aa", 0, -25_000, 90, 2), *flight("bb", 1, 25_000, 260, 3)]
    mirror = [replace(craft, party=1 - craft.party) for craft in crafts]
    here, there = Live(crafts, noise=30.0).run(120), Live(mirror, noise=30.0).run(120)
    assert len(here) > 50 and {c.alert.own_side for _, c in here} == {"first"}
    assert {c.alert.own_side for _, c in there} == {"second"}

    def bytes_of(told: Told) -> str:
        return json.dumps([(t, c.kind, {**c.alert.as_dict(), "own_side": ""}) for t, c in told])

    assert bytes_of(here) == bytes_of(there)
    assert bytes_of(here) == bytes_of(Live(crafts, noise=30.0).run(120))
    assert bytes_of(here) == bytes_of(Live(mirror, noise=30.0, own=1).run(120))


def test_turning_towards_each_other_is_told_before_straight_flight_would() -> None:
    """A turn of 3 degrees a second from parallel flight: where it goes on, the minima are lost within the minute."""
    one = Craft("0000a1", 0, 0.0, 0.0, 90.0, 150.0)
    live = Live([one, Craft("0000b1", 1, 0.0, 10_000.0, 90.0, 150.0)])
    live.run(20)
    assert live.watch.open_alerts() == []
    snapshot = live.picture.snapshot(live.ns(20))
    turning = replace(snapshot, turn_radps=np.array([-0.04, 0.04]))
    facts = live.watch.update(turning, live.group(turning), now_ns=live.ns(20))
    facts += live.watch.update(turning, live.group(turning), now_ns=live.ns(21))
    assert [change.alert.certainty for change in facts if change.kind is Kind.OPENED] == ["possible"]


def test_whose_is_whose_goes_by_row_also_when_others_have_gone() -> None:
    gone = Craft("000001", 1, 0.0, 90_000.0, 90.0, 100.0, until=3.0)
    told = Live([gone, *head_on(apart=80_000.0)]).run(90)
    assert told[-1][1].alert.own_side == "first" and not told[-1][1].alert.own_side_only
    live = Live(head_on())
    snapshot, _ = live.step(0.0)
    with pytest.raises(InputError, match="group has the shape"):
        live.watch.update(snapshot, np.array([0, 1, 1]), now_ns=live.ns(0))


def test_alerts_go_through_json_and_open_ones_are_listed_by_urgency() -> None:
    live = Live([*head_on(apart=40_000.0), Craft("0000c1", 1, 20_000.0, 40_000.0, 180.0, 300.0)])
    live.run(30)
    alerts = live.watch.open_alerts()
    assert alerts == sorted(alerts, key=lambda alert: (-alert.tier, alert.t_cpa_s))
    said = json.loads(json.dumps(alerts[0].as_dict()))
    assert said["tier"] == "ALERT" and said["opened_ns"] == str(alerts[0].opened_ns)
    assert said["first"] == {"addresses": ["0000a1"], "leading": "0000a1"}
    assert said["t_near_s"] is None or said["t_near_s"] > 0
    assert "0000a1" not in alerts[0].id and set(said) == set(Alert.__slots__)


class Plain:
    """Steadying read plainly: a list of all seconds."""

    def __init__(self) -> None:
        self.seconds: list[tuple[int, int]] = []
        self.spoke = dict.fromkeys(Tier, -math.inf)
        self.tier = 0

    def judge(self, raw: int, held: int, to_go: float, t: int) -> int:
        self.seconds.append((t, raw))
        for tier in Tier:
            if held >= tier:
                self.spoke[tier] = t
        m, n = wanted(to_go)
        last = [r for s, r in self.seconds if s > t - n]
        up = [tier for tier in Tier if raw >= tier and sum(r >= tier for r in last) >= m]
        stay = [tier for tier in Tier if self.tier >= tier and t - self.spoke[tier] <= HOLD_S[tier]]
        self.tier = max([0, *up, *stay])
        return self.tier


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1), st.sampled_from([5.0, 40.0, 100.0]), st.integers(1, 7)))
)
def test_steadying_is_that_of_a_plain_list(said: list[tuple[int, int, float, int]]) -> None:
    steady, plain, t = Steady(), Plain(), 1_700_000_000
    for raw, more, to_go, gap in said:
        t += gap
        held = min(raw + more, 4)
        assert steady.judge(raw, held, to_go, t * NS) == plain.judge(raw, held, to_go, t)
