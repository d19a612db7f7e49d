"""Channels as aviators name them: "132.055" between 118.000 and 136.990, "251.000 MHz", "4125.0 kHz".

Between 118.000 and 136.990 a name of six figures says carrier and spacing at once (ICAO Annex 10, volume V, table 4-1
bis): every fifth kHz except those that end in 20, 45, 70 and 95. So 118.000 is 25 kHz wide, and 118.005 is 8.33 kHz
wide on the same carrier. Above, 225.000 to 399.975 MHz, channels are frequencies in steps of 25 kHz; HF is 2 to 30 MHz.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from decimal import Decimal
from functools import cache

from armslength.errors import InputError

EXAMPLE = '"132.055" or "251.000 MHz"'
GUARDS = ("121.500", "243.000 MHz")
"""Kept for distress and first contact, by voice."""
VHF, UHF = (118_000, 136_990), (225_000, 399_975)
HF = (2_000.0, 29_999.9)
"""First and last [kHz] of each band."""
BANDS = "118.000 to 136.990, 225.000 to 399.975 MHz, or 2000.0 to 29999.9 kHz"
NEAR_KHZ = 30
"""Of the channels around a wrong name those within this [kHz] are told, or else the nearest one."""
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
        raise _outside(text, khz)
    if short is not None:
        return _frequency(text, Decimal(short[1]) * (1000 if short[2].lower() == "mhz" else 1))
    if name is not None:
        full = name[1] + "." + name[2].ljust(3, "0")
        if len(full) == 8 and full.endswith("0"):
            full = full[:-1]
        spelt = parse_channel(f"{full} MHz")  # raises what is wrong with it beyond its spelling
        raise InputError(f'"{text}" is not written as channels are.', remedy=f'Write it like this: "{spelt}".')
    if re.fullmatch(r"[\d.]+", text):
        remedy = f"Write a channel name with six figures, or a frequency with its unit: {EXAMPLE}."
        raise InputError(f'"{text}" has no unit.', remedy=remedy)
    raise InputError(f'"{text}" is not a channel of an aircraft\'s radio.', remedy=f"They are {BANDS}.")


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
    if khz in _VHF:
        return _name(khz)
    raise InputError(f'"{text}" is not a channel name: none ends so.', remedy=_nearest(khz))


def _uhf(text: str, khz: int, *, with_unit: bool) -> str:
    if khz % 25 != 0:
        raise InputError(f'"{text}" is not in steps of 25 kHz.', remedy=_nearest(khz))
    if not with_unit:
        raise InputError(f'"{text}" has no unit.', remedy=f'Write it with its unit: "{text} MHz".')
    return f"{_name(khz)} MHz"


def _frequency(text: str, khz: Decimal) -> str:
    """Return the channel on `khz`, which `text` gives with its unit."""
    whole = khz == khz.to_integral_value()
    if HF[0] <= khz <= HF[1]:
        if khz * 10 == (khz * 10).to_integral_value():
            return f"{khz:.1f} kHz"
        below = int(khz * 10)
        near = " or ".join(f'"{k / 10:.1f} kHz"' for k in (below, below + 1) if k / 10 <= HF[1])
        raise InputError(f'"{text}" is finer than 0.1 kHz.', remedy=f"The nearest are {near}.")
    if whole and VHF[0] <= khz <= UHF[1]:
        return parse_channel(f"{int(khz) // 1000}.{int(khz) % 1000:03d} MHz")
    raise _outside(text, khz)


def _outside(text: str, khz: Decimal | int) -> InputError:
    near = _nearest(khz)
    return InputError(f'"{text}" is not a channel of an aircraft\'s radio.', remedy=f"{near} They are {BANDS}.")


def _nearest(khz: Decimal | int) -> str:
    """Return the valid names next to `khz`, in a sentence."""
    known = _known()
    steps = list(known)
    below = steps[: bisect_left(steps, khz)][-1:]
    above = steps[bisect_right(steps, khz) :][:1]
    far = {k: abs(k - Decimal(khz)) for k in below + above}
    near = [k for k in far if far[k] <= NEAR_KHZ] or [min(far, key=far.__getitem__)]
    verb = "nearest is" if len(near) == 1 else "nearest are"
    names = " or ".join(f'"{known[k]}"' for k in near)
    return f"The {verb} {names}."


@cache
def _known() -> dict[Decimal, str]:
    """Return what channels there are, by rising frequency [kHz of the name]; of HF its two ends."""
    known = {Decimal(str(k)): f"{k:.1f} kHz" for k in HF}
    known |= {Decimal(k): _name(k) for k in sorted(_VHF)}
    return known | {Decimal(k): f"{_name(k)} MHz" for k in range(UHF[0], UHF[1] + 1, 25)}


def _name(khz: int) -> str:
    return f"{khz // 1000}.{khz % 1000:03d}"


_VHF = frozenset(k for k in range(VHF[0], VHF[1] + 1, 5) if k % 25 != 20)
"""The channels between 118.000 and 136.990 [kHz of the name]."""
