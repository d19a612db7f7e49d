"""P04: the working group meets when it must: soon after what is grave, regularly, and for the yearly review."""

from __future__ import annotations

from collections.abc import Iterator

from armslength.domain.case import Document, Meeting
from armslength.domain.finding import Finding, Severity
from armslength.domain.rule import Parameter, RuleText
from armslength.engine.process.rule import Record, Rule, made, on_time
from armslength.units import NS

WEEK_NS = 7 * 86_400 * NS
GRAVE = 3
"""So many SEV2 in seven days ask for an extraordinary session, as one SEV1 does."""


class GroupMeets(Rule):
    """P04. A matter is one session that is due."""

    text = RuleText(
        "P04",
        "Working group meets",
        "The working group meets soon after a SEV1, or after three SEV2 in seven days; regularly; and once a year for "
        "a review.",
        "The deal names a working group; in June 2016 an extraordinary session came about in two days; the agreement "
        "at sea and its sisters have a yearly review.",
        "Breach when no session was held by the time it was due.",
        (
            Parameter("working_group.extraordinary", "working_group.extraordinary_s", "s", "after what is grave"),
            Parameter("working_group.regular", "working_group.regular_s", "s", "between two sessions"),
            Parameter("working_group.review", "working_group.review_s", "s", "between two reviews"),
        ),
        ("time in which the working group was suspended",),
        "SEV3",
        "what says that it met, signed; minutes",
        "nobody: both owe it",
        ("working_group",),
    )

    @classmethod
    def judge(cls, record: Record) -> Iterator[Finding]:
        """Yield what is found about sessions."""
        for file in record.files:
            for owed in record.owed[file.case]:
                if owed.rule == cls.text.id:
                    yield from on_time(cls.text, record, file, owed, Severity.SEV3, "meet")
        group, held = record.terms.working_group, sorted(_held(record))
        yield from cls._every(record, "regular session", [at for at, _ in held], group.regular_s)
        yield from cls._every(record, "yearly review", [at for at, what in held if what == "REVIEW"], group.review_s)
        yield from cls._repeated(record, [at for at, _ in held], group.extraordinary_s)

    @classmethod
    def _every(cls, record: Record, what: str, held: list[int], every_s: float) -> Iterator[Finding]:
        """Between any two of them, and since the last one, no more time passed than agreed."""
        every = round(every_s * NS)
        for before, after in zip([record.since_ns, *held], [*held, None], strict=True):
            due = before + every
            if (record.now_ns if after is None else after) > due:
                taken = ((due if after is None else after) - before) / NS
                says = f"The {what} of the working group was due, and was not held in time."
                yield made(cls.text, record, what, Severity.SEV3, "", (due, after), (taken, every_s, "s"), says)

    @classmethod
    def _repeated(cls, record: Record, held: list[int], within_s: float) -> Iterator[Finding]:
        """Three SEV2 in a week: the group meets after the third."""
        opened, asked = record.serious, 0
        for at in range(GRAVE - 1, len(opened)):
            third = opened[at]
            if third - opened[at - GRAVE + 1] > WEEK_NS or third < asked:
                continue
            due = third + round(within_s * NS)
            met = next((one for one in held if one >= third), None)
            asked = due if met is None else max(met, third + 1)
            if (record.now_ns if met is None else met) > due:
                taken = ((due if met is None else met) - third) / NS
                says = "Three serious cases were opened in seven days, and the working group did not meet in time."
                about = "extraordinary session, three cases"
                yield made(cls.text, record, about, Severity.SEV3, "", (due, met), (taken, within_s, "s"), says)


def _held(record: Record) -> list[tuple[int, str]]:
    """Return when the group met, and for what: what is still to come does not count."""
    return [(body.at_ns, body.agenda) for one in record.meetings if (body := _body(one)).at_ns <= record.now_ns]


def _body(one: Document) -> Meeting:
    assert isinstance(one.body, Meeting)
    return one.body
