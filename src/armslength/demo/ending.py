"""The end of the demonstration: both ledgers handed out, held against each other, and the summary in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from armslength.adapters.store import read_only
from armslength.node.exporting import export
from armslength.node.home import open_home
from armslength.node.verifying import verify_files
from armslength.protocol.frames import whole_envelope
from armslength.protocol.messages import from_envelope
from armslength.protocol.outbox import SPACE


def examine(folder: Path, agreement: str, homes: Mapping[str, Path], now_ns: int) -> dict[str, Any]:
    """Export the book of `agreement` of each side into `folder`, and verify both, alone and against each other.

    Args:
        folder: takes one bundle of each side.
        agreement: its id.
        homes: by party; nothing runs on them any more.
        now_ns: UTC of the nodes' clock [ns].

    Returns:
        {"agree", "bundles": {party: {"file", "entries", "shown", "countersigned"}}, "failed": [...], "between": [...]}

    Raises:
        LedgerError: a ledger holds nothing under the agreement, or does not hold together.
        StoreError: the disk does not take a bundle.
    """
    bundles: dict[str, dict[str, Any]] = {}
    for party, path in homes.items():
        home = open_home(path)
        file = folder / f"{party.lower()}.bundle"
        known = {one.key: name for name, one in home.counterparts().items()}
        done = export(home.ledger, agreement, file, home.key, now_ns, party=party, known=known)
        bundles[party] = {
            "file": file.name, "entries": done.entries, "shown": done.shown, "countersigned": done.countersigned,
        }  # fmt: skip
    return {"bundles": bundles} | hold_together([folder / str(bundle["file"]) for bundle in bundles.values()])


def outbox_of(home: Path) -> frozenset[str]:
    """Return the ids of the messages that lie in the durable outbox of the node of `home`, which is stopped.

    Raises:
        LedgerError: the store cannot be read, or a value in it is not what was written.
    """
    with read_only(open_home(home).ledger) as store:
        spaces = [space for space in store.spaces() if space.startswith(SPACE)]
        rows = [value for space in spaces for _, value in store.scan(space)]
    return frozenset(from_envelope(whole_envelope(value), value, None).id for value in rows)


def hold_together(files: Sequence[Path]) -> dict[str, Any]:
    """Verify the bundles of both sides, alone and against each other: {"agree", "failed": [...], "between": [...]}."""
    report = verify_files(files)
    steps = [step for one in report.files for step in one.steps]
    steps += [step for one in report.files for book in one.books for step in book.steps]
    failed = [_short(step.says, files) for step in [*steps, *report.between] if step.holds is False]
    held = [step.holds for step in report.between]
    return {
        "agree": report.holds and bool(held) and all(held),
        "failed": failed,
        "between": [_short(step.says, files) for step in report.between],
    }


def _short(says: str, files: Sequence[Path]) -> str:
    """Return the sentence with the names of the files instead of their paths."""
    for file in files:
        says = says.replace(str(file), file.name)
    return says


def in_words(summary: Mapping[str, Any]) -> list[str]:
    """Return the summary in lines for a person."""
    least = summary["first_alert_before_closest_s"]
    warned = f"{least:.0f} s before the closest point at least" if least is not None else "not every meeting in time"
    waits = f"{summary['waiting']} waiting in the sender's outbox, " if summary["waiting"] else ""
    rows = [
        "What each side saw, sent and received:",
        *(row for party, side in summary["sides"].items() for row in _side(party, side)),
        f"Meetings that could be known early: first alert {warned}, on both sides.",
        *_meetings(summary["meetings"]),
        f"Messages: {summary['sent']} sent, {summary['delivered']} delivered with the signed mark of the receiver, "
        f"{waits}{summary['lost']} lost, {summary['duplicated']} duplicated, {summary['expired']} late: EXPIRED.",
        *_settled(summary),
        f"By channel, each where it came first: {_by_channel(summary['channels'])}.",
        f"The talk had to leave a channel {summary['failovers']} times. While there was a way, what is FLASH waited "
        f"{summary['longest_silence_s']:.0f} s at most ({summary['longest_silence'] or 'there was none'}).",
    ]
    ledgers = summary["ledgers"]
    for party, bundle in ledgers["bundles"].items():
        rows.append(
            f"Ledger of {party}: {bundle['entries']} entries, {bundle['countersigned']} of them under the other side's "
            f"signature too; handed out as {bundle['file']}."
        )
    verdict = "tell one story" if ledgers["agree"] else "DO NOT AGREE"
    return [*rows, *(f"  {says}" for says in ledgers["failed"]), f"Held against each other, both ledgers {verdict}."]


def _side(party: str, side: Mapping[str, Any]) -> list[str]:
    rows = [
        f"  {party}: {side['alerts']} alerts sounded, {side['shown_without_sound']} more on the screen; "
        f"sent {_counts(side['sent'])}; received {_counts(side['received'])}; "
        f"marks that came back: {_counts(side['marks'])}."
    ]
    if side["withheld"]:
        rows.append(f"  {party}: held back by the gate: {_counts(side['withheld'])}.")
    return rows


def _meetings(meetings: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = []
    for meeting in meetings:
        warned = ", ".join(
            f"{party} {'no alert' if before is None else f'{before:.0f} s before'}"
            for party, before in meeting["first_alert_before_closest_s"].items()
        )
        rows.append(f"  {meeting['name']:<20} {meeting['warning']:<6} {warned}")
    return rows


def _settled(summary: Mapping[str, Any]) -> list[str]:
    """Return what the rules of conduct found, and what became of it."""
    rows = []
    for party, rules in summary["findings"].items():
        told = (f"{rule} {_outcomes(some)}" for rule, some in rules.items())
        rows.append(f"  {party} found: {', '.join(told) or 'nothing'}.")
    if rows:
        rows.insert(0, "What the rules of conduct found (breaches, and ? for what the errors do not let be told):")
    if "cases" in summary:
        rows.append(
            f"Cases: {summary['cases']}; joint findings: {summary['joint_findings']}; two findings: "
            f"{summary['two_findings']}; amendments ratified: {summary['amendments']}."
        )
    return rows


def _outcomes(some: Mapping[str, int]) -> str:
    """Return how often a rule found what: "2 and 1?"."""
    sure, doubtful = some.get("BREACH", 0), some.get("NOT_DETERMINABLE", 0)
    return " and ".join([*([str(sure)] if sure else []), *([f"{doubtful}?"] if doubtful else [])]) or "no breach"


def _by_channel(channels: Mapping[str, Mapping[str, int]]) -> str:
    return ", ".join(f"{name} {one['delivered']} (sent {one['sent']})" for name, one in channels.items())


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing"
