"""The greeting: each side says who it is and draws a nonce, then proves its key over everything both have said.

The proof covers both nonces, both parties with post and key, both names of the path, the agreement in force with its
digest, and the head of the ledger. So it fits one connection, one direction and one pair: recorded and played again,
sent back to its maker, or shown to a third party it proves nothing. When what is in force changes, a proof with the
next serial number says so.

A proof also says, for each stream, the number expected next and the lowest that may still be sent: a node restored from
an old copy of its store finds back into the count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from armslength.crypto.canonical import canonical, parse
from armslength.crypto.envelope import Envelope, seal, signers, to_json
from armslength.protocol.catalogue import Precedence
from armslength.protocol.events import AgreementRef, Counterpart, Own
from armslength.protocol.frames import Plain, plain, read_number
from armslength.protocol.leaving import Frame
from armslength.protocol.marks import Stream
from armslength.protocol.messages import Post, is_digest, read_post, read_stamp
from armslength.protocol.refusals import refusal
from armslength.protocol.session import Session

__all__ = ["PROOF_TYPE", "PROTOCOL", "Count", "Proof", "check_hello", "hello", "proof", "read_proof"]

PROTOCOL = "armslength/1"
PROOF_FORMAT = "armslength-proof/1"
PROOF_TYPE = "application/vnd.armslength.proof+json"
MOST_STREAMS = 16
_NONCE = re.compile(r"[0-9a-f]{64}")
_ROOT = re.compile(r"(?:[0-9a-f]{64})?")
_LONGEST_PATH = 256
_KEYS = frozenset(
    ("agreement", "expires_ns", "format", "from", "ledger", "nonce", "path", "peer_nonce", "peer_path", "serial")
) | frozenset(("streams", "terms", "time_ns", "to"))


@dataclass(frozen=True, slots=True)
class Count:
    """Of one stream: the number that the speaker expects next, and the lowest that it may still send."""

    stream: Stream
    expects: int
    sends_from: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What the other side proved: what it has in force until `expires_ns`, its ledger's head, its counts, its time."""

    agreement: str | None
    terms: str | None
    expires_ns: int
    ledger: tuple[int, str]
    counts: tuple[Count, ...]
    serial: int
    time_ns: int


def hello(me: Own, session: Session) -> Frame:
    """Return our hello for `session`."""
    return plain(
        "hello",
        format=PROTOCOL,
        party=me.party,
        post=me.post,
        key=me.key.public,
        nonce=session.nonce,
        path=session.path[:_LONGEST_PATH],
    )


def check_hello(frame: Plain, me: Own, other: Counterpart, session: Session) -> tuple[str, str]:
    """Return (nonce, path) of a hello that may open `session`.

    Raises:
        RemoteProtocolError: another protocol, key, party or post, or our own hello sent back.
    """
    values = frame.values
    nonce, path = values["nonce"], values["path"]
    if values["format"] != PROTOCOL:
        raise refusal("wrong format", f"This node speaks {PROTOCOL}.")
    if type(nonce) is not str or not _NONCE.fullmatch(nonce) or type(path) is not str or len(path) > _LONGEST_PATH:
        raise refusal("garbage", "A hello has a nonce of 64 hexadecimal digits and a path.")
    who = read_post({"party": values["party"], "post": values["post"]})
    if values["key"] == me.key.public or nonce == session.nonce:
        raise refusal("reflected", "Our own hello came back.")
    if values["key"] != other.key:
        raise refusal("wrong key", "A hello names a key that is not the counterpart's.")
    if who != Post(other.party, other.post):
        raise refusal("wrong party", "A hello names another party or post than the counterpart's.")
    return nonce, path


def proof(
    me: Own,
    other: Counterpart,
    session: Session,
    agreement: AgreementRef | None,
    ledger: tuple[int, str],
    counts: tuple[Count, ...],
    time_ns: int,
) -> Frame:
    """Return the next proof of our key for `session`, as a frame; the session counts it."""
    session.serial += 1
    tree = {
        "agreement": agreement.id if agreement else None,
        "expires_ns": str(agreement.expires_ns) if agreement else None,
        "format": PROOF_FORMAT,
        "from": _who(me.party, me.post, me.key.public),
        "ledger": {"root": ledger[1], "size": ledger[0]},
        "nonce": session.nonce,
        "path": session.path[:_LONGEST_PATH],
        "peer_nonce": session.peer_nonce,
        "peer_path": session.peer_path,
        "serial": session.serial,
        "streams": [[c.stream.agreement, c.stream.precedence.name, c.expects, c.sends_from] for c in counts],
        "terms": agreement.digest if agreement else None,
        "time_ns": str(time_ns),
        "to": _who(other.party, other.post, other.key),
    }
    return Frame("proof", to_json(seal(PROOF_TYPE, canonical(tree), me.key)))


def read_proof(envelope: Envelope, me: Own, other: Counterpart, session: Session) -> Proof:
    """Return what the other side proved on `session`.

    1. Signed by its key alone: nobody else speaks for it ("wrong key", "bad signature").
    2. From it, to us: nothing said to another party, nothing of ours sent back ("reflected", "wrong party").
    3. Over the nonces and paths of this connection, newer than the last: nothing recorded ("replayed").
    4. What is in force, the ledger's head and the counts can be read ("garbage").
    """
    if len(envelope.signatures) != 1 or envelope.signatures[0][0] != other.key:
        ours = any(public == me.key.public for public, _ in envelope.signatures)
        raise refusal("reflected" if ours else "wrong key", "A proof is not signed by the counterpart's key alone.")
    if not signers(envelope):
        raise refusal("bad signature", "The signature of a proof does not fit it.")
    tree = parse(envelope.payload)
    if tree.keys() != _KEYS:
        raise refusal("garbage", "A proof has fourteen members, and not these.")
    if tree["format"] != PROOF_FORMAT:
        raise refusal("wrong format", f"A proof has the format {PROOF_FORMAT}.")
    if tree["from"] != _who(other.party, other.post, other.key) or tree["to"] != _who(me.party, me.post, me.key.public):
        raise refusal("wrong party", "A proof is from or to another party, post or key.")
    here = (session.nonce, session.peer_nonce, session.path[:_LONGEST_PATH], session.peer_path)
    if (tree["peer_nonce"], tree["nonce"], tree["peer_path"], tree["path"]) != here:
        raise refusal("replayed", "A proof was made for another connection.")
    if read_number(tree["serial"]) <= session.peer_serial:
        raise refusal("replayed", "A proof is not newer than the one before it.")
    return _read(tree)


def _read(tree: dict[str, Any]) -> Proof:
    agreement, terms, ledger = tree["agreement"], tree["terms"], tree["ledger"]
    expires = tree["expires_ns"]
    none = agreement is None and terms is None and expires is None
    if not none and not (type(agreement) is str and 0 < len(agreement) <= 64 and is_digest(terms)):
        raise refusal("garbage", "A proof names an agreement and the digest of its terms, or none of both.")
    if type(ledger) is not dict or ledger.keys() != {"root", "size"}:
        raise refusal("garbage", "The head of a ledger is a size and a root.")
    if type(ledger["root"]) is not str or not _ROOT.fullmatch(ledger["root"]):
        raise refusal("garbage", "The root of a ledger is 64 hexadecimal digits, or empty.")
    return Proof(
        agreement=agreement,
        terms=terms,
        expires_ns=0 if none else read_stamp(expires),
        ledger=(read_number(ledger["size"]), ledger["root"]),
        counts=_counts(tree["streams"]),
        serial=tree["serial"],
        time_ns=read_stamp(tree["time_ns"]),
    )


def _counts(value: object) -> tuple[Count, ...]:
    if type(value) is not list or len(value) > MOST_STREAMS:
        raise refusal("garbage", f"A proof counts at most {MOST_STREAMS} streams.")
    found: dict[Stream, Count] = {}
    for one in value:
        if type(one) is not list or len(one) != 4 or type(one[0]) is not str or type(one[1]) is not str:
            raise refusal("garbage", "A stream is an agreement, a precedence and two numbers.")
        if one[1] not in Precedence.__members__:
            raise refusal("garbage", "A stream has a precedence of the catalogue.")
        stream = Stream(one[0], Precedence[one[1]])
        found[stream] = Count(stream, read_number(one[2]), read_number(one[3]))
    return tuple(found.values())


def _who(party: str, post: str, key: str) -> dict[str, str]:
    return {"key": key, "party": party, "post": post}
