"""Times of every kind become the same UTC nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.written import FORMATS, Reading, as_csv, rows, write
from armslength.adapters.recording.values import Clock

SECONDS = [1_533_101_250, 1_533_101_251, 1_533_187_650]
NS = [second * 10**9 for second in SECONDS]


def read(column: pl.Series) -> tuple[list[int | None], list[bool] | None]:
    times, wrong = Clock("f", "time").read(column)
    assert times.dtype == pl.Int64
    return times.to_list(), None if wrong is None else wrong.to_list()


@pytest.mark.parametrize("per_second", [1, 10**3, 10**6, 10**9])
@pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64, pl.Float64, pl.String])
def test_numbers_since_1970_by_magnitude(per_second: int, kind: type[pl.DataType]) -> None:
    column = pl.Series([second * per_second for second in SECONDS] + [None]).cast(kind)
    times, wrong = read(column)
    assert wrong is None and times[-1] is None
    limit = 256 if kind == pl.Float64 and per_second == 10**9 else 0  # what a float can tell apart there
    assert all(abs(a - b) <= limit for a, b in zip(times[:-1], NS, strict=True))


def test_float_seconds_are_good_to_the_microsecond() -> None:
    assert read(pl.Series([1738703622.619, 1738703622.000001]))[0] == [1738703622619000000, 1738703622000001000]
    assert read(pl.Series(["1738703622.619", "1738703623"]))[0] == [1738703622619000000, 1738703623000000000]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich"])
def test_datetimes_with_a_zone(unit: str, zone: str) -> None:
    column = pl.Series(SECONDS).cast(pl.Int64) * {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    assert read(column.cast(pl.Datetime(unit, zone))) == (NS, None)


@pytest.mark.parametrize(
    "text",
    [
        "2018-08-01T05:27:30Z", "2018-08-01 05:27:30Z", "2018-08-01T05:27:30.000Z", "2018-08-01T05:27:30+00:00",
        "2018-08-01 05:27:30+00", "2018-08-01T07:27:30+0200", "2018-08-01T07:27:30.000000+02:00",
        "2018-08-01 05:27:30 UTC", "2018-07-31T23:57:30-05:30", " 2018-08-01T05:27:30z ", "2018-08-01 05:27:30 +00:00",
        "2018-08-01t05:27:30Z",
    ],
)  # fmt: skip
def test_iso_8601(text: str) -> None:
    assert read(pl.Series([text, None, ""])) == ([1_533_101_250 * 10**9, None, None], None)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2261, 1, 1)),  # noqa: DTZ001 (the zone is put on below)
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["T", " "]),
)
def test_any_iso_time_as_in_the_standard_library(moment: datetime, minutes: int, between: str) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    since = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    expected = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
    text = zoned.isoformat(between)
    assert read(pl.Series([text])) == ([expected if expected >= 0 else None], None if expected >= 0 else [True])


@pytest.mark.parametrize(
    "text", ["yesterday", "2018-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "12:30Z"]
)
def test_what_is_no_time(text: str) -> None:
    assert read(pl.Series(["2018-08-01T05:27:30Z", text])) == ([NS[0], None], [False, True])


@pytest.mark.parametrize("value", [-5, 2**62])
def test_whole_numbers_that_are_no_time(value: int) -> None:
    assert read(pl.Series([*SECONDS, value])) == ([*NS, None], [False, False, False, True])
    assert read(pl.Series([*SECONDS, value]).cast(pl.Float64)) == ([*NS, None], [False, False, False, True])


def test_the_unit_of_the_first_batch_holds() -> None:
    clock = Clock("f", "time")
    assert clock.read(pl.Series([None], dtype=pl.Int64))[0].to_list() == [None]
    assert clock.read(pl.Series([1_533_101_250_000]))[0].to_list() == [NS[0]]
    assert clock.read(pl.Series([250]))[0].to_list() == [250 * 10**6]  # still milliseconds


def test_seconds_of_a_simulation_that_starts_at_nought() -> None:
    assert read(pl.Series([0, 1, 2, 3600]))[0] == [0, 10**9, 2 * 10**9, 3600 * 10**9]


@pytest.mark.parametrize("kind", FORMATS)
def test_whole_recordings_with_float_seconds_and_iso_times(kind: str, tmp_path: Path) -> None:
    plain = Reading(write(tmp_path / "plain.csv", as_csv(rows())))

    def seconds(value: int | None) -> float | None:
        return None if value is None else value / 1000

    def iso(value: int | None) -> str | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC).isoformat()

    for change in (seconds, iso):
        table = [
            row | {"timestamp": change(row["timestamp"]), "last_position": change(row["last_position"])}
            for row in rows()
        ]
        got = Reading(write(tmp_path / f"r.{kind}", FORMATS[kind](table)))
        assert got.messages == []
        assert got.tuples() == plain.tuples()
