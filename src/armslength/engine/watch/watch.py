"""The watch: snapshots in, changes of alerts out. Call it once a second, and at once on new data.

Who is looked at, and what is ahead of them: `pairs`. What is believed of each pair: `steadying`. Who flies together:
`elements`. Here pairs become alerts, each about two elements, with an identity that lasts while it is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.alert import Alert, AlertChange, Join, Kind, Tier
from armslength.domain.picture import TENTATIVE, Snapshot
from armslength.domain.plot import I64, Bool
from armslength.engine.watch.believing import believe
from armslength.engine.watch.continuing import ABSORBED_S, Group, Open, grouped, heirs
from armslength.engine.watch.doubting import Doubts, strangers
from armslength.engine.watch.elements import Elements
from armslength.engine.watch.memory import Key, Memory, key
from armslength.engine.watch.pairs import Facts, find, look, moving
from armslength.engine.watch.pieces import GROUPED_US, TOLD_AT_ONCE, TOLD_US, TRACK_US, Looking, Piece, batched
from armslength.engine.watch.steadying import NOTHING, Steady
from armslength.engine.watch.telling import Scene, flights_of, tell
from armslength.errors import InputError
from armslength.units import NS, stamp

SEPARATION = "separation"
"""The provision under which the minima hold. Near misses are watched with or without it."""
HEARD_S = 20.0
"""What sounded for a pair at a tier that has not stood for so long [s] since, sounds anew."""


@dataclass
class Watch:
    """Watches the aircraft of one own party against those of one counterpart, and against third parties.

    Args:
        terms: in force; replaced when an amendment takes effect.
    """

    terms: Terms
    _steady: dict[Key, Steady] = field(default_factory=dict)
    _elements: Elements = field(default_factory=Elements)
    _loud: dict[Key, Steady] = field(default_factory=dict)
    _doubts: Doubts = field(default_factory=Doubts)
    _heard: Memory = field(default_factory=lambda: Memory(HEARD_S))
    _open: list[Open] = field(default_factory=list)
    _named: tuple[str, int] = ("", 0)

    def update(
        self,
        snapshot: Snapshot,
        group: I64,
        *,
        own: int = 0,
        now_ns: int,
        uncrewed: Bool | None = None,
        joins: Iterable[Join] = (),
        suspended: frozenset[str] = frozenset(),
    ) -> list[AlertChange]:
        """Return what changed about the alerts, the most urgent first: the whole of `looking`, whose arguments it has.

        Raises:
            InputError: `group` or `uncrewed` does not have one value for each row.
        """
        pieces = self.looking(
            snapshot, group, own=own, now_ns=now_ns, uncrewed=uncrewed, joins=joins, suspended=suspended
        )
        return sorted(
            (change for piece in pieces for change in piece.changes),
            key=lambda change: (_urgency(change.alert), change.kind),
        )

    def looking(
        self,
        snapshot: Snapshot,
        group: I64,
        *,
        own: int = 0,
        now_ns: int,
        uncrewed: Bool | None = None,
        joins: Iterable[Join] = (),
        suspended: frozenset[str] = frozenset(),
    ) -> Looking[None]:
        """Look piece by piece: about the most urgent elements first; an open alert is told once a second at least.

        A look that was begun is ended before the next one begins, or before the terms change.

        Args:
            snapshot: of the picture, at `now_ns`.
            group: by row of the snapshot, shape (N,): whose each aircraft is. The two parties of the terms are 0 and
                1; -1 a third party or unidentified; -2 left out, another counterpart's.
            own: the group of the own side.
            now_ns: UTC ns, never backwards.
            uncrewed: by row of the snapshot: which are drones; none where not given.
            joins: declared ones; of those that hold now and that both sides agreed to, only a near miss sounds.
            suspended: provisions that are suspended.

        Only pairs of the own side with another are looked at: pairs of one party are that party's business, and so are
        the counterpart's with third parties.

        Raises:
            InputError: `group` or `uncrewed` does not have one value for each row.
        """
        whose = _rows("group", group, len(snapshot)).astype(np.int64)
        drones = np.zeros(len(snapshot), np.bool_)
        if uncrewed is not None:
            drones = _rows("uncrewed", uncrewed, len(snapshot)).astype(np.bool_)
        x, var = moving(snapshot)
        facts = yield from look(snapshot, x, var, whose, own, self.terms, SEPARATION not in suspended)
        unconfirmed = self._doubts.update(snapshot, facts, self.terms, now_ns)
        alone = drones | strangers(snapshot, facts, unconfirmed, whose, own) if unconfirmed.any() else drones
        lead = self._elements.update(snapshot, x, whose, alone)
        quiet = _quiet(snapshot, facts) | unconfirmed
        yield Piece(TRACK_US * len(snapshot))
        shown = believe(self._steady, snapshot, facts, facts.raw, facts.held, np.zeros_like(quiet), now_ns)
        believed = yield from shown
        at_all = believed or self._loud
        agreed, declared = _joined(snapshot, facts, joins, now_ns) if at_all else (frozenset(), frozenset())
        raw, held = facts.raw.copy(), facts.held.copy()
        for pair in agreed:
            raw[pair], held[pair] = (tier if tier == Tier.NEAR else NOTHING for tier in (raw[pair], held[pair]))
        loud = yield from believe(self._loud, snapshot, facts, raw, held, quiet, now_ns)
        for pair in agreed & loud.keys():  # what sounded before the join was agreed to does not outlive that
            loud[pair] = loud[pair] if loud[pair] == Tier.NEAR else NOTHING
        flights = flights_of(snapshot, lead)
        scene = Scene(
            snapshot, facts, whose, own, self.terms, x, lead, agreed, declared, loud, unconfirmed, now_ns, flights
        )  # fmt: skip
        yield from self._settle(scene, believed)

    def open_alerts(self) -> list[Alert]:
        """Return the alerts that are open, the most urgent first."""
        return sorted((one.alert for one in self._open if not one.absorbed_ns), key=_urgency)

    def _settle(self, scene: Scene, believed: dict[int, int]) -> Looking[None]:
        """Put pairs of the same elements together; continue the alerts about any of them, close the others."""
        groups = yield from grouped(scene, believed)
        goes_on = heirs(self._open, groups)
        opens = self._to_open(scene, [(at, group) for at, group in enumerate(groups) if at not in goes_on])
        before, kept = self._open, [*goes_on.values()]
        self._open = list(before)  # what opens stands there as soon as it is told
        yield Piece(len(groups) * GROUPED_US)
        for some in batched(sorted(goes_on.keys() | opens.keys(), key=lambda at: groups[at].rank), TOLD_AT_ONCE):
            changes: list[AlertChange] = []
            for at in some:
                if at in goes_on:
                    self._go_on(scene, groups[at], goes_on[at], changes)
                else:
                    kept.append(self._begin(scene, groups[at], *opens[at], changes))
                    self._open.append(kept[-1])
            yield Piece(len(some) * TOLD_US, tuple(changes))
        changes = self._end(scene, before, kept)
        yield Piece(len(self._open), tuple(changes))

    def _to_open(
        self, scene: Scene, groups: Iterable[tuple[int, Group]]
    ) -> dict[int, tuple[str, list[tuple[int, int]]]]:
        """Return of what opens the name, and its pairs; by its place among the groups.

        What outlives the last second that spoke for it keeps an alert open, and opens none: when elements split after
        a pass, what is left of it would be told as new.
        """
        raw = scene.facts.raw
        fresh = ((at, [(p, min(t, int(raw[p]))) for p, t in group.pairs if raw[p] > NOTHING]) for at, group in groups)
        return {at: (self._name(scene.now_ns), pairs) for at, pairs in fresh if pairs}

    def _end(self, scene: Scene, before: list[Open], kept: list[Open]) -> list[AlertChange]:
        """Close what nobody goes on with, or what was taken over for long enough."""
        changes: list[AlertChange] = []
        stands, stay = {pair for one in kept for pair in one.about}, {id(one) for one in kept}
        for one in before:
            if id(one) in stay:
                continue
            one.absorbed_ns = one.absorbed_ns or scene.now_ns
            over = scene.now_ns - one.absorbed_ns > ABSORBED_S * NS
            if over or stands.isdisjoint(one.about):
                changes.append(AlertChange(Kind.CLOSED, replace(one.alert, now_ns=scene.now_ns)))
            else:
                kept.append(one)
        self._open = sorted(kept, key=lambda one: (one.alert.opened_ns, int(one.alert.id.rpartition("-")[2])))
        self._heard.forget(scene.now_ns)
        return changes

    def _begin(
        self, scene: Scene, group: Group, name: str, pairs: list[tuple[int, int]], changes: list[AlertChange]
    ) -> Open:
        """Open an alert about `group`: about those of its pairs that something speaks for now."""
        loudest = scene.loudest(pairs)
        heard = 0 < loudest <= self._heard.tier(group.about, scene.now_ns)
        alert = tell(scene, pairs, name, scene.now_ns, heard)
        changes.append(AlertChange(Kind.OPENED, alert, self._hear(scene, group, pairs, alert)))
        return Open(alert, group.about, scene.now_ns // NS)

    def _go_on(self, scene: Scene, group: Group, known: Open, changes: list[AlertChange]) -> None:
        """Carry an open alert on: at once where anything changed, else once a second."""
        second, before = scene.now_ns // NS, known.alert
        same = group.about == known.about and before.tier == max(tier for _, tier in group.pairs)
        if second == known.second and before.sounds and same:
            self._hear(scene, group, group.pairs, before)
            return  # nothing that could not wait for the next second
        loudest = scene.loudest(group.pairs)
        heard = not before.sounds and 0 < loudest <= self._heard.tier(group.about, scene.now_ns)
        alert = tell(scene, group.pairs, before.id, before.opened_ns, heard)
        sounded = self._hear(scene, group, group.pairs, alert)
        kind = Kind.RAISED if sounded and alert.tier >= before.tier else _kind(before, alert)
        if kind is not Kind.UPDATED or sounded or second != known.second:
            changes.append(AlertChange(kind, alert, sounded))
            known.second = second
        known.alert, known.about, known.absorbed_ns = alert, group.about, 0

    def _hear(self, scene: Scene, group: Group, pairs: list[tuple[int, int]], alert: Alert) -> bool:
        """Return whether the own post must be alarmed now; remember what sounded, as long as it stands."""
        loudest = scene.loudest(pairs)
        sounded = alert.sounds and loudest > self._heard.tier(group.about, scene.now_ns)
        if alert.sounds:
            self._heard.note(group.about, loudest, scene.now_ns)
        self._heard.renew(group.about, loudest, scene.now_ns)
        return sounded

    def _name(self, now_ns: int) -> str:
        """Return a name for an alert that opens now: the moment, and its place among those that open then."""
        moment = stamp(now_ns)
        self._named = (moment, self._named[1] + 1 if self._named[0] == moment else 1)
        return f"{moment}-{self._named[1]}"


def _joined(
    snapshot: Snapshot, facts: Facts, joins: Iterable[Join], now_ns: int
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the pairs of joins that hold now: those agreed to, and those that one side alone declared."""
    holds = {key(j.first, j.second): j.acknowledged for j in joins if j.from_ns <= now_ns < j.until_ns}
    found = find(snapshot, facts, holds.keys())
    agreed = frozenset(pair for of, pair in found.items() if holds[of])
    return agreed, frozenset(found.values()) - agreed


def _kind(before: Alert, now: Alert) -> Kind:
    if now.tier != before.tier:
        return Kind.RAISED if now.tier > before.tier else Kind.LOWERED
    return Kind.RAISED if now.sounds and not before.sounds else Kind.UPDATED


def _urgency(alert: Alert) -> tuple[int, float, str]:
    """Return what puts the most urgent alert first."""
    return -alert.tier, alert.soonest_s, alert.id


def _quiet(snapshot: Snapshot, facts: Facts) -> Bool:
    """Return which pairs never sound by themselves: a level is unknown, or a track not yet believed."""
    tentative = snapshot.state == TENTATIVE
    return np.asarray(facts.level_unknown | tentative[facts.first] | tentative[facts.second], np.bool_)


def _rows(name: str, values: np.ndarray, rows: int) -> np.ndarray:
    array = np.asarray(values)
    if array.shape != (rows,):
        raise InputError(
            f"{name} has the shape {array.shape}, the snapshot {rows} rows.", remedy="Give one value for each row."
        )
    return array
