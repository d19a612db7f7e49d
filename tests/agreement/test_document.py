"""The document that is signed: one form, one digest, every field kept; drafts; identities; trees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.signing import AGREEMENT, DAY, NORTH, SOUTH, START, THIRD, document, tree
from armslength.agreement.document import LARGEST, Document, is_agreement_id, terms_tree
from armslength.agreement.drafting import agreement_name, amendment, first_draft, read_draft
from armslength.agreement.identity import LARGEST as LARGEST_IDENTITY
from armslength.agreement.identity import Identity, read_identity, seal_identity
from armslength.agreement.terms import default_terms
from armslength.agreement.tree import read_tree, write_tree
from armslength.crypto.canonical import canonical
from armslength.errors import AgreementError, SignatureError

ONE = document()
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def test_one_form_and_back_byte_for_byte() -> None:
    data = ONE.to_bytes()
    assert Document.from_bytes(data) == ONE
    assert Document.from_bytes(data).to_bytes() == data
    assert Document.from_bytes(data).digest == ONE.digest


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES.map(lambda name: f"x {name}"), VALUES, max_size=3))
def test_fields_that_this_version_does_not_know_are_kept_and_signed(extra: dict[str, Any]) -> None:
    data = replace(ONE, extra=extra).to_bytes()
    found = Document.from_bytes(data)
    assert found.to_bytes() == data
    assert found.extra == extra
    assert (found.digest == ONE.digest) == (extra == {})


def test_every_default_is_spelled_out() -> None:
    terms = terms_tree(default_terms())
    assert terms["separation"] == {"horizontal": "3 NM", "vertical": "3000 ft", "dwell_limit": "180 s"}
    assert terms["lookahead"] == "180 s" and len(terms) > 15
    assert document().typed().separation == default_terms().separation


def test_the_digest_does_not_give_the_terms_away() -> None:
    """Who guesses the terms cannot check the guess: the salt is drawn."""
    assert replace(ONE, salt="6" * 32).digest != ONE.digest


CONTRADICTIONS = [
    {"version": 2},
    {"predecessor": "sha256:" + "0" * 64},
    {"expires_ns": START},
    {"effective_ns": START + 400 * DAY},
    {"parties": (ONE.parties[0], replace(ONE.parties[1], key=NORTH.public))},
    {"parties": (ONE.parties[0], replace(ONE.parties[1], name="NORTH"))},
    {"parties": (ONE.parties[0], replace(ONE.parties[1], name="East"))},
    {"parties": (ONE.parties[0], replace(ONE.parties[1], certificate="0" * 63))},
    {"parties": (ONE.parties[0], replace(ONE.parties[1], key="0" * 64))},
    {"agreement": "../../etc"},
    {"agreement": "A"},
    {"salt": "short"},
    {"effective_ns": -1},
    {"expires_ns": 10**19},
    {"predecessor": "md5:0"},
]


@pytest.mark.parametrize("change", CONTRADICTIONS, ids=[str(*one) for one in CONTRADICTIONS])
def test_what_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(AgreementError) as caught:
        Document.from_bytes(replace(ONE, **change).to_bytes())
    assert "Threes" not in str(caught.value)


@pytest.mark.parametrize("bad", [b"", b"[]", b"{}", b"\xff", b'{"format":"armslength agreement 2"}', b"{" * 999])
def test_garbage_is_no_document(bad: bytes) -> None:
    with pytest.raises(AgreementError):
        Document.from_bytes(bad)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(["format", "version", "predecessor", "parties", "effective_ns", "terms", "salt"])), VALUES
)
def test_no_field_of_another_kind_is_a_fault_of_ours(field: str, value: Any) -> None:
    from armslength.crypto.canonical import parse

    body = parse(ONE.to_bytes())
    if body[field] == value:
        return
    body[field] = value
    try:
        data = canonical(body)
        found = Document.from_bytes(data)
    except AgreementError:
        return
    assert found.to_bytes() == data


def test_terms_that_are_too_large_are_not_signed() -> None:
    with pytest.raises(AgreementError, match="can be signed"):
        replace(ONE, terms=tree(1, title="x" * LARGEST)).to_bytes()


def test_terms_of_another_version_of_armslength_are_told_without_quoting_them() -> None:
    odd = replace(ONE, terms=tree(1, separation={"horizontal": "canary NM"}))
    with pytest.raises(AgreementError) as caught:
        odd.typed()
    assert "canary" not in str(caught.value) and caught.value.__cause__ is None
    assert "canary" not in repr(odd)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_tree_survives_toml(values: dict[str, Any]) -> None:
    assert read_tree(write_tree(values)) == values


def identities() -> tuple[Identity, Identity]:
    north = Identity("North", "NORTH POST", NORTH.public, b"north", "age1north", START)
    return north, Identity("South", "SOUTH POST", SOUTH.public, b"south", "age1south", START)


def test_a_draft_becomes_a_document_and_an_amendment_the_next() -> None:
    north, south = identities()
    name, text = first_draft("threes", north, south, START, START + 10 * DAY, bytes(range(24)))
    draft = read_draft(text, "draft.toml")
    assert draft.reading.doubts == ()
    first = draft.document()
    assert (first.agreement, first.version, first.predecessor) == (name, 1, None)
    assert first.parties == (north.signatory, south.signatory)
    assert (first.effective_ns, first.expires_ns) == (START, START + 10 * DAY)
    assert "signatory" not in first.terms and "agreement" not in first.terms
    assert first.salt == bytes(range(16)).hex()
    for word in (north.short, south.short, "South"):
        assert word in text.split("\n\n")[0]
    again = read_draft(amendment(first, 2, first.parties, b"\1" * 16), "v2.toml").document()
    assert (again.version, again.predecessor, again.agreement) == (2, first.digest, name)
    assert {**again.terms, "version": 1} == first.terms


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\nuntil = ", "\n# until = ", "from when until when"),
        ("[[signatory]]", "[[nobody]]", "who signs it"),
        ("\nid = ", "\nname = ", "who signs it"),
        ("\nid = \"", "\nid = \"../", "agreement is not as it must be"),
        ('name = "North"\npost = "NORTH POST"\nkey', 'name = "East"\npost = "NORTH POST"\nkey', "not the parties"),
        ("\nversion = 1", "\nversion = 2", "predecessor"),
        ('until = "', 'until = "2001-01-01T00:00:00Z" # ', "before they begin"),
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_signed_says_why(old: str, new: str, says: str) -> None:
    _, text = first_draft("threes", *identities(), START, START + 10 * DAY, bytes(24))
    assert old in text
    with pytest.raises(AgreementError, match=says):
        read_draft(text.replace(old, new, 1), "draft.toml").document()


def test_terms_alone_can_be_read_as_a_draft_but_not_signed() -> None:
    draft = read_draft('title = "Terms"\n', "terms.toml")
    assert draft.reading.terms.title == "Terms"
    with pytest.raises(AgreementError, match="from when until when"):
        draft.document()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.binary(min_size=8, max_size=8))
def test_the_name_of_an_agreement_is_always_safe(first: str, second: str, entropy: bytes) -> None:
    assert is_agreement_id(agreement_name(first, second, entropy))
    assert agreement_name("North", "South", b"\0" * 8) == "north-south-00000000"


def test_an_identity_is_signed_by_the_key_it_names() -> None:
    north, south = identities()
    data = seal_identity(north, NORTH)
    assert read_identity(data, "n") == north
    assert read_identity(data + b"\n", "n") == north
    assert len(north.words.split(" / ")) == 5 and len(north.short) == 24
    for forged in (seal_identity(north, SOUTH), seal_identity(south, THIRD)):
        with pytest.raises(SignatureError, match="not signed by the key that it names"):
            read_identity(forged, "n")
    for bad in (b"", b"{}", b"x" * (LARGEST_IDENTITY + 1), data[:-5], seal_identity(replace(north, party=""), NORTH)):
        with pytest.raises(AgreementError, match="not an identity file"):
            read_identity(bad, "n")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_no_byte_of_an_identity_can_change(at: int, by: int) -> None:
    data = bytearray(seal_identity(identities()[0], NORTH).rstrip())
    data[at % len(data)] ^= by
    with pytest.raises(AgreementError):
        read_identity(bytes(data), "n")


def test_the_name_of_the_agreement_of_these_tests_is_one() -> None:
    assert is_agreement_id(AGREEMENT)
