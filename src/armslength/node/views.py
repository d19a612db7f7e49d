"""What people and programs may look at, as plain values. Decides nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from armslength import __version__
from armslength.domain.picture import DATUMS, STATES, Snapshot, mark_words
from armslength.node.clock import Clock
from armslength.node.core.case_views import summary as cases_of
from armslength.node.core.core import Core
from armslength.node.core.declared import listed
from armslength.node.core.duty import view as duty_view
from armslength.node.core.line import Line
from armslength.node.core.messages import Took
from armslength.node.core.talking import summary
from armslength.node.events import Events
from armslength.node.metrics import Figures
from armslength.node.radio import Radios
from armslength.node.recording import PLOT_STORE, Recording
from armslength.node.runner import HANGS, Runner
from armslength.protocol.events import Now
from armslength.units import NS, counted, stamp

STALE_S = 15.0
"""A feed that gave no plot for longer is stale, and so is the picture that rests on it."""
MOST_OFFSET_S = 1.0
WAYS = ("in", "out")


@dataclass
class NodeViews:
    """Looks at a running core."""

    core: Core
    runner: Runner
    clock: Clock
    started_ns: int
    recording: Recording | None = None
    events: Events | None = None
    figures: Figures = field(default_factory=Figures)
    radios: Radios | None = None

    def status(self) -> dict[str, Any]:
        """Return link, clocks, feeds, store, counts, and whether all of it does its duty."""
        now = self.clock.utc_ns()
        core, wrong = self.core, self.wrong()
        snapshot = core.watching.snapshot
        return {
            "armslength": __version__,
            "party": core.own.party,
            "post": core.own.post,
            "process": os.getpid(),
            "time": stamp(now),
            "time_ns": str(now),
            "speed": self.clock.speed,
            "up_s": round((now - self.started_ns) / NS, 1),
            "healthy": not wrong,
            "says": " ".join(wrong) or "Nothing is wrong with the node. Whether the sky is empty it cannot say.",
            "store": {"working": self.runner.storing, "says": core.store.says, "missed": core.books.missed},
            "last_event": 0 if self.events is None else self.events.last,
            "plot_store": self._plot_store(),
            "radios": [] if self.radios is None else self.radios.state(),
            "lines": [self._line(line, now) for line in core.lines.values()],
            "feeds": self._feeds(now),
            "tracks": 0 if snapshot is None else len(snapshot),
            "interference": _interference(snapshot),
            "alerts": {"open": len(core.watching.open_alerts()), "opened": core.alerts_opened},
            "encounters": {"told": core.encounters_told, "held": len(core.encounters)},
            "refused": dict(core.refused),
            "duty": duty_view(core),
            **listed(core),
            "sealed_rounds": "NO SEALED COVER",
        }

    def wrong(self) -> list[str]:
        """Return what keeps the node from its duty, one sentence each."""
        out = [] if self.runner.storing else [f"NOTHING IS STORED OR ACKNOWLEDGED: {self.core.store.says}"]
        out += [HANGS] if self.runner.hangs else []
        if self.core.books.missed:
            missing = counted(self.core.books.missed, "ENTRY IS", "ENTRIES ARE")
            out.append(f"{missing} MISSING FROM THE LEDGER: the disk was full for too long.")
        stored = self.core.feeds.get(PLOT_STORE)
        if stored is not None and not stored.working:
            out.append(f"PLOTS ARE NOT STORED: {stored.says}")
        out += self.stale()
        for line in self.core.lines.values():
            if line.standing == "DOWN":
                out.append(f"No ground line to {line.name}.")
            now = self.clock.utc_ns()
            if waiting := sum(one.sounds(now) for one in line.unanswered(Now(now, 0.0))):
                urgent = counted(waiting, "urgent message")
                out.append(f"{urgent} of {line.name} not marked understood.")
            if late := len(line.log.overdue(self.clock.utc_ns())):
                out.append(f"{counted(late, 'message')} of {line.name} not relayed in the time of the terms.")
            if line.witness.fork:
                out.append(f"{line.name} HAS SIGNED TWO HISTORIES.")
            if line.offset is not None and max(abs(line.offset[0]), abs(line.offset[1])) > MOST_OFFSET_S:
                out.append(f"The clocks of {line.name} and of this node differ: {_between(line.offset)}.")
        return out

    def stale(self) -> list[str]:
        """Return why the picture is not what the sky is, one sentence for each source; none where it is fresh."""
        ages = self.core.watching.ages(self.clock.utc_ns())
        feeds = [source.name for source in self.core.watching.sources]
        if not feeds:
            return ["No feed is set up: the node sees nothing."]
        return [self._gives_nothing(name, name in ages) for name in feeds if ages.get(name, np.inf) > STALE_S]

    def _gives_nothing(self, name: str, gave: bool) -> str:
        state = self.core.feeds.get(name)
        why = f": {state.says}" if state is not None and not state.working else ""
        return f"STALE PICTURE: {name} gives nothing{why}." if gave else f"NOTHING SEEN YET by {name}{why}."

    def tracks(self) -> dict[str, Any]:
        """Return the picture. Here and below, long listings are made row by row while they are read, from what is now.

        Whoever reads one may do other things between two rows.
        """
        snapshot = self.core.watching.snapshot
        if snapshot is None:
            return {"time_ns": None, "tracks": [], "interference": _interference(None)}
        rows = (self._track(snapshot, row) for row in range(len(snapshot)))
        seen = _interference(snapshot)
        return {"time_ns": str(snapshot.now_ns), "tracks": rows, "stale": self.stale(), "interference": seen}

    def encounters(self) -> dict[str, Any]:
        """Return the latest closed encounters, and how many there were since the start."""
        return {"encounters": map(dict, tuple(self.core.encounters)), "told": self.core.encounters_told}

    def alerts(self) -> dict[str, Any]:
        """Return open alerts, soonest first."""
        opened = sorted(self.core.watching.open_alerts(), key=lambda one: one[1].soonest_s)
        rows = (
            {"counterpart": name, "silenced": self.core.silenced.get((name, alert.id)), **alert.as_dict()}
            for name, alert in opened
        )
        stale = self.stale()
        says = "" if opened else "STALE: nothing can be said." if stale else "Nothing declared, nothing seen."
        return {"alerts": rows, "says": says, "stale": stale, "cover": self._cover()}

    def messages(self) -> dict[str, Any]:
        """Return the latest messages of every line, oldest first."""
        latest = [(one, line.name) for line in self.core.lines.values() for one in line.log.latest()]
        latest.sort(key=lambda one: one[0].at_ns)
        return {"messages": (one.as_dict(name) for one, name in latest)}

    def metrics(self) -> bytes:
        """Return the figures for Prometheus."""
        return self.figures.text(self.core, self.runner)

    def _cover(self) -> list[dict[str, Any]]:
        now = self.clock.utc_ns()
        ages = self.core.watching.ages(now)
        return [
            {"source": s.name, "age_s": round(ages[s.name], 1) if s.name in ages else None}
            for s in self.core.watching.sources
        ]

    def _feeds(self, now: int) -> list[dict[str, Any]]:
        watching, ages = self.core.watching, self.core.watching.ages(now)
        out = []
        for source in watching.sources:
            state = self.core.feeds.get(source.name)
            out.append(
                {
                    "name": source.name,
                    "working": state.working if state else None,
                    "says": state.says if state else "not heard yet",
                    "plots": watching.plots_in.get(source.name, 0),
                    "age_s": round(ages[source.name], 1) if source.name in ages else None,
                    "kept_aside": dict(watching.kept_aside.get(source.name, {})),
                }
            )
        return out

    def _plot_store(self) -> dict[str, Any]:
        state = self.core.feeds.get(PLOT_STORE)
        aside = {} if self.recording is None else dict(self.recording.aside)
        lost = 0 if self.recording is None else self.recording.lost
        working, says = (True, "") if state is None else (state.working, state.says)
        return {"working": working, "says": says, "kept_aside": aside, "lost": lost}

    def _line(self, line: Line, now: int) -> dict[str, Any]:
        book = self.core.books.books.get(line.book)
        return {
            "counterpart": line.name,
            "post": line.agreed.post,
            "state": line.standing,
            "since": stamp(line.since_ns) if line.since_ns else None,
            "paths": sorted(line.connections.values()),
            "in_use": line.using or None,
            "plan": [] if line.agreed.terms is None else [one.id for one in line.agreed.terms.frequencies],
            "channels": line.peer.channels().media,
            "strange_on_air": {f"{channel}: {why}": count for (channel, why), count in line.strange.items()},
            "agreement": line.agreed.agreement or None,
            "version": line.agreed.version or None,
            "terms": line.agreed.state,
            "digest": line.agreed.digest or None,
            "suspended": sorted(line.agreed.suspended),
            "clock_offset_s": None if line.offset is None else [round(x, 6) for x in line.offset],
            "last_check_s": None if not line.checked_ns else round((now - line.checked_ns) / NS, 1),
            "unanswered": [one.message.id for one in line.unanswered(Now(now, 0.0))],
            "overdue": [one.message.id for one in line.log.overdue(now)],
            "answers": {way: {m.lower(): _took(t) for (w, m), t in line.log.took.items() if w == way} for way in WAYS},
            "sent": line.log.sent,
            "delivered": line.log.delivered,
            "received": line.log.received,
            "expired": line.log.expired,
            "duplicated": line.log.duplicated,
            "evidence": dict(line.evidence),
            "findings": summary(line.talking),
            "cases": cases_of(line.cases, now),
            "ledger": {
                "book": line.book,
                "size": book.size if book else 0,
                "countersigned": line.witness.countersigned_size,
                "theirs_signed": line.witness.their_size,
                "two_stories": line.witness.fork,
            },
        }

    def _track(self, s: Snapshot, row: int) -> dict[str, Any]:
        watching = self.core.watching
        index, address = int(s.aircraft[row]), s.addresses[row]
        party = watching.party_of(address)
        return {
            "address": address,
            "callsign": watching.roster.callsign_at(index, s.now_ns) if address in watching.roster else "",
            "party": party,
            "whose": "own" if party == self.core.own.party else "counterpart" if party in self.core.lines else "third",
            "lat": round(float(s.lat[row]), 6),
            "lon": round(float(s.lon[row]), 6),
            "level_m": _number(s.level_m[row]),
            "datum": DATUMS[int(s.datum[row])],
            "gs_mps": _number(s.gs_mps[row]),
            "track_deg": _number(s.track_deg[row]),
            "vs_mps": _number(s.vs_mps[row]),
            "sigma_h_m": _number(s.sigma_h_m[row]),
            "sigma_v_m": _number(s.sigma_v_m[row]),
            "age_s": _number(s.age_s[row]),
            "level_age_s": _number(s.level_age_s[row]),
            "state": STATES[int(s.state[row])],
            "on_ground": bool(s.on_ground[row]),
            "sources": list(s.names_of(row)),
            "marks": list(mark_words(int(s.marks[row]))),
        }


def _number(value: float) -> float | None:
    return round(float(value), 2) if isfinite(value) else None


def _took(took: Took) -> dict[str, Any]:
    mean = round(took.total_s / took.count, 3) if took.count else None
    return {"count": took.count, "mean_s": mean, "worst_s": round(took.worst_s, 3), "late": took.late}


def _between(offset: tuple[float, float]) -> str:
    return f"{offset[0]:+.3f} s to {offset[1]:+.3f} s"


def _interference(snapshot: Snapshot | None) -> dict[str, Any]:
    state = None if snapshot is None else snapshot.interference
    if state is None:
        return {"active": False, "why": "nothing seen yet"}
    where = [{"lat": round(lat, 2), "lon": round(lon, 2), "radius_nm": 45} for lat, lon in state.areas]
    seen = {"active": state.active, "since_ns": str(state.since_ns), "share": state.share, "why": state.why}
    return {**seen, "areas": where}
