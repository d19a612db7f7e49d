"""One connection to the other side: who has proved what, and whether it still answers.

Every state and every move stands in TABLE; code only looks it up. This file does not know which party we are.
The diagram in docs/machines/session.svg is drawn from TABLE.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from armslength.errors import LocalProtocolError
from armslength.protocol.bucket import Bucket
from armslength.protocol.events import Now, Timing
from armslength.protocol.refusals import refusal

__all__ = ["OPENED", "TABLE", "Session", "State", "Step", "after", "standing"]

BURST = 64
"""Frames other than messages and marks that may come at once."""
STEADY = 8
"""... and how many for each interval of the pings after that."""
MOST_PINGS = 8
"""Pings under way of which the time is remembered."""


class State(Enum):
    """Where a connection stands."""

    DOWN = auto()  # no connection
    GREETING = auto()  # our hello is out, theirs has not come
    PROVING = auto()  # both greeted; our proof is out, theirs has not come
    FIRST_CONTACT = auto()  # keys proved; no agreement in force on either side
    DIFFERING = auto()  # keys proved; not the same version in force on both sides: documents only
    OPEN = auto()  # keys proved; the same version in force on both sides
    FROZEN = auto()  # open, but silent for too long: given up, waiting for its end
    REFUSED = auto()  # we refused what came: given up, waiting for its end


class Step(Enum):
    """What can happen to a connection."""

    CONNECTED = auto()
    HELLO = auto()  # a good hello came
    PROVED_ALIKE = auto()  # a good proof came, or our own version changed: the same is in force on both sides
    PROVED_OTHER = auto()  # ... not the same
    PROVED_NONE = auto()  # ... none on either side
    SILENT = auto()  # nothing heard for too long
    REFUSE = auto()  # something came that the protocol forbids, or nothing in time
    DISCONNECTED = auto()


S, E = State, Step
_GIVEN_UP = {E.SILENT: S.FROZEN, E.REFUSE: S.REFUSED, E.DISCONNECTED: S.DOWN}
_PROVED = {E.PROVED_ALIKE: S.OPEN, E.PROVED_OTHER: S.DIFFERING, E.PROVED_NONE: S.FIRST_CONTACT}

TABLE: dict[State, dict[Step, State]] = {
    S.DOWN: {E.CONNECTED: S.GREETING},
    S.GREETING: {E.HELLO: S.PROVING, E.REFUSE: S.REFUSED, E.DISCONNECTED: S.DOWN},
    S.PROVING: {**_PROVED, E.REFUSE: S.REFUSED, E.DISCONNECTED: S.DOWN},
    S.FIRST_CONTACT: {**_PROVED, **_GIVEN_UP},
    S.DIFFERING: {**_PROVED, **_GIVEN_UP},
    S.OPEN: {**_PROVED, **_GIVEN_UP},
    S.FROZEN: {E.DISCONNECTED: S.DOWN},
    S.REFUSED: {E.DISCONNECTED: S.DOWN},
}

OPENED = frozenset({State.FIRST_CONTACT, State.DIFFERING, State.OPEN})
"""The states in which keys are proved and the other side answers."""


def after(current: State, step: Step) -> State:
    """Return the state once `step` happened in `current`.

    Raises:
        LocalProtocolError: it cannot happen there.
    """
    try:
        return TABLE[current][step]
    except KeyError:
        raise LocalProtocolError(f"{step.name} cannot happen to a connection that is {current.name}.") from None


def standing(ours: tuple[str, str] | None, theirs: tuple[str, str] | None) -> Step:
    """Return what two versions in force, each (agreement, digest) or None, mean together."""
    if ours is None and theirs is None:
        return Step.PROVED_NONE
    return Step.PROVED_ALIKE if ours == theirs else Step.PROVED_OTHER


@dataclass(slots=True)
class Session:
    """One connection. Times are on the monotonic clock [s] unless they end in _ns.

    Attributes:
        path: its name here; `peer_path`: its name there.
        state: changed by `move` alone; `proved`: the other side proved its key here and still answers.
        nonce, peer_nonce: 64 hexadecimal digits each.
        began_s: when our hello left; `heard_s`, `heard_ns`: when anything came last.
        grace_s: how much longer than usual the greeting may take, because we stood still.
        serial, peer_serial: of the last proof sent and taken.
        theirs: (agreement, digest) in force on the other side.
        rtt_s: last time from a ping to its answer.
        pings: number -> when it left.
    """

    path: str
    nonce: str
    began_s: float
    heard_s: float
    heard_ns: int
    grace_s: float = 0.0
    state: State = State.GREETING
    proved: bool = False
    peer_nonce: str = ""
    peer_path: str = ""
    serial: int = -1
    peer_serial: int = -1
    theirs: tuple[str, str] | None = None
    ledger: tuple[int, str] = (0, "")
    rtt_s: float = 0.0
    next_ping_s: float = 0.0
    pinged: int = 0
    pings: dict[int, float] = field(default_factory=dict)
    bucket: Bucket = field(default_factory=lambda: Bucket(BURST, STEADY))

    def doubtful(self, now_s: float, timing: Timing) -> bool:
        """Return whether it has been silent for longer than two pings: another session is to be preferred."""
        return now_s - self.heard_s > 2 * timing.ping_s + self.rtt_s

    def move(self, step: Step) -> None:
        """Go on in the table. Raises LocalProtocolError."""
        self.state = after(self.state, step)
        self.proved = self.state in OPENED

    def heard(self, now: Now) -> None:
        """Something good came."""
        self.heard_s, self.heard_ns = now.mono_s, now.utc_ns

    def stalled(self, seconds: float) -> None:
        """We ourselves stood still for so long: what came meanwhile is not read yet, and that is not their silence."""
        self.heard_s += seconds
        self.grace_s += seconds

    def due(self, timing: Timing) -> float:
        """Return when something is to be done about this connection next."""
        if self.proved:
            frozen_s = self.heard_s + timing.frozen_s
            return frozen_s if frozen_s < self.next_ping_s else self.next_ping_s
        if self.state in (State.GREETING, State.PROVING):
            return self.began_s + timing.hello_s + self.grace_s
        return float("inf")

    def ping(self, now: Now, timing: Timing) -> int:
        """Return the number of the ping that leaves now."""
        number, self.pinged = self.pinged, self.pinged + 1
        self.pings[number] = now.mono_s
        if len(self.pings) > MOST_PINGS:
            del self.pings[min(self.pings)]
        self.next_ping_s = now.mono_s + timing.ping_s
        return number

    def answered(self, number: int) -> float | None:
        """Return when the ping `number` left; None when it was answered before or is forgotten.

        Raises:
            RemoteProtocolError: "impossible clock": it never left.
        """
        if number >= self.pinged:
            raise refusal("impossible clock", "A ping was answered that was never sent.")
        return self.pings.pop(number, None)

    def spend(self, now: Now, timing: Timing) -> None:
        """Count a frame that costs work and is no message. Raises RemoteProtocolError ("flood")."""
        if not self.bucket.take(now.mono_s, timing.ping_s):
            raise refusal("flood", "More frames came in a short time than any need explains.")
