"""Texts that repeat a million times (addresses, call signs) -> small whole numbers, the same ones in every block.

Polars makes the numbers while it reads (a Categorical of our own); here each new text is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from armslength.domain.plot import I32

NOBODY = -1
"""The number of a row that says nothing."""
_UNSEEN = -2
_NOTHING = {"", "nan", "none", "null", "<na>", "na", "n/a"}
_ICAO = re.compile(r"~?[0-9a-f]{6}")


def address(text: str) -> str | None:
    """Return the address in lower case, None where nothing is said.

    What is not an ICAO 24-bit address (six hex digits) gets a "~" in front, as readsb marks addresses of other kinds.
    """
    name = text.strip().lower()
    if name in _NOTHING:
        return None
    return name if _ICAO.fullmatch(name) or name.startswith("~") else f"~{name}"


def callsign(text: str) -> str | None:
    """Return the call sign without blanks around it, None where nothing is said."""
    name = text.strip()
    return None if name.lower() in _NOTHING else name


@dataclass
class Names:
    """The numbers of the texts of one column.

    Attributes:
        normal: gives the text in its normal form, None where it says nothing.
        texts: the normal texts by number.
    """

    normal: Callable[[str], str | None]
    texts: list[str] = field(default_factory=list)
    _number: dict[str, int] = field(default_factory=dict)
    _by_code: I32 = field(default_factory=lambda: np.full(1024, _UNSEEN, dtype=np.int32))
    _anchor: pl.Series = field(init=False)

    def __post_init__(self) -> None:
        # Polars forgets the numbering when the last column that uses it is gone; this column stays.
        self._anchor = pl.Series(["~"], dtype=pl.String).cast(pl.Categorical(pl.Categories.random()))

    @property
    def kind(self) -> pl.DataType:
        """The type to which a text column is cast while it is read, so that it need not be done here."""
        return self._anchor.dtype

    def numbers(self, column: pl.Series) -> I32:
        """Return the number of each row's text, NOBODY where it says nothing."""
        if column.dtype != self.kind:
            column = column.cast(pl.String).cast(self.kind)
        nothing = column.is_null().to_numpy() if column.null_count() else None
        codes = column.to_physical().fill_null(0).to_numpy()
        if len(codes) and (most := int(codes.max())) >= len(self._by_code):
            more = np.full(2 * most + 2 - len(self._by_code), _UNSEEN, dtype=np.int32)
            self._by_code = np.concatenate([self._by_code, more])
        found: I32 = self._by_code[codes]
        unseen = found == _UNSEEN
        if unseen.any():
            self._enter(column, codes, np.flatnonzero(unseen))
            found = self._by_code[codes]
        if nothing is not None:
            found[nothing] = NOBODY
        return found

    def _enter(self, column: pl.Series, codes: np.ndarray, rows: np.ndarray) -> None:
        new, first = np.unique(codes[rows], return_index=True)
        for code, text in zip(new, column.gather(rows[first]).cast(pl.String).to_list(), strict=True):
            if text is None:  # a null stands in for code 0 here; it may still come as a text
                continue
            name = self.normal(text)
            if name is None:
                self._by_code[code] = NOBODY
                continue
            if name not in self._number:
                self._number[name] = len(self.texts)
                self.texts.append(name)
            self._by_code[code] = self._number[name]
