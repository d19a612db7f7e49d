"""The tables `[[radio]]` of the node file: which radio serves which frequency of which agreement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from armslength.toml_source import Table

__all__ = ["MODEMS", "RADIO_KEYS", "Radio", "radios_of"]

RADIO_KEYS = ("counterpart", "frequency", "callsign", "via", "modem", "ptt")
MODEMS = ("afsk", "datac3")
WAYS = ("ether:", "sound:", "kiss:")


@dataclass(frozen=True, slots=True)
class Radio:
    """One radio.

    Attributes:
        counterpart: with whom it is used. frequency: id in the plan that was agreed with it.
        callsign: of the station on the air: at most six of A-Z and 0-9, with -0 to -15; it proves nothing.
        via: "ether:PORT" (simulated), "sound:CARD" or "kiss:HOST:PORT".
        modem: one of MODEMS; a TNC has its own. ptt: how the transmitter is keyed: docs/radio.md.
    """

    counterpart: str
    frequency: str
    callsign: str
    via: str
    modem: str = "afsk"
    ptt: str = "vox"


def radios_of(tables: Iterable[Table]) -> tuple[Radio, ...]:
    """Return the radios that the tables name. Raises HomeError at what cannot be."""
    found: list[Radio] = []
    for table in tables:
        table.only(*RADIO_KEYS)
        via = table.text("via", '"sound:USB Audio"')
        if not via.startswith(WAYS):
            remedy = 'Write "ether:8650", "sound:USB Audio" or "kiss:127.0.0.1:8001".'
            table.fail("via", f'"{via}" is no radio.', remedy)
        radio = Radio(
            table.text("counterpart", '"South"'),
            table.text("frequency", '"F1"'),
            table.text("callsign", '"NORTH1"'),
            via,
            table.choice("modem", MODEMS) if "modem" in table else "afsk",
            table.text("ptt", '"vox"') if "ptt" in table else "vox",
        )
        if any((one.counterpart, one.frequency) == (radio.counterpart, radio.frequency) for one in found):
            table.fail("frequency", f"{radio.frequency} stands twice.", "A frequency has one radio.")
        found.append(radio)
    return tuple(found)
