"""Visits for the tests of the rules about places: flights past blocks and sites, terms that name these."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from hypothesis import strategies as st

from armslength.agreement.area import Area, Box, Circle
from armslength.agreement.articles import Block, ProtectedSite
from armslength.agreement.depth import depth_m
from armslength.agreement.terms import Party, Terms, default_terms
from armslength.domain.visit import Visit
from armslength.engine.discipline.entry import Case, Told, Who
from armslength.engine.discipline.places import places
from armslength.units import FT, NM, NS

EPOCH_NS = 1_446_541_200 * NS
LAT = 36.0
PARTIES = (Party("North", ("A",)), Party("South", ("B",)))
BLOCK = Block(Area("river", box=Box(35.0, 38.0, 37.0, 39.0), floor_m=0.0, ceiling_m=12000.0), "North")
SITE = ProtectedSite("dam", "North", 36.0, 38.5, 1852.0, 6000.0)
ME, MN = 90163.0, 110958.0
"""Metres in a degree of longitude and of latitude at 36 N."""


def terms_with(block: Block = BLOCK, site: ProtectedSite = SITE, **conduct: dict[str, float]) -> Terms:
    """Return terms of two parties with one block and one site; other figures of rules by id."""
    terms = default_terms()
    rules = dict(terms.conduct)
    for number, figures in conduct.items():
        rules[number] = replace(rules[number], figures={**rules[number].figures, **figures})
    return replace(terms, parties=PARTIES, blocks=(block,), protected_sites=(site,), conduct=rules)


def flown(
    east_nm, level_ft=20000.0, *, error_h=80.0, error_v=38.1, holes=(), kind=0, terms=None, party="South", north=()
):
    """Return a visit to the block (kind 0) or the site (kind 1), one sample a second.

    Args:
        east_nm: where it is east of the western edge of the block, or of the site, at 36 N, each second.
        north: [NM] of 36 N, each second; empty: on it. level_ft: each second, or one.
        holes: seconds (from, until) that nobody knows.
    """
    terms = terms or terms_with()
    place = places(terms)[kind]
    e = np.asarray(east_nm, np.float64)
    n = len(e)
    lat = LAT + np.asarray(north if len(north) else np.zeros(n)) * NM / MN
    lon = (38.0 if kind == 0 else SITE.lon) + e * NM / ME
    keep = np.ones(n, np.bool_)
    for a, b in holes:
        keep[a:b] = False
    full = np.ones(n)
    columns = [np.arange(n, dtype=float), lat, lon, level_ft * FT * full, depth_m(place.area, lat, lon),
               error_h * full, error_v * full, full]  # fmt: skip
    return Visit(place, 0, party, EPOCH_NS, *(one[keep] for one in columns))


def case_of(
    visit: Visit, terms: Terms | None = None, told: Told | None = None, address="b00001", uncrewed=False
) -> Case:
    return Case(visit, Who(address, uncrewed), terms or terms_with(), told or Told())


def crossing(deepest_nm: float, seconds: int, before: int = 60) -> list[float]:
    """Return a way into the block and out again: inside by `deepest_nm` for so many seconds, stepping over the edge."""
    return [-1.0] * before + [deepest_nm] * seconds + [-1.0] * before


def samples(visit: Visit) -> list[SimpleNamespace]:
    """Return the samples of a visit for a slow reading."""
    v = visit
    names = ("t", "lat", "lon", "level_m", "depth_m", "error_h_m", "error_v_m")
    return [SimpleNamespace(i=i, **{name: float(getattr(v, name)[i]) for name in names}) for i in range(len(v))]


@st.composite
def visits_drawn(draw, kind: int, terms: Terms) -> Visit:
    """Any visit: wandering over the edge, errors from small to useless, holes, levels that come and go."""
    n = draw(st.integers(2, 400))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pace = draw(st.sampled_from([0.01, 0.04, 0.1]))
    east = draw(st.floats(-1.5, 2.5)) + np.cumsum(rng.normal(0.0, pace, n) + draw(st.floats(-0.03, 0.03)))
    level = draw(st.sampled_from([15000.0, 19600.0, 39300.0, 45000.0, math.nan])) + np.cumsum(rng.normal(0.0, 20.0, n))
    holes = []
    if draw(st.booleans()):
        a = draw(st.integers(0, n - 1))
        holes.append((a, min(a + draw(st.integers(1, 60)), n - 1)))
    visit = flown(
        east, level, error_h=draw(st.sampled_from([5.0, 80.0, 400.0, 1500.0])),
        error_v=draw(st.sampled_from([38.1, 300.0])), holes=holes, kind=kind, terms=terms,
    )  # fmt: skip
    return visit


def circle(name: str, radius_m: float) -> Area:
    """Return a circle about the point 36 N 38.5 E."""
    return Area(name, circle=Circle(36.0, 38.5, radius_m))
