"""AFSK 1200, receiving, second half: the tones of the bits -> frames, and what was heard and is none.

Each reader's bits go through NRZI and HDLC on their own. A frame counts once however many readers have it; two
different frames in the same stretch of sound are both refused. A stretch in which the modem's tones stand out and no
frame is found is counted by what it looks like.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from math import log10

import numpy as np

from armslength.modem import hdlc
from armslength.modem.afsk_bits import BIT, RATE, READERS, BitReader, Strip
from armslength.modem.loudness import Loudness
from armslength.modem.port import BAD_CHECK, NO_FRAME, OVERSIZED, TRUNCATED, Heard, Samples
from armslength.modem.resample import Resampler, as_sound

BLOCK = 480
"""Samples handled at once: 40 ms."""
_LARGEST_BLOCK = 25 * BLOCK
_LONGEST_NAMED = 1024
"""Bytes of the longest frame that is still recognised, to be refused by name."""
TONES_ON, TONES_OFF = 0.45, 0.32
"""Share of the power in the modem's tones, over 32 bits, at which a burst begins and ends. White noise: about 0.2."""
_SMOOTH = 32
_SHORTEST_BURST, _FEW = 96, 4
"""Bits of the shortest burst that is counted, and leading flags of one that began as a frame: below, noise would be."""


class _Burst:
    """A stretch of bits in which the modem's tones stand out."""

    def __init__(self, start: int, leads: int) -> None:
        self.start, self.leads = start, leads

    def verdicts(self, end: int, leads: int, spans: list[bool]) -> list[str]:
        """Return what is to be counted of it, now that it is over; `spans`: whether each was a frame, in order."""
        begun = leads - self.leads >= _FEW
        if any(spans) or (spans and begun):
            return [BAD_CHECK for i, good in enumerate(spans) if not good and (i == 0 or spans[i - 1])]
        if end - self.start < _SHORTEST_BURST:
            return []
        return [TRUNCATED if begun else NO_FRAME]


class AfskDemodulator:
    """A receiver for AFSK 1200 at `rate` [samples/s]; see `armslength.modem.port.Demodulator`."""

    def __init__(self, rate: int, largest: int) -> None:
        self._rate, self._largest = rate, largest
        self._resampler = Resampler(rate, RATE)
        self._waiting: list[Samples] = []
        self._waits = 0
        self._bits = BitReader()
        self._deframers = [hdlc.Deframer(_LONGEST_NAMED) for _ in range(READERS)]
        self._level = np.zeros((READERS, 1), np.uint8)
        self._origin = 0
        self._strip = Strip(np.zeros((READERS, 0), np.uint8), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        self._memory = hdlc.longest_line(_LONGEST_NAMED, 2, 2) + _LARGEST_BLOCK // BIT
        self._burst: _Burst | None = None
        self._spans: list[hdlc.Span] = []
        self._lately: deque[hdlc.Span] = deque(maxlen=8)
        self._refused: Counter[str] = Counter()
        self._loudness = Loudness(RATE)

    @property
    def busy(self) -> bool:
        """Whether the modem's tones are there, or anything much louder than the noise has been."""
        return self._loudness.loud or self._bits.share_now > TONES_ON

    @property
    def refused(self) -> Mapping[str, int]:
        """Bursts that are no frame, by reason."""
        return dict(self._refused)

    def feed(self, samples: Samples) -> list[Heard]:
        """Return the frames that ended in `samples`; a frame is found about 0.1 s after its end."""
        ready = self._resampler.feed(as_sound(samples))
        self._waiting.append(ready)
        self._waits += len(ready)
        return self._work(BLOCK)

    def finish(self) -> list[Heard]:
        """Return what was still on its way, as if silence followed."""
        self._waiting.append(self._resampler.finish())
        self._waiting.append(np.zeros(RATE // 5, np.float32))
        self._waits += len(self._waiting[-1]) + len(self._waiting[-2])
        found = self._work(1)
        self._end_burst(self._origin + len(self._strip.starts))
        return found

    def _work(self, least: int) -> list[Heard]:
        found: list[Heard] = []
        if self._waits >= least:
            sound = np.concatenate(self._waiting)
            self._waiting, self._waits = [], 0
            for at in range(0, len(sound), _LARGEST_BLOCK):
                found += self._block(sound[at : at + _LARGEST_BLOCK])
        return found

    def _block(self, sound: Samples) -> list[Heard]:
        self._loudness.feed(sound[-BLOCK:])
        strip = self._bits.feed(sound)
        if not len(strip.starts):
            return []
        leads = self._deframers[0].leads
        levels = np.concatenate((self._level, strip.marks), axis=1)
        self._level = strip.marks[:, -1:]
        bits = (levels[:, 1:] == levels[:, :-1]).astype(np.uint8)
        frames = self._sift([deframer.feed(row) for deframer, row in zip(self._deframers, bits, strict=True)])
        self._remember(strip)
        self._follow(len(strip.starts), leads)
        return [self._heard(span) for span in frames]

    def _remember(self, strip: Strip) -> None:
        """Keep when, how loud and how clear the last bits were: what is said of a frame when its end is found."""
        old = self._strip
        drop = max(0, len(old.starts) + len(strip.starts) - self._memory)
        self._strip = Strip(
            strip.marks,
            np.concatenate((old.starts, strip.starts))[drop:],
            np.concatenate((old.power, strip.power))[drop:],
            np.concatenate((old.share, strip.share))[drop:],
        )
        self._origin += drop

    def _follow(self, new: int, leads: int) -> None:
        """Open and close bursts over the `new` last bits; `leads` leading flags were seen before them."""
        total = np.concatenate(([0.0], np.cumsum(self._strip.share[-new - _SMOOTH :])))
        mean = (total[_SMOOTH:] - total[:-_SMOOTH])[-new:] / _SMOOTH
        first = self._origin + len(self._strip.starts) - len(mean)
        for i, clear in enumerate(mean.tolist()):
            if self._burst is None and clear > TONES_ON:
                self._burst = _Burst(first + i, leads)
            elif self._burst is not None and clear < TONES_OFF:
                self._end_burst(first + i)
        if self._burst is None:
            self._spans.clear()

    def _end_burst(self, end: int) -> None:
        if self._burst is None:
            return
        frames = [s for s in self._spans if s.frame is not None]
        inside = (self._burst.start - _SMOOTH, end)
        goods = [
            span.frame is not None
            for span in sorted(self._spans, key=lambda s: s.start)
            if (span.frame is not None and span.start < end)
            or (inside[0] <= span.start < span.end <= inside[1] and not any(_overlap(span, f) for f in frames))
        ]
        self._refused.update(self._burst.verdicts(end, self._deframers[0].leads, goods))
        self._spans = [s for s in self._spans if s.start >= end]
        self._burst = None

    def _sift(self, read: list[list[hdlc.Span]]) -> list[hdlc.Span]:
        """Return each frame once, in order. Where two readers have different frames at one time, neither counts."""
        frames: list[hdlc.Span] = []
        for span in sorted((s for spans in read for s in spans if s.frame is not None), key=lambda s: s.start):
            rival = next((other for other in self._lately if _overlap(span, other)), None)
            if rival is None:
                frames.append(span)
                self._lately.append(span)
            elif rival.frame != span.frame:
                self._refused[BAD_CHECK] += 1
                frames = [frame for frame in frames if frame is not rival]
        self._spans += frames
        self._spans += [span for span in read[0] if span.frame is None]
        small = [span for span in frames if span.frame is not None and len(span.frame) <= self._largest]
        self._refused.update([OVERSIZED] * (len(frames) - len(small)))
        return small

    def _heard(self, span: hdlc.Span) -> Heard:
        assert span.frame is not None
        first, last = max(0, span.start - self._origin), span.end - 1 - self._origin
        power = float(self._strip.power[first : last + 1].mean())
        began, ended = (int(self._strip.starts[i]) for i in (first, last))
        level = 10.0 * log10(2.0 * power) if power > 0.0 else None
        return Heard(span.frame, (ended + BIT) / RATE, level, began / RATE)


def _overlap(one: hdlc.Span, other: hdlc.Span) -> bool:
    return one.start < other.end and other.start < one.end
