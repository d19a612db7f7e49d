"""Certificates of the ground line: Python's own TLS takes them both ways, pinned; another one it does not."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from armslength.adapters.certificates import fingerprint, make_certificate, to_der, to_pem
from armslength.errors import InputError


def context(side: int, own: tuple[bytes, bytes], other: bytes, at: Path) -> ssl.SSLContext:
    """Return a context that shows `own` (key, certificate) and takes `other` alone."""
    made = ssl.SSLContext(side)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(cadata=other.decode())
    for name, data in (("key", own[0]), ("crt", own[1])):
        (at / name).write_bytes(data)
    made.load_cert_chain(at / "crt", at / "key")
    return made


def shake_hands(dialling: ssl.SSLContext, listening: ssl.SSLContext) -> tuple[bytes | None, bytes | None]:
    """Return the certificates (DER) that each side got of the other, over memory."""
    to_a, to_b = ssl.MemoryBIO(), ssl.MemoryBIO()
    a = dialling.wrap_bio(to_a, to_b)
    b = listening.wrap_bio(to_b, to_a, server_side=True)
    done: set[int] = set()
    for _ in range(10):
        for side in (a, b):
            try:
                side.do_handshake()
                done.add(id(side))
            except ssl.SSLWantReadError:
                pass
    assert len(done) == 2
    return a.getpeercert(True), b.getpeercert(True)


def test_both_ends_take_each_other_and_nobody_else(tmp_path: Path) -> None:
    north, south, stranger = (make_certificate() for _ in range(3))
    listening = context(ssl.PROTOCOL_TLS_SERVER, south, north[1], tmp_path)
    seen = shake_hands(context(ssl.PROTOCOL_TLS_CLIENT, north, south[1], tmp_path), listening)
    assert seen == (to_der(south[1]), to_der(north[1]))
    with pytest.raises(ssl.SSLError):  # the control: another certificate than the pinned one
        shake_hands(context(ssl.PROTOCOL_TLS_CLIENT, stranger, south[1], tmp_path), listening)
    with pytest.raises(ssl.SSLError):
        shake_hands(context(ssl.PROTOCOL_TLS_CLIENT, north, stranger[1], tmp_path), listening)


def test_it_never_ends_and_names_nobody() -> None:
    found = x509.load_pem_x509_certificate(make_certificate()[1])
    assert found.not_valid_before_utc <= datetime(2001, 1, 1, tzinfo=UTC)
    assert found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=36525)
    assert found.subject.rfc4514_string().startswith("CN=armslength ")
    assert found.subject != x509.load_pem_x509_certificate(make_certificate()[1]).subject


def test_the_fingerprint_is_of_the_der_whatever_form_is_given() -> None:
    _, pem = make_certificate()
    der = to_der(pem)
    assert fingerprint(pem) == fingerprint(pem.decode()) == fingerprint(der) == hashlib.sha256(der).hexdigest()
    assert to_der(to_pem(der)) == der
    assert fingerprint(make_certificate()[1]) != fingerprint(pem)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"garbage",
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_is_refused(bad: bytes) -> None:
    with pytest.raises(InputError):
        fingerprint(bad)
    with pytest.raises(InputError):
        fingerprint(make_certificate()[1] + make_certificate()[1])
