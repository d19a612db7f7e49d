"""Once warm, nothing compiles any more, whatever flies: a kernel that compiles holds up everything for seconds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from armslength.node import compiled, recording
from armslength.node.recording import Recording

NOTED = """
import sys
from math import nan
from numba.core import dispatcher

compiled = []
compile_one = dispatcher.Dispatcher._compile_for_args


def noted(self, *args, **more):
    compiled.append(self.py_func.__qualname__)
    return compile_one(self, *args, **more)


dispatcher.Dispatcher._compile_for_args = noted
"""
COLD = (
    NOTED
    + """
from armslength.domain.picture import Source
from armslength.domain.plot import Plot
from armslength.node import warming
from armslength.node.core.inputs import PlotsIn
from armslength.node.core.watching import Watching
from armslength.units import NS

warming.CROWDS = eval(sys.argv[1])
warming.warm()
assert compiled
compiled.clear()
begin = warming.BEGIN_NS
for many in (0, 1, 2, 3, 31, 33, 300):
    watching = Watching("NORTH", None, [Source("radar", False), Source("adsb")])
    watching.look(begin)
    for second in range(1, 9):
        now = begin + second * NS
        for source in ("radar", "adsb"):
            plots = tuple(
                Plot(
                    now,
                    f"{k:06x}",
                    40.0 + 0.05 * (k // 2),
                    10.0 + 0.1 * (k % 2) + 0.003 * second * (1 - k % 2 * 2),
                    "",
                    9000.0 if k % 7 else nan,
                    9000.0 if k % 5 else nan,
                    250.0 if k % 11 else nan,
                    90.0 + 180.0 * (k % 2) + 3.0 * second * (k % 3 == 0),
                    0.0,
                    k % 13 == 12,
                    50.0 if k % 4 else 20000.0,
                    8 if second < 4 else 2,
                    8 if second < 4 else 2,
                )
                for k in range(many)
            )
            watching.take(PlotsIn(source, plots), now)
        watching.look(now + NS // 10)
    for second in (30, 90, 200):
        watching.look(begin + second * NS)
print(",".join(compiled))
"""
)
STAGES = (
    NOTED
    + """
import tempfile
from pathlib import Path
from armslength.node import warming
from node.test_recorder import MEMBERS, UNDER, arrivals, live, load_membership
from dataclasses import replace

if sys.argv[1] == "warm":
    warming.warm_stages()
    assert compiled
    compiled.clear()
folder = Path(tempfile.mkdtemp())
members = replace(UNDER, agreement="B", membership=load_membership(MEMBERS, "members.toml", None))
assert live(folder / "two", arrivals(1, 35.0), frozenset({100}), under=[UNDER, members])
assert live(folder / "one", arrivals(2, 25.0, ("radar",)))
print(",".join(compiled))
"""
)


def compiled_after(crowds: str) -> str:
    """Return the kernels that compile, or are loaded, when a node that was warmed with `crowds` looks at skies."""
    done = subprocess.run([sys.executable, "-c", COLD, crowds], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.slow
def test_nothing_compiles_after_warming() -> None:
    assert compiled_after("(40, 3, 0)") == ""


@pytest.mark.slow
def test_who_was_warmed_with_a_large_crowd_alone_would_compile_with_the_first_aircraft() -> None:
    assert "every_pair" in compiled_after("(40,)")


def stages_compiled(how: str) -> str:
    """Return the kernels that compile, or are loaded, when plots are recorded and judged to the end."""
    more = {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", STAGES, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | more)
    return done.stdout.strip()


def test_nothing_compiles_when_what_was_recorded_is_judged_at_the_stop() -> None:
    assert stages_compiled("warm") == ""


def test_a_recorder_that_was_not_warmed_would_compile_then() -> None:
    assert "stays" in stages_compiled("cold")


FORMS = "len(__import__('armslength.kernel.passage', fromlist=['passage']).stays.signatures)"
"""How many forms of the kernel of the stays a process holds."""


def after_preparing(folder: Path) -> int:
    """Return how many forms of that kernel the process of a recorder holds that was prepared and not yet asked."""
    home: Any = SimpleNamespace(plots=folder, config=None)
    nobody: Any = None

    async def held() -> int:
        made = Recording(home, nobody, lambda told: None, nobody)
        await made.prepare()
        try:
            return int(await made._ask(eval, FORMS))
        finally:
            await made.stop()

    return asyncio.run(held())


def test_the_process_of_the_recorder_is_warm_before_it_is_given_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert after_preparing(tmp_path) > 0
    monkeypatch.setattr(recording, "warm_stages", int)
    assert after_preparing(tmp_path) == 0


def test_a_start_says_that_it_compiles_while_any_kind_of_kernel_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    for name in compiled.LAST:
        assert not compiled.compiled()
        (tmp_path / f"{name}-1.{python}.nbi").touch()
    assert compiled.compiled()
