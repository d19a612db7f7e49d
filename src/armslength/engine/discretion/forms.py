"""The forms of `forms.toml`: how positions, identities and bearings are written. Read once, when needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from armslength import toml_source
from armslength.errors import InputError
from armslength.toml_source import Table

__all__ = ["Form", "forms"]

_PART = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Form:
    """One form: of which kind, what it looks like for people, whether it leaves no doubt.

    `measured`: a distance or a bearing stands before the place that it names.
    """

    kind: str
    form: str
    sure: bool
    measured: bool
    pattern: re.Pattern[str]


@cache
def forms(where: str) -> tuple[Form, ...]:
    """Return the forms that are looked for in one way: "places", "identities", "bearings" or "points".

    Raises:
        InputError: the file is not as it must be: names the line.
    """
    return tuple(form for at, form in _read() if at == where)


@cache
def _read() -> tuple[tuple[str, Form], ...]:
    text = files("armslength.engine.discretion").joinpath("forms.toml").read_text("utf-8")
    root = toml_source.read(text, "forms.toml", InputError).only("part", "form")
    return tuple(_forms(root))


def _forms(root: Table) -> Iterator[tuple[str, Form]]:
    table = root.table("part")
    parts = {} if table is None else {name: table.text(name) for name in table.values}
    for one in root.tables("form"):
        one.only("in", "kind", "form", "sure", "ignore_case", "measured", "pattern")
        flags = re.IGNORECASE if one.values.get("ignore_case") is True else re.NOFLAG
        pattern = _PART.sub(lambda found: parts[found[1]], one.text("pattern"))
        sure, measured = one.values.get("sure") is True, one.values.get("measured") is True
        yield one.text("in"), Form(one.text("kind"), one.text("form"), sure, measured, re.compile(pattern, flags))
