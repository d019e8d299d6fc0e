"""The documentation site in a browser: readable by everybody, searchable, and nothing of another host."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WAIT_MS
from tests.browser.watch import serious_faults
from tests.repository.site import build

pytestmark = pytest.mark.needs("chromium")

Open = Callable[..., Page]
PAGES = ["index.html", "quick-start.html", "safety.html", "http-api.html", "model/rules.html"]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the built site."""
    folder = tmp_path_factory.mktemp("site")
    ran = build(folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Open]:
    """Open a page; at the end no script may have failed, and nothing may have left the site."""
    faults: list[str] = []

    def go(path: str, **options: object) -> Page:
        page = browser.new_context(locale="en-US", **options).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(site) else faults.append(f"left: {asked.url}"),
        )
        page.goto(f"{site}/{path}")
        return page

    yield go
    assert faults == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_found(opened: Open, path: str, scheme: str):
    """Each of these pages passes axe-core in either scheme."""
    page = opened(path, color_scheme=scheme)
    assert serious_faults(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(opened: Open, path: str):
    """On a narrow phone the page is no wider than the screen; wide tables scroll by themselves."""
    page = opened(path, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_search_finds_a_hazard(opened: Open):
    """Words typed into the search lead to the page that has them."""
    page = opened("index.html")
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type("needless biopsy")
    found = page.locator("a.md-search-result__link", has_text="A needless biopsy").first
    expect(found).to_be_visible()
    found.click()
    expect(page).to_have_url(re.compile(r"/safety\.html"))
