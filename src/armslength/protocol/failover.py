"""Which channel carries the talk: the designated frequencies in the order of the plan, then the ground line.

How one medium stands is looked up in `medium.TABLE`. This file does not know which party we are: each side finds out
for itself which media answer it, tells the other (LCM: lost, RES: restored), and both then use the first medium of the
plan that neither has told lost.

What is told (`protocol.told`) counts up, so that the newest word holds whatever way and order it came in; every mark
RECEIVED tells it again, so that whatever is heard settles it. All timers run on the monotonic clock [s]; stamps are for
people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from armslength.protocol.events import InUse, MediumLost, MediumRestored, Now
from armslength.protocol.medium import Health, Medium, Step, after
from armslength.protocol.patience import Patience
from armslength.protocol.told import Standing, Told
from armslength.protocol.writes import Put, Write

__all__ = ["GROUND", "Failover", "Health", "Patience"]

GROUND = "GROUND"
"""The ground line among the media; the others are the frequencies by their id in the plan."""
FLAP_S = 600.0
"""A medium that is lost again so soon after its return must answer for longer the next time ..."""
MOST_PATIENCE = 8
"""... at most for so many times as long."""
_NEVER = float("inf")


class Failover:
    """The channels to one other side.

    Args:
        pair: names its row in the store.
        plan: ids of the frequencies that carry data, in their order; the ground line comes after them by itself.
        patience: see `Patience`.
    """

    def __init__(self, pair: str, plan: Sequence[str] = (), patience: Patience | None = None) -> None:
        self.space = f"channels/{pair}"
        self.patience = patience or Patience()
        self.media: dict[str, Medium] = {GROUND: Medium()}
        self._ours, self._theirs = Told(), Told()
        self._events: list[MediumLost | MediumRestored | InUse] = []
        self._changed = False
        self._used: str | None = None
        self._in_use = ""
        self._first_check_s = 0.0
        self.adopt(plan, self.patience)

    def restore(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take back what was told before a restart: what is said anew must count on from it."""
        for key, value in rows:
            if key == "ours":
                self._ours = Told.restored(value)
            else:
                self._theirs = Told.restored(value)
        self._used = None
        self._choose()

    def adopt(self, plan: Sequence[str], patience: Patience) -> None:
        """Use another plan from now on. What is known of media that stay is kept."""
        self.patience = patience
        names = (*dict.fromkeys(plan), GROUND)
        self.media = {name: self.media.get(name) or Medium(check_s=self._first_check_s) for name in names}
        self._choose()

    @property
    def plan(self) -> tuple[str, ...]:
        """The media in the order in which they are preferred."""
        return tuple(self.media)

    @property
    def change(self) -> int:
        """How many changes this side has told."""
        return self._ours.change

    @property
    def in_use(self) -> str:
        """The medium that both sides use as far as is known here; "" where there is none."""
        return self._in_use

    def alone(self, name: str) -> bool:
        """Return whether `name` is lost and nothing else is in use either: it is called often, one call at a time."""
        return not self._in_use and self.media[name].health in (Health.LOST, Health.RETURNING)

    def living(self) -> list[str]:
        """Return the media that are not lost as far as this side knows; what is FLASH goes by all of them."""
        return [name for name, medium in self.media.items() if medium.health is not Health.LOST]

    def lost_here(self, name: str) -> bool:
        """Return whether we have told (or never told otherwise) that `name` does not answer us."""
        return not self._ours.usable(name)

    def lost_there(self, name: str) -> bool:
        """Return whether they have told, or never told otherwise, that `name` does not answer them."""
        return not self._theirs.usable(name)

    def called(self, name: str, now: Now) -> None:
        """A call left on a frequency."""
        medium = self.media.get(name)
        if medium is None or name == GROUND:
            return
        if medium.asked_s is None:
            medium.asked_s = now.mono_s
        if medium.first_call_s is None:
            medium.first_call_s, medium.silent_ns, medium.calls = now.mono_s, now.utc_ns, 0
        if (
            not medium.calls
            or medium.last_call_s is None
            or now.mono_s >= medium.last_call_s + self.patience.call_every_s
        ):
            medium.calls += 1  # several at once are one call
            medium.last_call_s = now.mono_s
        medium.check_s = max(medium.check_s, now.mono_s + self.patience.call_every_s)

    def held(self, name: str) -> None:
        """A call on `name` has not left, because the frequency was full: it was none.

        Only so often as calls are made in all: bursts that nobody can read may fill a frequency for good.
        """
        medium = self.media.get(name)
        if medium is None or not medium.calls or medium.held >= self.patience.calls:
            return
        medium.calls -= 1
        medium.held += 1
        if not medium.calls:
            medium.first_call_s = None

    def answered(self, name: str, now: Now) -> None:
        """The other side showed that it heard us on `name`."""
        medium = self.media.get(name)
        if medium is None:
            return
        was, medium.health = medium.health, after(medium.health, Step.ANSWERED)
        medium.first_call_s, medium.calls, medium.held, medium.asked_s = None, 0, 0, None
        medium.last_ok_ns, medium.last_ok_s = now.utc_ns, now.mono_s
        if was is Health.LOST:
            medium.steady_s = now.mono_s
        if medium.health is Health.RETURNING and not self.in_use:
            medium.health = after(medium.health, Step.STEADY)  # nothing else is there: no time to be careful
        self._plan_check(name, medium, now)
        if was is Health.UNCHECKED or (medium.health is Health.ANSWERING and self.lost_here(name)):
            self._tell(name, lost=False, now=now)

    def ground(self, up: bool, now: Now) -> None:
        """A session of the ground line stands, or none does any more."""
        medium = self.media[GROUND]
        if up:
            medium.health = Health.ANSWERING
            medium.last_ok_ns, medium.last_ok_s = now.utc_ns, now.mono_s
        elif medium.health is not Health.LOST:
            medium.health, medium.silent_ns = Health.LOST, now.utc_ns
            for one in self.media.values():
                one.check_s = min(one.check_s, now.mono_s + self._check_s())
        if up is self.lost_here(GROUND):
            self._tell(GROUND, lost=not up, now=now)

    def told(self, name: str, *, lost: bool, change: int, now: Now) -> bool:
        """The other side told that a medium is lost or restored; return whether that is news."""
        if name not in self.media or not self._theirs.word(name, lost=lost, change=change):
            return False
        if not lost:
            self.media[name].vouched_s = now.mono_s
        self._learned(now)
        return True

    def stands(self, standing: Standing, now: Now) -> None:
        """The other side told, with a mark, how it has all channels; an older word than is known changes nothing."""
        news = self._theirs.stands(standing, self.media)
        for name, medium in self.media.items() if standing.change >= self._theirs.change else ():
            if self._theirs.usable(name):
                medium.vouched_s = now.mono_s
        if news:
            self._learned(now)

    def standing(self) -> Standing:
        """Return how we have the channels, to tell the other side."""
        return self._ours.standing(self.plan)

    def heard(self, name: str, now: Now) -> None:
        """The other side was heard on a frequency, and it is no copy of what was heard before."""
        if name in self.media:
            self.media[name].heard_s = now.mono_s
            self._settle(now)

    def tick(self, now: Now) -> None:
        """Let time pass over calls and returns."""
        self._settle(now)
        for name, medium in self.media.items():
            if name != GROUND:
                self._pass(name, medium, now)
                if medium.health is Health.RETURNING and not self._in_use and not medium.calls:
                    medium.health = after(medium.health, Step.STEADY)  # the last that was left has gone meanwhile
                    self._tell(name, lost=False, now=now)
        used = self.in_use
        if used != self._used:
            was, self._used = self._used, used
            for medium in self.media.values() if not used else ():
                medium.check_s = min(medium.check_s, now.mono_s + self.patience.alone_s / 2)
            self._events.append(InUse(used, was or ""))

    def due_checks(self, now: Now) -> list[str]:
        """Return the frequencies that are to be checked now."""
        return [name for name, one in self.media.items() if name != GROUND and now.mono_s >= one.check_s]

    def begin(self, now: Now, *, first: bool) -> None:
        """The first moment known. One side checks at once, the other gives it time: an answer proves both ways."""
        wait_s = 0.0 if first else 2 * self.patience.call_every_s
        self._first_check_s = now.mono_s + wait_s
        for medium in self.media.values():
            medium.check_s = max(medium.check_s, now.mono_s + wait_s)

    def checked(self, name: str, now: Now) -> None:
        """A check of `name` is on its way, or cannot be sent now: the next one is not due at once."""
        self.media[name].check_s = now.mono_s + self._probe_s()

    def checked_by_them(self, name: str, now: Now) -> None:
        """The other side checks `name`. Its mark on our answer proves as much as a check of ours, which can wait."""
        if name in self.media:
            self.media[name].check_s = max(self.media[name].check_s, now.mono_s + self._probe_s() / 2)

    def due(self) -> float:
        """Return when something is to be done next [s, monotonic]."""
        times = [_NEVER if self.in_use == self._used else 0.0]
        for name, medium in self.media.items():
            if name == GROUND:
                continue
            times.append(medium.check_s)
            moves = medium.calls >= self.patience.calls or medium.health is Health.ANSWERING
            if medium.health is not Health.LOST:
                times.append(self._long(medium))
            if medium.first_call_s is not None and medium.last_call_s is not None and moves:
                times.append(medium.last_call_s + self.patience.call_every_s)
            if medium.health is Health.RETURNING and (medium.last_ok_s or 0.0) > medium.steady_s:
                times.append(medium.steady_s + self._return_s(medium))
        return min(times)

    def is_idle(self) -> bool:
        """Return whether `take` would return nothing."""
        return not (self._events or self._changed)

    def has_news(self) -> bool:
        """Return whether something happened to a medium that the other side is to be told next."""
        return any(not isinstance(event, InUse) for event in self._events)

    def take(self) -> tuple[list[MediumLost | MediumRestored | InUse], tuple[Write, ...]]:
        """Return what happened since the last call, and what makes it durable."""
        events, self._events = self._events, []
        writes: tuple[Write, ...] = ()
        if self._changed:
            self._changed = False
            writes = tuple(
                Put(self.space, key, told.row()) for key, told in (("ours", self._ours), ("theirs", self._theirs))
            )
        return events, writes

    def _learned(self, now: Now) -> None:
        self._changed = True
        self._choose()
        self._settle(now)

    def _settle(self, now: Now) -> None:
        """Take what both hear, while nothing is in use.

        A frequency of which they have just told that it is not lost, so that they hear us there, and on which we have
        just heard them, leads both ways.
        """
        for name, medium in self.media.items() if not self._in_use else ():
            fresh = now.mono_s <= min(medium.heard_s, medium.vouched_s) + self.patience.call_every_s
            if name != GROUND and fresh and self._theirs.usable(name) and medium.health is not Health.ANSWERING:
                self.answered(name, now)

    def _pass(self, name: str, medium: Medium, now: Now) -> None:
        steady = (medium.last_ok_s or 0.0) > medium.steady_s and now.mono_s >= medium.steady_s + self._return_s(medium)
        if medium.health is Health.RETURNING and steady:
            medium.health, medium.returned_s = after(medium.health, Step.STEADY), now.mono_s
            self._tell(name, lost=False, now=now)
            return
        long = now.mono_s >= self._long(medium)
        waits = medium.last_call_s is None or now.mono_s < medium.last_call_s + self.patience.call_every_s
        if not long and (waits or medium.first_call_s is None):
            return
        silent = long or medium.calls >= self.patience.calls
        was = medium.health
        medium.health = after(was, Step.SILENT if silent else Step.UNANSWERED)
        if medium.health is not Health.LOST:
            return
        medium.first_call_s = medium.asked_s = None
        if was is not Health.LOST:
            soon = now.mono_s - medium.returned_s < FLAP_S
            medium.patience = min(2 * medium.patience, MOST_PATIENCE) if soon or was is Health.RETURNING else 1
            medium.check_s = now.mono_s + self._probe_s()
            if not self.lost_here(name):
                self._tell(name, lost=True, now=now)

    def _long(self, medium: Medium) -> float:
        """Return from when on a medium has been silent for too long, whether or not calls could leave [s].

        While the ground line is lost both sides must be alarmed in time.
        """
        if medium.asked_s is None or self.media[GROUND].health is not Health.LOST:
            return _NEVER
        return max(medium.asked_s, medium.heard_s) + (self.patience.calls + 2) * self.patience.call_every_s

    def _return_s(self, medium: Medium) -> float:
        return self.patience.return_after_s * medium.patience

    def _plan_check(self, name: str, medium: Medium, now: Now) -> None:
        soon = medium.health is Health.RETURNING
        medium.check_s = now.mono_s + (self._probe_s() if soon else self._check_s())

    def _probe_s(self) -> float:
        """Between two checks of a frequency that is lost or returning, as things stand [s]."""
        return self.patience.probe_s if self._in_use else self.patience.alone_s

    def _choose(self) -> None:
        usable = (name for name in self.media if self._ours.usable(name) and self._theirs.usable(name))
        self._in_use = next(usable, "")

    def _check_s(self) -> float:
        """Between two checks of a frequency that answers [s].

        The ground line is heard every second. While it is lost, a frequency on which nobody speaks must not die unseen:
        then nobody would be alarmed.
        """
        every_s, gone = self.patience.check_every_s, self.media[GROUND].health is Health.LOST
        return min(every_s, self.patience.return_after_s * 2 / 3) if gone else every_s

    def _tell(self, name: str, *, lost: bool, now: Now) -> None:
        self._ours.say(name, lost=lost)
        self._changed = True
        self._choose()
        medium = self.media[name]
        if lost:
            self._events.append(MediumLost(name, medium.silent_ns, medium.last_ok_ns, self._ours.change))
        else:
            self._events.append(MediumRestored(name, self._ours.change))
