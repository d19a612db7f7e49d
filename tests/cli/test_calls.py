"""call, check, mark, messages, readback: from what an officer types to what he reads."""

from __future__ import annotations

import json
import sys
import threading
import time
import types
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from armslength.adapters import speech
from armslength.agreement.articles import Assistance
from armslength.cli import waiting
from armslength.node import control
from armslength.units import stamp
from cli.desk import Desk, desk

__all__ = ["desk"]

CLB = {"to_level_ft": 25000, "to_level_datum": "STANDARD"}


def test_a_call_prints_the_words_and_is_sent(desk: Desk) -> None:
    done = desk.type("call", "tfa", "clock=3", "range=5 NM", "level=FL250", "direction=south west")
    assert done.exit_code == 0, done.output
    assert "NORTH POST, SOUTH POST, TRAFFIC, 3 O'CLOCK, 5 NM, FL250 (7620 m), HEADING SOUTH WEST, OVER" in done.output
    assert "good to 100 ft" in done.output and "valid for 60 s" in done.output and "Sent to NORTH [" in done.output
    desk.pair.run(1.0)
    (came,) = desk.pair.north.heard("received", code="TFA")
    fields = {"clock": 3, "urgency": "NORMAL", "range_m": 9260, "direction": "SW"}
    assert came["fields"] == {**fields, "level_ft": 25000, "level_datum": "STANDARD", "level_sigma_ft": 100}


def test_marks_and_the_answer_are_shown_as_they_come(desk: Desk) -> None:
    desk.acts += [
        (2.0, lambda: desk.north("mark", id=desk.latest("CLB"), mark="UNDERSTOOD") and None),
        (3.0, lambda: desk.north("mark", id=desk.latest("CLB"), mark="RELAYED") and None),
    ]
    done = desk.type("call", "CLB", "level=FL250", "--wait", "20")
    assert done.exit_code == 0, done.output
    at = [done.output.index(word) for word in ("RECEIVED by the ground line", "UNDERSTOOD", "RELAYED")]
    assert at == sorted(at)
    desk.acts.append((2.0, lambda: desk.north("send", code="ROG", ref=desk.latest("DSC")) and None))
    done = desk.type("call", "DSC", "level=FL200", "--wait", "20", "--json")
    found = json.loads(done.output)
    assert found["marks"]["RECEIVED"]["channel"] == "GROUND" and found["answers"][0]["code"] == "ROG"
    assert found["words"]["en"].endswith("INTEND TO DESCEND TO FL200 (6096 m), OVER")


def test_what_is_not_received_is_said_and_ends_with_1(desk: Desk) -> None:
    desk.pair.cut()
    done = desk.type("call", "STP", "kind=laser", "--wait", "5")
    assert done.exit_code == 1 and "NOT RECEIVED within 5 s" in done.output


def test_a_dry_run_sends_nothing_and_needs_no_node(desk: Desk) -> None:
    before = len(desk.side.told)
    assert "NOT SENT" in desk.type("call", "TRN", "direction=left", "track=090", "--dry-run").output
    assert len(desk.side.told) == before
    desk.runs = False
    done = desk.type("call", "TRN", "direction=left", "track=090", "--dry-run", "--language", "ru")
    assert "НАМЕРЕН РАЗВЕРНУТЬСЯ ВЛЕВО НА ПУТЕВОЙ УГОЛ 090 град" in done.output and "native controller" in done.output
    refused = desk.type("call", "TRN", "direction=left", "track=090")
    assert "No node runs" in str(refused.exception)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["TAF"], "Did you mean TFA"),
        (["traffic advisry"], "Did you mean TFA"),
        (["TFA", "rnge=5 NM"], "Did you mean range"),
        (["TFA", "range=5"], "no unit"),
        (["TFA", "clock=13"], "1 to 12"),
        (["TFA", "clock=3", "clock=4"], "twice"),
        (["TFA", "clock"], "no field with a value"),
        (["TFA"], "needs the field clock"),
        (["TFA", "clock=3", "direction=nroth"], "N, NE, E"),
        (["CLB", "level=3000 ft"], "measured from"),
        (["PRP", "level=FL200"], "may be any of these: own_level, other_level"),
        (["ROG"], "must name the message"),
        (["ROG", "--ref", "12345678"], "no such message"),
        (["EMG", "nature=distress", "aircraft=A", "--language", "Latin"], 'no words in "Latin"'),
    ],
)
def test_what_is_typed_wrong_is_answered_with_what_is_right(desk: Desk, typed: list[str], says: str) -> None:
    done = desk.type("call", *typed)
    assert says in str(done.exception), done.output
    assert desk.side.heard("sent", code=typed[0]) == []


def test_the_ground_line_is_checked(desk: Desk) -> None:
    done = desk.type("check", "ground", "--json")
    found = json.loads(done.output)
    assert found["answered"] and 0.0 < found["round_trip_s"] < 1.0
    assert "The ground line works both ways" in desk.type("check", "ground").output
    desk.pair.cut()
    done = desk.type("check", "ground", "--wait", "3")
    assert done.exit_code == 1 and "NO ANSWER by the ground line within 3 s" in done.output
    assert "cannot talk on F1" in str(desk.type("check", "F1").exception)


def test_an_answer_by_another_channel_proves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    events = waiting.events
    elsewhere = {"GROUND": "F2"}

    def by_f2(*args: Any) -> Iterator[dict[str, Any]]:
        return ({**one, "channel": elsewhere.get(one.get("channel", ""), "")} for one in events(*args))

    monkeypatch.setattr(waiting, "events", by_f2)
    done = desk.type("check", "ground")
    assert done.exit_code == 1 and "NOT PROVEN" in done.output and "came by F2" in done.output


def test_a_frequency_that_filled_up_is_said_to_be_full_and_not_unproven(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(home: Path, verb: str, args: dict[str, Any]) -> dict[str, Any]:
        return {"id": "sha256:" + "ab" * 32, "code": "RCK", "time_ns": "1", "counterpart": "NORTH"}

    def get(home: Path, path: str) -> dict[str, Any]:
        radio = {"counterpart": "NORTH", "frequency": "F1", "full_s": full_s}
        return {**desk.get(home, path), "radios": [radio]}

    monkeypatch.setattr(control, "get", get)
    monkeypatch.setattr(control, "ask", ask)
    full_s = 22.3
    done = desk.type("check", "f1", "--wait", "3")
    assert done.exit_code == 1 and "F1 is full" in done.output and "Try again in 23 s." in done.output
    assert "NOT PROVEN" not in done.output and "NO ANSWER" not in done.output
    assert json.loads(desk.type("check", "f1", "--wait", "3", "--json").output)["full_s"] == 22.3
    full_s = 0.0
    assert "NO ANSWER by F1" in desk.type("check", "f1", "--wait", "3").output


def test_a_message_that_came_in_is_listed_marked_and_read_back(desk: Desk) -> None:
    desk.north("send", code="CLB", fields=CLB, valid_for="60 s")
    desk.pair.run(1.0)
    listed = desk.type("messages").output
    assert "CLB" in listed and "not yet UNDERSTOOD" in listed and "INTEND TO CLIMB TO FL250 (7620 m)" in listed
    short = desk.side.heard("received", code="CLB")[0]["id"].removeprefix("sha256:")[:8]
    assert f"UNDERSTOOD [{short}]" in desk.type("mark", short, "understood").output
    assert "UNDERSTOOD" in desk.type("messages", "--last", "1").output
    assert json.loads(desk.type("messages", "--json").output)["messages"]
    done = desk.type("readback", short)
    assert "NORTH POST, SOUTH POST, I READ BACK FL250 (7620 m), OUT" in done.output, done.output
    desk.pair.run(1.0)
    assert desk.pair.north.heard("read back")[0]["outcome"] == "equal"
    assert "  I READ BACK FL250 (7620 m)" in desk.type("messages").output
    wrong = desk.type("readback", short, "--values", "FL260")
    assert "NOT WHAT THEY SAID: to_level_ft was 25000, read back 26000" in wrong.output
    desk.pair.run(1.0)
    assert desk.pair.north.heard("read back")[1]["sounds"]
    assert "more than is read back" in str(desk.type("readback", short, "--values", "FL260 270").exception)


def test_what_cannot_be_read_back_or_marked_is_refused(desk: Desk) -> None:
    desk.north("send", code="STP", fields={"kind": "LASER"})
    desk.pair.run(1.0)
    short = desk.side.heard("received", code="STP")[0]["id"].removeprefix("sha256:")[:8]
    assert "is not read back" in str(desk.type("readback", short).exception)
    assert "no message" in str(desk.type("readback", "ffffffff").exception)
    assert "Did you mean relayed" in str(desk.type("mark", short, "relaid").exception)


def test_a_voice_contact_is_confirmed_with_whom_and_what_ailed_it(desk: Desk) -> None:
    done = desk.type("voice", "121.500", "IDQ", "--answer", "IDR", "--theirs", "--note", "weak")
    says = "NORTH said IDQ on 121.500, in contact with NORTH POST, answer IDR, note weak. [voice:"
    assert done.output.startswith(says), done.output or done.exception
    done = desk.type("voice", "TELEPHONE", "TFA", "--with", "south post")
    assert done.output.startswith("SOUTH said TFA on TELEPHONE, in contact with SOUTH POST, answer none. [voice:")


def test_a_mark_that_stands_already_is_said_with_its_time_and_tells_nobody_twice(desk: Desk) -> None:
    desk.north("send", code="CLB", fields=CLB, valid_for="60 s")
    desk.pair.run(1.0)
    number = desk.side.heard("received", code="CLB")[-1]["id"]
    assert "The other side is told" in desk.type("mark", number, "understood").output
    desk.pair.run(5.0)
    told, entries = len(desk.side.heard("marked", by="own")), desk.pair.north.heard("marked")
    again = desk.type("mark", number, "understood")
    at = stamp(int(desk.side.core.lines["NORTH"].log.latest()[-1].marks["UNDERSTOOD"]))[:19]
    assert again.output == f"[{number[7:15]}] is marked UNDERSTOOD already, since {at}Z. Nothing was done.\n"
    assert json.loads(desk.type("mark", number, "understood", "--json").output)["already_ns"]
    desk.pair.run(2.0)
    assert len(desk.side.heard("marked", by="own")) == told and desk.pair.north.heard("marked") == entries
    assert "The other side is told" in desk.type("mark", number, "relayed").output


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["call", "TFA", "clock=3", "--to", "X"], "--to: There is no such counterpart. Known: NORTH."),
        (["call", "ROG", "--ref", "12345678"], "--ref: There is no such message. armslength messages lists them."),
        (["call", "TFA", "clock=3", "--valid-for", "3"], '--valid-for: "3" has no unit.'),
        (["check", "F9"], "CHANNEL: This node cannot talk on F9. It has no radio on any frequency of the plan."),
        (["mark", "12345678", "relayed"], "ID: There is no such message."),
        (["duty", "on", ""], "WATCH: It is missing, or no text in one line"),
        (["duty", "off"], "No watch is on duty. armslength duty on WATCH goes on duty."),
        (["voice", "121.500", "XXX"], 'CODE: "XXX" cannot stand there. Known: RCK, RCR'),
        (["voice", "121.500", "RCK", "--note", "mud"], '--note: "mud" cannot stand there. Known: NOISE'),
    ],
)
def test_an_error_names_what_was_typed_and_says_nothing_twice(desk: Desk, typed: list[str], says: str) -> None:
    assert str(desk.type(*typed).exception).startswith(says)


def test_an_error_of_the_gate_names_the_article_and_the_code_once(desk: Desk) -> None:
    (line,) = desk.side.core.lines.values()
    line.agreed = replace(line.agreed, suspended=frozenset({"separation"}))
    wrong = desk.type("call", "TFA", "clock=3").exception
    assert str(wrong) == "separation: TFA may not leave: the provision separation is suspended."


def test_before_an_agreement_no_channel_is_wrong_there_is_no_plan_yet(desk: Desk) -> None:
    (line,) = desk.side.core.lines.values()
    line.agreed = replace(line.agreed, terms=None)
    assert "CHANNEL: No plan of frequencies is in force yet." in str(desk.type("check", "F1").exception)
    assert "No plan of frequencies is in force yet." in str(desk.type("voice", "F1", "RCK").exception)


def test_a_read_back_of_our_message_is_shown_while_waiting(desk: Desk) -> None:
    def back() -> None:
        desk.north("send", code="RBK", fields={"values": "26000 STANDARD"}, ref=desk.latest("CLB"))

    desk.acts.append((1.0, back))
    done = desk.type("call", "CLB", "level=FL250", "--wait", "4")
    assert "READ BACK WRONG" in done.output and "I READ BACK FL260 (7925 m)" in done.output, done.output


def test_a_declined_request_is_shown_with_the_rescue_centre_of_the_terms_on_both_screens(desk: Desk) -> None:
    for side in (desk.pair.north, desk.pair.south):
        for line in side.core.lines.values():
            terms = replace(line.terms, assistance=Assistance(rescue_centre="River rescue, +00 112"))
            line.agreed = replace(line.agreed, terms=terms)
    waited = desk.type("call", "AST", "nature=SEARCH", "--wait", "5")
    assert "PUBLIC RESCUE CENTRE: RIVER RESCUE, +00 112" in waited.output, waited.output
    assert "PUBLIC RESCUE CENTRE: RIVER RESCUE, +00 112" in desk.type("messages").output
    assert "RIVER RESCUE, +00 112" in desk.type("messages", "--language", "ru").output
    (row,) = [one for one in json.loads(desk.type("messages", "--json").output)["messages"] if one["code"] == "ADC"]
    assert row["from_terms"] == {"rescue_centre": "River rescue, +00 112"} and "River" not in str(row["fields"])
    desk.pair.north, desk.pair.south = desk.pair.south, desk.pair.north  # the screen of the other side
    assert "PUBLIC RESCUE CENTRE: RIVER RESCUE, +00 112" in desk.type("messages").output


def test_a_call_sign_that_is_not_of_the_terms_is_refused_or_flagged(desk: Desk) -> None:
    refused = desk.type("call", "CLB", "level=FL250", "aircraft=VIPER 21")
    assert "not of the terms" in str(refused.exception) and "agreement show" in refused.exception.remedy  # type: ignore[union-attr]
    sent = desk.type("call", "EMG", "nature=MEDICAL", "commitment=NONE", "aircraft=VIPER 21")
    assert "Sent to NORTH" in sent.output and "The call sign is not of the terms" in sent.output, sent.output
    assert "CALL SIGN NOT OF THE TERMS" in desk.type("messages").output
    known = desk.type("call", "EMG", "nature=MEDICAL", "commitment=NONE", "aircraft=SOUTH AIRCRAFT 2")
    assert "call sign is not" not in known.output


def test_events_end_with_the_time_or_with_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def follow(home: Path, after: int) -> Iterator[dict[str, int]]:
        yield {"number": after + 1}
        over.wait(10.0)

    monkeypatch.setattr(control, "follow", follow)
    assert [one["number"] for one in waiting.events(Path(), 7, 0.2)] == [8]
    coming = waiting.events(Path(), 7, 0.5)
    time.sleep(0.6)  # somebody speaks meanwhile: what came in time is not lost
    assert [one["number"] for one in coming] == [8]
    over.set()
    assert [one["number"] for one in waiting.events(Path(), 8, 30.0)] == [9]


def test_without_a_synthesiser_nothing_is_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(speech, "PROGRAM", "no-such-synthesiser")
    done = desk.type("call", "STP", "kind=laser", "--wav", str(tmp_path / "a.wav"))
    assert "Nothing was sent" in str(done.exception) and desk.side.heard("sent", code="STP") == []


def test_the_words_are_said_into_a_file(desk: Desk, tmp_path: Path) -> None:
    if not speech.available():
        pytest.skip("espeak-ng is not installed")
    out = tmp_path / "said.wav"
    done = desk.type("call", "STP", "kind=laser", "--wav", str(out))
    assert done.exit_code == 0 and "Said in" in done.output, done.output
    with wave.open(str(out)) as file:
        assert 2.0 < file.getnframes() / file.getframerate() < 12.0
    again = desk.type("call", "STP", "kind=flare", "--wav", str(out))
    assert "stands there already" in str(again.exception)


def test_the_words_are_said_by_the_sound_card(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    if not speech.available():
        pytest.skip("espeak-ng is not installed")
    played: list[float] = []

    class Stream:
        def __init__(self, **how: Any) -> None:
            self.rate = how["samplerate"]

        def write(self, samples: Any) -> None:
            played.append(len(samples) / self.rate)

        def start(self) -> None:
            """Begin."""

        stop = close = start

    card = types.ModuleType("sounddevice")
    vars(card).update(InputStream=Stream, OutputStream=Stream, PortAudioError=OSError)
    monkeypatch.setitem(sys.modules, "sounddevice", card)
    done = desk.type("call", "STP", "kind=laser", "--say", "--ptt", "vox")
    assert done.exit_code == 0, done.output
    assert len(played) == 1 and 2.0 < played[0] < 12.0
    assert "no way to push" in str(desk.type("call", "STP", "kind=jam", "--say", "--ptt", "foot").exception)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert "Nothing was sent" in str(desk.type("call", "STP", "kind=jam", "--say").exception)
    assert len(desk.side.heard("sent", code="STP")) == 1
