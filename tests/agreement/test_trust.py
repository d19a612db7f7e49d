"""Which versions are believed. The cases are those of the TUF conformance suite, turned to two parties and one chain:

rollback, freeze, expiry, key rotation, threshold, arbitrary content; beside each stands the control that is believed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.signing import (
    AGREEMENT,
    DAY,
    NORTH,
    NORTH_NEW,
    SOUTH,
    SOUTH_NEW,
    START,
    THIRD,
    document,
    notice,
    signed,
)
from armslength.agreement.document import Document
from armslength.agreement.lifecycle import GOVERNS, State
from armslength.agreement.notice import Kind, Notice
from armslength.agreement.trust import MOST_OPEN, Standing
from armslength.crypto.envelope import Envelope, seal
from armslength.crypto.keys import SigningKey
from armslength.errors import (
    AgreementError,
    EquivocationError,
    ExpiredError,
    LifecycleError,
    PredecessorError,
    RemovedKeyError,
    RollbackError,
    SignatureError,
)

ONE = document()
TWO = document(2, ONE, begins=START + 2 * DAY, title="Twos")


def standing(*envelopes: Envelope, now: int = START) -> Standing:
    made = Standing(AGREEMENT)
    for number, envelope in enumerate(envelopes):
        made.consider(envelope, now + number)
    return made


def believed(made: Standing) -> list[str]:
    """Return what must be the same after a refusal."""
    return [*made.documents, *made.chain, *(str(one.envelope) for one in made.documents.values())]


def refused(made: Standing, envelope: Envelope, error: type[AgreementError], now: int = START + DAY) -> AgreementError:
    before = believed(made)
    with pytest.raises(AgreementError) as caught:
        made.consider(envelope, now)
    assert type(caught.value) is error
    assert believed(made) == before
    assert "Threes" not in str(caught.value) and "Twos" not in str(caught.value)
    return caught.value


# threshold


def test_one_signature_proposes_and_both_ratify() -> None:
    made = standing(signed(ONE, NORTH))
    assert made.state(START + 1) is State.PROPOSED
    assert made.in_force(START + 1) is None
    assert made.missing(ONE.digest) == {SOUTH.public}
    made.consider(signed(ONE, SOUTH), START + 1)
    assert made.state(START + 1) is State.IN_FORCE
    assert made.in_force(START + 1) == ONE
    assert made.proposed(START + 1) is None


def test_two_signatures_by_one_side_are_one() -> None:
    made = standing(signed(ONE, NORTH), signed(ONE, NORTH))
    assert made.state(START + 2) is State.PROPOSED


def test_signatures_over_different_digests_ratify_nothing() -> None:
    made = standing(signed(ONE, NORTH))
    other = document(title="Other")
    assert other.digest != ONE.digest
    refused(made, signed(other, SOUTH), EquivocationError)
    assert made.in_force(START + DAY) is None


def test_a_version_takes_effect_when_its_time_comes() -> None:
    made = standing(signed(ONE, NORTH, SOUTH), now=START - DAY)
    assert made.in_force(START - 1) is None
    assert made.state(START - 1) is State.RATIFIED
    assert made.in_force(START) == ONE


# arbitrary


def test_a_third_party_cannot_sign() -> None:
    refused(standing(), signed(ONE, THIRD), SignatureError)
    refused(standing(), signed(ONE, NORTH, THIRD), SignatureError)
    refused(standing(), signed(ONE, NORTH, SOUTH, THIRD), SignatureError)
    standing(signed(ONE, NORTH))


def test_a_signature_that_was_moved_to_other_content_does_not_fit() -> None:
    moved = Envelope(signed(ONE, NORTH).payload_type, document(title="Other").to_bytes(), signed(ONE, NORTH).signatures)
    refused(standing(), moved, SignatureError)


def test_a_signature_over_another_type_does_not_fit() -> None:
    elsewhere = seal("application/vnd.armslength.notice+json", ONE.to_bytes(), NORTH)
    refused(standing(), elsewhere, AgreementError)
    refused(standing(), replace(elsewhere, payload_type=signed(ONE, NORTH).payload_type), SignatureError)


def test_another_agreement_is_refused() -> None:
    refused(standing(), signed(replace(ONE, agreement="east-west-0000"), NORTH), AgreementError)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ONE.to_bytes()) - 1), st.integers(1, 255))
def test_no_byte_of_a_signed_document_can_change(at: int, by: int) -> None:
    bad = bytearray(ONE.to_bytes())
    bad[at] ^= by
    made, whole = standing(), signed(ONE, NORTH, SOUTH)
    with pytest.raises(AgreementError):
        made.consider(replace(whole, payload=bytes(bad)), START)
    assert not made.documents


# rollback


def test_an_older_version_is_refused_even_with_both_signatures() -> None:
    made = standing(signed(ONE, NORTH, SOUTH), signed(TWO, NORTH, SOUTH))
    refused(made, signed(ONE, NORTH, SOUTH), RollbackError)
    assert made.in_force(START + 3 * DAY) == TWO


def test_an_older_version_that_was_never_seen_is_refused_too() -> None:
    three = document(3, ONE, title="Third")
    made = standing(signed(ONE, NORTH, SOUTH), signed(three, NORTH, SOUTH))
    refused(made, signed(TWO, NORTH, SOUTH), RollbackError)
    refused(made, signed(document(2, three), NORTH, SOUTH), RollbackError)
    made.consider(signed(document(4, three), NORTH, SOUTH), START + DAY)


def test_a_newer_version_replaces_the_older_when_its_time_comes() -> None:
    made = standing(signed(ONE, NORTH, SOUTH), signed(TWO, NORTH, SOUTH))
    assert made.in_force(START + DAY) == ONE
    assert made.in_force(START + 2 * DAY) == TWO
    assert made.state(START + 2 * DAY, ONE.digest) is State.SUPERSEDED


# equivocation


def test_two_versions_with_one_number_are_refused_whoever_signed_them() -> None:
    other = document(2, ONE, title="Other")
    for first in (NORTH, SOUTH):
        for second in (NORTH, SOUTH):
            made = standing(signed(ONE, NORTH, SOUTH), signed(TWO, first))
            assert "Keep both files" in str(refused(made, signed(other, second), EquivocationError))
    made = standing(signed(ONE, NORTH, SOUTH), signed(TWO, NORTH, SOUTH))
    refused(made, signed(other, NORTH, SOUTH), EquivocationError)
    refused(made, signed(document(1, title="Other"), NORTH, SOUTH), RollbackError)


# predecessor


def test_a_version_must_follow_from_the_one_before() -> None:
    stranger = document(1, title="Never ratified")
    made = standing(signed(ONE, NORTH, SOUTH))
    refused(made, signed(document(2, stranger), NORTH, SOUTH), PredecessorError)
    refused(standing(), signed(TWO, NORTH, SOUTH), PredecessorError)
    refused(standing(signed(ONE, NORTH)), signed(TWO, NORTH, SOUTH), PredecessorError)
    made.consider(signed(TWO, NORTH, SOUTH), START)


def test_proposals_that_crossed_end_the_same_whichever_comes_first() -> None:
    three = document(3, ONE, title="Counter-proposal")
    orders = [(TWO, three), (three, TWO)]
    ends = []
    for first, second in orders:
        made = standing(signed(ONE, NORTH, SOUTH), signed(TWO, NORTH), signed(three, SOUTH))
        for one in (first, second):
            try:
                made.consider(signed(one, NORTH, SOUTH), START + DAY)
            except RollbackError:
                assert one is TWO
        ends.append(made.in_force(START + 5 * DAY))
    assert ends == [three, three]


def test_a_proposal_that_another_overtook_cannot_be_ratified_any_more() -> None:
    two, three = document(2, ONE, title="Left lying"), document(3, ONE, title="Taken")
    made = standing(signed(ONE, NORTH, SOUTH), signed(two, NORTH), signed(three, NORTH, SOUTH))
    assert made.state(START + DAY, two.digest) is State.OVERTAKEN
    assert made.proposals(START + DAY) == ()
    refused(made, signed(two, SOUTH), RollbackError)


# expiry and freeze


def test_an_expired_version_is_refused() -> None:
    last = ONE.expires_ns - 1
    refused(standing(), signed(ONE, NORTH, SOUTH), ExpiredError, now=ONE.expires_ns)
    made = standing(signed(ONE, NORTH, SOUTH), now=last)
    assert made.in_force(last) == ONE


def test_a_proposal_expires_too() -> None:
    made = standing(signed(ONE, NORTH))
    refused(made, signed(ONE, SOUTH), ExpiredError, now=ONE.expires_ns)
    assert made.proposed(ONE.expires_ns) is None
    assert made.state(ONE.expires_ns, ONE.digest) is State.EXPIRED


def test_nothing_newer_keeps_no_version_in_force_beyond_its_time() -> None:
    made = standing(signed(ONE, NORTH, SOUTH))
    assert made.in_force(ONE.expires_ns - 1) == ONE
    assert made.in_force(ONE.expires_ns) is None
    assert made.state(ONE.expires_ns) is State.EXPIRED


def test_an_expired_version_can_be_renewed_by_its_successor() -> None:
    later = ONE.expires_ns + DAY
    made = standing(signed(ONE, NORTH, SOUTH))
    made.consider(signed(document(2, ONE, begins=later, ends=later + DAY), NORTH, SOUTH), later)
    assert made.state(later) is State.IN_FORCE


# key rotation


def rotated(*keys: SigningKey) -> Envelope:
    return signed(document(2, ONE, keys=(NORTH_NEW, SOUTH)), *keys)


def test_a_key_is_replaced_by_the_old_and_the_new_together_and_by_the_other_side() -> None:
    made = standing(signed(ONE, NORTH, SOUTH), rotated(NORTH, NORTH_NEW, SOUTH))
    assert made.head is not None and made.head.document.version == 2
    for some in ((NORTH, SOUTH), (NORTH_NEW, SOUTH), (NORTH, NORTH_NEW)):
        made = standing(signed(ONE, NORTH, SOUTH), rotated(*some))
        assert made.head is not None and made.head.document.version == 1
    refused(standing(signed(ONE, NORTH, SOUTH)), rotated(NORTH_NEW), SignatureError)


def test_both_keys_can_be_replaced_at_once() -> None:
    both = document(2, ONE, keys=(NORTH_NEW, SOUTH_NEW))
    made = standing(signed(ONE, NORTH, SOUTH), signed(both, NORTH, SOUTH, NORTH_NEW))
    assert made.missing(both.digest) == {SOUTH_NEW.public}
    made.consider(signed(both, SOUTH_NEW), START + 5)
    assert made.head is not None and made.head.document == both


def test_a_removed_key_signs_nothing_more_and_never_comes_back() -> None:
    two = document(2, ONE, keys=(NORTH_NEW, SOUTH))
    rotations = (signed(ONE, NORTH, SOUTH), signed(two, NORTH, NORTH_NEW, SOUTH))
    three = document(3, two, keys=(NORTH_NEW, SOUTH))
    refused(standing(*rotations), signed(three, NORTH, SOUTH), RemovedKeyError)
    refused(standing(*rotations), signed(three, NORTH_NEW, SOUTH, NORTH), RemovedKeyError)
    back = document(3, two, keys=(NORTH, SOUTH))
    refused(standing(*rotations), signed(back, NORTH, NORTH_NEW, SOUTH), RemovedKeyError)
    twin = document(3, ONE, keys=(NORTH, SOUTH))
    refused(standing(*rotations), signed(twin, NORTH, SOUTH), RemovedKeyError)
    made = standing(*rotations)
    made.consider(signed(three, NORTH_NEW, SOUTH), START + 9)
    assert made.head is not None and made.head.document == three


def test_a_key_that_was_only_proposed_can_be_removed_from_the_proposal() -> None:
    made = standing(signed(ONE, NORTH, SOUTH), rotated(NORTH))
    made.consider(signed(document(3, ONE), NORTH, SOUTH), START + 9)
    assert made.removed() == frozenset()


def test_another_party_cannot_take_the_place_of_one() -> None:
    swapped = document(2, ONE, keys=(NORTH, THIRD), names=("North", "East"))
    refused(standing(signed(ONE, NORTH, SOUTH)), signed(swapped, NORTH, SOUTH, THIRD), AgreementError)


# bounds, and restart


def test_a_peer_cannot_fill_the_house_with_proposals() -> None:
    made = standing(signed(ONE, NORTH, SOUTH))
    for number in range(2, 2 + MOST_OPEN):
        made.consider(signed(document(number, ONE, title=f"{number}"), NORTH), START + 1)
    refused(made, signed(document(99, ONE), NORTH), LifecycleError)
    made.consider(signed(document(5, ONE, title="5"), SOUTH), START + 1)
    assert made.next_version() == 2 + MOST_OPEN


def test_after_a_restart_all_stands_as_it_stood() -> None:
    three = document(3, ONE, title="Third")
    made = standing(
        signed(ONE, NORTH), signed(ONE, SOUTH), signed(TWO, NORTH), signed(three, SOUTH), signed(three, NORTH)
    )
    again = Standing.restore(AGREEMENT, made.records().values())
    assert again.documents == made.documents
    assert again.chain == made.chain
    for when in (START, START + 3 * DAY, ONE.expires_ns):
        assert [again.state(when, d) for d in made.documents] == [made.state(when, d) for d in made.documents]


def test_what_was_changed_on_disk_does_not_come_back() -> None:
    made = standing(signed(ONE, NORTH, SOUTH))
    (record,) = made.records().values()
    forged = replace(record, envelope=replace(record.envelope, payload=document(title="Other").to_bytes()))
    with pytest.raises(SignatureError):
        Standing.restore(AGREEMENT, [forged])


def test_a_clock_that_goes_backwards_breaks_no_history() -> None:
    made = standing(signed(ONE, NORTH), now=START + DAY)
    made.consider(signed(ONE, SOUTH), START)
    made.consider(signed(TWO, NORTH, SOUTH), START - DAY)
    assert made.state(START + 3 * DAY, ONE.digest) is State.SUPERSEDED
    assert made.state(START + 3 * DAY) is State.IN_FORCE


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_happens_a_restart_changes_nothing_and_at_most_one_version_governs(data: st.DataObject) -> None:
    """Documents and notices in any order, at any times, on a clock that jumps: kept, restored, and the same."""
    three = document(3, ONE, title="Twin", begins=START + 4 * DAY)
    four = document(4, TWO, title="After two")
    pool: list[tuple[Document | Notice, tuple[SigningKey, ...]]] = []
    for one in (ONE, TWO, three, four):
        pool += [(one, (NORTH,)), (one, (SOUTH,)), (one, (NORTH, SOUTH))]
        suspension = notice(Kind.SUSPEND, one, "separation", issued=START)
        lifting = notice(Kind.RESUME, one, "separation", issued=START, lifts=(suspension.digest,))
        pool += [(suspension, (NORTH,)), (lifting, (NORTH,)), (lifting, (SOUTH,))]
        pool.append((notice(Kind.END, one, issued=START, after=30 * DAY), (NORTH,)))
    made = Standing(AGREEMENT)
    for what, keys in data.draw(st.lists(st.sampled_from(pool), min_size=4, max_size=14)):
        now = START + data.draw(st.integers(-2, 40)) * DAY
        try:
            if isinstance(what, Document):
                made.consider(signed(what, *keys), now)
            else:
                made.notice(signed(what, *keys), now)
        except AgreementError:
            continue
    again = Standing.restore(AGREEMENT, made.records().values())
    assert (again.documents, again.notices, again.chain) == (made.documents, made.notices, made.chain)
    for days in (-3, 0, 1, 3, 5, 29, 31, 60, 400):
        when = START + days * DAY
        states = [made.state(when, one) for one in made.documents]
        assert sum(one in GOVERNS for one in states) <= 1
        assert (made.in_force(when) is not None) == any(one in GOVERNS for one in states)
        assert again.suspended(when) == made.suspended(when)
