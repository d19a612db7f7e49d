"""A sound card between a station and a radio: the library `sounddevice` (extra `sound`), loaded when it is needed.

The card runs on its own clock and in a thread of its own; what it hears waits in a bounded queue. While we transmit,
nothing is heard: it would be ourselves.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import numpy as np

from armslength.adapters.radio.ptt import Push
from armslength.adapters.radio.sound import Quiet
from armslength.errors import InputError
from armslength.modem.port import Samples

BLOCK_S = 0.02
MOST_S = 10.0
"""Sound that may wait to be read [s]; beyond, the oldest is lost."""
SILENT_S = 3.0
"""A card that gives nothing for so long [s] has gone."""


class SoundCard:
    """Sound of one card, both ways.

    Attributes:
        rate: samples a second. dropped: stretches that were lost, because nobody read them in time or by the card.

    Args:
        device: number or part of the name, as `python -m sounddevice` lists them; empty: the system's own choice.
        rate: of the modem; the system resamples where the card has another.
        push: how the radio is told to transmit; closed by `close`. None: it is only listened to.
    """

    def __init__(self, device: str, rate: int, push: Push | None) -> None:
        self.rate = rate
        self.dropped = 0
        self._device: int | str | None = int(device) if device.isdigit() else device or None
        self._push = push
        self._in: Any = None
        self._out: Any = None
        self._heard: deque[Samples | Quiet] = deque()
        self._come = asyncio.Event()
        self._talking = False
        self._last_s = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def lead_s(self) -> float:
        """How much longer than its sound a burst is on the air [s]."""
        return self._push.lead_s if self._push is not None else 0.0

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""
        if self._loop is None or self._in is None:
            return "The sound card is not open."
        silent = self._loop.time() - self._last_s > SILENT_S
        return "The sound card gives nothing. Look whether it is still plugged in." if silent else ""

    async def open(self) -> None:
        """Open the card.

        Raises:
            InputError: sounddevice is not installed, there is no such card, or it does not take this rate.
        """
        library = _library()
        self._loop = asyncio.get_running_loop()
        self._last_s = self._loop.time()
        how = {"samplerate": self.rate, "device": self._device, "channels": 1, "dtype": "float32"}
        try:
            self._in = library.InputStream(**how, blocksize=round(BLOCK_S * self.rate), callback=self._captured)
            if self._push is not None:
                self._out = library.OutputStream(**how)
            self._in.start()
        except (library.PortAudioError, ValueError) as wrong:
            await self.close()
            remedy = "python -m sounddevice lists the cards."
            raise InputError(f"The sound card cannot be used: {wrong}.", where="sound card", remedy=remedy) from None

    async def close(self) -> None:
        """Close it; the transmitter is off."""
        if self._push is not None:
            self._push.close()
        for stream in (self._in, self._out):
            if stream is not None:
                stream.close()
        self._in = self._out = None

    async def read(self) -> Samples | Quiet:
        """Return what the card has heard."""
        while not self._heard:
            self._come.clear()
            await self._come.wait()
        one = self._heard.popleft()
        if isinstance(one, Quiet):
            return one
        together = [one]
        while self._heard and not isinstance(self._heard[0], Quiet) and len(together) < 25:
            more = self._heard.popleft()
            assert not isinstance(more, Quiet)
            together.append(more)
        return np.concatenate(together)

    async def write(self, samples: Samples) -> None:
        """Transmit `samples`; return when the last has been played and the transmitter is off.

        Raises:
            InputError: it is only listened to, the transmitter cannot be turned on, or the card has gone.
        """
        if self._push is None or self._out is None:
            raise InputError("This sound card is only listened to.", where="sound card")
        loop = asyncio.get_running_loop()
        self._talking = True
        try:
            await self._push.key()
            await loop.run_in_executor(None, self._play, np.concatenate((self._push.lead, samples)))
        finally:
            try:
                await self._push.unkey()
            finally:
                self._talking = False

    def _play(self, samples: Samples) -> None:
        """Play it to the end; in a thread."""
        out = self._out
        if out is None:
            return
        try:
            out.start()
            out.write(np.ascontiguousarray(samples.reshape(-1, 1)))
            out.stop()  # returns when the last sample has been played
        except _library().PortAudioError as wrong:
            raise InputError(f"The sound card has failed: {wrong}.", where="sound card") from None

    def _captured(self, data: Any, frames: int, time: Any, status: Any) -> None:
        """Take what the card has heard; in the library's own thread."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        block: Samples | Quiet = Quiet(frames) if self._talking else np.array(data[:, 0], np.float32)
        loop.call_soon_threadsafe(self._put, block, bool(getattr(status, "input_overflow", False)))

    def _put(self, block: Samples | Quiet, overflow: bool) -> None:
        assert self._loop is not None
        self._last_s = self._loop.time()
        if overflow or len(self._heard) * BLOCK_S > MOST_S:
            self.dropped += 1
            if not overflow:
                self._heard.clear()
            self._heard.append(Quiet(1))
        if isinstance(block, Quiet) and self._heard and isinstance(self._heard[-1], Quiet):
            block = Quiet(block.samples + self._heard.pop().samples)  # type: ignore[union-attr]
        self._heard.append(block)
        self._come.set()


def _library() -> Any:
    """Return sounddevice.

    Raises:
        InputError: it is not installed, or PortAudio is not.
    """
    try:
        import sounddevice  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        remedy = 'Install it: pip install "armslength[sound]".'
        raise InputError("A sound card needs sounddevice, which is not installed.", remedy=remedy) from None
    except OSError:
        remedy = "Install it from your system, for example apt-get install libportaudio2."
        raise InputError("A sound card needs the library PortAudio, which is not there.", remedy=remedy) from None
    return sounddevice
