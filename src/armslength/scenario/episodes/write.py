"""Writing an episode: recordings, papers, what was said, what must be found. The same seed writes the same bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from armslength.agreement.writing import write_terms
from armslength.errors import InputError
from armslength.scenario.aircraft import NORTH, SOUTH
from armslength.scenario.episodes.episode import Episode, Expected, address, sky_of, terms_in
from armslength.scenario.episodes.telling import lines
from armslength.scenario.papers import members
from armslength.scenario.recording import recording
from armslength.scenario.sensors import picture
from armslength.scenario.sky import Sky

FILES = ("north.parquet", "south.parquet", "agreement.toml", "members.toml", "talk.jsonl", "expected.csv")
"""What an episode consists of."""
EXPECTED_COLUMNS = ("rule", "outcome", "severity", "by", "first", "second", "regime")
"""Columns of expected.csv; they mean what they mean in findings.csv."""


def write_episode(episode: Episode, seed: int, folder: Path, *, overwrite: bool = False) -> Path:
    """Write an episode into `folder` (made when absent) and return it.

    Raises:
        InputError: a negative seed, or files in the way.
    """
    if seed < 0:
        raise InputError(f"The seed is {seed}.", remedy="Take a whole number from 0 up.")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is not a folder.", where="--out", remedy="Name a folder.")
    there = [file for file in FILES if (folder / file).exists()]
    if there and not overwrite:
        what = f"{folder} already holds {', '.join(there)}."
        raise InputError(what, where="--out", remedy="Name another folder, or add --overwrite to replace them.")
    sky, clock = sky_of(episode, seed), episode.clock
    until_ns = clock.at(episode.duration)
    texts = {
        "agreement.toml": write_terms(terms_in(episode, sky)),
        "members.toml": members(sky),
        "talk.jsonl": lines(NORTH, SOUTH, until_ns, episode.told(sky, clock)),
        "expected.csv": expected_csv(sky, episode.expects),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for number, party in enumerate((NORTH, SOUTH), start=1):
        seen = picture(sky, party, np.random.default_rng([seed, number]), episode.sensors)
        table = recording(sky, seen, clock.begins_ns)
        table.write_parquet(folder / f"{party.lower()}.parquet", compression="zstd", statistics=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def expected_csv(sky: Sky, expects: tuple[Expected, ...]) -> str:
    """Return expected.csv: the findings that must come, aircraft by address."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(EXPECTED_COLUMNS)
    for one in expects:
        who = [address(sky, name) if name else "" for name in (one.first, one.second)]
        sheet.writerow([one.rule, one.outcome, one.severity, one.by, *who, one.regime])
    return out.getvalue()
