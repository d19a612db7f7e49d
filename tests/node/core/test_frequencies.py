"""What the terms say of the frequencies is done: which, when, sealed or not, suspended; what is called and hushed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.articles import Frequency, Hours
from armslength.bench.failover import EMG, TFA
from armslength.bench.posts import BEGIN_NS, terms_of
from armslength.errors import RemoteProtocolError
from armslength.node.core import airing
from armslength.node.core.inputs import AirHeld, Command, Standings
from armslength.protocol import air
from armslength.protocol.air_bits import AirKind
from armslength.protocol.failover import GROUND
from node.core.ether import Ether, call, entries


@pytest.fixture
def ether() -> Ether:
    return Ether()


def test_what_the_terms_seal_is_not_readable_on_the_air_and_arrives() -> None:
    terms = terms_of()
    for encrypted in (False, True):
        ether = Ether(terms=replace(terms, radio=replace(terms.radio, encrypted=encrypted)))
        payload = ether.of(ether.north, AirKind.SEALED if encrypted else AirKind.MESSAGE)
        assert payload and not ether.of(ether.north, AirKind.MESSAGE if encrypted else AirKind.SEALED)
        before = len(ether.heard)
        ether.posts.say(ether.north, "EMG", {**EMG, "aircraft": "NORTH AIRCRAFT 77"})
        ether.posts.run(8.0)
        assert ether.received(ether.south, "EMG")
        context = ether.line(ether.south).peer._traffic.air._context()
        canaries = [readable(one, context) for who, _, one in ether.heard[before:] if who == "NORTH"]
        assert any(canaries) is not encrypted


def readable(payload: bytes, context: air.AirContext) -> bool:
    """Return whether a third party who knows everything but the keys reads the name in it."""
    try:
        return air.decode(payload, context).fields.get("aircraft") == "NORTH AIRCRAFT 77"
    except RemoteProtocolError:
        return False


def test_while_frequencies_are_suspended_nothing_but_emergencies_goes_over_them(ether: Ether) -> None:
    for side in ether.posts.sides.values():
        agreed = replace(ether.posts._agreed(side), suspended=frozenset({"frequency"}))
        ether.posts.give(side, Standings((agreed,)))
    ether.posts.run(5.0)
    before = len(ether.heard)
    ether.posts.say(ether.north, "TFA", TFA, "60 s")
    ether.posts.run(86_400.0 / 24)
    assert len(ether.heard) == before and ether.received(ether.south, "TFA")
    ether.posts.say(ether.north, "EMG", EMG)
    ether.posts.run(5.0)
    assert {one[0] for _, _, one in ether.heard[before:]} == {AirKind.MESSAGE, AirKind.MARK}
    assert {name for who, name, _ in ether.heard[before:] if who == "NORTH"} == {"F1", "F2"}


def test_a_plan_with_hours_is_followed_and_a_frequency_without_a_radio_is_left_out() -> None:
    opens_s = BEGIN_NS // 10**9 % 86_400 + 600
    hours = Hours(opens_s, (opens_s + 900) % 86_400)
    plan = (Frequency("F1", "132.055", "primary", "data", hours=hours), Frequency("F2", "127.500", "alternate", "data"))
    ether = Ether(terms=replace(terms_of(), frequencies=(*plan, Frequency("F3", "131.500", "alternate", "data"))))
    assert ether.north.channel() == ether.south.channel() == "F2"
    assert not any(name == "F1" for _, name, _ in ether.heard)
    ether.posts.run(720.0)
    assert ether.north.channel() == ether.south.channel() == "F1"
    ether.posts.run(900.0)
    assert ether.north.channel() == ether.south.channel() == "F2"
    line = ether.line(ether.north)
    line.radios = frozenset({"F2"})
    airing.tune(line, line.radios, ether.posts.now(ether.north))
    assert set(line.peer.channels().media) == {"F2", GROUND}


def test_both_books_have_the_same_channel_in_use_and_what_was_told_of_it(ether: Ether) -> None:
    ether.posts.air["F1"].conditions.jammed = ether.posts.air["F2"].conditions.jammed = True
    ether.posts.say(ether.north, "TFA", TFA, "120 s")
    ether.posts.run(120.0)
    assert ether.north.channel() == ether.south.channel() == GROUND
    for air_ in ether.posts.air.values():
        air_.conditions.jammed = False
    ether.posts.run(300.0)
    assert ether.north.channel() == ether.south.channel() == "F1"
    for side in (ether.north, ether.south):
        told = {event["code"] for event in side.heard()}
        assert {"LCM", "GLN", "RES"} & told
    last = []
    for side in (ether.north, ether.south):
        using = [e for _, e in side.told if e["event"] == "channel" and e["state"] == "IN USE"]
        last.append(using[-1]["medium"])
        assert entries(side, "channel") >= len(using)
    assert last == ["F1", "F1"]
    assert {"LCM", "GLN", "RES"} <= {e["code"] for e in (*ether.north.heard(), *ether.south.heard())}


def test_a_call_that_a_full_frequency_held_is_none(ether: Ether) -> None:
    """Calls that had not left, and that the other side could not hear, do not make a frequency a lost one."""
    for held in (False, True):
        medium = ether.line(ether.north).peer._traffic.air.waves.failover.media["F1"]
        medium.calls = 2
        if held:
            ether.posts.give(ether.north, AirHeld("SOUTH", "F1"))
            ether.posts.give(ether.north, AirHeld("NOBODY", "F1"))
        assert medium.calls == (1 if held else 2)
    ether.posts.give(ether.north, AirHeld("SOUTH", "F1"))
    assert medium.calls == 0, "that was the last one"
    medium.calls = calls = 9
    for _ in range(9):
        ether.posts.give(ether.north, AirHeld("SOUTH", "F1"))
        calls = min(calls, medium.calls)
    assert calls == 8, (
        "bursts that nobody can read may fill a frequency for good: so many are taken for none, and no more"
    )


def test_what_was_received_is_hushed_but_not_what_a_person_says_that_is_flash(ether: Ether) -> None:
    hushed: list[tuple[str, str]] = []
    core: Any = ether.north.core
    step = core.step

    def listening(*given: Any) -> Any:
        effects = step(*given)
        hushed.extend(effects.hush)
        return effects

    core.step = listening
    call(ether)
    call(ether, "EMG", EMG)
    (tfa,), (emg,) = ether.received(ether.south, "TFA"), ether.received(ether.south, "EMG")
    assert ("SOUTH", tfa["id"]) in hushed and ("SOUTH", emg["id"]) not in hushed


def test_a_check_is_answered_only_on_the_channel_that_it_asks_about(ether: Ether) -> None:
    ether.posts.run(10.0)
    before = len(ether.of(ether.north, AirKind.MESSAGE))
    ether.posts.air["F1"].conditions.deaf.add("SOUTH")
    ether.posts.give(ether.north, Command(0, "duty officer", "check", {"frequency": "F1"}))
    ether.posts.run(2.0)
    (asked,) = ether.of(ether.north, AirKind.MESSAGE)[before:][:1]
    answers = len([e for _, e in ether.south.told if e["event"] == "sent" and e["code"] == "RCR"])
    ether.play(ether.south, asked, "F2")
    ether.posts.run(1.0)
    assert ether.received(ether.south, "RCK")[-1]["channel"] == "F2"
    assert answers == len([e for _, e in ether.south.told if e["event"] == "sent" and e["code"] == "RCR"])
