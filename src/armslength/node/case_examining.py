"""The steps of `verify` over the bundle of one case, beside those of every bundle (examining.py).

 1  Form, 2 seal: reading it has shown both, or has refused it.
 3  Key           It is the key that was asked for.           Else a stranger could make up a whole case.
 6  Checkpoints   The states are signed, and of one ledger.   Else entries could be proven under a state of nobody's.
 7  Countersigned The other side has signed for them too.     Else the keeper could invent that it had seen this.
 8  Other side    Its state is signed by it.                  Else anybody could speak for its ledger.
10  Inclusion     Each entry stands where it says.            Else entries could be made up, moved or exchanged.
 5  Payloads      Each one is what was committed to.          Else what was written could be exchanged.
11  Documents     Each is signed by the key of its party      Else somebody with a removed key, or with none, could
                  that counted when it was entered.           speak in the case.
12  Case          Those it counts and names are all here,     Else what does not suit the exporter could be left out,
                  and of this case.                           or come from another case.
13  Evidence      Each piece was committed to, by both        Else evidence could be made to fit the other side's.
                  before either was opened.

What it cannot know: whether the newest document of all was left out; the other side's bundle of the case shows that
(step 9). Deadlines are of the terms, which are not in the bundle, and are not judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from armslength.agreement.articles import DAY, WorkingGroup
from armslength.crypto.canonical import parse
from armslength.crypto.checkpoint import Checkpoint, read
from armslength.crypto.commitment import verify
from armslength.crypto.envelope import Envelope, from_json, signers
from armslength.crypto.keys import groups, spoken
from armslength.crypto.ledger import LONGEST_PAYLOAD, Entry, commitment
from armslength.crypto.merkle import leaf_hash, verify_inclusion
from armslength.domain.case import Commitment, Document, File
from armslength.engine.cases.folding import fold, group_matters
from armslength.errors import LedgerError, RemoteProtocolError
from armslength.node.case_bundle import CaseAbout, CaseExhibit
from armslength.node.case_files import CASE_IN, CASE_OUT
from armslength.node.desk_package import minute_of
from armslength.node.examining import Step
from armslength.protocol.case_documents import read_document
from armslength.units import NS, counted, stamp

__all__ = ["CaseFindings", "examine_case", "held_against"]

SLACK_NS, CLOCKS_NS = NS, 60 * NS
"""By so much an entry, and the stamp of a document, may lie outside the time of a key: two clocks are never one."""
MOST_GAP = 500
"""More documents than these no node takes in a case: a number beyond it was not counted."""
_NEVER_OVERDUE = WorkingGroup(answered_s=36_500 * DAY)
_EXCHANGED = frozenset({"evidence in", "evidence out", "evidence opened"})


@dataclass
class CaseFindings:
    """What was found about one case.

    Attributes:
        name: of the file. about: what it says about itself. steps: in the order in which they were taken.
        documents: those that hold, by digest. file: the case that they make; None where they make none.
        countersigned: how many entries of the ledger the other side has signed for.
    """

    name: str
    about: CaseAbout
    steps: list[Step] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    file: File | None = None
    countersigned: int = 0

    @property
    def holds(self) -> bool:
        """Whether no step fails."""
        return all(step.holds is not False for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Entered:
    line: int
    entry: Entry
    payload: bytes


def examine_case(exhibit: CaseExhibit, keys: Iterable[str] = ()) -> CaseFindings:
    """Take every step over the bundle of a case.

    Args:
        exhibit: as it was read.
        keys: public keys, or fingerprints, one of which must have sealed it; without any, nothing is asked.
    """
    out = CaseFindings(exhibit.name, exhibit.about)
    out.steps += [
        Step(1, True, "There is one way to read it."),
        Step(2, True, f"Every byte is sealed by {groups(exhibit.sealed)}."),
        _key(exhibit, tuple(keys)),
    ]
    newest, states = _states(exhibit, out)
    out.steps += states
    if newest is None:
        return out
    entered, included = _included(exhibit, newest, out.countersigned)
    out.steps += [*included, _documents(entered, out)]
    if out.holds:
        out.steps += [_whole(out), _evidence(exhibit, entered, out)]
    return out


def held_against(one: CaseFindings, other: CaseFindings) -> Step | None:
    """Return what two bundles of one case say together; None where they are of different cases."""
    numbers = {one.about.case, *one.about.also}
    if one.about.agreement != other.about.agreement or numbers.isdisjoint({other.about.case, *other.about.also}):
        return None
    for here, there in ((one, other), (other, one)):
        lacks = [doc for name, doc in there.documents.items() if name not in here.documents]
        if lacks:
            first = min(lacks, key=lambda doc: doc.order)
            says = f"{here.name} lacks {counted(len(lacks), 'document')} that {there.name} has"
            return Step(9, False, f"{says}, the first of them {_called(first)}.")
    return Step(9, True, f"{one.name} and {other.name} have the same {counted(len(one.documents), 'document')}.")


def _key(exhibit: CaseExhibit, wanted: tuple[str, ...]) -> Step:
    key, about = exhibit.sealed, exhibit.about
    if not wanted:
        says = f"Not held against any key (--key). It claims {groups(key)} of {about.own}, spoken: {spoken(key)}."
        return Step(3, None, says)
    if key not in wanted and groups(key) not in wanted:
        return Step(3, False, f"It was sealed by {groups(key)}, which is not the key asked for.")
    theirs = [one.key for one in about.keys if one.party == about.other]
    unasked = [one for one in theirs if one not in wanted and groups(one) not in wanted]
    says = f"It was sealed by the key asked for, {groups(key)}."
    if unasked:
        says += f" That {groups(unasked[-1])} is a key of {about.other} is what the file says: ask with --key."
    return Step(3, True, says)


def _states(exhibit: CaseExhibit, out: CaseFindings) -> tuple[Checkpoint | None, list[Step]]:
    """Steps 6 to 8, and the newest state, where it holds; also how far the other side has signed."""
    about = exhibit.about
    own = frozenset(one.key for one in about.keys if one.party == about.own)
    other = frozenset(one.key for one in about.keys if one.party == about.other)
    try:
        points = [_point(one, about.agreement, own, about.own) for one in exhibit.own]
        theirs = [_point(one, about.agreement, other, about.other) for one in exhibit.theirs]
    except LedgerError as wrong:
        return None, [Step(6, False, wrong.what)]
    if not points:
        return None, [Step(6, False, "It holds no signed state: nothing that is in it is proven.")]
    newest = points[-1]
    for point in points[:-1]:
        if (point.size, point.root) not in {(newest.since, newest.since_root), (newest.size, newest.root)}:
            says = f"The state at {_size(point.size)} is not shown to be of the same ledger as the newest."
            return None, [Step(6, False, says)]
    pairs = zip(points, exhibit.own, strict=True)
    out.countersigned = max((point.size for point, one in pairs if not signers(one).isdisjoint(other)), default=0)
    steps = [Step(6, True, f"{about.own} signed for {_size(newest.size)} {stamp(newest.time_ns)}.")]
    if out.countersigned:
        steps.append(Step(7, True, f"{about.other} has signed for the first {_size(out.countersigned)}."))
    else:
        steps.append(Step(7, None, f"{about.other} has signed for nothing: only {about.own} speaks here."))
    if theirs:
        steps.append(Step(8, True, f"{about.other} signed for {_size(theirs[-1].size)} of its own ledger."))
    else:
        steps.append(Step(8, None, f"No signed state of {about.other} is here."))
    return newest, steps


def _point(envelope: Envelope, agreement: str, keys: frozenset[str], party: str) -> Checkpoint:
    """Return a state. Raises LedgerError: it is none, is of another ledger, or not signed by its party."""
    try:
        point = read(envelope)
    except RemoteProtocolError as wrong:
        raise LedgerError(f"A signed state is not readable: {wrong.says}") from None
    called = f"The state of {party} at {_size(point.size)}"
    if (point.agreement, point.book) != (agreement, agreement):
        raise LedgerError(f"{called} is of another ledger.")
    good = signers(envelope)
    if len(good) < len(envelope.signatures):
        raise LedgerError(f"{called} carries a signature that is not valid.")
    if good.isdisjoint(keys):
        raise LedgerError(f"{called} is not signed by {party}.")
    return point


def _included(exhibit: CaseExhibit, newest: Checkpoint, countersigned: int) -> tuple[list[_Entered], list[Step]]:
    """Steps 10 and 5, and the entries as far as they hold."""
    tree, about, before, out = bytes.fromhex(newest.root), exhibit.about, -1, list[_Entered]()
    for one in exhibit.entries:
        try:
            entry = Entry.from_header(one.header)
        except LedgerError as wrong:
            return out, [Step(10, False, f"Line {one.line}: {wrong.what}")]
        called = f"Line {one.line}: entry {entry.sequence} ({entry.kind})"
        if entry.sequence <= before:
            return out, [Step(10, False, f"{called} stands behind entry {before}: it was moved.", entry.sequence)]
        if not verify_inclusion(leaf_hash(one.header), entry.sequence, newest.size, one.proof, tree):
            says = f"{called} is not proven to stand in the ledger of {about.own}: it was changed, moved or made up."
            return out, [Step(10, False, says, entry.sequence)]
        if commitment(one.salt, one.payload) != entry.payload_hash:
            says = f"{called} does not hold what was written when it was entered: its content was exchanged."
            return out, [Step(10, True, "Each entry looked at stands where it says."), Step(5, False, says)]
        before = entry.sequence
        out.append(_Entered(one.line, entry, one.payload))
    if not out:
        return out, [Step(10, False, "It holds no entry at all.")]
    signed = sum(one.entry.sequence < countersigned for one in out)
    says = f"{_size(len(out))} of the ledger of {about.own}, each where it says; {about.other} signed for {signed}."
    return out, [Step(10, True, says), Step(5, True, f"{_size(len(out))}, each as committed to.")]


def _documents(entered: Sequence[_Entered], out: CaseFindings) -> Step:
    """Step 11."""
    about = out.about
    for one in entered:
        if one.entry.kind not in {CASE_IN, CASE_OUT}:
            continue
        by = about.own if one.entry.kind == CASE_OUT else about.other
        try:
            tree = parse(one.payload, limit=LONGEST_PAYLOAD)
            envelope = from_json(str(tree.get("envelope")).encode(), limit=LONGEST_PAYLOAD)
            document = read_document(envelope, about.agreement, by, None)
        except RemoteProtocolError as wrong:
            return Step(11, False, f"Line {one.line} holds no document of {by} that could be read: {wrong.says}")
        if why := _unsigned(document, envelope, one.entry, about):
            return Step(11, False, f"Line {one.line}, {_called(document)}: {why}")
        out.documents[document.digest] = document
    if not out.documents:
        return Step(11, False, "It holds no document of a case.")
    sides = [
        f"{sum(doc.by == party for doc in out.documents.values())} by {party}" for party in (about.own, about.other)
    ]
    says = f"{counted(len(out.documents), 'document')}, {' and '.join(sides)}, each signed by a key that counted then."
    return Step(11, True, says)


def _unsigned(document: Document, envelope: Envelope, entry: Entry, about: CaseAbout) -> str:
    """Return why the signature of a document counts for nothing; "" where it counts."""
    if len(envelope.signatures) != 1:
        return "it is not signed by one key alone."
    key = envelope.signatures[0][0]
    times = [one for one in about.keys if (one.party, one.key) == (document.by, key)]
    if not times:
        return f"it is signed by {groups(key)}, which never was a key of {document.by}."
    if not signers(envelope):
        return "its signature does not fit what it says: it was changed after it was signed."
    for one in times:
        begins, ends = one.from_ns, one.until_ns
        entered = begins - SLACK_NS <= entry.time_ns and (ends is None or entry.time_ns < ends + SLACK_NS)
        if entered and (ends is None or document.time_ns < ends + CLOCKS_NS):
            return ""
    removed = max(one.until_ns or 0 for one in times)
    if removed and entry.time_ns >= removed:
        was = f"which was removed as a key of {document.by} {stamp(removed)}; this came {stamp(entry.time_ns)}"
        return f"it is signed by {groups(key)}, {was}. A removed key speaks for nobody."
    return f"it is signed by {groups(key)}, which did not count as a key of {document.by} {stamp(entry.time_ns)}."


def _whole(out: CaseFindings) -> Step:
    """Step 12."""
    about, documents = out.about, list(out.documents.values())
    matters = group_matters(documents)
    if len(matters) != 1 or len(matters[0]) != len(documents):
        grouped = {doc.digest for matter in matters[:1] for doc in matter}
        stray = next((doc for doc in documents if doc.digest not in grouped), documents[0])
        return Step(12, False, f"{_called(stray).capitalize()} is of another case, or its opening is missing.")
    file = fold(matters[0], (about.own, about.other), _NEVER_OVERDUE, about.exported_ns)
    if (file.case, file.also) != (about.case, tuple(sorted(about.also))):
        return Step(12, False, f"It says that it is case {about.case}; what is in it is case {file.case}.")
    numbers = sorted({doc.number for doc in documents})
    for before, number in zip([0, *numbers], numbers, strict=False):
        if 1 < number - before <= MOST_GAP:
            by = next(doc for doc in documents if doc.number == number)
            lacks = (
                f"document {before + 1} is" if number - before == 2 else f"documents {before + 1} to {number - 1} are"
            )
            return Step(12, False, f"{lacks} missing: {by.by} had counted so far when it wrote {_called(by)}.")
    for doc in documents:
        for name in (getattr(doc.body, "of", ""), getattr(doc.body, "about", "")):
            if name and name not in out.documents:
                return Step(12, False, f"{_called(doc).capitalize()} is about a document that is missing.")
    out.file = file
    over = f"; {counted(len(file.misplaced), 'document')} changed nothing" if file.misplaced else ""
    return Step(12, True, f"Case {file.case} is whole. It stands: {file.under.value}{over}.")


def _evidence(exhibit: CaseExhibit, entered: Sequence[_Entered], out: CaseFindings) -> Step:
    """Step 13."""
    if out.file is None or not exhibit.leaves:
        missing = [
            party for party in (out.about.own, out.about.other) if not out.file or party not in out.file.commitments
        ]
        who = f" {' and '.join(missing)} had not committed to any." if missing else ""
        return Step(13, None, f"No evidence is opened in it.{who}")
    says = []
    for party in (out.about.own, out.about.other):
        leaves = [one for one in exhibit.leaves if one.by == party]
        held = out.file.commitments.get(party)
        body = held.body if held is not None else None
        if not leaves:
            continue
        if not isinstance(body, Commitment):
            return Step(13, False, f"Line {leaves[0].line}: {party} never committed to this.")
        wrong = set(verify(bytes.fromhex(body.root), body.leaves, [one.opened for one in leaves]))
        for one in leaves:
            if one.opened.index in wrong:
                what = f"Line {one.line}: piece {one.opened.index} of the evidence of {party} is not what {party}"
                return Step(13, False, f"{what} committed to: it was changed, moved, or comes without proof.")
            if minute_of(one.opened.data) is None:
                return Step(13, False, f"Line {one.line}: what {party} opened is no track.")
        says.append(f"{len(leaves)} by {party}")
    if strangers := [one for one in exhibit.leaves if one.by not in {out.about.own, out.about.other}]:
        return Step(13, False, f"Line {strangers[0].line}: it is evidence of nobody who is in the case.")
    if early := _too_early(entered, out.file):
        return Step(13, False, early)
    return Step(13, True, f"Opened: {' and '.join(says)}, each committed to before either side was shown anything.")


def _too_early(entered: Sequence[_Entered], file: File) -> str:
    """Return that evidence was exchanged before both had committed; "" where it was not."""
    roots = {doc.digest for doc in file.commitments.values()}
    open_ = set(roots)
    for one in entered:
        if one.entry.kind in {CASE_IN, CASE_OUT}:
            open_.discard(str(parse(one.payload, limit=LONGEST_PAYLOAD).get("document")))
        elif one.entry.kind in _EXCHANGED and (open_ or len(roots) < 2):
            return f"Line {one.line}: evidence was exchanged (entry {one.entry.sequence}) before both had committed."
    return ""


def _called(document: Document) -> str:
    return f"document {document.number}, {document.body.kind.value} by {document.by}"


def _size(number: int) -> str:
    return counted(number, "entry", "entries")
