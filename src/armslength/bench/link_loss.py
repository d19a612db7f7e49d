"""Lost packets between two node processes: nftables drops them, in a network namespace, where that is permitted.

Run as a program it is what happens inside the namespace: `python -m armslength.bench.link_loss PERCENT SECONDS`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from armslength.errors import InputError

INSIDE = ("unshare", "--user", "--map-root-user", "--net")
RATE = 50.0
PATIENCE_S = 240.0
"""How long what is under way may take to arrive: with many lost packets TCP waits long, and connections end [s]."""


def hindrance() -> str:
    """Return why packets cannot be lost here, for people; empty where they can."""
    for name in ("unshare", "ip", "nft"):
        if shutil.which(name) is None:
            return f"the program {name} is not installed"
    done = subprocess.run([*INSIDE, "sh", "-c", _rules(1)], capture_output=True, check=False, timeout=30)
    return "" if done.returncode == 0 else "network namespaces or nftables are not permitted"


def bench_loss(percent: int, seconds: float) -> dict[str, Any]:
    """Send `RATE` messages a second each way for `seconds` while `percent` % of packets are lost; return the account.

    Raises:
        InputError: it cannot be done here, or did not come to an end; says why.
    """
    if why := hindrance():
        raise InputError(f"Packets cannot be lost here: {why}.")
    run = [*INSIDE, sys.executable, "-m", __name__, str(percent), str(seconds)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=seconds + 2 * PATIENCE_S + 60)
    if done.returncode:
        raise InputError(f"Under lost packets: {(done.stderr.strip().splitlines() or ['no answer'])[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rules(percent: int) -> str:
    """Return the commands that bring the loopback up and lose packets on it."""
    chain = "add chain inet loss in { type filter hook input priority 0 ; }"
    rule = f"add rule inet loss in numgen random mod 100 < {percent} drop"
    return f"ip link set lo up && nft add table inet loss && nft '{chain}' && nft '{rule}'"


def _inside(percent: int, seconds: float) -> dict[str, Any]:
    """Do it; this process is in the namespace."""
    from armslength.bench.link import settled
    from armslength.bench.link_side import pair

    subprocess.run(["sh", "-c", "ip link set lo up"], check=True)
    with tempfile.TemporaryDirectory(prefix="armslength-bench-") as name, pair(Path(name)) as (north, south, _):
        subprocess.run(["sh", "-c", _rules(percent)], check=True)
        for side in (north, south):
            side.order("rate", RATE)
        time.sleep(seconds)
        for side in (north, south):
            side.order("rate", 0.0)
        time.sleep(0.3)
        there, back = settled(south, north, PATIENCE_S), settled(north, south, PATIENCE_S)
        opened = sum(one.get("link") == "OPEN" for one in south.heard)
        return {
            "percent": percent,
            "seconds": seconds,
            "opened": opened,
            **{key: there[key] + back[key] for key in there},
        }


if __name__ == "__main__":
    print(json.dumps(_inside(int(sys.argv[1]), float(sys.argv[2]))))
