"""The size of row groups, read from the footers that Polars writes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from adapters.written import as_parquet, rows, write
from armslength.adapters.recording.row_groups import largest_row_group


@pytest.mark.parametrize(("size", "largest"), [(7, 7), (59, 59), (60, 60), (1000, 60)])
def test_largest_row_group(size: int, largest: int, tmp_path: Path) -> None:
    assert largest_row_group(write(tmp_path / "a.parquet", as_parquet(rows(), row_group_size=size))) == largest


def test_many_columns_types_and_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {f"c{i}": pl.Series(range(70_000)).cast(pl.Float64 if i % 2 else pl.String) for i in range(20)}
    )
    frame = frame.with_columns(pl.lit([1, 2]).alias("list"), pl.struct("c0", "c1").alias("struct"))
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=30_000, statistics="full")
    assert largest_row_group(tmp_path / "a.parquet") in (30_000, 23_334, 35_000)


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1" + b"\xff\xff\xff\x00PAR1", b"PAR1\x15\x15\x15\x03\x00\x00\x00PAR1"]
)
def test_footers_that_are_none(content: bytes, tmp_path: Path) -> None:
    assert largest_row_group(write(tmp_path / "a.parquet", content)) == 0
