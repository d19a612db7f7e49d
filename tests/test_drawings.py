"""The drawings of docs/machines are those of the tables: no machine is drawn by hand, or left behind by its table."""

from __future__ import annotations

import importlib.util
from enum import Enum
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "machines"


def drawing() -> ModuleType:
    """Return the script that draws."""
    spec = importlib.util.spec_from_file_location("draw_machines", ROOT / "scripts" / "draw_machines.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_that_of_its_table(path: Path) -> None:
    script = drawing()
    assert path.stem in script.MACHINES, "nothing draws it"
    assert path.read_text("utf-8") == script.draw(*script.MACHINES[path.stem]), "run scripts/draw_machines.py"


def test_every_machine_is_drawn() -> None:
    names = set(drawing().MACHINES)
    assert names == {path.stem for path in FOLDER.glob("*.svg")} and len(names) >= 2


def test_another_table_is_another_drawing() -> None:
    """The control: a move more in a table is seen."""
    script = drawing()
    title, table = script.MACHINES["session"]
    state = next(one for one, moves in table.items() if moves)
    moves: dict[Enum, Enum] = dict(table[state])
    moves.popitem()
    assert script.draw(title, {**table, state: moves}) != script.draw(title, table)
