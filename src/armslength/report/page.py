"""The page: one HTML file that holds everything it shows and asks the network for nothing.

The policy in its head lets the browser run exactly the style and the script that stand in it, by their digests, and
load nothing from anywhere. Whatever came from outside (call signs, notes, file names) goes in as text: escaped in HTML,
and as JSON without any angle bracket for the script, which in turn makes text nodes of it and never markup.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from armslength.report.assets import asset, filled
from armslength.report.covers import covers
from armslength.report.drawing import symbol
from armslength.report.findings import conduct, finding_cards
from armslength.report.map import payload
from armslength.report.model import Report
from armslength.report.packing import embedded
from armslength.report.sections import CERTAINTIES, LEVELS, cards, e, lead, part, tally, worst
from armslength.units import stamp

SCRIPTS = ("core.js", "marks.js", "map.js", "handling.js", "strip.js", "table.js", "main.js")
"""In this order they make one script."""


def render(report: Report) -> str:
    """Return the whole page.

    Raises:
        ValueError: a number of the report that must be finite (the minima) is not.
    """
    style = asset("report.css")
    script = '(() => {\n"use strict";\n' + "\n".join(asset(name) for name in SCRIPTS) + "})();"
    time = part(report.summary, "time")
    data = {**payload(report), "time": [str(time.get("from") or ""), str(time.get("to") or "")]}
    drawn = cards(report)
    nothing = "No encounter to show closer." if report.encounters else "Nothing seen inside the minima."
    return filled(
        "page.html",
        policy=_policy(style, script),
        title=e(report.title, 200),
        style=style,
        lead=lead(report),
        tally=tally(report),
        worst=worst(report),
        closest="The gravest first: breaches, then near misses, then the nearest." if drawn else nothing,
        cards=drawn,
        conduct=conduct(report),
        findings=finding_cards(report),
        none="None of the encounters is like that." if report.encounters else nothing,
        legend=_legend(),
        covers=covers(report),
        foot=_foot(report),
        data=embedded(data),
        script=script,
    )


def _policy(style: str, script: str) -> str:
    """Return the content security policy: this style and this script by digest, and nothing else from anywhere."""
    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; base-uri 'none'; form-action 'none'\">"
    )


def _legend() -> str:
    """Return one mark of each kind, for the script to copy into the table."""
    return "".join(
        symbol(level, certainty, breach, 15).replace("<svg ", f'<svg data-kind="{6 * breach + 3 * i + j}" ', 1)
        for breach in (False, True)
        for i, level in enumerate(LEVELS)
        for j, certainty in enumerate(CERTAINTIES)
    )


def _foot(report: Report) -> str:
    from armslength import __version__

    when = f", {stamp(report.generated_ns)[:19]}Z" if report.generated_ns else ""
    return f"armslength {__version__}{when}. The tables beside this file hold every encounter."
