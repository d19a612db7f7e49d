"""Ed25519 keys: vectors of RFC 8032, keys under which a signature means nothing, fingerprints for the voice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.crypto.keys import SigningKey, groups, is_public, spoken, verify
from armslength.errors import LocalProtocolError

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]
"""RFC 8032, section 7.1, TEST 1 and TEST 2: seed, public key, message, signature."""


@pytest.mark.parametrize(("seed", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey(bytes.fromhex(seed))
    assert (key.public, key.sign(bytes.fromhex(message)).hex()) == (public, signature)
    assert verify(public, bytes.fromhex(signature), bytes.fromhex(message))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 511))
def test_one_flipped_bit_of_a_signature_is_refused(seed: bytes, message: bytes, bit: int) -> None:
    key = SigningKey(seed)
    signature = bytearray(key.sign(message))
    assert verify(key.public, bytes(signature), message)
    signature[bit // 8] ^= 1 << bit % 8
    assert not verify(key.public, bytes(signature), message)
    assert not verify(key.public, key.sign(message), message + b"x")


def test_a_signature_has_one_form() -> None:
    """S + L verifies in the equation too: RFC 8032, section 5.1.7, asks for S < L."""
    key = SigningKey(bytes(32))
    signature = key.sign(b"text")
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not verify(key.public, other, b"text")


def _twisted(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """Add two points of the curve: RFC 8032, section 5.1, in affine coordinates."""
    t = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, P - 2, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, P - 2, P) % P


def _with_y(y: int) -> tuple[int, int] | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x, y) if x * x % P == square else None


def _small_order() -> set[tuple[int, int]]:
    """Return the points that eight times themselves is nothing, multiplied out from the curve."""
    for y in range(2, 100):
        point = _with_y(y)
        if point is None:
            continue
        out, scalar = (0, 1), ORDER  # ORDER times any point lies in the small group
        while scalar:
            if scalar & 1:
                out = _twisted(out, point)
            point, scalar = _twisted(point, point), scalar >> 1
        found, at = {out}, out
        while at != (0, 1):
            at = _twisted(at, out)
            found.add(at)
        if len(found) == 8:
            return found
    raise AssertionError("no generator of the small group found")


def test_keys_of_small_order_are_refused_in_every_spelling() -> None:
    small = {y for _, y in _small_order()}
    spellings = [y + more for y in small for more in (0, P) if y + more < 2**255]
    assert len(small) == 5 and len(spellings) == 7
    for y in spellings:
        for sign in (0, 1 << 255):
            public = (y | sign).to_bytes(32, "little").hex()
            assert not is_public(public)
            signature = bytes.fromhex("01" + "00" * 63)  # R the neutral point, S nothing: fits many of these keys
            assert not any(verify(public, signature, b"text %d" % n) for n in range(16))


@pytest.mark.parametrize("public", ["", "00", "zz" * 32, "D7" * 32, "0" * 63, "0" * 65, "d75a" * 16 + "\n"])
def test_what_is_no_key_verifies_nothing(public: str) -> None:
    assert not verify(public, bytes(64), b"")
    assert not is_public(public)


def test_a_seed_is_32_bytes_and_is_not_shown() -> None:
    with pytest.raises(LocalProtocolError):
        SigningKey(b"short")
    seed = bytes(range(32))
    assert seed.hex() not in repr(SigningKey(seed)) and str(seed) not in repr(SigningKey(seed))


def test_the_fingerprint_of_a_known_key() -> None:
    """Worked out apart: printf d75a...511a | xxd -r -p | sha256sum | cut -c1-26 | xxd -r -p | base32 | cut -c1-20."""
    public = VECTORS[0][1]
    assert groups(public) == "EH7D-DX5B-KSRG-CYTL-7BKA"
    assert spoken(public).startswith("ECHO HOTEL SEVEN DELTA / DELTA X-RAY FIVE BRAVO / ")


@given(st.binary(min_size=32, max_size=32))
def test_a_fingerprint_is_read_as_it_is_written(seed: bytes) -> None:
    public = SigningKey(seed).public
    said = [group.split() for group in spoken(public).split(" / ")]
    digits = {"TWO": "2", "THREE": "3", "FOUR": "4", "FIVE": "5", "SIX": "6", "SEVEN": "7"}
    assert "-".join("".join(digits.get(word, word[0]) for word in group) for group in said) == groups(public)


def test_what_is_no_key_has_no_fingerprint() -> None:
    with pytest.raises(LocalProtocolError):
        groups("not a key")
