"""P01: the side that opened a case reports in time."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.process.rule import Record, Rule, on_time


class ReportOnTime(Rule):
    """P01. A matter is a report that is owed in a case."""

    text = RuleText(
        "P01",
        "Incident report on time",
        "Who opens a case reports it at first, and then in full, within the times agreed.",
        "In October 2016 the contact was on the radio at once and on the line next day; the sister agreement at sea "
        "exchanges without delay; civil aviation has 72 h and 21 days for written reports.",
        "Breach when the first or the full report of a case is made after its time, or not at all.",
        (
            Parameter("working_group.initial_report", "working_group.initial_report_s", "s", "first, SEV1 and SEV2"),
            Parameter("working_group.full_report", "working_group.full_report_s", "s", "in full, SEV1 and SEV2"),
            Parameter("working_group.notable_report", "working_group.notable_report_s", "s", "SEV3 and SEV4"),
        ),
        ("none: suspension does not stop the clock",),
        "SEV3",
        "the report, signed, with its stamp",
        "who opened the case",
    )

    @classmethod
    def judge(cls, record: Record) -> Iterator[Finding]:
        """Yield what is found about reports."""
        for file in record.files:
            for owed in record.owed[file.case]:
                if owed.rule == cls.text.id:
                    what = "make its full report" if owed.what.startswith("full") else "make its first report"
                    yield from on_time(cls.text, record, file, owed, Severity.SEV3, what)
