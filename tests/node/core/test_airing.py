"""What anybody can transmit: nothing of it is taken, all of it is counted and named, and it accuses nobody."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from armslength.bench.failover import EMG, TFA
from armslength.crypto.keys import SigningKey
from armslength.errors import RemoteProtocolError
from armslength.node.core import airing
from armslength.node.core.inputs import Command, Standings
from armslength.protocol.air_bits import AirKind
from armslength.protocol.airwaves import Airwaves
from armslength.protocol.failover import Health
from armslength.protocol.fragments import MOST_AT_ONCE, Pace, Pieces, Wholes, split
from node.core.ether import Ether, accused, call, entries


@pytest.fixture
def ether() -> Ether:
    return Ether()


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


def test_an_amendment_in_the_middle_of_a_session_accuses_nobody_of_an_old_head(ether: Ether) -> None:
    ether.posts.run(700.0)  # long enough for both to have signed heads of their books
    for side in (ether.south, ether.north):
        agreed = ether.posts._agreed(side)
        amended = replace(agreed, digest="sha256:" + "cd" * 32, version=2, earlier=(agreed.digest,))
        ether.posts.give(side, Standings((amended,)))
        ether.posts.run(5.0)
    assert not accused(ether.south) and not accused(ether.north)
    assert {ether.line(side).standing for side in (ether.south, ether.north)} == {"OPEN"}
