"""Fetching a small document again and again, from a file or over HTTP(S): bounded in size and in time.

A thread of its own waits for the source; nothing of a slow or hostile server reaches the event loop. Redirections are
not followed: a feed is where its owner says it is. Of an address nothing but host, port and path stands in messages.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import stat
import threading
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
            # A pipe would keep the thread waiting for a writer.
            plain = stat.S_ISREG(self.path.stat().st_mode)
            data = b""
            if plain:
                with self.path.open("rb", buffering=0) as raw:
                    data = raw.read(self.largest + 1)
        except OSError as error:
            raise FeedError(f"cannot be read ({error.strerror or error}).", where=self.name) from None
        if not plain:
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
        watch = _Watch()
        timer = threading.Timer(self._timeout_s, watch.end)
        timer.daemon = True
        timer.start()
        try:
            return unpacked(self._fetched(watch), self.name, self._largest)
        except FeedError:
            if watch.ended:
                raise self._too_slow() from None
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            if watch.ended or isinstance(error, TimeoutError) or time.monotonic() > until:
                raise self._too_slow() from None
            why = getattr(error, "strerror", None) or type(error).__name__
            raise FeedError(f"cannot be fetched ({why}).", where=self.name) from None
        finally:
            timer.cancel()
            watch.end()

    def _too_slow(self) -> FeedError:
        return FeedError(f"no answer within {self._timeout_s:.3g} s.", where=self.name)

    def _connected(self, watch: _Watch) -> http.client.HTTPConnection:
        """Return a connection whose socket is watched from before the first byte of TLS."""
        host, secure = self._parts.hostname or "", self._parts.scheme == "https"
        port = self._port or (443 if secure else 80)
        watch.on = socket.create_connection((host, port), timeout=self._timeout_s)
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        if secure:
            context = ssl.create_default_context()
            watch.on = context.wrap_socket(watch.on, server_hostname=host, do_handshake_on_connect=False)
            watch.on.do_handshake()
        connection.sock = watch.on
        return connection

    def _fetched(self, watch: _Watch) -> bytes:
        connection = self._connected(watch)
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
        if answer.length or watch.ended:
            raise FeedError("the answer breaks off.", where=self.name)
        return bytes(held)


class _Watch:
    """Holds the socket of a fetch, and ends it from another thread: whoever reads from it then sees its end."""

    def __init__(self) -> None:
        self.on: socket.socket | None = None
        self.ended = False

    def end(self) -> None:
        """End the connection, now."""
        self.ended = True
        if self.on is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.on, socket.SHUT_RDWR)
            self.on.close()


_LIKE = 'Write it like "http://receiver.example/tar1090/data/aircraft.json"'


def _too_large(name: str, largest: int) -> FeedError:
    return FeedError(f"it is larger than {largest >> 20} MiB.", where=name, remedy="Is it an aircraft.json?")
