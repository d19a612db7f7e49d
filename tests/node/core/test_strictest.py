"""Third parties are held to the largest minima of all agreements in force, and the membership file can change."""

from __future__ import annotations

from dataclasses import replace

from armslength.agreement.terms import Terms, default_terms
from armslength.domain.picture import Source
from armslength.node.core.inputs import Agreed
from armslength.node.core.watching import ALONE, Watching, groups, strictest
from armslength.node.membership import load_membership
from node.core.pair import MEMBERS


def terms_of(horizontal_m: float, vertical_m: float) -> Terms:
    usual = default_terms()
    return replace(usual, separation=replace(usual.separation, horizontal_m=horizontal_m, vertical_m=vertical_m))


def watching(**terms: Terms) -> Watching:
    made = Watching("NORTH", load_membership(MEMBERS, "m.toml", None), [Source("radar", False)])
    made.adopt({n: Agreed(n, n, "k", n.lower(), f"sha256:{n}", terms=t) for n, t in terms.items()})
    return made


def test_the_largest_of_each_figure_counts() -> None:
    wide, high = terms_of(9000.0, 300.0), terms_of(5000.0, 900.0)
    both = strictest([wide, high])
    assert (both.separation.horizontal_m, both.separation.vertical_m) == (9000.0, 900.0)
    assert strictest([high, wide]).separation == both.separation
    assert strictest([]) == default_terms()
    assert strictest([wide, terms_of(5000.0, 200.0)]) is wide  # one of them is the strictest as it is


def test_a_watch_that_has_the_largest_minima_takes_third_parties_else_one_of_their_own() -> None:
    small, large = terms_of(5000.0, 300.0), terms_of(9000.0, 900.0)
    assert watching(EAST=small, SOUTH=large)._third == "SOUTH"  # whatever the order of the names
    assert watching(EAST=large, SOUTH=small)._third == "EAST"
    crossed = watching(EAST=terms_of(9000.0, 300.0), SOUTH=terms_of(5000.0, 900.0))
    assert crossed._third == ALONE and crossed._in_use() == ["EAST", "SOUTH", ALONE]
    assert crossed._terms[ALONE].separation == large.separation
    crossed.adopt({})
    assert crossed._in_use() == [ALONE] and crossed._terms[ALONE] == default_terms()


def test_each_pair_is_one_watchs_business() -> None:
    parties = ["NORTH", "SOUTH", "EAST", "", "WEST"]
    own, others = "NORTH", {"EAST", "SOUTH"}
    alone = groups(parties, own, ALONE, others, third=True).tolist()
    south = groups(parties, own, "SOUTH", {"EAST"}, third=False).tolist()
    assert alone == [0, -2, -2, -1, -1] and south == [0, 1, -2, -2, -2]


def test_whose_an_aircraft_is_can_change() -> None:
    made = watching(SOUTH=default_terms())
    made.roster.index("d20001")
    assert made.party_of("d20001") == "SOUTH"
    made.belong(load_membership(MEMBERS.replace("SOUTH", "NORTH"), "m.toml", None))
    assert made.party_of("d20001") == "NORTH"
    made.belong(None)
    assert made.party_of("d20001") == ""
