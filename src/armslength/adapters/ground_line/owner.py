"""What a connection asks of the ground line, and what it tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from armslength.adapters.ground_line.link import Link


class Owner(Protocol):
    """Who is told what becomes of a connection, and decides."""

    def made(self, link: Link) -> str:
        """TCP is there: return why it is refused, or nothing."""

    def met(self, link: Link, certificate: bytes) -> str:
        """TLS is proved with this DER certificate: return why it is refused, or nothing."""

    def answer(self, link: Link, path: str) -> str:
        """A WebSocket is asked for at `path`: return why it is refused, or nothing."""

    def opened(self, link: Link) -> None:
        """Frames can flow."""

    def frame(self, link: Link, frame: bytes) -> None:
        """One frame has come."""

    def gone(self, link: Link, why: str) -> None:
        """Nothing more comes or goes; called once, whether it was open or not."""

    def lost(self, link: Link) -> None:
        """The TCP connection has ended and takes nothing any more."""
