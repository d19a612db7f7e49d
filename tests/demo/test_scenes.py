"""The table of scenes, for fast clocks and slow machines."""

from __future__ import annotations

import pytest

from armslength.demo.scenes import LEAST_CUT_S, SCENES, SUSPENDED_S, scenes_at
from armslength.scenario.river import DURATION


def at(scenes: tuple[object, ...], word: str) -> float:
    (found,) = [scene for scene in scenes if word in scene.says]  # type: ignore[attr-defined]
    return float(found.at_s)  # type: ignore[attr-defined]


@pytest.mark.parametrize("speed", [1.0, 4.0, 14.0, 60.0])
def test_a_cut_lasts_long_enough_to_be_noticed(speed: float) -> None:
    scenes = scenes_at(speed)
    cut = at(scenes, "mended") - at(scenes, "is cut. Nobody")
    assert cut / speed >= LEAST_CUT_S and cut >= 40.0
    assert len(scenes) == len(SCENES)
    assert [scene.at_s for scene in scenes] == sorted(scene.at_s for scene in scenes)


def test_a_suspension_takes_effect_when_its_notice_says() -> None:
    assert at(scenes_at(4.0), "notice has run") == SUSPENDED_S
    assert at(scenes_at(4.0, 30.0), "notice has run") == SUSPENDED_S - 30.0
    assert at(scenes_at(4.0, 30.0), "is cut. Nobody") == at(scenes_at(4.0), "is cut. Nobody")


def test_everything_happens_within_the_scenario() -> None:
    assert all(0.0 <= scene.at_s < DURATION for scene in scenes_at(30.0))
