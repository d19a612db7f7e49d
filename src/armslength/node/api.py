"""The local HTTP API: what the node sees, and the one way to ask it for something. On loopback unless told otherwise.

Every request carries the token of the home (`Authorization: Bearer ...`). It decides nothing: commands go to the core.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from armslength.errors import ArmslengthError, InputError
from armslength.node.events import Event, Events
from armslength.node.openapi import description

LARGEST_BODY = 262_144
HOLD_S = 0.005
"""An answer holds the event loop for so long at most (real seconds), and for the row it is at."""
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class Views(Protocol):
    """What can be looked at, as plain values for JSON; a listing may be an iterator of rows, which is read once."""

    def status(self) -> dict[str, Any]:
        """Return link, clocks, feeds, counts."""

    def tracks(self) -> dict[str, Any]:
        """Return the live tracks."""

    def encounters(self) -> dict[str, Any]:
        """Return the latest closed encounters."""

    def alerts(self) -> dict[str, Any]:
        """Return the open alerts."""

    def messages(self) -> dict[str, Any]:
        """Return the latest messages, with their marks."""

    def metrics(self) -> bytes:
        """Return the figures in the text format of Prometheus."""


Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Api:
    """The application: `Api(views, events, ask, token, hosts).app()`. `hosts`: names it may be called by."""

    views: Views
    events: Events
    ask: Ask
    token: str
    hosts: tuple[str, ...]

    def app(self) -> ASGIApp:
        """Return the ASGI application."""
        get = {
            "/api/health": self._health,
            "/api/status": self._view("status"),
            "/api/tracks": self._view("tracks"),
            "/api/encounters": self._view("encounters"),
            "/api/alerts": self._view("alerts"),
            "/api/messages": self._view("messages"),
            "/api/events": self._stream,
            "/api/openapi.json": self._openapi,
            "/metrics": self._metrics,
        }
        routes = [Route(path, endpoint, methods=["GET"]) for path, endpoint in get.items()]
        routes.append(Route("/api/command", self._command, methods=["POST"]))
        app = Starlette(
            routes=routes,
            exception_handlers={404: _plain(404, "There is nothing here."), 405: _plain(405, "Not with this method.")},
        )
        app.router.redirect_slashes = False  # a path that is not described is not there
        return _Guarded(app, self.token, self.hosts)

    def _view(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            return _answer(await gathered(getattr(self.views, name)()), 200)

        return show

    async def _health(self, request: Request) -> Response:
        status = self.views.status()
        return _json({"healthy": status["healthy"], "says": status["says"]}, 200 if status["healthy"] else 503)

    async def _openapi(self, request: Request) -> Response:
        return _json(description())

    async def _metrics(self, request: Request) -> Response:
        return Response(self.views.metrics(), media_type="text/plain; version=0.0.4")

    async def _command(self, request: Request) -> Response:
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_BODY:
                    return _wrong(413, f"A command has at most {LARGEST_BODY} bytes.")
        except ClientDisconnect:
            return _wrong(400, "The command was not sent whole.")
        try:
            asked = json.loads(body)
            verb, args = asked["verb"], asked.get("args", {})
            if not isinstance(verb, str) or not isinstance(args, dict):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            return _wrong(400, 'The body must be JSON like {"verb": "mark", "args": {}}.')
        try:
            return _json(dict(await self.ask(verb, args)))
        except InputError as wrong:
            return _json({"error": {"what": wrong.what, "where": wrong.where, "remedy": wrong.remedy}}, 422)
        except ArmslengthError as wrong:
            return _wrong(503, str(wrong))

    async def _stream(self, request: Request) -> Response:
        last = request.headers.get("last-event-id", request.query_params.get("after", "0"))
        number = int(last) if last.isdecimal() and len(last) < 18 else 0
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(number), media_type="text/event-stream", headers=headers)

    async def _events(self, number: int) -> AsyncIterator[bytes]:
        yield b": armslength\n\n"
        turn = Turn()
        async for event in self.events.follow(number):
            yield b": still here\n\n" if event is None else _framed(event)
            await turn.over()  # who comes back to thousands of events takes them one after the other without a pause


def _framed(event: Event) -> bytes:
    name = str(event.what.get("event", "message")).encode()
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.number, name, _text(dict(event.what)))


class Turn:
    """How long one answer has held the event loop: after `HOLD_S` others have their turn."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    async def over(self) -> None:
        """Let others have their turn, where this one is over."""
        if time.monotonic() - self._began > HOLD_S:
            await asyncio.sleep(0)
            self._began = time.monotonic()


async def gathered(document: Mapping[str, object]) -> bytes:
    """Return `document` as JSON, made row by row: a long listing does not hold up the watch.

    Its bytes are those that it would have in one go, but for a row of an iterator, which is made when its turn comes.
    """
    turn, out = Turn(), list[bytes]()
    for key, value in document.items():
        out.append((b", " if out else b"{") + _text(key) + b": ")
        if not isinstance(value, Iterator):
            out.append(_text(value))
            continue
        out.append(b"[")
        for row in value:
            out += (_text(row), b", ")
            await turn.over()
        if out[-1] == b", ":
            del out[-1]
        out.append(b"]")
    return b"".join([*out, b"}"]) if out else b"{}"


def _json(document: object, status: int = 200) -> Response:
    return _answer(_text(document), status)


def _answer(body: bytes, status: int) -> Response:
    return Response(body, status, media_type="application/json", headers={"Cache-Control": "no-store"})


def _text(document: object) -> bytes:
    """Return it as JSON; half a character, as a file name may hold, is escaped as JSON does it."""
    return _encode(document).encode("utf-8", "backslashreplace")


def _wrong(status: int, what: str, remedy: str = "") -> Response:
    return _json({"error": {"what": what, "where": "", "remedy": remedy}}, status)


def _plain(status: int, what: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, fault: Exception) -> Response:
        return _wrong(status, what, "GET /api/openapi.json describes what there is.")

    return answer


class _Guarded:
    """Lets nobody in without the token, nor under a foreign host name (a web page that points its name at loopback)."""

    def __init__(self, app: ASGIApp, token: str, hosts: tuple[str, ...]) -> None:
        self._app, self._token, self._hosts = app, token.encode(), hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").rsplit(":", 1)[0].strip("[]")
        if host not in self._hosts:
            await _wrong(421, "This node is not called by that name.")(scope, receive, send)
        elif not hmac.compare_digest(headers.get(b"authorization", b""), b"Bearer " + self._token):
            remedy = "Send Authorization: Bearer with the contents of api.token in the home of the node."
            await _wrong(401, "The token is missing or wrong.", remedy)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
