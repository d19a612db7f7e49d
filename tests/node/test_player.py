"""A recording as a feed: on the node's clock, in order, whole, moved to now or as it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import polars as pl
import pytest

from adapters.feeds.hearing import NOW, Ear, Hands
from armslength.adapters.feeds.port import ENDED, LIVE, STARTING
from armslength.domain.plot import Roster, pack
from armslength.errors import FeedError
from armslength.node.player import PASSED, RecordingFeed
from armslength.units import FT, KT, NS, stamp
from shared import shared_data

LENGTH_S = 1500


def recording(folder: Path, begin_ns: int, name: str = "day.csv", *, shuffled: bool = False) -> Path:
    """Write two aircraft over 25 minutes, a plot every 5 s each; one says its call sign from the tenth minute on."""
    rows = [
        {
            "timestamp": (begin_ns + s * NS) // 1_000_000, "icao24": who, "latitude": 46.0 + s * 1e-4,
            "longitude": 8.0, "altitude": 30000, "groundspeed": 400, "onground": False,
            "callsign": "LATE1" if who == "4b0001" and s >= 600 else None, "nac_p": 9,
        }
        for s in range(0, LENGTH_S, 5)
        for who in ("4b0001", "4b0002")
    ]  # fmt: skip
    table = pl.DataFrame(rows, infer_schema_length=None)
    if shuffled:
        table = table.sample(fraction=1.0, shuffle=True, seed=1)
    path = folder / name
    table.write_parquet(path) if name.endswith("parquet") else table.write_csv(path)
    return path


def play(path: Path, clock: Hands, stamps: str = "auto") -> tuple[Ear, RecordingFeed, list[int]]:
    ear, heard = Ear(), []
    feed = RecordingFeed("exercise", [path], clock, stamps)

    def give(batch) -> None:
        heard.extend([clock.now_ns] * len(batch.plots))
        ear(batch)

    asyncio.run(feed.run(give))
    return ear, feed, heard


@pytest.mark.parametrize("name", ["day.csv", "day.parquet"])
def test_a_recording_begins_now_and_every_plot_comes_in_its_time(tmp_path, name):
    clock = Hands(pause_s=0.0)
    ear, feed, heard = play(recording(tmp_path, NOW - 10**6 * NS, name), clock)
    times = [p.time_ns for p in ear.plots]
    assert len(times) == 600 and times == sorted(times)
    assert times[0] == NOW and times[-1] == NOW + (LENGTH_S - 5) * NS
    assert all(0 <= at - time < 2 * NS for at, time in zip(heard, times, strict=True))
    assert (feed.health.state, feed.health.plots) == (ENDED, 600)
    plot = ear.plots[0]
    assert (plot.address, plot.alt_baro_m, plot.accuracy_m) == ("4b0001", 30000 * FT, 30.0)
    assert plot.gs_mps == pytest.approx(400 * KT, rel=1e-6)


def test_a_call_sign_is_not_known_before_it_is_heard(tmp_path):
    ear, _, _ = play(recording(tmp_path, NOW), Hands(pause_s=0.0))
    said = {p.callsign for p in ear.plots if p.address == "4b0001" and p.time_ns < NOW + 600 * NS}
    later = {p.callsign for p in ear.plots if p.address == "4b0001" and p.time_ns >= NOW + 600 * NS}
    assert (said, later) == ({""}, {"LATE1"})


def test_rows_in_any_order_come_in_order_of_time(tmp_path):
    straight, _, _ = play(recording(tmp_path, NOW, "a.csv"), Hands(pause_s=0.0))
    mixed, _, _ = play(recording(tmp_path, NOW, "b.csv", shuffled=True), Hands(pause_s=0.0))
    assert sorted(map(repr, straight.plots)) == sorted(map(repr, mixed.plots))
    assert [p.time_ns for p in mixed.plots] == sorted(p.time_ns for p in mixed.plots)


def test_an_exercise_whose_clock_stands_in_the_recording_keeps_its_stamps(tmp_path):
    path = recording(tmp_path, NOW - 700 * NS, "day.parquet")
    ear, _, _ = play(path, Hands(pause_s=0.0))
    assert min(p.time_ns for p in ear.plots) >= NOW - 60 * NS
    assert max(p.time_ns for p in ear.plots) == NOW + (LENGTH_S - 705) * NS
    assert ear.aside[PASSED] + len(ear.plots) == 600
    moved, _, _ = play(path, Hands(pause_s=0.0), "now")
    assert moved.plots[0].time_ns == NOW and len(moved.plots) == 600


def test_a_faster_clock_plays_faster(tmp_path):
    slow, fast = Hands(pause_s=0.0), Hands(speed=60.0, pause_s=0.0)
    one, _, _ = play(recording(tmp_path, NOW), slow)
    other, _, _ = play(recording(tmp_path, NOW), fast)
    assert [p.time_ns for p in one.plots] == [p.time_ns for p in other.plots]
    assert len(fast.slept) < len(slow.slept) / 2


def test_rows_that_cannot_be_used_are_counted(tmp_path):
    path = recording(tmp_path, NOW)
    with path.open("a") as more:
        more.write("1700000000000,4b0001,,8.0,1,1,false,,9\n")
    ear, _, _ = play(path, Hands(pause_s=0.0))
    assert ear.aside == {"no position": 1} and len(ear.plots) == 600


def test_what_is_no_recording_is_an_error(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FeedError, match="wrong columns"):
        play(tmp_path / "x.csv", Hands(pause_s=0.0))
    with pytest.raises(FeedError, match="no such file"):
        play(tmp_path / "none", Hands(pause_s=0.0))


def test_a_real_recording_is_played_whole():
    path = shared_data("recordings", "dreamliner_airfrance.json.gz")
    ear, feed, _ = play(path, Hands(speed=3600.0))
    assert feed.health.plots == len(ear.plots) > 1000
    assert len(pack(ear.plots, Roster(), 0)) == len(ear.plots)


def test_before_it_begins_a_recording_says_when_it_does_and_then_that_it_plays(tmp_path):
    clock = Hands(pause_s=0.0)
    begin = NOW + 300 * NS
    feed = RecordingFeed("exercise", [recording(tmp_path, begin)], clock, "auto")
    seen = []

    def give(batch) -> None:
        seen.append((feed.health.state, feed.health.why))

    class Watched(Hands):
        async def sleep(self, seconds: float) -> None:
            seen.append((feed.health.state, feed.health.why))
            await super().sleep(seconds)

    feed.clock = Watched(pause_s=0.0)
    asyncio.run(feed.run(give))
    said = list(dict.fromkeys(seen))
    assert said == [(STARTING, f"its recording begins at {stamp(begin)}"), (LIVE, "playing as recorded")]
