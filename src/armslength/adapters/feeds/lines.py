"""Bytes of a stream -> whole lines, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_LINE = 4096
TOO_LONG = "line too long"
CUT = "line cut off"


@dataclass
class Lines:
    """Cuts a stream at its line ends. A line longer than `longest` is passed over up to its end, and counted."""

    longest: int = LONGEST_LINE
    too_long: int = 0
    _held: bytearray = field(default_factory=bytearray)
    _passing_over: bool = False

    def push(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes, without their ends and without empty ones."""
        *whole, rest = data.split(b"\n")
        out = []
        for part in whole:
            line = bytes(self._held) + part
            self._held.clear()
            if self._passing_over:
                self._passing_over = False
            elif len(line) > self.longest:
                self.too_long += 1
            elif line := line.strip(b"\r \t\0"):
                out.append(line)
        if not self._passing_over:
            self._held += rest
            if len(self._held) > self.longest:
                self._held.clear()
                self.too_long += 1
                self._passing_over = True
        return out

    def end(self) -> bool:
        """Return whether the stream ended within a line, which is given up; ready for another stream."""
        cut = bool(self._held.strip(b"\r \t\0"))
        self._held.clear()
        self._passing_over = False
        return cut

    def taken_too_long(self) -> int:
        """Return how many lines were too long since this was last asked."""
        count, self.too_long = self.too_long, 0
        return count
