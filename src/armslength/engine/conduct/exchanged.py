"""What both sides had told each other about their manoeuvres: declared, or proposed and accepted."""

from __future__ import annotations

from armslength.engine.conduct.context import Context
from armslength.engine.conduct.told import Said
from armslength.units import NS

DECLARED = ("CLB", "DSC", "TRN", "HLD")
"""I climb, descend, turn, maintain."""
PROPOSED, ACCEPTED = "PRP", "WIL"
BEFORE_S = 300.0
"""What was said so long before something began [s] still is about it."""


def _about(context: Context, meeting: int, from_ns: int, until_ns: int) -> list[Said]:
    one, two = context.who(meeting, 0), context.who(meeting, 1)
    since = from_ns - round(BEFORE_S) * NS
    return [
        said for said in context.said
        if said.by in {one.party, two.party} and since <= said.at_ns <= until_ns
        and (said.first, said.second) in {(one.address, two.address), ("", "")}
    ]  # fmt: skip


def accepted(context: Context, meeting: int, first: int, last: int) -> bool:
    """Return whether one side had proposed a manoeuvre and the other one had accepted it, by sample `last`.

    Args:
        meeting: its place. first, last: samples of what is looked at; it counts from BEFORE_S before the first.
    """
    m = context.meetings
    told = _about(context, meeting, m.ns(first), m.ns(last))
    return any(
        yes.code == ACCEPTED and ask.code == PROPOSED and yes.by != ask.by and ask.at_ns <= yes.at_ns
        for ask in told
        for yes in told
    )


def both_declared(context: Context, meeting: int, first: int, last: int) -> bool:
    """Return whether both sides had declared what they fly, or agreed on it; see `accepted`."""
    m = context.meetings
    by = {said.by for said in _about(context, meeting, m.ns(first), m.ns(last)) if said.code in DECLARED}
    parties = {context.who(meeting, side).party for side in (0, 1)}
    return by == parties or accepted(context, meeting, first, last)
