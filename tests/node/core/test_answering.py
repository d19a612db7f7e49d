"""How long it takes from RECEIVED to UNDERSTOOD and RELAYED: of each message, in the ledger, status and metrics."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from armslength.node.core.inputs import Command
from armslength.node.metrics import Figures
from armslength.node.views import NodeViews
from node.core.pair import Pair, Side

EMG = {"nature": "MEDICAL", "commitment": "NONE", "aircraft": "SOUTH AIRCRAFT"}


def sent(pair: Pair, number: int) -> str:
    """Have South send an emergency message, and return its id."""
    pair.give(pair.south, Command(number, "duty officer", "send", {"code": "EMG", "fields": EMG}))
    pair.run(1.0)
    return str(pair.south.replies[number]["id"])


def mark(pair: Pair, side: Side, number: int, message: str, what: str) -> None:
    pair.give(side, Command(number, "duty officer", "mark", {"id": message, "mark": what}))


def views(pair: Pair, side: Side) -> NodeViews:
    clock: Any = SimpleNamespace(utc_ns=lambda: pair.now.utc_ns, speed=1.0)
    runner: Any = SimpleNamespace(storing=True, hangs=False, steps=3, commits=2, clock=clock)
    return NodeViews(side.core, runner, clock, pair.now.utc_ns)


def figures(pair: Pair, side: Side) -> dict[str, float]:
    rows = views(pair, side).metrics().decode().splitlines()
    return {row.rsplit(" ", 1)[0]: float(row.rsplit(" ", 1)[1]) for row in rows if not row.startswith("#")}


def test_time_to_understood_and_relayed_is_measured_on_both_sides() -> None:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    message = sent(pair, 1)
    pair.run(9.0)
    mark(pair, pair.north, 2, message, "UNDERSTOOD")
    pair.run(20.0)
    mark(pair, pair.north, 3, message, "RELAYED")
    pair.run(2.0)
    for side, way in ((pair.north, "in"), (pair.south, "out")):
        (line,) = side.core.lines.values()
        logged = line.log.get(message)
        assert logged is not None
        took = logged.as_dict(line.name)["took_s"]
        assert 9.0 < took["UNDERSTOOD"] < 11.0 and 29.0 < took["RELAYED"] < 31.0
        answers = views(pair, side).status()["lines"][0]["answers"][way]
        assert answers["relayed"]["count"] == 1 and answers["relayed"]["late"] == 0
        assert 29.0 < answers["relayed"]["worst_s"] < 31.0
        found = figures(pair, side)
        label = f'{{line="0",mark="relayed",way="{way}"}}'
        assert found[f"armslength_line_answer_seconds_count{label}"] == 1.0
        assert 29.0 < found[f"armslength_line_answer_seconds_sum{label}"] < 31.0
    payloads = [json.loads(s.payload) for s in pair.north.store.entries["river-2026"] if s.entry.kind == "mark out"]
    assert [float(one["after_s"]) > 9.0 for one in payloads if one["mark"] == "UNDERSTOOD"] == [True]


def test_what_is_relayed_too_late_or_not_at_all_is_said() -> None:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    limit = pair.terms.answering.flash_relayed_s
    first, second = sent(pair, 1), sent(pair, 2)
    mark(pair, pair.north, 3, first, "RELAYED")
    assert views(pair, pair.north).status()["lines"][0]["overdue"] == []
    pair.run(limit + 5.0)
    status = views(pair, pair.north).status()
    assert status["lines"][0]["overdue"] == [second]
    assert "not relayed" in status["says"] and not status["healthy"]
    assert figures(pair, pair.north)['armslength_line_messages_overdue{line="0"}'] == 1.0
    mark(pair, pair.north, 4, second, "RELAYED")
    mark(pair, pair.north, 5, second, "RELAYED")  # a second time changes nothing
    relayed = views(pair, pair.north).status()["lines"][0]["answers"]["in"]["relayed"]
    assert (relayed["count"], relayed["late"]) == (2, 1)
    assert views(pair, pair.north).status()["lines"][0]["overdue"] == []
    pair.run(1.0)
    assert figures(pair, pair.south)['armslength_line_answers_late_total{line="0",mark="relayed",way="out"}'] == 1.0


def test_a_check_is_owed_to_no_crew() -> None:
    pair = Pair()
    pair.mend()
    pair.run(1.0)
    pair.give(pair.south, Command(1, "duty officer", "check", {}))
    pair.run(pair.terms.answering.relayed_s + 10.0)
    assert views(pair, pair.north).status()["lines"][0]["overdue"] == []


def test_what_only_grows_is_a_counter_and_the_rest_is_not() -> None:
    pair = Pair()
    text = Figures().text(pair.north.core, views(pair, pair.north).runner).decode()
    kinds = {row.split()[2]: row.split()[3] for row in text.splitlines() if row.startswith("# TYPE")}
    assert kinds["armslength_alerts_total"] == kinds["armslength_line_messages_sent_total"] == "counter"
    assert kinds["armslength_storing"] == kinds["armslength_tracks"] == "gauge"
    for name, kind in kinds.items():
        assert (kind == "counter") == name.endswith("_total"), name
