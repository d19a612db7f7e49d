"""The demonstration as it runs: two nodes, a cable, an ether, two duty officers played by it, and a teller.

The officers do what officers do: what comes in and sounds is marked UNDERSTOOD, then RELAYED when the crew has it. Each
has a thread of his own, so that nobody waits for another's node.
"""

from __future__ import annotations

import heapq
import itertools
import queue
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from armslength.demo.account import Account
from armslength.demo.ether import EtherProcess
from armslength.demo.homes import DATA
from armslength.demo.nodes import Heard, Node
from armslength.demo.officer import advisory, calls_by_hand
from armslength.demo.plan import Plan
from armslength.demo.relay import Relay
from armslength.demo.scenes import Scene
from armslength.demo.story import SCENE, TELL, Said, Story
from armslength.demo.voice import Voice
from armslength.demo.ways import Ways
from armslength.errors import ArmslengthError, HomeError, InputError
from armslength.node.clock import ScaledClock
from armslength.protocol.catalogue import CATALOGUE, readback
from armslength.protocol.failover import GROUND

UNDERSTOOD_S, RELAYED_S = 4.0, 9.0
"""How long the officers take to understand a message, and to have passed it on [s of the scenario]."""
CALL_S = 8.0
"""How long an officer takes to call by hand [s of the scenario]."""
FOR_CREWS = frozenset({"TFA", "EMG", "AST", "ADC"})
"""What the officers mark UNDERSTOOD, and RELAYED."""
FOR_POSTS = frozenset({"ACT", "DSC", "HLD", "WGC"})
"""What they mark UNDERSTOOD."""
BUSY_S = {"AST": 14.0}
"""Where an officer takes longer to understand [s of the scenario]: a request for assistance sounds until he does."""
READ_BACK_S = 2.0
"""How long an officer takes to read a message back [s of the scenario]."""
DISTRESS = frozenset({"EMG"})
"""What he does not: a side in distress has other things to hear."""
AFTER_S = 8.0
"""The scenario is followed so long after its end [s of the scenario]."""
SETTLE_S = 15.0
"""Messages under way at the end have this time (real seconds) to arrive."""
LOOK_S = 0.25
"""How often the processes are looked at (real seconds)."""


MAKE_ROOM = "Make room, or name a folder on another disk with --out."


def must_store(node: Node, store: Mapping[str, Any]) -> None:
    """Do nothing where `node` says of its store that it works; `store` is the event, or the part of the status.

    Raises:
        InputError: its disk takes nothing: then it acknowledges nothing, and there is no story to tell.
    """
    if not store["working"]:
        raise InputError(f"The disk takes nothing: {store['says']}", where=str(node.home), remedy=MAKE_ROOM)


class Stage:
    """Two running nodes and everything that happens to them.

    Args:
        plan: what was planned.
        nodes: by party.
        relay: the cable between them.
        ether: what their radios are on; None: they have none.
        clock: of both nodes.
        heard: what the nodes tell.
        say: says lines.
        account: the books of an act before this one, which go on; None: new ones.
    """

    def __init__(
        self,
        plan: Plan,
        nodes: Mapping[str, Node],
        relay: Relay,
        clock: ScaledClock,
        heard: Heard,
        say: Voice,
        ether: EtherProcess | None = None,
        account: Account | None = None,
    ) -> None:
        self.plan, self.nodes, self.relay, self.ether = plan, nodes, relay, ether
        self.ways = Ways((*DATA, GROUND) if ether is not None else (GROUND,))
        self.account = account or Account(plan, tuple(nodes))
        self._clock, self._heard, self._say = clock, heard, say
        self._story = Story(plan)
        self._duties: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self._looked = 0.0
        self._consents: dict[str, str] = {}
        self._hands = {party: ThreadPoolExecutor(1, f"officer {party}") for party in nodes}
        self._called: set[tuple[str, str]] = set()

    @property
    def now_s(self) -> float:
        """Seconds of the scenario."""
        return self.plan.seconds(self._clock.utc_ns())

    def utc_ns(self) -> int:
        """Return the time of both nodes [UTC ns]."""
        return self._clock.utc_ns()

    def jam(self, channel: str) -> None:
        """Jam a frequency from now on. InputError where the ether is gone."""
        if self.ether is not None:
            self.ether.jam(channel)
            self.ways.opens(channel, self.now_s, open_=False)

    def clear(self, channel: str) -> None:
        """End that. InputError where the ether is gone."""
        if self.ether is not None:
            self.ether.clear(channel)
            self.ways.opens(channel, self.now_s, open_=True)

    def cut(self) -> None:
        """Cut the cable."""
        self.relay.cut()
        self.ways.opens(GROUND, self.now_s, open_=False)

    def mend(self) -> None:
        """Mend it."""
        self.relay.mend()
        self.ways.opens(GROUND, self.now_s, open_=True)

    def narrate(self, text: str, tone: str = SCENE) -> None:
        """Say a line of the narrator."""
        self._say(Said(self.now_s, "", tone, text))

    def tell(self, party: str, text: str) -> None:
        """Have a side say something that its node does not tell as an event."""
        self._say(Said(self.now_s, party, TELL, text))

    def at(self, at_s: float, act: Callable[[], object]) -> None:
        """Do `act` at `at_s` (seconds of the scenario)."""
        heapq.heappush(self._duties, (at_s, next(self._count), act))

    def ask(self, party: str, verb: str, **args: Any) -> None:
        """Have the officer of `party` ask his node for something; where it says no, that is part of the story."""
        self._hands[party].submit(self._ask, party, verb, args)

    def close(self) -> None:
        """Let the officers go."""
        for hand in self._hands.values():
            hand.shutdown(wait=False, cancel_futures=True)

    def _ask(self, party: str, verb: str, args: Mapping[str, Any]) -> None:
        try:
            self.nodes[party].ask(verb, **args)
        except ArmslengthError as no:
            self._heard.put((party, {"event": "not done", "says": str(no)}, time.monotonic()))

    def resume(self, first: str, second: str, provision: str) -> None:
        """Have `first` sign that a provision is resumed, and `second` when that has come."""
        self._consents[second] = provision
        self.ask(first, "agreement resume", provision=provision)

    def play(self, scenes: tuple[Scene, ...]) -> None:
        """Play the scenario to its end, and wait for what is under way.

        Raises:
            HomeError: a node died.
        """
        for scene in scenes:
            if scene.at_s < self.plan.duration_s:
                self.at(scene.at_s, partial(self._scene, scene))
        self.follow(lambda: self.now_s > self.plan.duration_s + AFTER_S)
        self.settle()

    def settle(self) -> None:
        """Wait for what is under way.

        Raises:
            HomeError: a node died.
        """
        until = time.monotonic() + SETTLE_S
        self.follow(lambda: not self.account.outstanding() or time.monotonic() > until)
        quiet = time.monotonic() + 2 * LOOK_S
        self.follow(lambda: time.monotonic() > quiet)

    def follow(self, done: Callable[[], bool]) -> None:
        """Hear, tell and act until `done`.

        Raises:
            HomeError: a node died.
        """
        while not done():
            while self._duties and self._duties[0][0] <= self.now_s:
                heapq.heappop(self._duties)[2]()
            if time.monotonic() > self._looked + LOOK_S:
                self._looked = time.monotonic()
                for node in self.nodes.values():
                    node.must_live()
                if self.ether is not None:
                    self.ether.must_live()
            try:
                party, event, at = self._heard.get(timeout=self._patience())
            except queue.Empty:
                continue
            self._hear(party, event, at)

    def hear_out(self) -> None:
        """Hear and tell what the nodes said while they stopped; nothing is done about it any more."""
        while not self._heard.empty():
            self._hear(*self._heard.get())
        for party in self.nodes:
            if doubts := self._story.doubts(party):
                self._say(Said(self.now_s, party, TELL, doubts))

    def _patience(self) -> float:
        left = (self._duties[0][0] - self.now_s) / self._clock.speed if self._duties else LOOK_S
        return min(max(left, 0.001), LOOK_S / 2)

    def _scene(self, scene: Scene) -> None:
        self.narrate(scene.says)
        scene.act(self)

    def _hear(self, party: str, event: Mapping[str, Any], at: float) -> None:
        at_s = self.plan.seconds(int(event["time_ns"])) if "time_ns" in event else self._then_s(at)
        self.account.hear(party, event)
        for said in self._story.tell(party, event, at_s):
            self._say(said)
        kind = event.get("event")
        if kind == "store":
            must_store(self.nodes[party], event)
        if kind == "received" and event["code"] in FOR_CREWS | FOR_POSTS and not event.get("expired"):
            marks = (("UNDERSTOOD", UNDERSTOOD_S), ("RELAYED", RELAYED_S))
            for mark, after in marks if event["code"] in FOR_CREWS else marks[:1]:
                when_s = at_s + BUSY_S.get(event["code"], 0.0) + after
                self.at(when_s, partial(self._mark, party, str(event["id"]), mark))
            self._read_back(party, event, at_s)
        elif kind == "agreement" and event.get("what") == "resume proposed" and party in self._consents:
            self.at(at_s + UNDERSTOOD_S, partial(self._consent, party, self._consents.pop(party)))
        elif kind == "alert" and event["change"] != "closed" and calls_by_hand(event):
            self._call(party, event, at_s)

    def _read_back(self, party: str, event: Mapping[str, Any], at_s: float) -> None:
        """Have the officer read back what is to be read back, when he has understood it. Distress is not."""
        values = readback(CATALOGUE[event["code"]], event["fields"])
        if values and event["code"] not in DISTRESS:
            said = {"code": "RBK", "fields": {"values": values}, "ref": str(event["id"])}
            self.at(at_s + READ_BACK_S, partial(self.ask, party, "send", **said))

    def _call(self, party: str, event: Mapping[str, Any], at_s: float) -> None:
        """Have the officer call, once for each alert, a little after he saw it."""
        key = (party, str(event["id"]))
        if key not in self._called:
            self._called.add(key)
            self.at(at_s + CALL_S, lambda: self._hands[party].submit(self._call_now, party, event))

    def _call_now(self, party: str, event: Mapping[str, Any]) -> None:
        try:
            said = advisory(event, self.nodes[party].get("/api/tracks")["tracks"])
        except HomeError:
            return  # it is stopping, or dying, which is told elsewhere
        if said is not None:
            self._ask(party, "send", said)

    def _consent(self, party: str, provision: str) -> None:
        self.ask(party, "agreement resume", provision=provision)

    def _then_s(self, mono_s: float) -> float:
        return self.now_s - (time.monotonic() - mono_s) * self._clock.speed

    def _mark(self, party: str, message: str, mark: str) -> None:
        self.ask(party, "mark", id=message, mark=mark)
