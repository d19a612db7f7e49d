"""The air of the demonstration: the simulated ether in a process of its own, which carries and records frequencies."""

from __future__ import annotations

import json
import selectors
import subprocess
import time
from pathlib import Path

from armslength.adapters.radio.ether_orders import EtherControl
from armslength.demo.nodes import command
from armslength.errors import HomeError
from armslength.node.clock import ScaledClock

START_S, STOP_S = 30.0, 10.0
"""The ether listens within this time, and ends within that (real seconds)."""
SNR_DB = 15.0
"""Signal to noise of every station in 3 kHz: a frequency as it is on an ordinary day."""


class EtherProcess:
    """The ether of one demonstration.

    Attributes:
        port: UDP port on loopback, once it is started.

    Args:
        clock: of both nodes. seed: of noise.
        record: folder that takes a WAV file of each channel. log: file that takes what it complains of.
    """

    def __init__(self, clock: ScaledClock, seed: int, record: Path, log: Path) -> None:
        self._clock, self._seed, self._record, self._log = clock, seed, record, log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """Start it; return at once.

        Raises:
            HomeError: the system does not start it.
        """
        words = (
            "radio", "ether", "--json", "--snr", f"{SNR_DB:g}", "--speed", f"{self._clock.speed:g}", "--seed",
            str(self._seed), "--monotonic-origin", f"{self._clock.mono_origin_s:.6f}", "--record", self._record,
        )  # fmt: skip
        try:
            with self._log.open("ab") as complaints:
                self._process = subprocess.Popen(
                    command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints,
                    start_new_session=True,
                )  # fmt: skip
        except OSError as wrong:
            raise HomeError(f"It cannot be started ({wrong.strerror}).", where="The simulated ether") from None

    def wait_ready(self) -> None:
        """Wait until it listens.

        Raises:
            HomeError: it does not.
        """
        line = self._first_line()
        try:
            self.port = int(json.loads(line)["port"])
        except (ValueError, KeyError):
            raise HomeError("It does not listen.", where="The simulated ether", remedy=f"See {self._log}.") from None

    def jam(self, channel: str) -> None:
        """Put noise on a channel, stronger than any station, from now on. InputError where the ether is gone."""
        EtherControl(self.port).order("jam", channel=channel)

    def clear(self, channel: str) -> None:
        """Take it off again. InputError where the ether is gone."""
        EtherControl(self.port).order("clear", channel=channel)

    def must_live(self) -> None:
        """Do nothing while it lives. HomeError where it died."""
        if self._process is not None and self._process.poll() is not None:
            raise HomeError("It has ended.", where="The simulated ether", remedy=f"See {self._log}.")

    def stop(self) -> None:
        """End it; its recordings are whole then."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _first_line(self) -> bytes:
        process, until = self._process, time.monotonic() + START_S
        if process is None or process.stdout is None:
            return b""
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while time.monotonic() < until:
                if ready.select(0.2):
                    return process.stdout.readline()
        return b""
