"""What a plot store holds of some minutes, read beside the process that writes it: nothing is changed, none is locked.

A segment that is being written is not there yet under its name; while it is, its journal is. Where both are, the
segment counts. A journal that is being appended to ends, for us, at its last whole frame.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from armslength.adapters.plot_store.journal import read_rows
from armslength.adapters.plot_store.rows import frame_of
from armslength.adapters.plot_store.store import SEGMENT_NS
from armslength.errors import StoreError
from armslength.units import NS

__all__ = ["plots_between"]

_NAME = re.compile(r"(\d{8}T\d{6}Z)(-\d+)?\.(parquet|journal)")


def plots_between(folder: Path, from_ns: int, until_ns: int) -> list[tuple[str, pl.DataFrame]]:
    """Return (source, plots) of all that is stored from `from_ns` until before `until_ns` (UTC), in order of time.

    Args:
        folder: of the store.
        from_ns, until_ns: UTC [ns].

    Raises:
        StoreError: something there cannot be read.
    """
    out = []
    for source in sorted(folder.iterdir()) if folder.is_dir() else ():
        files = sorted(source.iterdir()) if source.is_dir() else []
        parts = [part for path in files if (part := _part(path, from_ns, until_ns)) is not None]
        if parts:
            whole = pl.concat(parts).filter(_within(from_ns, until_ns)).sort("time")
            if len(whole):
                out.append((unquote(source.name), whole))
    return out


def _part(path: Path, from_ns: int, until_ns: int) -> pl.DataFrame | None:
    """Return the plots of one file; None where it is of another time, or none of the store."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    begins = int(datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) * NS
    if begins >= until_ns or begins + SEGMENT_NS <= from_ns:
        return None
    if path.suffix == ".journal" and path.with_suffix(".parquet").is_file():
        return None
    try:
        return pl.read_parquet(path) if path.suffix == ".parquet" else frame_of(read_rows(path))
    except StoreError:
        closed = path.with_suffix(".parquet")
        if path.is_file():
            raise
        return pl.read_parquet(closed) if closed.is_file() else None  # closed, or deleted, since the folder was listed
    except (OSError, pl.exceptions.PolarsError) as wrong:
        raise StoreError(f"{path}: cannot be read ({type(wrong).__name__}).") from None


def _within(from_ns: int, until_ns: int) -> pl.Expr:
    at = pl.col("time").dt.epoch("ns")
    return (at >= from_ns) & (at < until_ns)
