"""The steps of `verify` over one book. Each is told, whether it holds or not, and names what it keeps an attacker from.

 1  Form          There is one way to read the file.          Else two readers could be shown two things.
 2  Seal          Every byte is under the exporter's seal.    Else anybody on the way could change, add or cut.
 3  Key           It is the key that was asked for.           Else a stranger could make up a whole ledger.
 4  Chain         Each entry has the next number and names    Else entries could be left out, put in, or put
                  the hash of the one before it.              elsewhere, or come from another book.
 5  Payloads      Each one shown is what was committed to.    Else what was written could be exchanged.
 6  Checkpoints   The keeper's signed states are those of     Else the keeper could rewrite its past with all its
                  these entries.                              hashes, or cut off the end.
 7  Countersigned The other side's signatures are valid, and  Else the keeper could invent that the other side
                  those claimed are there.                    had seen this.
 8  Other side    Its signed states do not contradict each    Else the other side could tell two stories and
                  other.                                      nobody would know.
 9  Two files     What one side signed for the other is what  Else each side could show its own story to a third
                  the other shows (comparing.py).             person and a different one to the other side.

The bundle of one case has four more, in case_examining.py.

Nothing here opens a connection, or believes what the file says about itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from armslength.crypto.chain import BrokenError, Walk
from armslength.crypto.checkpoint import Checkpoint, read
from armslength.crypto.envelope import Envelope, signers
from armslength.crypto.fork import Fork, Telling, convicted, tellings
from armslength.crypto.keys import groups, spoken
from armslength.errors import LedgerError, RemoteProtocolError
from armslength.node.exhibit import About, Exhibit, Shown
from armslength.units import counted

__all__ = ["NAMES", "Findings", "Signed", "Step", "examine", "proven"]

NAMES = {
    1: "form",
    2: "seal",
    3: "key",
    4: "chain",
    5: "payloads",
    6: "checkpoints",
    7: "countersigned",
    8: "other side",
    9: "two files",
    10: "inclusion",
    11: "documents",
    12: "case",
    13: "evidence",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What one step found.

    Attributes:
        number: as in the list above.
        holds: False fails the whole; None: it could not be asked, or does not apply, and `says` has why.
        says: in one sentence, with the entry.
        entry: number of the entry at which it fails; None where it is not about one entry.
    """

    number: int
    holds: bool | None
    says: str
    entry: int | None = None

    @property
    def name(self) -> str:
        """The step's name."""
        return NAMES[self.number]


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint: its envelope, what is in it, and the keys that have validly signed it."""

    envelope: Envelope
    point: Checkpoint
    by: frozenset[str]


@dataclass
class Findings:
    """All that was found about one book.

    Attributes:
        name, kind: of the file.
        about: what it says about itself.
        steps: in the order of their numbers.
        walk: as far as it came.
        own, theirs: the checkpoints, by size.
        proofs: of two stories, each of which convicts somebody.
    """

    name: str
    kind: str
    about: About
    steps: list[Step]
    walk: Walk
    own: list[Signed] = field(default_factory=list)
    theirs: list[Signed] = field(default_factory=list)
    proofs: list[Fork] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether no step fails."""
        return all(step.holds is not False for step in self.steps)

    def countersigned(self) -> int:
        """Return the size of the newest own checkpoint that the other side has signed; 0 where none is."""
        keys = self.about.their_keys
        return max((one.point.size for one in self.own if not one.by.isdisjoint(keys)), default=0)

    def leaves(self) -> list[bytes]:
        """Return the leaf hashes of what was walked."""
        flat = bytes(self.walk.leaves)
        return [flat[at : at + 32] for at in range(0, len(flat), 32)]


def examine(exhibit: Exhibit, keys: Iterable[str] = ()) -> Findings:
    """Take the steps 1 to 8 over one book.

    Args:
        exhibit: is walked to its end.
        keys: public keys that the keeper of the book may have, or their fingerprints (A7KT-...); without any, step 3
            asks nothing.
    """
    own, form = _read_all(exhibit.own)
    theirs, theirs_form = _read_all(exhibit.theirs)
    walk = Walk(exhibit.about.book, frozenset(one.point.size for one in own))
    broken, unread = _walk(exhibit, walk)
    out = Findings(exhibit.name, exhibit.kind, exhibit.about, [], walk, own, theirs)
    form = form or theirs_form or unread
    out.steps.append(Step(1, not form, form or "There is one way to read it."))
    seal, key = _seal(exhibit, bool(unread))
    out.steps += [seal, _key(exhibit, key, tuple(keys)), *_entries(walk, broken)]
    out.steps += [_checkpoints(out, broken or unread), _countersigned(out), _other_side(out, exhibit.proofs)]
    return out


def proven(one: Signed, mine: list[bytes] | None, other: Signed, yours: list[bytes] | None, size: int) -> Fork | None:
    """Return the proof that two checkpoints cannot both be true at `size` entries, where it convicts somebody.

    Args:
        one, other: the checkpoints.
        mine, yours: the leaf hashes that each stands for, where they are known.
        size: at which both can be told apart.
    """
    for first in tellings(one.envelope, mine, [size]):
        for second in tellings(other.envelope, yours, [size]):
            try:
                convicted(Fork(first, second))
            except LedgerError:
                continue
            return Fork(first, second)
    return None


def _read_all(envelopes: Iterable[Envelope]) -> tuple[list[Signed], str]:
    """Return what can be read of checkpoints, by size, and what is wrong with the first that cannot."""
    out, wrong = list[Signed](), ""
    for envelope in envelopes:
        try:
            out.append(Signed(envelope, read(envelope), signers(envelope)))
        except RemoteProtocolError as found:
            wrong = wrong or f"A checkpoint is not readable: {found.says}"
    return sorted(out, key=lambda one: one.point.size), wrong


def _walk(exhibit: Exhibit, walk: Walk) -> tuple[BrokenError | None, str]:
    """Walk all entries; after a broken one only read on, so that form and seal are known too."""
    broken: BrokenError | None = None
    try:
        for shown in exhibit.entries:
            if broken is None:
                try:
                    _one(walk, shown)
                except BrokenError as wrong:
                    broken = wrong
    except LedgerError as wrong:
        return broken, f"{wrong.where}: {wrong.what}"
    return broken, ""


def _one(walk: Walk, shown: Shown) -> None:
    if shown.header is not None:
        walk.step(shown.header, shown.payload, shown.salt, shown.leaf)
    elif shown.leaf is not None:
        walk.hide(shown.leaf)


def _seal(exhibit: Exhibit, unread: bool) -> tuple[Step, str]:
    """Step 2, and the key that sealed."""
    if unread:
        return Step(2, None, "The file could not be read to its seal."), ""
    try:
        key = exhibit.seal()
    except LedgerError as wrong:
        return Step(2, False, f"{wrong.where}: {wrong.what}"), ""
    if not key:
        return Step(2, None, "A node's own file has no seal; its checkpoints stand for it."), ""
    if key != exhibit.about.own_keys[-1]:
        return Step(2, False, "It is sealed with another key than the first line names."), key
    return Step(2, True, f"Every byte is sealed by {groups(key)}."), key


def _key(exhibit: Exhibit, sealed: str, wanted: tuple[str, ...]) -> Step:
    found = (sealed,) if sealed else exhibit.about.own_keys
    if not found:
        says = (
            "It names no key."
            if exhibit.kind == "bundle"
            else "No checkpoint was ever signed: nothing shows whose it is."
        )
        return Step(3, False if wanted else None, says)
    strangers = [key for key in found if key not in wanted and groups(key) not in wanted]
    if wanted and strangers:
        return Step(3, False, f"It was signed by {groups(strangers[0])}, which is not the key asked for.")
    if wanted:
        return Step(3, True, f"It was signed by the key asked for, {groups(found[-1])}.")
    says = f"Not held against any key (--key). It claims {groups(found[-1])}, spoken: {spoken(found[-1])}."
    return Step(3, None, says)


def _entries(walk: Walk, broken: BrokenError | None) -> list[Step]:
    """Steps 4 and 5."""
    chain = Step(4, True, f"{_size(walk.size)} in an unbroken chain.")
    shown = f"{walk.open} shown and as committed to, {walk.withheld} withheld, {walk.hidden} as a hash only."
    payloads = Step(5, True, shown)
    if broken is not None:
        failed = Step(4 if broken.step == "chain" else 5, False, f"Entry {broken.entry}: {broken.what}", broken.entry)
        if failed.number == 4:
            return [failed, Step(5, None, f"Looked at up to entry {broken.entry}: {shown}")]
        return [Step(4, None, f"Unbroken up to entry {broken.entry}; looked at no further."), failed]
    if walk.backwards:
        chain = Step(
            4, True, f"{chain.says} {walk.backwards} stamped earlier than the one before: a clock was set back."
        )
    return [chain, payloads]


def _checkpoints(out: Findings, stopped: BrokenError | str | None) -> Step:
    """Step 6."""
    about, walk = out.about, out.walk
    for one in out.own:
        point = one.point
        if (point.agreement, point.book) != (about.agreement, about.book):
            return Step(6, False, f"The checkpoint at {_size(point.size)} is about another book.")
        if one.by.isdisjoint(about.own_keys):
            return Step(6, False, f"The checkpoint at {_size(point.size)} is not signed by the keeper of the book.")
    before = 0
    for one in out.own:
        point = one.point
        if point.size > walk.size:
            if stopped:
                return Step(6, None, f"Right up to {_size(before)}; beyond, entries could not be read.")
            what = f"The keeper signed for {_size(point.size)}; here are {walk.size}: the newest are missing."
            return Step(6, False, what, walk.size)
        if point.size and walk.roots[point.size] != point.root:
            what = (
                f"Among the entries {before} to {point.size - 1} is one that is not what the keeper signed: rewritten."
            )
            fork = proven(one, None, out.own[-1], out.leaves(), point.size)
            out.proofs += [fork] if fork is not None else []
            return Step(6, False, what, before)
        before = point.size
    if out.kind == "bundle" and before != walk.size and not stopped:
        return Step(6, False, f"No checkpoint covers the last {_size(walk.size - before)}.", before)
    later = (
        f"; {counted(walk.size - before, 'newer one is', 'newer ones are')} not signed for yet"
        if walk.size > before
        else ""
    )
    if not out.own:
        return Step(6, None, "No state of these entries was signed yet.")
    states = counted(len(out.own), "signed state is that", "signed states are those")
    return Step(6, True, f"{states} of these entries, up to {_size(before)}{later}.")


def _countersigned(out: Findings) -> Step:
    """Step 7."""
    for one in out.own:
        if len(one.by) < len(one.envelope.signatures):
            return Step(7, False, f"The checkpoint at {_size(one.point.size)} carries a signature that is not valid.")
    size, claimed = out.countersigned(), out.about.countersigned
    if claimed > size:
        return Step(7, False, f"The other side is said to have signed for {_size(claimed)}; it has for {size}.")
    if not size:
        return Step(7, None, "The other side has signed for nothing: only the keeper speaks here.")
    beyond = f"; it has not for the {out.walk.size - size} after them" if out.walk.size > size else ""
    return Step(7, True, f"The other side has signed for the first {_size(size)}{beyond}.")


def _other_side(out: Findings, proofs: Iterable[Fork]) -> Step:
    """Step 8."""
    about, told = out.about, dict[int, Telling]()
    for proof in proofs:
        try:
            keys, first, _ = convicted(proof)
        except LedgerError as wrong:
            return Step(8, False, f"A proof of two stories that is carried along proves nothing: {wrong.what}")
        out.proofs.append(proof)
        who = ", ".join(groups(key) for key in sorted(keys))
        return Step(8, False, f"{who} told two stories about book {first.book}: the proof is carried along.")
    for one in out.theirs:
        point = one.point
        if (point.agreement, point.book) != (about.agreement, about.book):
            return Step(8, False, f"The other side's checkpoint at {_size(point.size)} is about another book.")
        if one.by.isdisjoint(about.their_keys):
            return Step(8, False, f"The other side's checkpoint at {_size(point.size)} is not signed by it.")
        if len(one.by) < len(one.envelope.signatures):
            what = f"The other side's checkpoint at {_size(point.size)} carries a signature that is not valid."
            return Step(8, False, what)
        for telling in tellings(one.envelope):
            before = told.setdefault(telling.size, telling)
            if before.root != telling.root:
                out.proofs.append(Fork(before, telling))
                return Step(8, False, f"The other side signed two stories about its first {_size(telling.size)}.")
    if not out.theirs:
        return Step(8, None, "No checkpoint of the other side is here.")
    return Step(
        8,
        True,
        f"{counted(len(out.theirs), 'signed state')} of the other side, up to {_size(out.theirs[-1].point.size)}.",
    )


def _size(number: int) -> str:
    return counted(number, "entry", "entries")
