"""Doubting: tracks that appear inside the minima without any approach, and that one kind of source alone shows.

A false track (a ghost) that is planted beside an aircraft has not flown there. What is seen inside the minima, and was
not ahead a moment ago, is unconfirmed until sources of two kinds see it or it has persisted: it is shown and told at
lower loudness at once, sounds in full once it stays, and is never told to the other side by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from armslength.agreement.terms import Terms
from armslength.domain.picture import COASTING, IMPLAUSIBLE, SINGLE, TENTATIVE, Snapshot
from armslength.domain.plot import I64, Bool
from armslength.engine.watch.pairs import Facts
from armslength.kernel import foresight as k
from armslength.units import NS

PERSISTS_M, PERSISTS_N = 8, 10
"""In so many of so many seconds must an unconfirmed track be seen inside the minima before it is taken for real."""
FORGET_S = 60.0
"""A doubt about a pair that is not looked at any more is forgotten after this time [s]."""


@dataclass
class _Doubt:
    """The last seconds of a pair: whether it was seen in each, the newest last."""

    seen: list[bool]
    second: int


@dataclass
class Doubts:
    """Remembers which pairs were looked at a moment ago, and which are doubted."""

    _before: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    _doubts: dict[int, _Doubt] = field(default_factory=dict)

    def update(self, snapshot: Snapshot, facts: Facts, terms: Terms, now_ns: int) -> Bool:
        """Return which pairs of `facts` are unconfirmed."""
        code = snapshot.aircraft[facts.first].astype(np.int64) << 32 | snapshot.aircraft[facts.second].astype(np.int64)
        ahead, out = facts.ahead, np.zeros(len(code), np.bool_)
        inside = (ahead[:, k.D_H] < terms.separation.horizontal_m) & ~(ahead[:, k.D_V] >= terms.separation.vertical_m)
        weak = (snapshot.marks & (IMPLAUSIBLE | SINGLE)) != 0
        doubtful = weak[facts.first] | weak[facts.second]
        appeared = np.flatnonzero(inside & doubtful)
        appeared = appeared[~np.isin(code[appeared], self._before)]
        second = now_ns // NS
        for pair in appeared.tolist():
            self._doubts.setdefault(int(code[pair]), _Doubt([], -1))
        self._before = code
        if self._doubts:
            doubted = np.array(list(self._doubts), np.int64)
            place = np.searchsorted(code, doubted)  # pairs stand in order of their rows, and these of their aircraft
            for value, at in zip(doubted.tolist(), place.tolist(), strict=True):
                doubt = self._doubts[value]
                if at == len(code) or code[at] != value:
                    if second - doubt.second > FORGET_S:
                        del self._doubts[value]
                elif not doubtful[at] or self._persists(doubt, snapshot, facts, at, second):
                    del self._doubts[value]
                else:
                    out[at] = True
        return out

    @staticmethod
    def _persists(doubt: _Doubt, snapshot: Snapshot, facts: Facts, pair: int, second: int) -> bool:
        states = {int(snapshot.state[facts.first[pair]]), int(snapshot.state[facts.second[pair]])}
        seen = not states & {TENTATIVE, COASTING}
        if second == doubt.second:
            doubt.seen[-1] = doubt.seen[-1] or seen
        else:
            gone = min(second - doubt.second - 1, PERSISTS_N) if doubt.second >= 0 else 0
            doubt.seen = [*doubt.seen, *[False] * gone, seen][-PERSISTS_N:]
            doubt.second = second
        return sum(doubt.seen) >= PERSISTS_M


def strangers(snapshot: Snapshot, facts: Facts, unconfirmed: Bool, group: I64, own: int) -> Bool:
    """Return the rows that are unconfirmed, shape (N,): of the doubted pairs, what is not ours and ill borne out.

    They fly in nobody's element: a ghost beside a flight must not change what is said of the flight.
    """
    out = np.zeros(len(snapshot), np.bool_)
    weak = (snapshot.marks & (IMPLAUSIBLE | SINGLE)) != 0
    for rows in (facts.first[unconfirmed], facts.second[unconfirmed]):
        out[rows] = weak[rows] & (group[rows] != own)
    return out
