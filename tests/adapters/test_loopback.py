"""Ports for nodes side by side, and a node whose port is in use for a moment when it comes back."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette

from armslength.adapters.loopback import FIRST_PORT, HOST, LAST_PORT, free_port
from armslength.errors import InputError
from armslength.node import serving
from armslength.node.serving import Server


def test_a_free_port_is_none_that_an_outgoing_connection_could_be_given():
    ports = {free_port() for _ in range(50)}
    assert all(FIRST_PORT <= port < LAST_PORT for port in ports) and len(ports) > 40


def busy(port: int) -> socket.socket:
    door = socket.socket()
    door.bind((HOST, port))
    door.listen()
    return door


def test_an_address_in_use_for_a_moment_is_waited_for(tmp_path):
    async def story() -> tuple[str, int]:
        port = free_port()
        door = busy(port)
        asyncio.get_running_loop().call_later(0.3, door.close)
        server = Server(Starlette(), (HOST, port), tmp_path)
        at = await server.start()
        await server.stop()
        return (*at, port)[1:]

    at, port = asyncio.run(story())
    assert at == port


def test_an_address_that_stays_in_use_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "BUSY_S", 0.3)

    async def story(port: int) -> None:
        await Server(Starlette(), (HOST, port), tmp_path).start()

    port = free_port()
    with busy(port), pytest.raises(InputError, match=str(port)):
        asyncio.run(story(port))
