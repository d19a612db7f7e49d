"""The bundle: one book of one agreement in one file, for the counterpart or a third person, who need trust nobody.

Lines of canonical JSON (RFC 8785), each ended by one line feed, in this order and no other; docs/ledger.md has them
field by field:

    {"format": "armslength bundle 1", ...}     who exports what, and how many of each line follow
    {"checkpoint": ..., "of": "own"}           own checkpoints, countersigned where they came back
    {"checkpoint": ..., "of": "theirs"}        the counterpart's
    {"proof": ...}                             proofs that somebody told two stories
    {"entry": ..., "payload": ..., "salt": ...}  or without payload and salt, or {"leaf": ...} alone: withheld
    {"seal": ...}                              signed by the exporting node over the digest of every byte before it

There is no byte in it that can be changed: what is before the seal is under its digest, the seal has one form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from armslength.crypto.canonical import DEEPEST, canonical, parse
from armslength.crypto.envelope import Envelope, from_tree, seal, signers, to_tree
from armslength.crypto.fork import Fork, from_bytes, to_bytes
from armslength.crypto.keys import SigningKey, is_public
from armslength.crypto.ledger import LONGEST_PAYLOAD, SALT, is_hash, is_stamp
from armslength.errors import LedgerError, RemoteProtocolError
from armslength.node.exhibit import About, Exhibit, Shown

__all__ = ["BUNDLE_TYPE", "FORMAT", "Lines", "is_bundle", "read_bundle", "write_bundle"]

FORMAT = "armslength bundle 1"
BUNDLE_TYPE = "application/vnd.armslength.bundle+json"
_LONGEST = LONGEST_PAYLOAD + (1 << 16)
_DEEPEST = DEEPEST + 4
_MOST_BEFORE = 200_000
"""Checkpoints and proofs before the entries."""


def write_bundle(
    out: IO[bytes],
    about: About,
    own: Iterable[Envelope],
    theirs: Iterable[Envelope],
    proofs: Iterable[Fork],
    entries: Iterable[Shown],
    key: SigningKey,
) -> str:
    """Write a bundle to `out` and return the digest of all before the seal.

    Args:
        out: where to; the caller makes sure that it appears whole or not at all.
        about: what is said in the first line; `entries` must be right.
        own, theirs: checkpoints by size; the last own one must cover all entries.
        proofs: of two stories.
        entries: all of them, from the first.
        key: the exporting node's; its public half is the last of `about.own_keys`.
    """
    own, theirs, proofs = list(own), list(theirs), list(proofs)
    total = hashlib.sha256()

    def line(tree: dict[str, Any]) -> None:
        data = canonical(tree, deepest=_DEEPEST) + b"\n"
        total.update(data)
        out.write(data)

    counts = {"entries": about.entries, "own": len(own), "proofs": len(proofs), "theirs": len(theirs)}
    line(_first(about, counts))
    for whose, envelopes in (("own", own), ("theirs", theirs)):
        for envelope in envelopes:
            line({"checkpoint": to_tree(envelope), "of": whose})
    for proof in proofs:
        line({"proof": parse(to_bytes(proof), limit=_LONGEST)})
    for shown in entries:
        line(_entry_line(shown))
    text = "sha256:" + total.hexdigest()
    payload = canonical({"agreement": about.agreement, "book": about.book, "digest": text})
    out.write(canonical({"seal": to_tree(seal(BUNDLE_TYPE, payload, key))}) + b"\n")
    return text


def is_bundle(path: Path) -> bool:
    """Return whether the file at `path` begins as a bundle does. What it holds is not looked at."""
    try:
        with path.open("rb") as file:
            _read_first(Lines(file, str(path)))
    except (OSError, LedgerError):
        return False
    return True


def read_bundle(file: IO[bytes], name: str) -> Exhibit:
    """Return the exhibit in `file`, which is read on as the exhibit is walked.

    Args:
        file: open for reading, at its beginning.
        name: for messages.

    Raises:
        LedgerError: what stands before the entries has not the form of a bundle; names the line.
    """
    lines = Lines(file, name)
    about, counts = _read_first(lines)
    points: dict[str, list[Envelope]] = {"own": [], "theirs": []}
    for whose in ("own", "theirs"):
        for _ in range(counts[whose]):
            tree = lines.take({"checkpoint", "of"})
            if tree["of"] != whose:
                raise lines.wrong("Own checkpoints come first, then the other side's, as many as the first line says.")
            points[whose].append(lines.reading(from_tree, tree["checkpoint"]))
    proofs = [_proof(lines) for _ in range(counts["proofs"])]
    entries = _entries(lines, about.entries)
    own, theirs = tuple(points["own"]), tuple(points["theirs"])
    return Exhibit(name, "bundle", about, own, theirs, entries, tuple(proofs), lambda: _check_seal(lines, about))


@dataclass
class Lines:
    """The lines of a bundle, one after another, and the digest of all that were taken."""

    file: IO[bytes]
    name: str

    def __post_init__(self) -> None:
        self.number = 0
        self.about = ""
        self._total = hashlib.sha256()
        self._before = ""

    def take(self, *shapes: set[str]) -> dict[str, Any]:
        """Return the next line, an object with the keys of one of `shapes`."""
        self.number += 1
        self._before = self._total.hexdigest()
        data = self.file.readline(_LONGEST + 1)
        self._total.update(data)
        if not data.endswith(b"\n"):
            raise self.wrong("The file ends here, before its end." if len(data) <= _LONGEST else "It is too long.")
        tree: dict[str, Any] = self.reading(lambda text: parse(text, limit=_LONGEST, deepest=_DEEPEST), data[:-1])
        if tree.keys() not in shapes:
            raise self.wrong("It has not the fields of a line that belongs here.")
        return tree

    def end(self) -> str:
        """Make sure that nothing follows, and return the digest of all before the last line."""
        if self.file.read(1):
            self.number += 1
            raise self.wrong("Something follows behind the seal.")
        return "sha256:" + self._before

    def reading(self, how: Callable[[Any], Any], what: Any) -> Any:
        """Return `how(what)`, its errors said as those of this line."""
        try:
            return how(what)
        except RemoteProtocolError as wrong:
            raise self.wrong(wrong.says) from None
        except LedgerError as wrong:
            raise self.wrong(wrong.what) from None

    def wrong(self, what: str) -> LedgerError:
        """Return the error about the line taken last."""
        where = f"{self.name}, line {self.number}" + (f" ({self.about})" if self.about else "")
        remedy = "It is not as it was written: ask for it again."
        return LedgerError(what, where=where, remedy=remedy)


def _first(about: About, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "agreement": about.agreement,
        "book": about.book,
        "counts": counts,
        "countersigned": about.countersigned,
        "exported_ns": str(about.exported_ns),
        "format": FORMAT,
        "own": {"keys": list(about.own_keys), "party": about.own_party},
        "theirs": {"keys": list(about.their_keys), "party": about.their_party},
    }


def _read_first(lines: Lines) -> tuple[About, dict[str, int]]:
    fields = {"agreement", "book", "counts", "countersigned", "exported_ns", "format", "own", "theirs"}
    tree = lines.take(fields)
    counts, sides = tree["counts"], [tree["own"], tree["theirs"]]
    sizes = list(counts.values()) if isinstance(counts, dict) else []
    if (
        tree["format"] != FORMAT
        or not isinstance(counts, dict)
        or counts.keys() != {"entries", "own", "proofs", "theirs"}
        or not all(type(size) is int and size >= 0 for size in [*sizes, tree["countersigned"]])
        or sum(sizes) - counts["entries"] > _MOST_BEFORE
        or not is_stamp(tree["exported_ns"])
        or not all(isinstance(tree[key], str) for key in ("agreement", "book"))
        or not all(_is_side(side) for side in sides)
        or not tree["own"]["keys"]
    ):
        raise lines.wrong(f"It is not the first line of a bundle ({FORMAT}).")
    own, theirs = ((side["party"], tuple(side["keys"])) for side in sides)
    about = About(
        tree["agreement"],
        tree["book"],
        *own,
        *theirs,
        tree["countersigned"],
        counts["entries"],
        int(tree["exported_ns"]),
    )
    return about, counts


def _is_side(side: Any) -> bool:
    return (
        isinstance(side, dict)
        and side.keys() == {"keys", "party"}
        and isinstance(side["party"], str)
        and isinstance(side["keys"], list)
        and len(side["keys"]) <= 64
        and all(isinstance(key, str) and is_public(key) for key in side["keys"])
    )


def _proof(lines: Lines) -> Fork:
    tree = lines.take({"proof"})
    fork: Fork = lines.reading(lambda one: from_bytes(canonical(one, deepest=_DEEPEST)), tree["proof"])
    return fork


def _entry_line(shown: Shown) -> dict[str, Any]:
    if shown.header is None:
        assert shown.leaf is not None
        return {"leaf": shown.leaf.hex()}
    out: dict[str, Any] = {"entry": parse(shown.header)}
    if shown.payload is not None and shown.salt is not None:
        out |= {"payload": parse(shown.payload, limit=LONGEST_PAYLOAD), "salt": shown.salt.hex()}
    return out


def _entries(lines: Lines, count: int) -> Iterator[Shown]:
    for number in range(count):
        lines.about = f"entry {number}"
        tree = lines.take({"entry", "payload", "salt"}, {"entry"}, {"leaf"})
        if "leaf" in tree:
            if not is_hash(tree["leaf"]):
                raise lines.wrong("It is not the hash of an entry.")
            yield Shown(None, leaf=bytes.fromhex(tree["leaf"]))
            continue
        header = canonical(tree["entry"], deepest=_DEEPEST)
        if "payload" not in tree:
            yield Shown(header)
            continue
        salt = tree["salt"]
        if not isinstance(salt, str) or len(salt) != 2 * SALT or salt.strip("0123456789abcdef"):
            raise lines.wrong("Its salt is not 16 bytes.")
        yield Shown(header, canonical(tree["payload"], deepest=_DEEPEST), bytes.fromhex(salt))
    lines.about = ""


def _check_seal(lines: Lines, about: About) -> str:
    """Return the key that sealed all lines before, once nothing follows and the signature holds."""
    lines.about = "the seal"
    tree = lines.take({"seal"})
    envelope: Envelope = lines.reading(from_tree, tree["seal"])
    total = lines.end()
    if envelope.payload_type != BUNDLE_TYPE or len(envelope.signatures) != 1:
        raise lines.wrong("It is signed as something else than a bundle, or not by one key.")
    if envelope.payload != canonical({"agreement": about.agreement, "book": about.book, "digest": total}):
        raise lines.wrong("What stands before the seal is not what was sealed: something in the file was changed.")
    if not signers(envelope):
        raise lines.wrong("The signature of the seal is not valid.")
    return envelope.signatures[0][0]
