"""D03: aircraft can be seen: by their transponders, and in the dark by their lights. Advisory, unless it was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from armslength.agreement.depth import local_m
from armslength.agreement.terms import Terms, contains
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.plot import F64
from armslength.domain.rule import Parameter, RuleText
from armslength.domain.track import Tracks
from armslength.units import NM, NS

__all__ = ["TEXT", "Lights", "Silence", "Silences", "apart", "lights_found", "silences_found", "sun_deg", "where_at"]

TEXT = RuleText(
    "D03",
    "Not visible: transponder or lights off",
    "In the area of the terms aircraft can be seen: their transponders reply, and in the dark they show lights.",
    "Aircraft of one side did not squawk in 2015; lights in darkness in Art. IV of INCSEA; none in October 2016.",
    "Transponder: sensors that need no reply show the aircraft in the area for longer than the time, and none that "
    "needs one does; where these then heard nobody else either, it is not determinable. Lights: a crew reported none; "
    "it was night where the accused was (the sun lower than the angle), and it was nearer than the distance. A "
    "recording in which no sensor is known to need no reply says nothing of transponders.",
    (
        Parameter("conduct.D03.required", "required", "", "it was agreed; else it is advisory"),
        Parameter("conduct.D03.silence", "silence_s", "s", "so long without a reply"),
        Parameter("conduct.D03.lights_within", "lights_within_m", "m", "as near as lights are to be seen"),
        Parameter("conduct.D03.sun_below", "sun_below_deg", "deg", "so far below the horizon it is night"),
    ),
    ("where the terms do not require it: recorded, no breach",),
    "SEV3 where it was agreed; SEV4 advisory",
    "the plots without a reply, and those of others by the same receivers; the crew report, the place and the sun",
    "who was not visible",
    ("conduct",),
)


@dataclass(frozen=True, slots=True)
class Lights:
    """A crew reported that an aircraft showed no lights.

    Attributes:
        id: of the report. party, address: of the accused, "" where it is not known.
        at_ns: when [UTC ns]. sun_deg: height of the sun where the accused was [deg]; NaN: not known.
        distance_m, error_m: from the reporter, and two-sigma bound [m]; NaN: not known. in_area: the terms hold there.
    """

    id: str
    party: str
    address: str
    at_ns: int
    sun_deg: float
    distance_m: float
    error_m: float
    in_area: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """An aircraft that was seen without a reply, from and to [s after the epoch].

    `heard`: the receivers that need a reply heard others all that time, with no gap longer than the silence.
    """

    aircraft: int
    since: float
    until: float
    heard: bool


@dataclass
class _Run:
    since: float
    until: float
    inside: bool


@dataclass
class Silences:
    """Finds silences, stretch by stretch; the result does not depend on how the stretches are cut.

    Args:
        terms: in force. independent: numbers of the sources that need no reply of the aircraft.
    """

    terms: Terms
    independent: frozenset[int]
    _runs: dict[int, _Run] = field(default_factory=dict)
    _heard: list[F64] = field(default_factory=list)

    def add(self, tracks: Tracks) -> list[Silence]:
        """Take the tracks of the next stretch; return the silences that are over."""
        low, high = tracks.window
        fresh = (tracks.t >= low) & (tracks.t < high)
        alone = np.isin(tracks.file, list(self.independent))
        self._heard.append(np.unique(np.round(tracks.t[fresh & ~alone])))
        inside = contains(self.terms.area, tracks.lat, tracks.lon, np.nan)
        out = []
        for k, aircraft in enumerate(tracks.aircraft.tolist()):
            span = slice(int(tracks.start[k]), int(tracks.start[k + 1]))
            rows = np.flatnonzero(fresh[span]) + span.start
            if not np.any(alone[rows]) and aircraft not in self._runs:
                continue
            for i in rows.tolist():
                out += self._plot(aircraft, float(tracks.t[i]), bool(alone[i]), bool(inside[i]))
        return out + self.settle(high)

    def settle(self, now: float) -> list[Silence]:
        """Return the silences that are over when everything up to `now` [s after the epoch] was added."""
        limit = self.terms.conduct["D03"]["silence_s"]
        over = [one for one, run in self._runs.items() if now - run.until > limit]
        out = [silence for one in over for silence in self._close(one)]
        least = min((run.since for run in self._runs.values()), default=now) - limit
        if len(self._heard) > 1:
            self._heard = [np.concatenate(self._heard)]
        self._heard = [one[one >= least] for one in self._heard]
        return sorted(out, key=lambda one: (one.since, one.aircraft))

    def _plot(self, aircraft: int, t: float, alone: bool, inside: bool) -> list[Silence]:
        run = self._runs.get(aircraft)
        out = []
        if run is not None and (not alone or not inside or t - run.until > self.terms.conduct["D03"]["silence_s"]):
            out, run = self._close(aircraft), None
        if alone and inside:
            if run is None:
                self._runs[aircraft] = _Run(t, t, inside)
            else:
                run.until = t
        return out

    def _close(self, aircraft: int) -> list[Silence]:
        run, limit = self._runs.pop(aircraft), self.terms.conduct["D03"]["silence_s"]
        if run.until - run.since <= limit:
            return []
        heard = np.concatenate([*self._heard, np.array([run.since - limit])])
        heard = np.unique(heard[(heard >= run.since) & (heard <= run.until)])
        gaps = np.diff(np.concatenate([[run.since], heard, [run.until]]))
        return [Silence(aircraft, run.since, run.until, bool(np.all(gaps <= limit)))]


def silences_found(
    terms: Terms, silences: Iterable[tuple[Silence, str, str]], epoch_ns: int
) -> list[Finding]:  # fmt: skip
    """Return the findings about silences: each with the address and the party of its aircraft; nobody's leaves none."""
    limit = terms.conduct["D03"]["silence_s"]
    out = []
    for one, address, party in silences:
        lasted = one.until - one.since
        says = f"It was seen for {lasted:.0f} s without a reply of its transponder."
        outcome, severity, says = _graded(terms, one.heard, says)
        if not one.heard:
            says += " The receivers heard nobody else for a part of that time: they may have failed."
        opened, closed = (epoch_ns + round(t * NS) for t in (one.since, one.until))
        if party:
            out.append(
                Finding("D03", f"{address} transponder", outcome, severity, party, opened, closed, lasted, limit, "s",
                        (), says, first=address)
            )  # fmt: skip
    return out


def lights_found(terms: Terms, told: Iterable[Lights]) -> list[Finding]:
    """Return one finding for each report of missing lights in the area of the terms."""
    figures, out = terms.conduct["D03"], []
    for one in told:
        if not one.in_area:
            continue
        near = one.distance_m + one.error_m < figures["lights_within_m"]
        far = one.distance_m - one.error_m >= figures["lights_within_m"]
        night = one.sun_deg < -figures["sun_below_deg"]
        says = "A crew reported that it showed no lights."
        if np.isfinite(one.distance_m):
            says += f" It was {one.distance_m / NM:.1f} NM away"
            says += (
                f", and the sun {abs(one.sun_deg):.0f} degrees {'below' if one.sun_deg < 0 else 'above'} the horizon."
            )
        else:
            says += " No track shows where the two were."
        if far or one.sun_deg >= -figures["sun_below_deg"]:
            outcome, severity = Outcome.NO_BREACH, Severity.SEV4
            says += " It was day." if not night else " That is further than lights need to be seen."
        else:
            outcome, severity, says = _graded(terms, near and night, says)
        out.append(
            Finding("D03", one.id, outcome, severity, one.party, one.at_ns, one.at_ns, one.distance_m,
                    figures["lights_within_m"], "m", (one.id,), says, first=one.address)
        )  # fmt: skip
    return out


def _graded(terms: Terms, sure: bool, says: str) -> tuple[Outcome, Severity, str]:
    if not terms.conduct["D03"]["required"]:
        return Outcome.NO_BREACH, Severity.SEV4, f"{says} Advisory: the terms do not require it."
    return (Outcome.BREACH if sure else Outcome.NOT_DETERMINABLE), Severity.SEV3, says


def where_at(tracks: Tracks, aircraft: int, t: float) -> tuple[float, float, float, float] | None:
    """Return lat, lon [deg], level, bound [m] of an aircraft at `t` [s after the epoch]; None where it is not known."""
    span = tracks.of(aircraft)
    i = span.start + int(np.searchsorted(tracks.t[span], t, side="right")) - 1
    if i < span.start or not (tracks.linked[i] or tracks.t[i] == t):
        return None
    share = 0.0 if tracks.t[i] == t else (t - tracks.t[i]) / (tracks.t[i + 1] - tracks.t[i])
    j = i if share == 0.0 else i + 1
    turn = (tracks.lon[j] - tracks.lon[i] + 180.0) % 360.0 - 180.0
    lat = tracks.lat[i] + share * (tracks.lat[j] - tracks.lat[i])
    level = tracks.baro_m[i] + share * (tracks.baro_m[j] - tracks.baro_m[i])
    return float(lat), float(tracks.lon[i] + share * turn), float(level), float(tracks.error_h_m[i])


def apart(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Return the distance over the ground of two answers of `where_at`, and its two-sigma bound [m]."""
    east, north = local_m(one[0], one[1], other[0], other[1])
    return float(np.hypot(east, north)), float(np.hypot(one[3], other[3]))


def sun_deg(lat: float, lon: float, utc_ns: int) -> float:
    """Return the height of the middle of the sun over the horizon [deg], without refraction, within 0.1 degrees.

    Args:
        lat, lon: [deg]. utc_ns: when [UTC ns], 1950 to 2050.

    Source: the low-precision formulas for the sun of The Astronomical Almanac, page C5.
    """
    n = utc_ns / (86400.0 * NS) - 10957.5  # days since J2000.0
    mean = np.radians((357.528 + 0.9856003 * n) % 360.0)
    ecliptic = np.radians((280.460 + 0.9856474 * n + 1.915 * np.sin(mean) + 0.020 * np.sin(2.0 * mean)) % 360.0)
    tilt = np.radians(23.439 - 4.0e-7 * n)
    right = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    sidereal = np.radians((280.46062 + 360.98564737 * n + lon) % 360.0)
    up = np.sin(np.radians(lat)) * np.sin(declination)
    up += np.cos(np.radians(lat)) * np.cos(declination) * np.cos(sidereal - right)
    return float(np.degrees(np.arcsin(up)))
