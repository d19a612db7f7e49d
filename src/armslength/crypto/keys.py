"""Ed25519 keys (RFC 8032), and how two people read one to each other.

A public key is written as 64 lower-case hexadecimal digits. Its fingerprint, for the voice, is the first 100 bits of
the SHA-256 of its 32 bytes in base32 (RFC 4648): 20 signs in five groups of four, each said as ICAO Annex 10, volume
II, 5.2.1.3 spells it. Base32 has the digits 2 to 7 only, so no zero is taken for an O and no one for an I. Finding a
second key with a given fingerprint takes 2^100 attempts; the birthday attack does not apply, because an attacker must
meet a fingerprint that is already there.

Keys of small order are refused: under one of those, a signature can be made that fits any text, so whoever named it as
his own could deny or swap what he signed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from armslength.errors import LocalProtocolError

__all__ = ["SigningKey", "groups", "is_public", "spoken", "verify"]

_HEX = re.compile(r"[0-9a-f]{64}")
_FIELD = 2**255 - 19
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)
"""The y of the eight points whose order divides 8 (RFC 7748 and 8032: the cofactor); `tests` multiplies them out."""

_SPELLING = (
    "ALFA BRAVO CHARLIE DELTA ECHO FOXTROT GOLF HOTEL INDIA JULIETT KILO LIMA MIKE NOVEMBER OSCAR PAPA QUEBEC ROMEO "
    "SIERRA TANGO UNIFORM VICTOR WHISKEY X-RAY YANKEE ZULU"
)
_DIGITS = {"2": "TWO", "3": "THREE", "4": "FOUR", "5": "FIVE", "6": "SIX", "7": "SEVEN"}
_WORDS = {word[0]: word for word in _SPELLING.split()} | _DIGITS


class SigningKey:
    """A secret Ed25519 key. Shows its public half only.

    Args:
        seed: 32 random bytes (RFC 8032, section 5.1.5).

    Raises:
        LocalProtocolError: the seed is not 32 bytes.
    """

    __slots__ = ("_key", "public", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise LocalProtocolError("The seed of an Ed25519 key is 32 bytes.")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.seed = seed
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the signature over `data`."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"SigningKey({groups(self.public)})"


def is_public(public: str) -> bool:
    """Return whether `public` is written as a key is, and is one under which signatures mean something."""
    return _HEX.fullmatch(public) is not None and _point(public) is not None


def verify(public: str, signature: bytes, data: bytes) -> bool:
    """Return whether `signature` over `data` was made with the secret half of `public`. Malformed is False."""
    key = _point(public)
    if key is None or len(signature) != 64:
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def groups(public: str) -> str:
    """Return the short written fingerprint of `public`, as A7KT-... in five groups of four.

    Raises:
        LocalProtocolError: `public` is not 64 hexadecimal digits.
    """
    if _HEX.fullmatch(public) is None:
        raise LocalProtocolError("A public key is 64 lower-case hexadecimal digits.")
    signs = base64.b32encode(hashlib.sha256(bytes.fromhex(public)).digest()[:15])[:20].decode()
    return "-".join(signs[at : at + 4] for at in range(0, 20, 4))


def spoken(public: str) -> str:
    """Return the fingerprint of `public` as it is read over a radio: "ALFA SEVEN KILO TANGO / ...".

    Raises:
        LocalProtocolError: `public` is not 64 hexadecimal digits.
    """
    return " / ".join(" ".join(_WORDS[sign] for sign in group) for group in groups(public).split("-"))


@lru_cache(maxsize=256)
def _point(public: str) -> Ed25519PublicKey | None:
    if _HEX.fullmatch(public) is None:
        return None
    raw = bytes.fromhex(public)
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _FIELD or y in _SMALL_ORDER_Y:
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        return None
