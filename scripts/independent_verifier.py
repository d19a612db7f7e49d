"""Verify a bundle of armslength without armslength: python scripts/independent_verifier.py BUNDLE [PUBLIC_KEY]

A second opinion on `armslength verify`, for somebody who trusts neither party nor the makers. Written from the page
docs/ledger.md, it shares no line with the product and needs nothing but Python and `cryptography`. It reads the bundle
into memory whole, and holds none against another; one that carries a proof of two stories is refused, as `verify` does.

Exit code 0: it is as it was written; 2: it is not, or is not sealed by PUBLIC_KEY (64 hexadecimal digits).
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LINE, HEADER, ENVELOPE = 1_114_112, 4096, 65_536
P = 2**255 - 19
SMALL = {0, 1, P - 1} | {
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}


class WrongError(Exception):
    """The bundle is not as it was written."""


def need(holds: object, what: str) -> None:
    """Raise WrongError unless it holds."""
    if not holds:
        raise WrongError(what)


def sha(*parts: bytes) -> bytes:
    """Return the SHA-256 of all parts, one after another."""
    return hashlib.sha256(b"".join(parts)).digest()


def number(value: float) -> str:
    """Write a number as ECMAScript does, which RFC 8785 asks for (section 3.2.2.3)."""
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    text = repr(float(value))  # the shortest digits that give this double back, as ECMAScript has them
    need("n" not in text, "a number that JSON has not")
    sign, text = ("-", text[1:]) if text[0] == "-" else ("", text)
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))  # the value is 0.DIGITS * 10^point
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    if 0 < point <= 21:
        return sign + (digits.ljust(point, "0") if len(digits) <= point else f"{digits[:point]}.{digits[point:]}")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def canonical(value: Any, deep: int) -> str:
    """Return the one form of a JSON value (RFC 8785), at most `deep` lists and objects inside each other."""
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return number(value)
    need(deep > 0, "nested too deep")
    if isinstance(value, list):
        return f"[{','.join(canonical(one, deep - 1) for one in value)}]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return f"{{{','.join(f'{canonical(key, 0)}:{canonical(value[key], deep - 1)}' for key in keys)}}}"


def read(data: bytes, deep: int, limit: int) -> dict[str, Any]:
    """Return the object of which `data` is the one form."""
    need(len(data) <= limit, "too long")
    try:
        tree: Any = json.loads(data.decode())
        again = canonical(tree, deep).encode()
    except (ValueError, RecursionError):
        raise WrongError("not JSON") from None
    need(isinstance(tree, dict) and again == data, "not in the one form of a JSON object")
    return dict(tree)


def is_hash(text: Any) -> bool:
    """64 lower-case hexadecimal digits."""
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) is not None


def is_count(value: Any) -> bool:
    """A whole number from 0."""
    return type(value) is int and value >= 0


def is_stamp(text: Any) -> bool:
    """UTC nanoseconds as digits, in one spelling, below 2^63."""
    return isinstance(text, str) and re.fullmatch("0|[1-9][0-9]{0,18}", text) is not None and int(text) < 2**63


def is_key(text: Any) -> bool:
    """A public key that is no point of small order."""
    y = int.from_bytes(bytes.fromhex(text), "little") % 2**255 if is_hash(text) else P
    return y < P and y not in SMALL


def opened(tree: Any, kind: str) -> tuple[bytes, list[str]]:
    """Return what a DSSE envelope holds and the keys that signed it; all signatures must be valid."""
    need(isinstance(tree, dict) and tree.keys() == {"payload", "payloadType", "signatures"}, "not an envelope")
    need(tree["payloadType"] == kind, "signed as something else")
    payload, signatures = bytes_of(tree["payload"]), tree["signatures"]
    need(isinstance(signatures, list) and 0 < len(signatures) <= 8, "not signed by 1 to 8 keys")
    text = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    keys: list[str] = []
    for one in signatures:
        need(isinstance(one, dict) and one.keys() == {"keyid", "sig"} and is_key(one["keyid"]), "not a signature")
        need(one["keyid"] not in keys, "one key signed twice")
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["keyid"])).verify(bytes_of(one["sig"]), text)
        except (InvalidSignature, ValueError):
            raise WrongError(f"a signature by {one['keyid'][:16]}... is not valid") from None
        keys.append(one["keyid"])
    return payload, keys


def bytes_of(text: Any) -> bytes:
    """Return the bytes of base64 in its one spelling."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        data = b""
    need(isinstance(text, str) and base64.b64encode(data).decode() == text, "not base64 in its one form")
    return data


class Tree:
    """The tree of RFC 6962, section 2.1, as it grows: whole subtrees of falling width, and every root there was."""

    def __init__(self) -> None:
        self.peaks: list[tuple[int, bytes]] = []
        self.roots = [sha()]

    def grow(self, leaf: bytes) -> None:
        """Add the hash of an entry."""
        width, top = 1, leaf
        while self.peaks and self.peaks[-1][0] == width:
            width, top = 2 * width, sha(b"\x01", self.peaks.pop()[1], top)
        self.peaks.append((width, top))
        root = top
        for _, left in reversed(self.peaks[:-1]):
            root = sha(b"\x01", left, root)
        self.roots.append(root)


def grew(since: int, size: int, old: bytes, new: bytes, proof: list[bytes]) -> bool:
    """Return whether a proof shows that the `since` entries under `old` begin the `size` under `new` (RFC 6962, 2.1.2).

    Both roots are worked out from the same nodes, going down the tree as SUBPROOF does.
    """
    if since in (0, size):
        return since <= size and not proof and old == (new if since == size else sha()) and (size > 0 or new == sha())
    if since > size:
        return False
    left = list(proof)

    def walk(old_size: int, width: int, whole: bool) -> tuple[bytes, bytes]:
        """Return both roots of a subtree of `width` leaves, of which the old tree has the first `old_size`."""
        if old_size == width:
            node = old if whole else left.pop(0)
            return node, node
        split = 1 << ((width - 1).bit_length() - 1)
        if old_size <= split:
            was, now = walk(old_size, split, whole)
            return was, sha(b"\x01", now, left.pop(0))
        was, now = walk(old_size - split, width - split, False)
        both = left.pop(0)
        return sha(b"\x01", both, was), sha(b"\x01", both, now)

    try:
        return walk(since, size, True) == (old, new) and not left
    except IndexError:
        return False


def verify(data: bytes, wanted: str = "") -> int:
    """Return how many entries a bundle has. WrongError, with the line, where it is not as it was written."""
    lines = data.split(b"\n")
    need(lines.pop() == b"" and lines, "it does not end with a line feed")
    at = 0

    def line(*shapes: set[str]) -> dict[str, Any]:
        nonlocal at
        at += 1
        need(at <= len(lines), "the file ends before its end")
        tree = read(lines[at - 1], 36, LINE)
        need(tree.keys() in shapes, "not the fields of a line that belongs here")
        return tree

    try:
        head = line({"agreement", "book", "counts", "countersigned", "exported_ns", "format", "own", "theirs"})
        counts = first_line(head)
        signed: dict[str, list[Any]] = {}
        for whose in ("own", "theirs"):
            signed[whose] = []
            for _ in range(counts[whose]):
                tree = line({"checkpoint", "of"})
                need(tree["of"] == whose, "checkpoints in another order than the first line says")
                signed[whose].append(checkpoint(tree["checkpoint"], head, head[whose]["keys"]))
        need(not counts["proofs"], "it carries a proof that somebody told two stories")
        leaf, tree_ = sha(b"armslength book\x00", head["book"].encode()), Tree()
        for sequence in range(counts["entries"]):
            leaf = entry(line({"entry", "payload", "salt"}, {"entry"}, {"leaf"}), sequence, leaf)
            tree_.grow(leaf)
        sealed(line({"seal"})["seal"], sha(*(one + b"\n" for one in lines[: at - 1])), head, wanted)
        need(at == len(lines), "something follows behind the seal")
    except WrongError as wrong:
        raise WrongError(f"line {at}: {wrong}") from None
    states(tree_.roots, head, signed["own"], signed["theirs"])
    return counts["entries"]


def first_line(head: dict[str, Any]) -> dict[str, int]:
    """Check the first line; return how many lines of each kind follow."""
    counts: dict[str, int] = head["counts"]
    need(head["format"] == "armslength bundle 1", "not a bundle of this format")
    need(isinstance(counts, dict) and counts.keys() == {"own", "theirs", "proofs", "entries"}, "counts missing")
    need(all(map(is_count, [*counts.values(), head["countersigned"]])), "a count that is none")
    need(is_stamp(head["exported_ns"]), "no time of export")
    need(isinstance(head["agreement"], str) and isinstance(head["book"], str), "no agreement or book")
    for side in (head["own"], head["theirs"]):
        need(isinstance(side, dict) and side.keys() == {"party", "keys"}, "a side without party and keys")
        need(isinstance(side["party"], str) and isinstance(side["keys"], list), "a side without party and keys")
        need(len(side["keys"]) <= 64 and all(map(is_key, side["keys"])), "a key that is none")
    need(head["own"]["keys"], "no key of its keeper")
    return counts


def entry(tree: dict[str, Any], sequence: int, previous: bytes) -> bytes:
    """Check one entry against the one before it; return its hash."""
    if "leaf" in tree:
        need(is_hash(tree["leaf"]), "not the hash of an entry")
        return bytes.fromhex(tree["leaf"])
    head = tree["entry"]
    need(
        isinstance(head, dict)
        and head.keys() == {"sequence", "time_ns", "kind", "actor", "role", "payload", "previous"}
        and type(head["sequence"]) is int
        and all(isinstance(head[key], str) for key in ("kind", "actor", "role"))
        and is_stamp(head["time_ns"])
        and is_hash(head["payload"]),
        "not the header of an entry",
    )
    need(head["sequence"] == sequence, f"it calls itself entry {head['sequence']}")
    need(head["previous"] == previous.hex(), "it does not name the entry before it")
    if "salt" in tree:
        salt = tree["salt"]
        need(isinstance(salt, str) and re.fullmatch("[0-9a-f]{32}", salt) is not None, "not a salt")
        payload = canonical(tree["payload"], 36).encode()
        need(sha(bytes.fromhex(salt), payload).hex() == head["payload"], "not the payload that was written")
    header = canonical(head, 1).encode()
    need(len(header) <= HEADER, "a header too long")
    return sha(b"\x00", header)


def checkpoint(tree: Any, head: dict[str, Any], keys: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return a checkpoint about this book that one of `keys` signed and whose own proof holds; and who signed it."""
    payload, signers = opened(tree, "application/vnd.armslength.checkpoint+json")
    point = read(payload, 32, ENVELOPE)
    need(point.keys() == {"agreement", "book", "size", "root", "since", "proof", "time_ns"}, "not a checkpoint")
    since, proof = point["since"], point["proof"]
    need(isinstance(since, dict) and since.keys() == {"size", "root"}, "not a checkpoint")
    need(is_count(point["size"]) and is_count(since["size"]) and is_stamp(point["time_ns"]), "not a checkpoint")
    need(isinstance(proof, list) and len(proof) <= 128, "not a checkpoint")
    need(all(map(is_hash, [point["root"], since["root"], *proof])), "not a checkpoint")
    same = (point["agreement"], point["book"]) == (head["agreement"], head["book"])
    need(same, "a checkpoint about another book")
    need(set(keys) & set(signers), "a checkpoint not signed by the side it is of")
    old, new = bytes.fromhex(since["root"]), bytes.fromhex(point["root"])
    held = grew(since["size"], point["size"], old, new, [bytes.fromhex(one) for one in proof])
    need(held, "a checkpoint that does not prove the growth that it claims")
    return point, signers


def sealed(tree: Any, digest: bytes, head: dict[str, Any], wanted: str) -> None:
    """Check the seal over everything before it, and whose it is."""
    payload, signers = opened(tree, "application/vnd.armslength.bundle+json")
    of = {"agreement": head["agreement"], "book": head["book"], "digest": f"sha256:{digest.hex()}"}
    need(payload == canonical(of, 1).encode(), "something before the seal was changed")
    need(signers == head["own"]["keys"][-1:], "sealed with another key than the first line names")
    need(wanted in {"", signers[0]}, "not sealed by the key asked for")


def states(roots: list[bytes], head: dict[str, Any], own: list[Any], theirs: list[Any]) -> None:
    """Check both sides' signed states against the roots at every size, and against each other."""
    need(
        own and max(point["size"] for point, _ in own) == len(roots) - 1, "the keeper signed for more or fewer entries"
    )
    for point, _ in own:
        need(roots[point["size"]].hex() == point["root"], "entries are not what the keeper signed: rewritten")
    others = set(head["theirs"]["keys"])
    counter = max((point["size"] for point, signers in own if others & set(signers)), default=0)
    need(head["countersigned"] <= counter, "the other side has signed for less than is said")
    told: dict[int, str] = {}
    for point, _ in theirs:
        for state in (point, point["since"]):
            need(told.setdefault(state["size"], state["root"]) == state["root"], "the other side told two stories")


def main(words: list[str]) -> int:
    """Verify the bundle named, say so, and return the exit code."""
    try:
        need(1 <= len(words) <= 2, "name one bundle, and perhaps the key that must have sealed it")
        entries = verify(Path(words[0]).read_bytes(), "".join(words[1:]).lower())
    except (WrongError, OSError) as wrong:
        print(f"DOES NOT HOLD: {wrong}")
        return 2
    print(f"HOLDS: {entries} entries.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
