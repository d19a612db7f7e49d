"""All rules over one record of talk, as it goes on: facts and time in, findings out. Pure.

What comes out does not depend on how often it is asked in between: a deadline is judged before whatever comes after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from armslength.agreement.terms import Terms
from armslength.domain.finding import Finding
from armslength.domain.talk import Announced, Fact, Noise, Unrecorded
from armslength.engine.comms.around import Around
from armslength.engine.comms.registry import RULES

__all__ = ["Judge", "findings"]


class Judge:
    """The rules that the terms enable, over the talk of two parties.

    Args:
        own, other: the parties, by name.
        terms: in force; change them with `adopt`.
    """

    def __init__(self, own: str, other: str, terms: Terms) -> None:
        self._around = Around(own, other, terms)
        self._rules = [rule(self._around) for rule in RULES.values()]
        self._for = {kind: [rule for rule in self._rules if kind in rule.takes] for kind in get_args(Fact)}

    @property
    def planned(self) -> tuple[Announced, ...]:
        """The outages and tests that were told beforehand."""
        return self._around.planned

    def noise(self, medium: str, at_ns: int) -> Mapping[str, Noise]:
        """Return who hears noise on a medium at `at_ns` [UTC ns]."""
        return self._around.noise(medium, at_ns)

    def adopt(self, terms: Terms) -> None:
        """Go by these terms from now on; deadlines that run stay as they are."""
        self._around.terms = terms

    def take(self, fact: Fact) -> list[Finding]:
        """Return what follows from the time up to `fact`, and from it. Facts come in the order of `at_ns`.

        What became due while nothing was recorded is judged as that.
        """
        if isinstance(fact, Unrecorded):
            out = self.until(fact.from_ns)
            self._around.take(fact)
            out += self.until(fact.at_ns)
        else:
            out = self.until(fact.at_ns)
            self._around.take(fact)
        for rule in self._for[type(fact)]:
            out += rule.take(fact)
        return self._enabled(out)

    def until(self, now_ns: int) -> list[Finding]:
        """Return what follows from time alone, up to `now_ns` [UTC ns]."""
        due = self.due_ns()
        if due is None or now_ns <= due:
            return []
        return self._enabled([found for rule in self._rules for found in rule.until(now_ns)])

    def due_ns(self) -> int | None:
        """Return the next deadline of any rule [UTC ns]; None where nothing is owed."""
        return min((due for rule in self._rules if (due := rule.due_ns()) is not None), default=None)

    def _enabled(self, found: list[Finding]) -> list[Finding]:
        conduct = self._around.terms.conduct
        return [one for one in found if conduct[one.rule].enabled]


def findings(own: str, other: str, terms: Terms, talk: Iterable[Fact], until_ns: int) -> list[Finding]:
    """Return the last word on every matter of a whole record, in the order in which they were first said.

    Args:
        own, other: the parties.
        terms: in force over all of it.
        talk: facts in the order of `at_ns`.
        until_ns: the end of the time judged [UTC ns].
    """
    judge, last = Judge(own, other, terms), dict[str, Finding]()
    for fact in talk:
        for found in judge.take(fact):
            last[found.id] = found
    for found in judge.until(until_ns):
        last[found.id] = found
    return list(last.values())
