"""The keeper of agreements: two homes, their files, and what the ledger is told."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from armslength.agreement.document import AGREEMENT_TYPE
from armslength.agreement.drafting import amendment, read_draft
from armslength.agreement.lifecycle import State
from armslength.agreement.notice import Kind
from armslength.crypto.envelope import seal, to_json
from armslength.crypto.keys import SigningKey
from armslength.errors import (
    EquivocationError,
    HomeError,
    LifecycleError,
    RemovedKeyError,
    RollbackError,
    SignatureError,
    StoreError,
)
from armslength.node import pending
from armslength.node.agreements import Agreements, Change
from armslength.node.entering import finish
from armslength.node.pending import Files
from node.homes import every_file
from node.keepers import DAY, HOUR, NOW, Side, Told, draft, next_version, pair, payload_of, ratified

__all__ = ["pair"]


def test_both_sides_come_to_the_same(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = ratified(north, south)
    for side in pair:
        (found,) = side.keeper.in_force(NOW)
        assert found[1] == document
        assert side.restarted().keeper.in_force(NOW)[0][1] == document
    assert [one.what for one in north.told] == ["proposed", "ratified"]
    assert [one.what for one in south.told] == ["proposed", "ratified"]
    assert north.keeper.terms(document).parties[0].name == "North"
    assert north.keeper.counterpart(north.keeper.standings[document.agreement]) == "South"


def test_what_the_ledger_is_told_holds_no_terms(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = ratified(north, south)
    south.keeper.notify(document.agreement, Kind.SUSPEND, "separation", NOW)
    for change in (*north.told, *south.told):
        assert set(change.payload) <= {
            "what", "version", "digest", "predecessor", "signed_by",
            "provision", "notice", "by", "lifts", "effect_ns", "holds_ns",
        }  # fmt: skip
        assert document.terms["title"] not in str(change)


def test_what_is_not_recorded_did_not_happen(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = ratified(north, south)

    before = every_file(south.home.path)
    ledger = Told()
    deaf, ledger.full = Agreements(south.home, ledger), True
    with pytest.raises(StoreError):
        deaf.notify(document.agreement, Kind.SUSPEND, "separation", NOW)
    assert not deaf.standings[document.agreement].notices
    assert every_file(south.home.path) == before


def test_a_disk_that_takes_nothing_changes_nothing(pair: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    north, south = pair
    document = ratified(north, south)

    def full(*_: object) -> None:
        raise StoreError("planted: disk full")

    with monkeypatch.context() as patched:
        patched.setattr(pending, "write_private", full)
        with pytest.raises(StoreError):
            south.keeper.notify(document.agreement, Kind.END, "", NOW)
    assert south.keeper.standings[document.agreement].state(NOW) is State.IN_FORCE
    assert south.told[-1].what == "end given" and len(south.ledger.held) == 1  # entered: it will be
    assert south.restarted().keeper.standings[document.agreement].state(NOW) is State.IN_FORCE
    assert finish(south.home, south.ledger.held) == list(south.ledger.held)  # there is room again
    assert south.restarted().keeper.standings[document.agreement].state(NOW) is State.ENDING
    assert finish(south.home, south.ledger.held) == []


def test_the_ledger_is_told_before_a_file_is_there_and_lets_go_when_it_is(pair: tuple[Side, Side]) -> None:
    north, south = pair
    seen = []

    class Looking(Told):
        def enter(self, change: Change, files: Files) -> None:
            seen.append([(north.home.path / path).exists() for path in files])
            super().enter(change, files)

    ledger = Looking()
    Agreements(north.home, ledger).propose(draft(north, south), NOW)
    assert seen == [[False]] and ledger.held == {}
    assert len(list(north.home.agreements.rglob("*.age"))) == 1


def test_amending_and_going_back(pair: tuple[Side, Side]) -> None:
    north, south = pair
    one = ratified(north, south)
    two = next_version(one)
    old = north.keeper.standings[one.agreement].head
    assert old is not None
    proposal = south.keeper.propose(two, NOW + DAY)
    north.keeper.take(proposal.envelope, NOW + DAY, sender="South")
    done = north.keeper.ratify(one.agreement, NOW + DAY)
    south.keeper.take(done.envelope, NOW + DAY, sender="North")
    assert south.keeper.in_force(NOW + DAY)[0][1] == two
    with pytest.raises(RollbackError):
        south.keeper.take(to_json(old.envelope), NOW + DAY, sender="North")
    with pytest.raises(EquivocationError):
        north.keeper.propose(next_version(one, title="Another "), NOW + DAY)


def test_a_party_does_not_fall_behind_its_own_later_proposal(pair: tuple[Side, Side]) -> None:
    north, south = pair
    one = ratified(north, south)
    two, three = next_version(one, title="South's "), next_version(one, 3, title="North's ")
    given = south.keeper.propose(two, NOW)
    north.keeper.take(given.envelope, NOW)
    north.keeper.propose(three, NOW)
    with pytest.raises(LifecycleError, match="version 3 since"):
        north.keeper.ratify(one.agreement, NOW, 2)
    with pytest.raises(LifecycleError, match=r"Versions 2 wait|version 3 since"):
        north.keeper.ratify(one.agreement, NOW)


def test_a_proposal_that_nobody_here_can_execute_stands_in_the_way_of_no_other(pair: tuple[Side, Side]) -> None:
    north, south = pair
    one = ratified(north, south)
    two = next_version(one, title="South's ")
    broken = replace(two, terms={**two.terms, "separation": {"horizontal": "3 miles"}})
    south.keeper.take(to_json(seal(AGREEMENT_TYPE, broken.to_bytes(), north.home.key)), NOW, sender="North")
    another = replace(broken, salt="1" * 32)
    with pytest.raises(EquivocationError):  # of those too there is one to a number
        south.keeper.take(to_json(seal(AGREEMENT_TYPE, another.to_bytes(), north.home.key)), NOW, sender="North")
    by_north = next_version(one, title="North's ")
    south.keeper.take(to_json(seal(AGREEMENT_TYPE, by_north.to_bytes(), north.home.key)), NOW, sender="North")
    with pytest.raises(EquivocationError):  # the control: one that can be executed does stand in the way
        south.keeper.propose(two, NOW)
    assert south.restarted().keeper.ratify(one.agreement, NOW).payload["digest"] == by_north.digest
    assert south.restarted().keeper.in_force(NOW)[0][1] == by_north


def test_suspending_resuming_and_ending_over_two_homes(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = ratified(north, south)
    name = document.agreement
    given = north.keeper.notify(name, Kind.SUSPEND, "disclosure", NOW)
    south.keeper.take(given.envelope, NOW + 1, sender="North")
    for side in (*pair, north.restarted(), south.restarted()):
        assert side.keeper.standings[name].suspended(NOW + HOUR) == {"disclosure"}
        assert side.keeper.standings[name].suspended(NOW + HOUR - 1) == frozenset()
    back = south.keeper.notify(name, Kind.RESUME, "disclosure", NOW + 2 * HOUR)
    assert back.what == "resume proposed"
    north.keeper.take(back.envelope, NOW + 2 * HOUR, sender="South")
    agreed = north.keeper.notify(name, Kind.RESUME, "disclosure", NOW + 3 * HOUR)
    assert agreed.what == "resumed"
    south.keeper.take(agreed.envelope, NOW + 3 * HOUR, sender="North")
    for side in (*pair, north.restarted(), south.restarted()):
        assert side.keeper.standings[name].suspended(NOW + 3 * HOUR) == frozenset()
    with pytest.raises(LifecycleError, match="not suspended"):
        north.keeper.notify(name, Kind.RESUME, "disclosure", NOW + 4 * HOUR)
    for provision in ("ground_line", "emergency"):
        with pytest.raises(LifecycleError, match="cannot be suspended"):
            north.keeper.notify(name, Kind.SUSPEND, provision, NOW)
    with pytest.raises(LifecycleError, match="shorter than the terms say"):
        north.keeper.notify(name, Kind.END, "", NOW, NOW + DAY)
    north.keeper.notify(name, Kind.END, "", NOW)
    assert north.restarted().keeper.in_force(NOW + 30 * DAY) == []


def test_what_lies_on_the_disk_says_nothing_to_others(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = ratified(north, south)
    for side, other in ((north, south), (south, north)):
        for name, data in every_file(side.home.agreements).items():
            assert name.endswith(".age") and data.startswith(b"age-encryption.org/v1\n")
            with pytest.raises(StoreError, match="cannot be decrypted"):
                other.home.vault.decrypt(data, name)
            assert str(document.terms["title"]).encode() in payload_of(side.home.vault.decrypt(data, name))


def test_a_damaged_file_is_found_at_start(pair: tuple[Side, Side]) -> None:
    north, south = pair
    ratified(north, south)
    (path,) = north.home.agreements.rglob("*.age")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(StoreError, match=r"\.age"):
        north.restarted()
    path.write_bytes(north.home.vault.encrypt(b'{"planted":true}'))
    with pytest.raises(HomeError, match="not what was kept there"):
        north.restarted()
    path.write_bytes(whole)
    assert north.restarted().keeper.in_force(NOW) != []


def test_which_agreement_is_meant(pair: tuple[Side, Side]) -> None:
    north, south = pair
    with pytest.raises(LifecycleError, match="There is no agreement"):
        north.keeper.only(None)
    one = ratified(north, south)
    assert north.keeper.only(None) == one.agreement
    two = ratified(north, south)
    with pytest.raises(LifecycleError, match="--agreement"):
        north.keeper.only(None)
    assert north.keeper.only(two.agreement) == two.agreement
    with pytest.raises(LifecycleError, match="no such agreement"):
        north.keeper.only("none-such")
    assert len(north.keeper.in_force(NOW)) == 2


def test_the_other_side_is_shown_what_it_must_see(pair: tuple[Side, Side]) -> None:
    """Over a link that loses everything but the offers, both sides still come to the same."""
    north, south = pair
    document = draft(north, south)
    north.keeper.propose(document, NOW)

    def show(one: Side, other: Side) -> None:
        for standing in list(one.keeper.standings.values()):
            for data in one.keeper.offers(standing, NOW):
                other.keeper.take(data, NOW, sender=one.home.config.party)

    show(north, south)
    south.keeper.ratify(document.agreement, NOW)
    show(south, north)
    north.keeper.notify(document.agreement, Kind.SUSPEND, "separation", NOW)
    show(north, south)
    south.keeper.notify(document.agreement, Kind.RESUME, "separation", NOW)
    show(south, north)
    north.keeper.notify(document.agreement, Kind.RESUME, "separation", NOW)
    show(north, south)
    left, right = (side.keeper.standings[document.agreement] for side in pair)
    assert left.chain == right.chain == [document.digest]
    assert left.notices.keys() == right.notices.keys()
    assert left.suspended(NOW + DAY) == right.suspended(NOW + DAY) == frozenset()
    told = [one.what for one in south.told]
    show(north, south)
    assert [one.what for one in south.told] == told  # nothing new is not told again


def test_a_home_refuses_a_key_that_a_later_version_took_out(pair: tuple[Side, Side]) -> None:
    """No home takes its own key out; a counterpart with other tools can, and then both its keys must have signed."""
    north, south = pair
    document, new = ratified(north, south), SigningKey(bytes([9]) * 32)
    first, second = document.parties
    two = read_draft(amendment(document, 2, (first, replace(second, key=new.public)), os.urandom(16)), "v2").document()
    with pytest.raises(SignatureError, match="key and certificate"):
        south.keeper.propose(two, NOW)
    north.keeper.take(to_json(seal(AGREEMENT_TYPE, two.to_bytes(), south.home.key, new)), NOW, sender="South")
    assert north.keeper.ratify(document.agreement, NOW).what == "ratified"
    assert north.restarted().keeper.in_force(NOW)[0][1] == two

    three = next_version(two)
    with pytest.raises(RemovedKeyError):
        north.keeper.take(to_json(seal(AGREEMENT_TYPE, three.to_bytes(), south.home.key)), NOW, sender="South")
    assert (north.told[-1].what, north.told[-1].payload["why"]) == ("refused", "RemovedKeyError")
    north.keeper.take(to_json(seal(AGREEMENT_TYPE, three.to_bytes(), new)), NOW, sender="South")  # the control
    assert north.keeper.ratify(document.agreement, NOW).what == "ratified"
