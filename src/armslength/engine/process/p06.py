"""P06: who suspends says so in writing, with notice; and resumption is signed by both."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.process.rule import Notice, Record, Rule, made
from armslength.units import NS

IN_WRITING_NS = 3600 * NS
"""What was said by SUS or RSM must be there in writing so soon."""


class SuspensionInForm(Rule):
    """P06. A matter is a notice, or a message that tells of one."""

    text = RuleText(
        "P06",
        "Suspension and resumption in form",
        "A suspension is given by a signed notice that names the provision and the time, with the notice agreed; a "
        "resumption is signed by both. Words alone suspend nothing.",
        "In April and June 2017 the line was suspended in words, and used meanwhile; a sister agreement asks for "
        "written notice.",
        "Breach when a notice takes effect sooner after it was received than agreed (it then takes effect later), or "
        "when a message says SUS or RSM and no notice of that provision is there within 60 min of it.",
        (Parameter("suspension.notice", "suspension.notice_s", "s", "from receipt until it takes effect"),),
        ("none: checks, emergencies and the notices themselves are never suspended",),
        "SEV4",
        "the notice, signed; when it was received; the message",
        "who suspends, or says so",
    )

    @classmethod
    def judge(cls, record: Record) -> Iterator[Finding]:
        """Yield what is found about notices."""
        least = record.terms.suspension.notice_s
        for one in record.notices:
            if one.resumes or one.received_ns is None:
                continue
            given = (one.effect_ns - one.received_ns) / NS
            if given < least - 1.0:  # stamps of two clocks
                says = f"The notice that suspends {one.provision} gives less time than agreed. It takes effect later."
                ends = max(one.effect_ns, one.received_ns)
                yield made(
                    cls.text, record, one.digest, Severity.SEV4, one.by, (one.received_ns, ends), (given, least, "s"),
                    says, evidence=(one.digest,),
                )  # fmt: skip
        for said in record.spoken:
            due = said.at_ns + IN_WRITING_NS
            there = next((one for one in record.notices if _fits(one, said.provision, said.code, said.at_ns)), None)
            if there is None and record.now_ns > due and record.knows(said.by, due):
                says = f"{said.code} was said about {said.provision}, and no signed notice is there: it has no effect."
                span, limit = (said.at_ns, None), IN_WRITING_NS / NS
                yield made(
                    cls.text, record, said.id, Severity.SEV4, said.by, span, (limit, limit, "s"), says,
                    evidence=(said.id,),
                )  # fmt: skip


def _fits(one: Notice, provision: str, code: str, at_ns: int) -> bool:
    return one.provision == provision and one.resumes is (code == "RSM") and abs(one.issued_ns - at_ns) < 86_400 * NS
