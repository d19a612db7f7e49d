"""What a crew saw and no track shows, as a form: flares, a laser, fuel, lights off. Checked when it is handed in."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from armslength.crypto.canonical import canonical, digest
from armslength.errors import InputError
from armslength.units import NM, NS, stamp

__all__ = ["KINDS", "WORDS", "CrewReport", "read_crew_report"]

COLLISION_HAZARD, WASH, CONTROL_LOST = "COLLISION_HAZARD", "WASH", "CONTROL_LOST"
FLARES, CHAFF, LASER, FUEL, OBJECTS, GESTURES, LIGHTS_OFF, RADAR_LOCK = (
    "FLARES", "CHAFF", "LASER", "FUEL", "OBJECTS", "GESTURES", "LIGHTS_OFF", "RADAR_LOCK",
)  # fmt: skip
WORDS: Mapping[str, str] = {
    COLLISION_HAZARD: "a hazard of collision",
    WASH: "the wash of the other aircraft was felt",
    CONTROL_LOST: "control was lost",
    FLARES: "flares",
    CHAFF: "chaff",
    LASER: "a laser",
    FUEL: "fuel let out",
    OBJECTS: "objects dropped",
    GESTURES: "gestures",
    LIGHTS_OFF: "no lights",
    RADAR_LOCK: "a fire-control radar",
}
"""What a crew can report, in words."""
KINDS = tuple(WORDS)
AHEAD_S = 2.0
"""By so much the clock of a crew may be ahead of that of the post [s]."""
FARTHEST_M = 100 * NM
_ADDRESS, _DIGEST = re.compile(r"^~?[0-9a-f]{6}$"), re.compile(r"^sha256:[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class CrewReport:
    """One report.

    Attributes:
        kind: of KINDS. by: the reporter's party. reporter: address of its aircraft.
        accused: address of the other aircraft; "" where the crew could not tell.
        at_ns: when it was [UTC ns]. range_m: how far away, estimated [m]; NaN: not said.
        struck, evaded: an aircraft was struck; a manoeuvre was forced.
        file: digest of what was recorded ("sha256:..."); "" where nothing was.
    """

    kind: str
    by: str
    reporter: str
    accused: str
    at_ns: int
    range_m: float = math.nan
    struck: bool = False
    evaded: bool = False
    file: str = ""

    @property
    def id(self) -> str:
        """The same for the same report, whoever makes it: from its content."""
        return "crew:" + digest(canonical(self.as_dict()))[7:23]

    def as_dict(self) -> dict[str, object]:
        """Return it for ledger and JSON: stamps and measures as strings."""
        return {
            "kind": self.kind,
            "by": self.by,
            "reporter": self.reporter,
            "accused": self.accused,
            "at_ns": str(self.at_ns),
            "range_m": "" if math.isnan(self.range_m) else f"{self.range_m:.0f}",
            "struck": self.struck,
            "evaded": self.evaded,
            "file": self.file,
        }


def read_crew_report(said: Mapping[str, object], by: str, now_ns: int, where: str = "the crew report") -> CrewReport:
    """Return a report that was handed in at `now_ns` [UTC ns] to the post of `by`.

    Args:
        said: as `CrewReport.as_dict` gives it; what is left out is not known.
        where: the form, for a refusal.

    Raises:
        InputError: it says something that cannot be, or is about a time that has not come.
    """
    kind, file = str(said.get("kind", "")), str(said.get("file", "") or "")
    if kind not in WORDS:
        raise InputError(
            f"There is no kind of crew report {kind[:30]!r}.", where=where, remedy=f"One of {_list(KINDS)}."
        )
    reporter, accused = (str(said.get(name, "") or "").lower() for name in ("reporter", "accused"))
    for name, address in (("reporter", reporter), ("accused", accused)):
        if (address or name == "reporter") and not _ADDRESS.match(address):
            raise InputError(
                f"{address[:30]!r} is no address of an aircraft.", where=f"{where}, {name}",
                remedy="Give the 24-bit address as six hex digits; leave out who was seen if the crew could not tell.",
            )  # fmt: skip
    if reporter == accused:
        raise InputError(
            "A crew cannot report its own aircraft.", where=where, remedy="Name the other aircraft, or none."
        )
    if file and not _DIGEST.match(file):
        raise InputError(
            "This is no digest of a file.", where=f"{where}, file", remedy='Give "sha256:" and 64 hex digits.'
        )
    return CrewReport(
        kind, by, reporter, accused, _time(said.get("at_ns"), now_ns, where), _range(said.get("range_m"), where),
        said.get("struck") is True, said.get("evaded") is True, file,
    )  # fmt: skip


def _time(told: object, now_ns: int, where: str) -> int:
    try:
        at_ns = int(str(told))
    except ValueError:
        raise InputError(
            "It does not say when it was.", where=f"{where}, at_ns", remedy="Give the time in UTC."
        ) from None
    ahead_s = (at_ns - now_ns) / NS
    if ahead_s > AHEAD_S:
        raise InputError(
            f"The report is from the future: it tells of {stamp(at_ns)}, and at this post it is "
            f"{stamp(now_ns)}; that is {_long(ahead_s)} ahead.",
            where=where,
            remedy="Ask the crew for the time in UTC (Z), and look at the date and at the clock of this post.",
        )
    return at_ns


def _range(told: object, where: str) -> float:
    if told in (None, ""):
        return math.nan
    try:
        metres = float(str(told))
    except ValueError:
        metres = math.nan
    if not 0.0 <= metres <= FARTHEST_M:
        raise InputError(
            "This is no distance at which a crew sees another aircraft.", where=f"{where}, range_m",
            remedy="Give the estimated distance in metres, up to 100 NM, or leave it out.",
        )  # fmt: skip
    return metres


def _long(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _list(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
