"""The files of agreements in a home: each document and notice one age file, with the times at which it was believed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from armslength.agreement.document import LARGEST_ENVELOPE, is_agreement_id
from armslength.agreement.trust import Record, Standing
from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import from_tree, to_tree
from armslength.errors import AgreementError, HomeError, RemoteProtocolError
from armslength.node.home import Home
from armslength.node.private_files import read_private

__all__ = ["load", "sealed"]

_LARGEST_FILE = 2 * LARGEST_ENVELOPE


def load(home: Home) -> dict[str, Standing]:
    """Return how every agreement of `home` stands, every signature checked again.

    Raises:
        HomeError: a file cannot be read, or what lies there does not hold together.
        StoreError: a file cannot be decrypted.
    """
    folders = sorted(one for one in home.agreements.iterdir() if one.is_dir() and is_agreement_id(one.name))
    found = {folder.name: _load(home, folder) for folder in folders}
    return {name: standing for name, standing in found.items() if standing.documents}


def sealed(home: Home, agreement: str, records: Mapping[str, Record]) -> dict[str, bytes]:
    """Return the files of `records`, given by digest: encrypted to this home, by their paths in it."""
    return {
        f"agreements/{agreement}/{found.removeprefix('sha256:')[:32]}.age": home.vault.encrypt(_to_bytes(record))
        for found, record in records.items()
    }


def _to_bytes(record: Record) -> bytes:
    return canonical(
        {
            "order": record.order,
            "seen_ns": str(record.seen_ns),
            "complete_ns": None if record.complete_ns is None else str(record.complete_ns),
            "envelope": to_tree(record.envelope),
        }
    )


def _load(home: Home, folder: Path) -> Standing:
    records = [_record(home, path) for path in sorted(folder.glob("*.age"))]
    try:
        return Standing.restore(folder.name, records)
    except AgreementError as wrong:
        what = f"The files of this agreement do not hold together: {wrong}"
        remedy = "Bring the folder back from the backup of the home."
        raise HomeError(what, where=str(folder), remedy=remedy) from None


def _record(home: Home, path: Path) -> Record:
    data = home.vault.decrypt(read_private(path), str(path))
    try:
        tree = parse(data, limit=_LARGEST_FILE)
        complete = tree["complete_ns"]
        envelope = from_tree(tree["envelope"])
        return Record(envelope, int(tree["seen_ns"]), None if complete is None else int(complete), int(tree["order"]))
    except (RemoteProtocolError, KeyError, ValueError, TypeError):
        remedy = "Bring the file back from the backup of the home."
        raise HomeError("It is not what was kept there.", where=str(path), remedy=remedy) from None
