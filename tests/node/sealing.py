"""A bundle changed by its owner, who can seal it again."""

from __future__ import annotations

import json
from typing import Any

from armslength.crypto.canonical import canonical, digest
from armslength.crypto.envelope import seal, to_tree
from armslength.crypto.keys import SigningKey
from armslength.node.bundle import BUNDLE_TYPE
from node.two_sides import DEAL


def resealed(data: bytes, key: SigningKey, *changes: tuple[int, dict[str, Any] | None], agreement: str = DEAL) -> bytes:
    """Return a bundle with some lines changed (None: taken out), and sealed again as its owner could."""
    lines = [json.loads(line) for line in data.splitlines()][:-1]
    for number, change in changes:
        lines[number] = None if change is None else {k: v for k, v in (lines[number] | change).items() if v is not None}
    text = b"".join(canonical(line, deepest=40) + b"\n" for line in lines if line is not None)
    payload = canonical({"agreement": agreement, "book": agreement, "digest": digest(text)})
    return text + canonical({"seal": to_tree(seal(BUNDLE_TYPE, payload, key))}) + b"\n"
