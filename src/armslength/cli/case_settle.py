"""armslength case session, propose, sign, measure, close, confirm: how a case is settled."""

from __future__ import annotations

from typing import Annotated

import typer

from armslength.cli.answering import AsJson, InHome
from armslength.cli.case_app import File, Language, Number, Person, Text, ask, moment, said, text_of


def session(
    case: Number,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When; else now.")] = None,
    medium: Annotated[
        str, typer.Option("--medium", metavar="HOW", help="video, telephone, ground-line or in-person.")
    ] = "ground-line",
    agenda: Annotated[
        str, typer.Option("--agenda", metavar="WHAT", help="regular, extraordinary or review.")
    ] = "regular",
    minutes: Annotated[str | None, typer.Option("--minutes", metavar="DIGEST", help="Digest of the minutes.")] = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Say that the working group meets, or met, about a case. Findings follow from that."""
    args = {"case": case, "at_ns": moment(home, at, "--at"), "medium": medium, "agenda": agenda, "minutes": minutes}
    said(ask(home, "case session", args), as_json)


def propose(
    case: Number,
    letter: Annotated[
        str, typer.Argument(metavar="LETTER", help="A to E: what the risk was; D: not determined.", show_default=False)
    ],
    text: Text = None,
    file: File = None,
    language: Language = "en",
    score: Annotated[int | None, typer.Option("--score", metavar="N", help="RAT-like; else none is given.")] = None,
    cause: Annotated[
        list[str] | None, typer.Option("--cause", metavar="WORDS", help="A cause; may be repeated.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="This side's own finding: with the other's, two findings.")
    ] = False,
    person: Person = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Propose a joint finding, or state one's own. It binds: two persons, where the terms say so."""
    args = {
        "case": case, "letter": letter, "text": text_of(text, file), "language": language, "score": score,
        "causes": cause or [], "own": own, "person": person,
    }  # fmt: skip
    said(ask(home, "case propose", args), as_json)


def sign(
    case: Number,
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="Which, by its digest; else the only one that waits.")
    ] = None,
    person: Person = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Sign a finding or a measure of the other side. It binds: two persons, where the terms say so."""
    said(ask(home, "case sign", {"case": case, "document": document, "person": person}), as_json)


def measure(
    case: Number,
    text: Text = None,
    file: File = None,
    language: Language = "en",
    whose: Annotated[
        str, typer.Option("--whose", metavar="WHO", help="own, theirs or both: what is not own, they must sign.")
    ] = "own",
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help="Until when.")] = None,
    amendment: Annotated[
        str | None, typer.Option("--amendment", metavar="DIGEST", help="The version of the agreement that does it.")
    ] = None,
    person: Person = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Put down what is to be done; it may be an amendment of the terms. Two persons, where the terms say so."""
    args = {
        "case": case, "text": text_of(text, file), "language": language, "whose": whose,
        "due_ns": moment(home, due, "--due"), "amendment": amendment, "person": person,
    }  # fmt: skip
    said(ask(home, "case measure", args), as_json)


def close(
    case: Number,
    reason: Annotated[str | None, typer.Option("--reason", metavar="WORDS", help="Why.")] = None,
    person: Person = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Close a case: it is closed when both sides have. Two persons, where the terms say so."""
    said(ask(home, "case close", {"case": case, "reason": reason, "person": person}), as_json)


def confirm(
    act: Annotated[str, typer.Argument(metavar="ACT", help="What waits, as the first person was told.")],
    person: Person = None,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Decide, as the second person, what the first one has decided: only then it is signed, and leaves."""
    said(ask(home, "case confirm", {"id": act, "person": person}), as_json)
