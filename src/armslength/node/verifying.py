"""`verify`: from files to a report. Ledgers, bundles and proofs of two stories, alone or held against each other.

A file is told by its first bytes. What cannot be read is a finding like any other, never an exception.
"""

from __future__ import annotations

import filecmp
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armslength.adapters.store import read_only
from armslength.crypto import fork as forks
from armslength.crypto.canonical import parse
from armslength.crypto.fork import Fork, convicted
from armslength.crypto.keys import groups, spoken
from armslength.errors import LedgerError
from armslength.node.bundle import read_bundle
from armslength.node.case_bundle import begins_case_bundle, read_case_bundle
from armslength.node.case_examining import CaseFindings, examine_case, held_against
from armslength.node.comparing import compare
from armslength.node.examining import Findings, Step, examine
from armslength.node.exhibit import of_ledger
from armslength.units import counted

__all__ = ["FileReport", "Report", "verify_files"]

_SQLITE = b"SQLite format 3\x00"
_PROOF = b'{"first":'
_LARGEST_PROOF = 1 << 18
_FIRST_LINE = 1 << 16


@dataclass
class FileReport:
    """What was found in one file.

    Attributes:
        name: as it was given.
        kind: "ledger", "bundle", "case", "proof" or "unknown".
        books: findings about each book; one in a bundle.
        steps: findings about the file as a whole.
        says: of a proof: who is convicted of what.
        case: of the bundle of a case: what was found about it.
    """

    name: str
    kind: str
    books: list[Findings] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    says: str = ""
    case: CaseFindings | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing fails."""
        return all(book.holds for book in self.books) and all(step.holds is not False for step in self.steps)


@dataclass
class Report:
    """What was found in all files, and between them.

    Attributes:
        files: one by one.
        between: step 9, for each two books of one agreement.
        proofs: of two stories that came out of it, complete in themselves.
        alone: names of ledgers and bundles that were to be held against others and could be against none.
    """

    files: list[FileReport]
    between: list[Step] = field(default_factory=list)
    proofs: list[Fork] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything holds, and was asked: files with nothing in common agree on nothing."""
        fails = any(step.holds is False for step in self.between)
        return all(file.holds for file in self.files) and not fails and not self.alone

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON: every step with its number, whether it holds, and why not."""
        return {
            "holds": self.holds,
            "files": [_file(file) for file in self.files],
            "between": [_step(step) for step in self.between],
            "not_compared": list(self.alone),
            "proofs": [parse(forks.to_bytes(fork), limit=_LARGEST_PROOF) for fork in self.proofs],
        }


def verify_files(paths: Sequence[Path], keys: Iterable[str] = ()) -> Report:
    """Verify files, and hold them against each other where there are several. Changes none of them.

    Args:
        paths: ledgers, bundles, bundles of cases, proofs of two stories.
        keys: public keys, or fingerprints of some (A7KT-...); each file must be signed by one of them. Without any,
            nothing is asked.
    """
    wanted = tuple(keys)
    out = Report([_look(path, wanted) for path in paths])
    for file in out.files:
        for book in file.books:
            out.proofs += book.proofs
    compared = set[int]()
    for at, first in enumerate(out.files):
        for after, second in enumerate(out.files[at + 1 :], at + 1):
            steps, found = _between(first, second)
            out.between += steps
            out.proofs += found
            if any(step.holds is not None for step in steps):
                compared |= {at, after}
    shown = [(at, file) for at, file in enumerate(out.files) if file.kind in {"ledger", "bundle", "case"}]
    if len(shown) > 1:
        out.alone = [file.name for at, file in shown if at not in compared and file.holds]
    return out


def _look(path: Path, keys: tuple[str, ...]) -> FileReport:
    """Look at one file."""
    name = str(path)
    try:
        with path.open("rb") as file:
            begins = file.read(16)
            if begins == _SQLITE:
                return _ledger(path, keys)
            file.seek(0)
            if begins.startswith(_PROOF):
                return _proof(name, file.read(_LARGEST_PROOF + 1))
            if not begins:
                return FileReport(name, "unknown", steps=[Step(1, False, "The file is empty.")])
            if begins_case_bundle(file.read(_FIRST_LINE)):
                file.seek(0)
                found = examine_case(read_case_bundle(file, name), keys)
                return FileReport(name, "case", steps=found.steps, case=found)
            file.seek(0)
            return FileReport(name, "bundle", [examine(read_bundle(file, name), keys)])
    except LedgerError as wrong:
        return FileReport(name, "unknown", steps=[Step(1, False, str(wrong))])
    except OSError as wrong:
        return FileReport(name, "unknown", steps=[Step(1, False, f"It cannot be read ({wrong.strerror or wrong}).")])


def _ledger(path: Path, keys: tuple[str, ...]) -> FileReport:
    """Look at a node's own file."""
    out = FileReport(str(path), "ledger")
    try:
        with read_only(path) as snapshot:
            try:
                snapshot.form()
            except LedgerError as wrong:
                out.steps.append(Step(1, False, str(wrong)))
            for exhibit in of_ledger(snapshot):
                out.books.append(examine(exhibit, keys))
    except LedgerError as wrong:
        out.steps.append(Step(1, False, str(wrong)))
    if keys and not any(step.number == 3 and step.holds for book in out.books for step in book.steps):
        out.steps.append(Step(3, False, "Nothing in it is signed by the key asked for."))
    return out


def _proof(name: str, data: bytes) -> FileReport:
    """Look at a proof of two stories; one line feed may end it."""
    try:
        keys, first, second = convicted(forks.from_bytes(data.removesuffix(b"\n")))
    except LedgerError as wrong:
        return FileReport(name, "proof", steps=[Step(8, False, str(wrong))])
    who = "; ".join(f"{groups(key)} ({spoken(key)})" for key in sorted(keys))
    says = (
        f"The proof stands. {who} has signed two states of its book {first.book} under agreement {first.agreement} "
        f"({first.size:,} and {counted(second.size, 'entry', 'entries')}) that cannot both be true."
    )
    return FileReport(name, "proof", steps=[Step(8, True, says)], says=says)


def _between(first: FileReport, second: FileReport) -> tuple[list[Step], list[Fork]]:
    """Hold the books of two files against each other that are about one agreement."""
    if first.case is not None and second.case is not None:
        step = held_against(first.case, second.case)
        return [step] if step is not None else [], []
    if not (first.books and second.books):
        return [], []
    if _one_file(first, second):
        return [Step(9, None, f"{first.name} and {second.name} are one and the same file.")], []
    steps: list[Step] = []
    proofs: list[Fork] = []
    for one in first.books:
        for other in second.books:
            if _agreement(one) == _agreement(other) and one.about.own_keys and other.about.own_keys:
                found, forked = compare(one, other)
                steps += found
                proofs += forked
    if not steps:
        steps.append(
            Step(9, None, f"{first.name} and {second.name} have no agreement in common that anybody signed for.")
        )
    return steps, proofs


def _one_file(first: FileReport, second: FileReport) -> bool:
    """Return whether two names are of one file, or of a bundle and its copy: that agrees with itself."""
    try:
        one, other = Path(first.name), Path(second.name)
        copied = first.kind == second.kind == "bundle" and filecmp.cmp(one, other, shallow=False)
        return copied or one.samefile(other)
    except OSError:
        return False


def _agreement(book: Findings) -> tuple[str, str]:
    return book.about.agreement, book.about.book


def _step(step: Step) -> dict[str, Any]:
    return {"step": step.number, "name": step.name, "holds": step.holds, "entry": step.entry, "says": step.says}


def _file(file: FileReport) -> dict[str, Any]:
    return {
        "file": file.name,
        "kind": file.kind,
        "holds": file.holds,
        "steps": [_step(step) for step in file.steps],
        "books": [_book(book) for book in file.books],
        **({"case": _case(file.case)} if file.case is not None else {}),
    }


def _case(found: CaseFindings) -> dict[str, Any]:
    about, file = found.about, found.file
    return {
        "agreement": about.agreement,
        "case": about.case,
        "also": list(about.also),
        "own": about.own,
        "other": about.other,
        "state": None if file is None else file.under.value,
        "documents": sorted(found.documents),
        "countersigned": found.countersigned,
    }


def _book(book: Findings) -> dict[str, Any]:
    about, walk = book.about, book.walk
    return {
        "agreement": about.agreement,
        "book": about.book,
        "holds": book.holds,
        "entries": walk.size,
        "shown": walk.open,
        "withheld": walk.withheld,
        "hidden": walk.hidden,
        "root": walk.root(),
        "countersigned": book.countersigned(),
        "own": {"party": about.own_party, "keys": list(about.own_keys), "checkpoints": len(book.own)},
        "theirs": {"party": about.their_party, "keys": list(about.their_keys), "checkpoints": len(book.theirs)},
        "steps": [_step(step) for step in book.steps],
    }
