"""Old signed states are thinned, and what is left still convicts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from armslength.crypto.checkpoint import checkpoint
from armslength.crypto.keys import SigningKey
from armslength.crypto.ledger import Book
from armslength.crypto.story import Story, Verdict
from armslength.crypto.thinning import needless
from crypto.books import leaves, more

NORTH = SigningKey(b"n" * 32)
MOST_OF_A_DOUBLING = 33


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=500, unique=True))
def test_the_newest_stays_and_few_of_the_old(sizes: list[int]) -> None:
    newest = max(sizes)
    stay = set(sizes) - needless(sizes, newest)
    assert newest in stay
    for power in range(25):
        far = [size for size in stay if 1 << power <= newest - size < 2 << power]
        assert len(far) <= MOST_OF_A_DOUBLING


@given(st.lists(st.integers(1, 400), min_size=1, max_size=300))
def test_thinned_again_and_again_there_is_one_of_every_age(steps: list[int]) -> None:
    kept: set[int] = set()
    everything: list[int] = []
    size = 0
    for step in steps:
        size += step
        everything.append(size)
        kept.add(size)
        kept -= needless(kept, size)
    assert kept <= set(everything) - needless(everything, size)
    for one in everything:
        before = max(other for other in kept if other <= one)
        assert one - before <= (size - before) / 32, one


def test_a_year_of_states_fits_into_memory() -> None:
    kept: set[int] = set()
    for size in range(0, 400_000, 4):
        kept.add(size)
        if len(kept) > 1024:
            kept -= needless(kept, size)
    assert len(kept - needless(kept, 400_000)) < 600


def test_a_story_is_thinned_and_an_old_other_story_still_convicts() -> None:
    honest, south = Book("deal-1"), Story("deal-1", "deal-1", [NORTH.public])
    entries = []
    for number in range(800):
        entries += more(honest, 3)
        assert south.judge(checkpoint(honest, "deal-1", number, NORTH)) is Verdict.GROWN
        honest.settle(honest.size)
    assert len(south._told) < 500  # of 800
    old = min(size for size in south._told)
    other = Book.restore("deal-1", leaves(entries[: old - 1]))
    more(other, 1, "told otherwise")
    assert other.size == old
    assert south.judge(checkpoint(other, "deal-1", 1, NORTH)) is Verdict.FORK
