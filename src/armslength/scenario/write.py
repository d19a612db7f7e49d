"""Writing a scenario: two pictures, the papers, the truth. The same seed writes the same bytes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from armslength import __version__
from armslength.errors import InputError
from armslength.scenario.aircraft import NORTH, SOUTH
from armslength.scenario.live import source_file, write_live
from armslength.scenario.papers import agreement, members, story
from armslength.scenario.recording import recording
from armslength.scenario.registry import Scenario, draw, scenario
from armslength.scenario.sensors import picture
from armslength.scenario.sky import Sky
from armslength.scenario.truth import Truth, truth
from armslength.units import parse_stamp, stamp

FILES = (
    "north.parquet", "south.parquet", "agreement.toml", "members.toml", "truth.csv", "truth_outside.csv",
    "scenario.json",
)  # fmt: skip
"""What a scenario consists of."""
TRUTH_COLUMNS = (
    "first", "second", "planned", "opened", "closed", "t_closest", "d_h_m", "d_v_m", "ratio", "t_slant", "slant_m",
    "dwell_s", "level",
)  # fmt: skip
"""Columns of truth.csv; they mean what they mean in encounters.csv, `planned` is the name of the plan or empty."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the folder, and what scenario.json says."""

    folder: Path
    facts: dict[str, Any]


def write_scenario(
    name: str, seed: int, folder: Path, *, overwrite: bool = False, begins: str = "", sources: bool = False
) -> Written:
    """Write the scenario `name` into `folder` (made when absent) and return what was written.

    Args:
        name: of a scenario in the registry.
        seed: from 0 up; the same seed writes the same bytes.
        folder: where to.
        overwrite: replace the files of an earlier scenario; other files in the folder are never touched.
        begins: UTC, ISO 8601; "": the day that the scenario has.
        sources: write a recording of each single source of each party too, for live nodes.

    Raises:
        InputError: an unknown name, a negative seed, or files in the way.
    """
    which = scenario(name)
    which = replace(which, begins=begins) if begins else which
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is not a folder.", where="--out", remedy="Name a folder.")
    there = [file for file in (*FILES, *(source_files(which) if sources else ())) if (folder / file).exists()]
    if there and not overwrite:
        what = f"{folder} already holds {', '.join(there)}."
        raise InputError(what, where="--out", remedy="Name another folder, or add --overwrite to replace them.")
    sky, begins_ns = draw(which, seed), parse_stamp(which.begins)
    happened = truth(sky)
    tables = {
        party: recording(sky, picture(sky, party, np.random.default_rng([seed, number]), which.sensors), begins_ns)
        for number, party in enumerate((NORTH, SOUTH), start=1)
    }
    rows = {party: table.height for party, table in tables.items()}
    facts = _facts(which, seed, sky, rows, happened, begins_ns)
    texts = {
        "agreement.toml": agreement(sky),
        "members.toml": members(sky),
        "truth.csv": truth_csv(happened, begins_ns),
        "truth_outside.csv": truth_csv(truth(sky, outside=True), begins_ns),
        "scenario.json": json.dumps(facts, indent=2, ensure_ascii=False) + "\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    parts = {file: folder / f"{file}.part" for file in FILES}
    try:
        for party, table in tables.items():
            table.write_parquet(parts[f"{party.lower()}.parquet"], compression="zstd", statistics=True)
        for file, text in texts.items():
            parts[file].write_text(text, encoding="utf-8", newline="\n")
        for file, part in parts.items():
            part.replace(folder / file)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    if sources:
        facts["feeds"] = write_live(which, sky, seed, folder, begins_ns, faults=())["feeds"]
    return Written(folder, facts)


def source_files(which: Scenario) -> list[str]:
    """Return the names of the recordings of single sources."""
    return [source_file(party, source.name) for party, some in which.sensors.items() for source in some]


def truth_csv(happened: list[Truth], begins_ns: int) -> str:
    """Return truth.csv: UTC times to the millisecond, metres to the millimetre."""

    def when(t: float) -> str:
        return stamp(begins_ns + round(t * 1e9))

    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(TRUTH_COLUMNS)
    for e in happened:
        sheet.writerow(
            [
                e.first, e.second, e.planned, when(e.opened), when(e.closed), when(e.t_closest), f"{e.d_h_m:.3f}",
                f"{e.d_v_m:.3f}", f"{e.ratio:.6f}", when(e.t_slant), f"{e.slant_m:.3f}", f"{e.dwell_s:.3f}", e.level,
            ]
        )  # fmt: skip
    return out.getvalue()


def _facts(
    which: Scenario, seed: int, sky: Sky, rows: dict[str, int], happened: list[Truth], begins: int
) -> dict[str, Any]:
    import polars as pl

    parties: dict[str, int] = {}
    for aircraft in sky.aircraft:
        parties[aircraft.party] = parties.get(aircraft.party, 0) + 1
    return {
        "scenario": which.name,
        "summary": which.summary,
        "seed": seed,
        "versions": {"armslength": __version__, "numpy": np.__version__, "polars": pl.__version__},
        "begins": stamp(begins),
        "ends": stamp(begins + round(which.duration * 1e9)),
        "middle": {"lat": which.lat, "lon": which.lon},
        "aircraft": parties,
        "rows": rows,
        "encounters": len(happened),
        "near_misses": sum(e.level == "near_miss" for e in happened),
        "unplanned": sum(not e.planned for e in happened),
        "files": list(FILES),
        "story": story(sky, begins),
    }
