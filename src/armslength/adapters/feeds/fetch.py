"""Fetching a small document again and again, from a file or over HTTP(S): bounded in size and in time.

A thread of its own waits for the source; nothing of a slow or hostile server reaches the event loop. Redirections are
not followed: a feed is where its owner says it is. Of an address nothing but host, port and path stands in messages.
"""

from __future__ import annotations

import http.client
import ssl
import stat
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from armslength import __version__
from armslength.errors import FeedError

LARGEST = 32 << 20
"""Bytes, unpacked, above which a document is refused."""
_PIECE = 1 << 16
_GZIP = b"\x1f\x8b"


class Source(Protocol):
    """Where a document comes from."""

    @property
    def name(self) -> str:
        """How messages call it."""

    def read(self) -> bytes:
        """Return the document as it is now; may block for as long as its time limit.

        Raises:
            FeedError: it cannot be had: absent, too large, too slow.
        """


def unpacked(data: bytes, name: str, largest: int = LARGEST) -> bytes:
    """Return `data`, unpacked where it is gzipped.

    Raises:
        FeedError: damaged, or larger than `largest` once unpacked.
    """
    if not data.startswith(_GZIP):
        return data
    member = zlib.decompressobj(wbits=31)
    try:
        out = member.decompress(data, largest + 1)
    except zlib.error:
        raise FeedError("the gzip stream is damaged.", where=name) from None
    if len(out) > largest:
        raise _too_large(name, largest)
    if not member.eof:
        raise FeedError("the gzip stream is cut off.", where=name)
    return out


@dataclass(frozen=True)
class FileSource:
    """A file that another program replaces again and again."""

    path: Path
    largest: int = LARGEST

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def read(self) -> bytes:
        """Return its content.

        Raises:
            FeedError: absent, no plain file, not readable, or too large.
        """
        try:
            with self.path.open("rb", buffering=0) as raw:
                data = raw.read(self.largest + 1) if stat.S_ISREG(self.path.stat().st_mode) else None
        except OSError as error:
            raise FeedError(f"cannot be read ({error.strerror or error}).", where=self.name) from None
        if data is None:
            raise FeedError("is no plain file.", where=self.name, remedy="Give the aircraft.json itself.")
        if len(data) > self.largest:
            raise _too_large(self.name, self.largest)
        return unpacked(data, self.name, self.largest)


class HttpSource:
    """A document at an http or https address. Certificates are checked against the system's authorities.

    Args:
        url: without user name and password.
        timeout_s: for the whole fetch, from the first packet to the last byte [s].
        largest: bytes, unpacked, above which it is refused.

    Raises:
        FeedError: the address cannot be used.
    """

    def __init__(self, url: str, timeout_s: float = 5.0, largest: int = LARGEST) -> None:
        try:
            parts = urlsplit(url)
            self._port = parts.port
        except ValueError:
            raise FeedError("is no address.", where="url", remedy=_LIKE) from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise FeedError("is no http or https address.", where="url", remedy=_LIKE)
        if "@" in parts.netloc:
            raise FeedError("holds a user name or a password.", where="url", remedy=f"{_LIKE} without them.")
        self._parts: SplitResult = parts
        self._timeout_s, self._largest = timeout_s, largest
        port = f":{self._port}" if self._port else ""
        self.name = f"{parts.scheme}://{parts.hostname}{port}{parts.path or '/'}"

    def read(self) -> bytes:
        """Return the document.

        Raises:
            FeedError: no answer in time, an answer other than 200, or too large.
        """
        until = time.monotonic() + self._timeout_s
        connection = self._connection()
        try:
            return unpacked(self._fetched(connection, until), self.name, self._largest)
        except TimeoutError:
            raise FeedError(f"no answer within {self._timeout_s:.3g} s.", where=self.name) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, FeedError):
                raise
            why = getattr(error, "strerror", None) or type(error).__name__
            raise FeedError(f"cannot be fetched ({why}).", where=self.name) from None
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, self._port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(host, self._port, timeout=self._timeout_s)

    def _fetched(self, connection: http.client.HTTPConnection, until: float) -> bytes:
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"armslength/{__version__}"}
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            moved = " It has moved; redirections are not followed." if 300 <= answer.status < 400 else ""
            raise FeedError(f"the server answers {answer.status}.{moved}", where=self.name)
        held = bytearray()
        while piece := answer.read1(_PIECE):
            held += piece
            if len(held) > self._largest:
                raise _too_large(self.name, self._largest)
            left = until - time.monotonic()
            if left <= 0.0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
        if answer.length:
            raise FeedError("the answer breaks off.", where=self.name)
        return bytes(held)


_LIKE = 'Write it like "http://receiver.example/tar1090/data/aircraft.json"'


def _too_large(name: str, largest: int) -> FeedError:
    return FeedError(f"it is larger than {largest >> 20} MiB.", where=name, remedy="Is it an aircraft.json?")
