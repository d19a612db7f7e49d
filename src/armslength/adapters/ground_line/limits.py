"""How much of everything one connection, one address and the whole port may take."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

KEEPALIVE = {"TCP_KEEPIDLE": 3, "TCP_KEEPALIVE": 3, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3}
"""A line on which nothing is said is asked after 3 s, and is dead 3 s later (macOS calls the first TCP_KEEPALIVE)."""
USER_TIMEOUT_MS = 10_000
"""What was sent and is not acknowledged for this long ends the connection (TCP_USER_TIMEOUT, Linux)."""
UNSENT = 16 * 1024
"""So much may wait unsent in the system [B]: an urgent frame waits behind no more than this."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the ground line.

    Args:
        frame: longest frame [B].
        queued: most that may wait to be sent on one connection [B]; with more, the other side is cut off as too slow.
        greeting_s: from the first packet to the open WebSocket [s].
        greeting: connections that are not open (greeting or closing) at once.
        greeting_each: of these, from one address.
        open: open connections.
        close_s: what is left to send on a closing connection has this long [s].
        told_each_s: refusals told in a second; more are counted and told as a number, so that a flood fills no ledger.
    """

    frame: int = 256 * 1024
    queued: int = 4 * 1024 * 1024
    greeting_s: float = 5.0
    greeting: int = 64
    greeting_each: int = 8
    open: int = 64
    close_s: float = 1.0
    told_each_s: int = 20


def tune(line: Any) -> None:
    """Set the options of a TCP socket: no waiting to fill packets, and a line that is half open dies by itself.

    Args:
        line: `socket.socket` or what asyncio shows of one.
    """
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in [*KEEPALIVE.items(), ("TCP_USER_TIMEOUT", USER_TIMEOUT_MS), ("TCP_NOTSENT_LOWAT", UNSENT)]:
        if (option := getattr(socket, name, None)) is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
