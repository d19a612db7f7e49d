"""The crew: every piece once, in order, whatever the number of threads; an error is heard."""

from __future__ import annotations

import threading

import pytest

from armslength.kernel.crew import Crew


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_piece_is_done_once_and_answers_are_in_order(threads: int) -> None:
    seen: list[int] = []

    def square(piece: int) -> int:
        seen.append(piece)
        return piece * piece

    with Crew(threads) as crew:
        for pieces in (0, 1, 2, 50):
            seen.clear()
            assert crew.do(square, pieces) == [k * k for k in range(pieces)]
            assert sorted(seen) == list(range(pieces))


def test_an_error_in_another_thread_is_heard() -> None:
    other = threading.Event()

    def work(piece: int) -> int:
        if threading.current_thread() is threading.main_thread():
            assert other.wait(10.0)
            return piece
        other.set()
        raise RuntimeError("in the other thread")

    with Crew(2) as crew, pytest.raises(RuntimeError, match="in the other thread"):
        crew.do(work, 2)
