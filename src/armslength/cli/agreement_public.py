"""armslength agreement public, copy, filter: what may be said, who has a copy, what a draft must not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.cli.answering import (
    AsJson,
    InHome,
    Out,
    WhichAgreement,
    ask,
    must_be_free,
    opened,
    print_json,
    write_new,
)

NOT_SO = 1
"""Exit code: a statement is not approved, a text is nobody's copy, a draft is stopped."""
LARGEST = 1 << 20
_TYPED = {
    "text": "TEXT|FILE",
    "language": "--language",
    "decision": "--decide",
    "reason": "--reason",
    "draft": "--draft",
}
Checked = Annotated[
    str | None, typer.Option("--check", metavar="TEXT|FILE", help="Hold a statement against the approved lines.")
]
Whose = Annotated[
    Path | None, typer.Option("--whose", metavar="FILE", help="Say whose copy a found text is, or is a part of.")
]
By = Annotated[str | None, typer.Option("--by", metavar="PARTY", help="With --check and --record: who said it.")]
Record = Annotated[bool, typer.Option("--record", help="Enter it in the ledger, as a finding of P05.")]


def public(
    check: Checked = None,
    whose: Whose = None,
    by: By = None,
    record: Record = False,
    home: InHome = None,
    agreement: WhichAgreement = None,
    as_json: AsJson = False,
) -> None:
    """Print the lines that both sides have approved for the public, and nothing else; or check a text against them.

    Exit code 1 where a sentence of --check is not approved, or --whose finds no copy made here.
    """
    from armslength.errors import InputError
    from armslength.node.acting import acting

    if check is not None and whose is not None:
        raise InputError("Two things are asked at once.", where="--check, --whose", remedy="Ask one after the other.")
    if record and check is None and whose is None:
        raise InputError("There is nothing to enter.", where="--record", remedy="It goes with --check or --whose.")
    if check is not None:
        if record and by is None:
            raise InputError("Who said it is missing.", where="--by", remedy="Name the party: --by NAME.")
        args = {"agreement": agreement, "text": _given(check), "by": by, "record": record}
        _answer(acting(opened(home), "agreement statement", args), as_json, _judged, "approved")
        return
    if whose is not None:
        args = {"agreement": agreement, "text": _read(whose), "record": record}
        _answer(acting(opened(home), "agreement trace", args), as_json, _traced, "recipient")
        return
    done = acting(opened(home), "agreement public", {"agreement": agreement})
    if as_json:
        print_json(done)
        return
    for line in done["public_lines"]:
        typer.echo(line)
    if not done["public_lines"]:
        typer.echo("No lines are approved for the public.", err=True)


def copy(
    recipient: Annotated[str, typer.Argument(metavar="NAME", help="Who gets it: a member that the terms bind.")],
    law: Annotated[
        str | None, typer.Option("--required-by-law", metavar="REASON", help="A law requires it: which.")
    ] = None,
    notified: Annotated[
        str | None, typer.Option("--notified", metavar="MESSAGE", help="The message that told the other side of it.")
    ] = None,
    home: InHome = None,
    agreement: WhichAgreement = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write a copy of the agreement in force for one recipient, marked so that a part of it can be traced to him."""
    from armslength.node.acting import acting

    must_be_free(out)
    args = {"agreement": agreement, "recipient": recipient, "law": law, "notified": notified}
    done = acting(opened(home), "agreement copy", args)
    file = write_new(
        out or Path(f"{done['agreement']}-v{done['version']}-{done['code'].lower()}.txt"), done["text"].encode()
    )
    if as_json:
        print_json({**{key: value for key, value in done.items() if key != "text"}, "file": str(file)})
        return
    typer.echo(f"Copy {done['code']} of version {done['version']} for {done['recipient']}: {file}")
    typer.echo("It holds the terms in clear. Pass on this file itself: typed anew it bears no mark.")


def filter_draft(
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|FILE]", help="The draft, or a file with it.", show_default=False)
    ] = None,
    draft: Annotated[
        str | None, typer.Option("--draft", metavar="ID", help="One that the node stopped; it tells which.")
    ] = None,
    language: Annotated[str, typer.Option("--language", metavar="en|ru", help="In which it is written.")] = "en",
    decide: Annotated[
        str | None,
        typer.Option("--decide", metavar="misread|let-go|hold", help="Decide about it, with --reason; needs the node."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="WHY", help="Entered in the ledger.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Which counterpart.")] = None,
    home: InHome = None,
    agreement: WhichAgreement = None,
    as_json: AsJson = False,
) -> None:
    """Say what a draft holds that the deal keeps out, or decide about it. Exit code 1 where it may not leave."""
    from armslength.errors import InputError
    from armslength.node.acting import acting
    from armslength.node.control import running_at
    from armslength.node.home import home_path

    if (text is None) is (draft is None):
        remedy = "Give its text, or --draft ID of a stopped one."
        raise InputError("Which draft is meant?", where="TEXT|FILE, --draft", remedy=remedy)
    if decide is not None and reason is None:
        raise InputError("The reason is missing.", where="--reason", remedy="Say why, without quoting the draft.")
    given, where = "" if text is None else _given(text), home_path(home)
    what = {"draft": draft} if text is None else {"text": given, "language": language}
    args: dict[str, Any] = {"counterpart": to, **what}
    if decide is not None:
        done = ask(where, "draft decide", {**args, "decision": decide, "reason": reason}, _TYPED)
    elif running_at(where) is not None or draft is not None:
        done = ask(where, "draft review", args, _TYPED)
    else:
        done = acting(opened(home), "agreement filter", {"agreement": agreement, **what})
    passes = not done["stops"] or done["decided"] in set(done["choices"]) - {"HOLD"}
    if as_json:
        print_json({**done, "may_leave": passes})
    else:
        for line in _found(done, given):
            typer.echo(line)
    if not passes:
        raise typer.Exit(NOT_SO)


def _answer(done: dict[str, Any], as_json: bool, lines: Any, holds: str) -> None:
    if as_json:
        print_json(done)
    else:
        for line in lines(done):
            typer.echo(line)
    if not done[holds]:
        raise typer.Exit(NOT_SO)


def _judged(done: dict[str, Any]) -> list[str]:
    out = []
    for one in done["sentences"]:
        out.append(f"{'approved' if one['approved'] else 'NOT APPROVED'}: {one['text']}")
        if one["nearest"]:
            out.append(f"    the nearest approved line: {one['nearest']}")
    wrong = sum(not one["approved"] for one in done["sentences"])
    out.append(
        "Every sentence is an approved line." if not wrong else f"Not approved: {wrong} of {len(done['sentences'])}."
    )
    if done["kinds"]:
        out.append(f"What is not approved holds what the deal keeps out: {', '.join(done['kinds'])}.")
    return out + _entered(done)


def _traced(done: dict[str, Any]) -> list[str]:
    if not done["recipient"]:
        return [f"It bears the mark of none of the {done['copies']} copies that were made here."]
    how = "its code stands in it" if done["by_code"] else f"{done['agree']} of {done['spaces']} marked spaces agree"
    return [f"Copy {done['code']} for {done['recipient']}, made {done['made']}: {how}.", *_entered(done)]


def _entered(done: dict[str, Any]) -> list[str]:
    return [f"Entered: {done['recorded']}"] if done["recorded"] else []


def _found(done: dict[str, Any], text: str) -> list[str]:
    out = []
    for hit in done["hits"]:
        quoted = " ".join(text[hit["start"] : hit["end"]].split())
        quoted = f'"{quoted if len(quoted) <= 60 else quoted[:57] + "..."}" ' if quoted else ""
        out.append(f"{quoted}(signs {hit['start'] + 1} to {hit['end']}): {hit['kind']}, {hit['form']}.")
        out.append(f"    {hit['why']} {hit['article']}{', and nobody can let it go' if hit['final'] else ''}.")
        out.append(f"    {hit['remedy']}")
    if not done["stops"]:
        return ["Nothing was found that the deal keeps out. The filter knows forms and words, not what is meant."]
    if done["decided"]:
        out.append(f"Decided: {done['decided']}.")
    out.append(f"A person can decide: {', '.join(done['choices'])}.")
    return out


def _given(given: str) -> str:
    """Return the text that was typed, or what stands in the file of that name."""
    try:
        is_file = Path(given).is_file()
    except (OSError, ValueError):
        is_file = False
    return _read(Path(given)) if is_file else given


def _read(path: Path) -> str:
    """Return the text of a file. InputError where it cannot be read."""
    from armslength.errors import InputError
    from armslength.node.textfile import read_text

    if path.is_file() and path.stat().st_size > LARGEST:
        raise InputError("It is larger than 1 MiB.", where=str(path), remedy="Is it the right file?")
    return read_text(path, InputError)
