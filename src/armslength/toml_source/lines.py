"""The line of every key and element in a TOML text that `tomllib` has accepted: it tells values, not places."""

from __future__ import annotations

import bisect
import tomllib

Path = tuple[str | int, ...]


def locate(text: str) -> dict[Path, int]:
    """Return the line, 1-based, of every table, key and list element of a valid TOML text."""
    return _Locator(text).run()


class _Locator:
    """One pass over the characters; knows only as much grammar as it takes to tell keys from what is inside values."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") + "\n"
        self.pos = 0
        self.breaks = [i for i, c in enumerate(self.text) if c == "\n"]
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # how many tables each [[...]] has so far

    def run(self) -> dict[Path, int]:
        base: Path = ()
        while True:
            self._pass(" \t\n", comments=True)
            if self.pos >= len(self.text):
                return self.lines
            if self.text[self.pos] == "[":
                base = self._header()
            else:
                self._pair(base)

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, bisect.bisect_left(self.breaks, self.pos) + 1)

    def _pass(self, chars: str, *, comments: bool = False) -> None:
        while self.pos < len(self.text):
            if self.text[self.pos] in chars:
                self.pos += 1
            elif comments and self.text[self.pos] == "#":
                self.pos = self.text.index("\n", self.pos)
            else:
                return

    def _header(self) -> Path:
        many = self.text.startswith("[[", self.pos)
        at = self.pos
        self.pos += 2 if many else 1
        path: Path = ()
        keys = self._keys()
        for i, key in enumerate(keys):
            path += (key,)
            last = i == len(keys) - 1
            if many and last:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path += (self.counts[path] - 1,)
        self.pos, end = at, self.pos
        for length in range(1, len(path) + 1):
            self._note(path[:length])
        self.pos = end + (2 if many else 1)
        return path

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._pass(" \t")
            start = self.pos
            if self.text[start] in "\"'":
                self._string()
                keys.append(str(tomllib.loads("k=" + self.text[start : self.pos])["k"]))
            else:
                while self.text[self.pos] not in " \t.=]":
                    self.pos += 1
                keys.append(self.text[start : self.pos])
            self._pass(" \t")
            if self.text[self.pos] != ".":
                return keys
            self.pos += 1

    def _pair(self, base: Path) -> None:
        start = self.pos
        path = (*base, *self._keys())
        end, self.pos = self.pos, start
        for length in range(len(base) + 1, len(path) + 1):
            self._note(path[:length])
        self.pos = end + 1  # past "="
        self._value(path)

    def _value(self, path: Path) -> None:
        self._pass(" \t")
        opener = self.text[self.pos]
        if opener in "\"'":
            self._string()
        elif opener == "[":
            self._list(path)
        elif opener == "{":
            self._inline(path)
        else:
            while self.text[self.pos] not in ",]}\n#":
                self.pos += 1

    def _string(self) -> None:
        quote = self.text[self.pos]
        long = self.text.startswith(quote * 3, self.pos)
        mark = quote * 3 if long else quote
        self.pos += len(mark)
        while not self.text.startswith(mark, self.pos):
            self.pos += 2 if quote == '"' and self.text[self.pos] == "\\" else 1
        self.pos += len(mark)
        while long and self.text[self.pos] == quote:  # up to two quotes may stand before the closing three
            self.pos += 1

    def _list(self, path: Path) -> None:
        self.pos += 1
        for i in range(len(self.text)):
            self._pass(" \t\n,", comments=True)
            if self.text[self.pos] == "]":
                break
            self._note((*path, i))
            self._value((*path, i))
        self.pos += 1

    def _inline(self, path: Path) -> None:
        self.pos += 1
        while True:
            self._pass(" \t\n,", comments=True)
            if self.text[self.pos] == "}":
                break
            self._pair(path)
        self.pos += 1
