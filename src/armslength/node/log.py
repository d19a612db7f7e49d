"""Lines for the terminal or the log, written by a thread of its own: a terminal that is held still, a pipe that nobody
reads or a disk that is full must not hold up the watch."""

from __future__ import annotations

import queue
import sys
import threading
from typing import TextIO

from armslength.units import counted

__all__ = ["Log"]

MOST_LINES = 10_000
"""Lines that may wait to be written; more are counted, and their number is written when there is room."""
LAST_WORDS_S = 1.0
"""How long the last lines have to be written when the node stops."""


class Log:
    """Writes lines to a stream, as long as it takes them.

    Args:
        stream: standard output, where none is given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._waiting: queue.Queue[str | None] = queue.Queue(MOST_LINES)
        self._lost = 0
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def line(self, text: str) -> None:
        """Write a line soon; never wait, never fail."""
        try:
            self._waiting.put_nowait(text)
        except queue.Full:
            self._lost += 1

    def close(self) -> None:
        """Write what waits, where it is taken, and write no more."""
        try:
            self._waiting.put(None, timeout=LAST_WORDS_S)
        except queue.Full:
            return
        self._thread.join(LAST_WORDS_S)

    def _write_all(self) -> None:
        while (text := self._waiting.get()) is not None:
            lost = self._lost
            if lost:
                lines = counted(lost, "line")
                text = f"({lines} before this one could not be written here; the ledger has it all.)\n{text}"
            try:
                self._stream.write(f"{text}\n".encode("utf-8", "backslashreplace").decode())
                self._stream.flush()
                self._lost -= lost
            except (OSError, ValueError):  # full, closed, or of another character set: what matters is in the ledger
                self._lost += 1
