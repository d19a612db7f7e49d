"""From an opened file to batches of plots: picks the reader of the format, joins small batches, settles the account."""

from __future__ import annotations

import dataclasses
import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import numpy as np

from armslength.adapters.recording import sniff
from armslength.adapters.recording.account import Account
from armslength.adapters.recording.ahead import ahead
from armslength.adapters.recording.columns import read_columns
from armslength.adapters.recording.dialect import Dialect, known_names, recognise
from armslength.adapters.recording.json_records import JsonRecords
from armslength.adapters.recording.names import Names
from armslength.adapters.recording.parquet import ParquetTable
from armslength.adapters.recording.rows import Block, Translator
from armslength.adapters.recording.stream import BLOCK, GZIP, ByteStream
from armslength.adapters.recording.text_table import TextTable, split_header
from armslength.adapters.recording.traces import DIALECT, read_trace
from armslength.domain.plot import Plots, Roster
from armslength.errors import FeedError

BATCH = 500_000
"""Plots that a batch holds at least, but for the last one of a recording."""
NOTHING_LATER = int(np.iinfo(np.int64).max)
"""`rest_from_ns` of the last batch."""
LARGEST_UNPACKED = 64 << 30
"""Bytes of a gzipped Parquet file, unpacked, above which it is refused; so is one that takes half of the free disk."""


@dataclasses.dataclass
class Source:
    """A recording being read: its dialect, its rows, how far it is (0 to 1), why it broke off ("": it did not)."""

    dialect: Dialect
    blocks: Iterable[Block]
    done: Callable[[], float]
    broken: Callable[[], str]
    cast_texts: Callable[[Names, Names], None] = lambda aircraft, callsigns: None


def read(
    path: Path, kind: str, size: int, file_index: int, roster: Roster, account: Account
) -> Iterator[tuple[Plots, float]]:
    """Yield the batches of a recording, each with how much of the recording has been read (0 to 1).

    Raises:
        FeedError: the recording cannot be read, or cannot go on.
    """
    try:
        with _source(path, kind, size, account) as source:
            translator = Translator(file_index, source.dialect, roster, account)
            source.cast_texts(translator.aircraft, translator.callsigns)
            plots = (translator.plots(block) for block in source.blocks)
            for batch in _last_marked(_joined(plots)):
                yield batch, source.done()
            _settle_break(source.broken(), account)
    except OSError as error:
        raise FeedError(f"cannot be read ({error.strerror or error}).", where=account.file) from None
    finally:
        account.close()


def parquet_bounds(path: Path, file: str) -> tuple[int, int] | None:
    """First and last time [UTC ns] of a Parquet file that is not packed, else None."""
    try:
        with path.open("rb") as raw:
            if raw.read(2) == GZIP:
                return None
        return ParquetTable.open(path, file).bounds()
    except (FeedError, OSError):
        return None


@contextmanager
def _source(path: Path, kind: str, size: int, account: Account) -> Iterator[Source]:
    if kind == sniff.PARQUET:
        with _unpacked(path, account.file) as plain:
            table = ParquetTable.open(plain, account.file)
            yield Source(
                table.dialect,
                ahead(table.blocks()),
                lambda: table.done / max(table.rows, 1),
                lambda: "",
                table.cast_texts,
            )
        return
    stream = ByteStream(path)

    def done() -> float:
        return stream.done / max(size, 1)

    if kind == sniff.JSON_COLUMNS:
        dialect, blocks = read_columns(stream, account.file)
        yield Source(dialect, blocks, done, lambda: "")
    elif kind == sniff.TRACE:
        blocks, broken = read_trace(stream, account)
        yield Source(DIALECT, blocks, done, lambda: broken)
    else:
        pieces = ahead(stream.blocks())
        first = next(pieces, b"")
        pieces = chain([first], pieces)
        if kind == sniff.CSV:
            text_table = _text_table(first, pieces, stream, account)
            yield Source(text_table.dialect, text_table.blocks(), done, lambda: stream.broken)
        else:
            records = _json_records(first, pieces, account)
            yield Source(records.dialect, records.blocks(), done, lambda: stream.broken or records.broken)


def _text_table(first: bytes, pieces: Iterator[bytes], stream: ByteStream, account: Account) -> TextTable:
    line = first.lstrip(b"\xef\xbb\xbf\r\n ").split(b"\n", 1)[0].decode("utf-8", errors="replace").rstrip("\r")
    columns, separator = split_header(line)
    return TextTable(pieces, stream, recognise(columns, account.file), columns, separator, account)


def _json_records(first: bytes, pieces: Iterator[bytes], account: Account) -> JsonRecords:
    start = first[: sniff.HEAD].decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    names = sniff.keys(start)
    names += [name for name in known_names() if name not in names and f'"{name}"'.encode() in first]
    if not names:
        raise FeedError("the JSON holds no records.", where=account.file, remedy=sniff.NEEDED)
    return JsonRecords(pieces, recognise(names, account.file), account, start.startswith("["))


@contextmanager
def _unpacked(path: Path, file: str) -> Iterator[Path]:
    """The path of a Parquet file, unpacked into a temporary file where it is gzipped."""
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
    if not packed:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="armslength-") as folder:
        plain = Path(folder) / "recording.parquet"
        try:
            with gzip.open(path, "rb") as packed_file, plain.open("wb") as out:
                limit = min(LARGEST_UNPACKED, shutil.disk_usage(folder).free // 2)
                while piece := packed_file.read(BLOCK):
                    if out.tell() + len(piece) > limit:
                        raise _too_large(limit, file)
                    out.write(piece)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise FeedError(
                "the gzip stream is cut off or damaged, and a Parquet file cannot be read without its end.",
                where=file,
                remedy="Fetch it again.",
            ) from None
        yield plain


def _too_large(limit: int, file: str) -> FeedError:
    return FeedError(
        f"unpacked, this gzipped Parquet file is larger than {limit / (1 << 30):.3g} GiB, which is what the temporary "
        f"folder may hold of it ({LARGEST_UNPACKED >> 30} GiB, or half of what is free there).",
        where=file,
        remedy="Unpack it with gunzip and give the plain file, or set TMPDIR to a folder on a larger disk.",
    )


def _settle_break(broken: str, account: Account) -> None:
    """A recording that broke off: an error when nothing of it was read, a problem when the rows before can be used."""
    if not broken:
        return
    rows = account.rows_read
    what = f"{broken} after {rows:,} rows." + (" These are used, the rest is lost." if rows else "")
    error = FeedError(what, where=account.file, remedy="Fetch it again.")
    if not rows:
        raise error
    account.problems.append(error)


def _joined(plots: Iterator[Plots]) -> Iterator[Plots]:
    """Small batches joined to such of at least `BATCH` plots; what was read before an error comes before it."""
    held: list[Plots] = []
    count = 0
    try:
        for batch in plots:
            held.append(batch)
            count += len(batch)
            if count >= BATCH:
                yield _join(held)
                held, count = [], 0
    except FeedError:
        if count:
            yield _join(held)
        raise
    if count:
        yield _join(held)


def _join(batches: list[Plots]) -> Plots:
    if len(batches) == 1:
        return batches[0]
    names = [part.name for part in dataclasses.fields(Plots) if part.name not in ("file", "rest_from_ns")]
    columns = {name: np.concatenate([getattr(batch, name) for batch in batches]) for name in names}
    return Plots(file=batches[0].file, **columns, rest_from_ns=batches[-1].rest_from_ns)


def _last_marked(batches: Iterator[Plots]) -> Iterator[Plots]:
    """The same batches; the last one says that nothing comes after it."""
    held: Plots | None = None
    try:
        for batch in batches:
            if held is not None:
                yield held
            held = batch
    except FeedError:
        if held is not None:
            yield dataclasses.replace(held, rest_from_ns=NOTHING_LATER)
        raise
    if held is not None:
        yield dataclasses.replace(held, rest_from_ns=NOTHING_LATER)
