"""How often a message is called on a frequency, in which turn, and how urgent the call is to the radio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from armslength.protocol.catalogue import Precedence
from armslength.protocol.events import Now
from armslength.protocol.failover import GROUND, Failover, Health
from armslength.protocol.messages import Message

__all__ = ["MARK_RANK", "OF_CHANNELS", "WARNING_RANK", "Cadence", "Call", "Calls", "in_turn", "rank_of"]

OF_CHANNELS = frozenset({"LCM", "RES"})
"""What nodes say of channels: while the ground line answers it does not fill the frequencies."""
NEWS_SHARE = 0.4
"""News of a channel is called again after so much of the time between two calls: one that was lost in a collision must
not keep the two sides apart for 10 s. Calls so close are one call to `Failover`."""
HEARD_SHARE = 0.2
"""While nothing is in use, who was heard on a frequency since our last call there is called again so soon."""
WARNING_RANK = -1
"""What is FLASH and no news of channels goes before such news in the queue of a radio too."""
MARK_RANK = 1
_RANK = {Precedence.FLASH: 0, Precedence.PRIORITY: 2, Precedence.ROUTINE: 3}
_NEVER = float("inf")


@dataclass(slots=True)
class Call:
    """A message on a frequency: how often it was called, and when last [s, monotonic]; `news` of a channel or not."""

    made: int = 0
    last_s: float = -_NEVER
    news: bool = False


Calls = dict[tuple[str, str], Call]
"""By id of the message and frequency."""


class Cadence:
    """When what waits may be called again, from how the channels stand in `failover`."""

    def __init__(self, failover: Failover) -> None:
        self._failover = failover
        self._called_s: dict[str, float] = {}
        self._heard_s: dict[str, float] = {}

    def called(self, name: str, now: Now) -> None:
        """Something was called on a frequency."""
        self._called_s[name] = now.mono_s

    def heard(self, name: str, now: Now) -> None:
        """The other side said something new on a frequency."""
        self._heard_s[name] = now.mono_s

    def opens(self, name: str, call: Call) -> float:
        """Return when a message may be called again [s, monotonic].

        While nothing is in use a lost frequency is called often, by one message at a time: the first that waits.
        """
        failover, patience = self._failover, self._failover.patience
        every = patience.call_every_s
        if name in failover.media and failover.alone(name):
            last_s = self._called_s.get(name, -_NEVER)
            heard = self._heard_s.get(name, -_NEVER) > last_s
            return last_s + (HEARD_SHARE * every if heard else patience.alone_s)
        heard = self._heard_s.get(name, -_NEVER) > call.last_s
        hurry = call.news and (not failover.in_use or failover.media[GROUND].health is Health.LOST)
        if hurry and (heard or call.made < patience.calls):
            return call.last_s + NEWS_SHARE * every  # on what is lost as well: there alone the other side may listen
        return call.last_s + self._pause_s(name, call)

    def _pause_s(self, name: str, call: Call) -> float:
        """Return how long after its last call a message is called again [s]; on what is lost, less often."""
        failover, patience = self._failover, self._failover.patience
        if not failover.in_use and self._heard_s.get(name, -_NEVER) > call.last_s:
            return patience.call_every_s
        medium = failover.media.get(name)
        lost = medium is None or medium.health in (Health.LOST, Health.RETURNING)
        patient = call.made >= patience.calls
        if call.news and name == failover.in_use and failover.media[GROUND].health is Health.LOST:
            return patience.alone_s  # until it is answered the other side may use another one
        return patience.probe_s if lost or patient else patience.call_every_s


def in_turn(ready: Sequence[Message], before: Calls) -> list[Message]:
    """Return what waits while nothing is in use, what is FLASH first, each in its turn: one at a time is called."""
    made = Counter[str]()
    for (message, _), call in before.items():
        made[message] += call.made
    return sorted(ready, key=lambda one: (one.precedence is not Precedence.FLASH, made[one.id]))


def rank_of(message: Message, made: int) -> int:
    """Return how urgent the call number `made` of a message is to a radio, the smallest first.

    Warnings go before news of channels, but for the first word that a channel is back: until it is said the two sides
    may use different ones, and each warning is called in vain on one of them.
    """
    if message.precedence is not Precedence.FLASH:
        return _RANK[message.precedence]
    if message.code not in OF_CHANNELS or (message.code == "RES" and made == 1):
        return WARNING_RANK
    return 0
