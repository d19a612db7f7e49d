"""Serving the local API on the node's own event loop, and saying in the home where it listens."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from armslength.errors import InputError
from armslength.node.control import RUNNING, myself
from armslength.node.private_files import write_private

BUSY_S = 5.0
"""So long an address that is in use is tried again: a node that was killed may not be gone quite yet."""
CLOSING_S = 2
"""How long open requests may go on when the node stops (real seconds); then their connections are cut."""


class Server:
    """The API of one node.

    Args:
        app: what is served.
        address: host and port; port 0 is any free one.
        home: of the node.
    """

    def __init__(self, app: ASGIApp, address: tuple[str, int], home: Path) -> None:
        self._address, self._home = address, home
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2 * CLOSING_S, ws="none"
        )
        self._server = _Quiet(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> tuple[str, int]:
        """Listen; return host and port.

        Raises:
            InputError: the address cannot be listened at.
        """
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            await _bind(listener, host, port)
        except OSError as wrong:
            listener.close()
            raise InputError(
                f"The API cannot listen here ({wrong.strerror}).",
                where=f"{host}:{port}",
                remedy="See what else uses the port, or change [listen] api in node.toml.",
            ) from None
        at = (host, int(listener.getsockname()[1]))
        self._task = asyncio.create_task(self._server.serve([listener]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.01)
        told = json.dumps({"host": at[0], "port": at[1], **myself()})
        (self._home / RUNNING).unlink(missing_ok=True)
        write_private(self._home / RUNNING, told.encode())
        return at

    async def stop(self) -> None:
        """End it. Who does not read what is sent to him is cut off, quietly."""
        (self._home / RUNNING).unlink(missing_ok=True)
        self._server.should_exit = True
        if self._task is None:
            return
        if not (await asyncio.wait({self._task}, timeout=CLOSING_S))[0]:
            for connection in [*self._server.server_state.connections]:
                if connection.transport is not None:
                    connection.transport.abort()
        await self._task


async def _bind(listener: socket.socket, host: str, port: int) -> None:
    until = time.monotonic() + BUSY_S
    while True:
        try:
            return listener.bind((host, port))
        except OSError as wrong:
            if wrong.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
        await asyncio.sleep(0.1)


class _Quiet(uvicorn.Server):
    """Leaves signals to the node."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Capture none."""
        return nullcontext()
