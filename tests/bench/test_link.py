"""Two real node processes and a cable between them: killed, cut, throttled, half-opened, flipped; nothing is lost.

The account is taken from the two ledgers. The controls at the end show that it sees what is lost and what came twice.
`armslength bench link --kills 100` is the long form.
"""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from armslength.bench import link
from armslength.bench.chaos import Cable
from armslength.bench.link_loss import bench_loss, hindrance
from armslength.bench.link_side import Side, pair
from armslength.cli.bench import app
from armslength.errors import InputError

CLEAN = {"lost": 0, "duplicated": 0, "foreign": 0, "out_of_order": 0, "accepted_but_not_kept": 0, "refused": 0}
Sides = tuple[Side, Side, Cable]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    """Two running nodes, the listening one first, and the cable between them."""
    with pair(tmp_path, seed=20151020) as made:
        yield made


def clean(account: dict[str, Any], least: int) -> None:
    """Assert that at least so many messages arrived, all of them, once, in order."""
    assert {key: account[key] for key in CLEAN} == CLEAN
    assert account["received"] == account["sent"] >= least


def test_killed_again_and_again_nothing_is_lost_or_comes_twice(sides: Sides) -> None:
    north, south, _ = sides
    clean(link.kill(south, north, kills=8, seed=7, say=lambda _: None), least=60)
    assert north.starts + south.starts == 10


def test_a_cut_loses_nothing_and_the_backlog_arrives(sides: Sides) -> None:
    north, south, cable = sides
    found = link.cut(south, north, cable, 1.5)
    clean(found, least=60)
    assert found["backlog"] > 30  # the cut was one


def test_a_cable_that_does_its_worst_loses_nothing(sides: Sides) -> None:
    north, south, cable = sides
    worst: list[dict[str, Any]] = [
        {"delay_s": 0.05, "jitter_s": 0.1},
        {"rate": 20_000.0},
        {"flip": 0.2},
        {"one_way": "there"},
        {"flip": 0.05, "delay_s": 0.02},
        {"one_way": "back"},
        {"cut": True},
        {},
    ]
    random.Random(3).shuffle(worst)
    for side in (north, south):
        side.order("rate", 40.0)
    for faults in worst:
        cable.be(**faults)
        time.sleep(0.5)
        if faults.get("flip"):
            cable.reset()
    for side in (north, south):
        side.order("rate", 0.0)
    cable.mend()
    time.sleep(0.2)
    assert cable.flipped > 0
    for sender, receiver in ((south, north), (north, south)):
        clean(link.settled(sender, receiver), least=150)


def test_lost_packets_lose_no_message() -> None:
    if why := hindrance():
        pytest.skip(f"lost packets: {why}")
    clean(bench_loss(10, 1.0), least=90)


def test_where_packets_cannot_be_lost_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="the program unshare is not installed"):
        bench_loss(10, 1.0)


def test_bursts_arrive_whole_and_in_order(sides: Sides) -> None:
    north, south, _ = sides
    for how in ("one", "together"):
        figures = link.burst(south, north, 300, how)
        assert figures["kept_per_s"] >= figures["per_s"] > 0
        assert figures["sender_cpu_ms"] > 0 and figures["receiver_cpu_ms"] > 0
    clean(link.settled(south, north), least=600)


def test_the_account_sees_what_is_lost_what_came_twice_and_what_was_never_kept(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south, _ = sides
    link.burst(south, north, 20, "one")
    clean(link.account(south, north), least=20)
    south.accepted.append("sha256:" + "0" * 64)
    assert link.account(south, north)["accepted_but_not_kept"] == 1
    told = link.said

    def planted(post: Any, kind: str) -> list[tuple[str, int, str]]:
        found = told(post, kind)
        return [*found[1:], found[5]] if kind == "message in" else found

    monkeypatch.setattr(link, "said", planted)
    found = link.account(south, north)
    assert (found["lost"], found["duplicated"], found["out_of_order"]) == (1, 1, 1)


def test_a_receiver_that_forgets_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the kills: a node whose disk went back in time loses what it had acknowledged."""
    monkeypatch.setattr(link, "PATIENCE_S", 2.0)
    with pair(tmp_path) as (north, south, _):
        link.burst(south, north, 30, "one")
        north.kill()
        for name in (north.post.store, *tmp_path.glob("north.db-*")):
            shutil.copy(name, tmp_path / f"kept-{name.name}")
        north.start()
        link.burst(south, north, 30, "one")
        north.kill()
        for name in tmp_path.glob("north.db*"):
            name.unlink()
        for name in tmp_path.glob("kept-*"):
            name.rename(tmp_path / name.name.removeprefix("kept-"))
        north.start()
        assert link.settled(south, north)["lost"] > 0


def test_the_command_prints_figures_targets_and_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ["link", "--messages", "40", "--kills", "2", "--cut", "0.3 s", "--loss", "0 s"]
    done = CliRunner().invoke(app, [*given, "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["targets"] == link.TARGETS
    assert figures["machine"]["cores"] > 0
    for name in ("bursts", "cut", "kills"):
        clean(figures[name], least=10)
    assert {"one_by_one", "together"} <= figures.keys()
    monkeypatch.setattr("armslength.bench.link.bench_link", lambda *_: figures)
    said = CliRunner().invoke(app, given).stdout
    assert "Lost" in said and "300" in said and "2,000" in said and "killed 2 times" in said
