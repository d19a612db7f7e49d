"""Two peers with a perfect link and a clock that moves when told: for tests that look at one thing at a time."""

from __future__ import annotations

from armslength.protocol.events import AgreementRef, Event, Now, Output, Timing
from armslength.protocol.peer import Peer
from armslength.protocol.writes import Put
from pair import AGREEMENT, EPOCH_NS, OTHER, OWN


class Node:
    """A peer, its disk, and everything it said and learned."""

    def __init__(self, name: str, agreement: AgreementRef | None = AGREEMENT, timing: Timing | None = None) -> None:
        self.name, self.agreement, self.timing = name, agreement, timing
        self.disk: dict[str, dict[str, bytes]] = {}
        self.restart()

    def restart(self) -> None:
        """Begin anew from the disk."""
        restored = {space: sorted(rows.items()) for space, rows in self.disk.items()}
        self.peer = Peer(OWN[self.name], OTHER[self.name], self.agreement, restored=restored, timing=self.timing)
        self.events: list[Event] = []
        self.frames: list[tuple[str, bytes]] = []
        self.closed: list[tuple[str, str]] = []

    def settle(self) -> Output:
        """Commit what the peer wants, and remember the rest."""
        output = self.peer.take()
        for write in output.writes:
            rows = self.disk.setdefault(write.space, {})
            if isinstance(write, Put):
                rows[write.key] = write.value
            else:
                rows.pop(write.key, None)
        self.events += output.events
        self.frames += output.frames
        self.closed += output.close
        return output

    def of(self, kind: type) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if type(event) is kind]


class Straight:
    """North and South, connected over "line" unless told otherwise."""

    def __init__(
        self,
        north: AgreementRef | None = AGREEMENT,
        south: AgreementRef | None = AGREEMENT,
        *,
        connect: bool = True,
        timing: Timing | None = None,
    ) -> None:
        self.mono_s, self.nonces = 1000.0, 0
        self.north, self.south = Node("NORTH", north, timing), Node("SOUTH", south, timing)
        if connect:
            self.connect()
            self.exchange()

    @property
    def now(self) -> Now:
        """The one time that both have."""
        return Now(EPOCH_NS + round(self.mono_s * 1e9), self.mono_s)

    def connect(self, path: str = "line") -> None:
        """Connect; nothing is exchanged yet."""
        for node in (self.north, self.south):
            self.nonces += 1
            node.peer.connected(path, self.now, self.nonces.to_bytes(32, "big"))

    def disconnect(self, path: str = "line") -> None:
        """Both lose the connection."""
        for node in (self.north, self.south):
            node.peer.disconnected(path, self.now)
            node.settle()

    def exchange(self, lost: str = "") -> None:
        """Bring everything over until nobody has more to say; what the side `lost` says goes nowhere."""
        while True:
            said = [(node, node.settle().frames) for node in (self.north, self.south)]
            if not any(frames for _, frames in said):
                return
            for node, frames in said:
                facing = self.south if node is self.north else self.north
                for path, frame in frames if node.name != lost else ():
                    facing.peer.receive(path, frame, self.now)

    def wait(self, seconds: float, *, step_s: float = 0.1, exchange: bool = True, lost: str = "") -> None:
        """Let time pass in steps, ticking both."""
        end = self.mono_s + seconds
        while self.mono_s < end - 1e-9:
            self.mono_s = min(end, self.mono_s + step_s)
            for node in (self.north, self.south):
                node.peer.tick(self.now)
                node.settle() if not exchange else None
            if exchange:
                self.exchange(lost)
