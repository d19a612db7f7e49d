"""Columns of any type -> numbers and times. What cannot be read is marked, never guessed and never an exception."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from armslength.adapters.recording.account import printable
from armslength.errors import FeedError
from armslength.units import NS

UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What Polars raises on data that it cannot read."""
NULLS = ("", "null", "NULL", "Null", "none", "None", "NONE", "NA", "N/A", "<NA>", "NaT", "\\N")
"""Texts that say "nothing" where a number or a time belongs. (NaN is not among them: it is a number.)"""
LATEST_NS = 9_214_646_400 * NS
"""2262-01-01: the last year whose times fit in nanoseconds."""
_ZONE = r"(?:[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)$"


def cleaned(column: pl.Series) -> pl.Series:
    """Return text without blanks around it, null where it says nothing."""
    text = column.cast(pl.String).str.strip_chars()
    return text.set(text.is_in(list(NULLS)), None)


def is_text(column: pl.Series) -> bool:
    """Say whether a column holds text of some kind."""
    return isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum)


def number(column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Return the column as Float64, and where it holds something that is not a number (None: nowhere)."""
    if column.dtype.is_numeric():
        return column.cast(pl.Float64), None
    if column.dtype == pl.Null:
        return column.cast(pl.Float64), None
    if is_text(column):
        text = cleaned(column)
        value = text.cast(pl.Float64, strict=False)
        if value.null_count() == text.null_count():
            return value, None
        return value, text.is_not_null() & value.is_null()
    return pl.Series(column.name, [None], dtype=pl.Float64).new_from_index(0, len(column)), column.is_not_null()


def flag(column: pl.Series) -> pl.Series:
    """Return the column as Boolean without nulls; anything that does not say yes is no."""
    if column.dtype == pl.Boolean:
        return column.fill_null(False)
    if column.dtype.is_numeric():
        return (column.cast(pl.Float64) == 1.0).fill_null(False)
    if is_text(column):
        return (
            column.cast(pl.String)
            .str.strip_chars()
            .str.to_lowercase()
            .is_in(["true", "t", "1", "1.0", "yes"])
            .fill_null(False)
        )
    return pl.Series(column.name, [False], dtype=pl.Boolean).new_from_index(0, len(column))


def naive(column: pl.Series) -> pl.Series:
    """Return where a column of times holds text with date and time but without a zone."""
    return _found_in_calendar(column, "naive") if is_text(column) else _nowhere(column)


def is_moment(column: pl.Series) -> pl.Series:
    """Return where a column of times holds a calendar time with a zone, of whatever year."""
    if isinstance(column.dtype, pl.Datetime):
        return column.is_not_null()
    return _found_in_calendar(column, "whole") if is_text(column) else _nowhere(column)


def _found_in_calendar(column: pl.Series, what: str) -> pl.Series:
    found = _calendar(cleaned(column))[what]
    return found.fill_null(False) if what == "naive" else found.is_not_null()


def _nowhere(column: pl.Series) -> pl.Series:
    return pl.Series(column.name, [False], dtype=pl.Boolean).new_from_index(0, len(column))


def _calendar(text: pl.Series) -> pl.DataFrame:
    """Read ISO 8601: `whole` seconds as UTC, `part` of a second [ns], and whether it is `naive` (without a zone)."""
    frame = text.to_frame("t")
    local = pl.col("t").str.replace(r"^(\d{4}-\d{2}-\d{2})[Tt]", "${1} ")
    zoned = (
        local.str.replace(r" ?(?:[Zz]|UTC)$", "+0000")
        .str.replace(r" ?([+-]\d{2}):?(\d{2})$", "${1}${2}")
        .str.replace(r"(:\d{2}(?:\.\d+)?)([+-]\d{2})$", "${1}${2}00")
    )
    # The nanosecond type wraps outside 1677..2262; microseconds do not, and the range is checked by the clock.
    return (
        frame.lazy()
        .select(
            whole=zoned.str.replace(r"\.\d+", "").str.to_datetime(
                "%Y-%m-%d %H:%M:%S%z", time_unit="us", time_zone="UTC", strict=False
            ),
            part=zoned.str.extract(r"\.(\d+)", 1).str.pad_end(9, "0").str.slice(0, 9).cast(pl.Int64, strict=False),
            naive=~local.str.contains(_ZONE) & local.str.contains(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}"),
        )
        .collect()
    )


@dataclass
class Clock:
    """Reads one column of times as UTC nanoseconds; remembers the unit that the first batch showed.

    Integers and floats are s, ms, us or ns since 1970, told apart by their magnitude (the median of the first batch:
    1e11 s is the year 5138, 1e11 ms is 1973). Floats are good to the microsecond.
    """

    file: str
    column: str
    _ns_per_unit: int = 0

    def read(self, column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Return the times as Int64 [ns], null where there is none, and where something is not a time (None: nowhere).

        Raises:
            FeedError: the times name no zone.
        """
        kind = column.dtype
        if kind == pl.Null:
            return column.cast(pl.Int64), None
        if isinstance(kind, pl.Datetime):
            if kind.time_zone is None:
                raise self._no_zone(str(column.drop_nulls().first()))
            return self._scaled(column.to_physical(), {"ns": 1, "us": 1_000, "ms": 1_000_000}[kind.time_unit])
        if kind.is_integer():
            return self._scaled(column.cast(pl.Int64, strict=False), self._unit(column))
        if kind.is_numeric():
            return self._scaled_float(column.cast(pl.Float64), self._unit(column))
        if is_text(column):
            return self._from_text(cleaned(column))
        return pl.Series(column.name, [None], dtype=pl.Int64).new_from_index(0, len(column)), column.is_not_null()

    def _unit(self, column: pl.Series) -> int:
        if not self._ns_per_unit:
            middle = column.cast(pl.Float64).drop_nans().drop_nulls().abs().median()
            if not isinstance(middle, float):
                return NS
            self._ns_per_unit = next((NS // 1000**k for k in range(3) if middle < 1e11 * 1000**k), 1)
        return self._ns_per_unit

    def _scaled(self, whole: pl.Series, ns_per_unit: int) -> tuple[pl.Series, pl.Series | None]:
        wrong = (whole < 0) | (whole >= LATEST_NS // ns_per_unit)
        if wrong.any():
            return whole.set(wrong, None) * ns_per_unit, wrong.fill_null(False)
        return (whole if ns_per_unit == 1 else whole * ns_per_unit), None

    def _scaled_float(self, value: pl.Series, ns_per_unit: int) -> tuple[pl.Series, pl.Series | None]:
        value = value.fill_nan(None)
        if ns_per_unit == 1:
            return self._scaled(value.cast(pl.Int64, strict=False), 1)
        micro = (value * (ns_per_unit / 1000.0)).round()
        wrong = ((micro < 0) | (micro >= LATEST_NS / 1000)).fill_null(False)
        if wrong.any():
            return micro.set(wrong, None).cast(pl.Int64) * 1000, wrong
        return micro.cast(pl.Int64) * 1000, None

    def _from_text(self, text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        whole = text.cast(pl.Int64, strict=False)
        if whole.null_count() == text.null_count():
            return self._scaled(whole, self._unit(whole))
        value = text.cast(pl.Float64, strict=False).fill_nan(None)
        if value.null_count() == text.null_count():
            return self._scaled_float(value, self._unit(value))
        distinct = text.unique(maintain_order=True)
        known = pl.DataFrame({"text": distinct, "ns": self._from_calendar(distinct)})
        calendar = text.to_frame("text").join(known, "text", "left", nulls_equal=True, maintain_order="left")["ns"]
        wrong = text.is_not_null() & calendar.is_null()
        if value.null_count() < len(value):
            times, _ = self._scaled_float(value, self._unit(value))
            calendar = calendar.fill_null(times) if calendar.null_count() else calendar
            wrong = text.is_not_null() & calendar.is_null()
        return calendar, wrong if wrong.any() else None

    def _from_calendar(self, text: pl.Series) -> pl.Series:
        """ISO 8601 with a zone -> Int64 ns; null where it is not that."""
        found = _calendar(text)
        if found["whole"].null_count() == len(found) and found["naive"].any():
            raise self._no_zone(str(text.filter(found["naive"]).first()))
        second = found["whole"].to_physical() // 1_000_000
        second = second.set((second < 0) | (second >= LATEST_NS // NS), None)
        return second * NS + found["part"].fill_null(0)

    def _no_zone(self, example: str) -> FeedError:
        example = printable(example)
        return FeedError(
            f'the times in column "{self.column}" name no time zone ("{example}").',
            where=self.file,
            remedy=f'If they are UTC, write them like "{example.replace(" ", "T", 1)}Z", or as seconds since 1970.',
        )
