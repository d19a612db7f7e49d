"""The seal of the air: what the standards say, and that nobody else reads it."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.crypto.air_seal import NONCE, AirSeal, _public, _secret, _stream
from armslength.crypto.keys import SigningKey
from armslength.errors import LocalProtocolError, RemoteProtocolError

NORTH, SOUTH, EVE = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3))
TERMS, AMENDED = "sha256:" + "1" * 64, "sha256:" + "2" * 64
FRESH = b"8 bytes."


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.binary(min_size=NONCE, max_size=NONCE))
def test_the_other_side_reads_it(plain: bytes, nonce: bytes) -> None:
    sealed = AirSeal(NORTH, SOUTH.public, [TERMS]).seal(plain, nonce)
    assert AirSeal(SOUTH, NORTH.public, [TERMS]).unseal(sealed) == (plain,)
    assert len(sealed) == len(plain) + NONCE and sealed.startswith(nonce)


def test_nobody_else_reads_it_nor_under_other_terms_nor_the_other_way() -> None:
    plain = b"a position that a person released"
    sealed = AirSeal(NORTH, SOUTH.public, [TERMS]).seal(plain, FRESH)
    assert plain not in sealed
    for key, other, digests in (
        (EVE, NORTH.public, [TERMS]),
        (SOUTH, EVE.public, [TERMS]),
        (SOUTH, NORTH.public, [AMENDED]),
        (NORTH, SOUTH.public, [TERMS]),  # the same secret, the other direction
    ):
        assert plain not in AirSeal(key, other, digests).unseal(sealed)
    both = AirSeal(SOUTH, NORTH.public, [AMENDED, TERMS]).unseal(sealed)
    assert len(both) == 2 and both[1] == plain


def test_a_key_carried_over_is_the_key_of_its_secret() -> None:
    """The map of public keys and that of secrets meet: held over many keys, which a wrong sign or inverse would not."""
    for number in range(40):
        key = SigningKey(hashlib.sha256(bytes([number])).digest())
        assert _secret(key.seed).public_key().public_bytes_raw() == _public(key.public).public_bytes_raw()
    wrong = X25519PrivateKey.from_private_bytes(NORTH.seed)  # the control: the seed is not the scalar
    assert wrong.public_key().public_bytes_raw() != _public(NORTH.public).public_bytes_raw()


def test_the_stream_is_that_of_the_standard() -> None:
    """RFC 8439, appendix A.1, test vector 1: key and nonce zero, block 0."""
    expected = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
    assert _stream(bytes(32), bytes(NONCE), bytes(32)).hex() == expected


def test_the_map_is_that_of_the_standard() -> None:
    """RFC 7748, section 4.1: the base point of Ed25519, y = 4/5, is u = 9."""
    base = (4 * pow(5, -1, 2**255 - 19) % (2**255 - 19)).to_bytes(32, "little").hex()
    assert _public(base).public_bytes_raw() == (9).to_bytes(32, "little")


@pytest.mark.parametrize("nonce", [b"", b"7 bytes", b"9 bytes.."])
def test_a_nonce_of_another_length_is_our_own_fault(nonce: bytes) -> None:
    with pytest.raises(LocalProtocolError):
        AirSeal(NORTH, SOUTH.public, [TERMS]).seal(b"x", nonce)


def test_what_cannot_be_a_seal_is_refused() -> None:
    seal = AirSeal(NORTH, SOUTH.public, [TERMS])
    for short in (b"", b"x", FRESH):
        with pytest.raises(RemoteProtocolError, match="garbage"):
            seal.unseal(short)
    assert NORTH.seed.hex() not in repr(seal) and repr(seal) == "AirSeal()"


@pytest.mark.parametrize("other", [NORTH.public, "00" * 32, "01" + "00" * 31, "x" * 64, ""])
def test_a_key_that_is_none_or_ours_has_no_seal(other: str) -> None:
    with pytest.raises(LocalProtocolError):
        AirSeal(NORTH, other, [TERMS])


def test_without_terms_nothing_is_sealed() -> None:
    with pytest.raises(LocalProtocolError):
        AirSeal(NORTH, SOUTH.public, [])
