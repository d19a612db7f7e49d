"""Channels as aviators name them: "132.055" between 118.000 and 136.990, "251.000 MHz", "4125.0 kHz".

Between 118.000 and 136.990 a name of six figures says carrier and spacing at once (ICAO Annex 10, volume V, table 4-1
bis): every fifth kHz except those that end in 20, 45, 70 and 95. So 118.000 is 25 kHz wide, and 118.005 is 8.33 kHz
wide on the same carrier. Above, 225.000 to 399.975 MHz, channels are frequencies in steps of 25 kHz; HF is 2 to 30 MHz.
"""

from __future__ import annotations

import re

from armslength.errors import InputError

EXAMPLE = '"132.055" or "251.000 MHz"'
GUARDS = ("121.500", "243.000 MHz")
"""Kept for distress and first contact, by voice."""
VHF, UHF = (118_000, 136_990), (225_000, 399_975)
HF = (2_000.0, 30_000.0)
"""First and last [kHz] of each band."""
_NAME = re.compile(r"^(\d{3})\.(\d{1,4})\s*(mhz)?$", re.IGNORECASE)
_SHORT = re.compile(r"^(\d+(?:\.\d+)?)\s*(khz|mhz)$", re.IGNORECASE)


def parse_channel(text: str) -> str:
    """Return the channel that `text` names in its one spelling.

    Raises:
        InputError: no unit, no such channel (with the nearest that there are), or outside the bands.
    """
    text = text.strip()
    name, short = _NAME.match(text), _SHORT.match(text)
    if name is not None and (name[3] or len(name[2]) == 3):
        if len(name[2]) > 3 and name[2][3:] != "0":
            raise InputError(f'"{text}" has too many figures.', remedy=f"Write it like {EXAMPLE}.")
        khz = int(name[1]) * 1000 + int(name[2][:3].ljust(3, "0"))
        if VHF[0] - 5 < khz < VHF[1] + 10:
            return _vhf(text, khz)
        if UHF[0] <= khz <= UHF[1]:
            return _uhf(text, khz, with_unit=bool(name[3]))
    elif short is not None:
        wide = float(short[1]) * (1000.0 if short[2].lower() == "mhz" else 1.0)
        if HF[0] <= wide < HF[1]:
            return f"{wide:.1f} kHz"
        if wide == int(wide) and VHF[0] <= wide <= UHF[1]:
            return parse_channel(f"{int(wide) // 1000}.{int(wide) % 1000:03d} MHz")
    elif re.fullmatch(r"[\d.]+", text):
        remedy = f"Write a channel name with six figures, or a frequency with its unit: {EXAMPLE}."
        raise InputError(f'"{text}" has no unit.', remedy=remedy)
    bands = "118.000 to 136.990, 225.000 to 399.975 MHz, or 2000.0 to 29999.9 kHz"
    raise InputError(f'"{text}" is not a channel of an aircraft\'s radio.', remedy=f"They are {bands}.")


def carrier_hz(channel: str) -> tuple[int, int]:
    """Return (carrier, width) of a channel as `parse_channel` spells it [Hz].

    ICAO Annex 10, volume V, table 4-1 bis: of the names between two whole steps of 25 kHz the first is 25 kHz wide;
    those that end 5, 10 and 15 kHz higher are 8.33 kHz wide, on the same carrier, one third and two thirds of the step
    above it. So "118.005" has the carrier of "118.000". On HF the frequency named stands for the channel.
    """
    name, _, unit = channel.partition(" ")
    if unit == "kHz":
        return round(float(name) * 1000), 3_000
    khz = int(name[:3]) * 1000 + int(name[4:])
    step, place = khz - khz % 25, khz % 25 // 5
    if khz > VHF[1] or place == 0:
        return khz * 1000, 25_000
    return step * 1000 + (place - 1) * 25_000 // 3, 25_000 // 3


def same_carrier(one: str, other: str) -> bool:
    """Return whether two channels have one carrier."""
    return carrier_hz(one)[0] == carrier_hz(other)[0]


def overlap(one: str, other: str) -> bool:
    """Return whether who talks on one of two channels is heard on the other."""
    (first, width), (second, other_width) = carrier_hz(one), carrier_hz(other)
    return abs(first - second) < (width + other_width) // 2


def guard_under(channel: str) -> str:
    """Return the guard that `channel` lies on, wholly or in part; "" where it lies on none."""
    return next((guard for guard in GUARDS if overlap(channel, guard)), "")


def _vhf(text: str, khz: int) -> str:
    if VHF[0] <= khz <= VHF[1] and khz % 5 == 0 and khz % 25 != 20:
        return _name(khz)
    around = [k for k in range(khz - 9, khz + 10) if k % 5 == 0 and k % 25 != 20 and VHF[0] <= k <= VHF[1]]
    below, above = [k for k in around if k < khz][-1:], [k for k in around if k > khz][:1]
    near = " or ".join(f'"{_name(k)}"' for k in below + above)
    raise InputError(f'"{text}" is not a channel name: none ends so.', remedy=f"The nearest are {near}.")


def _uhf(text: str, khz: int, *, with_unit: bool) -> str:
    if not with_unit:
        raise InputError(f'"{text}" has no unit.', remedy=f'Write it with its unit: "{text} MHz".')
    if khz % 25 == 0:
        return f"{_name(khz)} MHz"
    near = " or ".join(f'"{_name(k)} MHz"' for k in (khz - khz % 25, khz - khz % 25 + 25) if k <= UHF[1])
    raise InputError(f'"{text}" is not in steps of 25 kHz.', remedy=f"The nearest are {near}.")


def _name(khz: int) -> str:
    return f"{khz // 1000}.{khz % 1000:03d}"
