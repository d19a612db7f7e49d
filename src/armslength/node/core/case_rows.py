"""What of cases is kept in the store, as rows; by agreement, so that a restart finds each as it was.

case/AGREEMENT            digest -> a document with its signature, when it was said or came, when the other had it
case/part/AGREEMENT       digest -> a piece of evidence on its way, until it was taken there, or opened here
case/evidence/AGREEMENT   "NUMBER/PARTY" -> how far the evidence of a party in a case is
case/pending/AGREEMENT    id -> an act that waits for a second person
case/local/AGREEMENT      number -> which two aircraft a case is about, as this node calls them; told to nobody
case/ice/AGREEMENT        "ice" -> when the working group was suspended
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import from_tree, to_json, to_tree
from armslength.domain.case import Document, Part
from armslength.errors import RemoteProtocolError
from armslength.protocol.case_documents import read_document
from armslength.protocol.writes import Delete, Put

__all__ = ["Evidence", "Held", "Ice", "Restored", "Rows"]

Restored = Mapping[str, Sequence[tuple[str, bytes]]]
Ice = list[tuple[int, int | None]]
_LARGEST = 1 << 18


@dataclass(slots=True)
class Held:
    """A document as this node has it.

    Attributes:
        document, wire: what it says; its envelope as canonical JSON.
        out: we said it.
        at_ns: when it was said, or came [UTC ns, own clock].
        taken_ns: when the other side had it, as far as is known here; of what came, `at_ns`.
    """

    document: Document
    wire: bytes
    out: bool
    at_ns: int
    taken_ns: int | None = None


@dataclass(slots=True)
class Evidence:
    """How far the evidence of one party in one case is.

    Attributes:
        whole: digest of the encrypted whole. parts: how many pieces.
        opened: what came of opening it: True, it is what was committed to; False, it is not; None: not opened yet.
        says: in words. file: in which file of the home it lies.
        measured: how near the two came by it, as `desk_measure.measure` says; None where that is not known.
        compared: what it differs by from ours, as `desk_measure.compared` says.
    """

    whole: str = ""
    parts: int = 0
    opened: bool | None = None
    says: str = ""
    file: str = ""
    measured: Mapping[str, str] | None = None
    compared: Mapping[str, Any] | None = None


class Rows:
    """The rows of the cases under one agreement.

    Args:
        agreement: which.
        restored: what the store held at the start, by space.
    """

    def __init__(self, agreement: str, restored: Restored) -> None:
        self._agreement, self._restored = agreement, restored

    def document(self, held: Held) -> Put:
        """Return what keeps a document."""
        space = "case/part/" if isinstance(held.document.body, Part) else "case/"
        taken = None if held.taken_ns is None else str(held.taken_ns)
        envelope = to_tree(from_tree(parse(held.wire, limit=_LARGEST)))
        row = {"at_ns": str(held.at_ns), "envelope": envelope, "out": held.out, "taken_ns": taken}
        return Put(space + self._agreement, held.document.digest, canonical(row))

    def no_part(self, held: Held) -> Delete:
        """Return what lets a piece of evidence go."""
        return Delete("case/part/" + self._agreement, held.document.digest)

    def documents(self, own: str, other: str) -> list[Held]:
        """Return every document and piece that was kept; what cannot be read any more is left out.

        Args:
            own, other: names of the two parties.
        """
        out = []
        for space in ("case/", "case/part/"):
            for _, value in self._restored.get(space + self._agreement, ()):
                row = parse(value, limit=_LARGEST)
                envelope = from_tree(row["envelope"])
                try:
                    document = read_document(envelope, self._agreement, own if row["out"] else other, None)
                except RemoteProtocolError:
                    continue
                taken = None if row["taken_ns"] is None else int(row["taken_ns"])
                out.append(Held(document, to_json(envelope), row["out"], int(row["at_ns"]), taken))
        return out

    def evidence(self, case: str, party: str, one: Evidence) -> Put:
        """Return what keeps how far evidence is."""
        row = {
            name: getattr(one, name) for name in ("compared", "file", "measured", "opened", "parts", "says", "whole")
        }
        return Put("case/evidence/" + self._agreement, f"{case}/{party}", canonical(row))

    def all_evidence(self) -> dict[tuple[str, str], Evidence]:
        """Return how far all evidence is, by number of the case and party."""
        rows = self._restored.get("case/evidence/" + self._agreement, ())
        found = ((key.partition("/"), json.loads(value)) for key, value in rows)
        return {(key[0], key[2]): Evidence(**row) for key, row in found}

    def put(self, what: str, key: str, row: Mapping[str, Any]) -> Put:
        """Return what keeps a row of "pending" or "local"."""
        return Put(f"case/{what}/{self._agreement}", key, canonical(dict(row)))

    def drop(self, what: str, key: str) -> Delete:
        """Return what lets such a row go."""
        return Delete(f"case/{what}/{self._agreement}", key)

    def all_of(self, what: str) -> dict[str, dict[str, Any]]:
        """Return the rows of "pending" or "local"."""
        rows = self._restored.get(f"case/{what}/{self._agreement}", ())
        return {key: json.loads(value) for key, value in rows}

    def ice(self, ice: Ice) -> Put:
        """Return what keeps when the working group was suspended."""
        row = {"ice": [[str(begins), None if ends is None else str(ends)] for begins, ends in ice]}
        return Put("case/ice/" + self._agreement, "ice", canonical(row))

    def kept_ice(self) -> Ice:
        """Return when the working group was suspended."""
        rows = self._restored.get("case/ice/" + self._agreement, ())
        found = [one for _, value in rows for one in json.loads(value)["ice"]]
        return [(int(begins), None if ends is None else int(ends)) for begins, ends in found]
