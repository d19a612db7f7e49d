"""Two nodes as processes, with radios on an ether of its own: a check from the command line; away from F1 and back."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from armslength.adapters.radio.ether_orders import EtherControl
from armslength.adapters.radio.ether_tape import times_of
from armslength.adapters.radio.wav import open_wav
from armslength.agreement.articles import Frequency
from armslength.agreement.reading import read_terms
from armslength.agreement.writing import write_terms
from armslength.cli import app
from armslength.demo.ether import EtherProcess
from armslength.errors import ArmslengthError
from armslength.modem.afsk import Afsk
from armslength.node import control
from armslength.node.clock import ScaledClock
from armslength.units import NS, stamp
from node.live.nodes import Node, eventually, introduce, ratify

pytestmark = pytest.mark.slow

SPEED = 10.0
PLAN = (
    Frequency("F1", "132.055", "primary", "voice and data"),
    Frequency("F2", "127.480", "alternate", "voice and data"),
)
CLOCK = """[clock]
speed = {speed:g}
utc_origin = "{utc}"
monotonic_origin = "{mono:.6f} s"
"""
RADIO = """
[[radio]]
counterpart = "{other}"
frequency = "{name}"
callsign = "{own}1"
via = "ether:{port}"
"""
RETURN_S, PROBE_S, SHARE, WINDOW_S = 60.0, 30.0, 0.2, 60.0
"""What the terms say: a frequency is used again when it has answered so long, is tried so often, is filled so far."""
LATE_S = 40.0
"""What calls, full frequencies and a busy machine may add [s of the nodes' clock]."""


@dataclass
class Post:
    """A node, and everything that it tells, with the second of the nodes' clock."""

    node: Node
    clock: ScaledClock
    told: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)

    def follow(self) -> None:
        """Listen from now on, in a thread of its own."""
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with suppress(ArmslengthError, OSError):
            for event in control.follow(self.node.home.path, 0):
                self.told.append((self.clock.mono(), event))

    def moves(self, since_s: float) -> list[tuple[float, str]]:
        """Return when the talk went to which channel, since then."""
        return [
            (at, one["medium"])
            for at, one in list(self.told)
            if at >= since_s and one["event"] == "channel" and one["state"] == "IN USE"
        ]

    def uses(self, channel: str) -> bool:
        """Return whether the talk goes by that channel."""
        return (self.moves(float("-inf")) or [(0.0, "")])[-1][1] == channel


@dataclass
class Air:
    """Both posts, and the ether between them."""

    north: Post
    south: Post
    ether: EtherControl
    clock: ScaledClock
    tapes: Path

    @property
    def posts(self) -> tuple[Post, Post]:
        """Both."""
        return self.north, self.south

    def use(self, channel: str, within_s: float) -> float:
        """Wait until both use a channel; return how long that took [s of the nodes' clock]."""
        began = self.clock.mono()
        eventually(
            lambda: all(post.uses(channel) for post in self.posts),
            lambda: [post.moves(began) for post in self.posts],
            within_s / SPEED,
        )
        return self.clock.mono() - began

    def quiet(self) -> None:
        """Wait until nothing waits on any frequency and none is near its share: what is said then goes at once."""

        def so() -> bool:
            radios = [one for post in self.posts for one in post.node.get("/api/status")["radios"]]
            return all(one["working"] and not one["waiting"] and one["occupied"] < SHARE / 2 for one in radios)

        eventually(so, lambda: [post.node.get("/api/status")["radios"] for post in self.posts])


def planned(text: str) -> str:
    """Return a draft with the frequencies of this test."""
    return write_terms(replace(read_terms(text, "draft").terms, frequencies=PLAN))


def equip(node: Node, other: Node, port: int, clock: ScaledClock, *, dial: bool) -> None:
    """Write the node file: whom to dial or to wait for, a clock, and a radio on each frequency."""
    own, calls = node.party.upper(), "" if dial else f'\n[[counterpart]]\nname = "{other.party}"\n'
    radios = "".join(RADIO.format(other=other.party, name=one.id, own=own, port=port) for one in PLAN)
    node.set_up({other.party: other.ground} if dial else {}, calls + radios)
    file = node.home.path / "node.toml"
    ours = CLOCK.format(speed=SPEED, utc=stamp(clock.utc_origin_ns), mono=clock.mono_origin_s)
    file.write_text(re.sub(r"\[clock\]\n.*\n", lambda _: ours, file.read_text(), count=1))


@pytest.fixture(scope="module")
def air(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Air]:
    """Return two nodes that talk by F1."""
    folder: Path = tmp_path_factory.mktemp("air")
    north, south = Node(folder, "North"), Node(folder, "South")
    introduce(north, south)
    ratify(north, south, planned)
    clock = ScaledClock(SPEED, time.time_ns() // NS * NS, time.monotonic())
    ether = EtherProcess(clock, 1, folder / "tapes", folder / "ether.log")
    try:
        ether.start()
        ether.wait_ready()
        for node, other, dial in ((north, south, False), (south, north, True)):
            equip(node, other, ether.port, clock, dial=dial)
            node.spawn()
        both = Air(Post(north, clock), Post(south, clock), EtherControl(ether.port), clock, folder / "tapes")
        for post in both.posts:
            post.node.wait()
            post.follow()
        north.open("South")
        both.use("F1", 200.0)
        yield both
    finally:
        for node in (north, south):
            node.stop()
        ether.stop()


def check(post: Post, *words: str) -> Result:
    """Do `armslength check`."""
    return CliRunner().invoke(app, ["check", *words, "--home", str(post.node.home.path)])


def test_a_frequency_is_checked_by_radio(air: Air) -> None:
    air.quiet()
    done = check(air.north, "F1", "--json")
    found = json.loads(done.output)
    assert done.exit_code == 0 and found["proven"] and found["came_by"] == "F1", done.output
    assert found["readability"] == 5 and 1.0 < found["round_trip_s"] < 60.0
    air.quiet()
    assert "F1 works both ways: answered after" in check(air.south, "F1").output


def test_away_from_the_primary_and_back_while_people_talk(air: Air) -> None:
    """F1 is jammed, then F2 too; F1 is clear again: both return in the time of the terms, once, and fill a fifth."""
    began_s = air.clock.mono()
    with talk(air) as said:
        air.ether.jam("F1")
        assert air.use("F2", 60.0 + LATE_S) > 2 * 10.0
        air.ether.jam("F2")
        air.use("GROUND", 60.0 + LATE_S)
        air.ether.clear("F1")
        cleared_s = air.clock.mono()
        air.use("F1", RETURN_S + 2 * PROBE_S + LATE_S)
        back = [post.moves(cleared_s) for post in air.posts]
        eventually(lambda: air.clock.mono() > cleared_s + RETURN_S + 2 * PROBE_S + LATE_S, patience_s=60.0)
    for moves in back:
        assert moves[-1][0] > cleared_s + RETURN_S, "it came back before it had answered for long enough"
    for post in air.posts:
        assert [name for _, name in post.moves(began_s)] == ["F2", "GROUND", "F1"], "the talk flapped"
    air.ether.clear("F2")
    eventually(lambda: all(received(air, *one) == 1 for one in said), lambda: [received(air, *one) for one in said])
    assert len(said) > 10
    assert most_filled(air.tapes / "F1.wav") <= SHARE + 2.0 / WINDOW_S  # two that begin as one: one burst over it


def test_a_frequency_that_is_jammed_is_no_answer_and_one_that_is_deaf_proves_nothing(air: Air) -> None:
    air.ether.jam("F2")
    done = check(air.north, "F2", "--wait", "2")
    assert done.exit_code == 1 and "NO ANSWER by F2 within 2 s" in done.output
    air.ether.clear("F2")
    air.ether.deaf("F2", "SOUTH1", "NORTH1")
    done = check(air.north, "F2", "--wait", "6")
    assert done.exit_code == 1 and ("NOT PROVEN" in done.output or "NO ANSWER" in done.output), done.output
    air.ether.deaf("F2", "SOUTH1", "NORTH1", deaf=False)


@contextmanager
def talk(air: Air) -> Iterator[list[tuple[Post, str]]]:
    """Have both sides say something every quarter of a minute; yield what was said, and by whom."""
    said: list[tuple[Post, str]] = []
    over = threading.Event()

    def speak() -> None:
        for turn in itertools.count():
            post = air.posts[turn % 2]
            fields = {"to_level_ft": 20_000 + turn * 100, "to_level_datum": "STANDARD"}
            said.append((post, post.node.ask("send", code="CLB", fields=fields, valid_for="600 s")["id"]))
            if over.wait(15.0 / SPEED):
                return

    speaker = threading.Thread(target=speak, daemon=True)
    speaker.start()
    try:
        yield said
    finally:
        over.set()
        speaker.join(10.0)


def received(air: Air, by: Post, message: str) -> int:
    """Return how often the other side was told of a message."""
    other = air.north if by is air.south else air.south
    return sum(1 for _, one in list(other.told) if one["event"] == "received" and one["id"] == message)


def most_filled(tape: Path) -> float:
    """Return the greatest share of any minute that bursts of data fill on a recording of the ether."""
    wav, modem = open_wav(tape), Afsk()
    ears = modem.demodulator()
    heard = [one for piece in wav.pieces(modem.rate) for one in ears.feed(piece)] + ears.finish()
    then = times_of(tape)
    assert then is not None and len(heard) > 20
    bursts = [(then(one.ended_s) - modem.seconds(len(one.frame)), then(one.ended_s)) for one in heard]
    return max(
        sum(max(0.0, min(ends, end) - max(begins, end - WINDOW_S)) for begins, ends in bursts) / WINDOW_S
        for _, end in bursts
    )
