"""Continuing: which open alert goes on in which group of pairs, when elements split, join and regroup.

An alert goes on where a pair of its members is. Where it could go on in several parts it does in the most urgent, of
equally urgent ones in that with the nearest pair; the older alert chooses first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from armslength.domain.alert import Alert
from armslength.engine.watch.memory import Key, key
from armslength.engine.watch.pieces import GROUPED_AT_ONCE, GROUPED_US, JUDGED_US, Looking, Piece, batched
from armslength.engine.watch.telling import Scene, element
from armslength.kernel import foresight as k

ABSORBED_S = 8.0
"""An alert whose pairs another one took over is over after this time [s]; when they part before, it goes on."""


@dataclass(slots=True, eq=False)
class Open:
    """An open alert.

    Attributes:
        alert: as last told. about: pairs of members of its elements. second: of the last change told.
        absorbed_ns: since when another alert is about them, UTC ns; 0 where it stands for itself.
    """

    alert: Alert
    about: frozenset[Key]
    second: int
    absorbed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Two elements: pairs (with the tier believed) that are to be told as one alert, and all pairs of members."""

    pairs: list[tuple[int, int]]
    about: frozenset[Key]
    rank: tuple[int, float, Key]


def grouped(scene: Scene, believed: Mapping[int, int]) -> Looking[list[Group]]:
    """Return the groups, in order of the addresses of their leaders."""
    together: dict[Key, list[tuple[int, int]]] = {}
    names, order = scene.snapshot.addresses, np.array(sorted(believed), np.int64)
    leaders = (scene.lead[rows[order]].tolist() for rows in (scene.facts.first, scene.facts.second))
    for pair, one, other in zip(order.tolist(), *leaders, strict=True):
        together.setdefault(key(names[one], names[other]), []).append((pair, believed[pair]))
    yield Piece(len(believed) * JUDGED_US)
    out: list[Group] = []
    for parts in batched(sorted(together.items()), GROUPED_AT_ONCE):
        out += [_group(scene, leaders_, pairs) for leaders_, pairs in parts]
        yield Piece(sum(len(pairs) for _, pairs in parts) * GROUPED_US)
    return out


def _group(scene: Scene, leaders: Key, pairs: list[tuple[int, int]]) -> Group:
    facts, pair = scene.facts, pairs[0][0]
    one, other = (element(scene, int(rows[pair])).addresses for rows in (facts.first, facts.second))
    about = frozenset(key(a, b) for a in one for b in other)
    urgent, near = min((-tier, float(facts.ahead[pair, k.D_H])) for pair, tier in pairs)
    return Group(pairs, about, (urgent, near, leaders))


def heirs(known: Sequence[Open], groups: Sequence[Group]) -> dict[int, Open]:
    """Return which of `known`, the oldest first, goes on in which group, by the place of the group."""
    out: dict[int, Open] = {}
    place = {pair: at for at, group in enumerate(groups) for pair in group.about}  # a pair is in one group at most
    for one in known:
        free = {place[pair] for pair in one.about if pair in place}
        free = {at for at in free if at not in out}
        if free:
            out[min(free, key=lambda at: groups[at].rank)] = one
    return out
