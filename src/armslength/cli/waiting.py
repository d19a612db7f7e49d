"""Follows what becomes of a message: marks and answers, as the running node tells them, for a time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

END = None


def events(home: Path, after: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Yield the events of the node on `home` after number `after` as they happen, for `seconds` of the wall clock.

    Each has "after_s": how long after the beginning it came [s].
    """
    from armslength.errors import ArmslengthError
    from armslength.node.control import follow

    came: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for event in follow(home, after):
                came.put(event)
        except (ArmslengthError, OSError):
            pass
        came.put(END)

    threading.Thread(target=read, daemon=True).start()
    began = time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        try:
            event = came.get(timeout=left)
        except queue.Empty:
            return
        if event is END:
            return
        yield {**event, "after_s": round(time.monotonic() - began, 3)}


def becomes(home: Path, after: int, seconds: float, message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield marks on `message` ("id", "code") and answers to it, until it is answered for, or RELAYED, or time is up.

    Each is {"what": "RECEIVED" | "UNDERSTOOD" | "RELAYED" | "answer" | "read back", "after_s", "event": as it came}.
    """
    from armslength.protocol.catalogue import ANSWERED_BY, CATALOGUE

    closing = ANSWERED_BY[CATALOGUE[message["code"]].answer]
    for event in events(home, after, seconds):
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
