"""axe-core finds nothing serious on any page, in light and dark, on a phone and a wide screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from cds_service.demo import CASE
from tests.browser.watch import serious_faults

pytestmark = pytest.mark.needs("chromium")

WIDE = {"width": 1600, "height": 1000}
PHONE = {"width": 390, "height": 844}
PAGES = [
    "/",
    f"/?case={CASE}",
    "/?shape=amorphous&lang=es",
    "/connect",
    "/timeline?case=punctate-group-stable-for-two-years-now-benign",
    "/insights?lang=es",
    "/?case=nothing-here",
]


def open_details(page: Page) -> None:
    """Open everything that can be opened."""
    page.evaluate(
        "document.querySelectorAll('details').forEach(each => { each.name = ''; each.open = true })"
    )


@pytest.mark.parametrize("path", PAGES)
def test_nothing_serious_is_found(visit: Callable[..., Page], path: str):
    """Every page, with all of its details open, passes in each scheme and on each screen."""
    page = visit(path)
    open_details(page)
    found = {}
    for screen in (WIDE, PHONE):
        page.set_viewport_size(screen)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Between the schemes nothing but colours can differ.
            rules = () if scheme == "light" else ("color-contrast",)
            found[scheme, screen["width"]] = serious_faults(page, rules)
    assert list(found.values()) == [[], [], [], []], found


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(visit: Callable[..., Page], path: str):
    """On a narrow phone the page is no wider than the screen."""
    page = visit(path, viewport={"width": 320, "height": 640})
    open_details(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
