"""Two whole cores with radios: checks, messages and failover over frequencies become the record of talk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from armslength.agreement.articles import Frequency
from armslength.domain import talk as t
from armslength.node.core.inputs import AirIn, Input
from node.core.pair import Pair, Side, terms_of
from node.core.test_duty import do, entries
from node.core.test_talking import found

PLAN = (Frequency("F1", "132.055", use="voice and data"), Frequency("F2", "251.000 MHz", "alternate", "voice and data"))
TFA = {"clock": 3, "urgency": "URGENT", "range_m": 9000, "direction": "SW"}


class OnAir(Pair):
    """A pair whose frequencies are heard a second later, where they are not jammed."""

    def __init__(self) -> None:
        self.jammed: set[str] = set()
        self.waves: list[tuple[float, Side, AirIn]] = []
        super().__init__(terms=replace(terms_of(), frequencies=PLAN))

    def start(self, side: Side) -> None:
        super().start(side)
        for line in side.core.lines.values():
            line.radios = frozenset(one.id for one in PLAN)
            line.tune_due_s = self.mono

    def give(self, side: Side, one: Input) -> None:
        step = side.core.step

        def caught(one: Input, now: Any) -> Any:
            effects = step(one, now)
            for _, channel, payload, _, _ in effects.air:
                if channel not in self.jammed:
                    heard = AirIn(side.party, channel, payload)
                    self.waves.append((self.mono + 1.0, self.other(side), heard))
            return effects

        side.core.step = caught  # type: ignore[method-assign]
        super().give(side, one)
        side.core.step = step  # type: ignore[method-assign]

    def on_air(self, seconds: float) -> None:
        """Let time pass, second by second, and what is said on frequencies arrive."""
        for _ in range(round(seconds)):
            self.run(1.0)
            due, self.waves = self.waves, []
            for at, side, heard in due:
                if at > self.mono:
                    self.waves.append((at, side, heard))
                elif heard.channel not in self.jammed:
                    self.give(side, heard)


def test_checks_and_calls_on_frequencies_are_recorded_and_dead_ones_accuse_nobody() -> None:
    pair = OnAir()
    pair.mend()
    pair.on_air(60.0)
    for side in (pair.north, pair.south):
        (line,) = side.core.lines.values()
        assert line.using == "F1"
        rows = side.store.rows["talk/river-2026"]
        assert any(key.startswith("ok/F1/") for key in rows) and any(key.startswith("ok/F2/") for key in rows)
        assert not entries(side, "finding")
    pair.jammed = {"F1", "F2"}
    message = do(pair, pair.south, "send", code="SAG", fields={"part": "ALL"})["id"]
    pair.on_air(130.0)
    assert "id" in do(pair, pair.north, "mark", id=message, mark="UNDERSTOOD")  # it came by the ground line
    pair.on_air(200.0)
    for side in (pair.north, pair.south):
        (line,) = side.core.lines.values()
        assert line.using == "GROUND"
        assert not found(side, "C02")  # what was called was received all the same, by the ground line and in time
        assert not found(side, "C07") and not found(side, "C06") and not found(side, "C08")


def test_flash_that_the_ground_line_answered_accuses_nobody_when_the_line_drops() -> None:
    """Two advisories were received at once, by the line; at its drop the frequencies had been called once more."""
    pair = OnAir()
    pair.mend()
    pair.on_air(60.0)
    pair.jammed = {"F1", "F2"}
    sent, noted = [], list[t.Fact]()
    (line,) = pair.north.core.lines.values()
    note = line.talking.note
    line.talking.note = lambda fact: (noted.append(fact), note(fact))[1]  # type: ignore[method-assign]
    for _ in range(2):
        sent.append(do(pair, pair.north, "send", code="TFA", fields=TFA, valid_for="120 s")["id"])
        pair.on_air(15.0)
    called = {(one.id, one.medium) for one in noted if isinstance(one, t.Called)}
    assert {(one, medium) for one in sent for medium in ("F1", "F2")} <= called
    assert all("RECEIVED" in one.marks for one in line.log.latest() if one.message.id in sent)
    pair.on_air(31.0)
    pair.cut()
    for _ in range(5):
        pair.on_air(1.0)
        assert not found(pair.north, "C02"), found(pair.north, "C02")
    for side in (pair.north, pair.south):
        assert not found(side, "C02"), found(side, "C02")
        assert not found(side, "C07"), found(side, "C07")
