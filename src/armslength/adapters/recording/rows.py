"""Rows of a table -> `Plots`: units converted once, unusable rows kept aside with their reason.

The hot path: every pass over a column counts. Rows are judged by whole-column masks; only the (few) rows that fail are
looked at one by one to say why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from armslength.adapters.recording.account import (
    NAN_POSITION,
    NO_ADDRESS,
    NO_POSITION,
    NO_TIME,
    NOT_A_NUMBER,
    NOT_A_TIME,
    OUT_OF_RANGE,
    REPEATED,
    Account,
)
from armslength.adapters.recording.dialect import NUMBERS, Dialect
from armslength.adapters.recording.values import Clock, flag, number
from armslength.domain.plot import F32, F64, I32, I64, UNKNOWN_FUTURE, Bool, Plots, Roster
from armslength.errors import FeedError

EPU_M = np.array(
    [np.nan, 18520.0, 7408.0, 3704.0, 1852.0, 926.0, 555.6, 185.2, 92.6, 30.0, 10.0, 3.0], dtype=np.float32
)
"""95 % estimated position uncertainty [m] by NACp 0..11 (RTCA DO-260B, table 2-68); NACp 0 is "unknown"."""

_ADDRESS = re.compile(r"~?[0-9a-f]{6}")
_NOBODY = {"", "nan", "none", "null", "<na>", "na", "n/a"}
NOTHING = np.iinfo(np.int64).min


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
    _clocks: dict[str, Clock] = field(default_factory=dict)
    _last_seen: I64 = field(default_factory=lambda: np.full(0, NOTHING))

    def plots(self, block: Block) -> Plots:
        """Return the usable rows of `block`; the others are counted in the account.

        Raises:
            FeedError: the recording cannot go on (times without zone, addresses that are numbers).
        """
        table, count = block.table, len(block.table)
        row = np.arange(block.first_row, block.first_row + count) if block.rows is None else block.rows
        self.account.rows_read += count
        numbers, wrong = self._numbers(table)
        time_ns, has_own_time, not_time = self._times(table)
        lat, lon = numbers["lat"].to_numpy(), numbers["lon"].to_numpy()
        addresses = self._addresses(table)
        codes, names = _coded(addresses)
        known = np.array([_address(name) is not None for name in names], dtype=bool)
        with np.errstate(invalid="ignore"):
            usable: Bool = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0) & (time_ns != NOTHING) & known[codes]
        if wrong is not None:
            usable &= ~wrong
        if not usable.all():
            self._explain(table, row, usable, numbers, wrong, time_ns, not_time, known[codes])
        aircraft = self._enter(codes, names, usable)
        if has_own_time is not None:
            usable = self._without_repeats(row, usable, aircraft, time_ns, has_own_time, lat, lon)
        self._callsigns(table, aircraft, time_ns, usable)
        return self._pick(block, row, usable, time_ns, aircraft, numbers, self._ground(table))

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

    def _clock(self, role: str) -> Clock:
        if role not in self._clocks:
            self._clocks[role] = Clock(self.account.file, self.dialect.roles[role])
        return self._clocks[role]

    def _times(self, table: pl.DataFrame) -> tuple[I64, Bool | None, pl.Series | None]:
        """Time of applicability (NOTHING where there is none), where it is the position's own, and what is no time."""
        stamps, wrong = self._clock("time").read(table[self.dialect.roles["time"]])
        stamp: I64 = stamps.fill_null(NOTHING).to_numpy()
        if "position_time" not in self.dialect.roles:
            return stamp, None, wrong
        own, _ = self._clock("position_time").read(table[self.dialect.roles["position_time"]])
        position: I64 = own.fill_null(NOTHING).to_numpy()
        has_own = (position != NOTHING) & (position <= stamp)
        return np.where(has_own, position, stamp), has_own, wrong

    def _addresses(self, table: pl.DataFrame) -> pl.Series:
        column = table[self.dialect.roles["address"]]
        if column.dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null):
            return column
        raise FeedError(
            f'column "{column.name}" holds {column.dtype}, not addresses as text.',
            where=self.account.file,
            remedy='Write ICAO 24-bit addresses in hex as text, like "4b1815".',
        )

    def _ground(self, table: pl.DataFrame) -> pl.Series | None:
        column = self.dialect.roles.get("ground")
        return None if column is None else flag(table[column])

    def _enter(self, codes: I64, names: list[str], usable: Bool) -> I32:
        """Index in the roster for each row; aircraft of which no row is usable are not entered."""
        index = np.full(len(names), -1, dtype=np.int32)
        seen = np.zeros(len(names), dtype=bool)
        seen[codes[usable]] = True
        for code in np.flatnonzero(seen):
            address = _address(names[code])
            assert address is not None
            index[code] = self.roster.index(address)
        return index[codes]

    def _without_repeats(
        self, row: I64, usable: Bool, aircraft: I32, time_ns: I64, has_own: Bool, lat: F64, lon: F64
    ) -> Bool:
        """Leave out rows that repeat the position time and the position of the aircraft's row before."""
        if len(self._last_seen) < len(self.roster):
            more = np.full(len(self.roster) - len(self._last_seen) + 1024, NOTHING)
            self._last_seen = np.concatenate([self._last_seen, more])
        kept = np.flatnonzero(usable)
        who = aircraft[kept]
        order = np.argsort(who.astype(np.uint16) if len(self.roster) < 65536 else who, kind="stable")
        at = kept[order]
        who, when = aircraft[at], time_ns[at]
        first = np.ones(len(at), dtype=bool)
        first[1:] = who[1:] != who[:-1]
        repeats = np.zeros(len(at), dtype=bool)
        repeats[1:] = (
            (when[1:] == when[:-1]) & (lat[at[1:]] == lat[at[:-1]]) & (lon[at[1:]] == lon[at[:-1]]) & ~first[1:]
        )
        repeats[first] = when[first] == self._last_seen[who[first]]
        repeats &= has_own[at]
        last = np.ones(len(at), dtype=bool)
        last[:-1] = first[1:]
        self._last_seen[who[last]] = when[last]
        if not repeats.any():
            return usable
        example = int(at[repeats].min())
        says = f"{self.roster.addresses[aircraft[example]]} again at the position of the row before"
        self.account.keep_aside(REPEATED, int(repeats.sum()), int(row[example]), says)
        left = usable.copy()
        left[at[repeats]] = False
        return left

    def _callsigns(self, table: pl.DataFrame, aircraft: I32, time_ns: I64, usable: Bool) -> None:
        column = self.dialect.roles.get("callsign")
        if column is None or table[column].dtype == pl.Null:
            return
        callsigns = table[column].cast(pl.String, strict=False) if table[column].dtype != pl.String else table[column]
        codes, names = _coded(callsigns)
        first = (
            pl.DataFrame({"a": aircraft, "c": codes, "t": time_ns})
            .lazy()
            .filter(pl.lit(pl.Series(usable)))
            .group_by("a", "c")
            .agg(pl.col("t").min())
            .collect()
        )
        for who, code, when in first.iter_rows():
            name = names[code].strip()
            if name.lower() not in _NOBODY:
                self.roster.saw_callsign(who, name, when)

    def _pick(
        self,
        block: Block,
        row: I64,
        usable: Bool,
        time_ns: I64,
        aircraft: I32,
        numbers: dict[str, pl.Series],
        ground: pl.Series | None,
    ) -> Plots:
        everything = bool(usable.all())
        count = int(usable.sum())
        nothing = np.full(count, np.nan, dtype=np.float32)

        def pick(values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
            return values if everything else values[usable]

        def single(role: str) -> F32:
            if role not in numbers:
                return nothing
            factor = self.dialect.factors.get(role, 1.0)
            value = numbers[role] if factor == 1.0 else numbers[role] * factor
            return pick(value.cast(pl.Float32).to_numpy())

        lon = pick(numbers["lon"].to_numpy())
        return Plots(
            file=self.file_index,
            row=pick(row).astype(np.uint32),
            time_ns=pick(time_ns),
            aircraft=pick(aircraft),
            lat=pick(numbers["lat"].to_numpy()),
            lon=np.where(lon == 180.0, -180.0, lon),
            alt_baro_m=single("alt_baro"),
            alt_geo_m=single("alt_geo"),
            gs_mps=single("gs"),
            track_deg=single("track"),
            vs_mps=single("vs"),
            on_ground=np.zeros(count, dtype=bool) if ground is None else pick(ground.to_numpy()),
            accuracy_m=_accuracy(single("accuracy"), single("nacp")),
            rest_from_ns=block.rest_from_ns,
        )

    def _explain(
        self,
        table: pl.DataFrame,
        row: I64,
        usable: Bool,
        numbers: dict[str, pl.Series],
        wrong: Bool | None,
        time_ns: I64,
        not_time: pl.Series | None,
        known: Bool,
    ) -> None:
        """Count each unusable row under one reason, the first that holds in the order below."""
        at = np.flatnonzero(~usable)
        left = np.ones(len(at), dtype=bool)
        lat, lon = numbers["lat"], numbers["lon"]
        tests: list[tuple[str, Bool | None]] = [
            (NOT_A_NUMBER, None if wrong is None else wrong[at]),
            (NOT_A_TIME, None if not_time is None else not_time.to_numpy()[at]),
            (NO_ADDRESS, ~known[at]),
            (NO_TIME, time_ns[at] == NOTHING),
            (NO_POSITION, (lat.is_null() | lon.is_null()).to_numpy()[at]),
            (NAN_POSITION, (lat.is_nan() | lon.is_nan()).fill_null(False).to_numpy()[at]),
            (OUT_OF_RANGE, left.copy()),
        ]
        for reason, test in tests:
            if test is None:
                continue
            hit = left & test
            if hit.any():
                first = int(at[int(np.argmax(hit))])
                self.account.keep_aside(reason, int(hit.sum()), int(row[first]), self._says(table, first, reason))
            left &= ~hit

    def _says(self, table: pl.DataFrame, index: int, reason: str) -> str:
        """What the example of a reason shows: the columns at fault and their values."""
        roles = {
            NOT_A_NUMBER: NUMBERS,
            NOT_A_TIME: ("time",),
            NO_ADDRESS: ("address", "time"),
            NO_TIME: ("time", "address"),
            NO_POSITION: ("address", "time"),
        }.get(reason, ("lat", "lon"))
        parts = []
        for role in roles:
            if (column := self.dialect.roles.get(role)) is None:
                continue
            cell = table[column][index : index + 1]
            if (reason == NOT_A_NUMBER and (bad := number(cell)[1]) is None) or (
                reason == NOT_A_NUMBER and not bad.any()
            ):
                continue
            parts.append(f"{column} {_shown(cell)}")
        return ", ".join(parts)


def _shown(cell: pl.Series) -> str:
    value = cell.item()
    if value is None:
        return "is empty"
    return f'is "{value[:40]}"' if isinstance(value, str) else f"is {str(value)[:40]}"


def _coded(column: pl.Series) -> tuple[I64, list[str]]:
    """Each value as a small number, and the texts by number; null is the empty text."""
    text = column.cast(pl.String).fill_null("") if column.dtype != pl.String or column.null_count() else column
    physical = text.cast(pl.Categorical).to_physical().to_numpy()
    present = np.zeros(int(physical.max()) + 1 if len(physical) else 0, dtype=bool)
    present[physical] = True
    where = np.flatnonzero(present)
    dense = np.zeros(len(present), dtype=np.int64)
    dense[where] = np.arange(len(where))
    codes = dense[physical]
    firsts = np.zeros(len(where), dtype=np.int64)
    firsts[codes[::-1]] = np.arange(len(codes))[::-1]
    return codes, text.gather(firsts).to_list()


def _address(text: str) -> str | None:
    """The address in lower case; what is not an ICAO 24-bit address is marked with "~"; None where nothing is said."""
    name = text.strip().lower()
    if name in _NOBODY:
        return None
    if _ADDRESS.fullmatch(name) or name.startswith("~"):
        return name
    return f"~{name}"


def _accuracy(radius: F32, nacp: F32) -> F32:
    """95 % radius [m]: the reported one, else that of the NACp."""
    if np.isnan(nacp).all():
        return radius
    level = np.where((nacp >= 0) & (nacp <= 11), nacp, 0).astype(np.int64)
    return np.where(np.isnan(radius), EPU_M[level], radius).astype(np.float32)
