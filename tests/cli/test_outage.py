"""`armslength outage`: what is planned is told, listed on both sides, and said in words."""

from __future__ import annotations

import json

from armslength.cli.values import moment_of
from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE
from armslength.units import NS, stamp
from armslength.wording import lexicon
from armslength.wording.sentence import text_of
from cli.desk import Desk, desk

__all__ = ["desk"]

NOON_NS, HOUR = 1_700_049_600 * NS, 3600 * NS


def test_it_is_told_listed_and_taken_back(desk: Desk) -> None:
    assert "Nothing is planned." in desk.type("outage").output
    done = desk.type("outage", "ground", "--from", "+10 min", "--for", "45 min")
    assert done.exit_code == 0, done.output
    assert "Outage of the ground line, planned by us: 2023-11-14T22:23:2" in done.output and "NORTH" in done.output
    desk.pair.run(2.0)
    listed = json.loads(desk.type("outage", "--json").output)["planned"]
    assert [(one["by"], one["medium"], one["kind"]) for one in listed] == [("SOUTH", "GROUND", "OUTAGE")]
    assert desk.north("outages")["planned"] == [{**listed[0], "counterpart": "SOUTH"}]
    begins = str(listed[0]["from_ns"])
    assert "taken back" in desk.type("outage", "ground", "--from", begins, "--for", "0 s").output


def test_what_is_missing_or_wrong_is_refused_with_what_to_do(desk: Desk) -> None:
    for typed in (("ground",), ("ground", "--from", "+1 h"), ("F9", "--from", "+1 h", "--for", "1 h")):
        done = desk.type("outage", *typed)
        assert isinstance(done.exception, InputError) and done.exception.remedy, typed


def test_a_time_of_the_day_is_the_next_one_at_any_hour(desk: Desk) -> None:
    now_ns = desk.pair.now.utc_ns
    for hours in (-23, -11, -1, 1, 11, 23):
        typed = f"{stamp(now_ns + hours * HOUR)[11:16]}Z"
        done = desk.type("outage", "ground", "--from", typed, "--for", "45 min", "--json")
        assert done.exit_code == 0, done.output
        begins = int(json.loads(done.output)["from_ns"])
        assert 0 < begins - now_ns <= 24 * HOUR and f"{stamp(begins)[11:16]}Z" == typed
    assert moment_of("12:00Z", NOON_NS, ahead_only=True) == NOON_NS + 24 * HOUR
    assert moment_of("11:00Z", NOON_NS) == NOON_NS - HOUR  # elsewhere: the nearest, as docs/calls.md says


def test_what_is_refused_is_named_as_it_was_typed(desk: Desk) -> None:
    for typed, where in (
        (("outage", "F9", "--from", "+1 h", "--for", "1 h"), "CHANNEL"),
        (("outage", "ground", "--from", "2020-01-01T00:00:00Z", "--for", "1 h"), "--from"),
        (("outage", "ground", "--from", "soon", "--for", "1 h"), "--from"),
        (("outage", "ground", "--from", "+1 h", "--for", "99 h"), "--for"),
        (("voice", "F9", "RCK"), "CHANNEL"),
        (("voice", "TELEPHONE", "RCK", "--note", "bees"), "--note"),
        (("duty", "hand-over", "BLUE"), "WATCH"),
    ):
        done = desk.type(*typed)
        assert isinstance(done.exception, InputError) and done.exception.where == where, (typed, done.exception)


def test_the_words_say_that_it_is_planned_and_until_when() -> None:
    fields = {"medium": "F1", "since_ns": str(NOON_NS), "change": 1, "planned": "TEST", "until_ns": str(NOON_NS + HOUR)}
    said = {name: text_of(lexicon(name), CATALOGUE["LCM"], fields, NOON_NS) for name in ("en", "ru")}
    assert said["en"] == "TEST PLANNED, NO ANSWER ON F1 SINCE 12:00 UTC, UNTIL 13:00 UTC"
    assert "ИСПЫТАНИЕ" in said["ru"] and "13:00" in said["ru"]
