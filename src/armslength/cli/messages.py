"""`armslength messages`, `mark` and `readback`: what came and went, and what a person says about it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import AsJson, InHome, print_json

WIDTH = 120
EIGHT = "Its first eight digits are enough."


def messages(
    count: Annotated[int, typer.Option("--last", metavar="N", min=1, help="How many, the newest.")] = 20,
    language: Annotated[str, typer.Option(metavar="en|ru", help="Show the words in this language.")] = "en",
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """List the latest messages, oldest first: when, which way, by which channel, the marks on them, the words."""
    from armslength.cli.saying import UNCHECKED
    from armslength.node.control import get
    from armslength.node.home import home_path
    from armslength.wording import language_of, lexicon

    short = language_of(language)
    every = get(home_path(home), "/api/messages")["messages"]
    found, by_id = every[-count:], {row["id"]: row for row in every}
    if as_json:
        print_json({"messages": found})
        return
    if not found:
        typer.echo("No messages since the node was set up.")
    for row in found:
        for line in _rows(row, by_id.get(row["ref"]), short):
            typer.echo(line)
    if found and lexicon(short).proposal:
        typer.echo(f"The words are a {UNCHECKED}; the code is what counts.")


def _rows(row: Mapping[str, Any], about: Mapping[str, Any] | None, short: str) -> list[str]:
    """Return one message in lines of at most WIDTH columns; `about`: the message that it names."""
    from armslength.errors import InputError
    from armslength.node.telling import short_id
    from armslength.protocol.catalogue import CATALOGUE, fault_in
    from armslength.units import stamp
    from armslength.wording import lexicon
    from armslength.wording.sentence import read_back_words, text_of

    way = "to  " if row["way"] == "out" else "from"
    channel = {"GROUND": "ground", "": "-"}.get(row["channel"], row["channel"])
    marks = " ".join(mark for mark in ("RECEIVED", "UNDERSTOOD", "RELAYED") if mark in row["marks"])
    if row["way"] == "in":
        marks = marks.replace("RECEIVED", "").strip() or (
            "" if row["code"] in completing.BY_NODES else "not yet UNDERSTOOD"
        )
    else:
        marks = marks or "NOT RECEIVED"
    late = "  EXPIRED, for the record only" if row["expired"] else ""
    late += "  CALL SIGN NOT OF THE TERMS" if row.get("unknown_call_sign") else ""
    head = f"{stamp(int(row['at_ns']))[:19]}Z  [{short_id(row['id'])}]  {row['code']}  {row['precedence']:8}"
    head += f"  {way} {row['counterpart']}  {channel:6}  {marks}{late}".rstrip()
    try:
        lex, code = lexicon(short), CATALOGUE[row["code"]]
        if fault_in(code, row["fields"]):
            raise InputError("It has fields that this catalogue does not have.")
        fields = {**row["fields"], **row.get("from_terms", {})}
        if code.name == "RBK" and about is not None:
            fields["values"] = read_back_words(lex, str(fields["values"]), about["code"], about["fields"])
        said = text_of(lex, code, fields, int(row["time_ns"]))
    except (InputError, KeyError):
        said = ", ".join(f"{key} {value}" for key, value in row["fields"].items())
    return [head, *textwrap.wrap(said, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)]


def mark(
    message: Annotated[str, typer.Argument(metavar="ID", help=EIGHT, autocompletion=completing.unmarked)],
    what: Annotated[
        str,
        typer.Argument(
            metavar="understood|relayed", help="You have it, or the crew has it.", autocompletion=completing.marks
        ),
    ],
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Put a signed mark on a message received: UNDERSTOOD, a person has it; RELAYED, the crew has it."""
    from armslength.cli.answering import ask
    from armslength.errors import InputError
    from armslength.node.home import home_path
    from armslength.node.telling import short_id
    from armslength.toml_source import nearest
    from armslength.units import stamp

    if what.upper() not in {"UNDERSTOOD", "RELAYED"}:
        near = nearest(what, ("understood", "relayed"))
        hint = f"Did you mean {near}? " if near else ""
        raise InputError(f'"{what}" is no mark.', remedy=f"{hint}There are: understood, relayed.")
    done = ask(home_path(home), "mark", {"id": message, "mark": what.upper()}, {"id": "ID"})
    if as_json:
        print_json(done)
        return
    if "already_ns" in done:
        at = stamp(int(done["already_ns"]))[:19]
        typer.echo(f"[{short_id(done['id'])}] is marked {what.upper()} already, since {at}Z. Nothing was done.")
        return
    typer.echo(f"{what.upper()} [{short_id(done['id'])}]. The other side is told.")


def readback(
    message: Annotated[str, typer.Argument(metavar="ID", help=EIGHT, autocompletion=completing.read_back)],
    values: Annotated[
        str | None, typer.Option(metavar='"FL250"', help="What the crew said, in order; else what the message says.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the words; send nothing.")] = False,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Read a message back (RBK): its values again, in order. Who sent it compares them."""
    from armslength.cli.saying import in_words, languages_of, rows
    from armslength.cli.values import heard_values
    from armslength.errors import InputError
    from armslength.node.control import ask
    from armslength.node.home import home_path
    from armslength.node.telling import short_id
    from armslength.protocol.catalogue import CATALOGUE
    from armslength.protocol.readback import compare, expected

    where = home_path(home)
    row = _one(where, message)
    code, fields = CATALOGUE[row["code"]], row["fields"]
    if row["way"] == "out" or not code.read_back:
        known = ", ".join(name for name, one in CATALOGUE.items() if one.read_back)
        what = "It is a message of ours" if row["way"] == "out" else f"{code.name} ({code.meaning}) is not read back"
        raise InputError(f"{what}.", where=short_id(row["id"]), remedy=f"Read back are, of what comes in: {known}.")
    wanted = " ".join(value for _, value in expected(code, fields))
    said = wanted if values is None else heard_values(code, fields, values)
    args = {"code": "RBK", "fields": {"values": said}, "ref": row["id"], "counterpart": row["counterpart"]}
    reply = ask(where, "send", {**args, "dry_run": True} if dry_run else args)
    languages = languages_of(None, reply["languages"])
    about = (code.name, fields)
    words = in_words("RBK", {"values": said}, languages, str(reply["to"]), str(reply["from"]), about=about)
    differs = [{"field": one.field, "said": one.said, "heard": one.heard} for one in compare(code, fields, said)]
    if as_json:
        print_json({**reply, "ref": row["id"], "values": said, "words": words, "differs": differs})
        return
    for line in rows(words):
        typer.echo(line)
    for one in differs:
        was, back = one["said"] or "nothing", one["heard"] or "nothing"
        typer.echo(f"  NOT WHAT THEY SAID: {one['field']} was {was}, read back {back}.")
    typer.echo("NOT SENT (dry run)." if dry_run else f"Read back to {row['counterpart']} [{short_id(reply['id'])}].")


def _one(where: Path, wanted: str) -> dict[str, Any]:
    """Return the message that is meant.

    Raises:
        InputError: none, or several.
    """
    from armslength.errors import InputError
    from armslength.node.control import get

    rows = get(where, "/api/messages")["messages"]
    digits = wanted.removeprefix("sha256:").lower()
    found = [row for row in rows if row["id"].removeprefix("sha256:").startswith(digits)] if digits else []
    if len(found) != 1:
        what = f'{len(found)} messages begin with "{wanted}".' if found else f'There is no message "{wanted}".'
        raise InputError(what, where="ID", remedy="armslength messages lists them.")
    return dict(found[0])
