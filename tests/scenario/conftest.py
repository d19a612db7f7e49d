"""The skies that the scenario tests look at, drawn once."""

from __future__ import annotations

from pathlib import Path

import pytest

from armslength.scenario.registry import draw, scenario
from armslength.scenario.sky import Sky
from armslength.scenario.truth import Truth, truth
from armslength.scenario.write import write_scenario


@pytest.fixture(scope="session")
def sky() -> Sky:
    return draw(scenario("euphrates"), 1)


@pytest.fixture(scope="session")
def happened(sky: Sky) -> list[Truth]:
    return truth(sky)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario("euphrates", 1, tmp_path_factory.mktemp("sky") / "out").folder
