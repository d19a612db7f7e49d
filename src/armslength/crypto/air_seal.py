"""Encryption of what goes over the air, for the other side alone: as many bytes more as a nonce has, and no more.

The identity keys of the two sides are Ed25519. Each is carried over to X25519 by the birational map of RFC 7748,
section 4.1 (u = (1 + y) / (1 - y); the secret scalar is the first half of the SHA-512 of the seed, as RFC 8032 has it),
so that nothing has to be agreed before the first call. HKDF-SHA-256 (RFC 5869) makes of the shared secret a key for one
version of the terms and one direction; ChaCha20 (RFC 8439) encrypts under it, with 8 random bytes of nonce.

There is no tag: 16 bytes more on a slow channel would prove what the signature inside proves already. A bit turned on
the way turns the same bit inside, and the signature does not fit. What this does not give: forward secrecy (who
learns an identity key reads what was recorded before), and hiding of how much is said, when, and between whom.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from armslength.crypto.keys import SigningKey, is_public
from armslength.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["NONCE", "AirSeal"]

NONCE = 8
"""Bytes of the nonce that travels. Two of 2^32 messages would share one with a chance of one half."""
_FIELD = 2**255 - 19
_INFO = b"armslength-air-seal/1"


class AirSeal:
    """What seals for one other side and opens what it sealed. Shows nothing of its keys.

    Args:
        key: our identity key.
        other: the public half of theirs, 64 hexadecimal digits.
        digests: of the terms, "sha256:...": what is sealed is for the first; any may have sealed what is opened.

    Raises:
        LocalProtocolError: no digest, or no key of the other side.
    """

    __slots__ = ("_opens", "_seals")

    def __init__(self, key: SigningKey, other: str, digests: Sequence[str]) -> None:
        if not digests or not is_public(other) or other == key.public:
            raise LocalProtocolError("A seal is between two keys, under terms in force.")
        shared = _secret(key.seed).exchange(_public(other))
        ours, theirs = bytes.fromhex(key.public), bytes.fromhex(other)
        self._seals = _key(shared, digests[0], ours, theirs)
        self._opens = tuple(_key(shared, one, theirs, ours) for one in digests)

    def seal(self, plain: bytes, nonce: bytes) -> bytes:
        """Return `plain` encrypted; `nonce` is 8 fresh random bytes and stands before it.

        Raises:
            LocalProtocolError: the nonce is of another length.
        """
        if len(nonce) != NONCE:
            raise LocalProtocolError(f"The nonce of a seal is {NONCE} random bytes.")
        return nonce + _stream(self._seals, nonce, plain)

    def unseal(self, sealed: bytes) -> tuple[bytes, ...]:
        """Return what `sealed` may hold, one for each version of the terms: nothing here proves which, or any.

        Raises:
            RemoteProtocolError: "garbage": it is no longer than a nonce.
        """
        if len(sealed) <= NONCE:
            raise RemoteProtocolError("garbage", "What came encrypted holds nothing.")
        return tuple(_stream(key, sealed[:NONCE], sealed[NONCE:]) for key in self._opens)

    def __repr__(self) -> str:
        return "AirSeal()"


def _secret(seed: bytes) -> X25519PrivateKey:
    """Return the secret scalar of an Ed25519 seed as an X25519 key, which clamps it as RFC 8032 does."""
    return X25519PrivateKey.from_private_bytes(hashlib.sha512(seed).digest()[:32])


def _public(public: str) -> X25519PublicKey:
    """Return the Montgomery u of an Edwards point. `is_public` has refused those of small order, y = 1 among them."""
    y = int.from_bytes(bytes.fromhex(public), "little") & (2**255 - 1)
    u = (1 + y) * pow(1 - y, -1, _FIELD) % _FIELD
    return X25519PublicKey.from_public_bytes(u.to_bytes(32, "little"))


def _key(shared: bytes, digest: str, sender: bytes, receiver: bytes) -> bytes:
    """Return the key of one direction under one version of the terms."""
    info = _INFO + digest.encode() + sender + receiver
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)


def _stream(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """Encrypt or decrypt: block counter 0 (4 bytes), then a nonce of 12 bytes, of which the first four are zero."""
    cipher = Cipher(ChaCha20(key, bytes(8) + nonce), mode=None).encryptor()
    return cipher.update(data) + cipher.finalize()
