"""What is done to the two nodes of the demonstration: by their officers, to the cable, and to the frequencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armslength.protocol.failover import GROUND
from armslength.scenario.aircraft import NORTH, SOUTH

if TYPE_CHECKING:
    from armslength.demo.stage import Stage

PRIMARY, ALTERNATE = "F1", "F2"
SHORT, LONG = "30 s", "300 s"
"""How long what an officer says means something."""
EXERCISE_S = (900, 4500)
"""An exercise that is notified: from when until when [s from now]."""


def nothing(stage: Stage) -> None:
    """Only say it."""


def call(stage: Stage) -> None:
    """Notify an activity, as before every exercise."""
    stage.ask(NORTH, "send", code="ACT", fields=_exercise(stage, "PLANNED"))


def fail(stage: Stage) -> None:
    """Jam the primary frequency while NORTH calls."""
    stage.ask(NORTH, "send", code="ACT", fields=_exercise(stage, "TIME_CRITICAL"))
    stage.jam(PRIMARY)


def alternate_fails(stage: Stage) -> None:
    """Jam the alternate too, while SOUTH calls."""
    stage.ask(SOUTH, "send", code="ACT", fields=_exercise(stage, "PLANNED"))
    stage.jam(ALTERNATE)


def frequencies_back(stage: Stage) -> None:
    """End the jamming of both."""
    stage.clear(PRIMARY)
    stage.clear(ALTERNATE)


def cut(stage: Stage) -> None:
    """Cut the cable."""
    stage.cut()


def mend(stage: Stage) -> None:
    """Mend it."""
    stage.mend()


def emergency(stage: Stage) -> None:
    """NORTH tells of a drone that lost its link."""
    fields = {"nature": "LOST_LINK", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 1", "route": "HOME"}
    stage.ask(NORTH, "send", code="EMG", fields=fields)


def emergency_alone(stage: Stage) -> None:
    """SOUTH tells of an aircraft without satellite navigation."""
    fields = {"nature": "GNSS_LOSS", "commitment": "NONE", "aircraft": "SOUTH AIRCRAFT 2", "intention": "DIVERTING"}
    stage.ask(SOUTH, "send", code="EMG", fields=fields)


def assistance(stage: Stage) -> None:
    """NORTH asks for what the terms exclude."""
    stage.ask(NORTH, "send", code="AST", fields={"nature": "SEARCH"})


def resume(stage: Stage) -> None:
    """SOUTH and then NORTH sign that the provision holds again."""
    from armslength.demo.scenes import PROVISION

    stage.resume(SOUTH, NORTH, PROVISION)


def all_down(stage: Stage) -> None:
    """Close every way; NORTH has something urgent to say."""
    stage.jam(PRIMARY)
    stage.jam(ALTERNATE)
    stage.cut()
    fields = {"nature": "RADIO_FAIL", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 3", "intention": "HOLDING"}
    stage.ask(NORTH, "send", code="EMG", fields=fields)


def descend(stage: Stage) -> None:
    """SOUTH says what will not be true for long."""
    fields = {"to_level_ft": 15_000, "to_level_datum": "STANDARD", "aircraft": "SOUTH AIRCRAFT 4"}
    stage.ask(SOUTH, "send", code="DSC", fields=fields, valid_for=SHORT)


def hold(stage: Stage) -> None:
    """SOUTH says what is true instead."""
    fields = {"track_deg": 90, "level_ft": 25_000, "level_datum": "STANDARD", "aircraft": "SOUTH AIRCRAFT 4"}
    stage.ask(SOUTH, "send", code="HLD", fields=fields, valid_for=LONG)


def try_frequencies(stage: Stage) -> None:
    """An officer who hears nothing on the cable tries the frequencies."""
    for name in (PRIMARY, ALTERNATE):
        stage.ask(SOUTH, "check", frequency=name)


def primary_back(stage: Stage) -> None:
    """End the jamming of the primary frequency."""
    stage.clear(PRIMARY)


def all_back(stage: Stage) -> None:
    """Open every way again."""
    stage.clear(ALTERNATE)
    if not stage.ways.is_open(GROUND):
        stage.mend()


def _exercise(stage: Stage, of_class: str) -> dict[str, Any]:
    """Return the fields of an activity notification."""
    begins, ends = (str(stage.utc_ns() // 10**9 * 10**9 + at * 10**9) for at in EXERCISE_S)
    return {
        "class": of_class, "latitude_e5": -3_600_000, "longitude_e5": -2_000_000, "radius_m": 20_000,
        "floor_ft": 5_000, "ceiling_ft": 15_000, "level_datum": "STANDARD", "start_ns": begins, "end_ns": ends,
    }  # fmt: skip
