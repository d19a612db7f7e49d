"""The ground line of a node: one port, several paths, either side may dial, and only pinned certificates get in."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from websockets.client import ClientProtocol
from websockets.server import ServerProtocol
from websockets.uri import WebSocketURI

from armslength.adapters.ground_line.dialling import Call, address_of, keep
from armslength.adapters.ground_line.limits import Limits
from armslength.adapters.ground_line.link import SILENT, Link
from armslength.adapters.ground_line.reasons import Why
from armslength.adapters.ground_line.refusals import Refusals
from armslength.adapters.ground_line.trust import Certificates, Pins, Trust, fingerprint_of
from armslength.errors import InputError, LocalProtocolError

FRESH_S = 2.0
"""Two connections of one pair that opened within this time of each other crossed on the way."""
BUSY_S = 5.0
"""So long an address that is in use is tried again at the start: a node that was killed may not be gone quite yet."""
REVIEW_S = 1.0
"""So often the certificates of open connections are looked up again among the pins."""


@dataclass(frozen=True, slots=True)
class Told:
    """Whom the ground line tells. Plain functions that do not block, called from the event loop, one at a time.

    Args:
        opened: connection, counterpart, path: frames can flow.
        frame: connection, frame.
        closed: connection, why: a `Why` or the words given to `GroundLine.close`.
        refused: address, why: somebody was refused; at most `Limits.told_each_s` a second, the rest as a number.
    """

    opened: Callable[[str, str, str], None]
    frame: Callable[[str, bytes], None]
    closed: Callable[[str, str], None]
    refused: Callable[[str, str], None]


class GroundLine:
    """Connections to counterparts, over TLS 1.3 with a pinned certificate on both sides.

    One connection for each counterpart and path stays: a newer one takes the place of an older one, and of two that
    crossed on the way both sides keep the same one.

    Args:
        certificate_file, key_file: this node's own, PEM; read again when they change.
        listen: host and port to be dialled at, or None; port 0 takes a free one.
        paths: URL paths that are answered and dialled, for example ("/ground", "/ground2").
        pins: gives SHA-256 of a DER certificate (64 lower hex) -> counterpart; asked again and again.
        certificates: gives the certificates of `pins` and `barred`, PEM.
        on_opened, on_frame, on_closed, on_refused: as in `Told`.
        limits: bounds.
        barred: gives certificates that open nothing although their counterpart is known, as `pins`.
        on_barred: called with the counterpart, SHA-256 of the certificate, and why, where one of these was shown; a
            flood of them is told as a number, with "" for the counterpart. Without it `on_refused` is called.
    """

    def __init__(
        self,
        certificate_file: Path,
        key_file: Path,
        listen: tuple[str, int] | None,
        paths: Collection[str],
        pins: Pins,
        certificates: Certificates,
        on_opened: Callable[[str, str, str], None],
        on_frame: Callable[[str, bytes], None],
        on_closed: Callable[[str, str], None],
        on_refused: Callable[[str, str], None],
        limits: Limits | None = None,
        barred: Pins = dict,
        on_barred: Callable[[str, str, str], None] | None = None,
    ) -> None:
        self._trust = Trust(certificate_file, key_file, pins, certificates, barred)
        self._listen, self._paths = listen, frozenset(paths)
        self._told = Told(on_opened, on_frame, on_closed, on_refused)
        self._limits = limits or Limits()
        self._refusals = Refusals(on_refused, self._limits.told_each_s)
        self._on_barred = on_barred
        self._barred = Refusals(self._tell_barred, self._limits.told_each_s)
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._open: dict[str, Link] = {}
        self._pairs: dict[tuple[str, str], Link] = {}
        self._calls: dict[tuple[str, str], tuple[Call, asyncio.Task[None]]] = {}
        self._reviews: asyncio.Task[None] | None = None
        self._number = 0
        self._stopped = self._all_paused = False

    async def start(self) -> None:
        """Listen, where that is asked for.

        Raises:
            ArmslengthError: the node's certificate or the pins cannot be used, or the address cannot be listened at.
        """
        self._trust.start()
        self._stopped = False
        loop = asyncio.get_running_loop()
        if self._listen is not None:
            host, port = self._listen
            try:
                self._server = await self._door(host, port)
            except OSError as wrong:
                raise InputError(
                    f"The ground line cannot listen here ({wrong.strerror or wrong}).",
                    where=f"{host}:{port}",
                    remedy="See what else uses the port, or change [listen] ground_line in node.toml.",
                ) from None
        self._reviews = loop.create_task(self._review_again_and_again())

    async def stop(self) -> None:
        """Dial no more, listen no more, end every connection; done within `Limits.close_s`."""
        self._stopped = True
        tasks = [task for _, task in self._calls.values()]
        tasks += [self._reviews] if self._reviews is not None else []
        self._calls.clear()
        for task in tasks:
            task.cancel()
        if self._server is not None:
            self._server.close()
        links = list(self._links)
        for link in links:
            link.end(Why.STOPPED)
        await asyncio.gather(*tasks, return_exceptions=True)
        if links:
            await asyncio.wait([link.over for link in links], timeout=2 * self._limits.close_s)
        await asyncio.sleep(0)  # what was told last has been told

    @property
    def port(self) -> int:
        """The port it listens at; 0 where it does not."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else 0

    def dial(self, counterpart: str, path: str, url: str) -> None:
        """Dial `url` again and again until `hang_up`, while nothing is open for this counterpart and path.

        Several URLs of one path are tried one after the other, in the order in which they were given.

        Raises:
            InputError: the URL is not wss://HOST:PORT and `path`, or the path is not one of this node's.
        """
        uri = address_of(url, path, self._paths)
        self._trust.refresh()
        if self._stopped:
            return
        if (counterpart, path) in self._calls:
            known = self._calls[counterpart, path][0].uris
            known += [uri] if uri not in known else []
            return
        call = Call(counterpart, path, [uri], self._limits)
        task = asyncio.get_running_loop().create_task(keep(call, self._calling, self.pair))
        self._calls[counterpart, path] = (call, task)

    def hang_up(self, counterpart: str) -> None:
        """Dial this counterpart no more. What is open stays open."""
        for key in [key for key in self._calls if key[0] == counterpart]:
            self._calls.pop(key)[1].cancel()

    def calls(self) -> list[Call]:
        """Return what is being dialled and how it goes."""
        return [call for call, _ in self._calls.values()]

    def pair(self, counterpart: str, path: str) -> Link | None:
        """Return the open connection of this counterpart and path."""
        return self._pairs.get((counterpart, path))

    def send(self, connection: str, frame: bytes, *, urgent: bool = False) -> bool:
        """Queue a frame without waiting; return whether the connection takes it.

        False says that the connection is closed or ends now, because more waits than `Limits.queued`. The outbox sends
        it again on the next one.

        Args:
            connection: as given to `on_opened`.
            frame: one binary frame.
            urgent: goes before everything that is not.

        Raises:
            LocalProtocolError: the frame is empty or longer than the other side takes.
        """
        if not 0 < len(frame) <= self._limits.frame:
            raise LocalProtocolError(f"A frame of {len(frame)} bytes was to be sent; 1 to {self._limits.frame} may be.")
        link = self._open.get(connection)
        return link is not None and link.send(frame, urgent=urgent)

    def waiting(self, connection: str) -> int:
        """Return how many bytes wait to be sent on this connection."""
        return self._open[connection].waiting if connection in self._open else 0

    def close(self, connection: str, why: str) -> None:
        """End a connection; `on_closed` follows with the same words."""
        if connection in self._open:
            self._open[connection].end(why)

    def pause(self, connection: str | None = None) -> None:
        """Read nothing from this connection, or from any, new ones too: what cannot be stored waits on its own side."""
        self._all_paused = self._all_paused or connection is None
        for link in self._chosen(connection):
            link.pause()

    def resume(self, connection: str | None = None) -> None:
        """Read again."""
        self._all_paused = self._all_paused and connection is not None
        for link in self._chosen(connection):
            link.resume()

    def review(self) -> None:
        """Look at the pins now, and end the connections whose certificate is no longer pinned to their counterpart."""
        self._trust.refresh()
        for link in list(self._open.values()):
            if self._trust.counterpart(link.fingerprint) != link.counterpart:
                link.end(Why.WITHDRAWN)

    # What a link asks and tells (owner.Owner)

    def made(self, link: Link) -> str:
        """See `owner.Owner`."""
        if self._stopped:
            return Why.STOPPED
        here = [other for other in self._links if not other.open]
        self._links.add(link)
        if not link.answering:
            return ""
        if len(here) >= self._limits.greeting or len(self._open) >= self._limits.open:
            return Why.TOO_MANY
        if sum(other.address == link.address for other in here) >= self._limits.greeting_each:
            return Why.TOO_MANY_OF_ADDRESS
        return ""

    def met(self, link: Link, certificate: bytes) -> str:
        """See `owner.Owner`."""
        link.fingerprint = fingerprint_of(certificate)
        whose = self._trust.counterpart(link.fingerprint)
        if not whose and (known := self._trust.barred(link.fingerprint)):
            link.counterpart = known
            return Why.NOT_NAMED
        if not whose:
            return Why.WRONG_CERTIFICATE
        if not link.answering and whose != link.counterpart:
            return Why.OTHER_COUNTERPART
        link.counterpart = whose
        return ""

    def answer(self, link: Link, path: str) -> str:
        """See `owner.Owner`."""
        link.path = path
        return "" if path in self._paths else Why.WRONG_PATH

    def opened(self, link: Link) -> None:
        """See `owner.Owner`."""
        pair = (link.counterpart, link.path)
        before = self._pairs.get(pair)
        if before is not None:
            if before.open and self._crossed(before, link) and self._keeps_dialled(link) == link.answering:
                link.end(Why.REPLACED)
                return
            before.end(Why.REPLACED)
            before.tell()  # that the old one is closed is told before the new one is open
        self._number += 1
        link.name = f"{link.counterpart}{link.path}#{self._number}"
        self._open[link.name] = link
        self._pairs[pair] = link
        if self._all_paused:
            link.pause()
        self._told.opened(link.name, link.counterpart, link.path)

    def frame(self, link: Link, frame: bytes) -> None:
        """See `owner.Owner`."""
        if link.name:
            self._told.frame(link.name, frame)

    def gone(self, link: Link, why: str) -> None:
        """See `owner.Owner`."""
        if self._pairs.get((link.counterpart, link.path)) is link:
            del self._pairs[link.counterpart, link.path]
        with contextlib.suppress(ValueError):
            if why == Why.NOT_NAMED:
                self._barred.add(link.fingerprint, why, asyncio.get_running_loop().time())
            elif Why(why).fault or (why == Why.REFUSED_US and not link.name):
                self._refusals.add(link.address, why, asyncio.get_running_loop().time())
        if self._open.pop(link.name, None) is not None:
            self._told.closed(link.name, why)

    def lost(self, link: Link) -> None:
        """See `owner.Owner`."""
        self._links.discard(link)

    # Inside

    def _tell_barred(self, shown: str, why: str) -> None:
        if self._on_barred is None:
            self._told.refused(shown, why)
        else:
            self._on_barred(self._trust.barred(shown), shown, why)

    async def _door(self, host: str, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        until = loop.time() + BUSY_S
        while True:
            try:
                return await loop.create_server(self._answering, host, port)
            except OSError as wrong:
                if wrong.errno != errno.EADDRINUSE or loop.time() > until:
                    raise
            await asyncio.sleep(0.1)

    def _answering(self) -> Link:
        websocket = ServerProtocol(max_size=self._limits.frame, logger=SILENT)
        return Link(self, self._trust.context(answering=True), websocket, self._limits)

    def _calling(self, call: Call, uri: WebSocketURI) -> Link:
        websocket = ClientProtocol(uri, max_size=self._limits.frame, logger=SILENT)
        link = Link(self, self._trust.context(answering=False), websocket, self._limits, call.address)
        link.counterpart, link.path = call.counterpart, call.path
        return link

    def _crossed(self, before: Link, link: Link) -> bool:
        return before.answering != link.answering and link.opened_s - before.opened_s < FRESH_S

    def _keeps_dialled(self, link: Link) -> bool:
        """Return whether of two that crossed the one dialled here stays: the lesser fingerprint's, on both sides."""
        return self._trust.own < link.fingerprint

    def _chosen(self, connection: str | None) -> list[Link]:
        if connection is None:
            return list(self._open.values())
        return [self._open[connection]] if connection in self._open else []

    async def _review_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(REVIEW_S)
            self.review()
            for refusals in (self._refusals, self._barred):
                refusals.tick(asyncio.get_running_loop().time())
