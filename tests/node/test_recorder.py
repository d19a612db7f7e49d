"""What the recorder judged live comes out of a replay of its store row for row; and what did not get in is told."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from armslength.adapters.plot_store import PlotStore
from armslength.agreement.terms import Separation, default_terms
from armslength.agreement.writing import write_terms
from armslength.cli import app
from armslength.domain.finding import Outcome as Finds
from armslength.domain.plot import Plot
from armslength.node.membership import Membership, load_membership
from armslength.node.ordering import BUCKET_NS
from armslength.node.recorder import NOT_STORED, TOO_EARLY, TOO_LATE, Advance, Found, Recorder, Under
from armslength.node.replay import Outcome, Request, replay
from armslength.report.tables import frame
from armslength.units import FT, NM, NS

BEGIN = 1_700_000_400 * NS
FIVE_MILES = replace(default_terms(), separation=Separation(5 * NM, 1000 * FT, 180.0))
UNDER = Under("A", FIVE_MILES)
MEMBERS = """
[[aircraft]]
party = "north"
member = "Blue"
addresses = ["4b0000", "4b0003"]
callsigns = ["SKY1", "SKY2"]

[[aircraft]]
party = "south"
member = "Red"
addresses = ["4b0006"]
callsigns = ["SKY4", "SKY5", "SKY7"]
"""
Arrival = tuple[int, str, list[Plot]]


def flights(seed: int, minutes: float, source: str, every: float, phase: float) -> list[Plot]:
    """Return what one source sees of eight aircraft that go round and round, in order of time."""
    rng = np.random.default_rng(seed)
    noise = np.random.default_rng([seed, *source.encode()])
    out = []
    for k in range(8):
        turn, way = 2 * np.pi / rng.uniform(300, 900), rng.uniform(80, 250)
        middle = rng.uniform(-9e3, 9e3, 2)
        t = np.arange(137.0 + phase, minutes * 60.0, every)
        if source == "radar":
            t[0] += 0.5  # its stamps are whole seconds but for this one
        t = t[noise.random(len(t)) > 0.05]
        for s in t.tolist():
            east = way / turn * np.sin(turn * s + k) + middle[0] + noise.normal(0, 10)
            north = way / turn * np.cos(turn * s + k) + middle[1] + noise.normal(0, 10)
            level = np.round((15000.0 + 1200.0 * np.sin(s / 300.0 + k)) / 25.0) * 25.0 * FT
            out.append(
                Plot(
                    BEGIN + round(s * 1000) * 1_000_000, f"4b{k:04x}", 46.0 + float(np.degrees(north / 6.371e6)),
                    8.0 + float(np.degrees(east / 6.371e6 / np.cos(np.radians(46.0)))),
                    callsign=f"SKY{k}" if s > 1900 and k % 3 else "", alt_baro_m=float(level), gs_mps=way,
                    track_deg=1.5, vs_mps=0.25, accuracy_m=30.0 if source == "radar" else float("nan"),
                    nac_p=-1 if source == "radar" else 9,
                )
            )  # fmt: skip
    return sorted(out, key=lambda p: p.time_ns)


def arrivals(seed: int, minutes: float = 45.0, sources: tuple[str, ...] = ("adsb", "radar")) -> list[Arrival]:
    """Return batches in the order in which they come: some late, some much too late, one source slower."""
    rng = np.random.default_rng([seed, 7])
    out: list[Arrival] = []
    for source in sources:
        every, phase = (2.0, 0.25) if source == "adsb" else (5.0, 0.0)
        plots = flights(seed, minutes, source, every, phase)
        for i in range(0, len(plots), 16):
            part = plots[i : i + 16]
            delay = rng.uniform(0.1, 3.0) if rng.random() > 0.02 else rng.uniform(20.0, 900.0)
            out.append((part[-1].time_ns + round(delay * NS), source, part))
    return sorted(out, key=lambda a: a[0])


def latest(found: list[Found]) -> list[str]:
    """Return what was said last of every encounter, numbered in order of time, as text with every bit in it."""
    last = {f.id: f.encounter for f in found}
    rows = sorted(last.values(), key=lambda e: (e.opened, e.closed, e.first, e.second))
    return [repr(replace(e, encounter=n)) for n, e in enumerate(rows, 1)]


def played(folder: Path, members: Membership | None = None) -> Outcome:
    return replay(Request([folder], FIVE_MILES, "5 NM, 1000 ft", members))


def live(folder: Path, batches: list[Arrival], restarts: frozenset[int] = frozenset(), **said) -> list[Found]:
    """Run the recorder over `batches`; before those with a number in `restarts` it is killed and begins anew."""
    said = {"sources": ["adsb", "radar"], "under": [UNDER], **said}
    recorder = Recorder(folder, **said)
    found: list[Found] = []
    for number, (at, source, plots) in enumerate(batches):
        if number in restarts:
            recorder = Recorder(folder, **said)
        recorder.add(source, plots, at)
        found += recorder.advance(at).encounters
    end = recorder.finish()
    assert end.troubles == ()
    return found + list(end.encounters)


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_of_the_store_gives_the_live_encounters_row_for_row(tmp_path, seed):
    found = live(tmp_path, arrivals(seed))
    again = played(tmp_path)
    assert len(again.encounters) >= 10
    assert latest(found) == [repr(e) for e in again.encounters]
    assert again.left_out == []
    assert set(again.sources) == {"adsb", "radar"}


def test_and_so_it_does_where_call_signs_say_whose_aircraft_is_whose(tmp_path):
    """Call signs are heard from half an hour on: whose an aircraft is changes on the way."""
    members = load_membership(MEMBERS, "members.toml", None)
    batches = arrivals(4, 75.0)
    found = live(tmp_path, batches, frozenset({len(batches) * 2 // 3}), under=[Under("A", FIVE_MILES, members)])
    again = played(tmp_path, members)
    assert latest(found) == [repr(e) for e in again.encounters]
    assert {"north", "south"} <= {e.first_party for e in again.encounters} | {e.second_party for e in again.encounters}


def test_and_so_it_does_after_restarts_in_the_middle(tmp_path):
    batches = arrivals(1)
    found = live(tmp_path, batches, restarts=frozenset({3, len(batches) // 3, len(batches) // 2, len(batches) - 2}))
    assert latest(found) == [repr(e) for e in played(tmp_path).encounters]
    (tmp_path / "whole").mkdir()
    assert latest(found) == latest(live(tmp_path / "whole", batches))


def test_and_after_a_clean_stop_within_ten_minutes(tmp_path):
    batches = arrivals(2)
    half = len(batches) // 2 + 5
    live(tmp_path, batches[:half])
    found = live(tmp_path, batches[half:])
    assert latest(found) == [repr(e) for e in played(tmp_path).encounters]
    assert list(tmp_path.glob("*/*-2.parquet"))


def test_a_store_with_a_row_less_is_noticed(tmp_path):
    """Control: the comparison sees a segment that is missing."""
    found = live(tmp_path, arrivals(0))
    sorted(tmp_path.glob("adsb/*.parquet"))[1].unlink()
    assert latest(found) != [repr(e) for e in played(tmp_path).encounters]


def test_each_segment_as_a_source_of_its_own_would_be_another_result(tmp_path, monkeypatch):
    """Control: without knowing which segments are one source, and from when seconds were counted, bits differ."""
    found = live(tmp_path, arrivals(0))
    monkeypatch.setattr("armslength.adapters.recording.stored.stored", lambda path: None)
    assert latest(found) != [repr(e) for e in played(tmp_path).encounters]


def test_what_is_too_late_or_too_early_is_kept_aside_and_not_stored(tmp_path):
    recorder = Recorder(tmp_path, ["adsb"], [UNDER])
    plot = Plot(BEGIN, "4b0001", 46.0, 8.0)
    assert recorder.add("adsb", [plot], BEGIN).stored == 1
    recorder.advance(BEGIN + BUCKET_NS + 29 * NS)
    assert recorder.add("adsb", [plot], BEGIN + BUCKET_NS + 29 * NS).stored == 1
    recorder.advance(BEGIN + BUCKET_NS + 31 * NS)
    late = recorder.add("adsb", [plot, plot], BEGIN + BUCKET_NS + 31 * NS)
    assert (late.stored, late.kept_aside) == (0, {TOO_LATE: 2})
    early = recorder.add("adsb", [plot._replace(time_ns=BEGIN + 2 * BUCKET_NS)], BEGIN + BUCKET_NS)
    assert early.kept_aside == {TOO_EARLY: 1}
    bad = recorder.add("adsb", [plot._replace(address="XYZ"), plot._replace(lat=float("nan"))], BEGIN)
    assert bad.kept_aside == {"no address": 1, "position out of range": 1}
    recorder.finish()
    assert played(tmp_path).recordings[0].rows_read == 2


def test_too_late_stays_too_late_after_a_restart(tmp_path):
    live(tmp_path, arrivals(0, 25.0))
    recorder = Recorder(tmp_path, ["adsb"], [UNDER])
    assert recorder.add("adsb", [Plot(BEGIN + NS, "4b0001", 46.0, 8.0)], BEGIN + 1500 * NS).kept_aside == {TOO_LATE: 1}


def test_an_encounter_is_told_once_the_sky_is_empty(tmp_path):
    """Nobody flies any more: what was going on is closed and told all the same."""
    recorder = Recorder(tmp_path, ["adsb"], [UNDER])
    for at, source, plots in arrivals(0, 8.0, ("adsb",)):
        recorder.add(source, plots, at)
    told = [len(recorder.advance(BEGIN + (600 * k + 31) * NS).encounters) for k in range(1, 6)]
    assert sum(told) >= 1
    assert recorder.finish().encounters == ()


@pytest.mark.parametrize("restarts", [frozenset(), frozenset({300, 700})])
def test_a_replay_of_the_store_gives_the_live_findings(tmp_path, restarts):
    """Told once each, but after a restart again; observations stand in the table alone."""
    recorder, told = Recorder(tmp_path, ["adsb", "radar"], [UNDER]), []
    for number, (at, source, plots) in enumerate(arrivals(1)):
        if number in restarts:
            recorder = Recorder(tmp_path, ["adsb", "radar"], [UNDER])
        recorder.add(source, plots, at)
        told += recorder.advance(at).findings
    told += recorder.finish().findings
    last = {one.finding.id: one.finding for one in told}
    findings = [replace(one, encounter=0) for one in played(tmp_path).findings if one.outcome is not Finds.NO_BREACH]
    assert len(findings) >= 5
    assert sorted(map(repr, last.values())) == sorted(map(repr, findings))
    if not restarts:
        assert len({repr(one) for one in told}) == len(told)
    assert all(one.parties == (one.finding.first, one.finding.second) for one in told)


def test_a_call_sign_heard_later_is_told_again_with_the_same_id(tmp_path):
    recorder = Recorder(tmp_path, ["adsb"], [UNDER])
    found: list[Found] = []
    for at, source, plots in arrivals(0, 45.0, ("adsb",)):
        recorder.add(source, plots, at)
        found += recorder.advance(at).encounters
    again = [f for f in found if f.again]
    assert again
    first = {f.id: f for f in found if not f.again}
    assert all(f.id in first and f.encounter.encounter == first[f.id].encounter.encounter for f in again)


def test_a_new_agreement_judges_from_its_day_on(tmp_path):
    recorder = Recorder(tmp_path, ["adsb", "radar"], [UNDER])
    batches = arrivals(0)
    for at, source, plots in batches[: len(batches) // 2]:
        recorder.add(source, plots, at)
        recorder.advance(at)
    since = batches[len(batches) // 2][0]
    narrow = replace(FIVE_MILES, separation=Separation(2 * NM, 1000 * FT, 180.0))
    recorder.change([UNDER, Under("B", narrow, from_ns=since, key="1")])
    found: list[Found] = []
    for at, source, plots in batches[len(batches) // 2 :]:
        recorder.add(source, plots, at)
        found += recorder.advance(at).encounters
    found += recorder.finish().encounters
    second = [f for f in found if f.agreement == "B"]
    assert second and all(f.encounter.closed >= since for f in second)
    whole = {repr(replace(e, encounter=0)) for e in replay(Request([tmp_path], narrow, "2 NM")).encounters}
    assert {repr(replace(f.encounter, encounter=0)) for f in second if not f.again} & whole


def test_what_goes_in_and_comes_out_can_go_to_another_process(tmp_path):
    recorder = Recorder(tmp_path, ["adsb"], [UNDER])
    added = recorder.add("adsb", [Plot(BEGIN, "4b0001", 46.0, 8.0)], BEGIN)
    step = recorder.finish()
    assert step.segments[0].rows == 1
    for thing in (UNDER, added, step, Advance()):
        assert pickle.loads(pickle.dumps(thing)) == thing or thing is UNDER


def test_a_full_disk_is_told_and_what_it_did_not_take_is_not_judged(tmp_path, monkeypatch):
    recorder = Recorder(tmp_path, ["adsb", "radar"], [UNDER])
    found: list[Found] = []
    full = refused = 0
    for number, (at, source, plots) in enumerate(arrivals(0)):
        full = 200 < number < 320
        with fullness(monkeypatch) if full else nothing():
            added = recorder.add(source, plots, at)
            step = recorder.advance(at)
        found += step.encounters
        if full:
            assert added.stored == 0
            assert (added.error is not None and "space" in str(added.error)) or TOO_LATE in added.kept_aside
            refused += added.kept_aside.get(NOT_STORED, 0)
    assert refused > 500
    found += recorder.finish().encounters
    assert latest(found) == [repr(e) for e in played(tmp_path).encounters]
    assert PlotStore(tmp_path, 1e9, 10**12).check() == []


class fullness:  # noqa: N801
    """While inside, the disk takes nothing more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch

    def __enter__(self) -> None:
        def refuse(descriptor: int, data: object, at: int) -> int:
            raise OSError(28, "No space left on device")

        self.patch.setattr("armslength.adapters.plot_store.journal.os.pwrite", refuse)

    def __exit__(self, *said: object) -> None:
        self.patch.undo()


class nothing:  # noqa: N801
    """Changes nothing."""

    def __enter__(self) -> None: ...

    def __exit__(self, *said: object) -> None: ...


def test_the_command_says_of_the_folder_what_was_told_live(tmp_path):
    """`armslength replay HOME/plots` with the agreement and the members of the node: its table, cell by cell."""
    (tmp_path / "terms.toml").write_text(write_terms(FIVE_MILES))
    (tmp_path / "members.toml").write_text(MEMBERS)
    members = load_membership(MEMBERS, "members.toml", None)
    batches = arrivals(5, 60.0)
    found = live(tmp_path / "plots", batches, frozenset({len(batches) // 2}), under=[Under("A", FIVE_MILES, members)])
    args = ["replay", str(tmp_path / "plots"), "--agreement", str(tmp_path / "terms.toml"), "--members"]
    done = CliRunner().invoke(app, [*args, str(tmp_path / "members.toml"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    last = sorted({f.id: f.encounter for f in found}.values(), key=lambda e: (e.opened, e.closed, e.first, e.second))
    told = [replace(e, encounter=n) for n, e in enumerate(last, 1)]
    table = pl.read_parquet(tmp_path / "out" / "encounters.parquet")
    assert len(table) >= 5
    assert frame(told).equals(table)
