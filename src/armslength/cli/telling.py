"""What replay says on the terminal when it is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from armslength.units import FT, NM, counted, stamp

if TYPE_CHECKING:
    from armslength.domain.encounter import Encounter
    from armslength.node.replay import Outcome

WORST = 5


def tell(outcome: Outcome, summary: dict[str, Any], out: Path) -> None:
    """Print what was read, what was found, the worst encounters, and where the rest stands."""
    from armslength.domain.encounter import gravity

    rows, time, terms, found = (summary[key] for key in ("rows", "time", "terms", "encounters"))
    aside = sum(int(one["rows"]) for one in rows["kept_aside"].values())
    say = typer.echo
    say(
        f"{summary['aircraft']:,} aircraft, {rows['used']:,} of {counted(rows['read'], 'row')} used"
        + (f" ({aside:,} kept aside)" if aside else "")
        + (f", {time['from']} to {time['to']}" if time["from"] else "")
    )
    say(
        f"Minima {terms['horizontal_m'] / NM:g} NM and {terms['vertical_m'] / FT:,.6g} ft, near miss under "
        f"{terms['near_miss_m'] / FT:,.6g} ft: {terms['source']}"
    )
    if outcome.skipped:
        say(f"{counted(len(outcome.skipped), 'other file', 'other files')} skipped; summary.json says why")
    if outcome.parties:
        named = ", ".join(f"{party} {count:,}" for party, count in outcome.parties.items() if party)
        say(
            f"Aircraft of the parties: {named or 'none'}; "
            f"bound by nobody: {outcome.parties['']:,} (two of these are no pair)"
        )
    if not outcome.encounters:
        say("Nothing seen inside the minima. That says nothing of what these recordings do not show.")
    else:
        say(
            f"{counted(found['total'], 'encounter')}: {counted(found['near_miss'], 'near miss', 'near misses')}, "
            f"{found['inside']:,} inside the minima; {found['certain']:,} certain, {found['possible']:,} possible, "
            f"{found['not_determinable']:,} not determinable; {counted(found['breaches'], 'breach', 'breaches')}"
        )
        for e in sorted(outcome.encounters, key=gravity)[:WORST]:
            say("  " + _line(e))
    conduct = summary["findings"]
    if conduct["total"]:
        grades = ", ".join(f"{name} {count:,}" for name, count in conduct["breaches_by_severity"].items() if count)
        each = {key: sum(one[key] for one in conduct["by_rule"].values()) for key in ("BREACH", "NOT_DETERMINABLE")}
        say(
            f"Rules of conduct: {counted(each['BREACH'], 'breach', 'breaches')}{f' ({grades})' if grades else ''}, "
            f"{each['NOT_DETERMINABLE']:,} not determinable; "
            f"{conduct['total']:,} findings with observations, in findings.csv"
        )
    if found["outside_by_less_than_the_errors"]:
        more = counted(found["outside_by_less_than_the_errors"], "more pass", "more passes")
        say(f"{more} stayed outside by less than the errors")
    say(f"Report: {out / 'report.html'}")


def _line(e: Encounter) -> str:
    names = " and ".join(
        sign or address for sign, address in ((e.first_callsign, e.first), (e.second_callsign, e.second))
    )
    vertical = f"{e.d_v_m / FT:,.0f} ft" if e.d_v_m == e.d_v_m else "level unknown"
    return f"{stamp(e.t_closest)}  {names}: {e.d_h_m / NM:.2f} NM, {vertical}  {e.level}, {e.certainty}"
