"""What replay writes: five files that say the same, in the columns, units and order that are promised."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from armslength.domain.encounter import COLUMNS
from armslength.units import FT, NM
from cli.replaying import FILES, Papers, encounters, moment, pairs, replay, sheet, summary
from shared import SHARED, shared_data

ADDRESS = re.compile(r"~?[0-9a-f]{6}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TIMES = ("opened", "closed", "t_closest", "t_slant")
RECORDINGS = (
    "aircraft_carrier.json.gz", "dreamliner_airfrance.json.gz", "noisy_spoofing.json.gz", "noisy_time_issue.json.gz",
    "rega_sg.json.gz", "trace_full_ac671b.json", "zurich_airport.json.gz",
)  # fmt: skip


@pytest.fixture(params=["judged", "switzerland"])
def out(request: pytest.FixtureRequest) -> Path:
    """Return a folder of outputs: of the eight meetings, and of a real day."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


def test_seven_files_and_nothing_else(out: Path) -> None:
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)


def test_exactly_the_columns_in_all_three_tables(out: Path) -> None:
    assert tuple(pl.read_parquet(out / "encounters.parquet").columns) == COLUMNS
    with (out / "encounters.csv").open(encoding="utf-8") as file:
        assert tuple(file.readline().rstrip("\n").split(",")) == COLUMNS
    collection = json.loads((out / "encounters.geojson").read_text("utf-8"))
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert tuple(feature["properties"]) == COLUMNS
        assert feature["geometry"]["coordinates"] == [feature["properties"]["lon"], feature["properties"]["lat"]]


def test_the_three_tables_say_the_same(out: Path) -> None:
    features = json.loads((out / "encounters.geojson").read_text("utf-8"))["features"]
    rows, lines = encounters(out), sheet(out)
    assert len(rows) == len(lines) == len(features) > 0
    for row, line, feature in zip(rows, lines, features, strict=True):
        for name in COLUMNS:
            value, written = row[name], feature["properties"][name]
            if value is None:
                assert line[name] == "" and written is None
            elif isinstance(value, datetime):
                assert line[name] == written
                assert abs(datetime.fromisoformat(written) - value) <= timedelta(milliseconds=0.5)
            elif isinstance(value, float):
                assert float(line[name]) == written == pytest.approx(value, abs=5.01e-4)
            else:
                assert line[name] == str(value) == str(written)


def test_first_before_second_in_lower_case_hex_and_times_in_utc(out: Path) -> None:
    for line in sheet(out):
        assert ADDRESS.fullmatch(line["first"]) and ADDRESS.fullmatch(line["second"])
        assert line["first"] < line["second"]
        assert all(STAMP.fullmatch(line[name]) for name in TIMES)
        assert line["level"] in ("inside", "near_miss")
        assert line["certainty"] in ("certain", "possible", "not_determinable")
    assert all(pl.read_parquet_schema(out / "encounters.parquet")[name] == pl.Datetime("ns", "UTC") for name in TIMES)


def test_numbered_from_one_in_order_of_opened(out: Path) -> None:
    rows = encounters(out)
    assert [row["encounter"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["opened"] for row in rows] == sorted(row["opened"] for row in rows)


def test_the_numbers_fit_each_other_and_the_minima(out: Path) -> None:
    terms = summary(out)["terms"]
    h, v, near = terms["horizontal_m"], terms["vertical_m"], terms["near_miss_m"]
    for e in encounters(out):
        assert e["opened"] <= e["t_closest"] <= e["closed"]
        assert e["opened"] <= e["t_slant"] <= e["closed"]
        assert 0.0 <= e["dwell_s"] <= (e["closed"] - e["opened"]).total_seconds() + 1e-3
        assert -90.0 <= e["lat"] <= 90.0 and -180.0 <= e["lon"] < 180.0
        assert e["error_h_m"] > 0.0
        if e["d_v_m"] is None:
            assert e["certainty"] == "not_determinable" and e["level"] == "inside" and e["slant_m"] is None
            assert e["ratio"] == pytest.approx(e["d_h_m"] / h, rel=1e-9)
            continue
        assert e["ratio"] == pytest.approx(max(e["d_h_m"] / h, e["d_v_m"] / v), rel=1e-6)
        assert e["ratio"] < 1.0
        # no slant distance is less than the least one, and the least ratio is no greater than that of any moment
        assert e["slant_m"] <= math.hypot(e["d_h_m"], e["d_v_m"]) + 1e-6
        assert e["slant_m"] >= e["ratio"] * min(h, v) - 1e-6
        assert (e["level"] == "near_miss") == (e["slant_m"] < near)


def test_the_summary_counts_what_the_tables_hold(out: Path) -> None:
    rows, said = encounters(out), summary(out)
    found = said["encounters"]
    assert found["total"] == len(rows)
    for column, kinds in (("level", ("inside", "near_miss")), ("certainty", ("certain", "possible"))):
        for kind in kinds:
            assert found[kind] == sum(row[column] == kind for row in rows)
    assert found["certain"] + found["possible"] + found["not_determinable"] == found["total"]
    assert said["rows"]["read"] == sum(one["rows"] for one in said["recordings"])
    low, high = (datetime.fromisoformat(said["time"][end]) for end in ("from", "to"))
    slack = timedelta(seconds=0.001)
    assert all(low - slack <= row["opened"] <= row["closed"] <= high + slack for row in rows)


def test_the_meetings_are_measured(judged: Path) -> None:
    """Values that follow from how the sky was made: a pass at 960 kt with the minima 3 NM long is quickly told."""
    found = {(e["first"], e["second"]): e for e in encounters(judged)}
    beside, under = found["aaa002", "bbb002"], found["aaa001", "bbb001"]
    assert beside["d_h_m"] == pytest.approx(2 * NM, abs=1.0)
    assert beside["d_v_m"] == pytest.approx(1000 * FT, abs=0.01)
    assert beside["dwell_s"] == pytest.approx(600.6, abs=0.01)
    assert (beside["opened"], beside["closed"]) == (moment(0), moment(600.6))
    assert "longer than the 180 s allowed" in beside["note"]
    assert (under["level"], under["certainty"]) == ("near_miss", "certain")
    assert under["slant_m"] == pytest.approx(200 * FT, abs=0.1)
    assert under["ratio"] == pytest.approx(200 / 3000, abs=1e-6)
    assert abs(under["t_slant"] - moment(300)) < timedelta(milliseconds=50)
    # the levels alone rule the ratio while one crosses over the other: of those moments the nearest counts
    assert abs(under["t_closest"] - moment(300)) < timedelta(milliseconds=50)
    assert under["d_h_m"] < 5.0
    speed = 480 * NM / 3600
    inside_for = 2 * 3 * NM / (math.sqrt(2) * speed)
    assert under["dwell_s"] == pytest.approx(inside_for, abs=0.05)
    assert abs(under["opened"] - moment(300 - inside_for / 2)) < timedelta(milliseconds=50)
    assert (under["lat"], under["lon"]) == (pytest.approx(0.0, abs=1e-3), pytest.approx(0.0, abs=1e-3))
    assert under["alt_m"] == pytest.approx(20_100 * FT, abs=0.1)
    assert (under["first_callsign"], under["second_callsign"]) == ("ALFA1", "BRAVO1")
    assert (under["first_party"], under["second_party"]) == ("ALFA", "BRAVO")
    assert summary(judged)["encounters"]["breaches"] == 3


def accounts(said: dict[str, Any]) -> None:
    """Fail unless every row that was read is accounted for, with an example for every reason."""
    rows = said["rows"]
    aside = rows["kept_aside"]
    assert rows["read"] == rows["used"] + rows["outside_time"] + sum(one["rows"] for one in aside.values())
    names = {one["file"] for one in said["recordings"]}
    for reason, one in aside.items():
        assert one["rows"] > 0, reason
        assert one["example"]["file"] in names and one["example"]["row"] >= 1 and one["example"]["says"], reason


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_row_of_a_real_recording_is_accounted_for(name: str, tmp_path: Path) -> None:
    ran = replay(shared_data("recordings", name), out=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    said = summary(tmp_path)
    assert said["rows"]["read"] > 1000
    accounts(said)


def test_every_row_of_a_day_is_accounted_for(switzerland: Path) -> None:
    said = summary(switzerland)
    assert said["rows"]["read"] == 139_098
    assert said["aircraft"] == 842
    accounts(said)


def test_every_row_of_several_recordings_within_a_time_is_accounted_for(tmp_path: Path) -> None:
    some = [shared_data("recordings", name) for name in ("zurich_airport.json.gz", "noisy_spoofing.json.gz")]
    alone = []
    for number, path in enumerate(some):
        assert replay(path, out=tmp_path / str(number)).code == 0
        alone.append(summary(tmp_path / str(number)))
    assert replay(*some, "--to", alone[0]["time"]["to"][:10] + "T23:59:59Z", out=tmp_path / "both").code == 0
    both = summary(tmp_path / "both")
    accounts(both)
    assert both["rows"]["outside_time"] > 0
    assert both["rows"]["read"] == sum(one["rows"]["read"] for one in alone)
    assert {one["file"] for one in both["recordings"]} == {path.name for path in some}


def test_a_folder_says_what_was_no_recording(tmp_path: Path) -> None:
    folder = SHARED / "data" / "recordings"
    if not folder.exists():
        pytest.skip("shared data absent: data/recordings")
    assert replay(folder, "--from", "2030-01-01T00:00:00Z", out=tmp_path).code == 0
    said = summary(tmp_path)
    accounts(said)
    assert [Path(one["file"]).name for one in said["skipped"]] == ["license.md"]
    assert said["rows"]["used"] == 0 and said["rows"]["outside_time"] > 100_000
    assert said["encounters"]["total"] == 0 and said["time"] == {"from": None, "to": None}
    assert encounters(tmp_path) == [] and sheet(tmp_path) == []


def test_json_is_one_document_equal_to_the_file(papers: Papers, tmp_path: Path) -> None:
    ran = replay(papers.recording, "--json", out=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == summary(tmp_path)
    assert ran.out == (tmp_path / "summary.json").read_text("utf-8")


def test_piped_output_is_plain(papers: Papers, tmp_path: Path) -> None:
    for options in ((), ("--json",)):
        ran = replay(papers.recording, *papers.agreement, *papers.members, *options, out=tmp_path)
        assert ran.err == ""
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", ran.out)
        assert ran.out.endswith("\n")


def test_a_terminal_sees_progress_and_the_pipe_does_not(papers: Papers, tmp_path: Path) -> None:
    ran = replay(papers.recording, "--json", out=tmp_path, terminal=True)
    assert "%" in ran.err
    assert json.loads(ran.out) == summary(tmp_path)


def test_what_is_said_is_what_was_found(papers: Papers, judged: Path, tmp_path: Path) -> None:
    ran = replay(papers.recording, *papers.agreement, *papers.members, out=tmp_path)
    said = summary(tmp_path)
    assert f"{said['aircraft']} aircraft, {said['rows']['used']:,} of {said['rows']['read']:,} rows used" in ran.out
    assert "Minima 3 NM and 3,000 ft, near miss under 500 ft: " in ran.out
    assert "4 encounters: 2 near misses, 2 inside the minima; 4 certain, 0 possible, 0 not determinable" in ran.out
    assert f"Report: {tmp_path / 'report.html'}" in ran.out
    assert "ALFA1 and BRAVO1" in ran.out
    assert pairs(tmp_path) == pairs(judged)


def test_one_is_not_told_as_many(papers: Papers, tmp_path: Path) -> None:
    only = ("--separation", "0.5 NM, 500 ft", "--near-miss", "150 ft", "--from", "2026-01-01T09:04:00Z")
    ran = replay(papers.recording, *papers.agreement, *papers.members, *only, out=tmp_path)
    assert "2 encounters: 1 near miss, 1 inside the minima; " in ran.out
    assert "; 0 breaches\n" in ran.out


def test_nothing_found_is_not_called_safe(papers: Papers, tmp_path: Path) -> None:
    ran = replay(papers.recording, "--separation", "30 ft, 30 ft", "--near-miss", "1 ft", out=tmp_path)
    assert ran.code == 0
    assert "Nothing seen inside the minima." in ran.out
    assert not re.search(r"\b(clear|safe)\b", ran.out + (tmp_path / "summary.json").read_text("utf-8"))
    assert encounters(tmp_path) == []
    assert json.loads((tmp_path / "encounters.geojson").read_text("utf-8"))["features"] == []
