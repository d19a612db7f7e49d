"""`armslength outage`: what is planned is told, listed on both sides, and said in words."""

from __future__ import annotations

import json

from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE
from armslength.units import NS
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


def test_the_words_say_that_it_is_planned_and_until_when() -> None:
    fields = {"medium": "F1", "since_ns": str(NOON_NS), "change": 1, "planned": "TEST", "until_ns": str(NOON_NS + HOUR)}
    said = {name: text_of(lexicon(name), CATALOGUE["LCM"], fields, NOON_NS) for name in ("en", "ru")}
    assert said["en"] == "TEST PLANNED, NO ANSWER ON F1 SINCE 12:00 UTC, UNTIL 13:00 UTC"
    assert "ИСПЫТАНИЕ" in said["ru"] and "13:00" in said["ru"]
