"""Free text leaves a node only behind the filter, whatever the door: what it stops waits until a person has decided.

Of a draft the ledger keeps the digest, the kinds of what was found, and the decision with who took it and why; never
the text. A decision holds for that draft alone: changed by a sign, it is another one. What the terms keep out and
whose form leaves no doubt, nobody can let go.
"""

from __future__ import annotations

import json
import unicodedata
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

LONGEST_DRAFT = 16_000
"""Signs of a draft: a report of a case with all its fields. It takes some 150 ms, once, when a person sends it."""
MOST_DECIDED = 500
MOST_STOPPED = 50
SHORT = 8
"""Digits of a digest that name a draft."""
LONGEST_REASON = 200
NEED_NS = 24 * 3600 * NS
"""So long after an emergency of the own side was told, positions of its own aircraft and crews may be written."""
_DECIDE = "Write it without them; or a person decides: armslength agreement filter --draft {draft} --decide misread."
_NEVER = "Write it without them: the terms keep them out, and nobody can let them go."


class Drafts:
    """What was decided about drafts on one line.

    Args:
        restored: what the store holds, by space.
    """

    def __init__(self, restored: Mapping[str, Sequence[tuple[str, bytes]]]) -> None:
        self._restored = restored
        self._stopped: dict[str, tuple[str, str]] = {}
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

    def stopped(self, draft: str, text: str, language: str) -> None:
        """Hold a draft that was stopped, in memory alone, so that somebody can decide about it by its digest."""
        self._stopped.pop(draft, None)
        self._stopped[draft] = (text, language)
        while len(self._stopped) > MOST_STOPPED:
            del self._stopped[next(iter(self._stopped))]

    def named(self, wanted: str) -> tuple[str, str]:
        """Return text and language of the draft that was stopped under this digest, or its first eight digits.

        Raises:
            InputError: there is none; of a node that was restarted none is left.
        """
        short = wanted.strip().lower().removeprefix("sha256:")
        found = [] if len(short) < SHORT else [key for key in self._stopped if key[7:].startswith(short)]
        if len(found) != 1:
            remedy = "Give the text itself, or try to send it again."
            raise InputError("No such draft was stopped since the node began.", where="draft", remedy=remedy)
        return self._stopped[found[0]]

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
    line.drafts.stopped(found.draft, text, language)
    effects.tells.append({"event": "draft stopped", "counterpart": line.name, "role": role, **entry})
    where = "; ".join(f"{hit.kind}: {hit.form} (signs {hit.start + 1} to {hit.end})" for hit in found.hits)
    says = f"{what} was not sent: its text holds what the deal keeps out. {where}."
    remedy = _NEVER if found.final else _DECIDE.format(draft=found.draft[7 : 7 + SHORT])
    raise DisclosureError(says, where="text", remedy=remedy)


def _review(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """{"counterpart", "text", "language"} or {"counterpart", "draft"}: what the filter finds. Nothing is entered."""
    line = line_of(core, one.args)
    text, language = _draft(line, one.args)
    found = looked_through(line, text, language, now)
    decided = line.drafts.decided(line.agreed.agreement, found.draft)
    return {**found.as_dict(), "counterpart": line.name, "decided": decided.value if decided else ""}


def _decide(core: Core, one: Command, effects: Effects, now: Now) -> Mapping[str, Any]:
    """As `_review`, and {"decision", "reason"}: a person decides about a draft that is stopped."""
    line = line_of(core, one.args)
    text, language = _draft(line, one.args)
    found = looked_through(line, text, language, now)
    choice = Choice(choice_of(one.args, "decision", tuple(Choice)))
    reason = text_of(one.args, "reason")[:LONGEST_REASON]
    if not found.stops:
        raise InputError("The filter does not stop this draft.", where="text", remedy="It may leave as it is.")
    if choice not in found.choices:
        may = ", ".join(one.value for one in found.choices)
        why = "its form leaves no doubt" if found.final else "the terms keep out what it looks like"
        remedy = f"Possible: {may}. {_NEVER if found.final else ''}".strip()
        raise DisclosureError(f"{choice.value} cannot be decided of it: {why}.", where="decision", remedy=remedy)
    if review(reason, language, line.terms).stops:
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


def _draft(line: Line, args: Mapping[str, Any]) -> tuple[str, str]:
    """Return text and language of the draft that is meant: as it is given, or as it was stopped."""
    if args.get("draft") is not None:
        return line.drafts.named(text_of(args, "draft"))
    text = args.get("text")
    if not isinstance(text, str) or not text.strip() or any(unicodedata.category(sign) == "Cs" for sign in text):
        raise InputError("text is missing, or no text.", where="text")
    return text, text_of(args, "language") if args.get("language") is not None else "en"


def _space(agreement: str) -> str:
    return f"draft/{agreement}"


VERBS = {"draft review": _review, "draft decide": _decide}
"""What a person may ask about drafts."""
