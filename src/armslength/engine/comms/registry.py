"""The rules about communications, by id. Rules about other matters stand beside them in registries of their own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from armslength.engine.comms.c01 import RadioCheckDue
from armslength.engine.comms.c02 import NoAnswer
from armslength.engine.comms.c03 import WrongFrequency
from armslength.engine.comms.c04 import Wording
from armslength.engine.comms.c05 import GroundCheckDue
from armslength.engine.comms.c06 import AnsweredLate
from armslength.engine.comms.c07 import Failover
from armslength.engine.comms.c08 import NotRelayed
from armslength.engine.comms.c09 import Interference
from armslength.engine.comms.rule import Rule

__all__ = ["RULES"]

_ALL: tuple[type[Rule], ...] = (
    RadioCheckDue, NoAnswer, WrongFrequency, Wording, GroundCheckDue, AnsweredLate, Failover, NotRelayed, Interference,
)  # fmt: skip
RULES: Mapping[str, type[Rule]] = MappingProxyType({rule.text.id: rule for rule in _ALL})
"""Every rule by its id, in order; its words are `RULES[id].text`."""
