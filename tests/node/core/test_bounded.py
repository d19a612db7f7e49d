"""Whoever transmits what he likes for a day does not fill the memory of a node, nor leaves his party by it."""

from __future__ import annotations

import pytest

from armslength.agreement.terms import UNKNOWN, default_terms, limit_for
from armslength.domain.plot import Plot, Roster
from armslength.node.belonging import Belonging
from armslength.node.core import watching as watching_module
from armslength.node.core.inputs import PlotsIn
from armslength.node.core.watching import MOST_CALLSIGNS, NO_ROOM
from armslength.node.membership import MOST_ANSWERS, load_membership
from node.core.pair import Pair

SIGNS = """
[[aircraft]]
party = "NORTH"
callsigns = ["VIPER*"]
category = "transport"

[[aircraft]]
party = "SOUTH"
callsigns = ["COBRA*"]
category = "fast_jet"
"""


def plots(pair: Pair, first: int, count: int) -> tuple[Plot, ...]:
    """Return one plot of each of `count` new aircraft."""
    return tuple(
        Plot(pair.now.utc_ns, f"{n:06x}", 40.0 + n % 300 / 10, n % 359 / 1.0) for n in range(first, first + count)
    )


def test_aircraft_that_are_gone_are_forgotten_and_their_places_used_again() -> None:
    pair = Pair()
    watching = pair.north.core.watching
    for minute in range(90):
        pair.mono = 60.0 * minute
        watching.take(PlotsIn("adsb", plots(pair, 1000 * minute, 100)), pair.now.utc_ns)
        watching.look(pair.now.utc_ns)
    assert watching.roster.known <= 100 * 20
    assert len(watching.roster) <= 100 * 20  # of 100 * 90
    assert len(watching.belonging._asked) <= 100 * 20
    last = plots(pair, 200_000, 3)
    watching.take(PlotsIn("adsb", last), pair.now.utc_ns)
    watching.look(pair.now.utc_ns)
    assert watching.snapshot is not None
    assert set(watching.snapshot.addresses) >= {plot.address for plot in last}  # not under anybody else's name


def test_more_aircraft_than_fit_are_kept_aside_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching_module, "MOST_AIRCRAFT", 150)
    pair = Pair()
    watching = pair.north.core.watching
    first = plots(pair, 0, 100)
    pair.plots("adsb", first, pair.north)
    pair.run(1.0)
    pair.plots("adsb", plots(pair, 1000, 100) + tuple(p._replace(time_ns=pair.now.utc_ns) for p in first), pair.north)
    assert watching.roster.known == 150
    assert watching.kept_aside["adsb"][NO_ROOM] == 50
    assert all(plot.address in watching.roster for plot in first)


def test_call_signs_of_one_aircraft_are_bounded_and_the_first_ones_stay() -> None:
    roster = Roster(most_callsigns=MOST_CALLSIGNS)
    craft = roster.index("0000a1")
    for number in range(1000):
        roster.saw_callsign(craft, f"S{number}", number)
    kept = roster.callsigns(craft)
    assert len(kept) == MOST_CALLSIGNS and kept[0] == "S0" and kept[-1] == "S999"
    assert roster.callsign_at(craft, 2000) == "S999"
    unbounded = Roster()
    craft = unbounded.index("0000a1")
    for number in range(1000):
        unbounded.saw_callsign(craft, f"S{number}", number)
    assert len(unbounded.callsigns(craft)) == 1000  # a replay depends on the rows alone


def belonging() -> Belonging:
    roster = Roster(most_callsigns=MOST_CALLSIGNS)
    return Belonging(default_terms(), load_membership(SIGNS, "members.toml", None), roster, forgiving=True)


def test_nobody_leaves_his_party_by_showing_many_call_signs() -> None:
    known = belonging()
    craft = known.roster.index("0000a1")
    for number in range(20):
        known.roster.saw_callsign(craft, f"X{number}", number)
    known.roster.saw_callsign(craft, "VIPER1", 100)
    assert known.party(craft) == "NORTH"
    for number in range(200):
        known.roster.saw_callsign(craft, f"Y{number}", 200 + number)
        assert known.party(craft) == "NORTH"
    assert "VIPER1" not in known.roster.callsigns(craft)  # the control: it was let go
    known.roster.saw_callsign(craft, "COBRA1", 1000)
    assert known.party(craft) == "" and craft in known.contested


def test_what_an_aircraft_can_fly_follows_its_call_sign_and_is_forgotten_with_it() -> None:
    known, terms = belonging(), default_terms()
    craft = [known.roster.index(f"0000a{n}") for n in range(3)]
    assert known.limits_of(craft).speed_mps[craft[0]] == limit_for(terms, UNKNOWN).speed_mps
    known.roster.saw_callsign(craft[1], "VIPER1", 0)
    limits = known.limits_of(craft[1:2])
    assert limits.speed_mps[craft[1]] == limit_for(terms, "transport").speed_mps
    assert limits.speed_mps[craft[0]] == limit_for(terms, UNKNOWN).speed_mps != limits.speed_mps[craft[1]]
    known.forget(craft[1])
    known.roster.forget(craft[1])
    assert known.roster.index("0000b1") == craft[1]
    assert known.party(craft[1]) == ""
    assert known.limits_of(craft[1:2]).speed_mps[craft[1]] == limit_for(terms, UNKNOWN).speed_mps


def test_limits_are_asked_for_once_for_each_aircraft(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for the whole sky whenever somebody new appears: that was quadratic."""
    known, asked = belonging(), []
    whose = known.member
    monkeypatch.setattr(known, "member", lambda one, before=None: asked.append(one) or whose(one, before))
    for number in range(500):
        craft = known.roster.index(f"{number:06x}")
        known.limits_of([craft])
        known.limits_of([craft])
    assert len(asked) == 500


def test_answers_about_membership_are_bounded() -> None:
    members = load_membership(SIGNS, "members.toml", None)
    for number in range(MOST_ANSWERS + 10):
        members._known[str(number), ""] = None
        if number >= MOST_ANSWERS - 1:
            members.member("0000a1", f"A{number}")
    assert len(members._known) < MOST_ANSWERS
    assert members.member("0000a1", "VIPER7") is not None


def test_a_pair_whose_indices_were_reused_is_still_two_aircraft() -> None:
    """An aircraft that took the place of a forgotten one has neither its call sign nor its party."""
    pair = Pair(members=SIGNS)
    watching = pair.north.core.watching
    pair.plots("adsb", (Plot(pair.now.utc_ns, "0000a1", 40.0, 20.0, "VIPER1"),), pair.north)
    assert watching.party_of("0000a1") == "NORTH"
    pair.mono += 2000.0
    pair.plots("adsb", (Plot(pair.now.utc_ns, "0000b2", 40.0, 20.0),), pair.north)
    pair.run(120.0)
    pair.plots("adsb", (Plot(pair.now.utc_ns, "0000c3", 40.0, 20.0),), pair.north)
    assert "0000a1" not in watching.roster
    assert watching.party_of("0000a1") == "" == watching.party_of("0000c3")
    assert watching.roster.callsign_at(watching.roster.index("0000c3"), pair.now.utc_ns) == ""
