"""A statement is held against the approved lines, sentence by sentence: equal, or not approved."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.public_lines import LONGEST_STATEMENT, check_statement, line_digest, normal
from armslength.errors import InputError

LINES = (
    "Both sides talk every day.",
    "The line was tested. It works.",
    'The deal is about the "safety of flight" and nothing else.',
    "Обе стороны на связи круглосуточно.",
)


def approved(statement: str) -> list[bool]:
    """Return of each sentence whether it is approved."""
    return [bool(one.approved) for one in check_statement(statement, LINES)]


@pytest.mark.parametrize(
    "said",
    [
        "Both sides talk every day.",
        "both sides  talk\tevery day",
        "BOTH SIDES TALK EVERY DAY.",
        "Both\u00a0sides talk every day.\n",
        "The deal is about the “safety of flight” and nothing else.",
        "The deal is about the «safety of flight» and nothing else.",
        "The line was tested. It works.",
        "Обе стороны на связи круглосуточно",
        "- Both sides talk every day.",
    ],
)
def test_the_same_words_are_approved(said: str) -> None:
    assert approved(said) == [True]


@pytest.mark.parametrize(
    "said",
    [
        "Both sides talk every other day.",
        "Both sides talk, every day.",
        "Both sides talk every day!",
        "Sources say: both sides talk every day.",
        '"Both sides talk every day."',
        "The line was tested.",
        "It works.",
        "It works. The line was tested.",
        "Both sides talk every day, and more.",
        "Обе стороны на связи.",
        "В0th sides talk every day.",
    ],
)
def test_other_words_are_not(said: str) -> None:
    assert not any(approved(said))


def test_each_sentence_is_told_by_itself_with_the_nearest_line() -> None:
    found = check_statement("Both sides talk every day. Both sides talk nearly every day. No comment.", LINES)
    assert [one.text for one in found] == [
        "Both sides talk every day.", "Both sides talk nearly every day.", "No comment."
    ]  # fmt: skip
    assert [one.nearest for one in found] == ["", LINES[0], ""]


def test_a_line_of_two_sentences_counts_whole_among_others() -> None:
    said = "Both sides talk every day. The line was tested. It works. It works."
    assert approved(said) == [True, True, False]


def test_numbers_and_short_forms_do_not_end_a_sentence() -> None:
    lines = ("The minima are 3.5 NM, i.e. more than before.",)
    assert [bool(one.approved) for one in check_statement(lines[0], lines)] == [True]


@pytest.mark.parametrize("said", ["", "  \n", " . ", "...", "x" * (LONGEST_STATEMENT + 1)])
def test_what_is_no_statement(said: str) -> None:
    with pytest.raises(InputError):
        check_statement(said, LINES)


def test_without_lines_nothing_may_be_said() -> None:
    assert [one.approved for one in check_statement("Both sides talk.", ())] == [""]


@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=6), st.sampled_from([" ", "\n", "\n\n", "  "]))
@settings(max_examples=100, deadline=None)
def test_approved_lines_in_any_order_are_approved(order: list[int], between: str) -> None:
    assert all(approved(between.join(LINES[one] for one in order)))


WORDS = st.sampled_from(LINES[0].rstrip(".").split())


@given(st.lists(WORDS, min_size=1, max_size=7))
@settings(max_examples=200, deadline=None)
def test_equal_digests_are_equal_lines(words: list[str]) -> None:
    said = " ".join(words) + "."
    same = normal(said) == normal(LINES[0])
    assert (line_digest(said) == line_digest(LINES[0])) is same
    assert approved(said) == [same]
