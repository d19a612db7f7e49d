"""The catalogue of conduct as an article: 35 rules that can be switched off, with the figures that parties may change.

A figure that another article holds already (the minima, the answering times) is not repeated here: `elsewhere` names
that article. The tests, exceptions and grades of the rules are the engine's; the figures and their origin are those of
the rule catalogue of the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from armslength.agreement.articles_kinds import SUFFIX, Count, Flag, Key, Measure
from armslength.units import Quantity, parse

_LENGTH, _TIME, _SPEED, _ANGLE = Quantity.LENGTH, Quantity.TIME, Quantity.SPEED, Quantity.ANGLE


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as agreed: judged or not, and its figures in SI by name (`CONDUCT[id].keys` says which there are)."""

    enabled: bool = True
    figures: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What a rule of the catalogue looks like.

    Attributes:
        id, title: "G05", "Crossing the nose".
        keys: of its figures, as in an article.
        elsewhere: articles that hold its other figures.
    """

    id: str
    title: str
    keys: tuple[Key, ...]
    elsewhere: tuple[str, ...]

    def usual(self) -> Rule:
        """Return the rule with its default figures."""
        return Rule(True, {key.attribute: key.usual for key in self.keys})


def _keys(figures: Mapping[str, str | int | bool]) -> Iterator[Key]:
    """A text is a measure and says its own unit; a whole number is a count."""
    for name, usual in figures.items():
        if isinstance(usual, bool):
            yield Key(name, name, Flag(), usual)
        elif isinstance(usual, int):
            yield Key(name, name, Count(1, 1000), usual)
        else:
            quantity = _quantity(usual)
            least = 0.0 if quantity is Quantity.ANGLE else None
            kind = Measure(quantity, usual, least, 180.0 if quantity is Quantity.ANGLE else float("inf"))
            yield Key(name, name + SUFFIX[quantity], kind, parse(usual, quantity))


def _quantity(text: str) -> Quantity:
    unit = text.split(" ", 1)[1]
    return next(quantity for quantity in Quantity if unit in quantity.value)


def _rule(number: str, title: str, *elsewhere: str, **figures: str | int | bool) -> tuple[str, RuleForm]:
    return number, RuleForm(number, title, tuple(_keys(figures)), elsewhere)


CONDUCT: Mapping[str, RuleForm] = dict(
    (
        _rule(
            "G01", "Inside the safe distance", "separation", "exempt",
            settle="6 s", settle_updates=2, leave="30 s", hysteresis="110 %", severe="25 %",
        ),
        _rule("G02", "Near miss", "near_miss", close_horizontal="0.5 NM", close_vertical="1000 ft"),
        _rule(
            "G03", "Predicted loss left unresolved", "lookahead", "alert",
            act_within="30 s", least_warning="60 s", least_turn="5 deg", least_climb="300 fpm",
        ),
        _rule(
            "G04", "Excessive closure",
            far_distance="3 NM", far_closure="150 kt", near_distance="1 NM", near_closure="50 kt", tail_angle="60 deg",
            tau="20 s", tau_distance="0.5 NM", updates=3,
        ),
        _rule(
            "G05", "Crossing the nose",
            distance="1 NM", gap="10 s", warn="3 NM", severe="0.5 NM", bearing="30 deg", crossing_angle="30 deg",
            vertical="1000 ft",
        ),
        _rule(
            "G06", "Over- or under-flight of an aircraft",
            offset="0.5 NM", vertical="1000 ft", vertical_uncrewed="2000 ft", relative_speed="30 kt", severe="500 ft",
        ),
        _rule(
            "G07", "Wake or jet-wash pass",
            lateral="150 m", age="60 s", behind="5 NM", behind_light="2 NM", below="1000 ft",
        ),
        _rule(
            "G08", "Head-on pass without right turn",
            course_difference="150 deg", distance="1 NM", vertical="1000 ft", early="60 s", late="20 s",
            least_turn="5 deg", least_level="500 ft",
        ),
        _rule(
            "G09", "Shadowing or formation without consent",
            shadow_distance="3 NM", shadow_time="60 s", relative_speed="40 kt", track_difference="20 deg",
            formation_horizontal="0.5 NM", formation_vertical="500 ft", formation_time="30 s", intercept="180 s",
        ),
        _rule(
            "G10", "Pursuit geometry",
            tail_angle="45 deg", nose_angle="15 deg", nearest="0.3 NM", farthest="5 NM", time="15 s", turns=2,
            turn="20 deg", lag="15 s", intercept="60 s",
        ),
        _rule(
            "G11", "Simulated attack run",
            sight_rate="1 deg/s", closure="200 kt", begins="5 NM", ends="2 NM", predicted="0.5 NM", break_off="15 s",
            steady="90 s",
        ),
        _rule(
            "G12", "Abrupt manoeuvre near the other",
            distance="3 NM", turn="30 deg", vertical_rate="6000 fpm", within="5 s", load="3 g", update_every="2 s",
        ),
        _rule(
            "G13", "Persisting after request, or forcing a deviation",
            leave_within="60 s", return_within="15 min", turn="15 deg", level="500 ft", deviation_within="30 s",
            tau="30 s",
        ),
        _rule("G14", "Objects, flares, chaff, fuel, lasers", distance="3 NM", time="60 s"),
        _rule("C01", "Radio check due", "radio", misses=2),
        _rule("C02", "No answer on the designated frequency", "failover"),
        _rule("C03", "Wrong frequency or guard misuse", "frequency", guard="60 s"),
        _rule("C04", "Identification, phraseology, civility, readback", free_text="20 %", readback="15 s"),
        _rule("C05", "Ground-line check overdue", "ground_line", severe="24 h"),
        _rule("C06", "Ground line answered late, or message held for a named person", "answering"),
        _rule("C07", "Failover late or a message lost", "failover"),
        _rule("C08", "Acknowledged but not passed on", "answering"),
        _rule("C09", "Interference with designated frequencies or satellite navigation", noise="30 s", answer="10 min"),
        _rule(
            "D01", "Entering the other's reserved block", "block",
            margin="0.5 NM", time="30 s", severe_distance="2 NM", severe_time="5 min",
        ),
        _rule("D02", "Overflight of a protected site", "protected_site", repeated="7 d"),
        _rule(
            "D03", "Not visible: transponder or lights off",
            required=False, silence="60 s", lights_within="10 NM", sun_below="6 deg",
        ),
        _rule(
            "D04", "Activity without notice, or notice too late",
            hazard="72 h", planned="24 h", time_critical="60 min", urgent="10 min",
        ),
        _rule("D05", "Declared and flown do not match", distance="5 NM", vertical="3000 ft", time="10 min"),
        _rule("D06", "Content outside the deal; assistance requests", "scope", "assistance"),
        _rule("P01", "Incident report on time", "working_group"),
        _rule("P02", "Answer on substance", "working_group"),
        _rule("P03", "Evidence sealed and kept", "working_group"),
        _rule("P04", "Working group meets", "working_group"),
        _rule("P05", "Terms kept confidential; onward disclosure", "confidentiality"),
        _rule("P06", "Suspension and resumption in form", "suspension"),
    )
)  # fmt: skip
"""The rules by id, in order."""


def usual_conduct() -> dict[str, Rule]:
    """Return every rule, judged, with its default figures."""
    return {number: form.usual() for number, form in CONDUCT.items()}
