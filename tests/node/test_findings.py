"""Joined stays to what people read: names in order, places, parties, and doubts that name the aircraft."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from armslength.agreement.terms import default_terms
from armslength.domain.encounter import CERTAIN, INSIDE, NOT_DETERMINABLE
from armslength.domain.plot import Roster
from armslength.domain.track import Marks, Oddity
from armslength.engine.joining import Joined
from armslength.kernel import passage
from armslength.node.belonging import Belonging
from armslength.node.findings import Findings
from kernel.flights import surface

EPOCH = 1_700_000_000 * 10**9


def joined(lat=47.0, lon=8.0, **said) -> Joined:
    """Return an encounter of aircraft 0 and 1, closest at 20.25 s, inside for certain."""
    x, y, z = surface(math.radians(lat), math.radians(lon))
    row = dict.fromkeys(passage.FIELDS, 0.0) | {
        "kind": passage.NOMINAL, "t_in": 10.0, "t_out": 40.0, "ratio": 0.5, "t_ratio": 20.25, "d_h": 2000.0,
        "d_v": 100.0, "error_h": 200.0, "error_v": 50.0, "x": x, "y": y, "z": z, "alt": 9000.0, "slant": 2002.0,
        "t_slant": 30.0, "slant_low": 1800.0, "slant_high": 2205.0, "unseen": 0.0, "begun_unseen": 0.0,
    } | said  # fmt: skip
    stay = [float(row[name]) for name in passage.FIELDS]
    found = Joined(0, 1, 10.0, 40.0, stay)
    found.add(stay)
    found.certain.add(12.0, 38.0)
    return found


def findings(addresses=("4b0001", "4b0002"), marks=()) -> Findings:
    roster = Roster()
    for k, address in enumerate(addresses):
        roster.index(address)
        roster.saw_callsign(k, f"SIGN{k}", EPOCH)
    terms = default_terms()
    known = Marks()
    for mark in marks:
        known.add(mark)
    return Findings(terms, roster, Belonging(terms, None, roster), known, EPOCH)


def test_the_lower_address_comes_first_with_all_that_is_its():
    one = findings().encounter(1, joined())
    other = findings(("4b0002", "4b0001")).encounter(1, joined())
    assert (one.first, one.second, one.first_callsign, one.second_callsign) == ("4b0001", "4b0002", "SIGN0", "SIGN1")
    assert (other.first, other.second) == ("4b0001", "4b0002")
    assert (other.first_callsign, other.second_callsign) == ("SIGN1", "SIGN0")
    swapped = replace(other, first_callsign="SIGN0", second_callsign="SIGN1")
    assert repr(swapped) == repr(one)


@pytest.mark.parametrize("lat", [-90.0, -89.99, -45.0, 0.0, 0.001, 30.0, 60.0, 89.99, 90.0])
@pytest.mark.parametrize("lon", [-180.0, -90.0, 0.0, 8.0, 179.9999])
def test_the_place_is_geodetic(lat, lon):
    e = findings().encounter(1, joined(lat, lon))
    assert e.lat == pytest.approx(lat, abs=1e-8)
    assert abs(lat) == 90.0 or math.remainder(e.lon - lon, 360.0) == pytest.approx(0.0, abs=1e-8)
    spherical = math.degrees(math.atan2(surface(math.radians(30.0), 0.0)[2], surface(math.radians(30.0), 0.0)[0]))
    assert abs(spherical - 30.0) > 0.1  # control: the angle at the centre would be noticed


def test_times_are_utc_and_whole_nanoseconds():
    e = findings().encounter(7, joined())
    assert (e.opened - EPOCH, e.t_closest - EPOCH, e.closed - EPOCH) == (10 * 10**9, 20_250_000_000, 40 * 10**9)
    assert e.t_slant - EPOCH == 30 * 10**9
    assert (e.encounter, e.level, e.certainty, e.dwell_s, e.note) == (7, INSIDE, CERTAIN, 30.0, "")


@pytest.mark.parametrize(
    ("mark", "doubted"),
    [
        (Oddity(0, 20.0, 21.0, "level jumped"), True), (Oddity(1, 29.0, 31.0, "level jumped"), True),
        (Oddity(0, 20.3, 29.9, "level jumped"), False), (Oddity(0, 31.0, 50.0, "level jumped"), False),
        (Oddity(2, 0.0, 100.0, "level jumped"), False),
    ],
)  # fmt: skip
def test_a_mark_counts_where_the_two_were_closest(mark, doubted):
    e = findings(("4b0001", "4b0002", "4b0003"), [mark]).encounter(1, joined())
    assert (e.certainty == NOT_DETERMINABLE) == doubted
    expected = f"rests on an implausible track: 4b000{mark.aircraft + 1} level jumped" if doubted else ""
    assert e.note == expected


def test_marks_of_one_kind_that_overlap_are_one():
    marks = Marks()
    for since in (0.0, 100.0, 50.0):
        marks.add(Oddity(0, since, since + 60.0, "level jumped"))
    assert marks.why(0, 155.0, 155.0) == "level jumped"
    assert marks.why(0, 161.0, 200.0) == ""
    assert marks.why(1, 10.0, 10.0) == ""


def test_an_unknown_level_has_no_vertical_bound_and_no_slant():
    stay = {
        "kind": passage.UNKNOWN_LEVEL,
        "d_v": math.nan,
        "slant": math.inf,
        "datum": passage.NO_LEVEL,
        "alt": math.nan,
    }
    found = joined(**stay)
    found.level_known = False
    e = findings().encounter(1, found)
    assert math.isnan(e.error_v_m)
    assert math.isnan(e.slant_m)
    assert e.t_slant == e.t_closest
    assert e.certainty == NOT_DETERMINABLE
    assert np.isfinite(e.d_h_m)
