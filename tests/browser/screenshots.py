"""The pictures of the console; ``python -m tests.browser.screenshots`` takes them again.

Made-up cases on the day of the golden cases, in an empty database.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from cds_service.demo import CASE
from tests.browser.conftest import CHROMIUM
from tests.browser.served import served
from tests.cds_service.fhir.stub_fhir import StubFhir
from tests.cds_service.golden import prefetched_request
from tests.stub_server import StubServer

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SURVEILLANCE = "punctate-group-stable-for-two-years-now-benign"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Show = Callable[[Page], None]


def open_at(path: str) -> Show:
    """Open one address."""

    def show(page: Page) -> None:
        page.goto(path)

    return show


def cards_on_a_phone(page: Page) -> None:
    """The card of the discordant case, as a phone shows it."""
    page.goto(f"/?case={CASE}")
    page.evaluate("document.querySelector('#cards-heading').scrollIntoView()")


def connected(page: Page) -> None:
    """A report of a FHIR server that lacks its density and its recommendation, signed."""
    with StubServer() as server:
        fhir = StubFhir(server, prefetched_request(CASE))
        lacking = ("-o2", "-o4")
        fhir.resources["Observation"] = [
            each for each in fhir.resources["Observation"] if not str(each["id"]).endswith(lacking)
        ]
        page.goto("/connect")
        page.get_by_label("Base address").fill(fhir.base)
        page.get_by_role("button", name="List the reports").click()
        page.get_by_role("button", name="Sign: mg-003", exact=True).click()
        page.locator(".guidance").first.wait_for()
        # The port differs from run to run.
        page.get_by_label("Base address").evaluate("field => field.value = 'http://127.0.0.1:8080/fhir'")


def told(page: Page) -> None:
    """Insights after a few decisions about three cases."""
    decisions = {
        CASE: "Judged on the images; category stands",
        "vascular-called-4b-on-diagnostic": "Unsafe or wrong advice",
        "probably-benign-straight-from-screening": "Local practice differs",
    }
    for case, reason in decisions.items():
        page.goto(f"/?case={case}")
        page.get_by_role("button", name="Accept:").first.click()
        page.get_by_role("status").first.wait_for()
        page.get_by_text("Dismiss this card").first.click()
        page.get_by_label(reason).first.check()
        page.get_by_role("button", name="Dismiss", exact=True).first.click()
        page.get_by_role("status").first.filter(has_text="overridden").wait_for()
    page.wait_for_timeout(500)
    page.goto("/insights")


PICTURES: dict[str, tuple[Show, dict[str, int], str, bool]] = {
    "try-it": (open_at(f"/?case={CASE}"), WIDE, "light", True),
    "try-it-dark": (open_at(f"/?case={CASE}"), WIDE, "dark", True),
    "try-it-spanish": (
        open_at("/?shape=fine_linear_branching&arrangement=segmental&side=left&category=2&lang=es"),
        WIDE,
        "light",
        True,
    ),
    "try-it-phone": (cards_on_a_phone, PHONE, "light", False),
    "connect": (connected, WIDE, "light", True),
    "timeline": (open_at(f"/timeline?case={SURVEILLANCE}"), WIDE, "light", True),
    "timeline-dark": (open_at(f"/timeline?case={SURVEILLANCE}"), WIDE, "dark", False),
    "insights": (told, WIDE, "light", True),
}


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as service,
        sync_playwright() as program,
    ):
        browser = program.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (show, screen, scheme, whole) in PICTURES.items():
            page = browser.new_context(
                base_url=service.address, viewport=screen, color_scheme=scheme, locale="en-US"
            ).new_page()
            show(page)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
