"""What each kind of feed may say in node.toml, and what the values are. docs/feeds.md explains every one."""

from __future__ import annotations

from enum import Enum, auto


class Is(Enum):
    """What a value is. Times and lengths carry their unit, and reach the feed in SI: `every = "1 s"` as every_s."""

    TEXT = auto()
    PORT = auto()
    TIME = auto()
    LENGTH = auto()
    FLAG = auto()


Option = Is | tuple[str, ...]
"""What a value is, or the texts among which it is chosen."""

FEED_OPTIONS: dict[str, dict[str, Option]] = {
    "readsb": {
        "url": Is.TEXT,
        "path": Is.TEXT,
        "every": Is.TIME,
        "timeout": Is.TIME,
        "stale": Is.TIME,
        "stamps": ("receiver", "clock"),
    },
    "sbs": {"host": Is.TEXT, "port": Is.PORT, "stamps": Is.TEXT, "late": Is.TIME, "silence": Is.TIME},
    "json_lines": {
        "path": Is.TEXT,
        "socket": Is.TEXT,
        "host": Is.TEXT,
        "port": Is.PORT,
        "remote": Is.FLAG,
        "accuracy": Is.LENGTH,
        "own": Is.FLAG,
        "satellite": Is.FLAG,
    },
    "recording": {
        "path": Is.TEXT,
        "stamps": ("auto", "recorded", "now"),
        "own": Is.FLAG,
        "satellite": Is.FLAG,
        "broadcast": Is.FLAG,
    },
}
"""By kind of feed, its options besides name and kind."""
FEED_WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "readsb": (("url",), ("path",)),
    "sbs": (("host", "port"),),
    "json_lines": (("path",), ("socket",), ("host", "port")),
    "recording": (("path",),),
}
"""By kind of feed, the ways to say where it is; one of them must be given, whole."""
FEED_HINTS = {
    "speed": "A recording is played on the clock of the node: write speed under [clock].",
    "listen": 'Write host = "127.0.0.1" and port = 9100.',
}
"""What to say to who tries these."""
SUFFIX = {Is.TIME: "_s", Is.LENGTH: "_m"}
"""What is put behind the name of an option that has a unit."""
