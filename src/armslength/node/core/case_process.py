"""What follows from cases and findings by itself: P01 to P06 judged from their stamps, and cases that findings open.

A finding is entered like every other of the line, once for everything that is said of it, over restarts too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import canonical, digest
from armslength.domain import case as c
from armslength.domain.case import Document, File, State
from armslength.domain.finding import Finding, Severity
from armslength.engine.cases.deadlines import reminder
from armslength.engine.cases.folding import near, same_matter
from armslength.engine.cases.opening import Openings
from armslength.engine.process.registry import judge
from armslength.engine.process.rule import Notice, Record, Spoken
from armslength.errors import InputError
from armslength.node.core import case_words as words
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.cases import Cases
    from armslength.node.core.effects import Effects
    from armslength.protocol.events import Now

__all__ = ["Process"]

EVERY_S = 60.0
"""Sessions and notices are looked at so often; a case whenever something is said in it, or falls due [s]."""
AT_ONCE = 20
"""Cases judged in one step."""
LATELY_NS = 30 * 86_400 * NS
SAID = frozenset({"SUS", "RSM"})


class Process:
    """The rules about process, and openings by findings, on one line."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.stale: set[str] = set()
        self._told: dict[str, str] = {}
        self._reminded: dict[str, float] = {}
        self._notices: dict[str, Notice] = {}
        self._openings = Openings(cases.line.own.party)
        self._wanted: list[tuple[Finding, c.Why, Severity, bool]] = []
        self._look_s = float("-inf")
        self._stood = False

    def restore(self) -> None:
        """Take back what was told and heard."""
        rows = self.cases.rows
        self._told = {key: str(row["digest"]) for key, row in rows.all_of("found").items()}
        self._notices = {key: _notice(row) for key, row in rows.all_of("notice").items()}

    def noticed(self, payload: Mapping[str, Any], effects: Effects, now: Now) -> None:
        """A notice was given, or came: remember it, for P06."""
        line, kind = self.cases.line, str(payload.get("what", ""))
        if kind not in {"suspended", "resumed", "resume proposed"} or not payload.get("notice"):
            return
        key, ours = str(payload["notice"]), payload.get("by") == line.own.key.public
        row = {
            "by": line.own.party if ours else line.name,
            "provision": str(payload.get("provision", "")),
            "resumes": kind != "suspended",
            "both": kind == "resumed",
            "issued_ns": str(now.utc_ns),
            "effect_ns": str(payload.get("effect_ns", now.utc_ns)),
            "received_ns": None if ours else str(now.utc_ns),
        }
        if key not in self._notices:
            self._notices[key] = _notice({**row, "digest": key})
            effects.writes.append(self.cases.rows.put("notice", key, {**row, "digest": key}))
            self._look_s = float("-inf")

    def remind(self, file: File, effects: Effects, now: Now) -> None:
        """Remind of what is due soon in a case, once for each of the shares of its time."""
        line = self.cases.line
        for one in self.cases.owed(file):
            share, key = reminder(one, now.utc_ns), f"{file.case}|{one.key}"
            if share is None or self._reminded.get(key, 1.0) <= share:
                continue
            self._reminded[key] = share
            told = {"case": file.case, "what": "reminder", "of": one.what, "by": one.by, "due_ns": str(one.due_ns)}
            says = words.reminder(file, one, now.utc_ns, line.own.party)
            state = {"counterpart": line.name, "state": file.state.value}
            effects.tells.append({"event": "case", **state, **told, "says": says})

    def found(self, one: Finding, *, again: bool = False) -> None:
        """Something was found on this line: where it is grave enough, a case is opened at the next tick.

        `again`: it was found before a restart. A node that stops judges what is left, and has no tick any more.
        """
        wanted = None if again and one.severity > Severity.SEV2 else self._openings.take(one)
        if wanted is not None:
            self._wanted.append((one, *wanted, again))

    def tick(self, effects: Effects, now: Now) -> None:
        """Open what findings ask for, and judge what is due."""
        wanted, self._wanted = sorted(self._wanted, key=lambda one: one[2]), []  # the gravest names the case
        for one, why, severity, again in wanted:
            self._open(one, why, severity, effects, now, again=again)
        line = self.cases.line
        if (line.standing == "OPEN") is not self._stood:  # what was not known while it was down may be known now
            self._stood = line.standing == "OPEN"
            self.stale |= self.cases.files.keys()
        due = now.mono_s >= self._look_s
        if not self.stale and not due:
            return
        self._look_s = now.mono_s + EVERY_S * max(line.speed, 1.0) if due else self._look_s
        now_judged = sorted(self.stale)[:AT_ONCE]
        self.stale.difference_update(now_judged)
        for found in judge(self._record(now_judged, now)):
            self._enter(found, effects, now)

    def _open(self, found: Finding, why: c.Why, severity: Severity, effects: Effects, now: Now, *, again: bool) -> None:
        """Open a case about a finding, unless there is one about the same matter."""
        from armslength.node.core.case_acts import opened
        from armslength.node.core.case_opening import about_finding

        cases = self.cases
        subject, pair = about_finding(cases.encounters, found)
        for file in cases.files.values():
            same = [one.body.subject for one in file.documents if isinstance(one.body, c.Opening)]
            known = [two for number in (file.case, *file.also) if (two := cases.local.get(number))]
            if pair and known:  # two matters may be near each other; which aircraft it was, this side knows
                one_matter = pair in known and any(near(subject, one) for one in same)
            else:
                one_matter = any(same_matter(subject, one) for one in same)
            if one_matter and (again or file.state is not State.CLOSED):
                return
        try:
            opened(cases, c.Opening(why, severity, subject, cases.line.agreed.digest), pair, effects, now)
        except InputError as wrong:
            what = {"finding": found.id, "why": str(wrong)}
            told = {"counterpart": cases.line.name, "case": "", "state": "", **what}
            effects.tells.append({"event": "case", **told, "says": f"No case was opened about a finding: {wrong}"})

    def _record(self, numbers: Iterable[str], now: Now) -> Record:
        """Return what the rules go by, with these cases."""
        cases, line = self.cases, self.cases.line
        files = [cases.files[number] for number in numbers if number in cases.files]
        return Record(
            own=line.own.party,
            other=line.name,
            terms=line.terms,
            since_ns=line.agreed.effective_ns or now.utc_ns,
            now_ns=now.utc_ns,
            stands_ns=line.since_ns if line.standing == "OPEN" else None,
            files=files,
            owed={one.case: cases.owed(one) for one in files},
            broken=cases.exchange.broken(files),
            serious=sorted(one.stamps["opened"] for one in cases.files.values() if _is_serious(one, now.utc_ns)),
            meetings=_meetings(cases),
            notices=tuple(self._notices.values()),
            spoken=tuple(self._spoken(now.utc_ns)),
            suspended=frozenset(line.agreed.suspended),
        )

    def _spoken(self, now_ns: int) -> list[Spoken]:
        line = self.cases.line
        return [
            Spoken(one.message.id, one.message.code, line.own.party if one.outgoing else line.name,
                   one.message.time_ns, str(one.message.fields.get("scope", "")))
            for one in line.log.latest()
            if one.message.code in SAID and one.message.time_ns > now_ns - LATELY_NS
        ]  # fmt: skip

    def _enter(self, found: Finding, effects: Effects, now: Now) -> None:
        said = found.as_dict()
        same = digest(canonical({name: value for name, value in said.items() if name != "evidence"}))
        if self._told.get(found.id) == same:
            return
        self._told[found.id] = same
        effects.writes.append(self.cases.rows.put("found", found.id, {"digest": same}))
        self.cases.line.talking.add(found, effects, now)


def _notice(row: Mapping[str, Any]) -> Notice:
    received = row["received_ns"]
    return Notice(
        row["digest"], row["by"], row["provision"], row["resumes"], int(row["issued_ns"]), int(row["effect_ns"]),
        None if received is None else int(received), row["both"],
    )  # fmt: skip


def _is_serious(file: File, now_ns: int) -> bool:
    return file.opening.severity is Severity.SEV2 and file.stamps["opened"] > now_ns - LATELY_NS


def _meetings(cases: Cases) -> list[Document]:
    return [held.document for held in cases.held.values() if isinstance(held.document.body, c.Meeting)]
