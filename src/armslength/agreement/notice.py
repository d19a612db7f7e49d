"""Notices: signed statements that change how an agreement stands without changing what it says.

`suspend` and `end` are signed by one side; `resume` names the suspensions that it lifts, and needs both. A notice names
the version under which it is given, so that none can be carried over to terms that were not meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from armslength.crypto.canonical import canonical, digest, parse
from armslength.crypto.keys import is_public
from armslength.errors import AgreementError, RemoteProtocolError

__all__ = ["MOST_LIFTED", "NOTICE_TYPE", "Kind", "Notice"]

NOTICE_TYPE = "application/vnd.armslength.notice+json"
FORMAT = "armslength notice 1"
LARGEST = 8192
MOST_LIFTED = 32
_KEYS = {"format", "agreement", "document", "kind", "provision", "lifts", "issued_ns", "effect_ns", "by"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PROVISION = re.compile(r"[a-z][a-z_]{0,63}")


class Kind(Enum):
    """What a notice does."""

    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        agreement, document: under which agreement, and the digest of its version.
        kind: what it does.
        provision: the article that it suspends or resumes; "" where it ends all.
        issued_ns, effect_ns: when its issuer wrote it, and from when on it is meant to hold, UTC [ns].
        by: key of the issuer, 64 hex.
        lifts: digests of the suspensions that a `resume` lifts, in order.
    """

    agreement: str
    document: str
    kind: Kind
    provision: str
    issued_ns: int
    effect_ns: int
    by: str
    lifts: tuple[str, ...] = field(default=())

    def to_bytes(self) -> bytes:
        """Return the canonical JSON that is signed."""
        return canonical(
            {
                "format": FORMAT,
                "agreement": self.agreement,
                "document": self.document,
                "kind": self.kind.value,
                "provision": self.provision,
                "lifts": list(self.lifts),
                "issued_ns": str(self.issued_ns),
                "effect_ns": str(self.effect_ns),
                "by": self.by,
            }
        )

    @property
    def digest(self) -> str:
        """ "sha256:" and 64 hex of what is signed."""
        return digest(self.to_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Notice:
        """Return the notice of which `data` is the canonical form.

        Raises:
            AgreementError: it is none.
        """
        try:
            return _read(parse(data, limit=LARGEST))
        except (RemoteProtocolError, ValueError, KeyError, TypeError, AttributeError):
            remedy = "Ask the other side to give its notice again."
            raise AgreementError("It is not a notice that this version understands.", remedy=remedy) from None


def _read(body: dict[str, Any]) -> Notice:
    if body.keys() != _KEYS or body["format"] != FORMAT or not is_public(body["by"]):
        raise ValueError("another form")
    kind, provision, lifts = Kind(body["kind"]), body["provision"], body["lifts"]
    named = kind is not Kind.END
    if (_PROVISION.fullmatch(provision) is not None) != named or (not named and provision != ""):
        raise ValueError("a provision where none belongs, or none where one does")
    if not isinstance(lifts, list) or len(lifts) > MOST_LIFTED or bool(lifts) != (kind is Kind.RESUME):
        raise ValueError("lifts belong to a resume")
    if lifts != sorted(set(lifts)) or not all(_DIGEST.fullmatch(one) for one in (*lifts, body["document"])):
        raise ValueError("no digests, or not in order")
    issued, effect = (_stamp(body[name]) for name in ("issued_ns", "effect_ns"))
    if effect < issued:
        raise ValueError("in effect before it was written")
    agreement = body["agreement"]
    if not isinstance(agreement, str) or len(agreement) > 64:
        raise ValueError("no agreement")
    return Notice(agreement, body["document"], kind, provision, issued, effect, body["by"], tuple(lifts))


def _stamp(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or text[0] == "0":
        raise ValueError("no stamp")
    return int(text)
