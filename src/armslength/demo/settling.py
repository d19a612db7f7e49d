"""The last act of the demonstration: what both working groups make of two cases, and of the terms.

Everything is done by the nodes' own verbs, by the persons of both sides: nothing here decides how a case stands.
"""

from __future__ import annotations

import base64
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from armslength.agreement.reading import read_terms
from armslength.agreement.writing import write_terms
from armslength.demo.stage import Stage
from armslength.demo.tones import WARN
from armslength.errors import ArmslengthError
from armslength.scenario.aircraft import NORTH, SOUTH
from armslength.scenario.conduct import CROSSED_S, SHADOW_S, SHADOWED_S
from armslength.units import NM, NS

FIRST, SECOND = "chief of watch", "legal officer"
"""By whom a side decides what binds it: the terms want two."""
WAIT_S = 45.0
"""What follows from an act does so in this time (real seconds); else the story goes on, and the summary shows it."""
BREATH_S = 4.0
"""Between two acts [s of the scenario]."""
VIEWS = {
    NORTH: "It came alongside and stayed for nearly four minutes: that is no chance.",
    SOUTH: "Both were on one way for a while, a mile and a half apart, and nobody was in danger.",
}
"""How each side sees the shadowing."""
AHEAD_M = 1.5 * NM
"""What the amendment makes of the least distance ahead of a nose [m]."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about, by when it was: from `from_s` to `until_s` of the scenario."""

    what: str
    from_s: float
    until_s: float


CROSSING = Matter("the nose crossing", CROSSED_S - 40.0, CROSSED_S + 20.0)
SHADOWING = Matter("the shadowing", SHADOWED_S[0] - SHADOW_S, SHADOWED_S[0] + 30.0)


class Settling:
    """Two working groups at their desks.

    Args:
        stage: of the last act; its nodes run, and the recordings of the scenario lie in their homes.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage, self._nodes = stage, stage.nodes

    def play(self) -> None:
        """Settle both cases, amend the terms, and close what is settled.

        Raises:
            HomeError: a node died.
        """
        say = self._stage.narrate
        self._until(lambda: all(self._about(party, CROSSING) for party in self._nodes))
        crossing, shadowing = (self._about(NORTH, matter) for matter in (CROSSING, SHADOWING))
        if crossing:
            say(f"What was found opened cases by itself; {crossing} is about the nose crossing. Each side commits to "
                "its evidence before it sees the other's; then both are exchanged, sealed.")  # fmt: skip
            self._until(lambda: self._exchanged(crossing))
            for party in self._nodes:
                self._stage.tell(party, compared_words(self._shown(party, crossing).get("compared")))
            self._joint(crossing)
        if shadowing:
            self._two(shadowing)
        if crossing:
            self._amend(crossing)
        for case in filter(None, (crossing, shadowing)):
            for party in self._nodes:
                self._bind(party, "case close", case=case)
        for case in filter(None, (crossing, shadowing)):
            self._until_state(case, "closed")
        self._stage.settle()

    def _joint(self, case: str) -> None:
        """One finding of both."""
        reports, answers = self._reported(
            case, "A fighter crossed ahead of a large aircraft",
            "It crossed from the left, four tenths of a mile ahead and two hundred feet above.",
        )  # fmt: skip
        self._stage.narrate(f"{answers} has seen both tracks side by side, and accepts.")
        self._bind(answers, "case answer", case=case, answer="accept", text="Our recording shows the same.")
        self._until_state(case, "answered")
        self._met(case)
        self._stage.narrate(f"{reports} proposes a finding, {answers} signs it: a joint finding.")
        self._bind(reports, "case propose", case=case, letter="B", causes=["The large aircraft was seen late"],
                   text="It crossed four tenths of a mile ahead, from the left, and had to give way.")  # fmt: skip
        self._until(lambda: bool(self._shown(answers, case).get("findings")))
        self._bind(answers, "case sign", case=case)
        self._until_state(case, "joint finding")

    def _two(self, case: str) -> None:
        """Two findings: each side its own."""
        reports, answers = self._reported(case, "A fighter beside a tanker", "They flew side by side for minutes.")
        self._stage.narrate(f"About this one {answers} sees it otherwise, and says so.")
        self._bind(answers, "case answer", case=case, answer="dispute", text=VIEWS[answers])
        self._until_state(case, "answered")
        self._met(case)
        self._stage.narrate("They do not agree, and need not: each signs its own finding. Two findings stand.")
        for party in (reports, answers):
            self._bind(party, "case propose", case=case, letter="C", own=True, text=VIEWS[party])
        self._until_state(case, "two findings")

    def _amend(self, case: str) -> None:
        """A measure that is an amendment: the next version of the terms, signed by both."""
        self._stage.narrate("From the joint finding follows a measure: more room ahead of a nose, an amendment.")
        drafted = self._do(NORTH, "agreement amend")
        if drafted is None:
            return
        terms = read_terms(str(drafted["draft"]), "amendment.toml").terms
        rule = terms.conduct["G05"]
        changed = replace(rule, figures={**rule.figures, "distance_m": AHEAD_M})
        from_ns = self._stage.utc_ns() // NS * NS  # nobody is judged by what was not agreed yet
        valid = replace(terms.validity, from_ns=from_ns)
        text = write_terms(replace(terms, validity=valid, conduct={**terms.conduct, "G05": changed}))
        file = base64.b64encode(text.encode()).decode()
        signed = self._do(NORTH, "agreement sign", name="amendment.toml", file=file)
        if signed is None:
            return
        self._bind(NORTH, "case measure", case=case, text="More room ahead of a nose: the next version of the terms.",
                   whose="both", amendment=str(signed["digest"]))  # fmt: skip
        self._until(lambda: bool(self._shown(SOUTH, case).get("measures")))
        self._bind(SOUTH, "case sign", case=case)
        self._until_state(case, "measures")
        self._stage.narrate("SOUTH ratifies the amendment over the line: from now on the new terms are in force.")
        self._until(self._proposed)
        self._do(SOUTH, "agreement ratify", agreement=drafted["agreement"], version=drafted["version"])
        self._until(lambda: all(self._line(party)["version"] == drafted["version"] for party in self._nodes))

    def _reported(self, case: str, headline: str, text: str) -> tuple[str, str]:
        """Have who opened a case report, and the other side acknowledge; return who reports and who answers."""
        found = self._shown(NORTH, case)
        reports, answers = str(found["opened_by"]), str(found["answers"])
        self._stage.narrate(f"Case {case}: {reports} opened it first and reports; {answers} acknowledges.")
        self._do(reports, "case report", case=case, headline=headline, text=text)
        self._until_state(case, "reported")
        self._do(answers, "case acknowledge", case=case)
        self._until_state(case, "acknowledged")
        return reports, answers

    def _met(self, case: str) -> None:
        self._stage.narrate(f"The working group meets about {case}, over the ground line.")
        self._do(NORTH, "case session", case=case, agenda="EXTRAORDINARY", medium="GROUND_LINE")
        self._until_state(case, "session")

    def _bind(self, party: str, verb: str, **args: Any) -> None:
        """Do what binds a side: one person decides, a second one confirms."""
        done = self._do(party, verb, person=FIRST, **args)
        if done is not None and "waiting" in done:
            self._do(party, "case confirm", id=done["waiting"], person=SECOND)

    def _do(self, party: str, verb: str, **args: Any) -> Mapping[str, Any] | None:
        """Return the answer of a node, and let it be heard; None where it says no, which is part of the story."""
        try:
            done: Mapping[str, Any] | None = self._nodes[party].ask(verb, **args)
        except ArmslengthError as no:
            self._stage.narrate(f"{party}: {no}", WARN)
            done = None
        until = self._stage.now_s + BREATH_S
        self._stage.follow(lambda: self._stage.now_s > until)
        return done

    def _about(self, party: str, matter: Matter) -> str:
        """Return the number of the case about a matter as `party` has it; "" where there is none."""
        for one in self._nodes[party].ask("case list")["cases"]:
            at_s = self._stage.plan.seconds(int(one["about_ns"]))
            if matter.from_s <= at_s <= matter.until_s:
                return str(one["case"])
        return ""

    def _shown(self, party: str, case: str) -> Mapping[str, Any]:
        return self._nodes[party].ask("case show", case=case)

    def _state(self, party: str, case: str) -> str:
        return str(self._shown(party, case)["state"]) if case else ""

    def _exchanged(self, case: str) -> bool:
        """Return whether both sides have opened each other's evidence."""
        theirs = ((party, other) for party in self._nodes for other in self._nodes if other != party)
        return all(self._shown(party, case)["evidence"][other]["holds"] is not None for party, other in theirs)

    def _proposed(self) -> bool:
        """Return whether the draft that NORTH has signed lies with SOUTH."""
        return any(one["waiting"] for one in self._nodes[SOUTH].ask("agreement status")["agreements"])

    def _line(self, party: str) -> Mapping[str, Any]:
        line: Mapping[str, Any] = self._nodes[party].get("/api/status")["lines"][0]
        return line

    def _until_state(self, case: str, state: str) -> None:
        self._until(lambda: all(self._state(party, case) == state for party in self._nodes))

    def _until(self, done: Callable[[], bool], within_s: float = WAIT_S) -> None:
        """Follow until `done`, or until its time is over."""
        until = time.monotonic() + within_s
        while not done() and time.monotonic() < until:
            pause = time.monotonic() + 0.1
            self._stage.follow(lambda pause=pause: time.monotonic() > pause)  # type: ignore[misc]


def compared_words(compared: Mapping[str, Any] | None) -> str:
    """Return what the two recordings of a case differ by, as one side's node estimates it from both."""
    if compared is None:
        return "The two recordings have too little in common to be compared."
    shift_m = math.hypot(*(float(compared[name] or 0.0) for name in ("east_m", "north_m")))
    out = f"The two recordings, {compared['samples']} moments of both aircraft: "
    lag = compared.get("lag_s")
    out += f"their clock differs by {float(lag):+.1f} s" if lag is not None else "the clocks cannot be told apart"
    out += f", their places by {shift_m:.0f} m as a whole. "
    parts = len(compared["differences"])
    return out + (f"Beyond that they part in {parts} places." if parts else "Beyond that they tell the same.")


def settled(cases: Mapping[str, Sequence[Mapping[str, Any]]], versions: Mapping[str, int]) -> dict[str, int]:
    """Return what came of it, as far as both sides say the same: cases, joint and two findings, amendments.

    Args:
        cases: by party: every case in full, as its node shows it.
        versions: by party: of the terms in force.
    """
    told = [{str(one["case"]): _found(one) for one in some} for some in cases.values()]
    same = {case: what for case, what in told[0].items() if all(other.get(case) == what for other in told)}
    return {
        "cases": len(same),
        "joint_findings": sum(what == "joint" for what in same.values()),
        "two_findings": sum(what == "two" for what in same.values()),
        "amendments": min(versions.values(), default=1) - 1,
    }


def _found(one: Mapping[str, Any]) -> str:
    if one["joint_finding"] is not None:
        return "joint"
    sides = {str(finding["by"]) for finding in one["findings"]}
    return "two" if "found" in one["stamps"] and len(sides) == 2 else ""
