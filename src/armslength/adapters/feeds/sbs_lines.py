"""SBS-1 (BaseStation) messages -> plots. Pure: lines in, plots out.

    MSG,type,session,aircraft,HEX,flight,date made,time made,date logged,time logged,callsign,altitude [ft],
    ground speed [kt],track [deg true],lat,lon [deg],vertical rate [ft/min],squawk,alert,emergency,SPI,on the ground

    1 identification   2 surface position   3 airborne position   4 velocity   5, 7 altitude   6 squawk   8 all-call

A position (2, 3) makes a plot. What other messages said of the same aircraft is added: velocity and level not older
than 10 s and 5 s, and its call sign. Altitudes are on standard pressure; one with an "H" behind it (dump1090 --gnss) is
above the WGS-84 ellipsoid. Flags are 0, and 1 or -1. Positions carry no accuracy.

The stamps name no zone: they are in the local time of the computer that wrote them. By default the time of receipt is
taken, and the radius widened by what the aircraft flies in `late_s`.

Not implemented: SEL, ID, AIR, STA and CLK messages (counted), squawk, alert, emergency, SPI.
Source: "Basestation socket output format", as dump1090 and its descendants write it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timezone

from armslength.adapters.feeds.values import (
    NO_POSITION,
    NOT_A_ROW,
    NOT_A_TIME,
    Heard,
    RowError,
    address,
    at_time,
    callsign,
    heading,
    number_in_text,
    position,
    widened,
)
from armslength.domain.plot import Plot
from armslength.units import FPM, FT, KT, NS

FIELDS = 22
OTHER_MESSAGE = "no MSG message"
VELOCITY_NS, LEVEL_NS, FORGET_NS = 10 * NS, 5 * NS, 600 * NS
"""How long a velocity and a level count; an aircraft not heard for longer is forgotten."""
MOST_AIRCRAFT = 20_000
_TYPES = {"1", "2", "3", "4", "5", "6", "7", "8"}


@dataclass(slots=True)
class _Known:
    """What an aircraft said, and when [UTC ns]."""

    heard_ns: int = 0
    callsign: str = ""
    gs_mps: float = math.nan
    track_deg: float = math.nan
    vs_mps: float = math.nan
    velocity_ns: int = 0
    baro_m: float = math.nan
    geo_m: float = math.nan
    level_ns: int = 0


@dataclass
class SbsReader:
    """Reads a stream of SBS-1 lines.

    Attributes:
        zone: of the stamps; None: take the time of receipt.
        late_s: how late a line may have been received [s], where the time of receipt is taken.
    """

    zone: timezone | None = None
    late_s: float = 0.5
    _known: dict[str, _Known] = field(default_factory=dict)
    _swept_ns: int = 0

    def read(self, lines: list[bytes], received_ns: int) -> Heard:
        """Return the plots in `lines`, which came at `received_ns` (UTC), and what was kept aside of them."""
        heard = Heard()
        self._sweep(received_ns)
        for line in lines:
            try:
                plot = self._line(line.decode("ascii", errors="replace"), received_ns)
                if plot is not None:
                    heard.plots.append(plot)
            except RowError as why:
                heard.keep_aside(why.reason, why.says)
        return heard

    def _line(self, line: str, received_ns: int) -> Plot | None:
        """Return the plot that `line` makes, None where it is a whole message of another kind.

        Raises:
            RowError: it is none, or holds what does not belong there.
        """
        parts = [part.strip() for part in line.split(",")]
        if parts[0] != "MSG":
            reason = OTHER_MESSAGE if parts[0] in {"SEL", "ID", "AIR", "STA", "CLK"} else NOT_A_ROW
            raise RowError(reason, f"the line is {line[:60]}")
        if len(parts) < FIELDS or parts[1] not in _TYPES:
            raise RowError(NOT_A_ROW, f"{len(parts)} fields: {line[:60]}")
        who = address(parts[4])
        known = self._known.get(who)
        if known is None:
            if len(self._known) >= MOST_AIRCRAFT:
                raise RowError("too many aircraft", f"{who} is one more than {MOST_AIRCRAFT:,}")
            known = self._known[who] = _Known()
        known.heard_ns = received_ns
        self._learn(known, parts, received_ns)
        if not parts[14] and not parts[15]:
            if parts[1] in {"2", "3"}:
                raise RowError(NO_POSITION, f"{who} could not be placed yet")
            return None
        lat, lon = position(number_in_text(parts[14], "lat"), number_in_text(parts[15], "lon"))
        time_ns = received_ns if self.zone is None else self._stamp(parts[6], parts[7])
        return self._plot(who, known, lat, lon, time_ns, received_ns, parts[1] == "2" or _flag(parts[21]))

    def _learn(self, known: _Known, parts: list[str], now_ns: int) -> None:
        """Keep what the message says beside the position."""
        known.callsign = callsign(parts[10]) or known.callsign
        speed, track, rate = (
            number_in_text(parts[i], name) for i, name in ((12, "speed"), (13, "track"), (16, "vertical rate"))
        )
        geometric = parts[11].endswith(("H", "h"))
        level = number_in_text(parts[11][:-1] if geometric else parts[11], "altitude") * FT
        if not math.isnan(speed):
            known.gs_mps = speed * KT if speed >= 0.0 else math.nan
            known.track_deg, known.vs_mps, known.velocity_ns = heading(track), rate * FPM, now_ns
        elif not math.isnan(rate):
            known.vs_mps = rate * FPM
        if not math.isnan(level):
            known.baro_m, known.geo_m = (math.nan, level) if geometric else (level, math.nan)
            known.level_ns = now_ns

    def _plot(
        self, who: str, known: _Known, lat: float, lon: float, time_ns: int, now_ns: int, on_ground: bool
    ) -> Plot:
        moving = now_ns - known.velocity_ns <= VELOCITY_NS
        level = now_ns - known.level_ns <= LEVEL_NS and not on_ground
        gs_mps = known.gs_mps if moving else math.nan
        return Plot(
            time_ns=time_ns,
            address=who,
            lat=lat,
            lon=lon,
            callsign=known.callsign,
            alt_baro_m=known.baro_m if level else math.nan,
            alt_geo_m=known.geo_m if level else math.nan,
            gs_mps=gs_mps,
            track_deg=known.track_deg if moving else math.nan,
            vs_mps=known.vs_mps if moving else math.nan,
            on_ground=on_ground,
            accuracy_m=math.nan if self.zone is not None else widened(math.nan, gs_mps, self.late_s),
        )

    def _stamp(self, date: str, time: str) -> int:
        """Return "2026/11/22" and "18:00:02.616", in the zone of this stream, as UTC [ns]."""
        try:
            whole, _, part = time.partition(".")
            moment = datetime.strptime(f"{date} {whole}", "%Y/%m/%d %H:%M:%S").replace(tzinfo=self.zone)
            if not (part + "0").isdigit() or not part.isascii():
                raise ValueError
            seconds = int((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
        except (ValueError, OverflowError):
            raise RowError(NOT_A_TIME, f"the stamp is {date} {time}"[:60]) from None
        return at_time(seconds * NS + int((part + "000000000")[:9]))

    def _sweep(self, now_ns: int) -> None:
        """Forget who was not heard for long."""
        if abs(now_ns - self._swept_ns) > FORGET_NS // 10:
            self._swept_ns = now_ns
            for who in [who for who, known in self._known.items() if abs(now_ns - known.heard_ns) > FORGET_NS]:
                del self._known[who]


def _flag(text: str) -> bool:
    """Whether a flag is set: 1, or -1 as BaseStation writes it."""
    return text in {"1", "-1"}
