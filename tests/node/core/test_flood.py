"""A flood of alerts that somebody planted is told piece by piece, and the ground line is served in between."""

from __future__ import annotations

import pytest

from armslength.domain.plot import Plot
from armslength.node.core import flood
from armslength.node.core.inputs import FrameIn, PlotsIn, Tick
from node.core.pair import Pair

PAIRS = 100


def planted() -> tuple[Pair, list[list[dict[str, object]]]]:
    """Return the pair, and what alerts each step of NORTH told that told any, until all was told."""
    pair = Pair()
    pair.mend()
    pair.run(2.0)
    steps: list[list[dict[str, object]]] = []
    for _ in range(4):
        t, flown = pair.now.utc_ns, 250.0 / 85_270.0 * pair.mono
        plots = []
        for k in range(PAIRS):
            lat, lon, apart = 30.0 + k % 40 * 0.5, 10.0 + k // 40 * 2.0, 0.2 + 0.001 * k
            at = {"accuracy_m": 50.0}
            plots.append(Plot(t, f"d1{k:04x}", lat, lon + flown, None, 9000.0, 9000.0, 250.0, 90.0, 0.0, **at))
            plots.append(Plot(t, f"d2{k:04x}", lat, lon + apart - flown, None, 9000.0, 9000.0, 250.0, 270.0, 0.0, **at))
        for source in ("radar", "adsb"):
            pair.give(pair.north, PlotsIn(source, tuple(plots)))
        pair.mono += 1.0
        while pair.north.core.next_deadline() <= pair.mono:
            before = len(pair.north.told)
            pair.give(pair.north, Tick())
            told = [one for one in pair.north.told[before:] if one["event"] == "alert"]
            steps += [told] if told else []
    return pair, steps


def test_every_alert_is_told_once_the_urgent_first_and_never_too_many_in_a_step() -> None:
    pair, steps = planted()
    opened = [one for told in steps for one in told if one["change"] == "opened"]
    assert len({one["id"] for one in opened}) == len(opened) == PAIRS
    assert max(map(len, steps)) <= flood.MOST_AT_ONCE
    first = [one for one in steps[0] if one["change"] == "opened"]
    late = [one for one in opened if one not in first]
    assert max(one["d_h_m"] for one in first) < min(one["d_h_m"] for one in late)  # type: ignore[type-var]
    assert sum("MORE ALERTS" in str(one.get("says")) for one in pair.north.told) == 1


def test_without_the_bound_one_step_tells_all_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    most = flood.MOST_AT_ONCE
    monkeypatch.setattr(flood, "MOST_AT_ONCE", 10**6)
    pair, steps = planted()
    assert len(steps[0]) > most
    assert not any("MORE ALERTS" in str(one.get("says")) for one in pair.north.told)


def test_a_frame_does_not_wait_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, _ = planted()
    core = pair.north.core
    changes = [(name, flood.AlertChange(flood.Kind.LOWERED, alert)) for name, alert in core.watching.open_alerts()]
    core._flood.add(changes)
    core._look_s = pair.mono + 9.0
    before = len(pair.north.told)
    pair.give(pair.north, FrameIn(pair.connection, b"{}"))
    assert len(core._flood) == PAIRS and not [t for t in pair.north.told[before:] if t["event"] == "alert"]
    pair.give(pair.north, Tick())
    assert len(core._flood) == PAIRS - flood.MOST_AT_ONCE
