"""The provisional grade: each step of it, what forces D and E, and that the two sides' order does not matter."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.domain.case import Letter
from armslength.engine.cases.grade import Controls, Held, Measured, provisional
from armslength.units import KT

WELL = Controls(Held.WELL, Held.WELL, Held.WELL, Held.WELL)
NOTHING = Controls(Held.NOT, Held.NOT, Held.NOT, Held.NOT)


def seen(share: float, closes_kt: float = 0.0, by: str = "North", doubt: float = 0.02) -> Measured:
    """Return what a side measured."""
    return Measured(by, share, share - doubt, share + doubt, closes_kt * KT, share * 5556.0, nan)


@pytest.mark.parametrize(
    ("share", "closes", "controls", "score", "letter"),
    [
        (0.90, 0, WELL, 2, Letter.E),
        (0.74, 84, WELL, 4, Letter.E),
        (0.49, 206, WELL, 11, Letter.C),
        (0.24, 701, WELL, 15, Letter.C),
        (0.24, 0, NOTHING, 34, Letter.A),
        (0.51, 100, NOTHING, 28, Letter.B),
        (0.30, 300, Controls(), 21, Letter.B),
        (0.10, 800, Controls(Held.WELL, Held.PARTLY, Held.WELL, Held.PARTLY), 23, Letter.B),
    ],
)
def test_points_add_up(share: float, closes: float, controls: Controls, score: int, letter: Letter) -> None:
    grade = provisional([seen(share, closes)], controls)
    assert (grade.score, grade.letter) == (score, letter)
    assert "separation" not in grade.inputs and grade.inputs["share of North"].startswith(f"{share:.3f}")
    assert len(grade.why) >= 3


def test_contradicting_recordings_force_d_and_the_near_twin_does_not() -> None:
    assert provisional([seen(0.3), seen(0.5, by="South")], WELL).letter is Letter.D
    near = provisional([seen(0.3, doubt=0.1), seen(0.45, by="South", doubt=0.1)], WELL)
    assert near.letter is not Letter.D and "recording of North" in near.why[0]


def test_nobody_recorded_it() -> None:
    assert provisional([], WELL).letter is Letter.D
    assert provisional([seen(nan)], WELL).score == -1


def test_kept_distance_is_e() -> None:
    assert provisional([seen(1.5, 900)], NOTHING).letter is Letter.E
    assert provisional([seen(1.01, 900, doubt=0.05)], NOTHING).letter is not Letter.E, "not certain"


def test_a_grade_near_an_edge_says_so() -> None:
    edge = provisional([seen(0.26, 206, doubt=0.05)], Controls(Held.PARTLY, Held.PARTLY, Held.WELL, Held.WELL))
    assert edge.letter is Letter.C and "Within the bounds it could be C to B." in edge.why[-1]


@given(st.floats(0.01, 2.0), st.floats(0.01, 2.0), st.floats(0.0, 1000.0), st.sampled_from(list(Held)))
def test_the_order_of_the_sides_does_not_matter_and_nearer_is_never_milder(
    one: float, other: float, closes: float, held: Held
) -> None:
    controls = Controls(held, held, held, held)
    pair = [seen(one, closes, "North", 3.0), seen(other, closes, "South", 3.0)]
    assert provisional(pair, controls) == provisional(pair[::-1], controls)
    low, high = sorted((one, other))
    assert provisional([seen(low, closes)], controls).score >= provisional([seen(high, closes)], controls).score or (
        high > 1.0
    )
