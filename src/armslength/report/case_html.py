"""The report of a case as one HTML file, which asks the network for nothing and runs no script; it prints well too."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from armslength.report.assets import asset, filled
from armslength.report.case_model import CasePaper, Drawing, Fields, Panel, Part, Table
from armslength.report.drawing import n, path, steps

__all__ = ["case_html"]

WIDE, HIGH = 360.0, 300.0
_LEFT, _TOP, _BELOW = 46.0, 8.0, 34.0


def case_html(paper: CasePaper) -> str:
    """Return the whole page."""
    style = asset("case.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'"
    parts = [_part(one) for one in paper.parts]
    if paper.drawing is not None:
        parts.insert(paper.before, _drawing(paper.drawing))
    return filled(
        "case.html",
        policy=f'<meta http-equiv="Content-Security-Policy" content="{escape(allowed)}">',
        style=style,
        number=escape(paper.number),
        headline=escape(paper.headline),
        standing=escape(paper.standing),
        marking=escape(paper.marking),
        badges="".join(f"<div><span>{escape(name)}</span><b>{escape(value)}</b></div>" for name, value in paper.badges),
        parts="\n".join(parts),
        foot=escape(paper.foot),
    )


def _part(part: Part) -> str:
    title = f"<h2>{escape(part.title)}</h2>"
    if isinstance(part, Fields):
        rows = "".join(f"<tr><th>{escape(name)}</th>{_cell(value)}</tr>" for name, value in part.rows)
        return f'<section>{title}<table class="fields">{rows}</table>{_note(part.note)}</section>'
    if isinstance(part, Table):
        return f"<section>{title}{_table(part)}{_note(part.note)}</section>"
    said = "".join(
        f"<article><h3>{escape(head)}</h3><p>{escape(text).replace(chr(10), '<br>')}</p></article>"
        for head, text in part.said
    )
    return f"<section>{title}{said}</section>"


def _table(part: Table) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in part.head)
    head = f"<thead><tr>{head}</tr></thead>" if any(part.head) else ""
    rows = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in part.rows)
    columns = "".join(f'<col class="w{round(20 * share)}">' for share in part.widths)
    return f'<table class="rows"><colgroup>{columns}</colgroup>{head}<tbody>{rows}</tbody></table>'


def _cell(value: str) -> str:
    kind = ' class="unknown"' if value.startswith("unknown") else ' class="not"' if value == "not yet" else ""
    return f"<td{kind}>{escape(value)}</td>"


def _note(note: str) -> str:
    return f'<p class="note">{escape(note)}</p>' if note else ""


def _drawing(drawing: Drawing) -> str:
    names = "".join(
        f'<span class="key k{place}">{escape(name)}</span>' for place, name in enumerate(drawing.names)
    )  # fmt: skip
    plans = "".join(_figure(panel, WIDE) for panel in drawing.plans)
    levels = _figure(drawing.levels, 2 * WIDE) if drawing.levels is not None else ""
    says = "".join(f"<p>{escape(one)}</p>" for one in drawing.says)
    return (
        f'<section><h2>As recorded by both</h2><p class="note">{names} The ring is the nearest moment.</p>'
        f'<div class="plans">{plans}</div>{levels}<div class="note">{says}</div></section>'
    )


def _figure(panel: Panel, wide: float) -> str:
    return f"<figure><figcaption>{escape(panel.title)}</figcaption>{_panel(panel, wide)}</figure>"


def _panel(panel: Panel, wide: float) -> str:
    """Return a panel as SVG."""
    high = HIGH if panel.equal else 150.0
    left, top, right, bottom = _LEFT, _TOP, wide - 8.0, high - _BELOW
    scale_x, scale_y = (right - left) / (panel.right - panel.left), (bottom - top) / (panel.top - panel.bottom)
    if panel.equal:
        scale_x = scale_y = min(scale_x, scale_y)
    centre = ((left + right) / 2, (top + bottom) / 2)
    middle = ((panel.left + panel.right) / 2, (panel.bottom + panel.top) / 2)

    def at(x: float, y: float) -> tuple[float, float]:
        return centre[0] + (x - middle[0]) * scale_x, centre[1] - (y - middle[1]) * scale_y

    out = [_axes(panel, at)]
    for one in panel.lines:
        points = [at(x, y) for x, y in zip(one.xs, one.ys, strict=True)]
        kind = f"t{one.whose}" + (" dashed" if one.dashed else "")
        out.append(path([x for x, _ in points], [y for _, y in points], kind))
        if panel.equal and points:
            x, y = points[-1]
            out.append(f'<circle cx="{n(x)}" cy="{n(y)}" r="2.6" class="e{one.whose}"/>')
    for whose, x, y in panel.marks:
        px, py = at(x, y)
        out.append(f'<circle cx="{n(px)}" cy="{n(py)}" r="5" class="m{whose}"/>')
    size = f'viewBox="0 0 {n(wide)} {n(high)}" role="img" aria-label="{escape(panel.title)}"'
    return f"<svg {size}>{''.join(out)}</svg>"


def _axes(panel: Panel, at: object) -> str:
    assert callable(at)
    out = []
    (x0, y1), (x1, y0) = at(panel.left, panel.bottom), at(panel.right, panel.top)
    for x in steps(panel.left, panel.right, 5):
        px, _ = at(x, 0.0)
        if panel.left <= x <= panel.right:
            out.append(f'<path d="M{n(px)} {n(y0)}V{n(y1)}" class="grid"/>')
            out.append(f'<text x="{n(px)}" y="{n(y1 + 13)}" text-anchor="middle">{x:g}</text>')
    for y in steps(panel.bottom, panel.top, 4):
        _, py = at(0.0, y)
        if panel.bottom <= y <= panel.top:
            out.append(f'<path d="M{n(x0)} {n(py)}H{n(x1)}" class="grid"/>')
            out.append(f'<text x="{n(x0 - 5)}" y="{n(py + 3.5)}" text-anchor="end">{y:,g}</text>')
    out.append(f'<rect x="{n(x0)}" y="{n(y0)}" width="{n(x1 - x0)}" height="{n(y1 - y0)}" class="frame"/>')
    out.append(f'<text x="{n((x0 + x1) / 2)}" y="{n(y1 + 27)}" text-anchor="middle">{escape(panel.x_name)}</text>')
    out.append(f'<text x="{n(x0 + 5)}" y="{n(y0 + 12)}" class="unit">{escape(panel.y_name)}</text>')
    return "".join(out)
