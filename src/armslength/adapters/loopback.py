"""Ports of loopback, for nodes and feeds that are started on one machine side by side."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress

HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 15_000, 32_000
"""Below the ports that systems give to outgoing connections (from 32,768 on Linux, from 49,152 elsewhere)."""


def free_port() -> int:
    """Return a TCP port on loopback that nobody uses now.

    No outgoing connection is ever given one of these, so that a node that is away for a moment finds its port free when
    it comes back.
    """
    while True:
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
