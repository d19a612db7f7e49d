"""What anybody can transmit: nothing of it is taken, all of it is counted and named, and it accuses nobody."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from armslength.agreement.articles import Frequency, Hours
from armslength.agreement.terms import Terms
from armslength.bench.failover import EMG, TFA
from armslength.bench.posts import BEGIN_NS, Posts, Side, terms_of
from armslength.crypto.keys import SigningKey
from armslength.errors import RemoteProtocolError
from armslength.node.core import airing
from armslength.node.core.inputs import AirHeld, AirIn, Command, Standings
from armslength.protocol import air
from armslength.protocol.air_bits import AirKind
from armslength.protocol.airwaves import Airwaves
from armslength.protocol.failover import GROUND, Health
from armslength.protocol.fragments import MOST_AT_ONCE, Pace, Pieces, Wholes, split


class Ether:
    """Two posts and a third station that hears every frame and may say any."""

    def __init__(self, seed: int = 1, terms: Terms | None = None, settle_s: float = 60.0) -> None:
        self.posts = Posts(seed, terms)
        self.north, self.south = self.posts.sides["NORTH"], self.posts.sides["SOUTH"]
        self.heard: list[tuple[str, str, bytes]] = []
        for name, one in self.posts.air.items():
            one.said = self._listening(name)
        self.posts.run(settle_s)

    def _listening(self, name: str) -> Callable[[str, bytes, int], None]:
        return lambda side, payload, rank: self.heard.append((side, name, payload))

    def of(self, side: Side, kind: AirKind) -> list[bytes]:
        """Return what a side said of that kind."""
        return [payload for who, _, payload in self.heard if who == side.party and payload[0] == kind]

    def play(self, side: Side, payload: bytes, channel: str = "F1") -> None:
        """Say it to `side`."""
        self.posts.give(side, AirIn(self.posts.other(side).party, channel, payload))

    def line(self, side: Side) -> Any:
        return side.core.lines[self.posts.other(side).party]

    def strange(self, side: Side) -> dict[tuple[str, str], int]:
        return dict(self.line(side).strange)

    def received(self, side: Side, code: str) -> list[dict[str, Any]]:
        return [event for event in side.heard() if event["code"] == code]


def entries(side: Side, kind: str) -> int:
    return sum(one.entry.kind == kind for book in side.entries.values() for one in book)


def accused(side: Side) -> bool:
    return any(event["event"] == "evidence" for _, event in side.told)


@pytest.fixture
def ether() -> Ether:
    return Ether()


def call(ether: Ether, code: str = "TFA", fields: dict[str, Any] | None = None) -> bytes:
    """Have North say something on F1, and return its payload."""
    before = len(ether.of(ether.north, AirKind.MESSAGE))
    ether.posts.say(ether.north, code, TFA if fields is None else fields, "" if code == "EMG" else "60 s")
    ether.posts.run(8.0)
    return ether.of(ether.north, AirKind.MESSAGE)[before]


def test_a_good_check_sum_and_a_wrong_signature_is_nobodys(ether: Ether) -> None:
    payload = call(ether)
    for spoilt in (payload[:-1] + bytes([payload[-1] ^ 1]), payload[:9] + bytes([payload[9] ^ 4]) + payload[10:]):
        ether.play(ether.south, spoilt)
    assert sum(ether.strange(ether.south).values()) == 2
    assert ether.strange(ether.south)["F1", "bad signature"] >= 1
    assert len(ether.received(ether.south, "TFA")) == 1 and not accused(ether.south)


def test_a_recording_is_taken_once_over_restarts_and_amendments_and_is_named(ether: Ether) -> None:
    payload = call(ether, "EMG", EMG)
    ether.play(ether.south, payload)  # at once: called again, as when its mark was lost
    assert ether.strange(ether.south) == {}
    ether.posts.run(airing.RECORDED_S + 10.0)
    ether.play(ether.south, payload, "F2")
    assert ether.strange(ether.south) == {("F2", "replayed"): 1}
    ether.posts.kill(ether.south, 2.0)
    ether.posts.run(20.0)
    ether.play(ether.south, payload)
    assert ether.strange(ether.south) == {("F1", "replayed"): 1}
    amended = replace(
        ether.posts._agreed(ether.south), digest="sha256:" + "cd" * 32, version=2, earlier=("sha256:" + "ab" * 32,)
    )
    ether.posts.give(ether.south, Standings((amended,)))
    ether.play(ether.south, payload)
    assert ether.strange(ether.south)["F1", "replayed"] == 2
    assert len(ether.received(ether.south, "EMG")) == 1
    assert not accused(ether.south)


def test_own_frames_that_come_back_are_counted_and_not_taken(ether: Ether) -> None:
    payload = call(ether, "EMG", EMG)
    entered = entries(ether.north, "strange on air")
    ether.play(ether.north, payload)
    assert ether.strange(ether.north) == {("F1", "reflected"): 1}
    assert not ether.received(ether.north, "EMG") and entries(ether.north, "strange on air") == entered


def test_frames_of_another_agreement_and_of_another_pair_are_refused(ether: Ether) -> None:
    other = Ether(seed=9, settle_s=0.0)
    for side in other.posts.sides.values():
        agreed = replace(other.posts._agreed(side), agreement="other-2026", digest="sha256:" + "ef" * 32)
        other.posts.give(side, Standings((agreed,)))
    other.posts.run(60.0)
    ether.play(ether.south, call(other, "EMG", EMG))
    assert ether.strange(ether.south) == {("F1", "wrong agreement"): 1}
    ether.line(ether.south).strange.clear()
    eve = SigningKey(b"e" * 32)
    payload = call(ether, "EMG", EMG)
    ether.play(ether.south, payload[:-64] + eve.sign(payload[:-64]))
    assert ether.strange(ether.south) == {("F1", "bad signature"): 1}


def test_marks_on_what_was_never_sent_are_refused(ether: Ether) -> None:
    call(ether)
    mark = ether.of(ether.south, AirKind.MARK)[-1]
    fresh = Ether(seed=3, settle_s=0.5)
    fresh.posts.air["F1"].conditions.jammed = fresh.posts.air["F2"].conditions.jammed = True
    fresh.play(fresh.north, mark)
    assert fresh.strange(fresh.north) == {("F1", "unknown reference"): 1} and not accused(fresh.north)


@pytest.mark.parametrize("copied", [True, False])
def test_a_mark_that_is_copied_to_another_frequency_proves_nothing_of_it(ether: Ether, copied: bool) -> None:
    """SOUTH does not hear F2. What it says on F1 is played there, by which it would seem to."""
    media = ether.line(ether.north).peer._traffic.air.waves.failover.media
    before = media["F2"].last_ok_s
    ether.posts.air["F2"].conditions.deaf.add("SOUTH")
    marks = len(ether.of(ether.south, AirKind.MARK))
    ether.posts.cut()  # so that marks by a person go by radio too
    call(ether, "EMG", EMG)
    (asked,) = ether.received(ether.south, "EMG")
    ether.posts.give(ether.south, Command(0, "duty officer", "mark", {"id": asked["id"], "mark": "UNDERSTOOD"}))
    ether.posts.run(15.0)
    heard = [payload for who, name, payload in ether.heard if (who, name, payload[0]) == ("SOUTH", "F1", AirKind.MARK)]
    statements = ether.of(ether.south, AirKind.MARK)[marks:]
    assert statements and set(statements) <= set(heard)
    for payload in statements:
        ether.play(ether.north, payload, "F2" if copied else "F1")
    assert media["F2"].last_ok_s == before
    assert media["F1"].last_ok_s is not None and media["F1"].last_ok_s > (before or 0.0)
    logged = ether.line(ether.north).log.get(asked["id"])
    assert logged is not None and {"RECEIVED", "UNDERSTOOD"} <= logged.marks.keys()


def test_a_third_station_that_repeats_marks_does_not_keep_a_dead_frequency_alive(
    ether: Ether, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lost_in_spite_of_recordings(ether)
    marked = Airwaves.marked

    def credulous(self: Airwaves, message_id: str, channel: str, now: Any, **more: Any) -> None:
        known = (message_id, channel) in self._recent
        marked(self, message_id, channel, now, **more)
        if known:
            self._recent[message_id, channel] = None

    monkeypatch.setattr(Airwaves, "marked", credulous)
    assert not lost_in_spite_of_recordings(Ether())


def lost_in_spite_of_recordings(ether: Ether) -> bool:
    """Record a mark, make South deaf, play the mark all the while that North calls; return whether North goes on."""
    call(ether)
    mark = ether.of(ether.south, AirKind.MARK)[-1]
    ether.posts.air["F1"].conditions.deaf.add("SOUTH")
    ether.posts.say(ether.north, "TFA", TFA, "60 s")
    for _ in range(50):
        ether.posts.run(1.0)
        ether.play(ether.north, mark)
    return bool(ether.line(ether.north).peer._traffic.air.waves.failover.media["F1"].health is Health.LOST)


def test_pieces_slipped_in_make_nothing_and_are_bounded(ether: Ether) -> None:
    chance = random.Random(4)
    for number in range(200):
        whole = bytes([AirKind.MESSAGE]) + chance.randbytes(300)
        pieces = list(split(whole))
        pieces[1] = pieces[1][:-1] + bytes([pieces[1][-1] ^ 1])
        for piece in pieces if number % 2 else pieces[:2]:
            ether.play(ether.south, piece)
    wholes = ether.line(ether.south).peer._traffic.air._packing["F1"]._wholes
    assert isinstance(wholes, Wholes) and len(wholes) <= MOST_AT_ONCE
    assert set(ether.strange(ether.south)) == {("F1", "garbage")} and not accused(ether.south)
    call(ether, "EMG", EMG)
    assert ether.received(ether.south, "EMG")


def test_a_flood_of_frames_costs_little_ledger_and_the_node_goes_on(ether: Ether) -> None:
    payload, chance = call(ether), random.Random(5)
    before = {kind: entries(ether.south, kind) for kind in ("strange on air", "evidence", "finding")}
    for _ in range(1500):
        ether.play(ether.south, payload[:-64] + chance.randbytes(64))
    assert ether.strange(ether.south) == {("F1", "bad signature"): 1500}
    assert entries(ether.south, "strange on air") == before["strange on air"] + 1
    assert {kind: entries(ether.south, kind) for kind in ("evidence", "finding")} == {
        kind: before[kind] for kind in ("evidence", "finding")
    }
    told = [event for _, event in ether.south.told if event["event"] == "strange on air"]
    assert told[-1]["reason"] == "bad signature" and told[-1]["counterpart"] == "NORTH"
    call(ether, "EMG", EMG)
    assert ether.received(ether.south, "EMG")


def test_nothing_but_a_refusal_comes_out_of_the_door(ether: Ether) -> None:
    call(ether)
    call(ether, "EMG", EMG)
    chance, good = random.Random(6), [payload for _, _, payload in ether.heard]
    peer, refused = ether.line(ether.south).peer, 0
    for number in range(6000):
        if number % 3 == 0:
            payload = chance.randbytes(chance.randrange(0, 130))
        else:
            spoilt = bytearray(chance.choice(good))
            for _ in range(chance.randrange(1, 4)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            payload = bytes(spoilt[: chance.randrange(1, len(spoilt) + 1)] if number % 3 == 1 else spoilt)
        try:
            peer.hear(chance.choice(("F1", "F2", "F9", "")), payload, ether.posts.now(ether.south))
        except RemoteProtocolError:
            refused += 1
    assert refused > 5000
    ether.posts.run(5.0)
    assert len(ether.received(ether.south, "TFA")) == len(ether.received(ether.south, "EMG")) == 1


def test_asked_again_and_again_pieces_are_not_said_for_ever() -> None:
    pieces = Pieces()
    said = pieces.send(bytes([AirKind.MESSAGE]) + bytes(500), 0.0)
    request = bytes([AirKind.REPEAT]) + said[0][1:5] + b"\x1f"
    assert sum(bool(pieces.repeat(request, 1.0)) for _ in range(100)) == Pace().asks
    pieces.send(bytes([AirKind.MESSAGE]) + bytes(500), 2.0)
    assert pieces.repeat(request, 3.0)


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
    assert medium.calls == 1, "the one that left stays"


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


def silences(side: Side) -> list[tuple[float, bool, str]]:
    """Return when a side was told that nothing answers [s], whether that sounded, and the words."""
    told = [(at, e) for at, e in side.told if e["event"] == "channel" and e["state"] == "IN USE" and not e["medium"]]
    return [(at, e["sounds"], e["says"]) for at, e in told]


def test_no_alarm_sounds_at_the_start_before_the_first_checks_had_their_time() -> None:
    posts = Posts(5)
    posts.run(120.0)
    for side in posts.sides.values():
        assert [sounds for _, sounds, _ in silences(side)] == [False], "one word at the start, and all is well"


def test_where_nothing_answers_after_the_start_the_alarm_sounds_in_the_time_of_the_terms_and_once() -> None:
    posts = Posts(6)
    posts.cut()
    for air_ in posts.air.values():
        air_.conditions.jammed = True
    posts.run(300.0)
    for side in posts.sides.values():
        line = next(iter(side.core.lines.values()))  # type: ignore[union-attr]
        (begun, first, words), (at, sounds, says) = silences(side)
        assert (first, words, sounds, says) == (False, airing.FIRST_CHECKS, True, airing.NOTHING_LEFT)
        assert at - begun == pytest.approx(airing.first_checks_s(line), abs=1.0)
        assert airing.first_checks_s(line) <= line.terms.failover.ground_line_s


def test_where_what_was_in_use_stops_the_alarm_sounds_at_once(ether: Ether) -> None:
    ether.posts.cut()
    for air_ in ether.posts.air.values():
        air_.conditions.jammed = True
    ether.posts.run(150.0)
    for side in (ether.north, ether.south):
        assert silences(side)[-1][1:] == (True, airing.NOTHING_LEFT)


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


def test_an_amendment_in_the_middle_of_a_session_accuses_nobody_of_an_old_head(ether: Ether) -> None:
    ether.posts.run(700.0)  # long enough for both to have signed heads of their books
    for side in (ether.south, ether.north):
        agreed = ether.posts._agreed(side)
        amended = replace(agreed, digest="sha256:" + "cd" * 32, version=2, earlier=(agreed.digest,))
        ether.posts.give(side, Standings((amended,)))
        ether.posts.run(5.0)
    assert not accused(ether.south) and not accused(ether.north)
    assert {ether.line(side).standing for side in (ether.south, ether.north)} == {"OPEN"}
