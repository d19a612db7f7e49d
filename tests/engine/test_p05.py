"""P05: what was said in public, and who has a copy."""

from __future__ import annotations

from dataclasses import replace

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.engine.process import p05

TERMS = default_terms()
AT = 1_700_000_000 * 10**9


def only(fact: p05.DisclosureFact) -> Finding:
    """Return what is found in one fact."""
    (found,) = p05.findings([fact], TERMS)
    return found


def test_a_statement() -> None:
    said = p05.Spoken(at_ns=AT, by="SOUTH", statement="sha256:s", sentences=3, unapproved=1, entry="b#1")
    wrong, good = only(said), only(replace(said, unapproved=0))
    assert (wrong.outcome, wrong.severity, wrong.by, wrong.value) == (Outcome.BREACH, Severity.SEV2, "SOUTH", 1.0)
    assert good.outcome is Outcome.NO_BREACH and good.evidence == ("b#1", "sha256:s")


def test_a_disclosure_that_a_law_requires() -> None:
    made = p05.Disclosed(at_ns=AT, by="NORTH", mark="sha256:m", notified="sha256:n")
    assert only(made).outcome is Outcome.NO_BREACH and "sha256:n" in only(made).evidence
    assert only(replace(made, notified="")).outcome is Outcome.BREACH


def test_a_leak() -> None:
    leak = p05.Leaked(at_ns=AT, by="NORTH", mark="sha256:m", found="sha256:f", by_code=False, agree=99, spaces=100)
    assert only(leak).outcome is Outcome.BREACH and "99 of 100" in only(leak).explanation
    assert "code" in only(replace(leak, by_code=True)).explanation


def test_switched_off_it_is_silent() -> None:
    off = replace(TERMS, conduct={**TERMS.conduct, "P05": replace(TERMS.conduct["P05"], enabled=False)})
    assert p05.findings([p05.Disclosed(at_ns=AT, by="N", mark="m", notified="")], off) == []
