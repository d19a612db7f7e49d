"""What the pure core asks to be kept, as plain values. One batch of them is committed whole or not at all.

`space` says what kind of thing it is ("out/AGREEMENT", "in/AGREEMENT", ...), `key` which one of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Put:
    """Keep `value` under `key` in `space`, replacing what stood there."""

    space: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    """Forget `key` of `space`; nothing happens where it is not there."""

    space: str
    key: str


Write = Put | Delete
