"""Names in terms. What could be the address or the call sign of an aircraft has no place among them."""

from __future__ import annotations

import re

from armslength.toml_source import Table

OVERLAY = (
    "Terms name members and categories only. Addresses and call signs of aircraft are an order of battle: "
    "they belong in the local membership file (docs/membership.md)."
)
"""What to do with an address or a call sign instead."""
_TOKENS = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"^(?:0x)?[0-9a-f]{6}$", re.IGNORECASE)


def no_address(table: Table, at: str | tuple[str | int, ...], text: str) -> str:
    """Return `text`, refusing what looks like an ICAO address, a range of them or a call-sign pattern."""
    for token in _TOKENS.split(text):
        # a word such as "Decade" passes; "DECADE" and "decade" could be the address of an aircraft, "ae1460" surely is
        if _ADDRESS.match(token) and not (token.isalpha() and token.istitle()):
            table.fail(at, f'"{text}" holds {token}, which looks like the ICAO address of an aircraft.', OVERLAY)
    if "*" in text:
        table.fail(at, f'"{text}" looks like a call-sign pattern.', OVERLAY)
    return text


def no_aircraft(table: Table, at: str, text: str) -> str:
    """Return `text`, the call sign of a side, refusing one that could be that of a single aircraft."""
    if any(c.isdigit() for c in text):
        remedy = f'Write one for all its aircraft, like callsign = "NORTH AIRCRAFT". {OVERLAY}'
        table.fail(at, f'"{text}" looks like the call sign of one aircraft.', remedy)
    return no_address(table, at, text)
