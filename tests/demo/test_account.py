"""The summary counts what both sides told, and neither side's word alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from armslength.adapters.store import Store
from armslength.bench.failover import EMG
from armslength.demo import ending
from armslength.demo.account import Account
from armslength.node.core.inputs import Command
from armslength.protocol.writes import Put
from demo.told import PLAN, alert, mark, message
from node.core.pair import Pair


def account() -> Account:
    return Account(PLAN, ("NORTH", "SOUTH"))


def exchanged(books: Account, number: str = "m1", code: str = "TFA") -> None:
    books.hear("NORTH", message("sent", code, number))
    books.hear("SOUTH", message("received", code, number))
    books.hear("NORTH", mark(code, number, "RECEIVED"))


def test_a_message_that_came_and_was_marked_is_delivered() -> None:
    books = account()
    exchanged(books)
    whole = books.summary({})
    assert (whole["sent"], whole["delivered"], whole["lost"], whole["duplicated"]) == (1, 1, 0, 0)
    assert whole["calls"] == 1
    assert whole["sides"]["NORTH"]["marks"] == {"RECEIVED": 1}
    assert whole["sides"]["SOUTH"]["received"] == {"TFA": 1}
    assert books.outstanding() == []


def test_a_message_that_never_came_is_lost_even_with_a_mark() -> None:
    books = account()
    books.hear("NORTH", message("sent", "TFA", "m1"))
    assert books.outstanding() == ["m1"]
    books.hear("NORTH", mark("TFA", "m1", "RECEIVED"))
    whole = books.summary({})
    assert (whole["delivered"], whole["lost"]) == (0, 1)


def test_a_message_that_lies_in_the_outbox_of_its_sender_waits_and_is_not_lost() -> None:
    books = account()
    books.hear("NORTH", message("sent", "RCK", "m1"))
    books.hear("NORTH", message("sent", "RCK", "m2"))
    exchanged(books, "m3", "EMG")  # its mark came, and the outbox was read before that was kept
    whole = books.summary({"NORTH": {"m1", "m3"}, "SOUTH": {"m2"}})
    assert (whole["delivered"], whole["waiting"], whole["lost"]) == (1, 1, 1), "another's outbox is no excuse"


def test_what_waits_is_read_from_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    pair.cut()
    args = {"code": "EMG", "fields": EMG, "counterpart": "SOUTH"}
    pair.give(pair.north, Command(1, "duty officer", "send", args))
    waiting = {one.id for one in pair.north.core.lines["SOUTH"].peer.waiting()}
    rows = [Put(space, key, value) for space, kept in pair.north.store.rows.items() for key, value in kept.items()]
    store = Store(tmp_path / "ledger.db")
    store.commit((), rows)
    store.close()
    monkeypatch.setattr(ending, "open_home", lambda path: SimpleNamespace(ledger=path / "ledger.db"))
    assert waiting and ending.outbox_of(tmp_path) == waiting


def test_a_message_that_came_without_a_mark_is_neither_lost_nor_delivered() -> None:
    books = account()
    books.hear("NORTH", message("sent", "TFA", "m1"))
    books.hear("SOUTH", message("received", "TFA", "m1"))
    assert (books.summary({})["delivered"], books.summary({})["lost"]) == (0, 0)


def test_a_message_told_twice_is_duplicated() -> None:
    books = account()
    exchanged(books)
    books.hear("SOUTH", message("received", "TFA", "m1"))
    assert books.summary({})["duplicated"] == 1
    assert books.summary({})["delivered"] == 1


def test_checks_of_the_line_are_no_calls() -> None:
    books = account()
    exchanged(books, "m1", "GCK")
    exchanged(books, "m2", "EMG")
    assert (books.summary({})["calls"], books.summary({})["sent"]) == (1, 2)


def test_the_least_warning_is_that_of_the_side_warned_last() -> None:
    books = account()
    books.hear("NORTH", alert(20.0))
    assert books.summary({})["first_alert_before_closest_s"] is None  # SOUTH heard nothing
    books.hear("SOUTH", alert(70.0))
    books.hear("SOUTH", alert(100.0, change="raised", tier="ALERT"))
    whole = books.summary({})
    assert whole["first_alert_before_closest_s"] == 125.0
    assert whole["meetings"][0]["first_alert_before_closest_s"] == {"NORTH": 175.0, "SOUTH": 125.0}
    assert whole["meetings"][1]["first_alert_before_closest_s"] == {"NORTH": None, "SOUTH": None}
    assert whole["alerts"] == 2


def test_an_alert_that_does_not_sound_is_no_warning() -> None:
    books = account()
    for party in ("NORTH", "SOUTH"):
        books.hear(party, alert(20.0, sounds=False))
    whole = books.summary({})
    assert whole["first_alert_before_closest_s"] is None
    assert whole["alerts"] == 0
    assert whole["sides"]["NORTH"]["shown_without_sound"] == 1
    for party in ("NORTH", "SOUTH"):
        books.hear(party, alert(50.0, change="raised", tier="ALERT"))
    assert books.summary({})["first_alert_before_closest_s"] == 145.0


def test_an_alert_about_others_is_not_counted_for_a_meeting() -> None:
    books = account()
    someone = {"addresses": ["d1ffff"], "leading": "d1ffff"}
    for party in ("NORTH", "SOUTH"):
        books.hear(party, alert(20.0, first=someone))
    assert books.summary({})["first_alert_before_closest_s"] is None
    assert books.summary({})["alerts"] == 2


def test_what_was_held_back_and_what_came_too_late_is_said() -> None:
    books = account()
    books.hear("SOUTH", {"event": "withheld", "counterpart": "NORTH", "code": "TFA", "says": "suspended"})
    books.hear("SOUTH", message("received", "TFA", "m1", expired=True))
    books.hear("SOUTH", {"event": "link", "state": "OPEN", "counterpart": "NORTH"})
    told = books.summary({})["sides"]["SOUTH"]
    assert (told["withheld"], told["expired"], told["other_events"]) == ({"TFA": 1}, 1, {"link": 1})


def test_an_alert_that_ended_long_before_is_no_warning_of_what_comes() -> None:
    from armslength.demo.account import Side
    from armslength.demo.plan import Meeting

    fields = dict.fromkeys(Meeting.__dataclass_fields__)
    meeting = Meeting(**{**fields, "name": "m", "t_s": 400.0})  # type: ignore[arg-type]
    side = Side()
    side.hears(meeting, "a", 10.0)
    side.hears_no_more(meeting, "a", 60.0)
    side.hears(meeting, "b", 70.0)
    assert side.first_heard["m"] == 10.0
    side.hears_no_more(meeting, "b", 90.0)
    side.hears(meeting, "c", 260.0)
    assert side.first_heard["m"] == 260.0


def test_findings_are_counted_by_rule_and_outcome_as_they_were_said_last() -> None:
    books = account()
    for number, outcome in (("1", "NOT_DETERMINABLE"), ("2", "BREACH"), ("1", "BREACH")):
        books.hear("NORTH", {"event": "finding", "finding": number, "rule": "G05", "outcome": outcome})
    assert books.summary({})["findings"] == {"NORTH": {"G05": {"BREACH": 2}}, "SOUTH": {}}
