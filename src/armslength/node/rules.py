"""Every rule of conduct in words, by id: those of the parts of the engine, each of which knows its own, put together.

Geometry (G) judges meetings of two aircraft, discipline (D) visits to places and what was
written, communications (C) the talk of the posts, process (P) the stamps of cases and what was said in public.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from armslength.domain.rule import RuleText
from armslength.engine.comms.registry import RULES as COMMS
from armslength.engine.conduct.registry import RULES as GEOMETRY
from armslength.engine.discipline.d06 import Content
from armslength.engine.discipline.places import TEXTS
from armslength.engine.process import p05
from armslength.engine.process.registry import RULES as PROCESS

__all__ = ["RULES"]

_ALL = (
    *(one.text for one in GEOMETRY.values()),
    *(one.text for one in COMMS.values()),
    *TEXTS.values(),
    Content.text,
    *(one.text for one in PROCESS.values()),
    p05.text,
)
_ORDER = "GCDP"
RULES: Mapping[str, RuleText] = MappingProxyType(
    {one.id: one for one in sorted(_ALL, key=lambda one: (_ORDER.index(one.id[0]), one.id))}
)
"""The words of every rule by its id: G01 to G14, C01 to C09, D01 to D06, P01 to P06."""
