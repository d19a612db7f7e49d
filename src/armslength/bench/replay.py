"""How fast recordings are replayed: generated traffic at two sizes, with the rules of conduct and without; real ones.

Each in a fresh process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from armslength.errors import InputError

SEPARATION = "5 NM, 1000 ft"
Say = Callable[[str], None]

_CHILD = """
import json, resource, sys, time
from dataclasses import replace
from pathlib import Path
from armslength.agreement.terms import Separation, default_terms
from armslength.cli.options import minima
from armslength.node import replay as r, stages

horizontal, vertical = minima(sys.argv[1])
terms = replace(default_terms(), separation=Separation(horizontal, vertical, 180.0))
if sys.argv[3] == "without rules":
    off = {number: replace(rule, enabled=False) for number, rule in terms.conduct.items()}
    terms = replace(terms, conduct=off)
spent = [0.0]
def timed(*given, found=stages.detect_stays):
    begin = time.perf_counter()
    out = found(*given)
    spent[0] += time.perf_counter() - begin
    return out
stages.detect_stays = timed
def run():
    spent[0] = 0.0
    begin, cpu = time.perf_counter(), time.process_time()
    outcome = r.replay(r.Request([Path(p) for p in sys.argv[4:]], terms, "bench"))
    return outcome, time.perf_counter() - begin, time.process_time() - cpu, spent[0]
runs = [run() for _ in range(int(sys.argv[2]))]
outcome, wall, cpu, detection_s = min(runs, key=lambda one: one[1])
print(json.dumps({
    "rows": sum(one.rows_read for one in outcome.recordings), "seconds": wall, "cpu_s": cpu, "detection_s": detection_s,
    "encounters": len(outcome.encounters), "aircraft": len(outcome.roster), "findings": len(outcome.findings),
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def bench_replay(rows: int, recordings: list[Path], scratch: Path | None, say: Say) -> dict[str, Any]:
    """Measure; return rows, seconds, rows a second and peak memory [MiB] of every run.

    Args:
        rows: of generated traffic; a tenth of it is run too, to show whether memory stays flat.
        recordings: real ones, replayed one by one as the whole command.
        scratch: folder for the generated file (about 22 bytes a row); None is the system's.
        say: told what is being done.

    Raises:
        InputError: no room for the generated file.
    """
    from armslength.scenario.bulk import write_bulk

    generated: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="armslength-bench-", dir=scratch) as folder:
        for count in sorted({max(rows // 10, 1), rows}):
            path = Path(folder) / f"generated-{count}.parquet"
            say(f"writing {count:,} rows of generated traffic")
            try:
                write_bulk(path, count, seed=20151020)
            except OSError as wrong:
                raise InputError(
                    f"The generated recording cannot be written ({wrong.strerror}).",
                    where=str(path),
                    remedy="Name a folder with room with --scratch, or ask for fewer --rows.",
                ) from None
            say(f"replaying {count:,} rows")
            runs = 1 if generated else 2  # the first compiles what no earlier one has
            generated.append(_inside(path, runs) | {"without_rules": _inside(path, runs, rules=False)})
            path.unlink()
    commands = []
    for path in recordings:
        say(f"replaying {path.name}")
        inside = _inside(path, 3)
        _command(path)  # the first start fills the page cache
        commands.append({"file": path.name, "command_s": min(_command(path) for _ in range(3)), **inside})
    return {"minima": SEPARATION, "cores": os.cpu_count(), "generated": generated, "recordings": commands}


def _inside(path: Path, repeat: int, *, rules: bool = True) -> dict[str, Any]:
    """Replay `path` in a fresh process, `repeat` times, the fastest counts; kernels are compiled beforehand."""
    which = "with rules" if rules else "without rules"
    run = [sys.executable, "-c", _CHILD, SEPARATION, str(repeat), which, str(path)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"{path}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no answer'}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said | {"rows_per_second": said["rows"] / said["seconds"]}


def _command(path: Path) -> float:
    """Return how long the whole command takes [s], from start to exit."""
    with tempfile.TemporaryDirectory(prefix="armslength-bench-") as out:
        begin = time.perf_counter()
        run = [sys.executable, "-m", "armslength", "replay", str(path), "--separation", SEPARATION, "--out", out]
        subprocess.run(run, capture_output=True, check=True)
        return time.perf_counter() - begin
