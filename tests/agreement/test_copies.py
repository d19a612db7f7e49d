"""Copies for named recipients: who may have one, and whose a found text, or a part of it, is."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.copies import MARK_BYTES, code_of, mark_digest, may_have, recipient_digest, trace, write_copy
from armslength.agreement.plain import plain
from armslength.agreement.terms import Party, Terms, default_terms
from armslength.errors import DisclosureError, InputError

NORTH = Party("NORTH", members=("Transport Command", "River Guard"), excluded_forces=("Militia",), post="NORTH POST")
SOUTH = Party("SOUTH", members=("Southern Wing",), post="SOUTH POST")
TERMS = replace(default_terms(), parties=(NORTH, SOUTH))
BODY = [sentence for section in plain(TERMS) for sentence in section.sentences]
DRAW = random.Random(7)
MARKS = [DRAW.randbytes(MARK_BYTES) for _ in range(300)]
WHO = [f"Member {number}" for number in range(len(MARKS))]


def onward(rule: str) -> Terms:
    """Return the terms with another rule of passing on."""
    return replace(TERMS, confidentiality=replace(TERMS.confidentiality, onward=rule))


def copy(number: int) -> str:
    """Return the copy with that mark."""
    return write_copy(BODY, WHO[number], MARKS[number], 0, "members")


@pytest.mark.parametrize("name", ["Transport Command", "  transport   COMMAND ", "NORTH", "south", "NORTH POST"])
def test_members_and_parties_may_have_one(name: str) -> None:
    assert may_have(name, TERMS, NORTH, by_law=False).casefold() == " ".join(name.split()).casefold()


@pytest.mark.parametrize(
    ("name", "rule", "why"),
    [
        ("Third State", "members", "no member"),
        ("Southern Wing", "members", "bound by the other side"),
        ("Militia", "members", "exclude it"),
        ("Transport Command", "nobody", "nobody but the parties"),
    ],
)
def test_others_may_not(name: str, rule: str, why: str) -> None:
    with pytest.raises(DisclosureError, match=why) as refused:
        may_have(name, onward(rule), NORTH, by_law=False)
    assert name not in str(refused.value), "what is refused is no business of a log"
    assert may_have(name, onward(rule), NORTH, by_law=True) == name


def test_where_the_terms_are_public_everybody_may_have_one() -> None:
    public = replace(TERMS, confidentiality=replace(TERMS.confidentiality, terms="public"))
    assert may_have("Third State", public, NORTH, by_law=False) == "Third State"


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "two\x00names"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InputError):
        may_have(name, TERMS, NORTH, by_law=True)


def test_a_copy_reads_as_the_terms_and_names_its_recipient() -> None:
    lines = copy(0).splitlines()
    assert (
        "Member 0" in lines[0] and code_of(MARKS[0]) in lines[0] and "members" in lines[1] and "Member 0" in lines[-1]
    )
    assert [line.replace("\u00a0", " ") for line in lines[3:-2]] == BODY
    assert "\u00a0" in "".join(lines[3:-2])


def test_every_copy_is_traced_by_its_code_and_by_its_spaces() -> None:
    for number in range(0, len(MARKS), 30):
        whole = trace(copy(number), MARKS)
        assert whole is not None and (whole.number, whole.by_code) == (number, True)
        bare = trace("\n".join(copy(number).splitlines()[3:-2]), MARKS)
        assert bare is not None and (bare.number, bare.by_code) == (number, False) and bare.agree == bare.spaces


@given(st.integers(0, len(MARKS) - 1), st.integers(0, len(BODY) - 8), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_part_is_traced_also_wrapped_and_mended(number: int, first: int, seed: int) -> None:
    part = "\n".join(copy(number).splitlines()[3 + first : 3 + first + 8])
    draw = random.Random(seed)
    words = part.split(" ")
    mended = " ".join("word" if draw.random() < 0.03 else word for word in words)
    wrapped = "".join("\n" if sign == " " and draw.random() < 0.1 else sign for sign in mended)
    found = trace(wrapped, MARKS)
    assert found is None or found.number == number, "never somebody else's"
    if sum(sign in " \u00a0" for sign in part) > 120:
        assert found is not None


def test_what_was_typed_anew_is_nobodys() -> None:
    typed = "\n".join(copy(3).splitlines()[3:-2]).replace("\u00a0", " ")
    assert trace(typed, MARKS) is None
    assert trace("", MARKS) is None and trace(copy(3), []) is None


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_copy_of_somebody_else_is_nobodys(seed: int) -> None:
    foreign = write_copy(BODY, "x", random.Random(seed).randbytes(MARK_BYTES), 0, "members")
    assert trace("\n".join(foreign.splitlines()[3:-2]), MARKS) is None


def test_the_ledger_cannot_be_guessed() -> None:
    assert mark_digest(MARKS[0]) != mark_digest(MARKS[1])
    assert recipient_digest(MARKS[0], "NORTH") != recipient_digest(MARKS[1], "NORTH")
