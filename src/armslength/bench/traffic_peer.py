"""The peer of replay: `traffic`'s closest points of approach over the beginning of a recording, in its own process.

`traffic` (MIT) needs pandas < 3 and about a gigabyte, so it is no extra of armslength: whatever Python has it runs it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from armslength.errors import InputError
from armslength.units import FT, NM, NS

_CHILD = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd, traffic
from cartes.crs import EuroPP
from traffic.core import Traffic

rows = pd.read_csv(sys.argv[1], dtype={"icao24": str, "callsign": str})
rows["timestamp"] = pd.to_datetime(rows.timestamp, unit="ns", utc=True)
sky = Traffic(rows)
begin = time.perf_counter()
found = sky.closest_point_of_approach(5 * 1852, 1000, projection=EuroPP(), round_t="h", max_workers=2)
seconds = time.perf_counter() - begin
near = found.data[(found.data.lateral < 5) & (found.data.vertical < 1000)]
pairs = sorted({tuple(sorted(p)) for p in zip(near.icao24_x, near.icao24_y)})
print(json.dumps({"seconds": seconds, "pairs": pairs, "version": traffic.__version__}))
"""


def compare(path: Path, python: Path, minutes: float) -> dict[str, Any]:
    """Replay the first `minutes` of `path` here and in `traffic`; return both times [s], the ratio, and the pairs.

    The peer's time is that of its search alone; ours is that of reading, cleaning and detection together.

    Raises:
        InputError: the peer does not run.
    """
    from armslength.agreement.terms import Separation, default_terms
    from armslength.node.replay import Request
    from armslength.node.replay import replay as run

    terms = replace(default_terms(), separation=Separation(5 * NM, 1000 * FT, 180.0))
    first = run(Request([path], terms, "bench")).first_ns or 0
    with tempfile.TemporaryDirectory(prefix="armslength-bench-") as folder:
        table = Path(folder) / "slice.csv"
        _write(path, first + round(minutes * 60 * NS), table)
        times = []
        for _ in range(5):
            begin = perf_counter()
            ours = run(Request([table], terms, "bench"))
            times.append(perf_counter() - begin)
        done = subprocess.run([str(python), "-c", _CHILD, str(table)], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise InputError(f"{python} does not run traffic: {last}", remedy='It needs: pip install "traffic" "pandas<3"')
    peer = json.loads(done.stdout.strip().splitlines()[-1])
    theirs, found = {tuple(p) for p in peer["pairs"]}, {(e.first, e.second) for e in ours.encounters}
    return {
        "file": path.name, "minutes": minutes, "aircraft": len(ours.roster), "rows": ours.tracker.used,
        "peer": f"traffic {peer['version']}", "peer_s": peer["seconds"], "ours_s": min(times),
        "ratio": peer["seconds"] / min(times), "both": len(theirs & found),
        "only_peer": sorted(theirs - found), "only_ours": sorted(found - theirs), "python": sys.version.split()[0],
    }  # fmt: skip


def _write(path: Path, to_ns: int, table: Path) -> None:
    """Write the rows of `path` up to `to_ns` as the table that `traffic` expects."""
    import polars as pl

    from armslength.adapters.recording import open_recordings
    from armslength.domain.plot import KeptAside, Roster
    from armslength.units import FPM, KT

    roster, frames = Roster(), []
    for recording in open_recordings([path]):
        for plots in recording.batches(0, roster, KeptAside(), []):
            keep = plots.time_ns < to_ns
            who = plots.aircraft[keep].tolist()
            stamps = plots.time_ns[keep]
            frames.append(
                pl.DataFrame(
                    {
                        "timestamp": stamps,
                        "icao24": [roster.addresses[a] for a in who],
                        "callsign": [roster.callsign_at(a, int(t)) for a, t in zip(who, stamps, strict=True)],
                        "latitude": plots.lat[keep], "longitude": plots.lon[keep],
                        "altitude": plots.alt_baro_m[keep] / FT, "groundspeed": plots.gs_mps[keep] / KT,
                        "track": plots.track_deg[keep], "vertical_rate": plots.vs_mps[keep] / FPM,
                    }
                )
            )  # fmt: skip
    pl.concat(frames).sort("icao24", "timestamp").write_csv(table)
