"""What the catalogue lets be said: drawn at random, and as long as it can be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from armslength.protocol.catalogue import CATALOGUE, Code, Field, Kind

ANY = "sha256:" + "f" * 64
LISTS = {"kind": "G14", "rule_ids": " ".join(["P06"] * 8), "kept_channels": " ".join(["GROUND"] * 6)}
"""Texts of a form that no one sign repeated has."""


def values(field: Field) -> st.SearchStrategy[Any]:
    """Return everything that may stand in `field`."""
    if field.low is not None and field.high is not None:
        return st.integers(field.low, field.high)
    if field.choices:
        return st.sampled_from(field.choices)
    if field.kind is Kind.FREE:
        return st.text(st.characters(codec="utf-8"), min_size=1, max_size=field.longest).filter(field.fits)
    return st.from_regex(rf"\A(?:{field.form})\Z")


def longest(field: Field) -> Any:
    """Return a value that takes as much room as any in `field`."""
    if field.low is not None and field.high is not None:
        return field.high
    if field.choices:
        return max(field.choices, key=len)
    if field.kind is Kind.FREE:
        return "\U0001f600" * field.longest
    fixed = {Kind.FREQUENCY: "F99", Kind.STAMP: "8" * 19, Kind.HEX: "f" * field.longest, Kind.DIGEST: ANY}
    if field.kind in fixed:
        return fixed[field.kind]
    whole = [sign * field.longest for sign in reversed(field.signs) if field.fits(sign * field.longest)]
    return whole[0] if whole else LISTS[field.name]


def longest_of(code: Code) -> Iterator[dict[str, Any]]:
    """Yield fields of `code` that are all there and as long as can be, with each way in which one hangs on another."""
    deciding = {field.when[0] for field in code.fields if field.when is not None}
    ways = [field.choices if field.name in deciding else (longest(field),) for field in code.fields]
    for group in code.one_of or ("",):
        for chosen in itertools.product(*ways):
            found: dict[str, Any] = {}
            for field, value in zip(code.fields, chosen, strict=True):
                if field.when is not None and found.get(field.when[0]) not in field.when[1]:
                    continue
                if field.together not in code.one_of or field.together == group:
                    found[field.name] = value
            yield found


@st.composite
def said(draw: st.DrawFn) -> tuple[Code, dict[str, Any]]:
    """Draw a code with fields that it may have."""
    code = CATALOGUE[draw(st.sampled_from(sorted(CATALOGUE)))]
    groups = {field.together: draw(st.booleans()) for field in code.fields if field.together}
    if code.one_of:
        groups |= dict.fromkeys(code.one_of, False) | {draw(st.sampled_from(code.one_of)): True}
    found: dict[str, Any] = {}
    for f in code.fields:
        if f.when is not None:
            stands = found.get(f.when[0]) in f.when[1]
        else:
            stands = f.required or (groups[f.together] if f.together else draw(st.booleans()))
        if stands:
            found[f.name] = draw(values(f))
    return code, found
