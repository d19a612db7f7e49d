"""The one door of the filter: a draft, its language and the terms in, a review out. It enters and tells nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from armslength.agreement.terms import Terms
from armslength.crypto.canonical import canonical, digest
from armslength.engine.discretion.bearings import bearings
from armslength.engine.discretion.emergency import is_own_in_need
from armslength.engine.discretion.folding import Folded, fold
from armslength.engine.discretion.identities import identities
from armslength.engine.discretion.kinds import KINDS, Found, article_of, keeps_out
from armslength.engine.discretion.lists import LISTED
from armslength.engine.discretion.places import places
from armslength.engine.discretion.words import names_of, words

__all__ = ["Choice", "Hit", "Review", "draft_digest", "in_pieces", "review"]

PIECE, OVERLAP = 500, 120
"""Signs of a draft that are looked through at once, and of them again with the next: a step of some 5 ms."""


class Choice(StrEnum):
    """What a person may decide about a draft that was stopped."""

    MISREAD = "MISREAD"
    """What was found is not what it looks like: the draft may leave."""
    LET_GO = "LET_GO"
    """It is what it looks like, and the terms do not keep it out: the draft may leave."""
    HOLD = "HOLD"
    """It stays."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something in a draft that must not leave as it is.

    Attributes:
        start, end: of it, in signs of the draft; `end` is the first behind it.
        kind: of KINDS. form: what it looks like. why, remedy: for people; none of them quotes the draft.
        article: of the terms. excluded: the terms keep such things out.
        sure: its form leaves no doubt.
    """

    start: int
    end: int
    kind: str
    form: str
    why: str
    article: str
    remedy: str
    excluded: bool
    sure: bool

    @property
    def final(self) -> bool:
        """Whether nobody can let it go: its form leaves no doubt, and the terms keep it out."""
        return self.excluded and self.sure

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON. It holds no word of the draft."""
        return {
            "start": self.start, "end": self.end, "kind": self.kind, "form": self.form, "why": self.why,
            "article": self.article, "remedy": self.remedy, "final": self.final,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """What was found in a draft.

    Attributes:
        draft: digest of language and text: what a decision is about.
        language: as the draft says. hits: in the order in which they stand there.
    """

    draft: str
    language: str
    hits: tuple[Hit, ...]

    @property
    def stops(self) -> bool:
        """Whether the draft may not leave before somebody has decided."""
        return bool(self.hits)

    @property
    def final(self) -> bool:
        """Whether nobody can let it leave as it is."""
        return any(hit.final for hit in self.hits)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What a person may decide: it stays, always; the others where no hit speaks against them."""
        if self.final or not self.hits:
            return (Choice.HOLD,)
        if any(hit.excluded for hit in self.hits):
            return (Choice.HOLD, Choice.MISREAD)
        return (Choice.HOLD, Choice.MISREAD, Choice.LET_GO)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of what was found, each once, in order of their names."""
        return tuple(sorted({hit.kind for hit in self.hits}))

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON. It holds no word of the draft."""
        return {
            "draft": self.draft, "language": self.language, "stops": self.stops, "final": self.final,
            "choices": [one.value for one in self.choices], "kinds": list(self.kinds),
            "hits": [hit.as_dict() for hit in self.hits],
        }  # fmt: skip


def draft_digest(text: str, language: str) -> str:
    """Return what a draft is known by: changed by a single sign, it is another draft."""
    return digest(canonical([language, text]))


def review(text: str, language: str, terms: Terms, *, safety_of_life: bool = False) -> Review:
    """Return what `text` holds that `terms` keep out, or that a person must decide on.

    Args:
        text: the draft, of any length; some 10 ms for a thousand signs.
        language: of it, as RFC 5646 has it ("en", "ru"). The lists of all languages are asked whatever it says.
        terms: in force.
        safety_of_life: an emergency of the own side goes on: the position of its own aircraft, or of its crew, passes.
    """
    *_, found = in_pieces(text, language, terms, safety_of_life=safety_of_life)
    assert found is not None
    return found


def in_pieces(text: str, language: str, terms: Terms, *, safety_of_life: bool = False) -> Iterator[Review | None]:
    """Yield None for every piece of a draft that was looked through, and at last what `review` returns."""
    names, found = names_of(terms), list[Found]()
    for start, end in _pieces(text):
        folded = fold(text[start:end])
        these = [*places(folded), *identities(folded, names), *bearings(folded, names), *words(folded, names)]
        if safety_of_life:
            these = [one for one in these if one.kind != "ground position" or not is_own_in_need(folded, one)]
        found += [_moved(folded, one, start) for one in these]
        yield None
    if language.split("-", maxsplit=1)[0].lower() not in LISTED and text.strip():
        found = [Found(0, len(text), "unread language", "a language without a list"), *_beside_each_other(found)]
    else:
        found = _beside_each_other(found)
    yield Review(draft_digest(text, language), language, tuple(_hit(one, terms) for one in found))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where to look: pieces that end between words, and overlap, so that nothing is cut in two."""
    start = 0
    while len(text) - start > PIECE + OVERLAP:
        end = next((at for at in range(start + PIECE, start + PIECE // 2, -1) if text[at].isspace()), start + PIECE)
        yield start, end
        back = end - OVERLAP
        start = next((at for at in range(back, end) if text[at].isspace()), back)
    yield start, len(text)


def _moved(folded: Folded, one: Found, start: int) -> Found:
    """Return what was found in a piece that begins at `start`, by where it stands in the draft."""
    first, end = folded.span(one.start, one.end)
    return replace(one, start=start + first, end=start + end)


def _hit(one: Found, terms: Terms) -> Hit:
    kind = KINDS[one.kind]
    out, article = keeps_out(kind, terms), article_of(kind, terms)
    return Hit(one.start, one.end, kind.name, one.form, kind.why, article, kind.remedy, out, one.sure)


def _beside_each_other(found: Iterable[Found]) -> list[Found]:
    """Return what was found, each place of the draft once: the sure before the unsure, the longer before the shorter.

    What overlaps something of its own kind makes that longer; what lies in something of another kind is left out.
    """
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (not one.sure, one.start - one.end, one.start)):
        at = next((n for n, other in enumerate(kept) if one.start < other.end and one.end > other.start), None)
        if at is None:
            kept.append(one)
        elif kept[at].kind == one.kind:
            other = kept[at]
            kept[at] = replace(other, start=min(one.start, other.start), end=max(one.end, other.end))
    return sorted(kept, key=lambda one: one.start)
