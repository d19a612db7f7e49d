"""What answers what, how soon, and what is read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from armslength.protocol.catalogue.forms import Answer, Code, Precedence, Value

if TYPE_CHECKING:
    from armslength.agreement.terms import Terms

__all__ = ["ABOUT_OWN", "ANSWERED_BY", "answer_due_s", "may_answer", "readback"]

ANSWERED_BY: Mapping[Answer, frozenset[str]] = {
    Answer.NONE: frozenset(),
    Answer.ROGER: frozenset({"ROG"}),
    Answer.WILCO_OR_UNABLE: frozenset({"WIL", "UNA"}),
    Answer.CHECK: frozenset({"GCR"}),
    Answer.RADIO_CHECK: frozenset({"RCR"}),
    Answer.IDENTITY: frozenset({"IDR"}),
    Answer.AGAIN: frozenset(),
    Answer.DECLINE: frozenset({"ADC", "UNA"}),
    Answer.ROGER_THEN_ANSWER: frozenset({"ROG"}),
    Answer.RATIFY: frozenset(),
}
"""The codes that close what is owed. AGAIN is closed by the message itself, RATIFY by a document."""

_HOLDING = frozenset({"SBY", "SAG", "UNA", "COR"})
"""May follow any message that is owed an answer, but a request for assistance: nobody is kept waiting for help."""
ABOUT_OWN = frozenset({"COR", "COC", "ACC"})
"""Name a message of the sender's own, and answer none."""
_PICK_UP = {
    Precedence.FLASH: "flash_pick_up_s",
    Precedence.PRIORITY: "priority_pick_up_s",
    Precedence.ROUTINE: "routine_pick_up_s",
}


def may_answer(answer: str, asked: Code) -> bool:
    """Return whether a message of the code `answer` may name one of `asked` in its `ref` as what it answers.

    A request for assistance takes ADC or UNA, nothing else. Whoever was asked to read back may say RBK.
    """
    if answer in ANSWERED_BY[asked.answer]:
        return True
    if asked.answer is Answer.DECLINE or asked.answer is Answer.NONE:
        return answer == "SAG" and asked.answer is Answer.NONE
    return answer in _HOLDING - ABOUT_OWN or (answer == "RBK" and asked.read_back)


def answer_due_s(code: Code, terms: Terms, precedence: Precedence) -> float | None:
    """Return the time allowed for the answer [s] under `terms`; None where nothing is owed, or without limit.

    The last answer counts where two are owed: that of a protest is the one on substance.
    """
    where = code.finally_in or code.answer_in
    if not where:
        return code.answer_s
    article, _, key = where.partition(".")
    return float(getattr(getattr(terms, article), f"{key}_s" if key else _PICK_UP[precedence]))


def readback(code: Code, fields: Mapping[str, Value]) -> str:
    """Return what RBK says of a message with `fields`: the values to be read back, in order; empty where none are.

    Who asked compares this, made from his own message, with what came.
    """
    if not code.read_back:
        return ""
    return " ".join(str(fields[field.name]) for field in code.fields if field.read_back and field.name in fields)
