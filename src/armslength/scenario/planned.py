"""The encounters that are put into the sky on purpose: known aircraft, known times, known distances."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from armslength.scenario.aircraft import (
    FIGHTER,
    LARGE_DRONE,
    NORTH,
    SOUTH,
    TANKER,
    TRANSPORT,
    Aircraft,
    Kind,
)
from armslength.scenario.cast import base_of, receivers
from armslength.scenario.kinematics import Course, Flight, State, about, through
from armslength.scenario.passes import Pass, passing, shadowing, steady_moment
from armslength.scenario.patterns import home, lap_s, racetrack
from armslength.scenario.sky import Excuse, Sky
from armslength.scenario.station import Place, mirrored, wingman
from armslength.units import FL, FT, KT, NM

Stations = Mapping[str, Aircraft]


@dataclass(frozen=True, slots=True)
class Passing:
    """One planned pass: who passes whom, about when (share of the scenario), how far, and what it is for.

    Attributes:
        name: in truth.csv.
        passed: call sign of the aircraft on station.
        callsign, party, kind: the passer.
        share: when, as a share of the duration.
        d_h, d_v: at the closest point [m].
        crossing: from, to: the course of the passer against that of the passed [deg].
        speed: of the passer [m/s].
        encounters: how many it makes between the parties.
        why: what it is for, in words.
        away, hop: see Pass.
        formation: offsets of wingmen (right, above [m], behind [s]).
    """

    name: str
    passed: str
    callsign: str
    party: str
    kind: Kind
    share: float
    d_h: float
    d_v: float
    crossing: tuple[float, float]
    speed: float
    encounters: int
    why: str
    away: tuple[float, float] = (0.0, 1.5)
    hop: float = 0.0
    formation: tuple[tuple[float, float, float], ...] = ()


FAST = FIGHTER.cruise
MACH_1_2 = 690 * KT
"""Mach 1.2 at FL350 in the standard atmosphere."""
FOUR_SHIP = ((150.0, 40.0, 2.0), (-180.0, -50.0, 4.0), (-120.0, -90.0, 6.0))

PASSES = (
    Passing("ten-miles", "DEPOT11", "OSIER11", SOUTH, FIGHTER, 0.12, 10 * NM, 150 * FT, (60, 150), FAST, 0,
            "passes at ten miles: nothing to report"),
    Passing("five-miles", "LOFT31", "OSIER12", SOUTH, FIGHTER, 0.18, 5 * NM, 300 * FT, (60, 150), FAST, 0,
            "passes at five miles: nothing to report"),
    Passing("three-miles-outside", "DEPOT12", "OSIER13", SOUTH, FIGHTER, 0.25, 3.1 * NM, 200 * FT, (50, 150), FAST, 0,
            "grazes the minima from outside, at 3.1 NM"),
    Passing("three-miles-inside", "DEPOT11", "OSIER14", SOUTH, FIGHTER, 0.47, 2.9 * NM, 200 * FT, (50, 150), FAST, 1,
            "grazes the minima from inside, at 2.9 NM"),
    Passing("half-mile", "BASIN51", "TEASEL21", NORTH, FIGHTER, 0.36, 0.5 * NM, 200 * FT, (70, 160), FAST, 1,
            "passes at half a mile and breaks away at 5 g", (110.0, 5.0)),
    Passing("near-miss", "DEPOT12", "OSIER15", SOUTH, FIGHTER, 0.42, 398 * FT, 40 * FT, (60, 150), FAST, 1,
            "passes at a slant distance of 400 ft: a near miss", (-120.0, 4.5)),
    Passing("six-hundred-feet", "LOFT32", "OSIER16", SOUTH, FIGHTER, 0.47, 598 * FT, -50 * FT, (60, 150), FAST, 1,
            "passes below at a slant distance of 600 ft: close, and no near miss"),
    Passing("three-thousand-feet-inside", "BASIN51", "TEASEL22", NORTH, FIGHTER, 0.52, 0.8 * NM, -2900 * FT,
            (5, 9), 405 * KT, 1, "flies along below, comes up to 2,900 ft and goes down again", hop=700 * FT),
    Passing("three-thousand-feet-outside", "BEACON61", "TEASEL23", NORTH, FIGHTER, 0.22, 0.8 * NM, -3100 * FT,
            (5, 9), 405 * KT, 0, "flies along below, comes up to 3,100 ft and goes down again: nothing to report",
            hop=700 * FT),
    Passing("head-on", "BEACON61", "TEASEL24", NORTH, FIGHTER, 0.62, 1.5 * NM, 500 * FT, (176, 184), MACH_1_2, 1,
            "passes head-on at Mach 1.2, 1.5 NM to the side: the minima last seconds"),
    Passing("four-ship", "LOFT32", "OSIER31", SOUTH, FIGHTER, 0.68, 1.8 * NM, 300 * FT, (70, 140), FAST, 1,
            "a flight of four passes; each of the four has its own encounter", formation=FOUR_SHIP),
    Passing("drone", "GNAT71", "TEASEL25", NORTH, FIGHTER, 0.57, 1.2 * NM, 1000 * FT, (60, 150), FAST, 1,
            "a fighter passes a slow drone"),
    Passing("small-drone", "MIDGE83", "KITE44", NORTH, LARGE_DRONE, 0.50, 0.6 * NM, 250 * FT, (60, 150), 170 * KT, 1,
            "a drone passes a small drone, both in no hurry"),
    Passing("excluded-force", "WARD3", "TEASEL26", NORTH, FIGHTER, 0.40, 0.7 * NM, 400 * FT, (60, 150), FAST, 0,
            "passes a transport of an excluded force: not a matter of the agreement"),
    Passing("unidentified", "unidentified", "OSIER17", SOUTH, FIGHTER, 0.75, 1.0 * NM, 400 * FT, (60, 150), FAST, 0,
            "passes an aircraft that neither party knows: a matter of the own side only"),
    Passing("terminal-area", "HERON91", "CRAKE91", SOUTH, TRANSPORT, 0.33, 0.8 * NM, 300 * FT, (70, 110), 200 * KT, 0,
            "crosses at 0.8 NM inside the exempt terminal area: no minima there"),
    Passing("terminal-near-miss", "HERON92", "CRAKE92", SOUTH, TRANSPORT, 0.72, 248 * FT, 30 * FT, (70, 110),
            200 * KT, 1, "crosses at a slant distance of 250 ft inside the exempt terminal area: still a near miss"),
)  # fmt: skip


def plan_all(sky: Sky, on_station: dict[str, Aircraft]) -> None:
    """Put every planned encounter into the sky."""
    found = dict(on_station)
    for name, share in (("HERON91", 0.33), ("HERON92", 0.72)):
        found[name] = _through_terminal(sky, name, share)
    found["unidentified"] = next(a for a in on_station.values() if a.party not in ("NORTH", "SOUTH", "excluded"))
    for number, tanker in ((1, "DEPOT11"), (2, "DEPOT12"), (3, "BASIN51")):
        at = steady_moment(found[tanker].flight, sky.duration * (0.08 + 0.2 * number), 100.0)
        joined = receivers(sky, found[tanker], number, at)
        sky.plan(
            f"tanking-{number}", ((found[tanker], r) for r in joined), t=at,
            story=f"{', '.join(r.callsign for r in joined)} take fuel from {tanker}, of the same party: no encounter",
        )  # fmt: skip
    for p in PASSES:
        _pass(sky, found[p.passed], p)
    _shadow(sky, found["LOFT31"])
    _waver(sky, found["DEPOT11"])
    _return(sky, found["BEACON61"])
    _opposite_tankers(sky)


def _pass(sky: Sky, passed: Aircraft, p: Passing) -> None:
    t = steady_moment(passed.flight, p.share * sky.duration, 60.0)
    rng = sky.rng

    def draw() -> Pass:
        crossing = float(rng.uniform(*p.crossing)) * float(rng.choice([-1.0, 1.0]))
        return Pass(p.d_h, p.d_v, crossing, float(rng.choice([-1.0, 1.0])), p.speed, away=p.away, hop=p.hop)

    flight = sky.best(
        p.party,
        lambda: passing(sky, passed.flight, t, draw(), p.kind, base_of(p.party, int(rng.integers(2)))),
        excuse=Excuse(passed.address, t - 90.0, t + 90.0),
    )
    passer = sky.add(p.party, p.kind, p.callsign, flight, broadcasts=p.kind is TRANSPORT)
    pairs = [(passed, passer)]
    for k, (right, above, behind) in enumerate(p.formation):
        second = sky.add(p.party, p.kind, f"{p.callsign[:-1]}{k + 2}", wingman(flight, right, above, behind))
        pairs.append((passed, second))
    story = f"{p.callsign} ({p.party}) {p.why} ({passed.callsign or 'unidentified'})."
    sky.plan(p.name, pairs, story, t=t, d_h=p.d_h, d_v=p.d_v, encounters=p.encounters)


def _beside(sky: Sky, name: str, leader: Aircraft, callsign: str, places: list[Place], story: str) -> None:
    """Put a fighter into the sky that keeps `places` beside `leader`; times of places count from a steady moment."""
    party = SOUTH if leader.party == NORTH else NORTH
    length = places[-1].t - places[0].t
    begin = steady_moment(leader.flight, places[0].t, 0.5 * length + 10.0) - math.floor(0.5 * length)
    k = sky.scale(*_where(leader, begin + 0.5 * length))
    span = Excuse(leader.address, begin - 30.0, begin + length + 30.0)

    def draw() -> Flight:
        side = k * float(sky.rng.choice([-1.0, 1.0]))
        moved = [Place(begin + p.t - places[0].t, p.right * side, p.ahead * k, p.above) for p in places]
        away = float(sky.rng.uniform(50.0, 110.0)), float(sky.rng.uniform(50.0, 110.0))
        first = int(sky.rng.integers(2))
        return shadowing(leader.flight, moved, FIGHTER, (base_of(party, first), base_of(party, 1 - first)), away)

    other = sky.add(party, FIGHTER, callsign, sky.best(party, draw, excuse=span))
    closest = min(places, key=lambda p: abs(p.right))
    sky.plan(
        name, [(leader, other)], f"{callsign} ({party}) {story} ({leader.callsign}).",
        t=begin + closest.t - places[0].t, d_h=closest.right, d_v=closest.above, encounters=1,
    )  # fmt: skip


def _shadow(sky: Sky, leader: Aircraft) -> None:
    near, far = 1.3 * NM, 6.0 * NM
    at = 0.80 * sky.duration
    places = [
        Place(at, far, -2 * NM, 600 * FT), Place(at + 130, near, 0, 300 * FT), Place(at + 280, 1.1 * NM, 0, 300 * FT),
        Place(at + 430, near, 0, 300 * FT), Place(at + 570, far, 2 * NM, 600 * FT),
    ]  # fmt: skip
    story = "comes alongside and stays for minutes at a little over a mile: longer than the terms allow"
    _beside(sky, "shadowing", leader, "OSIER41", places, story)


def _waver(sky: Sky, leader: Aircraft) -> None:
    at = 0.62 * sky.duration
    places = [
        Place(at, -5 * NM, 0, 200 * FT), Place(at + 70, -2.75 * NM, 0, 200 * FT),
        Place(at + 120, -2.3 * NM, 0, 200 * FT), Place(at + 170, -2.75 * NM, 0, 200 * FT),
        Place(at + 190, -3.06 * NM, 0, 200 * FT), Place(at + 210, -2.75 * NM, 0, 200 * FT),
        Place(at + 290, -2.5 * NM, 0, 200 * FT), Place(at + 400, -6 * NM, 0, 200 * FT),
    ]  # fmt: skip
    story = "stays beside for over three minutes, out of the minima for some seconds in between: one stay"
    _beside(sky, "wavering", leader, "OSIER42", places, story)


def _return(sky: Sky, leader: Aircraft) -> None:
    at = 0.85 * sky.duration
    up = 150 * FT
    places = [
        Place(at, 6 * NM, 0, up), Place(at + 120, 2 * NM, 0, up), Place(at + 250, 4.6 * NM, 0, up),
        Place(at + 330, 4.6 * NM, 0, up), Place(at + 470, 1.0 * NM, 0, up), Place(at + 620, 6 * NM, 0, up),
    ]  # fmt: skip
    story = "comes inside, leaves for more than a minute, and comes back nearer: one encounter with two stays"
    _beside(sky, "re-entry", leader, "TEASEL43", places, story)


def _opposite_tankers(sky: Sky) -> None:
    """Two tankers of the two parties on racetracks that are each other's mirror: they meet once a lap, head-on."""
    speed, leg, apart = TANKER.cruise, 20.5 * NM, 2.2 * NM
    above = 850 * FT
    width = 2 * speed**2 / (9.80665 * math.sqrt(TANKER.turn**2 - 1.0))
    begin = 0.22 * sky.duration // 1
    entry = State(begin, 62 * NM, 7 * NM + width, 290 * FL, math.pi / 2, speed)
    laps = racetrack(Course(entry), TANKER, leg, begin + 2.5 * lap_s(TANKER, leg, speed))
    laps.straight(math.ceil(laps.now.t) - laps.now.t)
    path = laps.fly()
    met = begin + math.floor(0.5 * lap_s(TANKER, leg, speed) + 0.5 * leg / speed)
    near = path.state(met)  # about the middle of the southern leg
    k = sky.scale(near.x, near.y)
    south = mirrored(path, near.x, near.y - 0.5 * apart * k, above)
    flights = []
    for party, whole in ((NORTH, path), (SOUTH, south)):
        first, last = whole.state(whole.t0), whole.state(whole.t1)
        before = home(Course(about(first)).straight(60.0), TANKER, base_of(party, 1))
        after = home(Course(last).straight(60.0), TANKER, base_of(party, 1))
        flights.append(before.fly().reversed_about(first.t).then(whole).then(after.fly()))
    one = sky.add(NORTH, TANKER, "DEPOT13", flights[0], broadcasts=True)
    two = sky.add(SOUTH, TANKER, "BASIN52", flights[1])
    sky.plan(
        "opposite-orbits", [(one, two)], t=met, d_h=apart, d_v=above, encounters=3,
        story="DEPOT13 (NORTH) and BASIN52 (SOUTH) meet head-on once a lap, 2.2 NM apart and over ten minutes apart "
        "in time: three encounters.",
    )  # fmt: skip


def _through_terminal(sky: Sky, callsign: str, share: float) -> Aircraft:
    """Put a NORTH transport into the sky that crosses the terminal area straight, at 4,000 ft."""
    x, y, _, _ = sky.terminal
    heading, t = math.radians(float(sky.rng.uniform(60, 120))), math.floor(share * sky.duration)
    middle = State(float(t), x, y, 4000 * FT, heading, 210 * KT)
    base = base_of(NORTH, 1)
    after = home(Course(middle).straight(80.0).turn(-60.0, g=TRANSPORT.turn), TRANSPORT, base)
    before = home(Course(about(middle)).straight(80.0).turn(60.0, g=TRANSPORT.turn), TRANSPORT, base)
    return sky.add(NORTH, TRANSPORT, callsign, through(before, after), broadcasts=True)


def _where(aircraft: Aircraft, t: float) -> tuple[float, float]:
    state = aircraft.flight.state(t)
    return state.x, state.y
