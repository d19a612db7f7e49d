"""Whose aircraft is whose: every rule against a slow reading, and every contradiction told with both claims."""

from __future__ import annotations

import fnmatch
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.reading import parse_terms
from armslength.errors import MembershipError
from armslength.node.membership import Member, Membership, load_membership

TERMS = parse_terms(
    """
title = "T"
[[party]]
name = "North"
members = ["Northland", "Westmark"]
excluded_forces = ["Guard"]
[[party]]
name = "South"
""",
    "t.toml",
)
BASE = """\
[[aircraft]]
party = "North"
member = "Northland"
ranges = ["100000-1fffff"]
callsigns = ["RCH*"]

[[aircraft]]
party = "North"
member = "Westmark"
category = "fast_jet"
addresses = ["100001", "~2a0001"]
callsigns = ["WOLF1", "LYNX??"]

[[aircraft]]
party = "North"
excluded = "Guard"
category = "helicopter"
addresses = ["300001"]

[[aircraft]]
party = "South"
ranges = ["400000-4fffff"]
"""


def entry(number: int, **keys: object) -> str:
    rows = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(["[[aircraft]]", f'party = "P{number}"', 'member = "M"', *rows]) + "\n"


def test_each_kind_of_rule_finds_its_aircraft() -> None:
    members = load_membership(BASE, "m.toml", TERMS)
    northland = Member("North", "Northland", "unknown", excluded=False)
    westmark = Member("North", "Westmark", "fast_jet", excluded=False)
    assert members.member("100000") == members.member("1FFFFF") == northland
    assert members.member("0fffff") is members.member("200000") is None
    assert members.member("100001") == members.member("~2a0001") == westmark, "an address goes before a range"
    assert members.member("~100005") is None, "what is no ICAO address is in no range of them"
    assert members.member("999999", " rch123 ") == northland
    assert members.member("999999", "WOLF1") == members.member("999999", "LYNX42") == westmark
    assert members.member("999999", "WOLF12") is members.member("999999", "LYNX4") is members.member("999999") is None
    assert members.member("300001") == Member("North", "Guard", "helicopter", excluded=True)
    assert members.member("400000") == Member("South", "South", "unknown", excluded=False), (
        "a party may be its own member"
    )


def test_a_call_sign_never_overrules_an_address() -> None:
    members = load_membership(BASE, "m.toml", TERMS)
    assert members.member("400001", "RCH123") == members.member("400001")
    assert members.member("300001", "WOLF1") == members.member("300001")


def test_a_call_sign_adds_the_category_of_an_aircraft_whose_member_is_known() -> None:
    text = entry(1, ranges=["100000-1fffff"]) + entry(1, category="tanker", callsigns=["SHELL*"])
    text += entry(2, category="fast_jet", callsigns=["SHELL9", "FOX*"])
    members = load_membership(text, "m.toml", None)
    assert members.member("100000", "SHELL1") == Member("P1", "M", "tanker", excluded=False)
    assert members.member("100000", "SHELL9") == Member("P1", "M", "tanker", excluded=False), "not of another's rule"
    assert members.member("100000", "FOX1") == Member("P1", "M", "unknown", excluded=False)


def test_of_one_members_nested_ranges_and_patterns_the_narrowest_decides() -> None:
    text = entry(1, ranges=["100000-1fffff", "180000-18ffff"], callsigns=["R*"])
    text += entry(1, category="tanker", ranges=["181000-1810ff"], callsigns=["RC*"])
    members = load_membership(text, "m.toml", None)
    categories = [members.member(address).category for address in ("180fff", "181000", "1810ff", "181100", "1fffff")]  # type: ignore[union-attr]
    assert categories == ["unknown", "tanker", "tanker", "unknown", "unknown"]
    assert members.member("", "RCH1") == Member("P1", "M", "tanker", excluded=False)
    assert members.member("", "RAT1") == Member("P1", "M", "unknown", excluded=False)


CLASHES = [
    (
        entry(1, addresses=["abc001"]) + entry(2, addresses=["ABC001"]),
        "Aircraft abc001",
        "line 8, aircraft[2].addresses[1]",
    ),
    (
        entry(1, ranges=["100000-100fff"]) + entry(2, ranges=["100ff0-101000"]),
        "Aircraft 100ff0",
        "aircraft[2].ranges[1]",
    ),
    (
        entry(1, ranges=["100000-1fffff"]) + entry(2, ranges=["150000-15ffff"]),
        "Aircraft 150000",
        "aircraft[2].ranges[1]",
    ),
    (
        entry(1, ranges=["150000-15ffff"]) + entry(2, ranges=["100000-1fffff"]),
        "Aircraft 150000",
        "aircraft[2].ranges[1]",
    ),
    (entry(1, callsigns=["WOLF1"]) + entry(2, callsigns=["wolf1"]), "Call sign WOLF1", "aircraft[2].callsigns[1]"),
    (
        entry(1, addresses=["abc001"]) + entry(1, category="tanker", addresses=["abc001"]),
        "Aircraft abc001",
        "line 9, aircraft[2].addresses[1]",
    ),
    (
        entry(1, ranges=["100000-1fffff"]) + entry(1, category="tanker", ranges=["100000-1fffff"]),
        "Aircraft 100000",
        "aircraft[2].ranges[1]",
    ),
]


@pytest.mark.parametrize(("text", "aircraft", "where"), CLASHES, ids=lambda value: str(value)[-30:])
def test_two_claims_of_one_rank_are_told_at_load_with_both_and_the_aircraft(
    text: str, aircraft: str, where: str
) -> None:
    with pytest.raises(MembershipError) as caught:
        load_membership(text, "m.toml", None)
    assert caught.value.where.startswith("m.toml, line ")
    assert where in caught.value.where
    assert f"{aircraft} is claimed twice: by " in caught.value.what
    assert "M of P1 (unknown) in line 4" in caught.value.what
    assert "in line 8" in caught.value.what or "in line 9" in caught.value.what
    assert "rule of higher rank" in caught.value.remedy


def test_two_patterns_that_claim_one_aircraft_are_told_when_it_appears() -> None:
    members = load_membership(entry(1, callsigns=["RC*"]) + entry(2, callsigns=["R?H1*"]), "m.toml", None)
    assert members.member("abc001", "RCX1") == Member("P1", "M", "unknown", excluded=False)
    with pytest.raises(MembershipError) as caught:
        members.member("abc001", "RCH12")
    assert str(caught.value) == (
        "m.toml, line 8, aircraft[2].callsigns[1]: Aircraft abc001 with call sign RCH12 is claimed twice: "
        'by "RC*" of M of P1 (unknown) in line 4 and by "R?H1*" of M of P2 (unknown) in line 8. '
        "Take it out of one of them, or decide with a rule of higher rank: addresses, then ranges, then callsigns."
    )


def test_ranges_that_only_touch_do_not_clash() -> None:
    members = load_membership(entry(1, ranges=["100000-100fff"]) + entry(2, ranges=["101000-1fffff"]), "m.toml", None)
    assert [members.member(address).party for address in ("100fff", "101000")] == ["P1", "P2"]  # type: ignore[union-attr]


WRONG = [
    ('party = "South"', 'party = "Suoth"', 'party = "South"', "aircraft[4].party", "not a party", "agreement show"),
    ('"Northland"', '"Northlnd"', 'member = "Northland"', "aircraft[1].member", "not a member", "agreement show"),
    (
        '"Northland"',
        '"Guard"',
        'member = "Northland"',
        "aircraft[1].member",
        "not a member of North",
        "agreement show",
    ),
    (
        '"Guard"',
        '"Westmark"',
        "excluded",
        "aircraft[3].excluded",
        "not an excluded force of North",
        "agreement show",
    ),
    ('excluded = "Guard"', 'excluded="Guard"\nmember="x"', "excluded", "aircraft[3].excluded", "not both", "Keep one"),
    ('excluded = "Guard"', "", "", "aircraft[3]", "member is missing", 'member = "its name"'),
    (
        'party = "South"',
        'party = "South"\nexcluded = "x"',
        "",
        "aircraft[4].excluded",
        "not an excluded",
        "agreement show",
    ),
    ('"helicopter"', '"helo"', 'category = "helicopter"', "aircraft[3].category", "not known", "one of: fast_jet"),
    ('"300001"', '"30001"', 'addresses = ["300001"]', "aircraft[3].addresses[1]", "not an ICAO address", '"ae1460"'),
    ('"300001"', '"30000g"', 'addresses = ["300001"]', "aircraft[3].addresses[1]", "not an ICAO address", '"ae1460"'),
    (
        '"300001"',
        '"300001-300002"',
        'addresses = ["300001"]',
        "aircraft[3].addresses[1]",
        "not an ICAO",
        "under ranges",
    ),
    ('"300001"', "300001", 'addresses = ["300001"]', "aircraft[3].addresses[1]", "(a bare number)", "in quotes"),
    ('"400000-4fffff"', '"4fffff-400000"', 'ranges = ["4', "aircraft[4].ranges[1]", "reversed", '"400000-4fffff"'),
    ('"400000-4fffff"', '"400000"', 'ranges = ["4', "aircraft[4].ranges[1]", "not a range of ICAO", "ae0000-afffff"),
    ('ranges = ["4', 'range = ["4', 'ranges = ["4', "aircraft[4].range", "not a known key", "Did you mean ranges?"),
    ('ranges = ["400000-4fffff"]', "", "", "aircraft[4]", "It says of no aircraft", "addresses = ["),
    ('"RCH*"', '"*"', 'callsigns = ["RCH', "aircraft[1].callsigns[1]", "claims every aircraft", "at least one letter"),
    ('"RCH*"', '"RCH-1"', 'callsigns = ["RCH', "aircraft[1].callsigns[1]", "not a call sign", "letters and digits"),
    ('"RCH*"', '"RCH123456"', 'callsigns = ["RCH', "aircraft[1].callsigns[1]", "not a call sign", "up to eight"),
    ('"RCH*"]', '"RCH*"', "[[aircraft]]", "", "cannot be read as TOML", "Mend this line"),
]


@pytest.mark.parametrize(("old", "new", "row", "field", "what", "remedy"), WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_value_is_told_with_line_field_and_remedy(
    old: str, new: str, row: str, field: str, what: str, remedy: str
) -> None:
    assert old in BASE
    with pytest.raises(MembershipError) as caught:
        load_membership(BASE.replace(old, new, 1), "m.toml", TERMS)
    wrong = caught.value
    assert wrong.where.startswith("m.toml, line ")
    assert wrong.where.endswith(field)
    assert what in wrong.what
    assert remedy in str(wrong)
    if field and row:
        line = next(i for i, text in enumerate(BASE.split("\n"), 1) if text.startswith(row))
        assert f"line {line}, " in wrong.where


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "m.toml: It is empty. Give an entry for each member: [[aircraft]]"),
        ("[aircrafts]", "m.toml, line 1, aircrafts: aircrafts is not a known key. Did you mean aircraft?"),
        ("[aircraft]", "m.toml, line 1, aircraft: A table stands where a list of tables belongs. Write [[aircraft]]"),
        (
            "[[aircraft]]",
            'm.toml, line 1, aircraft[1]: party is missing. Add it, for example party = "Northern party".',
        ),
    ],
)
def test_a_file_of_the_wrong_shape_is_told(text: str, says: str) -> None:
    with pytest.raises(MembershipError) as caught:
        load_membership(text, "m.toml", TERMS)
    assert str(caught.value).startswith(says)


def test_no_error_quotes_the_terms() -> None:
    for old, new in (('"Northland"', '"Nobody"'), ('"Guard"', '"Nobody"'), ("member =", "# member =")):
        assert old in BASE
        with pytest.raises(MembershipError) as caught:
            load_membership(BASE.replace(old, new, 1), "m.toml", TERMS)
        for term in ("Northland", "Westmark", "Guard"):
            assert term not in str(caught.value)


def test_without_terms_any_name_may_stand() -> None:
    members = load_membership(BASE.replace("North", "Elsewhere"), "m.toml", None)
    assert members.member("100000") == Member("Elsewhere", "Elsewhereland", "unknown", excluded=False)


def test_no_rules_know_nobody() -> None:
    assert Membership().member("abc001", "RCH1") is None


# Against a slow reading ----------------------------------------------------------------------------------------------

ADDRESS = st.integers(0, 40).map(lambda n: f"{n:06x}")
RANGE = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: f"{min(pair):06x}-{max(pair):06x}")
SIGN = st.text(alphabet="AB1", min_size=1, max_size=3)
PATTERN = st.text(alphabet="AB1*?", min_size=1, max_size=3).filter(lambda text: text.strip("*?"))
ENTRY = st.fixed_dictionaries(
    {
        "party": st.sampled_from(["P1", "P2"]),
        "category": st.sampled_from(["unknown", "tanker"]),
        "addresses": st.lists(ADDRESS, max_size=2),
        "ranges": st.lists(RANGE, max_size=2),
        "callsigns": st.lists(st.one_of(SIGN, PATTERN), max_size=2),
    }
)
CLASH = "clash"


def best(claims: list[tuple[int, dict[str, object]]]) -> dict[str, object] | str | None:
    """The narrowest of claims; a clash when they are of two parties, or of two categories and equally narrow."""
    if not claims:
        return None
    narrowest = min(width for width, _ in claims)
    first = [claim for width, claim in claims if width == narrowest]
    if len({claim["party"] for _, claim in claims}) > 1 or len({claim["category"] for claim in first}) > 1:
        return CLASH
    return first[0]


def by_sign(entries: list[dict[str, object]], sign: str) -> dict[str, object] | str | None:
    rules = [(text, one) for one in entries for text in one["callsigns"]]  # type: ignore[attr-defined]
    exact = best([(0, one) for text, one in rules if text == sign])
    if exact is not None or not sign:
        return exact
    return best([(_width(text), one) for text, one in rules if _wild(text, sign)])


def _wild(text: str, sign: str) -> bool:
    return ("*" in text or "?" in text) and fnmatch.fnmatchcase(sign, text)


def _width(text: str) -> int:
    return -sum(c not in "*?" for c in text)


def slowly(entries: list[dict[str, object]], address: str, sign: str) -> dict[str, object] | str | None:
    found = best([(0, one) for one in entries if address in one["addresses"]])  # type: ignore[operator]
    if found is None:
        ranges = [(text.split("-"), one) for one in entries for text in one["ranges"]]  # type: ignore[attr-defined]
        held = [(int(b, 16) - int(a, 16), one) for (a, b), one in ranges if a <= address <= b]
        found = best(held)
    if found is None:
        return by_sign(entries, sign)
    if isinstance(found, dict) and found["category"] == "unknown":
        hint = by_sign([one for one in entries if one["party"] == found["party"]], sign)
        return hint if hint is not None else found
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=4), st.lists(st.tuples(ADDRESS, st.just("") | SIGN), max_size=6))
def test_look_ups_equal_the_slow_reading(entries: list[dict[str, object]], asked: list[tuple[str, str]]) -> None:
    text = "".join(
        "[[aircraft]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in one.items()) for one in entries
    )
    every = [f"{n:06x}" for n in range(42)]
    signs = {sign for one in entries for sign in one["callsigns"] if not set(sign) & set("*?")}  # type: ignore[attr-defined]
    doomed = any(best([(0, one) for one in entries if address in one["addresses"]]) == CLASH for address in every)  # type: ignore[operator]
    doomed |= any(
        by_sign([dict(one, callsigns=[s for s in one["callsigns"] if s == sign]) for one in entries], sign) == CLASH
        for sign in signs
    )  # type: ignore[attr-defined]
    no_lists = [dict(one, addresses=[]) for one in entries]
    doomed |= any(slowly(no_lists, address, "") == CLASH for address in every)
    if doomed:
        with pytest.raises(MembershipError):
            load_membership(text, "m.toml", None)
        return
    members = load_membership(text, "m.toml", None)
    for address, sign in asked:
        expected = slowly(entries, address, sign)
        if expected == CLASH:
            with pytest.raises(MembershipError):
                members.member(address, sign)
            continue
        for _ in range(2):  # the second answer is a remembered one
            found = members.member(address, sign)
            assert (found and (found.party, found.category)) == (expected and (expected["party"], expected["category"]))  # type: ignore[index]
