"""False tracks put into real traffic: how many are found, and how many honest aircraft are accused."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from armslength.adapters.recording.files import open_recordings
from armslength.agreement.terms import default_terms
from armslength.domain import picture as words
from armslength.domain.picture import Source
from armslength.domain.plot import KeptAside, Plots, Roster
from armslength.engine.picture import Picture
from armslength.engine.watch import Watch
from engine.live import Craft, Live, head_on
from shared import shared_data

NS = 1_000_000_000
COLUMNS = [part.name for part in fields(Plots) if part.name not in ("file", "rest_from_ns")]
I64 = NDArray[np.int64]


@cache
def recorded(name: str) -> tuple[tuple[str, ...], Plots]:
    """Return the addresses and the plots of a real recording, in order of time."""
    roster = Roster()
    recording = open_recordings([shared_data("recordings", name)])[0]
    batches = list(recording.batches(0, roster, KeptAside(), []))
    columns = {c: np.concatenate([getattr(batch, c) for batch in batches]) for c in COLUMNS}
    order = np.argsort(columns["time_ns"], kind="stable")
    return tuple(roster.addresses), Plots(0, **{c: column[order] for c, column in columns.items()})


def picked(plots: Plots, which: I64, **changed: object) -> Plots:
    """Return the plots at `which`, in order of time, with columns changed."""
    columns = {c: getattr(plots, c)[which] for c in COLUMNS} | changed
    order = np.argsort(columns["time_ns"], kind="stable")
    return Plots(0, **{c: column[order] for c, column in columns.items()})


def joined(*parts: Plots) -> Plots:
    """Return all plots of `parts`, in order of time."""
    columns = {c: np.concatenate([getattr(part, c) for part in parts]) for c in COLUMNS}
    order = np.argsort(columns["time_ns"], kind="stable")
    return Plots(0, **{c: column[order] for c, column in columns.items()})


def marks(addresses: tuple[str, ...], plots: Plots, step_s: int = 10) -> dict[int, int]:
    """Return all marks of implausibility that each aircraft ever got; 0 none."""
    roster = Roster()
    for address in addresses:
        roster.index(address)
    picture, ever = Picture(roster, [Source("ADS-B")]), {}
    now, lo = int(plots.time_ns[0]), 0
    while lo < len(plots):
        now += step_s * NS
        hi = int(np.searchsorted(plots.time_ns, now, side="right"))
        picture.update(picked(plots, np.arange(lo, hi)), now)
        lo = hi
        snapshot = picture.snapshot(now)
        for aircraft, bits in zip(snapshot.aircraft.tolist(), snapshot.marks.tolist(), strict=True):
            ever[aircraft] = ever.get(aircraft, 0) | bits & words.IMPLAUSIBLE
    return ever


def busy(plots: Plots, hours: float) -> Plots:
    """Return the busiest stretch of `hours`."""
    at = np.searchsorted(plots.time_ns, plots.time_ns + int(hours * 3600 * NS))
    begin = int(np.argmax(at - np.arange(len(plots))))
    return picked(plots, np.arange(begin, at[begin]))


def long_tracks(plots: Plots, least: int = 60) -> list[int]:
    """Return aircraft with many plots."""
    return [int(k) for k in np.flatnonzero(np.bincount(plots.aircraft) >= least)]


def test_hardly_any_honest_aircraft_is_accused() -> None:
    addresses, plots = recorded("switzerland.json.gz")
    ever = marks(addresses, busy(plots, 2.0))
    accused = sum(1 for bits in ever.values() if bits)
    assert len(ever) > 80 and accused <= 0.04 * len(ever)


@pytest.mark.parametrize("kind", ["teleport", "frozen", "two places", "too fast"])
def test_what_is_done_to_real_tracks_is_found(kind: str) -> None:
    addresses, plots = recorded("switzerland.json.gz")
    plots = busy(plots, 1.0)
    victims = long_tracks(plots, 100)[:20]
    assert len(victims) == 20
    found = 0
    for victim in victims:
        which = np.flatnonzero(plots.aircraft == victim)
        own, half = picked(plots, which), len(which) // 2
        late = np.arange(len(own)) >= half
        if kind == "teleport":
            own = picked(own, np.arange(len(own)), lat=own.lat + np.where(late, 0.7, 0.0))
        elif kind == "frozen":
            fix = {c: np.where(late, getattr(own, c)[half], getattr(own, c)) for c in ("lat", "lon")}
            own = picked(own, np.arange(len(own)), **fix)
        elif kind == "too fast":
            fast = own.lon + np.where(late, (own.time_ns - own.time_ns[half]) / NS * 0.02, 0.0)
            own = picked(own, np.arange(len(own)), lon=(fast + 180) % 360 - 180)
        else:
            ghost = picked(own, np.flatnonzero(late), lat=own.lat[late] + 0.5, time_ns=own.time_ns[late] + 3 * NS)
            own = joined(own, ghost)
        found += bool(marks(addresses, own).get(victim, 0))
    assert found >= 0.95 * len(victims)


def test_a_flight_played_again_is_found_while_the_real_one_flies_and_never_with_old_stamps() -> None:
    addresses, plots = recorded("switzerland.json.gz")
    plots = busy(plots, 1.0)
    found = tried = 0
    for victim in long_tracks(plots, 120)[:12]:
        own = picked(plots, np.flatnonzero(plots.aircraft == victim))
        later = own.time_ns + 300 * NS
        again = picked(own, np.arange(len(own)), time_ns=later)
        again = picked(again, np.flatnonzero(later <= own.time_ns[-1]))
        if len(again) > 30:
            tried += 1
            found += bool(marks(addresses, joined(own, again)).get(victim, 0) & words.TWO_PLACES)
    assert tried >= 5 and found == tried


def test_a_spoofed_recording_is_marked() -> None:
    addresses, plots = recorded("noisy_spoofing.json.gz")
    assert any(bits & words.TELEPORT for bits in marks(addresses, plots, 5).values())


def test_one_ghost_never_speaks_by_itself() -> None:
    """A ghost with perfect manners heads for an own aircraft that two kinds of source see."""
    own, ghost = head_on(apart=60_000.0)
    live = Live([own, ghost], seen_by=(0,))
    for t in range(160):
        live.see(t)
        live.picture.update(_radar(live, own, t), live.ns(t))
        snapshot = live.picture.snapshot(live.ns(t))
        changes = live.watch.update(snapshot, live.group(snapshot), now_ns=live.ns(t))
        assert not any(change.alert.automatic_ok for change in changes)
        if 40 < t < 120:
            assert any(change.alert.sounds for change in changes)


def test_two_receivers_of_one_false_signal_are_one_witness() -> None:
    live = Live(head_on(apart=40_000.0), sources=(Source("A"), Source("B")), seen_by=(0, 1))
    told = live.run(60)
    assert told and not any(change.alert.automatic_ok for _, change in told)


def _radar(live: Live, craft: Craft, t: float) -> Plots:
    from dataclasses import replace

    from armslength.domain.plot import pack

    return pack([replace(craft, rates=False).plot(float(t))], live.roster, 1)


def test_real_traffic_of_two_made_up_parties_gives_no_automatic_alert() -> None:
    addresses, plots = recorded("switzerland.json.gz")
    plots = busy(plots, 0.3)
    roster = Roster()
    for address in addresses:
        roster.index(address)
    picture, watch = Picture(roster, [Source("ADS-B")]), Watch(default_terms())
    now, lo, told = int(plots.time_ns[0]), 0, 0
    while lo < len(plots):
        now += 5 * NS
        hi = int(np.searchsorted(plots.time_ns, now, side="right"))
        picture.update(picked(plots, np.arange(lo, hi)), now)
        lo = hi
        snapshot = picture.snapshot(now)
        for change in watch.update(snapshot, snapshot.aircraft % 2, now_ns=now):
            told += 1
            assert not change.alert.automatic_ok
    assert told > 0
