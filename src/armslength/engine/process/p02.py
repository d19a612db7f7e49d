"""P02: a report is acknowledged, and answered on substance, in time."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.process.rule import Record, Rule, on_time


class AnswerOnSubstance(Rule):
    """P02. A matter is an acknowledgement or an answer that is owed in a case."""

    text = RuleText(
        "P02",
        "Answer on substance",
        "A report is acknowledged, and then answered with one of five codes: ACCEPT, PART, DISPUTE, CANNOT, DECLINE. "
        "Words without a code are no answer.",
        "In 2016 one side looked into it, called back and called it an error; in 2023 answers came that never "
        "acknowledged an incident; in June 2016 there was no explanation after a week.",
        "Breach when the acknowledgement or the answer comes after its time, or not at all.",
        (
            Parameter("working_group.acknowledged", "working_group.acknowledged_s", "s", "from the report"),
            Parameter("working_group.answered", "working_group.answered_s", "s", "from the report"),
            Parameter("working_group.extension", "working_group.extension_s", "s", "more, once, where it is taken"),
        ),
        ("time in which the working group was suspended",),
        "SEV3; SEV2 when twice the time is over without an answer",
        "the answer, signed, with its code and stamp",
        "who is to answer",
        ("working_group",),
    )

    @classmethod
    def judge(cls, record: Record) -> Iterator[Finding]:
        """Yield what is found about answers."""
        for file in record.files:
            for owed in record.owed[file.case]:
                if owed.rule != cls.text.id or owed.due_ns is None:
                    continue
                what = "acknowledge the report" if owed.what == "acknowledge" else "answer on substance"
                until = record.now_ns if owed.done_ns is None else owed.done_ns
                worse = owed.what != "acknowledge" and until - owed.since_ns > 2 * (owed.due_ns - owed.since_ns)
                severity = Severity.SEV2 if worse else Severity.SEV3
                yield from on_time(cls.text, record, file, owed, severity, what)
