"""What the recorder found: encounters, findings of the rules of conduct, segments; each into its book, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import canonical, digest
from armslength.node.core.books import NODE, Books
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Recorded
from armslength.protocol.events import Now
from armslength.protocol.writes import Delete, Put
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.line import Line

TOLD, TOLD_NS = "encounter", 86_400 * NS
"""Space of the store that remembers, for so long, which encounters were entered, and as what."""


class Entered:
    """Enters what the recorder tells; `restored` is what the store holds, by space."""

    def __init__(self, books: Books, restored: Mapping[str, Sequence[tuple[str, bytes]]]) -> None:
        self._books, self._restored = books, restored
        self._told: dict[str, str] = {}

    def take(
        self, one: Recorded, own: str, lines: Mapping[str, Line], effects: Effects, now: Now
    ) -> tuple[list[Mapping[str, Any]], int]:
        """Enter and tell what is new; return the encounters that concern us, and how many of them were entered.

        A finding stands in the book of the counterpart whose aircraft it is about, with ours, under its own terms; what
        concerns nobody we have terms with is not entered: a replay of the plots gives it.
        """
        known, fresh = [], 0
        for found in one.encounters:
            book = self._book_of(found, own, lines)
            known += [found] if book else []
            if book and not self._books.full and self._is_news(found, effects, now):
                fresh += 1
                self._books.enter(effects, book, "encounter", found, now.utc_ns)
                effects.tells.append({"event": "encounter", **found})
        for agreement, finding, parties in one.findings:
            others = [lines[name] for name in set(parties) & lines.keys()] if own in parties else []
            if not finding.second:  # of one aircraft in a place that these terms name
                others = [line for line in lines.values() if line.agreed.agreement == agreement]
            if others and others[0].agreed.agreement == agreement and not self._books.full:
                others[0].talking.add(finding, effects, now)
        for segment in one.segments:
            self._books.enter(effects, NODE, "plots", segment, now.utc_ns)
        return known, fresh

    def _is_news(self, found: Mapping[str, Any], effects: Effects, now: Now) -> bool:
        """Whether an encounter is said anew: after a restart the recorder tells those of the last hours again."""
        if not self._told:
            self._told = {key: value.decode() for key, value in self._restored.get(TOLD, ())}
        same = {key: value for key, value in found.items() if key not in {"encounter", "again"}}
        says, key = f"{now.utc_ns} {digest(canonical(same))}", f"{found['agreement']} {found['id']}"
        before = self._told.get(key, "")
        if before.partition(" ")[2] == says.partition(" ")[2]:
            return False
        self._told[key] = says
        effects.writes.append(Put(TOLD, key, says.encode()))
        for old in [k for k, v in self._told.items() if int(v.split(" ")[0]) < now.utc_ns - TOLD_NS]:
            del self._told[old]
            effects.writes.append(Delete(TOLD, old))
        return True

    @staticmethod
    def _book_of(found: Mapping[str, Any], own: str, lines: Mapping[str, Line]) -> str:
        """Return the book of an encounter, or "" where it was found under terms that are not those of its pair.

        Every agreement is judged over the whole sky. Own aircraft and a counterpart's: that line's book, from its own
        terms alone. Whatever concerns no counterpart: the node's book, once.
        """
        pair = {str(found.get("first_party", "")), str(found.get("second_party", ""))}
        judged = {line.agreed.agreement: line for line in lines.values() if line.agreed.agreement}
        under = judged.get(str(found.get("agreement", "")))
        about = [lines[name] for name in pair & lines.keys()] if own in pair else []
        if under is None or (about and not about[0].agreed.agreement):
            return NODE
        if about:
            return under.book if about[0] is under else ""
        return NODE if under.agreed.agreement == min(judged) else ""
