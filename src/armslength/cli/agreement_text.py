"""armslength agreement draft, show: the text of an agreement, for people."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from armslength.cli.answering import AsJson, InHome, Out, WhichAgreement, opened, print_json, read_file, write_new

Between = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        "--between", metavar="A.identity B.identity", help="The identities of both sides.", show_default=False
    ),
]


class DraftCommand(TyperCommand):
    """`agreement draft`: --between takes two files, and an option behind the first is not the second."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse --between with fewer than two files before it swallows what stands behind it."""
        if "--between" in args and not ctx.resilient_parsing:
            behind = args[args.index("--between") + 1 :][:2]
            _must_be_two(len(list(takewhile(lambda word: not word.startswith("--"), behind))))
        return super().parse_args(ctx, args)


def _must_be_two(named: int) -> None:
    """Raise InputError where not both parties are named."""
    from armslength.errors import InputError

    if named < 2:
        what = f"An agreement is between two parties, and {'one is' if named else 'none is'} named."
        remedy = (
            "Write --between A.identity B.identity: your own (armslength identity --out A.identity makes it) and the "
            "one that the other side handed over. The first is the first party."
        )
        raise InputError(what, where="--between", remedy=remedy)


def draft(
    between: Between = None,
    profile: Annotated[str, typer.Option("--profile", help="The terms to begin from.")] = "threes",
    begins: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="In force from then on; else from now.")
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="In force until then; else for 365 days.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write terms between two parties as a draft that a person edits. The first identity is the first party."""
    import base64
    import secrets
    import time

    from armslength.agreement.drafting import first_draft
    from armslength.agreement.identity import read_identity
    from armslength.errors import InputError
    from armslength.units import NS, parse_stamp

    _must_be_two(len(between or ()))
    first, second = (read_identity(base64.b64decode(read_file(one)["file"]), str(one)) for one in between or ())
    now = time.time_ns() // (60 * NS) * 60 * NS
    from_ns = now if begins is None else parse_stamp(begins)
    until_ns = from_ns + 365 * 86_400 * NS if ends is None else parse_stamp(ends)
    if until_ns <= from_ns:
        remedy = "Name a later time with --until, or leave it out for 365 days."
        raise InputError("It would end before it begins.", where="--until", remedy=remedy)
    name, text = first_draft(profile, first, second, from_ns, until_ns, secrets.token_bytes(24))
    file = write_new(out or Path(f"{name}-v1.toml"), text.encode())
    if as_json:
        print_json({"agreement": name, "version": 1, "parties": [first.party, second.party], "file": str(file)})
        return
    typer.echo(f"Version 1 of {name} as a draft: {file}")
    typer.echo(f"  {first.party}: {first.short}")
    typer.echo(f"  {second.party}: {second.short}")
    typer.echo("It holds the terms in clear. Edit it, check it, then sign it.")


def show(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A signed file; else what the home keeps.")
    ] = None,
    home: InHome = None,
    agreement: WhichAgreement = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Which version; else the one in force.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain language what a version says, who signed it, and what changed since the one before it."""
    from armslength.node.acting import acting

    args: dict[str, Any] = {"agreement": agreement, "version": version}
    done = acting(opened(home), "agreement show", args if file is None else read_file(file))
    if as_json:
        print_json(done)
        return
    for line in _lines(done):
        typer.echo(line)


def _lines(done: dict[str, Any]) -> list[str]:
    from armslength.agreement.unexecuted import HEADING

    first, second = done["parties"]
    signed = " and ".join(done["signed_by"]) or "nobody"
    lines = [
        f"{done['title']}, version {done['version']}",
        f"{done['agreement']}, {done['digest']}",
        f"Between {first['name']} ({first['post']}) and {second['name']} ({second['post']}).",
        f"From {done['from']} until before {done['until']}; {done['state']}; signed by {signed}.",
    ]
    lines += [f"Warning: {one}" for one in done["warnings"]]
    lines += [f"Not all of it is executed: see the end, {HEADING!r}."] * any(
        section["heading"] == HEADING for section in done["plain"]
    )
    if done["changed"] is not None:
        lines += ["", "What changed since the version before it"]
        lines += done["changed"] or ["Nothing but the version and its time."]
    for section in done["plain"]:
        lines += ["", section["heading"], *section["sentences"]]
    return lines
