"""What became of the rows of one recording: how many were read, which were kept aside, and what the user must hear of.

A row that lacks something (no position yet, no address) is normal in real recordings: it is counted and kept aside. A
row that is *wrong* (text where a number belongs, an explicit NaN position) is a problem as well: the recording was
damaged or written by faulty software, and the user is told once per recording and kind, with the first such row.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from armslength.domain.plot import KeptAside
from armslength.errors import FeedError

NOT_PARSED = "row does not parse"
NOT_A_NUMBER = "not a number"
NOT_A_TIME = "not a time"
NO_ZONE = "no time zone"
IMPOSSIBLE_TIME = "impossible time"
NO_ADDRESS = "no address"
NO_TIME = "no time"
NO_POSITION = "no position"
NAN_POSITION = "position is NaN"
OUT_OF_RANGE = "position out of range"
REPEATED = "repeated position"

REMEDIES = {
    NOT_PARSED: "Repair or delete those rows",
    NOT_A_NUMBER: "Write a number there or leave the field empty",
    NOT_A_TIME: "Write seconds since 1970, or ISO 8601 like 2015-11-03T09:00:00Z",
    NO_ZONE: "If it is UTC, write a Z behind it, like 2015-11-03T09:00:00Z",
    NAN_POSITION: "Leave the position empty where it is not known",
}
"""The reasons that are problems, and what to do about each."""


def printable(text: str, longest: int = 40) -> str:
    """Return `text` as it can stand in a message: on one line, without control characters, not long."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:longest])
    return shown + ("..." if len(text) > longest else "")


@dataclass
class Account:
    """The bookkeeping of one reading of one recording."""

    file: str
    aside: KeptAside
    problems: list[FeedError]
    rows_read: int = 0
    _kept_aside: int = 0
    _wrong: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def keep_aside(self, reason: str, count: int, row: int, says: str) -> None:
        """Count `count` rows for `reason`; `row` (1-based) and `says` are those of the first of them."""
        if count <= 0:
            return
        self._kept_aside += count
        self.aside.add(reason, count, file=self.file, row=row, says=says)
        if reason in REMEDIES:
            before, first, first_says = self._wrong.get(reason, (0, row, says))
            self._wrong[reason] = (before + count, first, first_says)

    def keep_aside_unread(self, reason: str, row: int, says: str) -> None:
        """Count one row that never became part of a table (so that it was not counted as read yet)."""
        self.rows_read += 1
        self.keep_aside(reason, 1, row, says)

    def close(self) -> None:
        """Append one problem for each kind of wrong row. Called once, when the recording has been read."""
        used = "the other rows were used" if self.rows_read > self._kept_aside else "no row could be used"
        for reason, (count, row, says) in self._wrong.items():
            more = {1: "", 2: " 1 more row is like it."}.get(count, f" {count - 1:,} more rows are like it.")
            what, remedy = f"{reason}: {says}.{more}", f"{REMEDIES[reason]}; {used}."
            self.problems.append(FeedError(what, where=f"{self.file}, row {row}", remedy=remedy))
        self._wrong.clear()
