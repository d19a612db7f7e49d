"""What the tests of bad recordings share."""

from __future__ import annotations

from adapters.plain_reader import read_plainly
from adapters.written import Reading, rows

EXPECTED, ASIDE = read_plainly(rows())
TEXT_FORMATS = ["csv", "json", "ndjson", "columns.json", "lists.json", "indented.json"]


def only_message(got: Reading, *parts: str) -> None:
    """There is one message, of one paragraph, and it says all the `parts`."""
    assert len(got.messages) == 1, got.messages
    message = got.messages[0]
    assert "\n" not in message and message.endswith(".") and len(message) < 600
    for part in parts:
        assert part in message, message
    assert got.accounts_for_every_row()
