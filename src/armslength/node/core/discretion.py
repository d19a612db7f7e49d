"""Free text leaves a node only behind the filter, whatever the door: what it stops waits until a person has decided.

Of a draft the ledger keeps the digest, the kinds of what was found, and the decision with who took it and why; never
the text. A decision holds for that draft alone: changed by a sign, it is another one. What the terms keep out and
whose form leaves no doubt, nobody can let go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from armslength.crypto.canonical import canonical
from armslength.engine.discipline.d06 import Decided, Stopped
from armslength.engine.discretion import Choice, Review, review
from armslength.errors import DisclosureError, InputError
from armslength.node.core.asked import choice_of, line_of, text_of
from armslength.protocol.catalogue import CATALOGUE, Kind
from armslength.protocol.writes import Delete, Put
from armslength.units import NS

if TYPE_CHECKING:
    from armslength.node.core.core import Core
    from armslength.node.core.effects import Effects
    from armslength.node.core.inputs import Command
    from armslength.node.core.line import Line
    from armslength.protocol.events import Now

__all__ = ["LONGEST_DRAFT", "VERBS", "Drafts", "drafts_of", "guard", "in_need"]

LONGEST_DRAFT = 4_000
"""Signs of a draft that are looked through at once: some 40 ms. What is longer is given in parts."""
MOST_DECIDED = 500
LONGEST_REASON = 200
NEED_NS = 24 * 3600 * NS
"""So long after an emergency of the own side was told, positions of its own aircraft and crews may be written."""
_DECIDE = "A person decides: armslength agreement filter --decide; or write it without them."
_NEVER = "Write it without them: the terms keep them out, and nobody can let them go."


class Drafts:
    """What was decided about drafts on one line.

    Args:
        restored: what the store holds, by space.
    """

    def __init__(self, restored: Mapping[str, Sequence[tuple[str, bytes]]]) -> None:
        self._restored = restored
        self._decided: dict[str, dict[str, Choice]] = {}

    def decided(self, agreement: str, draft: str) -> Choice | None:
        """Return what was decided last about the draft of that digest; None where nothing was."""
        return self._of(agreement).get(draft)

    def decide(self, agreement: str, draft: str, choice: Choice, effects: Effects, now: Now) -> None:
        """Keep a decision, also over a restart; the oldest beyond a number are forgotten, and asked for again."""
        held = self._of(agreement)
        held.pop(draft, None)
        held[draft] = choice
        row = canonical({"choice": choice.value, "at_ns": str(now.utc_ns)})
        effects.writes.append(Put(_space(agreement), draft, row))
        while len(held) > MOST_DECIDED:
            oldest = next(iter(held))
            del held[oldest]
            effects.writes.append(Delete(_space(agreement), oldest))

    def _of(self, agreement: str) -> dict[str, Choice]:
        if agreement not in self._decided:
            rows = [(key, json.loads(value)) for key, value in self._restored.get(_space(agreement), ())]
            rows.sort(key=lambda row: int(row[1]["at_ns"]))
            self._decided[agreement] = {key: Choice(row["choice"]) for key, row in rows}
        return self._decided[agreement]


def drafts_of(code: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (text, language) of every free text in the fields of a message."""
    known = CATALOGUE.get(code)
    for field in known.fields if known else ():
        text = fields.get(field.name)
        if field.kind is Kind.FREE and isinstance(text, str):
            yield text, str(fields.get("language", ""))


def in_need(line: Line, now: Now, *, own: bool = True) -> bool:
    """Return whether an emergency of the own side, or the other, was told lately: lives may depend on a position."""
    told = (one for one in line.log.latest() if one.outgoing is own and one.message.code == "EMG")
    return any(now.utc_ns - one.at_ns < NEED_NS for one in told)


def looked_through(line: Line, text: str, language: str, now: Now) -> Review:
    """Return what the filter finds in a draft under the terms of `line`.

    Raises:
        InputError: it is too long to be looked through.
    """
    if len(text) > LONGEST_DRAFT:
        what = f"The draft has more than {LONGEST_DRAFT} signs."
        raise InputError(what, where="text", remedy="Split it: what is not looked through does not leave.")
    return review(text, language, line.terms, safety_of_life=in_need(line, now))


def guard(line: Line, what: str, text: str, language: str, effects: Effects, now: Now, role: str) -> None:
    """Let a draft pass, or enter that it was stopped, and refuse it. For everything that leaves as free text.

    Args:
        line: to whose counterpart it is to leave.
        what: code of the message, or what the document is: "minutes".
        text, language: the draft.
        effects, now: of the step.
        role: who wants it sent.

    Raises:
        DisclosureError: it holds what the deal keeps out, and nobody has decided that it may leave, or nobody can.
            It says where in the draft, and of which kind, and quotes nothing.
        InputError: it is too long to be looked through.
    """
    found = looked_through(line, text, language, now)
    if not found.stops:
        return
    decided = line.drafts.decided(line.agreed.agreement, found.draft)
    passes = decided is not None and decided is not Choice.HOLD and decided in found.choices
    entry = {"draft": found.draft, "what": what, "kinds": list(found.kinds), "final": found.final}
    entry["decided"] = decided.value if decided else ""
    kind = "draft let out" if passes else "draft stopped"
    number = line.books.enter(effects, line.book, kind, entry, now.utc_ns, role)
    if passes:
        return
    known: dict[str, Any] = {"at_ns": now.utc_ns, "entry": line.talking.place(number), "draft": found.draft}
    line.talking.content.take(Stopped(**known, kinds=found.kinds, places=len(found.hits)))
    effects.tells.append({"event": "draft stopped", "counterpart": line.name, "role": role, **entry})
    where = "; ".join(f"{hit.kind}: {hit.form} (signs {hit.start + 1} to {hit.end})" for hit in found.hits)
    says = f"{what} was not sent: its text holds what the deal keeps out. {where}."
    raise DisclosureError(says, where="text", remedy=_NEVER if found.final else _DECIDE)


def _review(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"counterpart", "text", "language"}: what the filter finds. Nothing is entered."""
    line = line_of(core, one.args)
    found = looked_through(line, _draft(one.args), _language(one.args), now)
    decided = line.drafts.decided(line.agreed.agreement, found.draft)
    return {**found.as_dict(), "counterpart": line.name, "decided": decided.value if decided else ""}


def _decide(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"counterpart", "text", "language", "decision", "reason"}: a person decides about a draft that is stopped."""
    line = line_of(core, one.args)
    found = looked_through(line, _draft(one.args), _language(one.args), now)
    choice = Choice(choice_of(one.args, "decision", tuple(Choice)))
    reason = text_of(one.args, "reason")[:LONGEST_REASON]
    if not found.stops:
        raise InputError("The filter does not stop this draft.", where="text", remedy="It may leave as it is.")
    if choice not in found.choices:
        may = ", ".join(one.value for one in found.choices)
        why = "its form leaves no doubt" if found.final else "the terms keep out what it looks like"
        remedy = f"Possible: {may}. {_NEVER if found.final else ''}".strip()
        raise DisclosureError(f"{choice.value} cannot be decided of it: {why}.", where="decision", remedy=remedy)
    if review(reason, _language(one.args), line.terms).stops:
        remedy = "Say what it is taken to be without quoting it: the reason is entered in the ledger."
        raise InputError("The reason itself holds what the deal keeps out.", where="reason", remedy=remedy)
    line.drafts.decide(line.agreed.agreement, found.draft, choice, effects, now)
    entry = {"draft": found.draft, "kinds": list(found.kinds), "final": found.final, "decided": choice.value}
    entry |= {"reason": reason, "post": line.own.post}
    number = line.books.enter(effects, line.book, "draft decided", entry, now.utc_ns, one.role)
    known: dict[str, Any] = {"at_ns": now.utc_ns, "entry": line.talking.place(number), "draft": found.draft}
    line.talking.content.take(Decided(**known, choice=choice.value))
    effects.tells.append({"event": "draft decided", "counterpart": line.name, "role": one.role, **entry})
    return {**found.as_dict(), "counterpart": line.name, "decided": choice.value}


def _draft(args: Mapping[str, Any]) -> str:
    text = args.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InputError("text is missing, or no text.", where="text")
    return text


def _language(args: Mapping[str, Any]) -> str:
    return text_of(args, "language") if args.get("language") is not None else "en"


def _space(agreement: str) -> str:
    return f"draft/{agreement}"


VERBS = {"draft review": _review, "draft decide": _decide}
"""What a person may ask about drafts."""
