"""What this node senses by itself and is nobody's talk: carriers on frequencies, disturbed satellite navigation.

A record of talk that begins anew has to be told again what goes on; who senses it tells only what changes.
"""

from __future__ import annotations

from collections.abc import Callable

from armslength.domain import talk as t
from armslength.protocol.events import Now

__all__ = ["Senses"]


class Senses:
    """The media on which something is sensed now.

    Args:
        own: the party whose node this is.
        note: takes facts for the record.
    """

    def __init__(self, own: str, note: Callable[[t.Fact], None]) -> None:
        self._own, self._note = own, note
        self._on: set[str] = set()

    def __contains__(self, medium: object) -> bool:
        return medium in self._on

    def say(self, medium: str, heard: bool, now: Now) -> None:
        """Say whether something is sensed on a medium; what is known already is no news."""
        if heard is not (medium in self._on):
            (self._on.add if heard else self._on.discard)(medium)
            self._tell(medium, heard, now)

    def again(self, now: Now) -> None:
        """Tell a record that begins what goes on."""
        for medium in sorted(self._on):
            self._tell(medium, True, now)

    def _tell(self, medium: str, heard: bool, now: Now) -> None:
        self._note(t.Noise(at_ns=now.utc_ns, medium=medium, by=self._own, heard=heard))
