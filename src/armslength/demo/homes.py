"""The two homes of the demonstration: made, made known to each other, given terms, a clock and something to hear.

All of it by the verbs that a user has; only what a person would write with an editor is written here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from armslength.adapters.loopback import HOST
from armslength.agreement.articles import Assistance, Automation, Frequency, GroundLine
from armslength.agreement.reading import read_terms
from armslength.agreement.writing import write_terms
from armslength.node.clock import ScaledClock
from armslength.scenario.papers import members, terms_of
from armslength.scenario.sky import Sky
from armslength.units import stamp

CHECK_S = 120.0
"""The terms of the demonstration want the line tested this often [s]."""
GRACE_S = 5400.0
"""Between the two acts both nodes are off for an hour, which is no breach of the terms [s]."""
RESCUE = "PUBLIC RESCUE CENTRE, +00 000 0000"
TERMS = "terms.toml"
PLAN = (
    Frequency("F1", "132.055", "primary", "voice and data"),
    Frequency("F2", "127.480", "alternate", "voice and data"),
    Frequency("F3", "121.500", "guard", "voice"),
)
"""The frequency plan of the demonstration."""
DATA = ("F1", "F2")
"""Those of it on which messages travel."""
Verb = Callable[..., None]
"""`verb("agreement", "sign", FILE)` does what the command line does, and raises what it raises."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on loopback: ground line and API of a node, and its feeds, by name of the source."""

    ground_line: int
    api: int
    feeds: Mapping[str, int]
    ether: int = 0
    """UDP port of the simulated ether; 0: no radios."""


def make_home(verb: Verb, home: Path, party: str) -> None:
    """Make the home of `party`. HomeError where that cannot be done."""
    verb("init", "--home", home, "--party", party, "--post", f"{party} POST")


def accept(verb: Verb, home: Path, identity: Path) -> None:
    """Accept the identity of the other side, whose fingerprint was compared."""
    verb("identity", "accept", identity, "--home", home)


def draft(verb: Verb, folder: Path, sky: Sky, homes: Sequence[Path]) -> Path:
    """Draft the terms of the demonstration between two homes; return the draft, edited as a person would."""
    file = folder / TERMS
    verb("agreement", "draft", "--profile", "threes", "--between", *(h / "own.identity" for h in homes), "--out", file)
    drafted = read_terms(file.read_text("utf-8"), str(file)).terms
    wanted = terms_of(sky)
    named = {party.name: party for party in wanted.parties}
    parties = tuple(
        replace(named[p.name], post=p.post, callsign=f"{p.name} AIRCRAFT") for p in drafted.parties
    )  # fmt: skip
    edited = replace(
        drafted, area=wanted.area, exempt=wanted.exempt, blocks=wanted.blocks, parties=parties,
        manoeuvre=wanted.manoeuvre,
        ground_line=GroundLine(check_every_s=CHECK_S, grace_s=GRACE_S), automation=Automation(traffic_advisory=True),
        assistance=Assistance(rescue_centre=RESCUE), frequencies=PLAN,
    )  # fmt: skip
    file.write_text(write_terms(edited), encoding="utf-8")
    return file


def write_members(home: Path, sky: Sky) -> None:
    """Write whose aircraft is whose; each side has its own file."""
    path = home / "members.toml"
    path.write_text(members(sky), encoding="utf-8")
    path.chmod(0o600)


def write_node_file(
    home: Path, party: str, other: str, ports: Ports, dial: int | None, clock: ScaledClock, heard: Mapping[str, Any]
) -> None:  # fmt: skip
    """Write node.toml as an editor would.

    Args:
        home: whose. party, other: both sides.
        ports: where it listens.
        dial: the port on which `other` can be called; None where it calls us.
        clock: of both nodes.
        heard: the sources of the party, from `scenario.live.write_live`; empty: none yet.
    """
    q = json.dumps
    rows = [
        f"party = {q(party)}", f"post = {q(party + ' POST')}", "",
        "[listen]", f'ground_line = "{HOST}:{ports.ground_line}"', f'api = "{HOST}:{ports.api}"', "",
        "[clock]", f"speed = {clock.speed:g}", f"utc_origin = {q(stamp(clock.utc_origin_ns))}",
        f'monotonic_origin = "{clock.mono_origin_s:.6f} s"', "",
        "[[counterpart]]", f"name = {q(other)}",
    ]  # fmt: skip
    rows += [f'dial = ["wss://{HOST}:{dial}/ground"]'] if dial is not None else []
    for name in DATA if ports.ether else ():
        rows += ["", "[[radio]]", f"counterpart = {q(other)}", f"frequency = {q(name)}"]
        rows += [f'callsign = "{party[:5]}1"', f'via = "ether:{ports.ether}"']
    for name, source in heard.items():
        kind = ['kind = "sbs"', 'stamps = "UTC"'] if source["kind"] == "broadcast" else ['kind = "json_lines"']
        rows += ["", "[[feed]]", f"name = {q(name)}", *kind, f'host = "{HOST}"', f"port = {ports.feeds[name]}"]
        rows += ["own = true"] if source["kind"] == "own" else []
    (home / "node.toml").write_text("\n".join(rows) + "\n", encoding="utf-8")
