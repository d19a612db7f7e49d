"""What this version shows, checks and signs, and does not execute: nobody may rely on it. The one table of it.

Who makes a node execute something takes its row away; a test holds the table and the code together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.agreement.terms import Terms

__all__ = ["HEADING", "UNEXECUTED", "Unexecuted", "unexecuted"]

HEADING = "What this version does not execute"


@dataclass(frozen=True, slots=True)
class Unexecuted:
    """Something that nobody may rely on.

    Attributes:
        article: as `Terms` calls it.
        fields: of the article, as its class calls them; none: all of the article.
        says: in a sentence, without figures.
    """

    article: str
    fields: tuple[str, ...]
    says: str


UNEXECUTED = (
    Unexecuted("blocks", (), "Reserved blocks are shown. No node warns of an aircraft that enters one."),
    Unexecuted("protected_sites", (), "Protected sites are shown. No node warns of an aircraft that overflies one."),
    Unexecuted(
        "conduct",
        (),
        "Of the rules of conduct those about communications (C) are judged; no other is, whatever is enabled.",
    ),
    Unexecuted(
        "disclosure",
        ("mode", "shared", "lookahead_s", "budget_s_per_h", "audit_after_s"),
        "No mode of disclosure is executed, and no budget is kept. What may leave by itself is the traffic advisory, "
        'also under mode "none": automation allows or forbids it, and suspending disclosure stops it.',
    ),
    Unexecuted("scope", (), "What is out of scope is held against open disclosure by check; no message is read."),
    Unexecuted(
        "emergency", (), "That an emergency is acknowledged in time, and its position kept off the air, is not seen to."
    ),
    Unexecuted("assistance", ("answered_s",), "That a person answers a request for assistance in time is not watched."),
    Unexecuted(
        "working_group",
        (),
        "The working group's deadlines, reports and keeping of recordings are not executed, nor is the rule of two "
        "persons: one person can act for a party.",
    ),
    Unexecuted(
        "confidentiality",
        ("terms", "onward", "approved_s"),
        "Who may read the terms or pass on what was disclosed is for people; the files are encrypted in any case.",
    ),
    Unexecuted("time_budget", (), "The time budget must close when it is signed; no step of a warning is timed by it."),
)


def unexecuted(terms: Terms) -> Iterator[str]:
    """Yield a sentence for everything in `terms` that is shown and not executed; absent articles are left out."""
    for one in UNEXECUTED:
        if getattr(terms, one.article):
            yield one.says
