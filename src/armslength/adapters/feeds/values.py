"""What the parsers of live feeds share: numbers, addresses and positions as others write them -> ours, or a reason.

Nothing here raises on what a feed sent: a value that cannot be used is told by `RowError`, which the parser of the row
catches, counts by its reason and keeps aside.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from armslength.adapters.feeds.port import printable
from armslength.domain.plot import Plot
from armslength.errors import FeedError
from armslength.units import NS

NOT_A_ROW = "row does not parse"
NO_ADDRESS = "no address"
NO_POSITION = "no position"
OUT_OF_RANGE = "position out of range"
NOT_A_NUMBER = "not a number"
NOT_A_TIME = "not a time"
IMPOSSIBLE_TIME = "impossible time"
EARLIEST_NS, LATEST_NS = 631_152_000 * NS, 4_102_444_800 * NS
"""1990 and 2100: a stamp outside was not made by a working clock."""
USUAL_ACCURACY_M = 92.6
"""95 % radius assumed of a position that reports none, where an error of time must be added to it (NACp 8)."""
USUAL_SPEED_MPS = 300.0
"""Speed assumed of an aircraft that does not tell its own, where an error of time must become one of place."""
LONGEST_CALLSIGN, LONGEST_ADDRESS = 16, 32

_ICAO = re.compile(r"~?[0-9a-f]{6}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,3})?")
_NOBODY = {"000000", "ffffff", "~000000", "~ffffff"}
"""What a receiver writes where it could not read an address (all zeros and all ones are assigned to nobody)."""


class RowError(Exception):
    """A row of a feed cannot be used: `reason` for counting, `says` for people."""

    def __init__(self, reason: str, says: str) -> None:
        self.reason, self.says = reason, says
        super().__init__(f"{reason}: {says}")


@dataclass
class Heard:
    """What came of some rows: the plots, and what was kept aside, by reason, with the first example of each."""

    plots: list[Plot] = field(default_factory=list)
    aside: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def keep_aside(self, reason: str, says: str, rows: int = 1) -> None:
        """Count `rows` rows kept aside for `reason`."""
        if rows > 0:
            self.aside[reason] = self.aside.get(reason, 0) + rows
            self.examples.setdefault(reason, printable(says))


def document(data: bytes, what: str) -> Any:
    """Return the JSON value in `data`.

    Raises:
        FeedError: it is none; `what` names the source.
    """
    try:
        return json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        why = printable(str(error) or type(error).__name__, 80)
        raise FeedError(f"the JSON is cut off or damaged ({why}).", where=what) from None


def number(value: object, name: str) -> float:
    """Return a JSON number, NaN where there is none.

    Raises:
        RowError: something else stands there, or a number that is not finite.
    """
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RowError(NOT_A_NUMBER, f"{name} is {printable(repr(value), 40)}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise RowError(NOT_A_NUMBER, f"{name} is not finite")
    return result


def number_in_text(text: str, name: str) -> float:
    """Return the number that `text` holds, NaN where it is empty.

    Raises:
        RowError: something else stands there.
    """
    text = text.strip(" ")
    if not text:
        return math.nan
    if not _NUMBER.fullmatch(text) or not math.isfinite(result := float(text)):
        raise RowError(NOT_A_NUMBER, f"{name} is {printable(text, 40)}")
    return result


def category(value: object, name: str) -> int:
    """Return a category of 0 to 11 (NIC, NACp), -1 where there is none.

    Raises:
        RowError: something else stands there.
    """
    found = number(value, name)
    return int(found) if 0.0 <= found <= 11.0 else -1


def address(text: object) -> str:
    """Return an ICAO 24-bit address in lower-case hex; one of another kind keeps the "~" that it came with.

    Raises:
        RowError: it is none.
    """
    name = text.strip().lower() if isinstance(text, str) else ""
    if not _ICAO.fullmatch(name) or name in _NOBODY:
        raise RowError(NO_ADDRESS, f"the address is {printable(repr(text), 40)}")
    return name


def callsign(text: object) -> str:
    """Return a call sign in capitals without blanks and signs that cannot be printed; "" where there is none."""
    if not isinstance(text, str):
        return ""
    name = "".join(c for c in text.upper() if c.isascii() and c.isprintable()).strip(" @_")
    return "" if name in {"NAN", "NONE", "NULL", "<NA>", "NA", "N/A"} else name[:LONGEST_CALLSIGN].strip()


def position(lat: float, lon: float) -> tuple[float, float]:
    """Return latitude and longitude [deg], the latter in [-180, 180).

    Raises:
        RowError: either is unknown (NaN) or out of range.
    """
    if math.isnan(lat) or math.isnan(lon):
        raise RowError(NO_POSITION, "latitude or longitude unknown")
    if abs(lat) > 90.0 or abs(lon) > 360.0:
        raise RowError(OUT_OF_RANGE, f"{lat:.6g}, {lon:.6g}")
    if lon >= 180.0:
        lon -= 360.0
    elif lon < -180.0:
        lon += 360.0
    return lat, lon


def at_time(time_ns: int) -> int:
    """Return `time_ns` where it can be a time of flight.

    Raises:
        RowError: before 1990 or after 2100.
    """
    if not EARLIEST_NS <= time_ns <= LATEST_NS:
        raise RowError(IMPOSSIBLE_TIME, f"{time_ns / NS:.0f} s since 1970")
    return time_ns


def seconds_as_ns(seconds: float) -> int:
    """Return UTC [s] as ns, to the millisecond, where it can be a time of flight.

    Raises:
        RowError: before 1990 or after 2100.
    """
    if not 0.0 <= seconds <= LATEST_NS / NS:
        raise RowError(IMPOSSIBLE_TIME, f"{seconds:.6g} s since 1970")
    return at_time(round(seconds * 1000.0) * 1_000_000)


def heading(degrees: float) -> float:
    """Return a direction in [0, 360) [deg], NaN unknown."""
    return math.fmod(math.fmod(degrees, 360.0) + 360.0, 360.0)


def widened(accuracy_m: float, gs_mps: float, late_s: float) -> float:
    """Return the 95 % radius [m] of a position whose time is known to `late_s` [s] only.

    Unknown accuracy counts as `USUAL_ACCURACY_M`, unknown speed as `USUAL_SPEED_MPS`.
    """
    if late_s <= 0.0:
        return accuracy_m
    radius = USUAL_ACCURACY_M if math.isnan(accuracy_m) else accuracy_m
    return math.hypot(radius, (USUAL_SPEED_MPS if math.isnan(gs_mps) else gs_mps) * late_s)
