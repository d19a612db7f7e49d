"""The unit of count: what a flight of up to four did is one finding; a drone, and who flies elsewhere, is its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from armslength.domain.finding import Finding, Outcome, Severity, coarsely
from armslength.engine.conduct.context import Aircraft
from armslength.engine.conduct.elements import Places, grouped
from armslength.units import NS
from engine.conduct.flights import EPOCH_NS, fly, meeting

SOUTH = Aircraft("b00000", "South", "surveillance")


def one(actor: str, other: str, opened: float = 60.0, closed: float = 90.0, by: str = "North", **said) -> Finding:
    first, second = sorted((actor, other))
    found = Finding(
        "G05", f"{actor} {other}", Outcome.BREACH, Severity.SEV2, by, EPOCH_NS + round(opened * NS),
        EPOCH_NS + round(closed * NS), 1.0, 2.0, "m", (), "It crossed.", "", 0, first, second,
    )  # fmt: skip
    return replace(found, **said)


def counted(
    flight: list[tuple[Aircraft, float]], found: list[Finding], others: tuple[Aircraft, ...] = (SOUTH,)
) -> list[Finding]:
    """Return what is left of `found` when a flight (aircraft, miles abeam of the leader) meets `others`."""
    known = {a.address: a for a in [*others, *(a for a, _ in flight)]}
    places = Places()
    for (a, abeam), b in product(flight, others):
        m = meeting((fly(200, abeam), fly(200, 2.0)))
        names = {0: a.address, 1: b.address}
        places.see(m, names.__getitem__)
    return [one.finding for one in grouped(found, places, known.get)]


def north(number: int, category: str = "fast_jet", party: str = "North") -> Aircraft:
    return Aircraft(f"a0000{number}", party, category)


@pytest.mark.parametrize(("abeam", "findings"), [(0.9, 1), (1.1, 2)])
def test_a_flight_counts_once(abeam, findings):
    flight = [(north(1), 0.0), (north(2), abeam)]
    out = counted(flight, [one("a00001", "b00000"), one("a00002", "b00000", 70.0)])
    assert len(out) == findings
    assert ("1 more pair of the same flights" in out[0].explanation) is (findings == 1)


@pytest.mark.parametrize(("number", "findings"), [(4, 1), (5, 2)])
def test_a_flight_has_at_most_four(number, findings):
    flight = [(north(k), 0.1 * k) for k in range(number)]
    assert len(counted(flight, [one(a.address, "b00000") for a, _ in flight])) == findings


@pytest.mark.parametrize(
    "other", [north(2, "uncrewed_large"), north(2, party="West"), north(2, party="")]
)  # fmt: skip
def test_a_drone_and_another_party_are_their_own(other):
    flight = [(north(1), 0.0), (other, 0.2)]
    assert len(counted(flight, [one("a00001", "b00000"), one("a00002", "b00000")])) == 2


def test_two_flights_of_two_are_one_pair_of_elements_and_the_gravest_stands():
    flight, others = [(north(1), 0.0), (north(2), 0.3)], (SOUTH, replace(SOUTH, address="b00001"))
    found = [one(a.address, b.address) for (a, _), b in product(flight, others)]
    found[2] = replace(found[2], severity=Severity.SEV1)
    [left] = counted(flight, found, others)
    assert left.severity is Severity.SEV1 and "3 more pairs" in left.explanation
    assert left.about == "a00001 b00000" and "a00002 and b00000" in left.explanation


def test_who_stands_for_a_flight_does_not_hang_on_a_second_of_noise():
    flight = [(north(1), 0.0), (north(2), 0.3)]
    seen = [
        counted(flight, [one("a00001", "b00000", opened), one("a00002", "b00000", other)])
        for opened, other in ((60.0, 61.0), (61.0, 60.0))
    ]
    (mine,), (theirs,) = (coarsely(found) for found in seen)
    assert (mine.first, mine.second, mine.about, mine.id) == (theirs.first, theirs.second, theirs.about, theirs.id)
    assert "a00001 and b00000" in mine.explanation and "a00002 and b00000" in theirs.explanation


def test_the_gravest_pair_of_crossed_ones_is_named_in_the_words():
    flight, others = [(north(1), 0.0), (north(2), 0.3)], (SOUTH, replace(SOUTH, address="b00001"))
    crossed = [one("a00002", "b00000"), one("a00002", "b00001", 61.0), one("a00001", "b00001", 62.0)]
    [left] = counted(flight, crossed, others)
    assert (left.about, left.first, left.second) == ("a00001 b00000", "a00001", "b00000")


def test_ids_are_counted_within_a_step_and_differ_between_rules_and_steps():
    near = [one("a00001", "b00000", float(at)) for at in (60, 63, 700)] + [one("a00001", "b00000", rule="G06")]
    assert len({found.id for found in coarsely(near)}) == 4
    assert {found.id for found in coarsely(near)} == {found.id for found in coarsely(near[::-1])}


def test_what_is_about_a_report_stands_alone():
    told = [one("a00001", "b00000", rule="G14", about=about) for about in ("report", "another report")]
    assert counted([(north(1), 0.0)], told) == told[::-1]


def test_whose_act_it_was_and_when_keep_findings_apart():
    flight = [(north(1), 0.0), (north(2), 0.3)]
    turned = one("b00000", "a00002", by="South")
    late = one("a00002", "b00000", 90.0 + 601.0, 800.0)
    another = one("a00002", "b00000", rule="G06")
    for other in (turned, late, another):
        assert len(counted(flight, [one("a00001", "b00000"), other])) == 2


def test_where_the_rule_names_nobody_flights_stand_by_party():
    flight = [(north(1), 0.0), (replace(north(2), address="c00002"), 0.3)]
    found = [one("a00001", "b00000", by=""), one("b00000", "c00002", by="")]
    assert len(counted(flight, found)) == 1


def test_who_only_passes_by_does_not_fly_along():
    known = {a.address: a for a in (north(1), north(2), SOUTH)}
    places = Places()
    for a, path in ((north(1), fly(200)), (north(2), fly(200, 0.0, 16.0, course=180.0))):
        places.see(meeting((path, fly(200, 2.0))), {0: a.address, 1: "b00000"}.__getitem__)
    found = [one("a00001", "b00000", 20.0, 180.0), one("a00002", "b00000", 20.0, 180.0)]
    assert places.rows and len(grouped(found, places, known.get)) == 2


def test_places_are_forgotten():
    places = Places()
    places.see(meeting((fly(200), fly(200, 2.0))), {0: "a", 1: "b"}.__getitem__)
    assert places.rows
    places.forget(EPOCH_NS + 201 * NS)
    assert not places.rows
