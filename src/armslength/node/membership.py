"""Who an aircraft belongs to: a local, unsigned file. It is an order of battle and never part of the terms.

Rules of four ranks say it, the first rank that knows the aircraft decides:

    1. addresses   explicit ICAO 24-bit addresses
    2. ranges      of such addresses; of one member's nested ranges the narrowest
    3. callsigns   without a wildcard
    4. callsigns   with one; of one member's patterns the one with most letters

An address is set into a transponder by maintenance, a call sign is typed by the crew: if a call sign could overrule an
address, an aircraft would leave the comparison with the other party by typing that party's call sign. A call sign may
only say the category of an aircraft whose member is known by address and whose category is not.

Two members that claim one aircraft by rules of one rank are an error: at load for addresses, ranges and plain call
signs, at lookup for patterns.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from armslength.agreement.terms import CATEGORIES, UNKNOWN, Party, Terms
from armslength.errors import MembershipError
from armslength.toml_source import Table, read, spell

KEYS = ("party", "member", "excluded", "category", "addresses", "ranges", "callsigns")
"""What an [[aircraft]] entry may hold; docs/membership.md explains them, and a test holds the two together."""
MOST_ANSWERS = 100_000
"""Answers remembered; beyond, all are forgotten and asked for again: anybody can transmit any call sign."""

_ADDRESS = re.compile(r"^~?[0-9a-f]{6}$")
_RANGE = re.compile(r"^([0-9a-f]{6})\s*-\s*([0-9a-f]{6})$")
_CALLSIGN = re.compile(r"^[A-Z0-9*?]{1,8}$")
_AS_AGREED = "Write the name as it stands in the terms (`armslength agreement show`); no error ever quotes them."


@dataclass(frozen=True, slots=True)
class Member:
    """Whose an aircraft is.

    Attributes:
        party: the party's name.
        name: of the member, or of the excluded force.
        category: of the aircraft, one of `CATEGORIES`.
        excluded: it is an excluded force of that party: not bound by the terms.
    """

    party: str
    name: str
    category: str
    excluded: bool

    def same(self, other: Member) -> bool:
        """Return whether both are the same member, whatever the category."""
        return (self.party, self.name, self.excluded) == (other.party, other.name, other.excluded)

    def __str__(self) -> str:
        force = f"excluded force {self.name}" if self.excluded else self.name
        return f"{force} of {self.party} ({self.category})"


@dataclass(frozen=True, slots=True)
class Claim:
    """One rule: what it says, about whom, and its line and field in the file."""

    says: str
    member: Member
    line: int
    field: str

    def __str__(self) -> str:
        return f'"{self.says}" of {self.member} in line {self.line}'


@dataclass
class Membership:
    """The rules of one file. `member` answers; it remembers its answers, so asking again costs a dictionary look-up."""

    name: str = "no membership file"
    addresses: dict[str, Claim] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    segments: list[Claim | None] = field(default_factory=list)
    callsigns: dict[str, Claim] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], Claim]] = field(default_factory=list)
    _known: dict[tuple[str, str], Member | None] = field(default_factory=dict)

    def member(self, address: str, callsign: str = "") -> Member | None:
        """Return whose the aircraft is; None where no rule knows it.

        Args:
            address: lower-case hex; one that begins with "~" is no ICAO address and is looked up in lists only.
            callsign: as transmitted; "" unknown.

        Raises:
            MembershipError: two members claim it by call-sign patterns; names both, their lines and the aircraft.
        """
        key = (address, callsign)
        if key not in self._known:
            if len(self._known) >= MOST_ANSWERS:
                self._known.clear()
            self._known[key] = self._find(address.lower(), callsign.strip().upper())
        return self._known[key]

    def parties(self) -> set[str]:
        """Return the parties that any rule names."""
        claims = [*self.addresses.values(), *self.callsigns.values(), *(claim for _, claim in self.patterns)]
        claims += [claim for claim in self.segments if claim is not None]
        return {claim.member.party for claim in claims}

    def _find(self, address: str, callsign: str) -> Member | None:
        by_address = self.addresses.get(address) or self._in_range(address)
        if by_address is None:
            by_callsign = self._by_callsign(address, callsign)
            return by_callsign.member if by_callsign else None
        found = by_address.member
        if found.category == UNKNOWN:
            hint = self._by_callsign(address, callsign, of=found)
            return hint.member if hint else found
        return found

    def _in_range(self, address: str) -> Claim | None:
        if not self.starts or not _ADDRESS.match(address) or address[0] == "~":
            return None
        at = bisect_right(self.starts, int(address, 16)) - 1
        return self.segments[at] if at >= 0 else None

    def _by_callsign(self, address: str, callsign: str, of: Member | None = None) -> Claim | None:
        """Return the claim that decides for a call sign, among all or among those of one member."""
        plain = self.callsigns.get(callsign)
        if plain is not None and (of is None or plain.member.same(of)):
            return plain
        matching = [
            (-_letters(claim.says), claim)
            for pattern, claim in self.patterns
            if (of is None or claim.member.same(of)) and pattern.fullmatch(callsign)
        ]
        return _agreed(matching, self.name, f"Aircraft {address} with call sign {callsign}") if matching else None


def load_membership(text: str, name: str, terms: Terms | None) -> Membership:
    """Return the rules of a membership file.

    Args:
        text: the whole TOML text.
        name: of the file, for errors.
        terms: the terms whose parties and members the file may name; None, or terms without parties: any.

    Raises:
        MembershipError: naming file, line, field, what is wrong and what would be right.
    """
    root = read(text, name, MembershipError)
    if not root.values:
        remedy = "Give an entry for each member: [[aircraft]] with party, member, and addresses, ranges or callsigns."
        raise MembershipError("It is empty.", where=name, remedy=remedy)
    root.only("aircraft")
    parties = terms.parties if terms is not None else ()
    out = Membership(name)
    ranges: list[tuple[int, int, Claim]] = []
    for entry in root.tables("aircraft"):
        entry.only(*KEYS)
        member = _member(entry, parties)
        if not any(key in entry for key in ("addresses", "ranges", "callsigns")):
            entry.fail((), "It says of no aircraft.", 'Add addresses = ["ae1460"], ranges or callsigns = ["RCH*"].')
        _take_addresses(entry, member, out)
        ranges.extend(_take_ranges(entry, member))
        _take_callsigns(entry, member, out)
    _flatten(ranges, out)
    return out


def _member(entry: Table, parties: tuple[Party, ...]) -> Member:
    party = entry.text("party", '"Northern party"')
    found = next((one for one in parties if one.name == party), None)
    if parties and found is None:
        entry.fail("party", f'"{party}" is not a party of the terms.', _AS_AGREED)
    if "member" in entry and "excluded" in entry:
        entry.fail("excluded", "An aircraft is of a member or of an excluded force, not both.", "Keep one of the two.")
    excluded = "excluded" in entry
    key = "excluded" if excluded else "member"
    if key not in entry and not (found and found.members):
        name = party  # a party that lists no members is its own
    else:
        name = entry.text(key, '"its name"')
    if found is not None and key in entry:
        known = found.excluded_forces if excluded else found.members or (found.name,)
        if name not in known:
            kind = "an excluded force" if excluded else "a member"
            entry.fail(key, f'"{name}" is not {kind} of {party} in the terms.', _AS_AGREED)
    category = entry.choice("category", CATEGORIES) if "category" in entry else UNKNOWN
    return Member(party, name, category, excluded)


def _take_addresses(entry: Table, member: Member, out: Membership) -> None:
    for i, text in enumerate(entry.texts("addresses", '["ae1460"]')):
        address = text.lower()
        if not _ADDRESS.match(address):
            remedy = 'Write it like "ae1460"' + ("; a range belongs under ranges." if "-" in text else ".")
            entry.fail(("addresses", i), f'"{text}" is not an ICAO address: six digits 0-9, a-f.', remedy)
        _enter(out.addresses, address, _claim(address, member, entry, "addresses", i), out.name, "Aircraft")


def _take_ranges(entry: Table, member: Member) -> Iterator[tuple[int, int, Claim]]:
    for i, text in enumerate(entry.texts("ranges", '["ae0000-afffff"]')):
        match = _RANGE.match(text.lower())
        if match is None:
            remedy = 'Write first and last like "ae0000-afffff"; single ones belong under addresses.'
            entry.fail(("ranges", i), f'"{text}" is not a range of ICAO addresses.', remedy)
        first, last = int(match[1], 16), int(match[2], 16)
        if first > last:
            remedy = f'Write "{match[2]}-{match[1]}".'
            entry.fail(("ranges", i), f'"{text}" is reversed: its first address is above its last.', remedy)
        yield first, last, _claim(text.lower(), member, entry, "ranges", i)


def _take_callsigns(entry: Table, member: Member, out: Membership) -> None:
    for i, text in enumerate(entry.texts("callsigns", '["RCH*"]')):
        pattern, at = text.upper(), ("callsigns", i)
        if not _CALLSIGN.match(pattern):
            remedy = 'Write up to eight letters and digits like "RCH123"; * stands for any number of them, ? for one.'
            entry.fail(at, f'"{text}" is not a call sign or a pattern of one.', remedy)
        if not _letters(pattern):
            entry.fail(
                at, f'"{text}" claims every aircraft.', 'Write at least one letter or digit, for example "RCH*".'
            )
        claim = _claim(pattern, member, entry, *at)
        if "*" in pattern or "?" in pattern:
            expression = "".join({"*": "[A-Z0-9]*", "?": "[A-Z0-9]"}.get(c, c) for c in pattern)
            out.patterns.append((re.compile(expression), claim))
        else:
            _enter(out.callsigns, pattern, claim, out.name, "Call sign")


def _enter(rules: dict[str, Claim], key: str, claim: Claim, name: str, kind: str) -> None:
    before = rules.get(key)
    if before is not None and before.member != claim.member:
        _clash(before, claim, name, f"{kind} {key}")
    rules.setdefault(key, claim)


def _flatten(ranges: list[tuple[int, int, Claim]], out: Membership) -> None:
    """Cut overlapping ranges into segments that one claim decides each: `starts` ascending, `segments` aligned."""
    edges = sorted({edge for first, last, _ in ranges for edge in (first, last + 1)})
    opening = sorted(ranges, key=lambda one: one[0])
    active: list[tuple[int, int, Claim]] = []
    taken = 0
    for start in edges:
        while taken < len(opening) and opening[taken][0] == start:
            active.append(opening[taken])
            taken += 1
        active = [one for one in active if one[1] >= start]
        claims = [(last - first, claim) for first, last, claim in active]
        decided = _agreed(claims, out.name, f"Aircraft {start:06x}") if claims else None
        out.starts.append(start)
        out.segments.append(decided)


def _agreed(claims: list[tuple[int, Claim]], name: str, who: str) -> Claim:
    """Return the claim of the lowest number; all must be of one member, and of one category where numbers are equal."""
    claims = sorted(claims, key=lambda one: (one[0], one[1].line))
    least, first = claims[0]
    for number, other in claims[1:]:
        if not other.member.same(first.member) or (number == least and other.member != first.member):
            _clash(first, other, name, who)
    return first


def _clash(one: Claim, other: Claim, name: str, who: str) -> NoReturn:
    first, second = sorted((one, other), key=lambda claim: claim.line)
    remedy = "Take it out of one of them, or decide with a rule of higher rank: addresses, then ranges, then callsigns."
    raise MembershipError(
        f"{who} is claimed twice: by {first} and by {second}.",
        where=f"{name}, line {second.line}, {second.field}",
        remedy=remedy,
    )


def _letters(pattern: str) -> int:
    return len(pattern) - pattern.count("*") - pattern.count("?")


def _claim(says: str, member: Member, entry: Table, *at: str | int) -> Claim:
    path = (*entry.path, *at)
    return Claim(says, member, entry.source.line(path), spell(path))
