"""One channel of the simulated ether: what all stations say is added up, and each hears its own mix.

Who talks hears nothing meanwhile, as with any radio. While nobody talks, listeners get `Quiet`: noise alone need not be
made, carried and demodulated; whoever wants to hear it nevertheless joins with `always`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from armslength.adapters.radio.ether_wire import FULL_SCALE, REFERENCE
from armslength.adapters.radio.propagation import Fading, Jam, Noise, key_of, noise_sigma
from armslength.adapters.radio.sound import Quiet

BEFORE_S, AFTER_S = 0.05, 0.25
"""Noise heard before and after a burst [s]: a receiver needs some to settle, and to see that it is over."""
AHEAD_S = 30.0
"""Sound that one station may have waiting, and how far ahead of its time it may send it [s]."""
CATCH_UP_S = 20.0
"""After a longer pause of the whole ether, what lies before is skipped [s]."""

Float = NDArray[np.float32]
Heard = tuple[int, Quiet | NDArray[np.int16]]


@dataclass
class Air:
    """What holds for every channel; may change while the ether runs.

    Attributes:
        snr_db: of a station in 3 kHz; None: no noise. fading: of every way.
        jams: windows of jamming. deaf: (channel, sender, listener): what the first says does not reach the second.
        seed: of all noise and fading.
    """

    snr_db: float | None = 20.0
    fading: Fading = field(default_factory=Fading)
    jams: list[Jam] = field(default_factory=list)
    deaf: set[tuple[str, str, str]] = field(default_factory=set)
    seed: int = 0


@dataclass(frozen=True)
class Third:
    """A station that is none of ours, and takes no notice of anybody.

    Attributes:
        channel: "F1". from_s, until_s: when it talks [s of the scenario]. every_s: from one burst to the next [s].
        level_db: how much stronger it is than others [dB].
        sound: gives its burst of a number at a rate, in [-1, 1].
    """

    channel: str
    from_s: float
    until_s: float
    every_s: float
    level_db: float
    sound: Callable[[int, int], Float]


@dataclass(eq=False)
class Burst:
    """Sound on its way: `samples` from `first` on."""

    first: int
    samples: Float

    @property
    def end(self) -> int:
        """Return the sample after its last."""
        return self.first + len(self.samples)


class Member:
    """A station that has joined.

    Args:
        name: its id. always: it wants to hear noise too. noise: what it hears besides stations.
    """

    def __init__(self, name: str, noise: Noise, *, always: bool) -> None:
        self.name, self.noise, self.always = name, noise, always
        self.bursts: deque[Burst] = deque()
        self._expected = -1
        self._shift = 0

    def take(self, first: int, samples: NDArray[np.int16], done: int, most: int) -> str:
        """Take sound that it sends, stamped with its first sample; return why not, or nothing.

        A burst whose beginning comes too late is heard later as a whole; what comes too late in the middle is lost.
        """
        if first != self._expected:
            self._shift = max(0, done - first)
        self._expected = first + len(samples)
        first += self._shift
        if first < done:
            return "late"
        if first + len(samples) > done + most or sum(len(one.samples) for one in self.bursts) > most:
            return "too much"
        self.bursts.append(Burst(first, samples.astype(np.float32) / np.float32(FULL_SCALE)))
        return ""


class AirChannel:
    """One channel.

    Attributes:
        members: by name. done: the first sample that nobody has been told of yet. counts: what was dropped, and why.

    Args:
        name: "F1". rate: samples a second. now: sample that is now. air: what holds for every channel.
    """

    def __init__(self, name: str, rate: int, now: int, air: Air) -> None:
        self.name, self.rate, self.done = name, rate, now
        self.members: dict[str, Member] = {}
        self.counts: Counter[str] = Counter()
        self._air = air
        self._quiet_from = now
        self._thirds: list[tuple[Third, int]] = []
        """With the number of the next burst of each."""
        self._third_bursts: deque[Burst] = deque()
        self._jam_noise: dict[str, Noise] = {}

    def join(self, name: str, *, always: bool) -> Member:
        """Take a station in; it takes the place of one with the same name."""
        noise = Noise(key_of(self._air.seed, "noise", self.name, name))
        self._jam_noise[name] = Noise(key_of(self._air.seed, "jam", self.name, name))
        member = self.members[name] = Member(name, noise, always=always)
        return member

    def leave(self, name: str) -> None:
        """Let a station go."""
        self.members.pop(name, None)
        self._jam_noise.pop(name, None)

    def third(self, one: Third) -> None:
        """Let a third station talk."""
        begun = max(0, ceil((self.done / self.rate - one.from_s) / one.every_s))
        self._thirds.append((one, begun))

    def take(self, member: Member, first: int, samples: NDArray[np.int16]) -> None:
        """Take what a station sends; what comes too late or is too much is dropped and counted."""
        if why := member.take(first, samples, self.done, int(AHEAD_S * self.rate)):
            self.counts[why] += 1

    def talking(self, until: int) -> bool:
        """Return whether somebody hears anything but quiet before sample `until`."""
        third = any(one.from_s + number * one.every_s < until / self.rate for one, number in self._thirds)
        always = any(member.always for member in self.members.values())
        return always or third or self._quiet_from > self.done or self._begins() < until

    def advance(self, until: int) -> dict[str, list[Heard]]:
        """Return what each station hears up to sample `until`, in order, as (first sample, sound or quiet)."""
        heard: dict[str, list[Heard]] = {name: [] for name in self.members}
        if until - self.done > CATCH_UP_S * self.rate:
            skipped = until - round(CATCH_UP_S * self.rate)
            for told in heard.values():
                told.append((self.done, Quiet(skipped - self.done)))
            self.done = skipped
        self._thirds_talk(until)
        while self.done < until:
            begins = max(self.done, self._begins() - round(BEFORE_S * self.rate))
            if self._quiet_from <= self.done < begins:
                end = min(begins, until)
                self._quiet(heard, self.done, end)
            else:
                end = until if begins < until else min(until, max(self._quiet_from, self.done + 1))
                self._sound(heard, self.done, end)
            self.done = end
        self._forget()
        return heard

    def _begins(self) -> int:
        """Return the first sample of what waits."""
        queues = [m.bursts for m in self.members.values()] + [self._third_bursts]
        return min((one.first for queue in queues for one in queue), default=1 << 62)

    def _quiet(self, heard: dict[str, list[Heard]], first: int, end: int) -> None:
        for name, member in self.members.items():
            if member.always:
                heard[name].append((first, self._mix(member, first, end, [])))
            else:
                heard[name].append((first, Quiet(end - first)))

    def _sound(self, heard: dict[str, list[Heard]], first: int, end: int) -> None:
        talks = {name: _parts(member.bursts, first, end) for name, member in self.members.items()}
        others = [("", part) for part in _parts(self._third_bursts, first, end)]
        said = [(name, part) for name, parts in talks.items() for part in parts]
        for _, part in said + others:
            self._quiet_from = max(self._quiet_from, part.end + round(AFTER_S * self.rate))
        for name, member in self.members.items():
            if sum(len(part.samples) for part in talks[name]) >= end - first:
                heard[name].append((first, Quiet(end - first)))
                continue
            mix = self._mix(member, first, end, said + others)
            for part in talks[name]:
                mix[part.first - first : part.end - first] = 0
            heard[name].append((first, mix))

    def _mix(self, member: Member, first: int, end: int, said: list[tuple[str, Burst]]) -> NDArray[np.int16]:
        """Return what `member` hears of (sender, sound) between two samples."""
        count = end - first
        mix = np.zeros(count, np.float32)
        for sender, part in said:
            if (self.name, sender, member.name) in self._air.deaf:
                continue
            way = key_of(self._air.seed, "way", self.name, sender, member.name)
            gain = self._air.fading.gain(way, part.first, len(part.samples), self.rate)
            at = part.first - first
            mix[at : at + len(part.samples)] += part.samples if gain is None else part.samples * gain
        if sigma := noise_sigma(self._air.snr_db, self.rate):
            mix += np.float32(sigma) * member.noise.between(first, count)
        for jam in self._air.jams:
            if jam.channel == self.name:
                sound = jam.sound(self._jam_noise[member.name], first, count, self.rate)
                mix = mix if sound is None else mix + sound
        return to_int16(mix)

    def _thirds_talk(self, until: int) -> None:
        """Put the bursts of third stations that begin before `until` on their way."""
        going: list[tuple[Third, int]] = []
        for one, begun in self._thirds:
            number = begun
            while (at_s := one.from_s + number * one.every_s) < one.until_s and at_s * self.rate < until:
                first = max(self.done, round(at_s * self.rate))
                sound = one.sound(number, self.rate)
                level = REFERENCE * 10.0 ** (one.level_db / 20.0) / max(rms(sound), 1e-9)
                self._third_bursts.append(Burst(first, (sound * level).astype(np.float32)))
                number += 1
            if at_s < one.until_s:
                going.append((one, number))
        self._thirds = going

    def _forget(self) -> None:
        """Drop what has been heard."""
        for queue in [self._third_bursts, *(m.bursts for m in self.members.values())]:
            for one in [one for one in queue if one.end <= self.done]:
                queue.remove(one)
            for one in queue:
                if one.first < self.done:
                    one.samples, one.first = one.samples[self.done - one.first :], self.done


def to_int16(sound: Float) -> NDArray[np.int16]:
    """Return sound in [-1, 1] as int16; what is louder is clipped."""
    scaled: NDArray[np.int16] = np.clip(np.rint(sound * FULL_SCALE), -FULL_SCALE, FULL_SCALE).astype(np.int16)
    return scaled


def rms(sound: Float) -> float:
    """Return the root mean square of what is not silence in `sound`; 0 for silence."""
    loud = sound[np.abs(sound) > 1e-3]
    return float(np.sqrt(np.mean(np.square(loud, dtype=np.float64)))) if len(loud) else 0.0


def _parts(bursts: deque[Burst], first: int, end: int) -> list[Burst]:
    """Return what of `bursts` lies between two samples."""
    found = []
    for one in bursts:
        low, high = max(one.first, first), min(one.end, end)
        if high > low:
            found.append(Burst(low, one.samples[low - one.first : high - one.first]))
    return found
