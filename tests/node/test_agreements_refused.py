"""The keeper of agreements: whom and what it does not believe, and what it does not sign."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.document import AGREEMENT_TYPE
from armslength.agreement.notice import Kind
from armslength.crypto.envelope import seal, to_json
from armslength.errors import (
    AgreementError,
    HomeError,
    SignatureError,
)
from armslength.node.counterparts import keep_identity, may_accept
from node.homes import introduce, make
from node.keepers import DAY, NOW, Side, draft, pair, ratified

__all__ = ["pair"]


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


@pytest.mark.parametrize("name", ["none", "node"])
def test_an_agreement_has_no_name_that_means_something_else(pair: tuple[Side, Side], name: str) -> None:
    north, south = pair
    document = draft(north, south)
    bad = replace(document, agreement=name)
    with pytest.raises(AgreementError, match="cannot be the name"):
        south.keeper.take(to_json(seal(AGREEMENT_TYPE, bad.to_bytes(), north.home.key)), NOW)
    assert south.keeper.standings == {}
