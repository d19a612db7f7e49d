"""Crew reports: what cannot be is refused in words that an officer understands, the future among it."""

from __future__ import annotations

import math

import pytest

from armslength.domain.crew_report import KINDS, read_crew_report
from armslength.errors import InputError
from armslength.units import NS, parse_stamp

NOW = parse_stamp("2026-03-01T12:00:00Z")
SAID = {"kind": "FLARES", "reporter": "43C0A1", "accused": "~151234", "at_ns": str(NOW - 900 * NS), "range_m": "800"}


def refused(**other):
    with pytest.raises(InputError) as told:
        read_crew_report({**SAID, **other}, "North", NOW)
    return str(told.value)


def test_a_report_is_read_and_known_by_what_it_says():
    one = read_crew_report({**SAID, "file": "sha256:" + "ab" * 32, "struck": True}, "North", NOW)
    assert (one.kind, one.by, one.reporter, one.accused, one.range_m) == ("FLARES", "North", "43c0a1", "~151234", 800.0)
    assert one.struck and not one.evaded
    assert read_crew_report(one.as_dict(), "North", NOW) == one and one.id.startswith("crew:")
    assert read_crew_report(SAID, "North", NOW).id != one.id
    few = read_crew_report({"kind": "LASER", "reporter": "43c0a1", "at_ns": str(NOW)}, "North", NOW)
    assert few.accused == few.file == "" and math.isnan(few.range_m)


def test_a_report_from_the_future_is_refused_in_plain_words():
    says = refused(at_ns=str(NOW + 7 * 60 * NS))
    assert "The report is from the future" in says and "12:07:00" in says and "7 minutes ahead" in says
    assert "clock of this post" in says
    assert "2 days ahead" in refused(at_ns=str(NOW + 48 * 3600 * NS))
    assert "30 seconds ahead" in refused(at_ns=str(NOW + 30 * NS))
    assert read_crew_report({**SAID, "at_ns": str(NOW + NS)}, "North", NOW).at_ns == NOW + NS


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kind", "MISSILE", "no kind of crew report"),
        ("reporter", "", "no address"),
        ("accused", "HAWK 1", "no address"),
        ("accused", "43c0a1", "its own aircraft"),
        ("at_ns", "", "when it was"),
        ("range_m", "-4", "no distance"),
        ("range_m", "nan", "no distance"),
        ("range_m", "1e9", "no distance"),
        ("file", "video.mp4", "no digest"),
    ],
)
def test_what_cannot_be_is_refused(field, value, words):
    assert words in refused(**{field: value})


def test_every_kind_has_words():
    assert len(set(KINDS)) == len(KINDS) == 11
