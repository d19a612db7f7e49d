"""What a message points at in the terms, for the people who read it: never in the message, the ledger or a log.

A message lies in outbox, ledger and log, where no term may be. An ADC therefore says that the rescue centre is "as the
terms name it"; who reads or hears it at either post is told the centre with its contact, from the terms in force there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armslength.agreement.terms import Terms

__all__ = ["CENTRE", "FROM_TERMS", "NO_CENTRE", "centre_said", "from_terms"]

FROM_TERMS = "from_terms"
"""Key of what people are told beside the fields. Logs leave it out."""
CENTRE, NO_CENTRE = "as the terms name it", "not named in the terms"


def centre_said(terms: Terms) -> str:
    """Return what an ADC says of the rescue centre."""
    return CENTRE if terms.assistance.rescue_centre else NO_CENTRE


def from_terms(code: str, fields: Mapping[str, Any], terms: Terms) -> dict[str, str]:
    """Return, by field, what a message points at in `terms`, the reader's own; empty where it points at nothing.

    The own terms prevail: what an ADC of the other side names itself stands behind, marked as its word.
    """
    if code != "ADC" or "rescue_centre" not in fields:
        return {}
    said, centre = str(fields["rescue_centre"]), terms.assistance.rescue_centre
    if said in {CENTRE, NO_CENTRE}:
        return {"rescue_centre": centre or NO_CENTRE}
    return {"rescue_centre": f"{centre}; the other side names {said}"} if centre and centre != said else {}
