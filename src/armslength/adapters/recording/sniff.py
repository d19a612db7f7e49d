"""What a file is, judged by its first bytes and not by its name."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

from armslength.adapters.recording.dialect import resembles
from armslength.adapters.recording.stream import GZIP, up_to_damage
from armslength.adapters.recording.text_table import SEPARATORS, split_header

CSV = "csv"
PARQUET = "parquet"
JSON_RECORDS = "json records"
JSON_COLUMNS = "json columns"
TRACE = "readsb trace"
EMPTY = "empty"

NEEDED = (
    "Fetch it again, or write at least time, address, latitude and longitude of each position report;"
    " docs/recordings.md shows the columns."
)
"""What to do about a file in which nothing stands."""
HEAD = 64 << 10
"""Bytes (unpacked) that are looked at."""
_DECODER = json.JSONDecoder(strict=False)
_MEMBER = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(.)', re.DOTALL)
_PACKED = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"\xfd7zXZ\x00": "packed with xz",
    b"BZh": "packed with bzip2",
    b"ARROW1": "an Arrow (feather) file",
    b"\x89HDF": "an HDF5 file",
    b"SQLite format 3": "an SQLite database",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
}


def head(path: Path) -> tuple[bytes, bool]:
    """Return the first bytes of a file, unpacked, and whether it is gzipped.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as raw:
        start = raw.read(HEAD)
    if not start.startswith(GZIP):
        return start, False
    try:
        return zlib.decompressobj(wbits=31).decompress(start, HEAD), True
    except zlib.error:
        return up_to_damage(zlib.decompressobj(wbits=31), start)[:HEAD], True


def judge(start: bytes) -> tuple[str, str]:
    """Return the format of a file that begins with `start`, or "" and what it is instead.

    A format is one of the constants above. What it is instead is said as the end of "the file is ...".
    """
    if not start:
        return EMPTY, "empty"
    if start.startswith(b"PAR1"):
        return PARQUET, ""
    for magic, what in _PACKED.items():
        if start.startswith(magic):
            return "", what
    if start[257:262] == b"ustar":
        return "", "a tar archive"
    text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").lstrip()
    if not text:
        return EMPTY, "empty but for blanks"
    if text.startswith("["):
        inner = text[1:].lstrip()
        return (JSON_RECORDS, "") if inner[:1] in ("{", "]", "") else ("", "a JSON array, but not of records")
    if text.startswith("{"):
        return _judge_object(text)
    line = text.splitlines()[0]
    garbage = text.count("\ufffd") + sum(character < " " and character not in "\t\r\n\f" for character in text)
    if garbage > len(text) // 50:
        return "", "binary data of no known kind"
    return (CSV, "") if any(separator in line for separator in SEPARATORS) else ("", "text, but not a table")


def _judge_object(text: str) -> tuple[str, str]:
    trace = re.search(r'"trace"\s*:\s*\[', text)
    if trace and re.search(r'"(icao|timestamp)"\s*:', text):
        return TRACE, ""
    if re.search(r'"aircraft"\s*:\s*\[', text[:2000]):
        return "", "a snapshot of aircraft (aircraft.json), not a recording over time"
    if re.search(r'"type"\s*:\s*"Feature', text[:2000]):
        return "", "GeoJSON, not a recording"
    member = _MEMBER.match(text)
    if member and member[1] in "{[":
        return JSON_COLUMNS, ""
    return JSON_RECORDS, ""


def names_in(kind: str, start: bytes) -> list[str]:
    """Return the names of the columns, as far as the beginning of a text file tells; [] for the other formats."""
    text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    if kind == CSV:
        return split_header(text.lstrip().splitlines()[0])[0]
    if kind == JSON_RECORDS:
        return keys(text)
    if kind == JSON_COLUMNS:
        return re.findall(r'[{,]\s*"((?:[^"\\]|\\.)*)"\s*:\s*[\[{]', text)
    return []


def keys(text: str) -> list[str]:
    """Return the names used in the records at the beginning of `text`, in the order in which they appear."""
    found: dict[str, None] = {}
    at = text.find("{")
    for _ in range(100):
        if at < 0:
            break
        try:
            record, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            if not found:  # one long or broken record: what it names
                found.update(dict.fromkeys(re.findall(r'"((?:[^"\\]|\\.){1,60})"\s*:', text[at : at + 4000])))
            break
        found.update(_names(record))
        at = text.find("{", end)
    return list(found)


def _names(record: Any) -> dict[str, None]:
    return dict.fromkeys(record) if isinstance(record, dict) else {}


def is_meant(kind: str, start: bytes) -> bool:
    """Say whether a file found in a folder was meant as a recording, so that an error in it must be heard of."""
    if kind in (CSV, JSON_RECORDS):
        return resembles(names_in(kind, start))
    if kind == JSON_COLUMNS:  # the first column alone may fill what was looked at
        return resembles(names_in(kind, start), at_least=1)
    return kind in (PARQUET, TRACE, EMPTY)
