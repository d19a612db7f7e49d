"""Step 9 of `verify`: two files held against each other.

Two files of one keeper must tell one story. Files of the two sides of an agreement hold each other's checkpoints: what
one side was given must be what the other shows. Where it is not, two signed checkpoints that cannot both be true are
the proof of it, which needs neither file.
"""

from __future__ import annotations

from armslength.crypto.checkpoint import Checkpoint
from armslength.crypto.fork import Fork
from armslength.crypto.keys import groups
from armslength.crypto.merkle import Frontier
from armslength.node.examining import Findings, Step, proven
from armslength.units import counted

__all__ = ["compare"]


def compare(first: Findings, second: Findings) -> tuple[list[Step], list[Fork]]:
    """Hold two books against each other: what was found, and the proofs of two stories that come out of it."""
    if (first.about.agreement, first.about.book) != (second.about.agreement, second.about.book):
        return [Step(9, None, "They are about different agreements: nothing to hold against each other.")], []
    if set(first.about.own_keys) & set(second.about.own_keys):
        return _one_keeper(first, second)
    steps: list[Step] = []
    forks: list[Fork] = []
    for holder, keeper in ((first, second), (second, first)):
        step, fork = _two_sides(holder, keeper)
        steps.append(step)
        if fork is not None:
            forks.append(fork)
    return steps, forks


def _one_keeper(first: Findings, second: Findings) -> tuple[list[Step], list[Fork]]:
    """Two files of one keeper: the shorter must be the beginning of the longer."""
    mine, yours = first.leaves(), second.leaves()
    both = min(len(mine), len(yours))
    differs = next((at for at in range(both) if mine[at] != yours[at]), None)
    if differs is None:
        names = f"{first.name} and {second.name}"
        same = f"{names} are of one keeper and tell one story: {counted(both, 'entry is', 'entries are')} in both."
        return [Step(9, True, f"{same} What the other side says is not among them.")], []
    key = groups(first.about.own_keys[-1])
    said = f"{key} told two stories: entry {differs} of {first.name} is another than that of {second.name}."
    fork = None
    if first.own and second.own:
        one, other = first.own[-1], second.own[-1]
        fork = proven(one, mine, other, yours, min(one.point.size, other.point.size))
    if fork is None:
        said += " It has signed only one of them."
    return [Step(9, False, said, differs)], [fork] if fork is not None else []


def _two_sides(holder: Findings, keeper: Findings) -> tuple[Step, Fork | None]:
    """The checkpoints that `holder` was given, against the entries that `keeper` shows."""
    names = f"{keeper.name} against what {holder.name} was given"
    keys = keeper.about.own_keys
    if holder.theirs and not set(keys) & set(holder.about.their_keys):
        return Step(9, False, f"{names}: it is kept under another key than the other side knows."), None
    given = [one for one in holder.theirs if not one.by.isdisjoint(keys)]
    if not given:
        return Step(9, None, f"{names}: it was given no checkpoint."), None
    roots = _roots(keeper, {one.point.size for one in given})
    agreed = 0
    for one in given:
        point = one.point
        if point.size > keeper.walk.size:
            return _cut(names, keeper, point), None
        if point.size and roots[point.size] != point.root:
            said = f"{names}: among its entries {agreed} to {point.size - 1} is one that it had signed otherwise."
            leaves = keeper.leaves()
            fork = proven(one, None, keeper.own[-1], leaves, point.size) if keeper.own else None
            return Step(9, False, said + ("" if fork else " It has not signed what it shows."), agreed), fork
        agreed = point.size
    signed = f"{counted(len(given), 'checkpoint')}, up to {counted(agreed, 'entry', 'entries')}"
    return Step(9, True, f"{names}: {signed}, of what it shows."), None


def _cut(names: str, keeper: Findings, point: Checkpoint) -> Step:
    """Say what it means that `keeper` shows fewer entries than it has signed for."""
    shown = f"{names}: it signed for {counted(point.size, 'entry', 'entries')} and shows {keeper.walk.size}"
    newest = keeper.own[-1].point.time_ns if keeper.own else 0
    if not keeper.holds:
        return Step(9, None, f"{shown}, because it could not be read further.")
    if keeper.kind == "bundle" and newest < point.time_ns:
        return Step(9, None, f"{shown}: it was exported before. Ask for a newer one.")
    return Step(9, False, f"{shown}: the newest were cut off, or it was set back to an older state.", keeper.walk.size)


def _roots(keeper: Findings, sizes: set[int]) -> dict[int, str]:
    frontier, out = Frontier(), dict[int, str]()
    for leaf in keeper.leaves():
        frontier.append(leaf)
        if frontier.size in sizes:
            out[frontier.size] = frontier.root().hex()
    return out
