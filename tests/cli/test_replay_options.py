"""The options of replay: whose aircraft, which minima, which times, and what makes it fail."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from armslength.cli.options import minima
from armslength.errors import InputError
from armslength.units import FT, NM
from cli.replaying import MEMBERS, TERMS, Leg, Papers, encounters, moment, pairs, replay, summary, table

NEAR, BESIDE, FOUR = ("aaa001", "bbb001"), ("aaa002", "bbb002"), ("aaa003", "bbb003")
OWN, GUARD, NOBODY = ("aaa004", "aaa005"), ("aaa006", "ccc001"), ("eee001", "eee002")
EXEMPT, EXEMPT_NEAR = ("aaa007", "bbb007"), ("aaa008", "bbb008")


def test_without_agreement_every_aircraft_is_its_own_party(papers: Papers, tmp_path: Path) -> None:
    assert replay(papers.recording, out=tmp_path).code == 0
    assert set(pairs(tmp_path)) == {NEAR, BESIDE, OWN, GUARD, NOBODY, EXEMPT, EXEMPT_NEAR}
    assert {e["first_party"] + e["second_party"] + e["note"] for e in encounters(tmp_path)} == {
        "",
        "stayed inside longer than the 180 s allowed; not seen for all of it: the stay may have lasted longer",
    }


def test_agreement_without_members_knows_nobody_but_holds_its_articles(papers: Papers, tmp_path: Path) -> None:
    assert replay(papers.recording, *papers.agreement, out=tmp_path).code == 0
    assert set(pairs(tmp_path)) == {NEAR, BESIDE, OWN, GUARD, NOBODY, EXEMPT_NEAR}
    said = summary(tmp_path)
    assert said["terms"]["title"] == "Eight meetings" and said["terms"]["exempt"] == ["Terminal"]
    assert said["members"] is None


def test_members_without_agreement_make_parties_under_the_rule_of_threes(papers: Papers, tmp_path: Path) -> None:
    assert replay(papers.recording, *papers.members, out=tmp_path).code == 0
    assert set(pairs(tmp_path)) == {NEAR, BESIDE, GUARD, EXEMPT, EXEMPT_NEAR}
    said = summary(tmp_path)
    assert said["members"] == str(papers.members[1])
    assert said["terms"]["title"] == "Rule of threes"


def test_agreement_and_members(judged: Path) -> None:
    found = {(e["first"], e["second"]): e for e in encounters(judged)}
    assert set(found) == {NEAR, BESIDE, GUARD, EXEMPT_NEAR}
    assert OWN not in found, "two of one party are that party's business"
    assert NOBODY not in found, "two that nobody knows are nobody's pair"
    assert EXEMPT not in found, "no minima hold in an exempt area"
    assert (found[GUARD]["first_party"], found[GUARD]["second_party"]) == ("ALFA", "Charlie Guard")
    assert found[GUARD]["note"] == "ccc001 not bound by the terms"
    assert found[EXEMPT_NEAR]["level"] == "near_miss"
    assert "near misses count everywhere" in found[EXEMPT_NEAR]["note"]
    assert found[EXEMPT_NEAR]["dwell_s"] < 1.0, "only the time under 500 ft counts where no minima hold"


def test_outside_the_area_only_near_misses_count(papers: Papers, tmp_path: Path) -> None:
    terms = tmp_path / "terms.toml"
    area = '[area]\nname = "Far west"\nbox = { south = "2 S", west = "2 W", north = "2 N", east = "4 E" }\n'
    terms.write_text(TERMS.replace("[[exempt]]", area + "[[exempt]]"), "utf-8")
    assert replay(papers.recording, "--agreement", terms, *papers.members, out=tmp_path / "out").code == 0
    assert set(pairs(tmp_path / "out")) == {NEAR, BESIDE, EXEMPT_NEAR}


def test_call_signs_and_lists_say_the_party_as_ranges_do(papers: Papers, judged: Path, tmp_path: Path) -> None:
    members = tmp_path / "members.toml"
    text = MEMBERS.replace('ranges = ["aaa000-aaafff"]', 'callsigns = ["ALFA?"]')
    text = text.replace('ranges = ["ccc000-cccfff"]', 'addresses = ["CCC001"]')
    members.write_text(text, "utf-8")
    assert replay(papers.recording, *papers.agreement, "--members", members, out=tmp_path / "out").code == 0
    assert (tmp_path / "out" / "encounters.csv").read_bytes() == (judged / "encounters.csv").read_bytes()


def test_separation_replaces_the_minima_of_the_terms(papers: Papers, tmp_path: Path) -> None:
    separation = ("--separation", "5 NM, 1500 ft")
    assert replay(papers.recording, *papers.agreement, *papers.members, *separation, out=tmp_path).code == 0
    found = {(e["first"], e["second"]): e for e in encounters(tmp_path)}
    assert set(found) == {NEAR, BESIDE, FOUR, GUARD, EXEMPT_NEAR}
    assert found[FOUR]["ratio"] == pytest.approx(4 / 5, abs=1e-3)
    assert found[BESIDE]["ratio"] == pytest.approx(1000 / 1500, abs=1e-3)
    said = summary(tmp_path)["terms"]
    assert (said["horizontal_m"], said["vertical_m"]) == (5 * NM, pytest.approx(1500 * FT))
    assert said["source"] == f"{papers.agreement[1]}, minima from --separation"


def test_near_miss_replaces_the_distance_of_the_terms(papers: Papers, tmp_path: Path) -> None:
    for distance, near in (("250 ft", {NEAR, EXEMPT_NEAR}), ("150 ft", {EXEMPT_NEAR}), ("1.5 NM", None)):
        assert replay(papers.recording, *papers.members, "--near-miss", distance, out=tmp_path).code == 0
        found = {(e["first"], e["second"]) for e in encounters(tmp_path) if e["level"] == "near_miss"}
        assert found == (near if near is not None else {NEAR, GUARD, EXEMPT, EXEMPT_NEAR}), distance
    assert summary(tmp_path)["terms"]["near_miss_m"] == 1.5 * NM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 NM, 1000 ft", (5 * NM, 1000 * FT)),
        ("3 NM, 3,000 ft", (3 * NM, 3000 * FT)),
        ("3 NM,3,000 ft", (3 * NM, 3000 * FT)),
        ("3 NM or 3,000 ft", (3 * NM, 3000 * FT)),
        ("3NM,300ft", (3 * NM, 300 * FT)),
        ("1,852 m, FL10", (1852.0, 1000 * FT)),
        (" 9.26 km ,  0.3 km ", (9260.0, 300.0)),
    ],
)
def test_minima_as_people_write_them(text: str, expected: tuple[float, float]) -> None:
    assert minima(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "5 NM", "5 NM, 1000 ft, 3 NM", "5 NM 1000 ft", "5 NM, ", "5, 100", "5,100 ft"])
def test_minima_that_are_not_two_distances(text: str) -> None:
    with pytest.raises(InputError, match=r"^--separation") as caught:
        minima(text)
    assert caught.value.remedy


def test_from_and_to_cut_the_recording(papers: Papers, tmp_path: Path) -> None:
    since, until = moment(290), moment(400)
    options = ("--from", "2026-01-01T09:04:50Z", "--to", "2026-01-01T10:06:40+01:00")
    assert replay(papers.recording, *papers.agreement, *papers.members, *options, out=tmp_path).code == 0
    said = summary(tmp_path)
    first, last = (datetime.fromisoformat(said["time"][end]) for end in ("from", "to"))
    assert since <= first < since + timedelta(seconds=2) and until - timedelta(seconds=2) < last <= until
    assert said["rows"]["used"] + said["rows"]["outside_time"] == said["rows"]["read"] == 9616
    found = {(e["first"], e["second"]): e for e in encounters(tmp_path)}
    assert set(found) == {NEAR, BESIDE, GUARD, EXEMPT_NEAR}
    assert found[BESIDE]["dwell_s"] == pytest.approx((last - first).total_seconds(), abs=2e-3)
    assert all(first <= e["opened"] <= e["closed"] <= last + timedelta(seconds=0.001) for e in found.values())


def test_a_time_before_everything_finds_nothing(papers: Papers, tmp_path: Path) -> None:
    assert replay(papers.recording, "--to", "1999-12-31T23:59:59Z", out=tmp_path).code == 0
    said = summary(tmp_path)
    assert said["rows"]["outside_time"] == said["rows"]["read"] and said["encounters"]["total"] == 0


SKIES = {
    "nothing": [Leg("aaa001", 0.0, "N", 20_000), Leg("bbb001", 0.0, "S", 20_000, east=8 * NM)],
    "inside": [Leg("aaa001", 0.0, "N", 20_000), Leg("bbb001", 0.0, "S", 20_000, east=1 * NM)],
    "dwelling": [Leg("aaa001", 0.0, "N", 20_000), Leg("bbb001", 0.0, "N", 20_000, east=1 * NM)],
    "near miss": [Leg("aaa001", 0.0, "N", 20_000), Leg("bbb001", 0.0, "S", 20_100)],
    "perhaps near": [Leg("aaa001", 0.0, "N", 20_000), Leg("bbb001", 0.0, "S", 20_450)],
}
FAILS = {
    "nothing": set(),
    "inside": {"inside"},
    "dwelling": {"inside", "breach"},
    "near miss": {"inside", "near_miss", "breach"},
    "perhaps near": {"inside", "near_miss"},
}


@pytest.mark.parametrize("sky", SKIES)
def test_fail_on(sky: str, tmp_path: Path) -> None:
    recording = tmp_path / "sky.parquet"
    table(SKIES[sky]).write_parquet(recording)
    codes = {}
    for level in ("inside", "near_miss", "breach"):
        ran = replay(recording, "--fail-on", level, "--json", out=tmp_path / "out")
        codes[level] = ran.code
        assert ran.err == "" and json.loads(ran.out) == summary(tmp_path / "out"), "findings are no error"
    assert {level for level, code in codes.items() if code == 1} == FAILS[sky]
    assert set(codes.values()) <= {0, 1}
    assert replay(recording, out=tmp_path / "out").code == 0


def test_an_excluded_force_is_no_breach(tmp_path: Path) -> None:
    legs = [Leg("aaa001", 0.0, "N", 20_000), Leg("ccc001", 0.0, "S", 20_100)]
    table(legs).write_parquet(tmp_path / "sky.parquet")
    (tmp_path / "members.toml").write_text(MEMBERS, "utf-8")
    options = (tmp_path / "sky.parquet", "--members", tmp_path / "members.toml", "--fail-on")
    assert replay(*options, "breach", out=tmp_path / "out").code == 0
    assert replay(*options, "near_miss", out=tmp_path / "out").code == 1


def test_bad_input_outweighs_findings(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    ran = replay(papers.recording, tmp_path / "empty.csv", "--fail-on", "inside", out=tmp_path / "out")
    assert ran.code == 2
    assert set(pairs(tmp_path / "out")) >= {NEAR, BESIDE}


def test_the_output_folder_is_made_with_its_parents(papers: Papers, tmp_path: Path) -> None:
    assert replay(papers.recording, out=tmp_path / "a" / "b" / "c").code == 0
    assert (tmp_path / "a" / "b" / "c" / "report.html").stat().st_size > 10_000
