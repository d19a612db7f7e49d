"""One node with two counterparts: the encounters of each lie in its own book, and nothing of it in the other's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.crypto.keys import SigningKey
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.node.core.inputs import Recorded, Standings
from node.core.pair import BEGIN_NS, Pair


class Three(Pair):
    """NORTH faces SOUTH under `river-2026` and WEST under `hill-2026`."""

    def three(self) -> None:
        """Let WEST come in."""
        south = self.agreed(self.north)
        key = SigningKey(bytes([3]) * 32).public
        west = replace(south, counterpart="WEST", post="WEST POST", key=key, agreement="hill-2026")
        self.give(self.north, Standings((south, west)))

    def sizes(self) -> dict[str, int]:
        """Return how long the books of NORTH are."""
        return {name: book.size for name, book in self.north.core.books.books.items()}


def encounter(agreement: str, first: str, second: str) -> dict[str, object]:
    return {
        "agreement": agreement, "id": f"d10001 d20001 {BEGIN_NS}", "first": "d10001", "second": "d20001",
        "first_party": first, "second_party": second, "level": "inside", "certainty": "certain", "again": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parties", "book"),
    [
        (("NORTH", "SOUTH"), "river-2026"),
        (("SOUTH", "NORTH"), "river-2026"),
        (("NORTH", "WEST"), "hill-2026"),
        (("SOUTH", "WEST"), "node"),
        (("NORTH", ""), "node"),
        (("", ""), "node"),
    ],
)
def test_an_encounter_is_entered_once_in_the_book_it_concerns(parties: tuple[str, str], book: str) -> None:
    pair = Three()
    pair.three()
    before = pair.sizes()
    found = tuple(encounter(agreement, *parties) for agreement in ("river-2026", "hill-2026"))  # both judge all the sky
    pair.give(pair.north, Recorded(found))
    grown = {name: size - before.get(name, 0) for name, size in pair.sizes().items() if size != before.get(name, 0)}
    assert grown == {book: 1}
    assert len(pair.north.heard("encounter")) == 1


@pytest.mark.parametrize(
    ("agreement", "parties", "books"),
    [
        ("river-2026", ("NORTH", "SOUTH"), {"river-2026"}),
        ("river-2026", ("SOUTH", "NORTH"), {"river-2026"}),
        ("hill-2026", ("NORTH", "WEST"), {"hill-2026"}),
        ("hill-2026", ("NORTH", "SOUTH"), set()),
        ("river-2026", ("SOUTH", "WEST"), set()),
        ("river-2026", ("NORTH", ""), set()),
    ],
)
def test_a_finding_about_two_aircraft_stands_in_the_book_of_their_terms(
    agreement: str, parties: tuple[str, str], books: set[str]
) -> None:
    pair = Three()
    pair.three()
    before = pair.sizes()
    found = Finding(
        "G04", "d10001 d20001", Outcome.NOT_DETERMINABLE, Severity.SEV3, "", BEGIN_NS, BEGIN_NS + 9, 1.0, 2.0, "m/s",
        (), "It was fast.", "", 0, "d10001", "d20001", 0.5,
    )  # fmt: skip
    for _ in range(2):  # the recorder tells it again after a restart
        pair.give(pair.north, Recorded(findings=((agreement, found, parties),)))
    grown = {name for name, size in pair.sizes().items() if size != before.get(name, 0)}
    assert grown == books
    assert len(pair.north.heard("finding")) == len(books)


def test_a_finding_about_one_aircraft_stands_in_the_book_of_the_terms_that_name_the_place() -> None:
    pair = Three()
    pair.three()
    before = pair.sizes()
    found = Finding(
        "D01", "d20001 block 1", Outcome.BREACH, Severity.SEV3, "SOUTH", BEGIN_NS, BEGIN_NS + 9, 1.0, 2.0, "m", (),
        "It was inside.", first="d20001",
    )  # fmt: skip
    pair.give(pair.north, Recorded(findings=(("river-2026", found, ("", "")), ("elsewhere", found, ("", "")))))
    assert {name for name, size in pair.sizes().items() if size != before.get(name, 0)} == {"river-2026"}
    assert len(pair.north.heard("finding")) == 1


def test_a_message_to_one_is_nothing_to_the_other() -> None:
    from armslength.node.core.inputs import Command

    pair = Three()
    pair.three()
    before = pair.sizes()
    command = {
        "code": "EMG",
        "fields": {"nature": "URGENCY", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT 1"},
        "counterpart": "WEST",
    }
    pair.give(pair.north, Command(1, "duty officer", "send", command))
    assert "error" not in pair.north.replies[1]
    grown = {name for name, size in pair.sizes().items() if size != before.get(name, 0)}
    assert grown == {"hill-2026"}
    assert pair.north.core.lines["SOUTH"].log.sent == 0
