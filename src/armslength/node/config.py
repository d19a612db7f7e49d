"""The node file, `node.toml`: typed, every number with its unit, every error with its line.

It says where the node listens, whom it calls and what it hears; nothing of what was agreed. docs/home.md explains every
key, and a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from armslength.agreement.identity import LONGEST_NAME
from armslength.errors import HomeError, InputError
from armslength.node.feed_options import FEED_HINTS, FEED_OPTIONS, FEED_WAYS, SUFFIX, Is, Option
from armslength.node.radio_options import RADIO_KEYS, Radio, radios_of
from armslength.toml_source import Table, read
from armslength.units import Quantity, parse_stamp

__all__ = ["FEED_KEYS", "KEYS", "Config", "Counterpart", "Feed", "Listen", "Plots", "parse_config"]

Address = tuple[str, int]

FEED_KEYS = {kind: tuple(options) for kind, options in FEED_OPTIONS.items()}
"""What each kind of feed may say besides its name and kind."""
KEYS: dict[str, tuple[str, ...]] = {
    "": ("party", "post", "listen", "counterpart", "feed", "radio", "plots", "clock"),
    "listen": ("ground_line", "api"),
    "counterpart": ("name", "dial"),
    "feed": ("name", "kind", *dict.fromkeys(key for keys in FEED_KEYS.values() for key in keys)),
    "radio": RADIO_KEYS,
    "plots": ("retention", "budget"),
    "clock": ("speed", "utc_origin", "monotonic_origin"),
}
"""Every table of the node file and the keys it may hold."""
FASTEST = 10_000.0
"""Seconds of the clock in one second of real time."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the node listens: the ground line (None: it only dials) and its own API; port 0 is any free one."""

    ground_line: Address | None = ("127.0.0.1", 9443)
    api: Address = ("127.0.0.1", 8443)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Where a counterpart can be called, best way first; none where it calls us. The way is no part of the trust."""

    name: str
    dial: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """Something that gives plots.

    Attributes:
        name: what plots and tracks call it; once in a node.
        kind: one of FEED_KEYS.
        options: the other keys, as that kind understands them; in SI, with the unit in the name (`every` as every_s).
    """

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plots:
    """How long plots are kept [s], and how much room they may take [bytes]."""

    retention_s: float = 30 * 86400.0
    budget_bytes: int = 20_000_000_000


@dataclass(frozen=True, slots=True)
class Config:
    """The node file, typed.

    Attributes:
        speed: seconds of the node's clock in one second of real time.
        utc_origin_ns, monotonic_origin_s: the clock showed that UTC when CLOCK_MONOTONIC was that; both None: it goes
            from the start of the node. Several nodes of one machine share an exercise's clock by them.
    """

    party: str
    post: str
    listen: Listen = Listen()
    counterparts: tuple[Counterpart, ...] = ()
    feeds: tuple[Feed, ...] = ()
    radios: tuple[Radio, ...] = ()
    plots: Plots = Plots()
    speed: float = 1.0
    utc_origin_ns: int | None = None
    monotonic_origin_s: float | None = None


Named = TypeVar("Named", Counterpart, Feed)


def parse_config(text: str, name: str) -> Config:
    """Return the typed node file.

    Args:
        text: the whole text.
        name: of the file, for errors.

    Raises:
        HomeError: naming file, line, field, what is wrong and what would be right.
    """
    root = read(text, name, HomeError).only(*KEYS[""])
    speed, utc, mono = _clock(root.table("clock"))
    return Config(
        party=_name(root, "party", '"North"'),
        post=_name(root, "post", '"NORTH POST"'),
        listen=_listen(root.table("listen")),
        counterparts=_once([_counterpart(table) for table in root.tables("counterpart")], root, "counterpart"),
        feeds=_once([_feed(table) for table in root.tables("feed")], root, "feed"),
        radios=radios_of(root.tables("radio")),
        plots=_plots(root.table("plots")),
        speed=speed,
        utc_origin_ns=utc,
        monotonic_origin_s=mono,
    )


def _name(table: Table, key: str, example: str) -> str:
    text = table.text(key, example)
    if len(text) > LONGEST_NAME:
        table.fail(
            key, f"It has {len(text)} signs; at most {LONGEST_NAME} fit.", f"Write for example {key} = {example}."
        )
    return text


def _once(found: list[Named], root: Table, key: str) -> tuple[Named, ...]:
    seen: set[str] = set()
    for number, one in enumerate(found):
        if one.name.casefold() in seen:
            root.fail((key, number, "name"), f'"{one.name}" stands twice.', f"Give every {key} a name of its own.")
        seen.add(one.name.casefold())
    return tuple(found)


def _listen(table: Table | None) -> Listen:
    usual = Listen()
    if table is None:
        return usual
    table.only(*KEYS["listen"])
    line: Address | None = usual.ground_line
    if "ground_line" in table:
        line = None if table.values["ground_line"] == "" else _address(table, "ground_line", "127.0.0.1:9443")
    return Listen(line, _address(table, "api", "127.0.0.1:8443") if "api" in table else usual.api)


def _address(table: Table, key: str, example: str) -> Address:
    text = table.text(key, f'"{example}"')
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not bare or (":" in bare) != (host != bare) or not _is_port(port, least=0):
        table.fail(key, f'"{text}" is not an address and a port.', f'Write for example {key} = "{example}".')
    return bare, int(port)


def _is_port(text: str, *, least: int = 1) -> bool:
    return text.isascii() and text.isdigit() and least <= int(text[:6]) <= 65535


def _counterpart(table: Table) -> Counterpart:
    table.only(*KEYS["counterpart"])
    example = '["wss://192.0.2.7:9443/ground"]'
    for number, url in enumerate(dial := table.texts("dial", example)):
        if why := _not_dialled(url):
            table.fail(("dial", number), f'"{url}" {why}.', f"Write it like {example}.")
    return Counterpart(_name(table, "name", '"South"'), dial)


def _not_dialled(url: str) -> str:
    """Return why `url` cannot be dialled, or "" where it can."""
    try:
        parts = urlsplit(url)
        port_is_there = parts.port != 0
    except ValueError:
        return "is not an address"
    if parts.scheme != "wss":
        return "does not begin with wss://, and the ground line is never in clear"
    if not parts.hostname or not port_is_there:
        return "names no host"
    if parts.username is not None or parts.query or parts.fragment:
        return "holds more than host, port and path; certificates say who calls"
    return ""


def _feed(table: Table) -> Feed:
    kind = table.choice("kind", tuple(FEED_KEYS))
    table.only("name", "kind", *FEED_KEYS[kind], hints=FEED_HINTS)
    options: dict[str, Any] = {}
    for key, option in FEED_OPTIONS[kind].items():
        if key in table:
            name = key + SUFFIX.get(option, "") if isinstance(option, Is) else key
            options[name] = _option(table, key, option)
    _whole(table, kind, options)
    return Feed(_name(table, "name", '"antenna north"'), kind, options)


def _option(table: Table, key: str, option: Option) -> Any:
    if isinstance(option, tuple):
        return table.choice(key, option)
    if option is Is.TIME:
        return table.quantity(key, Quantity.TIME, example="1 s")
    if option is Is.LENGTH:
        return table.quantity(key, Quantity.LENGTH, example="100 m")
    if option is Is.PORT:
        return _port(table)
    if option is Is.FLAG:
        if not isinstance(table.values[key], bool):
            table.fail(key, f"{table.values[key]} is neither true nor false.", f"Write {key} = true.")
        return table.values[key]
    return table.text(key, '"..."')


def _whole(table: Table, kind: str, options: Mapping[str, Any]) -> None:
    """Refuse a feed that does not say where it is."""
    ways = FEED_WAYS[kind]
    given = [way for way in ways if any(key in options for key in way)]
    told = " or ".join(" and ".join(way) for way in ways)
    if len(given) != 1 or any(key not in options for key in given[0]):
        table.fail((), f"A feed of kind {kind} needs {told}.", "Give one of them, whole." if len(ways) > 1 else "")


def _port(table: Table) -> int:
    port = table.count("port")
    if port > 65535:
        table.fail("port", f"{port} is not a port.", "Ports go from 1 to 65535.")
    return port


def _plots(table: Table | None) -> Plots:
    usual = Plots()
    if table is None:
        return usual
    table.only(*KEYS["plots"])
    retention, budget = usual.retention_s, usual.budget_bytes
    if "retention" in table:
        retention = table.quantity("retention", Quantity.TIME, example="30 d")
    if "budget" in table:
        budget = int(table.quantity("budget", Quantity.DATA, example="20 GB"))
    return Plots(retention, budget)


def _clock(table: Table | None) -> tuple[float, int | None, float | None]:
    """Return speed, and UTC [ns] with CLOCK_MONOTONIC [s] of one moment, where both are given."""
    if table is None:
        return 1.0, None, None
    table.only(*KEYS["clock"])
    speed = _ratio(table, "speed") if "speed" in table else 1.0
    if ("utc_origin" in table) != ("monotonic_origin" in table):
        table.fail((), "utc_origin and monotonic_origin belong together.", "Give both or none.")
    if "utc_origin" not in table:
        return speed, None, None
    try:
        utc = parse_stamp(table.text("utc_origin", '"2026-03-03T09:00:00Z"'))
    except InputError as wrong:
        table.fail("utc_origin", wrong.what, wrong.remedy)
    return speed, utc, table.quantity("monotonic_origin", Quantity.TIME, example="1234.5 s", least=0.0)


def _ratio(table: Table, key: str) -> float:
    """Return a bare number above 0: seconds in a second have no unit."""
    value = table.values[key]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0.0 < value <= FASTEST:
        table.fail(key, f"{value} is not a speed.", f"Write a number from 0 to {FASTEST:,.0f}: 1 is real time.")
    return float(value)
