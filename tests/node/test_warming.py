"""Once warm, nothing compiles any more, whatever flies: a kernel that compiles holds up everything for seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

COLD = """
import sys
from math import nan
from numba.core import dispatcher

compiled = []
compile_one = dispatcher.Dispatcher._compile_for_args


def noted(self, *args, **more):
    compiled.append(self.py_func.__qualname__)
    return compile_one(self, *args, **more)


dispatcher.Dispatcher._compile_for_args = noted
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
