"""Draw the state machines of docs/machines from their tables: python scripts/draw_machines.py [--print NAME].

Every living state is a box with a row for each of its moves; a line leads from the row to the state it ends in. States
that nothing leads out of stand on the right. A test checks that the drawings are current.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from xml.sax.saxutils import escape

from armslength.agreement import lifecycle
from armslength.engine.cases import machine as case
from armslength.protocol import medium, session

MACHINES: Mapping[str, tuple[str, Mapping[Enum, Mapping[Enum, Enum]]]] = {
    "agreement": ("One version of an agreement", lifecycle.TABLE),
    "case": ("A case of the working groups", case.TABLE),
    "failover": ("One medium between two posts: a frequency, or the ground line", medium.TABLE),
    "session": ("One connection of the ground line", session.TABLE),
}
"""Name of the drawing -> its title and its table."""

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "machines"
ROW, HEAD, GAP, TOP = 20, 26, 16, 46
WIDTH, LANE, LEFT = 330, 12, 20
COLOURS = ("#1b6ca8", "#b4441f", "#3d7d37", "#7a4d9e", "#a8791b", "#2d7f86", "#9c2d5e", "#55606b", "#5a7d1b", "#3f51b5")


def word(one: Enum) -> str:
    """Return what a state or an event is called."""
    return one.value if isinstance(one.value, str) else one.name.lower().replace("_", " ")


def draw(title: str, table: Mapping[Enum, Mapping[Enum, Enum]]) -> str:
    """Return the drawing of `table` as SVG."""
    living = [state for state, moves in table.items() if moves]
    over = [state for state, moves in table.items() if not moves]
    moves = [(state, event, to) for state in living for event, to in table[state].items()]
    right = LEFT + WIDTH + LANE * (len(moves) + 2)
    colour = {state: COLOURS[number % len(COLOURS)] for number, state in enumerate(table)}
    at: dict[Enum, int] = {}
    y = TOP
    for state in living:
        at[state] = y
        y += HEAD + ROW * len(table[state]) + GAP
    height = y + 8
    for number, state in enumerate(over):
        at[state] = TOP + (height - TOP) * (2 * number + 1) // (2 * len(over)) - HEAD // 2
    width = right + (160 if over else 0) + LEFT
    space = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    out = [
        f'<svg {space} font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    lanes = [_lane(at, moves[n], LEFT + WIDTH + LANE * (n + 1), right, table, colour) for n in range(len(moves))]
    out += [line for line in lanes if line]
    out += [box for state in living for box in _living(state, table[state], at[state], colour)]
    out += [box for state in over for box in _over(state, right, at[state], colour[state])]
    return "\n".join([*out, "</svg>"]) + "\n"


def _row(at: Mapping[Enum, int], state: Enum, event: Enum, table: Mapping[Enum, Mapping[Enum, Enum]]) -> int:
    return at[state] + HEAD + ROW * list(table[state]).index(event) + ROW // 2


def _lane(
    at: Mapping[Enum, int],
    move: tuple[Enum, Enum, Enum],
    x: int,
    right: int,
    table: Mapping[Enum, Mapping[Enum, Enum]],
    colour: Mapping[Enum, str],
) -> str:
    """Return the line of one move; none where the state stays."""
    state, event, to = move
    if state is to:
        return ""
    start, end = _row(at, state, event, table), at[to] + HEAD // 2
    if table[to]:  # into the heading of a living state, each a little apart so that lines do not hide each other
        entering = [one for one in at if table[one] and to in table[one].values()]
        end += entering.index(state) * 3 - 6
        tip = LEFT + WIDTH
        head = f"M{tip + 8},{end - 4} L{tip},{end} L{tip + 8},{end + 4}"
    else:
        tip = right
        head = f"M{tip - 8},{end - 4} L{tip},{end} L{tip - 8},{end + 4}"
    path = f"M{LEFT + WIDTH},{start} H{x} V{end} H{tip}"
    return f'<path d="{path} {head}" fill="none" stroke="{colour[to]}" stroke-width="1.3"/>'


def _living(state: Enum, moves: Mapping[Enum, Enum], y: int, colour: Mapping[Enum, str]) -> list[str]:
    height = HEAD + ROW * len(moves)
    rows = [
        f'<rect x="{LEFT}" y="{y}" width="{WIDTH}" height="{height}" fill="#f6f7f8" stroke="{colour[state]}"/>',
        f'<rect x="{LEFT}" y="{y}" width="{WIDTH}" height="{HEAD}" fill="{colour[state]}"/>',
        f'<text x="{LEFT + 8}" y="{y + 18}" fill="#ffffff" font-weight="bold">{escape(word(state))}</text>',
    ]
    for number, (event, to) in enumerate(moves.items()):
        stays = " (stays)" if to is state else ""
        text = f"{word(event)}: {word(to)}{stays}"
        rows.append(f'<text x="{LEFT + 8}" y="{y + HEAD + ROW * number + 14}">{escape(text)}</text>')
    return rows


def _over(state: Enum, x: int, y: int, colour: str) -> list[str]:
    return [
        f'<rect x="{x}" y="{y}" width="150" height="{HEAD}" fill="#ffffff" stroke="{colour}" stroke-width="2"/>',
        f'<text x="{x + 8}" y="{y + 18}" font-weight="bold" fill="{colour}">{escape(word(state))}</text>',
    ]


def main() -> None:
    """Write every drawing, or print one."""
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(draw(*MACHINES[sys.argv[2]]))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (title, table) in MACHINES.items():
        (FOLDER / f"{name}.svg").write_text(draw(title, table), "utf-8")


if __name__ == "__main__":
    main()
