"""Plots to alerts in a live node: the picture, who belongs to whom, and one watch for each agreement in force.

Without any agreement in force the own post is still warned, of everybody, under the default terms. Third parties are
held to the largest minima of all the agreements in force: by the watch of one that has them, else by one of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from armslength.agreement.terms import NearMiss, Separation, Terms, default_terms
from armslength.domain.alert import Alert, AlertChange, Join, Kind
from armslength.domain.levels import Told
from armslength.domain.picture import Snapshot, Source, integrity
from armslength.domain.plot import I64, Bool, Plot, Roster, pack
from armslength.engine.picture import Picture
from armslength.engine.watch import Watch
from armslength.node.belonging import Belonging
from armslength.node.core.inputs import Agreed, PlotsIn
from armslength.node.membership import Membership
from armslength.units import NS

OWN, OTHER, THIRD, APART = 0, 1, -1, -2
"""Groups: ours, the counterpart's, nobody's whom the agreement binds, and who is another watch's business."""
ALONE = ""
"""Name of the watch under nobody's agreement: while none is in force, or of third parties under several."""
MOST_AIRCRAFT = 20_000
"""Aircraft known at once; plots of more are kept aside, and counted."""
NO_ROOM = "more aircraft than can be watched at once"
MOST_CALLSIGNS = 16
"""Call signs of one aircraft that are remembered."""
FORGET_EVERY_NS = 60 * NS
SEEN_US = 5.0
"""What it takes to see where a track is now, and whose it is [microseconds], about."""


@dataclass
class Watching:
    """The eyes of the node.

    Args:
        party: the own one.
        membership: whose aircraft is whose; None: nobody's is known, every aircraft is a third party.
        sources: the feeds, in the order of node.toml.
    """

    party: str
    membership: Membership | None
    sources: Sequence[Source]
    roster: Roster = field(default_factory=lambda: Roster(most_callsigns=MOST_CALLSIGNS))
    still: bool = False
    """The last look found an empty sky, as the one before, and nothing has come since: to look again costs nothing."""
    _fresh: bool = True
    joins: list[Join] = field(default_factory=list)
    levels: dict[str, tuple[Told, int]] = field(default_factory=dict)
    plots_in: dict[str, int] = field(default_factory=dict)
    kept_aside: dict[str, dict[str, int]] = field(default_factory=dict)
    last_plot_ns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._index = {source.name: k for k, source in enumerate(self.sources)}
        self._agreed: dict[str, Agreed] = {}
        self._watch: dict[str, Watch] = {}
        self._terms: dict[str, Terms] = {}
        self._third = ALONE
        self._terms[ALONE] = default_terms()
        self._watch[ALONE] = Watch(self._terms[ALONE])
        self.belonging = Belonging(default_terms(), self.membership, self.roster, forgiving=True)
        self.picture = Picture(self.roster, tuple(self.sources))
        self._seen: Snapshot | None = None
        self._seen_ns = 0
        self._forgot_ns = 0
        self._in_hand: Iterator[tuple[float, list[tuple[str, AlertChange]]]] | None = None

    def adopt(self, agreed: Mapping[str, Agreed]) -> list[tuple[str, AlertChange]]:
        """Take the agreements in force. Watches of terms that changed begin anew; return what that closes.

        A look in hand is ended before: it is about the terms so far.
        """
        force = {name: one for name, one in agreed.items() if one.terms is not None}
        closed: list[tuple[str, AlertChange]] = []
        for name, one in force.items():
            known = self._agreed.get(name)
            if one.terms is not None and (known is None or known.digest != one.digest):
                closed += self._close(name)
                self._terms[name] = one.terms
                self._watch[name] = Watch(one.terms)
        for name in [n for n in self._watch if n != ALONE and n not in force]:
            closed += self._close(name)
            del self._watch[name], self._terms[name]
        strict = strictest([one.terms for _, one in sorted(force.items()) if one.terms is not None])
        own = next((name for name in sorted(force) if self._terms[name] == strict), ALONE)
        if bool(force) != bool(self._agreed) or strict != self._terms[ALONE] or own != self._third:
            closed += self._close(ALONE)
            if self._third in self._watch and self._third not in {ALONE, own}:
                closed += self._close(self._third)  # its alerts about third parties are another's now: all open anew
                self._watch[self._third] = Watch(self._terms[self._third])
            self._terms[ALONE], self._third = strict, own
            self._watch[ALONE] = Watch(strict)
        self._agreed = force
        if force:
            first = self._terms[sorted(force)[0]]
            if first != self.belonging.terms:
                self.belonging = Belonging(first, self.membership, self.roster, forgiving=True)
                self.picture.datum = first.datum
                self.picture.limits = self.belonging.limits_of(self.picture.holds())
        return closed

    def belong(self, membership: Membership | None) -> None:
        """Take whose aircraft is whose from now on. Alerts that are open go on, or close, as the next look finds."""
        self.membership = membership
        self.belonging = Belonging(self.belonging.terms, membership, self.roster, forgiving=True)
        self.picture.limits = self.belonging.limits_of(self.picture.holds())

    def _close(self, name: str) -> list[tuple[str, AlertChange]]:
        watch = self._watch.get(name)
        return [] if watch is None else [(name, AlertChange(Kind.CLOSED, alert)) for alert in watch.open_alerts()]

    @property
    def snapshot(self) -> Snapshot | None:
        """The picture as it was looked at last; None before the first look."""
        if self._seen is not None and self._seen.now_ns != self._seen_ns:
            self._seen = replace(self._seen, now_ns=self._seen_ns)  # looked at again, and still empty
        return self._seen

    def begin_anew(self) -> list[tuple[str, AlertChange]]:
        """Forget the picture and every alert, because UTC was set: ages reckoned across the step would be wrong."""
        self._in_hand = None
        closed = [change for name in self._in_use() for change in self._close(name)]
        entered, limits = self.picture.datum, self.picture.limits
        self.picture = Picture(self.roster, tuple(self.sources), limits, entered)
        self._watch = {name: Watch(self._terms[name]) for name in self._watch}
        self.last_plot_ns.clear()
        return closed

    def take(self, batch: PlotsIn, now_ns: int) -> None:
        """Put plots into the picture."""
        source = batch.source
        self.plots_in[source] = self.plots_in.get(source, 0) + len(batch.plots)
        aside = self.kept_aside.setdefault(source, {})
        for reason, count in batch.kept_aside.items():
            aside[reason] = aside.get(reason, 0) + count
        if not batch.plots or source not in self._index:
            return
        newest = min(max(plot.time_ns for plot in batch.plots), now_ns)  # a stamp ahead must not hide that it is stale
        self.last_plot_ns[source] = max(newest, self.last_plot_ns.get(source, 0))
        self._fresh, self.still = True, False
        taken_in = self._with_room(batch.plots, aside)
        if not taken_in:
            return
        plots = pack(taken_in, self.roster, self._index[source])
        self.picture.limits = self.belonging.limits_of(np.unique(plots.aircraft).tolist())  # whose it is says it
        nic, nac_p = integrity(taken_in)
        taken = self.picture.update(plots, now_ns, nic=nic, nac_p=nac_p)
        for reason, count in taken.kept_aside.items():
            aside[reason] = aside.get(reason, 0) + count

    def _with_room(self, plots: Sequence[Plot], aside: dict[str, int]) -> Sequence[Plot]:
        """Return the plots of aircraft for which there is room: whoever is known, and new ones up to MOST_AIRCRAFT."""
        if self.roster.known + len(plots) <= MOST_AIRCRAFT:
            return plots
        new = {plot.address for plot in plots if plot.address not in self.roster}
        over = set(sorted(new)[max(MOST_AIRCRAFT - self.roster.known, 0) :])
        left = [plot for plot in plots if plot.address not in over]
        if len(left) < len(plots):
            aside[NO_ROOM] = aside.get(NO_ROOM, 0) + len(plots) - len(left)
        return left

    def _forget(self, now_ns: int) -> None:
        """Forget aircraft of which the picture remembers nothing any more: anybody can transmit any address."""
        if now_ns - self._forgot_ns < FORGET_EVERY_NS:
            return
        self._forgot_ns = now_ns
        held = self.picture.holds()
        for index, address in enumerate(self.roster.addresses):
            if address and index not in held:
                self.belonging.forget(index)
                self.roster.forget(index)

    def look(self, now_ns: int) -> list[tuple[str, AlertChange]]:
        """Return what changed about the alerts, each with the counterpart it is about (`ALONE`: none): a whole look."""
        self.begin(now_ns)
        return self.go_on(inf)[0]

    def begin(self, now_ns: int) -> None:
        """Begin a look, at the picture as it is now; one that is not at its end must be ended before.

        Where the sky is empty and was so before, it is at its end at once.
        """
        self._forget(now_ns)
        self.still = self._is_still(now_ns)
        self._in_hand = None if self.still else self._looking(now_ns)

    @property
    def looks(self) -> bool:
        """Whether a look was begun that is not at its end."""
        return self._in_hand is not None

    def go_on(self, most_us: float) -> tuple[list[tuple[str, AlertChange]], float]:
        """Go on with the look in hand until `most_us` are spent; return what changed, and what was spent.

        What is found does not depend on how the look is cut: it is about the picture as it was when it began. Costs are
        reckoned [microseconds], see `engine.watch.pieces`.
        """
        out: list[tuple[str, AlertChange]] = []
        spent_us = 0.0
        while self._in_hand is not None and spent_us < most_us:
            found = next(self._in_hand, None)
            if found is None:
                self._in_hand = None
            else:
                spent_us += found[0]
                out += found[1]
        return out, spent_us

    def _looking(self, now_ns: int) -> Iterator[tuple[float, list[tuple[str, AlertChange]]]]:
        """Give the pieces of a look: what each cost, and what changed. Membership and joins are those of the start."""
        snapshot = self.picture.snapshot(now_ns)
        self._seen, self._seen_ns = snapshot, now_ns
        party, drone = self._whose(snapshot)
        names, joins = self._in_use(), tuple(self.joins)
        suspended = {name: one.suspended for name, one in self._agreed.items()}
        yield SEEN_US * len(snapshot), []
        for name in names:
            group = groups(party, self.party, name, set(names) - {name, ALONE}, third=name == self._third)
            pieces = self._watch[name].looking(
                snapshot, group, own=OWN, now_ns=now_ns, uncrewed=drone, joins=joins,
                suspended=suspended.get(name, frozenset()),
            )  # fmt: skip
            for piece in pieces:
                yield piece.cost_us, [(name, change) for change in piece.changes]

    def _is_still(self, now_ns: int) -> bool:
        """Whether the sky was empty, nothing came since, and nothing is left to be told: time alone changes nothing."""
        before = self._seen
        if before is None or len(before.aircraft) or before.interference.active or self._fresh or self.open_alerts():
            self._fresh = False
            return False
        self._seen_ns = now_ns
        return True

    def open_alerts(self) -> list[tuple[str, Alert]]:
        """Return every open alert with the counterpart it is about."""
        return [(name, alert) for name in self._in_use() for alert in self._watch[name].open_alerts()]

    def party_of(self, address: str) -> str:
        """Return the party that an aircraft is bound to, the name of an excluded force, or ""."""
        return self.belonging.party(self.roster.index(address)) if address in self.roster else ""

    def enter_level(self, address: str, told: Told, now_ns: int) -> None:
        """Take a level that an officer entered."""
        self.levels[address] = (told, now_ns)
        self.picture.entered_level(address, told.level_m, now_ns, told.sigma_m)

    def levels_over(self, now_ns: int) -> list[str]:
        """Return the aircraft whose entered level the picture no longer uses: it is too old, or UTC was set."""
        return sorted(self.levels.keys() - self.picture.entered(now_ns))

    def ages(self, now_ns: int) -> dict[str, float]:
        """Return how old the newest plot of each source is [s]."""
        return {name: (now_ns - last) / NS for name, last in self.last_plot_ns.items()}

    def _in_use(self) -> list[str]:
        """Return the watches that look: one for each agreement, and `ALONE` where third parties need their own."""
        return [*sorted(self._agreed), *([ALONE] if self._third == ALONE else [])]

    def _whose(self, snapshot: Snapshot) -> tuple[list[str], Bool]:
        """Return of each track the party that it is bound to, or "", and whether it is uncrewed."""
        members = [self.belonging.member(index) for index in snapshot.aircraft.tolist()]
        drone = np.array([m is not None and m.category.startswith("uncrewed") for m in members], np.bool_)
        return ["" if m is None or m.excluded else m.party for m in members], drone


def strictest(known: Sequence[Terms]) -> Terms:
    """Return the terms by which third parties are watched: of each figure the largest; the default ones without any.

    Where agreements hold in different areas they hold everywhere; exempt is only what all of them exempt.
    """
    if not known:
        return default_terms()
    first = known[0]
    widest = Separation(
        max(one.separation.horizontal_m for one in known),
        max(one.separation.vertical_m for one in known),
        min(one.separation.dwell_limit_s for one in known),
    )
    near = NearMiss(max(one.near_miss.slant_m for one in known), max(one.near_miss.critical_m for one in known))
    alike = all(one.area == first.area and one.datum == first.datum for one in known)
    made = replace(
        first,
        separation=widest,
        near_miss=near,
        lookahead_s=max(one.lookahead_s for one in known),
        alert_s=max(one.alert_s for one in known),
        area=first.area if alike else None,
        exempt=tuple(area for area in first.exempt if alike and all(area in one.exempt for one in known)),
    )
    same = next((one for one in known if _minima(one) == _minima(made)), None)
    return made if same is None else same


def _minima(terms: Terms) -> tuple[object, ...]:
    """Return what of `terms` a watch goes by."""
    figures = (terms.separation, terms.near_miss, terms.lookahead_s, terms.alert_s)
    return (*figures, terms.area, terms.datum, frozenset(terms.exempt))


def groups(parties: Sequence[str], own: str, other: str, others: Collection[str] = (), *, third: bool = True) -> I64:
    """Return the group of each aircraft as the watch with `other` wants it.

    Aircraft of `others`, counterparts with watches of their own, are left to these; third parties are everybody's
    business and told once: where `third` is set.
    """
    nobody = THIRD if third else APART
    of = {own: OWN, other: OTHER, **dict.fromkeys(others, APART)}
    return np.array([of.get(p, nobody) if p else nobody for p in parties], np.int64)
