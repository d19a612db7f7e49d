"""The bench of the watch: what it counts, on made-up answers; and a small part of the real encounters."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from armslength.bench import watch as bench
from armslength.bench.encounters import ADS_B, EARLIER, PERFECT, RADAR_5, Seen, Truth, load, naive, sense, tuned_on
from armslength.bench.live_sky import Sky
from armslength.cli import app
from armslength.engine.watch import pairs
from armslength.errors import InputError
from armslength.units import FT, NM
from shared import shared_data

H, V = 3 * NM, 3000 * FT


def passing(asides: list[float], seconds: int = 120, weight: float = 1.0) -> Truth:
    """Return pairs that meet head-on after a minute, each so far aside [m], at 200 m/s."""
    t = np.arange(seconds, dtype=np.float64)
    one = np.array([-200.0 * (60.0 - t), 200.0 * (60.0 - t)])
    e = np.broadcast_to(one, (len(asides), 2, seconds)).copy()
    n = np.zeros_like(e)
    n[:, 1] = np.array(asides)[:, None]
    level, zero = np.full_like(e, 5000.0), np.zeros_like(e)
    track = np.broadcast_to(np.array([90.0, 270.0])[None, :, None], e.shape).copy()
    return Truth(
        e, n, level, np.full_like(e, 200.0), track, zero, np.full(len(asides), weight), np.zeros(len(asides), np.bool_)
    )


def test_what_counts_as_missed_late_and_nuisance() -> None:
    """Four pairs: warned in time, late, never; and one that never loses the minima and is warned of."""
    truth = passing([0.0, 0.0, 0.0, 9000.0])
    lost = int((truth.distances()[0][0] < H).argmax())
    first = np.array([lost - 30, lost - 5, bench.NEVER, 20])
    said = bench.score(first, truth, (H, V), 3)
    assert said["judged"] == 3
    assert said["missed_percent"] == pytest.approx(100 / 3)
    assert said["late_percent"] == pytest.approx(200 / 3)
    assert said["nuisance_percent"] == pytest.approx(100 / 3)
    assert said["warning_s"] == {"p5": 0.0, "p50": 5.0, "p95": 30.0}
    assert bench.score(first, truth, (H, V), lost + 1)["judged"] == 0


def test_a_warning_in_the_second_of_the_loss_is_missed() -> None:
    truth = passing([0.0])
    lost = int((truth.distances()[0][0] < H).argmax())
    assert bench.score(np.array([lost]), truth, (H, V), 3)["missed_percent"] == 100.0
    assert bench.score(np.array([lost - 1]), truth, (H, V), 3)["missed_percent"] == 0.0


def test_what_is_held_out_goes_by_the_number_alone_and_was_never_chosen_on() -> None:
    numbers = [3 * k for k in range(2000)]
    tuned = tuned_on(numbers)
    assert 0.4 < tuned.mean() < 0.65 and np.array_equal(tuned, tuned_on(numbers))
    for count in EARLIER:  # control: these were looked at before anything was held out
        assert tuned[np.linspace(0, 1999, count).astype(np.int64)].all()


def test_figures_of_the_two_parts_are_of_different_encounters() -> None:
    truth = passing([0.0, 0.0, 0.0, 9000.0])
    lost = int((truth.distances()[0][0] < H).argmax())
    first, tuned = np.array([lost - 30, lost - 5, bench.NEVER, 20]), np.array([True, True, False, False])
    one, other = (bench.score(first, truth, (H, V), 3, which) for which in (tuned, ~tuned))
    assert (one["judged"], one["missed_percent"], one["nuisance_percent"]) == (2, 0.0, 0.0)
    assert (other["judged"], other["missed_percent"], other["nuisance_percent"]) == (1, 100.0, 100.0)


def test_quantiles_go_by_weight() -> None:
    values, weight = np.array([30, 10, 20]), np.array([1.0, 1.0, 8.0])
    assert [bench.quantile(values, weight, q) for q in (0.05, 0.5, 0.95)] == [10.0, 20.0, 30.0]


def test_sensors_see_what_they_are_said_to_see() -> None:
    truth = passing([0.0] * 60)
    exact, noisy, slow = (sense(truth, how, 1) for how in (PERFECT, ADS_B, RADAR_5))
    assert exact.there.all() and np.array_equal(exact.e_m, truth.e_m)
    off = noisy.e_m - truth.e_m
    assert off.std() == pytest.approx(math.hypot(ADS_B.drift_m, ADS_B.jitter_m), rel=0.15)
    assert noisy.there.mean() == pytest.approx(1 - ADS_B.lost, abs=0.02)
    assert slow.there.mean() == pytest.approx((1 - RADAR_5.lost) / 5, abs=0.02) and np.isnan(slow.gs_mps).all()
    again = sense(truth, ADS_B, 1)
    assert np.array_equal(noisy.lat, again.lat)


def test_the_naive_baseline_is_straight_flight() -> None:
    truth = passing([0.0, 9000.0], seconds=60)
    for how in (PERFECT, RADAR_5):
        seen: Seen = sense(truth, how, 1)
        first = naive(seen, H, V, 20.0)
        expected = (2 * 200 * 60 - H) / 400 - 20
        assert expected - 2 <= first[0] <= expected + 2 * how.every_s + 3 and first[1] == -1


@pytest.fixture(scope="module")
def few() -> Truth:
    return load(shared_data("encounters", "index.parquet").parent, 100)


def test_on_real_encounters_nothing_is_missed_and_little_is_nuisance(few: Truth) -> None:
    heard = bench.watched(sense(few, ADS_B, 20151020), few)[0]
    said = bench.score(heard.first, few, (H, V), 3)
    assert said["judged"] > 50
    assert said["missed_percent"] <= bench.MISSED_MARK and said["nuisance_percent"] <= bench.NUISANCE_MARK
    assert heard.times.sum() <= 1.15 * (heard.times > 0).sum()  # nobody is called again and again about one passing


def test_a_watch_that_looks_no_further_than_now_would_be_found_out(few: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: without any look-ahead every warning is missed or late."""
    for name in ("POSSIBLE_S", "TURNING_S", "NEAR_S"):
        monkeypatch.setattr(pairs, name, -1.0)
    blind = bench.terms_of
    monkeypatch.setattr(bench, "terms_of", lambda h, v: bench.replace(blind(h, v), lookahead_s=1.0, alert_s=0.5))
    heard = bench.watched(sense(few, ADS_B, 20151020), few)[0]
    assert bench.score(heard.first, few, (H, V), 3)["late_percent"] > 95.0


def test_the_cost_is_measured_on_traffic_that_raises_alerts() -> None:
    said = bench.cost(lambda what: None, tracks=400, seconds=5)
    assert said["tracks"] == 400 and said["open_alerts"] > 0
    assert said["percent_of_one_core"] > 0.0 and said["plot_to_alert_ms"]["median"] > 0.0
    sky = Sky(10)
    assert len(sky.plots(0, 10**18)) == 10 and len(sky.one(13, 10**18)) == 1


def test_the_verb_prints_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "cost", lambda say: {
        "tracks": 1, "open_alerts": 0, "percent_of_one_core": 1.0, "update_percent": 0.1, "snapshot_percent": 0.1,
        "watch_percent": 0.8, "plot_to_alert_ms": {"median": 1.0, "p99": 2.0}})  # fmt: skip
    done = CliRunner().invoke(app, ["bench", "watch", "--pairs", "0", "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["quality"] is None
    told = CliRunner().invoke(app, ["bench", "watch", "--pairs", "0"])
    assert "1.0 % of one core" in told.stdout and "--encounters" in told.stdout


def test_a_folder_without_encounters_is_named() -> None:
    with pytest.raises(InputError, match=r"encounters\.parquet"):
        load(shared_data("feeds"))
