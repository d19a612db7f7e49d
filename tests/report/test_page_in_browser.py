"""The page in a real browser: no fault, no request, and every control does what it says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armslength.report.page import render
from report.made_up import crossing, encounter, head_on, level_unknown, many, report, shadowing

pytestmark = pytest.mark.browser

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Return a running browser."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """A page in the browser, with what it complained about and asked for."""

    def __init__(self, browser: Any, path: Path, html: str, **context: Any) -> None:
        path.write_text(html, encoding="utf-8")
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("dialog", lambda dialog: (self.faults.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready=yes]", timeout=10_000)
        self.page.wait_for_timeout(150)

    def texts(self, selector: str) -> list[str]:
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]

    def pixels(self, selector: str) -> int:
        """Return how many different colours a canvas holds."""
        script = """(canvas) => {
            const d = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, seen = new Set();
            for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
            return seen.size; }"""
        return int(self.page.locator(selector).evaluate(script))


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Return a function that opens a page; afterwards no page may have complained or asked for anything."""
    pages: list[Opened] = []

    def open_(html: str, **context: Any) -> Opened:
        pages.append(Opened(chromium, tmp_path / f"{len(pages)}.html", html, **context))
        return pages[-1]

    yield open_
    for one in pages:
        assert one.faults == []
        assert [url for url in one.requests if not url.startswith("file:")] == [] and len(one.requests) == 1
        one.context.close()


FEW = [head_on(1), crossing(2, lat=35.5), shadowing(3, lat=34.6), level_unknown(4, lat=36.0)]
AREAS = (
    ("The area", "area", ((34, 37), (36.5, 37), (36.5, 40), (34, 40))),
    ("A base", "exempt", ((35, 38), (35.2, 38.1), (35, 38.3))),
)


def test_it_opens_without_a_fault_or_a_request_and_draws(opened: Any) -> None:
    page = opened(render(report(FEW, areas=AREAS)))
    assert page.pixels("#map-canvas") > 20 and page.pixels("#strip-canvas") > 10
    assert page.texts("#rows tr td:first-child") == ["2", "3", "1", "4"]


def test_the_table_sorts_both_ways_and_says_so(opened: Any) -> None:
    page = opened(render(report(more=many(300))))
    head = page.page.locator("th[data-by=s]")
    page.page.click("th[data-by=n] button")
    numbers = [int(text) for text in page.texts("#rows tr td:first-child")]
    assert numbers == sorted(numbers) and numbers[0] == 1
    page.page.click("th[data-by=n] button")
    assert page.texts("#rows tr td:first-child")[0] == "300"
    assert page.page.locator("th[data-by=n]").get_attribute("aria-sort") == "descending"
    assert head.get_attribute("aria-sort") == "none"
    page.page.click("th[data-by=r] button")
    shares = [float(text.split()[0]) for text in page.texts("#rows tr td.share")]
    assert shares == sorted(shares)


def test_the_table_filters_by_text_kind_party_and_time(opened: Any) -> None:
    encounters = [
        encounter(1), encounter(2, first_callsign="FALCON1", second_party="west"),
        encounter(3, level="near_miss", certainty="possible"), encounter(4, certainty="not_determinable"),
    ]  # fmt: skip
    page = opened(render(report(more=encounters)))
    shown = "#rows tr td:first-child"
    page.page.fill("#find", "falcon WEST")
    page.page.wait_for_timeout(300)
    assert page.texts(shown) == ["2"] and page.texts("#rows-said") == ["1 of 4"]
    page.page.fill("#find", "falcon nobody")
    page.page.wait_for_timeout(300)
    assert page.texts(shown) == [] and page.texts("#rows-none") == ["None of the encounters is like that."]
    page.page.click("#rows-all")
    assert sorted(page.texts(shown)) == ["1", "2", "3", "4"]
    page.page.click("button[data-cell='1']")
    assert sorted(page.texts(shown)) == ["1", "2", "4"]
    assert page.page.locator("button[data-cell='1']").get_attribute("aria-pressed") == "false"
    page.page.select_option("#party", "north – west")
    assert page.texts(shown) == ["2"]
    page.page.click("#rows-all")
    page.page.locator("#strip-canvas").scroll_into_view_if_needed()
    box = page.page.locator("#strip-canvas").bounding_box()
    page.page.mouse.move(box["x"] + 60, box["y"] + 120)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 160, box["y"] + 120, steps=4)
    page.page.mouse.up()
    page.page.wait_for_timeout(150)
    assert page.texts(shown) == [] and page.page.locator("#time-all").is_visible()
    page.page.click("#time-all")
    assert len(page.texts(shown)) == 4


def test_hovering_the_map_tells_the_facts_and_a_click_leads_to_the_card(opened: Any) -> None:
    page = opened(render(report([head_on(1)])))
    box = page.page.locator("#map-canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.wait_for_timeout(150)
    tip = page.texts("#map-tip")[0]
    assert "NORTH12 – SOUTH31" in tip and "0.43 NM and 200 ft apart" in tip and "inside the minima, certain" in tip
    page.page.mouse.move(x + 150, y + 90)
    page.page.wait_for_timeout(150)
    assert not page.page.locator("#map-tip").is_visible()
    assert page.texts("#map-place")[0].count("°") == 2
    page.page.mouse.click(x, y)
    page.page.wait_for_timeout(900)
    assert page.page.evaluate("document.activeElement.id") == "e1"
    assert 0 <= page.page.locator("#e1").bounding_box()["y"] < 300


def test_what_has_no_card_leads_to_its_row_however_far_down(opened: Any) -> None:
    page = opened(render(report(more=many(500))), reduced_motion="reduce")
    page.page.focus("#map-canvas")
    page.page.keyboard.press("p")  # the last one: the least grave
    page.page.keyboard.press("Enter")
    page.page.wait_for_timeout(200)
    assert page.page.locator("#rows tr.flash").count() == 1
    row = page.page.locator("#rows tr.flash").bounding_box()
    assert 0 <= row["y"] <= 900
    assert len(page.texts("#rows tr")) == 500


def test_everything_can_be_reached_and_done_with_the_keyboard(opened: Any) -> None:
    page = opened(render(report(FEW)))
    page.page.focus("#map-canvas")
    page.page.keyboard.press("n")
    page.page.wait_for_timeout(100)
    assert "near miss, certain" in page.texts("#map-say")[0]
    before = page.page.locator("#map-canvas").screenshot()
    for key in ("+", "ArrowLeft", "ArrowUp"):
        page.page.keyboard.press(key)
    page.page.wait_for_timeout(150)
    assert page.page.locator("#map-canvas").screenshot() != before
    page.page.keyboard.press("Escape")
    assert not page.page.locator("#map-tip").is_visible()
    order = page.page.evaluate(
        "[...document.querySelectorAll('a, button, input, canvas[tabindex]')].filter((e) => e.tabIndex < 0).length"
    )
    assert order == 0


def test_night_follows_the_system_and_the_switch(opened: Any) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    day, night = opened(render(report(FEW))), opened(render(report(FEW)), color_scheme="dark")
    light, dark = (page.page.evaluate(background) for page in (day, night))
    assert light != dark
    day.page.click("#theme")
    assert day.page.evaluate(background) == dark
    night.page.click("#theme")
    assert night.page.evaluate(background) == light
    day.page.wait_for_timeout(100)
    corner = "(c) => [...c.getContext('2d').getImageData(c.width - 3, c.height - 3, 1, 1).data].slice(0, 3)"
    assert max(day.page.locator("#map-canvas").evaluate(corner)) < 60


def test_paper_is_white_and_without_controls(opened: Any) -> None:
    page = opened(render(report(FEW)), color_scheme="dark")
    page.page.emulate_media(media="print")
    page.page.wait_for_timeout(200)
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in (".top", ".zoom", ".tools", "#rows-more"):
        assert not page.page.locator(hidden).is_visible()
    assert len(page.page.pdf(prefer_css_page_size=True)) > 20_000


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_sticks_out_sideways(opened: Any, width: int) -> None:
    long = [head_on(1, first_callsign="W" * 30, note="word" * 60)]
    page = opened(render(report(long)), viewport={"width": width, "height": 844})
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_whole_table_with_notes_and_parties_fits_a_laptop(opened: Any) -> None:
    sides = {"first_party": "NORTH", "second_party": "SOUTH"}
    noted = head_on(
        1, **sides, breach=True, note="levels on different datums; where no minima hold, near misses count everywhere"
    )
    page = opened(render(report([noted, crossing(2, **sides)])), viewport={"width": 1280, "height": 844})
    spans = "[...document.querySelectorAll('.worst li span')]"
    assert page.page.evaluate(f"{spans}.every((one) => one.scrollWidth <= one.clientWidth)"), "none lies upon another"
    box = page.page.locator("#table-box")
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    assert page.page.locator("#rows .note").is_visible()
    assert not page.page.locator("#rows .day").first.is_visible(), "all on one day, which stands above"


def test_ten_thousand_encounters_are_usable(opened: Any) -> None:
    page = opened(render(report([crossing(20_000)], more=many(10_000))))
    assert page.page.locator("#rows tr").count() <= 300
    page.page.fill("#find", "N299 S210")
    page.page.wait_for_timeout(400)
    said = page.texts("#rows-said")[0]
    assert said.endswith("of 10,001")
    page.page.click("#rows-all")
    page.page.click("th[data-by=h] button")
    assert page.texts("#rows tr td:first-child")


def test_hostile_call_signs_do_nothing(opened: Any) -> None:
    bad = "</script><img src=x onerror=alert(1)><svg onload=alert(1)>"
    page = opened(render(report([head_on(1, first_callsign=bad, second_callsign="\u202e" + bad, note=bad)])))
    page.page.focus("#map-canvas")
    page.page.keyboard.press("n")
    page.page.wait_for_timeout(150)
    assert page.page.locator("img").count() == 0
    assert bad in page.texts("#rows .note")[0]


@pytest.mark.parametrize("pairs", [[], [head_on(1, lat=-17.0, lon=179.999)], [head_on(1, lat=89.6, lon=0.0)]])
def test_nothing_the_date_line_and_the_pole_draw_without_fault(opened: Any, pairs: list[Any]) -> None:
    from armslength.domain.encounter import Backdrop

    empty = Backdrop(lat=FEW[0][1].first.lat[:0], lon=FEW[0][1].first.lon[:0])
    page = opened(render(report(pairs, backdrop=empty, summary={})))
    assert page.pixels("#map-canvas") > 5
    page.page.focus("#map-canvas")
    for key in ("-", "-", "ArrowRight", "n", "+"):
        page.page.keyboard.press(key)
    page.page.wait_for_timeout(100)
    if not pairs:
        assert page.texts("#rows-none") == ["Nothing seen inside the minima."]
