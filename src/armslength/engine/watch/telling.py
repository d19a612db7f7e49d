"""Telling: what is known of two elements, as an `Alert` with its reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees, hypot, isnan, nan

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.alert import Alert, Element, Tier
from armslength.domain.encounter import CERTAIN, NOT_DETERMINABLE, POSSIBLE
from armslength.domain.picture import COASTING, DATUMS, IMPLAUSIBLE, SINGLE, TENTATIVE, Snapshot, mark_words
from armslength.domain.plot import F64, I64, Bool
from armslength.engine.watch.pairs import FLATTER, Facts
from armslength.kernel import foresight as k

JOINED, JOINED_NEAR = "agreed join", "agreed join: a near miss sounds all the same"
DECLARED = "a join that only this side declared: nothing is silenced"
UNCONFIRMED = "unconfirmed: it appeared inside the minima without approaching, and nothing else bears it out"


@dataclass(frozen=True, slots=True)
class Scene:
    """All that alerts of one moment are told from; rows are of the snapshot.

    Attributes:
        joined, declared: pairs of agreed joins, and of joins that one side alone declared.
        loud: the tier of each pair that may sound: what of the tier believed rests on tracks that are believed too.
        unconfirmed: which pairs are, see `doubting`.
        flights: by the row of its leader, the addresses of every element of more than one, in order.
    """

    snapshot: Snapshot
    facts: Facts
    group: I64
    own: int
    terms: Terms
    x: F64
    lead: I64
    joined: frozenset[int]
    declared: frozenset[int]
    loud: Mapping[int, int]
    unconfirmed: Bool
    now_ns: int
    flights: Mapping[int, tuple[str, ...]]

    def loudest(self, pairs: list[tuple[int, int]]) -> int:
        """Return the highest tier of `pairs` that may sound; 0 where none may."""
        tier = max(min(self.loud.get(pair, 0), tier) for pair, tier in pairs)
        return tier if tier >= Tier.ALERT else 0

    def urgency(self, pair: int, tier: int) -> tuple[int, int, float, float, int]:
        """Return what puts the most urgent pair first; what may sound goes before what may not."""
        ahead = self.facts.ahead[pair]
        when = ahead[k.T_NEAR] if tier == Tier.NEAR else ahead[k.T_LOSS]
        when = float(ahead[k.T_CPA] if isnan(when) else when)
        return -self.loudest([(pair, tier)]), -tier, when, float(ahead[k.HMD]), pair


def certainty(scene: Scene, pair: int, tier: int) -> str:
    """Return how sure `tier` is of `pair`, should both fly on as they do."""
    ahead, terms = scene.facts.ahead[pair], scene.terms
    rows = [int(scene.facts.first[pair]), int(scene.facts.second[pair])]
    if scene.facts.level_unknown[pair] or any(int(scene.snapshot.marks[row]) & IMPLAUSIBLE for row in rows):
        return NOT_DETERMINABLE
    if tier == Tier.NEAR:
        slant, error = terms.near_miss.slant_m, float(ahead[k.ERROR_S])
        return NOT_DETERMINABLE if error >= slant else CERTAIN if ahead[k.SLANT] + error < slant else POSSIBLE
    if ahead[k.ERROR_H] >= terms.separation.horizontal_m or ahead[k.ERROR_V] >= terms.separation.vertical_m:
        return NOT_DETERMINABLE
    return CERTAIN if ahead[k.CERTAIN] > 0.0 else POSSIBLE


def element(scene: Scene, row: int) -> Element:
    """Return the element of the aircraft in `row`."""
    address = scene.snapshot.addresses[row]
    return Element(scene.flights.get(int(scene.lead[row]), (address,)), address)


def flights_of(snapshot: Snapshot, lead: I64) -> dict[int, tuple[str, ...]]:
    """Return the addresses of every element of more than one aircraft, in order, by the row of its leader."""
    out: dict[int, list[str]] = {}
    for row in np.flatnonzero(lead != np.arange(len(lead))).tolist():
        leader = int(lead[row])
        out.setdefault(leader, [snapshot.addresses[leader]]).append(snapshot.addresses[row])
    return {leader: tuple(sorted(addresses)) for leader, addresses in out.items()}


def tell(scene: Scene, pairs: list[tuple[int, int]], alert_id: str, opened_ns: int, heard: bool = False) -> Alert:
    """Return the alert of two elements.

    Args:
        pairs: (pair, tier believed) of every two of their aircraft.
        heard: another alert has sounded for them at this tier: this one does not.
    """
    pair, tier = min(pairs, key=lambda one: scene.urgency(*one)) if len(pairs) > 1 else pairs[0]
    facts, snapshot = scene.facts, scene.snapshot
    one, two = int(facts.first[pair]), int(facts.second[pair])
    first, second = element(scene, one), element(scene, two)
    if second.addresses < first.addresses:
        one, two, first, second = two, one, second, first
    ahead = facts.ahead[pair].tolist()
    t = max(float(ahead[k.T_CPA]), 0.0)
    lat, lon, alt = _middle(scene, one, two, t)
    third_party = min(int(scene.group[one]), int(scene.group[two])) < 0
    sureness = certainty(scene, pair, tier)
    # A near miss is hardly ever sure beforehand, but it is inside the minima too: as sure as that is it is told.
    told = (certainty(scene, pair, int(Tier.INSIDE)) if tier == Tier.NEAR else sureness) != NOT_DETERMINABLE
    automatic, notes = _notes(scene, pair, (one, two), third_party, tier)
    unconfirmed, sounds = bool(scene.unconfirmed[pair]), bool(scene.loudest(pairs)) and not heard
    shown = tier >= Tier.ALERT and not (facts.level_unknown[pair] or pair in scene.joined)
    loudness = "full" if sounds else "low" if unconfirmed and shown else "none"
    beyond = t >= scene.terms.lookahead_s
    if heard:
        notes = (*notes, "sounded already, together with others")
    return Alert(
        alert_id, first, second, Tier(tier), opened_ns, scene.now_ns, nan if beyond else t,
        scene.terms.lookahead_s if beyond else nan, ahead[k.T_LOSS], ahead[k.T_NEAR],
        ahead[k.HMD], ahead[k.VMD], ahead[k.D_H], ahead[k.D_V], ahead[k.ERROR_H],
        nan if facts.level_unknown[pair] else ahead[k.ERROR_V], sureness,
        tuple(sorted({*snapshot.names_of(one), *snapshot.names_of(two)})), _datum(scene, pair, one, two), lat, lon, alt,
        "first" if int(scene.group[one]) == scene.own else "second",
        sounds, loudness, unconfirmed, third_party, automatic and told, notes,
    )  # fmt: skip


def _interfered(snapshot: Snapshot, rows: tuple[int, int]) -> bool:
    """Return whether either track is where satellite navigation is interfered with."""
    at = list(rows)
    return snapshot.interference.active and bool(snapshot.interference.covers(snapshot.lat[at], snapshot.lon[at]).any())


def _notes(
    scene: Scene, pair: int, rows: tuple[int, int], third_party: bool, tier: int
) -> tuple[bool, tuple[str, ...]]:
    """Return whether nothing about the tracks forbids telling by itself, and everything the officer must know."""
    snapshot, automatic = scene.snapshot, True
    notes: list[str] = []
    for row in rows:
        marks = int(snapshot.marks[row])
        said: list[str] = []
        if marks & (IMPLAUSIBLE | SINGLE):
            automatic = False
            said += mark_words(marks & (IMPLAUSIBLE | SINGLE))
        if int(snapshot.state[row]) == TENTATIVE:
            automatic = False
            said.append("not yet believed")
        if int(snapshot.state[row]) == COASTING:
            automatic = False
            said.append(f"no plot for {snapshot.age_s[row]:.0f} s")
        notes += [f"{snapshot.addresses[row]}: {words}" for words in said]
    level = "level unknown: shown, never sounded by itself"
    wider = f"satellite navigation interference: {snapshot.interference.why}"
    for holds, words, forbids in (
        (bool(scene.facts.level_unknown[pair]), level, True),
        (bool(scene.facts.mixed[pair]), "levels on different datums", False),
        (third_party, "third party or unidentified: for the own side only", True),
        (pair in scene.joined, JOINED_NEAR if tier == Tier.NEAR else JOINED, True),
        (pair in scene.declared, DECLARED, False),
        (bool(scene.unconfirmed[pair]), UNCONFIRMED, True),
        (_interfered(snapshot, rows), wider, False),
    ):
        if holds:
            notes.append(words)
            automatic = automatic and not forbids
    return automatic, tuple(notes)


def _datum(scene: Scene, pair: int, one: int, two: int) -> str:
    if scene.facts.level_unknown[pair]:
        return "unknown"
    if scene.facts.mixed[pair]:
        return "mixed"
    said = {DATUMS[int(scene.snapshot.datum[row])] for row in (one, two)}
    return said.pop() if len(said) == 1 else scene.terms.datum


def _middle(scene: Scene, one: int, two: int, t: float) -> tuple[float, float, float]:
    """Return latitude, longitude [deg] and level [m] of the middle between two rows after `t` [s]."""
    p = scene.x[one] + scene.x[two]
    x, y, z = (p[:3] + p[3:] * t).tolist()
    lat = degrees(atan2(z, FLATTER * hypot(x, y)))
    level, climb = scene.snapshot.level_m, scene.snapshot.vs_mps
    ends = [float(level[row]) + (0.0 if isnan(climb[row]) else float(climb[row]) * t) for row in (one, two)]
    return lat, degrees(atan2(y, x)), 0.5 * (ends[0] + ends[1])
