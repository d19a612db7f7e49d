"""readsb, tar1090 and dump1090: their `aircraft.json`, polled from a file or over HTTP(S).

The document shows a position again and again until there is a newer one. A plot is made of each position once; what
stands there again is counted as repeated. A document that does not change, or whose clock is far off ours, is told by
the health of the feed. The dialects are described in `aircraft_json.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from dataclasses import dataclass, field

from armslength.adapters.feeds.aircraft_json import Document, parse
from armslength.adapters.feeds.fetch import Source
from armslength.adapters.feeds.port import DOWN, LIVE, STALE, Clock, FeedBatch, FeedHealth, Give
from armslength.adapters.feeds.values import Heard, widened
from armslength.errors import FeedError
from armslength.units import NS

REPEATED = "repeated position"
AGE_UNKNOWN = "age of position unknown"
FORGET_NS = 300 * NS
"""An aircraft not shown for longer is forgotten."""
SLOWEST_RETRY_S = 30.0
ROUNDING_NS = 500_000_000
"""The same position at a time that differs by less is the same report: `seen_pos` is rounded to 0.1 s."""


@dataclass(slots=True)
class _Shown:
    """Where an aircraft is shown: position, its time, and when it was read last [UTC ns]."""

    lat: float
    lon: float
    time_ns: int
    read_ns: int


@dataclass
class Fresh:
    """Tells the positions that are new from those that were shown before. Pure but for what it remembers."""

    _shown: dict[str, _Shown] = field(default_factory=dict)
    _read_ns: int = 0

    def of(self, document: Document, received_ns: int) -> Heard:
        """Return the plots of `document` that are new, with what was kept aside of it.

        Where a document does not say how old its positions are, one is new when it differs from the one read before;
        it was made at some time in between, so its radius is widened by what the aircraft flies in that time.
        """
        heard = document.heard
        late_s = (received_ns - self._read_ns) / NS if self._read_ns else math.inf
        for placed in document.rows:
            plot = placed.plot
            known = self._shown.get(plot.address)
            dated = not math.isnan(placed.seen_pos)
            if known is not None and (known.lat, known.lon) == (plot.lat, plot.lon):
                known.read_ns = received_ns
                if not dated or plot.time_ns - known.time_ns < ROUNDING_NS:
                    heard.keep_aside(REPEATED, f"{plot.address} still at {plot.lat:.5f}, {plot.lon:.5f}")
                    continue
            self._shown[plot.address] = _Shown(plot.lat, plot.lon, plot.time_ns, received_ns)
            if dated:
                heard.plots.append(plot)
            elif known is None:
                heard.keep_aside(AGE_UNKNOWN, f"{plot.address} is shown for the first time")
            else:
                radius = widened(plot.accuracy_m, plot.gs_mps, late_s)
                heard.plots.append(plot._replace(accuracy_m=radius))
        self._read_ns = received_ns
        for who in [who for who, one in self._shown.items() if received_ns - one.read_ns > FORGET_NS]:
            del self._shown[who]
        return heard


@dataclass
class ReadsbFeed:
    """A polled `aircraft.json`.

    Attributes:
        name: of the feed.
        source: where the document comes from.
        clock: of the node.
        every_s: time between two readings [s].
        stale_s: a document that does not change for longer, or whose `now` is further off our clock, is stale [s].
        own_stamps: take times from the receiver's `now` (else from our clock, at the moment of reading).
    """

    name: str
    source: Source
    clock: Clock
    every_s: float = 1.0
    stale_s: float = 10.0
    own_stamps: bool = True
    health: FeedHealth = field(default_factory=FeedHealth)
    _fresh: Fresh = field(default_factory=Fresh)
    _last: tuple[int, bytes] = (0, b"")
    _changed_ns: int = 0

    async def run(self, give: Give) -> None:
        """Read again and again until cancelled."""
        faults = 0
        while True:
            try:
                data = await asyncio.to_thread(self.source.read)
                heard: list[FeedBatch] = []
                await asyncio.to_thread(self.take, data, heard.append)  # thousands of aircraft take their time
                for batch in heard:
                    give(batch)
                faults = 0
            except FeedError as error:
                faults += 1
                self.health.become(DOWN, self.clock.utc_ns(), str(error))
            await self.clock.sleep(min(self.every_s * 2.0 ** min(faults, 8), max(self.every_s, SLOWEST_RETRY_S)))

    def take(self, data: bytes, give: Give) -> None:
        """Hand on what is new in one reading of the document.

        Raises:
            FeedError: it is no such document.
        """
        now_ns = self.clock.utc_ns()
        if not self.health.connections or self.health.state == DOWN:
            self.health.connections += 1
        document = parse(data, now_ns, own_stamps=self.own_stamps, what=self.source.name)
        mark = document.now_ns, b"" if document.now_ns else hashlib.sha256(data).digest()
        if mark != self._last:
            self._last, self._changed_ns = mark, now_ns
            heard = self._fresh.of(document, now_ns)
            batch = FeedBatch(self.name, tuple(heard.plots), heard.aside, now_ns)
            for reason, says in heard.examples.items():
                self.health.example(reason, says)
            self.health.count(batch)
            give(batch)
        self._judge(document, now_ns)

    def _judge(self, document: Document, now_ns: int) -> None:
        """Say how the feed does after a reading that went well."""
        still_s = (now_ns - self._changed_ns) / NS
        off_s = (now_ns - document.now_ns) / NS if document.now_ns and self.own_stamps else 0.0
        if still_s > self.stale_s:
            self.health.become(STALE, now_ns, f"the document has not changed for {still_s:.0f} s")
        elif abs(off_s) > self.stale_s:
            side = "behind" if off_s > 0 else "ahead of"
            self.health.become(STALE, now_ns, f"the receiver's clock is {abs(off_s):.0f} s {side} ours")
        else:
            self.health.become(LIVE, now_ns)
