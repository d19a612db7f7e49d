"""The part of the page about conduct: counts by rule and outcome; drawn findings; text from outside stays text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from armslength.domain.encounter import Evidence, Flown
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.report.findings import conduct, finding_cards
from armslength.report.model import Report
from armslength.report.page import render
from armslength.units import NM, NS

AT = 1_446_541_200 * NS
ONE = Finding(
    "G01", "a00001 b00002", Outcome.BREACH, Severity.SEV2, "North <b>", AT + 60 * NS, AT + 120 * NS, 60.0, 30.0, "s",
    (), "Inside for 60 s.", "", 7, "a00001", "b00002", 3.5,
)  # fmt: skip


def picture(gap: bool = False) -> Evidence:
    t = np.arange(0, 181)
    time_ns = AT + t * NS

    def flown(address: str, callsign: str, lon: float) -> Flown:
        linked = np.append(np.ones(180), 0.0)
        return Flown(
            address,
            callsign,
            "",
            time_ns,
            36.0 + t * 1e-3,
            np.full(181, lon),
            np.full(181, 9000.0),
            linked,
            "barometric",
        )

    d_h = 2 * NM + np.abs(t - 90.0) * 20
    if gap:
        d_h = np.full(181, np.nan)
    return Evidence(
        0, flown("a00001", "<script>", 38.0), flown("b00002", "SOUTH1", 38.04), time_ns, d_h, np.full(181, 100.0),
        np.full(181, 90.0), np.full(181, 40.0),
    )  # fmt: skip


def report(*findings: Finding, pictures=None) -> Report:
    return Report("A day", {}, (), {}, 3 * NM, 914.4, 152.4, 180.0, findings=findings, pictures=pictures or {})


def test_nothing_found_is_said() -> None:
    assert "No finding" in conduct(report())


def test_findings_are_counted_by_rule_and_outcome() -> None:
    other = replace(ONE, outcome=Outcome.NO_BREACH)
    said = conduct(report(ONE, other, other))
    assert "G01 Inside the safe distance" in said
    assert [int(part.split("<")[0]) for part in said.split('<td class="num">')[1:]] == [1, 0, 2]


def test_a_finding_is_drawn_with_its_threshold_and_how_long() -> None:
    said = finding_cards(report(ONE, pictures={ONE.id: picture()}))
    assert said.count("<svg") == 3
    for part in ("60 s", "30 s", "+3.5 standard deviations", "breach, SEV2", "North &lt;b&gt;"):
        assert part in said
    assert "<script>" not in said and "&lt;script&gt;" in said


def test_what_is_not_drawn_is_counted() -> None:
    others = [replace(ONE, opened_ns=AT + i * NS) for i in range(3)]
    said = finding_cards(report(ONE, *others, pictures={ONE.id: picture()}))
    assert "3 more findings in findings.csv" in said


def test_an_observation_is_not_drawn_and_an_unknown_distance_does_not_stop_the_page() -> None:
    calm = replace(ONE, outcome=Outcome.NO_BREACH)
    assert finding_cards(report(calm, pictures={calm.id: picture()})) == ""
    assert "not known" in finding_cards(report(ONE, pictures={ONE.id: picture(gap=True)}))


def test_the_page_holds_it() -> None:
    page = render(report(ONE, pictures={ONE.id: picture()}))
    assert 'id="f1000000"' in page and "Rules of conduct" in page
