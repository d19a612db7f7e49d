"""The executable reading of terms: what may leave a node, and which minima hold where. Tables and look-ups, no parsing.

`may_disclose` is the one gate. Whatever leaves for the other side is asked for here by its message code, or by the kind
of frame it is; what the table does not list does not leave. Every ruling names the article that it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from armslength.agreement.area import contains
from armslength.agreement.articles import SUSPENDABLE
from armslength.agreement.terms import Separation, Terms

__all__ = ["GATE", "PROTECTED", "SUSPENDABLE", "Passage", "Ruling", "may_disclose", "minima_at"]

NODE = "node"
"""The role of nobody: what is said to be done by it is done automatically."""
ALWAYS, NEVER = "always", "never"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether something may leave: the article it rests on, and why in a sentence without figures of the terms."""

    allowed: bool
    article: str
    why: str


@dataclass(frozen=True, slots=True)
class Passage:
    """How one code passes the gate.

    Attributes:
        article: what it rests on.
        needs: provisions, each of which must be in force.
        automatic: "always", "never", or which of `_SWITCHES` lets a node send it by itself.
        without: it also passes while no agreement is in force.
    """

    article: str
    needs: tuple[str, ...] = ()
    automatic: str = NEVER
    without: bool = False


_SWITCHES: Mapping[str, tuple[str, Callable[[Terms], bool]]] = {
    "traffic_advisory": ("automation", lambda terms: terms.automation.traffic_advisory),
    "radio_check_answer": ("automation", lambda terms: terms.automation.radio_check_answer),
    "assistance": ("assistance", lambda terms: terms.assistance.answer == "declined"),
}
"""What the terms say about acting without a person: the article, and where it says so."""

_LINE = Passage("ground_line", automatic=ALWAYS, without=True)
_MARK = Passage("answering", automatic=ALWAYS, without=True)
_POINT = Passage("ground_line", automatic=ALWAYS)
_ANSWER = Passage("answering")
_WARN = Passage("separation", ("separation", "disclosure"))
_ACT = Passage("separation", ("separation",))
_CONDUCT = Passage("conduct", ("conduct",))
_CASE = Passage("working_group", ("working_group",))
_PLAN = Passage("frequency", ("frequency",))
_SWITCH = Passage("failover", automatic=ALWAYS)
_DEAL = Passage("suspension")
_PAPERS = Passage("validity", automatic=ALWAYS, without=True)

GATE = MappingProxyType(
    {
        # frames that carry no message of the catalogue
        "hello": _LINE,
        "proof": _LINE,
        "ping": _LINE,
        "pong": _LINE,
        "mark": _MARK,
        "taken": _MARK,
        "checkpoint": _POINT,
        "countersigned": _POINT,
        "document": _PAPERS,
        "facts": Passage("working_group", automatic=ALWAYS),
        "case": Passage("working_group", ("working_group",), ALWAYS),
        "pieces": Passage("radio", automatic=ALWAYS),
        # checks, which nobody can suspend
        "GCK": _LINE,
        "GCR": _LINE,
        "RCK": Passage("radio", automatic=ALWAYS),
        "RCR": Passage("radio", automatic="radio_check_answer"),
        # answers
        "ROG": _ANSWER,
        "WIL": _ANSWER,
        "UNA": _ANSWER,
        "SBY": _ANSWER,
        "SAG": _ANSWER,
        "COR": _ANSWER,
        "RBK": _ANSWER,
        # emergencies
        "EMG": Passage("emergency"),
        "AST": Passage("assistance"),
        "ADC": Passage("assistance", automatic="assistance"),
        # channels
        "MON": _PLAN,
        "IDQ": _PLAN,
        "IDR": _PLAN,
        "LCM": _SWITCH,
        "GLN": _SWITCH,
        "RES": _SWITCH,
        # keeping apart
        "TFA": Passage("separation", ("separation", "disclosure"), "traffic_advisory"),
        "COC": _WARN,
        "INC": _ACT,
        "CLB": _ACT,
        "DSC": _ACT,
        "TRN": _ACT,
        "HLD": _ACT,
        "PRP": _ACT,
        # conduct
        "ITC": _CONDUCT,
        "STP": _CONDUCT,
        "ACT": _CONDUCT,
        "ACC": _CONDUCT,
        "BLK": Passage("block", ("block",)),
        # the working group
        "IRP": _CASE,
        "PRT": _CASE,
        "ANS": _CASE,
        "WGC": _CASE,
        # the deal itself
        "AMD": Passage("validity"),
        "SUS": _DEAL,
        "RSM": _DEAL,
    }
)
"""Every code and kind of frame that can leave. What is not here does not."""

PROTECTED = frozenset(what for what, passage in GATE.items() if not passage.needs)
"""What no suspension stops."""


def _rulings(what: str, passage: Passage) -> dict[str, Ruling]:
    """Every ruling on `what`, made once: the gate is asked for every message."""
    article, switch = passage.article, _SWITCHES.get(passage.automatic, ("automation",))[0]
    says = {
        "yes": f"{what} is provided for by the article {article}.",
        "automatic": f"{what} may leave without a person, by the article {switch}.",
        "person": f"{what} needs a person.",
        "switched": f"{what} may not leave without a person: the article {switch} does not allow it.",
        "none": f"{what} needs an agreement in force, and there is none.",
    }
    article_of = {"automatic": switch, "person": "automation", "switched": switch}
    made = {key: Ruling(key in {"yes", "automatic"}, article_of.get(key, article), why) for key, why in says.items()}
    for provision in (*passage.needs, "automation"):
        made[provision] = Ruling(False, provision, f"{what} may not leave: the provision {provision} is suspended.")
    return made


_MADE = {what: _rulings(what, passage) for what, passage in GATE.items()}


def may_disclose(
    terms: Terms | None, suspended: Collection[str], what: str, *, automatic: bool = False, role: str = ""
) -> Ruling:
    """Return whether `what` may leave for the other side, by which article and why.

    Args:
        terms: in force; None where none are.
        suspended: provisions suspended now. Ground-line checks and emergencies do not ask for them.
        what: code of a message ("TFA", "EMG"), or a kind of frame ("hello", "mark", "document": see GATE).
        automatic: no person decided it.
        role: of the person who did; "node" is nobody, as `automatic`.
    """
    passage = GATE.get(what)
    if passage is None:
        return Ruling(False, "scope", f"{what!r} is not a message of the agreement." if len(what) < 20 else _UNKNOWN)
    made = _MADE[what]
    if terms is None:
        return made["yes"] if passage.without else made["none"]
    for provision in passage.needs:
        if provision in suspended:
            return made[provision]
    if not automatic and role != NODE:
        return made["yes"]
    if passage.automatic == ALWAYS:
        return made["yes"]
    if passage.automatic == NEVER:
        return made["person"]
    if "automation" in suspended and passage.needs:  # answers to a check and to a request stay
        return made["automation"]
    return made["automatic"] if _SWITCHES[passage.automatic][1](terms) else made["switched"]


_UNKNOWN = "It is not a message of the agreement."


def minima_at(
    terms: Terms,
    first: tuple[float, float, float],
    second: tuple[float, float, float],
    suspended: Collection[str] = (),
) -> Separation | None:
    """Return the minima between two aircraft of different parties; None where none hold. The scalar reference.

    Args:
        terms: in force.
        first, second: (lat, lon, level): WGS-84 [deg], level [m] on the datum of the terms, NaN where unknown.
        suspended: provisions suspended now.

    They hold while either is in the area, and not while both are in exempt areas. Near misses are always detected.
    """
    if "separation" in suspended:
        return None
    if not any(bool(contains(terms.area, *at)) for at in (first, second)):
        return None
    if all(any(bool(contains(part, *at, unknown_level=False)) for part in terms.exempt) for at in (first, second)):
        return None
    return terms.separation
