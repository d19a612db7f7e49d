"""A node put together from its home, and run until it is told to stop.

Order of starting: lock, ledger looked through, kernels warm, agreements, API, ground line, feeds. Of stopping: commands
that are under way, a last entry, feeds, line, recorder, what is in hand, API, lock.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from armslength.adapters.ground_line import GroundLine, Why
from armslength.adapters.store import Store
from armslength.crypto.ledger import Book
from armslength.domain.picture import Source
from armslength.errors import ArmslengthError, HomeError, MembershipError
from armslength.node.api import Api
from armslength.node.clock import Clock, clock_of
from armslength.node.compiled import compiled
from armslength.node.config import Feed
from armslength.node.core.books import Books
from armslength.node.core.commanding import VERBS
from armslength.node.core.core import Core
from armslength.node.core.inputs import (
    AirHeld,
    AirIn,
    AirSensed,
    FrameIn,
    LinkClosed,
    LinkRefused,
    MembersIn,
    PlotsIn,
    Standings,
    Started,
    Stopped,
)
from armslength.node.core.watching import Watching
from armslength.node.core.witness import anchors
from armslength.node.desk import Desk
from armslength.node.entering import AloneLedger, LiveLedger
from armslength.node.events import Events
from armslength.node.feeding import Feeding
from armslength.node.home import Home
from armslength.node.keeping import Keeping
from armslength.node.log import Log
from armslength.node.members import Members
from armslength.node.pinning import Pinning
from armslength.node.radio import Radios
from armslength.node.recording import Recording
from armslength.node.runner import Runner
from armslength.node.serving import Server
from armslength.node.telling import as_json, in_words
from armslength.node.under_way import UnderWay
from armslength.node.views import NodeViews
from armslength.node.warming import warm
from armslength.protocol.events import Own, Timing

PATHS = ("/ground", "/ground2", "/ground3")
"""URL paths of the ground line that are answered."""
LAST_WORDS_S = 1.5
"""How long a node that stops waits for the other side to sign its last state (real seconds)."""
ROUND_S = 1.0
"""How often the agreements are looked at for what only time changes [s]."""
BREACHES = frozenset({Why.TEXT, Why.EMPTY, Why.OVERSIZED, Why.FRAGMENTED, Why.GARBAGE})
"""Why the ground line by itself ends an open connection: what only the other side can have done."""
SATELLITE = frozenset({"readsb", "sbs"})
"""Kinds of feeds whose positions come from the aircraft's own satellite navigation."""
UNNAMED = (
    "THE AGREEMENT WITH {counterpart} NAMES ANOTHER CERTIFICATE than this node shows: they refuse the ground line. "
    "Sign an amendment that names it (armslength agreement amend), and exchange it as files."
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class LiveNode:
    """One node. `run` returns when it has stopped.

    Args:
        home: of the node; its lock is taken by the caller.
        json_log: print events as lines of JSON, else as words.
        ready: told where the API listens, when everything stands.
    """

    def __init__(self, home: Home, *, json_log: bool = False, ready: Callable[[tuple[str, int]], None] = print) -> None:
        config = home.config
        self.home, self._json, self._ready = home, json_log, ready
        _one_name(home)
        self.clock: Clock = clock_of(config.speed, config.utc_origin_ns, config.monotonic_origin_s)
        self.store = Store(home.ledger, make=False)
        self.store.check(home.key.public)
        AloneLedger(home, self.store, self.clock.utc_ns()).finish(home)
        self.keeping, self.pinning = Keeping(home, self.store), Pinning(home)
        self.members = Members(home, self.keeping.standings(self.clock.utc_ns()).lines)
        self.radios = Radios(config.radios, self.clock, self._heard, self.tell)
        self.core = self._core()
        self.events, self.log = Events(time.time_ns() // 10**6), Log()
        self.runner = Runner(self.core, self.store, self.clock, self.tell, self._document)
        self.runner.voice = self.radios
        self.desk = Desk(home, lambda: self.members.membership, self._for_case, self.tell)
        self.runner.desk = self.desk.take
        self.recording = Recording(home, self.members, self.runner.give, self.clock)
        self.views = NodeViews(self.core, self.runner, self.clock, self.clock.utc_ns(), self.recording, self.events)
        self.views.radios = self.radios
        self.feeding = Feeding(config.feeds, self.clock, home.path, self._plots, self.runner.give)
        self.line: GroundLine | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._under_way = UnderWay()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        Raises:
            InputError: something of it cannot be started; everything that was is stopped again.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave)
        await self._warm()
        hosts = (self.home.config.listen.api[0], *LOOPBACK)
        api = Api(self.views, self.events, self._asked, self.home.token, hosts)
        server = Server(api.app(), self.home.config.listen.api, self.home.path)
        # Before anybody can ask: what a keeper's thread enters waits for this one, so this one never waits for it.
        standings = self.keeping.standings(self.clock.utc_ns())
        self.keeping.ledger = LiveLedger(self.runner, loop)
        running: asyncio.Task[None] | None = None
        try:
            at = await server.start()
            self.runner.give(Started())
            self.runner.give(MembersIn(self.members.membership, self.members.digest))
            self.runner.give(standings)
            self._pin(standings)
            await self.recording.start(standings.lines)
            await self.radios.retune(standings.lines)
            await self._open_line()
            self.feeding.start()
            running = asyncio.create_task(self.runner.run())
            rounds = asyncio.create_task(self._rounds())
            self._ready(at)
            try:
                await running
            finally:
                rounds.cancel()
        finally:
            await self._stop(server)

    def _leave(self) -> None:
        """Stop, but first have the last state of the ledgers signed, where somebody is there to do so."""
        if self._leaving is not None:
            self.runner.stop()  # a second signal: at once
            return
        self._under_way.close()
        self._leaving = asyncio.get_running_loop().create_task(self._last_words())

    async def _last_words(self) -> None:
        await self._under_way.over()
        self.runner.give(Stopped())
        until = time.monotonic() + LAST_WORDS_S
        await asyncio.sleep(0.1)
        while time.monotonic() < until and not self._all_signed():
            await asyncio.sleep(0.05)
        self.runner.stop()

    def _all_signed(self) -> bool:
        lines = [line for line in self.core.lines.values() if line.standing == "OPEN"]
        return not self.runner.storing or all(line.witness.asked <= line.witness.countersigned_size for line in lines)

    async def _warm(self) -> None:
        """Warm the kernels here and in the process of the recorder: at once, where they need only be loaded."""
        here = asyncio.get_running_loop().run_in_executor(None, warm)
        if not compiled():  # two processes that compile one kernel at the same time could spoil what is kept of it
            await here
        await asyncio.gather(here, self.recording.prepare())

    async def _asked(self, verb: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do what is asked over the API, unless the node stops: what is under way by then is finished and answered."""
        with self._under_way.one():
            return await self.ask(verb, args)

    async def ask(self, verb: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do what a person asks: the agreement is for its keeper, the rest for the core.

        Raises:
            InputError: it cannot be done.
        """
        if verb == "check":
            self.radios.refuse_full(args.get("counterpart"), args.get("frequency"))
        if verb in VERBS or not self.runner.storing:  # where nothing can be kept, nothing is done
            return await self.runner.ask(verb, args)
        answer, standings = await asyncio.get_running_loop().run_in_executor(
            None, self.keeping.act, verb, args, self.clock.utc_ns()
        )
        await self._changed(standings)
        return answer

    def tell(self, event: Mapping[str, Any]) -> None:
        """Tell the own officer: the stream, and the terminal or the log."""
        now = self.clock.utc_ns()
        self.events.add({**event, "time_ns": str(now)})
        line = as_json(event, now) if self._json else in_words(event, now)
        if line:
            self.log.line(line)

    def _core(self) -> Core:
        home, config = self.home, self.home.config
        restored = {space: self.store.scan(space) for space in self.store.spaces()}
        keys = {one.agreement: one.key for one in self.keeping.standings(self.clock.utc_ns()).lines if one.agreement}
        books = [
            Book.restore(name, self.store.leaves(name), anchors(restored, name, keys.get(name, "")))
            for name in self.store.books()
        ]
        own = Own(config.party, config.post, home.key)
        sources = [_source(feed) for feed in config.feeds]
        watching = Watching(config.party, self.members.membership, sources)
        timing = Timing().scaled(self.clock.speed)
        ledgers = Books(home.salt_secret, config.post, books)
        return Core(own, watching, ledgers, restored, timing, self.clock.speed, self.radios.equipped)

    async def _open_line(self) -> None:
        certificate, key = self.home.tls_files
        self.line = GroundLine(
            certificate, key, self.home.config.listen.ground_line, PATHS,
            self.pinning.pins, self.pinning.certificates,
            self.runner.opened,
            lambda connection, frame: self.runner.give(FrameIn(connection, frame)),
            self._closed,
            lambda address, why: self.runner.give(LinkRefused(address, why)),
            barred=self.pinning.barred,
            on_barred=lambda counterpart, shown, why: self.runner.give(LinkRefused("", why, counterpart, shown)),
        )  # fmt: skip
        await self.line.start()
        self.runner.wire = self.line
        self._dial()

    async def _for_case(self, done: Mapping[str, Any]) -> None:
        await self.runner.ask("case desk", done, role="node")

    def _heard(self, one: AirIn | AirHeld | AirSensed) -> None:
        self.runner.give(one)

    def _closed(self, connection: str, why: str) -> None:
        self.runner.give(LinkClosed(connection, why, why in BREACHES))

    def _dial(self) -> None:
        """Dial every counterpart whose identity was accepted."""
        known = self.home.counterparts()
        for counterpart in self.home.config.counterparts:
            if counterpart.name in known and self.line is not None:
                for url in counterpart.dial:
                    path = "/" + url.split("/", 3)[3] if url.count("/") > 2 else PATHS[0]
                    self.line.dial(counterpart.name, path, url)

    def _pin(self, standings: Standings) -> None:
        """Let the ground line take the certificates that are named now."""
        for counterpart in self.pinning.adopt(standings.lines):
            self.tell({"event": "home", "says": UNNAMED.format(counterpart=counterpart)})

    def _plots(self, batch: PlotsIn) -> None:
        for piece in batch.pieces():
            self.runner.give(piece)
        self.recording.take(batch)

    async def _document(self, counterpart: str, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        standings, why = await loop.run_in_executor(None, self.keeping.take, counterpart, data, self.clock.utc_ns())
        if why:
            self.tell({"event": "refused", "counterpart": counterpart, "says": why})
        await self._changed(standings)

    async def _changed(self, standings: Standings) -> None:
        """Tell everybody how the agreements stand now."""
        self.runner.give(standings)
        self._pin(standings)
        self._dial()
        await self.radios.retune(standings.lines)
        await self._belong(standings)
        await self.recording.judge_by(standings.lines)

    async def _belong(self, standings: Standings) -> bool:
        """Read again whose aircraft is whose, where that may have changed; return whether it has."""
        try:
            if not self.members.again(standings.lines):
                return False
        except MembershipError as wrong:
            self.tell({"event": "home", "says": f"{wrong} Until then the last good membership file counts."})
            return False
        self.runner.give(MembersIn(self.members.membership, self.members.digest))
        self.tell({"event": "home", "says": "The membership file has changed and counts as it is now."})
        return True

    async def _rounds(self) -> None:
        """Look now and then at what only time changes: agreements that begin or end, notices that take effect."""
        last: Standings | None = None
        told, loop = "", asyncio.get_running_loop()
        while True:
            await self.clock.sleep(ROUND_S)
            self.radios.sense()
            try:
                found = await loop.run_in_executor(None, self.keeping.standings, self.clock.utc_ns())
                if last is None or found.lines != last.lines:
                    last = found
                    await self._changed(found)
                elif await self._belong(found):
                    await self.recording.judge_by(found.lines)
                told = ""
            except (ArmslengthError, OSError) as wrong:  # a file that cannot be read now: what was in force stays
                if str(wrong) != told:
                    told = str(wrong)
                    self.tell({"event": "home", "says": told})

    async def _stop(self, server: Server) -> None:
        """Stop everything, each whatever became of the one before."""
        self._under_way.close()
        line = self.line
        steps = [self.feeding.stop, self.radios.stop, *([line.stop] if line is not None else [])]
        steps += [self.desk.stop, self.recording.stop]
        faults = [await _tried(step) for step in (*steps, self.runner.finish)]
        self.events.close()
        faults.append(await _tried(server.stop))
        self.store.close()
        for fault in faults:
            if fault is not None:
                self.tell({"event": "home", "says": f"Stopping was not in good order: {type(fault).__name__}."})
        self.log.close()


async def _tried(step: Callable[[], Awaitable[None]]) -> Exception | None:
    try:
        await step()
    except Exception as wrong:  # what comes after it must be stopped too: the ledger last of all
        return wrong
    return None


def _one_name(home: Home) -> None:
    """Refuse to run under another name than the one that the identity signs for.

    Raises:
        HomeError: node.toml and own.identity differ.
    """
    for key, says, signs in (
        ("party", home.config.party, home.identity.party),
        ("post", home.config.post, home.identity.post),
    ):
        if says != signs:
            what = f'It says "{says}", and the identity of this home signs for "{signs}".'
            remedy = f'Write {key} = "{signs}"; for another name make another home: armslength init.'
            raise HomeError(what, where=f"{home.path / 'node.toml'}, {key}", remedy=remedy)


def _source(feed: Feed) -> Source:
    """Return what a feed is to the picture; node.toml says of lines and recordings where their positions come from."""
    usual = feed.kind in SATELLITE or bool(feed.options.get("broadcast"))
    return Source(feed.name, bool(feed.options.get("satellite", usual)), own=bool(feed.options.get("own")))
