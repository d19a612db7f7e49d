"""The rules about places along the stages: parties, cuts, suspensions, implausible tracks, the table of findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from armslength.agreement.area import Area, Box
from armslength.agreement.articles import Block, ProtectedSite
from armslength.agreement.terms import Party, Terms, default_terms
from armslength.domain.finding import SUSPENDED, Outcome, Severity
from armslength.domain.track import Marks, Oddity
from armslength.domain.visit import Notice
from armslength.engine.conduct.regimes import Regimes, Window
from armslength.engine.conduct.told import LIGHTS_OFF, Reported
from armslength.engine.discipline.entry import Told
from armslength.node.membership import load_membership
from armslength.node.replay import Request, replay
from armslength.node.stages import Stages
from armslength.report.findings_tables import frame
from armslength.units import NS

BEGIN_S = 1_767_258_000
MEMBERS = """
[[aircraft]]
party = "North"
member = "A"
category = "fast_jet"
addresses = ["4b0001"]
[[aircraft]]
party = "South"
member = "B"
category = "surveillance"
addresses = ["4b0002", "4b0003"]
"""


def terms() -> Terms:
    block = Block(Area("river", box=Box(45.9, 8.1, 46.5, 8.4)), "North")
    site = ProtectedSite("dam", "North", 46.2, 8.2)
    parties = (Party("North", ("A",)), Party("South", ("B",)))
    return replace(default_terms(), parties=parties, blocks=(block,), protected_sites=(site,))


def flights(folder: Path, minutes: int = 20, **north: float) -> Path:
    """Write flights from 8.0 E eastwards at 250 m/s, each so many degrees north of 46 N; a plot every 4 s."""
    rows = []
    for k, (address, up) in enumerate(north.items()):
        for t in range(k, minutes * 60, 4):
            lon = 8.0 + t * 250.0 / 77500.0
            rows.append((BEGIN_S + t, address.removeprefix("x"), 46.0 + up, lon, 30000.0 + 4000.0 * k, 486.0))
    names = ("time", "icao24", "lat", "lon", "altitude", "groundspeed")
    path = folder / "flights.csv"
    pl.DataFrame(rows, schema=list(names), orient="row").sort("time").write_csv(path)
    return path


def found(path: Path, members: str | None = MEMBERS):
    membership = None if members is None else load_membership(members, "members.toml", None)
    return replay(Request([path], terms(), "test", membership))


def test_an_entry_and_an_overflight_are_found_and_stand_in_the_table(tmp_path: Path) -> None:
    out = found(flights(tmp_path, x4b0001=0.3, x4b0002=0.2, x4b0003=-0.5))
    told = {one.rule: one for one in out.findings if one.rule.startswith("D")}
    assert sorted(told) == ["D01", "D02"]
    for one in told.values():
        assert (one.outcome, one.by, one.first, one.second, one.encounter) == (Outcome.BREACH, "South", "4b0002", "", 0)
    assert told["D01"].severity is Severity.SEV2
    assert told["D01"].closed_ns - told["D01"].opened_ns == pytest.approx(0.29 * 77500 / 250 * NS, rel=0.1)
    table = frame(out.findings)
    assert {"D01", "D02"} <= set(table["rule"]) and table.filter(pl.col("rule") == "D01")["first"][0] == "4b0002"


def test_without_parties_nobody_is_a_visitor(tmp_path: Path) -> None:
    assert [one for one in found(flights(tmp_path, x4b0002=0.2), None).findings if one.rule.startswith("D")] == []


def stages_over(path: Path, every_s: int, told: Told | None = None, *, reported=(), independent=frozenset()) -> Stages:
    from armslength.adapters.recording import open_recordings
    from armslength.domain.plot import KeptAside, Plots, Roster

    membership = load_membership(MEMBERS, "members.toml", None)
    roster, aside = Roster(), KeptAside()
    [recording] = open_recordings([path], [])
    batches = list(recording.batches(0, roster, aside, []))
    stages = Stages.over(["one"], roster, terms(), membership, BEGIN_S * NS)
    stages.discipline.told, stages.discipline.independent = told or Told(), independent
    stages.conduct.reported = reported
    until = BEGIN_S * NS
    last = max(int(b.time_ns.max()) for b in batches)
    names = [n for n in Plots.__dataclass_fields__ if n not in ("file", "rest_from_ns")]
    while until <= last:
        since, until = until, until + every_s * NS
        cut = [
            replace(b, **{n: getattr(b, n)[(b.time_ns >= since) & (b.time_ns < until)] for n in names}) for b in batches
        ]
        stages.stretch(cut, until)
    stages.stretch([], None)
    stages.finish()
    return stages


def test_it_does_not_matter_how_the_stream_is_cut(tmp_path: Path) -> None:
    path = flights(tmp_path, x4b0001=0.3, x4b0002=0.2, x4b0003=0.205)
    whole = [one for one in stages_over(path, 100_000).findings([]) if one.rule.startswith("D")]
    assert [(one.rule, one.severity) for one in whole] == [("D01", Severity.SEV2), ("D02", Severity.SEV3)]
    for every in (7, 60, 333):
        assert [one for one in stages_over(path, every).findings([]) if one.rule.startswith("D")] == whole


def test_a_suspension_and_an_implausible_track_are_laid_over(tmp_path: Path) -> None:
    stages = stages_over(flights(tmp_path, x4b0002=0.2), 600)
    epoch = stages.tracker.epoch_ns
    stages.discipline.regimes = Regimes((Window(SUSPENDED, 0, None, provisions=frozenset({"block"})),))
    one, other = stages.discipline.findings(Marks(), epoch)
    assert (one.rule, one.outcome, one.regime) == ("D01", Outcome.NOT_DETERMINABLE, SUSPENDED)
    assert (other.rule, other.outcome, other.regime) == ("D02", Outcome.BREACH, "")
    marks = Marks()
    marks.add(Oddity(stages.roster.index("4b0002"), 0.0, 1e6, "in two places at one time"))
    assert {one.outcome for one in stages.discipline.findings(marks, epoch)} == {Outcome.NOT_DETERMINABLE}


def test_what_is_forgotten_still_makes_the_next_overflight_worse(tmp_path: Path) -> None:
    stages = stages_over(flights(tmp_path, x4b0002=0.2), 600)
    stages.discipline.forget((BEGIN_S + 2 * 86400) * NS)
    assert [one.finding.rule for one in stages.discipline.found] == ["D02"]
    stages.discipline.forget((BEGIN_S + 9 * 86400) * NS)
    assert stages.discipline.found == []


def test_what_was_told_of_an_activity_is_judged_with_the_flights(tmp_path: Path) -> None:
    path = flights(tmp_path, x4b0001=-0.7, x4b0002=0.2)
    area = Area("range", box=Box(46.0, 8.0, 46.3, 8.5))
    begins = (BEGIN_S + 60) * NS
    late = Notice("act1", "South", "North", "PLANNED", area, begins, begins + 600 * NS, begins - 3600 * NS)
    told = []
    for every in (60, 100_000):
        stages = stages_over(path, every, Told((late,)))
        told.append([one for one in stages.findings([]) if one.rule.startswith("D")])
        assert [one.rule for one in told[-1]] == ["D01", "D02", "D04"]
        assert told[-1][2].outcome is Outcome.BREACH and told[-1][2].value == 3600.0
    assert told[0] == told[1]


def test_lights_and_transponders_are_looked_for_in_the_stream(tmp_path: Path) -> None:
    path = flights(tmp_path, x4b0001=0.3, x4b0002=0.31)
    form = Reported("crew:1", LIGHTS_OFF, "North", "4b0001", "4b0002", (BEGIN_S + 300) * NS)
    unseen = []
    for every in (60, 100_000):
        stages = stages_over(path, every, reported=(form,), independent=frozenset({0}))
        told = {one.about: one for one in stages.findings([]) if one.rule == "D03"}
        lights, silent = told["crew:1"], told["4b0002 transponder"]
        assert (lights.by, lights.first) == ("South", "4b0002") and lights.value == pytest.approx(1112.0, abs=40.0)
        assert (silent.outcome, silent.severity) == (Outcome.NO_BREACH, Severity.SEV4)
        unseen.append(told)
    assert unseen[0] == unseen[1]
