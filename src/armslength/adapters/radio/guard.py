"""The guard frequencies: kept for distress and first contact, by voice. No data goes over them."""

from __future__ import annotations

import re

GUARDS_KHZ = (121_500, 243_000)
"""International distress frequencies (ICAO Annex 10, volume V, 4.1.3)."""
HALF_KHZ = 12.5
"""Half the width of a guard channel: the 8.33 kHz channels inside it (121.490, 121.505, 121.510) are guard too."""
_NAME = re.compile(r"\s*(\d{2,6})(?:[.,](\d{1,6}))?\s*([kM]?)(?:Hz)?\s*", re.IGNORECASE)


def is_guard(channel: str) -> bool:
    """Return whether `channel` is a guard frequency in any spelling: "121.5", "243.000 MHz", "121500 kHz"."""
    match = _NAME.fullmatch(channel)
    if match is None:
        return channel.strip().lower() in ("guard", "g")
    whole, part, unit = match[1], match[2] or "", match[3].lower()
    number = float(f"{whole}.{part or 0}")
    khz = number if unit == "k" else number * 1000.0
    return any(abs(khz - guard) < HALF_KHZ for guard in GUARDS_KHZ)
