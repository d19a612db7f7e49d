"""bench replay: its figures are there, with the rules of conduct and without."""

from __future__ import annotations

from pathlib import Path

from armslength.bench.replay import bench_replay
from armslength.cli.bench_replay import _lines


def test_generated_traffic_is_replayed_with_the_rules_and_without(tmp_path: Path) -> None:
    figures = bench_replay(20_000, [], tmp_path, lambda what: None)
    assert [one["rows"] for one in figures["generated"]] == [2_000, 20_000]
    for one in figures["generated"]:
        bare = one["without_rules"]
        assert one["encounters"] == bare["encounters"] and bare["findings"] == 0
        assert one["seconds"] > 0 and one["detection_s"] > 0 and one["peak_mib"] > 0
    assert "times as long" in "\n".join(_lines({**figures, "beside": []}, True))
    assert list(tmp_path.iterdir()) == []
