"""Rows of a table -> `Plots`: units converted once, unusable rows kept aside with their reason.

The hot path: every pass over a column counts. Rows are judged by whole-column masks; only where some fail are they
looked at again to say why.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from armslength.adapters.recording.account import REPEATED, Account
from armslength.adapters.recording.carried import NEVER, Carried
from armslength.adapters.recording.dialect import NUMBERS, Dialect
from armslength.adapters.recording.faults import explain
from armslength.adapters.recording.names import NOBODY, Names, address, callsign
from armslength.adapters.recording.values import Clock, flag, is_text, number
from armslength.domain.plot import EPU_M, F32, F64, I32, I64, UNKNOWN_FUTURE, Bool, Plots, Roster
from armslength.errors import FeedError

LARGEST = float(np.finfo(np.float32).max)
_EPU_M = np.array(EPU_M, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a recording as a table.

    Attributes:
        table: the columns of the recording, at least those of its dialect.
        first_row: number of the first row, 1-based.
        rows: number of each row where rows are missing in between, else None.
        rest_from_ns: as in `Plots`.
    """

    table: pl.DataFrame
    first_row: int
    rows: I64 | None = None
    rest_from_ns: int = UNKNOWN_FUTURE


@dataclass
class Translator:
    """Turns the blocks of one recording into plots. Holds what carries over from one block to the next."""

    file_index: int
    dialect: Dialect
    roster: Roster
    account: Account
    aircraft: Names = field(default_factory=lambda: Names(address))
    callsigns: Names = field(default_factory=lambda: Names(callsign))
    _clocks: dict[str, Clock] = field(default_factory=dict)
    _carried: Carried = field(default_factory=Carried)
    _in_roster: I32 = field(default_factory=lambda: np.full(0, NOBODY, dtype=np.int32))

    def plots(self, block: Block) -> Plots:
        """Return the usable rows of `block`; the others are counted in the account.

        Raises:
            FeedError: the recording cannot go on (times without zone, addresses that are not text).
        """
        table = block.table
        row = np.arange(block.first_row, block.first_row + len(table)) if block.rows is None else block.rows
        self.account.rows_read += len(table)
        numbers, wrong = self._numbers(table)
        time_ns, own_time, not_time = self._times(table)
        who = self._who(table)
        lat, lon = numbers["lat"].to_numpy(), numbers["lon"].to_numpy()
        with np.errstate(invalid="ignore"):
            usable: Bool = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0) & (time_ns != NEVER) & (who != NOBODY)
        lon = _wrapped(lon)
        if wrong is not None:
            usable &= ~wrong
        if not usable.all():
            explain(
                table, row, self.dialect, self.account, usable=usable, wrong=wrong, not_time=not_time,
                anybody=who != NOBODY, timed=time_ns != NEVER, lat=numbers["lat"], lon=numbers["lon"],
            )  # fmt: skip
        self._carried.make_room(len(self.aircraft.texts))
        if own_time is not None:
            usable = self._without_repeats(row, who, time_ns, lat, lon, own_time, usable)
        aircraft = self._enter(who, usable)
        self._hear_callsigns(table, who, aircraft, time_ns, usable)
        return self._pick(block, row, usable, time_ns, aircraft, lon, numbers)

    def _numbers(self, table: pl.DataFrame) -> tuple[dict[str, pl.Series], Bool | None]:
        found: dict[str, pl.Series] = {}
        wrong: Bool | None = None
        for role in NUMBERS:
            if (column := self.dialect.roles.get(role)) is None:
                continue
            found[role], bad = number(table[column])
            if bad is not None:
                mask = bad.to_numpy()
                wrong = mask if wrong is None else wrong | mask
        return found, wrong

    def _times(self, table: pl.DataFrame) -> tuple[I64, Bool | None, Bool | None]:
        """Time of applicability (NEVER where there is none), where it is the position's own, and what is no time."""
        stamp, wrong = self._time(table, "time")
        if "position_time" not in self.dialect.roles:
            return stamp, None, wrong
        position, _ = self._time(table, "position_time")
        own = (position != NEVER) & (position <= stamp)
        return (position if own.all() else np.where(own, position, stamp)), own, wrong

    def _time(self, table: pl.DataFrame, role: str) -> tuple[I64, Bool | None]:
        column = table[self.dialect.roles[role]]
        if role not in self._clocks:
            self._clocks[role] = Clock(self.account.file, column.name)
        times, wrong = self._clocks[role].read(column)
        return times.fill_null(NEVER).to_numpy(), None if wrong is None else wrong.to_numpy()

    def _who(self, table: pl.DataFrame) -> I32:
        column = table[self.dialect.roles["address"]]
        if not is_text(column) and column.dtype != pl.Null:
            raise FeedError(
                f'column "{column.name}" holds {column.dtype}, not addresses as text.',
                where=self.account.file,
                remedy='Write ICAO 24-bit addresses in hex as text, like "4b1815".',
            )
        return self.aircraft.numbers(column)

    def _without_repeats(self, row: I64, who: I32, time_ns: I64, lat: F64, lon: F64, own: Bool, usable: Bool) -> Bool:
        repeats = self._carried.repeats(who, time_ns, lat, lon, own, usable)
        if not repeats.any():
            return usable
        example = int(np.argmax(repeats))
        says = f"{self.aircraft.texts[who[example]]} again at the time and position of its row before"
        self.account.keep_aside(REPEATED, int(repeats.sum()), int(row[example]), says)
        return usable & ~repeats

    def _enter(self, who: I32, usable: Bool) -> I32:
        """Index in the roster for each row; aircraft of which no row was usable are not entered."""
        if len(self._in_roster) < len(self.aircraft.texts):
            more = np.full(2 * len(self.aircraft.texts) - len(self._in_roster), NOBODY, dtype=np.int32)
            self._in_roster = np.concatenate([self._in_roster, more])
        present = np.zeros(len(self._in_roster) + 1, dtype=bool)  # the last place is NOBODY's
        present[who[usable]] = True
        for number_ in np.flatnonzero(present[:-1] & (self._in_roster == NOBODY)):
            self._in_roster[number_] = self.roster.index(self.aircraft.texts[number_])
        return self._in_roster[who] if len(self._in_roster) else who

    def _hear_callsigns(self, table: pl.DataFrame, who: I32, aircraft: I32, time_ns: I64, usable: Bool) -> None:
        column = self.dialect.roles.get("callsign")
        if column is None or table[column].dtype == pl.Null or table[column].dtype.is_nested():
            return
        said = self.callsigns.numbers(table[column])
        for at in self._carried.new_callsigns(who, said, time_ns, usable):
            self.roster.saw_callsign(int(aircraft[at]), self.callsigns.texts[said[at]], int(time_ns[at]))

    def _pick(
        self,
        block: Block,
        row: I64,
        usable: Bool,
        time_ns: I64,
        aircraft: I32,
        lon: F64,
        numbers: dict[str, pl.Series],
    ) -> Plots:
        """The usable rows, in SI."""
        kept = slice(None) if usable.all() else np.flatnonzero(usable)
        count = int(usable.sum())

        def level(role: str) -> F64:
            if role not in numbers:
                return np.full(count, np.nan)
            with np.errstate(over="ignore", invalid="ignore"):
                si = numbers[role].to_numpy()[kept] * self.dialect.factors.get(role, 1.0)
                si[np.abs(si) > LARGEST] = np.nan  # no quantity of a flight is that large: not known
            return si

        def single(role: str) -> F32:
            return level(role).astype(np.float32)

        ground = self.dialect.roles.get("ground")
        return Plots(
            file=self.file_index,
            row=row[kept].astype(np.uint32),
            time_ns=time_ns[kept],
            aircraft=aircraft[kept],
            lat=numbers["lat"].to_numpy()[kept],
            lon=lon[kept],
            alt_baro_m=level("alt_baro"),
            alt_geo_m=level("alt_geo"),
            gs_mps=single("gs"),
            track_deg=single("track"),
            vs_mps=single("vs"),
            on_ground=np.zeros(count, dtype=bool) if ground is None else flag(block.table[ground]).to_numpy()[kept],
            accuracy_m=_accuracy(single("accuracy"), single("nacp")),
            rest_from_ns=block.rest_from_ns,
        )


def _wrapped(lon: F64) -> F64:
    """Longitudes of -360 to 360 deg as -180 (inclusive) to 180; exact, since one turn less or more is without rounding.

    Beyond 360 the result means nothing.
    """
    with np.errstate(invalid="ignore"):
        east, west = lon >= 180.0, lon < -180.0
        if not (east.any() or west.any()):
            return lon
        return np.where(east, lon - 360.0, np.where(west, lon + 360.0, lon))


def _accuracy(radius: F32, nacp: F32) -> F32:
    """95 % radius [m]: the reported one, else that of the NACp."""
    if np.isnan(nacp).all():
        return radius
    known = (nacp >= 0) & (nacp <= 11)
    level = np.where(known, nacp, 0).astype(np.int64)
    return np.where(np.isnan(radius), _EPU_M[level], radius).astype(np.float32)
