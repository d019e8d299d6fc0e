"""A person's way through "Connect", "Timeline" and "Insights"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import Page, expect

from cds_service.demo import CASE
from tests.browser.served import served
from tests.cds_service.fhir.stub_fhir import StubFhir
from tests.cds_service.golden import prefetched_request
from tests.stub_server import StubServer, answering

pytestmark = pytest.mark.needs("chromium")

Visit = Callable[..., Page]
SURVEILLANCE = "punctate-group-stable-for-two-years-now-benign"


@pytest.fixture
def fhir() -> Iterator[StubFhir]:
    """A FHIR server with the data of the discordant case."""
    with StubServer() as server:
        yield StubFhir(server, prefetched_request(CASE))


def connect(page: Page, base: str) -> None:
    """Give the address and ask for the reports."""
    page.get_by_label("Base address").fill(base)
    page.get_by_role("button", name="List the reports").click()


def test_connect_signs_a_report_of_a_server(visit: Visit, fhir: StubFhir):
    """The reports of a server are listed; signing one reads the prefetch there and shows the card."""
    page = visit("/connect")
    connect(page, fhir.base)
    expect(page.locator("#result-heading")).to_contain_text("Mammography reports")
    page.get_by_role("button", name="Sign: mg-003", exact=True).click()
    expect(page.locator(".guidance").first).to_contain_text("usually category 4A or 4B, not category 2")
    asked = [query.partition("?")[0] for query in fhir.asked()]
    for kind in ("Patient/pat-003", "Observation", "ServiceRequest", "Condition", "Procedure"):
        assert kind in asked
    assert "/connect" in page.url
    assert "?" not in page.url


def test_connect_lists_what_the_data_lack(visit: Visit, fhir: StubFhir):
    """The check-list says of each thing whether the data have it."""
    fhir.resources["Observation"] = []
    page = visit("/connect")
    connect(page, fhir.base)
    page.get_by_role("button", name="Sign: mg-003", exact=True).click()
    expect(page.locator(".checks li", has_text="A coded calcification finding")).to_contain_text("missing")
    expect(page.locator(".checks li", has_text="A mammography report")).to_contain_text("fine")


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("http://example.org/fhir", "That address cannot be called."),
        ("http://127.0.0.1:9/fhir", "The FHIR server could not be reached."),
        ("ftp://127.0.0.1/fhir", "That address cannot be called."),
    ],
)
def test_connect_says_what_is_wrong_with_an_address(visit: Visit, server: str, sentence: str):
    """An address that may not or cannot be called is answered with a sentence."""
    page = visit("/connect")
    connect(page, server)
    expect(page.locator("#refusal")).to_contain_text(sentence)
    expect(page.get_by_label("Base address")).to_have_value(server)


def test_connect_says_when_a_server_is_no_fhir_server(visit: Visit, base: str):
    """A server that answers with something else is named as such."""
    page = visit("/connect")
    connect(page, f"{base}/evidence")
    expect(page.locator("#refusal")).to_contain_text(
        "The FHIR server answered, but not with what was asked for."
    )


def test_connect_works_without_script_and_by_keyboard(visit: Visit, fhir: StubFhir):
    """Without script the same forms give whole pages; the keyboard is enough."""
    page = visit("/connect", java_script_enabled=False)
    page.get_by_label("Base address").focus()
    page.keyboard.insert_text(fhir.base)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign: mg-003", exact=True).press("Enter")
    expect(page.locator(".guidance")).to_have_count(1)


def guarded(fhir: StubFhir, token: str) -> None:
    """Let the server answer nobody who does not send the token."""

    def refused(handler: BaseHTTPRequestHandler) -> bool:
        if handler.headers.get("Authorization") == f"Bearer {token}":
            return False
        answering(b"{}", 401, "application/fhir+json")(handler)
        return True

    fhir.changed = refused


def test_connect_keeps_the_token_in_the_field_alone(visit: Visit, fhir: StubFhir):
    """With script the token is typed once: it stays in its field, hidden, while the page below changes."""
    guarded(fhir, "letmein-4711")
    page = visit("/connect")
    connect(page, fhir.base)
    expect(page.locator("#refusal")).to_contain_text("open to read")
    page.get_by_label("Access token").fill("letmein-4711")
    page.get_by_role("button", name="List the reports").click()
    page.get_by_role("button", name="Sign: mg-003", exact=True).click()
    expect(page.locator(".guidance").first).to_contain_text("usually category 4A or 4B, not category 2")
    expect(page.get_by_label("Access token")).to_have_value("letmein-4711")
    expect(page.get_by_label("Access token")).to_have_attribute("type", "password")
    expect(page.get_by_text("Without script, type it again")).to_be_hidden()
    assert "letmein" not in page.content()
    assert "letmein" not in page.url


def test_connect_asks_for_the_token_again_without_script(visit: Visit, fhir: StubFhir):
    """Without script each page is new: its token field is empty and says to type it again."""
    guarded(fhir, "letmein-4711")
    page = visit("/connect", java_script_enabled=False)
    page.get_by_label("Access token").fill("letmein-4711")
    connect(page, fhir.base)
    expect(page.get_by_label("Access token")).to_have_value("")
    expect(page.get_by_text("Without script, type it again before you sign a report.")).to_be_visible()
    page.get_by_label("Access token").fill("letmein-4711")
    page.get_by_role("button", name="Sign: mg-003", exact=True).click()
    expect(page.locator(".guidance")).to_have_count(1)


def test_the_timeline_shows_a_surveillance(visit: Visit):
    """A patient under surveillance: rows by breast, the schedule done, the chart drawn from the table."""
    page = visit("/timeline")
    page.get_by_label("Choose a case").select_option(SURVEILLANCE)
    page.get_by_role("button", name="Show").click()
    rows = page.locator("#timeline-table tbody tr")
    expect(rows).to_have_count(8)
    expect(rows.last).to_contain_text("category 2")
    expect(page.get_by_role("region", name="Surveillance after category 3")).to_contain_text("24 months")
    expect(page.locator("#timeline-chart")).to_be_visible()
    drawn = page.evaluate("Chart.getChart('timeline-chart').data.datasets.map(each => each.data.length)")
    assert drawn == [3, 5]


def test_the_timeline_names_what_is_overdue(visit: Visit):
    """A biopsy that was advised and never done is overdue, with the day on which it was due."""
    page = visit("/timeline?case=biopsy-advised-last-year-not-done-now-called-benign")
    row = page.get_by_role("region", name="What is due").get_by_role("row", name="biopsy")
    expect(row).to_contain_text("overdue, escalate")
    expect(row).to_contain_text("2025-05-")


def test_a_pasted_patient_leads_to_a_timeline(visit: Visit):
    """From the cards of a case one button leads to the timeline of its patient; its address holds no data."""
    page = visit(f"/?case={CASE}")
    page.get_by_role("button", name="The timeline of this patient").click()
    expect(page.locator("#timeline-table tbody tr").first).to_be_visible()
    assert page.url.endswith("/timeline")


def test_insights_count_what_was_sent(visit: Visit):
    """After an accepted and a dismissed card the page counts both, and the unsafe one stands first."""
    page = visit(f"/?case={CASE}")
    page.get_by_role("button", name="Accept: Order image-guided core biopsy, left breast").click()
    expect(page.get_by_role("status").first).to_contain_text("Feedback was sent and taken.")
    page.get_by_text("Dismiss this card").click()
    page.get_by_label("Unsafe or wrong advice").check()
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("overridden")
    expect(page.get_by_role("status").first).to_contain_text("Feedback was sent and taken.")
    page.get_by_role("link", name="Insights").click()
    row = page.locator("#insights-table tbody tr", has_text="R-CC-01")
    expect(row).to_contain_text("Unsafe or wrong advice: 1")
    expect(page.locator("#insights-chart")).to_be_visible()


def test_insights_without_any_card_say_so(browser, tmp_path):
    """An empty database gives a page that says what to do."""
    with served(tmp_path) as (address, _):
        page = browser.new_page()
        page.goto(f"{address}/insights")
        expect(page.locator("main")).to_contain_text("No card was shown yet.")
        page.close()
