"""Dialling a counterpart again and again, with growing pauses, while there is no connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websockets.exceptions import InvalidURI
from websockets.uri import WebSocketURI, parse_uri

from armslength.adapters.ground_line.limits import Limits
from armslength.errors import InputError

if TYPE_CHECKING:
    from armslength.adapters.ground_line.link import Link

FIRST_S, LAST_S = 0.2, 5.0
"""The first pause and the longest one; each is drawn between a half of it and the whole, so that two nodes do not
knock in step."""
HELD_S = 2.0
"""A connection that held this long was a good one: pauses begin anew."""


@dataclass
class Call:
    """One counterpart on one path, the addresses at which it is dialled, and how it goes.

    Args:
        counterpart: whose certificate must answer.
        path: URL path.
        uris: where, the best one first.
        limits: bounds.
    """

    counterpart: str
    path: str
    uris: list[WebSocketURI]
    limits: Limits
    attempts: int = 0
    address: str = ""
    """Host and port dialled last, for people."""
    why: str = ""
    """What became of the last attempt; empty while it holds or runs."""


def address_of(url: str, path: str, paths: Collection[str]) -> WebSocketURI:
    """Return the parsed URL of a call.

    Raises:
        InputError: it is not what can be dialled.
    """
    try:
        uri = parse_uri(url)
    except (InvalidURI, ValueError, AssertionError):
        uri = None
    if uri is None or not uri.secure or uri.path != path or path not in paths or uri.query or uri.username is not None:
        raise InputError(
            "This cannot be dialled.",
            where=f"dial of {path}",
            remedy=f"It is wss://HOST:PORT{path}, and its path is one of {', '.join(sorted(paths))}.",
        )
    return uri


async def keep(
    call: Call,
    make: Callable[[Call, WebSocketURI], Link],
    held: Callable[[str, str], Link | None],
    pause_s: float = FIRST_S,
) -> None:
    """Dial while no connection is held for the counterpart and path, until cancelled.

    Args:
        call: what to dial; told how it goes.
        make: makes a fresh link.
        held: returns the open connection of a counterpart and path.
        pause_s: first pause [s].
    """
    loop = asyncio.get_running_loop()
    pause = pause_s
    while True:
        began = loop.time()
        for uri in list(call.uris):
            if (other := held(call.counterpart, call.path)) is not None:
                await asyncio.shield(other.over)
                pause, began = pause_s, loop.time()
                break
            call.attempts += 1
            call.address = f"{uri.host}:{uri.port}"
            call.why, held_s = await _once(call, uri, make)
            if held_s:  # it was open: what comes next begins with the best address again
                pause, began = pause_s if held_s >= HELD_S else pause, loop.time()
                break
        # Where nobody answered, the attempt itself was pause enough: a line that is mended is found within seconds.
        left = pause * random.uniform(0.5, 1.0) - (loop.time() - began)
        await asyncio.sleep(max(left, FIRST_S * random.uniform(0.5, 1.0)))
        pause = min(2 * pause, LAST_S)


async def _once(call: Call, uri: WebSocketURI, make: Callable[[Call, WebSocketURI], Link]) -> tuple[str, float]:
    """Dial once and wait for the end; return why it ended and how long it held [s]."""
    loop = asyncio.get_running_loop()
    links: list[Link] = []

    def made() -> Link:
        links.append(make(call, uri))
        return links[-1]

    try:
        async with asyncio.timeout(call.limits.greeting_s):
            await loop.create_connection(made, uri.host, uri.port)
        call.why = ""
        link = links[-1]
        await asyncio.shield(link.over)
        return link.why, loop.time() - link.opened_s if link.opened_s else 0.0
    except TimeoutError:
        return "no answer", 0.0
    except OSError as wrong:
        return wrong.strerror or "cannot be reached", 0.0
    except InputError as wrong:
        return wrong.what, 0.0
    except asyncio.CancelledError:
        for link in links:
            if not link.open:
                link.end("dialled no more")
        raise
