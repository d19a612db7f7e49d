"""The story in plain words: every event that a node tells has a sentence, and none claims too much."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import armslength.node.core
from armslength.demo.story import _TELLERS, ALARM, CODES, FOLLOWED, GOOD, SILENT, WARN, Said, Story, clock
from demo.told import PLAN, alert, mark, message


@pytest.fixture
def story() -> Story:
    return Story(PLAN)


def text(lines: list[Said]) -> str:
    return " ".join(line.text for line in lines)


def test_an_alert_names_both_and_says_how_long(story: Story) -> None:
    (said,) = story.tell("NORTH", alert(45.0), 45.0)
    assert said == Said(
        45.0, "NORTH", WARN,
        "traffic for the own officer: TEASEL11 and OSIER11 will pass 1.0 NM, 300 ft apart, closest in 150 s.",
    )  # fmt: skip


def test_the_own_aircraft_stands_first(story: Story) -> None:
    (said,) = story.tell("SOUTH", alert(45.0, own_side="second"), 45.0)
    assert "OSIER11 and TEASEL11" in said.text


def test_an_update_is_not_told_again_a_higher_tier_is(story: Story) -> None:
    story.tell("NORTH", alert(45.0), 45.0)
    assert story.tell("NORTH", alert(46.0, change="updated"), 46.0) == []
    assert story.tell("NORTH", alert(47.0, change="raised"), 47.0) == []  # the same tier, the same sound
    (said,) = story.tell("NORTH", alert(80.0, change="raised", tier="ALERT"), 80.0)
    assert said.tone == ALARM and said.text.startswith("ALERT")
    (over,) = story.tell("NORTH", alert(200.0, change="closed"), 200.0)
    assert over.tone == GOOD


@pytest.mark.parametrize("word", ["safe", "clear of"])
def test_nothing_is_called_safe_or_clear(word: str, story: Story) -> None:
    """What a screen may claim: never "clear" and never "safe"."""
    story.tell("NORTH", alert(45.0), 45.0)
    assert word not in text(story.tell("NORTH", alert(200.0, change="closed"), 200.0)).lower()


def test_what_does_not_sound_is_told_without_alarm(story: Story) -> None:
    (said,) = story.tell("NORTH", alert(45.0, sounds=False, vmd_m=None, notes=["level unknown."]), 45.0)
    assert said.tone == WARN and "without a sound" in said.text and "(level unknown.)" in said.text


def test_what_is_shown_and_then_sounds_is_told_again_with_its_sound(story: Story) -> None:
    story.tell("NORTH", alert(20.0, sounds=False), 20.0)
    (said,) = story.tell("NORTH", alert(64.0, change="raised", tier="ALERT"), 64.0)
    assert said.tone == ALARM


def test_notes_call_aircraft_by_their_names(story: Story) -> None:
    said = text(story.tell("NORTH", alert(45.0, notes=["d20001: seen by one kind of source alone"]), 45.0))
    assert said.endswith("(OSIER11: seen by one kind of source alone.)")


def test_a_level_that_nobody_knows_is_said_so(story: Story) -> None:
    assert "1.0 NM apart, the level unknown" in text(story.tell("NORTH", alert(45.0, vmd_m=None), 45.0))


def test_four_ships_are_one_element(story: Story) -> None:
    four = {"addresses": ["d10001", "d10002", "d10003", "d10004"], "leading": "d10001"}
    assert "TEASEL11 and 3 more and OSIER11" in text(story.tell("NORTH", alert(45.0, first=four), 45.0))


def test_a_third_party_is_not_told_to_the_other_side(story: Story) -> None:
    assert "the other side is not told" in text(story.tell("NORTH", alert(45.0, own_side_only=True), 45.0))


def test_an_advisory_is_read_out(story: Story) -> None:
    fields = {"clock": 12, "range_m": 40_000, "direction": "S", "level_ft": 27_000, "urgency": "NORMAL"}
    said = text(story.tell("NORTH", message("sent", "TFA", "m1", fields=fields), 50.0))
    assert '"traffic at your 12 o\'clock, 22 NM, heading S, level 27,000 ft"' in said
    assert "by itself, as the terms allow" in said
    (heard,) = story.tell("SOUTH", message("received", "TFA", "m1", fields=fields, counterpart="NORTH"), 50.2)
    assert heard.tone == ALARM and "from NORTH" in heard.text


def test_a_message_and_the_marks_on_it_carry_the_same_digits(story: Story) -> None:
    number = "sha256:3f2a90c1" + "0" * 56
    lines = [
        story.tell("NORTH", message("sent", "EMG", number), 50.0),
        story.tell("SOUTH", message("received", "EMG", number, counterpart="NORTH"), 50.0),
        story.tell("NORTH", mark("EMG", number, "UNDERSTOOD"), 60.0),
    ]
    assert all(text(line).endswith(" [3f2a90c1]") for line in lines)


def test_an_answer_to_a_call_for_help_is_a_sentence(story: Story) -> None:
    fields = {"scope": "DECLINED_BY_TERMS", "rescue_centre": "as the terms name it"}
    seen = {"rescue_centre": "RIVER RESCUE, +00 112"}
    said = text(story.tell("SOUTH", message("sent", "ADC", "m1", fields=fields, from_terms=seen), 50.0))
    assert said.startswith("Sends ADC (noted; declined by the terms) to SOUTH, by itself, as the terms allow. ")
    assert said.endswith('"declined by terms; the rescue centre is RIVER RESCUE, +00 112" [m1]')


def test_what_a_code_means_is_said_once_to_each_side(story: Story) -> None:
    first, second = (text(story.tell("NORTH", message("sent", "TFA", n), 50.0)) for n in ("m1", "m2"))
    assert "TFA (traffic advisory)" in first and "(traffic advisory)" not in second and "by itself" not in second
    assert "(traffic advisory)" in text(story.tell("SOUTH", message("received", "TFA", "m1"), 51.0))


def test_a_connection_that_was_refused_says_whose_and_why(story: Story) -> None:
    event = {"event": "refused", "address": "127.0.0.1:4", "says": "greeting took too long"}
    assert "A connection of somebody is refused: it connected, but" in text(story.tell("NORTH", event, 1.0))


def test_what_was_declared_and_is_over_is_told(story: Story) -> None:
    over = {"event": "level expired", "address": "d20001"}
    assert text(story.tell("NORTH", over, 1.0)) == "The level entered of OSIER11 has run out."
    back = {"event": "join withdrawn", "first": "d10001", "second": "d20001", "role": "duty officer"}
    said = "The agreed join of TEASEL11 and OSIER11 is withdrawn by the duty officer."
    assert text(story.tell("NORTH", back, 1.0)) == said


def test_a_late_one_is_said_to_be_expired_and_does_not_alarm(story: Story) -> None:
    (heard,) = story.tell("SOUTH", message("received", "TFA", "m1", expired=True, sounds=False), 99.0)
    assert heard.tone == WARN and "EXPIRED" in heard.text and "not sounded" in heard.text


def test_marks_are_three_different_things(story: Story) -> None:
    said = [text(story.tell("NORTH", mark("TFA", "m1", m), 50.0)) for m in ("RECEIVED", "UNDERSTOOD", "RELAYED")]
    assert said == [f"SOUTH signs: TFA {m}. [m1]" for m in ("RECEIVED", "UNDERSTOOD", "RELAYED")]
    assert story.tell("NORTH", mark("TFA", "m1", "UNDERSTOOD", by="own"), 50.0) == []


def test_of_later_messages_only_the_last_mark_is_told(story: Story) -> None:
    for number in range(FOLLOWED):
        assert len(story.tell("NORTH", mark("TFA", f"m{number}", "RECEIVED"), 50.0)) == 1
    told = [story.tell("NORTH", mark("TFA", "late", m), 60.0) for m in ("RECEIVED", "UNDERSTOOD", "RELAYED")]
    assert [len(lines) for lines in told] == [0, 0, 1]
    told = [story.tell("NORTH", mark("EMG", "other", m), 60.0) for m in ("RECEIVED", "UNDERSTOOD")]
    assert [len(lines) for lines in told] == [0, 1]


def test_checks_are_told_once(story: Story) -> None:
    assert story.tell("NORTH", message("sent", "GCK", "m1"), 1.0) == []
    assert len(story.tell("NORTH", message("received", "GCR", "m2"), 1.0)) == 1
    assert story.tell("NORTH", message("received", "GCR", "m3"), 61.0) == []


def test_the_line_is_told_when_it_changes(story: Story) -> None:
    link = {"event": "link", "counterpart": "SOUTH", "path": ""}
    assert len(story.tell("NORTH", link | {"state": "OPEN"}, 1.0)) == 1
    assert story.tell("NORTH", link | {"state": "OPEN"}, 2.0) == []
    (down,) = story.tell("NORTH", link | {"state": "DOWN"}, 30.0)
    assert down.tone == WARN and "outbox" in down.text


def test_a_feed_is_told_when_it_is_lost_and_when_it_comes_back(story: Story) -> None:
    feed = {"event": "feed", "source": "area radar", "says": "the connection was closed"}
    assert story.tell("NORTH", feed | {"working": False, "says": "nobody has connected yet"}, 0.0) == []
    assert story.tell("NORTH", feed | {"working": True}, 1.0) == []
    assert "is not heard" in text(story.tell("NORTH", feed | {"working": False}, 2.0))
    assert "is heard again" in text(story.tell("NORTH", feed | {"working": True}, 3.0))


def test_what_is_suspended_is_named(story: Story) -> None:
    terms = {"event": "terms", "counterpart": "SOUTH", "state": "IN_FORCE", "version": 1, "suspended": ["disclosure"]}
    (said,) = story.tell("NORTH", terms, 300.0)
    assert said.tone == WARN and "Suspended: disclosure" in said.text
    (again,) = story.tell("NORTH", terms | {"suspended": []}, 400.0)
    assert again.text == "Version 1 of the agreement with SOUTH: in force."


def test_the_gate_says_why(story: Story) -> None:
    says = "disclosure: TFA may not leave: the provision disclosure is suspended."
    event = {"event": "withheld", "counterpart": "SOUTH", "code": "TFA", "says": says}
    once = text(story.tell("NORTH", event, 300.0))
    assert once == "The gate holds back TFA: the provision disclosure is suspended."
    assert text(story.tell("NORTH", event, 310.0)) == "The gate holds back another TFA."
    assert text(story.tell("SOUTH", event, 310.0)) == once


def test_an_event_that_nobody_thought_of_is_told_as_it_is(story: Story) -> None:
    assert text(story.tell("NORTH", {"event": "eclipse", "says": "It is dark."}, 1.0)) == "eclipse: It is dark."


def test_every_event_of_the_core_has_its_sentence() -> None:
    """Whoever adds an event to the core adds a sentence for it here, or says that it is silent."""
    told = set()
    for path in Path(next(iter(armslength.node.core.__path__))).glob("*.py"):
        told |= set(re.findall(r'"event": "([a-z ]+)"|_tell\(line, effects, "([a-z ]+)"', path.read_text()))
    names = {a or b for a, b in told}
    assert {"alert", "sent", "link"} <= names
    assert sorted(names - set(_TELLERS) - SILENT) == []


def test_every_code_has_plain_words() -> None:
    from armslength.protocol.catalogue import CATALOGUE

    assert sorted(set(CATALOGUE) - set(CODES)) == []


@pytest.mark.parametrize(("at_s", "shown"), [(0.0, "+00:00"), (195.4, "+03:15"), (-20.0, "-00:20"), (720.0, "+12:00")])
def test_the_clock(at_s: float, shown: str) -> None:
    assert clock(at_s) == shown
