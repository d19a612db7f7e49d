"""The rules along the stages: parties, nobody's aircraft, implausible tracks, numbers of encounters, pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from armslength.agreement.terms import default_terms
from armslength.domain.finding import Outcome
from armslength.domain.track import Marks, Oddity
from armslength.node.membership import load_membership
from armslength.node.replay import Request, replay
from armslength.node.stages import Stages
from armslength.units import NS

BEGIN_S = 1_767_258_000
MEMBERS = """
[[aircraft]]
party = "North"
member = "A"
category = "fast_jet"
addresses = ["4b0001", "4b0003"]
[[aircraft]]
party = "South"
member = "B"
category = "surveillance"
addresses = ["4b0002"]
"""


def flights(folder: Path, **apart: float) -> Path:
    """Write five minutes of aircraft side by side, so many metres east of the first."""
    rows = []
    for address, east in apart.items():
        for t in range(300):
            lat, lon = 46.0 + t * 200.0 / 6.37e6 * 57.2958, 8.0 + east / (6.37e6 * 0.6947) * 57.2958
            rows.append((BEGIN_S + t, address.removeprefix("x"), lat, lon, 30000.0, 389.0))
    names = ("time", "icao24", "lat", "lon", "altitude", "groundspeed")
    path = folder / "flights.csv"
    pl.DataFrame(rows, schema=list(names), orient="row").write_csv(path)
    return path


def found(path: Path, members: str | None = None):
    membership = None if members is None else load_membership(members, "members.toml", None)
    return replay(Request([path], default_terms(), "test", membership))


def test_a_breach_is_found_named_and_drawn(tmp_path: Path) -> None:
    out = found(flights(tmp_path, x4b0001=0.0, x4b0002=3000.0), MEMBERS)
    [one] = [f for f in out.findings if f.rule == "G01"]
    assert (one.outcome, one.first, one.second, one.encounter) == (Outcome.BREACH, "4b0001", "4b0002", 1)
    assert one.opened_ns == pytest.approx(BEGIN_S * NS, abs=2 * NS)
    seen = out.pictures[one.id]
    assert np.nanmin(seen.d_h_m) == pytest.approx(3000.0, rel=0.01) and seen.first.party == "North"


def test_a_pair_of_one_party_or_with_nobody_leaves_no_finding(tmp_path: Path) -> None:
    out = found(flights(tmp_path, x4b0001=0.0, x4b0003=2000.0, x4b0009=-2000.0), MEMBERS)
    assert out.findings == [] and out.encounters
    assert found(flights(tmp_path, x4b0001=0.0, x4b0003=2000.0)).findings


def test_what_rests_on_an_implausible_track_is_not_determinable(tmp_path: Path) -> None:
    out = found(flights(tmp_path, x4b0001=0.0, x4b0002=3000.0))
    stages = Stages.over(["a"], out.roster, default_terms(), None, out.tracker.epoch_ns)
    stages.conduct.found = list(out.findings)
    marks = Marks()
    marks.add(Oddity(out.roster.addresses.index("4b0002"), 100.0, 110.0, "level jumped"))
    [one] = [f for f in stages.conduct.findings(out.encounters, marks, out.tracker.epoch_ns) if f.rule == "G01"]
    assert one.outcome is Outcome.NOT_DETERMINABLE and "4b0002 level jumped" in one.explanation
    [other] = [f for f in stages.conduct.findings([], Marks(), out.tracker.epoch_ns) if f.rule == "G01"]
    assert (other.outcome, other.encounter) == (Outcome.BREACH, 0)


def test_old_findings_are_forgotten(tmp_path: Path) -> None:
    out = found(flights(tmp_path, x4b0001=0.0, x4b0002=3000.0))
    stages = Stages.over(["a"], out.roster, default_terms(), None, out.tracker.epoch_ns)
    stages.conduct.found = list(out.findings)
    stages.conduct.forget(out.findings[0].closed_ns)
    assert stages.conduct.found
    stages.conduct.forget(max(f.closed_ns for f in out.findings) + 1)
    assert stages.conduct.found == []
