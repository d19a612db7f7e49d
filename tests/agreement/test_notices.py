"""Suspending, resuming and ending: which notices are believed, and from when on they hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agreement.signing import AGREEMENT, DAY, NORTH, NORTH_NEW, SOUTH, START, THIRD, document, notice, signed
from armslength.agreement.articles import SUSPENDABLE
from armslength.agreement.lifecycle import State
from armslength.agreement.notice import Kind, Notice
from armslength.agreement.noticing import AHEAD_NS
from armslength.agreement.trust import Standing
from armslength.crypto.envelope import Envelope
from armslength.errors import AgreementError, LifecycleError, RemovedKeyError, SignatureError
from armslength.units import NS

ONE = document()
HOUR = 3600 * NS
NOW = START + DAY
SUSPEND = notice(Kind.SUSPEND, ONE, "separation")


def standing(*envelopes: Envelope, now: int = NOW) -> Standing:
    made = Standing(AGREEMENT)
    made.consider(signed(ONE, NORTH, SOUTH), START)
    for envelope in envelopes:
        made.notice(envelope, now)
    return made


def refused(made: Standing, envelope: Envelope, error: type[AgreementError], now: int = NOW) -> str:
    before = dict(made.notices)
    with pytest.raises(AgreementError) as caught:
        made.notice(envelope, now)
    assert type(caught.value) is error
    assert made.notices == before
    return str(caught.value)


def test_either_side_suspends_one_provision_and_the_others_stay() -> None:
    for who in (NORTH, SOUTH):
        one = notice(Kind.SUSPEND, ONE, "separation", by=who)
        made = standing(signed(one, who))
        assert made.suspended(one.effect_ns - 1) == frozenset()
        assert made.suspended(one.effect_ns) == {"separation"}
        assert made.in_force(one.effect_ns) == ONE


@pytest.mark.parametrize("provision", ["ground_line", "emergency", "suspension", "party", "no_such_article"])
def test_the_ground_line_and_emergencies_cannot_be_suspended(provision: str) -> None:
    said = refused(standing(), signed(notice(Kind.SUSPEND, ONE, provision), NORTH), LifecycleError)
    assert "cannot be suspended" in said and all(one in said for one in SUSPENDABLE), "and what can be is listed"


@pytest.mark.parametrize("provision", sorted(SUSPENDABLE))
def test_every_other_one_can(provision: str) -> None:
    one = notice(Kind.SUSPEND, ONE, provision)
    assert standing(signed(one, NORTH)).suspended(one.effect_ns) == {provision}


def test_a_suspension_must_give_the_notice_that_the_terms_say() -> None:
    short = notice(Kind.SUSPEND, ONE, "separation", after=HOUR - 1)
    refused(standing(), signed(short, NORTH), LifecycleError)
    standing(signed(replace(short, effect_ns=short.effect_ns + 1), NORTH))


def test_the_terms_may_name_fewer_provisions() -> None:
    narrow = replace(ONE, terms={**ONE.terms, "suspension": {"notice": "1 h", "provisions": ["frequency"]}})
    made = Standing(AGREEMENT)
    made.consider(signed(narrow, NORTH, SOUTH), START)
    refused(made, signed(notice(Kind.SUSPEND, narrow, "separation"), NORTH), LifecycleError)
    made.notice(signed(notice(Kind.SUSPEND, narrow, "frequency"), NORTH), NOW)


def test_only_its_issuer_signs_a_suspension() -> None:
    made = standing()
    refused(made, signed(SUSPEND, SOUTH), SignatureError)
    refused(made, signed(SUSPEND, NORTH, SOUTH), SignatureError)
    refused(made, signed(SUSPEND, THIRD), SignatureError)
    refused(made, signed(notice(Kind.SUSPEND, ONE, "separation", by=THIRD), THIRD), SignatureError)
    good = signed(SUSPEND, NORTH)
    refused(made, replace(good, signatures=((NORTH.public, b"\0" * 64),)), SignatureError)
    made.notice(good, NOW)


def test_resuming_needs_both_signatures() -> None:
    made = standing(signed(SUSPEND, NORTH))
    resume = notice(Kind.RESUME, ONE, "separation", issued=NOW + 3 * DAY, after=0, lifts=(SUSPEND.digest,))
    now = NOW + 3 * DAY
    for half in (NORTH, SOUTH):
        alone = made.copy()
        alone.notice(signed(resume, half), now)
        assert alone.suspended(now) == {"separation"}
    made.notice(signed(resume, NORTH), now)
    made.notice(signed(resume, SOUTH), now + HOUR)
    assert made.suspended(now + HOUR - 1) == {"separation"}
    assert made.suspended(now + HOUR) == frozenset()
    refused(made, signed(replace(resume, lifts=("sha256:" + "0" * 64,)), NORTH), LifecycleError, now)
    refused(made, signed(replace(resume, provision="conduct"), NORTH), LifecycleError, now)


def test_a_suspension_that_is_sent_again_after_resuming_suspends_nothing() -> None:
    resume = notice(Kind.RESUME, ONE, "separation", after=0, lifts=(SUSPEND.digest,))
    made = standing(signed(SUSPEND, NORTH), signed(resume, NORTH, SOUTH))
    made.notice(signed(SUSPEND, NORTH), NOW + 9 * DAY)
    assert made.suspended(NOW + 9 * DAY) == frozenset()
    again = notice(Kind.SUSPEND, ONE, "separation", issued=NOW + 9 * DAY)
    made.notice(signed(again, NORTH), NOW + 9 * DAY)
    assert made.suspended(again.effect_ns) == {"separation"}


def test_both_sides_may_suspend_one_provision_and_each_suspension_is_lifted_by_itself() -> None:
    south = notice(Kind.SUSPEND, ONE, "separation", by=SOUTH)
    one = notice(Kind.RESUME, ONE, "separation", after=0, lifts=(SUSPEND.digest,))
    made = standing(signed(SUSPEND, NORTH), signed(south, SOUTH), signed(one, NORTH, SOUTH))
    assert made.suspended(NOW + 9 * DAY) == {"separation"}
    rest = notice(Kind.RESUME, ONE, "separation", after=0, lifts=(south.digest,))
    made.notice(signed(rest, SOUTH, NORTH), NOW)
    assert made.suspended(NOW + 9 * DAY) == frozenset()


def test_a_notice_from_the_future_is_refused() -> None:
    ahead = notice(Kind.SUSPEND, ONE, "separation", issued=NOW + AHEAD_NS + 1)
    assert "Compare the clocks" in refused(standing(), signed(ahead, NORTH), LifecycleError)
    standing(signed(replace(ahead, issued_ns=NOW + AHEAD_NS), NORTH))


def test_ending_takes_the_notice_that_the_terms_say() -> None:
    refused(standing(), signed(notice(Kind.END, ONE, after=30 * DAY - 1), NORTH), LifecycleError)
    end = notice(Kind.END, ONE, after=30 * DAY)
    made = standing(signed(end, NORTH))
    assert made.state(NOW) is State.ENDING
    assert made.in_force(end.effect_ns - 1) == ONE
    assert made.in_force(end.effect_ns) is None
    assert made.state(end.effect_ns) is State.ENDED


def test_a_notice_that_is_dated_back_or_kept_back_counts_from_its_arrival() -> None:
    late = NOW + 40 * DAY
    end = notice(Kind.END, ONE, after=30 * DAY)
    made = standing(signed(end, NORTH), now=late)
    assert made.state(late) is State.ENDING
    assert made.in_force(late + 29 * DAY - 1) == ONE
    assert made.in_force(late + 29 * DAY) is None
    in_time = standing(signed(end, NORTH), now=NOW + DAY)  # the control: a day on the way changes nothing
    assert in_time.in_force(end.effect_ns) is None


def test_a_version_that_both_sign_after_a_notice_goes_on() -> None:
    end = notice(Kind.END, ONE, after=30 * DAY)
    made = standing(signed(end, NORTH))
    two = document(2, ONE, begins=NOW + 5 * DAY)
    made.consider(signed(two, NORTH, SOUTH), NOW + 2 * DAY)
    assert made.in_force(end.effect_ns) == two
    assert made.state(end.effect_ns, ONE.digest) is State.SUPERSEDED
    refused(made, signed(notice(Kind.END, ONE, after=31 * DAY), SOUTH), LifecycleError, NOW + 3 * DAY)


def test_ending_a_version_that_has_not_begun_ends_the_one_before_it_too() -> None:
    two = document(2, ONE, begins=NOW + 60 * DAY)
    made = standing()
    made.consider(signed(two, NORTH, SOUTH), NOW)
    end = notice(Kind.END, two, issued=NOW, after=30 * DAY)
    made.notice(signed(end, NORTH), NOW)
    assert made.state(NOW) is State.ENDING
    for when in (end.effect_ns, two.effective_ns, two.effective_ns + DAY):
        assert made.in_force(when) is None
    long = notice(Kind.END, two, issued=NOW, after=90 * DAY)
    other = standing()
    other.consider(signed(two, NORTH, SOUTH), NOW)
    other.notice(signed(long, NORTH), NOW)
    assert other.in_force(two.effective_ns) == two
    assert other.state(two.effective_ns) is State.ENDING
    assert other.in_force(long.effect_ns) is None


def test_a_notice_names_a_version_that_is_ratified_here() -> None:
    refused(standing(), signed(notice(Kind.END, document(title="Other"), after=31 * DAY), NORTH), LifecycleError)
    only = Standing(AGREEMENT)
    only.consider(signed(ONE, NORTH), START)
    refused(only, signed(SUSPEND, NORTH), LifecycleError)


def test_a_key_that_was_removed_gives_no_notice() -> None:
    two = document(2, ONE, keys=(NORTH_NEW, SOUTH))
    made = standing()
    made.consider(signed(two, NORTH, NORTH_NEW, SOUTH), NOW)
    refused(made, signed(SUSPEND, NORTH), RemovedKeyError)
    refused(made, signed(notice(Kind.SUSPEND, two, "separation"), NORTH), RemovedKeyError)
    made.notice(signed(notice(Kind.SUSPEND, two, "separation", by=NORTH_NEW), NORTH_NEW), NOW)
    made.notice(signed(notice(Kind.SUSPEND, ONE, "separation", by=SOUTH), SOUTH), NOW)


def test_a_suspension_outlives_an_amendment() -> None:
    made = standing(signed(SUSPEND, NORTH))
    made.consider(signed(document(2, ONE), NORTH, SOUTH), NOW)
    assert made.suspended(SUSPEND.effect_ns) == {"separation"}


def test_after_a_restart_all_stands_as_it_stood() -> None:
    resume = notice(Kind.RESUME, ONE, "separation", after=0, lifts=(SUSPEND.digest,))
    half = notice(Kind.RESUME, ONE, "separation", after=1, lifts=(SUSPEND.digest,))
    end = notice(Kind.END, ONE, by=SOUTH, after=30 * DAY)
    made = standing(signed(SUSPEND, NORTH), signed(end, SOUTH), now=NOW + 9 * DAY)
    made.notice(signed(resume, NORTH), NOW + 10 * DAY)
    made.notice(signed(resume, SOUTH), NOW + 11 * DAY)
    made.notice(signed(half, SOUTH), NOW + 11 * DAY)
    again = Standing.restore(AGREEMENT, made.records().values())
    assert again.notices == made.notices
    assert again.chain == made.chain


def test_a_notice_keeps_its_one_form() -> None:
    for one in (SUSPEND, notice(Kind.END, ONE, after=30 * DAY)):
        assert Notice.from_bytes(one.to_bytes()) == one
    with pytest.raises(AgreementError):
        Notice.from_bytes(replace(SUSPEND, effect_ns=SUSPEND.issued_ns - 1).to_bytes())
    with pytest.raises(AgreementError):
        Notice.from_bytes(replace(SUSPEND, provision="").to_bytes())
    with pytest.raises(AgreementError):
        Notice.from_bytes(replace(SUSPEND, lifts=(SUSPEND.digest,)).to_bytes())
    with pytest.raises(AgreementError):
        Notice.from_bytes(SUSPEND.to_bytes().replace(b"suspend", b"sustain"))
