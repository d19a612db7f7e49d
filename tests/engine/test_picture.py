"""The live picture: tracks begin, coast and end; sources are joined; each says how old and how good it is."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from armslength.domain import picture as words
from armslength.domain.picture import Snapshot, Source
from armslength.domain.plot import Plot, Roster, pack
from armslength.domain.track import Limits
from armslength.engine.picture import Picture
from engine.live import BEGIN_NS, NS, PLANE, Craft, Live

EAST = Craft("0000a1", 0, 0.0, 0.0, 90.0, 200.0, vs=5.0)


def same(one: Snapshot, other: Snapshot) -> bool:
    for part in fields(Snapshot):
        a, b = getattr(one, part.name), getattr(other, part.name)
        if isinstance(a, np.ndarray):
            if a.tobytes() != b.tobytes():
                return False
        elif a != b:
            return False
    return True


def off_m(snapshot: Snapshot, row: int, craft: Craft, t: float) -> float:
    """Return how far the track is from where the aircraft is at `t` [m]."""
    e, n, _ = craft.place(t)
    lat, lon = PLANE.geodetic(np.array([e]), np.array([n]))
    north = math.radians(float(snapshot.lat[row]) - float(lat[0])) * 6_367_000
    east = math.radians(float(snapshot.lon[row]) - float(lon[0])) * 6_388_000 * math.cos(math.radians(float(lat[0])))
    return math.hypot(east, north)


def test_a_track_is_tentative_then_firm_then_coasts_and_is_dropped() -> None:
    live, states = Live([replace(EAST, until=9.0)]), []
    for t in range(75):
        live.see(t)
        snapshot = live.picture.snapshot(live.ns(t))
        states.append(words.STATES[int(snapshot.state[0])] if len(snapshot) else "gone")
    assert states[0] == "tentative" and states[1:12] == ["firm"] * 11
    assert states[13:69] == ["coasting"] * 56 and states[70:] == ["gone"] * 5
    mute = Live([replace(EAST, rates=False)])
    for t in range(3):
        mute.see(t)
        assert int(mute.picture.snapshot(mute.ns(t)).state[0]) == (words.TENTATIVE if t < 2 else words.FIRM)


def test_it_is_carried_on_to_the_moment_asked_for() -> None:
    live = Live([EAST])
    for t in range(20):
        live.see(t)
    for ahead in (0.0, 0.7, 2.5):
        snapshot = live.picture.snapshot(BEGIN_NS + round((19 + ahead) * NS))
        assert off_m(snapshot, 0, EAST, 19 + ahead) < 5.0
        assert snapshot.level_m[0] == pytest.approx(5000 + 5 * (19 + ahead), abs=1.0)
        assert snapshot.age_s[0] == pytest.approx(ahead) and snapshot.level_age_s[0] == pytest.approx(ahead)
    assert snapshot.gs_mps[0] == pytest.approx(200, abs=0.5) and snapshot.vs_mps[0] == pytest.approx(5, abs=0.2)
    assert snapshot.datum[0] == words.LEVEL_BAROMETRIC and snapshot.names_of(0) == ("ADS-B",)


@pytest.mark.parametrize(
    ("every", "noise", "rates", "within"),
    [(1.0, 50.0, False, 9.0), (5.0, 80.0, False, 14.0), (12.0, 80.0, False, 16.0), (1.0, 30.0, True, 3.0)],
)
def test_place_and_velocity_are_as_good_as_they_say(every: float, noise: float, rates: bool, within: float) -> None:
    """Forty aircraft after two minutes of a noisy sensor: the errors fit the 1-sigma that the tracks claim."""
    rng = np.random.default_rng(7)
    crafts = [
        Craft(f"{k:06x}", 0, *rng.uniform(-2e5, 2e5, 2), rng.uniform(0, 360), rng.uniform(80, 250), rates=rates,
              every=every, accuracy=2.4477 * noise)
        for k in range(40)
    ]  # fmt: skip
    live = Live(crafts, noise=noise)
    for t in range(121):
        live.see(t)
    snapshot = live.picture.snapshot(BEGIN_NS + 121 * NS)
    speed_off = np.array([snapshot.gs_mps[k] - crafts[k].gs for k in range(40)])
    place_off = np.array([off_m(snapshot, k, crafts[k], 121.0) for k in range(40)])
    assert np.sqrt((speed_off**2).mean()) < within
    assert (np.abs(speed_off) < 2 * snapshot.sigma_gs_mps).mean() > 0.85
    assert (place_off < 2.45 * snapshot.sigma_h_m).mean() > 0.9
    assert not (snapshot.marks & words.IMPLAUSIBLE).any()


def test_the_order_of_plots_in_a_batch_changes_no_bit() -> None:
    rng = np.random.default_rng(2)
    crafts = [Craft(f"{k:06x}", 0, *rng.uniform(-1e5, 1e5, 2), rng.uniform(0, 360), 150.0) for k in range(12)]
    plots = [craft.plot(float(t)) for t in range(8) for craft in crafts]
    roster = Roster()
    for craft in crafts:
        roster.index(craft.address)
    seen = []
    for order in (range(len(plots)), rng.permutation(len(plots))):
        picture = Picture(roster, [Source("A")])
        for cut in np.array_split(np.array(list(order)), 1):
            picture.update(pack([plots[k] for k in cut], roster, 0), BEGIN_NS + 8 * NS)
        seen.append(picture.snapshot(BEGIN_NS + 8 * NS))
    assert same(*seen)
    assert same(seen[0], picture.snapshot(BEGIN_NS + 8 * NS))  # asking changes nothing


def test_two_sources_of_one_aircraft_are_one_track_and_corroborate_it() -> None:
    live = Live([EAST], seen_by=(0, 1), noise=20.0)
    for t in range(10):
        live.see(t)
    snapshot = live.picture.snapshot(live.ns(9))
    assert len(snapshot) == 1 and snapshot.names_of(0) == ("ADS-B", "RADAR") and snapshot.marks[0] == 0
    one = Live([EAST])
    one.see(0)
    assert words.mark_words(int(one.picture.snapshot(one.ns(0)).marks[0])) == ("seen by one kind of source alone",)
    own = Live([EAST], sources=(Source("LINK", own=True),))
    own.see(0)
    assert own.picture.snapshot(own.ns(0)).marks[0] == 0


def test_sources_that_disagree_are_marked_and_widen_the_bounds() -> None:
    """A spoofed aircraft: its own positions slide away from where the radar sees it."""
    live, widths = Live([EAST], seen_by=(0,)), []
    for t in range(120):
        live.see(t)
        shifted = replace(EAST, n=40.0 * max(t - 30, 0), rates=False)
        live.picture.update(pack([shifted.plot(float(t))], live.roster, 1), live.ns(t))
        snapshot = live.picture.snapshot(live.ns(t))
        widths.append((bool(snapshot.marks[0] & words.DISAGREE), float(snapshot.sigma_h_m[0])))
    assert not any(marked for marked, _ in widths[:35])
    assert next(t for t, (marked, _) in enumerate(widths) if marked) < 60
    assert widths[-1][1] > 1000


def test_levels_on_either_datum_are_kept_apart_and_an_entered_one_ages() -> None:
    live = Live([replace(EAST, level_of="geo", vs=0.0), Craft("0000b1", 1, 9e4, 0.0, 0.0, 100.0, level_of="")])
    for t in range(5):
        live.see(t)
    live.picture.entered_level("0000a1", 1.0, live.ns(4))
    live.picture.entered_level("0000b1", 7000.0, live.ns(4))
    sigmas = []
    for t in range(5, 320, 5):
        live.see(t)
        snapshot = live.picture.snapshot(live.ns(t))
        assert snapshot.datum[0] == words.LEVEL_GEOMETRIC and math.isnan(snapshot.baro_m[0])
        sigmas.append((int(snapshot.datum[1]), float(snapshot.sigma_v_m[1])))
    entered = [sigma for datum, sigma in sigmas if datum == words.LEVEL_ENTERED]
    assert entered == sorted(entered) and entered[-1] > 1000
    assert sigmas[-1][0] == words.LEVEL_UNKNOWN
    live.picture.entered_level("0000b1", 7000.0, live.ns(320))
    assert live.picture.snapshot(live.ns(320)).level_m[1] == 7000.0
    live.picture.entered_level("0000b1", math.nan, live.ns(320))
    assert math.isnan(live.picture.snapshot(live.ns(320)).level_m[1])


def test_plots_that_cannot_be_used_are_counted_by_reason() -> None:
    roster = Roster()
    picture = Picture(roster, [Source("A")])
    early, late = EAST.plot(-100.0), EAST.plot(30.0)
    taken = picture.update(pack([EAST.plot(0.0), early, late, EAST.plot(0.0)], roster, 0), BEGIN_NS)
    assert taken.used == 1
    assert taken.kept_aside == {"from the future": 1, "too old": 1, "older than the track": 1}


def test_limits_of_the_category_say_what_is_too_fast() -> None:
    slow = Limits(np.array([15.0]), np.array([5.0]), np.array([100.0]))
    live = Live([replace(EAST, vs=0.0)])
    live.picture.limits = slow
    for t in range(10):
        live.see(t)
    assert int(live.picture.snapshot(live.ns(9)).marks[0]) & words.TOO_FAST


def area(count: int, bad: int, seconds: int, nic: int, radar_off: float = 0.0) -> list[words.Interference]:
    """Return the state second by second: from 20 s to 60 s, `bad` of `count` aircraft report `nic`."""
    crafts = [Craft(f"{k:06x}", 0, 9000.0 * k, 0.0, 0.0, 150.0) for k in range(count)]
    roster, out = Roster(), []
    picture = Picture(roster, [Source("ADS-B"), Source("RADAR", satellite=False)])
    for t in range(seconds):
        troubled = 20 <= t < 60
        plots: list[Plot] = [
            craft.plot(float(t))._replace(nic=nic if troubled and k < bad else 8) for k, craft in enumerate(crafts)
        ]
        picture.update(pack(plots, roster, 0), Live.ns(t), nic=words.integrity(plots)[0])
        if radar_off:
            seen = [replace(c, n=radar_off if troubled else 0.0, rates=False).plot(float(t)) for c in crafts]
            picture.update(pack(seen, roster, 1), Live.ns(t))
        out.append(picture.interference)
    return out


def test_interference_comes_on_when_many_are_poor_and_goes_long_after() -> None:
    states = area(12, 6, 200, nic=2)
    on = [t for t, state in enumerate(states) if state.active]
    assert 24 <= on[0] <= 27 and on == list(range(on[0], on[-1] + 1))
    assert 118 <= on[-1] <= 125  # the last sign at 59 s, then 60 s of quiet
    assert "low integrity or accuracy: 6" in states[on[0]].why and states[on[0]].share == 0.5
    assert states[on[0]].since_ns > BEGIN_NS and states[-1] == words.Interference(False, 0, 0.0, 12, "")


def test_one_bad_transponder_is_no_interference_and_neither_are_three() -> None:
    assert not any(state.active for state in area(12, 1, 100, nic=0) + area(9, 3, 100, nic=0))


def test_radar_that_disagrees_with_many_is_interference() -> None:
    states = area(8, 0, 100, nic=8, radar_off=2500.0)
    assert any(state.active and "radar disagrees" in state.why for state in states)


def test_interference_widens_what_satellite_tracks_claim_and_only_them() -> None:
    live = Live([EAST, Craft("0000b1", 1, 5e4, 0.0, 0.0, 150.0)])
    for t in range(6):
        live.see(t)
        live.picture.update(
            pack([replace(EAST, address="0000c1", e=9e4, rates=False).plot(t)], live.roster, 1), live.ns(t)
        )
    before = live.picture.snapshot(live.ns(5))
    live.picture.interference = words.Interference(True, BEGIN_NS, 0.5, 2, "made up")
    after = live.picture.snapshot(live.ns(5))
    assert (after.sigma_h_m > before.sigma_h_m + 300).tolist() == [True, True, False]
