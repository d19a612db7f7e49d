"""`make soak`: two nodes for a day of the scenario at speed. No verb: python -m armslength.cli.soak --help."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

TOLD = ("alerts", "sent", "delivered", "lost", "duplicated", "ledgers_agree", "real_s")


def main(words: Sequence[str] | None = None) -> int:
    """Run it; 0 when memory is flat and nothing was lost, 1 when not."""
    from armslength.cli.demo import verb
    from armslength.demo.soak import Soak, by_hour, flat
    from armslength.demo.story import Said

    def say(said: Said) -> None:
        if not said.party:
            print(said.text, file=sys.stderr, flush=True)

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--hours", type=float, default=24.0, help="of the scenario; default 24")
    asked.add_argument("--speed", type=float, default=14.0, help="seconds of the scenario in one second; default 14")
    args = asked.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="armslength-soak-") as folder:
        soak = Soak(Path(folder), 1, args.speed, say, verb)
        soak.rounds = max(1, round(args.hours * 3600.0 / soak.every_s))
        summary = soak.run()
    kinds = {"node": soak.memory, "recorder": soak.recorder}
    steady = {
        f"{party}, {kind}": flat([held for _, held in rows]) for kind, of in kinds.items() for party, rows in of.items()
    }
    hours = {f"{party}, {kind}": by_hour(rows) for kind, of in kinds.items() for party, rows in of.items()}
    told = {key: summary[key] for key in TOLD}
    rows = {"memory": soak.memory, "recorder": soak.recorder}
    print(json.dumps({"rounds": soak.rounds, "flat": steady, "mib_by_hour": hours, **told, **rows}))
    return 0 if all(steady.values()) and not summary["lost"] and summary["ledgers_agree"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
