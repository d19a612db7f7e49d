"""The desk of a running node: what the core must not do itself for a case, because it reads, encrypts and writes files.

    gather    plot store -> what was recorded -> salted leaves -> root;  the home keeps it, encrypted to itself
    disclose  what the terms let be opened of it -> encrypted to both working groups -> pieces for the core to send
    open      pieces -> decrypted -> held against the other side's commitment;  the home keeps it as it came

    HOME/cases/AGREEMENT/ROOT.own.age     everything that was committed to, with its salts
    HOME/cases/AGREEMENT/ROOT.sent.age    what was opened of it, as it was sent
    HOME/cases/AGREEMENT/ROOT.theirs.age  what the other side opened

Each is written before the core is told, and the core enters before anything leaves; a desk that dies before it has
answered is asked again. One thing at a time, in a thread, because it may take seconds.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from armslength.adapters.plot_store.looking import plots_between
from armslength.agreement.document import is_agreement_id
from armslength.crypto.canonical import digest, parse
from armslength.crypto.commitment import commit
from armslength.errors import ArmslengthError, HomeError, StoreError
from armslength.node.desk_gather import BEFORE_S, Wanted, gather
from armslength.node.desk_measure import compared, measure
from armslength.node.desk_package import MOST_BYTES, Package, keep, kept, pack, unpack
from armslength.node.home import Home
from armslength.node.membership import Membership
from armslength.node.private_files import make_folder, read_private, write_private
from armslength.protocol.case_documents import LARGEST_PART
from armslength.units import NS, counted

__all__ = ["FOLDER", "Desk", "read_evidence"]

FOLDER = "cases"
Answers = Callable[[Mapping[str, Any]], Awaitable[object]]
_ROOT = 64


class Desk:
    """Does what the core asks for cases.

    Args:
        home: whose.
        membership: gives whose aircraft is whose, as it was read last.
        answer: takes what was done, for the core.
        tell: tells the own officer what could not be done.
    """

    def __init__(
        self,
        home: Home,
        membership: Callable[[], Membership | None],
        answer: Answers,
        tell: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._home, self._membership, self._answer, self._tell = home, membership, answer, tell
        self._one = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, wanted: Mapping[str, Any]) -> None:
        """Begin what is asked for. Only from the event loop's thread."""
        task = asyncio.get_running_loop().create_task(self._do(wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is under way: the core asks again when the node runs again."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _do(self, wanted: Mapping[str, Any]) -> None:
        try:
            async with self._one:
                done = await asyncio.get_running_loop().run_in_executor(None, self.done, wanted)
                await self._answer({"counterpart": wanted["counterpart"], "case": wanted["case"], **done})
        except ArmslengthError as wrong:
            says = f"Case {wanted['case']}: the evidence could not be dealt with. {wrong}"
            what = {"counterpart": wanted["counterpart"], "case": wanted["case"], "state": "", "what": "desk"}
            self._tell({"event": "case", **what, "says": says})

    def done(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return what came of it, for the core.

        Raises:
            StoreError: the disk does not give or take something.
            HomeError: a key or an identity cannot be read.
        """
        does = {"gather": self._gather, "disclose": self._disclose, "open": self._open}
        return does[str(wanted["do"])](wanted)

    def _gather(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        subject = wanted["subject"]
        around = round(BEFORE_S * NS)
        stored = plots_between(self._home.plots, subject.from_ns - around, subject.until_ns + around)
        parties = (self._home.config.party, str(wanted["counterpart"]))
        pair = (str(wanted["first"]), str(wanted["second"]))
        found = gather(stored, Wanted(subject, pair, self._party_of, parties))
        committed = commit(found.things, secrets.token_bytes)
        root = committed.root().hex()
        data = self._home.vault.encrypt(keep(committed, found.opened))
        self._write(wanted, f"{root}.own.age", data)
        tracks = _tracks(found.things[label] for label in found.opened)
        shown = measure(tracks, wanted["horizontal_m"], wanted["vertical_m"])
        about = {"says": found.says, "file": root, "measured": shown}
        return {"what": "gathered", "root": root, "leaves": committed.size, **about}

    def _disclose(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Encrypt once, and keep that: asked again, the same leaves."""
        root, agreement = _root(wanted), str(wanted["agreement"])
        own = self._read(wanted, f"{root}.own.age")
        committed, labels = kept(self._home.vault.decrypt(own, f"{root}.own.age"))
        sent = self._path(wanted, f"{root}.sent.age")
        if not sent.is_file():
            packed = pack(committed, labels, agreement, str(wanted["under"]), self._home.config.party)
            self._write(wanted, sent.name, self._home.vault.encrypt(packed, [self._recipient(wanted)]))
        data = read_private(sent)
        pieces = [data[at : at + LARGEST_PART] for at in range(0, len(data), LARGEST_PART)]
        says = f"{counted(len(labels), 'minute')} of track opened, of {counted(committed.size, 'leaf', 'leaves')}"
        return {"what": "disclosed", "parts": pieces, "whole": digest(data), "says": says, "file": sent.name}

    def _open(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        root = _root(wanted)
        data = b"".join(wanted["data"])
        name = f"{root}.theirs.age"
        self._write(wanted, name, data)
        found = read_evidence(
            self._home, data, name, root, int(wanted["leaves"]), [str(n) for n in wanted["cases"]],
            str(wanted["party"]),
        )  # fmt: skip
        minutes = sum(len(track) for track in found.tracks.values())
        says = f"It opens {counted(minutes, 'minute')} of {counted(len(found.tracks), 'track')}."
        says = " ".join(found.faults) if found.faults else says
        shown = measure(found.tracks, wanted["horizontal_m"], wanted["vertical_m"]) if not found.faults else None
        differs = compared(self._own_tracks(wanted), found.tracks) if not found.faults else None
        about = {"says": says, "file": name, "measured": shown, "compared": differs}
        return {"what": "opened", "holds": not found.faults, **about}

    def _own_tracks(self, wanted: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return our recording of the same matter, as it is opened to the other side."""
        name = f"{_root(wanted, 'own_root')}.own.age"
        committed, labels = kept(self._home.vault.decrypt(self._read(wanted, name), name))
        return _tracks(one.data for one in committed.open(labels))

    def _party_of(self, address: str, callsign: str) -> str:
        membership = self._membership()
        member = None if membership is None else membership.member(address, callsign)
        return "" if member is None or member.excluded else member.party

    def _recipient(self, wanted: Mapping[str, Any]) -> str:
        known = self._home.counterparts().get(str(wanted["counterpart"]))
        if known is None:
            remedy = "Accept it again: armslength identity accept FILE."
            raise HomeError("The identity of the counterpart is not there.", where=str(wanted["case"]), remedy=remedy)
        return known.recipient

    def _path(self, wanted: Mapping[str, Any], name: str) -> Any:
        agreement = str(wanted["agreement"])
        if not is_agreement_id(agreement):
            raise StoreError("A case is under an agreement whose name cannot be that of a folder.")
        return self._home.path / FOLDER / agreement / name

    def _write(self, wanted: Mapping[str, Any], name: str, data: bytes) -> None:
        path = self._path(wanted, name)
        make_folder(path.parent.parent)
        make_folder(path.parent)
        write_private(path, data)

    def _read(self, wanted: Mapping[str, Any], name: str) -> bytes:
        return read_private(self._path(wanted, name))


def read_evidence(
    home: Home, data: bytes, name: str, root: str, leaves: int, cases: list[str], party: str
) -> Package:  # fmt: skip
    """Return what encrypted evidence of `party` holds, held against its commitment; what is wrong with it is in it.

    Args:
        home: whose key opens it. data, name: the file, and what it is called.
        root, leaves: of the commitment. cases: the numbers of the case. party: whose evidence it is.
    """
    try:
        opened = home.vault.decrypt(data, name)
    except StoreError:
        return Package(faults=("It is not encrypted to this working group, or was damaged.",))
    return unpack(opened, root, leaves, cases, party)


def _tracks(minutes: Iterable[bytes]) -> dict[str, list[dict[str, Any]]]:
    """Return minutes of tracks by the party whose aircraft it is."""
    out: dict[str, list[dict[str, Any]]] = {}
    for data in minutes:
        minute = parse(data, limit=MOST_BYTES)
        out.setdefault(minute["party"], []).append(minute)
    return out


def _root(wanted: Mapping[str, Any], which: str = "root") -> str:
    root = str(wanted[which])
    if len(root) != _ROOT or root.strip("0123456789abcdef"):
        raise StoreError("A commitment has no root.")
    return root
