"""The bench of detection: it measures, it compares, and it says what it could not measure. No time is asserted."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from armslength.bench import bluesky, detect, sky
from armslength.cli.bench import app
from armslength.errors import InputError


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the bench small."""
    monkeypatch.setattr(detect, "CASES", (("300 in 200 km square", 300, sky.DENSE_M, "cpp", 1.0),))
    for name, value in (("REPEATS", 1), ("MOST", 200), ("PAIRS", 100), ("SIZES", (50, 100))):
        monkeypatch.setattr(detect, name, value)


def test_traffic_is_as_described_and_the_same_for_a_seed() -> None:
    one, again, other = (sky.square(500, sky.DENSE_M, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["lat"], other["lat"])
    assert set(one) == {"lat", "lon", "alt", "track", "gs", "vs"}
    assert np.ptp(one["lat"]) == pytest.approx(np.degrees(200e3 / 6371e3), rel=0.02)
    assert 0.5 < np.mean(one["vs"] == 0.0) < 0.7


def test_a_pair_that_only_one_found_is_listed_with_the_margin_that_explains_it() -> None:
    columns = sky.square(400, sky.DENSE_M)
    ours = detect.pairs_of(columns)
    assert detect.differing(columns, ours) == []
    edge = np.setdiff1d(detect.pairs_of(columns, 0.01), ours)
    core = np.intersect1d(ours, detect.pairs_of(columns, -0.05))
    assert len(edge) and len(core)
    theirs = np.union1d(np.setdiff1d(ours, core[:1]), edge[:1])
    told = {pair["found_by"]: pair for pair in detect.differing(columns, theirs)}
    assert told["BlueSky"]["margin"] is not None and told["BlueSky"]["margin"] <= 0.01
    assert told["armslength"]["margin"] is None  # a pair that the peer lost is not explained away
    assert bluesky.keys([told["armslength"]["first"]], [told["armslength"]["second"]]) == core[:1]


@pytest.mark.usefixtures("small")
def test_without_bluesky_it_says_so_by_name_and_measures_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky, "PROBE", "import no_such_peer")
    done = CliRunner().invoke(app, ["detect"])
    assert done.exit_code == 0, done.output
    assert "BlueSky is not installed" in done.output
    figures: dict[str, Any] = json.loads(CliRunner().invoke(app, ["detect", "--json"]).stdout)
    assert figures["peer"] is None
    assert figures["beside"][0]["pairs"] > 0
    assert figures["beside"][0]["ratio"] is None
    assert figures["many"]["aircraft"] == 200
    assert [one["aircraft"] for one in figures["constant_density"]] == [50, 100]
    assert set(figures["volumes_ns"]) == {"well_clear", "cylinder"}


@pytest.mark.usefixtures("small")
def test_with_bluesky_it_is_measured_beside_ours() -> None:
    if not bluesky.there(sys.executable):
        pytest.skip("BlueSky is not installed (extra: bench)")
    case = detect.bench_detect(None, lambda _: None)["beside"][0]
    assert case["ratio"] > 0
    assert all(pair["margin"] is not None for pair in case["differ"])


def test_a_python_that_is_not_there_is_bad_input() -> None:
    with pytest.raises(InputError, match="--peer-python: /no/such/python cannot be run"):
        bluesky.there("/no/such/python")
