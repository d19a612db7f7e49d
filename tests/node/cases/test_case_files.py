"""Whose key counted when, as the ratified versions of an agreement have it."""

from __future__ import annotations

from agreement.signing import AGREEMENT, NORTH, SOUTH, SOUTH_NEW, START, document, signed
from armslength.agreement.trust import Standing
from armslength.node.case_files import key_times

DAY = 86_400 * 10**9


def test_a_key_counts_until_the_version_that_replaces_it_takes_effect() -> None:
    standing = Standing(AGREEMENT)
    first = document()
    second = document(2, first, begins=START + 10 * DAY)
    third = document(3, second, keys=(NORTH, SOUTH_NEW), begins=START + 20 * DAY)
    standing.consider(signed(first, NORTH, SOUTH), START - DAY)
    standing.consider(signed(second, NORTH, SOUTH), START + 5 * DAY)
    standing.consider(signed(third, NORTH, SOUTH, SOUTH_NEW), START + 21 * DAY)
    found = {(one.party, one.key, one.from_ns, one.until_ns, one.version) for one in key_times(standing)}
    assert found == {
        ("North", NORTH.public, START, None, 1),
        ("South", SOUTH.public, START, START + 21 * DAY, 1),
        ("South", SOUTH_NEW.public, START + 21 * DAY, None, 3),
    }
