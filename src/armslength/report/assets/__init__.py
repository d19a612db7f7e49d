"""The texts that the page is made of: markup, style, scripts. And the base map, as bytes."""

from __future__ import annotations

from importlib.resources import files
from string import Template


def asset(name: str) -> str:
    """Return the text of an asset."""
    return (files(__name__) / name).read_text(encoding="utf-8")


def filled(name: str, **values: object) -> str:
    """Return a markup asset with its $names filled in; every value must be markup already."""
    return Template(asset(name)).substitute({key: str(value) for key, value in values.items()})
