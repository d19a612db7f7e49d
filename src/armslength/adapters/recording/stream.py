"""Bytes of a recording in blocks, plain or gzipped, with the place reached and the place where they break off."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK = 16 << 20
"""Bytes read at once (after decompression)."""
GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


def up_to_damage(member: zlib._Decompress, packed: bytes) -> bytes:
    """Return what can be unpacked before the damaged place, to which zlib itself gives nothing."""
    held = []
    try:
        while packed and not member.eof:
            held.append(member.decompress(packed, 64))
            packed = member.unconsumed_tail
    except zlib.error:
        pass
    return b"".join(held)


@dataclass
class ByteStream:
    """A file read once from front to back, unpacked where it is gzipped, whatever its name.

    Attributes:
        path: where it lies.
        done: bytes of the file (compressed) read so far.
        broken: why the stream broke off before its end, or "".
    """

    path: Path
    done: int = 0
    broken: str = ""

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the content in blocks of about `size` bytes; ends early, setting `broken`, where gzip is damaged.

        Raises:
            OSError: the file cannot be opened or read.
        """
        with self.path.open("rb") as raw:
            start = raw.read(2)
            raw.seek(0)
            pieces = self._unpacked(raw) if start == GZIP else self._plain(raw, size)
            held: list[bytes] = []
            length = 0
            for piece in pieces:
                held.append(piece)
                length += len(piece)
                if length >= size:
                    yield b"".join(held)
                    held, length = [], 0
            if held:
                yield b"".join(held)

    def _plain(self, raw: BinaryIO, size: int) -> Iterator[bytes]:
        while block := raw.read(size):
            self.done += len(block)
            yield block

    def _unpacked(self, raw: BinaryIO) -> Iterator[bytes]:
        """Members one after the other; zeros or garbage behind the last member are ignored, as gzip does."""
        rest = b""
        first = True
        while chunk := rest or raw.read(_CHUNK):
            if not first and not chunk.startswith(GZIP):
                return
            first = False
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                if not chunk:
                    self.broken = "the gzip stream ends in the middle"
                    return
                while chunk and not member.eof:
                    before = member.copy()
                    try:
                        piece = member.decompress(chunk, _CHUNK)
                    except zlib.error as error:
                        self.broken = f"the gzip stream is damaged ({str(error).split(': ')[-1]})"
                        yield up_to_damage(before, chunk)
                        return
                    chunk = member.unconsumed_tail
                    yield piece
                if not member.eof:
                    chunk = raw.read(_CHUNK)
                    self.done = raw.tell()
            rest = member.unused_data
        self.done = raw.tell()
