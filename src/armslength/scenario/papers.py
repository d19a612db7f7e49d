"""The papers of a scenario: the terms that both parties signed, who belongs to whom, and the story in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from armslength.agreement.terms import (
    Area,
    Circle,
    Party,
    Separation,
    Terms,
    Uncrewed,
    default_terms,
)
from armslength.agreement.writing import write_terms
from armslength.scenario.aircraft import EXCLUDED, NORTH, SOUTH, TRANSPORT, Aircraft
from armslength.scenario.sky import HORIZONTAL, VERTICAL, Sky
from armslength.units import G0, NM, stamp

FORCES = {NORTH: "Northern Air Arm", SOUTH: "Southern Air Arm"}
CARRIERS = {NORTH: "Northern Transport Command", SOUTH: "Southern Transport Command"}
GUARD = "Western Guard"
"""The excluded force; it stands beside SOUTH and is not bound."""
HALF_SIDE = 130 * NM
"""Half the side of the area of the agreement, on the plane [m]."""
RANGES = {NORTH: 0xD10000, SOUTH: 0xD20000, EXCLUDED: 0xD30000}
BLOCK = 0x8000


def agreement(sky: Sky) -> str:
    """Return the terms as TOML."""
    return write_terms(terms_of(sky))


def terms_of(sky: Sky) -> Terms:
    """Return the terms: the rule of threes between NORTH and SOUTH over the area of the scenario."""
    usual = default_terms()
    x, y = HALF_SIDE * np.array([-1.0, 1.0, 1.0, -1.0]), HALF_SIDE * np.array([-1.0, -1.0, 1.0, 1.0])
    lat, lon = sky.plane.geodetic(x, y)
    ring = tuple((round(float(a), 5), round(float(b), 5)) for a, b in zip(lat, lon, strict=True))
    tx, ty, radius, ceiling = sky.terminal
    (tlat,), (tlon,) = sky.plane.geodetic(np.array([tx]), np.array([ty]))
    middle = Circle(round(float(tlat), 5), round(float(tlon), 5), radius)
    hard = {name: replace(usual.manoeuvre[name], horizontal_mps2=5.0 * G0) for name in ("fast_jet", "unknown")}
    return Terms(
        title="Memorandum on flight safety between NORTH and SOUTH",
        version=1,
        area=Area("The area", ring=ring),
        exempt=(Area("Eastern terminal area", circle=middle, ceiling_m=ceiling),),
        parties=(_party(NORTH, ()), _party(SOUTH, (GUARD,))),
        separation=Separation(HORIZONTAL, VERTICAL, 180.0),
        near_miss=usual.near_miss,
        lookahead_s=usual.lookahead_s,
        manoeuvre={**usual.manoeuvre, **hard},
        blocks=tuple(sky.blocks),
    )


def members(sky: Sky) -> str:
    """Return the membership file as TOML: parties by range, categories by call sign (NORTH) or address (SOUTH)."""
    rows = [
        "# Who belongs to whom: the local file of a node, never part of the terms. All of it is invented;",
        "# no state holds these addresses.",
    ]
    for party in (NORTH, SOUTH):
        own = [a for a in sky.aircraft if a.party == party and a.kind is not TRANSPORT]
        first = RANGES[party]
        rows += _entry(party, "member", FORCES[party], [f'ranges = ["{first:06x}-{first + BLOCK - 1:06x}"]'])
        rows += _entry(
            party, "member", CARRIERS[party],
            ['category = "transport"', f'ranges = ["{first + BLOCK:06x}-{first + 2 * BLOCK - 1:06x}"]'],
        )  # fmt: skip
        for category in sorted({a.kind.category for a in own}):
            some = [a for a in own if a.kind.category == category]
            rows += _entry(party, "member", FORCES[party], [f'category = "{category}"', _listed(party, some)])
    first = RANGES[EXCLUDED]
    rows += _entry(SOUTH, "excluded", GUARD, [f'ranges = ["{first:06x}-{first + 2 * BLOCK - 1:06x}"]'])
    return "\n".join(rows) + "\n"


def story(sky: Sky, begins_ns: int) -> list[dict[str, Any]]:
    """Return what was put into the sky on purpose, in order of time, for scenario.json."""
    who = {a.address: a for a in sky.aircraft}
    rows = []
    for p in sorted(sky.planned, key=lambda p: p.t):
        rows.append(
            {
                "name": p.name,
                "at": stamp(begins_ns + round(p.t * 1e9)),
                "what": p.story,
                "pairs": [[a, b] for a, b in p.pairs],
                "callsigns": [[who[a].callsign, who[b].callsign] for a, b in p.pairs],
                "d_h_m": None if np.isnan(p.d_h) else round(p.d_h, 3),
                "d_v_m": None if np.isnan(p.d_v) else round(p.d_v, 3),
                "encounters_of_each_pair": p.encounters,
                "warning": p.warning,
            }
        )
    return rows


def _party(name: str, excluded: tuple[str, ...]) -> Party:
    drones = (Uncrewed("long-endurance drone", "uncrewed_large"), Uncrewed("small drone", "uncrewed_small"))
    return Party(name, (FORCES[name], CARRIERS[name]), excluded, drones)


def _entry(party: str, role: str, name: str, lines: list[str]) -> list[str]:
    return ["", "[[aircraft]]", f'party = "{party}"', f'{role} = "{name}"', *lines]


def _listed(party: str, some: list[Aircraft]) -> str:
    if party == NORTH:
        patterns = sorted({a.callsign.rstrip("0123456789") + "*" for a in some})
        return "callsigns = [" + ", ".join(f'"{pattern}"' for pattern in patterns) + "]"
    return "addresses = [" + ", ".join(f'"{a.address}"' for a in some) + "]"
