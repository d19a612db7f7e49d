"""The standing cast: tankers with receivers, surveillance orbits, drones, patrols, transports, and the others.

Places are in nautical miles east and north of the middle of the area, levels in flight levels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from armslength.scenario.aircraft import (
    EXCLUDED,
    FIGHTER,
    HELICOPTER,
    LARGE_DRONE,
    LIGHT,
    NORTH,
    SMALL_DRONE,
    SOUTH,
    SURVEILLANCE,
    TANKER,
    TRANSPORT,
    UNKNOWN,
    Aircraft,
    Kind,
)
from armslength.scenario.kinematics import Course, Flight, State, about, through
from armslength.scenario.patterns import home, lap_s, orbit, racetrack
from armslength.scenario.sky import Sky
from armslength.scenario.station import Place, keep_station, wingman
from armslength.units import FL, FT, NM

BASES = {
    NORTH: ((-62.0, 104.0), (68.0, 98.0)),
    SOUTH: ((-48.0, -102.0), (58.0, -106.0)),
    EXCLUDED: ((-112.0, -30.0), (-112.0, -30.0)),
    UNKNOWN: ((112.0, -58.0), (112.0, -58.0)),
}
"""Aerodromes of each side [NM east, north]."""


@dataclass(frozen=True, slots=True)
class Station:
    """A racetrack to be flown all day: middle [NM], heading of its first leg [deg], leg [NM], level [FL]."""

    party: str
    kind: Kind
    callsign: str
    x: float
    y: float
    heading: float
    leg: float
    level: float
    broadcasts: bool = False
    barometric: bool = True
    pair: bool = False


STATIONS = (
    Station(NORTH, TANKER, "DEPOT11", -45, 55, 90, 50, 260, broadcasts=True),
    Station(NORTH, TANKER, "DEPOT12", 60, 52, 90, 40, 240, broadcasts=True),
    Station(NORTH, SURVEILLANCE, "LOFT31", 5, 88, 90, 80, 310),
    Station(NORTH, SURVEILLANCE, "LOFT32", -92, 25, 180, 62, 340),
    Station(NORTH, LARGE_DRONE, "KITE41", -22, 12, 40, 16, 180),
    Station(NORTH, LARGE_DRONE, "KITE42", 34, 16, 130, 18, 210),
    Station(NORTH, LARGE_DRONE, "KITE43", -66, -8, 75, 14, 150),
    Station(NORTH, FIGHTER, "BRAMBLE1", -88, 86, 20, 30, 290, pair=True),
    Station(NORTH, FIGHTER, "BRAMBLE3", 98, 70, 170, 32, 280, pair=True),
    Station(NORTH, FIGHTER, "BRAMBLE5", 4, 52, 90, 26, 330, pair=True),
    Station(NORTH, HELICOPTER, "MARTEN7", 66, 78, 60, 8, 15),
    Station(SOUTH, TANKER, "BASIN51", -40, -62, 90, 50, 255),
    Station(SOUTH, SURVEILLANCE, "BEACON61", 12, -88, 90, 76, 325),
    Station(SOUTH, LARGE_DRONE, "GNAT71", -14, -30, 20, 16, 195),
    Station(SOUTH, LARGE_DRONE, "GNAT72", 52, -40, 110, 18, 175),
    Station(SOUTH, SMALL_DRONE, "MIDGE81", -58, -66, 30, 3, 35, barometric=False),
    Station(SOUTH, SMALL_DRONE, "MIDGE82", 30, -70, 100, 3, 28, barometric=False),
    Station(SOUTH, SMALL_DRONE, "MIDGE83", -20, -12, 80, 4, 40),
    Station(SOUTH, FIGHTER, "SORREL1", -86, -78, 80, 28, 275, pair=True),
    Station(SOUTH, FIGHTER, "SORREL3", 96, -82, 100, 30, 305, pair=True),
    Station(SOUTH, FIGHTER, "SORREL5", 40, -60, 90, 24, 355, pair=True),
    Station(SOUTH, HELICOPTER, "STOAT7", -52, -84, 120, 8, 12),
    Station(EXCLUDED, FIGHTER, "WARD1", -106, -52, 10, 22, 220, pair=True),
    Station(EXCLUDED, TRANSPORT, "WARD3", -98, -20, 180, 30, 130),
    Station(UNKNOWN, LIGHT, "", 104, -30, 30, 12, 60),
)

OFFSET = {NORTH: 0.0, SOUTH: 500 * FT, UNKNOWN: 0.0}
"""SOUTH flies half a level off, so that nobody is apart by exactly the vertical minimum."""
RECEIVERS = 2
"""Fighters at each tanker."""
AIRWAYS = {
    NORTH: ((-124.0, 70.0), (124.0, 84.0)),
    SOUTH: ((-124.0, -76.0), (124.0, -70.0)),
    UNKNOWN: ((-124.0, 0.0), (124.0, 4.0)),
}
"""Where transports enter and leave [NM], give or take; they bend in the middle."""


def base_of(party: str, index: int) -> tuple[float, float]:
    """Return an aerodrome of `party` on the plane [m]."""
    x, y = BASES[party][index % 2]
    return x * NM, y * NM


def stations(sky: Sky, which: Sequence[Station] = STATIONS) -> dict[str, Aircraft]:
    """Put the racetracks into the sky; return their (lead) aircraft by call sign."""
    found: dict[str, Aircraft] = {}
    for index, s in enumerate(which):
        flight = _on_station(sky, s, index)
        lead = sky.add(s.party, s.kind, s.callsign, flight, broadcasts=s.broadcasts, barometric=s.barometric)
        found[s.callsign or lead.address] = lead
        if s.pair:
            second = s.callsign[:-1] + str(int(s.callsign[-1]) + 1)
            sky.add(s.party, s.kind, second, wingman(flight, 160.0, 60.0, 4.0))
    return found


def receivers(sky: Sky, tanker: Aircraft, number: int, at: float) -> list[Aircraft]:
    """Put fighters into the sky that wait beside `tanker`, take fuel one after the other from `at` on, and go home."""
    name = {NORTH: "LARCH", SOUTH: "CLOVER"}[tanker.party]
    heading = tanker.flight.state(at).heading
    joined = []
    for k in range(RECEIVERS):
        begin = at + 700.0 * k
        wait = Place(at - 30.0, -1400.0 - 500.0 * k, -300.0 - 400.0 * k, -60.0)
        aside = Place(begin + 120.0, 0.0, -150.0, -30.0)
        contact = Place(begin + 180.0, 0.0, -28.0, -9.0)
        clear = Place(begin + 560.0, 1500.0, -300.0, 60.0)
        path = keep_station(
            tanker.flight, heading, (wait, Place(begin, wait.right, wait.ahead, wait.above), aside, contact, clear),
            hold=(0, 0, 10, 300, 0),
        )  # fmt: skip
        first, last = path.state(path.t0), path.state(path.t1)
        base = base_of(tanker.party, k)
        before = home(Course(about(first)).straight(60.0).turn(60.0, g=1.2), FIGHTER, base, rate=FIGHTER.climb)
        after = home(Course(last).straight(20.0).turn(75.0, g=1.5), FIGHTER, base, rate=FIGHTER.climb)
        flight = before.fly().reversed_about(first.t).then(path).then(after.fly())
        joined.append(sky.add(tanker.party, FIGHTER, f"{name}{number}{k + 1}", flight))
    return joined


def transports(sky: Sky, party: str, count: int, name: str) -> None:
    """Put `count` transports of `party` on the airways, spread over the day, clear of the other party's aircraft."""
    for k in range(count):
        flight = sky.best(party, lambda k=k: _airway(sky, party, (k + 0.5) / count))  # type: ignore[misc]
        sky.add(party, TRANSPORT, f"{name}{k + 1}" if name else "", flight, broadcasts=True)


def sorties(sky: Sky, party: str, count: int, name: str) -> None:
    """Put `count` pairs of fighters into the sky that take off, go to a place in their own half, and come home."""
    for k in range(count):
        flight = sky.best(party, lambda k=k: _sortie(sky, party, k, (k + 0.5) / count))  # type: ignore[misc]
        sky.add(party, FIGHTER, f"{name}{2 * k + 1}", flight)
        sky.add(party, FIGHTER, f"{name}{2 * k + 2}", wingman(flight, -170.0, -80.0, 5.0))


def _on_station(sky: Sky, s: Station, index: int) -> Flight:
    """Return a flight on station from the start of the scenario on, at a random phase of its racetrack."""
    heading, leg = math.radians(s.heading), s.leg * NM
    speed = s.kind.cruise
    lap = lap_s(s.kind, leg, speed)
    x = s.x * NM - 0.5 * leg * math.sin(heading)
    y = s.y * NM - 0.5 * leg * math.cos(heading)
    began = -math.floor(float(sky.rng.uniform(0.02, 0.98)) * lap)
    state = State(float(began), x, y, s.level * FL, heading, speed)
    until = sky.duration * float(sky.rng.uniform(0.92, 1.5))
    return orbit(s.kind, entry=state, leg=leg, until=until, base=base_of(s.party, index))


def _airway(sky: Sky, party: str, when: float) -> Flight:
    rng = sky.rng
    ends = [(x * NM, (y + rng.uniform(-14, 14)) * NM) for x, y in AIRWAYS[party]]
    if rng.random() < 0.5:
        ends.reverse()
    (x0, y0), (x1, y1) = ends
    level = float(rng.integers(20, 42)) * 10 * FL + OFFSET[party]
    speed = TRANSPORT.cruise * float(rng.uniform(0.94, 1.1))
    began = math.floor((when * 1.2 - 0.25) * sky.duration + float(rng.uniform(-300, 300)))
    course = Course(State(float(began), x0, y0, level, math.atan2(x1 - x0, y1 - y0), speed))
    middle = (0.5 * (x0 + x1) + rng.uniform(-25, 25) * NM, 0.5 * (y0 + y1) + rng.uniform(-8, 8) * NM)
    course.toward(*middle, g=TRANSPORT.turn)
    if rng.random() < 0.5:
        course.climb(level + float(rng.choice([-20, 20])) * FL, rate=TRANSPORT.climb * 0.7)
    return course.toward(x1, y1, g=TRANSPORT.turn).fly()


def _sortie(sky: Sky, party: str, index: int, when: float) -> Flight:
    rng = sky.rng
    own = 1.0 if party == NORTH else -1.0
    x, y = float(rng.uniform(-100, 100)) * NM, own * float(rng.uniform(22, 96)) * NM
    heading, level = float(rng.uniform(0, 2 * math.pi)), float(rng.integers(14, 42)) * 10 * FL + OFFSET[party]
    began = math.floor(when * 0.85 * sky.duration + 500 + float(rng.uniform(-400, 400)))
    entry = State(float(began), x, y, level, heading, FIGHTER.cruise)
    base = base_of(party, index)
    after = racetrack(Course(entry), FIGHTER, float(rng.uniform(12, 25)) * NM, began + float(rng.uniform(300, 1500)))
    before = home(Course(about(entry)).straight(30.0), FIGHTER, base, rate=float(rng.uniform(40, 75)))
    return through(before, home(after, FIGHTER, base))
