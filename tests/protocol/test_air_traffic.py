"""What goes over the frequencies, by which of them, and how often it counts: two whole nodes on one clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from armslength.bench.failover import EMG, TFA
from armslength.bench.posts import Posts
from armslength.modem.access import FLASH
from armslength.node.core.inputs import Command
from armslength.protocol.air_bits import AirKind
from armslength.protocol.airwaves import Airwaves
from armslength.protocol.calling import MARK_RANK
from armslength.protocol.catalogue import Precedence
from armslength.protocol.failover import Health
from armslength.protocol.inbox import Inbox


@pytest.fixture
def posts() -> Posts:
    made = Posts(4)
    made.run(60.0)
    return made


def tape(posts: Posts) -> list[tuple[str, str, int]]:
    """Return what will be said: side, frequency, kind."""
    heard: list[tuple[str, str, int]] = []
    for name, air in posts.air.items():

        def said(side: str, payload: bytes, rank: int, name: str = name) -> None:
            heard.append((side, name, payload[0]))

        air.said = said
    return heard


def arrived(posts: Posts, code: str) -> list[dict[str, Any]]:
    return [event for event in posts.sides["SOUTH"].heard() if event["code"] == code]


def test_flash_goes_by_every_living_channel_at_once_and_counts_once(posts: Posts) -> None:
    heard = tape(posts)
    posts.say(posts.sides["NORTH"], "EMG", EMG)
    posts.run(10.0)
    assert {name for side, name, kind in heard if side == "NORTH" and kind == AirKind.MESSAGE} == {"F1", "F2"}
    assert [event["channel"] for event in arrived(posts, "EMG")] == ["GROUND"]
    assert next(iter(posts.sides["SOUTH"].core.lines.values())).log.duplicated >= 1


def test_an_inbox_without_a_memory_would_count_it_twice(posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inbox, "judge", lambda self, message: True)
    posts.say(posts.sides["NORTH"], "EMG", EMG)
    posts.run(10.0)
    assert len(arrived(posts, "EMG")) > 1


def test_what_is_not_flash_goes_by_the_channel_in_use_alone(posts: Posts) -> None:
    heard = tape(posts)
    posts.say(posts.sides["NORTH"], "TFA", TFA, "60 s")
    posts.run(10.0)
    assert [event["channel"] for event in arrived(posts, "TFA")] == ["F1"]
    assert {name for side, name, _ in heard if side == "NORTH"} == {"F1"}


def long_one(posts: Posts) -> str:
    """Have North say something of two digests; return on which channel it arrived."""
    fields = {name: "sha256:" + number * 64 for name, number in (("from_hash", "3"), ("to_hash", "4"))}
    posts.say(posts.sides["NORTH"], "AMD", fields)
    posts.run(60.0)
    (event,) = arrived(posts, "AMD")
    return str(event["channel"])


def test_what_is_too_long_goes_by_the_ground_line_and_in_pieces_when_that_is_lost(posts: Posts) -> None:
    heard = tape(posts)
    assert long_one(posts) == "GROUND"
    assert AirKind.FRAGMENT not in {kind for _, _, kind in heard}
    again = Posts(4)
    again.run(60.0)
    again.cut()
    again.run(20.0)
    heard = tape(again)
    assert long_one(again) == "F1"
    assert AirKind.FRAGMENT in {kind for side, _, kind in heard if side == "NORTH"}


def test_a_restart_keeps_the_count_of_what_was_told(posts: Posts) -> None:
    north = posts.sides["NORTH"]
    before = next(iter(north.core.lines.values())).peer.channels().change
    posts.kill(north, 2.0)
    posts.run(60.0)
    after = next(iter(north.core.lines.values())).peer.channels().change
    assert 0 < before <= after and posts.sides["SOUTH"].channel() == north.channel() == "F1"


def test_a_mark_that_is_played_again_is_no_answer_and_one_to_a_new_call_is(posts: Posts) -> None:
    waves = next(iter(posts.sides["NORTH"].core.lines.values())).peer._traffic.air.waves
    assert isinstance(waves, Airwaves)
    posts.say(posts.sides["NORTH"], "TFA", TFA, "60 s")
    posts.run(10.0)
    answered = waves.failover.media["F1"].last_ok_s
    assert answered is not None and answered > 60.0
    (message,) = arrived(posts, "TFA")
    now = posts.now(posts.sides["NORTH"])
    waves.marked(message["id"], "F1", now)
    assert waves.failover.media["F1"].last_ok_s == answered
    waves._recent[message["id"], "F1"] = None  # as if it had been called once more
    waves.marked(message["id"], "F1", now)
    assert waves.failover.media["F1"].last_ok_s == now.mono_s


def test_on_what_is_lost_a_call_is_made_less_often(posts: Posts) -> None:
    posts.cut()
    for air in posts.air.values():
        air.conditions.jammed = True
    posts.run(120.0)
    heard = tape(posts)
    waves = next(iter(posts.sides["NORTH"].core.lines.values())).peer._traffic.air.waves
    assert {one.health for one in waves.failover.media.values()} == {Health.LOST}
    posts.say(posts.sides["NORTH"], "EMG", EMG)
    posts.run(100.0)
    said = [name for side, name, kind in heard if side == "NORTH" and kind == AirKind.MESSAGE]
    assert 2 <= said.count("F1") <= 40 and said.count("F2") >= 2


def test_a_check_that_was_marked_is_not_called_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers a call that nobody needs: it would count against a frequency on which all is well."""
    marked, late = set[str](), list[str]()
    call, mark = Airwaves._call, Airwaves.marked

    def calls(self: Airwaves, message: Any, name: str, *rest: Any) -> None:
        before = len(self.frames)
        call(self, message, name, *rest)
        late.extend([message.code] * (message.id in marked and len(self.frames) > before))

    def marks(self: Airwaves, message_id: str, *rest: Any, **more: Any) -> None:
        mark(self, message_id, *rest, **more)
        marked.add(message_id)

    monkeypatch.setattr(Airwaves, "_call", calls)
    monkeypatch.setattr(Airwaves, "marked", marks)
    Posts(4).run(60.0)
    assert len(marked) > 4 and late == []


def test_what_was_understood_is_called_no_more_and_the_ground_line_brings_its_mark(posts: Posts) -> None:
    """NORTH does not hear the mark RECEIVED of SOUTH on F1; its UNDERSTOOD comes by the ground line."""
    north, south = posts.sides["NORTH"], posts.sides["SOUTH"]
    posts.air["F1"].conditions.deaf.add("NORTH")
    posts.say(north, "TFA", TFA, "60 s")
    posts.run(5.0)
    (came,) = arrived(posts, "TFA")
    heard = tape(posts)
    posts.give(south, Command(0, "duty officer", "mark", {"id": came["id"], "mark": "UNDERSTOOD"}))
    posts.run(30.0)
    marks = [event["mark"] for _, event in north.told if event["event"] == "marked" and event["id"] == came["id"]]
    assert "UNDERSTOOD" in marks and "RECEIVED" in marks
    assert [name for side, name, kind in heard if side == "NORTH" and kind == AirKind.MESSAGE] == []


def dead(posts: Posts) -> dict[str, Airwaves]:
    """Take every way from both sides until they know it; return what each has for the frequencies."""
    posts.cut()
    for air in posts.air.values():
        air.conditions.jammed = True
    posts.run(120.0)
    return {name: next(iter(side.core.lines.values())).peer._traffic.air.waves for name, side in posts.sides.items()}


def test_a_warning_does_not_stand_behind_news_of_channels(posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is FLASH four at a time are called on a frequency; of each medium only the newest word is worth it."""
    waves = dead(posts)["NORTH"]
    offered: list[Any] = []
    monkeypatch.setattr(waves, "_offer", lambda message, *_: offered.append(message))
    flash = {"precedence": Precedence.FLASH, "valid_until_ns": None}
    old, newer = (SimpleNamespace(id=code, code=code, fields={"medium": "F1"}, **flash) for code in ("LCM", "RES"))
    ground = SimpleNamespace(id="ground", code="LCM", fields={"medium": "GROUND"}, **flash)
    warning = SimpleNamespace(id="warning", code="EMG", fields={}, **flash)
    waves.pump([old, ground, newer, warning], posts.now(posts.sides["NORTH"]))  # type: ignore[list-item]
    assert offered[0] is warning and set(map(id, offered[1:])) == {id(newer), id(ground)}


def test_a_warning_goes_before_news_of_channels_in_the_queue_of_a_radio(posts: Posts) -> None:
    waves = dead(posts)["NORTH"]
    ranks: dict[str, int] = {}
    call = waves._call

    def noted(message: Any, *rest: Any) -> None:
        before = len(waves.frames)
        call(message, *rest)
        for _, _, rank, _ in waves.frames[before:]:
            ranks[message.code] = rank

    waves._call = noted  # type: ignore[method-assign]
    posts.say(posts.sides["NORTH"], "EMG", EMG)
    posts.run(60.0)
    assert ranks["EMG"] < ranks["LCM"] <= FLASH < MARK_RANK
    assert "RCK" not in ranks, "while something that is FLASH waits, no check takes its turn"


def test_where_nothing_answers_whoever_is_heard_is_called_at_once(posts: Posts) -> None:
    """The emergency of NORTH need not wait for the next try: SOUTH was heard on F1."""
    dead(posts)
    posts.say(posts.sides["NORTH"], "EMG", EMG)
    posts.run(2.0)
    for air in posts.air.values():
        air.conditions.jammed = False
    posts.say(posts.sides["SOUTH"], "EMG", EMG)
    posts.run(12.0)
    assert [event["channel"] for event in arrived(posts, "EMG")] in (["F1"], ["F2"])
