"""Encryption at rest: age (age-encryption.org/v1), X25519 recipients, through `pyrage`.

A file can be meant for several: what one side hands to the other is encrypted to both, so that its writer can read it
back.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from armslength.errors import HomeError, StoreError

__all__ = ["Vault", "is_recipient", "make_age_key"]

HEADER = b"age-encryption.org/v1\n"
"""How every age file begins."""


def _age() -> ModuleType:
    import pyrage  # type: ignore[import-untyped]

    return pyrage  # type: ignore[no-any-return]


def make_age_key() -> tuple[str, str]:
    """Return (secret, recipient): "AGE-SECRET-KEY-1..." and "age1..."."""
    identity = _age().x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_recipient(text: str) -> bool:
    """Return whether `text` is an age X25519 recipient."""

    try:
        _age().x25519.Recipient.from_str(text)
    except _age().RecipientError:
        return False
    return True


class Vault:
    """Encrypts and decrypts with the age key of one home. Shows neither.

    Args:
        secret: as `make_age_key` gave it.
        name: of the file that the key came from, for errors.

    Raises:
        HomeError: the key is not one.
    """

    def __init__(self, secret: str, name: str) -> None:

        try:
            self._identity = _age().x25519.Identity.from_str(secret.strip())
        except _age().IdentityError:
            raise HomeError(
                "It is not an age key.", where=name, remedy="Bring the file back from the backup of the home."
            ) from None
        self.recipient = str(self._identity.to_public())

    def encrypt(self, data: bytes, others: Iterable[str] = ()) -> bytes:
        """Return `data` as an age file that this home can read, and each of the `others` (age recipients) too.

        Raises:
            HomeError: one of `others` is not an age recipient.
        """

        try:
            to = [_age().x25519.Recipient.from_str(one) for one in dict.fromkeys((self.recipient, *others))]
        except _age().RecipientError:
            raise HomeError(
                "The identity of the other side names no age key.", remedy="Ask for its identity file again."
            ) from None
        return bytes(_age().encrypt(data, to))

    def decrypt(self, data: bytes, name: str) -> bytes:
        """Return what the age file `data` holds.

        Args:
            data: the file.
            name: of the file, for errors.

        Raises:
            StoreError: it was damaged, or is not encrypted to this home.
        """

        try:
            return bytes(_age().decrypt(data, [self._identity]))
        except _age().DecryptError:
            raise StoreError(
                f"{name}: It cannot be decrypted with the age key of this home: it was damaged, or is meant for "
                "another. If it lies in the home, bring it back from the backup."
            ) from None
