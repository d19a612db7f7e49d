"""summary.json: one key for each question, figures that add up, nothing that JSON cannot hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from armslength.agreement.area import Area, Box
from armslength.agreement.terms import Terms, default_terms
from armslength.domain.encounter import Encounter
from armslength.domain.track import Oddity
from armslength.node.membership import load_membership
from armslength.node.replay import Outcome, Request
from armslength.node.replay import replay as run
from armslength.node.summary import MOST_IMPLAUSIBLE, summarise

KEYS = {
    "armslength", "command", "recordings", "skipped", "left_out", "rows", "aircraft", "time", "terms", "members",
    "parties", "warnings",
    "clock_error_s", "biases", "implausible", "encounters", "findings", "seconds", "rows_per_second",
}  # fmt: skip
BEGIN_S = 1_767_258_000


def table(seconds: int = 120) -> pl.DataFrame:
    """Two aircraft that meet head-on half-way, one of them with a row without position."""
    t = np.arange(seconds)
    rows = []
    for address, sign in (("aaa001", 1.0), ("bbb001", -1.0)):
        rows.append(
            pl.DataFrame(
                {
                    "time": BEGIN_S + t + 0.1 * (t % 7),
                    "icao24": address,
                    "lat": sign * (t + 0.1 * (t % 7) - seconds / 2) * 0.002,
                    "lon": np.zeros(seconds),
                    "baroaltitude": np.full(seconds, 6000.0),
                }
            )
        )
    return pl.concat(rows).with_row_index("nr").with_columns(
        pl.when(pl.col("nr") == 5).then(None).otherwise(pl.col("lat")).alias("lat")
    ).drop("nr")  # fmt: skip


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """Return a request for one good recording, an empty one, and a file that is none."""
    table().write_csv(tmp_path / "good.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "notes.md").write_text("# Notes\n", "utf-8")
    return Request([tmp_path], default_terms(), "the rule of threes (default profile)")


def test_every_key_is_there_and_says_what_happened(request_: Request) -> None:
    said = summarise(request_, run(request_), 2.0)
    assert set(said) == KEYS
    assert {one["file"]: one["rows"] for one in said["recordings"]} == {"good.csv": 240, "empty.csv": 0}
    (error,) = [one["error"] for one in said["recordings"] if "error" in one]
    assert said["left_out"] == [error] and error.startswith("empty.csv: ")
    assert [Path(one["file"]).name for one in said["skipped"]] == ["notes.md"]
    assert said["rows"]["read"] == 240
    assert said["rows"]["used"] == 239
    assert said["rows"]["kept_aside"]["no position"]["rows"] == 1
    assert said["rows"]["kept_aside"]["no position"]["example"]["row"] == 6
    assert said["aircraft"] == 2
    assert said["time"] == {"from": "2026-01-01T09:00:00.000Z", "to": "2026-01-01T09:01:59.000Z"}
    assert (said["seconds"], said["rows_per_second"]) == (2.0, 120)
    assert said["encounters"]["total"] == 1
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_no_time_passed_is_no_division(request_: Request) -> None:
    assert summarise(request_, run(request_), 0.0)["rows_per_second"] is None


def test_terms_and_members_are_named(request_: Request) -> None:
    terms: Terms = replace(
        default_terms(), title="T", version=3, area=Area("Here", box=Box(-1.0, -1.0, 1.0, 1.0)),
        exempt=(Area("There", box=Box(0.5, 0.5, 1.0, 1.0)),),
    )  # fmt: skip
    members = load_membership('[[aircraft]]\nparty = "A"\naddresses = ["aaa001"]\n', "who.toml", None)
    asked = replace(request_, terms=terms, terms_source="t.toml", membership=members)
    said = summarise(asked, run(asked), 1.0)
    assert said["members"] == "who.toml"
    assert said["terms"] == {
        "source": "t.toml", "title": "T", "version": 3, "horizontal_m": 5556.0,
        "vertical_m": pytest.approx(914.4), "near_miss_m": pytest.approx(152.4), "dwell_limit_s": 180.0,
        "area": "Here", "exempt": ["There"],
    }  # fmt: skip
    assert summarise(request_, run(request_), 1.0)["members"] is None


@pytest.fixture
def outcome(request_: Request) -> Outcome:
    return run(request_)


def test_encounters_are_counted_by_kind(request_: Request, outcome: Outcome) -> None:
    one: Encounter = outcome.encounters[0]
    kinds = [("inside", "certain", True), ("inside", "possible", False), ("near_miss", "possible", False)]
    kinds += [("inside", "not_determinable", False), ("near_miss", "certain", True), ("near_miss", "certain", True)]
    outcome.encounters = [replace(one, level=a, certainty=b, breach=c) for a, b, c in kinds]
    outcome.grazing = 7
    assert summarise(request_, outcome, 1.0)["encounters"] == {
        "total": 6, "inside": 3, "near_miss": 3, "certain": 3, "possible": 2, "not_determinable": 1, "breaches": 3,
        "outside_by_less_than_the_errors": 7,
    }  # fmt: skip


def test_implausible_stretches_in_order_of_time(request_: Request, outcome: Outcome) -> None:
    outcome.tracker.marks.by_aircraft = {1: [Oddity(1, 30.0, 40.0, "late")], 0: [Oddity(0, 10.0, 20.5, "early")]}
    epoch_s = outcome.tracker.epoch_ns / 1e9 if outcome.tracker.epoch_ns else 0.0
    said = summarise(request_, outcome, 1.0)["implausible"]
    assert [(one["aircraft"], one["why"]) for one in said] == [("aaa001", "early"), ("bbb001", "late")]
    seconds = int(epoch_s) + 10 - BEGIN_S
    assert said[0]["from"] == f"2026-01-01T09:{seconds // 60:02d}:{seconds % 60:02d}.000Z"


@pytest.mark.parametrize("more", [0, 1, 25])
def test_a_flood_of_implausible_stretches_is_cut_and_says_so(more: int, request_: Request, outcome: Outcome) -> None:
    marks = [Oddity(0, 2.0 * k, 2.0 * k + 1.0, "odd") for k in range(MOST_IMPLAUSIBLE + more)]
    outcome.tracker.marks.by_aircraft = {0: marks}
    said = summarise(request_, outcome, 1.0)["implausible"]
    assert len(said) == MOST_IMPLAUSIBLE + (more > 0)
    assert said[-1]["why"] == (f"and {more} more" if more else "odd")
