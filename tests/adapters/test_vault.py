"""The vault: what it encrypts, its home opens, and those it is meant for; nobody else, and nothing that was changed."""

from __future__ import annotations

import pytest

from armslength.adapters.vault import HEADER, Vault, is_recipient, make_age_key
from armslength.errors import HomeError, StoreError

MINE, THEIRS, OTHERS = (Vault(make_age_key()[0], "age.key") for _ in range(3))


@pytest.mark.parametrize("data", [b"", b"terms", bytes(100_000)])
def test_there_and_back(data: bytes) -> None:
    sealed = MINE.encrypt(data)
    assert sealed.startswith(HEADER) and MINE.decrypt(sealed, "f") == data
    assert len(data) < 9 or data not in sealed
    assert MINE.encrypt(data) != sealed


def test_two_can_read_what_is_meant_for_two() -> None:
    sealed = MINE.encrypt(b"terms", [THEIRS.recipient, MINE.recipient])
    assert MINE.decrypt(sealed, "f") == THEIRS.decrypt(sealed, "f") == b"terms"
    with pytest.raises(StoreError, match=r"^f: It cannot be decrypted"):
        OTHERS.decrypt(sealed, "f")


@pytest.mark.parametrize("at", [0, 30, 80, 120, -20, -1])
def test_what_was_changed_is_not_read(at: int) -> None:
    bad = bytearray(MINE.encrypt(b"terms"))
    bad[at] ^= 1
    with pytest.raises(StoreError):
        MINE.decrypt(bytes(bad), "f")
    with pytest.raises(StoreError):
        MINE.decrypt(bytes(bad[: len(bad) // 2]), "f")


def test_a_key_that_is_none_is_not_quoted() -> None:
    with pytest.raises(HomeError) as caught:
        Vault("AGE-SECRET-KEY-1CANARY", "age.key")
    assert "CANARY" not in str(caught.value) and "age.key" in str(caught.value)
    with pytest.raises(HomeError, match="names no age key"):
        MINE.encrypt(b"terms", ["age1nobody"])
    assert is_recipient(MINE.recipient) and not is_recipient("age1nobody") and not is_recipient("")
