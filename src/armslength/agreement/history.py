"""What became of a version: its events, through the table of the life cycle.

What people did is a fact in whatever order their clocks showed; only what time alone does is put in the order of time.
"""

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
    timed = [(held.document.expires_ns, 9, Event.TIME_OVER)]
    if held.ratified_ns is None:
        facts = [Event.SIGNED_BY_ONE, *_overtaken(held, documents)]
    else:
        facts = [Event.SIGNED_BY_ONE, Event.SIGNED_BY_BOTH]
        timed += _ratified(held, documents, chain)
        given = ends(held.digest, chain, notices)
        if _replaced(held, documents, chain):
            facts.append(Event.OTHER_RATIFIED)
        elif given:
            facts.append(Event.END_NOTICE)
            timed.append((held.document.effective_ns, 5, Event.END_NOTICE))
            timed += [(one.holds_ns or 0, 6, Event.NOTICE_OVER) for one in given]
    happened = sorted((one for one in timed if one[0] <= now_ns), key=lambda one: one[:2])
    state = State.DRAFTED
    for event in (*facts, *(event for _, _, event in happened)):
        if state in OVER:
            break
        state = after(state, event, held.document.called)
    return state


def ends(found: str, chain: Sequence[str], notices: Iterable[HeldNotice]) -> list[HeldNotice]:
    """Return the notices that end the version with digest `found`: those that name it or a later one of the chain."""
    later = chain[chain.index(found) :] if found in chain else []
    return [one for one in notices if one.notice.kind is Kind.END and one.notice.document in later]


def _ratified(held: Held, documents: Mapping[str, Held], chain: Sequence[str]) -> list[Happened]:
    later = (documents[one] for one in chain[chain.index(held.digest) + 1 :])
    return [
        (held.document.effective_ns, 2, Event.TOOK_EFFECT),
        *((o.document.effective_ns, 4, Event.SUCCEEDED) for o in later if not _replaced(o, documents, chain)),
    ]


def _replaced(held: Held, documents: Mapping[str, Held], chain: Sequence[str]) -> bool:
    """Return whether a twin was ratified in the place of `held` before it took effect."""
    later = (documents[one] for one in chain[chain.index(held.digest) + 1 :])
    twins = (one for one in later if one.document.predecessor == held.document.predecessor)
    return any((one.ratified_ns or 0) < held.document.effective_ns for one in twins)


def _overtaken(held: Held, documents: Mapping[str, Held]) -> list[Event]:
    """A proposal is overtaken by a ratified version that it does not follow from and is no later twin of."""
    document = held.document
    return [
        Event.OTHER_RATIFIED
        for other in documents.values()
        if other.ratified_ns is not None
        and other.digest != document.predecessor
        and (other.document.version >= document.version or other.document.predecessor != document.predecessor)
        and not (other.order < held.order and other.document.version < document.version)
    ][:1]
