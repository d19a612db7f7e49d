"""What was said, asked, reported and suspended beside a recording: the facts that a replay judges with the plots."""

from __future__ import annotations

from dataclasses import dataclass, field

from armslength.agreement.terms import Terms
from armslength.domain.declared import Fact as Declared
from armslength.domain.declared import distress_of, notices_of
from armslength.domain.finding import Finding
from armslength.domain.talk import Fact
from armslength.engine.comms import judge as comms
from armslength.engine.conduct.agreed import regimes_of
from armslength.engine.conduct.told import Asked, Reported, Said, Warned
from armslength.engine.discipline.entry import Told as Places
from armslength.engine.process.p06 import SuspensionInForm
from armslength.engine.process.rule import Notice, Record, Spoken
from armslength.node.conduct import Conduct
from armslength.node.discipline import Discipline


@dataclass
class Told:
    """A record of what two posts told each other.

    Attributes:
        own, other: whose record it is, and with whom. until_ns: its end [UTC ns]; what was owed longer is not judged.
        talk: facts between the posts, in order of `at_ns`.
        declared: interceptions, joins, activities, emergencies; with `talk` they say which regime was in force.
        warned, asked, said, reported: about pairs of aircraft.
        suspensions, spoken: notices that suspend provisions, and messages that say so.
    """

    own: str
    other: str
    until_ns: int
    talk: list[Fact] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    warned: list[Warned] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)
    suspensions: list[Notice] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)

    def beside(self, conduct: Conduct, discipline: Discipline) -> None:
        """Have the rules about flying and about places look at it beside the flights."""
        facts = [*self.talk, *self.declared]
        conduct.regimes = discipline.regimes = regimes_of(facts)
        discipline.told = Places(tuple(notices_of(facts)), tuple(distress_of(facts)))
        conduct.warned, conduct.asked = tuple(self.warned), tuple(self.asked)
        conduct.said, conduct.reported = tuple(self.said), tuple(self.reported)

    def findings(self, terms: Terms) -> list[Finding]:
        """Return what the rules about communications, and P06 of those about process, find in it."""
        found = comms.findings(self.own, self.other, terms, self.talk, self.until_ns) if self.talk else []
        if terms.conduct["P06"].enabled and (self.suspensions or self.spoken):
            since = min([self.until_ns, *(one.at_ns for one in self.talk)])
            record = Record(
                self.own, self.other, terms, since, self.until_ns, since, notices=self.suspensions, spoken=self.spoken
            )
            found += SuspensionInForm.judge(record)
        return found


def in_order(found: list[Finding]) -> list[Finding]:
    """Return findings in order of time, then by rule and what they are about."""
    return sorted(found, key=lambda one: (one.opened_ns, one.rule, one.first, one.second, one.about))
