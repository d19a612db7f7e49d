"""Two cores whose desks, ledgers and agreements are those of real homes, so that a case can be handed out of them."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from armslength.adapters.plot_store import PlotStore
from armslength.adapters.store import Store
from armslength.agreement.document import AGREEMENT_TYPE, Document, Signatory, terms_tree
from armslength.agreement.identity import seal_identity
from armslength.agreement.trust import Standing
from armslength.crypto.envelope import seal
from armslength.domain.plot import Plot
from armslength.node.agreement_files import sealed
from armslength.node.desk import Desk
from armslength.node.desk_gather import EARTH_M
from armslength.node.home import Home, open_home
from armslength.node.membership import load_membership
from armslength.node.private_files import make_folder, write_private
from armslength.protocol.writes import Put
from armslength.units import FT, NS
from node.cases.case_pair import CasePair
from node.core.pair import BEGIN_NS, MEMBERS, Side
from node.homes import introduce, make

FLIGHTS = {
    "d10001": (35.1, 36.2, 0.0, 200.0),
    "d20001": (35.1, 36.23, 0.0, -200.0),
    "d20002": (35.3, 36.3, -100.0, 0.0),
    "c0ffee": (35.02, 36.02, 50.0, 50.0),
}
"""Address -> latitude, longitude at the beginning [deg], speed north and east [m/s]."""


class HomePair(CasePair):
    """NORTH and SOUTH, each with a home in `folder`."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder = folder
        self.homes: dict[str, Home] = {}
        self.desk_of: dict[str, Desk] = {}
        super().__init__(**more)
        members = load_membership(MEMBERS, "members.toml", None)
        for seed, side in enumerate((self.north, self.south)):
            home = _home(folder, side)
            self.homes[side.party] = home
            _fly(home, seed)

            async def answer(done: Any) -> None:
                """Nobody waits for it."""

            self.desk_of[side.party] = Desk(home, lambda: members, answer, print)
        introduce(self.homes["NORTH"], self.homes["SOUTH"])
        self.standing = self.ratify()

    def ratify(self) -> Standing:
        """Let both sign the agreement, and keep it in both homes."""
        sides = [Signatory(side.party, f"{side.party} POST", side.key.public, "5" * 64) for side in
                 (self.north, self.south)]  # fmt: skip
        begins, ends = BEGIN_NS - 86_400 * NS, BEGIN_NS * 2
        terms = terms_tree(self.terms)
        document = Document(self.agreement, 1, None, (sides[0], sides[1]), begins, ends, terms, "5" * 32)
        standing = Standing(self.agreement)
        standing.consider(seal(AGREEMENT_TYPE, document.to_bytes(), self.north.key, self.south.key), begins)
        for home in self.homes.values():
            make_folder(home.agreements / self.agreement)
            for path, data in sealed(home, self.agreement, standing.records()).items():
                write_private(home.path / path, data)
        return standing

    def answer(self, side: Side, ask: Mapping[str, Any]) -> dict[str, Any]:
        """Let the desk of the home do it."""
        desk = self.desk_of[side.party]
        return {"counterpart": ask["counterpart"], "case": ask["case"], **desk.done(ask)}

    def keep(self) -> None:
        """Write what both sides have committed into the ledgers of their homes."""
        for side in (self.north, self.south):
            store = Store(self.homes[side.party].ledger)
            entries = [(book, one) for book, held in side.store.entries.items() for one in held]
            writes = [Put(space, key, value) for space, rows in side.store.rows.items() for key, value in rows.items()]
            store.commit(entries, writes)
            store.close()


def _home(folder: Path, side: Side) -> Home:
    """Return a home with the key of `side`."""
    made = make(folder, side.party)
    identity = replace(made.identity, key=side.key.public)
    write_private(made.path / "identity.key", f"{side.key.seed.hex()}\n".encode())
    write_private(made.path / "own.identity", seal_identity(identity, side.key))
    return open_home(made.path)


def _fly(home: Home, seed: int) -> None:
    """Record everybody around the beginning, as this side's radar saw it, every 4 s."""
    rng = random.Random(seed)
    store = PlotStore(home.plots, 86_400.0, 1 << 30)
    for t in range(-320, 340, 4):
        plots = []
        for address, (lat, lon, north, east) in FLIGHTS.items():
            lat_at = lat + math.degrees(north * t / EARTH_M) + rng.gauss(0, 1e-4)
            lon_at = lon + math.degrees(east * t / EARTH_M / math.cos(math.radians(lat))) + rng.gauss(0, 1e-4)
            plots.append(
                Plot(BEGIN_NS + t * NS, address, lat_at, lon_at, "SECRET1", 30_000 * FT, accuracy_m=60.0)
            )  # fmt: skip
        store.add("radar of the hill", plots, BEGIN_NS + t * NS)
    store.seal()
