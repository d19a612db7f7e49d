"""`armslength scenario`: write an invented sky whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from armslength.units import counted

app = typer.Typer(help="Write an invented sky of two parties whose truth is known.", no_args_is_help=True)


@app.command("write")
def write(
    name: Annotated[str, typer.Argument(help="Name of the scenario; `armslength scenario list` shows them.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write into; made when absent.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed writes the same bytes.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the scenario in the folder.")] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Write what each single source saw too: feeds for live nodes.")
    ] = False,
    begins_in: Annotated[
        str | None,
        typer.Option(
            "--begins-in", metavar="TIME", help='Have it begin so long from now, "3 min": to be watched live.'
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print scenario.json on stdout and nothing else.")] = False,
) -> None:
    """Write both parties' recordings, the agreement, the membership file and the truth of a scenario.

    Of an episode of the record: what was said too, and the findings that must come instead of the truth.
    """
    from armslength.scenario.episodes.registry import EPISODES
    from armslength.scenario.write import write_scenario

    begins = _begins(begins_in)
    if name in EPISODES:
        _write_episode(name, seed, out, overwrite, begins, sources=sources, as_json=json_)
        return
    written = write_scenario(name, seed, out, overwrite=overwrite, begins=begins, sources=sources)
    if json_:
        import json

        typer.echo(json.dumps(written.facts, indent=2, ensure_ascii=False))
        return
    facts = written.facts
    rows = ", ".join(f"{party} {counted(count, 'plot')}" for party, count in facts["rows"].items())
    typer.echo(f"{name}, seed {seed}: {sum(facts['aircraft'].values())} aircraft, {rows}.")
    typer.echo(
        f"{counted(facts['encounters'], 'encounter')}, "
        f"of them {counted(facts['near_misses'], 'near miss', 'near misses')}; "
        f"{out / 'scenario.json'} tells the story, {out / 'truth.csv'} what truly happened."
    )
    if sources:
        files = [str(one["file"]) for some in facts["feeds"].values() for one in some.values()]
        typer.echo(f"What each source saw: {', '.join(files)}.")
    if begins:
        typer.echo(f"It begins at {facts['begins']}, and lasts until {facts['ends']}.")


def _write_episode(
    name: str, seed: int, out: Path, overwrite: bool, begins: str, *, sources: bool, as_json: bool
) -> None:  # fmt: skip
    """Write an episode and say how to replay it.

    Raises:
        InputError: --sources, or what `write_episode` raises.
    """
    from dataclasses import replace

    from armslength.errors import InputError
    from armslength.scenario.episodes.registry import EPISODES
    from armslength.scenario.episodes.write import FILES, write_episode

    if sources:
        raise InputError(f"{name} is an episode, which has no sources.", where="--sources", remedy="Leave it out.")
    episode = replace(EPISODES[name], begins=begins) if begins else EPISODES[name]
    write_episode(episode, seed, out, overwrite=overwrite)
    if as_json:
        import json

        told = {"episode": name, "summary": episode.summary, "seed": seed, "files": list(FILES)}
        typer.echo(json.dumps(told, indent=2))
        return
    typer.echo(f"{name}: {episode.summary}.")
    expected = counted(len(episode.expects), "finding") if episode.expects else "no finding"
    typer.echo(f"It must give {expected}: {out / 'expected.csv'}. Replay it with")
    typer.echo(
        f"  armslength replay {out / 'north.parquet'} --agreement {out / 'agreement.toml'} "
        f"--members {out / 'members.toml'} --talk {out / 'talk.jsonl'}"
    )


def _begins(begins_in: str | None) -> str:
    """Return when a scenario begins that begins so long from now; "" where nothing is said.

    Raises:
        InputError: it is no time with a unit, or longer than a day.
    """
    import time

    from armslength.errors import InputError
    from armslength.units import NS, Quantity, parse, stamp

    if begins_in is None:
        return ""
    try:
        ahead_s = parse(begins_in, Quantity.TIME)
    except InputError as wrong:
        raise InputError(wrong.what, where="--begins-in", remedy=wrong.remedy) from None
    if not 0.0 <= ahead_s <= 86_400.0:
        raise InputError(f'"{begins_in}" is not a time ahead.', where="--begins-in", remedy='Write "0 s" to "24 h".')
    return stamp((time.time_ns() // NS + round(ahead_s)) * NS)


@app.command("list")
def list_(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the scenarios and the episodes that can be written."""
    from armslength.scenario.episodes.registry import EPISODES
    from armslength.scenario.registry import SCENARIOS

    summaries = {one.name: one.summary for one in SCENARIOS.values()}
    summaries |= {one.name: one.summary for one in EPISODES.values()}
    if json_:
        import json

        typer.echo(json.dumps(summaries, indent=2))
        return
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        typer.echo(f"{name:<{width}}  {summary}")
