"""Audit paths of many leaves at once are those that are found one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.crypto.merkle import inclusion_proof, leaf_hash, root, verify_inclusion
from armslength.crypto.proofs import inclusion_proofs
from armslength.errors import LocalProtocolError


@given(st.integers(1, 70), st.data())
def test_they_are_those_found_one_by_one(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    wanted = data.draw(st.sets(st.integers(0, size - 1)))
    found = inclusion_proofs(leaves, wanted)
    assert found == {place: tuple(inclusion_proof(leaves, place)) for place in wanted}
    tree = root(leaves)
    assert all(verify_inclusion(leaves[at], at, size, path, tree) for at, path in found.items())


def test_a_leaf_that_is_not_there() -> None:
    with pytest.raises(LocalProtocolError, match="were asked for"):
        inclusion_proofs([leaf_hash(b"")], [1])
    assert inclusion_proofs([], []) == {}
