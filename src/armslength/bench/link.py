"""What the ground line carries, and that it loses nothing: two node processes, a cable between them, SIGKILL.

Every figure is taken from outside: the sender's ledger says what it accepted, the receiver's ledger what arrived.
"""

from __future__ import annotations

import json
import os
import platform
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from armslength.bench.chaos import Cable
from armslength.bench.link_loss import bench_loss, hindrance
from armslength.bench.link_node import AGREEMENT, Post
from armslength.bench.link_side import PATIENCE_S, Side, pair

Say = Callable[[str], None]
TARGETS = {"one_by_one_per_s": 300.0, "together_per_s": 2000.0, "backlog_s": 3.0, "lost": 0, "duplicated": 0}
"""What is asked of it: durable messages a second one by one and in group commits, seconds to clear a backlog."""
RATE = 50.0
"""Messages a second during cuts and kills."""
LOSS = 10
"""Lost packets [%]."""


def said(post: Post, kind: str) -> list[tuple[str, int, str]]:
    """Return (precedence, number, id) of every message of `kind` in the ledger, in its order."""
    from armslength.adapters.store import read_only

    found = []
    with read_only(post.store) as store:
        for _, _, header, _, payload in store.rows(AGREEMENT):
            if json.loads(header)["kind"] == kind:
                told = json.loads(payload)
                found.append((told["precedence"], int(told["seq"]), told["id"]))
    return found


def account(sender: Side, receiver: Side) -> dict[str, Any]:
    """Compare what one side accepted with what the other received. Both processes may be running.

    Returns:
        sent, received, lost, duplicated, out_of_order, and accepted: told to the sender's caller and not in its ledger.
    """
    out, into = said(sender.post, "message out"), said(receiver.post, "message in")
    sent, got = [one[2] for one in out], Counter(one[2] for one in into)
    disordered = 0
    highest: dict[str, int] = {}
    for precedence, number, _ in into:
        disordered += number < highest.get(precedence, -1)
        highest[precedence] = max(number, highest.get(precedence, -1))
    return {
        "sent": len(sent),
        "received": sum(got.values()),
        "lost": len(set(sent) - got.keys()),
        "duplicated": sum(got.values()) - len(got),
        "foreign": len(got.keys() - set(sent)),
        "out_of_order": disordered,
        "accepted_but_not_kept": len(set(sender.accepted) - set(sent)),
        "refused": len(sender.refused),
    }


def settled(sender: Side, receiver: Side, patience_s: float | None = None) -> dict[str, Any]:
    """Wait until everything sent has arrived and return the account; where it never does, that says what is lost."""
    end = time.monotonic() + (PATIENCE_S if patience_s is None else patience_s)
    while True:
        found = account(sender, receiver)
        # The ledger of the sender is read first: what it says between the two looks foreign, and is not the next time.
        if found["lost"] == found["foreign"] == 0 or time.monotonic() > end:
            return found
        time.sleep(0.2)


def burst(sender: Side, receiver: Side, count: int, how: str) -> dict[str, Any]:
    """Send `count` messages, how: "one" (each is kept before the next is said) or "together" (group commits)."""
    begin, before = len(sender.heard), [side.cpu_s() for side in (sender, receiver)]
    sender.order(how, count)
    done = sender.wait("burst", begin)
    spent = [side.cpu_s() - start for side, start in zip((sender, receiver), before, strict=True)]
    return {
        "sender_cpu_ms": 1e3 * spent[0] / count,
        "receiver_cpu_ms": 1e3 * spent[1] / count,
        "messages": count,
        "kept_per_s": count / done["kept_s"],
        "per_s": count / done["marked_s"],
        "marked_s": done["marked_s"],
    }


def cut(sender: Side, receiver: Side, cable: Cable, seconds: float) -> dict[str, Any]:
    """Cut the cable for `seconds` under `RATE`; return how long the backlog took to clear."""
    sender.order("rate", RATE)
    time.sleep(min(1.0, seconds / 10))
    cable.be(cut=True)
    time.sleep(seconds)
    sender.order("rate", 0.0)
    time.sleep(0.2)
    begin = len(sender.heard)
    waiting = len(said(sender.post, "message out")) - len(said(receiver.post, "message in"))
    cable.mend()
    mended = time.monotonic()
    opened = sender.wait("link", begin, lambda one: one["link"] == "OPEN")["at_s"]
    sender.order("idle")
    cleared = sender.wait("idle_s", begin)["idle_s"]
    return {
        "cut_s": seconds,
        "backlog": waiting,
        "open_after_mending_s": opened - mended,
        "cleared_after_opening_s": cleared - opened,
        **settled(sender, receiver),
    }


def kill(first: Side, second: Side, kills: int, seed: int, say: Say) -> dict[str, Any]:
    """Kill one side or the other at random moments, `kills` times, while both send; return the account both ways."""
    chance = random.Random(seed)
    rates = {first: RATE * 0.8, second: RATE * 0.2}

    def begin(side: Side) -> None:
        side.start()
        side.order("rate", rates[side])

    for side, rate in rates.items():
        side.order("rate", rate)
    for number in range(kills):
        time.sleep(chance.uniform(0.05, 1.0))
        side = chance.choice([first, second])
        side.kill()
        time.sleep(chance.uniform(0.0, 0.3))
        begin(side)
        if (number + 1) % 10 == 0:
            say(f"killed {number + 1} of {kills}")
    time.sleep(0.5)
    for side in rates:
        side.order("rate", 0.0)
    time.sleep(0.3)
    there, back = settled(first, second), settled(second, first)
    return {"kills": kills, **{name: there[name] + back[name] for name in there}}


def bench_link(
    kills: int, cut_s: float, loss_s: float, count: int, scratch: Path | None, seed: int, say: Say
) -> dict[str, Any]:
    """Measure everything; return the figures with the machine and the targets.

    Args:
        kills: how often a node is killed.
        cut_s: how long the cable is cut [s].
        loss_s: how long packets are lost [s].
        count: messages of each burst.
        scratch: folder for the ledgers, on the disk that is to be measured; None is the system's.
        seed: of what happens by chance.
        say: told what is being done.

    Raises:
        InputError: a node of the bench ended, or never answered.
    """
    figures: dict[str, Any] = {"targets": TARGETS, "machine": machine()}
    with tempfile.TemporaryDirectory(prefix="armslength-bench-", dir=scratch) as name:
        for folder in ("bursts", "cut", "kills"):
            (Path(name) / folder).mkdir()
        with pair(Path(name) / "bursts", seed) as (north, south, _):
            say("durable messages, one by one")
            figures["one_by_one"] = burst(south, north, count, "one")
            say("durable messages, in group commits")
            figures["together"] = burst(south, north, count * 2, "together")
            figures["bursts"] = settled(south, north)
        if cut_s:
            with pair(Path(name) / "cut", seed) as (north, south, cable):
                say(f"a cut of {cut_s:g} s")
                figures["cut"] = cut(south, north, cable, cut_s)
        if kills:
            with pair(Path(name) / "kills", seed) as (north, south, _):
                say(f"killing a node {kills} times")
                figures["kills"] = kill(south, north, kills, seed, say)
    if loss_s:
        why = hindrance()
        say(f"{LOSS} % of packets lost for {loss_s:g} s" if not why else f"no lost packets: {why}")
        figures["loss"] = {"skipped": why} if why else bench_loss(LOSS, loss_s)
    return figures


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
