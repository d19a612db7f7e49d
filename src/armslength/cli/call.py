"""`armslength call`: a coded message in words, sent, said, and followed until it is understood."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from armslength.cli import completing
from armslength.cli.answering import AsJson, InHome, print_json

if TYPE_CHECKING:
    from armslength.protocol.catalogue import Code, Value

VALID_FOR = "60 s"
"""How long a message is valid that must say so, where nobody does."""
Said = Annotated[
    str | None, typer.Option("--language", metavar="en|ru", help="Say it in this one, not in those agreed.")
]


def call(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Three letters: TFA.", autocompletion=completing.codes)],
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FIELD=VALUE]...", help='"range=5 NM" level=FL250', autocompletion=completing.fields),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which counterpart.", autocompletion=completing.counterparts)
    ] = None,
    ref: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The message that it is about.", autocompletion=completing.messages),
    ] = None,
    valid_for: Annotated[
        str | None, typer.Option("--valid-for", metavar='"60 s"', help="How long it may be sounded.")
    ] = None,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0.0, help="Show marks and answers as they come.")] = 0.0,
    language: Said = None,
    wav: Annotated[Path | None, typer.Option(metavar="FILE", help="Say it into this sound file.")] = None,
    aloud: Annotated[bool, typer.Option("--say", help="Say it by the sound card.")] = False,
    device: Annotated[str, typer.Option("--sound-card", metavar="DEV", help="Which one.")] = "",
    ptt: Annotated[str, typer.Option(metavar="HOW", help="vox, rts:PORT, command:WORDS or none.")] = "none",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the words; send nothing.")] = False,
    home: InHome = None,
    as_json: AsJson = False,
) -> None:
    """Send a coded message, and show the exact words for it. Exit code 1 where --wait ends without RECEIVED."""
    from armslength.cli.saying import languages_of, ready
    from armslength.cli.values import code_of, fields_of
    from armslength.cli.waiting import events
    from armslength.node.home import home_path

    known, where = code_of(code), home_path(home)
    languages_of(language, ())  # before anything is sent
    now_ns, last = _now(where)
    fields, notes = fields_of(known, [*_nonce(known), *(pairs or [])], now_ns)
    ready(wav, aloud, ptt)
    if dry_run and last is None:
        reply = _alone(where, known)
    else:
        reply = _send(where, known, fields, to, ref, valid_for, notes, dry_run)
    done = {"code": known.name, "fields": fields, "notes": notes, **reply}
    done["words"] = said = _words(known, fields, language, reply, now_ns)
    if not as_json:
        _show(done, dry_run)
    coming = None if wait <= 0.0 or dry_run else events(where, last or 0, wait)
    if wav is not None or aloud:
        from armslength.cli.saying import say

        done["said_s"] = round(say(said, wav, aloud, device, ptt), 1)
        if not as_json and wav is not None:
            typer.echo(f"Said in {done['said_s']:g} s: {wav}")
    received = coming is None or _follow(coming, wait, done, as_json)
    if as_json:
        print_json(done)
    if not received:
        raise typer.Exit(1)


def _now(where: Path) -> tuple[int, int | None]:
    """Return the time of the node [UTC ns] and the number of its last event; this machine's time where none runs."""
    from armslength.node.control import get, running_at

    if running_at(where) is None:
        return time.time_ns(), None
    status = get(where, "/api/status")
    return int(status["time_ns"]), int(status["last_event"])


def _nonce(code: Code) -> list[str]:
    """Return the check digits of a check, which nobody types."""
    import secrets

    return [f"nonce={secrets.token_hex(8)}"] if code.name in {"RCK", "GCK"} else []


def _send(
    where: Path,
    code: Code,
    fields: Mapping[str, Value],
    to: str | None,
    ref: str | None,
    valid_for: str | None,
    notes: list[str],
    dry_run: bool,
) -> dict[str, Any]:
    """Ask the running node to send it; return what it answers."""
    from armslength.cli.answering import ask
    from armslength.cli.values import needs_ref
    from armslength.errors import InputError
    from armslength.protocol.catalogue import Wanted

    if needs_ref(code) and ref is None and not dry_run:
        remedy = "Add --ref ID; armslength messages lists them."
        raise InputError(f"{code.name} ({code.meaning}) must name the message that it is about.", remedy=remedy)
    if code.valid_until is Wanted.MUST and valid_for is None:
        valid_for = VALID_FOR
        notes.append(f"It is valid for {VALID_FOR}; --valid-for says otherwise.")
    args = {"code": code.name, "fields": dict(fields), "counterpart": to, "ref": ref, "valid_for": valid_for}
    given = {key: value for key, value in args.items() if value is not None}
    typed = {"ref": "--ref", "counterpart": "--to", "valid_for": "--valid-for"}
    return ask(where, "send", {**given, "dry_run": True} if dry_run else given, typed)


def _alone(where: Path, code: Code) -> dict[str, Any]:
    """Return who would speak to whom where no node runs."""
    from armslength.errors import HomeError
    from armslength.node.home import open_home

    try:
        post = open_home(where).config.post
    except HomeError:
        post = "THIS POST"
    return {"from": post, "to": "OTHER POST", "languages": ["English"], "allowed": None, "says": "No node was asked."}


def _words(
    code: Code, fields: Mapping[str, Value], language: str | None, reply: Mapping[str, Any], now_ns: int
) -> dict[str, str]:
    from armslength.cli.saying import in_words, languages_of

    languages = languages_of(language, reply["languages"])
    posts, seen = (str(reply["to"]), str(reply["from"])), reply.get("from_terms")
    return in_words(code.name, fields, languages, *posts, now_ns=now_ns, from_terms=seen)


def _show(done: Mapping[str, Any], dry_run: bool) -> None:
    from armslength.cli.saying import rows
    from armslength.node.telling import short_id

    for row in rows(done["words"]):
        typer.echo(row)
    for note in done["notes"]:
        typer.echo(f"  {note}")
    if done.get("unknown_call_sign"):
        says = "The call sign is not of the terms, and is flagged so on both sides: armslength agreement show"
        typer.echo(f"  {says}, or correct it (COR).")
    if not dry_run:
        typer.echo(f"Sent to {done['counterpart']} [{short_id(done['id'])}].")
    elif done["allowed"] is False:
        typer.echo(f"NOT SENT (dry run), and it would not be: {done['says']}")
    else:
        typer.echo("NOT SENT (dry run).")


def _follow(coming: Iterator[dict[str, Any]], wait: float, done: dict[str, Any], as_json: bool) -> bool:
    """Show what becomes of it; return whether it was received."""
    from armslength.cli.waiting import becomes

    done["marks"], done["answers"] = {}, []
    for one in becomes(coming, done):
        event = one["event"]
        if one["what"] == "answer":
            beside = {"from_terms": event.get("from_terms", {})}
            done["answers"].append({key: event[key] for key in ("id", "code", "fields", "channel")} | beside)
        elif one["what"] == "read back":
            done["read_back"] = {"outcome": event["outcome"], "differs": event["differs"]}
        else:
            done["marks"][one["what"]] = {"after_s": one["after_s"], "channel": event.get("channel", "")}
        if not as_json:
            typer.echo(f"  after {one['after_s']:5.1f} s  {_becoming(one, done)}")
    received = bool(done["marks"] or done["answers"])
    if not as_json and not received:
        typer.echo(f"NOT RECEIVED within {wait:g} s. It goes on trying; armslength messages shows what becomes of it.")
    return received


def _becoming(one: Mapping[str, Any], done: Mapping[str, Any]) -> str:
    """Return one mark or answer in words."""
    from armslength.cli.saying import in_words
    from armslength.node.telling import in_words as told

    event = one["event"]
    if one["what"] == "read back":
        return told(event, 0)[10:]
    channel = event.get("channel") or ""
    by = f" by {'the ground line' if channel == 'GROUND' else channel}" if channel else ""
    if one["what"] != "answer":
        return f"{one['what']}{by}"
    about = (str(done["code"]), dict(done["fields"]))
    short = next(iter(done["words"]))
    posts, seen = (str(done["from"]), str(done["to"])), event.get("from_terms")
    said = in_words(event["code"], event["fields"], [short], *posts, about=about, from_terms=seen)
    return f"{event['code']}{by}: {said[short]}"
