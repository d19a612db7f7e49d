"""The exchange of evidence in every case of a line: commit, then open to each other what was committed to.

    gather  -> root        at once when a case is opened, by either side: nothing of the other side's was seen yet
    both committed         -> disclose: what the terms let be opened, encrypted to both working groups, in pieces
    all pieces came        -> open, where we ourselves have committed: held against the root that came first

The bytes of evidence are none of the core's business: the desk (`effects.desk`) gathers, encrypts and opens, and
answers by a command. It is asked again after a while where it did not answer, and after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from armslength.crypto.envelope import to_json
from armslength.domain import case as c
from armslength.domain.case import File, State
from armslength.node.core.case_rows import Evidence, Held
from armslength.protocol.case_documents import MOST_PARTS

if TYPE_CHECKING:
    from armslength.node.core.cases import Cases
    from armslength.node.core.effects import Effects
    from armslength.protocol.events import Now

__all__ = ["Exchange"]

AGAIN_S = 60.0
"""So long the desk may take before it is asked again [s]."""
NOT_SEALED = "It is evidence of a side that has committed to none: it could have been made after ours was seen."
TWICE = "Evidence of that side in this case came already; what is opened later is not what was committed to first."


class Exchange:
    """The evidence of all cases of one line."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self._parts: dict[str, Held] = {}
        self._evidence: dict[tuple[str, str], Evidence] = {}
        self._asked: dict[tuple[str, str], float] = {}
        self._over: set[str] = set()

    def restore(self, parts: Iterable[Held]) -> None:
        """Take back what was kept."""
        self._parts = {one.document.digest: one for one in parts}
        self._evidence, self._asked, self._over = self.cases.rows.all_evidence(), {}, set()

    def has(self, digest: str) -> bool:
        """Return whether a piece is here already."""
        return digest in self._parts

    def of(self, file: File, party: str) -> Evidence | None:
        """Return how far the evidence of `party` in a case is; None where there is nothing."""
        return self._evidence.get(_key(file, party))

    def leaving(self) -> list[Held]:
        """Return our pieces that the other side has not taken, in order."""
        return [one for one in self._parts.values() if one.out]

    def taken(self, held: Held, effects: Effects) -> None:
        """The other side has a piece of ours: it lies in the home, and need not lie here."""
        self._parts.pop(held.document.digest, None)
        effects.writes.append(self.cases.rows.no_part(held))

    def go_on(self, effects: Effects, now: Now) -> None:
        """Ask the desk for what comes next in each case."""
        own, other = self.cases.parties
        for file in list(self.cases.files.values()):
            if file.state is State.CLOSED or file.case in self._over:
                continue
            if own not in file.commitments:
                self._ask("gather", file, effects, now, partial(self._about, file))
            elif other not in file.commitments:
                continue
            else:
                mine, theirs = self.of(file, own), self.of(file, other)
                if (mine is None or not mine.whole) and not self.cases.frozen:
                    self._ask("disclose", file, effects, now, partial(self._committed, file, own))
                if theirs is not None and theirs.opened is None and (whole := self._whole(file, theirs)):
                    self._ask("open", file, effects, now, partial(self._committed, file, other, whole))
                if mine is not None and mine.whole and theirs is not None and theirs.opened is not None:
                    self._over.add(file.case)

    def broken(self, files: Iterable[File]) -> dict[tuple[str, str], str]:
        """Return why evidence is not what was committed to, by number of the case and party."""
        found = (((file.case, party), self.of(file, party)) for file in files for party in self.cases.parties)
        return {key: one.says for key, one in found if one is not None and one.opened is False}

    def heard(self, held: Held, effects: Effects, now: Now) -> None:
        """Take a piece of the other side's evidence, or record why not."""
        cases, document, part = self.cases, held.document, held.document.body
        assert isinstance(part, c.Part)
        file = cases.files[cases.number_of(document.case)]
        there = self.of(file, document.by)
        why = ""
        if document.by not in file.commitments:
            why = NOT_SEALED
        elif there is not None and (there.whole, there.parts) != (part.whole, part.parts):
            why = TWICE
        elif there is not None and there.opened is not None:
            return  # it was taken before, and the word of that was lost
        if why:
            cases.refuse(document.case, why, effects, now, document)
            return
        if there is None:
            there = self._set(file, document.by, effects, Evidence(part.whole, part.parts, None, "on its way"))
        self._parts[document.digest] = held
        effects.writes.append(cases.rows.document(held))
        if self._whole(file, there):
            what = {"case": file.case, "by": document.by, "whole": part.whole, "parts": part.parts}
            says = f"Case {file.case}: the evidence of {document.by} has come, and is being opened."
            cases.note("evidence in", file, what, says, effects, now)
            self.go_on(effects, now)

    def gathered(self, file: File, args: Mapping[str, Any], effects: Effects, now: Now) -> None:
        """The desk has gathered our evidence: commit to it."""
        own = self.cases.parties[0]
        self._asked.pop(("gather", file.case), None)
        if own in file.commitments:
            return
        says, where = str(args["says"]), str(args["file"])
        body = c.Commitment(str(args["root"]), int(args["leaves"]))
        self.cases.say(file.case, body, effects, now, beside={"says": says})
        self._set(file, own, effects, Evidence(says=says, file=where, measured=args.get("measured")))
        self.go_on(effects, now)

    def disclosed(self, file: File, args: Mapping[str, Any], effects: Effects, now: Now) -> None:
        """The desk has encrypted what is opened of ours: let it leave, where the other side has committed too."""
        cases, (own, other) = self.cases, self.cases.parties
        self._asked.pop(("disclose", file.case), None)
        mine = self.of(file, own)
        if not {own, other} <= file.commitments.keys() or (mine is not None and mine.whole) or cases.frozen:
            return
        pieces: Sequence[bytes] = args["parts"]
        whole = str(args["whole"])
        if not 0 < len(pieces) <= MOST_PARTS:
            return
        for place, data in enumerate(pieces, 1):
            document, envelope = cases.signed(_key(file, own)[0], c.Part(whole, place, len(pieces), data), now)
            held = self._parts[document.digest] = Held(document, to_json(envelope), True, now.utc_ns)
            effects.writes.append(cases.rows.document(held))
        was = mine or Evidence()
        self._set(file, own, effects, Evidence(whole, len(pieces), None, was.says, was.file, was.measured))
        what = {"case": file.case, "by": own, "whole": whole, "parts": len(pieces), "opened": str(args["says"])}
        says = f"Case {file.case}: both sides have committed; our evidence leaves, encrypted to both working groups."
        what["article"] = cases.line.ruling("case", automatic=True).article
        cases.note("evidence out", file, what, says, effects, now)
        cases.offer(now)

    def opened(self, file: File, args: Mapping[str, Any], effects: Effects, now: Now) -> None:
        """The desk has opened the other side's evidence, and held it against its commitment."""
        cases, other = self.cases, self.cases.parties[1]
        self._asked.pop(("open", file.case), None)
        there = self.of(file, other)
        if there is None or there.opened is not None:
            return
        holds, says = bool(args["holds"]), str(args["says"])
        self._set(
            file,
            other,
            effects,
            Evidence(
                there.whole, there.parts, holds, says, str(args["file"]), args.get("measured"), args.get("compared")
            ),
        )
        for held in [one for one in self._parts.values() if not one.out and one.document.case == _key(file, other)[0]]:
            del self._parts[held.document.digest]
            effects.writes.append(cases.rows.no_part(held))
        cases.process.stale.add(file.case)
        what = {"case": file.case, "by": other, "whole": there.whole, "holds": holds, "found": says}
        what |= {"compared": args["compared"]} if args.get("compared") else {}
        found = "is what it committed to" if holds else "IS NOT WHAT IT COMMITTED TO"
        cases.note(
            "evidence opened", file, what, f"Case {file.case}: the evidence of {other} {found}. {says}", effects, now
        )  # fmt: skip

    def _ask(self, do: str, file: File, effects: Effects, now: Now, more: Callable[[], dict[str, Any]]) -> None:
        """Ask the desk to do something, unless it was asked lately."""
        if now.mono_s - self._asked.get((do, file.case), float("-inf")) < AGAIN_S * max(self.cases.line.speed, 1.0):
            return
        self._asked[do, file.case] = now.mono_s
        line = self.cases.line
        about = {"counterpart": line.name, "agreement": line.agreed.agreement, "case": file.case}
        effects.desk.append({"do": do, **about, **more()})

    def _about(self, file: File) -> dict[str, Any]:
        """Return what is to be gathered about."""
        subject, known = file.opening.subject, [self.cases.local.get(one, {}) for one in (file.case, *file.also)]
        pair = next((one for one in known if one), {})
        return {**self._minima(), "subject": subject, "first": pair.get("first", ""), "second": pair.get("second", "")}

    def _committed(self, file: File, party: str, data: Sequence[bytes] = ()) -> dict[str, Any]:
        body = file.commitments[party].body
        assert isinstance(body, c.Commitment)
        there = self.of(file, party)
        cases = [file.case, *file.also]
        return {
            **self._minima(),
            "data": list(data),
            "under": _key(file, party)[0],
            "root": body.root,
            "leaves": body.leaves,
            "cases": cases,
            "held": there.file if there else "",
            "party": party,
            "own_root": getattr(file.commitments[self.cases.parties[0]].body, "root", ""),
        }

    def _minima(self) -> dict[str, float]:
        agreed = self.cases.line.terms.separation
        return {"horizontal_m": agreed.horizontal_m, "vertical_m": agreed.vertical_m}

    def _whole(self, file: File, there: Evidence) -> list[bytes]:
        """Return the pieces of the other side's evidence in order, once all are here; else nothing."""
        found: dict[int, bytes] = {}
        for held in self._parts.values():
            body = held.document.body
            same = not held.out and held.document.case == _key(file, held.document.by)[0]
            if same and isinstance(body, c.Part) and body.whole == there.whole:
                found[body.part] = body.data
        return [found[place] for place in sorted(found)] if len(found) == there.parts else []

    def _set(self, file: File, party: str, effects: Effects, one: Evidence) -> Evidence:
        self._evidence[_key(file, party)] = one
        effects.writes.append(self.cases.rows.evidence(*_key(file, party), one))
        return one


def _key(file: File, party: str) -> tuple[str, str]:
    """Return under what evidence is kept, and said: the number under which that party committed to it.

    So it stays with its commitment, whatever other openings turn out to be about the same matter.
    """
    committed = file.commitments.get(party)
    return (file.case if committed is None else committed.case), party
