"""Terms that contradict themselves in a way that nobody may sign: refused, where a doubt would only be said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.agreement.articles import SUSPENDABLE
from armslength.agreement.terms import Terms
from armslength.units import counted, show

VANISH_S, FREEZE_S = (1.0, 3.0), (2.0, 5.0)
"""Between these the terms may say when the ground line counts as vanished, and as frozen [s]."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What contradicts what: where in the terms, why, and what would be right.

    `instead`: top keys to name where the path was left out and its default does not fit them.
    """

    path: tuple[str | int, ...]
    says: str
    remedy: str
    instead: tuple[str, ...] = ()


def refusals(terms: Terms) -> tuple[Refusal, ...]:
    """Return every contradiction in `terms`; none in terms that may be signed."""
    return (*_alert(terms), *_budget(terms), *_open(terms), *_suspension(terms), *_validity(terms), *_order(terms))


def _alert(terms: Terms) -> Iterator[Refusal]:
    if terms.alert_s > terms.lookahead_s:
        says = f"An alert {show(terms.alert_s, 's')} ahead is beyond the look-ahead of {show(terms.lookahead_s, 's')}."
        yield Refusal(("alert",), says, "Raise lookahead, or lower alert.")


def _budget(terms: Terms) -> Iterator[Refusal]:
    budget = terms.time_budget
    if budget.warning_s > terms.lookahead_s:
        says = (
            f"A warning {show(budget.warning_s, 's')} ahead is beyond the look-ahead of "
            f"{show(terms.lookahead_s, 's')}: nobody could give it."
        )
        yield Refusal(("time_budget", "warning"), says, "Raise lookahead, or lower warning.", ("lookahead",))
    elif budget.spent_s >= budget.warning_s:
        steps = {
            "detection": budget.detection_s,
            "officer": budget.officer_s,
            "post": budget.post_s,
            "crew": budget.crew_s,
        }
        parts = " + ".join(f"{name} {show(value, 's')}" for name, value in steps.items())
        says = (
            f"The time budget does not close: {parts} = {show(budget.spent_s, 's')}, "
            f"and the warning, measured until it is relayed, is {show(budget.warning_s, 's')} before the loss."
        )
        remedy = "Shorten a step under [time_budget], or raise warning (and alert and lookahead with it)."
        yield Refusal(("time_budget",), says, remedy, ("alert", "lookahead"))


def _open(terms: Terms) -> Iterator[Refusal]:
    mode = terms.disclosure.mode
    for left_out in ("intelligence", "targets"):
        if mode in {"open", "proximity"} and left_out in terms.scope.excluded:
            says = f"The terms leave out {left_out} and allow {mode} disclosure: that is {left_out} by another name."
            remedy = f'Write mode = "sealed" or "none", or take "{left_out}" out of excluded under [scope].'
            yield Refusal(("disclosure", "mode"), says, remedy)
            return


def _suspension(terms: Terms) -> Iterator[Refusal]:
    for i, provision in enumerate(terms.suspension.provisions):
        if provision not in SUSPENDABLE:
            remedy = "Leave it out. Checks of the ground line and emergency messages stay, whatever is suspended."
            yield Refusal(("suspension", "provisions", i), f"{provision} cannot be suspended.", remedy)


def _validity(terms: Terms) -> Iterator[Refusal]:
    begin, end = terms.validity.from_ns, terms.validity.until_ns
    if begin is not None and end is not None and begin >= end:
        remedy = "Exchange from and until, or leave one out for no limit."
        yield Refusal(("validity", "until"), "The terms end before they begin.", remedy)


def _order(terms: Terms) -> Iterator[Refusal]:
    """Times that only make sense one after the other."""
    failover, line = terms.failover, terms.ground_line
    asked = (failover.calls - 1) * failover.call_every_s
    if not asked < failover.no_answer_s <= failover.ground_line_s:
        says = (
            f"{counted(failover.calls, 'call')} {show(failover.call_every_s, 's')} apart take {show(asked, 's')}; "
            f"no answer counts from {show(failover.no_answer_s, 's')}, "
            f"the ground line from {show(failover.ground_line_s, 's')}."
        )
        yield Refusal(("failover",), says, "Calls first, then no_answer, then ground_line: let each be later.")
    for key, value, (least, most) in (("vanish", line.vanish_s, VANISH_S), ("freeze", line.freeze_s, FREEZE_S)):
        if not least <= value <= most:
            says = f"{show(value, 's')} is not between {show(least, 's')} and {show(most, 's')}."
            remedy = (
                "Later, a side that is gone would be believed to be there; sooner, a short delay would end the line."
            )
            yield Refusal(("ground_line", key), says, remedy)
    if line.freeze_s < line.vanish_s:
        says = "A line that froze would be noticed before one that vanished."
        yield Refusal(("ground_line", "freeze"), says, 'Write for example vanish = "3 s" and freeze = "5 s".')
