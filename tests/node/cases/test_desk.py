"""The desk over real homes: what is gathered, what of it leaves, and every way in which it is not what was promised."""

from __future__ import annotations

import base64
import json
import math
import random
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from armslength.adapters.plot_store import PlotStore
from armslength.adapters.plot_store.looking import plots_between
from armslength.crypto.canonical import canonical
from armslength.domain.case import Subject
from armslength.domain.plot import Plot
from armslength.node.desk import FOLDER, Desk
from armslength.node.desk_gather import EARTH_M
from armslength.node.desk_package import kept, pack, unpack
from armslength.node.home import Home
from armslength.node.membership import load_membership
from armslength.units import FT, NS
from node.homes import introduce, make

AT = 1_767_269_000 * NS
DEAL = "river-2026"
MEMBERS = """
[[aircraft]]
party = "North"
member = "North"
ranges = ["d10000-d1ffff"]
category = "fast_jet"

[[aircraft]]
party = "South"
member = "South"
ranges = ["d20000-d2ffff"]
category = "fast_jet"
"""
FLIGHTS = {
    "d10001": (35.0, 36.0, 0.0, 200.0), "d20001": (35.0, 36.05, 0.0, -200.0), "d10002": (37.0, 36.0, 100.0, 0.0),
    "d20002": (35.3, 36.3, -100.0, 0.0), "c0ffee": (35.02, 36.02, 50.0, 50.0),
}  # fmt: skip
"""Address -> latitude, longitude at AT [deg], speed north and east [m/s]."""
SUBJECT = Subject(AT, AT + 30 * NS, 2100, 2161, ("G05",))


def place(address: str, t_s: float) -> tuple[float, float]:
    """Return where an aircraft is `t_s` after AT."""
    lat, lon, north, east = FLIGHTS[address]
    return (
        lat + math.degrees(north * t_s / EARTH_M),
        lon + math.degrees(east * t_s / EARTH_M / math.cos(math.radians(lat))),
    )


@dataclass
class Side:
    """One home, its desk, and what it answered."""

    home: Home
    desk: Desk

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Return what the desk does."""
        other = "South" if self.home.config.party == "North" else "North"
        about = {"do": do, "counterpart": other, "agreement": DEAL, "case": "N-0001", "cases": ["N-0001"]}
        about["under"] = "N-0001"
        minima = {"horizontal_m": 5556.0, "vertical_m": 914.4}
        return self.desk.done({**about, **minima, "subject": SUBJECT, "first": "", "second": "", **more})

    def opens(self, root: str, data: bytes, **more: Any) -> dict[str, Any]:
        """Return what it makes of the other side's evidence."""
        other = "South" if self.home.config.party == "North" else "North"
        about = {"root": root, "leaves": 256, "data": [data], "party": other}
        own = {} if "own_root" in more else {"own_root": self.ask("gather")["root"]}
        return self.ask("open", **{**about, **own, **more})


def fly(home: Home, seed: int) -> None:
    """Record everybody, as this side's radar saw it, every 4 s."""
    rng = random.Random(seed)
    store = PlotStore(home.plots, 86_400.0, 1 << 30)
    for t in range(-400, 400, 4):
        plots = []
        for address in FLIGHTS:
            lat, lon = place(address, float(t))
            plots.append(
                Plot(AT + t * NS, address, lat + rng.gauss(0, 2e-4), lon + rng.gauss(0, 2e-4), "SECRET1",
                     30_000 * FT, accuracy_m=60.0)
            )  # fmt: skip
        store.add("radar of the hill", plots, AT + t * NS)
    store.seal() if seed % 2 else store.sync(now=True)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Side]:
    folder = tmp_path_factory.mktemp("homes")
    north, south = make(folder, "North"), make(folder, "South")
    introduce(north, south)
    members = load_membership(MEMBERS, "members.toml", None)
    for seed, home in enumerate((north, south)):
        fly(home, seed)

    async def answer(done: Any) -> None:
        """Nobody waits for it."""

    first, second = (Side(home, Desk(home, lambda: members, answer, print)) for home in (north, south))
    return first, second


def exchanged(side: Side, other: Side) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Return what was gathered, what was disclosed, and the encrypted whole."""
    found = side.ask("gather")
    sent = side.ask("disclose", root=found["root"])
    return found, sent, b"".join(sent["parts"])


def test_each_opens_to_the_other_what_it_committed_to(sides: tuple[Side, Side]) -> None:
    for side, other in (sides, sides[::-1]):
        found, sent, whole = exchanged(side, other)
        assert "of the aircraft of North" in found["says"] and "of the aircraft of South" in found["says"]
        assert len(sent["parts"]) == math.ceil(len(whole) / 24_576)
        mine = other.ask("gather")
        opened = other.opens(found["root"], whole, leaves=found["leaves"], own_root=mine["root"])
        assert opened["holds"], opened["says"]
        differs = opened["compared"]
        assert differs["told_apart"] and abs(float(differs["lag_s"])) < 0.2 and differs["samples"] > 300
        assert abs(float(differs["east_m"])) < 30.0 and len(differs["differences"]) < 12
        assert opened["says"].endswith("minutes of 2 tracks.")
        for shown in (found["measured"], opened["measured"]):
            figures = {name: float(value) for name, value in shown.items()}
            assert figures["low"] <= figures["share"] <= figures["high"]
            assert figures["d_h_m"] < 200.0 and figures["d_v_m"] == 0.0 and abs(figures["closure_mps"] - 400.0) < 40.0
            assert abs(figures["at_ns"] / NS - AT / NS - 11.4) < 2.0


def test_asked_again_the_desk_gives_the_same(sides: tuple[Side, Side]) -> None:
    found, sent, _ = exchanged(*sides)
    assert sides[0].ask("disclose", root=found["root"]) == sent
    assert sides[0].ask("gather")["root"] != found["root"], "the control: gathered anew it has other salts"


def opened_tree(side: Side, other: Side) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was gathered, and what of it the other side can read."""
    found, _, whole = exchanged(side, other)
    return found, json.loads(zlib.decompress(other.home.vault.decrypt(whole, "x")))


def test_the_two_tracks_are_opened_and_nothing_else(sides: tuple[Side, Side]) -> None:
    found, tree = opened_tree(*sides)
    text = json.dumps(tree)
    leaves = [json.loads(base64.b64decode(one["data"])) for one in tree["opened"]]
    assert {leaf["party"] for leaf in leaves} == {"North", "South"}
    everything = text + "".join(base64.b64decode(one["data"]).decode() for one in tree["opened"])
    for hidden in ("d10001", "d20001", "c0ffee", "SECRET1", "radar"):
        assert hidden not in everything
    own = sides[0].home.vault.decrypt(
        (sides[0].home.path / FOLDER / DEAL / f"{found['root']}.own.age").read_bytes(), "x"
    )
    committed, labels = kept(own)
    closed = {label.split("/")[0] for label in committed.labels if label and label not in labels}
    assert closed == {"raw", "near", "sensor"}, "the control: these were there"
    near = {label.split("/")[1] for label in committed.labels if label.startswith("near/")}
    assert near == {"c0ffee", "d20002"}, "who is far away is nobody's business"
    for leaf in leaves:
        address = "d10001" if leaf["party"] == "North" else "d20001"
        for ms, lat, lon, feet, error in leaf["samples"]:
            t = (int(leaf["from_ns"]) - AT) / NS + ms / 1e3
            true = place(address, t)
            assert abs(lat / 1e4 - true[0]) < 2e-3 and abs(lon / 1e4 - true[1]) < 2e-3
            assert feet == 30_000 and error == 70
            assert abs(t) < 400


def test_named_aircraft_are_the_two(sides: tuple[Side, Side]) -> None:
    found = sides[0].ask("gather", first="d10002", second="d20002")
    whole = b"".join(sides[0].ask("disclose", root=found["root"])["parts"])
    tree = json.loads(zlib.decompress(sides[1].home.vault.decrypt(whole, "x")))
    track = next(
        one for one in (json.loads(base64.b64decode(o["data"])) for o in tree["opened"]) if one["party"] == "North"
    )
    assert abs(track["samples"][0][1] / 1e4 - 37.0) < 0.5


def test_where_nothing_was_recorded_that_is_committed_to(sides: tuple[Side, Side]) -> None:
    before = Subject(AT - 86_400 * NS, AT - 86_300 * NS, 2100, 2161)
    found = sides[0].ask("gather", subject=before)
    assert found["says"] == "Nothing was recorded here that it could be about." and found["leaves"] == 64
    whole = b"".join(sides[0].ask("disclose", root=found["root"])["parts"])
    opened = sides[1].opens(found["root"], whole, leaves=64)
    assert opened["holds"] and "0 minutes of 0 tracks" in opened["says"]


def test_the_files_are_encrypted_and_private(sides: tuple[Side, Side]) -> None:
    exchanged(*sides)
    files = list((sides[0].home.path / FOLDER / DEAL).iterdir())
    assert files and all(path.read_bytes().startswith(b"age-encryption.org/v1") for path in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def lies(sides: tuple[Side, Side]) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Return evidence that is not what was committed to, each with what is asked of it."""
    north, south = sides
    found, tree = opened_tree(north, south)
    about = {"leaves": found["leaves"]}

    def encrypted(changed: dict[str, Any] | bytes) -> bytes:
        data = changed if isinstance(changed, bytes) else zlib.compress(canonical(changed))
        return north.home.vault.encrypt(data, [south.home.identity.recipient])

    def with_first(**more: Any) -> dict[str, Any]:
        first = {**tree["opened"][0], **more}
        return {**tree, "opened": [first, *tree["opened"][1:]]}

    other = north.ask("gather")
    committed, labels = kept(
        north.home.vault.decrypt((north.home.path / FOLDER / DEAL / f"{other['root']}.own.age").read_bytes(), "x")
    )
    raw = [label for label in committed.labels if label.startswith("raw/")][:1]
    return {
        "made anew": (encrypted(pack(committed, labels, DEAL, "N-0001", "North")), about),
        "moved leaf": (encrypted(with_first(index=tree["opened"][0]["index"] ^ 1)), about),
        "without proof": (encrypted(with_first(proof=[])), about),
        "other salt": (encrypted(with_first(salt="00" * 32)), about),
        "another case": (encrypted({**tree, "case": "N-0002"}), about),
        "another side's": (encrypted({**tree, "by": "South"}), about),
        "no JSON": (encrypted(zlib.compress(b"{]")), about),
        "not compressed": (encrypted(b"junk"), about),
        "a bomb": (encrypted(zlib.compress(bytes(40 << 20), 9)), about),
        "not for us": (north.home.vault.encrypt(zlib.compress(canonical(tree))), about),
        "cut": (encrypted(tree)[:-40], about),
        "no track": (encrypted(pack(committed, raw, DEAL, "N-0001", "North")), {**about, "root": other["root"]}),
    }


def test_every_lie_is_told_as_one(sides: tuple[Side, Side]) -> None:
    found, tree = opened_tree(*sides)
    honest = unpack(zlib.compress(canonical(tree)), found["root"], found["leaves"], ["N-0001"], "North")
    assert honest.faults == () and set(honest.tracks) == {"North", "South"}, "the control"
    said = {}
    for name, (data, about) in lies(sides).items():
        opened = sides[1].opens(**{"root": found["root"], "data": data, **about})
        assert opened["holds"] is False, name
        said[name] = opened["says"]
    assert said["not for us"].startswith("It is not encrypted to this working group")
    assert said["another case"].startswith("It is evidence of another case")
    assert "no track" in said["no track"] and "cannot be read" in said["a bomb"]
    assert "not committed to" in said["without proof"]


def test_the_store_is_read_beside_its_writer(sides: tuple[Side, Side]) -> None:
    for side in sides:  # one has a journal open, the other is sealed
        ((source, plots),) = plots_between(side.home.plots, AT - 10 * NS, AT + 10 * NS)
        assert source == "radar of the hill" and len(plots) == 5 * len(FLIGHTS)
    assert plots_between(sides[0].home.plots, 0, NS) == []
    assert plots_between(Path("nowhere"), 0, NS) == []
