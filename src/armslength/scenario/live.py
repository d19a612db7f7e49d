"""A scenario as live feeds: one recording for each source of each party, with the faults that live feeds have.

The mosaics that `write` writes are what a radar centre makes of the sources; a node makes its own of these. Three
faults are put in on purpose, and said in what is returned: a ghost (an address that nobody flies, with jumps that
nobody can fly), a teleport (an aircraft's plots are thrown to another place for some turns of one radar), and an
aircraft whose level no radar learns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from armslength.scenario.aircraft import LIGHT, NORTH, SOUTH, UNKNOWN, Aircraft
from armslength.scenario.recording import recording
from armslength.scenario.registry import Scenario
from armslength.scenario.sensors import Radar, Seen, apart
from armslength.scenario.sky import Sky
from armslength.units import NM, stamp

GHOST = "d4f001"
"""Address of the ghost; nobody in any scenario has it."""
LEVELLESS = "GNAT11"
"""Call sign of the aircraft whose level no radar learns."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one source of one party, from `t0` to `t1` [s]; `of` is the call sign that it is made from."""

    kind: str
    party: str
    source: str
    of: str
    t0: float
    t1: float


FAULTS = (
    Fault("ghost", NORTH, "terminal radar", "BRAMBLE5", 225.0, 300.0),
    Fault("teleport", SOUTH, "coast radar", "TEASEL15", 350.0, 358.0),
    Fault("no level", NORTH, "terminal radar", LEVELLESS, 0.0, 1e9),
    Fault("no level", NORTH, "long-range radar", LEVELLESS, 0.0, 1e9),
)
"""What is wrong with the feeds by the river."""


def write_live(
    which: Scenario, sky: Sky, seed: int, folder: Path, begins_ns: int, *, faults: tuple[Fault, ...] = FAULTS
) -> dict[str, Any]:
    """Write one Parquet recording for each source of each party into `folder`; return what was written.

    Args:
        which: the scenario, for its sensors; sky: as drawn from it; seed: for the noise of the sensors.
        folder: made when absent; files in it are replaced.
        begins_ns: UTC of the start of the scenario [ns].
        faults: what is wrong with the feeds.

    Returns:
        {"feeds": {party: {source: {"file", "rows", "kind"}}}, "faults": [...]}; kind is "own", "broadcast" or "radar".
    """
    folder.mkdir(parents=True, exist_ok=True)
    feeds: dict[str, dict[str, dict[str, Any]]] = {}
    for number, party in enumerate((NORTH, SOUTH), start=1):
        rng = np.random.default_rng([seed, number, 0x11FE])
        sites = [s for s in which.sensors[party] if isinstance(s, Radar)]
        for source in which.sensors[party]:
            seen = apart(sky, source, sites, rng)
            for fault in faults:
                if (fault.party, fault.source) == (party, source.name):
                    seen = _faulty(sky, seen, fault, rng)
            if not seen:
                continue
            table = recording(sky, [(aircraft, [plots]) for aircraft, plots in seen], begins_ns)
            name = source_file(party, source.name)
            table.write_parquet(folder / name, compression="zstd", statistics=True)
            kind = "radar" if isinstance(source, Radar) else "own" if source.party else "broadcast"
            feeds.setdefault(party, {})[source.name] = {"file": name, "rows": table.height, "kind": kind}
    told = [
        {
            "kind": f.kind, "party": f.party, "source": f.source, "of": f.of,
            "from": stamp(begins_ns + round(f.t0 * 1e9)), "to": stamp(begins_ns + round(min(f.t1, sky.duration) * 1e9)),
        }
        for f in faults
    ]  # fmt: skip
    return {"feeds": feeds, "faults": told}


def source_file(party: str, source: str) -> str:
    """Return the name of the recording of one source of a party."""
    return f"{party.lower()}-{source.replace(' ', '-')}.parquet"


def _faulty(
    sky: Sky, seen: list[tuple[Aircraft, Seen]], fault: Fault, rng: np.random.Generator
) -> list[tuple[Aircraft, Seen]]:
    """Return what the source sees with `fault` in it; unchanged where nobody of that call sign is seen."""
    out = []
    for aircraft, plots in seen:
        if aircraft.callsign != fault.of:
            out.append((aircraft, plots))
            continue
        during = (plots.t >= fault.t0) & (plots.t <= fault.t1)
        if fault.kind == "no level":
            out.append((aircraft, replace(plots, z=np.where(during, np.nan, plots.z))))
        elif fault.kind == "teleport":
            thrown = np.where(during, 15 * NM, 0.0)
            out.append((aircraft, replace(plots, dx=plots.dx + thrown, dy=plots.dy - thrown)))
        else:
            out.append((aircraft, plots))
            nobody = replace(aircraft, address=GHOST, callsign="", party=UNKNOWN, kind=LIGHT)
            out.append((nobody, _only(_ghost(plots, rng), during)))
    return out


def _ghost(plots: Seen, rng: np.random.Generator) -> Seen:
    """Return plots about those of a real aircraft, each thrown to another side: nobody can fly so."""
    around, away = rng.uniform(0.0, 2 * np.pi, len(plots.t)), rng.uniform(3.0, 8.0, len(plots.t)) * NM
    return replace(plots, dx=away * np.sin(around), dy=away * np.cos(around), course=np.degrees(around) % 360.0)


def _only(plots: Seen, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> Seen:
    cut = {
        name: getattr(plots, name)[mask]
        for name in ("t", "arrival", "x", "y", "z", "dx", "dy", "gs", "course", "vs", "accuracy")
    }
    return replace(plots, **cut)
