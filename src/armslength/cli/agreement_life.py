"""armslength agreement sign, ratify, amend, suspend, resume, end, status: what a party does with an agreement."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import (
    AsJson,
    InHome,
    Out,
    WhichAgreement,
    must_be_free,
    opened,
    print_json,
    read_file,
    write_new,
)

ToSign = Annotated[
    Path, typer.Argument(metavar="FILE", help="A draft, or the other side's signed file.", show_default=False)
]
Files = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE]...", help="The other side's signed file.", show_default=False)
]
Version = Annotated[int | None, typer.Option("--version", min=1, help="Which version, where several wait.")]
Provision = Annotated[
    str,
    typer.Option(
        "--provision",
        metavar="P",
        help="The article: separation, disclosure ...",
        autocompletion=completing.provisions,
    ),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="From when on; else as soon as the terms allow.")
]


def sign(file: ToSign, home: InHome = None, out: Out = None, as_json: AsJson = False) -> None:
    """Sign a draft, or what the other side signed, and write the file to hand over, encrypted to both."""
    _act("agreement sign", read_file(file), home, out, as_json)


def ratify(
    files: Files = None,
    home: InHome = None,
    agreement: WhichAgreement = None,
    version: Version = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Take the other side's signed FILE, or what came over the line, and sign it: in force once both have signed."""
    args: dict[str, Any] = {"files": [read_file(one) for one in files or []]}
    _act("agreement ratify", {**args, "agreement": agreement, "version": version}, home, out, as_json)


def amend(home: InHome = None, agreement: WhichAgreement = None, out: Out = None, as_json: AsJson = False) -> None:
    """Write the next version as a draft, to be edited and then signed by both like the first."""
    from armslength.node.acting import acting

    must_be_free(out)
    done = acting(opened(home), "agreement amend", {"agreement": agreement})
    file = write_new(out or Path(f"{done['agreement']}-v{done['version']}.toml"), str(done["draft"]).encode())
    if as_json:
        print_json({**{key: value for key, value in done.items() if key != "draft"}, "file": str(file)})
        return
    typer.echo(f"Version {done['version']} of {done['agreement']} as a draft: {file}")
    typer.echo("It holds the terms in clear. Edit it, check it, then sign it.")


def suspend(
    provision: Provision,
    home: InHome = None,
    agreement: WhichAgreement = None,
    begins: From = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Suspend one provision by a signed notice. The others stay; the ground line and emergencies always do."""
    args = {"agreement": agreement, "provision": provision, "from": begins}
    _act("agreement suspend", args, home, out, as_json)


def resume(
    provision: Provision,
    home: InHome = None,
    agreement: WhichAgreement = None,
    begins: From = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Resume a provision: propose it, or accept the other side's proposal. It needs both signatures."""
    args = {"agreement": agreement, "provision": provision, "from": begins}
    _act("agreement resume", args, home, out, as_json)


def end(
    home: InHome = None,
    agreement: WhichAgreement = None,
    begins: From = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """End the agreement, with the notice that its terms say."""
    _act("agreement end", {"agreement": agreement, "from": begins}, home, out, as_json)


def status(home: InHome = None, as_json: AsJson = False) -> None:
    """Say how every agreement of this home stands. Tells no terms."""
    from armslength.node.acting import acting

    done = acting(opened(home), "agreement status", {})
    if as_json:
        print_json(done)
        return
    if not done["agreements"]:
        typer.echo(f"{done['party']} has no agreement. Draft one: armslength agreement draft")
    for one in done["agreements"]:
        for line in _stands(one):
            typer.echo(line)


def _act(verb: str, args: dict[str, Any], home: Path | None, out: Path | None, as_json: bool) -> None:
    """Do `verb`, write the file for the other side, and say what happened."""
    from armslength.node.acting import acting

    must_be_free(out)
    done = acting(opened(home), verb, args)
    data = base64.b64decode(str(done.pop("file")))
    done["file"] = str(write_new(out or _free(_name(done)), data)) if data else None
    if as_json:
        print_json(done)
        return
    typer.echo(_said(done))
    if done["file"]:
        typer.echo(f"For {done['counterpart']}, encrypted to both sides: {done['file']}")


def _name(done: dict[str, Any]) -> str:
    """Return a name for the file: which agreement, and what is in it."""
    if "version" in done:
        what = done["state"] if done["what"] == "nothing new" else done["what"]
        return f"{done['agreement']}-v{done['version']}-{what.replace(' ', '-')}"
    return "-".join(part for part in (done["agreement"], done["what"].replace(" ", "-"), done["provision"]) if part)


def _free(name: str) -> Path:
    """Return a file of that name that is not there yet."""
    path, number = Path(f"{name}.age"), 2
    while path.exists():
        path, number = Path(f"{name}-{number}.age"), number + 1
    return path


def _said(done: dict[str, Any]) -> str:
    name, what, other = done["agreement"], done["what"], done["counterpart"]
    if "version" in done:
        which = f"Version {done['version']} of {name} with {other}"
        if done["state"] == "proposed" and what == "nothing new" and not done["file"]:
            return f"{which} is signed here already, and waits for {other}, who ratifies it. Nothing was done."
        if done["state"] == "proposed":
            return f"{which} is signed by one side and waits for the other."
        return f"{which} is ratified: both signatures cover {done['digest'][:19]}... It is {done['state']}."
    of = f"{done['provision']} of {name} with {other}" if done["provision"] else f"{name} with {other}"
    if what == "resume proposed":
        return f"Resuming {of} is signed by one side and waits for the other."
    from armslength.units import stamp

    when = stamp(int(done["holds_ns"])) if done["holds_ns"] else "both have signed"
    does = {"suspended": "is suspended", "resumed": "is resumed", "end given": "ends"}.get(what, "stands as it stood,")
    return f"{of[0].upper()}{of[1:]} {does} from {when} on." if what != "nothing new" else f"{of}: nothing new."


def _stands(one: dict[str, Any]) -> list[str]:
    which = f"version {one['version']} is {one['state']}" if one["version"] else f"{one['state']}, none ratified"
    lines = [f"{one['agreement']} with {one['counterpart']}: {which}"]
    if one["version"]:
        lines.append(f"  from {one['from']} until {one['until']}, {one['digest'][:19]}...")
    if one["ends"]:
        lines.append(f"  notice was given: it ends {one['ends']}")
    for held in one["suspensions"]:
        does = "suspended" if held["provision"] in one["suspended"] else "will be suspended"
        lines.append(f"  {held['provision']}: {does} from {held['from']} by {held['by']}")
    lines += [f"  {held['provision']}: resuming was proposed by {held['by']}" for held in one["resumes_waiting"]]
    for held in one["waiting"]:
        signed, missing = (" and ".join(held[key]) for key in ("signed_by", "missing"))
        lines.append(f"  version {held['version']}: signed by {signed}, waits for {missing}")
    return lines
