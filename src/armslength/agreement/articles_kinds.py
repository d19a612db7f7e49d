"""What a key of an article may hold, said once beside its field: reading, writing, comparing and the docs go by it.

A field of an article is `Annotated` with its kind: `check_every_s: Annotated[float, Measure(Quantity.TIME, "12 h")]`.
Its key in TOML is its name without the SI suffix (`check_every`), because people write the unit behind the number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, get_args, get_type_hints

from armslength.units import Quantity

SUFFIX = {
    Quantity.TIME: "_s",
    Quantity.LENGTH: "_m",
    Quantity.SPEED: "_mps",
    Quantity.ACCELERATION: "_mps2",
    Quantity.ANGLE: "_deg",
    Quantity.TURN: "_dps",
    Quantity.SHARE: "_share",
    Quantity.EXPOSURE: "_s_per_h",
}
"""How the name of a field ends that holds a quantity in SI."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit. `least`, `most` in SI, both allowed; above zero where no least is given."""

    quantity: Quantity
    example: str
    least: float | None = None
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number from `least` to `most`: a count, which has no unit."""

    least: int = 1
    most: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few texts."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Any of a few texts, each once."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text without the address or the call-sign pattern of an aircraft."""

    example: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of such texts, each once."""

    example: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time with its zone, kept as UTC nanoseconds; absent: no limit."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Hours of every day in UTC, "0600Z-1800Z", also across midnight; absent: at all hours."""


Kind: TypeAlias = Measure | Count | Flag | Choice | Choices | Text | Texts | Moment | Daily


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of the day to another [s after 0000Z], the second not included; over midnight where it is less."""

    from_s: int
    until_s: int

    def __str__(self) -> str:
        return f"{_clock(self.from_s)}Z-{_clock(self.until_s)}Z"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an article: as written, the field that holds it, its kind and its default (MISSING where required)."""

    key: str
    attribute: str
    kind: Kind
    usual: Any


_KEYS: dict[type[Any], tuple[Key, ...]] = {}
"""Made once for each class: resolving annotations takes longer than reading."""


def keys_of(article: type[Any]) -> tuple[Key, ...]:
    """Return the keys of a dataclass whose fields are annotated with kinds, in order; other fields are passed over."""
    if article not in _KEYS:
        _KEYS[article] = tuple(_keys_of(article))
    return _KEYS[article]


def _keys_of(article: type[Any]) -> Iterator[Key]:
    hints = get_type_hints(article, include_extras=True)
    for one in fields(article):
        kind = next((extra for extra in get_args(hints[one.name])[1:] if isinstance(extra, Kind)), None)
        if kind is not None:
            yield Key(key_of(one.name, kind), one.name, kind, one.default)


def key_of(attribute: str, kind: Kind) -> str:
    """Return how the TOML spells the field `attribute`: without its unit."""
    if isinstance(kind, Measure):
        return attribute.removesuffix(SUFFIX[kind.quantity])
    return attribute.removesuffix("_ns") if isinstance(kind, Moment) else attribute


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}{seconds % 3600 // 60:02d}"
