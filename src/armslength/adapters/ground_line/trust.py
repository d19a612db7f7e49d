"""Whom the ground line believes: the pinned certificates, and nobody else in the world.

The pinned certificates are the only trust anchors, no public authority is loaded, and what has passed that is compared
exactly: SHA-256 of the certificate's DER. A certificate that somebody signed with a pinned key therefore opens nothing.
Names are not checked, because the pin says more than a name. Sessions are not resumed, so that a certificate that is no
longer pinned opens nothing either.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from armslength.errors import ArmslengthError, InputError

Pins = Callable[[], Mapping[str, str]]
Certificates = Callable[[], Sequence[str]]
LOG = logging.getLogger(__name__)
LOOK_S = 0.2
"""The pins are asked for at most this often, however many connections come."""


def fingerprint_of(certificate: bytes) -> str:
    """Return SHA-256 of a DER certificate, 64 lower hex."""
    return hashlib.sha256(certificate).hexdigest()


class Trust:
    """TLS contexts that follow the pins and the node's own files as they change.

    What cannot be read for a moment, because it is being replaced or is damaged, changes nothing: what was read last
    stays. Only at the start it is an error.

    Args:
        certificate_file, key_file: the node's own, PEM.
        pins: gives SHA-256 of a DER certificate (64 lower hex) -> name of the counterpart.
        certificates: gives the certificates of `pins` and `barred`, PEM.
        barred: as `pins`, of certificates whose counterpart is known and which open nothing.
    """

    def __init__(
        self, certificate_file: Path, key_file: Path, pins: Pins, certificates: Certificates, barred: Pins = dict
    ) -> None:
        self._files = (Path(certificate_file), Path(key_file))
        self._ask_pins, self._ask_certificates, self._ask_barred = pins, certificates, barred
        self._pins: Mapping[str, str] = {}
        self._barred: Mapping[str, str] = {}
        self._anchors: tuple[str, ...] = ()
        self._looked_s = float("-inf")
        self._made: dict[bool, tuple[object, ssl.SSLContext]] = {}
        self.own = ""
        """Fingerprint of the node's own certificate."""

    def start(self) -> None:
        """Read everything for the first time.

        Raises:
            ArmslengthError: the pins cannot be read, or the node's own certificate or key cannot be used.
        """
        self._read()
        for answering in (True, False):
            self._context(answering)

    def refresh(self) -> None:
        """Look at the pins now: somebody knows that they have changed."""
        try:
            self._read()
        except (ArmslengthError, OSError) as wrong:
            LOG.warning("The pinned certificates cannot be read, those read before stay: %s", wrong)

    def context(self, *, answering: bool) -> ssl.SSLContext:
        """Return the context for the side that answers or the side that calls."""
        self._look()
        try:
            return self._context(answering)
        except InputError as wrong:
            if answering not in self._made:
                raise
            LOG.warning("%s The one read before stays.", wrong)
            return self._made[answering][1]

    def counterpart(self, fingerprint: str) -> str:
        """Return to whom the certificate with this fingerprint is pinned; empty where it is not."""
        self._look()
        return self._pins.get(fingerprint, "")

    def barred(self, fingerprint: str) -> str:
        """Return whose the certificate with this fingerprint is, where it opens nothing all the same; else empty."""
        return self._barred.get(fingerprint, "")

    def _look(self) -> None:
        """Look at the pins, but not at every connection: who floods the port must not make the node read files."""
        if time.monotonic() - self._looked_s >= LOOK_S:
            self.refresh()

    def _read(self) -> None:
        self._looked_s = time.monotonic()
        self._pins, self._anchors = dict(self._ask_pins()), tuple(self._ask_certificates())
        self._barred = dict(self._ask_barred())

    def _context(self, answering: bool) -> ssl.SSLContext:
        try:
            stand = (self._anchors, *(path.stat().st_mtime_ns for path in self._files))
            if answering not in self._made or self._made[answering][0] != stand:
                self._made[answering] = (stand, self._make(answering, self._anchors))
                self.own = fingerprint_of(ssl.PEM_cert_to_DER_cert(self._files[0].read_text()))
        except (OSError, ValueError) as wrong:  # ssl.SSLError is an OSError
            why = getattr(wrong, "strerror", None) or "they do not fit"
            raise InputError(
                f"The node's own TLS certificate or key cannot be used ({why}).",
                where=str(self._files[0]),
                remedy="They are made by `armslength init`; bring both back from the backup of the home.",
            ) from None
        return self._made[answering][1]

    def _make(self, answering: bool, anchors: tuple[str, ...]) -> ssl.SSLContext:
        # Not ssl.create_default_context: it loads the authorities of the system and obeys SSLKEYLOGFILE.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if answering else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        if answering:
            context.num_tickets = 0
        context.load_cert_chain(*self._files)
        for anchor in anchors:
            with contextlib.suppress(ssl.SSLError, ValueError):  # one that is damaged must not shut out the others
                context.load_verify_locations(cadata=anchor)
        return context
