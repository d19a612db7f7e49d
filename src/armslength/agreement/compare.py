"""What changed between two versions of terms, in plain sentences: what a person reads before signing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.plain_area import in_words
from armslength.agreement.terms import Terms
from armslength.agreement.writing import write_terms
from armslength.agreement.writing_values import inline
from armslength.toml_source import visible

NOUNS = {
    "exempt": "Exempt area",
    "party": "Party",
    "block": "Reserved block",
    "protected_site": "Protected site",
    "frequency": "Frequency",
    "uncrewed": "Uncrewed aircraft",
}
"""What one element of a list of tables is called."""
SETS = {"shared", "excluded", "provisions", "members", "excluded_forces"}
"""Lists in which the order says nothing."""


def changes(before: Terms, after: Terms) -> tuple[str, ...]:
    """Return every difference, one sentence each; none where the terms say the same.

    The version number is left out: it goes up with every amendment.
    """
    old, new = (tomllib.loads(write_terms(terms)) for terms in (before, after))
    for tree in (old, new):
        del tree["version"]
    return tuple(visible(sentence) for sentence in _tables("", old, new))


def _tables(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            yield from _come_or_gone(name, key, old.get(key), new.get(key))
        else:
            yield from _values(name, key, old[key], new[key])


def _come_or_gone(name: str, key: str, old: Any, new: Any) -> Iterator[str]:
    """Say what stands in one of the two only; `None` is what is not there, for TOML has none."""
    here = new if old is None else old
    if key in NOUNS and _is_tables(here):
        yield from _lists(name, key, old or [], new or [])
    elif old is None:
        yield f"{_place(name, key)}: new, {_say(new)}."
    else:
        yield f"{_place(name, key)}: no longer there, was {_say(old)}."


def _values(name: str, key: str, old: Any, new: Any) -> Iterator[str]:
    if _same(key, old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and key not in {"circle", "box"}:
        yield from _tables(_place(name, key), old, new)
    elif key in NOUNS and _is_tables(old) and _is_tables(new):
        yield from _lists(name, key, old, new)
    elif isinstance(old, list) and isinstance(new, list) and all(isinstance(one, str) for one in old + new):
        yield from _texts(_place(name, key), old, new)
    elif isinstance(old, bool) and isinstance(new, bool):
        yield f"{_place(name, key)}: now {'yes' if new else 'no'}, was {'yes' if old else 'no'}."
    else:
        yield f"{_place(name, key)}: now {_say(new)}, was {_say(old)}."


def _texts(place: str, old: list[str], new: list[str]) -> Iterator[str]:
    came = [one for one in new if one not in old]
    gone = [one for one in old if one not in new]
    if len(old) > 2 and len(came) > 0 and "polygon" in place:
        yield f"{place}: now {len(new)} corners, {'; '.join(new)}; was {'; '.join(old)}."
        return
    if came:
        yield f"{place}: new, {', '.join(came)}."
    if gone:
        yield f"{place}: no longer there, {', '.join(gone)}."
    if not came and not gone:
        yield f"{place}: now in the order {', '.join(new)}, was {', '.join(old)}."


def _lists(name: str, key: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Say how a list of named tables changed: by name, so that what only moved is not told as changed."""
    mine, theirs = _named(old), _named(new)
    where = f"{name}, " if name else ""
    for title in dict.fromkeys((*mine, *theirs)):
        place = f"{where}{NOUNS[key].lower() if name else NOUNS[key]} {title}"
        if title not in mine:
            yield f"{place}: new, {_say({k: v for k, v in theirs[title].items() if k not in {'name', 'id'}})}."
        elif title not in theirs:
            yield f"{place}: no longer there."
        else:
            yield from _tables(place, mine[title], theirs[title])
    if list(mine) != list(theirs) and set(mine) == set(theirs):
        yield f"{where}{NOUNS[key]}: now in the order {', '.join(theirs)}, was {', '.join(mine)}."


def _named(tables: list[Any]) -> dict[str, Any]:
    """Return tables by their names; a name that stands twice is counted."""
    out: dict[str, Any] = {}
    for table in tables:
        name = f'"{table["name"]}"' if "name" in table else str(table.get("id", "without a name"))
        title, again = name, 1
        while title in out:
            again += 1
            title = f"{name} ({again})"
        out[title] = table
    return out


def _same(key: str, old: Any, new: Any) -> bool:
    if key in SETS and isinstance(old, list) and isinstance(new, list):
        return sorted(old) == sorted(new)
    return inline(old) == inline(new)  # True is not 1, and nan is nan


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _place(name: str, key: str) -> str:
    """Return where: "Separation, horizontal"; a rule with its title."""
    word = f"{key} ({CONDUCT[key].title})" if key in CONDUCT else in_words(key)
    return f"{name}, {word}" if name else word[:1].upper() + word[1:]


def _say(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{in_words(key)} {_say(one)}" for key, one in value.items()) or "empty"
    if isinstance(value, list):
        return ", ".join(_say(one) for one in value) or "empty"
    return inline(value)
