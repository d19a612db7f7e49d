"""A report of a case as parts that every form of it shows alike: tables, words, and one drawing."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["UNKNOWN", "CasePaper", "Drawing", "Fields", "Line", "Panel", "Part", "Table", "Words"]

UNKNOWN = "unknown"
"""What stands where a field has no value."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Named values. `note` stands beneath, small."""

    title: str
    rows: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; `widths` in shares of the page."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said: by whom, what it is, and the text itself."""

    title: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a drawing: whose aircraft it is (0 or 1), and its points, in the units of the panel."""

    whose: int
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of a drawing.

    Attributes:
        title: above it. x_name, y_name: of its axes, with units.
        left, right, bottom, top: what it spans.
        lines: what is drawn. marks: (whose, x, y) of the nearest moment.
        equal: both axes on one scale.
    """

    title: str
    x_name: str
    y_name: str
    left: float
    right: float
    bottom: float
    top: float
    lines: tuple[Line, ...]
    marks: tuple[tuple[int, float, float], ...] = ()
    equal: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Two plan views side by side, one for each recording, and the levels over time beneath. `names` of the parties."""

    names: tuple[str, str]
    plans: tuple[Panel, ...]
    levels: Panel | None
    says: tuple[str, ...]


Part = Fields | Table | Words


@dataclass(frozen=True, slots=True)
class CasePaper:
    """The report of one case.

    Attributes:
        number, headline: what it is called. standing: one line: where it stands.
        badges: (name, value) to be seen at once. marking: whom it is for.
        parts: in order; the drawing stands behind the first `before` of them.
        foot: what it was made from.
    """

    number: str
    headline: str
    standing: str
    badges: tuple[tuple[str, str], ...]
    marking: str
    parts: tuple[Part, ...]
    before: int
    drawing: Drawing | None
    foot: str
