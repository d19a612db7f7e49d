"""Whose aircraft is whose over a stream: groups, parties, limits; call signs count from when they are used."""

from __future__ import annotations

import numpy as np
import pytest

from armslength.agreement.terms import UNKNOWN, default_terms, limit_for
from armslength.domain.plot import Roster
from armslength.node.belonging import OUTSIDE, Belonging
from armslength.node.membership import Member


class Members:
    name = "members.toml"

    """A stand-in for a membership file: by address, or by call sign."""

    name = "members.toml"

    def __init__(self, **members: Member) -> None:
        self.members = members
        self.asked = 0

    def member(self, address: str, callsign: str) -> Member | None:
        self.asked += 1
        return self.members.get(address) or self.members.get(callsign)


def member(name: str, party: str, category: str = "fast_jet", excluded: bool = False) -> Member:
    return Member(party=party, name=name, category=category, excluded=excluded)


BLUE, ALLY = member("Blue", "west"), member("Ally", "west", "transport")
RED, FORCE = member("Red", "east"), member("Militia", "east", excluded=True)


def belonging(**members: Member) -> Belonging:
    roster = Roster()
    for address in ("a1", "a2", "b1", "x1", "n1"):
        roster.index(address)
    return Belonging(default_terms(), Members(**members) if members else None, roster)  # type: ignore[arg-type]


def test_without_a_membership_file_everybody_is_their_own_party():
    assert belonging().groups(np.arange(5, dtype=np.int32), None).tolist() == [0, 1, 2, 3, 4]
    assert belonging().party(0) == ""


def test_members_of_a_party_are_one_group_and_the_rest_is_outside():
    known = belonging(a1=BLUE, a2=ALLY, b1=RED, x1=FORCE)
    one, ally, red, force, nobody = known.groups(np.arange(5, dtype=np.int32), None).tolist()
    assert one == ally != red
    assert force == nobody == OUTSIDE
    assert [known.party(i) for i in range(5)] == ["west", "west", "east", "Militia", ""]


@pytest.mark.parametrize(("before", "group"), [(99, OUTSIDE), (100, OUTSIDE), (101, 0), (None, 0)])
def test_a_call_sign_counts_once_it_has_been_used(before, group):
    known = belonging(VIPER1=BLUE)
    known.roster.saw_callsign(4, "VIPER1", 100)
    assert known.groups(np.array([4], np.int32), before).tolist() == [group]


def test_who_was_known_stays_known_and_is_asked_for_only_when_a_call_sign_is_new():
    known = belonging(VIPER1=BLUE)
    known.roster.saw_callsign(4, "VIPER1", 0)
    for _ in range(3):
        assert known.groups(np.array([4], np.int32), 10).tolist() == [0]
    known.roster.saw_callsign(4, "OTHER", 20)
    assert known.groups(np.array([4], np.int32), 30).tolist() == [0]
    asked = known.membership.asked  # type: ignore[union-attr]
    assert known.groups(np.array([4], np.int32), 40).tolist() == [0]
    assert known.membership.asked == asked  # type: ignore[union-attr]


def test_whom_two_members_claim_by_their_call_signs_is_nobodys_and_named():
    known = belonging(VIPER1=BLUE, OTHER=RED)
    known.roster.saw_callsign(4, "VIPER1", 0)
    assert known.groups(np.array([4], np.int32), 10).tolist() == [0]
    known.roster.saw_callsign(4, "OTHER", 20)
    assert known.groups(np.array([4], np.int32), 30).tolist() == [OUTSIDE]
    said = str(known.contested[4])
    assert "VIPER1" in said and "OTHER" in said and "Two members claim" in said


def test_limits_are_those_of_the_category_and_the_hardest_where_it_is_unknown():
    terms = default_terms()
    limits = belonging(a1=BLUE, a2=ALLY).limits(None)
    for i, category in enumerate(("fast_jet", "transport", UNKNOWN)):
        limit = limit_for(terms, category)
        assert (limits.horizontal_mps2[i], limits.vertical_mps2[i], limits.speed_mps[i]) == (
            limit.horizontal_mps2, limit.vertical_mps2, limit.speed_mps,
        )  # fmt: skip
    assert limits.speed_mps[1] < limits.speed_mps[2]
    assert len(belonging().limits(None).speed_mps) == 5


def test_a_limit_of_the_wrong_category_would_be_noticed():
    """Control: transports and fast jets differ in every limit."""
    a, b = limit_for(default_terms(), "transport"), limit_for(default_terms(), "fast_jet")
    assert a.horizontal_mps2 != b.horizontal_mps2
    assert a.vertical_mps2 != b.vertical_mps2
    assert a.speed_mps != b.speed_mps
