"""Which findings open a case by themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.domain.case import Why
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.cases.opening import Openings
from engine.cases.made_up import DAY, HOUR, START


def finding(severity: Severity = Severity.SEV2, **more: object) -> Finding:
    """Return a breach by South."""
    made = Finding("G05", "pair", Outcome.BREACH, severity, "South", START, None, 1.0, 2.0, "m", (), "It crossed.")
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("severity", [Severity.SEV1, Severity.SEV2])
def test_what_is_grave_opens_one_case(severity: Severity) -> None:
    openings = Openings("North")
    assert openings.take(finding(severity)) == (Why.FINDING, severity)
    assert openings.take(finding(severity, closed_ns=START + HOUR)) is None, "said again"


@pytest.mark.parametrize(
    "not_grave",
    [
        {"outcome": Outcome.NO_BREACH},
        {"outcome": Outcome.NOT_DETERMINABLE},
        {"regime": "SUSPENDED"},
        {"by": "North"},
        {"rule": "P03"},
        {"severity": Severity.SEV3},
        {"severity": Severity.SEV4},
    ],
)
def test_what_opens_none(not_grave: dict[str, object]) -> None:
    assert Openings("North").take(finding(**not_grave)) is None  # type: ignore[arg-type]


def test_what_nobody_is_named_for_opens_one() -> None:
    assert Openings("North").take(finding(by="")) is not None


def days(*at: float, rule: str = "G09") -> list[bool]:
    """Return whether each of these SEV3 findings, on these days, opens a case."""
    openings = Openings("North")
    made = [finding(Severity.SEV3, rule=rule, about=f"{n}", opened_ns=START + round(d * DAY)) for n, d in enumerate(at)]
    return [openings.take(one) is not None for one in made]


def test_the_third_notable_one_in_a_day_does() -> None:
    assert days(0.0, 0.4, 0.9) == [False, False, True]
    assert days(0.0, 0.4, 1.1) == [False, False, False], "the near twin"
    assert days(0.0, 0.1, 0.2, 0.3, 0.4, 0.5) == [False, False, True, False, False, True]


def test_it_counts_by_rule_and_one_that_grows_graver_still_opens() -> None:
    openings = Openings("North")
    for number, rule in enumerate(("G06", "G09", "D01", "C02", "C04")):
        assert openings.take(finding(Severity.SEV3, rule=rule, about=str(number))) is None
    assert openings.take(finding(Severity.SEV3, about="x")) is None
    assert openings.take(finding(Severity.SEV2, about="x")) == (Why.FINDING, Severity.SEV2)
