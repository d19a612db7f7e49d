"""The articles about talking, acting and the deal itself, typed, in SI. `terms` puts them together.

Each field is annotated with its kind (`articles_kinds`): what it may hold, and how TOML spells it. docs/terms.md
explains every key, and docs/decisions/0009-articles.md says where the defaults come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from armslength.agreement.area import Area
from armslength.agreement.articles_kinds import Choice, Choices, Count, Daily, Flag, Hours, Measure, Moment, Text, Texts
from armslength.units import FT, NM, Quantity

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
Seconds = Annotated[float, Measure(Quantity.TIME, "60 s")]
Metres = Annotated[float, Measure(Quantity.LENGTH, "1 NM")]

SCOPE = (
    "intelligence",
    "targets",
    "third_party_tracks",
    "purpose_of_flight",
    "notice_of_operations",
    "joint_operations",
    "joint_rescue",
    "zones_of_cooperation",
)
"""What terms can leave out of the deal by name."""
MODES = ("sealed", "proximity", "open", "none")
SHARED = ("position", "level", "velocity", "time", "bounds")
"""What may ever be disclosed of an aircraft. Identity, type and purpose are not in it: no terms can allow them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Sky that one party reserves for itself.

    Attributes:
        area: its name, shape and levels.
        party: whose it is.
        from_ns, until_ns: in force from the one until before the other [UTC ns]; None: no limit.
        hours: of every day; None: all.
    """

    area: Area
    party: Annotated[str, Text('"Northern party"')]
    from_ns: Annotated[int | None, Moment()] = None
    until_ns: Annotated[int | None, Moment()] = None
    hours: Annotated[Hours | None, Daily()] = None


@dataclass(frozen=True, slots=True)
class ProtectedSite:
    """A place on the ground not to be overflown by the other party.

    Attributes:
        name: what people call it. party: whose it is.
        lat, lon: WGS-84 [deg].
        radius_m: how far around it [m]. ceiling_m: below which level [m] on the datum of the terms; inf: at any.
    """

    name: str
    party: str
    lat: float
    lon: float
    radius_m: float = 1 * NM
    ceiling_m: float = float("inf")


@dataclass(frozen=True, slots=True)
class Frequency:
    """One designated frequency.

    Attributes:
        id: "F1", "F2" ...: how messages name it.
        channel: "132.055" (a channel name between 118.000 and 136.990), "251.000 MHz" or "4125.0 kHz".
        role: "primary", "alternate" or "guard". use: "voice", "data" or "voice and data".
        area: where it is used; None: wherever the terms hold.
        from_ns, until_ns, hours: as in `Block`.
    """

    id: str
    channel: str
    role: Annotated[str, Choice(("primary", "alternate", "guard"))] = "primary"
    use: Annotated[str, Choice(("voice", "data", "voice and data"))] = "voice"
    area: Area | None = None
    from_ns: Annotated[int | None, Moment()] = None
    until_ns: Annotated[int | None, Moment()] = None
    hours: Annotated[Hours | None, Daily()] = None


@dataclass(frozen=True, slots=True)
class Radio:
    """How the designated frequencies are used and tested."""

    languages: Annotated[tuple[str, ...], Texts('["English"]')] = ("English",)
    check_every_s: Seconds = 24 * HOUR
    least_readability: Annotated[int, Count(1, 5)] = 3
    most_occupancy_share: Annotated[float, Measure(Quantity.SHARE, "20 %", 0.0, 1.0)] = 0.2
    encrypted: Annotated[bool, Flag()] = False


@dataclass(frozen=True, slots=True)
class GroundLine:
    """How the line between the two posts is tested, and when it counts as gone."""

    check_every_s: Seconds = 12 * HOUR
    grace_s: Annotated[float, Measure(Quantity.TIME, "30 min", 0.0)] = 30 * MINUTE
    vanish_s: Seconds = 3.0
    freeze_s: Seconds = 5.0


@dataclass(frozen=True, slots=True)
class Answering:
    """How soon a post answers, writes down and passes on."""

    flash_pick_up_s: Seconds = 60.0
    flash_capture_s: Seconds = 120.0
    flash_relayed_s: Seconds = 120.0
    priority_pick_up_s: Seconds = 120.0
    routine_pick_up_s: Seconds = 5 * MINUTE
    relayed_s: Seconds = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Failover:
    """When a frequency counts as failed, and how soon the next way is open."""

    calls: Annotated[int, Count(1, 20)] = 3
    call_every_s: Seconds = 10.0
    no_answer_s: Seconds = 60.0
    ground_line_s: Seconds = 90.0
    return_after_s: Seconds = 60.0


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a node may tell of its own aircraft that come too close, and how coarse."""

    mode: Annotated[str, Choice(MODES)] = "sealed"
    shared: Annotated[tuple[str, ...], Choices(SHARED)] = SHARED
    lookahead_s: Seconds = 120.0
    floor_horizontal_m: Metres = 1 * NM
    floor_vertical_m: Annotated[float, Measure(Quantity.LENGTH, "500 ft")] = 500 * FT
    floor_time_s: Seconds = 10.0
    budget_s_per_h: Annotated[float, Measure(Quantity.EXPOSURE, "3600 aircraft-s/h", 0.0)] = 3600.0
    audit_after_s: Annotated[float, Measure(Quantity.TIME, "30 d", 0.0)] = 30 * DAY


@dataclass(frozen=True, slots=True)
class Scope:
    """What the deal is not about."""

    excluded: Annotated[tuple[str, ...], Choices(SCOPE)] = SCOPE


@dataclass(frozen=True, slots=True)
class Emergency:
    """How an emergency is told: for information, without commitment. Never suspended."""

    acknowledged_s: Seconds = 60.0
    position_on_air: Annotated[str, Choice(("none", "encrypted"))] = "none"


@dataclass(frozen=True, slots=True)
class Assistance:
    """What a request for assistance is answered with: "declined" by the node itself, at once, or "by a person"."""

    answer: Annotated[str, Choice(("declined", "by a person"))] = "declined"
    answered_s: Seconds = 5 * MINUTE
    rescue_centre: Annotated[str, Text('"Public rescue centre, telephone ..."')] = ""


@dataclass(frozen=True, slots=True)
class WorkingGroup:
    """When the working group meets, and the deadlines of a case."""

    regular_s: Seconds = 30 * DAY
    extraordinary_s: Seconds = 72 * HOUR
    review_s: Seconds = 365 * DAY
    sealed_s: Seconds = 60 * MINUTE
    initial_report_s: Seconds = 24 * HOUR
    full_report_s: Seconds = 72 * HOUR
    notable_report_s: Seconds = 7 * DAY
    acknowledged_s: Seconds = 24 * HOUR
    answered_s: Seconds = 10 * DAY
    extension_s: Seconds = 10 * DAY
    keep_raw_s: Seconds = 90 * DAY
    keep_closed_s: Seconds = 365 * DAY
    two_persons: Annotated[bool, Flag()] = True


@dataclass(frozen=True, slots=True)
class Confidentiality:
    """Who may read the terms, and what may be said in public."""

    terms: Annotated[str, Choice(("confidential", "public"))] = "confidential"
    onward: Annotated[str, Choice(("nobody", "members"))] = "members"
    approved_s: Seconds = 24 * HOUR
    public_lines: Annotated[tuple[str, ...], Texts('["Both sides talk."]')] = ()


SUSPENDABLE = frozenset(
    {
        "separation",
        "block",
        "protected_site",
        "frequency",
        "conduct",
        "disclosure",
        "automation",
        "working_group",
    }
)
"""Provisions that a party can suspend. The ground line, its checks and emergencies are not among them, in any terms."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """Which provisions a party may suspend, and with how much notice. The others stay in force."""

    notice_s: Annotated[float, Measure(Quantity.TIME, "1 h", HOUR)] = HOUR
    provisions: Annotated[tuple[str, ...], Choices(tuple(sorted(SUSPENDABLE)))] = tuple(sorted(SUSPENDABLE))


@dataclass(frozen=True, slots=True)
class Ending:
    """With how much notice a party may end the agreement."""

    notice_s: Annotated[float, Measure(Quantity.TIME, "30 d", 0.0)] = 30 * DAY


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when the terms may be in force; None: no limit of their own."""

    from_ns: Annotated[int | None, Moment()] = None
    until_ns: Annotated[int | None, Moment()] = None


@dataclass(frozen=True, slots=True)
class Automation:
    """What a node may send without a person. Demands, protests and manoeuvres always need one."""

    traffic_advisory: Annotated[bool, Flag()] = False
    radio_check_answer: Annotated[bool, Flag()] = True


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """The time that each step of a warning may take. Their sum must stay below `warning_s`, measured to RELAYED.

    Attributes:
        detection_s: from the first plot that shows it to the alert [s].
        officer_s: from the alert until the call leaves. post_s: until the other post has it and passes it on.
        crew_s: until the crew has it: RELAYED.
        warning_s: how long before the predicted loss the alert sounds.
    """

    detection_s: Seconds = 10.0
    officer_s: Seconds = 15.0
    post_s: Seconds = 60.0
    crew_s: Seconds = 20.0
    warning_s: Seconds = 120.0

    @property
    def spent_s(self) -> float:
        """The sum of the steps [s]."""
        return self.detection_s + self.officer_s + self.post_s + self.crew_s


ARTICLES: Mapping[str, type[Any]] = {
    "radio": Radio,
    "ground_line": GroundLine,
    "answering": Answering,
    "failover": Failover,
    "disclosure": Disclosure,
    "scope": Scope,
    "emergency": Emergency,
    "assistance": Assistance,
    "working_group": WorkingGroup,
    "confidentiality": Confidentiality,
    "suspension": Suspension,
    "ending": Ending,
    "validity": Validity,
    "automation": Automation,
    "time_budget": TimeBudget,
}
"""The articles that are one table, as TOML and `Terms` call them."""

ABOUT: Mapping[str, str] = {
    "separation": "The minima: keep one of the two distances; closer than both no longer than dwell_limit at a time.",
    "near_miss": "Closer than this in a straight line. Always detected, outside the area and in exempt areas too.",
    "radio": "The designated frequencies: languages, radio checks, and how much of the time data may fill a channel.",
    "ground_line": "The line between the posts: how often it is tested, and when it counts as gone.",
    "answering": "How soon a post picks up, has the content written down, and passes it on.",
    "failover": "How often to call, when no answer counts, and by when the ground line is open.",
    "disclosure": "What the nodes may tell each other of aircraft that come too close, how coarse, and how much.",
    "scope": "What this deal is not about.",
    "emergency": "Told for information, without commitment. Cannot be suspended.",
    "assistance": "What a request for assistance is answered with.",
    "working_group": "When it meets, and the deadlines of a case.",
    "confidentiality": "Who may read the terms, and what may be said in public.",
    "suspension": "Which provisions a party may suspend, and with how much notice. The others stay in force.",
    "ending": "With how much notice a party may end the agreement.",
    "validity": 'From when until when: from = "2026-01-01T00:00:00Z", until = ...; left out, no limit.',
    "automation": "What a node may send without a person. Demands, protests and manoeuvres always need one.",
    "time_budget": "The time that each step of a warning may take; the sum stays below warning, measured to RELAYED.",
}
"""What each article is about, in the words of the comment above it."""
