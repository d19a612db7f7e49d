"""One connection: TLS 1.3 and WebSocket over one TCP transport, both as bytes in and bytes out.

TLS is driven by hand (`ssl.MemoryBIO`) so that every failure of a greeting has a name, and so that what waits to be
sent waits here, in the clear and in order of urgency, and not in a buffer that nothing can overtake.

    TCP -> TLS proved -> pinned? -> WebSocket asked -> path known? -> open    -> ended     -> TCP ended
    made                 met                           answer         opened,    gone         lost
                                                                      frame
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import deque
from typing import TYPE_CHECKING, cast

from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN

from armslength.adapters.ground_line.limits import UNSENT, Limits, tune
from armslength.adapters.ground_line.reasons import Why, of_tls

if TYPE_CHECKING:
    from websockets.client import ClientProtocol
    from websockets.http11 import Response
    from websockets.server import ServerProtocol

    from armslength.adapters.ground_line.owner import Owner

SILENT = logging.getLogger("armslength.ground_line.websocket")
SILENT.setLevel(logging.ERROR)
"""What the library would log of a connection holds addresses of requests."""
READ = 64 * 1024
GOING_AWAY, UNWANTED, TOO_BIG, POLICY = 1001, 1003, 1009, 1008
CODES = {
    Why.TEXT: UNWANTED,
    Why.FRAGMENTED: UNWANTED,
    Why.EMPTY: UNWANTED,
    Why.OVERSIZED: TOO_BIG,
    Why.STOPPED: GOING_AWAY,
    Why.REPLACED: GOING_AWAY,
}
"""Close codes (RFC 6455, 7.4.1); every other reason is a matter of policy. None is spelled out."""


class Link(asyncio.Protocol):
    """One connection, on either side of it.

    Args:
        owner: told and asked.
        context: TLS, for the side this is.
        websocket: a fresh sans-IO protocol, for the side this is.
        limits: bounds.
        address: of the other side, for people, where it is known beforehand.
    """

    def __init__(
        self,
        owner: Owner,
        context: ssl.SSLContext,
        websocket: ClientProtocol | ServerProtocol,
        limits: Limits,
        address: str = "",
    ) -> None:
        from websockets.server import ServerProtocol

        self.answering = isinstance(websocket, ServerProtocol)
        self.address = address
        self.name = self.counterpart = self.path = self.fingerprint = ""
        self.open = False
        self.opened_s = 0.0
        self.why = ""
        """Why it has ended; empty while it has not."""
        self._owner, self._ws, self._limits = owner, websocket, limits
        self._loop = asyncio.get_running_loop()
        self._from_line, self._to_line = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._from_line, self._to_line, server_side=self.answering)
        self._proved = self._full = self._reading_paused = self._told = False
        self._urgent: deque[bytes] = deque()
        self._patient: deque[bytes] = deque()
        self._queued = 0
        self._kept: deque[Frame] = deque()
        self._tcp: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.settled: asyncio.Future[None] = self._loop.create_future()
        """Done when it is open, or never will be."""
        self.over: asyncio.Future[None] = self._loop.create_future()
        """Done when the TCP connection has ended."""

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the greeting, or refuse it."""
        self._tcp = cast(asyncio.Transport, transport)
        line = transport.get_extra_info("socket")
        tune(line)
        self.address = self.address or str((transport.get_extra_info("peername") or ("unknown",))[0])
        self._tcp.set_write_buffer_limits(high=UNSENT)
        self._timer = self._loop.call_later(self._limits.greeting_s, self.end, Why.SLOW_GREETING)
        if why := self._owner.made(self):
            self.end(why)
        else:
            self._advance()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the line."""
        if not self.why:
            self._from_line.write(data)
            self._advance()

    def eof_received(self) -> None:
        """The other side sends no more."""
        self.end(Why.CUT)

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is no more."""
        self.end(Why.CUT)
        if self._timer is not None:
            self._timer.cancel()
        self._owner.lost(self)
        if not self.over.done():
            self.over.set_result(None)

    def pause_writing(self) -> None:
        """The system takes no more for now."""
        self._full = True

    def resume_writing(self) -> None:
        """The system takes bytes again."""
        self._full = False
        self._pump()

    # What the owner calls

    def send(self, frame: bytes, *, urgent: bool) -> bool:
        """Queue a frame, urgent ones before all others; return whether the connection takes it.

        Where more waits than may wait, the other side is too slow and the connection ends.
        """
        if not self.open or self.why:
            return False
        self._queued += len(frame)
        if self._queued > self._limits.queued:
            self.end(Why.TOO_SLOW, at_once=True)
            return False
        (self._urgent if urgent else self._patient).append(frame)
        self._pump()
        return True

    @property
    def waiting(self) -> int:
        """Bytes that wait to be handed to the system."""
        return self._queued

    def pause(self) -> None:
        """Read nothing more until `resume`: the other side's bytes wait on its own side."""
        if not self._reading_paused and not self.why and self._tcp is not None:
            self._reading_paused = True
            self._tcp.pause_reading()

    def resume(self) -> None:
        """Read again, first of all what had already come."""
        if self._reading_paused and not self.why and self._tcp is not None:
            self._reading_paused = False
            self._tcp.resume_reading()
            self._loop.call_soon(self._advance)

    def end(self, why: str, *, at_once: bool = False) -> None:
        """End it: say goodbye where that is possible, and be gone in `Limits.close_s` at the latest.

        Args:
            why: for people and for counting; the first one stands.
            at_once: hand over nothing that waits.
        """
        if self.why:
            return
        self.why = str(why)
        self.open = False
        for queue in (self._urgent, self._patient, self._kept):
            queue.clear()
        self._queued = 0
        if self._timer is not None:
            self._timer.cancel()
        if self._tcp is not None:
            if at_once:
                self._tcp.abort()
            else:
                self._goodbye()
                self._tcp.close()
                self._timer = self._loop.call_later(self._limits.close_s, self._tcp.abort)
        if not self.settled.done():
            self.settled.set_result(None)
        # Not from inside a call of the owner's own: it may be in the middle of something.
        self._loop.call_soon(self.tell)

    def tell(self) -> None:
        """Tell the owner that it has ended, once."""
        if self.why and not self._told:
            self._told = True
            self._owner.gone(self, self.why)

    # Inside

    def _advance(self) -> None:
        """Go as far as the bytes at hand lead."""
        try:
            if not self._proved:
                self._tls.do_handshake()
                self._proved = True
                if why := self._owner.met(self, self._tls.getpeercert(binary_form=True) or b""):
                    self.end(why)
                elif not self.answering:
                    self._ask()
            self._deliver()
            while not self.why and not self._reading_paused:
                data = self._tls.read(READ)
                if not data:
                    self.end(Why.ENDED)
                    return
                self._ws.receive_data(data)
                self._kept.extend(self._greeted(self._ws.events_received()))
                self._deliver()
                self._write_websocket()
                self._judge()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.end(Why.ENDED)
        except ssl.SSLError as wrong:
            self.end(of_tls(wrong, greeting=not self._proved))
        finally:
            self._flush()

    def _ask(self) -> None:
        """Ask for the WebSocket, as the side that calls."""
        websocket = cast("ClientProtocol", self._ws)
        websocket.send_request(websocket.connect())
        self._write_websocket()

    def _greeted(self, events: list[Request | Response | Frame]) -> list[Frame]:
        """Finish the greeting where it stands among `events`; return the frames."""
        frames = []
        for event in events:
            if isinstance(event, Frame):
                frames.append(event)
            elif isinstance(event, Request):
                websocket = cast("ServerProtocol", self._ws)
                why = self._owner.answer(self, event.path)
                websocket.send_response(websocket.reject(404, "") if why else websocket.accept(event))
                self._write_websocket()
                if why or websocket.state is not OPEN:
                    self.end(why or Why.NOT_WEBSOCKET)
                else:
                    self._begin()
            elif self._ws.state is OPEN:
                self._begin()
            else:
                self.end(Why.REFUSED_US)
        return frames

    def _begin(self) -> None:
        if self.why:
            return
        if self._timer is not None:
            self._timer.cancel()
        self.open, self.opened_s = True, self._loop.time()
        self.settled.set_result(None)
        self._owner.opened(self)

    def _deliver(self) -> None:
        """Hand over the frames that have come, until reading is paused."""
        while self._kept and not self.why and not self._reading_paused:
            frame = self._kept.popleft()
            if frame.opcode is Opcode.TEXT:
                self.end(Why.TEXT)
            elif frame.opcode is Opcode.CONT or (frame.opcode is Opcode.BINARY and not frame.fin):
                self.end(Why.FRAGMENTED)
            elif frame.opcode is Opcode.CLOSE:
                self.end(Why.ENDED)
            elif frame.opcode is Opcode.BINARY and not frame.data:
                self.end(Why.EMPTY)
            elif frame.opcode is Opcode.BINARY:
                self._owner.frame(self, bytes(frame.data))

    def _judge(self) -> None:
        """End it where the WebSocket layer has found a fault."""
        if self._ws.handshake_exc is not None:
            self.end(Why.NOT_WEBSOCKET)
        elif isinstance(self._ws.parser_exc, PayloadTooBig):
            self.end(Why.OVERSIZED)
        elif self._ws.parser_exc is not None:
            self.end(Why.GARBAGE)

    def _pump(self) -> None:
        """Hand to the system what it takes, urgent frames first."""
        while (self._urgent or self._patient) and not self._full and not self.why:
            together = 0
            while (self._urgent or self._patient) and together < UNSENT:
                frame = (self._urgent or self._patient).popleft()
                together += len(frame)
                self._ws.send_binary(frame)
            self._queued -= together
            self._write_websocket()
            self._flush()

    def _write_websocket(self) -> None:
        if data := b"".join(self._ws.data_to_send()):
            self._tls.write(data)

    def _flush(self) -> None:
        """Give the line what TLS has for it."""
        assert self._tcp is not None
        if (data := self._to_line.read()) and not self._tcp.is_closing():
            self._tcp.write(data)
            if self._tcp.get_write_buffer_size() > self._limits.queued:  # it asks for answers that it does not read
                self.end(Why.TOO_SLOW, at_once=True)

    def _goodbye(self) -> None:
        """Say why in a close frame and that TLS ends, where it has got that far."""
        try:
            if self._proved:
                if self._ws.state is OPEN:
                    self._ws.send_close(next((code for why, code in CODES.items() if why == self.why), POLICY))
                self._write_websocket()
                self._tls.unwrap()
        except ssl.SSLError:  # it waits for the other side's goodbye; we do not
            pass
        self._flush()
