"""What an officer types, field by field, and what the shell offers him."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from typer.testing import CliRunner

from armslength.cli import app, completing
from armslength.cli.fields import holds, stem
from armslength.cli.values import field_of, fields_of, heard_values, value_of
from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE, Code, Kind, readback
from armslength.units import NS
from cli.desk import Desk, desk
from saying import said

__all__ = ["desk"]

NOON_NS = 1_763_812_800 * NS


@pytest.mark.parametrize(
    ("code", "typed", "field", "value"),
    [
        ("TFA", "range=5 NM", "range_m", 9260),
        ("TFA", "range_m=9260", "range_m", 9260),
        ("TFA", "range=9.26km", "range_m", 9260),
        ("CLB", "rate=1500 fpm", "rate_fpm", 1500),
        ("CLB", "to_level_qnh_hpa=1013 hPa", "to_level_qnh_hpa", 1013),
        ("CLB", "qnh=1013", "to_level_qnh_hpa", 1013),
        ("CLB", "level=3000 ft", "to_level_ft", 3000),
        ("CLB", "level=914.4 m", "to_level_ft", 3000),
        ("TRN", "track=005", "to_track_deg", 5),
        ("TRN", "track=270 deg", "to_track_deg", 270),
        ("SBY", "wait=10 min", "wait_s", 600),
        ("EMG", "lat=-35.12345", "latitude_e5", -3512345),
        ("EMG", "latitude_e5=3512345", "latitude_e5", 3512345),
        ("EMG", "nature=mayday", "nature", "DISTRESS"),
        ("RSM", "from=14:30Z", "from_ns", str(NOON_NS + 9000 * NS)),
        ("RSM", "from=23:00Z", "from_ns", str(NOON_NS + 39_600 * NS)),
        ("RSM", "from=02:00Z", "from_ns", str(NOON_NS - 36_000 * NS)),
        ("RSM", "from=+90 s", "from_ns", str(NOON_NS + 90 * NS)),
        ("RSM", "from=now", "from_ns", str(NOON_NS)),
        ("RSM", "from=2025-11-22T12:00:01Z", "from_ns", str(NOON_NS + NS)),
        ("MON", "frequency=f2", "freq_id", "F2"),
        ("UNA", "reason=not in terms", "reason", "NOT_IN_TERMS"),
        ("TFA", "direction=NW", "direction", "NW"),
        ("RSM", "scope=ground_line", "scope", "ground_line"),
    ],
)
def test_values_are_read_with_their_units(code: str, typed: str, field: str, value: Any) -> None:
    name, _, text = typed.partition("=")
    found = field_of(CATALOGUE[code], name)
    assert found.name == field
    assert value_of(CATALOGUE[code], found, text, NOON_NS, exact=name == field) == {field: value}


@pytest.mark.parametrize("typed", ["range=5", "range=-1 NM", "range=5 kt", "clock=0", "clock=3.5", "direction=X"])
def test_values_that_cannot_stand_there_are_refused_with_the_field(typed: str) -> None:
    with pytest.raises(InputError, match=f"TFA, {typed.partition('=')[0]}"):
        fields_of(CATALOGUE["TFA"], [typed], NOON_NS)


def test_a_flight_level_brings_its_datum_and_a_seen_one_its_sigma_which_is_said() -> None:
    fields, notes = fields_of(CATALOGUE["TFA"], ["clock=3", "level=FL250"], NOON_NS)
    assert fields["level_datum"] == "STANDARD" and fields["level_sigma_ft"] == 100
    assert any("100 ft" in note for note in notes)
    fields, notes = fields_of(CATALOGUE["TFA"], ["clock=3", "level=FL250", "sigma=500 ft", "urgency=urgent"], NOON_NS)
    assert fields["level_sigma_ft"] == 500 and notes == []


@given(said())
def test_what_the_catalogue_may_say_can_be_typed_by_whole_names(one: tuple[Code, dict[str, Any]]) -> None:
    code, fields = one
    typed = {
        name: value
        for name, value in fields.items()
        if code.field(name).kind not in {Kind.FREE, Kind.STAMP} and str(value).strip() == str(value)  # type: ignore[union-attr]
    }
    for name, value in typed.items():
        field = code.field(name)
        assert field is not None
        assert value_of(code, field, str(value), NOON_NS, exact=True)[name] == value
        assert field_of(code, stem(name)).name == name


def test_what_a_crew_said_becomes_the_values_of_a_read_back() -> None:
    clb = {"to_level_ft": 3000, "to_level_datum": "QNH", "to_level_qnh_hpa": 1013}
    code = CATALOGUE["CLB"]
    assert heard_values(code, clb, "3000 QNH 1013") == readback(code, clb) == "3000 QNH 1013"
    assert heard_values(code, clb, "FL030") == "3000 STANDARD"
    assert heard_values(code, clb, "3000 ft QNH 1012") == "3000 QNH 1012"
    assert heard_values(CATALOGUE["INC"], {"min_dist_m": 5556}, "3 NM") == "5556"
    with pytest.raises(InputError, match="more than is read back"):
        heard_values(CATALOGUE["INC"], {"min_dist_m": 5556}, "3 NM 500 ft")


def shell(**params: Any) -> Any:
    return SimpleNamespace(params=params, args=[])


def test_the_shell_completes_codes_fields_and_choices() -> None:
    assert completing.codes("T") == [("TFA", "traffic advisory"), ("TRN", "I intend to turn")]
    assert completing.codes("tf") == [("tfa", "traffic advisory")]
    assert len(completing.codes("")) == 40
    offered = [name for name, _ in completing.fields(shell(code="tfa", pairs=["clock=3"]), "")]
    assert "range=" in offered and "clock=" not in offered
    assert [name for name, _ in completing.fields(shell(code="TFA", pairs=[]), "ra")] == ["range="]
    assert [name for name, _ in completing.fields(shell(code="TFA", pairs=[]), "direction=n")] == [
        f"direction={one}" for one in ("n", "ne", "nw")
    ]
    assert completing.fields(shell(code="XXX"), "") == completing.fields(shell(code="TFA"), "mud=") == []


def test_a_shell_is_offered_what_it_asks_for() -> None:
    for typed, offered in (("call TF", "TFA"), ("call tf", "tfa"), ("call TFA direction=se", "direction=se")):
        line = f"armslength {typed}"
        asks = {"_ARMSLENGTH_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line}
        assert f'"{offered}":' in CliRunner().invoke(app, [], env=asks, prog_name="armslength").output


def test_the_shell_completes_what_the_running_node_knows_and_never_fails(desk: Desk) -> None:
    desk.north("send", code="STP", fields={"kind": "LASER"})
    desk.pair.run(1.0)
    ((short, says),) = [one for one in completing.messages(shell(home=None), "") if one[1].startswith("STP")]
    assert len(short) == 8 and says.startswith("STP from NORTH at ") and says.endswith("Z")
    assert completing.counterparts(shell(home=None), "no") == ["NORTH"]
    assert ("ground", "the ground line") in completing.frequencies(shell(home=None), "g")
    desk.runs = False
    assert completing.messages(shell(home=None), "") == [] and completing.counterparts(shell(home=None), "") == []
    assert completing.frequencies(shell(home=None), "") == [("ground", "the ground line")]


def test_help_of_a_code_shows_what_is_typed_and_no_stored_unit() -> None:
    for name in CATALOGUE:
        told = CliRunner().invoke(app, ["call", name.lower(), "--help"], terminal_width=300).output
        fields = told.partition("The fields of " if CATALOGUE[name].fields else name)[2]
        assert fields and "e5" not in fields and "[" not in fields and "_ns" not in fields, told
    told = CliRunner().invoke(app, ["call", "--wait", "3", "EMG", "--help"]).output
    assert (
        "latitude     position, released by a person (may, with longitude; 35.1234 (decimal degrees); -90 to 90)"
        in told
    )
    told = CliRunner().invoke(app, ["call", "LCM", "--help"]).output
    assert 'planned begins (must; now, 14:30Z, "+10 min", 2026-11-22T14:30:00Z)' in told
    assert "CODE --help tells the fields of that code" in CliRunner().invoke(app, ["call", "--help"]).output


EXAMPLES = {
    "_m": ["5 NM", "9260m"],
    "_s": ["90 s"],
    "_deg": ["270"],
    "_fpm": ["1500 fpm"],
    "_e5": ["35.1234"],
    "_hpa": ["1013"],
    "level_ft": ["FL250", "25000 ft", "7620m"],
    "_ns": ["now", "14:30Z", "+10 min", "2026-11-22T14:30:00Z"],
}


@pytest.mark.parametrize("code", CATALOGUE.values(), ids=lambda code: code.name)
def test_what_the_help_shows_can_be_typed(code: Code) -> None:
    for field in code.fields:
        for example in [one for end, many in EXAMPLES.items() if field.name.endswith(end) for one in many]:
            assert example in holds(code, field)
            assert field.fits(value_of(code, field, example, NOON_NS)[field.name])


def test_what_is_missing_is_named_as_it_is_typed_and_said_once() -> None:
    with pytest.raises(InputError) as wrong:
        fields_of(CATALOGUE["ACT"], ["class=hazard", "floor=FL100", "ceiling=FL200", "level_datum=standard"], NOON_NS)
    assert str(wrong.value).startswith("ACT needs the field start. The fields of ACT:")
    with pytest.raises(InputError, match=r"^EMG, latitude: .* -90 to 90\)\.$"):
        fields_of(CATALOGUE["EMG"], ["lat=91"], NOON_NS)
