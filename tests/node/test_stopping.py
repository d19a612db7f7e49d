"""A node that stops takes no more commands, answers those under way, and ends its listeners without a word."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from armslength.errors import StoreError
from armslength.node import serving
from armslength.node.api import Api
from armslength.node.events import Events
from armslength.node.serving import Server
from armslength.node.under_way import STOPPING, UnderWay

HEADERS = {"Authorization": "Bearer token", "Content-Type": "application/json"}
NOBODY: Any = None


def command(at: tuple[str, int], verb: str) -> tuple[int, dict[str, Any]]:
    """Ask for a command as any program would; return the status and the document that answers."""
    asked = urllib.request.Request(
        f"http://{at[0]}:{at[1]}/api/command", json.dumps({"verb": verb}).encode(), {**HEADERS}, method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=20.0) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


class Desk:
    """A node of which only the commands live: each takes until `done` is set."""

    def __init__(self) -> None:
        self.under_way, self.begun, self.done = UnderWay(), asyncio.Event(), asyncio.Event()

    async def ask(self, verb: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do a command, slowly."""
        with self.under_way.one():
            self.begun.set()
            await self.done.wait()
            return {"did": verb}


def test_what_is_under_way_is_answered_and_what_comes_later_is_refused(tmp_path: Path) -> None:
    async def act() -> None:
        desk = Desk()
        server = Server(Api(NOBODY, Events(), desk.ask, "token", ("127.0.0.1",)).app(), ("127.0.0.1", 0), tmp_path)
        at = await server.start()
        first = asyncio.create_task(asyncio.to_thread(command, at, "agreement end"))
        await desk.begun.wait()
        desk.under_way.close()
        over = asyncio.create_task(desk.under_way.over())
        status, late = await asyncio.to_thread(command, at, "mark")
        assert status == 503 and late["error"]["what"] == STOPPING
        assert not over.done()
        desk.done.set()
        assert await first == (200, {"did": "agreement end"})
        await over
        await server.stop()

    asyncio.run(act())


def test_a_command_that_never_ends_does_not_hold_up_the_stop_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armslength.node.under_way.LONGEST_S", 0.01)

    async def act() -> None:
        under_way = UnderWay()
        with under_way.one():
            under_way.close()
            await under_way.over()
            with pytest.raises(StoreError), under_way.one():
                pass

    asyncio.run(act())


@pytest.mark.parametrize("cut", [True, False])
def test_a_listener_that_does_not_read_is_ended_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, cut: bool
) -> None:
    """And with a connection that is not cut first (the control), the web framework complains."""
    monkeypatch.setattr(serving, "CLOSING_S", 1 if cut else 0)

    async def act() -> None:
        events = Events()
        for _ in range(4_000):
            events.add({"event": "home", "says": "x" * 2_000})
        server = Server(Api(NOBODY, events, NOBODY, "token", ("127.0.0.1",)).app(), ("127.0.0.1", 0), tmp_path)
        if not cut:
            monkeypatch.setattr(type(server._server.server_state), "connections", (), raising=False)
        at = await server.start()
        listener = socket.create_connection(at)
        listener.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer token\r\n\r\n")
        await asyncio.sleep(0.5)
        events.close()
        await server.stop()
        listener.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(act())
    assert bool(caplog.records) is not cut, caplog.text
