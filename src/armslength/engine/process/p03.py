"""P03: evidence is committed to in time, and is later what was committed to."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.process.rule import Record, Rule, made, on_time

COMMITTED = "had committed to other evidence"


class EvidenceSealed(Rule):
    """P03. A matter is the evidence of one party in a case."""

    text = RuleText(
        "P03",
        "Evidence sealed and kept",
        "Each side commits to its recordings of a case within the time agreed, before it sees the other's, and what it "
        "opens later is what it committed to.",
        "In December 2017 and July 2023 both sides told opposite stories, each with its own video.",
        "Breach when a side commits after the time or not at all, when it opens something else than it committed to, "
        "or when it commits a second time to something else.",
        (
            Parameter("working_group.sealed", "working_group.sealed_s", "s", "from when a side knows of the case"),
            Parameter(
                "working_group.keep_raw", "working_group.keep_raw_s", "s", "raw recordings are kept, of any case"
            ),
            Parameter("working_group.keep_closed", "working_group.keep_closed_s", "s", "and of a case after its end"),
        ),
        ("none",),
        "SEV2",
        "the commitment, signed; what was opened, and where it does not fit",
        "whose evidence it is",
    )

    @classmethod
    def judge(cls, record: Record) -> Iterator[Finding]:
        """Yield what is found about evidence."""
        for file in record.files:
            for owed in record.owed[file.case]:
                if owed.rule == cls.text.id:
                    yield from on_time(cls.text, record, file, owed, Severity.SEV2, "commit to its evidence")
            for party, committed in file.commitments.items():
                at = committed.time_ns
                if why := record.broken.get((file.case, party)):
                    says = f"Case {file.case}: the evidence of {party} is not what it committed to. {why}"
                    about = f"{file.case} opened {party}"
                    yield made(cls.text, record, about, Severity.SEV2, party, (at, at), (1.0, 0.0, ""), says,
                               evidence=(committed.digest,))  # fmt: skip
                again = [one for one in file.documents if one.by == party and
                         COMMITTED in file.misplaced.get(one.digest, "")]  # fmt: skip
                if again:
                    says = f"Case {file.case}: {party} committed a second time, to other evidence than at first."
                    span, about = (again[0].time_ns, again[0].time_ns), f"{file.case} committed again {party}"
                    yield made(cls.text, record, about, Severity.SEV2, party, span, (2.0, 1.0, ""), says,
                               evidence=(committed.digest, again[0].digest))  # fmt: skip
