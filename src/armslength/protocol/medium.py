"""How one medium stands, a frequency or the ground line: a table of states, and what is known of it.

Every state and every move stands in TABLE; code only looks it up. The diagram in docs/machines/failover.svg is drawn
from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from armslength.errors import LocalProtocolError

__all__ = ["TABLE", "Health", "Medium", "Step", "after"]

_NEVER = float("inf")


class Health(Enum):
    """How one medium stands, from what this side itself has called and heard on it."""

    UNCHECKED = auto()  # nothing called on it yet
    ANSWERING = auto()  # the last call was answered
    DOUBTED = auto()  # a call is unanswered, not for long
    LOST = auto()  # calls stayed unanswered
    RETURNING = auto()  # was lost, answers again, not yet for long enough


class Step(Enum):
    """What can happen to a medium."""

    ANSWERED = auto()  # the other side showed that it heard us on it
    UNANSWERED = auto()  # a call had no answer in the time between two calls
    SILENT = auto()  # as many calls as the terms say had none
    STEADY = auto()  # it has answered for as long as a return takes


H, E = Health, Step
TABLE: dict[Health, dict[Step, Health]] = {
    H.UNCHECKED: {E.ANSWERED: H.ANSWERING, E.UNANSWERED: H.UNCHECKED, E.SILENT: H.LOST},
    H.ANSWERING: {E.ANSWERED: H.ANSWERING, E.UNANSWERED: H.DOUBTED, E.SILENT: H.LOST},
    H.DOUBTED: {E.ANSWERED: H.ANSWERING, E.UNANSWERED: H.DOUBTED, E.SILENT: H.LOST},
    H.LOST: {E.ANSWERED: H.RETURNING, E.UNANSWERED: H.LOST, E.SILENT: H.LOST},
    H.RETURNING: {E.ANSWERED: H.RETURNING, E.UNANSWERED: H.RETURNING, E.SILENT: H.LOST, E.STEADY: H.ANSWERING},
}


def after(current: Health, step: Step) -> Health:
    """Return the state once `step` happened in `current`.

    Raises:
        LocalProtocolError: it cannot happen there.
    """
    try:
        return TABLE[current][step]
    except KeyError:
        raise LocalProtocolError(f"{step.name} cannot happen to a medium that is {current.name}.") from None


@dataclass(slots=True)
class Medium:
    """One frequency, or the ground line. Times are monotonic [s] unless they end in _ns; None: never."""

    health: Health = Health.UNCHECKED
    first_call_s: float | None = None
    """The first call that nobody has answered since."""
    last_call_s: float | None = None
    calls: int = 0
    """Calls since then."""
    held: int = 0
    """Calls since the last answer that were none."""
    asked_s: float | None = None
    """The first call since the last answer, were it one or none."""
    silent_ns: int = 0
    last_ok_ns: int = 0
    last_ok_s: float | None = None
    steady_s: float = 0.0
    """Since when it answers again."""
    returned_s: float = -_NEVER
    patience: int = 1
    check_s: float = 0.0
    """When it is to be checked next."""
    heard_s: float = -_NEVER
    """When the other side was heard on it last."""
    vouched_s: float = -_NEVER
    """When the other side told last that it is not lost to it."""
