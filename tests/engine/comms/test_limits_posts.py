"""C04 to C08 at, before and after each of their limits, with a control."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.agreement.terms import default_terms
from armslength.domain import talk as t
from armslength.domain.finding import Outcome, Severity
from armslength.units import NS
from engine.comms.record import (
    DAY,
    HOUR,
    TICK,
    N,
    S,
    answered,
    at,
    begin,
    both,
    judged,
    marked,
    message,
    one,
)

LIMIT = 12.5 * HOUR


@pytest.mark.parametrize(
    ("took", "equal", "expected"),
    [
        (15.0, True, []),
        (15.0 + TICK, True, [Severity.SEV4]),
        (5.0, False, [Severity.SEV3]),
        (16.0, False, [Severity.SEV4, Severity.SEV3]),
    ],
)
def test_c04_readback(took: float, equal: bool, expected: list[Severity]) -> None:
    said = message("m", 10.0, code="INC", read_back=True)
    found = judged("C04", begin(*said, answered("m", "RBK", 10.0 + took, equal)), 300.0)
    assert [(f.severity, f.by) for f in found] == [(one, N) for one in expected]


def test_c04_no_readback_at_all_unable_and_what_is_over() -> None:
    said = message("m", 10.0, code="INC", read_back=True)
    assert one(judged("C04", begin(*said), 300.0)) == (Outcome.BREACH, Severity.SEV4, N)
    assert not judged("C04", begin(*said, answered("m", "UNA", 12.0)), 300.0)
    assert not judged("C04", begin(*message("m", 10.0, code="INC", read_back=True, valid_until_ns=at(24.0))), 300.0)


@pytest.mark.parametrize(("free", "total", "count"), [(2, 10, 0), (3, 10, 1), (3, 9, 0), (20, 100, 0), (21, 100, 1)])
def test_c04_free_text_of_a_day(free: int, total: int, count: int) -> None:
    talk = [
        t.Said(at_ns=at(n), id=f"m{n}", by=S, code="PRT", precedence="ROUTINE", free=n < free) for n in range(total)
    ]
    assert not judged("C04", begin(*talk), DAY - 1.0)
    found = judged("C04", begin(*talk), DAY + 1.0)
    assert [(f.by, f.value) for f in found] == [(S, free / total)] * count


def test_c04_garbled_and_uncivil() -> None:
    found = judged(
        "C04", begin(t.Garbled(at_ns=at(5.0), by=S, why="bad field"), t.Flagged(at_ns=at(6.0), by=S, id="v")), 9.0
    )
    assert [(f.by, f.severity) for f in found] == [(S, Severity.SEV4), (S, Severity.SEV3)]


@pytest.mark.parametrize(
    ("until", "expected"),
    [(LIMIT, []), (LIMIT + TICK, [3, 3]), (DAY, [3, 3]), (DAY + TICK, [2, 2])],
)
def test_c05_ground_check_with_its_grace_and_after_a_day(until: float, expected: list[int]) -> None:
    assert [f.severity for f in judged("C05", begin(), until)] == expected


def test_c05_whose_it_is_and_what_counts() -> None:
    asked = t.Checked(at_ns=at(HOUR), medium=t.GROUND, by=N, id="c")
    found = {f.about: f.by for f in judged("C05", begin(asked), LIMIT + 1.0)}
    assert found == {N: S, S: S}  # ours was not answered, and they never called
    down = begin(t.Session(at_ns=at(HOUR), stands=False))
    assert {f.by for f in judged("C05", down, LIMIT + 1.0)} == {""}
    assert not judged("C05", begin(*both(t.GROUND, 60.0)), LIMIT + 60.0)
    assert len(judged("C05", begin(*both(t.TELEPHONE, 60.0)), LIMIT + 60.0)) == 2
    words = [replace(f, authentic=False) if isinstance(f, t.CheckAnswered) else f for f in both(t.GROUND, 60.0)]
    assert len(judged("C05", begin(*words), LIMIT + 60.0)) == 2


def test_c05_an_announced_outage_moves_the_time() -> None:
    told = t.Announced(
        at_ns=at(60.0),
        medium=t.GROUND,
        by=S,
        told_ns=at(60.0),
        kind=t.OUTAGE,
        from_ns=at(LIMIT - 60),
        until_ns=at(LIMIT + 60),
    )
    assert not judged("C05", begin(told), LIMIT + 60.0 + 1800.0)
    assert len(judged("C05", begin(told), LIMIT + 60.0 + 1800.0 + 1.0)) == 2


@pytest.mark.parametrize(
    ("flash", "took", "expected"),
    [
        (True, 60.0, None),
        (True, 60.0 + TICK, Severity.SEV1),
        (False, 120.0, None),
        (False, 120.0 + TICK, Severity.SEV3),
    ],
)
def test_c06_picked_up_in_time(flash: bool, took: float, expected: Severity | None) -> None:
    found = judged("C06", begin(*message("m", 10.0, flash=flash), marked("m", "UNDERSTOOD", 10.0 + took)), 900.0)
    assert [(f.severity, f.by, f.value) for f in found] == ([] if expected is None else [(expected, N, took)])


@pytest.mark.parametrize(("took", "count"), [(120.0, 0), (120.0 + TICK, 1)])
def test_c06_captured_in_time_after_the_pick_up(took: float, count: int) -> None:
    talk = begin(*message("m", 0.0), answered("m", "SBY", 30.0), marked("m", "UNDERSTOOD", 30.0 + took))
    found = judged("C06", talk, 900.0)
    assert [(f.about, f.severity) for f in found] == [("m capture", Severity.SEV1)] * count
    lasting = judged("C06", begin(*message("m", 0.0), answered("m", "SBY", 30.0)), 900.0)
    assert [(f.about, f.closed_ns) for f in lasting] == [("m capture", None)]


@pytest.mark.parametrize("code", ["ROG", "UNA", "WIL"])
def test_c06_any_answer_picks_up_and_captures(code: str) -> None:
    assert not judged("C06", begin(*message("m", 0.0), answered("m", code, 59.0)), 900.0)


def test_c06_27_minutes_for_a_named_person() -> None:
    """Deir ez-Zor: the answer waits for somebody."""
    held = t.Held(at_ns=at(20.0), id="m", reason=t.NAMED_PERSON)
    (found,) = judged("C06", begin(*message("m", 0.0), held, marked("m", "UNDERSTOOD", 27 * 60.0)), 3600.0)
    assert (found.severity, found.by, found.value) == (Severity.SEV1, N, 27 * 60.0 - 20.0)
    assert "named person" in found.explanation


def test_c06_what_is_owed_to_nobody() -> None:
    assert not judged("C06", begin(*message("m", 0.0, rings=False)), 900.0)
    assert not judged("C06", begin(*message("m", 0.0, valid_until_ns=at(59.0))), 900.0)
    said = message("m", 0.0, valid_until_ns=at(0.5))[0]
    expired = [said, replace(marked("m", "RECEIVED", 1.0), expired=True)]
    assert not judged("C06", begin(*expired), 900.0)
    assert not judged("C06", begin(message("m", 0.0)[0]), 900.0)  # never received: an outage


@pytest.mark.parametrize(("until", "count"), [(70.0, 0), (70.0 + TICK, 1)])
def test_c06_of_the_other_side_is_waited_for(until: float, count: int) -> None:
    assert len(judged("C06", begin(*message("m", 0.0, by=N)), until)) == count


def test_c06_word_that_comes_late_turns_it() -> None:
    talk = begin(*message("m", 0.0, by=N), marked("m", "UNDERSTOOD", 50.0, known_s=200.0))
    down = t.Session(at_ns=at(5.0), stands=False)
    by_radio = sorted([*talk, down], key=lambda f: f.at_ns)
    (found,) = judged("C06", by_radio, 900.0)
    assert (found.outcome, found.value) == (Outcome.NO_BREACH, 50.0)
    (found,) = judged("C06", talk, 900.0)  # a line that stood all the time would have brought it
    assert (found.outcome, found.value) == (Outcome.NOT_DETERMINABLE, 50.0)
    cut = [t.Path(at_ns=at(20.0), stands=False), t.Path(at_ns=at(195.0), stands=True)]
    assert not judged("C06", sorted([*talk, *cut], key=lambda f: f.at_ns), 900.0)  # nothing could be known
    late = begin(*message("m", 0.0, by=N), cut[0], cut[1])
    assert not judged("C06", late, 205.0) and len(judged("C06", late, 205.0 + TICK)) == 1


def test_c06_a_telephone_rings_until_one_is_answered() -> None:
    ring = t.Said(at_ns=at(0.0), id="v1", by=N, code="TFA", precedence="PRIORITY", medium="TELEPHONE")
    ring = replace(ring, rings=True, voice=True)
    again = replace(ring, at_ns=at(200.0), id="v2")
    (found,) = judged("C06", begin(ring, again, answered("v2", "ROG", 200.0)), 900.0)
    assert (found.about, found.by, found.value) == ("v1", S, 200.0)
    soon = replace(ring, at_ns=at(100.0), id="v2")
    assert not judged("C06", begin(ring, soon, answered("v2", "ROG", 100.0)), 900.0)


@pytest.mark.parametrize(("took", "count"), [(90.0, 0), (90.0 + TICK, 1)])
def test_c07_the_next_way_in_time(took: float, count: int) -> None:
    talk = begin(
        t.InUse(at_ns=at(5.0), medium="F1"),
        t.Lost(at_ns=at(130.0), medium="F1", by=N, since_ns=at(100.0)),
        t.InUse(at_ns=at(100.0 + took), medium=t.GROUND),
    )
    found = judged("C07", talk, 900.0)
    assert [(f.severity, f.by, f.value) for f in found] == [(Severity.SEV2, "", took)] * count


def test_c07_no_way_at_all_is_no_breach_and_another_medium_is_not_asked() -> None:
    talk = begin(
        t.InUse(at_ns=at(5.0), medium="F1"),
        t.Lost(at_ns=at(130.0), medium="F1", by=N, since_ns=at(100.0)),
        t.InUse(at_ns=at(130.0), medium=""),
        t.Path(at_ns=at(130.0), stands=False),
        t.Path(at_ns=at(500.0), stands=True),
        t.InUse(at_ns=at(500.0), medium="F1"),
    )
    assert one(judged("C07", talk, 900.0)) == (Outcome.NO_BREACH, Severity.SEV2, "")
    other = begin(t.InUse(at_ns=at(5.0), medium="F1"), t.Lost(at_ns=at(130.0), medium="F2", by=N, since_ns=at(100.0)))
    assert not judged("C07", other, 900.0)
    late = begin(t.InUse(at_ns=at(5.0), medium="F1"), t.Lost(at_ns=at(130.0), medium="F1", by=N, since_ns=at(100.0)))
    assert one(judged("C07", late, 900.0)) == (Outcome.BREACH, Severity.SEV2, "")


@pytest.mark.parametrize(("until", "count"), [(190.0, 0), (190.0 + TICK, 1)])
def test_c07_lost_messages(until: float, count: int) -> None:
    lack = t.Missing(at_ns=at(100.0), by=S, precedence="FLASH", numbers=(4, 5), given_up=True)
    some = t.Arrived(at_ns=at(110.0), by=S, precedence="FLASH", number=4)
    found = judged("C07", begin(lack, some), until)
    assert [(f.outcome, f.severity, f.by, f.value) for f in found] == [(Outcome.BREACH, Severity.SEV1, S, 1.0)] * count
    rest = t.Arrived(at_ns=at(120.0), by=S, precedence="FLASH", number=5)
    assert not judged("C07", begin(lack, some, rest), 900.0)
    after = replace(rest, at_ns=at(300.0))
    assert judged("C07", begin(lack, some, after), 900.0)[0].outcome is Outcome.NO_BREACH
    late = replace(lack, given_up=False)
    assert judged("C07", begin(late, some, after), 900.0)[0].outcome is Outcome.NO_BREACH
    cut = [t.Path(at_ns=at(105.0), stands=False), t.Path(at_ns=at(400.0), stands=True)]
    assert not judged("C07", begin(lack, some, *cut), 490.0) and len(judged("C07", begin(lack, some, *cut), 491.0)) == 1


@pytest.mark.parametrize(
    ("flash", "took", "count"), [(True, 120.0, 0), (True, 120.0 + TICK, 1), (False, 300.0, 0), (False, 300.0 + TICK, 1)]
)
def test_c08_relayed_in_time(flash: bool, took: float, count: int) -> None:
    talk = begin(*message("m", 0.0, flash=flash), marked("m", "RELAYED", took))
    assert [(f.severity, f.by, f.value) for f in judged("C08", talk, 2000.0)] == [(Severity.SEV2, N, took)] * count


def test_c08_al_tanf_and_its_exceptions() -> None:
    understood = marked("m", "UNDERSTOOD", 20.0)
    (found,) = judged("C08", begin(*message("m", 0.0), understood), 5400.0)
    assert (found.by, found.closed_ns) == (N, None)
    assert not judged("C08", begin(*message("m", 0.0), understood, answered("m", "UNA", 119.0)), 5400.0)
    assert len(judged("C08", begin(*message("m", 0.0), answered("m", "ROG", 119.0)), 5400.0)) == 1
    assert not judged("C08", begin(*message("m", 0.0, valid_until_ns=at(120.0))), 5400.0)
    assert not judged("C08", begin(*message("m", 0.0, crew=False)), 5400.0)


def test_a_rule_that_is_switched_off_finds_nothing_and_figures_are_those_of_the_terms() -> None:
    terms = default_terms()
    off = replace(terms, conduct={**terms.conduct, "C06": replace(terms.conduct["C06"], enabled=False)})
    talk = begin(*message("m", 0.0))
    assert judged("C06", talk, 900.0) and not judged("C06", talk, 900.0, off)
    patient = replace(terms, answering=replace(terms.answering, flash_pick_up_s=500.0))
    assert not judged("C06", talk, 500.0, patient)
    assert judged("C06", talk, 500.0 + TICK, patient)[0].opened_ns == at(0.0) + 500 * NS
