"""Plan views and profiles: what is drawn, and that what was not seen is not drawn as seen."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # only our own drawings are parsed
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.domain.encounter import Encounter, Evidence
from armslength.report.drawing import Labels, band, path, round_below, steps
from armslength.report.plan import plan
from armslength.report.profile import MOST_POINTS, profile
from armslength.units import NS
from report.made_up import NAN, NOON, crossing, head_on, level_unknown, report, shadowing

MADE = [head_on, crossing, shadowing, level_unknown]


def parts(drawn: str, kind: str) -> list[ET.Element]:
    return [found for found in ET.fromstring(drawn).iter() if kind in (found.get("class") or "").split()]


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize(("lat", "lon"), [(35.1, 38.2), (0.0, 179.999), (89.9, 10.0), (-89.9, -170.0)])
def test_every_drawing_is_whole_and_finite(make: object, lat: float, lon: float) -> None:
    one, seen = make(lat=lat, lon=lon)  # type: ignore[operator]
    for drawn in (plan(one, seen, report([(one, seen)])), profile(one, seen, report([(one, seen)]))):
        ET.fromstring(drawn)
        assert not re.search(r"\b(nan|inf)\b", drawn, re.IGNORECASE)


@pytest.mark.parametrize("make", MADE)
def test_the_plan_shows_both_flights_their_direction_and_the_closest_point(make: object) -> None:
    one, seen = make()  # type: ignore[operator]
    drawn = plan(one, seen, report([(one, seen)]))
    for kind in ("first", "second"):
        assert [e for e in parts(drawn, "flight") if kind in e.get("class", "")]
        assert [e for e in parts(drawn, "arrow") if kind in e.get("class", "")]
        assert [e for e in parts(drawn, "tick") if kind in e.get("class", "")]
    assert parts(drawn, "between") and parts(drawn, "minimum") and parts(drawn, "scale")


def test_a_near_miss_is_magnified_and_a_distant_passing_is_not() -> None:
    near, far = crossing(), shadowing()
    assert parts(plan(*near, report([near])), "lens")
    assert not parts(plan(*far, report([far])), "lens")


def test_a_gap_in_a_flight_is_drawn_as_a_gap() -> None:
    one, seen = head_on(opened=NOON - 100 * NS, closed=NOON + 140 * NS)
    whole = replace(seen, first=replace(seen.first, linked=np.append(np.ones(len(seen.first.linked) - 1), 0)))
    with_gap, without = (plan(one, evidence, report([(one, evidence)], horizontal_m=2e4)) for evidence in (seen, whole))
    assert parts(with_gap, "gap") and not parts(without, "gap")
    d = next(e for e in parts(with_gap, "flight") if "first" in e.get("class", "")).get("d", "")
    assert d.count("M") == 2


def test_a_gap_in_the_distances_is_a_break_in_curve_and_band() -> None:
    one, seen = head_on()
    drawn = profile(one, seen, report([(one, seen)]))
    across = parts(drawn, "curve")[0].get("d", "")
    assert np.isnan(seen.d_h_m).any() and across.count("M") == 2
    assert len(parts(drawn, "bound")) == 4  # two stretches in each of the two panels


def test_thinning_closes_no_gap_and_keeps_the_closest_point() -> None:
    one, seen = head_on()
    t = np.arange(-3000.0, 3000.0, 0.5)
    d_h = np.hypot(t * 200, 800.0)
    d_h[8000:8003] = NAN  # a second and a half
    ns = NOON + (t * NS).astype(np.int64)
    long = Evidence(
        1, seen.first, seen.second, ns, d_h, np.full(len(t), 60.0), np.full(len(t), 90.0), np.full(len(t), 40.0)
    )
    drawn = profile(one, long, report([(one, long)]))
    d = parts(drawn, "curve")[0].get("d", "")
    assert d.count("M") == 2 and d.count("L") < MOST_POINTS + 20


def test_an_unknown_level_is_said_and_no_vertical_curve_is_drawn() -> None:
    one, seen = level_unknown()
    drawn = profile(one, seen, report([(one, seen)]))
    assert len(parts(drawn, "curve")) == 1
    assert "not known" in [e.text for e in parts(drawn, "faint")]


def test_minima_stay_and_closest_point_stand_in_the_profile() -> None:
    one, seen = crossing()
    drawn = profile(one, seen, report([(one, seen)]))
    assert len(parts(drawn, "limit")) == 2 and len(parts(drawn, "stay")) == 2 and len(parts(drawn, "worst")) == 2
    assert parts(drawn, "nearlimit") and parts(drawn, "moment")
    stay = parts(drawn, "stay")[0]
    moment = float(parts(drawn, "moment")[0].get("x1", "nan"))
    left = float(stay.get("x", "nan"))
    assert left < moment < left + float(stay.get("width", "nan"))


@pytest.mark.parametrize("count", [0, 1])
def test_evidence_of_nothing_or_one_moment_is_no_fault(count: int) -> None:
    one, seen = head_on()
    thin = Evidence(1, _cut(seen.first, count), _cut(seen.second, count), seen.time_ns[:count], seen.d_h_m[:count],
                    seen.d_v_m[:count], seen.error_h_m[:count], seen.error_v_m[:count])  # fmt: skip
    far: tuple[Encounter, Evidence] = (one, thin)
    for drawn in (plan(*far, report([far])), profile(*far, report([far]))):
        ET.fromstring(drawn)


def _cut(flown: object, count: int) -> object:
    names = ("time_ns", "lat", "lon", "alt_m", "linked")
    return replace(flown, **{name: getattr(flown, name)[:count] for name in names})  # type: ignore[type-var]


def test_a_hostile_call_sign_is_text_in_a_drawing() -> None:
    one, seen = head_on(first_callsign='"><script>x</script>', second_callsign="</svg>&amp;")
    for drawn in (plan(one, seen, report([(one, seen)])), profile(one, seen, report([(one, seen)]))):
        assert not [e for e in ET.fromstring(drawn).iter() if e.tag == "script"]
        assert "<script" not in drawn and drawn.count("</svg>") == 1


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 10))
def test_steps_are_few_even_and_within(low: float, span: float, about: int) -> None:
    found = steps(low, low + span, about)
    assert len(found) <= about + 1
    slack = 1e-6 * span
    assert all(low - slack <= value <= low + span + slack for value in found)
    if len(found) > 2:
        assert np.ptp(np.diff(found)) <= 1e-6 * span + 1e-9 * abs(low)


@given(st.floats(1e-6, 1e9))
def test_a_scale_is_round_and_fits(room: float) -> None:
    length = round_below(room)
    assert length <= room * (1 + 1e-9) and room < 2.6 * length
    assert float(f"{length:.6e}"[0]) in (1, 2, 5)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400)), max_size=30))
def test_no_label_covers_another(points: list[tuple[float, float]]) -> None:
    labels = Labels(400, 400)
    for x, y in points:
        labels.place("label", "small", [(x, y, "middle")])
    boxes = labels.taken
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def test_lines_break_where_nothing_is_known() -> None:
    xs, ys = np.arange(5.0), np.array([1.0, 2.0, NAN, 3.0, 4.0])
    assert path(xs, ys, "k").count("M") == 2
    assert band(xs, ys - 1, ys + 1, "k").count("<path") == 2
    assert path(xs, np.full(5, NAN), "k") == ""
