"""The scenarios replayed as a user does, and held against their truth files.

What is two sigma may be exceeded once in twenty; over all skies together no more than that is allowed, and nothing by
more than one and a half times the bound (three sigma). What is said to be certain must be true without exception.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from armslength.agreement.terms import default_terms
from armslength.scenario.planned import PASSES
from armslength.scenario.registry import SCENARIOS
from armslength.scenario.write import write_scenario
from cli.replaying import encounters, pairs, replay, summary

SKIES = (
    ("euphrates", 1),
    ("euphrates", 4),
    ("euphrates", 5),
    ("dateline", 2),
    ("quiet", 1),
    ("river", 1),
    ("conduct", 1),
)
H, V = default_terms().separation.horizontal_m, default_terms().separation.vertical_m
LINK_S = 60.0
"""What is flown between two plots further apart than this [s] is taken as unknown."""
SLACK_S = 1.0
Fact = dict[str, Any]


@dataclass(frozen=True)
class Sky:
    """A scenario on disk, its truth, and what replay found in it."""

    name: str
    folder: Path
    out: Path
    happened: list[Fact]
    outside: list[Fact]
    found: list[Fact]

    def between(self) -> list[Fact]:
        """Return the encounters found between aircraft of the two parties."""
        return [e for e in self.found if {e["first_party"], e["second_party"]} == {"NORTH", "SOUTH"}]

    def matched(self) -> Iterator[tuple[Fact, Fact]]:
        """Yield what happened with what was found of it."""
        for fact in self.happened:
            (one,) = [e for e in self.between() if same(e, fact)]
            yield fact, one


def same(found: Fact, fact: Fact) -> bool:
    """Return whether both are of one pair at one time."""
    together = found["opened"] <= fact["closed"] and fact["opened"] <= found["closed"]
    return together and (found["first"], found["second"]) == (fact["first"], fact["second"])


def read_truth(path: Path) -> list[Fact]:
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Fact] = list(csv.DictReader(file))
    for row in rows:
        for name in ("opened", "closed", "t_closest", "t_slant"):
            row[name] = datetime.fromisoformat(row[name]).astimezone(UTC)
        for name in ("d_h_m", "d_v_m", "ratio", "slant_m", "dwell_s"):
            row[name] = float(row[name])
    return rows


def replayed(name: str, seed: int, folder: Path) -> Sky:
    sky, out = folder / "sky", folder / "out"
    write_scenario(name, seed, sky)
    papers = ("--agreement", sky / "agreement.toml", "--members", sky / "members.toml")
    ran = replay(sky / "north.parquet", sky / "south.parquet", *papers, out=out)
    assert (ran.code, ran.err) == (0, "")
    truths = [read_truth(sky / file) for file in ("truth.csv", "truth_outside.csv")]
    return Sky(f"{name} {seed}", sky, out, *truths, encounters(out))


@pytest.fixture(scope="module")
def skies(tmp_path_factory: pytest.TempPathFactory) -> list[Sky]:
    """Return every sky, written and replayed once."""
    return [replayed(name, seed, tmp_path_factory.mktemp(f"{name}-{seed}")) for name, seed in SKIES]


def test_every_scenario_is_looked_at() -> None:
    assert {name for name, _ in SKIES} == set(SCENARIOS)


def test_the_same_encounters_between_the_parties(skies: list[Sky]) -> None:
    for sky in skies:
        for fact in sky.happened:
            matching = [e for e in sky.between() if same(e, fact)]
            assert len(matching) == 1, (sky.name, fact["planned"], fact["first"], fact["second"], len(matching))
        for one in sky.between():
            assert any(same(one, fact) for fact in sky.happened), (sky.name, one["first"], one["second"])
    assert sum(len(sky.happened) for sky in skies) > 75


def test_the_others_are_said_to_be_no_matter_of_the_terms(skies: list[Sky]) -> None:
    for sky in skies:
        others = [e for e in sky.found if e not in sky.between()]
        assert len(others) == len(sky.outside), sky.name
        for one in others:
            assert "not bound by the terms" in one["note"]
            assert any(same(one, fact) for fact in sky.outside), (sky.name, one["first"], one["second"])
            assert "NORTH" in (one["first_party"], one["second_party"]) or "SOUTH" in (
                one["first_party"], one["second_party"],
            )  # fmt: skip
        assert all("not bound" not in one["note"] for one in sky.between())


def test_plans_outside_the_minima_are_not_reported(skies: list[Sky]) -> None:
    quiet = {p.name: {p.passed, p.callsign} for p in PASSES if p.encounters == 0}
    assert {"ten-miles", "five-miles", "three-miles-outside", "three-thousand-feet-outside", "terminal-area"} <= {
        *quiet
    }
    for sky in skies:
        outside = {fact["planned"] for fact in sky.outside}
        met = [{e["first_callsign"], e["second_callsign"]} for e in sky.found]
        for name, callsigns in quiet.items():
            if name not in outside:
                assert callsigns not in met, (sky.name, name)


def test_distances_within_their_two_sigma_bounds(skies: list[Sky]) -> None:
    shares = []
    for sky in skies:
        for fact, one in sky.matched():
            bounds = {
                "d_h_m": one["error_h_m"],
                "d_v_m": one["error_v_m"],
                "slant_m": math.hypot(one["error_h_m"], one["error_v_m"]),
            }
            for name, bound in bounds.items():
                off = abs(one[name] - fact[name]) / bound
                assert off < 1.5, (sky.name, fact["planned"], name, one[name], fact[name], bound)
                shares.append(off)
            assert one["ratio"] == pytest.approx(fact["ratio"], abs=1.5 * max(bounds["d_h_m"] / H, bounds["d_v_m"] / V))
    beyond = sum(off > 1.0 for off in shares)
    assert beyond <= 0.05 * len(shares), f"{beyond} of {len(shares)} beyond two sigma"


def test_bounds_are_not_wider_than_the_sensors(skies: list[Sky]) -> None:
    """Otherwise the test before would say nothing. Where both broadcast each second it is tens of metres."""
    between = [one for sky in skies for one in sky.between()]
    assert min(one["error_h_m"] for one in between) < 60.0
    assert sorted(one["error_h_m"] for one in between)[len(between) // 2] < 700.0
    assert sum(one["certainty"] == "certain" for one in between) > 0.8 * len(between)


def test_opened_closed_and_dwell(skies: list[Sky]) -> None:
    """Within a second, and what the error of the distance is worth at the speed at which the minima are crossed.

    Where nobody saw an aircraft for over a minute, less of the encounter may have been seen, never more.
    """
    whole = 0
    for sky in skies:
        times = plots(sky)
        for fact, one in sky.matched():
            slack = SLACK_S + 1.5 * crossing_s(fact, one)
            early = (fact["opened"] - one["opened"]).total_seconds()
            late = (one["closed"] - fact["closed"]).total_seconds()
            longer = one["dwell_s"] - fact["dwell_s"]
            label = (sky.name, fact["planned"], early, late, longer, slack)
            assert early <= slack and late <= slack and longer <= 2 * slack, label
            if seen_throughout(fact, times):
                whole += 1
                assert early >= -slack and late >= -slack and longer >= -2 * slack, label
    assert whole > 70


def crossing_s(fact: Fact, one: Fact) -> float:
    """Return how long [s] the pair takes through the error of its distance where it crosses the minima."""
    half = math.sqrt(max(H**2 - fact["d_h_m"] ** 2, (0.05 * H) ** 2))
    inwards = 2.0 * half / fact["dwell_s"] * half / H
    return float(min(one["error_h_m"] / inwards, 30.0))


def plots(sky: Sky) -> dict[str, pl.Series]:
    """Return the times at which any recording shows each aircraft."""
    columns = ["icao24", "timestamp"]
    both = pl.concat([pl.read_parquet(sky.folder / f"{side}.parquet", columns=columns) for side in ("north", "south")])
    return {str(key[0]): group["timestamp"].sort() for key, group in both.group_by("icao24")}


def seen_throughout(fact: Fact, times: dict[str, pl.Series]) -> bool:
    """Return whether both aircraft were seen at least every minute from before to after the encounter."""
    for address in (fact["first"], fact["second"]):
        at = times[address].dt.epoch("ms") / 1000.0
        since, until = fact["opened"].timestamp(), fact["closed"].timestamp()
        within = at.filter((at > since - LINK_S) & (at < until + LINK_S)).to_list()
        gaps = [b - a for a, b in pairwise(within)]
        if not within or within[0] > since or within[-1] < until or max(gaps, default=LINK_S) >= LINK_S:
            return False
    return True


def test_the_closest_moment_of_a_pass(skies: list[Sky]) -> None:
    checked = 0
    for sky in skies:
        for fact, one in sky.matched():
            assert one["opened"] <= one["t_closest"] <= one["closed"]
            # where the levels rule, or both fly side by side, the closest moment is as wide as the error allows
            if fact["d_v_m"] / V < fact["d_h_m"] / H and fact["dwell_s"] < 60.0:
                half = math.sqrt(H**2 - fact["d_h_m"] ** 2)
                slack = SLACK_S + 1.5 * one["error_h_m"] / (2.0 * half / fact["dwell_s"])
                off = (one["t_closest"] - fact["t_closest"]).total_seconds()
                assert abs(off) < slack, (sky.name, fact["planned"], off, slack)
                checked += 1
    assert checked > 40


def test_what_is_called_certain_is_true(skies: list[Sky]) -> None:
    certain = 0
    for sky in skies:
        for one in sky.between():
            if one["certainty"] != "certain":
                continue
            (fact,) = [fact for fact in sky.happened if same(one, fact)]
            certain += 1
            if one["level"] == "near_miss":
                assert fact["level"] == "near_miss", (sky.name, fact["planned"])
            elif fact["level"] == "near_miss":
                assert "a near miss cannot be excluded" in one["note"], (sky.name, fact["planned"])
    assert certain > 60


def test_near_misses_are_seen_as_what_they_are(skies: list[Sky]) -> None:
    """Every near miss that happened is one, perhaps one, or said not to be excluded; 600 ft is never certainly one."""
    for sky in skies:
        for fact, one in sky.matched():
            if fact["level"] == "near_miss":
                assert one["level"] == "near_miss" or "near miss cannot be excluded" in one["note"], sky.name
            elif one["level"] == "near_miss":
                assert one["certainty"] != "certain", (sky.name, fact["planned"])
    planned = [one for sky in skies for fact, one in sky.matched() if fact["planned"] == "terminal-near-miss"]
    assert len(planned) == 4
    assert all("where no minima hold" in one["note"] for one in planned)


def test_who_stayed_too_long(skies: list[Sky]) -> None:
    limit = default_terms().separation.dwell_limit_s
    for sky in skies:
        for fact, one in sky.matched():
            told = "stayed inside longer than the 180 s allowed" in one["note"]
            if told and "not for certain" not in one["note"]:
                assert fact["dwell_s"] > limit, (sky.name, fact["planned"])
            if fact["planned"] in ("shadowing", "wavering"):
                assert told, (sky.name, fact["planned"])
        grave = sum(fact["dwell_s"] > limit or fact["level"] == "near_miss" for fact in sky.happened)
        assert summary(sky.out)["encounters"]["breaches"] <= grave


def test_a_quiet_sky_is_told_as_it_is(skies: list[Sky]) -> None:
    (quiet,) = [sky for sky in skies if sky.name.startswith("quiet")]
    assert quiet.happened == quiet.found == []
    assert json.loads((quiet.folder / "scenario.json").read_text("utf-8"))["encounters"] == 0


@pytest.mark.parametrize("side", ["north", "south"])
def test_one_picture_alone_shows_no_more_than_happened(side: str, skies: list[Sky], tmp_path: Path) -> None:
    sky = skies[0]
    papers = ("--agreement", sky.folder / "agreement.toml", "--members", sky.folder / "members.toml")
    assert replay(sky.folder / f"{side}.parquet", *papers, out=tmp_path).code == 0
    alone = [e for e in encounters(tmp_path) if {e["first_party"], e["second_party"]} == {"NORTH", "SOUTH"}]
    assert len(alone) > 8
    assert all(any(same(one, fact) for fact in sky.happened) for one in alone if one["certainty"] == "certain")
    assert len(set(pairs(tmp_path))) <= len(sky.found)
