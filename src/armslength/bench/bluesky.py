"""The peer: one full detection pass of BlueSky, in a process of its own.

BlueSky 1.1.1 has two detectors, one in C++ and one in numpy; both test every pair. Either gives its own fresh process
here, so that neither its memory nor its threads meet ours.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from armslength.domain.plot import F64, I64
from armslength.errors import InputError

VERSION = "1.1.1"
HINT = f"Install it with: pip install 'armslength[bench]' (bluesky-simulator=={VERSION}), or name a Python that has it."
NEEDS_GIB = {"cpp": 1.0, "numpy": 6.5}
"""Memory that a pass over 5,000 aircraft in numpy, or 10,000 in C++, needs at most."""
PROBE = "import bluesky, bluesky.traffic.asas.cstatebased"
CHILD = """
import json, sys, time
from types import SimpleNamespace
import numpy as np
import bluesky
from bluesky.traffic.asas import cstatebased
from bluesky.traffic.asas.statebased import StateBased

name, file, repeat, horizontal, vertical, lookahead = sys.argv[1:7]
with np.load(file) as z:
    sky = {k: np.ascontiguousarray(z[k], dtype=np.float64) for k in z.files}
n = len(sky["lat"])
sky["trk"] = sky.pop("track")
traf = SimpleNamespace(ntraf=n, id=[str(i) for i in range(n)], **sky)
zones = np.full(n, float(horizontal)), np.full(n, float(vertical)), np.full(n, float(lookahead))
one = cstatebased.detect if name == "cpp" else lambda *given: StateBased.detect(None, *given)
seconds = []
for _ in range(int(repeat)):
    begin = time.perf_counter()
    found = one(traf, traf, *zones)
    seconds.append(time.perf_counter() - begin)
pairs = sorted({tuple(sorted((int(a), int(b)))) for a, b in found[0]})
print(json.dumps({"seconds": seconds, "pairs": pairs}))
"""


class Pass(NamedTuple):
    """What the peer said: the fastest of its passes [s], how many there were, and its pairs as keys (see `keys`)."""

    seconds: float
    repeats: int
    pairs: I64


def keys(first: Any, second: Any) -> I64:
    """Return one number for each pair of indices, first < second."""
    return np.asarray(first, np.int64) << 32 | np.asarray(second, np.int64)


def there(python: str) -> bool:
    """Return whether the Python at `python` has BlueSky with its C++ detector."""
    try:
        return subprocess.run([python, "-c", PROBE], capture_output=True, check=False).returncode == 0
    except OSError:
        raise InputError(
            f"{python} cannot be run.", where="--peer-python", remedy="Name the python of an environment with BlueSky."
        ) from None


def run(python: str, name: str, sky: dict[str, F64], terms: dict[str, float], repeat: int) -> Pass | None:
    """Let the detector `name` ("cpp" or "numpy") look at `sky`; None where it failed, for want of memory mostly.

    Args:
        sky: arguments of `armslength.detect`. terms: horizontal, vertical [m], lookahead [s].
    """
    with tempfile.TemporaryDirectory(prefix="armslength-bench-") as folder:
        file = Path(folder) / "sky.npz"
        np.savez(file, **sky)  # type: ignore[arg-type]  # its other keyword is no array
        asked = [str(repeat), *(repr(terms[key]) for key in ("horizontal", "vertical", "lookahead"))]
        done = subprocess.run(
            [python, "-c", CHILD, name, str(file), *asked], capture_output=True, text=True, check=False
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return None
    said = json.loads(lines[-1])
    pairs = np.array(said["pairs"], np.int64).reshape(-1, 2)
    return Pass(min(said["seconds"]), len(said["seconds"]), keys(pairs[:, 0], pairs[:, 1]))
