"""What the officers of the demonstration do with what comes in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from armslength.demo.stage import DISTRESS, Stage
from armslength.node.clock import ScaledClock
from armslength.protocol.catalogue import CATALOGUE, fault_in
from demo.told import BEGINS, PLAN, message

HLD = {"track_deg": 90, "level_ft": 25_000, "level_datum": "STANDARD"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Return a stage on which a hundred minutes pass in a second, without any node."""
    clock = ScaledClock(6000.0, BEGINS, time.monotonic())
    made = Stage(PLAN, {"NORTH": object(), "SOUTH": object()}, SimpleNamespace(), clock, SimpleQueue(), lambda _: None)  # type: ignore[arg-type, dict-item]
    made._looked = float("inf")
    yield made
    made.close()


def asked(stage: Stage, **event: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what the officers ask their nodes for after `event` came to NORTH."""
    done: list[tuple[str, str, dict[str, Any]]] = []
    stage.ask = lambda party, verb, **args: done.append((party, verb, args))  # type: ignore[method-assign]
    stage._hear("NORTH", message("received", **event), time.monotonic())
    until = time.monotonic() + 0.2
    stage.follow(lambda: time.monotonic() > until)
    return done


def test_what_must_be_read_back_is_read_back_as_it_was_said(stage: Stage) -> None:
    done = asked(stage, code="HLD", number="m1", fields=HLD)
    assert [(party, verb) for party, verb, _ in done] == [("NORTH", "send"), ("NORTH", "mark")]
    said = done[0][2]
    assert (said["code"], said["ref"]) == ("RBK", "m1") and said["fields"]["values"] == "90 25000 STANDARD"
    assert fault_in(CATALOGUE["RBK"], said["fields"]) == ""


@pytest.mark.parametrize("code", sorted(DISTRESS))
def test_distress_is_not_asked_to_listen_to_a_readback(stage: Stage, code: str) -> None:
    fields = {"nature": "DISTRESS", "commitment": "NONE", "aircraft": "A", "level_ft": 5_000, "level_datum": "STANDARD"}
    assert [verb for _, verb, _ in asked(stage, code=code, number="m2", fields=fields)] == ["mark", "mark"]


def test_what_came_too_late_is_neither_marked_nor_read_back(stage: Stage) -> None:
    assert asked(stage, code="HLD", number="m3", fields=HLD, expired=True) == []
