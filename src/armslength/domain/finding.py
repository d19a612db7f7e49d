"""Findings: what a rule of conduct says of something that happened. Three outcomes; guilt is nowhere stated.

The nouns are those of all rules, whatever they are about. Stamps are UTC nanoseconds, values in SI.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import IntEnum, StrEnum

from armslength.crypto.canonical import canonical, digest
from armslength.units import NS


class Outcome(StrEnum):
    """What could be determined."""

    BREACH = "BREACH"
    NO_BREACH = "NO_BREACH"
    NOT_DETERMINABLE = "NOT_DETERMINABLE"


class Severity(IntEnum):
    """How grave: the smaller, the graver."""

    SEV1 = 1
    """Critical."""
    SEV2 = 2
    """Serious."""
    SEV3 = 3
    """Notable."""
    SEV4 = 4
    """Administrative."""


SUSPENDED = "SUSPENDED"
"""Regime of what happened while a provision was suspended: recorded, not judged."""


COLUMNS = (
    "finding", "rule", "outcome", "severity", "encounter", "first", "second", "by", "opened", "closed", "value",
    "threshold", "unit", "margin_sigma", "regime", "explanation",
)  # fmt: skip
"""The columns of findings.parquet and .csv, in order. Stable."""
STEP_S = 600
"""Two sides see one beginning some seconds apart: it goes into an id on so coarse a step of UTC [s]."""
PHASE_S = 217
"""The steps end so long after round ten minutes [s]: what is planned begins at round times; noise must not part it."""
_OF_TWO = ("encounter", "first", "second", "margin_sigma")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. It is said again, under the same id, when it grows worse, closes, or turns out otherwise.

    Attributes:
        rule: "C06". about: what of: id of a message, name of a medium; once in a rule with `opened_ns`.
        outcome, severity: see there.
        by: the party whose act, or omission, it was; "" where the rule names none.
        opened_ns: when what is found began. closed_ns: when it ended, None while it lasts [UTC ns].
        value, threshold: measured, and agreed, in `unit`. The value of one that lasts is that at its last saying.
        evidence: ids of ledger entries ("BOOK#NUMBER") and of messages, in order.
        explanation: in plain words.
        regime: "" for the usual one, "SUSPENDED", or what relaxed the rule ("INTERCEPT", "TEST", "JOIN").
        first, second: of a finding about two aircraft their addresses, first < second; "" of every other finding.
        encounter: its number in the table of encounters of the same replay; 0: the pair was never inside the minima.
        margin_sigma: how far `value` is beyond `threshold`, in standard deviations, positive towards breach; None:
            not known, or not a matter of measuring.
    """

    rule: str
    about: str
    outcome: Outcome
    severity: Severity
    by: str
    opened_ns: int
    closed_ns: int | None
    value: float
    threshold: float
    unit: str
    evidence: tuple[str, ...]
    explanation: str
    regime: str = ""
    encounter: int = 0
    first: str = ""
    second: str = ""
    margin_sigma: float | None = None
    matter: str = ""

    @property
    def id(self) -> str:
        """The same for everything that is said of one matter, and on both sides: of rule, matter and beginning."""
        of = [self.rule, self.matter] if self.matter else [self.rule, self.about, str(self.opened_ns)]
        return "finding:" + digest(canonical(of))[7:23]

    def as_dict(self) -> dict[str, object]:
        """Return it for ledger and JSON: stamps and measures as strings, lists for tuples.

        What only two aircraft have is left out of every other finding.
        """
        out: dict[str, object] = {"finding": self.id}
        for one in fields(self):
            if one.name == "matter" or (one.name in _OF_TWO and not self.first):
                continue
            value = getattr(self, one.name)
            if isinstance(value, Severity):
                out[one.name] = value.name
            elif isinstance(value, float):
                out[one.name] = f"{value:.3f}"
            elif isinstance(value, Outcome):
                out[one.name] = value.value
            elif one.name.endswith("_ns"):
                out[one.name] = None if value is None else str(value)
            else:
                out[one.name] = list(value) if isinstance(value, tuple) else value
        return out


def coarsely(found: Iterable[Finding], step_s: int = STEP_S) -> list[Finding]:
    """Return findings of flights in order of time, each with an id that does not hang on a second of its beginning.

    It is of the rule, of what it is about and of the step of UTC in which it opened; of several in one step the later
    ones are counted. Beginnings a little before and after the end of a step still have different ids.
    """
    seen: Counter[tuple[str, str]] = Counter()
    out = []
    for one in sorted(found, key=lambda f: (f.opened_ns, f.rule, f.about)):
        matter = f"{one.about} {(one.opened_ns - PHASE_S * NS) // (step_s * NS)}"
        seen[one.rule, matter] += 1
        count = seen[one.rule, matter]
        out.append(replace(one, matter=matter if count == 1 else f"{matter} {count}"))
    return out
