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
    Unexecuted(
        "disclosure",
        ("mode", "shared", "lookahead_s", "budget_s_per_h", "audit_after_s"),
        "No mode of disclosure is executed, and no budget is kept. What may leave by itself is the traffic advisory, "
        'also under mode "none": automation allows or forbids it, and suspending disclosure stops it.',
    ),
    Unexecuted(
        "emergency", (), "That an emergency is acknowledged in time, and its position kept off the air, is not seen to."
    ),
    Unexecuted(
        "working_group",
        ("keep_raw_s",),
        "How long raw recordings are kept is set for the store of each node, and not taken from the terms.",
    ),
    Unexecuted(
        "confidentiality", ("approved_s",), "That lines for the public are approved in time is for people to see to."
    ),
    Unexecuted("time_budget", (), "The time budget must close when it is signed; no step of a warning is timed by it."),
)


def unexecuted(terms: Terms) -> Iterator[str]:
    """Yield a sentence for everything in `terms` that is shown and not executed; absent articles are left out."""
    for one in UNEXECUTED:
        if getattr(terms, one.article):
            yield one.says
