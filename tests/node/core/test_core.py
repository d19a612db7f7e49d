"""Two cores: what one sees, says and signs, the other receives, once, and can prove."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from armslength.agreement.articles import Automation
from armslength.crypto.checkpoint import own_space, signed_by, their_space
from armslength.crypto.envelope import from_json
from armslength.domain.plot import Plot
from armslength.node.core.hearing import _HANDLERS
from armslength.node.core.inputs import Command, Standings
from armslength.protocol import events
from node.core.pair import Pair, terms_of


def head_on(pair: Pair, second: float, apart_deg: float = 0.9) -> tuple[Plot, Plot]:
    """Two jets at one level, 250 m/s each, head on along a parallel, `apart_deg` of longitude apart at the start."""
    t = pair.now.utc_ns
    step = 250.0 / (111_320.0 * 0.766) * second
    return (
        Plot(t, "d10001", 40.0, 10.0 + step, "ALPHA1", 9000.0, 9000.0, 250.0, 90.0, 0.0, accuracy_m=50.0),
        Plot(t, "d20001", 40.0, 10.0 + apart_deg - step, "BRAVO1", 9000.0, 9000.0, 250.0, 270.0, 0.0, accuracy_m=50.0),
    )


def fly(pair: Pair, seconds: int) -> None:
    for _ in range(seconds):
        plots = head_on(pair, pair.mono)
        pair.plots("radar", plots)
        pair.plots("adsb", plots)
        pair.run(1.0)


def test_both_officers_are_warned_and_the_advisory_arrives() -> None:
    pair = Pair(terms=replace(terms_of(), automation=Automation(traffic_advisory=True)))
    pair.mend()
    fly(pair, 60)
    for side in (pair.north, pair.south):
        assert [a["tier"] for a in side.heard("alert", change="opened")] == ["TRAFFIC"]
        assert [(a["tier"], a["sounds"]) for a in side.heard("alert", change="raised")] == [("ALERT", True)]
        sent = side.heard("sent", code="TFA")
        assert sent
        received = pair.other(side).heard("received", code="TFA")
        assert [m["id"] for m in received] == [m["id"] for m in sent]
        assert [(m["fields"]["urgency"], m["sounds"]) for m in received] == [("NORMAL", False), ("URGENT", True)]
        assert all(m["fields"]["clock"] in {11, 12, 1} for m in received)
        assert {m["mark"] for m in side.heard("marked", by="theirs")} == {"RECEIVED"}


def test_own_officer_first_then_the_other_post() -> None:
    pair = Pair(terms=replace(terms_of(), automation=Automation(traffic_advisory=True)))
    pair.mend()
    fly(pair, 60)
    names = [(t["event"], t.get("code")) for t in pair.north.told]
    assert names.index(("alert", None)) < names.index(("sent", "TFA"))


def test_without_automation_nothing_leaves_and_that_is_recorded() -> None:
    pair = Pair(terms=replace(terms_of(), automation=Automation(traffic_advisory=False)))
    pair.mend()
    fly(pair, 60)
    assert pair.north.heard("alert", change="opened")
    assert not pair.north.heard("sent", code="TFA")
    assert pair.north.heard("withheld", code="TFA")
    kinds = [sealed.entry.kind for sealed in pair.north.store.entries["river-2026"]]
    assert "withheld" in kinds


def test_a_suspended_provision_stops_the_advisory_but_not_the_checks() -> None:
    pair = Pair(terms=replace(terms_of(), automation=Automation(traffic_advisory=True)))
    for side in (pair.north, pair.south):
        pair.give(side, Standings((pair.agreed(side, suspended=frozenset({"separation"})),)))
    pair.mend()
    fly(pair, 60)
    assert not pair.north.heard("sent", code="TFA")
    assert pair.north.heard("received", code="GCR") and pair.south.heard("received", code="GCR")


def test_a_request_for_assistance_is_declined_by_the_terms() -> None:
    pair = Pair()
    pair.mend()
    pair.run(3.0)
    pair.give(pair.north, Command(1, "duty officer", "send", {"code": "AST", "fields": {"nature": "RESCUE"}}))
    pair.run(2.0)
    assert "error" not in pair.north.replies[1]
    (declined,) = pair.north.heard("received", code="ADC")
    assert declined["ref"] == pair.north.replies[1]["id"]
    pair.run(25.0)  # the node has declined; at the post it rings on until somebody has understood it
    (asked,) = pair.south.heard("received", code="AST")
    rung = len(pair.south.heard("unanswered", id=asked["id"]))
    assert rung >= 2
    pair.give(pair.south, Command(2, "duty officer", "mark", {"id": asked["id"], "mark": "UNDERSTOOD"}))
    pair.run(25.0)
    assert len(pair.south.heard("unanswered", id=asked["id"])) == rung


def test_marks_by_persons_come_back_signed() -> None:
    pair = Pair()
    pair.mend()
    pair.run(3.0)
    fields = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT"}
    pair.give(pair.north, Command(1, "duty officer", "send", {"code": "EMG", "fields": fields}))
    pair.run(1.0)
    message = pair.south.heard("received", code="EMG")[0]["id"]
    for number, mark in enumerate(("UNDERSTOOD", "RELAYED"), 2):
        pair.give(pair.south, Command(number, "duty officer", "mark", {"id": message, "mark": mark}))
    pair.run(1.0)
    marks = [m["mark"] for m in pair.north.heard("marked", by="theirs", id=message)]
    assert marks == ["RECEIVED", "UNDERSTOOD", "RELAYED"]


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("send", {"code": "XXX"}),
        ("send", {"code": "EMG", "fields": {"nature": "HUNGER"}}),
        ("send", {"code": "EMG", "fields": []}),
        ("send", {"counterpart": "WEST", "code": "AST"}),
        ("mark", {"id": "sha256:0123456789", "mark": "UNDERSTOOD"}),
        ("level", {"address": "ffffff", "level": "FL100"}),
        ("join", {"first": "d10001", "second": "d10001", "lasts": "30 min"}),
        ("silence", {"alert": "none", "reason": "test"}),
        ("explode", {}),
    ],
)
def test_what_cannot_be_done_is_said(verb: str, args: dict[str, object]) -> None:
    pair = Pair()
    pair.mend()
    pair.run(2.0)
    pair.give(pair.north, Command(7, "duty officer", verb, args))
    assert pair.north.replies[7]["error"]["what"]


def test_checkpoints_come_back_countersigned() -> None:
    pair = Pair()
    pair.mend()
    pair.run(70.0)
    for side in (pair.north, pair.south):
        rows = side.store.rows[own_space("river-2026")]
        both = [signed_by(from_json(value), pair.other(side).key.public) for value in rows.values()]
        assert both and all(both)
        assert pair.other(side).store.rows[their_space("river-2026")].keys() == rows.keys()


def test_a_ledger_that_is_set_back_is_found_at_the_next_hello() -> None:
    pair = Pair()
    pair.mend()
    pair.run(70.0)
    del pair.south.store.entries["river-2026"][3:]
    pair.south.store.rows.pop(own_space("river-2026"))
    pair.restart(pair.south)
    pair.mend()
    pair.run(5.0)
    assert "ledger set back" in {t["reason"] for t in pair.north.heard("evidence")}


def test_a_rewritten_entry_is_found_because_growth_cannot_be_proven() -> None:
    pair = Pair()
    pair.mend()
    pair.run(70.0)
    sealed = pair.south.store.entries["river-2026"]
    pair.south.store.entries["river-2026"] = [
        replace(s, entry=replace(s.entry, kind="other")) if s.entry.sequence == 1 else s for s in sealed
    ]
    pair.south.store.rows.pop(own_space("river-2026"))
    pair.restart(pair.south)
    pair.mend()
    pair.run(100.0)
    assert "unproven growth" in {t["reason"] for t in pair.north.heard("evidence")}


def test_two_signed_histories_are_found_and_the_proof_is_kept() -> None:
    pair = Pair()
    pair.mend()
    pair.run(20.0)
    store = copy.deepcopy(pair.south.store)
    pair.give(pair.south, Command(1, "duty officer", "check", {}))
    pair.run(30.0)
    pair.cut()
    pair.south.store = store
    pair.start(pair.south)
    fields = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "SOUTH AIRCRAFT"}
    pair.give(pair.south, Command(2, "duty officer", "send", {"code": "EMG", "fields": fields}))
    pair.mend()
    pair.run(100.0)
    reasons = {t["reason"] for t in pair.north.heard("evidence")}
    assert reasons & {"two stories", "unproven growth", "ledger set back"}


def test_garbage_on_the_line_becomes_evidence_and_the_node_goes_on() -> None:
    from armslength.node.core.inputs import FrameIn

    pair = Pair()
    pair.mend()
    pair.run(3.0)
    pair.give(pair.north, FrameIn(pair.connection, b"\xff\x00garbage"))
    assert pair.north.heard("evidence")
    pair.mend()
    pair.run(3.0)
    assert pair.north.core.lines["SOUTH"].standing == "OPEN"


def test_every_event_of_the_peer_is_heard() -> None:
    assert set(_HANDLERS) == set(events.Event.__args__)


@pytest.mark.parametrize("seed", range(20))
def test_cuts_and_restarts_lose_nothing_and_repeat_nothing(seed: int) -> None:
    pair = Pair(seed)
    sent: list[str] = []
    for number in range(60):
        if not pair.linked and pair.random.random() < 0.5:
            pair.mend()
        elif pair.random.random() < 0.15:
            pair.cut()
        elif pair.random.random() < 0.1:
            pair.restart(pair.random.choice([pair.north, pair.south]))
        fields = {"nature": "SEARCH"}
        pair.give(pair.north, Command(number, "duty officer", "send", {"code": "AST", "fields": fields}))
        if "error" not in pair.north.replies[number]:
            sent.append(pair.north.replies[number]["id"])
        pair.run(pair.random.uniform(0.0, 1.5))
    if not pair.linked:
        pair.mend()
    pair.run(60.0)
    received = [t["id"] for t in pair.south.heard("received", code="AST")]
    assert received == sent
    in_ledger = [s for s in pair.south.store.entries["river-2026"] if s.entry.kind == "message in"]
    assert len(in_ledger) == len({s.payload for s in in_ledger})
    assert len(sent) == 60


def test_a_clock_that_is_set_is_said_and_does_not_blind_the_watch() -> None:
    for step_s in (-60, 60):
        pair = Pair()
        pair.mend()
        fly(pair, 30)
        assert pair.north.heard("alert", change="raised")
        pair.set_clock(step_s)
        before = len(pair.north.heard("alert", change="opened"))
        fly(pair, 40)
        assert any("set by" in t["says"] for t in pair.north.heard("fault"))
        assert pair.north.heard("alert", change="closed")
        assert len(pair.north.heard("alert", change="opened")) > before, step_s
        assert pair.north.core.lines["SOUTH"].standing == "OPEN"


def test_a_call_sign_that_two_members_claim_does_not_end_the_node() -> None:
    clash = '[[aircraft]]\nparty = "NORTH"\nmember = "NORTH"\ncallsigns = ["AB*C"]\n'
    clash += '[[aircraft]]\nparty = "SOUTH"\nmember = "SOUTH"\ncallsigns = ["ABC*"]\n'
    pair = Pair(members=clash)
    plot = Plot(pair.now.utc_ns, "e00001", 40.0, 10.0, "ABCC", 9000.0, 9000.0, 250.0, 90.0, 0.0)
    for _ in range(4):
        pair.plots("radar", (plot._replace(time_ns=pair.now.utc_ns),))
        pair.run(1.0)
    assert pair.north.core.watching.snapshot is not None and len(pair.north.core.watching.snapshot) == 1
    assert pair.north.core.watching.party_of("e00001") == ""
    assert pair.north.core.watching.belonging.contested


def test_what_nobody_marked_understood_sounds_again_and_survives_a_restart() -> None:
    pair = Pair()
    pair.mend()
    pair.run(3.0)
    fields = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "NORTH AIRCRAFT"}
    pair.give(pair.north, Command(1, "duty officer", "send", {"code": "EMG", "fields": fields}))
    pair.run(25.0)
    message = pair.north.replies[1]["id"]
    assert len(pair.south.heard("unanswered", id=message)) >= 2
    pair.restart(pair.south)
    pair.mend()
    pair.run(3.0)
    pair.give(pair.south, Command(2, "duty officer", "mark", {"id": message, "mark": "UNDERSTOOD"}))
    assert "error" not in pair.south.replies[2]
    told = len(pair.south.heard("unanswered", id=message))
    pair.run(30.0)
    assert len(pair.south.heard("unanswered", id=message)) == told
    assert "UNDERSTOOD" in {m["mark"] for m in pair.north.heard("marked", by="theirs", id=message)}


def test_an_answer_to_another_check_is_no_check() -> None:
    pair = Pair()
    pair.mend()
    pair.run(3.0)
    line = pair.north.core.lines["SOUTH"]
    assert line.checked_ns
    line.checked_ns = 0
    fields = {"nonce": "0" * 16}
    ref = pair.south.heard("received", code="GCK")[0]["id"]
    args = {"code": "GCR", "fields": fields, "ref": ref}
    pair.give(pair.south, Command(1, "duty officer", "send", args))
    pair.run(2.0)
    assert pair.north.heard("received", code="GCR")
    assert line.checked_ns == 0


def test_alerts_of_one_counterpart_do_not_answer_for_those_of_another() -> None:
    pair = Pair(terms=replace(terms_of(), automation=Automation(traffic_advisory=True)))
    pair.mend()
    core = pair.north.core
    fly(pair, 20)
    alert = pair.north.heard("alert", change="opened")[0]
    core.silenced[("EAST", alert["id"])] = "test"
    fly(pair, 20)
    urgent = [m for m in pair.south.heard("received", code="TFA") if m["fields"]["urgency"] == "URGENT"]
    assert urgent
    assert all(a["silenced"] is None for a in pair.north.heard("alert"))
