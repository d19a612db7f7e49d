"""The log never holds up or ends the node: not when nobody reads it, nor when its disk is full."""

from __future__ import annotations

import io
import os
import threading

from armslength.node.log import MOST_LINES, Log


class Held(io.StringIO):
    """A terminal that somebody holds still."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on, self.reached = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        """Write, once it goes on."""
        self.reached.set()
        self.goes_on.wait(20.0)
        return super().write(text)


class Full(io.StringIO):
    """A file on a disk that is full for a while."""

    full = True

    def flush(self) -> None:
        """Fail while it is full."""
        if self.full:
            raise OSError(28, "No space left on device")


def test_a_terminal_that_is_held_still_holds_up_nobody() -> None:
    stream = Held()
    log = Log(stream)
    log.line("first")
    assert stream.reached.wait(10.0)
    for number in range(MOST_LINES + 500):
        log.line(f"line {number}")
    stream.goes_on.set()
    log.close()
    rows = stream.getvalue().splitlines()
    assert rows[0] == "first" and "500 lines before this one" in stream.getvalue()
    assert rows[-1] == f"line {MOST_LINES - 1}"


def test_a_full_disk_loses_lines_and_says_how_many() -> None:
    stream = Full()
    log = Log(stream)
    for number in range(3):
        log.line(f"line {number}")
    log.close()
    again = Log(stream)
    again._lost = log._lost
    stream.full = False
    again.line("room again")
    again.close()
    assert (
        "(3 lines before this one could not be written here; the ledger has it all.)\nroom again" in stream.getvalue()
    )


def test_a_pipe_that_nobody_reads_any_more_and_half_a_character() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as stream:
        log = Log(stream)
        log.line("nobody hears this")
        log.close()
        assert log._lost == 1
        os.dup2(os.open(os.devnull, os.O_WRONLY), write)
    words = io.StringIO()
    log = Log(words)
    log.line("half \ud800 a sign")
    log.close()
    assert words.getvalue() == "half \\ud800 a sign\n"
