"""How large the row groups of a Parquet file are, read from its footer.

A slice in the middle of a row group costs the more the further in it begins, so that a file with one huge row group
(old versions of pyarrow write 64 Mi rows) is better read in larger slices. Polars does not say how large they are.

The footer is a FileMetaData struct in the compact protocol of Thrift: field 4 is the list of row groups, field 3 of a
row group its number of rows. Sources: parquet-format, src/main/thrift/parquet.thrift, and the Thrift compact protocol.
Only what is needed to skip everything else is implemented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LARGEST_FOOTER = 4 << 20
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)


def largest_row_group(path: Path) -> int:
    """Return the rows of the largest row group; 0 where the footer is too long to be worth reading, or not understood.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as raw:
        end = raw.seek(0, 2)
        raw.seek(max(end - 8, 0))
        tail = raw.read(8)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != b"PAR1" or length > min(_LARGEST_FOOTER, end - 8):
            return 0
        raw.seek(end - 8 - length)
        footer = raw.read(length)
    try:
        return _Thrift(footer).largest()
    except (IndexError, ValueError, RecursionError):
        return 0


@dataclass
class _Thrift:
    """A place in a struct in compact protocol."""

    data: bytes
    at: int = 0

    def largest(self) -> int:
        found = 0
        for field, kind in self._fields():
            if field == 4 and kind == _LIST:
                count, _ = self._list_head()
                found = max((self._rows() for _ in range(count)), default=0)
            else:
                self._skip(kind)
        return found

    def _rows(self) -> int:
        rows = 0
        for field, kind in self._fields():
            if field == 3 and kind == _I64:
                number = self._varint()
                rows = (number >> 1) ^ -(number & 1)  # zigzag
            else:
                self._skip(kind)
        return rows

    def _fields(self) -> Iterator[tuple[int, int]]:
        """Yield (number, type) of each field; the caller reads or skips its value before the next."""
        field = 0
        while head := self._byte():
            delta = head >> 4
            if delta:
                field += delta
            else:
                number = self._varint()
                field = (number >> 1) ^ -(number & 1)
            yield field, head & 15

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        count = head >> 4
        return (self._varint() if count == 15 else count), head & 15

    def _skip(self, kind: int) -> None:
        if kind in (_TRUE, _FALSE):
            return
        if kind == _BYTE:
            self.at += 1
        elif kind in (_I16, _I32, _I64):
            self._varint()
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BINARY:
            length = self._varint()
            self.at += length
        elif kind in (_LIST, _SET):
            count, of = self._list_head()
            for _ in range(count):
                self._skip(of if of not in (_TRUE, _FALSE) else _BYTE)
        elif kind == _STRUCT:
            for _, of in self._fields():
                self._skip(of)
        else:
            raise ValueError("a type that no footer of Parquet uses")

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
