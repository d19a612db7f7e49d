"""Which certificates are taken of whom: as the agreements in force name them, else as people accepted them."""

from __future__ import annotations

import base64
import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from armslength.adapters.certificates import fingerprint, make_certificate, to_der
from armslength.agreement.drafting import first_draft
from armslength.agreement.identity import Identity, read_identity, seal_identity
from armslength.node.core import core, talking
from armslength.node.core.inputs import Agreed, LinkRefused
from armslength.node.core.line import EVIDENCE_AN_HOUR, MOST_SHOWN
from armslength.node.counterparts import keep_identity
from armslength.node.home import Home, open_home
from armslength.node.keeping import Keeping
from armslength.node.pending import _FILE
from armslength.node.pinning import Pinning
from armslength.node.private_files import write_private
from armslength.units import stamp
from node.core.pair import Pair
from node.homes import introduce, make
from node.test_keeping import DAY, NOW, keeping


def renewed(home: Home) -> bytes:
    """Return the identity of a home with another certificate, and the same key."""
    was = home.identity
    made = Identity(was.party, was.post, was.key, to_der(make_certificate()[1]), was.recipient, time.time_ns())
    return seal_identity(made, home.key)


def ratified(ours: Keeping, theirs: Keeping) -> None:
    """Let both sign a first version."""
    first, second = ours._home.identity, theirs._home.identity
    _, text = first_draft("threes", first, second, NOW, NOW + 30 * DAY, os.urandom(24))
    file = base64.b64encode(text.encode()).decode()
    signed = ours.act("agreement sign", {"name": "draft", "file": file}, NOW)[0]["file"]
    both = theirs.act("agreement ratify", {"files": [{"name": "signed", "file": signed}]}, NOW)[0]["file"]
    assert ours.act("agreement ratify", {"files": [{"name": "both", "file": both}]}, NOW)[0]["state"] == "in force"


@pytest.fixture
def north(tmp_path: Path) -> tuple[Home, Home]:
    one, other = make(tmp_path, "North"), make(tmp_path, "South")
    introduce(one, other)
    return one, other


def accept(keeper: Keeping, data: bytes, now_ns: int = NOW) -> None:
    args = {"name": "South.identity", "file": base64.b64encode(data).decode(), "replace": True}
    assert keeper.act("identity accept", args, now_ns)[0]["what"] == "replaced"


def test_before_an_agreement_the_accepted_identity_counts(north: tuple[Home, Home]) -> None:
    home, other = north
    pinning, old = Pinning(home), fingerprint(other.identity.certificate)
    assert pinning.adopt(Keeping(home).standings(NOW).lines) == []
    assert (pinning.pins(), pinning.barred()) == ({old: "South"}, {})
    accept(keeping(home), renewed(other))
    new = fingerprint(home.counterparts()["South"].certificate)
    assert (pinning.pins(), pinning.barred()) == ({new: "South"}, {})
    assert not home.former()


def test_under_a_version_the_certificate_that_it_names_counts_whoever_is_accepted(north: tuple[Home, Home]) -> None:
    home, other = north
    keeper = keeping(home)
    ratified(keeper, keeping(other))
    pinning, old = Pinning(home), fingerprint(other.identity.certificate)
    assert pinning.adopt(keeper.standings(NOW).lines) == []
    accept(keeper, renewed(other))
    new = fingerprint(home.counterparts()["South"].certificate)
    assert (pinning.pins(), pinning.barred()) == ({old: "South"}, {new: "South"})
    assert len(pinning.certificates()) == 2
    accept(keeper, renewed(other))  # and once more: what is named is still kept, the one in between is nobody's
    third = fingerprint(home.counterparts()["South"].certificate)
    assert (pinning.pins(), pinning.barred()) == ({old: "South"}, {third: "South"})
    (kept,) = home.former()
    assert _FILE.fullmatch(kept) and not _FILE.fullmatch(kept.replace(".former", ".later"))

    lines = [replace(one, certificate=third) for one in keeper.standings(NOW).lines]
    pinning.adopt(lines)
    assert (pinning.pins(), pinning.barred()) == ({third: "South"}, {old: "South"})
    pinning.adopt([Agreed("South", "SOUTH POST", other.key.public)])  # it is over
    assert (pinning.pins(), pinning.barred()) == ({third: "South"}, {})


def amended(ours: Keeping, theirs: Keeping, effective_ns: int | None) -> None:
    """Let both sign the next version, with the identities accepted now; effective_ns: from when on, None: at once."""
    draft = ours.act("agreement amend", {}, NOW)[0]["draft"]
    if effective_ns is not None:
        draft, count = re.subn(r'(?m)^from = "[^"]+"$', f'from = "{stamp(effective_ns)}"', draft)
        assert count == 1
    file = base64.b64encode(draft.encode()).decode()
    signed = ours.act("agreement sign", {"name": "draft", "file": file}, NOW)[0]["file"]
    both = theirs.act("agreement ratify", {"files": [{"name": "signed", "file": signed}]}, NOW)[0]["file"]
    ours.act("agreement ratify", {"files": [{"name": "both", "file": both}]}, NOW)


def shows(home: Home, data: bytes) -> str:
    """Let `home` have this identity of its own from now on; return the fingerprint of its certificate."""
    write_private(home.path / "own.identity", data)
    return fingerprint(read_identity(data, "own").certificate)


def test_a_version_to_come_opens_the_line_though_the_identity_that_it_names_was_replaced_since(
    north: tuple[Home, Home],
) -> None:
    home, other = north
    keeper, pinning, first = keeping(home), Pinning(home), fingerprint(other.identity.certificate)
    ratified(keeper, keeping(other))
    second = renewed(other)
    accept(keeper, second)
    named = shows(other, second)
    other = open_home(other.path)
    amended(keeper, keeping(other), NOW + DAY)
    accept(keeper, renewed(other))
    last = fingerprint(home.counterparts()["South"].certificate)

    pinning.adopt(keeper.standings(NOW).lines)
    assert (pinning.pins(), pinning.barred()) == ({first: "South"}, {named: "South", last: "South"})
    pinning.adopt(keeper.standings(NOW + 2 * DAY).lines)
    assert pinning.pins() == {named: "South"}, "who is honest is not shut out"
    assert {fingerprint(one.certificate) for one in home.former().values()} == {first, named}
    assert all(_FILE.fullmatch(path) for path in home.former())

    accept(keeper, renewed(other), NOW + 2 * DAY)  # what only a version named that is over goes
    assert [fingerprint(one.certificate) for one in home.former().values()] == [named]
    pinning.adopt(keeper.standings(NOW + 2 * DAY).lines)
    assert pinning.pins() == {named: "South"}


def test_what_waits_for_a_signature_keeps_an_identity_too_and_many_replacements_keep_no_more(
    north: tuple[Home, Home],
) -> None:
    home, other = north
    keeper = keeping(home)
    ratified(keeper, keeping(other))
    accept(keeper, renewed(other))
    proposed = fingerprint(home.counterparts()["South"].certificate)
    draft = keeper.act("agreement amend", {}, NOW)[0]["draft"]
    keeper.act("agreement sign", {"name": "draft", "file": base64.b64encode(draft.encode()).decode()}, NOW)
    for _ in range(5):
        accept(keeper, renewed(other))
    kept = {fingerprint(one.certificate) for one in home.former().values()}
    assert kept == {proposed, fingerprint(other.identity.certificate)} and len(home.former()) == 2


def test_the_longest_name_of_a_party_leaves_room_for_the_name_of_its_file(tmp_path: Path) -> None:
    one, other = make(tmp_path, "North"), make(tmp_path, "\U00010400" * 50)
    introduce(one, other)
    keeper = keeping(one)
    ratified(keeper, keeping(other))
    accept(keeper, renewed(other))
    assert len(one.former()) == 1


def test_pins_that_look_at_identities_alone_would_take_another_certificate(
    north: tuple[Home, Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: as it was."""
    home, other = north
    keeper = keeping(home)
    ratified(keeper, keeping(other))
    monkeypatch.setattr(Pinning, "_takes", lambda self, name, print_: True)
    pinning = Pinning(home)
    pinning.adopt(keeper.standings(NOW).lines)
    keep_identity(home, other.identity, renewed(other))
    assert fingerprint(home.counterparts()["South"].certificate) in pinning.pins()


def test_our_own_certificate_that_is_not_named_is_told_once(north: tuple[Home, Home]) -> None:
    home, other = north
    keeper = keeping(home)
    ratified(keeper, keeping(other))
    lines = keeper.standings(NOW).lines
    pinning = Pinning(home)
    wrong = [replace(one, own_certificate="ab" * 32) for one in lines]
    assert [pinning.adopt(wrong), pinning.adopt(wrong), pinning.adopt(lines)] == [["South"], [], []]


def entered(pair: Pair) -> int:
    return sum(one.entry.kind == "evidence" for one in pair.north.store.entries[pair.agreement])


def test_who_shows_a_certificate_that_is_not_named_is_accused_of_it_once_an_hour_for_each() -> None:
    pair, why = Pair(), "certificate that the agreement in force does not name"
    for _ in range(100):
        for shown in ("ab" * 32, "cd" * 32):
            pair.give(pair.north, LinkRefused("", why, "SOUTH", shown))
    told = pair.north.heard("evidence", counterpart="SOUTH", reason=why)
    assert [one["says"] for one in told] == [core.NOT_NAMED] * 2
    line = pair.north.core.lines["SOUTH"]
    assert (line.evidence[why], entered(pair)) == (200, 2)
    assert not line.talking.findings and why not in talking.GARBLED, "no message was garbled"
    pair.set_clock(3600)
    pair.give(pair.north, LinkRefused("", why, "SOUTH", "ab" * 32))
    assert (line.evidence[why], entered(pair)) == (201, 3)
    pair.give(pair.north, LinkRefused("192.0.2.1", "wrong certificate"))
    assert not pair.north.heard("evidence", reason="wrong certificate")


def test_many_certificates_fill_neither_the_ledger_nor_the_memory() -> None:
    pair = Pair()
    for number in range(500):
        pair.give(pair.north, LinkRefused("", "not named", "SOUTH", f"{number:064x}"))
    line = pair.north.core.lines["SOUTH"]
    assert (line.evidence["not named"], entered(pair)) == (500, EVIDENCE_AN_HOUR)
    assert len(line._shown) == MOST_SHOWN


def test_a_flood_of_them_is_told_as_a_number_and_accuses_nobody() -> None:
    pair = Pair()
    pair.give(pair.north, LinkRefused("", "1,234 more refused within a second, not told one by one", "", "several"))
    assert pair.north.core.refused == {core.UNTOLD: 1234} and not pair.north.heard("evidence")
