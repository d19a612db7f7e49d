"""Two posts whose channels fail, over seeds: nothing lost, nothing twice, one channel; and each of it can fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from armslength.bench import failover, failover_many, posts_air
from armslength.bench.failover import AGREE_S, ALARM_S, GROUND_S, Run
from armslength.bench.posts import Posts, Side
from armslength.modem import access
from armslength.node.core.inputs import Input
from armslength.protocol.calling import Cadence
from armslength.protocol.events import Now
from armslength.protocol.failover import Failover
from armslength.protocol.inbox import Inbox

SEEDS = range(12)
"""A thousand are played by `make campaign`; these are what a suite can bear."""
TO_GROUND = range(28)


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return [failover.run(seed) for seed in SEEDS]


def test_nothing_is_lost_and_nothing_counts_twice(runs: list[Run]) -> None:
    assert sum(one.said for one in runs) > 500
    assert {(one.lost, one.twice) for one in runs} == {(0, 0)}
    assert {"F1", "F2", "GROUND"} <= set().union(*(one.channels for one in runs))


def test_both_sides_come_to_one_channel_and_otherwise_both_alarm(runs: list[Run]) -> None:
    assert 0.0 < max(one.apart_s for one in runs) <= AGREE_S
    assert 0.0 < max(one.alarm_s for one in runs) <= ALARM_S


def test_the_ground_line_is_in_use_within_90_s_of_the_first_call_in_vain() -> None:
    took = [failover.to_ground(seed) for seed in TO_GROUND]
    assert 20.0 < max(took) <= GROUND_S


def test_the_figures_are_those_of_the_seeds(runs: list[Run]) -> None:
    figures = failover_many.figures_of([failover_many._One(one, 30.0 + one.seed) for one in runs]) | {"day": None}
    assert figures["seeds"] == len(runs) and figures["said"] == sum(one.said for one in runs)
    assert figures["ground_s"] == {"worst": 30.0 + SEEDS[-1], "seed": SEEDS[-1], "median": 30.0 + (len(runs) - 1) / 2}
    assert failover_many.missed(figures) == []
    late = failover_many.figures_of([failover_many._One(Run(7, said=1, lost=1, apart_s=10.5), 90.5)]) | {"day": None}
    assert failover_many.missed(late) == ["lost", "ground_s", "apart_s"] and late["bad_seeds"] == [7]


def test_a_side_that_acknowledges_before_it_has_stored_loses_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Posts.give

    def forgetful(self: Posts, side: Side, one: Input) -> None:
        before = {space: dict(rows) for space, rows in side.rows.items()}
        keep(self, side, one)
        side.rows = {s: before.get(s, {}) if s.startswith(("in/", "count/")) else r for s, r in side.rows.items()}

    assert lost_after_a_kill() == (0, 0)
    monkeypatch.setattr(Posts, "give", forgetful)
    assert lost_after_a_kill() != (0, 0)


def lost_after_a_kill() -> tuple[int, int]:
    """Say something while the ground line holds, kill who heard it, and return what is lost and what came twice."""
    posts, found = Posts(3), Run(3)
    posts.run(30.0)
    for _ in range(4):
        posts.say(posts.sides["NORTH"], "EMG", failover.EMG)
        posts.run(0.02)
    posts.kill(posts.sides["SOUTH"], 3.0)
    posts.run(120.0)
    posts.say(posts.sides["NORTH"], "EMG", failover.EMG)
    posts.run(failover.UNDER_WAY_S + 30.0)
    failover._count(posts, found)
    return found.lost, found.twice


def test_an_inbox_that_forgets_what_it_has_delivers_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inbox, "judge", lambda self, message: True)
    assert jammed_marks().twice > 0


def test_messages_called_again_count_once() -> None:
    found = jammed_marks()
    assert found.said > 0 and (found.lost, found.twice) == (0, 0)


def jammed_marks() -> Run:
    """The one who speaks hears nothing for a while: it calls again and again."""
    posts, found = Posts(5), Run(5)
    posts.run(60.0)
    posts.cut()
    for air in posts.air.values():
        air.conditions.deaf.add("NORTH")
    posts.say(posts.sides["NORTH"], "EMG", failover.EMG)
    posts.run(40.0)
    for air in posts.air.values():
        air.conditions.deaf.clear()
    posts.run(failover.UNDER_WAY_S + 30.0)
    failover._count(posts, found)
    return found


def test_a_frequency_that_is_called_only_once_is_never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cadence, "_pause_s", lambda self, name, call: float("inf"))
    assert failover.to_ground(0) > GROUND_S


def test_who_believes_old_news_of_channels_stays_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert apart_after_old_news() <= AGREE_S
    told = Failover.told

    def credulous(self: Failover, name: str, *, lost: bool, change: int, now: Now) -> bool:
        if name in self.media:
            self._theirs.lost[name] = (lost, -1)
        return told(self, name, lost=lost, change=change, now=now)

    monkeypatch.setattr(Failover, "stands", lambda self, standing, now: None)  # which would settle it
    monkeypatch.setattr(Failover, "told", lambda self, name, **news: credulous(self, name, **{**news, "change": 0}))
    assert apart_after_old_news() > AGREE_S


def apart_after_old_news() -> float:
    """North has lost F1 and found it again; the older of the two messages arrives last."""
    posts, found = Posts(1), Run(1)
    posts.run(60.0)
    north, south = posts.sides.values()
    hold: list[Callable[[], None]] = []
    line = south.core.lines["NORTH"].peer._traffic.air
    heard = line.heard

    def late(message: Any, channel: str, now: Any) -> None:
        if message.code == "LCM":
            hold.append(lambda: heard(message, channel, posts.now(south)))
        else:
            heard(message, channel, now)

    line.heard = late  # type: ignore[method-assign]
    peer = north.core.lines["SOUTH"].peer._traffic.air.waves.failover
    peer._tell("F1", lost=True, now=posts.now(north))
    posts.run(5.0)
    peer._tell("F1", lost=False, now=posts.now(north))
    posts.run(5.0)
    for one in hold:
        one()
    assert hold
    apart = failover._Apart(posts, found)
    apart.look()
    posts.run(30.0)
    return found.apart_s


def test_nobody_speaks_and_everything_dies_both_sides_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    assert quiet_death()
    monkeypatch.setattr(Failover, "_check_s", lambda self: self.patience.check_every_s)
    assert not quiet_death()


def quiet_death() -> bool:
    """Cut the ground line, wait, jam everything while nobody speaks; return whether both sides alarm in time."""
    posts = Posts(2)
    posts.run(100.0)
    posts.cut()
    posts.run(150.0)
    for air in posts.air.values():
        air.conditions.jammed = True
    posts.run(ALARM_S + 5.0)
    return all(side.alarmed for side in posts.sides.values())


def test_data_fill_no_more_of_the_time_than_the_terms_allow_and_two_sides_seldom_speak_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People speak more than a frequency bears: what is not FLASH waits for its share."""
    share, collisions = crowded(0.2)
    assert 0.1 < share <= 0.205 and collisions <= 1
    assert crowded(1.0)[0] > 0.25, "control: without the share it would be filled further"
    monkeypatch.setattr(
        posts_air, "limits_of", lambda share, slot_s, late_s, place: access.Limits(share, slot_s=slot_s)
    )
    assert crowded(0.2)[1] > 1, "control: without slots of their own they collide"


def crowded(share: float) -> tuple[float, int]:
    """Two stations that always have something to say; return the fullest minute, 0 to 1, and how often both spoke."""
    posts = Posts(3)
    posts.cut()
    air = posts.air["F1"]
    stations = [air.station(name, share) for name in ("NORTH", "SOUTH")]
    for number in range(200):
        for station in stations:
            posts.call(number * 1.0, lambda one=station, n=number: one.send(bytes(90), rank=3, number=n))  # type: ignore[misc]
    posts.run(200.0)
    fullest = max(access._union(sorted(air.bursts), at, at + 60.0) / 60.0 for at in range(0, 140, 5))
    return fullest, air.collisions
