"""The keeper as the running node has it: which agreement counts where there are several with one counterpart."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.document import Document
from armslength.agreement.drafting import first_draft, read_draft
from armslength.errors import InputError, StoreError
from armslength.node.agreement_changes import Change
from armslength.node.agreement_verbs import VERBS
from armslength.node.home import Home
from armslength.node.keeping import Keeping
from armslength.node.pending import Files
from armslength.units import NS
from node.homes import introduce, make

NOW = 1_800_000_000 * NS
DAY = 86_400 * NS


class Told:
    """A ledger that keeps what it is told."""

    def __init__(self) -> None:
        self.changes, self.held, self.storing, self.full = list[Change](), dict[str, bytes](), True, False

    def enter(self, change: Change, files: Files) -> None:
        """Keep it; where the disk is full, it is kept later, as the runner does."""
        self.changes.append(change)
        self.held.update(files)
        if self.full:
            self.storing = False
            raise StoreError("planted: disk full")

    def written(self, paths: Collection[str]) -> None:
        """Forget them."""
        for path in list(paths):
            self.held.pop(path, None)

    def scan(self, space: str) -> list[tuple[str, bytes]]:
        """Return what is held."""
        return sorted(self.held.items())


def keeping(home: Home) -> Keeping:
    """Return a keeper that may change something."""
    ledger = Told()
    made = Keeping(home, ledger)
    made.ledger = ledger
    return made


def test_nothing_changes_before_there_is_a_ledger(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    _, text = first_draft("threes", north.identity, south.identity, NOW, NOW + 30 * DAY, os.urandom(24))
    file = base64.b64encode(text.encode()).decode()
    with pytest.raises(StoreError, match="not open yet"):
        Keeping(north).act("agreement sign", {"name": "d", "file": file}, NOW)
    assert not list(north.agreements.iterdir())


def test_what_is_entered_while_the_disk_is_full_is_done_when_there_is_room(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    ours = keeping(north)
    ledger = ours.ledger
    assert isinstance(ledger, Told)
    _, text = first_draft("threes", north.identity, south.identity, NOW, NOW + 30 * DAY, os.urandom(24))
    file = base64.b64encode(text.encode()).decode()
    ledger.full = True
    with pytest.raises(StoreError):
        ours.act("agreement sign", {"name": "d", "file": file}, NOW)
    assert ours.standings(NOW).lines[0].state == "none"
    ledger.full, ledger.storing = False, True
    assert ours.standings(NOW).lines[0].state == "proposed"
    assert ledger.held == {} and len(list(north.agreements.rglob("*.age"))) == 1


def test_the_agreement_in_force_counts_and_proposals_of_another_are_shown_all_the_same(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    ours, theirs = keeping(north), keeping(south)

    def proposed(begins: int, until: int, now: int) -> Document:
        _, text = first_draft("threes", north.identity, south.identity, begins, until, os.urandom(24))
        file = base64.b64encode(text.encode()).decode()
        done, _ = ours.act("agreement sign", {"name": "draft.toml", "file": file}, now)
        show(ours, theirs, now)
        assert done["what"] == "proposed"
        return read_draft(text, "draft.toml").document()

    def show(one: Keeping, other: Keeping, now: int) -> None:
        (line,) = one.standings(now).lines
        for offer in line.offers:
            _, why = other.take({"South": "North", "North": "South"}[line.counterpart], offer, now)
            assert why == ""

    for turn in range(2):  # names are drawn: whichever comes first on the disk, the one in force counts
        now = NOW + turn * 10 * DAY
        first = proposed(now, now + 10 * DAY, now)
        theirs.act("agreement ratify", {"agreement": first.agreement}, now)
        show(theirs, ours, now)
        second = proposed(now + DAY, now + 20 * DAY, now)
        for side in (ours, theirs, Keeping(north)):
            (line,) = side.standings(now + 1).lines
            assert (line.agreement, line.digest, line.state) == (first.agreement, first.digest, "in force")
            assert line.terms is not None and line.expires_ns == first.expires_ns
        known = theirs.act("agreement status", {}, now)[0]["agreements"]
        assert {first.agreement, second.agreement} <= {one["agreement"] for one in known}
    (line,) = ours.standings(NOW + 60 * DAY).lines
    assert (line.agreement, line.state) == ("", "expired")
    assert isinstance(theirs.ledger, Told)
    assert {one.what for one in theirs.ledger.changes} == {"proposed", "ratified"}
    assert {one.role for one in theirs.ledger.changes} == {"person", "counterpart"}


WORDS = st.sampled_from(["agreement", "version", "provision", "from", "file", "files", "name", "replace", "draft"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["separation", "e30=", "2030-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def test_whatever_a_verb_is_asked_it_answers_or_says_why_not(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    ours, theirs = keeping(north), keeping(south)
    _, text = first_draft("threes", north.identity, south.identity, NOW, NOW + 30 * DAY, os.urandom(24))
    file = base64.b64encode(text.encode()).decode()
    proposal, _ = ours.act("agreement sign", {"name": "d", "file": file}, NOW)
    theirs.act("agreement ratify", {"files": [{"name": "p", "file": proposal["file"]}]}, NOW)
    answered = []

    @settings(max_examples=120, deadline=None)
    @given(st.sampled_from(VERBS), st.dictionaries(WORDS, VALUES, max_size=5))
    def ask(verb: str, args: dict[str, Any]) -> None:
        try:
            done, _ = theirs.act(verb, args, NOW)
        except InputError:
            return
        json.dumps(done)
        answered.append(verb)

    ask()
    assert answered and set(answered) <= set(VERBS)  # some of what is asked at random can be done
    theirs.act("agreement status", {}, NOW)
    assert theirs.act("agreement show", {}, NOW)[0]["version"] == 1  # after all that
