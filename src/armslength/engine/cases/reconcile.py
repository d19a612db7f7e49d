"""Both sides' counts of one month held against each other: by rule and unit of count, and where and why they differ.

Two findings are of one matter where they are by the same rule, about the act of the same party, and begin within
NEAR_S of each other; the nearest ones first. Nothing that tells aircraft apart is needed for that, nor is it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from armslength.domain.finding import SUSPENDED, Outcome
from armslength.units import NS, stamp

__all__ = ["NEAR_S", "Counted", "Difference", "Row", "of_tree", "reconcile", "table", "unit_of"]

NEAR_S = 120.0
"""Beginnings of one matter, by two sides' clocks and recordings, are that near to each other [s]."""
_UNITS = {
    "C01": "frequency and missed check",
    "C02": "pair and encounter, never call",
    "C05": "missed check",
    "D01": "entry of a flight, never aircraft-minute",
    "D02": "pass of a flight",
    "D04": "activity",
    "D05": "activity",
    "G14": "crew report",
}
_UNIT_OF_KIND = {
    "G": "encounter and ordered pair of elements",
    "C": "message or medium",
    "D": "element",
    "P": "case or session",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A finding as it is counted: rule, outcome, severity name, whose act, beginning to the minute, regime, version."""

    rule: str
    outcome: str
    severity: str
    by: str
    opened_ns: int
    regime: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two sides differ: rule, when it began [UTC ns], and why, in words."""

    rule: str
    opened_ns: int
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """Counts by one rule: what each side has, in breach and in all, and how many both have alike.

    Attributes:
        first, second: (BREACH, all) of each side.
        both: counted by both, with one outcome and severity. differ: by both, but otherwise.
        first_only, second_only: by one alone.
    """

    rule: str
    unit: str
    first: tuple[int, int]
    second: tuple[int, int]
    both: int
    differ: int
    first_only: int
    second_only: int


def unit_of(rule: str) -> str:
    """Return what one finding by a rule stands for."""
    return _UNITS.get(rule, _UNIT_OF_KIND.get(rule[:1], "matter"))


def reconcile(
    names: tuple[str, str], first: Iterable[Counted], second: Iterable[Counted]
) -> tuple[list[Row], list[Difference]]:
    """Return the table of a month, and every difference in it, in order of rule and time.

    Args:
        names: of the two sides. first, second: what each has counted.
    """
    sides = [sorted(side, key=lambda one: (one.rule, one.opened_ns, one.by, one.outcome)) for side in (first, second)]
    rows, differences = list[Row](), list[Difference]()
    for rule in sorted({one.rule for side in sides for one in side}):
        own = [[one for one in side if one.rule == rule] for side in sides]
        pairs, alone = _matched(own[0], own[1])
        said = [_differ(names, one, other) for one, other in pairs]
        differences += [one for one in said if one is not None]
        for place in (0, 1):
            differences += [_alone(names[place], names[1 - place], one) for one in alone[place]]
        apart = sum(one is not None for one in said)
        totals = [(sum(one.outcome == Outcome.BREACH for one in side), len(side)) for side in own]
        rows.append(
            Row(rule, unit_of(rule), totals[0], totals[1], len(pairs) - apart, apart, len(alone[0]), len(alone[1]))
        )
    return rows, sorted(differences, key=lambda one: (one.rule, one.opened_ns, one.why))


def _matched(
    first: Sequence[Counted], second: Sequence[Counted]
) -> tuple[list[tuple[Counted, Counted]], tuple[list[Counted], list[Counted]]]:
    """Return which are of one matter, the nearest first, and what is left on each side."""
    near = sorted(
        (abs(one.opened_ns - other.opened_ns), at, place)
        for at, one in enumerate(first)
        for place, other in enumerate(second)
        if one.by == other.by and abs(one.opened_ns - other.opened_ns) <= NEAR_S * NS
    )
    taken: dict[int, int] = {}
    used = set[int]()
    for _, at, place in near:
        if at not in taken and place not in used:
            taken[at] = place
            used.add(place)
    pairs = [(first[at], second[place]) for at, place in sorted(taken.items())]
    left = [one for at, one in enumerate(first) if at not in taken]
    right = [one for place, one in enumerate(second) if place not in used]
    return pairs, (left, right)


def _differ(names: tuple[str, str], one: Counted, other: Counted) -> Difference | None:
    if (one.outcome, one.severity, one.regime) == (other.outcome, other.severity, other.regime):
        return None
    first, second = names
    if one.regime != other.regime:
        why = (
            f"{first} judged it {one.regime or 'in the usual regime'}, {second} {other.regime or 'in the usual regime'}"
        )
    elif one.version != other.version:
        why = f"{first} judged it by version {one.version} of the terms, {second} by version {other.version}"
    elif one.outcome != other.outcome:
        why = f"{first} has {one.outcome}, {second} {other.outcome}"
        unsure = [name for name, held in zip(names, (one, other), strict=True) if held.outcome == _UNSURE]
        why += f": the data of {unsure[0]} do not decide it" if unsure else ": the recordings contradict each other"
    else:
        why = f"{first} has it as {one.severity}, {second} as {other.severity}"
    return Difference(one.rule, one.opened_ns, why)


_UNSURE = Outcome.NOT_DETERMINABLE.value


def _alone(by: str, other: str, one: Counted) -> Difference:
    whose = f", act of {one.by}" if one.by else ""
    why = f"{by} alone has it ({one.outcome}, {one.severity}{whose}): {other} has none within {NEAR_S:.0f} s"
    if one.regime == SUSPENDED:
        why += "; recorded while the provision was suspended, not judged"
    return Difference(one.rule, one.opened_ns, why)


def table(
    names: tuple[str, str], month: str, rows: Sequence[Row], differences: Sequence[Difference], most: int = 500
) -> str:
    """Return the table in words, for the session: counts, then every difference with why."""
    wide = max([len("Unit of count"), *(len(row.unit) for row in rows)])
    heads = (f"{names[0]}: breach/all", f"{names[1]}: breach/all", "alike", "differ", "alone")
    columns = [max(len(head), 9) for head in heads]
    lines = [f"Counts of {month}, {names[0]} and {names[1]}", ""]
    head = "  ".join(name.rjust(size) for name, size in zip(heads, columns, strict=True))
    lines.append(f"Rule  {'Unit of count'.ljust(wide)}  {head}")
    for row in rows:
        values = (
            _of(row.first), _of(row.second), str(row.both), str(row.differ), f"{row.first_only}+{row.second_only}"
        )  # fmt: skip
        said = "  ".join(value.rjust(size) for value, size in zip(values, columns, strict=True))
        lines.append(f"{row.rule:<4}  {row.unit.ljust(wide)}  {said}")
    if not rows:
        lines.append("Nothing was counted by either side.")
    if differences:
        lines += ["", "Where they differ, and why:"]
        lines += [f"{one.rule}  {stamp(one.opened_ns)[:16]}Z  {one.why}." for one in differences[:most]]
        if len(differences) > most:
            lines.append(f"... and {len(differences) - most:,} more.")
    elif rows:
        lines += ["", "They do not differ."]
    return "\n".join(lines) + "\n"


def _of(counts: tuple[int, int]) -> str:
    return f"{counts[0]}/{counts[1]}"


def of_tree(tree: Mapping[str, object]) -> Counted:
    """Return a finding as the ledger holds it (`Finding.as_dict`, with the version), to be counted.

    Raises:
        KeyError, ValueError: it is none.
    """
    opened = int(str(tree["opened_ns"])) // (60 * NS) * 60 * NS
    return Counted(
        str(tree["rule"]), Outcome(str(tree["outcome"])).value, str(tree["severity"]), str(tree["by"]), opened,
        str(tree.get("regime", "")), int(str(tree.get("version", 0))),
    )  # fmt: skip
