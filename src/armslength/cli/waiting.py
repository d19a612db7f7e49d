"""Follows what becomes of a message: marks and answers, as the running node tells them, for a time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Came = queue.SimpleQueue[tuple[float, dict[str, Any] | None]]
"""When an event came [s, monotonic], and it; None where there will be no more."""


def events(home: Path, after: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Listen to the node on `home` from now on; yield what it tells after event number `after`, for `seconds`.

    It is listened to from the call on, also while nobody takes what comes. Each event has "after_s": how long after
    the call it came [s, wall clock].
    """
    from armslength.errors import ArmslengthError
    from armslength.node.control import follow

    came: Came = queue.SimpleQueue()

    def read() -> None:
        try:
            for event in follow(home, after):
                came.put((time.monotonic(), event))
        except (ArmslengthError, OSError):
            pass
        came.put((time.monotonic(), None))

    began = time.monotonic()
    threading.Thread(target=read, daemon=True).start()
    return _taken(came, began, seconds)


def _taken(came: Came, began: float, seconds: float) -> Iterator[dict[str, Any]]:
    while True:
        try:
            at, event = came.get(timeout=max(0.0, began + seconds - time.monotonic()))
        except queue.Empty:
            return
        if event is None or at > began + seconds:
            return
        yield {**event, "after_s": round(at - began, 3)}


def becomes(coming: Iterable[dict[str, Any]], message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield, of the events `coming`, marks on `message` ("id", "code") and answers, until it is answered or RELAYED.

    Each is {"what": "RECEIVED" | "UNDERSTOOD" | "RELAYED" | "answer" | "read back", "after_s", "event": as it came}.
    """
    from armslength.protocol.catalogue import ANSWERED_BY, CATALOGUE

    closing = ANSWERED_BY[CATALOGUE[message["code"]].answer]
    for event in coming:
        kind = event.get("event")
        if kind == "marked" and event.get("by") == "theirs" and event.get("id") == message["id"]:
            yield {"what": event["mark"], "after_s": event["after_s"], "event": event}
            if event["mark"] == "RELAYED":
                return
        elif kind == "received" and event.get("ref") == message["id"]:
            yield {"what": "answer", "after_s": event["after_s"], "event": event}
            if event["code"] in closing:
                return
        elif kind == "read back" and event.get("of") == message["id"]:
            yield {"what": "read back", "after_s": event["after_s"], "event": event}
