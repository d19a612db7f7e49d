"""The keeper of agreements: two homes, their files, and what the ledger is told."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.document import AGREEMENT_TYPE, Document
from armslength.agreement.drafting import amendment, first_draft, read_draft
from armslength.agreement.lifecycle import State
from armslength.agreement.notice import Kind
from armslength.crypto.envelope import seal, to_json
from armslength.crypto.keys import SigningKey
from armslength.errors import (
    AgreementError,
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
from armslength.node.counterparts import keep_identity, may_accept
from armslength.node.entering import finish
from armslength.node.home import Home
from armslength.node.pending import Files
from armslength.units import NS
from node.homes import every_file, introduce, make

NOW = 1_800_000_000 * NS
HOUR, DAY = 3600 * NS, 86_400 * NS


class Told:
    """A ledger that keeps what it is told, and what it must keep until it is written; `full`: it takes nothing."""

    def __init__(self) -> None:
        self.changes, self.held, self.full = list[Change](), dict[str, bytes](), False

    def enter(self, change: Change, files: Files) -> None:
        """Keep it."""
        if self.full:
            raise StoreError("planted: disk full")
        self.changes.append(change)
        self.held.update(files)

    def written(self, paths: Collection[str]) -> None:
        """Forget them."""
        for path in paths:
            del self.held[path]


class Side:
    """One home with its keeper, and what the ledger was told."""

    def __init__(self, home: Home) -> None:
        self.home, self.ledger = home, Told()
        self.keeper = Agreements(home, self.ledger)
        self.told = self.ledger.changes

    def restarted(self) -> Side:
        return Side(self.home)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Side, Side]:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    return Side(north), Side(south)


def draft(north: Side, south: Side) -> Document:
    _, text = first_draft("threes", north.home.identity, south.home.identity, NOW, NOW + 365 * DAY, os.urandom(24))
    return read_draft(text, "draft.toml").document()


def ratified(north: Side, south: Side) -> Document:
    document = draft(north, south)
    proposal = north.keeper.propose(document, NOW)
    south.keeper.take(proposal.envelope, NOW, sender="North")
    answer = south.keeper.ratify(document.agreement, NOW)
    north.keeper.take(answer.envelope, NOW, sender="South")
    return document


def next_version(document: Document, version: int | None = None, **changed: str) -> Document:
    text = amendment(document, version or document.version + 1, document.parties, os.urandom(16))
    for old, new in changed.items():
        assert f'{old} = "' in text
        text = text.replace(f'{old} = "', f'{old} = "{new}', 1)
    return read_draft(text, "amended.toml").document()


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


def test_an_identity_that_was_not_accepted_signs_nothing(tmp_path: Path) -> None:
    north, south = Side(make(tmp_path, "North")), Side(make(tmp_path, "South"))
    document = draft(north, south)
    with pytest.raises(SignatureError, match=r"South .* was not accepted"):
        north.keeper.propose(document, NOW)
    introduce(north.home, south.home)
    proposal = north.keeper.propose(document, NOW)
    (south.home.path / "counterparts" / "North.identity").unlink()
    with pytest.raises(SignatureError, match=r"North .* was not accepted"):
        south.keeper.take(proposal.envelope, NOW)
    assert south.told[-1].payload["why"] == "SignatureError"


def test_a_stranger_with_the_name_of_a_counterpart_is_refused(pair: tuple[Side, Side], tmp_path: Path) -> None:
    north, south = pair
    (tmp_path / "elsewhere").mkdir()
    false_north = Side(make(tmp_path / "elsewhere", "North"))
    keep_identity(false_north.home, south.home.identity, south.home.own_identity)
    document = draft(false_north, south)
    proposal = false_north.keeper.propose(document, NOW)
    with pytest.raises(SignatureError, match="not accepted"):
        south.keeper.take(proposal.envelope, NOW)
    with pytest.raises(HomeError, match="--replace"):
        may_accept(south.home, false_north.home.identity)
    assert may_accept(south.home, false_north.home.identity, replace=True) == "replaced"
    assert may_accept(south.home, north.home.identity) == "nothing new"
    with pytest.raises(HomeError, match="own identity"):
        may_accept(south.home, south.home.identity, replace=True)


def test_a_document_for_somebody_else_is_refused(pair: tuple[Side, Side], tmp_path: Path) -> None:
    north, south = pair
    west = Side(make(tmp_path, "West"))
    introduce(north.home, west.home)
    elsewhere = north.keeper.propose(draft(north, west), NOW)
    with pytest.raises(AgreementError, match="does not name this home"):
        south.keeper.take(elsewhere.envelope, NOW)
    ours = north.keeper.propose(draft(north, south), NOW)
    with pytest.raises(AgreementError, match="It is with North"):
        south.keeper.take(ours.envelope, NOW, sender="West")
    assert [one.what for one in south.told] == ["refused", "refused"]
    south.keeper.take(ours.envelope, NOW, sender="North")


def test_notices_of_one_agreement_do_not_come_from_the_counterpart_of_another(
    pair: tuple[Side, Side], tmp_path: Path
) -> None:
    north, south = pair
    document = ratified(north, south)
    given = south.keeper.notify(document.agreement, Kind.SUSPEND, "separation", NOW)
    with pytest.raises(AgreementError, match="West has no part"):
        north.keeper.take(given.envelope, NOW, sender="West")
    north.keeper.take(given.envelope, NOW, sender="South")


def test_only_the_own_name_and_certificate_are_signed_for(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = draft(north, south)
    first, second = document.parties
    other_certificate = replace(document, parties=(replace(first, certificate="0" * 64), second))
    other_key = replace(document, parties=(replace(first, key=south.home.key.public), replace(second, key=first.key)))
    for wrong in (other_certificate, other_key):
        with pytest.raises((SignatureError, AgreementError)):
            north.keeper.propose(wrong, NOW)
    assert north.told == []
    north.keeper.propose(document, NOW)


def test_what_says_one_thing_to_people_and_another_to_machines_is_not_signed(pair: tuple[Side, Side]) -> None:
    north, south = pair
    document = draft(north, south)
    terms = document.terms
    spelled_less = {key: value for key, value in terms.items() if key != "separation"}
    other_post = {**terms, "party": [{**terms["party"][0], "post": "OTHER POST"}, terms["party"][1]]}
    for wrong, says in (
        (replace(document, terms=spelled_less), "spell everything out"),
        (replace(document, terms={**terms, "lookahead": "180.0 s"}), "spell everything out"),
        (replace(document, expires_ns=document.expires_ns + DAY), "other times"),
        (replace(document, effective_ns=document.effective_ns - 1), "other times"),
        (replace(document, terms=other_post), "other duty posts"),
        (replace(document, terms={**terms, "separation": {"horizontal": "3 miles"}}), "cannot be executed"),
    ):
        with pytest.raises(AgreementError, match=says):
            north.keeper.propose(wrong, NOW)
        envelope = to_json(seal(AGREEMENT_TYPE, wrong.to_bytes(), north.home.key))
        twin = Side(south.home)
        twin.keeper.take(envelope, NOW)  # it is theirs to say; only we do not sign it
        with pytest.raises(AgreementError, match=says):
            twin.keeper.ratify(wrong.agreement, NOW)
        next((south.home.agreements / wrong.agreement).glob("*.age")).unlink()
    north.keeper.propose(document, NOW)


def test_garbage_is_refused_and_recorded(pair: tuple[Side, Side]) -> None:
    _north, south = pair
    for data in (b"", b"{}", b"\xff" * 100, b"[" * 100_000, b"x" * 200_000):
        with pytest.raises(AgreementError):
            south.keeper.take(data, NOW, sender="North")
        assert south.told[-1].what == "refused" and south.told[-1].agreement == ""
    assert list((south.home.path / "agreements").iterdir()) == []


def test_no_flipped_byte_is_believed(pair: tuple[Side, Side]) -> None:
    north, south = pair
    whole = north.keeper.propose(draft(north, south), NOW).envelope

    @settings(max_examples=100, deadline=None)
    @given(at=st.integers(0, len(whole) - 1), by=st.integers(1, 255))
    def flip(at: int, by: int) -> None:
        bad = bytearray(whole)
        bad[at] ^= by
        with pytest.raises(AgreementError):
            south.keeper.take(bytes(bad), NOW)
        assert south.keeper.standings == {}

    flip()
    assert south.keeper.take(whole, NOW).what == "proposed"


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


@pytest.mark.parametrize("name", ["none", "node"])
def test_an_agreement_has_no_name_that_means_something_else(pair: tuple[Side, Side], name: str) -> None:
    north, south = pair
    document = draft(north, south)
    bad = replace(document, agreement=name)
    with pytest.raises(AgreementError, match="cannot be the name"):
        south.keeper.take(to_json(seal(AGREEMENT_TYPE, bad.to_bytes(), north.home.key)), NOW)
    assert south.keeper.standings == {}


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
            assert str(document.terms["title"]).encode() in _payload(side.home.vault.decrypt(data, name))


def _payload(data: bytes) -> bytes:
    from armslength.crypto.canonical import parse
    from armslength.crypto.envelope import from_tree

    return from_tree(parse(data)["envelope"]).payload


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
