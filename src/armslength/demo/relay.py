"""A stretch of cable between two nodes on one machine, which can be cut and mended: bytes in, the same bytes out.

A cut is silent, as in the world: nobody is told, bytes on their way are lost, new connections get no answer. When it
is mended, connections from before the cut are gone.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from armslength.adapters.loopback import HOST

BUFFER = 65_536


class Relay:
    """Listens on a free port of loopback and carries every connection to `to`. Threads of its own; `close` ends them.

    Attributes:
        port: where it listens. carried: bytes so far, both ways. cuts: how often it was cut.

    Args:
        to: the port on loopback that connections are carried to.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._door = socket.create_server((HOST, 0))
        self.port: int = self._door.getsockname()[1]
        self.carried = self.cuts = 0
        self._whole = threading.Event()
        self._whole.set()
        self._closed = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True, name="relay").start()

    def cut(self) -> None:
        """Cut the cable."""
        self._whole.clear()
        self.cuts += 1

    def mend(self) -> None:
        """Mend it; what stood before the cut is gone."""
        self._drop()
        self._whole.set()

    def close(self) -> None:
        """End every connection, and listen no more."""
        self._closed = True
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._drop()
        self._whole.set()

    def _drop(self) -> None:
        with self._lock:
            some, self._open = self._open, set()
        for one in some:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True, name="relay").start()

    def _carry(self, near: socket.socket) -> None:
        with self._lock:
            self._open.add(near)
        self._whole.wait()
        try:
            far = socket.create_connection((HOST, self._to), timeout=5.0)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        with self._lock:
            gone = self._closed or near not in self._open
            if not gone:
                self._open.add(far)
        if gone:
            far.close()
            return
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(one, other), daemon=True, name="relay").start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(BUFFER):
                if not self._whole.is_set():
                    self._whole.wait()  # what was on its way is lost
                    break
                other.sendall(data)
                self.carried += len(data)
        except OSError:
            pass
        finally:
            for end in (one, other):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            with self._lock:
                self._open -= {one, other}
