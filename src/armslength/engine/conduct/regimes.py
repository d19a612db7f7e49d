"""Which regime was in force, for whom and when: what both sides agreed to, beyond the terms, for a while.

ARM is the usual one and has no name here (""). A window of another regime relaxes the rules that name it in
`Rule.relaxed`, never the others. SUSPENDED windows name provisions: what rests on one of them is recorded, not judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from armslength.agreement.area import Area
from armslength.domain.finding import SUSPENDED

INTERCEPT, TEST, JOIN = "INTERCEPT", "TEST", "JOIN"


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which a regime was in force.

    Attributes:
        kind: INTERCEPT, TEST, JOIN or SUSPENDED.
        from_ns, until_ns: from the one until before the other, UTC [ns]; None: no end.
        aircraft: addresses that it holds for; of two, one must be in it, where it names one, and both, where it names
            more. None: it holds for all.
        provisions: of SUSPENDED, which.
        area: where it holds, levels on the datum of the terms; None: everywhere.
    """

    kind: str
    from_ns: int
    until_ns: int | None
    aircraft: frozenset[str] | None = None
    provisions: frozenset[str] = frozenset()
    area: Area | None = None

    def covers(self, pair: tuple[str, str], from_ns: int, until_ns: int) -> bool:
        """Return whether it holds for both aircraft of `pair` at all times between, UTC [ns]."""
        if self.from_ns > from_ns or (self.until_ns is not None and self.until_ns <= until_ns):
            return False
        if self.aircraft is None:
            return True
        return len(self.aircraft & set(pair)) == min(2, len(self.aircraft))


@dataclass(frozen=True, slots=True)
class Regimes:
    """All windows of a time."""

    windows: tuple[Window, ...] = ()

    def at(
        self, kinds: tuple[str, ...], provisions: tuple[str, ...], pair: tuple[str, str], from_ns: int, until_ns: int,
        within: Callable[[Area], bool] = lambda area: False,
    ) -> str:  # fmt: skip
        """Return the regime that something from `from_ns` until `until_ns` [UTC ns] was under: "" the usual one.

        Args:
            kinds: that relax what is judged, first come first named. provisions: that it rests on; a suspension of one
                of them at any of that time goes before all.
            pair: addresses of both aircraft.
            within: whether both were in an area all that time.
        """
        for one in self.windows:
            overlaps = one.from_ns <= until_ns and (one.until_ns is None or one.until_ns > from_ns)
            if one.kind == SUSPENDED and overlaps and not one.provisions.isdisjoint(provisions):
                return SUSPENDED
        for kind in kinds:
            for one in self.windows:
                if one.kind == kind and one.covers(pair, from_ns, until_ns) and (one.area is None or within(one.area)):
                    return kind
        return ""
