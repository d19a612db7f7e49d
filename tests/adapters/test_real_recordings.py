"""Every real recording: each row accounted for, nulls no fault, values as Python's own parser reads them."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pytest

from adapters.plain_reader import read_plainly
from adapters.written import Reading
from shared import shared_data

NAMES = [
    "aircraft_carrier", "dreamliner_airfrance", "noisy_spoofing", "noisy_time_issue", "rega_sg", "switzerland",
    "zurich_airport",
]  # fmt: skip
FIELDS = (
    "timestamp", "icao24", "latitude", "longitude", "altitude", "geoaltitude", "groundspeed", "track",
    "vertical_rate", "callsign", "onground", "last_position",
)  # fmt: skip


def in_python(name: str) -> list[dict[str, Any]]:
    raw = json.loads(gzip.decompress(shared_data("recordings", f"{name}.json.gz").read_bytes()))
    if isinstance(raw, dict):
        columns = {key: list(values.values()) for key, values in raw.items()}
        raw = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [{field: row.get(field) for field in FIELDS} for row in raw]


@pytest.mark.parametrize("name", NAMES)
def test_read_as_in_plain_python(name: str) -> None:
    got = Reading(shared_data("recordings", f"{name}.json.gz"))
    table = in_python(name)
    expected, aside = read_plainly(table)
    assert got.messages == []
    assert got.rows_read == len(table) and got.accounts_for_every_row()
    assert got.aside.counts == aside
    assert got.tuples() == expected


def test_the_whole_folder() -> None:
    folder = shared_data("recordings", "license.md").parent
    got = Reading(folder)
    assert [recording.path.name for recording in got.recordings] == sorted(path.name for path in folder.glob("*.json*"))
    assert got.messages == [] and got.accounts_for_every_row()
    assert len(got.roster) == len(set(got.roster.addresses)) > 842
    files = {batch.file for batch in got.batches}
    assert files == set(range(len(got.recordings)))
    assert np.isfinite(got.array("lat")).all() and (np.abs(got.array("lon")) <= 180).all()
