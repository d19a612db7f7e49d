"""The keeper as the running node has it: which agreement counts where there are several with one counterpart."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.document import Document
from armslength.agreement.drafting import first_draft, read_draft
from armslength.errors import InputError
from armslength.node.agreement_verbs import VERBS
from armslength.node.keeping import Keeping
from armslength.units import NS
from node.homes import introduce, make

NOW = 1_800_000_000 * NS
DAY = 86_400 * NS


def test_the_agreement_in_force_counts_and_proposals_of_another_are_shown_all_the_same(tmp_path: Path) -> None:
    north, south = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(north, south)
    ours, theirs = Keeping(north), Keeping(south)

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
    assert {what["what"] for _, what in theirs.standings(NOW).happened} <= {"proposed", "ratified"}


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
    ours, theirs = Keeping(north), Keeping(south)
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
