"""The tree, against RFC 6962's own recursive definitions, for every size up to 64 and every pair of sizes."""

from __future__ import annotations

import hashlib

import pytest

from armslength.crypto.merkle import (
    EMPTY,
    Frontier,
    Growth,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from armslength.errors import LocalProtocolError

MOST = 64
LEAVES = [leaf_hash(b"entry %d" % n) for n in range(MOST)]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, MTH, over leaf hashes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = below(len(leaves))
    return sha(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, PATH."""
    if len(leaves) == 1:
        return []
    k = below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """RFC 6962, section 2.1.2, SUBPROOF."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def test_roots_are_those_of_the_definition() -> None:
    assert root([]) == EMPTY == sha(b"")
    assert leaf_hash(b"") == sha(b"\x00")
    frontier = Frontier()
    for size in range(MOST + 1):
        assert frontier.root() == root(LEAVES[:size]) == mth(LEAVES[:size]) and frontier.size == size
        assert len(frontier.nodes) == size.bit_count(), "a few hashes, however long"
        if size < MOST:
            frontier.append(LEAVES[size])


def test_a_known_root() -> None:
    """The vector of the certificate transparency reference implementation: eight inputs, its root."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(text)) for text in inputs]
    assert root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_inclusion_of_every_leaf_at_every_size() -> None:
    for size in range(1, MOST + 1):
        tree = mth(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            assert proof == path(index, LEAVES[:size])
            assert verify_inclusion(LEAVES[index], index, size, proof, tree)


def test_false_inclusions_are_refused() -> None:
    for size in range(1, 20):
        tree = mth(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            assert not verify_inclusion(LEAVES[index], index, size, [*proof, LEAVES[0]], tree)
            assert not verify_inclusion(LEAVES[-1], index, size, proof, tree)
            assert not verify_inclusion(LEAVES[index], size, size, proof, tree)
            assert not any(verify_inclusion(LEAVES[index], i, size, proof, tree) for i in range(size) if i != index)
            for at in range(len(proof)):
                assert not verify_inclusion(LEAVES[index], index, size, [*proof[:at], EMPTY, *proof[at + 1 :]], tree)
                assert not verify_inclusion(LEAVES[index], index, size, proof[:at] + proof[at + 1 :], tree)


def test_consistency_of_every_pair_of_sizes() -> None:
    for since in range(MOST + 1):
        frontier = Frontier()
        for leaf in LEAVES[:since]:
            frontier.append(leaf)
        growth = Growth(frontier)
        for size in range(since, MOST + 1):
            want = subproof(since, LEAVES[:size], True) if since else []
            assert consistency_proof(LEAVES[:size], since) == growth.proof() == want
            assert verify_consistency(since, size, mth(LEAVES[:since]), mth(LEAVES[:size]), want)
            if size < MOST:
                growth.append(LEAVES[size])


def test_a_change_before_the_older_size_has_no_proof() -> None:
    """The fork at every index: whatever was changed, the honest proof of the new tree does not reach the old root."""
    for since in range(1, 20):
        for size in range(since, 24):
            old = mth(LEAVES[:since])
            for changed in range(since):
                other = [*LEAVES[:changed], EMPTY, *LEAVES[changed + 1 : size]]
                assert not verify_consistency(since, size, old, mth(other), consistency_proof(other, since))
            if size > since:  # and a change behind it has one: the control of the line above
                other = [*LEAVES[: size - 1], EMPTY]
                assert verify_consistency(since, size, old, mth(other), consistency_proof(other, since))


def test_false_consistency_is_refused() -> None:
    for since in range(1, 20):
        for size in range(since + 1, 24):
            old, new = mth(LEAVES[:since]), mth(LEAVES[:size])
            proof = consistency_proof(LEAVES[:size], since)
            assert not verify_consistency(since, size, new, new, proof)
            assert not verify_consistency(since, size, old, old, proof)
            assert not verify_consistency(since, size, old, new, [*proof, EMPTY])
            assert not verify_consistency(size, since, new, old, proof)
            assert not verify_consistency(since, size, old, new, [])
            for at in range(len(proof)):
                assert not verify_consistency(since, size, old, new, [*proof[:at], EMPTY, *proof[at + 1 :]])
                assert not verify_consistency(since, size, old, new, proof[:at] + proof[at + 1 :])
    assert not verify_consistency(0, 3, LEAVES[0], mth(LEAVES[:3]), [])
    assert not verify_consistency(3, 3, LEAVES[0], mth(LEAVES[:3]), [])
    assert not verify_consistency(-1, 3, EMPTY, mth(LEAVES[:3]), [])
    assert not verify_consistency(0, 0, EMPTY, LEAVES[0], [])


def test_what_is_not_there_is_not_proven() -> None:
    with pytest.raises(LocalProtocolError):
        inclusion_proof(LEAVES[:3], 3)
    with pytest.raises(LocalProtocolError):
        consistency_proof(LEAVES[:3], 4)
