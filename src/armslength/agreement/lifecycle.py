"""The life of one version of an agreement, as one table; and which provisions are suspended is said beside it.

Every move is in TABLE; the code only looks it up. It does not know which party we are. docs/machines/agreement.svg is
drawn from TABLE by scripts/draw_machines.py; do not draw it by hand.

Suspension is no state: it holds for one provision while the version stays in force (see `trust`).
"""

from __future__ import annotations

from enum import Enum

from armslength.errors import LifecycleError

__all__ = ["GOVERNS", "OVER", "TABLE", "Event", "State", "after"]


class State(Enum):
    """Where one version stands."""

    DRAFTED = "drafted"
    PROPOSED = "proposed"
    RATIFIED = "ratified"
    IN_FORCE = "in force"
    ENDING = "ending"
    SUPERSEDED = "superseded"
    OVERTAKEN = "overtaken"
    ENDED = "ended"
    EXPIRED = "expired"


class Event(Enum):
    """What happens to a version."""

    SIGNED_BY_ONE = "one side has signed"
    SIGNED_BY_BOTH = "both sides have signed"
    TOOK_EFFECT = "its time has come"
    SUCCEEDED = "a later version took effect"
    OTHER_RATIFIED = "another version was ratified in its place"
    END_NOTICE = "a side has given notice"
    NOTICE_OVER = "the notice is over"
    TIME_OVER = "its time is over"


S, E = State, Event
TABLE: dict[State, dict[Event, State]] = {
    S.DRAFTED: {E.SIGNED_BY_ONE: S.PROPOSED, E.SIGNED_BY_BOTH: S.RATIFIED},
    S.PROPOSED: {
        E.SIGNED_BY_ONE: S.PROPOSED,
        E.SIGNED_BY_BOTH: S.RATIFIED,
        E.OTHER_RATIFIED: S.OVERTAKEN,
        E.TIME_OVER: S.EXPIRED,
    },
    S.RATIFIED: {
        E.TOOK_EFFECT: S.IN_FORCE,
        E.SUCCEEDED: S.SUPERSEDED,
        E.OTHER_RATIFIED: S.OVERTAKEN,
        E.END_NOTICE: S.RATIFIED,
        E.NOTICE_OVER: S.ENDED,
        E.TIME_OVER: S.EXPIRED,
    },
    S.IN_FORCE: {
        E.SUCCEEDED: S.SUPERSEDED,
        E.OTHER_RATIFIED: S.IN_FORCE,
        E.END_NOTICE: S.ENDING,
        E.TIME_OVER: S.EXPIRED,
    },
    S.ENDING: {
        E.SUCCEEDED: S.SUPERSEDED,
        E.OTHER_RATIFIED: S.ENDING,
        E.END_NOTICE: S.ENDING,
        E.NOTICE_OVER: S.ENDED,
        E.TIME_OVER: S.EXPIRED,
    },
    S.SUPERSEDED: {},
    S.OVERTAKEN: {},
    S.ENDED: {},
    S.EXPIRED: {},
}

OVER = frozenset(state for state, moves in TABLE.items() if not moves)
"""States that nothing leads out of."""
GOVERNS = frozenset({S.IN_FORCE, S.ENDING})
"""States in which the terms hold."""


def after(current: State, event: Event, called: str) -> State:
    """Return the state once `event` happened in `current`.

    Args:
        current, event: of the table.
        called: the version, for the error; no term.

    Raises:
        LifecycleError: the event cannot happen in this state; says what can.
    """
    moves = TABLE[current]
    if event in moves:
        return moves[event]
    can = ", ".join(one.value for one in moves)
    remedy = f"What can happen to it now: {can}." if can else "Nothing can happen to it any more. Draft a new version."
    what = f"It is {current.value}, and so it cannot be that {event.value}."
    raise LifecycleError(what, where=called, remedy=remedy)
