"""Copies of an agreement for named recipients: who may have one, how each is marked, and whose a found one is.

Every copy carries its mark twice. The first and the last line name the recipient and a code. And the spaces between
words are ordinary ones or no-break spaces, as the mark and the two words say: that stays in any part of the text that
is passed on as it is, and is lost where somebody types it anew or evens the spaces out.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from armslength.agreement.terms import Party, Terms
from armslength.crypto.canonical import digest
from armslength.errors import DisclosureError, InputError
from armslength.units import stamp

__all__ = ["MARK_BYTES", "Found", "code_of", "mark_digest", "may_have", "recipient_digest", "trace", "write_copy"]

MARK_BYTES = 10
"""Entropy of a mark."""
LONGEST_NAME = 80
PLACES = 65_536
BROKEN, UNBROKEN = " ", "\u00a0"
CHANCE = 1e-6
"""A copy is named by its spaces where so many agreed by chance at most once in a million marks."""
_GAP = re.compile(r"(?<=\S)([ \u00a0])(?=\S)")
_CODE = re.compile(r"[A-Z2-7]{4}(?:-?[A-Z2-7]{4}){3}")


@dataclass(frozen=True, slots=True)
class Found:
    """Whose copy a text is.

    Attributes:
        number: which of the copies that were asked about.
        by_code: its code stands in the text.
        agree, spaces: so many of so many marked spaces are as that copy has them.
    """

    number: int
    by_code: bool
    agree: int
    spaces: int


def may_have(recipient: str, terms: Terms, own: Party, *, by_law: bool) -> str:
    """Return the name of a recipient as the terms have it, or as it is given where a law requires the disclosure.

    Args:
        recipient: for whom a copy is wanted.
        terms: of the agreement. own: the party that makes the copy.
        by_law: a law requires it, and the other side was notified.

    Raises:
        InputError: that is no name.
        DisclosureError: the terms do not let this one have a copy; says why.
    """
    name = " ".join(recipient.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError("That is no name of a recipient.", where="recipient", remedy="Name who gets the copy.")
    wanted, onward = name.casefold(), terms.confidentiality.onward
    sides = [one for party in terms.parties for one in (party.name, party.post) if one]
    if own.post:
        sides.append(own.post)
    for known in sides if onward == "nobody" else [*sides, *own.members]:
        if known.casefold() == wanted:
            return known
    if by_law or terms.confidentiality.terms == "public":
        return name
    if any(one.casefold() == wanted for party in terms.parties for one in party.excluded_forces):
        why = "the terms exclude it."
    elif any(one.casefold() == wanted for party in terms.parties for one in party.members):
        why = (
            "the terms let nobody but the parties have one." if onward == "nobody" else "it is bound by the other side."
        )
    else:
        why = "it is no member that the terms bind on this side."
    remedy = "Where a law requires it: notify the other side, then --required-by-law REASON --notified MESSAGE."
    raise DisclosureError(f"No copy was made for this recipient: {why}", where="confidentiality", remedy=remedy)


def code_of(mark: bytes) -> str:
    """Return the code of a mark, as the copy shows it: four groups of four."""
    text = base64.b32encode(mark).decode()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def mark_digest(mark: bytes) -> str:
    """Return what the ledger keeps of a mark."""
    return digest(b"armslength copy mark\n" + mark)


def recipient_digest(mark: bytes, recipient: str) -> str:
    """Return what the ledger keeps of the name: nobody can guess it who does not have the mark."""
    return digest(b"armslength copy recipient\n" + mark + recipient.encode())


def write_copy(lines: Iterable[str], recipient: str, mark: bytes, made_ns: int, onward: str) -> str:
    """Return a copy as text.

    Args:
        lines: of the agreement, for people.
        recipient: who gets it. mark: MARK_BYTES, drawn at random. made_ns: when [UTC ns].
        onward: "nobody", or "members", as the terms say.
    """
    whose = f"Copy {code_of(mark)} for {recipient}, made {stamp(made_ns)}."
    rule = (
        "It is passed on to nobody." if onward == "nobody" else "It is passed on to members that the terms bind alone."
    )
    bits = _bits(mark)
    body = (_marked(line, bits) for line in lines)
    return "\n".join([whose, rule, "", *body, "", f"End of copy {code_of(mark)} for {recipient}.", ""])


def trace(text: str, marks: Sequence[bytes]) -> Found | None:
    """Return whose copy `text` is, or is a part of; None where it bears the mark of none of these copies.

    The code counts first; without one the spaces, where they cannot agree by chance.
    """
    codes = {found.replace("-", "") for found in _CODE.findall(text.upper())}
    gaps = _gaps(text)
    scored = [(_agreeing(_bits(mark), gaps), at) for at, mark in enumerate(marks)]
    for agree, at in scored:
        if code_of(marks[at]).replace("-", "") in codes:
            return Found(at, True, agree, len(gaps))
    if not scored or True not in gaps.values():
        return None
    agree, at = max(scored)
    if _by_chance(agree, len(gaps)) * len(marks) > CHANCE:
        return None
    return Found(at, False, agree, len(gaps))


def _marked(line: str, bits: bytes) -> str:
    """Return a line with its spaces as the mark says."""
    words = line.split(" ")
    out = words[0]
    for before, after in pairwise(words):
        plain = not before or not after
        out += (BROKEN if plain or not _bit(bits, _place(before, after)) else UNBROKEN) + after
    return out


def _gaps(text: str) -> dict[int, bool]:
    """Return the spaces of a text by their places in a mark, and whether each is a no-break one."""
    out: dict[int, bool] = {}
    for line in text.splitlines():
        parts = _GAP.split(line)
        for before, gap, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            out[_place(before, after)] = gap == UNBROKEN
    return out


def _agreeing(bits: bytes, gaps: Mapping[int, bool]) -> int:
    return sum(_bit(bits, place) is unbroken for place, unbroken in gaps.items())


def _bits(mark: bytes) -> bytes:
    """Return a mark spread over all places that two words can have in it."""
    return hashlib.shake_256(b"armslength copy spaces\n" + mark).digest(PLACES // 8)


def _place(before: str, after: str) -> int:
    """Return the place of the space between two words: everybody can reckon it, but not the bit that stands there."""
    return int.from_bytes(hashlib.sha256(f"{before}\n{after}".encode()).digest()[:2]) % PLACES


def _bit(bits: bytes, place: int) -> bool:
    return bool(bits[place >> 3] >> (place & 7) & 1)


def _by_chance(agree: int, spaces: int) -> float:
    """Return a bound (Hoeffding's) on how likely so many of so many coins fall alike at least."""
    return 1.0 if agree * 2 <= spaces else math.exp(-2.0 * spaces * (agree / spaces - 0.5) ** 2)
