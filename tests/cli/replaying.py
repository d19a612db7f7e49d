"""Running the command in this process as the shell would run it, and small skies to run it on."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl

from armslength.cli import main
from armslength.units import FT, KT, NM

FILES = (
    "encounters.parquet", "encounters.csv", "encounters.geojson", "findings.parquet", "findings.csv", "summary.json",
    "report.html",
)  # fmt: skip
Row = dict[str, Any]
BEGIN_MS = 1_767_258_000_000
"""2026-01-01T09:00:00Z: when the skies made here begin."""


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def paragraphs(self) -> list[str]:
        return self.err.splitlines()


class _Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def command(*arguments: object, terminal: bool = False) -> Ran:
    """Run `armslength ARGUMENTS...` through its entry point, as the installed script does."""
    out, err = io.StringIO(), _Screen() if terminal else io.StringIO()
    code: object = "main returned"
    with (
        mock.patch.object(sys, "argv", ["armslength", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int), code
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Ran(code, out.getvalue(), err.getvalue())


def replay(*arguments: object, out: Path, **options: Any) -> Ran:
    """Run `armslength replay ARGUMENTS... --out OUT`."""
    return command("replay", *arguments, "--out", out, **options)


def summary(out: Path) -> dict[str, Any]:
    """Return summary.json of a folder of outputs."""
    found: dict[str, Any] = json.loads((out / "summary.json").read_text("utf-8"))
    return found


def encounters(out: Path) -> list[dict[str, Any]]:
    """Return encounters.parquet of a folder of outputs, a dict a row; times are aware datetimes."""
    return pl.read_parquet(out / "encounters.parquet").to_dicts()


def sheet(out: Path) -> list[dict[str, str]]:
    """Return encounters.csv of a folder of outputs, every cell as it is written."""
    with (out / "encounters.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pairs(out: Path) -> list[tuple[str, str]]:
    """Return who met whom."""
    return [(e["first"], e["second"]) for e in encounters(out)]


def moment(seconds: float) -> datetime:
    """Return the time so many seconds after the skies made here begin."""
    return datetime.fromtimestamp(BEGIN_MS / 1000 + seconds, UTC)


@dataclass(frozen=True)
class Leg:
    """A straight and level flight near the equator, where a parallel is a great circle too.

    At `meets` [s] it is `north`, `east` [m] from the point (0, `place` degrees east).
    """

    address: str
    place: float
    course: str
    feet: float
    callsign: str = ""
    north: float = 0.0
    east: float = 0.0
    meets: float = 300.0
    knots: float = 480.0
    since: int = 0
    until: int = 600

    def rows(self) -> Iterator[Row]:
        sign = 1.0 if self.course in "NE" else -1.0
        for second in range(self.since, self.until + 1):
            ms = 1000 * second + 373 * second % 900  # times in whole seconds would be taken as rounded
            t = ms / 1000
            flown = sign * self.knots * KT * (t - self.meets)
            north, east = (self.north + flown, self.east) if self.course in "NS" else (self.north, self.east + flown)
            yield {
                "timestamp": BEGIN_MS + ms,
                "icao24": self.address,
                "callsign": self.callsign,
                "latitude": north / 110_574.2758,
                "longitude": self.place + east / 111_319.4908,
                "altitude": self.feet,
                "groundspeed": self.knots,
                "track": {"N": 0.0, "E": 90.0, "S": 180.0, "W": 270.0}[self.course],
                "vertical_rate": 0.0,
                "accuracy_m": 10.0,
            }


def table(legs: Iterable[Leg]) -> pl.DataFrame:
    """Return the recording of `legs`, about one plot a second each, in order of time."""
    return pl.DataFrame([row for leg in legs for row in leg.rows()]).sort("timestamp", maintain_order=True)


MEETINGS = (
    Leg("aaa001", 0.0, "N", 20_000, "ALFA1"), Leg("bbb001", 0.0, "E", 20_200, "BRAVO1"),
    Leg("aaa002", 3.0, "N", 20_000, "ALFA2"), Leg("bbb002", 3.0, "N", 21_000, "BRAVO2", east=2 * NM),
    Leg("aaa003", 6.0, "N", 20_000, "ALFA3"), Leg("bbb003", 6.0, "S", 20_500, "BRAVO3", east=4 * NM),
    Leg("aaa004", 9.0, "N", 20_000, "ALFA4"), Leg("aaa005", 9.0, "N", 20_500, "ALFA5", east=0.5 * NM),
    Leg("aaa006", 12.0, "N", 20_000, "ALFA6"), Leg("ccc001", 12.0, "S", 20_500, "GUARD1", east=1 * NM),
    Leg("eee001", 15.0, "N", 20_000), Leg("eee002", 15.0, "S", 20_500, east=1 * NM),
    Leg("aaa007", 18.0, "N", 20_000, "ALFA7"), Leg("bbb007", 18.0, "S", 20_500, "BRAVO7", east=1 * NM),
    Leg("aaa008", 21.0, "N", 20_000, "ALFA8"), Leg("bbb008", 21.0, "S", 20_100, "BRAVO8", east=100 * FT),
)  # fmt: skip
"""Eight meetings, three degrees apart: a near miss (under and over, 200 ft), ten minutes side by side at 2 NM and
1,000 ft, a pass at 4 NM, two of one party, an excluded force, two that nobody knows, and in the exempt area a pass at
1 NM and a near miss."""

TERMS = """\
title = "Eight meetings"

[[exempt]]
name = "Terminal"
box = { south = "2 S", west = "17 E", north = "2 N", east = "22 E" }

[[party]]
name = "ALFA"
members = ["Alfa Air Arm"]

[[party]]
name = "BRAVO"
members = ["Bravo Air Arm"]
excluded_forces = ["Charlie Guard"]
"""
MEMBERS = """\
[[aircraft]]
party = "ALFA"
member = "Alfa Air Arm"
ranges = ["aaa000-aaafff"]

[[aircraft]]
party = "BRAVO"
member = "Bravo Air Arm"
ranges = ["bbb000-bbbfff"]

[[aircraft]]
party = "BRAVO"
excluded = "Charlie Guard"
ranges = ["ccc000-cccfff"]
"""


@dataclass(frozen=True)
class Papers:
    """The eight meetings on disk: recording, terms, members."""

    folder: Path

    @property
    def recording(self) -> Path:
        return self.folder / "meetings.parquet"

    @property
    def agreement(self) -> tuple[str, Path]:
        return "--agreement", self.folder / "terms.toml"

    @property
    def members(self) -> tuple[str, Path]:
        return "--members", self.folder / "members.toml"

    def write(self) -> Papers:
        table(MEETINGS).write_parquet(self.recording)
        self.agreement[1].write_text(TERMS, "utf-8")
        self.members[1].write_text(MEMBERS, "utf-8")
        return self
