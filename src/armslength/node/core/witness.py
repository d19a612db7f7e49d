"""Each side signs for the other's ledger: checkpoints out and in, countersignatures, and what contradicts them.

Kept in the store, by agreement: the own checkpoints, with both signatures once they came back, the other side's that
were countersigned here, and a proof where it told two stories. Old ones are thinned (`crypto.thinning`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from armslength.crypto import fork
from armslength.crypto.canonical import digest
from armslength.crypto.checkpoint import checkpoint, kept_key, own_space, read, signed_by, their_space
from armslength.crypto.envelope import from_json, to_json
from armslength.crypto.keys import SigningKey
from armslength.crypto.story import Story, Verdict
from armslength.crypto.thinning import needless
from armslength.errors import RemoteProtocolError
from armslength.node.core.books import NODE
from armslength.node.core.effects import Effects
from armslength.node.core.owing import Owing
from armslength.protocol.events import CheckpointIn, Now
from armslength.protocol.papers import MOST_CHECKPOINTS
from armslength.protocol.writes import Delete, Put
from armslength.units import counted

if TYPE_CHECKING:
    from armslength.node.core.line import Line

EVERY_S = 30.0
"""A book that has grown is signed at most this long after [s]."""
PROOF = "checkpoint/proof/"
"""Space of the store in which proofs of two stories are kept; the agreement's id follows."""
MOST_OUT = 16
"""Of own checkpoints that did not come back, the newest so many are kept whatever their size, and offered again."""
LEEWAY_S = 10.0
"""What an honest side may need besides, whatever the speed of its clock [s, real]."""
OWED = 2.0
"""So many times that long a side that is known to have new entries may take until it proves its growth."""

Restored = Mapping[str, Sequence[tuple[str, bytes]]]


class Witness:
    """What both sides have signed about both ledgers of one agreement."""

    def __init__(self, key: SigningKey, theirs: str, restored: Restored) -> None:
        self._key, self._theirs, self._restored = key, theirs, restored
        self._story: dict[str, Story] = {}
        self._offered: dict[str, tuple[int, int]] = {}
        self._signed: dict[str, bytes] = {}
        self._out: dict[str, tuple[int, int]] = {}
        self._again: set[str] = set()
        self._keys: dict[str, dict[str, int]] = {}
        self._due_s = float("-inf")
        self._node_size = 0
        self._gap, self._growth = Owing(), Owing()
        self._grown_s = float("-inf")
        self._kept = -1
        self.asked = 0
        self.countersigned_size = 0
        self.their_size = 0
        self.fork = False

    def story(self, agreement: str) -> Story:
        """Return what the other side has signed under `agreement`."""
        if agreement not in self._story:
            held = [from_json(value) for _, value in self._restored.get(their_space(agreement), ())]
            self._story[agreement] = Story(agreement, agreement, [self._theirs], held)
        return self._story[agreement]

    def offer(self, line: Line, effects: Effects, now: Now, *, last: bool = False) -> None:
        """Sign our book where it has grown, and show it; what never came back countersigned is shown again."""
        agreement = line.agreed.agreement
        if (
            not agreement
            or line.books.full
            or (now.mono_s < self._due_s and not last)
            or not line.ruling("checkpoint", automatic=True).allowed
        ):
            return
        self._due_s = now.mono_s + EVERY_S
        if agreement not in self._again:
            self._again.add(agreement)
            both, out = _own(self._restored, agreement, self._theirs)
            self.countersigned_size = max(self.countersigned_size, both)
            for value in out:
                self._show(line, value, now)
        node = line.books.book(NODE)
        if node.size != self._node_size:  # what concerns no counterpart is signed for too, without being shown
            self._node_size = node.size
            line.books.enter(effects, agreement, "node head", {"size": node.size, "root": node.root()}, now.utc_ns)
        book = line.books.book(agreement)
        state = (book.size, self.countersigned_size)
        # any of those out may be the one that the other side begins with: none is given up for one more
        full = len(self._out) >= MOST_CHECKPOINTS
        if book.size == self.countersigned_size or self._offered.get(agreement) == state or full:
            if book.size > self.countersigned_size and agreement in self._signed:
                self._show(line, self._signed[agreement], now)
            return
        self._sign(line, effects, now)

    def _sign(self, line: Line, effects: Effects, now: Now) -> None:
        """Sign our book as it is, and show it."""
        agreement = line.agreed.agreement
        book = line.books.book(agreement)
        self._offered[agreement] = (book.size, self.countersigned_size)
        signed = checkpoint(book, agreement, now.utc_ns, self._key)
        self._signed[agreement], self.asked = to_json(signed), book.size
        self._keep(effects, own_space(agreement), kept_key(signed), to_json(signed))
        self._show(line, to_json(signed), now)

    def _show(self, line: Line, value: bytes, now: Now) -> None:
        if not line.ruling("checkpoint", automatic=True).allowed:
            return
        envelope = from_json(value)
        point = read(envelope)
        self._out[digest(envelope.payload)] = (point.since, point.size)
        line.peer.offer_checkpoint(value, now)

    def _renew(self, line: Line, effects: Effects, now: Now) -> None:
        """Sign anew what was signed before the newest countersigned one had come: nobody can hold it against that."""
        self._out = {name: one for name, one in self._out.items() if one[1] > self.countersigned_size}
        stale = [name for name, (since, _) in self._out.items() if since < self.countersigned_size]
        for name in stale:
            del self._out[name]
            line.peer.withdraw_checkpoint(name)
        if stale and not self._out:
            self._signed.pop(line.agreed.agreement, None)
            if not line.books.full and line.ruling("checkpoint", automatic=True).allowed:
                self._sign(line, effects, now)

    def received(self, line: Line, event: CheckpointIn, effects: Effects, now: Now) -> None:
        """Hold a checkpoint of theirs against all before it; sign it where it begins with them."""
        agreement = line.agreed.agreement
        if not agreement:
            return
        story = self.story(agreement)
        try:
            envelope = from_json(event.envelope)
            verdict = story.judge(envelope)
        except RemoteProtocolError as wrong:
            line.accuse(wrong.reason, wrong.says, effects, now, event.envelope)
            return
        if verdict in {Verdict.GROWN, Verdict.SAME}:
            both = story.countersign(envelope, self._key)
            size = read(envelope).size
            if verdict is Verdict.GROWN:  # an old one, however genuine, proves nothing that is missing
                self._grown_s = now.mono_s
                self._gap.given()
                self._growth.given()
            if verdict is Verdict.GROWN or size != self._kept:  # one size signed again and again must not fill our disk
                self._keep(effects, their_space(agreement), kept_key(both), to_json(both))
            self.their_size = self._kept = size
            if line.ruling("checkpoint", automatic=True).allowed:
                line.peer.countersign(to_json(both), now)
        elif verdict is Verdict.GAP:
            self._wait(line, effects, now)
        elif verdict is Verdict.FORK and story.fork is not None:
            self.fork = True
            effects.writes.append(Put(PROOF + agreement, f"{now.utc_ns}", fork.to_bytes(story.fork)))
            says = "It signed two histories of its ledger that cannot both be true. The proof is kept."
            line.accuse("two stories", says, effects, now, event.envelope)

    def _wait(self, line: Line, effects: Effects, now: Now) -> None:
        """Wait for what lies between; a side that goes on without proving its growth has rewritten something."""
        self._gap.runs(now.mono_s)
        if self._gap.over(now.mono_s, EVERY_S):
            says = "It does not prove that its ledger begins with what it signed for before."
            line.accuse("unproven growth", says, effects, now)

    def grown(self, line: Line, now: Now) -> None:
        """Something came over the ground line of which the other side has an entry: soon it must prove its growth.

        What comes so soon after a proof of growth that the proof may be about it says nothing.
        """
        if line.standing == "OPEN" and now.mono_s >= self._grown_s + _signed_within(line):
            self._growth.runs(now.mono_s)

    def missed(self, line: Line, effects: Effects, now: Now) -> None:
        """Accuse a side that has new entries for so long, and has not proved that its ledger has grown."""
        if self._growth.over(now.mono_s, OWED * _signed_within(line)):
            says = "It has new entries, and does not prove that its ledger has grown from what it signed for before."
            line.accuse("unproven growth", says, effects, now)

    def closed(self, now: Now) -> None:
        """No session is open: nobody can prove anything now, so what is missing is not waited for."""
        self._gap.stands(now.mono_s)
        self._growth.stands(now.mono_s)

    def countersigned(self, line: Line, data: bytes, effects: Effects, now: Now) -> None:
        """Keep a checkpoint of ours that came back with both signatures."""
        agreement = line.agreed.agreement
        try:
            envelope = from_json(data)
            point = read(envelope)
        except RemoteProtocolError as wrong:
            line.accuse(wrong.reason, wrong.says, effects, now, data)
            return
        both = signed_by(envelope, self._key.public) and signed_by(envelope, self._theirs)
        if not both or (point.agreement, point.book) != (agreement, agreement):
            line.accuse("wrong key", "A checkpoint came back without both signatures.", effects, now, data)
            return
        line.books.book(agreement).settle(point.size)
        self.countersigned_size = max(self.countersigned_size, point.size)
        self._keep(effects, own_space(agreement), kept_key(envelope), data)
        self._renew(line, effects, now)

    def _keep(self, effects: Effects, space: str, key: str, value: bytes) -> None:
        """Keep a checkpoint, and let go of old ones that need not be kept beside the others."""
        effects.writes.append(Put(space, key, value))
        if space not in self._keys:
            self._keys[space] = {known: int(known.partition("-")[0]) for known, _ in self._restored.get(space, ())}
        held = self._keys[space]
        held[key] = int(key.partition("-")[0])
        stay = {self.countersigned_size, *sorted(held.values())[-MOST_OUT:]}
        gone = needless(held.values(), max(held.values())) - stay
        for old in [known for known, size in held.items() if size in gone]:
            del held[old]
            effects.writes.append(Delete(space, old))

    def head(self, line: Line, size: int, root: str, effects: Effects, now: Now) -> None:
        """Hold the head that a hello tells against the newest that was signed."""
        newest = self.story(line.agreed.agreement).newest if line.agreed.agreement else None
        if newest is None:
            return
        if size < newest.size:
            has = counted(size, "entry", "entries")
            says = f"Its ledger has {has}, after it signed for {newest.size}: it was cut or set back."
            line.accuse("ledger set back", says, effects, now)
        elif size == newest.size and root != newest.root:
            line.accuse("two stories", "Its ledger has another head than the one it signed.", effects, now)


def _signed_within(line: Line) -> float:
    """Return within what time an honest side shows a signed state of a book that has grown [s, monotonic]."""
    return EVERY_S + LEEWAY_S * line.speed


def anchors(restored: Restored, agreement: str, theirs: str) -> list[int]:
    """Return the sizes from which the book of `agreement` must be able to prove its growth.

    Args:
        restored: what the store holds.
        agreement: its id.
        theirs: the other side's key.
    """
    both, out = _own(restored, agreement, theirs)
    return [size for size in (both, *(read(from_json(value)).size for value in out)) if size]


def _own(restored: Restored, agreement: str, theirs: str) -> tuple[int, list[bytes]]:
    """Return the size of the newest own checkpoint with the key `theirs` on it, and those beyond that never came back.

    One that did not come back and is older than that, or begins with something older, says nothing more: growth is
    proven from the newest.
    """
    held = [(from_json(value), value) for _, value in restored.get(own_space(agreement), ())]
    both = max((read(one).size for one, _ in held if signed_by(one, theirs)), default=0)
    points = [(read(one), value) for one, value in held]
    return both, [value for point, value in points if point.size > both and point.since >= both][-MOST_OUT:]
