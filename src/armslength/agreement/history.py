"""What became of a version: its events in the order of time, through the table of the life cycle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from armslength.agreement.held import Held, HeldNotice
from armslength.agreement.lifecycle import OVER, Event, State, after
from armslength.agreement.notice import Kind

__all__ = ["ends", "state_of"]

Happened = tuple[int, int, Event]
"""UTC [ns], the order among events of one moment, the event."""


def state_of(
    held: Held, documents: Mapping[str, Held], chain: Sequence[str], notices: Iterable[HeldNotice], now_ns: int
) -> State:
    """Return the state of the version `held` at `now_ns`.

    Args:
        held: the version.
        documents, chain, notices: of its agreement: see `trust.Standing`.
        now_ns: UTC [ns]; events after it have not happened.
    """
    happened = [
        (held.seen_ns, 0, Event.SIGNED_BY_ONE),
        (held.document.expires_ns, 9, Event.TIME_OVER),
        *(_ratified(held, documents, chain, notices) if held.ratified_ns is not None else _overtaken(held, documents)),
    ]
    state = State.DRAFTED
    for _, _, event in sorted((one for one in happened if one[0] <= now_ns), key=lambda one: one[:2]):
        if state in OVER:
            break
        state = after(state, event, held.document.called)
    return state


def ends(found: str, chain: Sequence[str], notices: Iterable[HeldNotice]) -> list[HeldNotice]:
    """Return the notices that end the version with digest `found`: those that name it or a later one of the chain."""
    later = chain[chain.index(found) :] if found in chain else []
    return [one for one in notices if one.notice.kind is Kind.END and one.notice.document in later]


def _ratified(
    held: Held, documents: Mapping[str, Held], chain: Sequence[str], notices: Iterable[HeldNotice]
) -> list[Happened]:
    ratified, begins = held.ratified_ns or 0, held.begins_ns
    out: list[Happened] = [(ratified, 1, Event.SIGNED_BY_BOTH), (begins, 2, Event.TOOK_EFFECT)]
    for later in chain[chain.index(held.digest) + 1 :]:
        other = documents[later]
        if other.document.predecessor == held.document.predecessor:
            out.append((other.ratified_ns or 0, 3, Event.OTHER_RATIFIED))
        if not _replaced(other, documents, chain):
            out.append((other.begins_ns, 4, Event.SUCCEEDED))
    for end in ends(held.digest, chain, notices):
        given = max(end.complete_ns or 0, ratified)
        out.append((given, 5, Event.END_NOTICE))
        if given < begins:
            out.append((begins, 5, Event.END_NOTICE))
        out.append((max(end.holds_ns or 0, given), 6, Event.NOTICE_OVER))
    return out


def _replaced(held: Held, documents: Mapping[str, Held], chain: Sequence[str]) -> bool:
    """Return whether a twin was ratified in the place of `held` before it took effect."""
    later = (documents[one] for one in chain[chain.index(held.digest) + 1 :])
    twins = (one for one in later if one.document.predecessor == held.document.predecessor)
    return any((one.ratified_ns or 0) <= held.begins_ns for one in twins)


def _overtaken(held: Held, documents: Mapping[str, Held]) -> list[Happened]:
    """A proposal is overtaken by the first ratified version that it does not follow from and is no later twin of."""
    document = held.document
    return [
        (other.ratified_ns, 3, Event.OTHER_RATIFIED)
        for other in documents.values()
        if other.ratified_ns is not None
        and other.ratified_ns >= held.seen_ns
        and other.digest != document.predecessor
        and (other.document.version >= document.version or other.document.predecessor != document.predecessor)
    ]
