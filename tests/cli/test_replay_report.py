"""report.html of real replays in a real browser: no fault, no request, and the numbers of summary.json."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armslength.scenario.write import write_scenario
from cli.replaying import encounters, replay, summary

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
CARDS = 12


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


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of the scenario of the demo."""
    folder = tmp_path_factory.mktemp("scenario")
    sky = write_scenario("euphrates", 1, folder / "sky").folder
    papers = ("--agreement", sky / "agreement.toml", "--members", sky / "members.toml")
    assert replay(sky / "north.parquet", sky / "south.parquet", *papers, out=folder / "out").code == 0
    return folder / "out"


@pytest.fixture(params=["judged", "scenario", "switzerland"])
def out(request: pytest.FixtureRequest) -> Path:
    """Return a folder of outputs."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


def figures(said: dict[str, Any]) -> dict[str, str]:
    """Return the figures at the top of the page as the summary has them."""
    found = said["encounters"]
    return {
        "encounters": f"{found['total']:,}",
        "near misses": f"{found['near_miss']:,}",
        "certain": f"{found['certain']:,}",
        "possible": f"{found['possible']:,}",
        "not determinable": f"{found['not_determinable']:,}",
        "breaches": f"{found['breaches']:,}",
    }


@pytest.mark.browser
def test_it_opens_without_a_fault_or_a_request_and_says_what_was_found(out: Path, chromium: Any) -> None:
    page = chromium.new_page()
    faults: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((out / "report.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]", timeout=20_000)
    said, rows = summary(out), encounters(out)
    boxes = page.locator(".lead .figures div").all()
    shown = {box.locator("span").inner_text(): box.locator("b").inner_text() for box in boxes}
    assert shown == figures(said)
    cover = page.locator(".lead .cover").inner_text().replace("\xa0", " ").replace("\u202f", " ")
    assert f"{said['rows']['used']:,} of {said['rows']['read']:,} rows" in cover
    assert f"{said['aircraft']:,} aircraft" in cover
    while page.locator("#rows-more").is_visible():
        page.click("#rows-more")
    numbers = {int(text) for text in page.locator("#rows tr td:first-child").all_inner_texts()}
    assert numbers == {row["encounter"] for row in rows}
    assert page.locator("svg").count() >= 2 * min(CARDS, sum(row["certainty"] != "not_determinable" for row in rows))
    page.close()
    assert faults == []
    assert requests == [(out / "report.html").as_uri()]


def test_it_is_one_file_that_asks_for_nothing(out: Path) -> None:
    html = (out / "report.html").read_text("utf-8")
    assert html.lower().startswith("<!doctype html>")
    fetched = re.findall(
        r"<(?:script|img|iframe|link|source|video)\b[^>]*\b(?:src|href)\s*=\s*[\"']?([^\"'\s>]+)", html
    )
    assert [url for url in fetched if not url.startswith(("data:", "#"))] == []
    assert re.findall(r"@import|url\(\s*[\"']?(?!data:|#)[^)]", html) == []
    assert len(html) < 6_000_000


def test_it_names_recordings_terms_and_the_worst(out: Path) -> None:
    html = (out / "report.html").read_text("utf-8")
    said, rows = summary(out), encounters(out)
    for one in said["recordings"]:
        assert one["file"] in html
    for reason, one in said["rows"]["kept_aside"].items():
        assert reason in html and f"{one['rows']:,}" in html
    worst = min((row for row in rows if row["certainty"] != "not_determinable"), key=lambda row: row["ratio"])
    assert worst["first"] in html and worst["second"] in html
    assert f'id="e{worst["encounter"]}"' in html or worst["level"] == "inside"
    assert not re.search(r"\b(all clear|is safe|was safe|no danger)\b", html)
