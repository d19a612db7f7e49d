"""Figures in the text format of Prometheus. Labels are places in a list, never names, terms or positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from armslength.node.core.core import Core

if TYPE_CHECKING:
    from armslength.node.runner import Runner

NODE = {
    "storing": "1 while the disk takes what must be kept",
    "steps_total": "inputs stepped through",
    "commits_total": "transactions committed",
    "tracks": "live tracks",
    "alerts_open": "open alerts",
    "alerts_total": "alerts opened since the start",
    "plots_total": "plots taken in",
    "plots_aside_total": "plots kept aside",
    "refused_total": "connections refused",
}
LINE = {
    "link_open": "1 while a session is open",
    "messages_sent_total": "messages sent",
    "messages_delivered_total": "messages marked RECEIVED by the other side",
    "messages_received_total": "messages received",
    "messages_expired_total": "messages received too late to be sounded",
    "messages_duplicated_total": "messages received again and dropped",
    "evidence_total": "breaches of the protocol by the other side",
    "ledger_entries": "entries in the book of this line",
    "ledger_countersigned_entries": "of which the other side has signed for",
    "clock_offset_seconds": "middle of the interval of the clock offset",
}


class Figures:
    """The figures of one node, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._node = {name: Gauge(f"armslength_{name}", says, registry=self._registry) for name, says in NODE.items()}
        self._line = {
            name: Gauge(f"armslength_line_{name}", says, ["line"], registry=self._registry)
            for name, says in LINE.items()
        }

    def text(self, core: Core, runner: Runner) -> bytes:
        """Return the figures as they are now."""
        watching = core.watching
        node = {
            "storing": float(runner.storing),
            "steps_total": runner.steps,
            "commits_total": runner.commits,
            "tracks": 0 if watching.snapshot is None else len(watching.snapshot),
            "alerts_open": len(watching.open_alerts()),
            "alerts_total": core.alerts_opened,
            "plots_total": sum(watching.plots_in.values()),
            "plots_aside_total": sum(sum(aside.values()) for aside in watching.kept_aside.values()),
            "refused_total": sum(core.refused.values()),
        }
        for name, value in node.items():
            self._node[name].set(value)
        for number, line in enumerate(core.lines.values()):
            book = core.books.books.get(line.book)
            figures = {
                "link_open": float(line.standing == "OPEN"),
                "messages_sent_total": line.log.sent,
                "messages_delivered_total": line.log.delivered,
                "messages_received_total": line.log.received,
                "messages_expired_total": line.log.expired,
                "messages_duplicated_total": line.log.duplicated,
                "evidence_total": sum(line.evidence.values()),
                "ledger_entries": book.size if book else 0,
                "ledger_countersigned_entries": line.witness.countersigned_size,
                "clock_offset_seconds": sum(line.offset) / 2.0 if line.offset else float("nan"),
            }
            for name, value in figures.items():
                self._line[name].labels(str(number)).set(value)
        return generate_latest(self._registry)
