"""What must not come for a case: each refused, or recorded for what it is, in words that an officer understands."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from armslength.crypto.canonical import canonical, digest, parse
from armslength.crypto.envelope import from_json, seal, to_json
from armslength.crypto.keys import SigningKey
from armslength.domain import case as c
from armslength.domain.case import BODIES, Kind, State
from armslength.domain.finding import Severity
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.node.core.case_refusing import MOST_CASES, prefix_of
from armslength.node.core.effects import Effects
from armslength.node.core.inputs import Standings
from armslength.protocol.case_documents import _READ, CASE_TYPE, read_document, sign_document
from node.cases.case_pair import PIECES, SAID, CasePair, live

OTHER = SigningKey(bytes([9]) * 32)
ROOT, OF = c.Commitment("a" * 64, 64), "sha256:" + "1" * 64
SUBJECT = c.Subject(1_700_000_000 * 10**9, 1_700_000_001 * 10**9, 2106, 2172, ("G05",))
OPENING = c.Opening(c.Why.PERSON, Severity.SEV1, SUBJECT, OF)
EVERY: tuple[c.Body, ...] = (
    OPENING, ROOT, c.Part(OF, 1, 2, b"x"), c.Report(c.Stage.FULL, "Head", "Text\nmore", "en", {"weather": "CAVOK"}),
    c.Acknowledgement(OF), c.Statement("Text", "ru", OF), c.Answer(c.Substance.PART, OF), c.Extension("Leave"),
    c.Meeting(5, c.Medium.VIDEO, "REVIEW", OF), c.Proposal(c.JointOrOwn.OWN, c.Letter.D, -1, "Text", "en", ("one",)),
    c.FindingSignature(OF), c.Measure("Text", "en", "both", 7, OF), c.Closing("Done"),
)  # fmt: skip


def sent(pair: CasePair, body: c.Body, case: str = "S-0001", key: SigningKey | None = None, **more: Any) -> list[str]:
    """Let a South that says what it likes say something to North; return what North's officer is told."""
    south, number = pair.south, more.pop("number", 90)
    time_ns = more.pop("time_ns", pair.now.utc_ns)
    signed = sign_document(key or south.key, pair.agreement, case, more.pop("by", "SOUTH"), number, time_ns, body)
    return hears(pair, to_json(signed[1]))


def hears(pair: CasePair, wire: bytes) -> list[str]:
    """Let North's core hear an envelope; return what its officer is told."""
    line, effects = pair.north.core.lines["SOUTH"], Effects()
    line.cases.hear(from_json(wire), wire, effects, pair.now)
    for book, sealed in effects.entries:
        pair.north.store.entries.setdefault(book, []).append(sealed)
    pair.north.told += [dict(one) for one in effects.tells]
    return [str(one["says"]) for one in effects.tells]


def test_a_case_that_nobody_opened() -> None:
    pair = CasePair()
    (says,) = sent(pair, ROOT, "S-0007")
    assert says == "What SOUTH sent about case S-0007 is not taken: It is about a case that nobody opened."
    assert pair.entries(pair.north, "case refused")[0]["why"] == "It is about a case that nobody opened."


def test_a_case_opened_in_our_name_or_twice() -> None:
    pair = CasePair()
    (says,) = sent(pair, OPENING, "N-0001")
    assert "not of its own count" in says and not pair.cases(pair.north).files
    assert "opened it" in sent(pair, OPENING)[0]
    (again,) = sent(pair, replace(OPENING, severity=Severity.SEV3))
    assert "used before" in again
    assert pair.file(pair.north).opening.severity is Severity.SEV1


def test_what_is_stamped_in_the_future() -> None:
    pair = CasePair()
    for body, more in ((OPENING, {"time_ns": pair.now.utc_ns + 10**12}), (replace(OPENING, subject=replace(
        SUBJECT, from_ns=pair.now.utc_ns + 10**13, until_ns=pair.now.utc_ns + 10**13)), {})):  # fmt: skip
        says = sent(pair, body, **more)[0]
        assert "in the future" in says or "still to come" in says
    assert not pair.cases(pair.north).files
    assert "opened it" in sent(pair, OPENING, time_ns=pair.now.utc_ns + 10**9)[0], "the control: clocks differ a little"


def test_a_key_that_was_removed() -> None:
    pair = CasePair()
    sent(pair, OPENING)
    says = sent(pair, ROOT, key=OTHER)
    assert any("removed, or never theirs" in one for one in says)
    assert pair.entries(pair.north, "evidence")[0]["reason"] == "wrong key"
    assert not pair.file(pair.north).commitments.get("SOUTH")
    pair.give(pair.north, Standings((replace(pair.agreed(pair.north), key=OTHER.public),)))
    assert any("committed" in one for one in sent(pair, ROOT, key=OTHER)), "the control: the new key counts now"


def test_a_signature_that_does_not_fit() -> None:
    pair = CasePair()
    _, envelope = sign_document(pair.south.key, pair.agreement, "S-0001", "SOUTH", 1, pair.now.utc_ns, OPENING)
    forged = replace(envelope, payload=envelope.payload.replace(b"SEV1", b"SEV4"))
    assert any("signature" in one for one in hears(pair, to_json(forged)))
    assert not pair.cases(pair.north).files


def test_a_document_that_was_heard_already_is_nothing_new() -> None:
    pair = CasePair()
    sent(pair, OPENING)
    wire = next(one.wire for one in pair.cases(pair.north).held.values() if not one.out)
    before = len(pair.north.store.entries[pair.agreement])
    assert hears(pair, wire) == [] and len(pair.north.store.entries[pair.agreement]) == before


def test_evidence_without_a_commitment_and_a_second_time() -> None:
    pair = CasePair()
    pair.desks = ()
    pair.open(pair.north)
    part = c.Part(digest(b"".join(PIECES)), 1, 2, PIECES[0])
    assert "committed to none" in sent(pair, part, "N-0001")[0]
    pair.desks = ("NORTH", "SOUTH")
    pair.run(130.0)
    assert pair.file(pair.north).state is State.SEALED
    entries = len(pair.north.store.entries[pair.agreement])
    assert sent(pair, part, "N-0001") == [], "the word that it came may have been lost"
    assert len(pair.north.store.entries[pair.agreement]) == entries
    assert "came already" in sent(pair, replace(part, whole=OF), "N-0001")[0]


def test_another_commitment_changes_nothing() -> None:
    pair = CasePair()
    live(pair, "open")
    live(pair, "sealed")
    first = pair.file(pair.north).commitments["SOUTH"]
    (says,) = sent(pair, ROOT, "N-0001")
    assert "It changes nothing: SOUTH had committed to other evidence before" in says
    assert pair.file(pair.north).commitments["SOUTH"] == first
    assert pair.entries(pair.north, "case in")[-1]["misplaced"].startswith("SOUTH had committed")


def test_what_comes_late_is_said_to_be_late() -> None:
    pair = CasePair()
    pair.desks = ("NORTH",)
    pair.open(pair.north)
    pair.mono += 2 * 3600.0
    pair.desks = ("NORTH", "SOUTH")
    pair.run(130.0)
    late = [one for one in pair.entries(pair.north, "case in") if one["kind"] == "commitment"]
    assert late[0]["late"].startswith("That is 1 h")
    assert any("after the time for it" in one for one in pair.says(pair.north))


def test_nobody_fills_our_store(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = CasePair()
    pair.desks = ()
    monkeypatch.setattr("armslength.node.core.case_refusing.MOST_CASES", 3)
    assert MOST_CASES >= 100
    for number in range(1, 5):
        far = replace(OPENING, subject=replace(SUBJECT, from_ns=number * 10**15, until_ns=number * 10**15))
        says = sent(pair, far, f"S-{number:04d}")
    assert "more cases than can be held" in says[0] and len(pair.cases(pair.north).files) == 3
    monkeypatch.setattr("armslength.node.core.case_refusing.MOST_SAID", 4)
    for number in range(6):
        says = sent(pair, c.Statement(f"Words {number}", "en"), number=91 + number)
    assert "More was said" in says[0]


@pytest.mark.parametrize(
    ("verb", "args", "wrong"),
    [
        ("case show", {"case": "N-9"}, "no such case"),
        ("case show", {}, "case: It is missing"),
        ("case open", {}, "at_ns: It is missing"),
        ("case open", {"at_ns": "18" + "0" * 17}, "still to come"),
        ("case open", {"at_ns": "1" * 19, "until_ns": "1"}, "ends before it begins"),
        ("case open", {"at_ns": "1" * 19, "lat": 91.0, "lon": 0.0}, "no angle"),
        ("case open", {"at_ns": "1" * 19, "lat": "x", "lon": 0.0}, "no angle"),
        ("case open", {"at_ns": "1" * 19, "first": "zz", "second": "d20001"}, "no address"),
        ("case open", {"at_ns": "1" * 19, "severity": "SEV9"}, "cannot stand there"),
        ("case open", {"at_ns": "1" * 19, "rules": "X99"}, "no rules"),
        ("case open", {"finding": "finding:0000"}, "no such finding"),
        ("case open", {"encounter": "none"}, "no such encounter"),
        ("case report", {"case": "N-0001"}, "text: It is missing"),
        ("case report", {"case": "N-0001", "text": "x"}, "headline: It is missing"),
        ("case report", {"case": "N-0001", "text": "x", "headline": "h", "facts": {"Bad Name": "x"}}, "facts"),
        ("case report", {"case": "N-0001", "text": "x" * 9000, "headline": "h"}, "longer than 8000"),
        ("case report", {"case": "N-0001", "text": "a\x1bb", "headline": "h"}, "cannot be printed"),
        ("case acknowledge", {"case": "N-0001"}, "has not reported yet"),
        ("case answer", {"case": "N-0001", "answer": "maybe", "person": "x"}, "cannot stand there"),
        ("case propose", {"case": "N-0001", "letter": "B", "text": "x", "person": "x"}, "the working group has met"),
        ("case measure", {"case": "N-0001", "text": "x", "person": "x"}, "follows from a finding"),
        ("case measure", {"case": "N-0001", "text": "x", "whose": "Narnia", "person": "x"}, "Nobody of that name"),
        ("case sign", {"case": "N-0001", "person": "x"}, "0 documents"),
        ("case sign", {"case": "N-0001", "person": "x", "document": "1234"}, "no such document"),
        ("case extend", {"case": "N-0001", "reason": "Leave"}, "is for SOUTH"),
        ("case confirm", {"id": "12345678", "person": "x"}, "Nothing waits"),
        ("case report", {"case": "N-0001", "text": "At 35.123456, 36.123456", "headline": "h"}, "keeps out"),
    ],
)  # fmt: skip
def test_what_a_person_types_wrong_is_told_so(verb: str, args: dict[str, Any], wrong: str) -> None:
    pair = CasePair()
    live(pair, "open")
    entries = len(pair.entries(pair.north, "case out"))
    error = pair.ask(pair.north, verb, **args)["error"]
    assert wrong in f"{error['where']}: {error['what']} {error.get('remedy', '')}", error
    assert len(pair.entries(pair.north, "case out")) == entries


def test_a_number_that_would_end_the_case_is_refused() -> None:
    pair = CasePair()
    live(pair, "open")
    (says,) = sent(pair, c.Statement("Words", "en"), "N-0001", number=1_000_000)
    assert "far beyond everything" in says
    assert "document" in pair.ask(pair.north, "case state", case="N-0001", text="We can still speak.")
    assert "made a statement" in sent(pair, c.Statement("Words", "en"), "N-0001", number=90)[0], "the control"


def test_an_opening_that_is_dated_back_takes_no_case_over() -> None:
    pair = CasePair()
    live(pair, "open")
    live(pair, "sealed")
    about = pair.file(pair.north).opening
    (says,) = sent(pair, about, "S-0001", time_ns=pair.file(pair.north).stamps["opened"] - 10**12)
    assert "dated back" in says and pair.file(pair.north).opened_by == "NORTH"
    assert "opened it" in sent(pair, about, "S-0001")[0] and pair.file(pair.north).also == ("S-0001",), "the control"


def test_what_is_refused_does_not_fill_the_ledger_and_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = CasePair()
    for number in range(200):
        sent(pair, ROOT, "S-0007", number=1 + number)
    assert len(pair.entries(pair.north, "case refused")) == 60 and pair.cases(pair.north).refused == 200
    pair.mono += 3600.0
    assert sent(pair, ROOT, "S-0007")
    sent(pair, OPENING)
    monkeypatch.setattr("armslength.node.core.case_refusing.MOST_BYTES", pair.cases(pair.north).bytes_held - 1)
    assert "than can be held" in sent(pair, ROOT)[0]


def test_every_kind_is_read_as_it_was_written() -> None:
    assert set(_READ) == set(Kind) == set(BODIES) == {one.kind for one in EVERY}
    for body in EVERY:
        made, envelope = sign_document(OTHER, "deal", "N-0001", "North", 3, 5, body, ("Chief", "Legal"))
        assert made.body == body and read_document(envelope, "deal", "North", OTHER.public) == made


def test_what_nobody_could_take_is_not_signed() -> None:
    for body in (c.Commitment("x", 1), c.Part(OF, 3, 2, b"x"), c.Part(OF, 1, 1, b""), c.Statement("\x07", "en"),
                 replace(OPENING, subject=replace(SUBJECT, lat_arcmin=None)), c.Closing("x" * 999)):  # fmt: skip
        with pytest.raises(LocalProtocolError):
            sign_document(OTHER, "deal", "N-0001", "North", 1, 1, body)


@pytest.mark.parametrize("seed", range(40))
def test_garbage_is_refused_and_nothing_worse(seed: int) -> None:
    rng = random.Random(seed)
    _, envelope = sign_document(OTHER, "deal", "N-0001", "North", 3, 5, rng.choice(EVERY))
    tree = parse(envelope.payload)
    for _ in range(30):
        broken = mangled(tree, rng)
        if broken == tree:
            continue
        again = seal(CASE_TYPE, canonical(broken), OTHER)
        try:
            read = read_document(again, "deal", "North", OTHER.public)
        except RemoteProtocolError as wrong:
            assert wrong.says
        else:  # a change that is another document: it is the one that is written
            assert parse(again.payload) == broken and read.digest == digest(again.payload)


def mangled(tree: Any, rng: random.Random) -> Any:
    """Return a tree with one thing changed in it."""
    odd = [None, -1, 2**52, "", "x" * 300, [], {}, True, "9" * 30, 1.5, "\u0007"]
    if isinstance(tree, dict) and tree:
        key = rng.choice(sorted(tree))
        way = rng.random()
        if way < 0.2:
            return {name: value for name, value in tree.items() if name != key}
        if way < 0.3:
            return {**tree, "more": rng.choice(odd)}
        return {**tree, key: rng.choice(odd) if way < 0.7 else mangled(tree[key], rng)}
    if isinstance(tree, list) and tree:
        return [*tree[:-1], rng.choice(odd)]
    return rng.choice(odd)


def test_the_words_a_person_needs_are_there() -> None:
    pair = CasePair()
    for step in ("open", "sealed", "report", "acknowledge", "answer"):
        live(pair, step)
    said = pair.says(pair.north)
    for words in ("opened it (SEV1, G05)", "committed to its evidence", "made its initial report: Crossing of the nose",
                  "acknowledged the report", "answered DISPUTE", "is what it committed to"):  # fmt: skip
        assert any(words in one for one in said), words
    assert all("  " not in one and one.endswith((".", "left.")) for one in said if "samples" not in one), said


def test_numbers_of_two_sides_never_meet() -> None:
    for mine, theirs in (("North", "South"), ("North", "Norway"), ("North", "North 2"), ("Север", "Юг"), ("A", "a1")):
        pair = {prefix_of(mine, theirs, "a", "b"), prefix_of(theirs, mine, "b", "a")}
        assert len(pair) == 2 and all(one.isalnum() and one.isascii() and len(one) <= 5 for one in pair), (mine, theirs)


def test_free_text_passes_one_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb with free text asks it, before anything is signed."""
    pair = CasePair()
    for step in ("open", "sealed", "report", "acknowledge", "answer", "session"):
        live(pair, step)
    seen: list[str] = []

    def guard(line: Any, what: str, text: str, language: str, *more: Any) -> None:
        seen.append(what)
        raise LookupError

    monkeypatch.setattr("armslength.node.core.case_acts.guard", guard)
    tried = {
        "report": {"headline": "h", **SAID}, "statement": SAID, "answer": {"answer": "part", **SAID},
        "extension": {"reason": "r"}, "proposal": {"letter": "B", **SAID}, "measure": SAID, "closing": {"reason": "r"},
    }  # fmt: skip
    verbs = {"statement": "state", "extension": "extend", "proposal": "propose", "closing": "close"}
    for what, args in tried.items():
        answer = pair.ask(pair.south, f"case {verbs.get(what, what)}", case="N-0001", person="x", **args)
        assert "LookupError" in answer["error"]["what"], what
    assert seen == list(tried)
