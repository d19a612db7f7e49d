"""Several aircraft that flew together are one finding (RULES 3.1 and 3.4): a flight of up to four within 1 NM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from armslength.agreement.depth import local_m
from armslength.domain.finding import Outcome
from armslength.engine.discipline.entry import Entry
from armslength.units import NM

__all__ = ["TOGETHER_M", "one_each"]

TOGETHER_M = 1.0 * NM
"""Aircraft of one party that are no further apart fly together [m]."""
MOST = 4
ORDER = (Outcome.BREACH, Outcome.NOT_DETERMINABLE, Outcome.NO_BREACH)


def one_each(entries: Sequence[Entry]) -> list[Entry]:
    """Return one entry for each flight: what the gravest of its aircraft's says, under the smallest of their addresses.

    In order of time; who came first leads. Which is the gravest may hang on the noise of whose plots they are.
    Which aircraft make a flight does not depend on the order of `entries`.
    """
    flights: list[list[Entry]] = []
    for one in sorted(entries, key=lambda entry: (entry.finding.opened_ns, entry.finding.rule, entry.finding.about)):
        home = next((flight for flight in flights if _belongs(one, flight)), None)
        if home is None:
            flights.append([one])
        else:
            home.append(one)
    return [_said(flight) for flight in flights]


def _belongs(one: Entry, flight: Sequence[Entry]) -> bool:
    lead = flight[0]
    alike = (one.finding.rule, one.finding.by, one.place) == (lead.finding.rule, lead.finding.by, lead.place)
    if not alike or len(flight) >= MOST or one.uncrewed or lead.uncrewed:
        return False
    return all(one.address != other.address for other in flight) and _together(one, lead)


def _together(one: Entry, other: Entry) -> bool:
    """Return whether they were within TOGETHER_M at some second at which both were there."""
    _, i, j = np.intersect1d(one.seconds, other.seconds, assume_unique=True, return_indices=True)
    if not len(i):
        return False
    return bool(np.any(np.hypot(*local_m(one.lat[i], one.lon[i], other.lat[j], other.lon[j])) <= TOGETHER_M))


def _said(flight: Sequence[Entry]) -> Entry:
    gravest = min(
        flight, key=lambda e: (ORDER.index(e.finding.outcome), e.finding.severity, e.finding.opened_ns, e.address)
    )
    if len(flight) == 1:
        return gravest
    more = sorted(one.address for one in flight if one.address != gravest.address)
    names = f"{', '.join(more[:-1])} and {more[-1]}" if len(more) > 1 else more[0]
    found, lead = gravest.finding, min(flight, key=lambda one: one.address)
    says = f"{found.explanation} That was {gravest.address}. In one flight with it: {names}."
    said = replace(found, about=lead.finding.about, first=lead.finding.first, explanation=says)
    return replace(gravest, finding=said)
