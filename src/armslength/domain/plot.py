"""Plots: surveillance reports, held as a struct of arrays.

One `Plots` is a batch of reports from one recording or feed, in the order in which they stood there. Everything is SI
but positions, which are WGS-84 geodetic degrees; every level carries its datum by the column it stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

UNKNOWN_FUTURE = np.iinfo(np.int64).min
"""`Plots.rest_from_ns` of a recording that is not known to be in order of time."""
EPU_M = (nan, 18520.0, 7408.0, 3704.0, 1852.0, 926.0, 555.6, 185.2, 92.6, 30.0, 10.0, 3.0)
"""95 % estimated position uncertainty [m] by NACp 0..11 (RTCA DO-260B, table 2-68); NACp 0 is "unknown"."""


@dataclass(frozen=True, slots=True)
class Plots:
    """A batch of plots, shape (N,) each. Rows without a usable time, address or position never get here.

    Attributes:
        file: index of the recording among those given; one for all plots, or shape (N,).
        row: number of the row in its recording, 1-based, header not counted.
        time_ns: time of applicability of the position, UTC ns.
        aircraft: index of the aircraft in the `Roster`.
        lat, lon: WGS-84 [deg]; lon in [-180, 180).
        alt_baro_m: level on standard pressure [m], NaN unknown. In full precision: two levels that are a thousand feet
            apart in a recording are so here, and not a millimetre less.
        alt_geo_m: height above the WGS-84 ellipsoid [m], NaN unknown.
        gs_mps, track_deg, vs_mps: ground speed [m/s], track [deg true], vertical rate [m/s, up]; NaN unknown.
        on_ground: the aircraft said that it is on the ground.
        accuracy_m: radius that holds the true position with 95 % [m], NaN not reported.
        rest_from_ns: no later batch of this recording holds an earlier time; UNKNOWN_FUTURE where that is not known.
    """

    file: int | I32
    row: U32
    time_ns: I64
    aircraft: I32
    lat: F64
    lon: F64
    alt_baro_m: F64
    alt_geo_m: F64
    gs_mps: F32
    track_deg: F32
    vs_mps: F32
    on_ground: Bool
    accuracy_m: F32
    rest_from_ns: int = UNKNOWN_FUTURE

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass
class Roster:
    """Who is who: addresses by index, and which call sign an aircraft used when.

    An address is the ICAO 24-bit address in lower-case hex; one that is not an ICAO address begins with "~" (as readsb
    writes it).

    Attributes:
        addresses: by index; "" where an aircraft was forgotten and nobody has its index yet.
        most_callsigns: of one aircraft so many are remembered: the first half, and the newest. None: all of them.
    """

    addresses: list[str] = field(default_factory=list)
    most_callsigns: int | None = None
    _free: list[int] = field(default_factory=list)
    _named: dict[int, int] = field(default_factory=dict)
    _index: dict[str, int] = field(default_factory=dict)
    _callsigns: dict[int, dict[str, int]] = field(default_factory=dict)

    def index(self, address: str) -> int:
        """Return the index of `address`, entering it when it is new."""
        found = self._index.get(address)
        if found is None:
            if self._free:
                found = self._free.pop()
                self.addresses[found] = address
            else:
                found = len(self.addresses)
                self.addresses.append(address)
            self._index[address] = found
        return found

    def forget(self, aircraft: int) -> None:
        """Forget an aircraft; a new one will get its index. Only where nothing else refers to it any more."""
        if self._index.pop(self.addresses[aircraft], None) is not None:
            self.addresses[aircraft] = ""
            self._callsigns.pop(aircraft, None)
            self._named.pop(aircraft, None)
            self._free.append(aircraft)

    def __contains__(self, address: object) -> bool:
        return address in self._index

    @property
    def known(self) -> int:
        """How many aircraft are known."""
        return len(self._index)

    def named(self, aircraft: int) -> int:
        """Return how often `aircraft` was noted with a new call sign: what follows from them may have changed."""
        return self._named.get(aircraft, 0)

    def saw_callsign(self, aircraft: int, callsign: str, first_ns: int) -> None:
        """Note that `aircraft` used `callsign` from `first_ns` on (the earliest such time counts)."""
        seen = self._callsigns.setdefault(aircraft, {})
        if callsign not in seen:
            self._named[aircraft] = self._named.get(aircraft, 0) + 1
        seen[callsign] = min(first_ns, seen.get(callsign, first_ns))
        if self.most_callsigns is not None and len(seen) > self.most_callsigns:
            in_order = sorted((first, name) for name, first in seen.items())
            del seen[in_order[self.most_callsigns // 2][1]]

    def callsign_at(self, aircraft: int, time_ns: int) -> str:
        """Return the call sign in use at `time_ns`: the last one first seen by then, else the earliest, else ""."""
        seen = [(first, name) for name, first in list(self._callsigns.get(aircraft, {}).items())]
        before = [entry for entry in seen if entry[0] <= time_ns]
        return max(before)[1] if before else min(seen)[1] if seen else ""

    def callsigns(self, aircraft: int, before_ns: int | None = None) -> list[str]:
        """Return every call sign that `aircraft` used (first used before `before_ns`), earliest first."""
        seen = [(first, name) for name, first in list(self._callsigns.get(aircraft, {}).items())]
        return [name for first, name in sorted(seen) if before_ns is None or first < before_ns]

    def __len__(self) -> int:
        """Return how many indices are in use, or were."""
        return len(self.addresses)


@dataclass
class KeptAside:
    """Rows that were not used, counted by reason, with the first example of each."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, reason: str, count: int, *, file: str, row: int, says: str) -> None:
        """Count `count` rows set aside for `reason`; the first call of a reason gives the example.

        Args:
            reason: a short fixed phrase, for example "no position".
            count: how many rows; 0 is ignored.
            file, row: where the first of them stands (row 1-based, header not counted).
            says: what that row says, in a few words.
        """
        if count <= 0:
            return
        self.counts[reason] = self.counts.get(reason, 0) + int(count)
        self.examples.setdefault(reason, {"file": file, "row": int(row), "says": says})

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Return {reason: {"rows": n, "example": {...}}} for summary.json, most rows first."""
        order = sorted(self.counts, key=lambda reason: (-self.counts[reason], reason))
        return {reason: {"rows": self.counts[reason], "example": self.examples[reason]} for reason in order}


class Plot(NamedTuple):
    """One plot as a live feed gives it; units and frames as in `Plots`.

    Attributes:
        address: as in `Roster`. callsign: "" unknown.
        nic, nac_p: navigation integrity and accuracy categories (DO-260B), -1 unknown.
    """

    time_ns: int
    address: str
    lat: float
    lon: float
    callsign: str = ""
    alt_baro_m: float = nan
    alt_geo_m: float = nan
    gs_mps: float = nan
    track_deg: float = nan
    vs_mps: float = nan
    on_ground: bool = False
    accuracy_m: float = nan
    nic: int = -1
    nac_p: int = -1


def pack(plots: Sequence[Plot], roster: Roster, file: int, first_row: int = 1) -> Plots:
    """Return live plots as a batch; new addresses and call signs are entered in `roster`.

    Args:
        plots: in the order in which they came.
        roster: of the node.
        file: index of the source.
        first_row: number of the first of them in their source.
    """
    aircraft = np.array([roster.index(p.address) for p in plots], np.int32)
    for index, p in zip(aircraft.tolist(), plots, strict=True):
        if p.callsign:
            roster.saw_callsign(index, p.callsign, p.time_ns)

    def wide(name: str) -> F64:
        return np.array([getattr(p, name) for p in plots], np.float64)

    def narrow(name: str) -> F32:
        return np.array([getattr(p, name) for p in plots], np.float32)

    rows = np.arange(first_row, first_row + len(plots), dtype=np.uint32)
    time_ns = np.array([p.time_ns for p in plots], np.int64)
    on_ground = np.array([p.on_ground for p in plots], np.bool_)
    return Plots(
        file, rows, time_ns, aircraft, wide("lat"), wide("lon"), wide("alt_baro_m"), wide("alt_geo_m"),
        narrow("gs_mps"), narrow("track_deg"), narrow("vs_mps"), on_ground, narrow("accuracy_m"),
    )  # fmt: skip
