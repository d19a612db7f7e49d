"""The whole demonstration, from an empty folder to the summary. Whatever happens, nothing is left running.

First act: two homes are made and made known to each other, terms are drafted, signed by one side and ratified by the
other over the ground line, and notice of a suspension is given. Then, an hour later by the nodes' clock (notice takes
an hour), both nodes are started again from what is on disk. Second act: the scenario. When the nodes stop, what their
recorders still hold is judged. Third act, another hour later: what was found has opened cases, and two are settled.
"""

from __future__ import annotations

import queue
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from armslength.adapters.loopback import free_port
from armslength.agreement.identity import read_identity
from armslength.demo import homes
from armslength.demo.acts import PRIMARY
from armslength.demo.ending import examine, outbox_of
from armslength.demo.ether import EtherProcess
from armslength.demo.nodes import Heard, Node, compile_first, stop_all
from armslength.demo.plan import plan_of
from armslength.demo.player import Player
from armslength.demo.relay import Relay
from armslength.demo.scenes import PROVISION, SUSPENDED_S, Scene, scenes_at
from armslength.demo.settling import Settling, settled
from armslength.demo.stage import MAKE_ROOM, Stage, must_store
from armslength.demo.story import SCENE, Said
from armslength.demo.voice import Voice
from armslength.errors import HomeError, InputError
from armslength.node.clock import ScaledClock
from armslength.node.compiled import compiled
from armslength.protocol.failover import GROUND
from armslength.scenario.aircraft import NORTH, SOUTH
from armslength.scenario.live import write_live
from armslength.scenario.registry import draw, scenario
from armslength.scenario.sky import Sky
from armslength.units import NS

SCENARIO = "conduct"
RECORDINGS = "recordings"
"""Folder that takes what was said on the frequencies, as WAV files."""
ROOM = 50_000_000
"""What the demonstration needs at most [bytes]; it takes some 10 MB, and logs may grow."""
PARTIES = (NORTH, SOUTH)
START_S = 180.0
"""The first start of a node on a machine compiles: it has this time (real seconds)."""
AGREE_S = 45.0
"""What two running nodes do about an agreement is done in this time (real seconds)."""
CHECKS_S = 15.0
"""The scenario waits so long for the first checks, until both sides use the primary frequency (real seconds)."""
LATER_S = 3600.0
"""The working groups meet so long after the scenario [s of the nodes' clock]."""
HEAD_START_S, LONGER = 2.0, 1.3
"""The nodes are to be ready this long before the scenario begins (real seconds); they may take longer than before."""


@dataclass
class Show:
    """One demonstration.

    Args:
        folder: where everything is written; empty, or to be made.
        seed: of the scenario.
        speed: seconds of the scenario in one real second.
        say: says lines.
        verb: does what the command line does: `verb("agreement", "sign", FILE)`.
        duration_s: plays only so much of the scenario [s]; None: all.
        scenes: what is done to the nodes; None: all of `scenes`.
        radios: whether they have any.
        settles: whether there is a third act.

    Attributes:
        heard: what the nodes tell.
        started_in_s: how long the nodes took to start last (real seconds).
    """

    folder: Path
    seed: int
    speed: float
    say: Voice
    verb: homes.Verb
    duration_s: float | None = None
    scenes: tuple[Scene, ...] | None = None
    radios: bool = True
    settles: bool = True
    heard: Heard = field(default_factory=queue.SimpleQueue)
    started_in_s: float = 0.0
    _parties_heard: set[str] = field(default_factory=set)

    def run(self) -> dict[str, Any]:
        """Run it all; return the summary.

        Raises:
            InputError: it cannot be done, for example because a port is taken or the disk is full.
            ArmslengthError: a node died, or something else that must not happen.
        """
        began = time.monotonic()
        which = scenario(SCENARIO)
        sky = draw(which, self.seed)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            must_have_room(self.folder)
            if not compiled():
                self.scene("The kernels are compiled, once on this machine: a minute or two.")
                compile_first()
            begins_ns, agreement = self._first_act(sky)
            told = write_live(which, sky, self.seed, self.folder / "sky", begins_ns)
            summary = self._second_act(sky, begins_ns, agreement, told)
        except OSError as wrong:
            where = str(wrong.filename or self.folder)
            raise InputError(f"{wrong.strerror or wrong}.", where=where, remedy=MAKE_ROOM) from None
        summary["scenario"] = {"name": SCENARIO, "seed": self.seed, "speed": self.speed, "faults": told["faults"]}
        summary["real_s"] = round(time.monotonic() - began, 1)
        return summary

    def home(self, party: str) -> Path:
        """Return the home of `party`."""
        return self.folder / party.lower()

    def scene(self, text: str) -> None:
        """Say something before there is a clock."""
        self.say(Said(float("nan"), "", SCENE, text))

    def told(self, party: str, text: str, tone: str = "tell") -> None:
        """Have a side say something before there is a clock."""
        self.say(Said(float("nan"), party, tone, text))

    def _first_act(self, sky: Sky) -> tuple[int, str]:
        """Return when the scenario begins, UTC [ns] of the nodes' clock, and the id of the agreement."""
        self.scene("Each side makes a home for its node: keys, a certificate, an empty ledger.")
        north, south = (self.home(party) for party in PARTIES)
        for party in PARTIES:
            homes.make_home(self.verb, self.home(party), party)
        self.scene("They hand each other the public half, and read its fingerprint to each other over a radio.")
        for party in PARTIES:
            file = self.home(party) / "own.identity"
            self.told(party, f"I am {read_identity(file.read_bytes(), str(file)).words}")
        homes.accept(self.verb, north, south / "own.identity")
        homes.accept(self.verb, south, north / "own.identity")
        self.scene("They agree on terms: 3 NM or 3,000 ft; if closer, at most 3 minutes. NORTH signs first.")
        file = homes.draft(self.verb, self.folder, sky, (north, south))
        self.verb("agreement", "check", file)
        self.verb("agreement", "sign", file, "--home", north, "--out", self.folder / "proposed.age")
        clock = ScaledClock(self.speed, time.time_ns() // 10**6 * 10**6, time.monotonic())
        with self._running(clock, {}, {party: _ports({}) for party in PARTIES}) as (nodes, _):
            self.scene("Both nodes are started. The ground line opens, and carries the proposal.")
            _until(nodes, lambda: _state(nodes[SOUTH])["terms"] == "proposed", "The proposal did not arrive.")
            self.scene("SOUTH reads it and signs too: ratified over the line.")
            self.verb("agreement", "ratify", "--home", south, "--out", self.folder / "ratified.age")
            _until(nodes, lambda: all(_state(n)["version"] for n in nodes.values()), "It did not come into force.")
            self.told(
                NORTH, f"Version {_state(nodes[NORTH])['version']} is in force: both signed the same digest.", "good"
            )
            self.told(
                SOUTH, f"Version {_state(nodes[SOUTH])['version']} is in force: both signed the same digest.", "good"
            )
            agreement = str(_state(nodes[NORTH])["agreement"])
            self.scene(
                f"SOUTH gives notice that it suspends one provision, {PROVISION}: from an hour on, as the terms want."
            )
            given = nodes[SOUTH].ask("agreement suspend", provision=PROVISION)
            _until(nodes, lambda: self._heard_of("suspended") >= 2, "The notice did not arrive.")
        self.scene("An hour passes. Both nodes were stopped; they start again from what is on disk.")
        return int(given["effect_ns"]) - round(SUSPENDED_S * NS), agreement

    def _second_act(self, sky: Sky, begins_ns: int, agreement: str, told: dict[str, Any]) -> dict[str, Any]:
        live = self.folder / "sky"
        with ExitStack() as stack:
            self.heard = queue.SimpleQueue()
            for party in PARTIES:
                homes.write_members(self.home(party), sky)
            ports = {party: _ports(told["feeds"][party]) for party in PARTIES}
            player = self._player(live, told["feeds"], ports)
            stack.callback(player.stop)
            lead_s = (LONGER * self.started_in_s + HEAD_START_S) * self.speed
            clock = ScaledClock(self.speed, begins_ns - round(lead_s * 1000) * 10**6, time.monotonic())
            ether = stack.enter_context(self._ether(clock)) if self.radios else None
            if ether is not None:
                ports = {party: replace(some, ether=ether.port) for party, some in ports.items()}
            nodes, relay = stack.enter_context(self._running(clock, told["feeds"], ports))
            if ether is not None:
                _wait_for(PRIMARY, nodes)
            late_ns = max(0, clock.utc_ns() - begins_ns)  # the scenario waits for its nodes and their checks
            plan = plan_of(sky, begins_ns + late_ns, self.duration_s)
            stage = Stage(plan, nodes, relay, clock, self.heard, self.say, ether)
            stack.callback(stage.close)
            player.start(clock, late_ns)
            self._play(stage, late_ns / NS)
            if player.fault:
                raise HomeError(player.fault, where="The scenario player", remedy="See the logs of the nodes.")
            now_ns = clock.utc_ns()
            memory = {party: node.rss_bytes for party, node in nodes.items()}
            seen = {party: node.get("/api/status") for party, node in nodes.items()}
            silence_s, silent = stage.account.silence(stage.ways, stage.now_s)
            stage.narrate(
                "The scenario is over. Both nodes are stopped; their recorders judge first what they still hold."
            )
        stage.hear_out()
        reached: dict[str, int] = {}
        before = _told(stage) - len(stage.account.outstanding())  # what waits leaves once more
        if self.settles:
            reached, now_ns = self._third_act(stage, clock)
        later = _told(stage) - before if self.settles else 0
        self.scene("Both nodes are stopped. Each side hands out its ledger.")
        summary = stage.account.summary({party: outbox_of(self.home(party)) for party in PARTIES}) | reached
        summary |= self._channels(stage, seen, later)
        summary |= {"longest_silence_s": silence_s, "longest_silence": silent}
        for party, status in seen.items():
            plots = {feed["name"]: feed["plots"] for feed in status["feeds"]}
            summary["sides"][party] |= {"plots": plots, "memory_bytes": memory[party]}
        summary["ledgers"] = examine(self.folder, agreement, {p: self.home(p) for p in PARTIES}, now_ns)
        summary["ledgers_agree"] = summary["ledgers"]["agree"]
        return summary

    def _third_act(self, before: Stage, clock: ScaledClock) -> tuple[dict[str, int], int]:
        """Return what was settled, and UTC of both nodes' clock at the end [ns]."""
        self.scene("An hour passes. The working groups of both sides sit down; both nodes start again.")
        self.heard = queue.SimpleQueue()
        later = ScaledClock(self.speed, clock.utc_ns() + round(LATER_S * NS), time.monotonic())
        with self._running(later, {}, {party: _ports({}) for party in PARTIES}) as (nodes, relay):
            stage = Stage(before.plan, nodes, relay, later, self.heard, self.say, account=before.account)
            try:
                Settling(stage).play()
            finally:
                stage.close()
            cases = {
                party: [node.ask("case show", case=one["case"]) for one in node.ask("case list")["cases"]]
                for party, node in nodes.items()
            }
            versions = {party: int(_state(node)["version"]) for party, node in nodes.items()}
            now_ns = later.utc_ns()
        stage.hear_out()
        return settled(cases, versions), now_ns

    @contextmanager
    def _ether(self, clock: ScaledClock) -> Iterator[EtherProcess]:
        """Run the ether that the radios are on, and have it record both frequencies."""
        ether = EtherProcess(clock, self.seed, self.folder / RECORDINGS, self.folder / "ether.log")
        try:
            ether.start()
            ether.wait_ready()
            yield ether
        finally:
            ether.stop()

    def _channels(self, stage: Stage, seen: Mapping[str, Any], later: int) -> dict[str, Any]:
        """Return what went by which channel, and how often the talk had to change it; `later` by the ground line."""
        sent: Counter[str] = Counter({GROUND: later})
        order: list[str] = []
        for status in seen.values():
            media = status["lines"][0]["channels"]
            order = list(media)
            sent.update({name: int(medium["sent"]) for name, medium in media.items()})
        failovers = max(side.failovers(order) for side in stage.account.sides.values())
        return {"failovers": failovers, "channels": stage.account.channels(sent)}

    def _player(self, live: Path, feeds: Mapping[str, Any], ports: Mapping[str, homes.Ports]) -> Player:
        return Player(played(live, feeds, ports, False), played(live, feeds, ports, True))

    def _play(self, stage: Stage, late_s: float) -> None:
        stage.play(scenes_at(self.speed, late_s) if self.scenes is None else self.scenes)

    def _heard_of(self, what: str) -> int:
        """Count the nodes that told that `what` happened to the agreement; everything heard before is used up."""
        while not self.heard.empty():
            party, event, _ = self.heard.get()
            if event.get("event") == "agreement" and event.get("what") == what:
                self._parties_heard.add(party)
        return len(self._parties_heard)

    @contextmanager
    def _running(
        self, clock: ScaledClock, feeds: Mapping[str, Any], ports: Mapping[str, homes.Ports]
    ) -> Iterator[tuple[dict[str, Node], Relay]]:
        """Start both nodes on `clock` and wait until they are ready; stop them afterwards."""
        relay = Relay(ports[SOUTH].ground_line)
        nodes = {p: Node(p, self.home(p), self.folder / f"{p.lower()}.log", self.heard) for p in PARTIES}
        try:
            for party, other, dial in ((NORTH, SOUTH, relay.port), (SOUTH, NORTH, None)):
                heard = feeds.get(party, {})
                homes.write_node_file(self.home(party), party, other, ports[party], dial, clock, heard)
                nodes[party].start()
            began = time.monotonic()
            for node in nodes.values():
                node.wait_ready(START_S)
            self.started_in_s = time.monotonic() - began
            yield nodes, relay
        finally:
            stop_all(list(nodes.values()))
            relay.close()


def must_have_room(folder: Path) -> None:
    """Do nothing where the disk has room for a whole demonstration.

    Raises:
        InputError: it has not, and that is said before anything is begun.
    """
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        what = f"Only {free / 1e6:.0f} MB are free there, and the demonstration takes up to {ROOM / 1e6:.0f} MB."
        raise InputError(what, where=str(folder), remedy=MAKE_ROOM)


def _told(stage: Stage) -> int:
    """Return how many messages both sides have told as sent."""
    return sum(len(side.sent) for side in stage.account.sides.values())


def _state(node: Node) -> dict[str, Any]:
    """Return how the node stands with its counterpart."""
    lines: Sequence[dict[str, Any]] = node.get("/api/status")["lines"]
    return lines[0] if lines else {"terms": "", "version": None, "agreement": None}


def _wait_for(channel: str, nodes: Mapping[str, Node]) -> None:
    """Wait until both sides talk by `channel`, or have had their time for it: then the story shows that they do not."""
    until = time.monotonic() + CHECKS_S
    while time.monotonic() < until:
        media = [_state(node).get("channels", {}) for node in nodes.values()]
        if all(one.get(channel, {}).get("in_use") for one in media):
            return
        for node in nodes.values():
            node.must_live()
        time.sleep(0.1)


def _until(nodes: dict[str, Node], done: Callable[[], bool], otherwise: str) -> None:
    """Wait until `done`.

    Raises:
        HomeError: it is not, in time.
    """
    until = time.monotonic() + AGREE_S
    while not done():
        for node in nodes.values():
            node.must_live()
            must_store(node, node.get("/api/status")["store"])
        if time.monotonic() > until:
            raise HomeError(otherwise, where="The demonstration", remedy=next(iter(nodes.values())).last_words())
        time.sleep(0.1)


def _ports(feeds: Mapping[str, Any]) -> homes.Ports:
    """Return free ports for a node with these feeds."""
    return homes.Ports(free_port(), free_port(), {name: free_port() for name in feeds})


def played(
    live: Path, feeds: Mapping[str, Any], ports: Mapping[str, homes.Ports], received: bool
) -> list[tuple[Path, int]]:
    """Return (recording, port) of every source that is a receiver of broadcasts, or of every one that is not."""
    return [
        (live / source["file"], ports[party].feeds[name])
        for party, sources in feeds.items()
        for name, source in sources.items()
        if (source["kind"] == "broadcast") == received
    ]
