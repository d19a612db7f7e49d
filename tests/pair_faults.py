"""What is wrong with a pair of nodes once everything has settled: nothing may be."""

from __future__ import annotations

from collections import Counter

from armslength.protocol.events import (
    GapSeen,
    Received,
)
from armslength.protocol.messages import Mark, Precedence
from pair import Pair, Side


def faults(pair: Pair) -> list[str]:
    """Return everything that is wrong after `settle`: lost, doubled, out of order, unmarked, still waiting."""
    found = []
    for side in pair.sides:
        facing = pair.facing(side)
        sent = [message.id for message in side.sent]
        there = Counter(one.message.id for one in facing.received)
        found += (
            [f"{side.name}: {sum(there[one] == 0 for one in sent)} lost"] if any(not there[one] for one in sent) else []
        )
        found += [f"{side.name}: doubled"] if any(count > 1 for count in there.values()) else []
        found += [f"{side.name}: from nowhere"] if there.keys() - set(sent) else []
        found += [f"{side.name}: still waiting"] if side.peer.waiting() else []
        told = Counter(
            (one.message_id, one.mark) for one in side.marked if not one.expired or one.mark is not Mark.RECEIVED
        )
        found += [f"{side.name}: a mark came twice"] if any(count > 1 for count in told.values()) else []
        marks = {(one.message_id, one.mark) for one in side.marked}
        found += [f"{side.name}: not marked RECEIVED"] if any((one, Mark.RECEIVED) not in marks for one in sent) else []
        found += [f"{side.name}: a mark is lost"] if set(facing.stated) - marks else []
        found += out_of_order(facing)
    return found


def out_of_order(side: Side) -> list[str]:
    """Return what `side` got out of order without having been told of the gap."""
    missing: dict[Precedence, set[int]] = {precedence: set() for precedence in Precedence}
    last: dict[tuple[str, Precedence], int] = {}
    found = []
    for event in side.events:
        if isinstance(event, GapSeen):
            missing[event.precedence].update(event.missing)
        elif isinstance(event, Received):
            stream = event.message.agreement, event.message.precedence
            before, seq = last.get(stream, -1), event.message.seq
            if seq in missing[stream[1]]:
                missing[stream[1]].discard(seq)
            elif seq != before + 1 and not all(one in missing[stream[1]] for one in range(before + 1, seq)):
                found.append(f"{side.name}: {seq} came after {before}")
            last[stream] = max(before, seq)
    return found
