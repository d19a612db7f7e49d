"""Call signs that may be said: those of the terms, one for all aircraft of a side, with a flight number at most.

A call sign of one aircraft would tell what it is. But no warning is lost for a formality: what is urgent leaves with
any call sign, and whatever comes in is delivered; both are flagged. Everything else does not leave with an unknown one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armslength.agreement.terms import Party, Terms
from armslength.errors import InputError
from armslength.node.core.messages import CREWS
from armslength.protocol.catalogue import CATALOGUE, Precedence
from armslength.protocol.catalogue.common import CAPITALS

if TYPE_CHECKING:
    from armslength.node.core.inputs import Agreed
    from armslength.protocol.messages import Message

__all__ = ["CALLED", "call_signs", "checked", "flagged", "is_pressing", "stranger"]

CALLED = ("aircraft", "addressed", "station", "side")
"""Fields of messages that hold a call sign."""
WHOLE = "side"
"""The one that holds what all aircraft of a party are called, and no flight number; in letters and spaces."""
_LONGEST = 21
"""Most signs, so that a flight number fits behind: a field holds 24."""


def call_signs(terms: Terms) -> tuple[str, ...]:
    """Return what the aircraft of each party of `terms` are called; "PARTY AIRCRAFT" where a party names nothing.

    In capitals, without signs that a message cannot hold, and cut: an emergency can be told under any terms.
    """
    return tuple(_sign(party) for party in terms.parties)


def stranger(terms: Terms, code: str, fields: Mapping[str, Any]) -> str:
    """Return the field of a message whose call sign is none of `terms`; "" where all are, or nothing is called.

    A correction of such a field is held to the same; a station may be a post. A flight number has one or two digits.
    """
    if not terms.parties:
        return ""  # no terms that anybody made: the gate lets nothing out but checks and documents
    said = {name: fields[name] for name in CALLED if name in fields}
    if code == "COR" and fields.get("field") in CALLED:
        said["value"] = fields.get("value")
    for name, value in said.items():
        if not _is_known(terms, str(fields["field"]) if name == "value" else name, str(value)):
            return name
    return ""


def _is_known(terms: Terms, field: str, value: str) -> bool:
    if field == "station" and value in {party.post.upper() for party in terms.parties} - {""}:
        return True
    if field == WHOLE:
        return value in {_letters(one) for one in call_signs(terms)}
    aircraft = "|".join(re.escape(one) for one in call_signs(terms))
    return re.fullmatch(rf"(?:{aircraft})(?: [0-9]{{1,2}})?", value) is not None


def _letters(sign: str) -> str:
    """Return a call sign as IDR holds it: letters, with a space for everything else."""
    return " ".join("".join(one if one.isalpha() else " " for one in sign).split())


def flagged(agreed: Agreed, message: Message) -> str:
    """Return as `stranger` of a message that was said under the version in force; of another one nothing is known."""
    if agreed.terms is None or message.terms != agreed.digest:
        return ""
    return stranger(agreed.terms, message.code, message.fields)


def is_pressing(code: str, fields: Mapping[str, Any]) -> bool:
    """Return whether a message is a warning that nothing may hold up: FLASH, or for crews."""
    known = CATALOGUE.get(code)
    return code in CREWS or (known is not None and known.precedence_of(fields) is Precedence.FLASH)


def checked(terms: Terms, code: str, fields: Mapping[str, Any]) -> str:
    """Return the field whose call sign is unknown, of a message that leaves all the same; "" for none.

    Raises:
        InputError: it is no warning, and waits until who said it names a call sign of the terms.
    """
    field = stranger(terms, code, fields)
    if field and not is_pressing(code, fields):
        raise InputError(
            f"{code} was not sent: the call sign in {field} is not of the terms.",
            where=field,
            remedy="armslength agreement show names what each side's aircraft are called; where it names nothing, they "
            "have the party's name and AIRCRAFT. A flight number of one or two digits may follow.",
        )
    return field


def _sign(party: Party) -> str:
    text = (party.callsign or f"{party.name} AIRCRAFT").upper()
    return "".join(one for one in text if one in CAPITALS).lstrip(" -")[:_LONGEST].rstrip(" -") or "AIRCRAFT"
