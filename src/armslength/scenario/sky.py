"""The sky of a scenario as it is put together: who flies, what is planned, and who would come too close to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from armslength.agreement.articles import Block
from armslength.scenario.aircraft import EXCLUDED, NORTH, SOUTH, TRANSPORT, UNKNOWN, Aircraft, Kind
from armslength.scenario.kinematics import Flight
from armslength.scenario.plane import Plane
from armslength.units import FT, NM

F64 = NDArray[np.float64]

HORIZONTAL, VERTICAL = 3 * NM, 3000 * FT
"""The minima of the scenario's agreement: the rule of threes [m]."""
NEAR_MISS = 500 * FT
"""Slant distance of a near miss [m]."""
LOOK_S = 4.0
"""Grid of the search for unplanned encounters [s]; coarse: it only steers, truth.py decides."""
ROOM = 1.25
"""Unplanned flights keep this many times the minima."""
TRIES = 25
"""Draws of a flight before the one with the fewest unplanned encounters is taken."""

_FIRST_ADDRESS = {NORTH: 0xD10000, SOUTH: 0xD20000, EXCLUDED: 0xD30000, UNKNOWN: 0xD40000}
"""Where the addresses of a party begin: in D00000-DFFFFF, which ICAO has allocated to no state."""

TRANSPORT_BLOCK = 0x8000
"""Transports have the upper half of their party's addresses."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An encounter, or a near one, that was put into the sky on purpose.

    Attributes:
        name: its name in truth.csv.
        pairs: the pairs of addresses that are meant.
        t: when the closest point is met [s]; NaN where there is no single moment.
        d_h, d_v: horizontal and vertical distance there [m]; NaN where not laid down.
        encounters: how many encounters between the parties each pair has by it.
        story: what happens, in words.
        warning: what a live watch can make of it: "early" (both fly straight long enough before), "short" (it comes up
            late), "own" (the other one is bound by nobody), "none" (nothing to warn of); "" where that is not said.
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    t: float
    d_h: float
    d_v: float
    encounters: int
    story: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Excuse:
    """From `t0` to `t1` [s] the aircraft of this address may be met."""

    address: str
    t0: float
    t1: float


@dataclass
class Sky:
    """A sky under construction. `rng` is the only source of chance.

    `terminal` is the exempt terminal area: x, y of its middle on the plane, radius on the earth, ceiling [m].
    `blocks` are those that the terms reserve.
    """

    plane: Plane
    duration: float
    rng: np.random.Generator
    terminal: tuple[float, float, float, float]
    aircraft: list[Aircraft] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    _looks: list[F64] = field(default_factory=list)

    def add(
        self,
        party: str,
        kind: Kind,
        callsign: str,
        flight: Flight,
        *,
        broadcasts: bool = False,
        barometric: bool = True,
    ) -> Aircraft:
        """Enter an aircraft whose flight is cut to the duration of the scenario; return it with its address."""
        block = _FIRST_ADDRESS[party] + (TRANSPORT_BLOCK if kind is TRANSPORT else 0)
        taken = sum(int(a.address, 16) & ~(TRANSPORT_BLOCK - 1) == block for a in self.aircraft)
        address = f"{block + 1 + taken:06x}"
        flight = flight.between(0.0, self.duration)
        entered = Aircraft(address, callsign, party, kind, flight, broadcasts, barometric)
        self.aircraft.append(entered)
        self._looks.append(self._look(flight))
        return entered

    def plan(
        self,
        name: str,
        pairs: Iterable[tuple[Aircraft, Aircraft]],
        story: str,
        *,
        t: float = np.nan,
        d_h: float = np.nan,
        d_v: float = np.nan,
        encounters: int = 0,
        warning: str = "",
    ) -> None:
        """Note what was put into the sky on purpose."""
        ordered = tuple(sorted((min(a.address, b.address), max(a.address, b.address)) for a, b in pairs))
        self.planned.append(Planned(name, ordered, t, abs(d_h), abs(d_v), encounters, story, warning))

    def best(self, party: str, draw: Callable[[], Flight], *, excuse: Excuse | None = None) -> Flight:
        """Return, of up to TRIES drawn flights, the first with no unplanned encounter, else the one with fewest.

        Args:
            party: of the aircraft that will fly it.
            draw: draws a flight.
            excuse: the planned encounter, which does not count.
        """
        fewest: tuple[int, Flight] | None = None
        for _ in range(TRIES):
            flight = draw()
            count = self.conflicts(party, flight, excuse)
            if fewest is None or count < fewest[0]:
                fewest = (count, flight)
            if count == 0:
                break
        assert fewest is not None
        return fewest[1]

    def conflicts(self, party: str, flight: Flight, excuse: Excuse | None = None) -> int:
        """Return how many aircraft of other parties `flight` would come near to; out of the terminal area."""
        others = [k for k, a in enumerate(self.aircraft) if a.party != party]
        if not others:
            return 0
        own = self._look(flight.between(0.0, self.duration))
        t = LOOK_S * np.arange(own.shape[1])
        theirs = np.stack([self._looks[k] for k in others])
        with np.errstate(invalid="ignore"):
            d_h = np.hypot(theirs[:, 0] - own[0], theirs[:, 1] - own[1])
            d_v = np.abs(theirs[:, 2] - own[2])
            near = (d_h < ROOM * HORIZONTAL + 1000.0) & (d_v < ROOM * VERTICAL)
            near &= ~self.in_terminal(own[0], own[1], own[2])
        if excuse is not None:
            at = [self.aircraft[k].address for k in others].index(excuse.address)
            near[at] &= (t < excuse.t0) | (t > excuse.t1)
        return int(near.any(axis=1).sum())

    def in_terminal(self, x: F64, y: F64, z: F64) -> NDArray[np.bool_]:
        """Return where positions on the plane are within the exempt terminal area."""
        cx, cy, radius, ceiling = self.terminal
        radius *= self.scale(cx, cy)
        return np.asarray((np.hypot(x - cx, y - cy) < radius) & (z < ceiling), np.bool_)

    def scale(self, x: float, y: float) -> float:
        """Return metres on the plane for one metre on the earth at (x, y)."""
        return float(self.plane.scale(np.array([x]), np.array([y]))[0])

    def _look(self, flight: Flight) -> F64:
        t = np.arange(0.0, self.duration + LOOK_S / 2, LOOK_S)
        return np.stack(flight.at(t))
