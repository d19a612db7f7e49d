"""The fields of a code as an officer types them: their names without the unit, what may stand there, and the help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    from armslength.protocol.catalogue import Code, Field

__all__ = ["ENDS", "SIGMA_FT", "CallCommand", "holds", "listed", "says", "stem", "typed_fault"]

SIGMA_FT = 100
"""Standard deviation of a level that somebody types without one [ft]: it was read off in hundreds of feet."""
ENDS = ("_m", "_ft", "_s", "_deg", "_fpm", "_hpa", "_e5", "_ns", "_id")
_STORED_UNIT = re.compile(r" \[[^\]]*\]$")
_BOUNDS = {"_m": " m", "_ft": " ft", "_s": " s", "_deg": "", "_fpm": " ft/min", "_hpa": " hPa"}
_TYPED = {
    "_m": '"5 NM", 9260m',
    "_ft": '"1000 ft", 300m',
    "_s": '"90 s", "10 min"',
    "_deg": "270 (degrees)",
    "_fpm": '"1500 fpm"',
    "_hpa": "1013",
    "_e5": "35.1234 (decimal degrees)",
    "_ns": 'now, 14:30Z, "+10 min", 2026-11-22T14:30:00Z',
}
"""What is typed for a field, by the end of its name."""
_PUT_IN = {"urgency": "else NORMAL", "language": "with text, else en", "level_sigma_ft": f"else {SIGMA_FT} ft"}
"""What stands there where nobody types it."""


def stem(name: str) -> str:
    """Return the name of a field without its unit: what is typed together with a value that has one."""
    return next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)


def says(field: Field) -> str:
    """Return what a field means, without the unit in which it travels: that is not what is typed."""
    return _STORED_UNIT.sub("", field.says)


def listed(code: Code) -> str:
    """Return the fields of a code for a person, one on each line."""
    if not code.fields:
        return f"{code.name} has no fields."
    width = max(len(stem(field.name)) for field in code.fields)
    rows = [f"  {stem(field.name):{width}}  {holds(code, field)}" for field in code.fields]
    return f"The fields of {code.name}:\n" + "\n".join(rows)


def holds(code: Code, field: Field) -> str:
    """Return what a field means, whether it must be there, and what may be typed for it."""
    end = next((end for end in ENDS if field.name.endswith(end)), "")
    parts = (_wanted(code, field), _typed(field, end), _bounds(field, end))
    return f"{says(field)} ({'; '.join(part for part in parts if part)})"


def _typed(field: Field, end: str) -> str:
    if field.choices or field.name.endswith(("level_ft", "floor_ft", "ceiling_ft")):
        return ", ".join(field.choices) or 'FL250, "25000 ft", 7620m'
    if field.kind.name == "FREQUENCY":
        return "F1, F2 ..." + (", GROUND" if "GROUND" in field.form else "")
    return _TYPED.get(end, "")


def _wanted(code: Code, field: Field) -> str:
    """Return whether it must be there, and what is put in where nobody types it."""
    if (field.required and len(field.choices) == 1) or (field.name == "nonce" and code.name in {"RCK", "GCK"}):
        return "put in by itself"
    if field.name in _PUT_IN:
        return _PUT_IN[field.name]
    if field.name.endswith("_datum") and code.field(f"{stem(field.name).removesuffix('_datum')}_ft") is not None:
        return f"with {field.name.removesuffix('_datum')}; a flight level brings it"
    if field.when is not None:
        return f"with {stem(field.when[0])} {' or '.join(field.when[1])}"
    if field.required:
        return "must"
    group = [one for one in code.fields if field.together and one.together == field.together]
    mates = [stem(one.name) for one in group if one is not field and one.name not in _PUT_IN]
    mates = [name for name in mates if not name.endswith("_datum")]
    return "may, with " + ", ".join(mates) if mates else "may"


def _bounds(field: Field, end: str) -> str:
    if field.low is None or field.high is None:
        return ""
    scale = 100_000 if end == "_e5" else 1
    return f"{field.low / scale:,.10g} to {field.high / scale:,.10g}{_BOUNDS.get(end, '')}"


def typed_fault(code: Code, fault: str) -> str:
    """Return what the catalogue finds wrong with the names of fields as they are typed."""
    names = {field.name: stem(field.name) for field in code.fields}
    return re.sub(r"\b[a-z_0-9]+\b", lambda word: names.get(word[0], word[0]), fault)


class CallCommand(TyperCommand):
    """`call CODE --help` tells the fields of that code too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep what was typed: the help is shown before the arguments are read."""
        ctx.meta["armslength.typed"] = tuple(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, and behind it the fields of the code, or all codes."""
        from armslength.protocol.catalogue import CATALOGUE

        super().format_help(ctx, formatter)
        code = next((word.upper() for word in ctx.meta.get("armslength.typed", ()) if word.upper() in CATALOGUE), "")
        formatter.write(
            "\n" + (listed(CATALOGUE[code]) if code else "CODE --help tells the fields of that code.") + "\n"
        )
