"""The talk with one other side over the designated frequencies: what is called where, how often, and what answers.

A message waits in the same outbox whichever way it goes. What is FLASH is called on every living frequency, and goes
over the ground line besides; everything else goes by the one channel in use. On a frequency one message of a precedence
is under way at a time, so that order holds, and it is called again every `Patience.call_every_s` until a mark comes.
What has outlived its `valid_until` waits behind what has not: on a slow channel a stale backlog must not stand before a
fresh warning. Nor must news of channels, of which only the newest of each medium is called, and on every
frequency, lost or not. Where nothing is in use, what waits is called one at a time, each in its turn.

A radio check is called on the frequency that it is about and nowhere else, until as many calls as the terms name are
unanswered; then it goes by the channel in use, so that both logs have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from armslength.errors import LocalProtocolError
from armslength.protocol.calling import MARK_RANK, OF_CHANNELS, WARNING_RANK, Cadence, Call, Calls, in_turn, rank_of
from armslength.protocol.catalogue import CATALOGUE, Precedence
from armslength.protocol.events import CheckDue, InUse, MediumLost, MediumRestored, Now
from armslength.protocol.failover import GROUND, Failover, Health, Patience
from armslength.protocol.leaving import Frame
from armslength.protocol.messages import Message
from armslength.protocol.writes import Write

__all__ = ["AIR", "Airwaves", "channel_of"]

AIR = "air:"
"""Begins the name of a path that is a frequency."""
CHECKS = frozenset({"RCK", "RCR"})
"""Codes that are said on the frequency that they name."""
GROUND_CHECKS = frozenset({"GCK", "GCR"})
"""Codes that are said on the ground line and nowhere else: an answer by radio would prove nothing of it."""
MOST_FLASH = 4
"""Messages that are FLASH under way at once on one frequency, besides news of channels."""
REMEMBERED = 256
"""Calls of which the answer is still recognised."""
_NEVER = float("inf")

AirFrame = tuple[str, Frame, int, str]
"""Frequency, payload, rank (the smallest is sent first; FLASH up to 0), id of the message or ""."""
Pack = Callable[[Message, str, Now], tuple[Frame, ...]]


def channel_of(path: str) -> str:
    """Return the frequency that a path is, "" where it is a connection of the ground line."""
    return path.removeprefix(AIR) if path.startswith(AIR) else ""


class Airwaves:
    """The frequencies to one other side.

    Args:
        pair: names its row in the store.
        restored: rows of its space.
        pack: gives the payloads that carry a message: one, or its fragments. Raises LocalProtocolError where it cannot
            go over the air.
    """

    def __init__(self, pair: str, restored: Iterable[tuple[str, bytes]], pack: Pack) -> None:
        self.failover = Failover(pair)
        self.failover.restore(restored)
        self.frames: list[AirFrame] = []
        self.plan: tuple[str, ...] = ()
        """The frequencies that carry data, in their order."""
        self._pack = pack
        self._calls: Calls = {}
        self._recent: dict[tuple[str, str], None] = {}
        self._unfit: dict[str, None] = {}
        self._sent: dict[str, int] = {}
        self._vain: dict[str, int] = {}
        """How often each message was called, and each check."""
        self._cadence = Cadence(self.failover)
        self._ground_gone_s: float | None = None
        self.distress = False
        """Nothing goes over the frequencies but what nobody can suspend."""

    def adopt(self, plan: Sequence[str], patience: Patience) -> None:
        """Use these frequencies and times from now on."""
        self.failover.adopt(plan, patience)
        self.plan = tuple(name for name in self.failover.plan if name != GROUND)
        self._calls = {key: call for key, call in self._calls.items() if key[1] in plan}

    def carries(self, message: Message) -> bool:
        """Return whether `message` is to go over a frequency and not over the ground line."""
        if not self.plan or self.distress or message.precedence is Precedence.FLASH:
            return False
        if self._is_vain(message):
            return False
        if self._pinned(message):
            return True
        return self.failover.in_use not in ("", GROUND) and self._fits(message)

    def pump(self, waiting: Iterable[Message], now: Now) -> None:
        """Call what is due of the messages that wait, given the most urgent first."""
        if not self.plan or self.failover.has_news():
            return  # what is told of a channel comes first, and calls once more
        used, taken = self.failover.in_use, set[tuple[str, Precedence]]()
        before, self._calls = self._calls, {}
        stale: list[Message] = []
        first: list[Message] = []
        news: dict[tuple[str, bool], Message] = {}
        for message in waiting:
            if message.code in OF_CHANNELS:
                about = str(message.fields["medium"]), "planned" in message.fields
                news = {about: message, **{key: one for key, one in news.items() if key != about}}
            elif message.valid_until_ns is not None and message.valid_until_ns < now.utc_ns:
                stale.append(message)
            elif not used or message.precedence is Precedence.FLASH:
                first.append(message)
            else:
                self._offer(message, used, taken, before, now)
            if self._is_full(used, taken):
                break
        ready = [*first, *news.values()]
        for message in (*(ready if used else in_turn(ready, before)), *stale):
            self._offer(message, used, taken, before, now)

    def marked(self, message_id: str, channel: str, now: Now, *, received: bool = True) -> None:
        """A mark on `message_id` came by `channel` ("" for the ground line): it need not be called any more.

        After another than RECEIVED the message waits for that one still: by the ground line, where that is there.
        It answers the calls before it, once: whoever plays it again shows nobody that the other side hears us.
        """
        if channel and (message_id, channel) in self._recent:
            del self._recent[message_id, channel]
            self._answered(channel, now)
            self.failover.heard(channel, now)
        calls = [key for key in self._calls if key[0] == message_id]
        if not received:
            if calls:
                self._vain[message_id] = 2 * self.failover.patience.calls
            return
        for key in calls:
            del self._calls[key]
        self._unfit.pop(message_id, None)
        self._vain.pop(message_id, None)

    def forget(self, ids: Iterable[str]) -> None:
        """These messages will not be said any more."""
        gone = frozenset(ids)
        self._calls = {key: call for key, call in self._calls.items() if key[0] not in gone}
        for one in gone:
            self._unfit.pop(one, None)
            self._vain.pop(one, None)

    def heard(self, channel: str, now: Now) -> None:
        """A message that is new was heard on `channel`: where nothing else answers, what waits is called there now."""
        self._cadence.heard(channel, now)
        self.failover.heard(channel, now)

    def answered(self, message: Message, channel: str, now: Now) -> None:
        """A message came by `channel`: where it answers one of ours that was called there, that is an answer."""
        if message.ref is not None and (message.ref, channel) in self._recent:
            self._answered(channel, now)

    def ground(self, up: bool, patience_s: float, now: Now) -> None:
        """Say whether the ground line is there; it is given up only after `patience_s` without."""
        if up:
            self._ground_gone_s = None
        elif self._ground_gone_s is None:
            self._ground_gone_s = now.mono_s + patience_s
        if up or now.mono_s >= (self._ground_gone_s or 0.0):
            self.failover.ground(up, now)

    def tick(self, now: Now, waiting: Iterable[Message]) -> list[CheckDue]:
        """Let time pass; return the checks that are due and not under way."""
        if not self.plan:
            return []
        self.failover.tick(now)
        if self.distress:
            return []
        under_way = {str(one.fields.get("freq_id")) for one in waiting if one.code == "RCK" and self._pinned(one)}
        due = []
        for name in self.failover.due_checks(now):
            self.failover.checked(name, now)
            if name not in under_way:
                due.append(CheckDue(name))
        return due

    def due(self) -> float:
        """Return when something is to be done next [s, monotonic]."""
        if not self.plan:
            return _NEVER
        times = [self._cadence.opens(key[1], call) for key, call in self._calls.items()]
        gone_s = _NEVER if self._ground_gone_s is None else self._ground_gone_s
        given_up = self.failover.media[GROUND].health is Health.LOST
        return min([self.failover.due(), _NEVER if given_up else gone_s, *times])

    def is_idle(self) -> bool:
        """Return whether `take` would return nothing."""
        return not self.frames and (not self.plan or self.failover.is_idle())

    def take(self) -> tuple[list[MediumLost | MediumRestored | InUse], tuple[Write, ...], tuple[AirFrame, ...]]:
        """Return what happened, what makes it durable, and what is to be sent, the most urgent first."""
        events, writes = self.failover.take() if self.plan else ([], ())
        frames, self.frames = tuple(sorted(self.frames, key=lambda frame: frame[2])), []
        return events, writes, frames

    def mark(self, channel: str, payload: Frame, *, urgent: bool = False) -> None:
        """Send a mark on a frequency; one on what is FLASH is as urgent: without it that is called again and again."""
        if channel in self.failover.media:
            self.frames.append((channel, payload, WARNING_RANK if urgent else MARK_RANK, ""))

    def left(self, name: str) -> None:
        """Count a message that left by a medium for the first time since the start."""
        self._sent[name] = self._sent.get(name, 0) + 1

    def state(self) -> Mapping[str, Mapping[str, object]]:
        """Return for each medium how it stands, for people."""
        failover = self.failover
        return {
            name: {
                "health": medium.health.name,
                "lost_here": failover.lost_here(name),
                "lost_there": failover.lost_there(name),
                "last_ok_ns": str(medium.last_ok_ns),
                "in_use": failover.in_use == name,
                "sent": self._sent.get(name, 0),
            }
            for name, medium in failover.media.items()
        }

    def _answered(self, name: str, now: Now) -> None:
        """Note an answer on a frequency; what was called there in vain while it was lost is called at once."""
        was_lost = self.failover.lost_here(name)
        self.failover.answered(name, now)
        if was_lost and not self.failover.lost_here(name):
            self._calls = {key: call for key, call in self._calls.items() if key[1] != name}

    def _offer(self, message: Message, used: str, taken: set[tuple[str, Precedence]], before: Calls, now: Now) -> None:
        """Call `message` where it belongs, if that is due."""
        if self.distress and not CATALOGUE[message.code].unstoppable:
            return
        if message.precedence is Precedence.FLASH:
            ground = self.failover.media[GROUND].health is Health.ANSWERING
            if self._fits(message) and not (ground and message.code in OF_CHANNELS):
                for name in self._for_news(message, before) if message.code in OF_CHANNELS else self._for_flash():
                    self._call(message, name, before, now)
            return
        if self._is_vain(message):
            return
        name, unordered = self._pinned(message) or used, CATALOGUE[message.code].unordered
        if name in ("", GROUND) or not self._fits(message):
            return
        if not unordered:  # a check waits for nothing: not for ours that theirs crossed, nor theirs for ours
            if (name, message.precedence) in taken:
                return
            taken.add((name, message.precedence))
        self._call(message, name, before, now)

    def _is_full(self, used: str, taken: set[tuple[str, Precedence]]) -> bool:
        """Return whether nothing more could be called: the rest of a long backlog need not be looked at."""
        names = [used] if used not in ("", GROUND) else []
        wanted = {(name, one) for name in names for one in (Precedence.PRIORITY, Precedence.ROUTINE)}
        return bool(wanted) and wanted <= taken

    def _for_flash(self) -> list[str]:
        living = self.failover.living()
        if not self.failover.in_use and GROUND not in living:
            return list(self.plan)
        return [name for name in living if name != GROUND]

    def _for_news(self, message: Message, before: Calls) -> list[str]:
        """Return where news of a channel is called: at first on all, for the other side may use what is lost to us."""
        living = self._for_flash()
        first = {name for name in self.plan if (message.id, name) not in before or before[message.id, name].made < 2}
        return [name for name in self.plan if not self.failover.in_use or name in living or name in first]

    def _call(self, message: Message, name: str, before: Calls, now: Now) -> None:
        key = (message.id, name)
        news = message.code in OF_CHANNELS
        under_way = (call for (_, channel), call in self._calls.items() if channel == name and not call.news)
        if message.precedence is Precedence.FLASH and not news and sum(1 for _ in under_way) >= MOST_FLASH:
            return
        call = self._calls[key] = before.get(key) or Call(news=news)
        if now.mono_s < self._cadence.opens(name, call):
            return
        try:
            payloads = self._pack(message, name, now)
        except LocalProtocolError:
            self._unfit[message.id] = None
            del self._calls[key]
            return
        call.made, call.last_s = call.made + 1, now.mono_s
        self._cadence.called(name, now)
        if message.precedence is not Precedence.FLASH:
            self._vain[message.id] = self._vain.get(message.id, 0) + 1
        if key not in self._recent:
            self.left(name)
        self._recent.pop(key, None)
        self._recent[key] = None
        while len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]
        self.failover.called(name, now)
        rank = rank_of(message, call.made)
        self.frames += [(name, payload, rank, message.id) for payload in payloads]

    def _is_vain(self, message: Message) -> bool:
        """Return whether a message has had its calls, on a frequency and the alternate, and goes by the ground line.

        A frequency that is full, and not lost, must not hold it up for longer; a check has its calls on one frequency.
        """
        if self.failover.media[GROUND].health is not Health.ANSWERING:
            return False
        calls = self.failover.patience.calls
        return self._vain.get(message.id, 0) >= (calls if message.code in CHECKS else 2 * calls)

    def _pinned(self, message: Message) -> str:
        """Return the frequency that a check is bound to; "" for everything else, and when it was called in vain."""
        if message.code not in CHECKS:
            return ""
        name = str(message.fields.get("freq_id", ""))
        if name not in self.failover.media or name == GROUND:
            return ""
        vain = self._vain.get(message.id, 0) >= self.failover.patience.calls
        elsewhere = self.failover.in_use not in ("", name)
        return "" if vain and elsewhere and self.failover.media[name].health is Health.LOST else name

    def _fits(self, message: Message) -> bool:
        """Return whether a message may go over the air: a long one, in fragments, only without the ground line."""
        if message.id in self._unfit or message.code in GROUND_CHECKS:
            return False
        return not CATALOGUE[message.code].not_on_air or self.failover.media[GROUND].health is Health.LOST
