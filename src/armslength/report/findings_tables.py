"""The tables of findings of a replay: findings.parquet and findings.csv, the same rows in two forms.

Both hold exactly `COLUMNS` of `domain.finding`, in that order, one row a finding. Forms, rounding and what is unknown
are those of the tables of encounters (`tables.py`). `encounter` is the number in encounters.parquet, null where the
pair was near but never inside the minima.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from armslength.domain.finding import COLUMNS, Finding
from armslength.report.staging import Staging
from armslength.report.tables import TIME, cell, harmless, plain, readable

FILES = {"parquet": "findings.parquet", "csv": "findings.csv"}

_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(COLUMNS, pl.String),
    **dict.fromkeys(("opened", "closed"), TIME),
    **dict.fromkeys(("value", "threshold", "margin_sigma"), pl.Float64),
    "encounter": pl.Int64,
}
SCHEMA = pl.Schema({name: _TYPES[name] for name in COLUMNS})
"""Names and types of the Parquet table."""


def frame(findings: Sequence[Finding]) -> pl.DataFrame:
    """Return the findings as a table with exactly `SCHEMA`; numbers that are not finite are null."""
    rows = [_row(one) for one in findings]
    columns = {
        name: pl.Series(name, [cell(row[name]) for row in rows], dtype=plain(kind)).cast(kind)
        for name, kind in SCHEMA.items()
    }
    return pl.DataFrame(columns, schema=SCHEMA)


def write_findings(out: Path, findings: Sequence[Finding], staging: Staging | None = None) -> dict[str, str]:
    """Write both tables into `out` and return {"parquet": name, "csv": name}; `staging` as in `write_tables`.

    Raises:
        InputError: the folder cannot be written to.
    """
    if staging is None:
        with Staging(out) as own:
            return write_findings(out, findings, own)
    table = frame(findings)
    parquet = BytesIO()
    table.write_parquet(parquet, compression="zstd")
    staging.write(FILES["parquet"], parquet.getvalue())
    staging.write(FILES["csv"], harmless(readable(table)).write_csv())
    return dict(FILES)


def _row(one: Finding) -> dict[str, Any]:
    """Return a finding by column."""
    return {
        "finding": one.id,
        "rule": one.rule,
        "outcome": one.outcome.value,
        "severity": one.severity.name,
        "encounter": one.encounter or None,
        "first": one.first,
        "second": one.second,
        "by": one.by,
        "opened": one.opened_ns,
        "closed": one.closed_ns,
        "value": float(one.value),
        "threshold": float(one.threshold),
        "unit": one.unit,
        "margin_sigma": one.margin_sigma,
        "regime": one.regime,
        "explanation": one.explanation,
    }
