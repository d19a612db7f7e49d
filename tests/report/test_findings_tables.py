"""The tables of findings: exactly the columns of the issue, types that stay, unknown values, harmless text."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import polars as pl

from armslength.domain.finding import Finding, Outcome, Severity
from armslength.report.findings_tables import FILES, write_findings
from armslength.units import NS, stamp

COLUMNS = [
    "finding", "rule", "outcome", "severity", "encounter", "first", "second", "by", "opened", "closed", "value",
    "threshold", "unit", "margin_sigma", "regime", "explanation",
]  # fmt: skip
AT = 1_446_541_200 * NS
ONE = Finding(
    "G05", "a00001 b00002", Outcome.BREACH, Severity.SEV1, "North", AT, AT + NS, 800.0, 1852.0, "m", (), "It crossed.",
    "", 7, "a00001", "b00002", 3.5,
)  # fmt: skip


def test_both_tables_hold_the_columns_in_order_and_say_the_same(tmp_path: Path) -> None:
    other = replace(
        ONE, encounter=0, margin_sigma=None, value=float("nan"), explanation="=1+1", outcome=Outcome.NO_BREACH
    )
    assert write_findings(tmp_path, [ONE, other]) == FILES
    table = pl.read_parquet(tmp_path / FILES["parquet"])
    with (tmp_path / FILES["csv"]).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert table.columns == list(rows[0]) == COLUMNS
    assert rows[0]["finding"] == table["finding"][0] == ONE.id
    assert (rows[0]["severity"], rows[0]["outcome"], rows[0]["encounter"]) == ("SEV1", "BREACH", "7")
    assert rows[0]["opened"] == stamp(AT) and table["opened"].cast(pl.Int64)[0] == AT
    assert (rows[1]["encounter"], rows[1]["margin_sigma"], rows[1]["value"]) == ("", "", "")
    assert rows[1]["explanation"] == "'=1+1" and table["explanation"][1] == "=1+1"
    assert table.null_count().row(0, named=True)["encounter"] == 1


def test_types_are_the_same_without_findings(tmp_path: Path) -> None:
    write_findings(tmp_path / "none", [])
    write_findings(tmp_path / "some", [ONE])
    none, some = (pl.read_parquet(tmp_path / name / FILES["parquet"]) for name in ("none", "some"))
    assert none.schema == some.schema and none.height == 0
    assert none.schema["opened"] == pl.Datetime("ns", "UTC") and none.schema["encounter"] == pl.Int64
