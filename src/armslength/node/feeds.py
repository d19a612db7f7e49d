"""The [[feed]] tables of node.toml -> feeds. What each may say stands in `feed_options.py` and docs/feeds.md."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol

from armslength.adapters.feeds.fetch import FileSource, HttpSource
from armslength.adapters.feeds.json_lines import Door, JsonLinesFeed, is_loopback
from armslength.adapters.feeds.json_rows import JsonReader
from armslength.adapters.feeds.port import Feed
from armslength.adapters.feeds.readsb import ReadsbFeed
from armslength.adapters.feeds.sbs import SbsFeed
from armslength.adapters.feeds.sbs_lines import SbsReader
from armslength.errors import FeedError
from armslength.node.clock import Clock
from armslength.node.player import RecordingFeed

_ZONE = re.compile(r"([+-])([01][0-9]|2[0-3]):?([0-5][0-9])")
SLOWEST_POLL_S, FASTEST_POLL_S = 60.0, 0.1


class Wanted(Protocol):
    """A [[feed]] table as `node/config.py` gives it."""

    @property
    def name(self) -> str:
        """What plots and tracks call it."""

    @property
    def kind(self) -> str:
        """One of `FEED_OPTIONS`."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Its options, in SI."""


def make_feeds(wanted: Sequence[Wanted], clock: Clock, folder: Path = Path()) -> list[Feed]:
    """Return the feeds of a node, not started yet.

    Args:
        wanted: the tables of node.toml.
        clock: of the node.
        folder: that paths in them start from.

    Raises:
        FeedError: an option cannot be used; names feed and option.
    """
    return [_MAKERS[one.kind](one.name, one.options, clock, folder) for one in wanted]


def _readsb(name: str, options: Mapping[str, Any], clock: Clock, folder: Path) -> Feed:
    every_s = float(options.get("every_s", 1.0))
    if not FASTEST_POLL_S <= every_s <= SLOWEST_POLL_S:
        raise _wrong(name, f"every is {every_s:g} s.", f"Write {FASTEST_POLL_S:g} s to {SLOWEST_POLL_S:g} s.")
    if "url" in options:
        try:
            source: HttpSource | FileSource = HttpSource(options["url"], float(options.get("timeout_s", 5.0)))
        except FeedError as error:
            raise _wrong(name, f"url: {error.what}", error.remedy) from None
    else:
        source = FileSource(folder / options["path"])
    stale_s = max(float(options.get("stale_s", 10.0)), 2.0 * every_s)
    return ReadsbFeed(name, source, clock, every_s, stale_s, options.get("stamps", "receiver") == "receiver")


def _sbs(name: str, options: Mapping[str, Any], clock: Clock, folder: Path) -> Feed:
    stamps = str(options.get("stamps", "clock"))
    zone = None if stamps == "clock" else _zone(name, stamps)
    reader = SbsReader(zone, float(options.get("late_s", 0.5)))
    return SbsFeed(name, options["host"], options["port"], clock, reader, float(options.get("silence_s", 120.0)))


def _zone(name: str, text: str) -> timezone:
    if text in {"Z", "UTC"}:
        return UTC
    found = _ZONE.fullmatch(text)
    if found is None:
        raise _wrong(name, f'stamps is "{text}".', 'Write "clock", "UTC", or a zone like "+02:00".')
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(offset if found[1] == "+" else -offset)


def _json_lines(name: str, options: Mapping[str, Any], clock: Clock, folder: Path) -> Feed:
    remote = bool(options.get("remote", False))
    if "host" in options and not remote and not is_loopback(options["host"]):
        raise _wrong(
            name,
            f"{options['host']} can be reached from other machines, and whoever reaches it can put aircraft into the "
            "picture.",
            'Write host = "127.0.0.1", or remote = true if that is meant.',
        )
    door = Door(
        listen=(options["host"], options["port"]) if "host" in options else None,
        unix=folder / options["socket"] if "socket" in options else None,
        file=folder / options["path"] if "path" in options else None,
        remote=remote,
    )
    return JsonLinesFeed(name, door, clock, JsonReader(name, float(options.get("accuracy_m", math.nan))))


def _recording(name: str, options: Mapping[str, Any], clock: Clock, folder: Path) -> Feed:
    return RecordingFeed(name, [folder / options["path"]], clock, options.get("stamps", "auto"))


def _wrong(name: str, what: str, remedy: str) -> FeedError:
    return FeedError(what, where=f'feed "{name}"', remedy=remedy)


_MAKERS: dict[str, Callable[[str, Mapping[str, Any], Clock, Path], Feed]] = {
    "readsb": _readsb,
    "sbs": _sbs,
    "json_lines": _json_lines,
    "recording": _recording,
}
