"""Push to talk: how a radio is told to transmit.

    vox             the radio does it by itself when it hears sound: a lead tone comes before every burst
    rts:PORT        the RTS line of a serial port switches it (extra `serial`)
    command:WORDS   a program does it: {state} in its words is 1 or 0
    none            somebody else sees to it

A transmitter that stays on jams the channel for everybody. So every way goes through `Push`, which switches off after
`LONGEST_S` whatever happens, and when the program ends.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import shlex
import subprocess
import threading
from typing import Any, Protocol

import numpy as np

from armslength.errors import InputError
from armslength.modem.port import Samples

LOG = logging.getLogger("armslength.radio")
LONGEST_S = 15.0
"""The longest that a transmitter stays on [s]; the longest frame takes less than half of it."""
RISE_S, TAIL_S = 0.1, 0.05
"""From switching on to the first sound: it must have its power; and from the last sound to switching off."""
LEAD_S, LEAD_HZ, LEAD_LEVEL = 0.4, 1_900.0, 0.5
"""The tone that opens a VOX [s, Hz, of full scale]."""
COMMAND_S = 3.0
"""The longest that the program of `command:` may take [s]."""


class Switch(Protocol):
    """Whatever turns the transmitter on and off. May take some milliseconds; is called from a thread."""

    def turn(self, on: bool) -> None:
        """Turn it on or off.

        Raises:
            InputError: it cannot; says why.
        """

    def close(self) -> None:
        """Let go of it."""


class SerialSwitch:
    """The RTS line of a serial port.

    Args:
        port: "/dev/ttyUSB0".

    Raises:
        InputError: pyserial is not installed, or the port cannot be opened.
    """

    def __init__(self, port: str) -> None:
        try:
            import serial  # type: ignore[import-not-found,import-untyped,unused-ignore]
        except ImportError:
            remedy = 'Install it: pip install "armslength[serial]".'
            raise InputError("PTT by RTS needs pyserial, which is not installed.", where="ptt", remedy=remedy) from None
        self._line: Any = serial.Serial()
        self._line.port = port
        # Before it is opened: opening raises both lines otherwise, and the transmitter goes on.
        self._line.rts = self._line.dtr = False
        try:
            self._line.open()
        except (OSError, ValueError) as wrong:  # SerialException is an OSError
            raise InputError(f"{port} cannot be opened: {wrong}.", where="ptt") from None

    def turn(self, on: bool) -> None:
        """Set RTS."""
        try:
            self._line.rts = on
        except OSError as wrong:
            raise InputError(f"RTS cannot be set: {wrong}.", where="ptt", remedy="Look at the cable.") from None

    def close(self) -> None:
        """Close the port."""
        self._line.close()


class CommandSwitch:
    """A program that is run for each change; no shell comes between.

    Args:
        words: its command line; {state} stands for 1 or 0.
    """

    def __init__(self, words: str) -> None:
        try:
            self._words = shlex.split(words)
        except ValueError:
            self._words = []
        if not self._words or "{state}" not in words:
            remedy = 'Write it like "command:rigctl -m 2 T {state}".'
            raise InputError("The command of PTT does not say where on or off goes.", where="ptt", remedy=remedy)

    def turn(self, on: bool) -> None:
        """Run it."""
        words = [word.replace("{state}", "1" if on else "0") for word in self._words]
        try:
            subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_S, check=True)
        except (OSError, subprocess.SubprocessError) as wrong:
            why = f"exit code {wrong.returncode}" if isinstance(wrong, subprocess.CalledProcessError) else str(wrong)
            raise InputError(f"The command of PTT failed: {why}.", where="ptt", remedy="Try it by hand.") from None

    def close(self) -> None:
        """Nothing is held."""


class Push:
    """Turns a transmitter on for the time of a burst, and off in any case.

    Attributes:
        lead: sound that must come before every burst; empty: none.

    Args:
        switch: what turns it; None: nothing to turn.
        vox: the radio listens for sound.
        rate: samples a second.
        longest_s: the longest that it stays on.
    """

    def __init__(self, switch: Switch | None, *, vox: bool, rate: int, longest_s: float = LONGEST_S) -> None:
        self.lead: Samples = _lead(rate) if vox else np.empty(0, np.float32)
        self._switch, self._rate, self._longest_s = switch, rate, longest_s
        self._on = self._wanted = False
        self._lock = threading.Lock()
        self._watchdog: threading.Timer | None = None
        atexit.register(self.off)

    @property
    def lead_s(self) -> float:
        """How much longer than its sound a burst is on the air [s]."""
        return len(self.lead) / self._rate + (RISE_S + TAIL_S if self._switch is not None else 0.0)

    @property
    def on(self) -> bool:
        """Whether the transmitter was turned on and not off since."""
        return self._on

    async def key(self) -> None:
        """Turn it on, and wait until it has its power.

        Raises:
            InputError: it cannot be turned on.
        """
        if self._switch is None:
            return
        self._wanted = True
        try:
            await asyncio.to_thread(self._turn_on)
            await asyncio.sleep(RISE_S)
        except BaseException:  # cancelled: nobody will come to turn it off
            self._wanted = False
            await asyncio.shield(asyncio.to_thread(self.off))
            raise

    async def unkey(self) -> None:
        """Let the last sound go out, and turn it off."""
        if self._switch is not None:
            try:
                await asyncio.sleep(TAIL_S)
            finally:
                await asyncio.shield(asyncio.to_thread(self.off))  # goes on also where this is cancelled

    def off(self) -> None:
        """Turn it off, if it is on."""
        self._wanted = False
        with self._lock:
            if self._watchdog is not None:
                self._watchdog.cancel()
                self._watchdog = None
            if not self._on or self._switch is None:
                return
            self._on = False
            try:
                self._switch.turn(False)
            except InputError as wrong:
                LOG.error("THE TRANSMITTER MAY STILL BE ON: %s", wrong)

    def close(self) -> None:
        """Turn it off and let go of it."""
        self.off()
        atexit.unregister(self.off)
        if self._switch is not None:
            self._switch.close()

    def _turn_on(self) -> None:
        assert self._switch is not None
        with self._lock:
            if not self._wanted:  # it was called off before this thread came to its turn
                return
            self._on = True  # before: a switch that fails half-way is turned off too
            self._watchdog = threading.Timer(self._longest_s, self.off)
            self._watchdog.daemon = True
            self._watchdog.start()
            self._switch.turn(True)


def push_of(text: str, rate: int) -> Push:
    """Return the PTT that `text` names: "vox", "rts:/dev/ttyUSB0", "command:rigctl -m 2 T {state}" or "none".

    Raises:
        InputError: none of these, or it cannot be used.
    """
    kind, _, rest = text.partition(":")
    if kind == "vox" and not rest:
        return Push(None, vox=True, rate=rate)
    if kind == "none" and not rest:
        return Push(None, vox=False, rate=rate)
    if kind == "rts" and rest:
        return Push(SerialSwitch(rest), vox=False, rate=rate)
    if kind == "command" and rest:
        return Push(CommandSwitch(rest), vox=False, rate=rate)
    remedy = 'Write "vox", "rts:/dev/ttyUSB0", "command:rigctl -m 2 T {state}" or "none".'
    raise InputError(f'"{text}" is no way to push to talk.', where="ptt", remedy=remedy)


def _lead(rate: int) -> Samples:
    """Return the tone that opens a VOX, softly begun and ended."""
    at = np.arange(round(LEAD_S * rate))
    edge = np.minimum(1.0, np.minimum(at, at[::-1]) / (0.01 * rate))
    tone: Samples = (LEAD_LEVEL * edge * np.sin(2.0 * np.pi * LEAD_HZ / rate * at)).astype(np.float32)
    return tone
