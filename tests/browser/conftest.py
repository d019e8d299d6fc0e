"""A browser in front of the service: Debian's chromium, every page under watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cds_service.golden_cases import GOLDEN_DATE
from tests.browser.served import Served, served
from tests.browser.watch import Watch

CHROMIUM = "/usr/bin/chromium"
# Long, because other tests may share the processors; a page that works is there at once.
WAIT_MS = 30_000
expect.set_options(timeout=WAIT_MS)


@pytest.fixture
def now() -> date:
    """Browser and server live in real time; what the service takes for today is handed to it."""
    return GOLDEN_DATE


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running service with a database of its own, on the day of the golden cases."""
    with served(tmp_path_factory.mktemp("console")) as started:
        yield started


@pytest.fixture(scope="session")
def base(service: Served) -> str:
    """The address of the service."""
    return service.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, base: str) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own; at the end nothing may have been wrong with any of them."""
    watches: list[Watch] = []

    def opened(path: str = "/", **options: object) -> Page:
        context = browser.new_context(base_url=base, locale="en-US", **options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        watches.append(Watch(page, base))
        page.goto(path)
        return page

    yield opened
    for watch in watches:
        watch.page.context.close()
    assert [fault for watch in watches for fault in watch.faults] == []
