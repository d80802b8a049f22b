"""A real browser without a screen, which remembers whatever a page complains of and wherever it reaches out to.

It needs Debian's packages chromium and chromium-driver, or Google's. Nothing is fetched for it: selenium is told where
both lie.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver", "chromium-driver")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    # Without a graphics card, surfaces are drawn by the processor.
    "--enable-unsafe-swiftshader",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--window-size=1400,1000",
    # No name is known to it, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# The browser's own pages, of which it opens one at its start, are part of it.
OF_THIS_MACHINE = ("file", "data", "blob", "about", "chrome", "chrome-untrusted")
SEEN = """[...document.querySelectorAll(arguments[0])].filter(
    each => each.checkVisibility() && (each.innerText ?? each.textContent).includes(arguments[1]))"""
PATIENCE = 20


@dataclass(frozen=True)
class Browser:
    """The browser's window; what it found wrong since the last look is in `complaints`."""

    driver: Chrome

    def open(self, file: Path) -> None:
        """Open a file as with a double click."""
        self.driver.switch_to.default_content()
        self.driver.get(file.resolve().as_uri())

    def complaints(self) -> list[str]:
        """Return errors that pages reported, and requests that would have left the machine, since the last call."""
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
        asked += [each["params"]["url"] for each in events if each["method"] == "Network.webSocketCreated"]
        return errors + [f"asked for {url}" for url in asked if urlsplit(url).scheme not in OF_THIS_MACHINE]

    def one(self, selector: str, text: str = "") -> WebElement:
        """Return the first element of a CSS `selector` that is to be seen and has `text`; wait until there is one."""
        return self.wait(lambda: next(iter(self.all(selector, text)), None), f"no {selector} with {text!r}")

    def all(self, selector: str, text: str = "") -> list[WebElement]:
        """Return all elements of a CSS `selector` that are to be seen and have `text`."""
        return self.value(SEEN, selector, text)

    def wait(self, found: Callable[[], Any], complaint: str) -> Any:
        """Return what `found` returns as soon as that is something."""
        waiting = WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05)
        return waiting.until(lambda _: found(), complaint)

    def value(self, script: str, *arguments: Any) -> Any:
        """Return what a line of JavaScript returns."""
        return self.driver.execute_script(f"return {script}", *arguments)


@pytest.fixture(scope="session")
def started_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser, started for the tests that ask for it."""
    browser, driver = _first_of(BROWSERS), _first_of(DRIVERS)
    missing = [names[0] for names, found in ((BROWSERS, browser), (DRIVERS, driver)) if found is None]
    if missing:
        pytest.fail(
            f"{', '.join(missing)}: not found. These tests open the report in a browser, from Debian's packages:"
            " apt-get install --no-install-recommends chromium chromium-driver. To leave them out: -m 'not browser'"
        )
    options = ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(option)
    # Debian's chromium is a script that speaks on the way.
    service = ChromeService(executable_path=driver, log_output=os.devnull)
    started = Chrome(options=options, service=service)
    try:
        yield Browser(started)
    finally:
        started.quit()


@pytest.fixture
def browser(started_browser: Browser) -> Iterator[Browser]:
    """The browser; a test fails when its pages complained or reached out."""
    started_browser.complaints()
    yield started_browser
    assert started_browser.complaints() == []


def _first_of(names: tuple[str, ...]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)
