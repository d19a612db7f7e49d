"""What a message says, in words for the story of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armslength.node.telling import short_id
from armslength.protocol.catalogue import CATALOGUE
from armslength.units import NM
from armslength.wording import lexicon
from armslength.wording.sentence import read_back_words, text_of

__all__ = ["content", "number"]

Event = Mapping[str, Any]
About = tuple[str, Mapping[str, Any]]
"""Code and fields of the message that a readback is about."""


def number(event: Event) -> str:
    """Return the digits by which a message is found again: in marks on it, in the log, in the ledger."""
    digits = short_id(event.get("id", ""))
    return f" [{digits}]" if digits else ""


_SHORT = frozenset({"AST", "ADC"})


def _worded(event: Event, about: About | None) -> str:
    """Return the words of a message as the catalogue has them."""
    lex, fields = lexicon("en"), dict(event["fields"])
    at_ns = int(event["time_ns"]) if "time_ns" in event else None
    if event["code"] == "RBK" and about is not None:
        fields["values"] = read_back_words(lex, str(fields["values"]), *about)
    return text_of(lex, CATALOGUE[event["code"]], fields, at_ns)


def content(event: Event, about: About | None = None) -> str:
    """Return what a message says: of a traffic advisory, all that it says of the traffic.

    `about`: what it reads back, so that its numbers are said with their units.
    """
    fields = event.get("fields") or {}
    if event["code"] != "TFA":
        if event["code"] not in _SHORT and fields:
            return f' "{_worded(event, about)}"'
        said = [str(fields[key]).replace("_", " ").lower() for key in ("nature", "scope") if key in fields]
        if "rescue_centre" in fields:
            centre = (event.get("from_terms") or fields)["rescue_centre"]
            said.append(f"the rescue centre is {centre}")
        return f' "{"; ".join(said)}"' if said else ""
    parts = [f"traffic at your {fields['clock']} o'clock"] if "clock" in fields else ["traffic"]
    if "range_m" in fields:
        parts.append(f"{fields['range_m'] / NM:.0f} NM")
    if "direction" in fields:
        parts.append(f"heading {fields['direction']}")
    if "level_ft" in fields:
        parts.append(f"level {fields['level_ft']:,} ft")
    return f' "{", ".join(parts)}"'
