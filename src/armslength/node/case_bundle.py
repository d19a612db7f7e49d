"""The bundle of a case: all that was said in it in one file, for a third person, who need trust nobody.

Lines of canonical JSON (RFC 8785), each ended by one line feed, in this order and no other; docs/cases.md has them
field by field:

    {"format": "armslength case bundle 1", ...}   which case, whose keys counted when, how many of each line follow
    {"checkpoint": ..., "of": "own"}               the newest own state, and before it the newest countersigned one
    {"checkpoint": ..., "of": "theirs"}            the newest state of the other side's ledger that is known
    {"entry": ..., "payload": ..., "proof": ..., "salt": ...}   documents, messages and marks, with their audit paths
    {"by": ..., "opened": ...}                     what was opened of the evidence, leaf by leaf
    {"seal": ...}                                  signed over the digest of every byte before it

Of the ledger there is nothing in it but what belongs to the case and the messages around it: the audit path of an
entry shows where it stands, and nothing of its neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from armslength.crypto.canonical import DEEPEST, canonical, parse
from armslength.crypto.commitment import Opened
from armslength.crypto.envelope import Envelope, from_tree, seal, signers, to_tree
from armslength.crypto.keys import SigningKey, groups, is_public
from armslength.crypto.ledger import LONGEST_PAYLOAD, SALT, is_hash, is_stamp
from armslength.node.bundle import Lines
from armslength.node.desk_package import read_leaf, write_leaf

__all__ = [
    "CASE_BUNDLE_TYPE",
    "CASE_FORMAT",
    "CaseAbout",
    "CaseExhibit",
    "KeyTime",
    "Leaf",
    "Proven",
    "begins_case_bundle",
    "read_case_bundle",
    "write_case_bundle",
]

CASE_FORMAT = "armslength case bundle 1"
CASE_BUNDLE_TYPE = "application/vnd.armslength.case-bundle+json"
MOST_LINES = 50_000
_DEEPEST = DEEPEST + 4
_LONGEST_PATH = 64
_COUNTS = {"entries", "leaves", "own", "theirs"}
_FIRST = {"agreement", "also", "case", "counts", "exported_ns", "format", "keys", "other", "own"}
_KEY = {"from_ns", "key", "party", "until_ns", "version"}


@dataclass(frozen=True, slots=True)
class KeyTime:
    """From when until when a key was that of a party: `until_ns` None while it is. `version` of the agreement named it.

    Stamps are UTC [ns] by the clock of who exports.
    """

    party: str
    key: str
    from_ns: int
    until_ns: int | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseAbout:
    """What a case bundle says about itself; none of it is believed.

    Attributes:
        agreement: id. case, also: the number it goes by, and the others under which it was opened.
        own, other: the party that exports, and the other one.
        keys: whose key counted when.
        exported_ns: UTC [ns].
    """

    agreement: str
    case: str
    also: tuple[str, ...]
    own: str
    other: str
    keys: tuple[KeyTime, ...]
    exported_ns: int


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry of the ledger with its audit path under the newest own state; `line` in the file, 0 where unknown."""

    header: bytes
    payload: bytes
    salt: bytes
    proof: tuple[bytes, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the evidence of a party, opened."""

    by: str
    opened: Opened
    line: int = 0


@dataclass(frozen=True, slots=True)
class CaseExhibit:
    """A case bundle as it was read; of one form, sealed, and nothing more.

    Attributes:
        own, theirs: signed states. entries, leaves: in the order of the file. sealed: the key that sealed it.
    """

    name: str
    about: CaseAbout
    own: tuple[Envelope, ...]
    theirs: tuple[Envelope, ...]
    entries: tuple[Proven, ...]
    leaves: tuple[Leaf, ...]
    sealed: str


def write_case_bundle(
    out: IO[bytes],
    about: CaseAbout,
    own: Sequence[Envelope],
    theirs: Sequence[Envelope],
    entries: Sequence[Proven],
    leaves: Sequence[Leaf],
    key: SigningKey,
) -> str:
    """Write the bundle of a case to `out` and return the digest of all before the seal.

    Args:
        out: where to; the caller makes sure that it appears whole or not at all.
        about: what is said in the first line.
        own: the newest own state last. theirs: the newest of the other side, or none.
        entries, leaves: what is shown. key: seals it.
    """
    total = hashlib.sha256()

    def line(tree: dict[str, Any]) -> None:
        data = canonical(tree, deepest=_DEEPEST) + b"\n"
        total.update(data)
        out.write(data)

    line(_first(about, {"entries": len(entries), "leaves": len(leaves), "own": len(own), "theirs": len(theirs)}))
    for whose, envelopes in (("own", own), ("theirs", theirs)):
        for envelope in envelopes:
            line({"checkpoint": to_tree(envelope), "of": whose})
    for one in entries:
        payload = parse(one.payload, limit=LONGEST_PAYLOAD)
        path = [step.hex() for step in one.proof]
        line({"entry": parse(one.header), "payload": payload, "proof": path, "salt": one.salt.hex()})
    for leaf in leaves:
        line({"by": leaf.by, "opened": write_leaf(leaf.opened)})
    text = "sha256:" + total.hexdigest()
    out.write(canonical({"seal": to_tree(seal(CASE_BUNDLE_TYPE, _sealed(about, text), key))}) + b"\n")
    return text


def begins_case_bundle(data: bytes) -> bool:
    """Return whether the first bytes of a file are those of the bundle of a case."""
    return data.startswith(b'{"agreement":') and f'"format":"{CASE_FORMAT}"'.encode() in data.partition(b"\n")[0]


def read_case_bundle(file: IO[bytes], name: str) -> CaseExhibit:
    """Return what is in `file`, open for reading at its beginning.

    Raises:
        LedgerError: it has not the form of the bundle of a case, or its seal does not hold; names the line.
    """
    lines = Lines(file, name)
    about, counts = _read_first(lines)
    points: dict[str, list[Envelope]] = {"own": [], "theirs": []}
    for whose in ("own", "theirs"):
        for _ in range(counts[whose]):
            tree = lines.take({"checkpoint", "of"})
            if tree["of"] != whose:
                raise lines.wrong("Own states come first, then the other side's, as many as the first line says.")
            points[whose].append(lines.reading(from_tree, tree["checkpoint"]))
    entries = []
    for number in range(counts["entries"]):
        lines.about = f"entry {number + 1} of {counts['entries']}"
        entries.append(_entry(lines))
    leaves = []
    for number in range(counts["leaves"]):
        lines.about = f"piece {number + 1} of {counts['leaves']} of the evidence"
        leaves.append(_leaf(lines))
    sealed = _check_seal(lines, about)
    return CaseExhibit(
        name, about, tuple(points["own"]), tuple(points["theirs"]), tuple(entries), tuple(leaves), sealed
    )  # fmt: skip


def _first(about: CaseAbout, counts: dict[str, int]) -> dict[str, Any]:
    keys = [
        {
            "from_ns": str(one.from_ns),
            "key": one.key,
            "party": one.party,
            "until_ns": None if one.until_ns is None else str(one.until_ns),
            "version": one.version,
        }
        for one in about.keys
    ]
    return {
        "agreement": about.agreement,
        "also": list(about.also),
        "case": about.case,
        "counts": counts,
        "exported_ns": str(about.exported_ns),
        "format": CASE_FORMAT,
        "keys": keys,
        "other": about.other,
        "own": about.own,
    }


def _read_first(lines: Lines) -> tuple[CaseAbout, dict[str, int]]:
    tree = lines.take(_FIRST)
    counts, keys, also = tree["counts"], tree["keys"], tree["also"]
    texts = [tree[name] for name in ("agreement", "case", "own", "other")]
    if (
        tree["format"] != CASE_FORMAT
        or not isinstance(counts, dict)
        or counts.keys() != _COUNTS
        or not all(type(size) is int and size >= 0 for size in counts.values())
        or sum(counts.values()) > MOST_LINES
        or not isinstance(also, list)
        or not all(isinstance(text, str) and text for text in [*texts, *also])
        or not is_stamp(tree["exported_ns"])
        or not isinstance(keys, list)
        or len(keys) > 256
        or not all(_is_key(one) for one in keys)
        or tree["own"] == tree["other"]
    ):
        raise lines.wrong(f"It is not the first line of the bundle of a case ({CASE_FORMAT}).")
    known = tuple(_key_time(one) for one in keys)
    agreement, case, own, other = texts
    return CaseAbout(agreement, case, tuple(also), own, other, known, int(tree["exported_ns"])), counts


def _key_time(one: dict[str, Any]) -> KeyTime:
    until = None if one["until_ns"] is None else int(one["until_ns"])
    return KeyTime(one["party"], one["key"], int(one["from_ns"]), until, one["version"])


def _is_key(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.keys() == _KEY
        and isinstance(one["party"], str)
        and isinstance(one["key"], str)
        and is_public(one["key"])
        and is_stamp(one["from_ns"])
        and (one["until_ns"] is None or is_stamp(one["until_ns"]))
        and type(one["version"]) is int
    )


def _entry(lines: Lines) -> Proven:
    tree = lines.take({"entry", "payload", "proof", "salt"}, {"entry", "payload", "salt"})
    salt = tree["salt"]
    if not isinstance(salt, str) or len(salt) != 2 * SALT or salt.strip("0123456789abcdef"):
        raise lines.wrong(f"Its salt is not {SALT} bytes.")
    if "proof" not in tree:
        raise lines.wrong("Its proof is missing: nothing shows that it stands in the ledger.")
    path = tree["proof"]
    if not isinstance(path, list) or len(path) > _LONGEST_PATH or not all(is_hash(step) for step in path):
        raise lines.wrong("Its proof is not a list of hashes.")
    header, payload = canonical(tree["entry"], deepest=_DEEPEST), canonical(tree["payload"], deepest=_DEEPEST)
    return Proven(header, payload, bytes.fromhex(salt), tuple(bytes.fromhex(step) for step in path), lines.number)


def _leaf(lines: Lines) -> Leaf:
    tree = lines.take({"by", "opened"})
    if not isinstance(tree["by"], str):
        raise lines.wrong("It is not said whose evidence it is.")
    try:
        return Leaf(tree["by"], read_leaf(tree["opened"]), lines.number)
    except (ValueError, TypeError, KeyError):
        raise lines.wrong("It is no opened piece of evidence: its place, salt, bytes or proof is missing.") from None


def _check_seal(lines: Lines, about: CaseAbout) -> str:
    """Return the key that sealed all lines before, once nothing follows and the signature holds."""
    lines.about = "the seal"
    tree = lines.take({"seal"})
    envelope: Envelope = lines.reading(from_tree, tree["seal"])
    total = lines.end()
    if envelope.payload_type != CASE_BUNDLE_TYPE or len(envelope.signatures) != 1:
        raise lines.wrong("It is signed as something else than the bundle of a case, or not by one key.")
    if envelope.payload != _sealed(about, total):
        raise lines.wrong("What stands before the seal is not what was sealed: something in the file was changed.")
    if not signers(envelope):
        raise lines.wrong("The signature of the seal is not valid.")
    key = envelope.signatures[0][0]
    if key not in {one.key for one in about.keys if one.party == about.own}:
        raise lines.wrong(f"It is sealed by {groups(key)}, which the first line does not name as a key of {about.own}.")
    return key


def _sealed(about: CaseAbout, total: str) -> bytes:
    return canonical({"agreement": about.agreement, "case": about.case, "digest": total})
