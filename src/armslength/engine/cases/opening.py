"""Which findings open a case by themselves: what is critical or serious, and the third notable one of a rule in a day.

Only a breach does, one that is judged, and one that this side does not lay to its own charge: what we did the other
side's node opens by its own record. Findings about process (P) are for the agenda of the group, not for a new case.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from armslength.domain.case import Why
from armslength.domain.finding import SUSPENDED, Finding, Outcome, Severity
from armslength.units import NS

__all__ = ["Openings"]

REPEATED, WITHIN_NS = 3, 86_400 * NS
"""So many SEV3 of one rule, in that time, open a case."""
MOST = 4_096


@dataclass
class Openings:
    """Counts findings as they are said.

    Attributes:
        own: the own party.
    """

    own: str
    _seen: dict[str, None] = field(default_factory=dict)
    _notable: dict[str, list[int]] = field(default_factory=dict)

    def take(self, found: Finding) -> tuple[Why, Severity] | None:
        """Return why a case is to be opened about `found`, and how grave it is; None where none is.

        A finding that is said again, under the same id, opens nothing more, but where it has become graver.
        """
        grave = found.severity <= Severity.SEV2
        key = f"{found.id} {grave}"
        if not self._counts(found) or key in self._seen:
            return None
        self._seen[key] = None
        if len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]
        if grave:
            return Why.FINDING, found.severity
        if found.severity is not Severity.SEV3:
            return None
        held = [at for at in self._notable.get(found.rule, ()) if abs(found.opened_ns - at) < WITHIN_NS]
        self._notable[found.rule] = [*held, found.opened_ns]
        if len(held) + 1 < REPEATED:
            return None
        self._notable[found.rule] = []
        return Why.REPEATED, Severity.SEV3

    def _counts(self, found: Finding) -> bool:
        judged = found.outcome is Outcome.BREACH and found.regime != SUSPENDED
        return judged and found.by != self.own and not found.rule.startswith("P")
