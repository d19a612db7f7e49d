"""The whole error tree.

    ArmslengthError
    ├── InputError              bad input from the caller: a recording, a file, an option, an argument (exit code 2)
    │   ├── FeedError           a recording or a feed that cannot be read, or a row in it
    │   ├── MembershipError     a membership file that cannot be understood
    │   ├── HomeError           a node's home that cannot be made, read or locked
    │   ├── LedgerError         a ledger or a bundle that does not hold together: says at which entry, and why
    │   ├── DisclosureError     the terms do not let this leave the node: names the article
    │   └── AgreementError      terms that cannot be understood, or a version that must not be trusted
    │       ├── LifecycleError      the agreement is in a state in which this cannot be done
    │       ├── SignatureError      a signature is missing, invalid, or by somebody who is no party
    │       ├── RollbackError       an older version than the one in force
    │       ├── ExpiredError        a version whose time is over
    │       ├── RemovedKeyError     signed by a key that an earlier version removed
    │       ├── EquivocationError   two different versions with one number
    │       └── PredecessorError    does not name the version in force as its predecessor
    ├── LocalProtocolError      our own code asked for what the protocol forbids: a fault of ours (exit code 3)
    ├── RemoteProtocolError     the other side sent what the protocol forbids: becomes evidence, never a crash
    └── StoreError              the disk does not take what must be kept: nothing is acknowledged until it does

Every message is written for the person who will read it at 3 a.m.: what happened, where, what to do.
No message holds a term of an agreement. `InputError` is a `ValueError` too, so that a caller of the package can catch
what Python callers catch.
"""

from __future__ import annotations


class ArmslengthError(Exception):
    """Root of every error that armslength raises on purpose."""


class InputError(ArmslengthError, ValueError):
    """Something the caller gave cannot be used.

    Args:
        what: what is wrong, in one sentence.
        where: file, row, line, field or argument, as the caller knows it; empty where there is none.
        remedy: what would be right, in one sentence.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(" ".join(part for part in (f"{where}: {what}" if where else what, remedy) if part))


class FeedError(InputError):
    """A recording cannot be read, or a row of it: names the file, the row and the remedy."""


class MembershipError(InputError):
    """A membership file that cannot be understood: names the file, the line and the remedy."""


class HomeError(InputError):
    """A node's home cannot be made, read or locked: names the file and the remedy."""


class LedgerError(InputError):
    """A ledger or a bundle does not hold together: names the step, the entry and why."""


class DisclosureError(InputError):
    """The terms do not let this leave the node: names the article that forbids it."""


class AgreementError(InputError):
    """Terms that cannot be understood: names the file, the line, the field and what would be right."""


class LifecycleError(AgreementError):
    """The agreement is in a state in which this cannot be done: names the state and what can be done in it."""


class SignatureError(AgreementError):
    """A signature is missing, invalid, or by somebody who is no party."""


class RollbackError(AgreementError):
    """A version older than the one in force."""


class ExpiredError(AgreementError):
    """A version whose time is over."""


class RemovedKeyError(AgreementError):
    """A version signed by a key that an earlier version removed."""


class EquivocationError(AgreementError):
    """Two different versions with one number: one of the signatories tells two stories."""


class PredecessorError(AgreementError):
    """A version that does not name the digest of the one before it."""


class LocalProtocolError(ArmslengthError):
    """Our own code asked for something that the protocol forbids. A fault of ours."""


class RemoteProtocolError(ArmslengthError):
    """The other side sent something that the protocol forbids.

    Args:
        reason: short fixed word for counting, for example "garbage", "oversized", "wrong agreement", "replayed".
        says: one sentence for people; holds no bytes of what was sent.
    """

    def __init__(self, reason: str, says: str) -> None:
        self.reason, self.says = reason, says
        super().__init__(f"{reason}: {says}")


class StoreError(ArmslengthError):
    """The disk does not take what must be kept: names the file and the system's reason."""
