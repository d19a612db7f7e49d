"""The rules about how aircraft fly near each other, by id, and how far they look together."""

from __future__ import annotations

from collections.abc import Container, Mapping
from types import MappingProxyType

from armslength.agreement.terms import Terms
from armslength.engine.conduct import g01, g02, g03, g04, g05, g06, g07, g08, g09, g10, g11, g12, g13, g14
from armslength.engine.conduct.rule import Reach, Rule

__all__ = ["RULES", "reach"]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.text.id: rule
        for rule in (
            g01.RULE,
            g02.RULE,
            g03.RULE,
            g04.RULE,
            g05.RULE,
            g06.RULE,
            g07.RULE,
            g08.RULE,
            g09.RULE,
            g10.RULE,
            g11.RULE,
            g12.RULE,
            g13.RULE,
            g14.RULE,
        )
    }
)
"""Every rule by its id, in order; its words are `RULES[id].text`."""


def reach(terms: Terms, nothing_of: Container[str] = ()) -> Reach:
    """Return what the enabled rules must be shown of a pair, all together: the vicinity.

    A rule that lives on something of which there is nothing (`nothing_of`, fields of the context) needs not look.
    """
    out = Reach(0.0, 0.0)
    for number, rule in RULES.items():
        if terms.conduct[number].enabled and not any(one in nothing_of for one in rule.lives_on):
            out = out | rule.reach(terms)
    return out
