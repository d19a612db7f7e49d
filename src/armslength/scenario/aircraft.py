"""The aircraft of a scenario: kinds with what they can do, who flies them, and what they tell others."""

from __future__ import annotations

from dataclasses import dataclass

from armslength.scenario.kinematics import Flight, load_factor
from armslength.units import FPM, KT

NORTH, SOUTH = "NORTH", "SOUTH"
EXCLUDED = "excluded"
"""Party of an aircraft that belongs to an excluded force."""
UNKNOWN = "unidentified"
"""Party of an aircraft that neither side knows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What aircraft of a kind can do.

    Attributes:
        name: what people call it.
        category: its category in the terms.
        cruise, approach, fastest: ground speeds [m/s].
        turn: load factor of its ordinary turns; hardest: of its hardest.
        climb, steepest: ordinary and greatest rate of climb or descent [m/s].
        thrust: ordinary change of speed [m/s2].
    """

    name: str
    category: str
    cruise: float
    approach: float
    fastest: float
    turn: float
    hardest: float
    climb: float
    steepest: float
    thrust: float


FIGHTER = Kind("fighter", "fast_jet", 460 * KT, 150 * KT, 700 * KT, load_factor(45), 5.0, 6000 * FPM, 15000 * FPM, 2.5)
TANKER = Kind(
    "tanker", "tanker", 400 * KT, 150 * KT, 480 * KT, load_factor(25), load_factor(30), 2000 * FPM, 4000 * FPM, 0.7
)
SURVEILLANCE = Kind(
    "surveillance", "surveillance", 390 * KT, 145 * KT, 460 * KT, load_factor(25), load_factor(30), 1800 * FPM,
    4000 * FPM, 0.7,
)  # fmt: skip
TRANSPORT = Kind(
    "transport", "transport", 430 * KT, 140 * KT, 510 * KT, load_factor(25), load_factor(30), 2000 * FPM, 4000 * FPM,
    0.7,
)  # fmt: skip
LARGE_DRONE = Kind(
    "large drone", "uncrewed_large", 170 * KT, 80 * KT, 260 * KT, load_factor(25), load_factor(35), 1200 * FPM,
    3000 * FPM, 0.5,
)  # fmt: skip
SMALL_DRONE = Kind(
    "small drone", "uncrewed_small", 55 * KT, 35 * KT, 110 * KT, load_factor(30), load_factor(45), 600 * FPM,
    1500 * FPM, 0.8,
)  # fmt: skip
HELICOPTER = Kind(
    "helicopter", "helicopter", 120 * KT, 40 * KT, 170 * KT, load_factor(25), load_factor(45), 1000 * FPM, 2500 * FPM,
    0.8,
)  # fmt: skip
LIGHT = Kind(
    "light aircraft", "unknown", 130 * KT, 65 * KT, 190 * KT, load_factor(30), load_factor(45), 700 * FPM, 2000 * FPM,
    0.8,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aircraft:
    """One aircraft of the scenario and the flight that it truly flies.

    Attributes:
        address: ICAO 24-bit address, lower-case hex, from a block that no state holds.
        callsign: as it is heard.
        party: NORTH, SOUTH, EXCLUDED or UNKNOWN.
        kind: what it is.
        flight: what it flies, within the scenario.
        broadcasts: it sends precise positions (like ADS-B) that both parties receive.
        barometric: it reports its level on standard pressure; without, only a geometric height is known.
    """

    address: str
    callsign: str
    party: str
    kind: Kind
    flight: Flight
    broadcasts: bool = False
    barometric: bool = True
