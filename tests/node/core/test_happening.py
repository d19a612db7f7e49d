"""What happens to an agreement brings findings with it: entered by themselves, told, and held with the others."""

from __future__ import annotations

import json

from armslength.agreement.terms import default_terms
from armslength.engine.process import p05
from armslength.node.core.inputs import Happened
from node.core.pair import BEGIN_NS, Pair

FACT = p05.Spoken(at_ns=BEGIN_NS, by="SOUTH", statement="sha256:s", sentences=2, unapproved=1)


def happened(pair: Pair, agreement: str, counterpart: str = "SOUTH") -> Happened:
    """Return that South said something in public, as the keeper tells it."""
    findings = [one.as_dict() for one in p05.findings([FACT], default_terms())]
    return Happened(
        7, counterpart, {"agreement": agreement, "what": "public statement", "findings": findings}, "person"
    )


def test_a_finding_is_entered_told_and_held() -> None:
    pair = Pair()
    for _ in range(2):
        pair.give(pair.north, happened(pair, pair.agreement))
    entries = pair.north.store.entries[pair.agreement]
    (found,) = [json.loads(one.payload) for one in entries if one.entry.kind == "finding"]
    assert (found["rule"], found["outcome"], found["by"]) == ("P05", "BREACH", "SOUTH")
    assert found["finding"] in pair.north.core.lines["SOUTH"].talking.findings
    assert len(pair.north.heard("finding", rule="P05")) == 1 and pair.north.replies[7] == {}
    said = [json.loads(one.payload) for one in entries if one.entry.kind == "agreement"]
    assert len(said) == 2 and "findings" not in said[0]


def test_one_of_an_agreement_that_is_not_in_force_is_entered_there() -> None:
    pair = Pair()
    pair.give(pair.north, happened(pair, "older-1"))
    assert [one.entry.kind for one in pair.north.store.entries["older-1"]] == ["agreement", "finding"]
