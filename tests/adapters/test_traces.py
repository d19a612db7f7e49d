"""Full traces of readsb / tar1090, against a reading in plain Python."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.plain_reader import EPU_M, level, single
from adapters.written import Reading, write
from armslength.units import FPM, FT, KT
from shared import shared_data

HEAD = {"icao": "ac671b", "r": "N899DN", "timestamp": 1738703622.619}
ROWS: list[list[Any]] = [
    [0.0, 16.7, -88.0, 32000, 478.6, 327.8, 1, 0, None, "adsb_icao", 33825, 32, 280, 0.0],
    [8.96, 16.8, -88.1, 32100, 482.0, 336.8, 0, 64, {"flight": "DAL1812 ", "nac_p": 10}, "adsb_icao", 33850],
    [9.5, 16.9, -88.2, None, None, None, 0, None, None, "mlat", None, None, None, None],
    [10.5, 17.0, -88.3, 31000, 480.0, 330.0, 8, -64, None, "adsb_icao", None, None, None, None],
    [11.5, 17.1, -88.4, "ground", 12.0, 90.0, 2, None, {"nac_p": 8}, "adsb_icao", None, None, None, None],
    [12.5, None, None, 500, 12.0, 90.0, 0, None, None, "mode_s", None, None, None, None],
    [13.5, 17.2, -88.5, 500, 12.0, 90.0, 0, 0, None],
    [14.5, 17.3, -88.6, "FL350", 12.0, 90.0, 0, 0, None],
    "broken",
]  # fmt: skip


def trace(**more: Any) -> bytes:
    return json.dumps({**HEAD, "trace": ROWS} | more).encode()


def plainly(outer: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = []
    nacp = None
    for number, row in enumerate(outer["trace"], start=1):
        if not isinstance(row, list) or len(row) < 8:
            continue
        more = row[8] or {}
        nacp = more.get("nac_p", nacp)
        if row[1] is None or row[3] == "FL350":
            continue
        ground = row[3] == "ground"
        baro = None if ground or row[6] & 8 else row[3]
        geometric = row[10] if len(row) > 10 else None
        geometric = row[3] if row[6] & 8 and not ground else geometric
        time_ns = round((outer["timestamp"] + row[0]) * 1e6) * 1000
        found.append(
            (
                number, time_ns, outer["icao"], row[1], row[2], level(baro), level(geometric),
                single(row[4], KT), single(row[5]), single(row[7], FPM), ground,
                None if nacp is None else single(EPU_M.get(nacp)),
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_a_trace_with_everything(packed: bool, tmp_path: Path) -> None:
    got = Reading(write(tmp_path / "trace_full_ac671b.json", trace(), packed=packed))
    assert got.recordings[0].format == "readsb trace"
    assert got.tuples() == plainly(json.loads(trace()))
    assert got.aside.counts == {"no position": 1, "not a number": 1, "row does not parse": 1}
    assert got.rows_read == len(ROWS) and got.accounts_for_every_row()
    assert got.roster.callsigns(0) == ["DAL1812"]
    assert any('alt_baro is "FL350"' in message and "row 8" in message for message in got.messages)
    assert any("row 9" in message for message in got.messages)


def test_levels_carry_their_datum(tmp_path: Path) -> None:
    got = Reading(write(tmp_path / "t.json", trace()))
    at = {plot[0]: plot for plot in got.tuples()}
    assert at[4][5] is None and at[4][6] == pytest.approx(31000 * FT)  # flag 8: the altitude is geometric
    assert at[5][5] is None and at[5][10] is True  # "ground" is no level
    assert at[1][11] is None and at[3][11] == 10.0 and at[5][11] == pytest.approx(92.6)  # NACp holds until the next


def test_the_real_trace(tmp_path: Path) -> None:
    path = shared_data("recordings", "trace_full_ac671b.json")
    outer = json.loads(path.read_bytes())
    expected = plainly(outer)
    assert Reading(path).tuples() == expected
    packed = write(tmp_path / path.name, path.read_bytes(), packed=True)  # as tar1090 stores it
    got = Reading(packed)
    assert got.tuples() == expected
    assert got.rows_read == len(outer["trace"]) and got.messages == []
    assert got.roster.callsigns(0)[0] == "DAL1812"


@pytest.mark.parametrize("packed", [False, True])
def test_a_trace_cut_off(packed: bool, tmp_path: Path) -> None:
    text = json.dumps({**HEAD, "trace": ROWS[:7] * 30}).encode()
    cut = gzip.compress(text)[: len(gzip.compress(text)) * 2 // 3] if packed else text[: len(text) // 2]
    got = Reading(write(tmp_path / "t.json", cut))
    assert len(got.problems) == 1 and not got.raised
    assert "t.json" in got.messages[0] and f"after {got.rows_read:,} rows" in got.messages[0]
    expected = plainly({**HEAD, "trace": ROWS[:7] * 30})
    assert got.tuples() == expected[: len(got)] and len(got) > 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (trace(timestamp=None), "timestamp"),
        (trace(timestamp="noon"), "timestamp"),
        (trace()[:60], ""),
        (b'{"icao": , "timestamp": 5, "trace": [[0,1,2]]}', "head of the trace is damaged"),
    ],
)
def test_traces_that_cannot_be_used(content: bytes, what: str, tmp_path: Path) -> None:
    got = Reading(write(tmp_path / "t.json", content))
    assert len(got.raised) == 1 and "t.json" in got.messages[0] and what in got.messages[0]
    assert got.accounts_for_every_row()


def test_a_trace_without_address(tmp_path: Path) -> None:
    got = Reading(write(tmp_path / "t.json", trace(icao=None)))
    assert got.aside.counts["no address"] == 7 and len(got) == 0
