"""The river: twelve minutes of two air forces on either bank, what a live watch must warn of and what not.

Everybody flies straight for minutes before a planned meeting, unless the plan says that it comes up late; so it is
known of each meeting how early a watch can know of it. Backgrounds are the racetracks of armslength.scenario.cast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from armslength.scenario.aircraft import (
    EXCLUDED,
    FIGHTER,
    LARGE_DRONE,
    NORTH,
    SOUTH,
    SURVEILLANCE,
    TANKER,
    TRANSPORT,
    Aircraft,
    Kind,
)
from armslength.scenario.cast import STATIONS, base_of, stations
from armslength.scenario.kinematics import Course, Flight, State, about, through
from armslength.scenario.passes import Pass, beside, hopped
from armslength.scenario.planned import FOUR_SHIP
from armslength.scenario.sensors import Radar, Reports, Source
from armslength.scenario.sky import Excuse, Sky
from armslength.scenario.station import wingman
from armslength.units import FL, FT, KT, NM

DURATION = 720.0
"""[s]"""
ON_STATION = ("DEPOT11", "LOFT32", "BRAMBLE1", "BRAMBLE5", "MARTEN7", "BASIN51", "BEACON61", "GNAT72",
              "SORREL1", "SORREL5", "STOAT7", "MIDGE82", "WARD3", "")  # fmt: skip
"""Call signs of those on station; "" is the light aircraft that nobody knows."""
STRAIGHT_S = 210.0
"""Both fly straight for so long [s] before they meet ..."""
AFTER_S = 60.0
"""... and for so long after it."""
BY_THE_RIVER = (55.0, 12.0)
"""Meetings are within so many nautical miles east or west, north or south of the middle."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One planned meeting. Speeds [m/s], level [m], distances at the closest point [m], time [s].

    Attributes:
        name: in truth.csv.
        t: of the closest point.
        party, kind, callsign, level: of the one who is met; it flies at the cruising speed of its kind.
        other_party, other_kind, other, speed: who meets it.
        d_h, d_v, crossing: as in Pass.
        warning: as in Planned.
        encounters: how many each pair has by it.
        why: what it is for, in words.
        hop: as in Pass: the other comes from so much farther in level.
        flights: both are flights of four.
    """

    name: str
    t: float
    party: str
    kind: Kind
    callsign: str
    level: float
    other_party: str
    other_kind: Kind
    other: str
    speed: float
    d_h: float
    d_v: float
    crossing: tuple[float, float]
    warning: str
    encounters: int
    why: str
    hop: float = 0.0
    flights: bool = False


SILENT = frozenset({"OSIER12", "GNAT11"})
"""Call signs of those that meet somebody and broadcast nothing: the other side has them from its radars alone."""
FAST = FIGHTER.cruise
MEETINGS = (
    Meeting("head-on", 195, NORTH, FIGHTER, "TEASEL11", 270 * FL, SOUTH, FIGHTER, "OSIER11", FAST, 1.0 * NM, 300 * FT,
            (172, 188), "early", 1, "meets head-on at over 900 kt of closure"),
    Meeting("excluded-force", 260, NORTH, FIGHTER, "TEASEL12", 210 * FL, EXCLUDED, FIGHTER, "WARD11", FAST, 1.0 * NM,
            -400 * FT, (70, 130), "own", 0, "of an excluded force crosses: NORTH warns its own crew and tells nobody"),
    Meeting("converging", 330, NORTH, SURVEILLANCE, "LOFT11", 310 * FL, SOUTH, FIGHTER, "OSIER12", FAST, 1.2 * NM,
            -400 * FT, (70, 110), "early", 1, "converges from the side"),
    Meeting("level-change", 390, SOUTH, TANKER, "BASIN11", 240 * FL, NORTH, FIGHTER, "TEASEL13", FAST, 350 * FT,
            150 * FT, (60, 140), "short", 1, "comes down 3,800 ft and up again: a near miss that nobody sees early",
            hop=3800 * FT),
    Meeting("unknown-level", 420, NORTH, LARGE_DRONE, "KITE12", 160 * FL, SOUTH, LARGE_DRONE, "GNAT11", 170 * KT,
            1.0 * NM, 800 * FT, (70, 140), "level", 1, "crosses; the radars of NORTH learn no level of it"),
    Meeting("overtaking", 455, NORTH, TRANSPORT, "HERON11", 330 * FL, SOUTH, FIGHTER, "OSIER13", 560 * KT, 0.8 * NM,
            300 * FT, (3, 7), "early", 1, "overtakes from behind"),
    Meeting("five-miles", 485, NORTH, FIGHTER, "TEASEL14", 290 * FL, SOUTH, FIGHTER, "OSIER14", FAST, 5.0 * NM,
            200 * FT, (60, 150), "none", 0, "passes at five miles: nothing to warn of"),
    Meeting("four-thousand-feet", 510, SOUTH, FIGHTER, "OSIER15", 190 * FL, NORTH, FIGHTER, "TEASEL15", FAST, 0.5 * NM,
            4000 * FT, (60, 150), "none", 0, "passes 4,000 ft above: nothing to warn of"),
    Meeting("four-on-four", 565, NORTH, FIGHTER, "TEASEL21", 350 * FL, SOUTH, FIGHTER, "OSIER21", FAST, 1.5 * NM,
            300 * FT, (150, 170), "early", 1, "and three more meet a flight of four: sixteen pairs, one alarm",
            flights=True),
    Meeting("pop-up", 630, NORTH, LARGE_DRONE, "KITE13", 100 * FL, SOUTH, FIGHTER, "OSIER16", FAST, 0.9 * NM,
            -300 * FT, (60, 140), "short", 1, "comes up from under the horizon of the radars", hop=2600.0),
)  # fmt: skip

SENSORS: dict[str, tuple[Source, ...]] = {
    NORTH: (
        Reports("own reports", NORTH, 1.0, 6.0, 400 * NM, 0.985, 0.8, 10.0, 0.4),
        Reports("broadcasts", "", 1.0, 8.0, 200 * NM, 0.96, 1.0, 10.0, 0.3),
        Radar("terminal radar", 62 * NM, 92 * NM, 60, 4.0, 200 * NM, 35, 0.05, 25 * FT, 0.97, (310, 335), 4500, 1.0,
              15, 0.6),
        Radar("long-range radar", -70 * NM, 96 * NM, 900, 5.0, 200 * NM, 60, 0.07, 100 * FT, 0.96, (100, 112), 2500,
              0.8, 15, 0.9),
    ),
    SOUTH: (
        Reports("own reports", SOUTH, 1.0, 6.0, 400 * NM, 0.985, 0.8, 10.0, 0.5),
        Reports("broadcasts", "", 1.0, 8.0, 200 * NM, 0.96, 1.0, 10.0, 0.3),
        Radar("area radar", 4 * NM, -96 * NM, 350, 5.0, 200 * NM, 45, 0.06, 25 * FT, 0.96, (200, 230), 6000, 1.0, 15,
              0.9),
        Radar("coast radar", 74 * NM, -88 * NM, 120, 4.0, 200 * NM, 40, 0.06, 100 * FT, 0.96, (20, 35), 3000, 1.0, 15,
              0.7),
    ),
}  # fmt: skip
"""The sources of each party by the river, best first. Two radars each: what only one source shows is trusted less."""


def compose(sky: Sky) -> None:
    """Put everybody into the sky: who is on station, and every meeting."""
    stations(sky, [s for s in STATIONS if s.callsign in ON_STATION])
    for meeting in MEETINGS:
        _meet(sky, meeting)


def _meet(sky: Sky, m: Meeting) -> None:
    rng = sky.rng

    def met() -> Flight:
        x, y = (float(rng.uniform(-reach, reach)) * NM for reach in BY_THE_RIVER)
        at = State(m.t, x, y, m.level, float(rng.uniform(0.0, 2 * math.pi)), m.kind.cruise)
        return _straight_through(at, m.party, m.kind, int(rng.integers(2)))

    flight = sky.best(m.party, met)
    first = sky.add(m.party, m.kind, m.callsign, flight, broadcasts=m.callsign not in SILENT)

    def meeting() -> Flight:
        crossing = float(rng.uniform(*m.crossing)) * float(rng.choice([-1.0, 1.0]))
        how = Pass(
            m.d_h, m.d_v, crossing, float(rng.choice([-1.0, 1.0])), m.speed, steady=_hump_s(m), away=(0, 0), hop=m.hop
        )
        passer = _straight_through(
            beside(sky, first.flight, m.t, how), m.other_party, m.other_kind, int(rng.integers(2))
        )
        return hopped(passer, m.t, how) if m.hop else passer

    excuse = Excuse(first.address, m.t - 90.0, m.t + 90.0)
    met_by = sky.best(m.other_party, meeting, excuse=excuse)
    second = sky.add(m.other_party, m.other_kind, m.other, met_by, broadcasts=m.other not in SILENT)
    ones, others = [first], [second]
    if m.flights:
        ones, others = _flight_of_four(sky, first), _flight_of_four(sky, second)
    story = f"{m.other} ({m.other_party}) {m.why} ({m.callsign})."
    pairs = [(one, other) for one in ones for other in others]
    sky.plan(m.name, pairs, story, t=m.t, d_h=m.d_h, d_v=m.d_v, encounters=m.encounters, warning=m.warning)


def _straight_through(at: State, party: str, kind: Kind, base: int) -> Flight:
    """Return a level flight from one aerodrome of `party` through `at`, straight around it, towards the other one."""
    after = Course(at).straight(AFTER_S).toward(*base_of(party, base), g=kind.turn)
    before = Course(about(at)).straight(STRAIGHT_S).toward(*base_of(party, 1 - base), g=kind.turn)
    return through(before, after)


def _hump_s(m: Meeting) -> float:
    """Return the `steady` of Pass that makes the change of level as quick as the kind can, and no quicker [s]."""
    if not m.hop:
        return STRAIGHT_S
    return 5.0 + math.ceil(6.0 * 0.2863 * m.hop / (0.95 * m.other_kind.steepest))


def _flight_of_four(sky: Sky, lead: Aircraft) -> list[Aircraft]:
    four = [lead]
    for k, (right, above, behind) in enumerate(FOUR_SHIP):
        flight = wingman(lead.flight, right, above, behind)
        four.append(sky.add(lead.party, lead.kind, f"{lead.callsign[:-1]}{k + 2}", flight, broadcasts=lead.broadcasts))
    return four
