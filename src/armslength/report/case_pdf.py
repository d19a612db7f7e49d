"""The report of a case as PDF, on A4. The same bytes for the same case: no time and no chance is in it but its own.

Letters are those of assets/sans.ttf (Latin, Greek, Cyrillic); a sign that they lack becomes a box on paper, and stands
as it is in the HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from io import BytesIO
from typing import Any

from armslength.report.case_model import CasePaper, Drawing, Fields, Panel, Part, Table
from armslength.report.drawing import steps

__all__ = ["case_pdf"]

INK, SOFT, LINE, FAINT = "#17212a", "#5a6871", "#d5dbdc", "#edf0f0"
PARTY = ("#00727f", "#a06a00")
MARGIN = 54.0
"""Points from the edge of the paper."""
_LETTERS = ("Sans", "Sans-Bold")


def case_pdf(paper: CasePaper) -> bytes:
    """Return the PDF."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    _letters()
    out = BytesIO()
    wide, high = A4
    room = wide - 2 * MARGIN
    document = BaseDocTemplate(
        out, pagesize=A4, title=f"Case {paper.number}", author="", subject=paper.headline, creator="armslength",
        producer="armslength", invariant=1,
    )  # fmt: skip
    frame = Frame(MARGIN, MARGIN + 6, room, high - 2 * MARGIN - 14, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=_around(paper, wide, high))])
    flow = _title(paper, room)
    for place, part in enumerate(paper.parts):
        if place == paper.before and paper.drawing is not None:
            flow += _drawing(paper.drawing, room)
        flow += _part(part, room)
    document.build(flow)
    return out.getvalue()


def _letters() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if _LETTERS[0] in pdfmetrics.getRegisteredFontNames():
        return
    assets = files("armslength.report.assets")
    for name, file in zip(_LETTERS, ("sans.ttf", "sans-bold.ttf"), strict=True):
        pdfmetrics.registerFont(TTFont(name, BytesIO((assets / file).read_bytes())))
    pdfmetrics.registerFontFamily("Sans", normal="Sans", bold="Sans-Bold", italic="Sans", boldItalic="Sans-Bold")


def _style(size: float, *, colour: str = INK, bold: bool = False, lead: float = 1.35, after: float = 0.0) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        f"{size}{colour}{bold}{after}", fontName="Sans-Bold" if bold else "Sans", fontSize=size, leading=size * lead,
        textColor=HexColor(colour), spaceAfter=after, splitLongWords=1,
    )  # fmt: skip


def _words(text: str, style: Any) -> Any:
    """Return a paragraph of plain text; nothing in it is markup."""
    from reportlab.platypus import Paragraph

    return Paragraph(escape(text, quote=False).replace("\n", "<br/>"), style)


def _around(paper: CasePaper, wide: float, high: float) -> Callable[[Any, Any], None]:
    """Return what draws head and foot of every page."""
    from reportlab.lib.colors import HexColor

    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Sans", 7.5)
        canvas.setFillColor(HexColor(SOFT))
        canvas.drawString(MARGIN, high - 34, paper.marking)
        canvas.drawRightString(wide - MARGIN, high - 34, f"Case {paper.number}")
        canvas.setStrokeColor(HexColor(LINE))
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, high - 40, wide - MARGIN, high - 40)
        canvas.line(MARGIN, 40, wide - MARGIN, 40)
        canvas.drawString(MARGIN, 29, paper.foot)
        canvas.drawRightString(wide - MARGIN, 29, f"{document.page}")
        canvas.restoreState()

    return draw


def _title(paper: CasePaper, room: float) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Spacer
    from reportlab.platypus import Table as Grid

    cells = [
        [_words(name, _style(8, colour=SOFT)), _words(value, _style(13, lead=1.25))] for name, value in paper.badges
    ]
    badges = Grid([cells], colWidths=[room / len(cells)] * len(cells))
    badges.setStyle(
        [
            ("LINEABOVE", (0, 0), (-1, 0), 0.5, HexColor(LINE)),
            ("LINEBELOW", (0, 0), (-1, 0), 0.5, HexColor(LINE)),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    return [
        _words(f"Case {paper.number}", _style(9, colour=SOFT, after=2)),
        _words(paper.headline, _style(21, bold=True, lead=1.2, after=5)),
        _words(paper.standing, _style(9.5, colour=SOFT, after=12)),
        badges,
        Spacer(0, 4),
    ]


def _part(part: Part, room: float) -> list[Any]:
    from reportlab.platypus import CondPageBreak, KeepTogether

    title = _words(part.title, _style(12, bold=True, after=5))
    title.style.spaceBefore = 16
    if isinstance(part, Fields):
        grid = _grid([(name, value) for name, value in part.rows], (0.34, 0.66), room, ())
        return [CondPageBreak(90), title, grid, *_note(part.note)]
    if isinstance(part, Table):
        grid = _grid(part.rows, part.widths, room, part.head)
        return [CondPageBreak(90), title, grid, *_note(part.note)]
    said: list[Any] = []
    for head, text in part.said:
        heading = _words(head, _style(9, bold=True, after=1))
        body = _words(text, _style(9.5, lead=1.45, after=9))
        said.append(KeepTogether([heading, body]) if len(text) < 1500 else [heading, body])
    flat = [one for item in said for one in (item if isinstance(item, list) else [item])]
    return [CondPageBreak(90), title, *flat]


def _note(note: str) -> list[Any]:
    from reportlab.platypus import Spacer

    return [Spacer(0, 4), _words(note, _style(7.8, colour=SOFT))] if note else []


def _grid(rows: Any, widths: tuple[float, ...], room: float, head: tuple[str, ...]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Grid

    plain, soft = _style(8.8), _style(8.8, colour=SOFT)

    def cell(place: int, value: str) -> Any:
        faint = place == 0 or value.startswith("unknown") or value == "not yet"
        return _words(value, soft if faint else plain)

    named = bool(head) and any(head)
    body = [[cell(place, value) for place, value in enumerate(row)] for row in rows]
    cells = [[_words(name, _style(7.8, colour=SOFT)) for name in head], *body] if named else body
    grid = Grid(cells, colWidths=[share * room for share in widths], repeatRows=1 if named else 0, splitInRow=1)
    style: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(FAINT)),
        ("LINEABOVE", (0, 0), (-1, 0), 0.5, HexColor(LINE)),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    if named:
        style.append(("LINEBELOW", (0, 0), (-1, 0), 0.5, HexColor(LINE)))
    grid.setStyle(style)
    return grid


def _drawing(drawing: Drawing, room: float) -> list[Any]:
    from reportlab.platypus import KeepTogether, Spacer
    from reportlab.platypus import Table as Grid

    title = _words("As recorded by both", _style(12, bold=True, after=3))
    title.style.spaceBefore = 16
    from reportlab.platypus import Paragraph

    key = "".join(
        f'<font color="{PARTY[place]}">▬</font> {escape(name)}&nbsp;&nbsp;&nbsp;'
        for place, name in enumerate(drawing.names)
    )
    keys = Paragraph(f"{key}The ring is the nearest moment, the dot where each was last.", _style(8, colour=SOFT))
    half = (room - 12) / 2
    figures = [_panel(one, half, half * 0.92) for one in drawing.plans]
    captions = [_words(one.title, _style(8.8)) for one in drawing.plans]
    plans = Grid([captions, figures], colWidths=[half + 6] * len(figures), hAlign="LEFT")
    plans.setStyle(
        [
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
        ]
    )
    flow = [title, keys, plans]
    if drawing.levels is not None:
        flow += [_words(drawing.levels.title, _style(8.8, after=2)), _panel(drawing.levels, room, 120.0)]
    flow += [Spacer(0, 5), *(_words(one, _style(8.2, colour=SOFT)) for one in drawing.says)]
    return [KeepTogether(flow)]


def _panel(panel: Panel, wide: float, high: float) -> Any:
    """Return a panel as a drawing of vectors."""
    from reportlab.graphics.shapes import Circle, PolyLine, Rect, String
    from reportlab.graphics.shapes import Drawing as Sheet
    from reportlab.graphics.shapes import Line as Stroke
    from reportlab.lib.colors import HexColor

    left, bottom, right, top = 34.0, 26.0, wide - 4.0, high - 4.0
    scale_x, scale_y = (right - left) / (panel.right - panel.left), (top - bottom) / (panel.top - panel.bottom)
    if panel.equal:
        scale_x = scale_y = min(scale_x, scale_y)
    centre = ((left + right) / 2, (bottom + top) / 2)
    middle = ((panel.left + panel.right) / 2, (panel.bottom + panel.top) / 2)

    def at(x: float, y: float) -> tuple[float, float]:
        return centre[0] + (x - middle[0]) * scale_x, centre[1] + (y - middle[1]) * scale_y

    sheet = Sheet(wide, high)
    small = {"fontName": "Sans", "fontSize": 7, "fillColor": HexColor(SOFT)}
    (x0, y0), (x1, y1) = at(panel.left, panel.bottom), at(panel.right, panel.top)
    for x in steps(panel.left, panel.right, 5):
        if panel.left <= x <= panel.right:
            px = at(x, 0.0)[0]
            sheet.add(Stroke(px, y0, px, y1, strokeColor=HexColor(FAINT), strokeWidth=0.5))
            sheet.add(String(px, y0 - 9, f"{x:g}", textAnchor="middle", **small))
    for y in steps(panel.bottom, panel.top, 4):
        if panel.bottom <= y <= panel.top:
            py = at(0.0, y)[1]
            sheet.add(Stroke(x0, py, x1, py, strokeColor=HexColor(FAINT), strokeWidth=0.5))
            sheet.add(String(x0 - 4, py - 2.5, f"{y:,g}", textAnchor="end", **small))
    sheet.add(Rect(x0, y0, x1 - x0, y1 - y0, fillColor=None, strokeColor=HexColor(LINE), strokeWidth=0.5))
    sheet.add(String((x0 + x1) / 2, y0 - 20, panel.x_name, textAnchor="middle", **small))
    sheet.add(String(x0 + 4, y1 - 9, panel.y_name, **small))
    for one in panel.lines:
        colour = HexColor(PARTY[one.whose])
        points = [at(x, y) for x, y in zip(one.xs, one.ys, strict=True)]
        flat = [value for point in points for value in point]
        if len(points) > 1:
            dash = [3, 2] if one.dashed else None
            sheet.add(PolyLine(flat, strokeColor=colour, strokeWidth=1.3, strokeDashArray=dash, strokeLineJoin=1))
        if panel.equal and points:
            sheet.add(Circle(*points[-1], 2, fillColor=colour, strokeColor=None))
    for whose, x, y in panel.marks:
        sheet.add(Circle(*at(x, y), 4, fillColor=None, strokeColor=HexColor(PARTY[whose]), strokeWidth=1))
    return sheet
