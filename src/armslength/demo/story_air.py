"""What happens on the frequencies, as sentences: checks, calls without answer, channels that are lost and come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armslength.demo.tones import ALARM, GOOD, TELL, WARN
from armslength.node.telling import short_id
from armslength.protocol.failover import GROUND

__all__ = ["AMONG_NODES", "AirStory", "by_channel", "named"]

Event = Mapping[str, Any]
Line = tuple[str, str]
"""Tone and words."""
AMONG_NODES = frozenset({"GCK", "GCR", "RCK", "RCR", "LCM", "RES", "GLN"})
"""Codes that nodes say among themselves."""
CALLS = 3
"""Calls that are told one by one; the terms of the demonstration give a channel up after so many."""


def named(medium: str) -> str:
    """Return what people call a channel."""
    return "the ground line" if medium == GROUND else medium


def by_channel(event: Event) -> str:
    """Return by which channel a message came: " by F1"; "" where that is not known, or there is only one."""
    channel = str(event.get("channel") or "")
    return f" by {named(channel)}" if channel else ""


class AirStory:
    """Remembers what was told of each channel, so that nothing is told twice."""

    def __init__(self) -> None:
        self._checked: set[tuple[str, str]] = set()
        self._lost: set[tuple[str, str]] = set()
        self._told: set[tuple[str, str]] = set()

    def called(self, party: str, event: Event) -> Line | None:
        """A call on a frequency: told from the second on, until the channel is given up."""
        channel, number = str(event["channel"]), int(event["call"])
        if event["code"] in AMONG_NODES or not 2 <= number <= CALLS or (party, channel) in self._lost:
            return None
        which = "twice" if number == 2 else f"{number} times"
        return WARN, f"No answer on {channel}: called {which}. [{short_id(event['id'])}]"

    def channel(self, party: str, event: Event) -> Line | None:
        """A channel is lost here, answers again, or is taken into use."""
        state, medium = str(event["state"]), str(event.get("medium") or "")
        key = (party, medium)
        if state == "LOST":
            self._lost.add(key)
            self._checked.discard(key)
            if medium == GROUND:
                return None  # what became of the line is told of the line
            return WARN, f"{medium} does not answer: it is given up, and the other side is told."
        if state == "RESTORED":
            if key not in self._lost:
                return None  # the first check, which is told as such
            self._lost.discard(key)
            return GOOD, f"{named(medium).capitalize() if medium == GROUND else medium} may be used again."
        if not medium:
            tone = ALARM if event.get("sounds", True) else TELL  # at the start the first checks have their time
            return tone, str(event.get("says") or "No channel answers.")
        return (WARN if event.get("was") else GOOD), f"The talk goes by {named(medium)} now{_instead(event)}."

    def received(self, party: str, event: Event) -> Line | None:
        """The other side's node says something of a channel: a check answered, a channel lost or restored."""
        code, other, fields = str(event["code"]), event["counterpart"], event.get("fields") or {}
        if code == "RCR":
            key = (party, str(fields["freq_id"]))
            if key in self._checked or event.get("channel") != key[1]:
                return None
            self._checked.add(key)
            again = " It answers again." if key in self._lost else ""
            return GOOD, f"Radio check on {key[1]}: {other} reads us {fields['readability']} of 5.{again}"
        if code == "LCM":
            self._told.add((party, str(fields["medium"])))
            return WARN, f"{other} tells{by_channel(event)} that {named(str(fields['medium']))} is lost there (LCM)."
        if code == "RES" and (party, str(fields["medium"])) in self._told:
            self._told.discard((party, str(fields["medium"])))
            return GOOD, f"{other} tells{by_channel(event)} that {named(str(fields['medium']))} answers there (RES)."
        if code == "GLN":
            return TELL, f"{other} tells{by_channel(event)} that it talks by the ground line now (GLN)."
        return None


def _instead(event: Event) -> str:
    was = str(event.get("was") or "")
    return f", no longer by {named(was)}" if was else ""
