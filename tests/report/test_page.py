"""The page as text: self-contained, escaped, honest, and of modest size."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest

from armslength.domain.encounter import Backdrop, Encounter
from armslength.report.map import _ring
from armslength.report.model import worst_first
from armslength.report.page import render
from armslength.report.sections import headline
from report.made_up import (
    NAN,
    SUMMARY,
    backdrop,
    crossing,
    encounter,
    head_on,
    level_unknown,
    many,
    report,
    shadowing,
)  # fmt: skip


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements, and the text that a person sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.scripts: list[str] = []
        self._in = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif self._in != "style":
            self.text += " " + data

    @property
    def data(self) -> dict[str, object]:
        return json.loads(self.scripts[0])


def read(**given: object) -> Reader:
    return Reader(render(report(**given)))  # type: ignore[arg-type]


ALL = [head_on(1), crossing(2), shadowing(3), level_unknown(4)]


def test_the_worst_get_cards_with_drawings_and_the_facts_in_words() -> None:
    page = read(pairs=ALL)
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert [one for one in ids if re.fullmatch(r"e\d+", one)] == ["e2", "e3", "e1", "e4"]
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "At 12:00:00 UTC NORTH12 and SOUTH31 passed 0.43 NM and 200 ft apart." in text
    assert "Breach of the terms: a near miss that is certain." in text
    assert f"3 encounters {M}, 1 of them a near miss, and 1 more that may have been inside." in text
    for said in ("no position", "2,300", "radar-a.csv.gz row 17: lat empty", "radar-b.csv: the gzip stream ends early"):
        assert said in text


def test_one_is_one_and_the_list_says_which_way_they_were_apart() -> None:
    page = render(report([crossing(1)]))
    for said in ("<b>1</b><span>encounter</span>", "<b>1</b><span>near miss</span>", "<b>1</b><span>breach</span>"):
        assert said in page
    assert "<span>200\xa0ft, 98\xa0ft in level</span>" in page
    page = render(report([head_on(1), crossing(2), crossing(3)]))
    assert "<b>3</b><span>encounters</span>" in page and "<b>2</b><span>near misses</span>" in page


def test_the_gravest_come_first() -> None:
    assert [one.encounter for one in worst_first([pair[0] for pair in ALL])] == [2, 3, 1, 4]


def test_the_page_asks_the_network_for_nothing() -> None:
    page = read(pairs=ALL)
    for tag, name, value in page.attributes:
        if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href"):
            assert value.startswith("#"), (tag, name, value)
        assert not name.startswith("on") and name != "style", (tag, name)
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    whole = render(report(ALL))
    assert (
        "http://" not in whole
        and "https://" not in whole
        and "@import" not in whole
        and "url(" not in whole.replace("url(#", "")
    )


def test_the_policy_names_the_digests_of_this_style_and_this_script() -> None:
    whole = render(report(ALL))
    policy = next(v for t, n, v in Reader(whole).attributes if n == "content" and v.startswith("default-src"))
    style = re.search(r"<style>(.*?)</style>", whole, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", whole, re.DOTALL)
    assert style and script
    for kind, text in (("style", style[1]), ("script", script[1])):
        assert f"{kind}-src 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


HOSTILE = [
    "</script><script>alert(1)</script>", "<!--<script>", "\"><img src=x onerror=alert(1)>", "${alert(1)}", "$data",
    "\u202eEVIL", "'-alert(1)-'", "&lt;b&gt;", "]]>", "\x00\x1b[31m", "A\ud800B", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_text_from_the_air_stays_text(bad: str) -> None:
    pair = head_on(first_callsign=bad, second_callsign=bad, first_party=bad, second_party=bad, note=bad)
    summary = {**SUMMARY, "left_out": [bad], "recordings": [{"file": bad, "format": bad, "rows": 1, "error": bad}],
               "rows": {"read": 1, "used": 1, "kept_aside": {bad: {"rows": 1, "example": {"file": bad, "says": bad}}}},
               "implausible": [{"aircraft": bad, "why": bad}], "terms": {"source": bad}}  # fmt: skip
    ring = ((34.0, 37.0), (36.0, 37.0), (36.0, 39.0))
    page = read(pairs=[pair], summary=summary, title=bad, areas=((bad, "area", ring), (bad, "exempt", ring)))
    harmless = read(pairs=[head_on()], summary=summary | {"left_out": ["x"]}, areas=(("a", "area", ring),) * 2)
    assert page.tags.count("script") == harmless.tags.count("script") == 2 and "img" not in page.tags
    assert "alert" not in page.scripts[1]
    assert page.data["rows"]["n"] == [1]  # type: ignore[index]
    assert "\u202e" not in page.text and "\x1b" not in page.text
    assert all(len(text) <= 400 for text in page.data["strings"])  # type: ignore[attr-defined]


def test_with_nothing_found_it_says_what_was_seen_and_claims_no_more() -> None:
    text = read().text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Nothing seen inside the minima of 3 NM and 3,000 ft." in text
    assert "118,002 of 120,345 rows of 212 aircraft, 2015-11-03 08:00 to 2015-11-03 16:00 UTC" in text
    assert "may have come closer unseen" in text


@pytest.mark.parametrize("pairs", [[], ALL])
def test_it_never_says_clear_or_safe(pairs: list[object]) -> None:
    page = read(pairs=pairs)
    spoken = page.text + " ".join(value for _, name, value in page.attributes if name in ("aria-label", "title", "alt"))
    said_by_script = " ".join(a or b for a, b in re.findall(r'"([^"\n]*)"|`([^`]*)`', page.scripts[1]))
    assert not re.search(r"\b(clear|safe|safely|all clear)\b", spoken + " " + said_by_script, re.IGNORECASE)


def test_ten_thousand_encounters_fit_in_a_modest_page() -> None:
    whole = render(report(more=many(10_000)))
    assert len(whole.encode()) < 1_500_000
    rows = Reader(whole).data["rows"]
    assert {len(column) for column in rows.values()} == {10_000}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lat", "lon"), [(-17.0, 179.99), (89.5, 0.0), (-89.9, 120.0), (0.0, 0.0)])
def test_the_map_holds_its_encounters_anywhere_on_earth(lat: float, lon: float) -> None:
    east = (lon + 0.02 + 180) % 360 - 180
    data = read(
        pairs=[head_on(1, lat, lon), head_on(2, lat, east)], backdrop=backdrop(max(-88, min(88, lat)), lon)
    ).data
    x0, y0, x1, y1 = data["view"]  # type: ignore[misc]
    unit, rows = data["unit"], data["rows"]
    assert not data["proj"]["world"]  # type: ignore[index]
    assert x1 - x0 < 5e6
    for x, y in zip(rows["x"], rows["y"], strict=True):  # type: ignore[index]
        assert x0 <= x * unit <= x1 and y0 <= y * unit <= y1  # type: ignore[operator]


def test_a_few_wrong_positions_do_not_blow_up_the_map() -> None:
    good = backdrop()
    stray = Backdrop(np.append(good.lat, [-60.0, 89.0]), np.append(good.lon, [-120.0, 10.0]), aircraft=212)
    with_stray, without = (read(pairs=ALL, backdrop=one).data["window"] for one in (stray, good))
    assert np.allclose(with_stray, without, rtol=0.1)  # type: ignore[arg-type]


EXEMPT = "where no minima hold (exempt or outside the area); near misses count everywhere"
M = "inside the minima of 3 NM and 3,000 ft"
IN, NEAR = {}, {"level": "near_miss"}
THERE = {"level": "near_miss", "note": EXEMPT}
OUT = {"level": "near_miss", "ratio": 1.2}
MIXED = {"certainty": "not_determinable", "ratio": 1.4, "note": "levels on different datums"}
UNTOLD_THERE = {"level": "near_miss", "certainty": "not_determinable", "d_v_m": NAN, "note": "level unknown; " + EXEMPT}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], f"Nothing seen {M}."),
        ([IN], f"1 encounter {M}."),
        ([NEAR], f"1 encounter {M}, a near miss."),
        ([IN, IN, NEAR], f"3 encounters {M}, 1 of them a near miss."),
        ([IN, NEAR, NEAR], f"3 encounters {M}, 2 of them near misses."),
        ([NEAR, NEAR], f"2 encounters {M}, all of them near misses."),
        ([IN, NEAR, THERE], f"2 encounters {M}, 1 of them a near miss, and 1 near miss where no minima hold."),
        ([IN, THERE, THERE], f"1 encounter {M}, and 2 near misses where no minima hold."),
        ([THERE], f"Nothing seen {M}, but 1 near miss where no minima hold."),
        ([UNTOLD_THERE], f"Nothing seen {M}, but 1 near miss where no minima hold, not determinable."),
        ([OUT], f"Nothing seen {M}, but 1 near miss outside the minima."),
        ([MIXED], f"Nothing seen {M}, but 1 encounter that may have been inside."),
        ([IN, THERE, OUT, MIXED], f"1 encounter {M}; 1 near miss where no minima hold, 1 near miss outside the minima, "
                                  "and 1 more that may have been inside."),
    ],
)  # fmt: skip
def test_the_headline_counts_apart_what_was_not_inside(found: list[dict[str, object]], said: str) -> None:
    assert headline(report(more=[encounter(i + 1, **one) for i, one in enumerate(found)])) == said


@pytest.mark.parametrize("given", [THERE, OUT, MIXED, UNTOLD_THERE])
def test_a_card_claims_no_stay_inside_that_was_none(given: dict[str, object]) -> None:
    text = read(pairs=[head_on(1, **given, dwell_s=200.0)]).text
    card = text[text.index("Encounter 1,") : text.index("A break in the line")]
    assert not re.search(r"(stayed|min|\bs|were|·) inside the minima|Shaded: inside", re.sub(r"\s+", " ", card))


def _scattered(seed: int, count: int) -> Backdrop:
    rng = np.random.default_rng(seed)
    return Backdrop(np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count), aircraft=5)


BACKDROPS = {
    "the whole globe": _scattered(1, 5000),
    "a few over the globe": _scattered(2, 10),
    "one pole": Backdrop(np.full(100, 90.0), np.linspace(-180, 180, 100)),
    "both poles": Backdrop(np.repeat([90.0, -90.0], 60), np.zeros(120)),
    "opposite ends": Backdrop(np.repeat([10.0, -10.0], [100, 90]), np.repeat([0.0, 180.0], [100, 90])),
    "the date line": Backdrop(np.zeros(200), np.tile([179.9, -179.9], 100)),
    "one point": Backdrop(np.array([3.0]), np.array([4.0])),
    "one point over and over": Backdrop(np.full(200, 3.0), np.full(200, 4.0)),
    "unknown": Backdrop(np.full(100, NAN), np.full(100, NAN)),
    "infinite": Backdrop(np.full(100, np.inf), np.full(100, -np.inf)),
}
UNKNOWN = encounter(9, lat=NAN, lon=NAN, d_h_m=NAN, d_v_m=NAN, ratio=NAN, slant_m=NAN, alt_m=NAN, error_h_m=NAN,
                    error_v_m=NAN, dwell_s=NAN)  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("where", BACKDROPS)
@pytest.mark.parametrize(
    "given",
    [{}, {"pairs": ALL, "more": [UNKNOWN]}, {"more": [UNKNOWN]}, {"pairs": [(UNKNOWN, head_on(9)[1])]},
     {"pairs": [head_on(1, 90.0, 0.0)]}, {"pairs": [head_on(1, 0.0, 180.0), head_on(2, 0.0, -179.99)]},
     {"pairs": [head_on(1, 80.0, 0.0), head_on(2, -80.0, 180.0)]}],
)  # fmt: skip
def test_no_traffic_however_scattered_makes_it_grumble(where: str, given: dict[str, object]) -> None:
    window = read(**given, backdrop=BACKDROPS[where]).data["window"]
    assert np.isfinite(window).all()  # type: ignore[call-overload]


def test_traffic_on_both_sides_of_the_date_line_lies_together() -> None:
    window = read(backdrop=BACKDROPS["the date line"]).data["window"]
    assert window[2] - window[0] < 5e5  # type: ignore[index]


def test_what_is_not_known_is_null_in_the_data_and_unknown_in_words() -> None:
    data = read(pairs=[level_unknown(1)], more=[encounter(2, lat=NAN, lon=NAN, ratio=NAN, d_h_m=NAN)]).data
    rows, strings = data["rows"], data["strings"]
    place = {number: i for i, number in enumerate(rows["n"])}  # type: ignore[index]
    assert [rows[key][place[n]] for key, n in (("v", 1), ("x", 2), ("r", 2))] == [None] * 3  # type: ignore[index]
    assert strings[rows["vs"][place[1]]] == "unknown"  # type: ignore[index]


@pytest.mark.parametrize(
    "summary",
    [{}, {"rows": None, "time": [], "terms": "x", "recordings": None, "left_out": None, "implausible": 3,
          "aircraft": None},
     {"rows": {"kept_aside": {"a": None, "b": {"rows": 3}}}, "time": {"from": None}}],
)  # fmt: skip
def test_a_summary_with_holes_is_no_fault(summary: dict[str, object]) -> None:
    assert "armslength" in read(pairs=ALL, summary=summary).text


def test_what_the_summary_admits_stands_on_the_page() -> None:
    rows = {"read": 9, "used": 5, "outside_time": 1234, "notes": {"levels filled": 7}}
    text = read(
        summary={
            "rows": rows,
            "encounters": {"outside_by_less_than_the_errors": 203},
            "skipped": [{"file": "notes.txt", "why": "not a recording"}],
            "implausible": [{"aircraft": f"a{i}", "why": "jumps"} for i in range(230)],
        }
    ).text
    for said in ("203 more passes stayed outside the minima by less than the errors", "1,234 rows lie outside the span",
                 "levels filled: 7", "notes.txt: not a recording", "And 30 more in summary.json"):  # fmt: skip
        assert said in text


def test_parties_are_told_only_where_they_say_something() -> None:
    own: list[Encounter] = [encounter(first_party="4ca1f2", second_party="a0b1c2")]
    assert read(more=own).data["strings"][read(more=own).data["rows"]["ap"][0]] == ""  # type: ignore[index]


def test_certainty_and_level_differ_in_shape_and_not_only_in_colour() -> None:
    whole = render(report(ALL))
    marks = re.findall(r'<svg data-kind="(\d+)"[^>]*>(.*?)</svg>', whole)
    assert len(marks) == 12 and len({shape for _, shape in marks}) == 12


def test_the_sides_of_an_area_are_great_circles() -> None:
    ring = ((50.0, 0.0), (50.0, 60.0), (10.0, 30.0))
    lat, lon = _ring(ring)
    top = lat[np.abs(lon - 30).argmin()]
    expected = np.degrees(np.arctan(np.tan(np.radians(50)) / np.cos(np.radians(30))))
    assert top == pytest.approx(expected, abs=0.05) and expected > 53
