"""The watch: snapshots in, changes of alerts out. Call it once a second, and at once on new data.

Who is looked at, and what is ahead of them: `pairs`. What is believed of each pair: `steadying`. Who flies together:
`elements`. Here pairs become alerts, each about two elements, with an identity that lasts while it is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.alert import Alert, AlertChange, Join, Kind
from armslength.domain.picture import Snapshot
from armslength.domain.plot import I64, Bool
from armslength.engine.watch.elements import Elements
from armslength.engine.watch.pairs import look, moving
from armslength.engine.watch.steadying import NOTHING, Steady
from armslength.engine.watch.telling import Scene, tell
from armslength.errors import InputError
from armslength.units import NS, stamp

SEPARATION = "separation"
"""The provision under which the minima hold. Near misses are watched with or without it."""
Key = tuple[str, str]


@dataclass
class _Open:
    """An open alert, the pairs of addresses that it is about, and the second of the last change told."""

    alert: Alert
    pairs: frozenset[Key]
    second: int


@dataclass
class Watch:
    """Watches the aircraft of one own party against those of one counterpart, and against third parties.

    Args:
        terms: in force; replaced when an amendment takes effect.
    """

    terms: Terms
    _steady: dict[Key, Steady] = field(default_factory=dict)
    _elements: Elements = field(default_factory=Elements)
    _open: list[_Open] = field(default_factory=list)
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
        """Return what changed about the alerts, the most urgent first; an open one is told once a second at least.

        Args:
            snapshot: of the picture, at `now_ns`.
            group: by row of the snapshot, shape (N,): whose each aircraft is. The two parties of the terms are 0 and
                1; -1 a third party or unidentified; -2 left out, another counterpart's.
            own: the group of the own side.
            now_ns: UTC ns, never backwards.
            uncrewed: by row of the snapshot: which are drones; none where not given.
            joins: agreed joins; those that hold now do not sound.
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
        facts = look(snapshot, x, var, whose, own, self.terms, SEPARATION not in suspended)
        lead = self._elements.update(snapshot, x, whose, drones)
        believed = self._believe(snapshot, facts.first, facts.second, facts.raw, facts.held, facts.to_go_s, now_ns)
        declared = {_key(j.first, j.second) for j in joins if j.from_ns <= now_ns < j.until_ns}
        joined = frozenset(
            pair
            for pair in (believed if declared else ())
            if _key(snapshot.addresses[facts.first[pair]], snapshot.addresses[facts.second[pair]]) in declared
        )
        scene = Scene(snapshot, facts, whose, own, self.terms, x, lead, joined, now_ns)
        return self._settle(scene, believed)

    def open_alerts(self) -> list[Alert]:
        """Return the alerts that are open, the most urgent first."""
        return sorted((one.alert for one in self._open), key=_urgency)

    def _believe(
        self, snapshot: Snapshot, first: I64, second: I64, raw: I64, held: I64, to_go: np.ndarray, now_ns: int
    ) -> dict[int, int]:
        """Return the tier believed of each pair of which any is, by its index; pairs not seen any more fade."""
        names, seen, believed = snapshot.addresses, set(), {}
        for pair in np.flatnonzero(held > NOTHING).tolist():
            key = _key(names[first[pair]], names[second[pair]])
            seen.add(key)
            steady = self._steady.get(key)
            if steady is None:
                if raw[pair] == NOTHING:
                    continue
                steady = self._steady[key] = Steady()
            if tier := steady.judge(int(raw[pair]), int(held[pair]), float(to_go[pair]), now_ns):
                believed[pair] = tier
        faded = {key: steady for key, steady in self._steady.items() if key not in seen}
        if faded:
            index = {_key(names[i], names[j]): pair for pair, (i, j) in enumerate(zip(first, second, strict=True))}
            for key, steady in faded.items():
                tier = steady.judge(NOTHING, NOTHING, 0.0, now_ns)
                if tier and key in index:
                    believed[index[key]] = tier
                elif steady.over:
                    del self._steady[key]
        return believed

    def _settle(self, scene: Scene, believed: dict[int, int]) -> list[AlertChange]:
        """Put pairs of the same elements together; continue the alerts about any of them, close the others."""
        together: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for pair, tier in sorted(believed.items()):
            leaders = sorted((int(scene.lead[scene.facts.first[pair]]), int(scene.lead[scene.facts.second[pair]])))
            together.setdefault((leaders[0], leaders[1]), []).append((pair, tier))
        names = scene.snapshot.addresses
        groups = sorted((_key(names[a], names[b]), pairs) for (a, b), pairs in together.items())
        left, changes = list(self._open), []
        kept: list[_Open] = []
        for _leaders, pairs in groups:
            about = frozenset(_key(names[scene.facts.first[p]], names[scene.facts.second[p]]) for p, _ in pairs)
            known = next((one for one in left if one.pairs & about), None)
            second = scene.now_ns // NS
            if known is None:
                # What outlives the last second that spoke for it keeps an alert open, and opens none: when elements
                # split after a pass, what is left of it would be told as new.
                fresh = [(p, min(t, int(scene.facts.raw[p]))) for p, t in pairs if scene.facts.raw[p] > NOTHING]
                if not fresh:
                    continue
                alert = tell(scene, fresh, self._name(scene.now_ns), scene.now_ns)
                kept.append(_Open(alert, about, second))
                changes.append(AlertChange(Kind.OPENED, alert))
                continue
            left = [one for one in left if one is not known]
            told = second == known.second and known.alert.sounds
            if told and about == known.pairs and known.alert.tier == max(tier for _, tier in pairs):
                kept.append(known)  # nothing that could not wait for the next second
                continue
            alert = tell(scene, pairs, known.alert.id, known.alert.opened_ns)
            kind = _kind(known.alert, alert)
            if kind is not Kind.UPDATED or second != known.second:
                changes.append(AlertChange(kind, alert))
                known = _Open(alert, about, second)
            kept.append(replace(known, alert=alert, pairs=about))
        self._open = kept
        changes += [AlertChange(Kind.CLOSED, replace(one.alert, now_ns=scene.now_ns)) for one in left]
        return sorted(changes, key=lambda change: (_urgency(change.alert), change.kind))

    def _name(self, now_ns: int) -> str:
        """Return a name for an alert that opens now: the moment, and its place among those that open then."""
        moment = stamp(now_ns)
        self._named = (moment, self._named[1] + 1 if self._named[0] == moment else 1)
        return f"{moment}-{self._named[1]}"


def _kind(before: Alert, now: Alert) -> Kind:
    if now.tier != before.tier:
        return Kind.RAISED if now.tier > before.tier else Kind.LOWERED
    return Kind.RAISED if now.sounds and not before.sounds else Kind.UPDATED


def _urgency(alert: Alert) -> tuple[int, float, str]:
    """Return what puts the most urgent alert first."""
    return -alert.tier, alert.t_cpa_s, alert.id


def _key(one: str, other: str) -> Key:
    return (one, other) if one < other else (other, one)


def _rows(name: str, values: np.ndarray, rows: int) -> np.ndarray:
    array = np.asarray(values)
    if array.shape != (rows,):
        raise InputError(
            f"{name} has the shape {array.shape}, the snapshot {rows} rows.", remedy="Give one value for each row."
        )
    return array
