"""The catalogue: every code that two duty posts may say, with its precedence, the answer due, and its fields.

The code is what counts; words are made from it. Fields are whole numbers with their unit in the name, choices, and
short texts of a fixed alphabet; free text stands only in reports, protests and answers of the working group, bounded,
with its language. No code exists for targets, for tracks of third parties or for the purpose of a flight.
docs/protocol.md lists all of it, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from armslength.protocol.catalogue.activity import ACTIVITY
from armslength.protocol.catalogue.answers import ABOUT_OWN, ANSWERED_BY, answer_due_s, may_answer, readback
from armslength.protocol.catalogue.cases import CASES
from armslength.protocol.catalogue.contact import ANSWERS, CHANNELS, CHECKS, POSITION_CALLS
from armslength.protocol.catalogue.deal import DEAL
from armslength.protocol.catalogue.emergency import EMERGENCY
from armslength.protocol.catalogue.forms import Answer, Code, Field, Kind, Precedence, Value, Wanted, fault_in
from armslength.protocol.catalogue.traffic import DEMANDS, INTENTS, TRAFFIC

__all__ = [
    "ABOUT_OWN",
    "ANSWERED_BY",
    "CATALOGUE",
    "Answer",
    "Code",
    "Field",
    "Kind",
    "Precedence",
    "Value",
    "Wanted",
    "answer_due_s",
    "fault_in",
    "may_answer",
    "readback",
]

_SUBJECTS = (CHECKS, ANSWERS, CHANNELS, POSITION_CALLS, TRAFFIC, DEMANDS, INTENTS, ACTIVITY, EMERGENCY, CASES, DEAL)

CATALOGUE: Mapping[str, Code] = {
    code.name: code
    for code in sorted((code for subject in _SUBJECTS for code in subject), key=lambda code: code.number)
}
"""Every code by its name, in the order of their numbers."""
