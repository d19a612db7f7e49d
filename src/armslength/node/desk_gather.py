"""Evidence: what this side recorded around the matter of a case, as the things that it commits to.

    track/PARTY/NUMBER     a minute of the track of one of the two aircraft, at the agreed resolution: what is opened
    raw/ADDRESS/NUMBER     a minute of its plots as they came, with source and accuracy: stays closed
    near/ADDRESS           the same of whoever else was near: stays closed
    sensor/SOURCE          which sensor it was: stays closed

What stays closed is committed to all the same: should the group ask for the raw plots, they are those of that hour.
Tracks are told apart by party, never by address or call sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from armslength.crypto.canonical import canonical
from armslength.domain.case import Subject
from armslength.domain.plot import F64
from armslength.units import FT, NM, NS, counted

__all__ = ["BEFORE_S", "Found", "Wanted", "gather"]

BEFORE_S = AFTER_S = 300.0
"""So much before and after the matter belongs to the evidence [s]."""
STEP_S = 1.0
PLACE_E = 1e4
"""The resolution at which a track is opened: a plot a second, 0.0001 deg (some 11 m), 25 ft; errors to 10 m, up."""
LEVEL_FT = 25
ERROR_M = 10.0
CHUNK_NS = 60 * NS
NEAR_M = 20.0 * NM
FAR_M = 40.0 * NM
EARTH_M = 6_371_008.8
MOST_NEAR = 400

PartyOf = Callable[[str, str], str]
"""Of an address and a call sign, the party; "" for nobody's."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is gathered: about what, which two (addresses, or ""), whose aircraft, and the two parties."""

    subject: Subject
    pair: tuple[str, str]
    party_of: PartyOf
    parties: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: things by label, the labels that are opened to the other side, and what it is in words."""

    things: dict[str, bytes]
    opened: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class _Aircraft:
    address: str
    party: str
    source: str
    plots: pl.DataFrame
    t: F64
    lat: F64
    lon: F64


def gather(stored: Sequence[tuple[str, pl.DataFrame]], wanted: Wanted) -> Found:
    """Return the evidence in what is stored around the matter.

    Args:
        stored: (source, plots) of the time in question, with BEFORE_S and AFTER_S around it.
        wanted: what to look for.
    """
    aircraft = _aircraft(stored, wanted)
    pair = _pair(aircraft, wanted)
    things: dict[str, bytes] = {}
    opened: list[str] = []
    for one in pair:
        tracks = _track(one)
        opened += tracks
        things |= tracks
        things |= {
            f"raw/{one.address}/{n:04d}": _raw(chunk, one.source) for n, chunk in enumerate(_chunks(one.plots), 1)
        }
    near = [one for one in aircraft if one.address not in {held.address for held in pair}][:MOST_NEAR]
    things |= {f"near/{one.address}": _raw(one.plots, one.source) for one in near if pair}
    for source in sorted({one.source for one in pair}):
        things[f"sensor/{source}"] = canonical({"kind": "sensor", "source": source})
    if not pair:
        return Found(things, (), "Nothing was recorded here that it could be about.")
    says = ", ".join(f"{counted(len(one.t), 'plot')} of the aircraft of {one.party or 'nobody'}" for one in pair)
    return Found(things, tuple(opened), f"Recorded: {says}.")


def _aircraft(stored: Sequence[tuple[str, pl.DataFrame]], wanted: Wanted) -> list[_Aircraft]:
    """Return every aircraft, from the source that saw most of it; where a place is known, those near it."""
    best: dict[str, tuple[str, pl.DataFrame]] = {}
    for source, plots in stored:
        for (address,), own in plots.group_by("icao24", maintain_order=True):
            if str(address) not in best or len(own) > len(best[str(address)][1]):
                best[str(address)] = (source, own.sort("time", maintain_order=True))
    out = []
    for address, (source, plots) in sorted(best.items()):
        signs = plots["callsign"].drop_nulls()
        party = wanted.party_of(address, str(signs[0]) if len(signs) else "")
        t = plots["time"].dt.epoch("ns").to_numpy().astype(np.float64) / NS
        one = _Aircraft(address, party, source, plots, t, plots["lat"].to_numpy(), plots["lon"].to_numpy())
        if address in wanted.pair or _is_near(one, wanted.subject):
            out.append(one)
    return out


def _is_near(one: _Aircraft, subject: Subject) -> bool:
    if subject.lat_arcmin is None or subject.lon_arcmin is None:
        return True
    east, north = _flat(one.lat, one.lon, subject.lat_arcmin / 60.0, subject.lon_arcmin / 60.0)
    return bool(np.min(np.hypot(east, north)) < FAR_M)


def _flat(lat: F64, lon: F64, lat0: float, lon0: float) -> tuple[F64, F64]:
    """Return metres east and north of a place: good enough to see who is near."""
    apart = (lon - lon0 + 180.0) % 360.0 - 180.0
    return np.radians(apart) * EARTH_M * np.cos(np.radians(lat0)), np.radians(lat - lat0) * EARTH_M


def _pair(aircraft: Sequence[_Aircraft], wanted: Wanted) -> list[_Aircraft]:
    """Return the two that it is about: those named, else one of each party that came nearest to each other."""
    if all(wanted.pair):
        return [one for one in aircraft if one.address in wanted.pair]
    first = [one for one in aircraft if one.party == wanted.parties[0]]
    second = [one for one in aircraft if one.party == wanted.parties[1]]
    begins, ends = wanted.subject.from_ns / NS, max(wanted.subject.until_ns, wanted.subject.from_ns + NS) / NS
    moments = np.arange(begins - 30.0, ends + 30.0, STEP_S)
    nearest: tuple[float, list[_Aircraft]] = (NEAR_M, [])
    for one in first:
        for other in second:
            apart = _apart(one, other, moments)
            if apart < nearest[0]:
                nearest = (apart, [one, other])
    return nearest[1]


def _apart(one: _Aircraft, other: _Aircraft, moments: F64) -> float:
    """Return how near two came [m], over ground, while both were seen; infinity where they never were."""
    seen = (moments >= max(one.t[0], other.t[0])) & (moments <= min(one.t[-1], other.t[-1]))
    at = moments[seen]
    if not len(at):
        return float("inf")
    lat0, lon0 = float(one.lat[0]), float(one.lon[0])
    places = [_flat(held.lat, held.lon, lat0, lon0) for held in (one, other)]
    (e1, n1), (e2, n2) = ((np.interp(at, held.t, e), np.interp(at, held.t, n))
                          for held, (e, n) in zip((one, other), places, strict=True))  # fmt: skip
    return float(np.min(np.hypot(e2 - e1, n2 - n1)))


def _chunks(plots: pl.DataFrame) -> list[pl.DataFrame]:
    """Return plots minute by minute, by the clock."""
    return plots.with_columns(minute=pl.col("time").dt.epoch("ns") // CHUNK_NS).partition_by(
        "minute", maintain_order=True, include_key=False
    )


def _track(one: _Aircraft) -> dict[str, bytes]:
    """Return the track minute by minute, at the agreed resolution."""
    barometric = one.plots["baroaltitude"].null_count() < len(one.plots)
    level = one.plots["baroaltitude" if barometric else "geoaltitude"]
    times = one.plots["time"].dt.epoch("ns").to_numpy()
    keep = [0] if len(times) else []
    for _, at in pairwise(range(len(times))):
        if times[at] - times[keep[-1]] >= STEP_S * NS:
            keep.append(at)
    samples: dict[int, list[list[int | None]]] = {}
    for at in keep:
        minute = int(times[at]) // CHUNK_NS
        samples.setdefault(minute, []).append(
            [
                round((int(times[at]) - minute * CHUNK_NS) / 1e6),
                round(float(one.lat[at]) * PLACE_E),
                round(float(one.lon[at]) * PLACE_E),
                _feet(level[at]),
                _error(one.plots["accuracy_m"][at]),
            ]
        )
    datum = "STANDARD" if barometric else "GEOMETRIC"
    return {
        f"track/{one.party}/{n:04d}": canonical(
            {"datum": datum, "from_ns": str(minute * CHUNK_NS), "kind": "track", "party": one.party, "samples": rows}
        )
        for n, (minute, rows) in enumerate(sorted(samples.items()), 1)
    }


def _feet(level_m: float | None) -> int | None:
    return None if level_m is None else round(level_m / FT / LEVEL_FT) * LEVEL_FT


def _error(accuracy_m: float | None) -> int | None:
    """Return the bound of a position [m], with what the resolution adds, never less than it is."""
    if accuracy_m is None or not np.isfinite(accuracy_m):
        return None
    grain = EARTH_M * np.radians(0.5 / PLACE_E) * np.sqrt(2.0)
    return int(np.ceil((accuracy_m + grain) / ERROR_M) * ERROR_M)


def _raw(plots: pl.DataFrame, source: str) -> bytes:
    """Return plots as they came."""
    return f"{source}\n".encode() + plots.with_columns(pl.col("time").dt.epoch("ns")).write_csv().encode()
