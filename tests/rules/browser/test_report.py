"""The report and the pages beside it in a real browser: all is there and to be seen, and nothing leaves the machine."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.support.ui import Select

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FIRST = "All values and claims"
# In CSS pixels, of a window of 1400.
SMALLEST_PRINT = 10
NARROWEST = 600


@pytest.fixture(scope="module")
def report(built):
    page = built.folder.parent / "report.html"
    found = built.snakemake("--report", str(page), timeout=300)
    assert found.returncode == 0, found.stdout
    return page


@pytest.fixture
def opened(browser, report):
    """The report's first page, drawn."""
    browser.open(report)
    browser.one("nav li", "Workflow")
    return browser


@pytest.fixture(scope="module")
def shown(built, catalog):
    """The file of each artefact that the report is to show, by paper."""
    files = {}
    for name, artefact in catalog.built.items():
        by_suffix = {Path(file).suffix: file for file in catalog.files(name)}
        files.setdefault(artefact.paper, []).append(by_suffix.get(".png") or by_suffix[".html"])
    return files


def test_the_report_says_what_it_is_and_begins_with_the_score_card(opened, catalog):
    assert "This page shows what the suite rebuilt" in opened.one("#app").text
    categories = [each.text for each in opened.all("nav li a") if each.text]
    assert categories[categories.index("About") + 1 :] == [FIRST, *sorted(catalog.house.config.papers)]


def test_the_report_s_score_card_can_be_read(opened):
    show(opened, FIRST)
    opened.one("nav tbody tr").find_element("css selector", "a").click()
    enter_frame(opened)
    check_score_card(opened)


@pytest.mark.parametrize("paper", ["oh2024", "jeong2021", "transfer"])
def test_every_artefact_of_a_paper_can_be_seen_and_has_a_caption(opened, shown, paper):
    seen = []
    for category in categories_of(opened, paper):
        for place in range(len(opened.all("nav tbody tr"))):
            path, caption = look_at(opened, place)
            assert len(caption) > 60, f"{path}: {caption!r} is no caption"
            assert f"/{category.lower()}/" in path
            seen.append(path)
    assert sorted(seen) == sorted(shown[paper])


def test_the_score_card_beside_the_report_can_be_read(browser, built):
    browser.open(built.folder / "results/demo/scorecard.html")
    check_score_card(browser)


def test_every_table_can_be_read_beside_the_report(browser, built):
    tables = sorted((built.folder / "results/demo/tables").glob("*.html"))
    assert tables
    for table in tables:
        browser.open(table)
        check_table(browser)


def test_surfaces_can_be_turned_and_show_the_error_too(browser, built):
    pages = sorted((built.folder / "results/demo/figures").glob("*.html"))
    assert pages
    for page in pages:
        browser.open(page)
        check_surfaces(browser)
        loss = browser.value("document.querySelector('#surfaces').data.map(each => each.z[0][0])")
        browser.one(".updatemenu-button:last-child").click()
        browser.wait(
            lambda before=loss: (
                browser.value("document.querySelector('#surfaces').data.map(each => each.z[0][0])") != before
            ),
            "the error is not shown",
        )


@pytest.mark.parametrize("framed", [False, True])
def test_a_page_that_reaches_out_or_fails_is_noticed(started_browser, tmp_path, framed):
    text = "<img src='http://example.org/seen.png'><script>fetch('https://example.org/told'); missing()</script>"
    page = tmp_path / "page.html"
    page.write_text(f'<iframe src="data:text/html,{text}"></iframe>' if framed else text, encoding="utf-8")
    started_browser.complaints()
    started_browser.open(page)
    complaints = []

    def all_three():
        complaints.extend(started_browser.complaints())
        return all(any(word in each for each in complaints) for word in ("seen.png", "told", "missing is not defined"))

    started_browser.wait(all_three, f"unnoticed: {complaints}")


def show(browser, entry):
    browser.one("nav li a", entry).click()
    browser.one("nav ol", entry)


def categories_of(browser, paper):
    """Open one after the other the folders of tables and figures, from the report's first page."""
    show(browser, paper)
    categories = [each.text for each in browser.all("nav li a") if each.text not in ("", "Results", paper)]
    assert "Tables" in categories
    for category in categories:
        show(browser, category)
        yield category
        browser.one("nav ol a", paper).click()
        browser.wait(lambda: not browser.all("nav tbody"), "the folder does not close")


def look_at(browser, place):
    """Look at the result in line `place` of the open folder; return its path and its caption."""
    eye, information = browser.all("nav tbody tr")[place].find_elements("css selector", "a")
    folder = browser.one("nav ol").text.split("\n")[-1]
    eye.click()
    if folder == "Figures":
        check_figure(browser)
    else:
        enter_frame(browser)
        check_table(browser)
        browser.driver.switch_to.default_content()
    information.click()
    path = browser.one("nav li", "results/").text
    caption = browser.one("nav li.prose").text
    browser.one("nav ol a", folder).click()
    browser.one("nav tbody tr")
    return path, caption


def enter_frame(browser):
    frame = browser.one("iframe")
    assert width_in_window(browser, frame) >= NARROWEST, "the list leaves no place for the page"
    browser.driver.switch_to.frame(frame)
    browser.one("h1")


def check_figure(browser):
    image = browser.one("#app .h-screen > div > img")
    browser.wait(lambda: browser.value("arguments[0].complete && arguments[0].naturalWidth > 300", image), "no picture")
    assert width_in_window(browser, image) >= NARROWEST, "the list leaves no place for the figure"


def check_table(browser):
    heading, table = browser.one("h1"), browser.one("table")
    assert len(heading.text) > 10
    assert "undefined" not in table.text
    assert len(browser.all("tbody tr")) > 1
    assert any(character.isdigit() for character in table.text)
    assert font_size(browser, table) >= SMALLEST_PRINT


def check_surfaces(browser):
    names = browser.wait(
        lambda: browser.value("document.querySelector('#surfaces').data?.map(each => each.name)"), "none"
    )
    assert [each.text for each in browser.all(".legendtext")] == names
    surfaces = browser.one("#surfaces")
    browser.wait(lambda: coloured_share(surfaces.screenshot_as_png) > 0.03, "no surface is to be seen")


def coloured_share(png):
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(int)
    return np.mean(np.ptp(pixels, axis=-1) > 60)


def check_score_card(browser):
    lines = browser.all("#lines tbody tr")
    assert len(lines) > 300
    assert font_size(browser, lines[0]) >= SMALLEST_PRINT
    check_table(browser)
    heading = browser.one("#lines th", "Seeds")
    place = browser.value("arguments[0].cellIndex", heading)
    for direction in ("ascending", "descending"):
        heading.find_element("css selector", "button").click()
        assert heading.get_attribute("aria-sort") == direction
        seeds = browser.value(
            "[...document.querySelector('#lines tbody').rows].map(row => +row.cells[arguments[0]].dataset.value)", place
        )
        assert seeds == sorted(seeds, reverse=direction == "descending")
        assert len(set(seeds)) > 1
    Select(browser.one("#verdict")).select_by_visible_text("reproduced")
    left = browser.all("#lines tbody tr")
    assert 0 < len(left) < len(lines)
    assert browser.one("#shown").text == f"{len(left)} of {len(lines)} lines"
    assert {row.get_attribute("data-verdict") for row in left} == {"reproduced"}


def width_in_window(browser, element):
    box = "arguments[0].getBoundingClientRect()"
    return browser.value(f"Math.min({box}.right, innerWidth) - Math.max({box}.left, 0)", element)


def font_size(browser, element):
    return browser.value("parseFloat(getComputedStyle(arguments[0]).fontSize)", element)
