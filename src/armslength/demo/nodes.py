"""The two node processes of the demonstration: started, listened to, and stopped whatever happens."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from armslength.errors import ArmslengthError, HomeError
from armslength.node import control

START_S = 60.0
"""A node must be ready in this time (real seconds); the first start on a machine compiles."""
STOP_S = 10.0
"""A node that was asked to stop has this time (real seconds) before it is killed."""
DYING_S = 0.5
"""A node that does not answer has this time to be seen dead (real seconds)."""
TAIL = 8
"""Lines of its log that are shown when a node dies."""

Heard = queue.SimpleQueue[tuple[str, Mapping[str, Any], float]]
"""(party, event, CLOCK_MONOTONIC when it was heard [s])."""


def command(*words: str | Path) -> list[str]:
    """Return the command line of `armslength WORDS` under this same Python."""
    return [sys.executable, "-m", "armslength", *map(str, words)]


def compile_first() -> None:
    """Compile them in a process of its own, so that two nodes need not do it side by side."""
    subprocess.run(
        [sys.executable, "-c", "from armslength.node.warming import warm, warm_stages; warm(); warm_stages()"],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


class Node:
    """One node process.

    Args:
        party: whose it is.
        home: its home.
        log: the file that takes what it prints.
        heard: takes everything it tells, from a thread of its own.
    """

    def __init__(self, party: str, home: Path, log: Path, heard: Heard) -> None:
        self.party, self.home, self.log = party, home, log
        self._heard = heard
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        """Start the process; it is not ready yet.

        Raises:
            HomeError: the system does not start it, or its log cannot be written.
        """
        try:
            with self.log.open("ab") as out:
                self._process = subprocess.Popen(
                    command("run", "--home", self.home), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    start_new_session=True,
                )  # fmt: skip
        except OSError as wrong:
            remedy = "Make room, or name another folder with --out."
            raise HomeError(f"It cannot be started ({wrong.strerror}).", where=self._name(), remedy=remedy) from None

    def ready(self) -> bool:
        """Return whether it answers on its API.

        Raises:
            HomeError: it died.
        """
        self.must_live()
        if control.running_at(self.home) is None:
            return False
        try:
            control.get(self.home, "/api/status")
        except ArmslengthError:
            return False
        return True

    def wait_ready(self, within_s: float = START_S) -> None:
        """Wait until it answers, then follow its events.

        Raises:
            HomeError: it died, or is not ready in time; with the last lines of its log.
        """
        until = time.monotonic() + within_s
        while not self.ready():
            if time.monotonic() > until:
                raise HomeError(
                    f"It is not ready after {within_s:.0f} s.", where=self._name(), remedy=self.last_words()
                )
            time.sleep(0.05)
        threading.Thread(target=self._follow, daemon=True, name=f"follow {self.party}").start()

    def must_live(self) -> None:
        """Do nothing while it lives.

        Raises:
            HomeError: it died, with the last lines of its log.
        """
        if self._process is None or self._process.poll() is None or self._stopping:
            return
        code = self._process.returncode
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        raise HomeError(f"It {how}.", where=self._name(), remedy=self.last_words())

    def ask(self, verb: str, **args: Any) -> dict[str, Any]:
        """Return the node's answer to a command. ArmslengthError where it cannot be done."""
        answer: dict[str, Any] = self._living(lambda: control.ask(self.home, verb, args))
        return answer

    def get(self, path: str) -> Any:
        """Return the document at `path` of its API. HomeError where it does not answer."""
        return self._living(lambda: control.get(self.home, path))

    @property
    def rss_bytes(self) -> int:
        """Memory that it holds now [bytes]; 0 where that cannot be read."""
        if self._process is None:
            return 0
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """Ask it to stop."""
        self._stopping = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait_stopped(self) -> bool:
        """Wait until it is gone, and kill it if it must be; return whether it went by itself with code 0."""
        if self._process is None:
            return True
        self._stopping = True
        try:
            return self._process.wait(STOP_S) == 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False

    def _living(self, ask: Callable[[], Any]) -> Any:
        """Return what it answers. Where it does not because it has just died, that is what is told."""
        try:
            return ask()
        except ArmslengthError:
            if self._process is not None:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(DYING_S)
                self.must_live()
            raise

    def _follow(self) -> None:
        number = 0
        while not self._stopping:
            try:
                for event in control.follow(self.home, number):
                    number = int(event["number"])
                    self._heard.put((self.party, event, time.monotonic()))
            except ArmslengthError:
                pass
            time.sleep(0.1)

    def _name(self) -> str:
        return f"The node of {self.party}"

    def last_words(self) -> str:
        """Return the last lines of its log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-TAIL:]
        except OSError:
            lines = []
        return "\n  ".join([f"The end of its log, {self.log}:", *lines]) if lines else "Its log is empty."


def stop_all(nodes: Sequence[Node]) -> bool:
    """Stop every node, all at once; return whether all went by themselves. Nothing is left running."""
    for node in nodes:
        node.stop()
    went = [node.wait_stopped() for node in nodes]
    return all(went)
