"""The rules about places, along the stages: visits to blocks, sites and volumes of activities, and what they find.

A visit is judged when it is over. What becomes known of a track later (that it is implausible) is laid over the
findings when they are asked for; so is which aircraft flew together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from armslength.agreement.terms import GEOMETRIC, Terms, contains
from armslength.domain.finding import SUSPENDED, Finding, Outcome, coarsely
from armslength.domain.plot import Roster
from armslength.domain.track import Marks, Tracks
from armslength.domain.visit import Notice, Visit
from armslength.engine.conduct.regimes import Regimes
from armslength.engine.conduct.told import LIGHTS_OFF, Reported
from armslength.engine.detection import MIXED_BOUND_M
from armslength.engine.discipline import d03, d04
from armslength.engine.discipline.d02 import repeated
from armslength.engine.discipline.entry import Case, Entry, Told, Who
from armslength.engine.discipline.flights import one_each
from armslength.engine.discipline.gather import Gatherer
from armslength.engine.discipline.places import TEXTS, judge, places
from armslength.node.belonging import Belonging
from armslength.units import NS


@dataclass
class Discipline:
    """What the rules about places find along one chain of stages.

    Attributes:
        regimes: suspensions; may be added to. told: what was told of places; replace it by all that is known.
        reported: what crews saw; set it before the flights of its time come.
        independent: numbers of the sources that show aircraft without a reply of their transponders.
        found: entries in the visits that are over. presences: who was in the volumes of activities.
    """

    terms: Terms
    roster: Roster
    belonging: Belonging
    told: Told = field(default_factory=Told)
    regimes: Regimes = field(default_factory=Regimes)
    reported: tuple[Reported, ...] = ()
    independent: frozenset[int] = frozenset()
    found: list[Entry] = field(default_factory=list)
    presences: list[d04.Presence] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._notices: tuple[Notice, ...] = ()
        self._silences = d03.Silences(self.terms, self.independent)
        self._unseen: list[Finding] = []
        self._lights: dict[str, d03.Lights] = {}
        self._epoch_ns = 0
        geometric = self.terms.datum == GEOMETRIC
        self._gatherer = Gatherer(places(self.terms), geometric=geometric, mixed_bound_m=MIXED_BOUND_M)

    @property
    def looks(self) -> bool:
        """Whether there is anything to watch, and anybody who belongs to a party."""
        if self.told.notices != self._notices:
            self._notices = self.told.notices
            self._gatherer.watch(places(self.terms, self._notices))
        return bool(self._gatherer.places) and self.belonging.membership is not None

    def stretch(self, tracks: Tracks, before_ns: int | None) -> None:
        """Take the tracks of the next stretch; whose they are counts as it was known before `before_ns` (UTC)."""
        if self.belonging.membership is not None and self.terms.conduct["D03"].enabled:
            self._look(tracks, before_ns)
        if self.looks:
            party = [self._party(one, before_ns) for one in tracks.aircraft.tolist()]
            self._judge(self._gatherer.add(tracks, party), before_ns)

    def settle(self, now: float, before_ns: int | None = None) -> None:
        """Judge the visits that are over when nothing more comes before `now` [s after the epoch]."""
        if self.looks:
            self._judge(self._gatherer.settle(now), before_ns)
        self._silent(self._silences.settle(now), self._epoch_ns, before_ns)

    def findings(self, marks: Marks, epoch_ns: int) -> list[Finding]:
        """Return what was found so far, in order of time, as `marks` and suspensions allow."""
        told = [replace(one, finding=self._laid_over(one.finding, marks, epoch_ns)) for one in self.found]
        # Who flew together is asked first: a wingman does not repeat what his leader did.
        flights = repeated(one_each(told), self.terms.conduct["D02"]["repeated_s"])
        out = [one.finding for one in flights]
        if self.terms.conduct["D04"].enabled:
            late = d04.findings(self.terms, self.told, self.presences)
            out += [self._laid_over(one, marks, epoch_ns) for one in late]
        if self.terms.conduct["D03"].enabled:
            seen = (*self._unseen, *d03.lights_found(self.terms, self._dark()))
            out += [self._laid_over(one, marks, epoch_ns) for one in seen]
        return coarsely(out)

    def forget(self, before_ns: int) -> None:
        """Drop what closed before `before_ns` (UTC), but not an overflight that makes the next one graver."""
        kept = before_ns - round(self.terms.conduct["D02"]["repeated_s"] * NS)
        self.found = [
            one for one in self.found if _closed(one.finding) >= (kept if one.finding.rule == "D02" else before_ns)
        ]
        self.presences = [one for one in self.presences if one.last_ns >= before_ns]
        self._unseen = [one for one in self._unseen if _closed(one) >= before_ns]

    def _look(self, tracks: Tracks, before_ns: int | None) -> None:
        """Look for who cannot be seen: without a reply, and, where a crew said so, without lights."""
        self._epoch_ns = tracks.epoch_ns
        if self.independent:
            self._silences.independent = self.independent
            self._silent(self._silences.add(tracks), tracks.epoch_ns, before_ns)
        for form in self.reported:
            at = (form.at_ns - tracks.epoch_ns) / NS
            if form.kind == LIGHTS_OFF and tracks.window[0] <= at < tracks.window[1]:
                self._lights[form.id] = self._lit(form, tracks, at, before_ns)

    def _lit(self, form: Reported, tracks: Tracks, at: float, before_ns: int | None) -> d03.Lights:
        named = (one for one in (form.reporter, form.accused) if one in self.roster)
        index = {address: self.roster.index(address) for address in named}
        known = {address: d03.where_at(tracks, place, at) for address, place in index.items()}
        accused, reporter = known.get(form.accused), known.get(form.reporter)
        party = self._party(index[form.accused], before_ns) if form.accused in index else ""
        nan = float("nan")
        if accused is None:
            return d03.Lights(form.id, party, form.accused, form.at_ns, nan, nan, nan)
        sun = d03.sun_deg(accused[0], accused[1], form.at_ns)
        inside = bool(contains(self.terms.area, accused[0], accused[1], nan))
        distance, error = d03.apart(reporter, accused) if reporter is not None else (form.range_m, nan)
        return d03.Lights(form.id, party, form.accused, form.at_ns, sun, distance, error, inside)

    def _dark(self) -> list[d03.Lights]:
        """Return what is known of each report of missing lights."""
        nan = float("nan")
        forms = [one for one in self.reported if one.kind == LIGHTS_OFF]
        return [
            self._lights.get(one.id) or d03.Lights(one.id, "", one.accused, one.at_ns, nan, nan, nan) for one in forms
        ]

    def _silent(self, silences: Iterable[d03.Silence], epoch_ns: int, before_ns: int | None) -> None:
        told = [
            (one, self.roster.addresses[one.aircraft], self._party(one.aircraft, before_ns)) for one in silences
        ]  # fmt: skip
        self._unseen += d03.silences_found(self.terms, told, epoch_ns)

    def _judge(self, visits: Iterable[Visit], before_ns: int | None) -> None:
        for visit in visits:
            member = self.belonging.member(visit.aircraft, before_ns)
            uncrewed = member is not None and member.category.startswith("uncrewed")
            who = Who(self.roster.addresses[visit.aircraft], uncrewed)
            case = Case(visit, who, self.terms, self.told)
            self.found += judge(case)
            self.presences += d04.present(case)

    def _party(self, aircraft: int, before_ns: int | None) -> str:
        member = self.belonging.member(aircraft, before_ns)
        return "" if member is None or member.excluded else member.party

    def _laid_over(self, found: Finding, marks: Marks, epoch_ns: int) -> Finding:
        provisions = TEXTS[found.rule].provisions
        regime = self.regimes.at((), provisions, (found.first, ""), found.opened_ns, _closed(found))
        if regime == SUSPENDED:
            says = f"{found.explanation} Recorded, not judged: {', '.join(provisions)} is suspended."
            found = replace(found, outcome=Outcome.NOT_DETERMINABLE, regime=regime, explanation=says)
        if found.first not in self.roster:
            return found
        place = self.roster.index(found.first)
        why = marks.why(place, (found.opened_ns - epoch_ns) / NS, (_closed(found) - epoch_ns) / NS)
        if not why:
            return found
        outcome = found.outcome if found.outcome is Outcome.NO_BREACH else Outcome.NOT_DETERMINABLE
        says = f"{found.explanation} It rests on an implausible track: {why}."
        return replace(found, outcome=outcome, explanation=says)


def _closed(found: Finding) -> int:
    return found.opened_ns if found.closed_ns is None else found.closed_ns
