"""What a station makes of the frames that it hears, and how it makes its own; the same over a modem and over KISS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from armslength.adapters.radio.sound import AirHeard
from armslength.errors import RemoteProtocolError
from armslength.modem.ax25 import Ui, callsign

EVERYONE = "ARMSLG"
"""Call sign that frames of armslength are addressed to: whom a message is for stands inside it, signed."""

HEARD, FOREIGN, OURSELVES = "heard", "foreign", "our own call sign"


@dataclass(frozen=True)
class Foreign:
    """A whole frame that is none of ours.

    Attributes:
        channel: "F1": where.
        frame: its bytes, for people who look for the reason; no more than a modem lets through.
        why: one sentence.
        at_mono_s: when it ended [s, clock of the station].
        level_db: level [dB below full scale]; None where nobody can tell.
    """

    channel: str
    frame: bytes
    why: str
    at_mono_s: float
    level_db: float | None = None


def frame_of(own: str, payload: bytes) -> bytes:
    """Return the UI frame in which the station `own` says `payload` to the other side.

    Raises:
        InputError: no call sign, or a payload that one frame does not carry.
    """
    return Ui(EVERYONE, own, payload).to_bytes()


class Desk:
    """Takes frames whose check sum fits, and tells what they are.

    Attributes:
        counts: how many of each kind, by name; nothing that was heard goes uncounted.

    Args:
        channel: "F1".
        own: call sign of this station; empty: it only listens.
        heard: takes what another station of ours said.
        foreign: takes every other frame; None: nobody wants to know.
    """

    def __init__(
        self,
        channel: str,
        own: str,
        heard: Callable[[AirHeard], None],
        foreign: Callable[[Foreign], None] | None,
    ) -> None:
        self.channel, self.own = channel, callsign(own) if own else ""
        self.counts: Counter[str] = Counter({HEARD: 0, FOREIGN: 0, OURSELVES: 0})
        self._heard, self._foreign = heard, foreign

    def take(self, frame: bytes, at_mono_s: float, level_db: float | None) -> None:
        """Tell one frame."""
        try:
            said = Ui.from_bytes(frame)
        except RemoteProtocolError as wrong:
            self._other(FOREIGN, frame, wrong.says, at_mono_s, level_db)
            return
        if said.to != EVERYONE or not said.info:
            self._other(FOREIGN, frame, f"From {said.sender} to {said.to}: none of ours.", at_mono_s, level_db)
        elif said.sender == self.own:
            # An echo, a recording that somebody plays, or two stations with one name: nothing to act on.
            self._other(OURSELVES, frame, "It bears our own call sign.", at_mono_s, level_db)
        else:
            self.counts[HEARD] += 1
            self._heard(AirHeard(self.channel, said.info, said.sender, at_mono_s, level_db))

    def _other(self, kind: str, frame: bytes, why: str, at_mono_s: float, level_db: float | None) -> None:
        self.counts[kind] += 1
        if self._foreign is not None:
            self._foreign(Foreign(self.channel, frame, why, at_mono_s, level_db))
