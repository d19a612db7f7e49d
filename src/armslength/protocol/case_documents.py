"""Documents of a case as they travel: one canonical form each, signed by the party; its digest is the document's name.

Reading is strict: a member too many, of another kind, or longer than it may be, and nothing of it is taken.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, TypeVar

from armslength.crypto.canonical import canonical, digest, parse
from armslength.crypto.envelope import Envelope, seal, signers
from armslength.crypto.keys import SigningKey
from armslength.domain import case as c
from armslength.domain.finding import Severity
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.messages import is_digest, read_stamp
from armslength.protocol.refusals import refusal

__all__ = [
    "CASE_TYPE",
    "FACTS",
    "FORMAT",
    "LARGEST_PART",
    "SETTLING",
    "frame_kind",
    "kind_of",
    "read_document",
    "sign_document",
]

FORMAT = "armslength-case/1"
CASE_TYPE = "application/vnd.armslength.case+json"
FACTS, SETTLING = "facts", "case"
"""Kinds of frames: what no suspension of the working group stops, and what it does."""
LARGEST_PART = 24 * 1024
"""Most bytes of evidence in one document: with base64 twice over it stays within a frame."""
LARGEST = 64 * 1024
"""Most bytes of a document."""
_OF_FACTS = frozenset({c.Kind.OPENING, c.Kind.COMMITMENT, c.Kind.REPORT})
_KEYS = frozenset({"agreement", "body", "by", "case", "format", "kind", "number", "persons", "time_ns"})
_CASE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")
_RULE = re.compile(r"[GCDP][01][0-9]")
_HASH = re.compile(r"[0-9a-f]{64}")
_LANGUAGE = re.compile(r"(?:[a-z]{2,3})?")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_TEXT, LONGEST_LINE = 8_000, 200
MOST_NUMBER = 1_000_000
MOST_PARTS = 256
One = TypeVar("One", bound=Enum)


def frame_kind(kind: c.Kind) -> str:
    """Return in which kind of frame a document travels: the gate rules on these."""
    return FACTS if kind in _OF_FACTS else SETTLING


def kind_of(envelope: Envelope) -> str:
    """Return the kind of frame of a document that we signed: see `frame_kind`. Raises RemoteProtocolError."""
    return frame_kind(_one_of(c.Kind)(parse(envelope.payload, limit=LARGEST).get("kind")))


def sign_document(
    key: SigningKey,
    agreement: str,
    case: str,
    by: str,
    number: int,
    time_ns: int,
    body: c.Body,
    persons: tuple[str, ...] = (),
) -> tuple[c.Document, Envelope]:
    """Return a document, and its envelope signed by `key`.

    Raises:
        LocalProtocolError: the other side could not take it; says why.
    """
    tree = {
        "agreement": agreement,
        "body": _written(body),
        "by": by,
        "case": case,
        "format": FORMAT,
        "kind": body.kind.value,
        "number": number,
        "persons": list(persons),
        "time_ns": str(time_ns),
    }
    envelope = seal(CASE_TYPE, canonical(tree), key)
    try:
        return read_document(envelope, agreement, by, key.public), envelope
    except RemoteProtocolError as wrong:
        raise LocalProtocolError(f"A document that nobody could take was to be signed: {wrong.says}") from None


def read_document(envelope: Envelope, agreement: str, by: str, key: str | None) -> c.Document:
    """Return the document in `envelope`.

    Args:
        envelope: as it came.
        agreement: the one in force between the two.
        by: the party that must have signed it.
        key: its key now; None: it was checked when it came, and is our own store's.

    Raises:
        RemoteProtocolError: "garbage", "wrong key", "bad signature", "wrong agreement", "wrong party".
    """
    if envelope.payload_type != CASE_TYPE:
        raise refusal("unknown kind", "An envelope that holds no document of a case came as one.")
    if key is not None:
        if [public for public, _ in envelope.signatures] != [key]:
            says = "A document of a case is signed by a key that is not the other side's: removed, or never theirs."
            raise refusal("wrong key", says)
        if not signers(envelope):
            raise refusal("bad signature", "The signature of a document of a case does not fit it.")
    tree = parse(envelope.payload, limit=LARGEST)
    if tree.keys() != _KEYS or tree["format"] != FORMAT:
        raise refusal("wrong format", f"A document of a case has the format {FORMAT} and its nine members.")
    if tree["agreement"] != agreement:
        raise refusal("wrong agreement", "A document is of a case under another agreement.")
    if tree["by"] != by:
        raise refusal("wrong party", "A document of a case is by another party than the one that signed it.")
    kind = _one_of(c.Kind)(tree["kind"])
    body = _READ[kind](_Members(tree["body"]))
    persons = tuple(_line(one) for one in _list(tree["persons"], 2))
    return c.Document(
        _matched(_CASE)(tree["case"]), by, _number(1, MOST_NUMBER)(tree["number"]), read_stamp(tree["time_ns"]),
        digest(envelope.payload), body, persons,
    )  # fmt: skip


def _written(value: Any) -> Any:
    """Return a body, or a part of one, for JSON: stamps as digits, bytes in base64."""
    if isinstance(value, Severity):
        return value.name
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        held = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: str(one) if name.endswith("_ns") else _written(one) for name, one in held.items()}
    return value


class _Members:
    """The members of an object, each taken once; what is left over is garbage."""

    def __init__(self, tree: Any) -> None:
        if type(tree) is not dict:
            raise refusal("garbage", "The body of a document is an object.")
        self._left = dict(tree)

    def take(self, name: str, read: Callable[[Any], Any]) -> Any:
        """Return the member `name`, read."""
        if name not in self._left:
            raise refusal("garbage", f"A document of a case has no {name}.")
        try:
            return read(self._left.pop(name))
        except RemoteProtocolError as wrong:
            raise refusal(wrong.reason, f"{name} of a document of a case: {wrong.says}") from None

    def made(self, kind: type[Any], **how: Callable[[Any], Any]) -> Any:
        """Return a `kind` of all members."""
        value = kind(**{name: self.take(name, read) for name, read in how.items()})
        if self._left:
            raise refusal("garbage", "A document of a case has members that it cannot have.")
        return value


def _bad(says: str) -> RemoteProtocolError:
    return refusal("garbage", says)


def _matched(form: re.Pattern[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if type(value) is not str or form.fullmatch(value) is None:
            raise _bad("It is not written as it must be.")
        return value

    return read


def _number(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _bad(f"It is a whole number from {low} to {high}.")
        return value

    return read


def _one_of(kind: type[One]) -> Callable[[Any], One]:
    def read(value: Any) -> One:
        for one in kind:
            if value == (one.name if kind is Severity else one.value):
                return one
        raise _bad(f"It is one of {', '.join(one.name for one in kind)}.")

    return read


def _line(value: Any) -> str:
    if type(value) is not str or not 0 < len(value) <= LONGEST_LINE or not value.isprintable():
        raise _bad(f"It is a text in one line of at most {LONGEST_LINE} signs.")
    return value


def _maybe_line(value: Any) -> str:
    return "" if value == "" else _line(value)


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > LONGEST_TEXT or not value.replace("\n", " ").isprintable():
        raise _bad(f"It is a text of at most {LONGEST_TEXT} signs.")
    return value


def _digest(value: Any) -> str:
    if not is_digest(value):
        raise _bad("It is a digest.")
    return str(value)


def _maybe_digest(value: Any) -> str:
    return "" if value == "" else _digest(value)


def _list(value: Any, most: int) -> list[Any]:
    if type(value) is not list or len(value) > most:
        raise _bad(f"It is a list of at most {most}.")
    return value


def _lines(value: Any) -> tuple[str, ...]:
    return tuple(_line(one) for one in _list(value, 20))


def _bytes(value: Any) -> bytes:
    try:
        data = base64.b64decode(value if type(value) is str else "?", validate=True)
    except (binascii.Error, ValueError):
        raise _bad("It is bytes in base64.") from None
    if not 0 < len(data) <= LARGEST_PART or base64.b64encode(data).decode() != value:
        raise _bad(f"It is 1 to {LARGEST_PART} bytes in base64.")
    return data


def _facts(value: Any) -> dict[str, str]:
    if type(value) is not dict or len(value) > 64:
        raise _bad("It is a table of at most 64 fields.")
    name = _matched(_NAME)
    return {name(key): _line(one) for key, one in value.items()}


def _arcmin(most: int) -> Callable[[Any], int | None]:
    return lambda value: None if value is None else _number(-most, most)(value)


def _subject(value: Any) -> c.Subject:
    made: c.Subject = _Members(value).made(
        c.Subject,
        from_ns=read_stamp,
        until_ns=read_stamp,
        lat_arcmin=_arcmin(5_400),
        lon_arcmin=_arcmin(10_800),
        rules=lambda rules: tuple(_matched(_RULE)(one) for one in _list(rules, 8)),
        matter=_maybe_line,
    )
    if made.until_ns < made.from_ns or (made.lat_arcmin is None) != (made.lon_arcmin is None):
        raise _bad("It ends before it begins, or has half a place.")
    return made


def _part(one: _Members) -> c.Part:
    count = _number(1, MOST_PARTS)
    made: c.Part = one.made(c.Part, whole=_digest, part=count, parts=count, data=_bytes)
    if made.part > made.parts:
        raise _bad("A piece of evidence stands behind the last.")
    return made


_SPOKEN = {"text": _text, "language": _matched(_LANGUAGE)}
_READ: Mapping[c.Kind, Callable[[_Members], Any]] = {
    c.Kind.OPENING: lambda one: one.made(
        c.Opening, why=_one_of(c.Why), severity=_one_of(Severity), subject=_subject, terms=_digest
    ),
    c.Kind.COMMITMENT: lambda one: one.made(c.Commitment, root=_matched(_HASH), leaves=_number(1, 1 << 16)),
    c.Kind.EVIDENCE: _part,
    c.Kind.REPORT: lambda one: one.made(c.Report, stage=_one_of(c.Stage), headline=_line, **_SPOKEN, facts=_facts),
    c.Kind.ACKNOWLEDGEMENT: lambda one: one.made(c.Acknowledgement, of=_digest),
    c.Kind.STATEMENT: lambda one: one.made(c.Statement, **_SPOKEN, about=_maybe_digest),
    c.Kind.ANSWER: lambda one: one.made(c.Answer, substance=_one_of(c.Substance), of=_digest, **_SPOKEN),
    c.Kind.EXTENSION: lambda one: one.made(c.Extension, reason=_line),
    c.Kind.SESSION: lambda one: one.made(
        c.Meeting,
        at_ns=read_stamp,
        medium=_one_of(c.Medium),
        agenda=_matched(re.compile("REGULAR|EXTRAORDINARY|REVIEW")),
        minutes=_maybe_digest,
    ),
    c.Kind.PROPOSAL: lambda one: one.made(
        c.Proposal,
        stands=_one_of(c.JointOrOwn),
        letter=_one_of(c.Letter),
        score=_number(-1, 100),
        **_SPOKEN,
        causes=_lines,
    ),
    c.Kind.SIGNATURE: lambda one: one.made(c.FindingSignature, of=_digest),
    c.Kind.MEASURE: lambda one: one.made(c.Measure, **_SPOKEN, whose=_line, due_ns=read_stamp, amendment=_maybe_digest),
    c.Kind.CLOSING: lambda one: one.made(c.Closing, reason=_maybe_line),
}
"""How each kind is read. A test holds it and `domain.case.BODIES` together."""
