"""A node process of the bench, seen from outside: started, ordered, listened to, killed, started again."""

from __future__ import annotations

import multiprocessing
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from armslength.bench.chaos import Cable
from armslength.bench.link_node import Post, serve
from armslength.errors import InputError

PATIENCE_S = 60.0
"""How long anything may take before the bench gives up on it [s]."""


class Side:
    """A node process: started, ordered, listened to, killed and started again.

    Args:
        post: what it is.
    """

    def __init__(self, post: Post) -> None:
        self.post = post
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self.heard: list[dict[str, Any]] = []
        self.starts = 0
        self._news = threading.Condition()

    def start(self) -> None:
        """Start the process, warm: what it imports is imported already."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["armslength.bench.link_warm"])
        self._orders, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(self.post, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.starts += 1
        self._listener = threading.Thread(target=self._listen, args=(self._orders,), daemon=True)
        self._listener.start()

    def order(self, *what: Any) -> None:
        """Tell it to do something: ("rate", messages a second), ("one", count), ("together", count), ("stop",)."""
        try:
            self._orders.send(what)
        except OSError:
            raise InputError(f"The node process {self.post.name} of the bench has ended by itself.") from None

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """End it in good order."""
        if self._process.is_alive():
            self.order("stop")
            self._process.join(10.0)
        self.kill()

    def wait(self, key: str, begin: int = 0, what: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        """Return the first thing heard from number `begin` on that has `key` and is `what` is wanted.

        Raises:
            InputError: it never came.
        """
        end = time.monotonic() + PATIENCE_S
        with self._news:
            while True:
                for one in self.heard[begin:]:
                    if key in one and what(one):
                        return one
                if not self._news.wait(end - time.monotonic()):
                    raise InputError(f"The node process {self.post.name} of the bench never said: {key}.")

    def cpu_s(self) -> float:
        """Return how long its process has used a processor [s]."""
        begin = len(self.heard)
        self.order("cpu")
        return float(self.wait("cpu_s", begin)["cpu_s"])

    def _listen(self, orders: Any) -> None:
        while True:
            try:
                said = orders.recv()
            except (EOFError, OSError):
                return
            with self._news:
                if "accepted" in said:
                    self.accepted.append(said["accepted"])
                elif "refused" in said:
                    self.refused.append(said["refused"])
                else:
                    self.heard.append(said)
                self._news.notify_all()

    def _end(self) -> None:
        self._process.join()
        self._listener.join()
        self._orders.close()


def posts(folder: Path) -> tuple[Post, Post]:
    """Return the two sides, with fresh keys and certificates in `folder`; the first listens at a free port."""
    from armslength.adapters.certificates import make_certificate
    from armslength.crypto.keys import SigningKey

    keys = {name: secrets.token_bytes(32) for name in ("north", "south")}
    certificates = {}
    for name in keys:
        key, certificate = make_certificate()
        (folder / f"{name}.key").write_bytes(key)
        (folder / f"{name}.crt").write_bytes(certificate)
        certificates[name] = certificate.decode()
    made = [
        Post(folder, name, keys[name], other, SigningKey(keys[other]).public, certificates[other])
        for name, other in (("north", "south"), ("south", "north"))
    ]
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    return replace(made[0], port=port), made[1]


@contextmanager
def pair(folder: Path, seed: int = 1) -> Iterator[tuple[Side, Side, Cable]]:
    """Give two running sides and the cable between them; the second one dials."""
    first, second = posts(folder)
    with Cable(first.port, seed) as cable:
        north, south = Side(first), Side(replace(second, dial=cable.port))
        north.start()
        try:
            south.start()
            try:
                for side in (north, south):
                    side.wait("link", what=lambda one: one["link"] == "OPEN")
                yield north, south, cable
            finally:
                south.stop()
        finally:
            north.stop()
