"""Why rows were not used: each unusable row counts under one reason, and the first of a reason is the example."""

from __future__ import annotations

import numpy as np
import polars as pl

from armslength.adapters.recording.account import (
    IMPOSSIBLE_TIME,
    NAN_POSITION,
    NO_ADDRESS,
    NO_POSITION,
    NO_TIME,
    NO_ZONE,
    NOT_A_NUMBER,
    NOT_A_TIME,
    OUT_OF_RANGE,
    Account,
    printable,
)
from armslength.adapters.recording.dialect import NUMBERS, Dialect
from armslength.adapters.recording.values import is_moment, naive, number
from armslength.domain.plot import I64, Bool

_SHOWN = {
    NOT_A_NUMBER: NUMBERS,
    NOT_A_TIME: ("time",),
    NO_ZONE: ("time",),
    IMPOSSIBLE_TIME: ("time",),
    NO_ADDRESS: ("address", "time"),
    NO_TIME: ("time", "address"),
    NO_POSITION: ("address", "time"),
}
"""The roles that the example of a reason shows; the position for the others."""


def explain(
    table: pl.DataFrame,
    row: I64,
    dialect: Dialect,
    account: Account,
    *,
    usable: Bool,
    wrong: Bool | None,
    not_time: Bool | None,
    anybody: Bool,
    timed: Bool,
    lat: pl.Series,
    lon: pl.Series,
) -> None:
    """Count the rows that are not `usable`, each under the first reason that holds.

    Args:
        wrong: text where a number belongs (None: nowhere).
        not_time: the stamp is not a time (None: nowhere).
        anybody, timed: the row has an address, a time.
    """
    at = np.flatnonzero(~usable)
    left = np.ones(len(at), dtype=bool)
    stamps = None if not_time is None else table[dialect.roles["time"]].gather(at)
    tests: list[tuple[str, Bool | None]] = [
        (NOT_A_NUMBER, None if wrong is None else wrong[at]),
        (NO_ZONE, None if stamps is None or not_time is None else not_time[at] & naive(stamps).to_numpy()),
        (IMPOSSIBLE_TIME, None if stamps is None or not_time is None else not_time[at] & is_moment(stamps).to_numpy()),
        (NOT_A_TIME, None if not_time is None else not_time[at]),
        (NO_ADDRESS, ~anybody[at]),
        (NO_TIME, ~timed[at]),
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
            account.keep_aside(reason, int(hit.sum()), int(row[first]), _says(table, first, reason, dialect))
        left &= ~hit


def _says(table: pl.DataFrame, index: int, reason: str, dialect: Dialect) -> str:
    """The columns at fault and their values."""
    parts = []
    for role in _SHOWN.get(reason, ("lat", "lon")):
        if (column := dialect.roles.get(role)) is None:
            continue
        cell = table[column][index : index + 1]
        if reason == NOT_A_NUMBER and number(cell)[1] is None:
            continue
        parts.append(f"{column} {_shown(cell)}")
    return ", ".join(parts)


def _shown(cell: pl.Series) -> str:
    value = cell.item()
    if value is None:
        return "is empty"
    return f'is "{printable(value)}"' if isinstance(value, str) else f"is {printable(str(value))}"
