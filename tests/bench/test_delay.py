"""The time through two nodes is measured on real nodes, and a sky in which nobody closes has none."""

from __future__ import annotations

import pytest

from armslength.bench import delay


def test_the_delay_is_that_of_the_last_line_before_the_alert() -> None:
    alert = {"event": "alert", "now_ns": "2500"}
    sent = {"event": "sent", "code": "TFA", "id": "x"}
    received = {"event": "received", "code": "TFA", "id": "x"}
    heard = [("NORTH", 2600, alert), ("NORTH", 2700, sent), ("SOUTH", 60_002_000, received)]
    assert list(delay._delays(heard, [0, 2000, 90_000_000_000])) == [pytest.approx(60.0)]


def test_the_crowd_closes_with_nobody_and_the_pairs_close() -> None:
    now = 1_790_000_000_000_000_000
    first, later = (delay._pair(3, second, now) for second in (0, 5))
    gap = [abs(a["lon_deg"] - b["lon_deg"]) for a, b in (first, later)]
    assert gap[1] < gap[0]
    addresses = {delay._crowd(k, 0, now)[10:16] for k in range(2000)}
    assert len(addresses) == 2000


def test_two_real_nodes_tell_an_advisory_and_its_delay() -> None:
    figures = delay.bench_delay(40, 2, 2, lambda what: None)
    assert figures["advisories"] == 2
    assert 0.0 < figures["median_ms"] <= figures["worst_ms"] < 5_000.0
