"""What a scenario writes: the same bytes for a seed, files that others can read, and no harm to what was there."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from armslength import cli
from armslength.agreement.reading import read_terms
from armslength.errors import InputError
from armslength.node.membership import load_membership
from armslength.scenario import recording
from armslength.scenario.episodes.registry import EPISODES
from armslength.scenario.registry import SCENARIOS
from armslength.scenario.sky import Sky
from armslength.scenario.truth import Truth
from armslength.scenario.write import FILES, TRUTH_COLUMNS, write_scenario
from armslength.units import parse_stamp

DOCS = Path(__file__).parents[2] / "docs" / "scenarios.md"
PICTURES = ("north.parquet", "south.parquet")


def test_same_seed_same_bytes(written: Path, tmp_path: Path) -> None:
    write_scenario("euphrates", 1, tmp_path / "again")
    for name in FILES:
        assert (written / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    write_scenario("euphrates", 2, tmp_path / "other")
    for name in (*PICTURES, "truth.csv", "scenario.json"):
        assert (written / name).read_bytes() != (tmp_path / "other" / name).read_bytes(), name
    assert sorted(p.name for p in (tmp_path / "again").iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", PICTURES)
def test_recordings_speak_the_dialect(written: Path, name: str) -> None:
    table = pl.read_parquet(written / name)
    assert tuple(table.columns) == recording.COLUMNS
    assert table.schema["timestamp"] == pl.Datetime("ns", "UTC")
    assert table["icao24"].str.contains("^d[0-9a-f]{5}$").all()
    assert table["callsign"].str.len_chars().max() <= 8  # type: ignore[operator]
    assert table["latitude"].is_between(-39, -33).all()
    assert table["longitude"].is_between(-23, -17).all()
    assert table["altitude"].drop_nulls().is_between(-100, 45000).all()
    assert table["track"].is_between(0, 360, closed="left").all()
    assert table["groundspeed"].is_between(0, 730).all()
    assert (table["accuracy_m"] > 0).all()
    assert 0 < table["onground"].mean() < 0.05  # type: ignore[operator]
    for column in ("timestamp", "latitude", "longitude", "groundspeed", "track", "vertical_rate", "accuracy_m"):
        assert table[column].null_count() == 0, column
    for column in table.select(pl.selectors.float()).columns:
        assert not table[column].is_nan().any(), column
    fraction = table["timestamp"].dt.millisecond()
    assert (fraction != 0).mean() > 0.9  # type: ignore[operator]


def test_a_drone_that_tells_only_its_geometric_height(written: Path) -> None:
    table = pl.read_parquet(written / "south.parquet").filter(pl.col("callsign") == "MIDGE81")
    assert table["altitude"].null_count() == table.height > 0
    assert table["geoaltitude"].null_count() == 0


def test_rows_stand_in_order_of_arrival(written: Path) -> None:
    """Later by latency, so the times themselves run back a little, never by much."""
    for name in PICTURES:
        t = pl.read_parquet(written / name)["timestamp"].to_numpy().astype(np.int64) / 1e9
        back = np.maximum.accumulate(t) - t
        assert 0.3 < back.max() < 6.0, name


def test_speeds_and_tracks_agree_with_the_positions(written: Path) -> None:
    """Own reports far off the middle meridian, 40 apart: what they say is how they move."""
    table = pl.read_parquet(written / "south.parquet").filter(pl.col("callsign") == "BASIN52").sort("timestamp")
    table = table.filter(pl.col("altitude") > 28000)
    lat, lon = (np.radians(table[c].to_numpy()) for c in ("latitude", "longitude"))
    t = table["timestamp"].to_numpy().astype(np.int64) / 1e9
    skip = 40
    dt = t[skip:] - t[:-skip]
    north = (lat[skip:] - lat[:-skip]) * 6.359e6
    east = (lon[skip:] - lon[:-skip]) * 6.386e6 * np.cos(lat[:-skip])
    straight = np.abs(np.diff(np.unwrap(np.radians(table["track"].to_numpy()))[::1], prepend=0.0))[skip:] < 0.02
    speed = np.hypot(north, east) / dt / (1852 / 3600)
    steady = straight & (dt < 1.5 * skip) & (np.abs(speed - 400) < 8)
    assert steady.mean() > 0.2
    course = np.degrees(np.arctan2(east, north)) % 360
    said = table["track"].to_numpy()[skip // 2 : len(table) - skip // 2]
    off = (course - said + 180) % 360 - 180
    assert np.median(off[steady]) == pytest.approx(0.0, abs=0.25)
    assert np.median(table["groundspeed"].to_numpy()) == pytest.approx(400.0, abs=0.5)


def test_truth_csv(written: Path, happened: list[Truth]) -> None:
    with (written / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == TRUTH_COLUMNS
    assert len(rows) == len(happened)
    begins = parse_stamp(SCENARIOS["euphrates"].begins)
    for row, e in zip(rows, happened, strict=True):
        assert row["first"] == e.first < e.second == row["second"]
        assert (parse_stamp(row["t_closest"]) - begins) / 1e9 == pytest.approx(e.t_closest, abs=6e-4)
        assert row["opened"] <= row["t_closest"] <= row["closed"]
        assert float(row["ratio"]) == pytest.approx(e.ratio, abs=1e-6)


def test_papers_say_what_the_sky_is(written: Path, sky: Sky) -> None:
    reading = read_terms((written / "agreement.toml").read_text("utf-8"), "agreement.toml")
    assert reading.doubts == ()
    terms = reading.terms
    assert (terms.separation.horizontal_m, terms.separation.vertical_m) == (5556.0, pytest.approx(914.4))
    assert [party.name for party in terms.parties] == ["NORTH", "SOUTH"]
    membership = load_membership((written / "members.toml").read_text("utf-8"), "members.toml", terms)
    for aircraft in sky.aircraft:
        member = membership.member(aircraft.address, aircraft.callsign)
        if aircraft.party == "unidentified":
            assert member is None
            continue
        assert member is not None, aircraft.callsign
        assert member.excluded == (aircraft.party == "excluded")
        if not member.excluded:
            assert (member.party, member.category) == (aircraft.party, aircraft.kind.category), aircraft.callsign
        lat, lon = sky.plane.geodetic(aircraft.flight.x[::60], aircraft.flight.y[::60])
        assert terms.area is not None
        assert terms.area.contains(lat, lon, aircraft.flight.z[::60]).all(), aircraft.callsign
    lat, lon = sky.plane.geodetic(np.array([sky.terminal[0]]), np.array([sky.terminal[1]]))
    assert terms.exempt[0].contains(lat, lon, 1000.0).all()
    assert not terms.exempt[0].contains(lat, lon, 3000.0).any()


def test_scenario_json_tells_the_story(written: Path, sky: Sky) -> None:
    facts = json.loads((written / "scenario.json").read_text("utf-8"))
    assert (facts["scenario"], facts["seed"]) == ("euphrates", 1)
    assert facts["begins"] == "2026-03-03T09:00:00.000Z"
    assert sum(facts["aircraft"].values()) == len(sky.aircraft)
    assert {p["name"] for p in facts["story"]} == {p.name for p in sky.planned}
    assert [p["at"] for p in facts["story"]] == sorted(p["at"] for p in facts["story"])
    for party, rows in facts["rows"].items():
        assert pl.read_parquet(written / f"{party.lower()}.parquet").height == rows


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine too")
    with pytest.raises(InputError, match=r"already holds truth\.csv"):
        write_scenario("quiet", 1, tmp_path)
    assert (tmp_path / "truth.csv").read_text() == "mine"
    write_scenario("quiet", 1, tmp_path, overwrite=True)
    assert (tmp_path / "truth.csv").read_text().startswith("first,second,planned")
    assert (tmp_path / "notes.txt").read_text() == "mine too"
    with pytest.raises(InputError, match="not a folder"):
        write_scenario("quiet", 1, tmp_path / "notes.txt")


def test_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, ["scenario", "write", "quiet", "--seed", "3", "--out", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads((tmp_path / "scenario.json").read_text("utf-8"))
    listed = CliRunner().invoke(cli.app, ["scenario", "list"])
    assert all(name in listed.stdout for name in SCENARIOS)
    as_json = CliRunner().invoke(cli.app, ["scenario", "list", "--json"])
    assert set(json.loads(as_json.stdout)) == set(SCENARIOS) | set(EPISODES)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["euphrate", "--seed", "1"], "Take one of these: euphrates, dateline, quiet, river, conduct."),
        (["quiet", "--seed", "-1"], "The seed is -1."),
    ],
)
def test_command_errors(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr("sys.argv", ["armslength", "scenario", "write", *arguments, "--out", str(out)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert says in capsys.readouterr().err
    assert not out.exists()


def test_the_page_knows_every_scenario_and_file() -> None:
    page = DOCS.read_text("utf-8")
    for name in (*SCENARIOS, *FILES):
        assert f"`{name}`" in page, name
    for column in (*TRUTH_COLUMNS, *recording.COLUMNS):
        assert column in page, column


def test_interrupted_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Path, *args: object, **kwargs: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_scenario("quiet", 1, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_single_sources_for_live_nodes(tmp_path: Path) -> None:
    before = time.time()
    done = CliRunner().invoke(
        cli.app, ["scenario", "write", "river", "--sources", "--begins-in", "3 min", "--out", str(tmp_path / "sky")]
    )
    assert done.exit_code == 0, done.output
    first = json.loads((tmp_path / "sky" / "scenario.json").read_text())["begins"]
    assert before + 179.0 <= parse_stamp(first) / 1e9 <= time.time() + 181.0 and first in done.output
    for party in ("north", "south"):
        whole = pl.read_parquet(tmp_path / "sky" / f"{party}.parquet")
        single = sorted((tmp_path / "sky").glob(f"{party}-*.parquet"))
        assert len(single) == 4
        for file in single:
            table = pl.read_parquet(file)
            assert table.columns == whole.columns and file.name in done.output
            assert abs((table["timestamp"].min() - whole["timestamp"].min()).total_seconds()) < 10.0  # type: ignore
    again = CliRunner().invoke(cli.app, ["scenario", "write", "river", "--sources", "--out", str(tmp_path / "sky")])
    assert isinstance(again.exception, InputError) and "north-broadcasts.parquet" in str(again.exception)


@pytest.mark.parametrize("text", ["3", "-1 min", "2 d", "soon"])
def test_a_beginning_that_is_none(tmp_path: Path, text: str) -> None:
    done = CliRunner().invoke(
        cli.app, ["scenario", "write", "river", f"--begins-in={text}", "--out", str(tmp_path / "sky")]
    )
    assert isinstance(done.exception, InputError) and "--begins-in" in str(done.exception)
    assert not (tmp_path / "sky").exists()
