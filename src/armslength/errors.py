"""The whole error tree.

    ArmslengthError
    └── InputError          bad input from the caller: a recording, a file, an option, an argument (exit code 2)
        ├── FeedError       a recording or a feed that cannot be read, or a row in it
        ├── AgreementError  terms that cannot be understood
        └── MembershipError a membership file that cannot be understood

Every message is written for the person who will read it at 3 a.m.: what happened, where, what to do.
`InputError` is a `ValueError` too, so that a caller of the package can catch what Python callers catch.
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


class AgreementError(InputError):
    """Terms that cannot be understood: names the file, the line, the field and what would be right."""


class MembershipError(InputError):
    """A membership file that cannot be understood: names the file, the line and the remedy."""
