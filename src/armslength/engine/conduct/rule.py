"""What a rule about how aircraft fly near each other is made of: its words, its test over arrays, how far it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding
from armslength.domain.meeting import Meetings
from armslength.domain.rule import RuleText
from armslength.engine.conduct.context import Context


@dataclass(frozen=True, slots=True)
class Reach:
    """What a rule must be shown of a pair.

    Attributes:
        horizontal_m, vertical_m: how far apart they may be for it to look at them at all [m].
        before_s, after_s: how much it looks at before they came so near and after they parted [s].
    """

    horizontal_m: float
    vertical_m: float
    before_s: float = 0.0
    after_s: float = 0.0

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            max(self.horizontal_m, other.horizontal_m),
            max(self.vertical_m, other.vertical_m),
            max(self.before_s, other.before_s),
            max(self.after_s, other.after_s),
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        text: in words; its id and figures are those of the terms (`agreement.articles_conduct.CONDUCT`).
        judge: its test, over all samples of many meetings at once. It gives findings as if the usual regime held.
        reach: what it must be shown, from the terms.
        relaxed: regimes (`regimes`) under which what it finds is no breach.
        lives_on: fields of the context ("warned", "reported") all of which are needed for it to find anything.
    """

    text: RuleText
    judge: Callable[[Meetings, Context], list[Finding]]
    reach: Callable[[Terms], Reach]
    relaxed: tuple[str, ...] = ()
    lives_on: tuple[str, ...] = ()
