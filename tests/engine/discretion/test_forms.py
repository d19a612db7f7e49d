"""Positions in every common form, at random places, are stopped and nobody can let them go; numbers of flying pass."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.agreement.terms import default_terms
from armslength.engine.discretion import in_pieces, review
from armslength.engine.discretion.folding import fold

TERMS = default_terms()
LAT, LON = st.floats(-89.9, 89.9), st.floats(-179.9, 179.9)


def parts(value: float) -> tuple[int, int, int]:
    """Return degrees, minutes and seconds of the size of a value [deg]."""
    seconds = int(abs(value) * 3600)
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def halves(lat: float, lon: float) -> tuple[str, str]:
    """Return the letters of the hemispheres."""
    return "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"


def forms(lat: float, lon: float) -> list[str]:
    """Return a place in many forms."""
    (d, m, s), (e, n, t) = parts(lat), parts(lon)
    ns, ew = halves(lat, lon)
    a, o = abs(lat), abs(lon)
    return [
        f"{a:.4f}{ns} {o:.4f}{ew}", f"{a:.2f}°{ns}, {o:.2f}°{ew}", f"{ns}{a:.3f} {ew}{o:.3f}", f"{lat:.5f}, {lon:.5f}",
        f"{a:.4f} {ns} / {o:.4f} {ew}", f"lat {lat:.2f} lon {lon:.2f}", f"широта {a:.2f}, долгота {o:.2f}",
        f"{d:02d}°{m:02d}'{s:02d}\"{ns} {e:03d}°{n:02d}'{t:02d}\"{ew}",
        f"{d:02d}-{m:02d}-{s:02d}{ns} {e:03d}-{n:02d}-{t:02d}{ew}",
        f"{d:02d}{m:02d}{s:02d}{ns}{e:03d}{n:02d}{t:02d}{ew}", f"{d:02d}{m:02d}{ns} {e:03d}{n:02d}{ew}",
        f"{ns}{d:02d} {m:02d}.{s // 6} {ew}{e:03d} {n:02d}.{t // 6}",
        f"{d:02d} {m:02d} {s:02d} {ns} {e:03d} {n:02d} {t:02d} {ew}",
        f"{d} deg {m} min {ns}, {e} deg {n} min {ew}", f"{d}° {m}′ {ns} {e}° {n}′ {ew}",
        f"{ns} {d:02d}°{m:02d}.5' {ew} {e:03d}°{n:02d}.5'",
        f"{lat:+08.4f}{lon:+09.4f}/", f"geo:{lat:.4f},{lon:.4f}",
    ]  # fmt: skip


@given(LAT, LON, st.integers(0, 17))
@settings(max_examples=300, deadline=None)
def test_a_position_is_final_in_every_form(lat: float, lon: float, which: int) -> None:
    said = forms(lat, lon)[which]
    found = review(f"Seen at {said} at 1015 UTC.", "en", TERMS)
    assert found.final, said


@given(
    st.integers(1, 60), st.sampled_from("CDEFGHJKLMNPQRSTUVWX"),
    st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=2, max_size=2),
    st.integers(0, 99999), st.integers(0, 99999), st.sampled_from([" ", ""]),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_a_military_grid_is_final(zone: int, band: str, square: str, east: int, north: int, gap: str) -> None:
    said = f"{zone}{band}{gap}{square}{gap}{east:05d}{gap}{north:05d}"
    assert review(f"At {said}, two minutes later.", "en", TERMS).final, said


HARMLESS = st.one_of(
    st.builds(
        lambda h, m, s: f"at {h:02d}:{m:02d}:{s:02d} UTC", st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)
    ),
    st.integers(10, 450).map(lambda level: f"at FL{level:03d}"),
    st.floats(0.1, 60).map(lambda far: f"{far:.2f} NM ahead of our aircraft"),
    st.floats(0.1, 60).map(lambda far: f"{far:.1f} NM north of the line"),
    st.integers(100, 60000).map(lambda feet: f"{feet:,} ft above our aircraft"),
    st.integers(1, 1300).map(lambda speed: f"with {speed} kt over the ground"),
    st.integers(0, 359).map(lambda course: f"on heading {course:03d}"),
    st.integers(118000, 136990).map(lambda kilohertz: f"on {kilohertz / 1000:.3f} MHz"),
    st.integers(950, 1050).map(lambda pressure: f"with QNH {pressure}"),
    st.dates().map(lambda day: f"on {day.isoformat()}"),
    st.integers(1, 999).map(lambda number: f"as in case N-{number:03d}"),
    st.tuples(st.floats(0, 9), st.floats(0, 9)).map(lambda two: f"between {two[0]:.3f} s and {two[1]:.3f} s later"),
)


@given(st.lists(HARMLESS, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_numbers_of_flying_pass(said: list[str]) -> None:
    text = f"Your aircraft passed {', '.join(said)}."
    assert [text[one.start : one.end] for one in review(text, "en", TERMS).hits] == []


@pytest.mark.parametrize(
    "said",
    [
        "37Ѕ ЕV 1234 5678",
        "34.5213\u200bN 40.9120E",
        "３４.５２１３N ４０.９１２０E",
        "34º31ʹ12ʺN 040º54ʹ43ʺE",
        "34\u00a0deg 31\u00a0min N",
        "mis\u00adsiles",
        "mіssiles",
        "рaкеты",
        "ра\u0301кеты",
        "МИССИЯ: РАЗВЁДКА",
    ],
)
def test_other_signs_for_the_same(said: str) -> None:
    assert review(f"Seen: {said}.", "en", TERMS).stops


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_spans_lie_in_it(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.latin) == len(folded.back) - 1
    found = review(text, "en", TERMS)
    assert all(0 <= one.start < one.end <= len(text) for one in found.hits)
    assert list(found.hits) == sorted(found.hits, key=lambda one: one.start)
    assert found == review(text, "en", TERMS)


@given(st.text(string.ascii_letters + string.digits + " .,°'\"NSEW", max_size=400))
@settings(max_examples=100, deadline=None)
def test_ascii_folds_as_everything_else_does(text: str) -> None:
    assert fold(text.rstrip()).text == fold(text.rstrip() + " ж").text[:-2]


@given(st.integers(0, 3000), st.sampled_from(["34.5213N 40.9120E", "12 km north-east of Mayadin", "missiles"]))
@settings(max_examples=60, deadline=None)
def test_in_a_long_draft_nothing_is_cut_in_two(before: int, said: str) -> None:
    text = f"{('Your aircraft passed ahead. ' * 120)[:before]} {said} {'It did not answer. ' * 60}"
    (found,) = review(text, "en", TERMS).hits
    assert text[found.start : found.end] == said


def test_a_long_draft_is_looked_through_in_steps() -> None:
    steps = list(in_pieces("It did not answer. " * 200, "en", TERMS))
    assert len(steps) > 5 and steps[:-1] == [None] * (len(steps) - 1) and steps[-1] is not None
