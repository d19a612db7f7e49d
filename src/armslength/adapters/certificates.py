"""The certificate by which a node is known on the ground line: self-signed, pinned by the agreement.

It names no party: whoever knocks at the port is shown it before he has shown his own. It has no end of its own
(RFC 5280, 4.1.2.5: 99991231235959Z): how long it is good for is said by the agreement that pins it, and a node whose
clock is wrong must not lose its ground line.
"""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime

from armslength.errors import InputError

BEGINNING, NO_END = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def make_certificate() -> tuple[bytes, bytes]:
    """Return a new Ed25519 key (PKCS #8) and its self-signed certificate, both PEM.

    Its subject is drawn from its key, so that two pinned certificates are never mistaken for each other's issuer.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    name = hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"armslength {name}")])
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINNING)
        .not_valid_after(NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, None)
    )
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return kept, certificate.public_bytes(serialization.Encoding.PEM)


def fingerprint(certificate: bytes | str) -> str:
    """Return SHA-256 of the DER form of a certificate, PEM or DER, 64 lower hex: what an agreement pins.

    Raises:
        InputError: it is no certificate, or not one alone.
    """
    return hashlib.sha256(to_der(certificate)).hexdigest()


def to_der(certificate: bytes | str) -> bytes:
    """Return the DER form of a certificate, PEM or DER.

    Raises:
        InputError: it is no certificate, or not one alone.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    data = certificate.encode() if isinstance(certificate, str) else certificate
    try:
        if b"-----BEGIN" in data:
            (found,) = x509.load_pem_x509_certificates(data)
        else:
            found = x509.load_der_x509_certificate(data)
    except ValueError:
        raise InputError(
            "This is no certificate.", remedy="In PEM form it begins with -----BEGIN CERTIFICATE-----."
        ) from None
    return found.public_bytes(serialization.Encoding.DER)


def to_pem(certificate: bytes | str) -> bytes:
    """Return the PEM form of a certificate, PEM or DER.

    Raises:
        InputError: it is no certificate, or not one alone.
    """
    return ssl.DER_cert_to_PEM_cert(to_der(certificate)).encode()
