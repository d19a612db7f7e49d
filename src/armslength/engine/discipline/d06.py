"""D06: nothing outside the deal is written to the other side; a request for assistance is declined, and at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias, TypeVar

from armslength.agreement.terms import Terms
from armslength.domain import talk as t
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.units import NS

__all__ = ["Content", "ContentFact", "Decided", "Stopped", "Wrote", "findings"]

GRACE_NS = 10 * NS
"""What the other side did in time may become known here so much later, once a way stands [ns]."""
ASKS, DECLINES = "AST", frozenset({"ADC", "UNA"})
MOST = 512
"""Requests and drafts that are followed at once; of more, the oldest are let go."""
BLIND = "Part of that time was not recorded here."
_Value = TypeVar("_Value")
STOOD = "But the ground line stood all that time: why word of it came so late is not known."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote(t.Known):
    """`by` wrote, at `stamp_ns` by its own clock, the message `id`; in its text are `places` of these `kinds`.

    `final`: the form of one of them leaves no doubt, and the terms keep such things out.
    """

    id: str
    by: str
    stamp_ns: int
    kinds: tuple[str, ...]
    places: int
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(t.Known):
    """The own filter stopped a draft, known by its digest, before it left."""

    draft: str
    kinds: tuple[str, ...]
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(t.Known):
    """A person of the own post decided about a draft: "MISREAD", "LET_GO" or "HOLD"."""

    draft: str
    choice: str


ContentFact: TypeAlias = (
    Wrote | Stopped | Decided | t.Said | t.Marked | t.Answered | t.Path | t.Session | t.Unrecorded
)  # fmt: skip
"""Everything that D06 goes by."""


@dataclass
class _Asked:
    """A request for assistance: who asked, who must decline, when he had it by his own clock [UTC ns]."""

    said: t.Said
    owes: str
    received_ns: int
    known_ns: int
    evidence: tuple[str, ...]


class Content:
    """D06 over one record. A matter is one text that was written, one draft that was stopped, or one request.

    Args:
        own, other: the parties. terms: in force; change them with `adopt`.
    """

    text: ClassVar[RuleText] = RuleText(
        "D06",
        "Content outside the deal; assistance requests",
        "Nothing outside the deal is written to the other side; a request for assistance is declined at once.",
        "No intelligence and no target data were part of the deal of 2015; joint rescue was asked for and not agreed; "
        "an emergency can always be told.",
        "The filter of both nodes looks at the free text of every message. Breach of the writer where the form of "
        "something in it leaves no doubt and the terms keep such things out; not determinable where it is a word or a "
        "form that can mean something harmless: a person of the writer let it go. A draft that the own filter stops is "
        "no breach: it is recorded on the own side alone, with what was decided. Breach of who was asked for help "
        "when ADC or UNA does not follow within the time agreed, counted by his clock from RECEIVED.",
        (Parameter("assistance.answered", "assistance.answered_s", "s", "from RECEIVED of AST until it is declined"),),
        (
            "the position of the own aircraft, or of its crew, after an emergency of the own side was told",
            "a draft that was stopped and did not leave",
            "what is not known of the other side because no way stands is waited for",
        ),
        "SEV3",
        "digest of the draft and the decision; the message; the signed marks and the answer",
        "who wrote it; who was asked",
    )

    def __init__(self, own: str, other: str, terms: Terms) -> None:
        self._own, self._parties, self._terms = own, (own, other), terms
        self._said: dict[str, t.Said] = {}
        self._asked: dict[str, _Asked] = {}
        self._open: dict[str, Finding] = {}
        self._early: dict[str, t.Answered] = {}
        self._path, self._path_since_ns, self._session_since_ns, self._blind_ns = True, 0, -1, 0

    def adopt(self, terms: Terms) -> None:
        """Go by these terms from now on."""
        self._terms = terms

    def take(self, fact: ContentFact) -> list[Finding]:
        """Return what follows from the time up to `fact`, and from it. Facts come in the order of `at_ns`."""
        out = self.until(fact.from_ns if isinstance(fact, t.Unrecorded) else fact.at_ns)
        match fact:
            case Wrote():
                out += self._wrote(fact)
            case Stopped():
                out += self._stopped(fact)
            case Decided():
                out += self._decided(fact)
            case t.Said(code="AST"):
                _keep(self._said, fact.id, fact)
            case t.Marked(mark="RECEIVED") if fact.id in self._said:
                out += self._received(self._said.pop(fact.id), fact)
            case t.Answered() if fact.code in DECLINES and fact.id in self._said:
                _keep(self._early, fact.id, fact)
            case t.Answered() if fact.code in DECLINES and fact.id in self._asked:
                out += self._declined(self._asked.pop(fact.id), fact)
            case t.Path() if fact.stands is not self._path:
                self._path, self._path_since_ns = fact.stands, fact.at_ns
            case t.Session():
                self._session_since_ns = fact.at_ns if fact.stands else -1
            case t.Unrecorded():
                self._blind_ns = fact.at_ns
            case _:
                pass
        return self._enabled(out)

    def until(self, now_ns: int) -> list[Finding]:
        """Return what follows from time alone, up to `now_ns` [UTC ns]."""
        out = []
        for key, asked in self._asked.items():
            if key not in self._open and (due := self._due_ns(asked)) is not None and now_ns > due:
                out.append(self._late(asked, None))
        return self._enabled(out)

    def due_ns(self) -> int | None:
        """Return the next moment beyond which something follows [UTC ns]; None where nothing is owed."""
        dues = [self._due_ns(asked) for key, asked in self._asked.items() if key not in self._open]
        return min((due for due in dues if due is not None), default=None)

    def _due_ns(self, asked: _Asked) -> int | None:
        """Return when the answer must be known here [UTC ns]; None while no way stands by which it could come."""
        due = max(asked.received_ns, asked.known_ns) + self._limit_ns()
        if asked.owes == self._own:
            return due
        return max(due, self._path_since_ns) + GRACE_NS if self._path else None

    def _limit_ns(self) -> int:
        return round(self._terms.assistance.answered_s * NS)

    def _received(self, said: t.Said, mark: t.Marked) -> list[Finding]:
        owes = next(party for party in self._parties if party != said.by)
        asked = _Asked(said, owes, mark.stamp_ns, mark.at_ns, (said.entry, mark.entry, said.id))
        early = self._early.pop(said.id, None)
        if early is not None:
            return self._declined(asked, early)
        _keep(self._asked, said.id, asked)
        return []

    def _declined(self, asked: _Asked, answer: t.Answered) -> list[Finding]:
        took_ns = answer.stamp_ns - asked.received_ns
        asked.evidence = (*asked.evidence, answer.entry)
        open_finding = self._open.pop(asked.said.id, None)
        if took_ns > self._limit_ns():
            return [self._late(asked, answer.stamp_ns)]
        if open_finding is None:
            return []
        closed = max(answer.stamp_ns, open_finding.opened_ns)
        doubt = asked.owes != self._own and 0 <= self._session_since_ns <= open_finding.opened_ns
        outcome = Outcome.NOT_DETERMINABLE if doubt else Outcome.NO_BREACH
        says = "It was declined in time; word of it came late." + (f" {STOOD}" if doubt else "")
        told = _evidence(*open_finding.evidence, answer.entry)
        value = took_ns / NS
        return [replace(open_finding, outcome=outcome, closed_ns=closed, value=value, evidence=told, explanation=says)]

    def _late(self, asked: _Asked, closed_ns: int | None) -> Finding:
        limit_ns = self._limit_ns()
        opened = asked.received_ns + limit_ns
        value_ns = limit_ns if closed_ns is None else closed_ns - asked.received_ns
        says = f"{asked.owes} had not declined a request for assistance of {asked.said.by} in the time agreed."
        outcome = Outcome.BREACH
        if self._blind_ns > asked.received_ns:
            outcome, says = Outcome.NOT_DETERMINABLE, f"{says} {BLIND}"
        found = Finding(
            "D06", asked.said.id, outcome, Severity.SEV3, asked.owes, opened,
            None if closed_ns is None else max(closed_ns, opened), value_ns / NS, limit_ns / NS, "s",
            _evidence(*asked.evidence), says,
        )  # fmt: skip
        if closed_ns is None:
            self._open[asked.said.id] = found
        return found

    def _wrote(self, fact: Wrote) -> list[Finding]:
        if not fact.places:
            return []
        kinds = ", ".join(fact.kinds)
        outcome = Outcome.BREACH if fact.final else Outcome.NOT_DETERMINABLE
        says = f"The text of {fact.by} holds what the deal is not about: {kinds}."
        if not fact.final:
            says = f"The text of {fact.by} may hold what the deal is not about ({kinds}), or something harmless."
        return [self._written(fact.id, outcome, fact.by, fact.stamp_ns, fact.stamp_ns, fact.places, fact.entry, says)]

    def _stopped(self, fact: Stopped) -> list[Finding]:
        if fact.draft in self._open:
            return []
        says = f"A draft was stopped before it left: {', '.join(fact.kinds)}. Nobody has decided about it."
        found = self._written(
            fact.draft, Outcome.NO_BREACH, self._own, fact.at_ns, None, fact.places, fact.entry, says
        )  # fmt: skip
        _keep(self._open, fact.draft, found)
        return [found]

    def _decided(self, fact: Decided) -> list[Finding]:
        found = self._open.pop(fact.draft, None)
        if found is None:
            return []
        says = found.explanation.replace("Nobody has decided about it.", f"It was decided: {fact.choice}.")
        told = _evidence(*found.evidence, fact.entry)
        return [replace(found, closed_ns=max(fact.at_ns, found.opened_ns), evidence=told, explanation=says)]

    def _written(
        self, about: str, outcome: Outcome, by: str, opened: int, closed: int | None, places: int, entry: str, says: str
    ) -> Finding:
        told = _evidence(entry, about)
        return Finding(
            "D06", about, outcome, Severity.SEV3, by, opened, closed, float(places), 0.0, "", told, says
        )  # fmt: skip

    def _enabled(self, found: list[Finding]) -> list[Finding]:
        return found if self._terms.conduct["D06"].enabled else []


def findings(own: str, other: str, terms: Terms, facts: Iterable[ContentFact], until_ns: int) -> list[Finding]:
    """Return the last word of D06 on every matter of a whole record, in the order in which they were first said."""
    rule, last = Content(own, other, terms), dict[str, Finding]()
    for fact in facts:
        for found in rule.take(fact):
            last[found.id] = found
    for found in rule.until(until_ns):
        last[found.id] = found
    return list(last.values())


def _evidence(*told: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in told if one))


def _keep(store: dict[str, _Value], key: str, value: _Value) -> None:
    store[key] = value
    while len(store) > MOST:
        del store[next(iter(store))]
