"""The life of a case, as one table. The code only looks it up, and does not know which party we are.

docs/machines/case.svg is drawn from TABLE by scripts/draw_machines.py; do not draw it by hand.

Suspension of the working group freezes a case: FROZEN lies over the state in which it was, and RESUMED takes it off
again. What no suspension stops (commitments and reports) moves the state beneath. NO_ANSWER is recorded, not judged.
Two findings are an end as good as one; and whatever the state, both sides together can close a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from armslength.domain.case import Event, State
from armslength.errors import InputError

__all__ = ["OVER", "TABLE", "UNDER_ICE", "Back", "Standing", "move"]


class Back(Enum):
    """Where RESUMED leads."""

    BEFORE = "where it stood"


S, E = State, Event
TABLE: Mapping[State | Back, Mapping[Event, State | Back]] = {
    S.OPEN: {
        E.SEALED_BY_BOTH: S.SEALED,
        E.REPORTED: S.REPORTED,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.SEALED: {E.REPORTED: S.REPORTED, E.SUSPENDED: S.FROZEN, E.CLOSED_BY_BOTH: S.CLOSED},
    S.REPORTED: {
        E.SEALED_BY_BOTH: S.REPORTED,
        E.REPORTED: S.REPORTED,
        E.ACKNOWLEDGED: S.ACKNOWLEDGED,
        E.ANSWERED: S.ANSWERED,
        E.ANSWER_OVERDUE: S.NO_ANSWER,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.ACKNOWLEDGED: {
        E.SEALED_BY_BOTH: S.ACKNOWLEDGED,
        E.REPORTED: S.ACKNOWLEDGED,
        E.ANSWERED: S.ANSWERED,
        E.ANSWER_OVERDUE: S.NO_ANSWER,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.ANSWERED: {
        E.SEALED_BY_BOTH: S.ANSWERED,
        E.REPORTED: S.ANSWERED,
        E.ANSWERED: S.ANSWERED,
        E.SESSION_HELD: S.SESSION,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.NO_ANSWER: {
        E.SEALED_BY_BOTH: S.NO_ANSWER,
        E.REPORTED: S.NO_ANSWER,
        E.ACKNOWLEDGED: S.NO_ANSWER,
        E.ANSWERED: S.ANSWERED,
        E.SESSION_HELD: S.SESSION,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.SESSION: {
        E.SEALED_BY_BOTH: S.SESSION,
        E.REPORTED: S.SESSION,
        E.ANSWERED: S.SESSION,
        E.SESSION_HELD: S.SESSION,
        E.JOINT_SIGNED: S.JOINT_FINDING,
        E.TWO_STATED: S.TWO_FINDINGS,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.JOINT_FINDING: {
        E.MEASURE_AGREED: S.MEASURES,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.TWO_FINDINGS: {
        E.SESSION_HELD: S.TWO_FINDINGS,
        E.JOINT_SIGNED: S.JOINT_FINDING,
        E.MEASURE_AGREED: S.MEASURES,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.MEASURES: {
        E.MEASURE_AGREED: S.MEASURES,
        E.SUSPENDED: S.FROZEN,
        E.CLOSED_BY_BOTH: S.CLOSED,
    },
    S.FROZEN: {E.SEALED_BY_BOTH: S.FROZEN, E.REPORTED: S.FROZEN, E.RESUMED: Back.BEFORE},
    S.CLOSED: {},
    Back.BEFORE: {},
}

OVER = frozenset({S.CLOSED})
"""States that nothing leads out of."""
UNDER_ICE = frozenset(event for event in TABLE[S.FROZEN] if event is not E.RESUMED)
"""What happens to a case whether or not the working group is suspended."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands: `shown`, which may be FROZEN, and the state `under` that."""

    shown: State = S.OPEN
    under: State = S.OPEN


def move(standing: Standing, event: Event, called: str = "") -> Standing:
    """Return where a case stands once `event` happened.

    What happens to a frozen case happens to the state under the ice, where that has a place for it.

    Raises:
        InputError: the event has no place now; says what has.
    """
    moves = TABLE[standing.shown]
    if event not in moves:
        can = "; ".join(one.value for one in moves if one not in {E.SUSPENDED, E.RESUMED})
        remedy = f"What can happen to it now: {can}." if can else "It is closed. Open another one about it."
        what = f"It is {standing.shown.value}, and so it cannot be that {event.value}."
        raise InputError(what, where=called, remedy=remedy)
    to = moves[event]
    if event is E.SUSPENDED:
        return Standing(S.FROZEN, standing.under)
    if isinstance(to, Back):
        return Standing(standing.under, standing.under)
    if standing.shown is not S.FROZEN:
        return Standing(to, to)
    beneath = TABLE[standing.under].get(event, standing.under)
    return standing if isinstance(beneath, Back) else Standing(S.FROZEN, beneath)
