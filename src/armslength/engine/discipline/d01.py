"""D01: nobody enters the sky that the other party has reserved."""

from __future__ import annotations

import numpy as np

from armslength.agreement.articles import Block
from armslength.domain.finding import Finding, Outcome, Severity
from armslength.domain.plot import Bool
from armslength.domain.rule import Parameter, RuleText
from armslength.domain.visit import BLOCK
from armslength.engine.discipline.entry import Case, Entry, Run, between, both, deeper, runs, where, why_unsure
from armslength.units import NM, NS

__all__ = ["TEXT", "active", "judge"]

TEXT = RuleText(
    "D01",
    "Entering the other's reserved block",
    "Nobody flies in a block that the other party has reserved, but at its edge or for a moment.",
    "The agreed river line of November 2017: six to eight crossings a day, about a tenth of the flights; forty "
    "minutes of contact on 13 December 2017.",
    "An aircraft is inside the block, while that is active, by more than the margin over the ground and between its "
    "levels, for more than the time without a break. The entry lasts until it has been outside the block for as long. "
    "One finding for each entry and each flight of up to four within 1 NM. It is not determinable where that depends "
    "on the errors.",
    (
        Parameter("conduct.D01.margin", "margin_m", "m", "so deep inside does not count yet"),
        Parameter("conduct.D01.time", "time_s", "s", "so long inside does not count yet"),
        Parameter("conduct.D01.severe_distance", "severe_distance_m", "m", "deeper inside it is worse"),
        Parameter("conduct.D01.severe_time", "severe_time_s", "s", "longer inside it is worse"),
    ),
    (
        "a transit announced beforehand: an activity that holds all of it",
        "an emergency of its party told at most 30 minutes before",
    ),
    "SEV3; SEV2 where it was certainly deeper than the severe distance, or longer inside than the severe time",
    "the block, where and when it entered and left, how deep",
    "who entered",
    ("block",),
)


def active(block: Block, seconds: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Bool:
    """Return whether a block is in force at each of these times, UTC [s]."""
    out = np.ones(len(seconds), np.bool_)
    if block.from_ns is not None:
        out &= seconds * NS >= block.from_ns
    if block.until_ns is not None:
        out &= seconds * NS < block.until_ns
    if block.hours is not None:
        second, low, high = seconds % 86400, block.hours.from_s, block.hours.until_s
        out &= (second >= low) & (second < high) if low < high else (second >= low) | (second < high)
    return out


def judge(case: Case) -> list[Entry]:
    """Return one entry for each time that the aircraft of a visit was possibly inside its block."""
    visit, figures = case.visit, case.terms.conduct["D01"]
    if visit.place.kind != BLOCK or visit.party == visit.place.party:
        return []
    block = case.terms.blocks[visit.place.number]
    on = active(block, np.round(visit.t).astype(np.int64) + visit.epoch_ns // NS)
    level = between(visit, block.area.floor_m, block.area.ceiling_m)
    deep = where(both(deeper(visit, figures["margin_m"]), level), on)
    inside = where(both(deeper(visit, 0.0), level), on)
    found = runs(visit, deep, inside, figures["time_s"], figures["time_s"])
    return [case.entry(_finding(case, run), run.first, run.last) for run in found]


def _finding(case: Case, run: Run) -> Finding:
    visit, figures = case.visit, case.terms.conduct["D01"]
    span = slice(run.first, run.last + 1)
    at = run.first + int(np.argmax(visit.depth_m[span]))
    depth, error = float(visit.depth_m[at]), float(visit.error_h_m[at])
    lasted = float(visit.t[run.last] - visit.t[run.first])
    severe = bool(np.max(visit.depth_m[span] - visit.error_h_m[span]) > figures["severe_distance_m"])
    severe = run.sure and (severe or run.certain_s > figures["severe_time_s"])
    says = (
        f"It was in the reserved block of {visit.place.party} for {lasted:.0f} s, up to {depth / NM:.2f} NM deep; "
        f"{figures['margin_m'] / NM:.2f} NM for {figures['time_s']:.0f} s do not count yet."
    )
    outcome, severity = Outcome.BREACH, Severity.SEV2 if severe else Severity.SEV3
    if not run.sure:
        outcome, says = Outcome.NOT_DETERMINABLE, f"{says} {why_unsure(visit, run.first, run.last)}"
    excuse = _excuse(case, run)
    if excuse:
        outcome, severity, says = Outcome.NO_BREACH, Severity.SEV4, f"{says} {excuse}: no breach."
    sigma = 2.0 * (depth - figures["margin_m"]) / error if error > 0.0 else None
    return Finding(
        "D01", f"{case.who.address} {visit.place.key}", outcome, severity, visit.party, visit.ns(run.first),
        visit.ns(run.last), depth, figures["margin_m"], "m", (), says, first=case.who.address, margin_sigma=sigma,
    )  # fmt: skip


def _excuse(case: Case, run: Run) -> str:
    """Return why it is no breach; "" where nothing is."""
    visit, span = case.visit, slice(run.first, run.last + 1)
    opened, closed = visit.ns(run.first), visit.ns(run.last)
    if case.told.distressed(visit.party, opened, closed):
        return "Its party had told of an emergency"
    for one in case.told.notices:
        told = one.by == visit.party and one.delivered_ns is not None and one.delivered_ns <= opened
        if told and one.from_ns <= opened and closed < one.until_ns:
            held = one.area.contains(visit.lat[span], visit.lon[span], visit.level_m[span], unknown_level=True)
            if bool(np.all(held)):
                return "The transit was announced"
    return ""
