"""What a rule of conduct is, for people: the words beside the code, which each part of the engine lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that a rule goes by.

    Attributes:
        key: where the terms hold it, as TOML spells it: "radio.check_every", "conduct.C01.misses".
        attribute: the same as the code reads it: "radio.check_every_s"; of a rule's own figure only its last part.
        unit: "s", "share", or "" for a count.
        says: what it is.
    """

    key: str
    attribute: str
    unit: str
    says: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule in words.

    Attributes:
        id, title: as the terms name it.
        words: what it asks for, plainly. basis: where it comes from.
        test: when it is a breach, a case of no breach, and when it cannot be determined.
        parameters: figures. exceptions: what is no breach. severity: how grave, in words. evidence: what is kept.
        provisions: if one of these is suspended it is recorded and not judged; none: nothing suspends it.
        by: whose act it is, in words.
    """

    id: str
    title: str
    words: str
    basis: str
    test: str
    parameters: tuple[Parameter, ...]
    exceptions: tuple[str, ...]
    severity: str
    evidence: str
    by: str
    provisions: tuple[str, ...] = ()
