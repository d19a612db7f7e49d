"""What the page shows: one frozen record, put together by the caller, read by every drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from armslength.domain.encounter import Backdrop, Encounter, Evidence, gravity
from armslength.domain.finding import Finding

Ring = Sequence[tuple[float, float]]
"""Corners (lat, lon) [deg] of a closed line, joined by great circles; the last one need not repeat the first.

Whoever means parallels (a box) or a circle gives corners close enough together.
"""


def _no_backdrop() -> Backdrop:
    return Backdrop(np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Report:
    """Everything that the page shows.

    Attributes:
        title: what was replayed, in a few words.
        summary: what `summary.json` holds; every key may be missing.
        encounters: all of them.
        evidence: by number of the encounter, of those that get a card.
        horizontal_m, vertical_m: the minima in force [m].
        near_miss_m: slant distance under which an encounter is a near miss [m].
        dwell_limit_s: longest stay inside that the terms allow [s]; NaN or infinite where they set none.
        areas: (name, kind, ring); kind is "area" or "exempt".
        backdrop: thinned positions of all traffic.
        generated_ns: when the page was made, UTC ns.
        findings: of the rules of conduct, all of them.
        pictures: of the gravest of these, by id: both flights around what was found.
    """

    title: str
    summary: Mapping[str, Any]
    encounters: Sequence[Encounter]
    evidence: Mapping[int, Evidence]
    horizontal_m: float
    vertical_m: float
    near_miss_m: float
    dwell_limit_s: float
    areas: tuple[tuple[str, str, Ring], ...] = ()
    backdrop: Backdrop = field(default_factory=_no_backdrop)
    generated_ns: int = 0
    findings: Sequence[Finding] = ()
    pictures: Mapping[str, Evidence] = field(default_factory=dict)


def worst_first(encounters: Iterable[Encounter]) -> list[Encounter]:
    """Return the encounters with the gravest ahead.

    Breaches come first, then near misses, then what is surer, then what is nearer; the number settles the rest.
    """
    return sorted(encounters, key=gravity)
