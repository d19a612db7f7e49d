"""Figures in the text format of Prometheus. Labels are places in a list, never names, terms or positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from armslength.node.core.core import Core

if TYPE_CHECKING:
    from armslength.node.core.line import Line
    from armslength.node.runner import Runner

NODE = {
    "storing": "1 while the disk takes what must be kept",
    "steps_total": "inputs stepped through",
    "commits_total": "transactions committed",
    "tracks": "live tracks",
    "alerts_open": "open alerts",
    "alerts_total": "alerts opened since the start",
    "encounters_total": "encounters told since the start",
    "plots_total": "plots taken in",
    "plots_aside_total": "plots kept aside",
    "refused_total": "connections refused",
    "entries_missed_total": "entries that a full disk kept out of the ledger",
}
LINE = {
    "link_open": "1 while a session is open",
    "messages_sent_total": "messages sent",
    "messages_delivered_total": "messages marked RECEIVED by the other side",
    "messages_received_total": "messages received",
    "messages_expired_total": "messages received too late to be sounded",
    "messages_duplicated_total": "messages received again and dropped",
    "messages_overdue": "messages for crews that were not RELAYED in the time of the terms",
    "evidence_total": "breaches of the protocol by the other side",
    "ledger_entries": "entries in the book of this line",
    "ledger_countersigned_entries": "of which the other side has signed for",
    "clock_offset_seconds": "middle of the interval of the clock offset",
}
"""What ends in _total only ever grows, and is a counter; everything else is a gauge."""
ANSWER = "seconds from RECEIVED to a further mark, on messages in and out"
LATE = "marks that came later than the terms allow"
WORST = "the longest of them since the start"


class Figures:
    """The figures of one node, in a registry of its own."""

    def text(self, core: Core, runner: Runner) -> bytes:
        """Return the figures as they are now."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Now(core, runner))
        return generate_latest(registry)


class _Now(Collector):
    """Reads the figures off a running node."""

    def __init__(self, core: Core, runner: Runner) -> None:
        self._core, self._runner = core, runner

    def collect(self) -> Iterator[Metric]:
        """Give every figure once."""
        for name, value in self._node().items():
            yield _family(f"armslength_{name}", NODE[name], [((), value)])
        lines = [(str(number), line) for number, line in enumerate(self._core.lines.values())]
        found = [(number, self._line(line)) for number, line in lines]
        for name, says in LINE.items():
            yield _family(f"armslength_line_{name}", says, [((number,), of[name]) for number, of in found], ["line"])
        yield from _answers(lines)

    def _node(self) -> dict[str, float]:
        core, runner, watching = self._core, self._runner, self._core.watching
        return {
            "storing": float(runner.storing),
            "steps_total": runner.steps,
            "commits_total": runner.commits,
            "tracks": 0 if watching.snapshot is None else len(watching.snapshot),
            "alerts_open": len(watching.open_alerts()),
            "alerts_total": core.alerts_opened,
            "encounters_total": core.encounters_told,
            "plots_total": sum(watching.plots_in.values()),
            "plots_aside_total": sum(sum(aside.values()) for aside in watching.kept_aside.values()),
            "refused_total": sum(core.refused.values()),
            "entries_missed_total": core.books.missed,
        }

    def _line(self, line: Line) -> dict[str, float]:
        book = self._core.books.books.get(line.book)
        return {
            "link_open": float(line.standing == "OPEN"),
            "messages_sent_total": line.log.sent,
            "messages_delivered_total": line.log.delivered,
            "messages_received_total": line.log.received,
            "messages_expired_total": line.log.expired,
            "messages_duplicated_total": line.log.duplicated,
            "messages_overdue": len(line.log.overdue(self._runner.clock.utc_ns())),
            "evidence_total": sum(line.evidence.values()),
            "ledger_entries": book.size if book else 0,
            "ledger_countersigned_entries": line.witness.countersigned_size,
            "clock_offset_seconds": sum(line.offset) / 2.0 if line.offset else float("nan"),
        }


def _answers(lines: list[tuple[str, Line]]) -> Iterator[Metric]:
    """Give how long UNDERSTOOD and RELAYED took after RECEIVED."""
    names = ["line", "way", "mark"]
    took = SummaryMetricFamily("armslength_line_answer_seconds", ANSWER, labels=names)
    late = CounterMetricFamily("armslength_line_answers_late", LATE, labels=names)
    worst = GaugeMetricFamily("armslength_line_answer_worst_seconds", WORST, labels=names)
    for number, line in lines:
        for (way, mark), of in line.log.took.items():
            labels = [number, way, mark.lower()]
            took.add_metric(labels, of.count, of.total_s)
            late.add_metric(labels, of.late)
            worst.add_metric(labels, of.worst_s)
    yield from (took, late, worst)


def _family(
    name: str, says: str, rows: list[tuple[tuple[str, ...], float]], labels: list[str] | None = None
) -> CounterMetricFamily | GaugeMetricFamily:
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    family = kind(name.removesuffix("_total"), says, labels=labels or [])
    for values, value in rows:
        family.add_metric(list(values), value)
    return family
